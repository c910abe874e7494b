"""Words as an engine or a page tells them -> columns, with a confidence where every instance has one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ocr_eval.errors import Findings
from ocr_eval.formats.json_safe import JsonFault
from ocr_eval.formats.reader import Columns, Entry, Options
from ocr_eval.formats.schema import text as text_of


class Word(NamedTuple):
    """One instance."""

    ring: Sequence[float]  # flat: x1, y1, x2, …
    text: str | None
    confidence: float | None  # None where the file gives none


class Told:
    """Collects the words of an input. ``zero_omitted``: a confidence of 0 is left out of the file, as proto3 does."""

    def __init__(self, columns: Columns, options: Options, *, zero_omitted: bool = False) -> None:
        self._columns, self._options, self._zero_omitted = columns, options, zero_omitted
        self._given: list[bool] = []

    def add(self, word: Word, place: str, line: int) -> None:
        """One more word of the open sample. Raises JsonFault where something is missing that the caller needs."""
        if self._options.confidence and word.confidence is None and not self._zero_omitted:
            hint = "choose another level, or a protocol that reads no confidences"
            raise JsonFault("E_CONFIDENCE", f"{place} has no confidence", hint)
        if self._options.text and word.text is None:
            raise JsonFault("E_FORMAT", f"{place} has no text")
        if word.text is not None:
            text_of(word.text, f"the text of {place}", self._options)
        self._given.append(word.confidence is not None)
        self._columns.add(word.ring, word.text, True, word.confidence or 0.0, line)

    def finish(self, entries: Sequence[Entry], findings: Findings) -> Columns:
        """The columns, once all words are in."""
        columns, given, needed = self._columns, self._given, self._options.confidence
        if not columns.samples and not findings.total:
            findings.error("E_NO_SAMPLES", "no sample in the document", entry=entries[0].name)
        if needed and given and not any(given):
            hint = "choose a protocol that reads no confidences"
            findings.error("E_CONFIDENCE", "no instance has a confidence", hint, entry=entries[0].name)
        full = any(given) if self._zero_omitted else bool(given) and all(given)
        columns.has_confidence = self._options.role != "gt" and (needed or full)
        if any(given) and not full and self._options.role != "gt":
            message = "confidences left out, as some instances have none"
            findings.warn("W_LAYOUT", message, count=given.count(False))
        return columns
