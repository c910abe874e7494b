"""Rejected pairs -> tie groups: the largest sets of systems of which no pair can be told apart.

Groups overlap, because "not separable" is not transitive; tiers that do not overlap would depend on where one starts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

MOST = 2_000  # groups, and steps between two of them: graphs exist with 3^(S/3) groups


class TieGroups(NamedTuple):
    """Systems of each group, best first; groups by their best member. ``complete`` is False when they are too many."""

    groups: tuple[tuple[int, ...], ...]
    complete: bool


def tie_groups(
    rejected: NDArray[np.bool_], order: Sequence[int] | None = None, *, most: int = MOST
) -> TieGroups:
    """Maximal cliques of the graph of pairs rejected in neither direction; ``rejected`` (S, S).

    ``order``: the systems best first (default: as numbered). Bron and Kerbosch (1973) with a pivot, on bit sets;
    systems that are tied with all remaining ones are taken together, so that large groups cost one step.
    """
    size = len(rejected)
    order = list(range(size)) if order is None else list(order)
    tied = ~(rejected | rejected.T)[np.ix_(order, order)]
    np.fill_diagonal(tied, False)
    near = [_set(row) for row in tied]
    found: list[int] = []
    steps = 0
    stack = [(0, (1 << size) - 1, 0)] if size else []  # chosen, candidates, excluded
    while stack and len(found) < most and steps < 10 * most:
        steps += 1
        chosen, candidates, excluded = stack.pop()
        for v in _members(candidates):
            if not candidates & ~near[v] & ~(1 << v):  # tied with all other candidates
                chosen |= 1 << v
                candidates &= ~(1 << v)
                excluded &= near[v]
        if not candidates:
            if not excluded:
                found.append(chosen)
            continue
        pivot = max(_members(candidates | excluded), key=lambda u: (candidates & near[u]).bit_count())
        if not candidates & ~near[pivot]:
            continue  # an excluded system is tied with all: nothing here is maximal
        for v in _members(candidates & ~near[pivot]):
            stack.append((chosen | 1 << v, candidates & near[v], excluded & near[v]))
            candidates &= ~(1 << v)
            excluded |= 1 << v
    places = sorted(tuple(_members(group)) for group in found)
    return TieGroups(tuple(tuple(order[k] for k in group) for group in places), not stack)


def _set(row: NDArray[np.bool_]) -> int:
    return int.from_bytes(np.packbits(row, bitorder="little").tobytes(), "little")


def _members(bits: int) -> list[int]:
    found = []
    while bits:
        low = bits & -bits
        found.append(low.bit_length() - 1)
        bits ^= low
    return found
