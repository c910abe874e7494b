"""Responses of Google Cloud Vision -> words or paragraphs with the text of their symbols.

``[responses[].]fullTextAnnotation.pages[].blocks[].paragraphs[].words[].symbols[]``, one response, several under
``responses``, or a list of them. A coordinate and a confidence of 0 are left out of the file. ``level=paragraph``
joins words by their breaks: a space, LF at the end of a line, ``-`` and LF where a word is parted.
Source: googleapis/googleapis @0e34590, google/cloud/vision/v1/text_annotation.proto.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from ocr_eval.formats.glimpse import Glimpse
from ocr_eval.formats.json_safe import JsonFault, kind
from ocr_eval.formats.paged import Call, Engine, Page, Word, items_of, numbered, relative_ring, side
from ocr_eval.formats.reader import Options
from ocr_eval.formats.schema import field, pair_ring
from ocr_eval.formats.schema import score as confidence_of

BREAKS = {
    "UNKNOWN": "",
    "SPACE": " ",
    "SURE_SPACE": " ",
    "EOL_SURE_SPACE": "\n",
    "HYPHEN": "-\n",
    "LINE_BREAK": "\n",
}


def _looks(glimpse: Glimpse) -> bool:
    head = glimpse.head
    return b'"fullTextAnnotation"' in head or (b'"textAnnotations"' in head and b'"boundingPoly"' in head)


def _pages(document: Any, call: Call) -> list[Page]:
    at, responses = "", document
    if isinstance(document, dict) and "responses" in document:
        at, responses = "/responses", field(document, "responses", list, "")
    found = items_of(responses, at) if isinstance(responses, list) else [("", document)]
    pages = [page for pointer, response in found for page in _of_response(response, pointer, call)]
    if len(pages) < 2:
        return pages
    return [page if page.name else page._replace(number=k + 1) for k, page in enumerate(pages)]


def _of_response(response: Any, pointer: str, call: Call) -> Iterator[Page]:
    """The pages of one response; an image without text has an empty one."""
    if not isinstance(response, dict):
        raise JsonFault("E_FORMAT", f"{pointer or 'the document'} must be an object, got {kind(response)}")
    if response.get("error"):
        raise JsonFault("E_FORMAT", f"{pointer}/error: the service failed", "ask it again for this image")
    name = number = None
    if isinstance(response.get("context"), dict):
        context = response["context"]
        name = field(context, "uri", str, f"{pointer}/context") if "uri" in context else None
        number = context.get("pageNumber")
        number = None if number is None else numbered(2, number, f"{pointer}/context/pageNumber")
    text = response.get("fullTextAnnotation")
    if text is None:
        if response.get("textAnnotations"):
            reason = f"{pointer}/fullTextAnnotation is missing beside textAnnotations"
            raise JsonFault("E_FORMAT", reason, "ask the service for DOCUMENT_TEXT_DETECTION")
        yield Page(pointer, [], partial(_word, {}, "", call.options), number, name or "")
        return
    at = f"{pointer}/fullTextAnnotation/pages"
    for p, page in enumerate(field(text, "pages", list, f"{pointer}/fullTextAnnotation")):
        own = f"{at}/{p}"
        items = list(_paragraphs(page, own))
        if call.level == "word":
            items = [
                item
                for at_, one in items
                for item in items_of(field(one, "words", list, at_), f"{at_}/words")
            ]
        yield Page(own, items, partial(_READ[call.level], page, own, call.options), number, name or "")


def _paragraphs(page: Any, pointer: str) -> Iterator[tuple[str, Any]]:
    for at, block in items_of(_list(page, "blocks", pointer), f"{pointer}/blocks"):
        yield from items_of(_list(block, "paragraphs", at), f"{at}/paragraphs")


def _list(item: Any, key: str, pointer: str) -> list[Any]:
    """A list that is left out when it is empty: a page without text, a block that is a picture."""
    found: list[Any] = field({key: [], **item} if isinstance(item, dict) else item, key, list, pointer)
    return found


def _word(page: Any, at: str, options: Options, item: Any, pointer: str) -> Word:
    text = "".join(
        field(symbol, "text", str, own)
        for own, symbol in items_of(field(item, "symbols", list, pointer), f"{pointer}/symbols")
    )
    return Word(_ring(item, pointer, page, at, options), text, _confidence(item, pointer))


def _paragraph(page: Any, at: str, options: Options, item: Any, pointer: str) -> Word:
    parts: list[str] = []
    for own, word in items_of(field(item, "words", list, pointer), f"{pointer}/words"):
        for here, symbol in items_of(field(word, "symbols", list, own), f"{own}/symbols"):
            text, (prefix, gap) = field(symbol, "text", str, here), _break(symbol, here)
            parts += [gap, text] if prefix else [text, gap]
    text = "".join(parts).rstrip(" \n")
    return Word(_ring(item, pointer, page, at, options), text, _confidence(item, pointer))


_READ = {"word": _word, "paragraph": _paragraph}


def _break(symbol: dict[str, Any], pointer: str) -> tuple[bool, str]:
    """(stands before the symbol, the characters of the break)."""
    holder = symbol.get("property")
    found = holder.get("detectedBreak") if isinstance(holder, dict) else None
    if not isinstance(found, dict):
        return False, ""
    gap = BREAKS.get(str(found.get("type", "UNKNOWN")))
    if gap is None:
        reason = f"{pointer}/property/detectedBreak/type is none of {', '.join(BREAKS)}"
        raise JsonFault("E_FORMAT", reason)
    return found.get("isPrefix") is True, gap


def _confidence(item: Any, pointer: str) -> float | None:
    return confidence_of(item["confidence"], f"{pointer}/confidence") if "confidence" in item else None


def _ring(item: Any, pointer: str, page: Any, at: str, options: Options) -> list[float]:
    box = field(item, "boundingBox", dict, pointer)
    key = "vertices" if box.get("vertices") else "normalizedVertices"
    where = f"{pointer}/boundingBox/{key}"
    points = []
    for own, vertex in items_of(field(box, key, list, f"{pointer}/boundingBox"), where):
        if not isinstance(vertex, dict):
            raise JsonFault("E_FORMAT", f"{own} must be an object, got {kind(vertex)}")
        points.append([vertex.get("x", 0), vertex.get("y", 0)])
    if key == "vertices":
        return pair_ring(points, where, options)
    width, height = (side(page.get(name), f"{at}/{name}", options) for name in ("width", "height"))
    return relative_ring(points, where, width, height, options)


GOOGLE_VISION = Engine("google-vision", _looks, _pages, ("word", "paragraph"), "paragraph", zero_omitted=True)
