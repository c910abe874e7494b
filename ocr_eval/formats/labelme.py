"""labelme JSON -> instances: rectangles and polygons of one image per file; other shapes are counted.

``{"shapes": [{"label", "points": [[x, y], …], "description", "shape_type"}], "imagePath", "imageData"}``. A rectangle
is two opposite corners in any order. The transcription stands in ``description`` where any shape of the input has one
that is not empty, else in ``label``; ``labelme(text=label)`` or ``text=description`` decides it. ``###`` is don't care
in a gt. Source: wkentaro/labelme @51e50e4, examples.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from ocr_eval.errors import Findings
from ocr_eval.formats.glimpse import Glimpse
from ocr_eval.formats.json_safe import FAILED, JsonFault, kind, load, number
from ocr_eval.formats.reader import DONT_CARE, Columns, Entry, Options
from ocr_eval.formats.schema import enough_room, field, pair_ring
from ocr_eval.formats.schema import text as text_of
from ocr_eval.formats.walks import each_item, has_confidences

OLD = "polygon"  # the type of a shape without one


class Labelme:
    """Format ``labelme``: one file per sample."""

    def looks(self, glimpse: Glimpse) -> bool:
        head = glimpse.head
        return head.startswith(b"{") and (
            (b'"shapes"' in head and b'"points"' in head) or (b'"imagePath"' in head and b'"version"' in head)
        )

    def read(self, entries: Sequence[Entry], options: Options, findings: Findings) -> Columns:
        """Every rectangle and polygon."""
        columns = Columns("labelme", pointer="/shapes/{index}", has_confidence=False)
        if has_confidences("labelme", options, findings):
            return columns
        images: list[tuple[Entry, list[Any]]] = []
        for entry in entries:
            document = load(entry, findings, options.limits)
            try:
                images.append((entry, [] if document is FAILED else field(document, "shapes", list, "")))
            except JsonFault as fault:
                findings.error(fault.code, fault.reason, fault.hint, entry=entry.name)
        key = options.choices.get("text") or _text_key(images)
        for entry, shapes in images:
            if not enough_room(len(shapes), len(columns.care), entry, options, findings):
                break
            add = partial(_add, key=key, entry=entry, options=options, findings=findings, columns=columns)
            each_item(shapes, "/shapes", entry, findings, add)
            columns.close(entry.sample, entry.name)
        return columns


def _text_key(images: Sequence[tuple[Entry, list[Any]]]) -> str:
    described = any(isinstance(s, dict) and s.get("description") for _, shapes in images for s in shapes)
    return "description" if described else "label"


def _add(
    shape: Any,
    pointer: str,
    line: int,
    *,
    key: str,
    entry: Entry,
    options: Options,
    findings: Findings,
    columns: Columns,
) -> None:
    if not isinstance(shape, dict):
        raise JsonFault("E_FORMAT", f"{pointer} must be an object, got {kind(shape)}")
    what = shape.get("shape_type", OLD)
    if what is not None and not isinstance(what, str):
        raise JsonFault("E_FORMAT", f"{pointer}/shape_type must be a string, got {kind(what)}")
    if what not in ("rectangle", OLD, None):
        place = f"{entry.name}{pointer}"
        findings.warn("W_LAYOUT", "shapes that are no rectangle or polygon left out", place=place)
        return
    points = field(shape, "points", list, pointer)
    if what == "rectangle" and len(points) == 2:
        ring = _rectangle(points, f"{pointer}/points", options)
    else:
        ring = pair_ring(points, f"{pointer}/points", options)
    text = shape.get(key)
    if options.text or text is not None:
        text = text_of(field(shape, key, str, pointer), f"{pointer}/{key}", options)
    columns.add(ring, text, options.role != "gt" or text != DONT_CARE, 1.0, line)


def _rectangle(points: list[Any], pointer: str, options: Options) -> list[float]:
    """Two opposite corners -> the ring of the box."""
    values: list[tuple[float, float]] = []
    for k, point in enumerate(points):
        if not isinstance(point, list) or len(point) != 2:
            raise JsonFault("E_FORMAT", f"{pointer}/{k} must be a pair of numbers, got {kind(point)}")
        x, y = (number(value, f"{pointer}/{k}/{axis}", options.limits) for axis, value in enumerate(point))
        values.append((x, y))
    (left, right), (top, bottom) = (sorted(axis) for axis in zip(*values, strict=True))
    return [left, top, right, top, right, bottom, left, bottom]


LABELME = Labelme()
