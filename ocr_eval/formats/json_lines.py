"""Our own exchange form -> instances: ``json``, a list or one object per line, and ``jsonl``, texts without rings.

``json``: ``{"image": "img_1", "box": [x1, y1, …], "text": …, "score": …, "care": …}``, one object per instance; a box
has four numbers (x1, y1, x2, y2) or an even number from six on, and ``"ring"`` in its place any even number. What else
an image or an instance may say, so that the form holds whatever a table does, stands in ``json_structure``.
``jsonl``: ``{"image" or "filename", "text", "score", "care", "alias"}``, one sample per line, all but two if need be.
Either may say who wrote it, ``"annotator"``. Other keys are left out and counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from ocr_eval.errors import Findings
from ocr_eval.formats.gathered import Found, Gathered
from ocr_eval.formats.glimpse import Glimpse
from ocr_eval.formats.json_rows import rows_by_line
from ocr_eval.formats.json_safe import FAILED, JsonFault, kind, load, number
from ocr_eval.formats.json_structure import IMAGE_KEYS, MORE_KEYS, Structure, image_of, is_image, more_of
from ocr_eval.formats.reader import Columns, Entry, Options
from ocr_eval.formats.schema import Names, annotator, corner_box, count_others, flag, flat_ring, key_name
from ocr_eval.formats.schema import score as confidence_of
from ocr_eval.formats.schema import text as text_of

KEYS = {"image", "annotator", "box", "ring", "text", "score", "care"} | MORE_KEYS
_BOX = re.compile(rb'"box"\s*+:')  # a key: a text may be "box" anywhere
_BARE = re.compile(rb'\[?\s{0,4}\{"image": ?"[^"\\]*+", ?"(?:ring"|level": ?"image")')


class Json:
    """Format ``json``: one document with all instances."""

    def looks(self, glimpse: Glimpse) -> bool:
        head = glimpse.head
        boxes = head.startswith((b"[", b"{")) and b'"image"' in head and _BOX.search(head) is not None
        return boxes or _BARE.match(head) is not None

    def read(self, entries: Sequence[Entry], options: Options, findings: Findings) -> Columns:
        """Every object, samples in the order of their first one."""
        columns = Columns("json")
        (entry,) = entries
        rows = list(_rows(entry, options, findings, columns))
        scored = any(isinstance(row, dict) and "score" in row for _, row, _ in rows)
        options = options._replace(confidence=options.role != "gt" and (scored or options.confidence))
        columns.has_confidence = options.confidence
        names, gathered = Names(entry, options, findings), Gathered(entry, options, findings)
        structure, before = Structure(), findings.total
        several = any(isinstance(row, dict) and "annotator" in row for _, row, _ in rows)
        for pointer, row, line in rows:
            try:
                who = annotator(row, pointer) if several else None
                if is_image(row):
                    self._image(row, who, pointer, names, gathered, structure, options)
                    count_others(row, IMAGE_KEYS, entry, findings)
                    continue
                found, more = _instance(row, pointer, line, options), more_of(row, pointer)
                sample = names.again(key_name(row, "image", pointer), f"{pointer}/image", who or "")
            except JsonFault as fault:
                place = None if columns.pointer else line
                findings.error(fault.code, fault.reason, fault.hint, entry=entry.name, line=place)
                continue
            count_others(row, KEYS, entry, findings)
            if sample is not None:
                gathered.add(sample, found, who)
                structure.more.setdefault((sample, who), []).append(more)
        names.tell_unknown()
        gathered.fill(columns)
        if findings.total == before:
            try:
                structure.fill(columns)
            except JsonFault as fault:
                findings.error(fault.code, fault.reason, fault.hint, entry=entry.name)
        return columns

    def _image(
        self,
        row: dict[str, Any],
        who: str | None,
        pointer: str,
        names: Names,
        gathered: Gathered,
        structure: Structure,
        options: Options,
    ) -> None:
        image = image_of(row, pointer, options, lambda item, where: _ring(item, where, options))
        sample = names.again(key_name(row, "image", pointer), f"{pointer}/image", who or "")
        if sample is None:
            return
        if (sample, who) in structure.images:
            raise JsonFault("E_ENTRY_DUPLICATE", f"{pointer} describes an image again")
        structure.images[sample, who] = image
        gathered.open(sample, who)


class JsonLines:
    """Format ``jsonl``: a recognition list."""

    def looks(self, glimpse: Glimpse) -> bool:
        head = glimpse.head
        named = b'"filename"' in head or b'"image"' in head
        rings = _BOX.search(head) is not None or _BARE.match(head) is not None
        docling = b'"DoclingDocument"' in head  # which has a filename, too
        return head.startswith(b"{") and b'"text"' in head and named and not rings and not docling

    def read(self, entries: Sequence[Entry], options: Options, findings: Findings) -> Columns:
        """One text per line."""
        columns = Columns("jsonl", geometry=False)
        (entry,) = entries
        names = Names(entry, options, findings)
        rows = list(rows_by_line(entry, options, findings))
        scored = any(isinstance(row, dict) and "score" in row for row, _ in rows)
        columns.has_confidence = options.role != "gt" and (scored or options.confidence)
        several = any(isinstance(row, dict) and "annotator" in row for row, _ in rows)
        aliases: list[str] = []
        for row, line in rows:
            try:
                if not isinstance(row, dict):
                    raise JsonFault("E_FORMAT", f"the line must be an object, got {kind(row)}")
                key = "image" if "image" in row else "filename"
                who = annotator(row, "") if several else None
                sample = names.sample(key_name(row, key, ""), f"/{key}", who or "")
                text = row.get("text")
                if not isinstance(text, str):
                    raise JsonFault("E_FORMAT", f"/text must be a string, got {kind(text)}")
                text = text_of(text, "/text", options)
                score = confidence_of(row.get("score"), "/score") if columns.has_confidence else 1.0
                care = options.role != "gt" or "care" not in row or flag(row, "care", "")
                alias = key_name(row, "alias", "") if "alias" in row else None
            except JsonFault as fault:
                findings.error(fault.code, fault.reason, fault.hint, entry=entry.name, line=line)
                continue
            count_others(row, {key, "annotator", "text", "score", "care", "alias"}, entry, findings)
            if sample is not None:
                columns.add((), text, care, score, line)
                columns.close(sample, entry.name, who)
                aliases += [] if alias is None else [alias]
        names.tell_unknown()
        columns.aliases = aliases
        if aliases and len(set(aliases)) < len(columns.samples):
            reason = "every image needs an alias of its own where one has it"
            findings.error("E_FORMAT", reason, entry=entry.name)
            columns.aliases = []
        return columns


def _rows(
    entry: Entry, options: Options, findings: Findings, columns: Columns
) -> Iterator[tuple[str, Any, int]]:
    """(pointer, object, position or line) of a list, of one object, or of every line."""
    start = entry.data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start == b"{" and b"\n{" in entry.data.replace(b"\r", b"").replace(b" ", b""):
        yield from (("", row, line) for row, line in rows_by_line(entry, options, findings))
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


def _instance(row: Any, pointer: str, line: int, options: Options) -> Found:
    if not isinstance(row, dict):
        raise JsonFault("E_FORMAT", f"{pointer or 'the line'} must be an object, got {kind(row)}")
    if not row.keys() & {"box", "ring", "text"}:
        raise JsonFault("E_FORMAT", f"{pointer or 'the line'} has neither text nor box")
    text = row.get("text")
    if "text" in row or options.text:
        if not isinstance(text, str):
            raise JsonFault("E_FORMAT", f"{pointer}/text must be a string, got {kind(text)}")
        text_of(text, f"{pointer}/text", options)
    care = row.get("care", True)
    if not isinstance(care, bool):
        raise JsonFault("E_FORMAT", f"{pointer}/care must be true or false, got {kind(care)}")
    ring = _ring(row, pointer, options)
    confidence = confidence_of(row.get("score"), f"{pointer}/score") if options.confidence else 1.0
    return Found(ring, text, care or options.role != "gt", confidence, line)


def _ring(row: dict[str, Any], pointer: str, options: Options) -> list[float]:
    """The ring of an object: ``box``, or ``ring`` for one of any number of vertices."""
    key = "ring" if "ring" in row and "box" not in row else "box"
    values, pointer = row.get(key), f"{pointer}/{key}"
    if not isinstance(values, list):
        raise JsonFault("E_FORMAT", f"{pointer} must be a list of numbers, got {kind(values)}")
    if key == "ring" and len(values) < 6:
        if len(values) % 2:
            raise JsonFault("E_FORMAT", f"{pointer} has {len(values)} numbers, expected an even number")
        return [number(value, f"{pointer}/{k}", options.limits) for k, value in enumerate(values)]
    if key == "ring" or len(values) != 4:
        return flat_ring(values, pointer, options)
    return corner_box(values, pointer, options)


JSON, JSONL = Json(), JsonLines()
