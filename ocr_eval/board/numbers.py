"""A stack of count tables -> every number of one table: intervals, rank sets, tie groups, paired tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fractions import Fraction

    import numpy as np
    from numpy.typing import NDArray

    from ocr_eval.protocols.formulas import Formula
    from ocr_eval.stats.bootstrap import Floats, Interval
    from ocr_eval.stats.ratios import Stack

PAIRED = 100  # so many ranked systems are compared each with each
MOST_VALUES = 2 * 10**7  # replicates held at a time: 160 MB


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two systems of the stack; ``a`` stands above ``b``. Wins are samples on which a is better."""

    a: int
    b: int
    difference: float
    interval: Interval
    p: float
    p_holm: float
    wins: int
    losses: int
    ties: int


@dataclass(frozen=True, eq=False)
class Numbers:
    """Everything computed for the S systems of one stack; only those in ``order`` are ranked, best first."""

    stack: Stack
    formulas: Mapping[str, Formula]
    headline: str
    higher: bool
    seed: int
    order: tuple[int, ...]
    intervals: Mapping[str, Sequence[Interval]]  # metric -> one per system
    replicates: Floats  # (B, S) of the headline
    ranks: Mapping[int, tuple[int, int]]
    ties: tuple[tuple[int, ...], ...]
    pairs: tuple[Comparison, ...]
    limited_to: int | None
    errors: tuple[float, ...]  # influence standard error of the headline, per system
    mdd: float | None


