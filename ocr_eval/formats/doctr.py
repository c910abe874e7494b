"""Exports of docTR -> words or lines, in pixels.

``pages[].blocks[].lines[].words[].{value, confidence, geometry}``; a page's ``dimensions`` are height and width, a
``geometry`` two corners ``[[x0, y0], [x1, y1]]`` or four points, in parts of the page. A line's text is its words with
spaces between them; it has no confidence. Several pages are numbered by ``page_idx``, from 0.
Source: mindee/doctr @8a88fea, doctr/io/elements.py.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from ocr_eval.formats.glimpse import Glimpse
from ocr_eval.formats.json_safe import JsonFault
from ocr_eval.formats.paged import Call, Engine, Page, Word, items_of, relative_ring, side
from ocr_eval.formats.reader import Options
from ocr_eval.formats.schema import field, identity
from ocr_eval.formats.schema import score as confidence_of


def _looks(glimpse: Glimpse) -> bool:
    head = glimpse.head
    return head.startswith(b"{") and b'"pages"' in head and b'"blocks"' in head and b'"dimensions"' in head


def _pages(document: Any, call: Call) -> list[Page]:
    pages = items_of(field(document, "pages", list, ""), "/pages")
    found = []
    for k, (pointer, page) in enumerate(pages):
        sides = field(page, "dimensions", list, pointer)
        if len(sides) != 2:
            raise JsonFault("E_FORMAT", f"{pointer}/dimensions must be height and width")
        height, width = (
            side(value, f"{pointer}/dimensions/{i}", call.options) for i, value in enumerate(sides)
        )
        blocks = items_of(field(page, "blocks", list, pointer), f"{pointer}/blocks")
        items = [i for at, block in blocks for i in items_of(field(block, "lines", list, at), f"{at}/lines")]
        if call.level == "word":
            items = [i for at, line in items for i in items_of(field(line, "words", list, at), f"{at}/words")]
        read = partial(_word if call.level == "word" else _line, width, height, call.options)
        found.append(Page(pointer, items, read, _number(page, k, pointer) if len(pages) > 1 else None))
    return found


def _number(page: Any, position: int, pointer: str) -> int:
    if "page_idx" not in page:
        return position + 1
    index = identity(page, "page_idx", pointer)
    if not (index.isascii() and index.isdigit() and len(index) < 8):
        raise JsonFault("E_FORMAT", f"{pointer}/page_idx must be a whole number from 0 on")
    return int(index) + 1


def _word(width: float, height: float, options: Options, item: Any, pointer: str) -> Word:
    text = field(item, "value", str, pointer)
    confidence = confidence_of(item["confidence"], f"{pointer}/confidence") if "confidence" in item else None
    return Word(_ring(item, pointer, width, height, options), text, confidence)


def _line(width: float, height: float, options: Options, item: Any, pointer: str) -> Word:
    words = items_of(field(item, "words", list, pointer), f"{pointer}/words")
    text = " ".join(field(word, "value", str, at) for at, word in words)
    return Word(_ring(item, pointer, width, height, options), text, None)


def _ring(item: Any, pointer: str, width: float, height: float, options: Options) -> list[float]:
    points, where = field(item, "geometry", list, pointer), f"{pointer}/geometry"
    if len(points) == 2 and all(isinstance(point, list) and len(point) == 2 for point in points):
        (left, top), (right, bottom) = points
        points = [[left, top], [right, top], [right, bottom], [left, bottom]]
        ring = relative_ring(points, where, width, height, options)
        if ring[2] < ring[0] or ring[5] < ring[1]:
            raise JsonFault("E_COORD", f"{where} has x1 < x0 or y1 < y0")
        return ring
    return relative_ring(points, where, width, height, options)


DOCTR = Engine("doctr", _looks, _pages, ("word", "line"))
