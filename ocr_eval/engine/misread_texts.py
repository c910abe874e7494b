"""Texts of gt and predictions that belong together -> how many would be equal if the texts had been written otherwise.

The pairs come from boxes that match, or from equal sample ids where there are no rings. Every guess is a change of the
predicted text that is tried on all pairs.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence

from ocr_eval.engine.misread_rings import Guess
from ocr_eval.errors import quote

PAIRS = 5_000  # looked at, spread evenly
LONGEST = 2_000  # characters of a text that is changed
FEW = 5  # pairs below which a text that all have tells nothing
_NUMBER = r"[01](?:\.[0-9]+)?(?:[eE]-?[0-9]+)?|0?\.[0-9]+"
_TRAILING = re.compile(rf"(.*?)\s*[,;\t ]\s*(?:{_NUMBER})", re.DOTALL)
_LEADING = re.compile(rf"(?:{_NUMBER})\s*[,;\t ]\s*(.*)", re.DOTALL)
_FIELD = re.compile(r"[^,]*,\s*(.*)", re.DOTALL)
_QUOTED = re.compile(r"\s*([\"'`“”„«‹‘])(.*)([\"'`“”«»›’])\s*", re.DOTALL)
_DECIMAL = re.compile(_NUMBER)
Texts = Sequence[tuple[str, str]]  # gt, prediction


def _first_group(pattern: re.Pattern[str]) -> Callable[[str], str]:
    def change(text: str) -> str:
        found = pattern.fullmatch(text)
        return found.group(1) if found else text

    return change


def _unquoted(text: str) -> str:
    found = _QUOTED.fullmatch(text)
    return found.group(2) if found else text


def _visible(text: str) -> str:
    return "".join(c for c in text if unicodedata.category(c) not in ("Cf", "Cc"))


def _resolved(text: str) -> str:
    from html import unescape

    return unescape(text)


def _mended(text: str) -> str:
    for encoding in ("cp1252", "latin-1"):
        try:
            return text.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
    return text


CHANGES: tuple[tuple[str, str, Callable[[str], str]], ...] = (  # words, cure, the change
    ("quotes around the text removed", "write the text without quotes", _unquoted),
    (
        "a number at the end of the text removed",
        "write the confidence where the layout has it: before the text, with confidence=true in the protocol",
        _first_group(_TRAILING),
    ),
    (
        "a number at the start of the text removed",
        "the field before the text is a confidence: use confidence=true in the protocol, or leave it away",
        _first_group(_LEADING),
    ),
    (
        "the first field of the text removed",
        "there is one field more than the layout has (icdar-mlt has a script "
        "before the text): use --pred-format icdar-mlt, or leave it away",
        _first_group(_FIELD),
    ),
    ("spaces around the text removed", "write the text without spaces around it", str.strip),
    ("invisible characters removed", "write the file without byte order marks inside", _visible),
    (
        "Unicode composed (NFC)",
        "write the text in Unicode's composed form (NFC)",
        lambda text: unicodedata.normalize("NFC", text),
    ),
    ("HTML entities resolved", "write characters, not HTML entities", _resolved),
    ("UTF-8 that was read as Latin-1 mended", "read the engine's output as UTF-8", _mended),
)


def spread(pairs: Texts) -> Texts:
    """At most ``PAIRS`` of them, evenly, none too long to be changed."""
    some = [pair for pair in pairs if max(map(len, pair)) <= LONGEST]
    return some[:: max(1, -(-len(some) // PAIRS))]


def equal(pairs: Texts) -> int:
    """How many are equal as written."""
    return sum(a == b for a, b in pairs)


def changes(pairs: Texts) -> list[Guess]:
    """Every change of ``CHANGES``, and of case, with the number of pairs that are equal after it."""
    found = [Guess(sum(a == change(b) for a, b in pairs), words, cure) for words, cure, change in CHANGES]
    folded = sum(a.casefold() == b.casefold() for a, b in pairs)
    cure = "write the case that is seen, or use a protocol or parameter that ignores it"
    return [*found, Guess(folded, "case ignored", cure)]


def one_for_all(pairs: Texts) -> str:
    """What is odd with the predicted texts as a column: all empty, all the same, all numbers; or an empty string."""
    if len(pairs) < FEW or len({a for a, _ in pairs}) == 1:
        return ""
    texts = [b for _, b in pairs]
    most = max(set(texts), key=lambda text: (texts.count(text), text)) if len(set(texts)) <= FEW else None
    if most is not None and 10 * texts.count(most) >= 9 * len(texts):
        what = "are empty" if not most else f"are {quote(most)}"
        return f"{texts.count(most)} of {len(texts)} texts {what}"
    numbers = sum(bool(_DECIMAL.fullmatch(text.strip())) for text in texts)
    of_gt = sum(bool(_DECIMAL.fullmatch(a.strip())) for a, _ in pairs)
    if 10 * numbers >= 9 * len(texts) and 10 * of_gt < len(texts):
        return f"{numbers} of {len(texts)} texts are numbers from 0 to 1, as confidences are"
    return ""
