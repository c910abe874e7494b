"""CTW1500's own ground truth -> instances: a box and 14 pairs of offsets from its corner, 32 integers, no text.

``xmin,ymin,xmax,ymax,dx1,dy1,…,dx14,dy14`` is the ring of the points (xmin + dx, ymin + dy). Absolute coordinates in
the place of offsets leave the box, and are refused.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocr_eval.formats import numbers
from ocr_eval.formats.glimpse import Glimpse
from ocr_eval.formats.layouts import Line, LineLayout, Picked
from ocr_eval.formats.numbers import LineFault
from ocr_eval.formats.reader import Options
from ocr_eval.formats.scan import Scan

FIELDS = 32
FORM = "xmin,ymin,xmax,ymax,dx1,dy1,…,dx14,dy14"


def _pick(scanned: Scan, _: Options, __: Any) -> Picked:
    taken = (scanned.run == FIELDS) & (scanned.fields == FIELDS)
    at = np.minimum(scanned.first[:-1, None] + np.arange(FIELDS), len(scanned.value) - 1)
    rows = scanned.value[at]
    size = (rows[:, 2:4] - rows[:, :2])[:, None]
    offsets = rows[:, 4:].reshape(-1, 14, 2)
    return taken & ((offsets >= 0) & (offsets <= size)).all((1, 2)), np.full(len(taken), FIELDS)


def _expand(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 32) -> (n, 28) absolute x, y."""
    return rows[:, 4:] + np.tile(rows[:, :2], 14)


def _slow(line: str, options: Options, _: Any) -> Line:
    fields = line.split(",")
    if len(fields) < FIELDS:
        raise numbers.too_few_fields(fields, FIELDS, [], FORM)
    values = numbers.coordinates(fields[:FIELDS], options.limits)
    if len(fields) > FIELDS:
        reason = f"{len(fields)} fields, expected {FIELDS} ({FORM})"
        raise LineFault("E_FORMAT", reason, "this layout has no transcriptions", 1)
    if options.text:
        hint = "use the ground truth with transcriptions, or a protocol that reads none"
        raise LineFault("E_FORMAT", "layout ctw1500-offsets has no transcriptions", hint, 1)
    left, top, right, bottom = values[:4]
    for k in range(4, FIELDS):
        most = bottom - top if k % 2 else right - left
        if not 0 <= values[k] <= most:
            reason = f"offset {values[k]} leaves the box, expected 0 to {most}"
            hint = "a file of absolute coordinates is a polygon file: --gt-format polygon"
            raise LineFault("E_COORD", reason, hint, sum(map(len, fields[:k])) + k + 1)
    return [value + (top if k % 2 else left) for k, value in enumerate(values[4:])], 1.0, None


def looks(glimpse: Glimpse) -> bool:
    return glimpse.offsets()


OFFSETS = LineLayout(
    id="ctw1500-offsets", looks=looks, pick=_pick, slow=_slow, expand=_expand, confidences=False
)
