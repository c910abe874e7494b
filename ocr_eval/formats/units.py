"""UNITS' own JSON -> instances: a list of ``{"image_id", "polys": [["836", "112"], …], "rec", "score"}``.

Coordinates are numbers or texts of numbers, ``image_id`` a number or a text; instances of one image may be apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ocr_eval.errors import Findings
from ocr_eval.formats.gathered import Found, Gathered
from ocr_eval.formats.glimpse import Glimpse
from ocr_eval.formats.json_safe import FAILED, JsonFault, kind, load
from ocr_eval.formats.reader import Columns, Entry, Options
from ocr_eval.formats.schema import Names, field, identity, pair_ring, spelled_number
from ocr_eval.formats.schema import score as confidence_of
from ocr_eval.formats.schema import text as text_of


class Units:
    """Format ``units-json``: one document with the predictions of all images."""

    def looks(self, glimpse: Glimpse) -> bool:
        head = glimpse.head
        return head.startswith(b"[") and b'"polys"' in head and b'"image_id"' in head

    def read(self, entries: Sequence[Entry], options: Options, findings: Findings) -> Columns:
        """Every prediction, whatever its score; images in the order of their first one."""
        columns = Columns("units-json", pointer="/{index}", has_confidence=True)
        (entry,) = entries
        document = load(entry, findings, options.limits)
        if document is FAILED:
            return columns
        if not isinstance(document, list):
            findings.error("E_FORMAT", f"the document must be a list, got {kind(document)}", entry=entry.name)
            return columns
        names, gathered = Names(entry, options, findings), Gathered(entry, options, findings)
        for k, item in enumerate(document):
            try:
                found = _instance(item, k, options)
                sample = names.numbered(identity(item, "image_id", f"/{k}"))
            except JsonFault as fault:
                findings.error(fault.code, fault.reason, fault.hint, entry=entry.name)
                continue
            if sample is not None:
                gathered.add(sample, found)
        names.tell_unknown()
        gathered.fill(columns)
        return columns


def _instance(item: Any, k: int, options: Options) -> Found:
    points = field(item, "polys", list, f"/{k}")
    points = [
        [spelled_number(value, f"/{k}/polys") for value in p] if isinstance(p, list) else p for p in points
    ]
    ring = pair_ring(points, f"/{k}/polys", options)
    text = text_of(field(item, "rec", str, f"/{k}"), f"/{k}/rec", options)
    return Found(ring, text, True, confidence_of(item.get("score"), f"/{k}/score"), k + 1)


UNITS = Units()
