"""Character ground truth ``168 394 178 393 179 404 169 405 S`` -> instances: eight integers and the rest of the line.

Single spaces separate the numbers; the character may be a comma, a ``#`` or, for a region without text, ``###``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ocr_eval.formats import numbers
from ocr_eval.formats.glimpse import Glimpse
from ocr_eval.formats.layouts import Line, LineLayout, Picked
from ocr_eval.formats.reader import Options
from ocr_eval.formats.scan import Scan

FORM = "x1 y1 … x4 y4 text"


def _pick(scanned: Scan, _: Options, __: Any) -> Picked:
    return scanned.run >= 8, np.full(len(scanned.run), 8)


def _slow(line: str, options: Options, _: Any) -> Line:
    fields = line.split(" ", 8)
    if len(fields) < 8 + options.text:
        raise numbers.too_few_fields(fields, 8, ["text"], FORM, " ")
    return numbers.coordinates(fields[:8], options.limits), 1.0, fields[8] if len(fields) > 8 else None


def looks(glimpse: Glimpse) -> bool:
    commas, _ = glimpse.runs(",")
    if not len(commas) or (commas >= 4).mean() >= 0.5:
        return False
    run, _ = glimpse.runs(" ")
    return bool((run >= 8).mean() >= 0.5)


CHARACTERS = LineLayout(
    id="characters", looks=looks, pick=_pick, slow=_slow, separator=" ", confidences=False
)
