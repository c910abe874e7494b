"""Count tables of systems on the same samples -> what may be said about their order (``compare``, ``interval``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from ocr_eval.errors import Notice, close_matches, merge_notices, quote, usage_error
from ocr_eval.stats import bootstrap, intervals, permutation, power, ranks
from ocr_eval.stats.intervals import Interval
from ocr_eval.stats.ratios import Stack
from ocr_eval.stats.signature import default_seed, interval_signature, samples_seed

if TYPE_CHECKING:
    from ocr_eval.protocols import EvaluationProtocol
    from ocr_eval.protocols.formulas import Formula
    from ocr_eval.tables.counts import Counts

__all__ = ["Comparison", "Pair", "System", "compare", "default_seed", "interval", "interval_signature"]

Groups = Sequence[str | None] | Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class System:
    """One system: the protocol's own value, its interval, its rank set (low, high)."""

    name: str
    value: float | None
    interval: tuple[float, float] | None
    rank: tuple[int, int] | None
    notices: tuple[Notice, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two systems: a - b. ``wins`` counts samples on which a is better; descriptive, as ``ties`` and ``losses`` are."""

    a: str
    b: str
    difference: float | None
    interval: tuple[float, float] | None
    p: float | None
    p_holm: float | None
    wins: int
    losses: int
    ties: int
    differing: int
    notices: tuple[Notice, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything ``compare`` found. ``ci`` is the signature of its intervals, see ``interval_signature``."""

    protocol: str
    metric: str
    higher_is_better: bool
    seed: int
    samples: int
    unit: str
    ci: str
    systems: tuple[System, ...]
    pairs: tuple[Pair, ...]
    tie_groups: tuple[tuple[str, ...], ...]
    tie_groups_complete: bool
    mdd: float | None
    critical: tuple[float, ...]

    @property
    def notices(self) -> tuple[Notice, ...]:
        """Those of all systems and pairs, added up."""
        rows: tuple[System | Pair, ...] = (*self.systems, *self.pairs)
        return merge_notices(notice for row in rows for notice in row.notices)


def compare(
    tables: Mapping[str, Counts],
    *,
    protocol: str | EvaluationProtocol,
    metric: str = "hmean",
    seed: int | None = None,
    B: int = bootstrap.REPLICATES,
    R: int = permutation.SWAPS,
    groups: Groups | None = None,
    pairs: str | Sequence[tuple[str, str]] | None = None,
) -> Comparison:
    """Intervals, rank sets and paired tests of systems scored by one protocol on the same samples.

    ``pairs``: "all" (default), "neighbours" in score order, or pairs of names; Holm adjusts over those tested. ``seed``
    defaults to a constant of the samples; see ``default_seed`` for a dataset's own. Raises InputError for a metric that
    the protocol lacks or that has no better direction, ValueError when the tables do not fit together.
    """
    rule, formula, higher = _metric(protocol, metric, ranked=True)
    stack = Stack.of(tables, groups=groups)
    seed = samples_seed(stack.samples) if seed is None else seed
    values = [rule.derive(table.total())[metric] for table in tables.values()]
    drawn = bootstrap.replicates(stack, {metric: formula}, seed=seed, B=B)[metric]
    found = bootstrap.intervals(stack, formula, drawn, metric=metric)
    order = power.score_order(stack, formula, higher_is_better=higher)
    ranked = [k for k in order if not np.isnan(drawn[:, k]).any()]
    points = stack.point(formula)
    sets = ranks.rank_sets(points[ranked], drawn[:, ranked], higher_is_better=higher, units=stack.units)
    ties = ranks.tie_groups(sets.rejected)
    place = {k: (int(sets.low[at]), int(sets.high[at])) for at, k in enumerate(ranked)}
    tested = _pairs(
        stack, formula, drawn, _chosen(stack, pairs, order), metric=metric, higher=higher, seed=seed, R=R
    )
    return Comparison(
        protocol=repr(rule),
        metric=metric,
        higher_is_better=higher,
        seed=seed,
        samples=len(stack.samples),
        unit=stack.unit,
        ci=interval_signature(seed, B=B, unit=stack.unit),
        systems=tuple(
            System(name, values[k], _ends(found[k]), place.get(k), _notices(found[k]))
            for k, name in enumerate(stack.names)
        ),
        pairs=tuple(_with_values(pair, values[a], values[b]) for (a, b), pair in tested),
        tie_groups=tuple(tuple(stack.names[ranked[k]] for k in group) for group in ties.groups),
        tie_groups_complete=ties.complete,
        mdd=power.minimal_detectable_difference(stack, formula, higher_is_better=higher),
        critical=sets.critical,
    )


def interval(
    counts: Counts,
    *,
    protocol: str | EvaluationProtocol,
    metric: str = "hmean",
    seed: int | None = None,
    kind: str = "percentile",
    B: int = bootstrap.REPLICATES,
    groups: Groups | None = None,
) -> Interval:
    """The 95 % interval of one metric of one count table; ``kind`` is "percentile", "basic" or "bca".

    Raises InputError for a metric that the protocol lacks or that is no function of column sums.
    """
    _, formula, _ = _metric(protocol, metric)
    stack = Stack.of({"": counts}, groups=groups)
    seed = samples_seed(stack.samples) if seed is None else seed
    drawn = bootstrap.replicates(stack, {metric: formula}, seed=seed, B=B)[metric]
    return bootstrap.intervals(stack, formula, drawn, kind=kind, metric=metric)[0]


def _metric(
    protocol: str | EvaluationProtocol, metric: str, *, ranked: bool = False
) -> tuple[EvaluationProtocol, Formula, bool]:
    from ocr_eval.protocols import protocol as parse

    rule = parse(protocol) if isinstance(protocol, str) else protocol
    if metric not in rule.METRICS:
        near = close_matches(metric, rule.METRICS, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]}?" if near else f"it has {', '.join(rule.METRICS)}"
        raise usage_error(f"{rule.ID} has no metric {quote(metric)}", hint, "E_CONFIG")
    if metric not in rule.formulas:
        raise usage_error(
            f"{rule.ID}: {metric} is not a function of column sums, so it has no interval and no test",
            f"choose one of {', '.join(rule.formulas)}",
            "E_CONFIG",
        )
    higher = rule.METRICS[metric]
    if ranked and higher is None:
        directed = [name for name in rule.formulas if rule.METRICS[name] is not None]
        raise usage_error(
            f"{rule.ID}: neither higher nor lower {metric} is better, so it ranks nothing",
            f"choose one of {', '.join(directed)}",
            "E_CONFIG",
        )
    return rule, rule.formulas[metric], bool(higher)


