"""Values that several annotators gave the same units -> agreement beyond chance: alpha, kappa, specific agreement.

Sums are kept in integers and fractions and divided once, so the order of annotators, units and values cannot matter.
A coefficient that has no value is None with a reason, never 0 or 1.

Sources: K. Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011); J. Cohen, Educ. Psychol. Meas. 20 (1960)
and Psychol. Bull. 70 (1968); J. L. Fleiss, Psychol. Bull. 76 (1971); Fleiss, Cohen and Everitt, Psychol. Bull. 72
(1969), large-sample variance; J. J. Randolph (2005); G. Hripcsak and A. S. Rothschild, JAMIA 12 (2005).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from fractions import Fraction
from itertools import chain
from typing import Any, NamedTuple

LEVELS = ("nominal", "ordinal", "interval", "ratio")  # for texts see ``text_distances.text_agreement``
NO_VARIATION = "no variation"
NOT_RATED_TWICE = "no unit rated twice"
NO_UNITS = "no units"

Table = Sequence[Sequence[int]]


class Coefficient(NamedTuple):
    """``value`` is None exactly where ``reason`` says why. ``observed`` and ``expected`` are disagreements."""

    value: float | None
    reason: str | None
    units: int  # that count: rated at least twice
    values: int  # given to those units
    observed: float | None = None
    expected: float | None = None


class Specific(NamedTuple):
    """Agreement on the first category and on the second; None where neither annotator used it."""

    positive: float | None
    negative: float | None


def alpha(units: Iterable[Sequence[Any]], level: str = "nominal") -> Coefficient:
    """Krippendorff's alpha. One sequence of values per unit, None for an annotator who gave none.

    Units with fewer than two values are left out. Values: anything hashable (nominal), finite numbers (otherwise).
    Raises ValueError for an unknown level, for values that are no numbers, and for negative ones at level ratio.
    Cost: linear, at level ratio also quadratic in the distinct values.
    """
    if level not in LEVELS:
        raise ValueError(f"level {level!r}, expected one of {', '.join(LEVELS)}")
    kept = rated_twice(units)
    if not kept:
        return Coefficient(None, NOT_RATED_TWICE, 0, 0)
    if level != "nominal":
        kept = [[_number(value, level) for value in unit] for unit in kept]
    if level == "ordinal":
        middle = _midranks(Counter(value for unit in kept for value in unit))
        kept = [[middle[value] for value in unit] for unit in kept]
    count: Counter[Any] = Counter(chain.from_iterable(kept))
    within: dict[int, int | Fraction] = {}  # by number of values, so that fractions stay small
    for unit in kept:
        size = len(unit)
        if level != "nominal":
            part: int | Fraction = _spread(Counter(unit), level)
        elif size == 2:
            part = 2 * len({*unit}) - 2
        else:
            part = size * size - sum(n * n for n in Counter(unit).values())
        within[size] = within.get(size, 0) + part
    observed = sum((Fraction(part) / (size - 1) for size, part in within.items()), Fraction())
    return chance_corrected(observed, _spread(count, level), len(kept), sum(count.values()))


def rated_twice(units: Iterable[Sequence[Any]]) -> list[list[Any]]:
    """The values of every unit that has two or more."""
    kept = ([value for value in unit if value is not None] for unit in units)
    return [unit for unit in kept if len(unit) > 1]


def chance_corrected(observed: Fraction, expected: Fraction, units: int, values: int) -> Coefficient:
    """alpha from sums of distances over ordered pairs: within units, each over (its values - 1), and in the pool."""
    if not units:
        return Coefficient(None, NOT_RATED_TWICE, 0, 0)
    seen, chance = observed / values, expected / (values * (values - 1))
    if not chance:
        return Coefficient(None, NO_VARIATION, units, values, float(seen), 0.0)
    return Coefficient(float(1 - seen / chance), None, units, values, float(seen), float(chance))


def _spread(count: Counter[Any], level: str) -> Fraction:
    """Sum of the distances of all ordered pairs of values that occur this often.

    The ordinal distance is the squared difference of midranks, hence an interval distance.
    """
    size = sum(count.values())
    if level == "nominal":
        return Fraction(size * size - sum(n * n for n in count.values()))
    if level == "ratio":
        known = sorted(count.items())
        twice = Fraction()
        for k, (low, often) in enumerate(known):
            for high, n in known[k + 1 :]:
                twice += often * n * ((high - low) / (high + low)) ** 2
        return 2 * twice
    total = sum((n * value for value, n in count.items()), Fraction())
    squares = sum((n * value * value for value, n in count.items()), Fraction())
    return 2 * (size * squares - total * total)


def _midranks(count: Counter[Fraction]) -> dict[Fraction, Fraction]:
    result, before = {}, 0
    for value in sorted(count):
        result[value] = before + Fraction(count[value], 2)
        before += count[value]
    return result


def _number(value: object, level: str) -> Fraction:
    if not isinstance(value, (int, float, Fraction)) or not math.isfinite(value):
        raise ValueError(f"{value!r} is no number, as level {level} needs")
    if level == "ratio" and value < 0:
        raise ValueError(f"{value!r} is negative; level ratio has a zero below which there is nothing")
    return Fraction(value)


def cross_table(
    first: Sequence[Hashable], second: Sequence[Hashable], categories: Sequence[Hashable] | None = None
) -> tuple[tuple[Any, ...], tuple[tuple[int, ...], ...]]:
    """(categories, table[k][l] = units that the first annotator calls k and the second l).

    ``categories``: in the order given, else those that occur, sorted. Raises ValueError for one that is not listed.
    """
    known: tuple[Any, ...] = tuple(sorted({*first, *second}) if categories is None else categories)
    place = {value: k for k, value in enumerate(known)}
    table = [[0] * len(known) for _ in known]
    for a, b in zip(first, second, strict=True):
        if a not in place or b not in place:
            raise ValueError(f"{a if a not in place else b!r} is none of the categories")
        table[place[a]][place[b]] += 1
    return known, tuple(map(tuple, table))


def kappa(table: Table, weights: str | None = None) -> Coefficient:
    """Cohen's kappa of a square table of counts; ``weights`` is None, ``linear`` or ``quadratic`` in category steps.

    Raises ValueError for a table that is not square, for negative counts and for other weights.
    """
    rows, columns, size = _margins(table)
    if weights not in (None, "linear", "quadratic"):
        raise ValueError(f"weights {weights!r}, expected linear or quadratic")
    if not size:
        return Coefficient(None, NO_UNITS, 0, 0)

    def distance(k: int, j: int) -> int:
        return int(k != j) if weights is None else abs(k - j) if weights == "linear" else (k - j) ** 2

    cells = [(k, j, distance(k, j)) for k in range(len(rows)) for j in range(len(rows)) if k != j]
    seen = Fraction(sum(table[k][j] * d for k, j, d in cells), size)
    chance = Fraction(sum(rows[k] * columns[j] * d for k, j, d in cells), size * size)
    if not chance:
        return Coefficient(None, NO_VARIATION, size, 2 * size, float(seen), 0.0)
    return Coefficient(float(1 - seen / chance), None, size, 2 * size, float(seen), float(chance))


def kappa_variance(table: Table) -> float | None:
    """Large-sample variance of the unweighted kappa for independent units; None where kappa has no value.

    Words of one image are not independent: use it to check against literature, and the bootstrap for intervals.
    """
    rows, columns, size = _margins(table)
    if not size:
        return None
    p = [[Fraction(n, size) for n in row] for row in table]
    row, column = ([Fraction(n, size) for n in side] for side in (rows, columns))
    chance = sum((a * b for a, b in zip(row, column, strict=True)), Fraction())
    if chance == 1:
        return None
    places = range(len(row))
    value = (sum((p[k][k] for k in places), Fraction()) - chance) / (1 - chance)
    equal = sum((p[k][k] * (1 - (row[k] + column[k]) * (1 - value)) ** 2 for k in places), Fraction())
    other = sum((p[k][j] * (column[k] + row[j]) ** 2 for k in places for j in places if k != j), Fraction())
    spread = equal + (1 - value) ** 2 * other - (value - chance * (1 - value)) ** 2
    return float(spread / (size * (1 - chance) ** 2))


def _margins(table: Table) -> tuple[list[int], list[int], int]:
    if any(len(row) != len(table) for row in table) or any(n < 0 for row in table for n in row):
        raise ValueError("expected a square table of counts")
    rows = [sum(row) for row in table]
    return rows, [sum(column) for column in zip(*table, strict=True)], sum(rows)


def fleiss(table: Table) -> Coefficient:
    """Fleiss' kappa of units x categories, every unit rated equally often. Raises ValueError where it is not."""
    seen, shares, units, ratings = _rated_equally(table)
    if seen is None:
        return Coefficient(None, NOT_RATED_TWICE, 0, 0)
    chance = sum((share * share for share in shares), Fraction())
    return _above_chance(seen, chance, units, ratings)


