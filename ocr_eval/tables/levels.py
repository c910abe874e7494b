"""``Levels``: the lines and paragraphs above the words of a table, for formats that keep them (HierText)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocr_eval.tables.arrays import check_offsets, freeze, gather, offsets


@dataclass(frozen=True, eq=False)
class Regions:
    """The lines, or the paragraphs, of all samples: R regions in S samples."""

    start: NDArray[np.int64]  # (S + 1,) offsets of samples into regions
    care: NDArray[np.bool_]  # (R,) False: not legible
    xy: NDArray[np.float64]  # (V, 2) pixels, as written
    ring: NDArray[np.int64]  # (R + 1,) offsets into xy; an empty ring where the file gives none

    def __post_init__(self) -> None:
        for name in ("start", "care", "xy", "ring"):
            object.__setattr__(self, name, freeze(getattr(self, name)))
        check_offsets("start of regions", self.start, len(self.care))
        if len(self.ring) != len(self.care) + 1:
            raise ValueError(f"{len(self.ring)} offsets of rings for {len(self.care)} regions")
        check_offsets("rings of regions", self.ring, len(self.xy))

    def __len__(self) -> int:
        """Number of regions."""
        return len(self.care)

    def span(self, sample: int) -> range:
        """The regions of one sample."""
        return range(int(self.start[sample]), int(self.start[sample + 1]))

    def points(self, region: int) -> NDArray[np.float64]:
        """(vertices, 2) own ring of one region; (0, 2) where the file gives none."""
        return self.xy[self.ring[region] : self.ring[region + 1]]

    def _take(self, samples: Sequence[int | None]) -> tuple[Regions, NDArray[np.int64], NDArray[np.int64]]:
        """The regions of these samples, where each came from, and how far each sample's regions moved."""
        index, start = _rows(self.start, samples)
        taken = Regions(
            start,
            self.care[index],
            gather(self.xy, self.ring, index),
            offsets(np.diff(self.ring)[index]),
        )
        old = np.array([0 if s is None else self.start[s] for s in samples], np.int64)
        return taken, index, start[:-1] - old


@dataclass(frozen=True, eq=False)
class Levels:
    """The instances of the table are words; every word is in a line and every line in a paragraph of its sample.

    Lines without words and paragraphs without lines exist: then their own ring is all there is.
    """

    line_of: NDArray[np.int64]  # (N,) line of every word, an index into lines
    paragraph_of: NDArray[np.int64]  # (L,) paragraph of every line, an index into paragraphs
    lines: Regions
    paragraphs: Regions
    size: NDArray[np.int64]  # (S, 2) width and height of the image in pixels; 0, 0 where the file gives none

    def __post_init__(self) -> None:
        for name in ("line_of", "paragraph_of", "size"):
            object.__setattr__(self, name, freeze(getattr(self, name)))
        if self.size.shape != (len(self.lines.start) - 1, 2) or (self.size < 0).any():
            raise ValueError(f"sizes of shape {self.size.shape} for {len(self.lines.start) - 1} samples")
        _check_parents("paragraph", self.paragraph_of, self.lines.start, self.paragraphs.start)

    def check(self, start: NDArray[np.int64]) -> None:
        """Raises ValueError unless every word, whose samples begin at ``start``, is in a line of its sample."""
        _check_parents("line", self.line_of, start, self.lines.start)

    def take(self, samples: Sequence[int | None], start: NDArray[np.int64]) -> Levels:
        """The samples at these positions (None: an empty one); ``start`` (S + 1,) are the words' offsets before."""
        words, bounds = _rows(start, samples)
        lines, index, moved_line = self.lines._take(samples)
        paragraphs, _, moved_paragraph = self.paragraphs._take(samples)
        return Levels(
            self.line_of[words] + np.repeat(moved_line, np.diff(bounds)),
            self.paragraph_of[index] + np.repeat(moved_paragraph, np.diff(lines.start)),
            lines,
            paragraphs,
            np.array([(0, 0) if s is None else self.size[s] for s in samples], np.int64).reshape(-1, 2),
        )

    def where(self, index: NDArray[np.int64]) -> Levels:
        """The words at these positions; lines and paragraphs stay, also the emptied ones."""
        return replace(self, line_of=self.line_of[index])