def _chosen(
    stack: Stack, pairs: str | Sequence[tuple[str, str]] | None, order: list[int]
) -> list[tuple[int, int]]:
    if pairs is None or pairs == "all":
        return list(combinations(range(len(stack.names)), 2))
    if pairs == "neighbours":
        return list(pairwise(order))
    at = {name: k for k, name in enumerate(stack.names)}
    unknown = [name for pair in pairs for name in pair if name not in at]
    if isinstance(pairs, str) or unknown:
        raise ValueError(
            f"pairs of unknown systems: {pairs if isinstance(pairs, str) else ', '.join(unknown[:3])}"
        )
    return [(at[a], at[b]) for a, b in pairs]


def _pairs(
    stack: Stack,
    formula: Formula,
    drawn: Any,
    chosen: list[tuple[int, int]],
    *,
    metric: str,
    higher: bool,
    seed: int,
    R: int,
) -> list[tuple[tuple[int, int], Pair]]:
    """(indices, result) of every pair; the difference is filled in by the caller."""
    tests = permutation.pairwise(stack, formula, chosen, seed=seed, R=R)
    adjusted = iter(permutation.holm([test.p for test in tests if test.p is not None]))
    each = stack.each(formula) * (1.0 if higher else -1.0)
    found = []
    for (a, b), test in zip(chosen, tests, strict=True):
        ends = intervals.interval(
            drawn[:, a] - drawn[:, b],
            test.difference,
            units=stack.units,
            metric=f"difference of {metric}",
            unit=stack.unit,
        )
        wins, losses = int((each[:, a] > each[:, b]).sum()), int((each[:, a] < each[:, b]).sum())
        pair = Pair(
            a=stack.names[a],
            b=stack.names[b],
            difference=None,
            interval=_ends(ends),
            p=test.p,
            p_holm=None if test.p is None else next(adjusted),
            wins=wins,
            losses=losses,
            ties=len(each) - wins - losses,
            differing=test.differing,
            notices=_notices(ends),
        )
        found.append(((a, b), pair))
    return found


def _with_values(pair: Pair, a: float | None, b: float | None) -> Pair:
    return pair if a is None or b is None else replace(pair, difference=a - b)


def _ends(found: Interval) -> tuple[float, float] | None:
    return None if found.lo is None or found.hi is None else (found.lo, found.hi)


def _notices(found: Interval) -> tuple[Notice, ...]:
    return () if found.notice is None else (found.notice,)
