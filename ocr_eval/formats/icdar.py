"""ICDAR text files -> instances: quads ``icdar-quad`` and ``sroie``, boxes ``icdar-ltrb`` (xmin,ymin,xmax,ymax,rest).

The rest is an optional confidence and an optional transcription, which is everything after the last comma that was
split off, commas included. Whether a ninth field is a confidence is the caller's word, never a guess: texts may be
numbers. Quoting and ``###`` follow the RRC scripts (``rrc_evaluation_funcs.py``); files of other benchmarks that
copied the layout are read the same way. ``sroie`` has no quoting: quotes are text. Its copies are often in another
encoding, which the caller names: ``sroie(encoding=latin-1)``; it is never guessed, nor is the layout.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocr_eval.errors import Findings
from ocr_eval.formats import numbers
from ocr_eval.formats.glimpse import Glimpse
from ocr_eval.formats.heads import Heads
from ocr_eval.formats.layouts import Line, LineLayout, Picked, ambiguous
from ocr_eval.formats.numbers import BLANK, LineFault
from ocr_eval.formats.reader import Columns, Entry, Options
from ocr_eval.formats.scan import Scan
from ocr_eval.formats.scripts import SCRIPTS, only_scripts
from ocr_eval.formats.unquoting import unquote


def split_line(
    line: str, count: int, coordinates: str, options: Options
) -> tuple[list[str], float, str | None]:
    """``count`` coordinate fields, the confidence and the transcription as written."""
    fields = line.split(",", count + options.confidence)
    more = ["confidence"] * options.confidence + ["transcription"] * options.text
    if len(fields) < count + len(more):
        raise numbers.too_few_fields(fields, count, more, ",".join([coordinates, *more]))
    confidence = 1.0
    if options.confidence:
        col = sum(map(len, fields[:count])) + count + 1
        confidence = numbers.confidence(fields[count], options.limits, col)
    rest = fields[count + options.confidence] if len(fields) > count + options.confidence else None
    return fields[:count], confidence, rest


# icdar-quad


def _pick_quad(scanned: Scan | Heads, _: Options, __: Any) -> Picked:
    return scanned.run >= 8, np.full(len(scanned.run), 8)


def _slow_quad(line: str, options: Options, _: Any) -> Line:
    fields, confidence, text = split_line(line, 8, "x1,y1,…,x4,y4", options)
    return numbers.coordinates(fields, options.limits), confidence, text


def _quad_remark(text: str) -> str:
    if text.partition(",")[0] in SCRIPTS:
        return "transcription begins with the name of a script, as in icdar-mlt"
    return ambiguous(text)


def looks(glimpse: Glimpse) -> bool:
    run, _ = glimpse.runs(",")
    if not len(run) or glimpse.share(lambda line: ",####" in line) >= 0.5 or (run >= 8).mean() < 0.5:
        return False
    return not glimpse.longer_rings(0.1) and not only_scripts(glimpse)


QUAD = LineLayout(
    id="icdar-quad",
    looks=looks,
    pick=_pick_quad,
    slow=_slow_quad,
    unquote=unquote,
    remark=_quad_remark,
    lead=8,
)


# sroie


class Sroie:
    """Format ``sroie``: one file per sample, quads as ``icdar-quad`` has them."""

    def looks(self, _: Glimpse) -> bool:
        """Never: by its looks the layout is ``icdar-quad``."""
        return False

    def read(self, entries: Sequence[Entry], options: Options, findings: Findings) -> Columns:
        """Every line of every entry, in the encoding of the caller's choice."""
        encoding = options.choices.get("encoding", "utf-8")
        if encoding != "utf-8":
            entries = [_recoded(entry, encoding, findings) for entry in entries]
        return _SROIE.read(entries, options, findings)


def _recoded(entry: Entry, encoding: str, findings: Findings) -> Entry:
    """The entry in UTF-8; empty, recorded, where a byte means nothing in the encoding."""
    try:
        return entry._replace(data=entry.data.decode(encoding).encode())
    except UnicodeDecodeError as error:
        reason = f"byte 0x{entry.data[error.start]:02x} at offset {error.start} is not {encoding}"
        line = entry.data.count(b"\n", 0, error.start) + 1
        findings.error("E_ENCODING", reason, "name the encoding of the file", entry=entry.name, line=line)
        return entry._replace(data=b"")


_SROIE = LineLayout(id="sroie", looks=looks, pick=_pick_quad, slow=_slow_quad, remark=ambiguous, lead=8)
SROIE = Sroie()


# icdar-ltrb


def _pick_ltrb(scanned: Scan | Heads, _: Options, __: Any) -> Picked:
    taken = scanned.run >= 4
    at = np.minimum(scanned.first[:-1, None] + np.arange(4), len(scanned.value) - 1)
    box = scanned.value[at]
    return taken & (box[:, 0] <= box[:, 2]) & (box[:, 1] <= box[:, 3]), np.full(len(taken), 4)


def _corners(boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 4) xmin, ymin, xmax, ymax -> (n, 8) corners, clockwise on the screen from the top left one."""
    return boxes[:, [0, 1, 2, 1, 2, 3, 0, 3]]


def _slow_ltrb(line: str, options: Options, _: Any) -> Line:
    if _space_separated(line):
        line = _with_commas(line, options)
    fields, confidence, text = split_line(line, 4, "xmin,ymin,xmax,ymax", options)
    left, top, right, bottom = numbers.coordinates(fields, options.limits)
    if right < left or bottom < top:
        low, high, axis = (right, left, "x") if right < left else (bottom, top, "y")
        reason = f"{axis}max {low} is less than {axis}min {high}, expected xmin,ymin,xmax,ymax"
        raise LineFault("E_COORD", reason, "a file with x,y,width,height has to be converted", 1)
    return (left, top, right, top, right, bottom, left, bottom), confidence, text


def _space_separated(line: str) -> bool:
    """True for the training set's ``38 43 920 215 "Tiredness"``: a space, no comma, after the first number."""
    head = line.lstrip(BLANK).partition(" ")
    return numbers.is_integer(head[0]) and bool(head[1]) and not head[2].lstrip(BLANK).startswith(",")


def _with_commas(line: str, options: Options) -> str:
    """The space separated spelling with commas in place of the spaces that separate fields; columns stay."""
    lead = len(line) - len(line.lstrip(" "))
    fields = line[lead:].split(" ", 4 + options.confidence)
    return " " * lead + ",".join(fields)


def _ltrb_remark(text: str) -> str:
    if len(text.split(",", 4)) > 3 and all(map(numbers.is_integer, text.split(",", 4)[:4])):
        return "transcription begins with four integers, as in a file of quads"
    return ambiguous(text)


def _looks_ltrb(glimpse: Glimpse) -> bool:
    run, _ = glimpse.runs(",")
    if len(run) and ((run >= 4) & (run <= 7)).mean() >= 0.5 and (run <= 5).mean() >= 0.5:
        return not glimpse.rotated()
    spaces, _ = glimpse.runs(" ")
    return bool(len(spaces)) and bool(((spaces >= 4) & (spaces <= 5)).mean() >= 0.5)


LTRB = LineLayout(
    id="icdar-ltrb",
    looks=_looks_ltrb,
    pick=_pick_ltrb,
    slow=_slow_ltrb,
    expand=_corners,
    unquote=unquote,
    remark=_ltrb_remark,
    lead=4,
)
