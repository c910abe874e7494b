"""MMOCR 1.x JSON -> instances: ``{"metainfo", "data_list": [{"img_path", "instances": [{"polygon", "bbox", …}]}]}``.

The ring is the flat ``polygon`` where there is one, else the ``bbox`` x1, y1, x2, y2; ``ignore`` true is don't care,
whatever the text. Where no rings are wanted the document is a recognition list: one instance with a text per image.
Source: open-mmlab/mmocr @966296f, tests/data.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from ocr_eval.errors import Findings
from ocr_eval.formats.glimpse import Glimpse
from ocr_eval.formats.json_safe import FAILED, JsonFault, kind, load
from ocr_eval.formats.reader import Columns, Entry, Options
from ocr_eval.formats.schema import (
    Names,
    corner_box,
    count_others,
    enough_room,
    field,
    flag,
    flat_ring,
    key_name,
)
from ocr_eval.formats.schema import score as confidence_of
from ocr_eval.formats.schema import text as text_of
from ocr_eval.formats.walks import each_item

FORM = 'expected {"metainfo": {…}, "data_list": [{"img_path", "instances": […]}]}'
KEYS = {"polygon", "bbox", "bbox_label", "ignore", "text", "score"}


class Mmocr:
    """Format ``mmocr``: one document with all images."""

    def looks(self, glimpse: Glimpse) -> bool:
        head = glimpse.head
        return head.startswith(b"{") and b'"data_list"' in head

    def read(self, entries: Sequence[Entry], options: Options, findings: Findings) -> Columns:
        """Every instance of every image, images in their order."""
        columns = Columns(
            "mmocr",
            geometry=options.geometry,
            pointer="/data_list/{sample}/instances/{index}",
            has_confidence=options.confidence,
        )
        (entry,) = entries
        document = load(entry, findings, options.limits)
        if document is FAILED:
            return columns
        try:
            images = field(document, "data_list", list, "")
        except JsonFault as fault:
            findings.error(fault.code, fault.reason, fault.hint or FORM, entry=entry.name)
            return columns
        names = Names(entry, options, findings)
        for s, image in enumerate(images):
            pointer = f"/data_list/{s}"
            try:
                items = field(image, "instances", list, pointer)
                if not options.geometry and len(items) != 1:
                    reason = f"{pointer}/instances has {len(items)} items, a list of texts has one per image"
                    raise JsonFault("E_FORMAT", reason, "score it with a protocol that compares rings")
                sample = names.sample(key_name(image, "img_path", pointer), f"{pointer}/img_path")
            except JsonFault as fault:
                findings.error(fault.code, fault.reason, fault.hint, entry=entry.name)
                continue
            if sample is None or not enough_room(len(items), len(columns.care), entry, options, findings):
                continue
            add = partial(_add, options=options, columns=columns)
            each_item(items, f"{pointer}/instances", entry, findings, add)
            for item in items:
                count_others(item, KEYS, entry, findings)
            columns.close(sample, entry.name)
            columns.positions.append(s)
        names.tell_unknown()
        return columns


def _add(item: Any, pointer: str, line: int, *, options: Options, columns: Columns) -> None:
    if not isinstance(item, dict):
        raise JsonFault("E_FORMAT", f"{pointer} must be an object, got {kind(item)}")
    ring = _ring(item, pointer, options) if options.geometry else []
    text = None
    if options.text or not options.geometry or item.get("text") is not None:
        text = text_of(field(item, "text", str, pointer), f"{pointer}/text", options)
    care = not (flag(item, "ignore", pointer) and options.role == "gt")
    confidence = confidence_of(item.get("score"), f"{pointer}/score") if options.confidence else 1.0
    columns.add(ring, text, care, confidence, line)


def _ring(item: dict[str, Any], pointer: str, options: Options) -> list[float]:
    if item.get("polygon") is not None:
        return flat_ring(field(item, "polygon", list, pointer), f"{pointer}/polygon", options)
    if item.get("bbox") is not None:
        return corner_box(item["bbox"], f"{pointer}/bbox", options)
    hint = "a list of texts without rings is scored with -p recognition"
    raise JsonFault("E_FORMAT", f"{pointer} has neither polygon nor bbox", hint)


MMOCR = Mmocr()
