"""Prodigy's JSONL -> instances: a task a line, ``{"image", "spans": [{"points", …}], "answer", "_annotator_id"}``.

Only tasks with the answer ``accept`` (or none) count; the others are told. A span is ``points`` of any length, or x, y,
width and height. Its transcription is ``text``, else ``transcription``; ``prodigy(text=KEY)`` names another key. An
image given as data is named by ``path`` or ``meta.file``. The annotator is ``_annotator_id``, else ``_session_id``;
``by=session`` takes the session first. ``###`` is don't care in a gt. Source: the documentation of Prodigy's tasks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from ocr_eval.errors import Findings, quote
from ocr_eval.formats.glimpse import Glimpse
from ocr_eval.formats.json_rows import rows_by_line
from ocr_eval.formats.json_safe import JsonFault, kind, token
from ocr_eval.formats.reader import DONT_CARE, Columns, Entry, Options
from ocr_eval.formats.schema import Names, box, corners, enough_room, field, pair_ring
from ocr_eval.formats.schema import text as text_of
from ocr_eval.formats.walks import each_item, has_confidences

WHO = ("_annotator_id", "_session_id")
TEXTS = ("text", "transcription")
ANSWERS = ("accept", "reject", "ignore")


class Prodigy:
    """Format ``prodigy``: one document with all images."""

    def looks(self, glimpse: Glimpse) -> bool:
        head = glimpse.head
        own = b'"answer"' in head or b'"_annotator_id"' in head or b'"_session_id"' in head
        return head.startswith(b"{") and b'"spans"' in head and b'"image"' in head and own

    def read(self, entries: Sequence[Entry], options: Options, findings: Findings) -> Columns:
        """Every span of every accepted task; the line is that of the task."""
        columns = Columns("prodigy", has_confidence=False)
        (entry,) = entries
        if has_confidences("prodigy", options, findings):
            return columns
        names = Names(entry, options, findings)
        rows = list(rows_by_line(entry, options, findings))
        several = any(isinstance(row, dict) and row.keys() & set(WHO) for row, _ in rows)
        for row, line in rows:
            try:
                if not _accepted(row):
                    findings.warn("W_LAYOUT", "tasks that were not accepted left out", place=f"line {line}")
                    continue
                who = _who(row, options) if several else None
                spans = field(row, "spans", list, "") if row.get("spans") is not None else []
                sample = names.sample(_image(row), "/image", who or "")
            except JsonFault as fault:
                findings.error(fault.code, fault.reason, fault.hint, entry=entry.name, line=line)
                continue
            if sample is None or not enough_room(len(spans), len(columns.care), entry, options, findings):
                continue
            add = partial(_add, line=line, options=options, columns=columns)
            each_item(spans, "/spans", entry, findings, add, line)
            columns.close(sample, entry.name, who)
        names.tell_unknown()
        return columns


def _accepted(row: Any) -> bool:
    if not isinstance(row, dict):
        raise JsonFault("E_FORMAT", f"the line must be an object, got {kind(row)}")
    answer = row.get("answer", ANSWERS[0])
    if answer not in ANSWERS:
        shown = quote(answer) if isinstance(answer, str) else kind(answer)
        raise JsonFault("E_FORMAT", f"/answer is {shown}, expected {', '.join(ANSWERS)}")
    return bool(answer == ANSWERS[0])


def _who(row: Mapping[str, Any], options: Options) -> str:
    keys = WHO[::-1] if options.choices.get("by") == "session" else WHO
    key = next((key for key in keys if row.get(key) is not None), None)
    if key is None:
        return ""
    if isinstance(row[key], bool) or not isinstance(row[key], int | str) or row[key] == "":
        raise JsonFault("E_FORMAT", f"/{key} must be a name or a whole number, got {kind(row[key])}")
    return str(row[key])


def _image(row: Mapping[str, Any]) -> str:
    """The name of a task's image, which may stand beside its data."""
    image, meta = row.get("image"), row.get("meta")
    given: list[Any] = [row.get("path"), meta.get("file") if isinstance(meta, dict) else None]
    if isinstance(image, str) and not image.startswith("data:"):
        given = [image.partition("?")[0] if "://" in image else image]
    name = next((one for one in given if isinstance(one, str) and one), None)
    if name is None:
        hint = "add path or meta.file where the image is given as data"
        raise JsonFault("E_FORMAT", "/image must name an image", hint)
    return name


def _add(span: Any, pointer: str, _: int, *, line: int, options: Options, columns: Columns) -> None:
    if not isinstance(span, dict):
        raise JsonFault("E_FORMAT", f"{pointer} must be an object, got {kind(span)}")
    if span.get("points") is not None:
        ring = pair_ring(span["points"], f"{pointer}/points", options)
    else:
        ring = corners(*box([span.get(key) for key in ("x", "y", "width", "height")], pointer, options))
    named = options.choices.get("text")
    key = next((key for key in ([named] if named else TEXTS) if span.get(key) is not None), None)
    text = None
    if key is not None or options.text:
        key = key or named or TEXTS[0]
        text = text_of(field(span, key, str, pointer), f"{pointer}/{token(key)}", options)
    columns.add(ring, text, options.role != "gt" or text != DONT_CARE, 1.0, line)


PRODIGY = Prodigy()
