"""RCTW-17 text files ``x1,y1,…,x4,y4,difficult,"text"`` -> instances; difficult 1 or the text ``###`` is don't care.

The text is all after the ninth comma, less the quotes around it; quotes and commas inside belong to it. By its looks a
file may as well be ``icdar-quad``: the layout has to be named. Source: open-mmlab/mmocr @5511c06, rctw_converter.py.
"""

from __future__ import annotations

from collections.abc import Sequence

from ocr_eval.errors import Findings, quote
from ocr_eval.formats import numbers
from ocr_eval.formats.glimpse import Glimpse
from ocr_eval.formats.numbers import BLANK, LineFault
from ocr_eval.formats.reader import DONT_CARE, Columns, Entry, Options
from ocr_eval.formats.walks import each_line, has_confidences

FORM = 'x1,y1,…,x4,y4,difficult,"text"'


class Rctw:
    """Format ``rctw``: one file per sample."""

    def looks(self, _: Glimpse) -> bool:
        """Never: by its looks the layout is ``icdar-quad``."""
        return False

    def read(self, entries: Sequence[Entry], options: Options, findings: Findings) -> Columns:
        """Every line of every entry."""
        columns = Columns("rctw", has_confidence=False)
        if has_confidences("rctw", options, findings):
            return columns

        def add(line: str, place: int) -> None:
            ring, difficult, text = _line(line, options)
            care = options.role != "gt" or not (difficult or text == DONT_CARE)
            columns.add(ring, text, care, 1.0, place)

        return each_line(columns, entries, options, findings, add)


def _line(line: str, options: Options) -> tuple[list[int], bool, str]:
    fields = line.split(",", 9)
    if len(fields) < 10:
        raise numbers.too_few_fields(fields, 8, ["difficult flag", "transcription"], FORM)
    ring = numbers.coordinates(fields[:8], options.limits)
    flag = fields[8].strip(BLANK)
    if flag not in ("0", "1"):
        col = sum(map(len, fields[:8])) + 9
        raise LineFault("E_FORMAT", f"{quote(flag)} stands where 0 or 1 belongs, expected {FORM}", "", col)
    text = fields[9].strip(BLANK)
    text = text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else fields[9]
    if len(text) > options.limits.characters:
        reason = f"transcription of {len(text)} characters, at most {options.limits.characters}"
        raise LineFault("E_LIMIT", reason, "--limit characters=N raises the limit when the file is honest")
    return ring, flag == "1", text


RCTW = Rctw()
