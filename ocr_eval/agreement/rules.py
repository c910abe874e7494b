"""Two differing transcriptions of one unit -> the smallest set of rules that makes them equal, or what kind of rest.

A *rule* is a normal form that goes over both texts: ``case``, ``space``, ``punct``, … and those a user adds. A class is
the rules that explain a difference, joined by ``+`` in the order of the table (``space+confusable``). Equal texts are
``equal``, texts equal in NFC ``nfc``. What no set of rules explains is ``token-order`` (same words), ``char-order``
(same characters), ``substitution`` (same length) or ``indel``.

Everything is symmetric in the two texts. More rules never make a class larger.
"""

from __future__ import annotations

import re
import unicodedata
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from ocr_eval.errors import InputError, Problem, quote
from ocr_eval.text.normal_forms import space_remove, symbols_remove
from ocr_eval.text.scripts import script
from ocr_eval.text.units import Units, codepoints

RULES = ("unicode", "case", "space", "variant", "punct", "diacritic", "confusable")  # in order of preference
RESIDUAL = ("token-order", "char-order", "substitution", "indel")
EQUAL, NFC = "equal", "nfc"

USER_RULES = 16  # every rule may double the work on a text that all rules change
PATTERN_LIMIT = 1000
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")

Step = Callable[[str], str]


class UserRule(NamedTuple):
    """What a pattern finds is replaced on both sides, by nothing unless said otherwise."""

    name: str
    pattern: re.Pattern[str]
    replacement: str = ""

    def __call__(self, text: str) -> str:
        return self.pattern.sub(self.replacement, text)


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


def read_rules(path: str) -> tuple[UserRule, ...]:
    """``name = "regex"`` or ``name = { pattern = "regex", replace = "text" }`` per line of a TOML file -> rules.

    Raises InputError (E_CONFIG) with file and line.
    """
    import tomllib

    hint = 'write lines like strike = "<s>.*?</s>"'
    try:
        with open(path, encoding="utf-8-sig") as file:
            text = file.read(1 << 20)
        table = tomllib.loads(text)
    except OSError as error:
        raise _refused(
            path, f"the rules cannot be read: {error.strerror or error}", "check the path"
        ) from None
    except UnicodeDecodeError:
        raise _refused(path, "the rules are not UTF-8", "save the file as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise _refused(path, f"the rules are not TOML: {quote(str(error))}", hint) from None
    if len(table) > USER_RULES:
        raise _refused(path, f"{len(table)} rules, at most {USER_RULES}", "join patterns with |")
    return tuple(_user_rule(name, value, path, text) for name, value in table.items())


def user_rule(name: str, pattern: str, replacement: str = "") -> UserRule:
    """Raises ValueError with the reason for a name or a pattern that cannot be used."""
    if not _NAME.fullmatch(name) or name in (EQUAL, NFC, *RULES, *RESIDUAL):
        raise ValueError(f"{quote(name)} cannot be the name of a rule")
    if len(pattern) > PATTERN_LIMIT or len(replacement) > PATTERN_LIMIT:
        raise ValueError(f"rule {quote(name)} is longer than {PATTERN_LIMIT} characters")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # what Python may read otherwise one day is refused today
            made = re.compile(pattern)
            made.sub(replacement, "")  # reads the replacement, whether or not something is found
    except (re.error, IndexError, OverflowError, RecursionError, Warning) as error:
        raise ValueError(f"rule {quote(name)} is no regular expression: {error}") from None
    return UserRule(name, made, replacement)


def _user_rule(name: str, value: object, path: str, text: str) -> UserRule:
    if isinstance(value, str):
        value = {"pattern": value}
    line = next(
        (k for k, row in enumerate(text.splitlines(), 1) if row.split("=")[0].strip().strip("[]\"'") == name),
        None,
    )
    hint = "a name of letters, digits and . _ -, then a pattern in quotes"
    if not (isinstance(value, Mapping) and "pattern" in value and set(value) <= {"pattern", "replace"}):
        raise _refused(path, f"rule {quote(name)} is no pattern", hint, line)
    if not all(isinstance(part, str) for part in value.values()):
        raise _refused(path, f"rule {quote(name)} holds something else than text", hint, line)
    try:
        return user_rule(name, value["pattern"], value.get("replace", ""))
    except ValueError as error:
        raise _refused(path, str(error), hint, line) from None


def _refused(path: str, reason: str, hint: str, line: int | None = None) -> InputError:
    return InputError([Problem("E_CONFIG", reason, hint, path, line=line)])
