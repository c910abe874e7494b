"""Matches of two annotators -> do they read in the same order: Kendall's tau per image, weighted by pairs.

Only where the format says in which order instances are read; the order of lines in a file says nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from ocr_eval.agreement.figures import Figures, undefined
from ocr_eval.agreement.units import Units
from ocr_eval.protocols.formulas import rate
from ocr_eval.stats.ratios import Stack

NO_ORDER = "the formats do not say in which order instances are read"
ORDERED = ("page-xml", "alto", "hocr")  # layouts whose document order is the reading order
TAU = rate("tau_over", "pairs")


class Order(NamedTuple):
    """One image: places of its matches in the second order, listed in the first."""

    concordant: int
    discordant: int
    adjacent: int  # neighbours in the first order that stand the other way round in the second

    @property
    def pairs(self) -> int:
        return self.concordant + self.discordant

    @property
    def tau(self) -> float | None:
        """(concordant - discordant) / pairs; None with fewer than two matches."""
        return (self.concordant - self.discordant) / self.pairs if self.pairs else None


def compare(second: list[int]) -> Order:
    """``[0, 2, 1, 3, 4]``: tau .8, one adjacent inversion. Distinct places; n log n by merging."""
    size = len(second)
    inversions, _ = _merge(second)
    adjacent = sum(a > b for a, b in pairwise(second))
    return Order(size * (size - 1) // 2 - inversions, inversions, adjacent)


def _merge(values: list[int]) -> tuple[int, list[int]]:
    """(pairs out of order, the values sorted)."""
    if len(values) < 2:
        return 0, values
    middle = len(values) // 2
    (left, first), (right, second) = _merge(values[:middle]), _merge(values[middle:])
    found, result, k = left + right, [], 0
    for value in second:
        while k < len(first) and first[k] < value:
            result.append(first[k])
            k += 1
        found += len(first) - k
        result.append(value)
    return found, result + first[k:]


def orders(units: Units) -> list[Order]:
    """One per image, by the places of the matches in both tables."""
    found, first, second = units.matches
    ends = np.searchsorted(units.sample[found], np.arange(len(units.a.sample_ids) + 1))
    return [
        compare(second[start:end][np.argsort(first[start:end])].tolist())
        for start, end in pairwise(ends.tolist())
    ]


def to_json(units: Units, *, seed: int, groups: Sequence[str | None] | None = None) -> dict[str, object]:
    """Tau weighted by pairs with its interval, and the adjacent inversions; null where there is no reading order."""
    if not {units.a.format, units.b.format} <= set(ORDERED):
        return {"tau": undefined(NO_ORDER).to_json(), "adjacent_inversions": None}
    rows = orders(units)
    columns = {
        "tau_over": np.array([[row.concordant - row.discordant] for row in rows], np.int64),
        "pairs": np.array([[row.pairs] for row in rows], np.int64),
    }
    stack = Stack.from_columns([""], units.a.sample_ids, columns, groups=groups)
    figures = Figures(stack, {"tau": TAU}, seed, {"tau": "no image with two matches"})
    return {
        "tau": figures.figure(0, "tau").to_json(),
        "adjacent_inversions": sum(row.adjacent for row in rows),
    }
