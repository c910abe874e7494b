"""FUNSD JSON -> instances: the words of every entry of a form, one file per image; ``level=line``: the entries.

``{"form": [{"id", "text", "box": [x1, y1, x2, y2], "label", "words": [{"text", "box"}], "linking"}]}``. An empty text
is don't care. Source: the data set's paper (Jaume et al. 2019); open-mmlab/mmocr @4eb0f34, funsd_parser.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ocr_eval.errors import Findings, quote, usage_error
from ocr_eval.formats.glimpse import Glimpse
from ocr_eval.formats.per_image import Instance, Item, PerImage
from ocr_eval.formats.reader import Entry, Options
from ocr_eval.formats.schema import corner_box, field
from ocr_eval.formats.schema import text as text_of

LEVELS = ("word", "line")


def looks(glimpse: Glimpse) -> bool:
    head = glimpse.head
    return head.startswith(b"{") and b'"form"' in head and b'"words"' in head and b'"box"' in head


def _items(document: Any, _: Entry, options: Options, __: Findings) -> Iterator[Item]:
    level = options.choices.get("level") or options.level or LEVELS[0]
    if level not in LEVELS:
        raise usage_error(f"funsd has no level {quote(level)}", f"levels are {' and '.join(LEVELS)}")
    for k, entry in enumerate(field(document, "form", list, "")):
        pointer = f"/form/{k}"
        if level == "line":
            yield pointer, entry
            continue
        yield from (
            (f"{pointer}/words/{w}", word) for w, word in enumerate(field(entry, "words", list, pointer))
        )


def _instance(item: Any, pointer: str, options: Options) -> Instance:
    ring = corner_box(field(item, "box", list, pointer), f"{pointer}/box", options)
    text = text_of(field(item, "text", str, pointer), f"{pointer}/text", options)
    return ring, text, bool(text)


FUNSD = PerImage("funsd", looks, _items, _instance)
