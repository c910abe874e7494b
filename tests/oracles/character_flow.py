"""Texts in contact -> the most characters that can be removed, by counting all ways to fail: no flow, no path.

For one character, a set of gts cannot lose more than its predictions hold: the most is the smallest, over all sets of
gts, of what the others hold plus what the neighbours of the set hold (max-flow = min-cut; Hall 1935). All sets are
tried. ``every_way`` does not even believe that: it tries every amount over every contact.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, combinations


def most(gts: Sequence[str], preds: Sequence[str], contacts: Sequence[tuple[int, int]]) -> int:
    """Characters of all gts together. Cost: 2^(number of gts) per character."""
    return sum(_of_one(character, gts, preds, contacts) for character in sorted(set("".join(gts))))


def _of_one(
    character: str, gts: Sequence[str], preds: Sequence[str], contacts: Sequence[tuple[int, int]]
) -> int:
    every = range(len(gts))
    sets = chain.from_iterable(combinations(every, size) for size in range(len(gts) + 1))
    cuts = []
    for chosen in sets:
        neighbours = {p for g, p in contacts if g in chosen}
        others = sum(gts[g].count(character) for g in every if g not in chosen)
        cuts.append(others + sum(preds[p].count(character) for p in neighbours))
    return min(cuts)


def every_way(gts: Sequence[str], preds: Sequence[str], contacts: Sequence[tuple[int, int]]) -> int:
    """The same by trying every amount over every contact."""
    total = 0
    for character in sorted(set("".join(gts))):
        left = [text.count(character) for text in gts], [text.count(character) for text in preds]
        total += _try(left[0], left[1], list(contacts))
    return total


def _try(gts: list[int], preds: list[int], contacts: list[tuple[int, int]]) -> int:
    if not contacts:
        return 0
    (g, p), rest = contacts[0], contacts[1:]
    best = 0
    for amount in range(min(gts[g], preds[p]) + 1):
        gts[g] -= amount
        preds[p] -= amount
        best = max(best, amount + _try(gts, preds, rest))
        gts[g] += amount
        preds[p] += amount
    return best
