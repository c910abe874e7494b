"""MSRA-TD500 as it was released -> instances: ``index difficult x y width height angle``, separated by spaces.

The ring is the unrotated box, the angle (radians, about its centre) stands beside it, as in ``td500``. Difficult 1 is
don't care in a gt. No texts. Source: the order of whai362/pan_pp.pytorch, eval/msra/eval.py.
"""

from __future__ import annotations

from collections.abc import Sequence

from ocr_eval.errors import Findings, quote
from ocr_eval.formats import numbers
from ocr_eval.formats.glimpse import Glimpse
from ocr_eval.formats.numbers import LineFault, is_decimal, is_integer, resembles_number
from ocr_eval.formats.reader import Columns, Entry, Options
from ocr_eval.formats.schema import corners
from ocr_eval.formats.walks import each_line, has_confidences

FORM = "index difficult x y width height angle"


class Td500Original:
    """Format ``td500-original``: one file per sample."""

    def looks(self, glimpse: Glimpse) -> bool:
        return bool(glimpse.lines) and all(map(_is_line, glimpse.lines))

    def read(self, entries: Sequence[Entry], options: Options, findings: Findings) -> Columns:
        """Every line of every entry."""
        columns = Columns("td500-original", has_confidence=False, has_angle=True)
        if has_confidences("td500-original", options, findings):
            return columns
        if options.text:
            findings.error("E_FORMAT", "layout td500-original has no transcriptions", "name another layout")
            return columns

        def add(line: str, place: int) -> None:
            ring, angle, difficult = _line(line, options)
            columns.add(ring, None, not (difficult and options.role == "gt"), 1.0, place)
            columns.angle.append(angle)

        return each_line(columns, entries, options, findings, add)


def _is_line(line: str) -> bool:
    fields = line.split()
    plain = len(fields) == 7 and all(map(is_integer, fields[:6])) and fields[1] in ("0", "1")
    return plain and is_decimal(fields[6])


def _line(line: str, options: Options) -> tuple[list[float], float, bool]:
    """(corners, angle, difficult)."""
    fields = line.split(" ")
    while "" in fields:
        fields.remove("")
    if len(fields) != 7:
        raise LineFault("E_FORMAT", f"{len(fields)} fields, expected 7 ({FORM})", "", 1)
    numbers.coordinates(fields[:1], options.limits)
    if fields[1] not in ("0", "1"):
        raise LineFault("E_FORMAT", f"{quote(fields[1])} stands where 0 or 1 belongs, expected {FORM}", "", 1)
    x, y, width, height = numbers.coordinates(fields[2:6], options.limits)
    if width < 0 or height < 0:
        raise LineFault("E_COORD", f"negative width or height, expected {FORM}", "", 1)
    if not is_decimal(fields[6]):
        code = "E_COORD" if resembles_number(fields[6]) else "E_FORMAT"
        raise LineFault(code, f"angle is {quote(fields[6])}, expected radians as a decimal", "", 1)
    return corners(x, y, width, height), float(fields[6]) + 0.0, fields[1] == "1"


TD500_ORIGINAL = Td500Original()
