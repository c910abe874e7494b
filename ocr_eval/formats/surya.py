"""Results of Surya -> lines: ``text_lines[].{polygon, text, confidence}`` of a page.

A file holds one page, a list of pages, or what the command line writes: ``{"image name": [page, …], …}``, whatever
the file is called. A confidence may be null.
Source: VikParuchuri/surya @06c9132, surya/recognition/schema.py.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from ocr_eval.formats.glimpse import Glimpse
from ocr_eval.formats.json_safe import JsonFault, token
from ocr_eval.formats.paged import Call, Engine, Page, Word, items_of, numbered
from ocr_eval.formats.reader import Options
from ocr_eval.formats.schema import field, pair_ring
from ocr_eval.formats.schema import score as confidence_of


def _looks(glimpse: Glimpse) -> bool:
    return b'"text_lines"' in glimpse.head


def _pages(document: Any, call: Call) -> list[Page]:
    if isinstance(document, dict) and "text_lines" not in document:
        found = []
        for name in document:
            pages = items_of(field(document, name, list, ""), f"/{token(name)}")
            found += [_page(page, at, len(pages), k, name, call) for k, (at, page) in enumerate(pages)]
        if not found:
            raise JsonFault("E_FORMAT", "the document has no text_lines")
        return found
    pages = items_of(document, "") if isinstance(document, list) else [("", document)]
    return [_page(page, at, len(pages), k, "", call) for k, (at, page) in enumerate(pages)]


def _page(page: Any, pointer: str, count: int, position: int, name: str, call: Call) -> Page:
    items = items_of(field(page, "text_lines", list, pointer), f"{pointer}/text_lines")
    number = numbered(count, page.get("page", position + 1), f"{pointer}/page")
    return Page(pointer, items, partial(_line, call.options), number, name)


def _line(options: Options, item: Any, pointer: str) -> Word:
    ring = pair_ring(field(item, "polygon", list, pointer), f"{pointer}/polygon", options)
    score = item.get("confidence")
    confidence = None if score is None else confidence_of(score, f"{pointer}/confidence")
    return Word(ring, field(item, "text", str, pointer), confidence)


SURYA = Engine("surya", _looks, _pages, ("line",))
