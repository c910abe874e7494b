"""A string -> its units: code points, grapheme clusters, jamo, or words by one of three definitions.

Segmentation follows UAX #29 of Unicode 16.0 (extended grapheme clusters with GB9c, default word boundaries) by tables
of our own, so it is the same under every Python. NFC, NFD and the categories that drop a word segment are those of
Python's ``unicodedata`` (14.0 in 3.11, 15.0 in 3.12, 15.1 in 3.13).

Both segmentations work on a string of class letters, one per code point (``str.translate``), with one regular
expression without backtracking, so their cost is linear whatever the text.
"""

from __future__ import annotations

import bisect
import difflib
import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import cache
from itertools import accumulate

from ocr_eval.errors import quote, usage_error

Units = Callable[[str], Sequence[str]]


def units(name: str) -> Units:
    """The function behind a unit's name. Raises InputError (E_CONFIG) with close names."""
    try:
        return UNITS[name]
    except KeyError:
        near = difflib.get_close_matches(name, UNITS, n=3, cutoff=0.4) or list(UNITS)
        raise usage_error(
            f"no unit is called {quote(name)}", f"did you mean {', '.join(near)}?", "E_CONFIG"
        ) from None


def codepoints(text: str) -> str:
    """The string itself: a ``str`` is the sequence of its code points."""
    return text


def jamo(text: str) -> str:
    """Code points of the canonical decomposition: a Hangul syllable counts as its two or three letters."""
    return unicodedata.normalize("NFD", text)


def graphemes(text: str) -> Sequence[str]:
    """Extended grapheme clusters of the string as it is. The string itself where every cluster is one code point."""
    if text.isascii() and "\r" not in text:
        return text
    classes = text.translate(_grapheme_classes())
    if not _CLUSTERING.search(classes):
        return text
    return [text[slice(*found.span())] for found in _cluster().finditer(classes)]


def clusters(character: str) -> bool:
    """Whether it can share a grapheme cluster with a neighbour."""
    return _CLUSTERING.match(_grapheme_classes()[ord(character)]) is not None


def word_class(character: str) -> str:
    """The letter of a code point's word break property, see ``_tables.WORD``."""
    return _word_classes()[ord(character)]


def words_space(text: str) -> list[str]:
    """Words of jiwer 4.0: runs of two or more white-space characters are one space, and only U+0020 separates.

    A single line feed, tab or no-break space stays inside a word.
    """
    return [word for word in re.sub(r"\s\s+", " ", text).strip().split(" ") if word]


def words_whitespace(text: str) -> list[str]:
    """Stretches between white space of any kind."""
    return text.split()


def words_uax29(text: str) -> list[str]:
    """Word segments of the NFC text that hold more than punctuation, symbols, marks, separators and controls.

    Private-use characters U+E000 to U+F8FF are letters.
    """
    if text.isascii() and text.isalnum():
        return [text]
    return [segment for segment in segments(unicodedata.normalize("NFC", text)) if is_word(segment)]


def segments(text: str) -> list[str]:
    """All word segments of the string as it is, white space and punctuation included; joined they are the string."""
    classes = text.translate(_word_classes())
    return [text[slice(*found.span())] for found in _segment().finditer(classes)]


UNITS: dict[str, Units] = {
    "codepoint": codepoints,
    "grapheme": graphemes,
    "jamo": jamo,
    "word-uax29": words_uax29,
    "word-whitespace": words_whitespace,
    "word-space": words_space,
}


def is_word(segment: str) -> bool:
    """Whether a word segment holds more than punctuation, symbols, marks, separators and controls."""
    for character in segment:
        category = unicodedata.category(character)
        if category[0] not in "PSMZ" and category not in ("Cc", "Cf"):
            return True
    return False


class Classes(dict[int, str]):
    """Code point -> class letter for ``str.translate``, looked up when first asked for.

    ``computed`` goes before the runs of ``_tables``: code points and the letter they have.
    """

    def __init__(self, runs: str, computed: Sequence[tuple[range, str]]) -> None:
        pairs = re.findall(r"([0-9a-z]+)([A-Z])", runs)
        self.ends = list(accumulate(int(length, 36) for length, _ in pairs))
        self.letters = [letter for _, letter in pairs]
        self.computed = computed

    def __missing__(self, point: int) -> str:
        found = next((letter for span, letter in self.computed if point in span), None)
        letter = self[point] = found or self.letters[bisect.bisect_right(self.ends, point)]
        return letter


@cache
def _grapheme_classes() -> Classes:
    from ocr_eval.text._tables import GRAPHEME

    syllables = range(0xAC00, 0xD7A4)
    return Classes(GRAPHEME, [(syllables[::28], "H"), (syllables, "G")])


@cache
def _word_classes() -> Classes:
    from ocr_eval.text._tables import WORD

    return Classes(WORD, [(range(0xE000, 0xF900), "A")])  # private use


# Classes that can share a cluster with a neighbour; without any of them clusters are code points.
_CLUSTERING = re.compile("[REKYJSPLVTI]")


@cache
def _cluster() -> re.Pattern[str]:
    """Rules GB3 to GB13 over the letters of ``_tables.GRAPHEME`` (H and G: Hangul syllables LV and LVT)."""
    hangul = "L*+(?:HV*+T*+|GT*+|V++T*+)|L++|T++"  # GB6, GB7, GB8
    flag = "II"  # GB12, GB13
    pictures = "X(?:[EKY]*+JX)*+"  # GB11
    conjunct = "D(?:[EJ]*+K[EKJ]*+D)*+"  # GB9c; the zero width joiner has InCB Extend
    core = f"{hangul}|{flag}|{pictures}|{conjunct}|[^CRNP]"
    # GB3, GB4, GB5; then GB9b before the core, GB9 and GB9a after it
    return re.compile(f"RN|[CRN]|(?:P*+(?:{core})|P++)[EKYJS]*+")


@cache
def _segment() -> re.Pattern[str]:
    """Rules WB3 to WB16 over the letters of ``_tables.WORD``."""
    x = "[EFZ]*+"  # WB4
    letters = f"[AQ]++{x}(?:[LBS]{x}(?=[AQH]))?+"  # WB5, WB6, WB7
    # Hebrew adds WB7a to WB7c; a letter whose apostrophe ends the segment is left to ``last``.
    hebrew = f"H++{x}(?!S{x}(?![AQH]))(?:[LBS]{x}(?=[AQH])|D{x}(?=H))?+"
    last = f"H++{x}S{x}"
    numbers = f"U++{x}(?:[MBS]{x}(?=U))?+"  # WB8, WB11, WB12
    run = f"(?:{letters}|{hebrew}|{numbers})++"  # with WB9, WB10
    kana = f"(?:K++{x})++"  # WB13
    connector = f"(?:X++{x})++"  # WB13a, WB13b
    chain = f"(?:(?:{run}|{kana})?+{connector})*+(?:(?:{run})?+{last}|{run}|{kana})?+"
    piece = f"(?:(?=[AQHUKX]){chain}|W++{x}|I{x}I{x}|[^RNC]{x})"  # WB3d; WB15, WB16; WB999
    return re.compile(f"RN|[RNC]|{piece}(?:(?<=Z)(?=[PQ]){piece})*+")  # WB3, WB3a, WB3b; WB3c
