"""MSRA-TD500 as detection repositories package it -> instances: the unrotated box as the ring, the angle beside it.

``xmin,ymin,xmax,ymax,angle[,confidence][,text]``: integers, the angle in radians as a decimal. The text is the rest of
the line; ``###`` is don't care, ``None`` means that none was given and is care.
"""

from __future__ import annotations

from collections.abc import Sequence

from ocr_eval.errors import Findings, quote
from ocr_eval.formats import numbers
from ocr_eval.formats.glimpse import Glimpse
from ocr_eval.formats.numbers import BLANK, LineFault
from ocr_eval.formats.reader import DONT_CARE, Columns, Entry, Options
from ocr_eval.formats.walks import each_line
from ocr_eval.limits import Limits

FORM = "xmin,ymin,xmax,ymax,angle"


class Td500:
    """Format ``td500``: one file per sample."""

    def looks(self, glimpse: Glimpse) -> bool:
        return glimpse.rotated()

    def read(self, entries: Sequence[Entry], options: Options, findings: Findings) -> Columns:
        """Every line of every entry."""
        columns = Columns("td500", has_confidence=options.confidence, has_angle=True)

        def add(line: str, place: int) -> None:
            ring, angle, confidence, text = _line(line, options)
            columns.add(ring, text, options.role != "gt" or text != DONT_CARE, confidence, place)
            columns.angle.append(angle)

        return each_line(columns, entries, options, findings, add)


def _line(line: str, options: Options) -> tuple[list[int], float, float, str | None]:
    """(corners, angle, confidence, transcription)."""
    fields = line.split(",", 5 + options.confidence)
    more = ["angle"] + ["confidence"] * options.confidence + ["transcription"] * options.text
    if len(fields) < 4 + len(more):
        raise numbers.too_few_fields(fields, 4, more, ",".join([FORM, *more[1:]]))
    left, top, right, bottom = numbers.coordinates(fields[:4], options.limits)
    if right < left or bottom < top:
        low, high, axis = (right, left, "x") if right < left else (bottom, top, "y")
        reason = f"{axis}max {low} is less than {axis}min {high}, expected {FORM}"
        raise LineFault("E_COORD", reason, "a file with x,y,width,height has to be converted", 1)
    begin = sum(map(len, fields[:4])) + 5
    angle = _angle(fields[4], options.limits, begin)
    confidence = 1.0
    if options.confidence:
        confidence = numbers.confidence(fields[5], options.limits, begin + len(fields[4]) + 1)
    text = fields[5 + options.confidence] if len(fields) > 5 + options.confidence else None
    if text and len(text) > options.limits.characters:
        reason = f"transcription of {len(text)} characters, at most {options.limits.characters}"
        raise LineFault("E_LIMIT", reason, "--limit characters=N raises the limit when the file is honest")
    return [left, top, right, top, right, bottom, left, bottom], angle, confidence, text


def _angle(field: str, limits: Limits, col: int) -> float:
    word = field.strip(BLANK)
    if not numbers.is_decimal(word) or len(word) > limits.number_length:
        shown = quote(word) if word else "nothing"
        code = "E_COORD" if numbers.resembles_number(word) else "E_FORMAT"
        raise LineFault(code, f"angle is {shown}, expected radians as a decimal", "", col)
    return float(word) + 0.0


TD500 = Td500()
