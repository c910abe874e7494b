"""A normal form, a unit and a definition of words -> what kernels may do with each code point alone.

A code point is plain when no text of plain ones is changed by the normal form, each is one unit, and words follow from
neighbours. The conditions are sufficient, not necessary: what is not plain is compared as strings.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import cache, lru_cache, partial
from typing import TYPE_CHECKING, Literal

from ocr_eval.text.normal_forms import ARABIC, QUOTES_DASHES, RAW, SBB, WIDTH
from ocr_eval.text.units import clusters, is_word, word_class

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Test = Callable[[str], bool]

CODES = 0x110000


class Kinds:
    """Kinds of ``kernels.words`` by code point, found when a text first holds it; ``STRINGS`` before."""

    def __init__(self, form: str, unit: str, words: str) -> None:
        import numpy as np

        self._tests = [*(PLAIN[step] for step in form.split("+") if form != RAW), UNITS[unit]]
        self._kind = WORDS[words]
        self._known = np.zeros(CODES, np.bool_)
        self._table = np.zeros(CODES, np.uint8)

    def covering(self, *points: NDArray[np.uint32]) -> NDArray[np.uint8]:
        """(CODES,) the table, with the kinds of all code points in these arrays."""
        import numpy as np

        for each in points:
            new = np.unique(each[~self._known[each]])
            characters = map(chr, new.tolist())
            self._table[new] = [
                self._kind(each) if all(test(each) for test in self._tests) else 0 for each in characters
            ]
            self._known[new] = True  # last: another thread may read the table
        return self._table


@lru_cache(8)
def kinds(form: str, unit: str, words: str) -> Kinds:
    """The table of a normal form, a unit and a definition of words, kept for the next texts."""
    return Kinds(form, unit, words)


def _normal(form: Literal["NFC", "NFD", "NFKC", "NFKD"], character: str) -> bool:
    """Whether texts of such characters are in a Unicode normal form (quick check "yes", no reordering)."""
    stays = unicodedata.normalize(form, character) == character and not unicodedata.combining(character)
    return stays and not (form in ("NFC", "NFKC") and ord(character) in _seconds())


@cache
def _seconds() -> frozenset[int]:
    """Code points that can become one with the code point before them."""
    pairs = (found for found in map(unicodedata.decomposition, map(chr, range(CODES))) if " " in found)
    hangul = (*range(0x1161, 0x1176), *range(0x11A8, 0x11C3))  # vowels and final consonants
    return frozenset(hangul).union(int(found.split()[1], 16) for found in pairs if found[0] != "<")


def _unmarked(character: str) -> bool:
    kinds = map(unicodedata.category, unicodedata.normalize("NFD", character))
    return _normal("NFC", character) and not {"Mn", "Me"}.intersection(kinds)


def _not_of(*kinds: str) -> Test:
    return lambda character: not unicodedata.category(character).startswith(kinds)


def _no_space(character: str) -> bool:
    return not character.isspace()


_SBB = frozenset("".join(old for old, _ in SBB))

# One test for every step of a normal form.
PLAIN: dict[str, Test] = {
    "newlines": "\r".__ne__,
    "nfc": partial(_normal, "NFC"),
    "nfd": partial(_normal, "NFD"),
    "nfkc": partial(_normal, "NFKC"),
    "nfkd": partial(_normal, "NFKD"),
    "lower": lambda character: character.lower() == character,
    "upper": lambda character: character.upper() == character,
    "casefold": lambda character: character.casefold() == character,
    "width": lambda character: ord(character) not in WIDTH,
    "quotes-dashes": lambda character: ord(character) not in QUOTES_DASHES,
    "invisible": _not_of("Cf"),
    "space-collapse": _no_space,
    "space-remove": _no_space,
    "strip": _no_space,
    "symbols-remove": _not_of("P", "S"),
    "marks-remove": _unmarked,
    "arabic": lambda character: ord(character) not in ARABIC and not character.isspace(),
    "sbb": lambda character: character not in _SBB,
}

UNITS: dict[str, Test] = {
    "codepoint": bool,
    "grapheme": lambda character: character != "\r" and not clusters(character),
    "jamo": partial(_normal, "NFD"),
}


def _uax29(character: str) -> int:
    from ocr_eval.kernels import words as w

    if not _normal("NFC", character):  # words are cut after NFC
        return w.STRINGS
    kinds = {"A": w.LETTER, "Q": w.LETTER, "U": w.NUMBER, "K": w.KATAKANA}
    kinds |= {"L": w.MID_LETTER, "M": w.MID_NUMBER, "B": w.MID_BOTH, "S": w.MID_BOTH}
    name, counted = word_class(character), is_word(character)
    if name in kinds:
        # Letters that are no words by themselves, and points that are: rare enough for strings.
        return kinds[name] if counted == (name in "AQUK") else w.STRINGS
    if name in "OPWDRNC":  # no rule joins them to anything but what is not plain
        return w.ALONE if counted else w.BREAK
    return w.STRINGS


def _whitespace(character: str) -> int:
    from ocr_eval.kernels import words as w

    return w.BREAK if character.isspace() else w.LETTER


def _space(character: str) -> int:
    from ocr_eval.kernels import words as w

    if character.isspace() and character != " ":
        return w.STRINGS
    return w.BREAK if character == " " else w.LETTER


WORDS: dict[str, Callable[[str], int]] = {"uax29": _uax29, "whitespace": _whitespace, "space": _space}
