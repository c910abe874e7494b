"""Entries with one instance per line -> the numbers at the front of all lines, with kernels: for warm processes.

What the kernels don't understand they leave: a line to the layout's careful parser, all entries of a group to ``batch``
(a lone CR, bytes that are not UTF-8, too many or too long lines), which own every message.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ocr_eval.errors import Findings
from ocr_eval.formats.numbers import LineFault, confidence
from ocr_eval.formats.reader import Entry, Options
from ocr_eval.limits import Limits
from ocr_eval.tables.packed import PackedTexts

_LF = 10
_EXAMPLES = 3  # places that a warning shows
SMALLEST = 1 << 13  # bytes below which numpy is as fast
Flags = NDArray[np.bool_]
Index = NDArray[np.int64]


class Heads(NamedTuple):
    """L lines that are not blank, as ``Scan`` has them, but of numbers at the front only. Positions count bytes."""

    data: bytes  # the entries, each with an LF behind it
    first: Index  # (L + 1,) offsets of the lines into numbers
    value: NDArray[np.float64]  # the numbers at the front of the lines, as many as the layout asks for
    stop: NDArray[np.int32]  # where the field of a number ends
    begin: Index  # (L,) first byte of a line
    end: Index  # (L,) position after its last one
    fields: Index  # (L,) number of fields of each line
    place: Index  # (L,) line number, from 1
    sizes: Index  # lines of each entry

    @property
    def run(self) -> Index:
        """(L,) how many fields at the front are numbers."""
        return np.diff(self.first)

    def line(self, k: int) -> str:
        """One line as it was given."""
        return self.data[int(self.begin[k]) : int(self.end[k])].decode()

    def text(self, begin: int, k: int) -> str:
        """What stands in a line from the byte ``begin`` on."""
        return self.data[begin : int(self.end[k])].decode()

    def after(self, lines: Index, count: Index | int) -> Index:
        """Where the field number ``count`` of these lines begins; those before it are numbers, and it is there."""
        found: Index = self.stop[self.first[lines] + count - 1].astype(np.int64) + 1
        return found

    def word(self, k: int, more: int = 0) -> str:
        """The field after the numbers at the front of a line, and after ``more`` fields behind them."""
        run = int(self.first[k + 1] - self.first[k])
        return self.line(k).split(",", run + more + 1)[run + more]

    def letters(self) -> NDArray[np.uint8]:
        """(L,) the first byte after the numbers at the front; an LF where nothing stands there."""
        at = np.where(self.run > 0, self.stop[np.maximum(self.first[1:], 1) - 1] + 1, self.begin)
        return np.frombuffer(self.data, np.uint8)[np.minimum(at, len(self.data) - 1)]


def heads_of(group: Sequence[Entry], most: int, options: Options, findings: Findings) -> Heads | None:
    """The lines of these entries with up to ``most`` numbers each (0: all); None where they are not understood.

    Only with Numba in the process. Byte order marks and blank lines are told as ``lines_of`` tells them.
    """
    limits = options.limits
    if "numba" not in sys.modules or options.verbatim or limits.number_length < 9:
        return None
    parts = [entry.data for entry in group]
    size = list(map(len, parts))
    parts.append(b"")
    data = b"\n".join(parts)
    if len(data) < SMALLEST or max(size) > limits.line_bytes or b"\0" in data or not _is_utf8(data):
        return None
    from ocr_eval.kernels.jit import read_only
    from ocr_eval.kernels.line_heads import heads

    bounds = np.concatenate(([0], np.cumsum(size) + np.arange(1, len(size) + 1)))
    codes = read_only(np.frombuffer(data, np.uint8), np.uint8)
    lines = int(np.count_nonzero(codes == _LF))
    numbers = most * lines if most else len(data) // 2 + 1
    value, stop = np.empty(numbers), np.empty(numbers, np.int32)
    first = np.empty(lines + 1, np.int64)
    begin, end, fields, place = (np.empty(lines, np.int64) for _ in range(4))
    sizes, blank, marked = (np.zeros(len(size), np.int64) for _ in range(3))
    found = heads(
        *(codes, read_only(bounds, np.int64), most or numbers),
        *(first, value, stop, begin, end, fields, place, sizes, blank, marked),
    )
    if found <= 0 or first[found] == 0 or sizes.max() > limits.instances:
        return None
    _tell(group, blank, marked, findings)
    count = int(first[found])
    rows = slice(0, found)
    return Heads(
        *(data, first[: found + 1], value[:count], stop[:count]),
        *(begin[rows], end[rows], fields[rows], place[rows], sizes),
    )


def _is_utf8(data: bytes) -> bool:
    if data.isascii():
        return True
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _tell(group: Sequence[Entry], blank: Index, marked: Index, findings: Findings) -> None:
    """As ``lines_of`` of one entry after the other would: the first places of each warning, and how many in all."""
    told = [("byte order mark dropped", marked), ("blank lines skipped", blank)]
    told = [(message, count) for message, count in told if count.any()]
    for message, count in sorted(told, key=lambda one: int(np.flatnonzero(one[1])[0])):
        where = np.flatnonzero(count)
        for e in where[:_EXAMPLES].tolist():
            findings.warn("W_LAYOUT", message, place=group[e].name, count=int(count[e]))
        if len(where) > _EXAMPLES:
            findings.warn("W_LAYOUT", message, count=int(count[where[_EXAMPLES:]].sum()))


def confidences_of(
    heads: Heads, count: Index, taken: Flags, limits: Limits
) -> tuple[NDArray[np.float64], Flags, Index]:
    """The field after ``count`` numbers of every taken line as a confidence, the lines where it is one, its ends."""
    from ocr_eval.kernels.jit import read_only
    from ocr_eval.kernels.line_heads import EXACT, LONG, OTHER, confidences

    lines = np.flatnonzero(taken)
    begin, end = heads.after(lines, count[lines]), heads.end[lines]
    value, stop, kind = np.ones(len(lines)), np.empty(len(lines), np.int64), np.empty(len(lines), np.int8)
    codes, at = read_only(np.frombuffer(heads.data, np.uint8), np.uint8), read_only(begin, np.int64)
    powers = read_only([float(f"1e{k}") for k in range(EXACT + 1)], np.float64)
    most = min(limits.number_length, 32)
    confidences(codes, at, read_only(end, np.int64), most, powers, value, stop, kind)
    for k in np.flatnonzero(kind == LONG).tolist():
        value[k] = float(heads.data[begin[k] : stop[k]])
    good = (kind != LONG) | (value <= 1)
    for k in np.flatnonzero(kind == OTHER).tolist():
        try:
            value[k] = confidence(heads.data[begin[k] : stop[k]].decode(), limits)
        except LineFault:
            good[k] = False
    values, ends, flags = np.ones(len(taken)), np.zeros(len(taken), np.int64), taken.copy()
    values[lines], ends[lines], flags[lines] = value, stop, good
    return values, flags, ends


def packed_texts(heads: Heads, begin: Index, unquoted: bool, most: int) -> tuple[PackedTexts, Flags] | None:
    """The texts from ``begin`` (L,), where -1 is none, to the ends of the lines, and whether each is not ``###``.

    Outer quotes are taken off where ``unquoted``. None where a text needs more thought, or is longer than ``most``.
    """
    from ocr_eval.kernels.jit import read_only
    from ocr_eval.kernels.line_heads import texts

    absent = begin < 0
    room = int((heads.end - begin)[~absent].sum())
    codepoints, offset = np.empty(room, np.uint32), np.empty(len(begin) + 1, np.int64)
    care, odd = np.empty(len(begin), np.bool_), np.zeros(len(begin), np.bool_)
    codes = read_only(np.frombuffer(heads.data, np.uint8), np.uint8)
    places = read_only(begin, np.int64), read_only(heads.end, np.int64)
    used = texts(codes, *places, unquoted, most, codepoints, offset, care, odd)
    return None if odd.any() else (PackedTexts(codepoints[:used], offset, absent), care)


def texts_of(heads: Heads, begin: Index) -> list[str | None]:
    """The texts from ``begin`` (L,), where -1 is none, to the ends of the lines, as they are written."""
    places = zip(begin.tolist(), heads.end.tolist(), strict=True)
    return [None if a < 0 else heads.data[a:b].decode() for a, b in places]
