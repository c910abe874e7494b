"""Annotations and results in the manner of COCO -> rings, boxes, texts; shared by ``coco`` and ``coco-text``.

The ring is the polygon where there is exactly one, else the box ``x, y, width, height``; box, area, ``iscrowd`` and
category are kept as numbers beside it. Of a mask (RLE) only the size is looked at.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ocr_eval.errors import Findings
from ocr_eval.formats.gathered import Found
from ocr_eval.formats.json_safe import JsonFault, kind
from ocr_eval.formats.reader import Columns, Entry, Options
from ocr_eval.formats.schema import box, corners, flag, flat_ring
from ocr_eval.formats.schema import score as confidence_of
from ocr_eval.formats.schema import text as text_of

PIXELS = 1 << 28  # of a mask
POLYGONS = ("segmentation", "mask", "polygon", "points")
BOX = ("left", "top", "width", "height")
TEXTS = ("utf8_string", "text", "transcription")
_WITH_TEXT = frozenset((*TEXTS, "attributes"))
_NUMBERS = {int, float}


def masks_fit(rows: Sequence[Any], path: str, entry: Entry, findings: Findings) -> bool:
    """False after recording masks whose declared size is beyond the limit: they are found before all else."""
    before = findings.total
    for k, row in enumerate(rows):
        mask = row.get("segmentation") if isinstance(row, dict) else None
        size = mask.get("size") if isinstance(mask, dict) else None
        sides = size if isinstance(size, list) else []
        plain = all(isinstance(n, int | float) and n >= 0 for n in sides)
        if plain and math.prod(sides) > PIXELS:
            reason = f"{path}/{k}/segmentation is a mask of more than {PIXELS} pixels"
            findings.error("E_LIMIT", reason, "give polygons or boxes", entry=entry.name)
    return findings.total == before


def found(row: dict[str, Any], k: int, pointer: str, options: Options, findings: Findings) -> Found:
    """One annotation or result; its numbers are those of ``NUMBERS`` in their order. Raises JsonFault."""
    polygons: Any = []
    where, ring = "segmentation", None
    for key in POLYGONS:
        value = row.get(key)
        if value is not None:
            where, polygons = key, value
            break
    if isinstance(polygons, dict):
        findings.warn("W_LAYOUT", "masks left out, the box is the ring", place=pointer)
    elif not isinstance(polygons, list):
        raise JsonFault("E_FORMAT", f"{pointer}/{where} must be a list or a mask, got {kind(polygons)}")
    elif polygons and not isinstance(polygons[0], list):
        ring = flat_ring(polygons, f"{pointer}/{where}", options)
    elif len(polygons) == 1:
        ring = flat_ring(polygons[0], f"{pointer}/{where}/0", options)
    elif polygons:
        findings.warn("W_LAYOUT", "several polygons, the box around them is the ring", place=pointer)
    if ring is not None and (
        row.get("bbox") is None or where == "points"
    ):  # TextOCR's boxes mean this or that
        left, top = min(ring[0::2]), min(ring[1::2])
        around = (left, top, max(ring[0::2]) - left, max(ring[1::2]) - top)
    else:
        around = _plain_box(row.get("bbox"), options) or box(row.get("bbox"), f"{pointer}/bbox", options)
    text, transcribed = _text(row, pointer, options), 1.0
    if text is None:
        transcribed = 0.0
    gone = crowd = False
    if options.role == "gt":
        crowd = flag(row, "iscrowd", pointer)
        gone = crowd or flag(row, "ignore", pointer)
    illegible = row.get("legibility") == "illegible" or (where == "points" and text == ".")
    numbers = (
        *around,
        _area(row, around, pointer),
        float(crowd or flag(row, "iscrowd", pointer)),
        _category(row, pointer),
        transcribed,
    )
    confidence = confidence_of(row.get("score"), f"{pointer}/score") if "score" in row else 1.0
    if options.confidence and "score" not in row:
        raise JsonFault("E_CONFIDENCE", f"{pointer}/score is missing, expected a number from 0 to 1")
    if options.text and text is None:
        reason = f"{pointer}/{TEXTS[0]} must be a string, got nothing"
        raise JsonFault("E_FORMAT", reason, "add it, or choose a protocol that reads no transcriptions")
    return Found(
        ring or corners(*around),
        text,
        not (gone or (illegible and options.role == "gt")),
        confidence,
        k + 1,
        numbers,
    )


def _plain_box(values: Any, options: Options) -> tuple[float, float, float, float] | None:
    """Four numbers of which nothing has to be told; anything else None."""
    if type(values) is not list or len(values) != 4 or not {*map(type, values)} <= _NUMBERS:
        return None
    x, y, width, height = values
    most = options.limits.coordinate
    if width < 0 or height < 0 or min(values) < -most or max(values) > most:
        return None
    return float(x), float(y), float(width), float(height)


def _text(row: dict[str, Any], pointer: str, options: Options) -> str | None:
    if _WITH_TEXT.isdisjoint(row):
        return None
    more = row.get("attributes")
    for where, holder in (("", row), ("/attributes", more if isinstance(more, dict) else {})):
        for key in TEXTS:
            value = holder.get(key)
            if value is not None:
                if not isinstance(value, str):
                    reason = f"{pointer}{where}/{key} must be a string, got {kind(value)}"
                    raise JsonFault("E_FORMAT", reason)
                return text_of(value, f"{pointer}{where}/{key}", options)
    return None


def _area(row: dict[str, Any], around: tuple[float, float, float, float], pointer: str) -> float:
    area = row.get("area")
    if area is None or "score" in row:  # the official loader takes the box's area of a result
        return around[2] * around[3]
    if isinstance(area, bool) or not isinstance(area, int | float):
        raise JsonFault("E_FORMAT", f"{pointer}/area must be a number, got {kind(area)}")
    if not 0 <= area <= 1e15:
        raise JsonFault("E_COORD", f"{pointer}/area is no area", "write square pixels")
    return float(area)


def _category(row: dict[str, Any], pointer: str) -> float:
    value = row.get("category_id", 0)
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > 1 << 52:
        raise JsonFault("E_FORMAT", f"{pointer}/category_id must be a whole number, got {kind(value)}")
    return float(value)


def with_scores(rows: Sequence[Any], options: Options) -> Options:
    """The options, asking for a score of every row where one has it. A ground truth has none."""
    scored = any(isinstance(row, dict) and "score" in row for row in rows)
    return options._replace(confidence=options.role != "gt" and (scored or options.confidence))


def tidy(columns: Columns, role: str) -> None:
    """Leaves out what all rows have in common: that they have a transcription, or none.

    Of predictions also what their rings say already, so that a submission is the same one in whatever layout: the box
    around the ring, its area, ``iscrowd`` 0, and a category that is everyone's.
    """
    numbers = columns.numbers
    if len(set(numbers.get("transcribed", ()))) < 2:
        numbers.pop("transcribed", None)
    if role == "gt" or "left" not in numbers:
        return
    box = [numbers[name] for name in BOX]
    if all(w * h == area for w, h, area in zip(box[2], box[3], numbers["area"], strict=True)):
        del numbers["area"]
    if "area" not in numbers and list(zip(*box, strict=True)) == _around(columns):
        for name in BOX:
            del numbers[name]
    if not any(numbers["crowd"]):
        del numbers["crowd"]
    if len(set(numbers["category"])) < 2:
        del numbers["category"]


def _around(columns: Columns) -> list[tuple[float, float, float, float]]:
    """left, top, width and height of every ring of columns that were filled one by one."""
    found, at = [], 0
    for count in columns.counts:
        x, y = columns.flat[at : at + 2 * count : 2], columns.flat[at + 1 : at + 2 * count : 2]
        left, top = min(x), min(y)
        found.append((left, top, max(x) - left, max(y) - top))
        at += 2 * count
    return found


def image_order(identity: str) -> tuple[int, int, str]:
    """Sorts images as the official evaluations go through them: by number, then the ids that are none."""
    plain = identity.removeprefix("-")
    if plain.isascii() and plain.isdigit() and len(plain) < 19:
        return 0, int(identity), ""
    return 1, 0, identity
