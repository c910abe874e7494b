"""Total-Text as MATLAB files -> instances: gt ``polygt`` or ``gt``, predictions ``accuInf``.

A gt is a cell array of rows ``'x:'``, x, ``'y:'``, y, transcription, orientation; the orientation ``#`` is don't care,
an empty array an empty transcription. A prediction is a column of cells with a (K, 2) array of x, y each, whose last
point repeats the first; the repetition goes. The line of an instance is its row.
"""

from __future__ import annotations

from collections.abc import Sequence

from ocr_eval.errors import Findings, quote
from ocr_eval.formats.glimpse import Glimpse
from ocr_eval.formats.mat5 import MAGIC, MatFault, Matrix, variables
from ocr_eval.formats.reader import Columns, Entry, Options
from ocr_eval.formats.schema import enough_room

GT, RINGS = ("polygt", "gt"), "accuInf"
_COLUMNS = ("'x:'", "x", "'y:'", "y", "the transcription", "the orientation")


class TotalTextMat:
    """Format ``totaltext-mat``: one file per sample."""

    def looks(self, glimpse: Glimpse) -> bool:
        return glimpse.head.startswith(MAGIC)

    def read(self, entries: Sequence[Entry], options: Options, findings: Findings) -> Columns:
        """Every row of the one variable that a file holds."""
        columns = Columns("totaltext-mat")
        if options.confidence:
            findings.error("E_FORMAT", "layout totaltext-mat has no confidences", "name another layout")
            return columns
        for entry in entries:
            if entry.data:
                self._file(entry, options, findings, columns)
            columns.close(entry.sample, entry.name)
        return columns

    def _file(self, entry: Entry, options: Options, findings: Findings, columns: Columns) -> None:
        try:
            found = variables(entry.data, options.limits)
            names = [name for name in (*GT, RINGS) if name in found]
            if len(names) != 1:
                held = ", ".join(map(quote, found)) or "none"
                raise MatFault("E_FORMAT", f"variables {held}, expected one of {', '.join((*GT, RINGS))}")
            table = found[names[0]]
            width = 1 if names[0] == RINGS else len(_COLUMNS)
            empty = 0 in table.shape
            if not empty and (table.kind != "cells" or len(table.shape) != 2 or table.shape[1] != width):
                size = " x ".join(map(str, table.shape))
                reason = f"{names[0]} is {size} {table.kind}, expected N x {width} cells"
                raise MatFault("E_FORMAT", reason)
        except MatFault as fault:
            findings.error(fault.code, fault.reason, fault.hint, entry=entry.name)
            return
        rows = 0 if empty else table.shape[0]
        if not enough_room(rows, len(columns.care), entry, options, findings):
            return
        for k in range(rows):
            row = table.cells[k::rows]
            try:
                if width == 1:
                    ring, text, care = _closed(row[0], options), None, True
                else:
                    ring, text, care = _row(row, options)
            except MatFault as fault:
                findings.error(fault.code, fault.reason, fault.hint, entry=entry.name, line=k + 1)
                continue
            columns.add(ring, text, care or options.role != "gt", 1.0, k + 1)


def _row(row: Sequence[Matrix], options: Options) -> tuple[list[float], str, bool]:
    """(ring, transcription, care) of a gt row."""
    x, y = (_numbers(row[k], _COLUMNS[k]) for k in (1, 3))
    if len(x) != len(y) or not x:
        raise MatFault("E_FORMAT", f"{len(x)} x and {len(y)} y, expected equally many, one or more")
    text, orientation = (_text(row[k], _COLUMNS[k], options) for k in (4, 5))
    ring = [value for point in zip(x, y, strict=True) for value in point]
    return _checked(ring, options), text, orientation != "#"


def _closed(cell: Matrix, options: Options) -> list[float]:
    """The ring of a prediction without its repeated first point."""
    values = _numbers(cell, "a ring")
    if len(cell.shape) != 2 or cell.shape[1] != 2 or not values:
        raise MatFault("E_FORMAT", f"ring of {' x '.join(map(str, cell.shape))} numbers, expected K x 2")
    count = cell.shape[0]
    points = list(zip(values[:count], values[count:], strict=True))
    if count > 1 and points[0] == points[-1]:
        points.pop()
    return _checked([value for point in points for value in point], options)


def _checked(ring: list[float], options: Options) -> list[float]:
    limits = options.limits
    if len(ring) > 2 * limits.vertices:
        reason = f"ring of {len(ring) // 2} vertices, at most {limits.vertices}"
        raise MatFault("E_LIMIT", reason, "--limit vertices=N raises the limit when the file is honest")
    for value in ring:
        if not -limits.coordinate <= value <= limits.coordinate:
            reason = f"coordinate {value:g} is outside -{limits.coordinate} to {limits.coordinate}"
            raise MatFault("E_COORD", reason, "write pixels")
    return [value + 0.0 for value in ring]


def _numbers(cell: Matrix, what: str) -> tuple[float, ...]:
    if cell.kind != "numbers":
        raise MatFault("E_FORMAT", f"{what} must be numbers, got {cell.kind}")
    return cell.numbers


def _text(cell: Matrix, what: str, options: Options) -> str:
    if 0 in cell.shape:
        return ""
    if cell.kind != "text" or cell.shape[0] != 1:
        size = " x ".join(map(str, cell.shape))
        raise MatFault("E_FORMAT", f"{what} must be one line of text, got {size} {cell.kind}")
    if len(cell.text) > options.limits.characters:
        reason = f"transcription of {len(cell.text)} characters, at most {options.limits.characters}"
        raise MatFault("E_LIMIT", reason, "--limit characters=N raises the limit when the file is honest")
    return cell.text


TOTALTEXT_MAT = TotalTextMat()
