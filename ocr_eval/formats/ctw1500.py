"""CTW1500 end-to-end files ``x1,y1,…,xn,yn,####TEXT`` -> instances; Total-Text is also packaged this way.

The text is everything after the first ``,####``: exactly four marks go, so ``#######`` is the don't care ``###`` and
``#####3`` is the word ``#3``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ocr_eval.formats import numbers
from ocr_eval.formats.glimpse import Glimpse
from ocr_eval.formats.layouts import Line, LineLayout, Picked
from ocr_eval.formats.numbers import LineFault
from ocr_eval.formats.reader import Options
from ocr_eval.formats.scan import Scan

MARK = ",####"
FORM = "x1,y1,…,xn,yn,####transcription"


def _pick(scanned: Scan, _: Options, __: Any) -> Picked:
    run = scanned.run
    after = np.minimum(scanned.first[:-1] + run, len(scanned.begin) - 1)
    marked = (run < scanned.fields) & scanned.starts_with(scanned.begin[after], MARK[1:])
    return marked & (run % 2 == 0) & (run >= 6), run


def _slow(line: str, options: Options, _: Any) -> Line:
    head, mark, text = line.partition(MARK)
    fields = head.split(",")
    if not mark:
        reason = f"no ,#### before the transcription, expected {FORM}"
        raise LineFault("E_FORMAT", reason, "name another layout with --pred-format", 1)
    if len(fields) > 2 * options.limits.vertices:
        reason = f"ring of {len(fields) // 2} vertices, at most {options.limits.vertices}"
        raise LineFault("E_LIMIT", reason, "--limit vertices=N raises the limit when the file is honest", 1)
    if len(fields) % 2 or len(fields) < 6:
        raise LineFault(
            "E_FORMAT", f"{len(fields)} coordinates, expected an even number from 6 on ({FORM})", "", 1
        )
    return numbers.coordinates(fields, options.limits), 1.0, text


def looks(glimpse: Glimpse) -> bool:
    run, _ = glimpse.runs(",")
    return (
        bool(len(run)) and glimpse.share(lambda line: MARK in line) >= 0.5 and bool((run >= 6).mean() >= 0.5)
    )


CTW1500 = LineLayout(
    id="ctw1500",
    looks=looks,
    pick=_pick,
    slow=_slow,
    skip=len(MARK) - 1,
    confidences=False,
)