def compute(
    stack: Stack,
    formulas: Mapping[str, Formula],
    headline: str,
    order: Sequence[int],
    values: Sequence[float | None],
    *,
    higher: bool,
    seed: int,
) -> Numbers:
    """All numbers. ``headline`` is one of ``formulas``; ``order`` lists the systems to rank, best first.

    ``values`` are the protocol's own values of the headline, per system; a ranked one has a value.

    A system's interval depends on its own rows and the seed alone.
    """
    import numpy as np

    from ocr_eval.stats.bootstrap import REPLICATES, intervals, replicates
    from ocr_eval.stats.power import minimal_detectable_difference

    found: dict[str, Sequence[Interval]] = {}
    moved = np.zeros((REPLICATES, len(stack.names)))
    names = list(formulas)
    at_once = max(1, MOST_VALUES // (REPLICATES * max(len(stack.names), 1)))
    if stack.names:
        for start in range(0, len(names), at_once):
            some = {name: formulas[name] for name in names[start : start + at_once]}
            for name, drawn in replicates(stack, some, seed=seed).items():
                found[name] = intervals(stack, formulas[name], drawn, metric=name)
                if name == headline:
                    moved = drawn
    else:
        found = dict.fromkeys(names, ())
    order = tuple(order)
    ranks, rejected = _ranks(stack, formulas[headline], moved, order, higher)
    pairs, limited = _pairs(stack, formulas[headline], moved, order, values, higher, headline, seed)
    ranked = stack.take(list(order))
    mdd = minimal_detectable_difference(ranked, formulas[headline], higher_is_better=higher)
    return Numbers(
        stack,
        formulas,
        headline,
        higher,
        seed,
        order,
        found,
        moved,
        dict(zip(order, ranks, strict=True)),
        _tie_groups(rejected, order),
        pairs,
        limited,
        standard_errors(stack, formulas[headline]),
        mdd,
    )


def _ranks(
    stack: Stack, formula: Formula, moved: Floats, order: tuple[int, ...], higher: bool
) -> tuple[list[tuple[int, int]], NDArray[np.bool_]]:
    """Rank sets in the order given, and (S, S) which pairs are told apart.

    With too few units for an interval nothing is claimed: every set is the whole. So for a system that has no value in
    some replicate, and it may stand above or below any other.
    """
    import numpy as np

    from ocr_eval.stats.intervals import FEWEST_UNITS
    from ocr_eval.stats.ranks import rank_sets

    size = len(order)
    rejected = np.zeros((size, size), np.bool_)
    whole = [(1, size)] * size
    if size < 2 or stack.units < FEWEST_UNITS:
        return whole, rejected
    chosen = moved[:, list(order)]
    known = np.flatnonzero(~np.isnan(chosen).any(axis=0))
    if len(known) > 1:
        points = stack.point(formula)[list(order)]
        sets = rank_sets(points[known], chosen[:, known], higher_is_better=higher)
        rejected[np.ix_(known, known)] = sets.rejected
    low, high = 1 + rejected.sum(axis=0), size - rejected.sum(axis=1)
    return list(zip(low.tolist(), high.tolist(), strict=True)), rejected


def _tie_groups(rejected: NDArray[np.bool_], order: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    """Groups of two and more; none at all when there are too many to list."""
    from ocr_eval.stats.ranks import tie_groups

    found = tie_groups(rejected, most=len(order) * 4 + 100)
    groups = [tuple(order[k] for k in group) for group in found.groups if len(group) > 1]
    return tuple(groups) if found.complete else ()


def _pairs(
    stack: Stack,
    formula: Formula,
    moved: Floats,
    order: tuple[int, ...],
    values: Sequence[float | None],
    higher: bool,
    headline: str,
    seed: int,
) -> tuple[tuple[Comparison, ...], int | None]:
    """Every two of the first 100, and neighbours after them."""
    from ocr_eval.stats.bootstrap import interval
    from ocr_eval.stats.permutation import holm, pairwise

    limited = PAIRED if len(order) > PAIRED else None
    among = order[:PAIRED]
    indices = [(a, b) for i, a in enumerate(among) for b in among[i + 1 :]]
    indices += [(order[k], order[k + 1]) for k in range(len(among) - 1, len(order) - 1)]
    tests = pairwise(stack, formula, indices, seed=seed)
    ps = [1.0 if test.p is None else test.p for test in tests]
    each = stack.each(formula) * (1.0 if higher else -1.0)
    found = []
    for (a, b), p, adjusted in zip(indices, ps, holm(ps), strict=True):
        difference = (values[a] or 0.0) - (values[b] or 0.0)
        ends = interval(moved[:, a] - moved[:, b], difference, units=stack.units, metric=headline)
        wins, losses = int((each[:, a] > each[:, b]).sum()), int((each[:, a] < each[:, b]).sum())
        ties = len(each) - wins - losses
        found.append(Comparison(a, b, difference, ends, p, adjusted, wins, losses, ties))
    return tuple(found), limited


def standard_errors(stack: Stack, formula: Formula) -> tuple[float, ...]:
    """Standard error of every system by influence; 0 where it has no value."""
    import math

    from ocr_eval.stats.power import standard_error

    if not stack.names or not stack.samples:
        return (0.0,) * len(stack.names)
    moved = stack.unit_influence(formula)
    errors = [standard_error(moved[:, k], len(stack.samples)) for k in range(len(stack.names))]
    return tuple(value if math.isfinite(value) else 0.0 for value in errors)


def effect_of_one_match(stack: Stack, formula: Formula) -> tuple[Fraction, ...]:
    """How far one more unit of what a metric counts moves it at most, per system; 0 where it has no denominator."""
    from fractions import Fraction

    from ocr_eval.protocols.formulas import Rate
    from ocr_eval.stats.evaluation import real

    found = [Fraction(0)] * len(stack.names)
    rates = (formula,) if isinstance(formula, Rate) else (formula.precision, formula.recall)
    for rate in rates:
        under = real(stack.linear(rate.under, stack.totals))[:, 0].tolist()
        weight = max(abs(w) for _, w in rate.over)
        for k in range(len(found)):
            divisor = under[k if len(under) > 1 else 0]
            if divisor:
                found[k] = max(found[k], Fraction(weight) / abs(Fraction(divisor)))
    return tuple(found)
