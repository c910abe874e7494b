"""Results of Azure's Read -> words or lines: the shape of version 3 and that of 2022 and later.

Version 3: ``analyzeResult.readResults[].lines[].{boundingBox, text, words[].{boundingBox, text, confidence}}``. Since
2022: ``analyzeResult.pages[].{words[].{content, polygon, confidence}, lines[].{content, polygon}}``. Polygons are flat;
lines have no confidence. ``unit`` is ``pixel``, or ``inch`` of a PDF, which needs ``azure-read(resolution=N)``.
Source: the service's documentation of 2021 (sample output of Read 3.1) and of Document Intelligence since 2022.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from ocr_eval.errors import quote
from ocr_eval.formats.glimpse import Glimpse
from ocr_eval.formats.json_safe import JsonFault
from ocr_eval.formats.paged import Call, Engine, Page, Word, items_of, numbered
from ocr_eval.formats.reader import Options
from ocr_eval.formats.schema import field, flat_ring
from ocr_eval.formats.schema import score as confidence_of


def _looks(glimpse: Glimpse) -> bool:
    return glimpse.head.startswith(b"{") and (
        b'"analyzeResult"' in glimpse.head or b'"readResults"' in glimpse.head
    )


def _pages(document: Any, call: Call) -> list[Page]:
    at, result = "", document
    if isinstance(document, dict) and "analyzeResult" in document:
        at, result = "/analyzeResult", field(document, "analyzeResult", dict, "")
    old = isinstance(result, dict) and "readResults" in result
    key, number, text, ring = (
        ("readResults", "page", "text", "boundingBox")
        if old
        else ("pages", "pageNumber", "content", "polygon")
    )
    pages = items_of(field(result, key, list, at), f"{at}/{key}")
    found = []
    for pointer, page in pages:
        scale = _scale(page, pointer, call.options)
        if old and call.level == "word":
            lines = items_of(field(page, "lines", list, pointer), f"{pointer}/lines")
            items = [
                i for own, line in lines for i in items_of(field(line, "words", list, own), f"{own}/words")
            ]
        else:
            items = items_of(field(page, f"{call.level}s", list, pointer), f"{pointer}/{call.level}s")
        own_number = numbered(len(pages), page.get(number), f"{pointer}/{number}")
        found.append(Page(pointer, items, partial(_word, text, ring, scale, call.options), own_number))
    return found


def _scale(page: Any, pointer: str, options: Options) -> float:
    """Pixels per unit of the page."""
    unit = field(page, "unit", str, pointer)
    resolution = options.choices.get("resolution")
    if unit == "pixel" or not options.geometry:
        return 1.0
    if unit != "inch":
        raise JsonFault("E_FORMAT", f"{pointer}/unit must be pixel or inch, got {quote(unit)}")
    if resolution is None:
        hint = "give the pixels per inch as azure-read(resolution=N)"
        raise JsonFault("E_FORMAT", f"{pointer} is measured in inches", hint)
    return float(resolution)


def _word(text: str, ring: str, scale: float, options: Options, item: Any, pointer: str) -> Word:
    points = flat_ring(field(item, ring, list, pointer), f"{pointer}/{ring}", options)
    confidence = confidence_of(item["confidence"], f"{pointer}/confidence") if "confidence" in item else None
    return Word([value * scale for value in points], field(item, text, str, pointer), confidence)


AZURE_READ = Engine("azure-read", _looks, _pages, ("word", "line"))