@dataclass(eq=False)
class LevelsBuilder:
    """Collects lines and paragraphs sample by sample, beside an ``InstancesBuilder`` that collects the words."""

    line_of: list[int] = field(default_factory=list)
    paragraph_of: list[int] = field(default_factory=list)
    sizes: list[tuple[int, int]] = field(default_factory=list)
    starts: tuple[list[int], list[int]] = field(default_factory=lambda: ([], []))  # of lines, of paragraphs
    cares: tuple[list[bool], list[bool]] = field(default_factory=lambda: ([], []))
    rings: tuple[list[float], list[float]] = field(default_factory=lambda: ([], []))
    vertices: tuple[list[int], list[int]] = field(default_factory=lambda: ([], []))

    def begin(self, width: int = 0, height: int = 0) -> None:
        """Opens the next sample."""
        self.sizes.append((width, height))
        for start, care in zip(self.starts, self.cares, strict=True):
            start.append(len(care))

    def paragraph(self, care: bool = True, ring: Iterable[float] = ()) -> int:
        """A paragraph of the open sample; its number is what ``line`` wants. ``ring`` is flat: x1, y1, x2, …"""
        return self._add(1, care, ring)

    def line(self, paragraph: int, care: bool = True, ring: Iterable[float] = ()) -> int:
        """A line of a paragraph; its number is what ``word`` wants."""
        self.paragraph_of.append(paragraph)
        return self._add(0, care, ring)

    def word(self, line: int) -> None:
        """The line of the next word, once per instance and in their order."""
        self.line_of.append(line)

    def _add(self, level: int, care: bool, ring: Iterable[float]) -> int:
        before = len(self.rings[level])
        self.rings[level].extend(ring)
        self.vertices[level].append((len(self.rings[level]) - before) // 2)
        self.cares[level].append(care)
        return len(self.cares[level]) - 1

    def build(self) -> Levels:
        """The table. Raises ValueError when the lists do not fit together."""
        lines, paragraphs = (
            Regions(
                np.array([*self.starts[k], len(self.cares[k])], np.int64),
                np.array(self.cares[k], np.bool_),
                np.array(self.rings[k], np.float64).reshape(-1, 2),
                offsets(self.vertices[k]),
            )
            for k in (0, 1)
        )
        return Levels(
            np.array(self.line_of, np.int64),
            np.array(self.paragraph_of, np.int64),
            lines,
            paragraphs,
            np.array(self.sizes, np.int64).reshape(-1, 2),
        )


def _rows(
    start: NDArray[np.int64], samples: Sequence[int | None]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(rows of these samples one after the other, offsets of the new samples into them)."""
    pieces: list[NDArray[Any]] = [np.arange(start[s], start[s + 1]) for s in samples if s is not None]
    size = [0 if s is None else int(start[s + 1] - start[s]) for s in samples]
    return np.concatenate([np.zeros(0, np.int64), *pieces]), offsets(size)


def _check_parents(
    name: str, parent: NDArray[np.int64], start: NDArray[np.int64], above: NDArray[np.int64]
) -> None:
    """Every child's parent is one of the child's sample."""
    if len(parent) != start[-1] or len(start) != len(above):
        raise ValueError(f"{len(parent)} have a {name}, expected {start[-1]} in {len(start) - 1} samples")
    sample = np.repeat(np.arange(len(start) - 1), np.diff(start))
    if ((parent < above[sample]) | (parent >= above[sample + 1])).any():
        raise ValueError(f"a {name} is none of the sample's")
