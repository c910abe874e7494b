"""Flat Python lists, as readers fill them -> ``Instances``, every ring classified exactly."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ocr_eval.errors import Notice
from ocr_eval.kernels.rings import classify
from ocr_eval.tables.instances import Instances, freeze, offsets
from ocr_eval.tables.levels import LevelsBuilder
from ocr_eval.tables.packed import PackedTexts


@dataclass(eq=False)
class InstancesBuilder:
    """Flat Python lists that a reader appends to; ``build`` turns them into ``Instances`` in one step each.

    ``begin(id, entry)`` opens a sample; then, per instance, ``add``. Readers in a hurry may extend the lists directly.
    """

    source: str = ""
    format: str = ""
    geometry: bool = True
    is_folder: bool = False
    has_text: bool = True
    has_confidence: bool = False
    has_angle: bool = False
    sample_ids: list[str] = field(default_factory=list)
    entries: list[str] = field(default_factory=list)
    start: list[int] = field(default_factory=lambda: [0])
    xy: list[float] = field(default_factory=list)  # flat x, y, x, y …
    vertices: list[int] = field(default_factory=list)  # per instance
    care: list[bool] = field(default_factory=list)
    line: list[int] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    confidence: list[float] = field(default_factory=list)
    angle: list[float] = field(default_factory=list)  # read when has_angle
    numbers: dict[str, list[float]] = field(
        default_factory=dict
    )  # filled by the reader, one value per instance
    levels: LevelsBuilder | None = None  # filled by the reader, sample by sample beside this one
    aliases: list[str] = field(default_factory=list)  # one per sample, or none

    def begin(self, sample_id: str, entry: str = "") -> None:
        """Closes the open sample, if any, and opens the next."""
        if self.sample_ids:
            self.start.append(len(self.care))
        self.sample_ids.append(sample_id)
        self.entries.append(entry)

    def add(
        self,
        ring: Iterable[float],
        text: str = "",
        care: bool = True,
        confidence: float = 1.0,
        line: int = 1,
        angle: float = 0.0,
    ) -> None:
        """Adds one instance to the open sample. ``ring`` is flat: x1, y1, x2, y2, …"""
        before = len(self.xy)
        self.xy.extend(ring)
        self.vertices.append((len(self.xy) - before) // 2)
        self.texts.append(text)
        self.care.append(care)
        self.confidence.append(confidence)
        self.line.append(line)
        self.angle.append(angle)

    def build(self, notices: tuple[Notice, ...] = ()) -> Instances:
        """The table, with every ring classified exactly. Raises ValueError when the lists do not fit together."""
        xy = np.array(self.xy, np.float64).reshape(-1, 2)
        ring = offsets(self.vertices)
        codepoints = text_offset = None
        if self.has_text:
            codepoints, text_offset = coded(self.texts)
        start = [*self.start, len(self.care)] if self.sample_ids else [0]
        return Instances(
            sample_ids=tuple(self.sample_ids),
            start=np.array(start, np.int64),
            xy=xy,
            ring=ring,
            care=np.array(self.care, np.bool_),
            shape=classify(freeze(xy), ring) if self.geometry else np.zeros(len(self.care), np.uint8),
            line=np.array(self.line, np.int64),
            codepoints=codepoints,
            text_offset=text_offset,
            confidence=np.array(self.confidence, np.float64) if self.has_confidence else None,
            angle=np.array(self.angle, np.float64) if self.has_angle else None,
            numbers={name: np.array(values, np.float64) for name, values in self.numbers.items()},
            levels=None if self.levels is None else self.levels.build(),
            aliases=tuple(self.aliases),
            source=self.source,
            entries=tuple(self.entries),
            format=self.format,
            geometry=self.geometry,
            notices=notices,
            is_folder=self.is_folder,
        )


def coded(texts: Sequence[str]) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """(all code points joined, offsets of the texts into them)."""
    if isinstance(texts, PackedTexts):
        return texts.codepoints, texts.offset
    joined = "".join(texts).encode("utf-32-le", "surrogatepass")
    return np.frombuffer(joined, "<u4").astype(np.uint32, copy=False), offsets([len(text) for text in texts])
