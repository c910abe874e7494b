"""``Instances``: the text instances of many samples as flat, read-only arrays, and the builder that readers fill."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocr_eval.errors import Notice
from ocr_eval.kernels.rings import SELF_INTERSECTING as SELF_INTERSECTING
from ocr_eval.kernels.rings import SELF_TOUCHING as SELF_TOUCHING
from ocr_eval.kernels.rings import SIMPLE as SIMPLE
from ocr_eval.kernels.rings import TOO_FEW as TOO_FEW
from ocr_eval.kernels.rings import ZERO_AREA as ZERO_AREA
from ocr_eval.tables.arrays import check_offsets, gather
from ocr_eval.tables.arrays import freeze as freeze
from ocr_eval.tables.arrays import offsets as offsets
from ocr_eval.tables.levels import Levels
from ocr_eval.tables.spelling import NUMBERS

SHAPE_NAMES = ("simple", "self-touching", "self-intersecting", "zero-area", "too few distinct points")


@dataclass(frozen=True, eq=False)
class Instances:
    """Text instances of one gt or one prediction.

    N instances in S samples with V vertices in all. A geometry-free table (recognition lists) has V = 0 and
    ``shape`` all SIMPLE. ``text`` is absent (None) or one string per instance; absent is not empty.
    """

    sample_ids: tuple[str, ...]  # (S,) unique, in the order of the input
    start: NDArray[np.int64]  # (S + 1,) offsets into instances
    xy: NDArray[np.float64]  # (V, 2) pixels, x right, y down; open rings, as written
    ring: NDArray[np.int64]  # (N + 1,) offsets into xy
    care: NDArray[np.bool_]  # (N,) False: don't care
    shape: NDArray[np.uint8]  # (N,) SIMPLE … TOO_FEW, class of the ring
    line: NDArray[np.int64]  # (N,) 1-based line (or 1-based position in a document) the instance came from
    codepoints: NDArray[np.uint32] | None = None  # (C,) all transcriptions, joined
    text_offset: NDArray[np.int64] | None = None  # (N + 1,) offsets into codepoints
    confidence: NDArray[np.float64] | None = None  # (N,) in [0, 1]
    angle: NDArray[np.float64] | None = None  # (N,) radians, of layouts whose ring is the unrotated box
    numbers: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)  # (N,) each, names in NUMBERS
    levels: Levels | None = None  # lines and paragraphs; the instances are words then
    source: str = ""  # the path as the user gave it
    entries: tuple[str, ...] = ()  # (S,) entry of each sample inside source; "" where a sample has none
    aliases: tuple[str, ...] = ()  # (S,) another id of each sample, which predictions may use; or nothing
    format: str = ""  # id of the reader
    geometry: bool = True  # False: instances have no rings at all
    notices: tuple[Notice, ...] = ()
    is_folder: bool = False

    def __post_init__(self) -> None:
        for name in (
            "start",
            "xy",
            "ring",
            "care",
            "shape",
            "line",
            "codepoints",
            "text_offset",
            "confidence",
            "angle",
        ):
            array = getattr(self, name)
            if array is not None:
                object.__setattr__(self, name, freeze(array))
        size = len(self.care)
        expected = {
            "start": (len(self.sample_ids) + 1,),
            "ring": (size + 1,),
            "shape": (size,),
            "line": (size,),
            "text_offset": (size + 1,),
            "confidence": (size,),
            "angle": (size,),
        }
        for name, shape in expected.items():
            array = getattr(self, name)
            if array is not None and array.shape != shape:
                raise ValueError(f"{name} has shape {array.shape}, expected {shape}")
        numbers = {name: freeze(column) for name, column in self.numbers.items()}
        if wrong := [
            name for name, column in numbers.items() if column.shape != (size,) or name not in NUMBERS
        ]:
            raise ValueError(f"numbers {wrong} are unknown or not of shape {(size,)}")
        object.__setattr__(self, "numbers", numbers)
        if len(set(self.sample_ids)) != len(self.sample_ids):
            raise ValueError("sample ids are not unique")
        check_offsets("start", self.start, size)
        check_offsets("ring", self.ring, len(self.xy))
        if (self.codepoints is None) != (self.text_offset is None):
            raise ValueError("codepoints and text_offset come together")
        if self.text_offset is not None and self.codepoints is not None:
            check_offsets("text_offset", self.text_offset, len(self.codepoints))
        if self.levels is not None:
            self.levels.check(self.start)
        if self.aliases and len(self.aliases) != len(self.sample_ids):
            raise ValueError(f"{len(self.aliases)} aliases for {len(self.sample_ids)} samples")
        if not self.entries:
            object.__setattr__(self, "entries", self.sample_ids)

    def __len__(self) -> int:
        """Number of instances."""
        return len(self.care)

    def __repr__(self) -> str:
        kind = self.format or "instances"
        return (
            f"<Instances {self.source or '(memory)'} [{kind}]: {len(self)} in {len(self.sample_ids)} samples>"
        )

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """The transcriptions as Python strings, one per instance. Empty tuple when absent."""
        if self.codepoints is None or self.text_offset is None:
            return ()
        joined = self.codepoints.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")
        bounds = self.text_offset.tolist()
        return tuple(joined[a:b] for a, b in itertools.pairwise(bounds))

    @property
    def valid(self) -> NDArray[np.bool_]:
        """(N,) True where the ring is simple or self-touching, so its area means something."""
        return self.shape <= SELF_TOUCHING

    @cached_property
    def sample_of(self) -> NDArray[np.int64]:
        """(N,) sample index of each instance."""
        return np.repeat(np.arange(len(self.sample_ids)), np.diff(self.start))

    def span(self, sample: int) -> range:
        """The instance indices of one sample."""
        return range(int(self.start[sample]), int(self.start[sample + 1]))

    def points(self, instance: int) -> NDArray[np.float64]:
        """(vertices, 2) ring of one instance."""
        return self.xy[self.ring[instance] : self.ring[instance + 1]]

    def place(self, instance: int) -> str:
        """``archive!entry:line`` of an instance, for messages."""
        sample = int(self.sample_of[instance])
        entry = self.entries[sample]
        joint = "/" if self.is_folder else "!"
        head = f"{self.source}{joint}{entry}" if self.source and entry else (self.source or entry)
        return f"{head}:{int(self.line[instance])}"

    def take(self, samples: Sequence[int | None], sample_ids: tuple[str, ...]) -> Instances:
        """The samples at these positions, in this order, under new ids; None gives an empty sample."""
        if tuple(samples) == tuple(range(len(self.sample_ids))):
            return replace(self, sample_ids=sample_ids)
        sizes = np.append(np.diff(self.start), 0)
        chosen = np.array([-1 if s is None else s for s in samples], np.int64)  # -1: the size at the end
        start = offsets(sizes[chosen])
        index = np.arange(start[-1]) + np.repeat(self.start[chosen] - start[:-1], sizes[chosen])
        return replace(
            self,
            sample_ids=sample_ids,
            start=start,
            entries=tuple("" if s is None else self.entries[s] for s in samples),
            aliases=tuple("" if s is None else self.aliases[s] for s in samples) if self.aliases else (),
            levels=None if self.levels is None else self.levels.take(samples, self.start),
            **self._columns(index),
        )

    def where(self, keep: NDArray[np.bool_]) -> Instances:
        """The instances with a True in ``keep`` (N,), in their order; samples stay, also the emptied ones."""
        index = np.flatnonzero(keep)
        start = offsets(np.bincount(self.sample_of[index], minlength=len(self.sample_ids)))
        levels = None if self.levels is None else self.levels.where(index)
        return replace(self, start=start, levels=levels, **self._columns(index))

    def _columns(self, index: NDArray[np.int64]) -> dict[str, Any]:
        """The per-instance columns of the instances at these positions, by field name."""
        codepoints = text_offset = None
        if self.codepoints is not None and self.text_offset is not None:
            codepoints = gather(self.codepoints, self.text_offset, index)
            text_offset = offsets(np.diff(self.text_offset)[index])
        return {
            "xy": gather(self.xy, self.ring, index),
            "ring": offsets(np.diff(self.ring)[index]),
            "care": self.care[index],
            "shape": self.shape[index],
            "line": self.line[index],
            "codepoints": codepoints,
            "text_offset": text_offset,
            "confidence": None if self.confidence is None else self.confidence[index],
            "angle": None if self.angle is None else self.angle[index],
            "numbers": {name: column[index] for name, column in self.numbers.items()},
        }
