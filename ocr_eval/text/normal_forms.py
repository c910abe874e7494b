"""The name of a normal form ("newlines+nfc") -> the function that brings a text into it.

A normal form is an ordered list of steps joined by ``+`` and goes the same over gt and prediction. Every step is
idempotent; a list need not be (``nfkc+casefold`` can leave NFKC, so write ``nfkc+casefold+nfkc``). ``raw`` alone is
the form without any step. Normalization, case and categories are those of Python's ``unicodedata``.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Callable, Iterable
from functools import cache, partial

from ocr_eval.errors import quote, usage_error

Step = Callable[[str], str]

RAW = "raw"
NEEDS_FILE = ("trad-simp", "map")  # steps whose table the user would have to hand over; no way to do so yet


def normal_form(name: str) -> Step:
    """The steps behind a name, in order, as one function. Raises InputError (E_CONFIG) for anything unknown."""
    if name == RAW:
        return _same
    words = name.split("+")
    for word in words:
        if word not in STEPS:
            raise usage_error(f"normal form {quote(name)}: {_unknown(word)}", _nearest(word), "E_CONFIG")
    steps = [STEPS[word] for word in words]
    return steps[0] if len(steps) == 1 else partial(_apply, steps)


def _apply(steps: Iterable[Step], text: str) -> str:
    for step in steps:
        text = step(text)
    return text


def _unknown(word: str) -> str:
    if not word:
        return "a step without a name"
    if word == RAW:
        return "raw is the form without steps and stands alone"
    if word in NEEDS_FILE:
        return f"{word} needs a table of your own, and there is no way yet to name one"
    return f"no step is called {quote(word)}"


def _nearest(word: str) -> str:
    near = difflib.get_close_matches(word.lower(), STEPS, n=3, cutoff=0.5)
    if word in NEEDS_FILE or not near:
        return f"the steps are {', '.join(STEPS)}"
    return f"did you mean {', '.join(near)}?"


def _same(text: str) -> str:
    return text


def newlines(text: str) -> str:
    """CR LF and CR become LF."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def width(text: str) -> str:
    """Full-width ASCII and the ideographic space become ASCII, nothing else (narrower than NFKC)."""
    return text.translate(WIDTH)


def quotes_dashes(text: str) -> str:
    """Typographic quotes, dashes, minus, full-width low line and micro sign fold (set of olmOCR-bench,
    allenai/olmocr ``olmocr/bench/tests.py`` @f7cfe4c)."""
    return text.translate(QUOTES_DASHES)


def invisible(text: str) -> str:
    """Format characters (Cf) go: soft hyphen, BOM, direction marks, ….

    Visible prepended marks stay, and joiners whose two neighbours in the text are letters or marks.
    """
    if text.isascii():
        return text
    kinds = [unicodedata.category(character) for character in text]

    def stays(k: int) -> bool:
        if kinds[k] != "Cf" or text[k] in PREPENDED:
            return True
        return (
            text[k] in JOINERS
            and 0 < k < len(kinds) - 1
            and kinds[k - 1][0] in "LM"
            and kinds[k + 1][0] in "LM"
        )

    return "".join(character for k, character in enumerate(text) if stays(k))


def space_collapse(text: str) -> str:
    """Each run of white space (``str.isspace``) becomes one U+0020; none at the ends."""
    return " ".join(text.split())


def space_remove(text: str) -> str:
    """No white space (``str.isspace``) at all."""
    return "".join(text.split())


def symbols_remove(text: str) -> str:
    """Punctuation (P*) and symbols (S*) go, by category in every script."""
    return text.translate(_without("P", "S"))


def marks_remove(text: str) -> str:
    """Non-spacing and enclosing marks go, also out of composed letters: accents, but also Indic vowels and harakat."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).translate(_without("Mn", "Me")))


def arabic(text: str) -> str:
    """Harakat and tatweel go, alef, ta marbuta and alef maksura fold, white space collapses (set of KITAB-Bench,
    mbzuai-oryx/KITAB-Bench ``ocr-eval/metrics.py`` @c27abc2)."""
    return space_collapse(text.translate(ARABIC))


def sbb(text: str) -> str:
    """The substitutions of dinglehopper, for use after ``nfc``: ligatures and private-use letters of old prints
    (qurator-spk/dinglehopper ``extracted_text.py`` @1efb382)."""
    for old, new in SBB:
        text = text.replace(old, new)
    return text


STEPS: dict[str, Step] = {
    "newlines": newlines,
    "nfc": partial(unicodedata.normalize, "NFC"),
    "nfd": partial(unicodedata.normalize, "NFD"),
    "nfkc": partial(unicodedata.normalize, "NFKC"),
    "nfkd": partial(unicodedata.normalize, "NFKD"),
    "lower": str.lower,
    "upper": str.upper,
    "casefold": str.casefold,
    "width": width,
    "quotes-dashes": quotes_dashes,
    "invisible": invisible,
    "space-collapse": space_collapse,
    "space-remove": space_remove,
    "strip": str.strip,
    "symbols-remove": symbols_remove,
    "marks-remove": marks_remove,
    "arabic": arabic,
    "sbb": sbb,
}

WIDTH = {point: point - 0xFEE0 for point in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
QUOTES_DASHES = str.maketrans(
    dict.fromkeys("\u2018\u2019\u201a", "'")
    | dict.fromkeys("\u201c\u201d\u201e", '"')
    | dict.fromkeys("\u2013\u2014\u2011\u2012\u2212", "-")
    | {"\uff3f": "_", "\u00b5": "\u03bc"}
)
JOINERS = "\u200c\u200d"
PREPENDED = frozenset(map(chr, (*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD)))
ARABIC = (
    dict.fromkeys((*range(0x64B, 0x660), 0x670, 0x640))
    | dict.fromkeys((0x622, 0x623, 0x625, 0x671), 0x627)
    | {0x629: 0x647, 0x649: 0x64A}
)
# The order matters: ligatures first.
SBB = tuple(
    (old, new)
    for old, _, new in (
        pair.partition(">")
        for pair in (
            "\ueba6>ſſ \ueba7>ſſi \uf502>ch \ueec4>ck \uf4f9>ll \ueba2>ſi \ueada>ſt \ufb01>fi \ufb00>ff \ufb02>fl "
            "\ufb03>ffi \ueec5>ct \ueedc>tz \uf532>as \uf533>is \uf534>us \uf535>Qu \u0133>ij \ue8bf>q& \ueba5>ſp "
            "\ufb06>st \ue72b>ü \ue42c>ä ==>\u2013 \u2014>\u2013 \ue644>ö \u2019>' \u2e17>- "
            "a\u0364>ä o\u0364>ö u\u0364>ü \uf50e>q\u0301"
        ).split(" ")
    )
)


class _Without(dict[int, int | None]):
    """Code point -> itself, or None when its category begins with one of ``kinds``; for ``str.translate``."""

    def __init__(self, kinds: tuple[str, ...]) -> None:
        self.kinds = kinds

    def __missing__(self, point: int) -> int | None:
        result = self[point] = None if unicodedata.category(chr(point)).startswith(self.kinds) else point
        return result


@cache
def _without(*kinds: str) -> _Without:
    return _Without(kinds)
