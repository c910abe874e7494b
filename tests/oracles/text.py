"""Slow twins of ocr_eval.text: distance by the full table, boundaries rule by rule, words character by character."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise

from ocr_eval.text import _tables

EXTEND, FORMAT, ZWJ = "E", "F", "Z"  # letters of _tables.WORD


def distance(gt: Sequence[str], pred: Sequence[str]) -> int:
    """Levenshtein distance by the whole table (Wagner and Fischer 1974)."""
    table = [[0] * (len(pred) + 1) for _ in range(len(gt) + 1)]
    for i in range(len(gt) + 1):
        for j in range(len(pred) + 1):
            if i == 0 or j == 0:
                table[i][j] = i + j
            else:
                table[i][j] = min(
                    table[i - 1][j] + 1,
                    table[i][j - 1] + 1,
                    table[i - 1][j - 1] + (gt[i - 1] != pred[j - 1]),
                )
    return table[len(gt)][len(pred)]


def substitution_range(gt: Sequence[str], pred: Sequence[str]) -> tuple[int, int]:
    """Smallest and largest number of substitutions among the alignments with fewest edits."""
    best: dict[tuple[int, int], tuple[int, int, int]] = {}
    for i in range(len(gt) + 1):
        for j in range(len(pred) + 1):
            ways = [(0, 0, 0)] if i == j == 0 else []
            for di, dj in ((1, 0), (0, 1), (1, 1)):
                if i >= di and j >= dj:
                    cost, low, high = best[i - di, j - dj]
                    replaced = int(di == dj == 1 and gt[i - 1] != pred[j - 1])
                    edit = replaced if di == dj == 1 else 1
                    ways.append((cost + edit, low + replaced, high + replaced))
            fewest = min(way[0] for way in ways)
            ways = [way for way in ways if way[0] == fewest]
            best[i, j] = (fewest, min(way[1] for way in ways), max(way[2] for way in ways))
    return best[len(gt), len(pred)][1:]


@cache
def expanded(name: str) -> str:
    """The class letter of every code point."""
    runs = re.findall("([0-9a-z]+)([A-Z])", getattr(_tables, name))
    letters = "".join(letter * int(length, 36) for length, letter in runs)
    assert len(letters) == 0x110000
    return letters


def cluster_class(character: str) -> str:
    if 0xAC00 <= ord(character) <= 0xD7A3:
        return "LVT" if (ord(character) - 0xAC00) % 28 else "LV"
    return expanded("GRAPHEME")[ord(character)]


def word_class(character: str) -> str:
    private = 0xE000 <= ord(character) <= 0xF8FF
    return "A" if private else expanded("WORD")[ord(character)]


def clusters(text: str) -> list[str]:
    """Extended grapheme clusters: GB1 to GB999 of UAX #29 asked in order at every position."""
    kinds = [cluster_class(character) for character in text]
    return _cut(text, lambda k: _cluster_boundary(kinds, k))


def segments(text: str) -> list[str]:
    """Word segments: WB1 to WB999 of UAX #29 asked in order at every position."""
    kinds = [word_class(character) for character in text]
    return _cut(text, lambda k: _word_boundary(kinds, k))


def words(text: str) -> list[str]:
    """Segments of the NFC text with a code point outside P*, S*, M*, Z*, Cc and Cf."""

    def dropped(character: str) -> bool:
        category = unicodedata.category(character)
        return category[0] in "PSMZ" or category in ("Cc", "Cf")

    found = segments(unicodedata.normalize("NFC", text))
    return [segment for segment in found if not all(dropped(character) for character in segment)]


def _cut(text: str, boundary: Callable[[int], bool]) -> list[str]:
    cuts = [0, *(k for k in range(1, len(text)) if boundary(k)), len(text)]
    return [text[a:b] for a, b in pairwise(cuts)] if text else []


