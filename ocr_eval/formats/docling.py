"""Documents of docling -> texts with the boxes of their places, page by page.

``texts[].{text, prov[].{page_no, bbox: {l, t, r, b, coord_origin}, charspan}}`` and ``pages`` by number, each with its
``size``. A text in several places is parted by their ``charspan``. Lengths are taken for pixels, as they are for
images; ``docling(resolution=N)`` makes N pixels of an inch of 72 PDF points. No confidences; tables are left out.
Source: docling-project/docling-core @0cf828e, docling_core/types/doc/base.py and document.py.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from ocr_eval.errors import quote
from ocr_eval.formats.glimpse import Glimpse
from ocr_eval.formats.json_safe import JsonFault, kind, number
from ocr_eval.formats.paged import Call, Engine, Page, Word, items_of, numbered, side
from ocr_eval.formats.reader import Options
from ocr_eval.formats.schema import field

POINTS = 72.0  # to the inch
ORIGINS = ("TOPLEFT", "BOTTOMLEFT")


def _looks(glimpse: Glimpse) -> bool:
    head = glimpse.head
    return head.startswith(b"{") and (b'"DoclingDocument"' in head or b'"coord_origin"' in head)


def _pages(document: Any, call: Call) -> list[Page]:
    sizes = _sizes(document)
    items: dict[int, list[tuple[str, Any]]] = {page: [] for page in sizes}
    homeless = 0
    for at, text in items_of(field(document, "texts", list, ""), "/texts"):
        places = items_of(
            field({"prov": [], **text} if isinstance(text, dict) else text, "prov", list, at), f"{at}/prov"
        )
        homeless += not places
        for (where, place), words in zip(places, _parted(text, places, at), strict=True):
            page = numbered(2, field(place, "page_no", int, where), f"{where}/page_no") or 1
            items.setdefault(page, []).append((where, (place, words)))
    if homeless:
        call.tell("texts without a place left out", homeless)
    if isinstance(document.get("tables"), list) and document["tables"]:
        call.tell("tables left out", len(document["tables"]))
    return [
        Page(
            f"page {page}",
            items[page],
            partial(_text, sizes.get(page), page, call.options),
            numbered(len(items), page, "/pages"),
        )
        for page in sorted(items)
    ]


def _sizes(document: Any) -> dict[int, Any]:
    """The size of every page that the document tells, by number."""
    pages = document.get("pages", {}) if isinstance(document, dict) else {}
    if not isinstance(pages, dict | list):
        raise JsonFault("E_FORMAT", f"/pages must be an object, got {kind(pages)}")
    rows = pages.items() if isinstance(pages, dict) else [(str(k + 1), page) for k, page in enumerate(pages)]
    found: dict[int, Any] = {}
    for key, page in rows:
        own = page.get("page_no") if isinstance(page, dict) else None
        if own is None and key.isascii() and key.isdigit() and len(key) < 8:
            own = int(key)
        found[numbered(2, own, f"/pages/{quote(key)[1:-1]}/page_no") or 1] = field(
            page, "size", dict, f"/pages/{quote(key)[1:-1]}"
        )
    return found


def _parted(item: Any, places: list[tuple[str, Any]], pointer: str) -> list[str]:
    """The part of a text that stands in each of its places."""
    text: str = field(item, "text", str, pointer)
    if len(places) < 2:
        return [text] * len(places)
    parts, begin = [], 0
    for where, place in places:
        span = field(place, "charspan", list, where)
        if (
            len(span) != 2
            or span[0] != begin
            or not isinstance(span[1], int)
            or not begin <= span[1] <= len(text)
        ):
            raise JsonFault(
                "E_FORMAT",
                f"{where}/charspan does not continue the parts of {pointer}/text",
                "give each place a text",
            )
        parts.append(text[begin : span[1]])
        begin = span[1] + 1
    if begin != len(text) + 1:
        raise JsonFault(
            "E_FORMAT", f"the charspans of {pointer} do not cover its text", "give each place a text"
        )
    return parts


def _text(size: Any, page: int, options: Options, item: tuple[Any, str], pointer: str) -> Word:
    place, words = item
    box, where = field(place, "bbox", dict, pointer), f"{pointer}/bbox"
    left, top, right, bottom = (number(box.get(key), f"{where}/{key}", options.limits) for key in "ltrb")
    origin = box.get("coord_origin")
    if origin not in ORIGINS:
        raise JsonFault("E_FORMAT", f"{where}/coord_origin must be {' or '.join(ORIGINS)}")
    if origin == "BOTTOMLEFT":
        if size is None:
            reason = f"{where} counts from the bottom of page {page}, whose size is not told"
            raise JsonFault("E_FORMAT", reason, "add the page to /pages with its size")
        height = side(size.get("height"), f"the height of page {page}", options)
        top, bottom = height - top, height - bottom
    if right < left or bottom < top:
        raise JsonFault("E_COORD", f"{where} has r < l, or its bottom above its top")
    scale = float(options.choices.get("resolution", POINTS)) / POINTS
    ring = (left, top, right, top, right, bottom, left, bottom)
    return Word([value * scale for value in ring], words, None)


DOCLING = Engine("docling", _looks, _pages, ("text",), "text")
