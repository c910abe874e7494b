"""NAF JSON -> instances: printed texts and filled fields of one image per file, transcriptions by id.

``{"textBBs": [{"poly_points": [[x, y], …], "type", "id"}], "fieldBBs": [same], "transcriptions": {id: text}}``. ``#``
and ``§`` (all of it is illegible) are don't care in a gt; ``¿`` (an unreadable character), ``«…»`` (struck through) and
U+202A at the start of a text stay. Fields of the type ``blank`` hold nothing and are counted.
Source: open-mmlab/mmocr @966296f, dataset_zoo/naf, and naf_parser.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ocr_eval.errors import Findings
from ocr_eval.formats.glimpse import Glimpse
from ocr_eval.formats.json_safe import JsonFault, kind, token
from ocr_eval.formats.per_image import Instance, Item, PerImage
from ocr_eval.formats.reader import Entry, Options
from ocr_eval.formats.schema import field, identity, pair_ring
from ocr_eval.formats.schema import text as text_of

LISTS = ("textBBs", "fieldBBs")
EMBEDDING = "\u202a"  # LEFT-TO-RIGHT EMBEDDING, which an editor left in front of some texts
ILLEGIBLE = ("#", "§")


def looks(glimpse: Glimpse) -> bool:
    head = glimpse.head
    return head.startswith(b"{") and any(f'"{key}"'.encode() in head for key in LISTS)


def _items(document: Any, entry: Entry, _: Options, findings: Findings) -> Iterator[Item]:
    if not isinstance(document, dict) or not document.keys() & set(LISTS):
        what = f"an object with {' or '.join(LISTS)}"
        raise JsonFault("E_FORMAT", f"the document must be {what}, got {kind(document)}")
    texts = field(document, "transcriptions", dict, "") if "transcriptions" in document else {}
    for key in LISTS:
        if key not in document:
            continue
        for k, item in enumerate(field(document, key, list, "")):
            pointer = f"/{key}/{k}"
            if isinstance(item, dict) and item.get("type") == "blank":
                findings.warn("W_LAYOUT", "blank fields left out", place=f"{entry.name}{pointer}")
                continue
            own = identity(item, "id", pointer) if isinstance(item, dict) else ""
            yield pointer, (item, own, texts.get(own))


def _instance(found: Any, pointer: str, options: Options) -> Instance:
    item, own, text = found
    ring = pair_ring(field(item, "poly_points", list, pointer), f"{pointer}/poly_points", options)
    if text is None:
        if options.text:
            hint = "choose a protocol that reads no transcriptions"
            raise JsonFault("E_FORMAT", f"{pointer} has no transcription", hint)
        return ring, None, True
    where = f"/transcriptions/{token(own)}"
    if not isinstance(text, str):
        raise JsonFault("E_FORMAT", f"{where} must be a string, got {kind(text)}")
    return ring, text_of(text, where, options), text.removeprefix(EMBEDDING) not in ILLEGIBLE


NAF = PerImage("naf", looks, _items, _instance)
