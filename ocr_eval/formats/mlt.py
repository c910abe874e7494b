"""ICDAR MLT ground truth ``x1,y1,…,x4,y4,script,text`` -> instances; the text is all after the ninth comma, no escapes.

Read as ``icdar-quad``, every ``###`` would be the word ``Latin,###``: so a file is taken for this layout only when all
lines name one of the ten scripts. The script is checked and not kept. Source: RRC challenges 8 and 15, task pages.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ocr_eval.errors import quote
from ocr_eval.formats import numbers
from ocr_eval.formats.layouts import Line, LineLayout, Picked
from ocr_eval.formats.numbers import LineFault
from ocr_eval.formats.reader import Options
from ocr_eval.formats.scan import Scan
from ocr_eval.formats.scripts import SCRIPTS, only_scripts

FORM = "x1,y1,…,x4,y4,script,transcription"


def _pick(scanned: Scan, _: Options, __: Any) -> Picked:
    """None: every line is split by itself, for its script."""
    return np.zeros(len(scanned.run), np.bool_), np.full(len(scanned.run), 8)


def _slow(line: str, options: Options, _: Any) -> Line:
    fields = line.split(",", 9)
    if len(fields) < 10:
        raise numbers.too_few_fields(fields, 8, ["script", "transcription"], FORM)
    ring = numbers.coordinates(fields[:8], options.limits)
    if fields[8] not in SCRIPTS:
        col = sum(map(len, fields[:8])) + 9
        reason = f"{quote(fields[8])} is no script, expected {FORM}"
        hint = f"scripts are {', '.join(sorted(SCRIPTS))}; a file without them is icdar-quad"
        raise LineFault("E_FORMAT", reason, hint, col)
    return ring, 1.0, fields[9]


MLT = LineLayout(id="icdar-mlt", looks=only_scripts, pick=_pick, slow=_slow, confidences=False)
