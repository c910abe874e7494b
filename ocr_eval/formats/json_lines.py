"""Our own exchange form -> instances: ``json``, a list or one object per line, and ``jsonl``, texts without rings.

``json``: ``{"image": "img_1", "box": [x1, y1, …], "text": …, "score": …, "care": …}``, one object per instance; a box
has four numbers (x1, y1, x2, y2) or an even number from six on. ``jsonl``: ``{"image" or "filename", "text"}``, one
sample per line. Other keys are left out and counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ocr_eval.errors import Findings
from ocr_eval.formats.gathered import Found, Gathered
from ocr_eval.formats.glimpse import Glimpse
from ocr_eval.formats.json_safe import FAILED, JsonFault, kind, load, number, parse
from ocr_eval.formats.lines import lines_of
from ocr_eval.formats.reader import Columns, Entry, Options
from ocr_eval.formats.schema import Names, flat_ring, key_name
from ocr_eval.formats.schema import score as confidence_of
from ocr_eval.formats.schema import text as text_of

KEYS = {"image", "box", "text", "score", "care"}


class Json:
    """Format ``json``: one document with all instances."""

    def looks(self, glimpse: Glimpse) -> bool:
        head = glimpse.head
        return head.startswith((b"[", b"{")) and b'"image"' in head and b'"box"' in head

    def read(self, entries: Sequence[Entry], options: Options, findings: Findings) -> Columns:
        """Every object, samples in the order of their first one."""
        columns = Columns("json")
        (entry,) = entries
        rows = list(_rows(entry, options, findings, columns))
        scored = any(isinstance(row, dict) and "score" in row for _, row, _ in rows)
        options = options._replace(confidence=options.role != "gt" and (scored or options.confidence))
        columns.has_confidence = options.confidence
        names, gathered = Names(entry, options, findings), Gathered(entry, options, findings)
        for pointer, row, line in rows:
            try:
                found = _instance(row, pointer, line, options)
                sample = names.again(key_name(row, "image", pointer), f"{pointer}/image")
            except JsonFault as fault:
                place = None if columns.pointer else line
                findings.error(fault.code, fault.reason, fault.hint, entry=entry.name, line=place)
                continue
            _count_others(row, KEYS, entry, findings)
            if sample is not None:
                gathered.add(sample, found)
        names.tell_unknown()
        gathered.fill(columns)
        return columns


class JsonLines:
    """Format ``jsonl``: a recognition list."""

    def looks(self, glimpse: Glimpse) -> bool:
        head = glimpse.head
        named = b'"filename"' in head or b'"image"' in head
        return head.startswith(b"{") and b'"text"' in head and named and b'"box"' not in head

    def read(self, entries: Sequence[Entry], options: Options, findings: Findings) -> Columns:
        """One text per line."""
        columns = Columns("jsonl", geometry=False)
        (entry,) = entries
        if options.confidence:
            findings.error("E_FORMAT", "layout jsonl has no confidences", entry=entry.name)
            return columns
        names = Names(entry, options, findings)
        for _, row, line in _by_line(entry, options, findings):
            try:
                if not isinstance(row, dict):
                    raise JsonFault("E_FORMAT", f"the line must be an object, got {kind(row)}")
                key = "image" if "image" in row else "filename"
                sample = names.sample(key_name(row, key, ""), f"/{key}")
                text = row.get("text")
                if not isinstance(text, str):
                    raise JsonFault("E_FORMAT", f"/text must be a string, got {kind(text)}")
                text = text_of(text, "/text", options)
            except JsonFault as fault:
                findings.error(fault.code, fault.reason, fault.hint, entry=entry.name, line=line)
                continue
            _count_others(row, {key, "text"}, entry, findings)
            if sample is not None:
                columns.add((), text, True, 1.0, line)
                columns.close(sample, entry.name)
        names.tell_unknown()
        return columns


def _rows(
    entry: Entry, options: Options, findings: Findings, columns: Columns
) -> Iterator[tuple[str, Any, int]]:
    """(pointer, object, position or line) of a list, of one object, or of every line."""
    start = entry.data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start == b"{" and b"\n{" in entry.data.replace(b"\r", b"").replace(b" ", b""):
        yield from _by_line(entry, options, findings)
        return
    columns.pointer = "/{index}"
    document = load(entry, findings, options.limits)
    if document is FAILED:
        return
    if isinstance(document, dict):
        document = [document]
    if not isinstance(document, list):
        reason = f"the document must be a list, got {kind(document)}"
        findings.error("E_FORMAT", reason, entry=entry.name)
        return
    yield from ((f"/{k}", row, k + 1) for k, row in enumerate(document))


def _by_line(entry: Entry, options: Options, findings: Findings) -> Iterator[tuple[str, Any, int]]:
    limits = options.limits._replace(line_bytes=options.limits.sample_line_bytes)
    lines, places = lines_of(entry, findings, limits, limits.total_instances)
    for line, place in zip(lines, places, strict=True):
        try:
            yield "", parse(line.encode(), limits), place
        except JsonFault as fault:
            findings.error(fault.code, fault.reason, fault.hint, entry=entry.name, line=place, col=fault.col)


def _instance(row: Any, pointer: str, line: int, options: Options) -> Found:
    if not isinstance(row, dict):
        raise JsonFault("E_FORMAT", f"{pointer or 'the line'} must be an object, got {kind(row)}")
    if "box" not in row and "text" not in row:
        raise JsonFault("E_FORMAT", f"{pointer or 'the line'} has neither text nor box")
    text = row.get("text")
    if "text" in row or options.text:
        if not isinstance(text, str):
            raise JsonFault("E_FORMAT", f"{pointer}/text must be a string, got {kind(text)}")
        text_of(text, f"{pointer}/text", options)
    care = row.get("care", True)
    if not isinstance(care, bool):
        raise JsonFault("E_FORMAT", f"{pointer}/care must be true or false, got {kind(care)}")
    ring = _ring(row.get("box"), f"{pointer}/box", options)
    confidence = confidence_of(row.get("score"), f"{pointer}/score") if options.confidence else 1.0
    return Found(ring, text, care or options.role != "gt", confidence, line)


def _ring(values: Any, pointer: str, options: Options) -> list[float]:
    if not isinstance(values, list):
        raise JsonFault("E_FORMAT", f"{pointer} must be a list of numbers, got {kind(values)}")
    if len(values) != 4:
        return flat_ring(values, pointer, options)
    left, top, right, bottom = (number(v, f"{pointer}/{k}", options.limits) for k, v in enumerate(values))
    if right < left or bottom < top:
        hint = "four numbers are x1, y1, x2, y2; write x, y, width, height as coco"
        raise JsonFault("E_COORD", f"{pointer} has x2 < x1 or y2 < y1", hint)
    return [left, top, right, top, right, bottom, left, bottom]


def _count_others(row: dict[str, Any], known: set[str], entry: Entry, findings: Findings) -> None:
    others = len(row.keys() - known)
    if others:
        findings.warn("W_LAYOUT", "keys that are not read", place=entry.name, count=others)


JSON, JSONL = Json(), JsonLines()
