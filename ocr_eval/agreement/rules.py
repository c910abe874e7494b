"""Two differing transcriptions of one unit -> the smallest set of rules that makes them equal, or what kind of rest.

A *rule* is a normal form that goes over both texts: ``case``, ``space``, ``punct``, … and those a user adds. A class is
the rules that explain a difference, joined by ``+`` in the order of the table (``space+confusable``). Equal texts are
``equal``, texts equal in NFC ``nfc``. What no set of rules explains is ``token-order`` (same words), ``char-order``
(same characters), ``substitution`` (same length) or ``indel``.

Everything is symmetric in the two texts. More rules never make a class larger.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from ocr_eval.text.normal_forms import space_remove, symbols_remove
from ocr_eval.text.scripts import script
from ocr_eval.text.units import Units, codepoints

if TYPE_CHECKING:
    from ocr_eval.agreement.user_rules import UserRule

RULES = ("unicode", "case", "space", "variant", "punct", "diacritic", "confusable")  # in order of preference
RESIDUAL = ("token-order", "char-order", "substitution", "indel")
EQUAL, NFC = "equal", "nfc"

Step = Callable[[str], str]


def classify(a: str, b: str, user_rules: Sequence[UserRule] = (), *, units: Units = codepoints) -> str:
    """The class of a pair of transcriptions.

    ``units`` says what a character is for ``char-order`` and ``substitution``. A rule that empties both texts explains
    nothing. Cost: rules that leave both texts alone cost one pass, each that changes one may double the rest.
    """
    if a == b:
        return EQUAL
    a, b = unicodedata.normalize("NFC", a), unicodedata.normalize("NFC", b)
    if a == b:
        return NFC
    found = _smallest(a, b, user_rules)
    if found is not None:
        names = [*RULES, *(rule.name for rule in user_rules)]
        return "+".join(names[k] for k in found)
    words = Counter(a.split())
    if words and words == Counter(b.split()):
        return "token-order"
    first, second = units(a), units(b)
    if Counter(first) == Counter(second):
        return "char-order"
    return "substitution" if len(first) == len(second) else "indel"


def classes(user_rules: Sequence[UserRule] = ()) -> Callable[[str], tuple[int, ...]]:
    """A sort key for class names: equal, nfc, sets of rules by size and table, then the rest."""
    place = {name: k for k, name in enumerate([*RULES, *(rule.name for rule in user_rules)])}
    fixed = {EQUAL: (0,), NFC: (1,)} | {name: (1000, k) for k, name in enumerate(RESIDUAL)}

    def key(name: str) -> tuple[int, ...]:
        own = rules_of(name)
        return fixed.get(name) or (1 + len(own), *(place[rule] for rule in own))

    return key


def rules_of(name: str) -> tuple[str, ...]:
    """``space+confusable`` -> its rules; none for ``equal``, ``nfc`` and the rest."""
    return () if name in (EQUAL, NFC, *RESIDUAL) else tuple(name.split("+"))


def normalise(text: str, names: Iterable[str], user_rules: Sequence[UserRule] = ()) -> str:
    """NFC, then these rules in the order in which rules act, whatever the order of the names."""
    wanted, text = set(names), unicodedata.normalize("NFC", text)
    table = [*RULES, *(rule.name for rule in user_rules)]
    for index, step in _steps(user_rules):
        if table[index] in wanted:
            text = step(text)
    return text


def _smallest(a: str, b: str, user_rules: Sequence[UserRule]) -> tuple[int, ...] | None:
    """The first set of rules, by size and then by table, under which both texts are equal and not empty.

    Rules act in a fixed order, so sets that lead to the same two texts part way go on alike and only the first of them
    is kept: what is searched are the texts that can arise, not the 2^n sets.
    """
    states: dict[tuple[str, str], tuple[int, ...]] = {(a, b): ()}
    best: tuple[int, ...] | None = None
    for index, step in _steps(user_rules):
        for (left, right), before in list(states.items()):
            after = (step(left), step(right))
            if after == (left, right):
                continue
            chosen = tuple(sorted((*before, index)))
            if after[0] == after[1] and after[0]:
                best = chosen if best is None else min(best, chosen, key=_order)
                continue
            known = states.get(after)
            if known is None or _order(chosen) < _order(known):
                states[after] = chosen
        if best is not None:
            states = {texts: chosen for texts, chosen in states.items() if len(chosen) < len(best)}
    return best


def _order(chosen: tuple[int, ...]) -> tuple[int, tuple[int, ...]]:
    return len(chosen), chosen


def _steps(user_rules: Sequence[UserRule]) -> list[tuple[int, Step]]:
    """(place in the table, rule) in the order in which rules act: the user's first, they know the raw text."""
    own: list[tuple[int, Step]] = [(len(RULES) + k, rule.__call__) for k, rule in enumerate(user_rules)]
    return own + [(RULES.index(name), step) for name, step in _ACTING]


def _variant(text: str) -> str:
    return text if text.isascii() and not _ASCII_VARIANTS & set(text) else text.translate(_VARIANTS)


def _diacritic(text: str) -> str:
    """Marks go behind Latin, Greek and Cyrillic letters only: elsewhere they may be vowels."""
    if text.isascii():
        return text
    kept, bare = [], False
    for character in unicodedata.normalize("NFD", text):
        if unicodedata.category(character) == "Mn":
            if bare:
                continue
        else:
            bare = script(character) in ("Latin", "Greek", "Cyrillic")
        kept.append(character)
    return unicodedata.normalize("NFC", "".join(kept))


# Quotes and primes, dashes and minus, the ellipsis, ideographic and full-width punctuation, bullets and middle dots.
_VARIANTS: dict[int, str] = {
    ord(character): plain
    for plain, characters in (
        ("'", "\u2018\u2019\u201a\u201b\u2032\u2035\u02b9\u02bb\u02bc\u02bd\u00b4`\u2039\u203a"),
        ('"', "\u201c\u201d\u201e\u201f\u2033\u2036\u00ab\u00bb\u301d\u301e\u301f"),
        ("-", "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u058a\u2e3a\u2e3b\u301c\u3030\ufe58\ufe63"),
        ("...", "\u2026\u22ef"),
        (".", "\u3002\uff61\u2022\u2023\u25e6\u25cf\u25aa\u2219\u22c5\u00b7\u2027\u30fb\uff65\u318d"),
        (",", "\u3001\uff64"),
        ("x", "\u00d7"),
    )
    for character in characters
} | {point: chr(point - 0xFEE0) for point in range(0xFF01, 0xFF5F) if not chr(point - 0xFEE0).isalnum()}
_ASCII_VARIANTS = frozenset("`")
_CONFUSABLE = str.maketrans("OoIl|SBZ", "00111582")
_ACTING: tuple[tuple[str, Step], ...] = (
    ("unicode", partial(unicodedata.normalize, "NFKC")),
    ("variant", _variant),
    ("diacritic", _diacritic),
    ("confusable", lambda text: text.translate(_CONFUSABLE)),
    ("case", str.casefold),
    ("space", space_remove),
    ("punct", symbols_remove),
)
