"""Slow, obvious twins of the classes of differing texts, of coefficients, and of the consensus of texts."""

from __future__ import annotations

import itertools
import unicodedata
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from fractions import Fraction

from ocr_eval.agreement.rules import RULES, normalise
from ocr_eval.agreement.user_rules import UserRule


def smallest_rules(a: str, b: str, user_rules: Sequence[UserRule] = ()) -> str | None:
    """Every set of rules, smallest first, in the order of the table."""
    names = [*RULES, *(rule.name for rule in user_rules)]
    for size in range(1, len(names) + 1):
        for chosen in itertools.combinations(names, size):
            left, right = (normalise(text, chosen, user_rules) for text in (a, b))
            if left == right and left:
                return "+".join(chosen)
    return None


def text_class(a: str, b: str, user_rules: Sequence[UserRule] = ()) -> str:
    """The class of a pair, step by step."""
    if a == b:
        return "equal"
    a, b = unicodedata.normalize("NFC", a), unicodedata.normalize("NFC", b)
    if a == b:
        return "nfc"
    found = smallest_rules(a, b, user_rules)
    if found:
        return found
    if a.split() and sorted(a.split()) == sorted(b.split()):
        return "token-order"
    if sorted(a) == sorted(b):
        return "char-order"
    return "substitution" if len(a) == len(b) else "indel"


def levenshtein(a: str, b: str) -> int:
    """The textbook table."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        last, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (x != y))
    return row[-1]


def ned(a: str, b: str) -> Fraction:
    """Edits over the longer text; two empty texts are equal."""
    return Fraction(levenshtein(a, b), max(len(a), len(b), 1))


def alpha(units: Sequence[Sequence[Hashable | None]], delta: Callable[..., Fraction]) -> Fraction | None:
    """Krippendorff's alpha over all pairs of values, in fractions; None where it has no value."""
    kept = [[value for value in unit if value is not None] for unit in units]
    kept = [unit for unit in kept if len(unit) > 1]
    pool = [value for unit in kept for value in unit]
    n = len(pool)
    if not n:
        return None
    observed = sum(
        (
            Fraction(1, len(unit) - 1)
            * sum((delta(a, b) for a, b in itertools.permutations(unit, 2)), Fraction())
            for unit in kept
        ),
        Fraction(),
    )
    expected = sum((delta(a, b) for a, b in itertools.permutations(pool, 2)), Fraction())
    return 1 - (observed / n) / (expected / (n * (n - 1))) if expected else None


def ordinal(units: Sequence[Sequence[int | None]]) -> Callable[[int, int], Fraction]:
    """The ordinal distance as it is written: values from one to the other, half of both ends taken off."""
    kept = [[value for value in unit if value is not None] for unit in units]
    count = Counter(value for unit in kept if len(unit) > 1 for value in unit)

    def delta(a: int, b: int) -> Fraction:
        low, high = min(a, b), max(a, b)
        between = sum(n for value, n in count.items() if low <= value <= high)
        return Fraction(0) if a == b else (between - Fraction(count[a] + count[b], 2)) ** 2

    return delta
