"""WildReceipt -> instances: one JSON object per line, ``{"file_name", "annotations": [{"box", "text", "label"}]}``.

A box is eight numbers, from the bottom left corner counter-clockwise, kept as written. Label 0 (Ignore) is don't care.
Source: open-mmlab/mmocr @966296f, tests/data/kie_toy_dataset/wildreceipt.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from ocr_eval.errors import Findings
from ocr_eval.formats.glimpse import Glimpse
from ocr_eval.formats.json_rows import rows_by_line
from ocr_eval.formats.json_safe import JsonFault, kind
from ocr_eval.formats.reader import Columns, Entry, Options
from ocr_eval.formats.schema import Names, enough_room, field, flat_ring, key_name
from ocr_eval.formats.schema import text as text_of
from ocr_eval.formats.walks import each_item, has_confidences

IGNORE = 0


class WildReceipt:
    """Format ``wildreceipt``: one document with all images."""

    def looks(self, glimpse: Glimpse) -> bool:
        head = glimpse.head
        return head.startswith(b"{") and all(
            key in head for key in (b'"file_name"', b'"annotations"', b'"box"', b'"label"')
        )

    def read(self, entries: Sequence[Entry], options: Options, findings: Findings) -> Columns:
        """Every annotation; the line is that of its image."""
        columns = Columns("wildreceipt", has_confidence=False)
        (entry,) = entries
        if has_confidences("wildreceipt", options, findings):
            return columns
        names = Names(entry, options, findings)
        for row, line in rows_by_line(entry, options, findings):
            try:
                items = field(row, "annotations", list, "")
                sample = names.sample(key_name(row, "file_name", ""), "/file_name")
            except JsonFault as fault:
                findings.error(fault.code, fault.reason, fault.hint, entry=entry.name, line=line)
                continue
            if sample is None or not enough_room(len(items), len(columns.care), entry, options, findings):
                continue
            add = partial(_add, line=line, options=options, columns=columns)
            each_item(items, "/annotations", entry, findings, add, line)
            columns.close(sample, entry.name)
        names.tell_unknown()
        return columns


def _add(item: Any, pointer: str, _: int, *, line: int, options: Options, columns: Columns) -> None:
    points = field(item, "box", list, pointer)
    if len(points) != 8:
        raise JsonFault("E_FORMAT", f"{pointer}/box has {len(points)} numbers, expected 8")
    ring = flat_ring(points, f"{pointer}/box", options)
    text = text_of(field(item, "text", str, pointer), f"{pointer}/text", options)
    label = item.get("label")
    if isinstance(label, bool) or not isinstance(label, int):
        got = kind(label) if "label" in item else "nothing"
        raise JsonFault("E_FORMAT", f"{pointer}/label must be a whole number, got {got}")
    columns.add(ring, text, options.role != "gt" or label != IGNORE, 1.0, line)


WILDRECEIPT = WildReceipt()