def _cluster_boundary(kinds: list[str], k: int) -> bool:
    before, after = kinds[k - 1], kinds[k]
    if before == "R" and after == "N":  # GB3
        return False
    if before in ("C", "R", "N") or after in ("C", "R", "N"):  # GB4, GB5
        return True
    if before == "L" and after in ("L", "V", "LV", "LVT"):  # GB6
        return False
    if before in ("LV", "V") and after in ("V", "T"):  # GB7
        return False
    if before in ("LVT", "T") and after == "T":  # GB8
        return False
    if after in ("E", "K", "Y", "J", "S"):  # GB9, GB9a
        return False
    if before == "P":  # GB9b
        return False
    if after == "D":  # GB9c
        j, linkers = k - 1, 0
        while j >= 0 and kinds[j] in ("E", "K", "J"):
            linkers += kinds[j] == "K"
            j -= 1
        if linkers and j >= 0 and kinds[j] == "D":
            return False
    if before == "J" and after == "X":  # GB11
        j = k - 2
        while j >= 0 and kinds[j] in ("E", "K", "Y"):
            j -= 1
        if j >= 0 and kinds[j] == "X":
            return False
    if before == after == "I":  # GB12, GB13
        j = k
        while j > 0 and kinds[j - 1] == "I":
            j -= 1
        return (k - j) % 2 == 0
    return True  # GB999


def _word_boundary(kinds: list[str], k: int) -> bool:
    before, after = kinds[k - 1], kinds[k]
    if before == "R" and after == "N":  # WB3
        return False
    if before in "CRN" or after in "CRN":  # WB3a, WB3b
        return True
    if before == ZWJ and after in "PQ":  # WB3c
        return False
    if before == after == "W":  # WB3d
        return False
    if after in (EXTEND, FORMAT, ZWJ):  # WB4
        return False
    left, right = _visible(kinds, k - 1, -1), _visible(kinds, k, 1)
    b2, b1 = ([*left, "", ""])[:2][::-1]
    a1, a2 = ([*right, "", ""])[:2]
    letter, hebrew, number = ("A", "Q", "H"), "H", "U"
    for first, second in (  # WB5, WB8, WB9, WB10, WB13
        (letter, letter),
        ((number,), (number,)),
        (letter, (number,)),
        ((number,), letter),
        (("K",), ("K",)),
        ((*letter, number, "K", "X"), ("X",)),  # WB13a
        (("X",), (*letter, number, "K")),  # WB13b
    ):
        if b1 in first and a1 in second:
            return False
    if b1 in letter and a1 in ("L", "B", "S") and a2 in letter:  # WB6
        return False
    if b2 in letter and b1 in ("L", "B", "S") and a1 in letter:  # WB7
        return False
    if b1 == hebrew and a1 == "S":  # WB7a
        return False
    if b1 == hebrew and a1 == "D" and a2 == hebrew:  # WB7b
        return False
    if b2 == hebrew and b1 == "D" and a1 == hebrew:  # WB7c
        return False
    if b2 == number and b1 in ("M", "B", "S") and a1 == number:  # WB11
        return False
    if b1 == number and a1 in ("M", "B", "S") and a2 == number:  # WB12
        return False
    if b1 == a1 == "I":  # WB15, WB16
        flags = 0
        for kind in left:
            if kind != "I":
                break
            flags += 1
        return flags % 2 == 0
    return True  # WB999


def _visible(kinds: list[str], k: int, step: int) -> list[str]:
    """The classes from position k outwards as WB4 sees them: a class with its Extend, Format and ZWJ is one.

    A run of those three at the start of the text or of a line belongs to nothing and counts as one other class.
    """
    found = []
    start, end = k, k
    while start > 0 and kinds[start - 1] not in "CRN" and step < 0:
        start -= 1
    while step > 0 and end + 1 < len(kinds) and kinds[end + 1] not in "CRN":
        end += 1
    for j in range(start, end + 1):
        if kinds[j] not in (EXTEND, FORMAT, ZWJ):
            found.append(kinds[j])
        elif j == start and step < 0:
            found.append("O")
    return found[::step]
