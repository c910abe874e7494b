"""Instances of a document in any order of images -> columns sample by sample, in the order their images first came."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ocr_eval.errors import Findings
from ocr_eval.formats.reader import Columns, Entry, Options, Owner
from ocr_eval.formats.schema import enough_room


class Found(NamedTuple):
    """One instance of a document."""

    ring: Sequence[float]
    text: str | None
    care: bool
    confidence: float
    line: int  # 1-based position in the document
    numbers: Sequence[float] = ()  # values of the columns' numbers, in their order


class Gathered:
    """``open`` names samples that may stay empty; ``add`` opens what it needs; ``fill`` writes the columns.

    An ``annotator`` is None throughout, or given throughout.
    """

    def __init__(self, entry: Entry, options: Options, findings: Findings) -> None:
        self._entry, self._options, self._findings = entry, options, findings
        self._samples: dict[Owner, list[Found]] = {}

    def open(self, sample: str, annotator: str | None = None) -> list[Found]:
        """The instances of a sample so far."""
        return self._samples.setdefault((sample, annotator), [])

    def add(self, sample: str, found: Found, annotator: str | None = None) -> None:
        """One more instance of a sample."""
        self.open(sample, annotator).append(found)

    def fill(self, columns: Columns) -> None:
        """Every sample with its instances, within the limits."""
        for (sample, annotator), instances in self._samples.items():
            if not enough_room(len(instances), len(columns.care), self._entry, self._options, self._findings):
                return
            for one in instances:
                columns.add(one.ring, one.text, one.care, one.confidence, one.line)
                for values, value in zip(columns.numbers.values(), one.numbers, strict=True):
                    values.append(value)
            columns.close(sample, self._entry.name, annotator)
