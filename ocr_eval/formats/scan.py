"""Many lines at once -> their leading integer fields as arrays: the fast path for lines that are plainly well-formed.

It accepts a subset of the integer grammar (one space before the number, at most seven digits). What it does not
understand goes to the format's careful parser, which owns every message; a property test holds the two together.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

DIGITS = 7
_PAD = DIGITS + 2  # characters before the first line, so that looking back from a field's end stays inside
_SPACE, _MINUS, _ZERO, _LF = 32, 45, 48, 10


class Scan(NamedTuple):
    """L lines with F fields in all. Positions count characters of ``text``."""

    text: str  # padding, the lines with LF between them, padding
    first: NDArray[np.int64]  # (L + 1,) offsets of the lines into fields
    begin: NDArray[np.int64]  # (F,) first character of a field, spaces included
    end: NDArray[np.int64]  # (L,) position after the last character of a line
    value: NDArray[np.float64]  # (F,) the integer, where number is set
    number: NDArray[np.bool_]  # (F,) the field is an integer as the fast path knows them
    run: NDArray[np.int64]  # (L,) how many fields at the front are numbers
    codes: NDArray[np.uint8] | NDArray[np.uint32]  # the characters of text

    @property
    def fields(self) -> NDArray[np.int64]:
        """(L,) number of fields of each line."""
        return np.diff(self.first)

    def line(self, k: int) -> str:
        """One line as it was given."""
        return self.text[int(self.begin[self.first[k]]) : int(self.end[k])]

    def letters(self) -> NDArray[np.uint8] | NDArray[np.uint32]:
        """(L,) the first character after the numbers at the front; any other where nothing stands there."""
        after = np.minimum(self.first[:-1] + self.run, len(self.begin) - 1)
        found: NDArray[np.uint8] | NDArray[np.uint32] = self.codes[self.begin[after]]
        return found

    def word(self, k: int, more: int = 0) -> str:
        """The field after the numbers at the front of a line, and after ``more`` fields behind them."""
        begin = int(self.begin[self.first[k] + self.run[k] + more])
        return self.text[begin : int(self.end[k])].partition(",")[0]

    def starts_with(self, begin: NDArray[np.int64], word: str) -> NDArray[np.bool_]:
        """True for every position at which ``word`` (up to eight characters) stands."""
        found = np.ones(len(begin), np.bool_)
        for k, character in enumerate(word):
            found &= self.codes[begin + k] == ord(character)
        return found


def scan(lines: str, separator: str) -> Scan:
    """Fields of the lines, which LF separates, split at every ``separator``. Cost linear in their length."""
    text = "\0" * _PAD + lines + "\0" * _PAD
    codes = _codes(text)
    size = len(codes) - _PAD
    breaks = np.flatnonzero((codes == ord(separator)) | (codes == _LF))
    stop = np.append(breaks, size)
    begin = np.concatenate(([_PAD], breaks + 1))
    last = np.append(np.flatnonzero(codes[breaks] == _LF), len(stop) - 1)
    first = np.concatenate(([0], last + 1))
    value, number = _integers(codes, begin, stop)
    where = np.where(number, len(stop), np.arange(len(stop)))
    run = np.minimum(np.minimum.reduceat(where, first[:-1]), first[1:]) - first[:-1]
    return Scan(text, first, begin, stop[last], value, number, run, codes)


def scan_as(lines: str, twin: str, separator: str) -> Scan:
    """The fields of ``twin``, a text of the same length, over the characters of ``lines``."""
    scanned = scan(twin, separator)
    text = "\0" * _PAD + lines + "\0" * _PAD
    return scanned._replace(text=text, codes=_codes(text))


def _codes(text: str) -> NDArray[np.uint8] | NDArray[np.uint32]:
    if text.isascii():
        return np.frombuffer(text.encode("ascii"), np.uint8)
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4").astype(np.uint32, copy=False)


def _integers(
    codes: NDArray[np.uint8] | NDArray[np.uint32], begin: NDArray[np.int64], stop: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Values and flags of the fields ``[begin, stop)``: an optional space, an optional minus, one to seven digits."""
    start = begin + (codes[begin] == _SPACE)
    negative = codes[start] == _MINUS
    length = stop - start - negative
    number = (length > 0) & (length <= DIGITS)
    value = np.zeros(len(begin), np.int32)
    longest = int(length.max(where=number, initial=0))
    power = 1
    for k in range(longest):
        digit = codes[stop - 1 - k] - codes.dtype.type(_ZERO)  # below '0' wraps to a large number
        inside = length > k
        number &= ~inside | (digit <= 9)
        value += np.where(inside & (digit <= 9), digit, 0).astype(np.int32) * power
        power *= 10
    np.negative(value, out=value, where=negative)
    return value.astype(np.float64), number
