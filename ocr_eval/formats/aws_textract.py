"""Responses of AWS Textract -> words or lines, in pixels of the image size that is given.

``Blocks[]`` with ``BlockType`` ``PAGE``, ``LINE``, ``WORD`` and others, ``Geometry.Polygon`` in parts of the page,
``Confidence`` from 0 to 100, ``Page`` from 1 on (missing or 0, as for identity documents: 1). ``IdentityDocuments[]``
and ``ExpenseDocuments[]`` hold such blocks each. The responses of one long document stand in a list.
``aws-textract(width=W,height=H)`` gives the size of all images, which no response tells, ``aws-textract(sizes=FILE)`` a
CSV of ``image,width,height``; the names are those of the samples, so a page of several is ``doc_1``.
Source: aws-samples/amazon-textract-response-parser @a9b44fe, src-python/tests/data.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from ocr_eval.errors import quote
from ocr_eval.formats.glimpse import Glimpse
from ocr_eval.formats.json_safe import JsonFault, kind
from ocr_eval.formats.paged import Call, Engine, Page, Word, items_of, numbered, per_cent, relative_ring
from ocr_eval.formats.reader import Options
from ocr_eval.formats.schema import field

WRAPPED = ("IdentityDocuments", "ExpenseDocuments")
_SIZE = "give the size of all images as aws-textract(width=W,height=H), or a CSV of image,width,height as (sizes=FILE)"
_PARTS = "put all responses of a document into one list, in their order"


def _looks(glimpse: Glimpse) -> bool:
    head = glimpse.head
    return (b'"Blocks"' in head and b'"BlockType"' in head) or (
        any(f'"{key}"'.encode() in head for key in WRAPPED)
    )


def _pages(document: Any, call: Call) -> list[Page]:
    one_size = _size(call)
    parts = items_of(document, "") if isinstance(document, list) else [("", document)]
    if parts and isinstance(parts[-1][1], dict) and parts[-1][1].get("NextToken"):
        raise JsonFault("E_FORMAT", f"{parts[-1][0]}/NextToken: the response goes on in another", _PARTS)
    documents = [found for pointer, part in parts for found in _documents(part, pointer)]
    pages: dict[tuple[int, int], list[tuple[str, Any]]] = {}
    for k, pointer, blocks in documents:
        for at, block in items_of(blocks, pointer):
            which = field(block, "BlockType", str, at)
            number = numbered(2, block.get("Page") or 1, f"{at}/Page") or 1
            own = pages.setdefault((k, number), [])
            if which == call.level.upper():
                own.append((at, block))
    one = len({k for k, _ in pages}) < 2
    found = []
    for n, key in enumerate(sorted(pages)):
        place = (key[1] if one else n + 1) if len(pages) > 1 else None
        width, height = one_size or _listed(call, call.name if place is None else f"{call.name}_{place}")
        read = partial(_block, width, height, call.options)
        found.append(Page(f"page {n + 1}", pages[key], read, place))
    return found


def _size(call: Call) -> tuple[int, int] | None:
    """The size of all images; None where every image has one of its own."""
    choices = call.options.choices
    if not call.options.geometry:
        return 1, 1  # texts have none
    if "width" in choices and "height" in choices and call.sizes is None:
        return int(choices["width"]), int(choices["height"])
    if call.sizes is None or "width" in choices or "height" in choices:
        raise JsonFault("E_FORMAT", "coordinates are parts of a page whose size is not told", _SIZE)
    return None


def _listed(call: Call, name: str) -> tuple[int, int]:
    size = call.sizes.find(name) if call.sizes is not None else None
    if size is None:
        raise JsonFault("E_FORMAT", f"no size of {quote(name)} in the list of sizes", "add a line for it")
    return size


def _documents(part: Any, pointer: str) -> list[tuple[int, str, list[Any]]]:
    """(number of the document, pointer, blocks) of one response."""
    if not isinstance(part, dict):
        raise JsonFault("E_FORMAT", f"{pointer or 'the document'} must be an object, got {kind(part)}")
    key = next((key for key in WRAPPED if key in part and "Blocks" not in part), None)
    if key is None:
        return [(1, f"{pointer}/Blocks", field(part, "Blocks", list, pointer))]
    inner = items_of(field(part, key, list, pointer), f"{pointer}/{key}")
    return [(k + 1, f"{at}/Blocks", field(one, "Blocks", list, at)) for k, (at, one) in enumerate(inner)]


def _block(width: int, height: int, options: Options, block: Any, pointer: str) -> Word:
    where = f"{pointer}/Geometry/Polygon"
    points = field(field(block, "Geometry", dict, pointer), "Polygon", list, f"{pointer}/Geometry")
    pairs = [[p.get("X"), p.get("Y")] if isinstance(p, dict) else p for p in points]
    confidence = per_cent(block["Confidence"], f"{pointer}/Confidence") if "Confidence" in block else None
    ring = relative_ring(pairs, where, width, height, options)
    return Word(ring, field(block, "Text", str, pointer), confidence)


AWS_TEXTRACT = Engine("aws-textract", _looks, _pages, ("word", "line"))
