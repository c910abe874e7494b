"""Results of EasyOCR -> instances: one JSON per image, a list of ``[four points, text, confidence]``.

``output_format="dict"`` gives objects of ``boxes``, ``text`` and ``confident``, ``paragraph=True`` no confidences.
Numbers of numpy that were written as texts are read as numbers.
Source: JaidedAI/EasyOCR @0008835, easyocr/easyocr.py (``readtext``).
"""

from __future__ import annotations

import re
from functools import partial
from typing import Any

from ocr_eval.formats.glimpse import Glimpse
from ocr_eval.formats.json_safe import JsonFault, kind
from ocr_eval.formats.numbers import LineFault
from ocr_eval.formats.numbers import confidence as decimal_confidence
from ocr_eval.formats.paged import Call, Engine, Page, Word, items_of
from ocr_eval.formats.reader import Options
from ocr_eval.formats.schema import pair_ring, spelled_number
from ocr_eval.formats.schema import score as confidence_of
from ocr_eval.limits import Limits

_START = re.compile(rb"\[\s*\[\s*\[\s*\[")


def _looks(glimpse: Glimpse) -> bool:
    head = glimpse.head
    return _START.match(head) is not None or (
        head.startswith(b"[") and b'"boxes"' in head and b'"confident"' in head
    )


def _pages(document: Any, call: Call) -> list[Page]:
    if not isinstance(document, list):
        raise JsonFault("E_FORMAT", f"the document must be a list, got {kind(document)}")
    return [Page("", items_of(document, ""), partial(_word, call.options))]


def _word(options: Options, item: Any, pointer: str) -> Word:
    if isinstance(item, dict):
        item = [item[key] for key in ("boxes", "text", "confident") if key in item]
    if not isinstance(item, list) or len(item) not in (2, 3):
        got = f"{len(item)} values" if isinstance(item, list) else kind(item)
        raise JsonFault("E_FORMAT", f"{pointer} must be points, text and confidence, got {got}")
    points, text = item[0], item[1]
    if isinstance(points, list):
        points = [
            [spelled_number(v, f"{pointer}/0") for v in p] if isinstance(p, list) else p for p in points
        ]
    if not isinstance(text, str):
        raise JsonFault("E_FORMAT", f"{pointer}/1 must be a string, got {kind(text)}")
    confidence = _confidence(item[2], f"{pointer}/2") if len(item) > 2 else None
    return Word(pair_ring(points, f"{pointer}/0", options), text, confidence)


def _confidence(value: Any, pointer: str) -> float:
    if not isinstance(value, str):
        return confidence_of(value, pointer)
    try:
        return decimal_confidence(value, Limits())
    except LineFault as fault:
        raise JsonFault(fault.code, f"{pointer}: {fault.reason}") from None


EASYOCR = Engine("easyocr", _looks, _pages, text_level="word")
