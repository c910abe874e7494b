"""PopEval's own files ``x1 y1 … x4 y4##::text`` -> instances; a space may stand in the place of ``##::``.

The official script takes what lies between the first and a possible second ``##::``; here the text goes to the end
of the line.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ocr_eval.formats import numbers
from ocr_eval.formats.glimpse import Glimpse
from ocr_eval.formats.layouts import Line, LineLayout, Picked
from ocr_eval.formats.reader import Options
from ocr_eval.formats.scan import Scan, scan, scan_as

MARK = "##::"
FORM = "x1 y1 … x4 y4##::text"


def _scan(lines: str) -> tuple[Scan, int]:
    """Fields split at spaces; a mark splits as well and leaves its last three characters in front of the text."""
    if MARK not in lines:
        return scan(lines, " "), 0
    return scan_as(lines, lines.replace(MARK, " " + MARK[1:]), " "), len(MARK) - 1


def _pick(scanned: Scan, _: Options, __: Any) -> Picked:
    """Eight numbers, then the mark; where no line has a mark, eight numbers. The others are split one by one."""
    taken = scanned.run >= 8
    if MARK in scanned.text:
        ninth = scanned.begin[np.minimum(scanned.first[:-1] + 8, scanned.first[1:] - 1)]
        taken &= (scanned.fields > 8) & scanned.starts_with(ninth - 1, MARK)
    return taken, np.full(len(scanned.run), 8)


def _slow(line: str, options: Options, _: Any) -> Line:
    head, mark, text = line.partition(MARK)
    fields: list[str] = head.split(" ")
    rest: str | None = text
    if not mark or len(fields) > 8:
        fields = line.split(" ", 8)
        rest = fields.pop() if len(fields) > 8 else None
    if len(fields) < 8 or (options.text and rest is None):
        raise numbers.too_few_fields(fields, 8, ["text"], FORM, " ")
    return numbers.coordinates(fields, options.limits), 1.0, rest


def looks(glimpse: Glimpse) -> bool:
    return glimpse.share(lambda line: MARK in line) >= 0.5 and glimpse.share(_eight_numbers) >= 0.5


def _eight_numbers(line: str) -> bool:
    fields = line.partition(MARK)[0].split(" ")
    return len(fields) == 8 and all(map(numbers.is_integer, fields))


POPEVAL = LineLayout(id="popeval", looks=looks, pick=_pick, slow=_slow, scan=_scan, confidences=False)
