"""The first bytes and some lines of an input -> what formats look at to recognise themselves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy

import numpy as np
from numpy.typing import NDArray

from ocr_eval.formats.lines import BOM, UTF16
from ocr_eval.formats.numbers import BLANK, is_decimal, resembles_number
from ocr_eval.formats.reader import Entry, Options
from ocr_eval.formats.scan import scan

MANY = 0.002  # a larger share of lines with six vertices or more is no accident: these are polygons
ENTRIES, LINES = 48, 16  # how many entries are looked at, spread over the input, and how many lines of each
_HEAD = 1 << 16
Counts = NDArray[np.int64]


class Glimpse:
    """``head``: first bytes of the first entry that is not empty; ``lines``: some lines, none of them blank.

    ``front``: the head and the first of the lines, which is in it unless it is a very long one.
    """

    def __init__(self, entries: Sequence[Entry], options: Options) -> None:
        self.options = options
        full = [entry for entry in entries if entry.data and not entry.data.isspace()]
        chosen = full[:: max(1, -(-len(full) // ENTRIES))]
        self.first = chosen[0] if chosen else None
        self.head = _head(self.first.data).lstrip() if self.first else b""
        self.lines = [line for entry in chosen for line in _some_lines(entry.data)]
        self.front = self.head + "\n".join(["", *self.lines[:1]]).encode()
        self._runs: dict[str, tuple[Counts, Counts]] = {}

    def loosened(self) -> Glimpse:
        """The same with every field that resembles a number made one, to recognise files of broken numbers."""
        other = copy(self)
        fields = [line.split(",") for line in self.lines]
        other.lines = [",".join("1" if resembles_number(f) else f for f in line) for line in fields]
        other._runs = {}
        return other

    def share(self, fits: Callable[[str], bool]) -> float:
        """Share of the lines for which ``fits`` is true; 0 without lines."""
        return sum(map(fits, self.lines)) / len(self.lines) if self.lines else 0.0

    def runs(self, separator: str) -> tuple[Counts, Counts]:
        """Per line: integers at the front, and fields in all. Spaces around commas do not count."""
        if separator not in self._runs:
            lines = (
                self.lines
                if separator == " "
                else [line.replace(" ", "").replace("\t", "") for line in self.lines]
            )
            none = np.zeros(0, np.int64)
            found = scan("\n".join(lines), separator) if lines else None
            self._runs[separator] = (found.run, found.fields) if found is not None else (none, none)
        return self._runs[separator]

    def longer_rings(self, share: float) -> bool:
        """True when more than this share of the lines, read as polygons, have other than four vertices."""
        run, fields = self.runs(",")
        only = run == fields
        if not len(run):
            return False
        count = run
        if not only.all():
            # Where lines have texts, one of few numbers only may as well be a quad that lost a number or its text,
            # and ten numbers at the front a quad whose text begins with "1,234"; unless most lines are like that.
            count = np.where(only, np.where(run > 10, run - 2 + run % 2, 8), run)
            count = np.where((count == 10) & ((count == 10).mean() < 0.5), 8, count)
        other = (count >= 6) & (count % 2 == 0) & (count != 8)
        return bool(other.mean() > share or (other & (count >= 12)).mean() > MANY)

    def rotated(self) -> bool:
        """True for MSRA-TD500: four integers and an angle, which in a gt, below 0 or above 1 is no confidence.

        Where the caller asks for angles, any decimal is one.
        """
        run, fields = self.runs(",")
        if not len(run) or not ((run >= 4) & (fields > 4)).all():
            return False
        fifth = [line.split(",", 5)[4].strip(BLANK) for line in self.lines]
        if self.options.angle:
            return all(map(is_decimal, fifth))
        angles = all("." in word for word in fifth) and all(map(is_decimal, fifth))
        return angles and (self.options.role == "gt" or any(not 0 <= float(word) <= 1 for word in fifth))

    def offsets(self) -> bool:
        """True for CTW1500's own files: a box and 14 pairs of offsets whose largest are its width and height."""
        run, fields = self.runs(",")
        if not len(run) or not ((run == 32) & (fields == 32)).all():
            return False
        rows = np.array([line.split(",") for line in self.lines], np.float64)
        box, x, y = rows[:, :4], rows[:, 4::2], rows[:, 5::2]
        size = box[:, 2:] - box[:, :2]
        return bool(
            (rows[:, 4:] >= 0).all() and (x.max(1) == size[:, 0]).all() and (y.max(1) == size[:, 1]).all()
        )


def _head(data: bytes) -> bytes:
    """The first bytes, in UTF-8 and without a mark; UTF-16 is recognised too, its reader refuses it with a cure."""
    head = data[:_HEAD]
    if head[:2] in UTF16:
        return head.decode("utf-16", "replace").encode()
    return head.removeprefix(BOM)


def _some_lines(data: bytes) -> list[str]:
    lines = _head(data).decode("utf-8", "replace").split("\n", LINES)
    if len(lines) > LINES or len(data) > _HEAD:
        lines.pop()  # cut off, or the rest of the file
    lines = [line.removesuffix("\r").replace("\0", "\ufffd") for line in lines]
    return [line for line in lines if line.strip(BLANK)]
