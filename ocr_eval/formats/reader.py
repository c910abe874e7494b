"""What a reader gets and gives: entries and options -> columns of instances, collected for one input."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from ocr_eval.errors import Findings
from ocr_eval.formats.names import Samples
from ocr_eval.limits import Limits
from ocr_eval.tables.builder import InstancesBuilder
from ocr_eval.tables.levels import LevelsBuilder
from ocr_eval.tables.packed import PackedTexts

if TYPE_CHECKING:
    from ocr_eval.formats.glimpse import Glimpse

DONT_CARE = "###"
Owner = tuple[str, str | None]  # sample and annotator, None where the document tells none


class Entry(NamedTuple):
    """One sample file, checked and inflated. A document for all samples has an empty ``sample``."""

    sample: str  # the gt's id where the gt is known, else the key of the name
    name: str  # as stored in the source; empty when the source is a single file
    data: bytes


class Options(NamedTuple):
    """How the caller wants an input read; the arguments of ``ocr_eval.formats.read``."""

    role: str = "prediction"
    text: bool = False  # a transcription field is required
    confidence: bool = False  # every instance carries a confidence
    geometry: bool = True
    level: str | None = None
    limits: Limits = Limits()
    samples: Samples | None = None  # the gt's samples, when known
    verbatim: bool = False  # transcriptions as written, before unquoting
    choices: Mapping[str, str] = {}  # of the named format, as in polygon(order=yx)
    angle: bool = False  # every instance carries an angle
    regions: bool = False  # pages as regions with rings where the format has them, without geometry
    full_names: bool = False  # samples a document names keep folders and extensions: a.png is not a.jpg


class Part(NamedTuple):
    """Some instances of a column each, as arrays of N."""

    texts: PackedTexts
    care: NDArray[np.bool_]
    lines: NDArray[np.int64]
    confidence: NDArray[np.float64] | None


class Format(Protocol):
    """The shape of a format: ``looks`` and ``read``; the table in ``ocr_eval.formats`` says where it lives."""

    def looks(self, glimpse: Glimpse) -> bool:
        """True when the first lines have this layout."""

    def read(self, entries: Sequence[Entry], options: Options, findings: Findings) -> Columns:
        """Every instance of the entries; faults go to ``findings``."""


@dataclass(eq=False)
class Columns:
    """Instances in file order, as chunks; ``builder`` joins them. ``text`` None means no transcription field."""

    format: str
    geometry: bool = True
    pointer: str = ""  # JSON pointer of an instance, with {sample} and {index} counted from 0
    pointers: dict[str, list[str]] = field(
        default_factory=dict
    )  # by entry, of its items, where no pattern tells
    samples: list[str] = field(default_factory=list)
    entries: list[str] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)  # instances per sample
    positions: list[int | str] = field(default_factory=list)  # of a document's samples in it, for the pointer
    xy: list[NDArray[np.float64]] = field(default_factory=list)  # flat x, y, x, y …
    vertices: list[NDArray[np.int64]] = field(default_factory=list)
    texts: list[str | None] = field(default_factory=list)
    care: list[bool] = field(default_factory=list)
    confidence: list[float] = field(default_factory=list)
    angle: list[float] = field(default_factory=list)  # one per instance, for layouts of rotated boxes
    numbers: dict[str, list[float]] = field(default_factory=dict)  # one value per instance each
    levels: LevelsBuilder | None = None  # for formats with lines and paragraphs above the words
    aliases: list[str] = field(default_factory=list)  # another id of every sample, or nothing
    annotators: list[str] = field(default_factory=list)  # of every sample, which then may recur; or nothing
    lines: list[int] = field(default_factory=list)
    has_confidence: bool = False
    has_angle: bool = False
    flat: list[float] = field(default_factory=list)  # what add() collected and builder() has not joined yet
    counts: list[int] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)  # what add_arrays() collected
    _closed: int = 0  # instances of the samples that close() has named

    def add(self, ring: Sequence[float], text: str | None, care: bool, confidence: float, line: int) -> None:
        """One more instance of the open sample, for readers that go one by one. ``ring`` is flat: x1, y1, x2, …"""
        self.flat += ring
        self.counts.append(len(ring) // 2)
        self.texts.append(text)
        self.care.append(care)
        self.confidence.append(confidence)
        self.lines.append(line)

    def close(self, sample: str, entry: str, annotator: str | None = None) -> None:
        """Names the sample of the instances added since the last one, and who drew them where the file tells it."""
        self.samples.append(sample)
        self.entries.append(entry)
        if annotator is not None:
            self.annotators.append(annotator)
        self.sizes.append(len(self.care) - self._closed)
        self._closed = len(self.care)

    def add_arrays(
        self,
        texts: PackedTexts,
        care: NDArray[np.bool_],
        lines: NDArray[np.int64],
        confidence: NDArray[np.float64] | None,
    ) -> None:
        """More instances at once, for readers that end with ``pack``; one by one they come after ``unpack``."""
        self.parts.append(Part(texts, care, lines, confidence))

    def unpack(self) -> None:
        """What ``add_arrays`` collected, as lists."""
        for part in self.parts:
            self.texts += part.texts
            self.care += part.care.tolist()
            self.lines += part.lines.tolist()
            self.confidence += [] if part.confidence is None else part.confidence.tolist()
        self.parts.clear()

    def pack(self) -> None:
        """Arrays in the place of lists, where nothing but arrays was added: the builder takes either."""
        if self.care or not self.parts:
            self.unpack()
            return
        texts, care, lines, confidence = zip(*self.parts, strict=True)
        self.texts = cast("list[str | None]", PackedTexts.joined(texts))
        self.care = cast("list[bool]", np.concatenate(care))
        self.lines = cast("list[int]", np.concatenate(lines))
        if confidence[0] is not None:
            self.confidence = cast("list[float]", np.concatenate(confidence))
        self.parts.clear()

    def owners(self) -> list[Owner]:
        """Sample and annotator of every sample."""
        if not self.annotators:
            return [(sample, None) for sample in self.samples]
        return list(zip(self.samples, self.annotators, strict=True))

    def builder(self, source: str, required_text: bool, findings: Findings) -> InstancesBuilder:
        """The builder of ``Instances``. Lines without a text among lines with one are read as empty, with a note."""
        absent = self.texts.count(None)
        has_text = required_text or absent < len(self.texts)
        if has_text and absent:
            findings.warn("W_LAYOUT", "lines without a transcription field, read as empty", count=absent)
        self.xy.append(np.array(self.flat, np.float64))
        self.vertices.append(np.array(self.counts, np.int64))
        start = (
            np.concatenate(([0], np.cumsum(self.sizes, dtype=np.int64)))
            if self.sizes
            else np.zeros(1, np.int64)
        )
        return InstancesBuilder(
            source=source,
            format=self.format,
            geometry=self.geometry,
            is_folder=findings.is_folder,
            has_text=has_text,
            has_confidence=self.has_confidence,
            has_angle=self.has_angle,
            sample_ids=self.samples,
            entries=self.entries,
            start=start[:-1].tolist() if self.sizes else [0],
            # Arrays in the place of lists: build() copies them once, which is what makes reading fast.
            xy=cast("list[float]", np.concatenate(self.xy)),
            vertices=cast("list[int]", np.concatenate(self.vertices)),
            care=self.care,
            line=self.lines,
            texts=self._present_texts() if has_text else [],
            confidence=self.confidence,
            angle=self.angle,
            numbers=self.numbers,
            levels=self.levels,
            aliases=self.aliases,
        )

    def _present_texts(self) -> list[str]:
        """The texts, empty ones in the place of absent ones."""
        if isinstance(self.texts, PackedTexts):
            return cast("list[str]", self.texts)
        return ["" if text is None else text for text in self.texts]
