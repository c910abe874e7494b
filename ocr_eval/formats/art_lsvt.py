"""ArT and LSVT JSON -> instances: ``{"gt_0": [{"points", "transcription", "illegibility"}]}``, results ``"res_0"``.

Keys name images by their number; rings have any length. ``illegibility`` true is don't care whatever the text, and so
is ``###``. ``language`` is not read. A result has a ``confidence`` or not; true is none.
Sources: open-mmlab/mmocr, art_converter.py and lsvt_converter.py; RRC challenges 14 and 16.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from typing import Any

from ocr_eval.errors import Findings
from ocr_eval.formats.glimpse import Glimpse
from ocr_eval.formats.json_safe import FAILED, JsonFault, kind, load, token
from ocr_eval.formats.reader import DONT_CARE, Columns, Entry, Options
from ocr_eval.formats.schema import Names, enough_room, field, flag, pair_ring
from ocr_eval.formats.schema import score as confidence_of
from ocr_eval.formats.schema import text as text_of
from ocr_eval.formats.walks import each_item

_START = re.compile(rb'\{\s*+"(?:gt|res)_[0-9]++"\s*+:\s*+\[')
_OWN = (b'"transcription"', b'"illegibility"', b'"confidence"')


class ArtLsvt:
    """Format ``art-lsvt``: one document with all images."""

    def looks(self, glimpse: Glimpse) -> bool:
        head = glimpse.head
        return _START.match(head) is not None and any(key in head for key in _OWN)

    def read(self, entries: Sequence[Entry], options: Options, findings: Findings) -> Columns:
        """Every instance of every image, images in their order."""
        columns = Columns("art-lsvt", pointer="/{sample}/{index}")
        (entry,) = entries
        document = load(entry, findings, options.limits)
        if document is FAILED:
            return columns
        if not isinstance(document, dict):
            findings.error(
                "E_FORMAT", f"the document must be an object, got {kind(document)}", entry=entry.name
            )
            return columns
        rows = [row for items in document.values() if isinstance(items, list) for row in items]
        scored = any(isinstance(row, dict) and "confidence" in row for row in rows)
        options = options._replace(confidence=options.role != "gt" and (scored or options.confidence))
        columns.has_confidence = options.confidence
        names = Names(entry, options, findings)
        for image, items in document.items():
            pointer = f"/{token(image)}"
            try:
                if not isinstance(items, list):
                    raise JsonFault("E_FORMAT", f"{pointer} must be a list, got {kind(items)}")
                sample = names.sample(image, pointer, numbered=True)
            except JsonFault as fault:
                findings.error(fault.code, fault.reason, fault.hint, entry=entry.name)
                continue
            if sample is None or not enough_room(len(items), len(columns.care), entry, options, findings):
                continue
            each_item(items, pointer, entry, findings, partial(_add, options=options, columns=columns))
            columns.close(sample, entry.name)
            columns.positions.append(token(image))
        names.tell_unknown()
        return columns


def _add(item: Any, pointer: str, line: int, *, options: Options, columns: Columns) -> None:
    ring = pair_ring(field(item, "points", list, pointer), f"{pointer}/points", options)
    text = None
    if options.text or "transcription" in item:
        text = text_of(field(item, "transcription", str, pointer), f"{pointer}/transcription", options)
    ignored = flag(item, "illegibility", pointer) or text == DONT_CARE
    confidence = 1.0
    if options.confidence:
        confidence = confidence_of(item.get("confidence"), f"{pointer}/confidence")
    columns.add(ring, text, not (ignored and options.role == "gt"), confidence, line)


ART_LSVT = ArtLsvt()