def randolph(table: Table) -> Coefficient:
    """Fleiss' kappa with an even chance of every category (columns of the table, used or not)."""
    seen, shares, units, ratings = _rated_equally(table)
    if seen is None:
        return Coefficient(None, NOT_RATED_TWICE, 0, 0)
    return _above_chance(seen, Fraction(1, len(shares)), units, ratings)


def _above_chance(seen: Fraction, chance: Fraction, units: int, ratings: int) -> Coefficient:
    if chance == 1:
        return Coefficient(None, NO_VARIATION, units, ratings, float(1 - seen), 0.0)
    value = float((seen - chance) / (1 - chance))
    return Coefficient(value, None, units, ratings, float(1 - seen), float(1 - chance))


def _rated_equally(table: Table) -> tuple[Fraction | None, list[Fraction], int, int]:
    """(mean agreement within units, share of each category, units, ratings)."""
    sizes = {sum(row) for row in table}
    if len(sizes) > 1 or len({len(row) for row in table}) > 1 or any(n < 0 for row in table for n in row):
        raise ValueError("expected units x categories, every unit rated equally often")
    each = sizes.pop() if sizes else 0
    if each < 2:
        return None, [], 0, 0
    pairs = sum(n * (n - 1) for row in table for n in row)
    seen = Fraction(pairs, len(table) * each * (each - 1))
    shares = [Fraction(sum(column), len(table) * each) for column in zip(*table, strict=True)]
    return seen, shares, len(table), len(table) * each


def specific(both: int, only_first: int, only_second: int, neither: int = 0) -> Specific:
    """2a / (2a + b + c) and 2d / (2d + b + c) of a table [[a, b], [c, d]].

    The first is the hmean of one annotation scored against the other, where ``neither`` does not exist.
    """
    apart = only_first + only_second
    return Specific(*(2 * n / (2 * n + apart) if n or apart else None for n in (both, neither)))
