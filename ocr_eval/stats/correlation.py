"""Scores of the same systems under two protocols -> how far the two rankings agree, and who moves."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ocr_eval.stats.evaluation import Floats
from ocr_eval.stats.intervals import Interval, interval
from ocr_eval.stats.tables import byte_order

Coefficient = Callable[[Sequence[float], Sequence[float]], float | None]


class Move(NamedTuple):
    """A system and its ranks (1 + number of strictly better ones) under both protocols."""

    name: str
    before: int
    after: int


def tau_b(x: Sequence[float], y: Sequence[float]) -> float | None:
    """Kendall's tau-b; None where all values of a side are equal."""
    sides = np.array([x], np.float64), np.array([y], np.float64)
    value = float(tau_b_rows(*sides)[0])
    return None if math.isnan(value) else value


def tau_b_rows(x: Floats, y: Floats) -> Floats:
    """(B,) tau-b of every row of (B, S) and (B, S); nan where undefined. Pairs are walked system by system."""
    replicates, size = x.shape
    difference = np.zeros(replicates, np.int64)  # concordant less discordant
    untied_x, untied_y = np.zeros(replicates, np.int64), np.zeros(replicates, np.int64)
    x, y = np.ascontiguousarray(x.T), np.ascontiguousarray(y.T)
    for i in range(size - 1):
        sign_x = (x[i] > x[i + 1 :]).astype(np.int8) - (x[i] < x[i + 1 :])
        sign_y = (y[i] > y[i + 1 :]).astype(np.int8) - (y[i] < y[i + 1 :])
        difference += (sign_x * sign_y).sum(axis=0, dtype=np.int64)
        untied_x += (sign_x != 0).sum(axis=0)
        untied_y += (sign_y != 0).sum(axis=0)
    scale = np.sqrt((untied_x * untied_y).astype(np.float64))
    result = np.full(replicates, np.nan)
    np.divide(difference, scale, out=result, where=scale > 0)
    return result


def weighted_tau(x: Sequence[float], y: Sequence[float]) -> float | None:
    """Kendall's tau with weights 1/(1+r) added up (Vigna 2015): a swap at the top costs more; None where undefined.

    The mean of ranking by (x, ties by y) and by (y, ties by x), best first from 0.
    """
    a, b = np.asarray(x, np.float64), np.asarray(y, np.float64)
    signs_x = np.sign(a[:, None] - a[None, :])
    signs_y = np.sign(b[:, None] - b[None, :])
    found = []
    for first, second in ((a, b), (b, a)):
        rank = np.empty(len(a), np.int64)
        rank[np.lexsort((-second, -first))] = np.arange(len(a))
        hyperbolic = 1.0 / (1.0 + rank)
        weight = hyperbolic[:, None] + hyperbolic[None, :]
        scale = float((weight * signs_x**2).sum()) * float((weight * signs_y**2).sum())
        if scale == 0:
            return None
        found.append(float((weight * signs_x * signs_y).sum()) / math.sqrt(scale))
    return (found[0] + found[1]) / 2


def spearman(x: Sequence[float], y: Sequence[float]) -> float | None:
    """Pearson's correlation of mid-ranks; None where all values of a side are equal."""
    return pearson(midranks(x), midranks(y))


def pearson(x: Floats, y: Floats) -> float | None:
    """Correlation of two rows; None where one is constant."""
    if len(x) == 0 or x.min() == x.max() or y.min() == y.max():
        return None
    a, b = (x - math.fsum(x.tolist()) / len(x)).tolist(), (y - math.fsum(y.tolist()) / len(y)).tolist()
    scale = math.fsum(v * v for v in a) * math.fsum(v * v for v in b)
    return math.fsum(v * w for v, w in zip(a, b, strict=True)) / math.sqrt(scale) if scale > 0 else None


def midranks(values: Sequence[float]) -> Floats:
    """(S,) ranks from 1, smallest first; equal values share the mean of their places."""
    array = np.asarray(values, np.float64)
    below = (array[None, :] < array[:, None]).sum(axis=1)
    equal = (array[None, :] == array[:, None]).sum(axis=1)
    return np.asarray(below + (equal + 1) / 2)


def correlation_interval(
    x: Floats,
    y: Floats,
    estimate: float | None,
    *,
    units: int,
    coefficient: Coefficient | None = None,
    metric: str = "tau-b",
) -> Interval:
    """Percentile interval of a coefficient (default tau-b) over replicates (B, S) of both protocols, weights shared."""
    if coefficient is None:
        values = tau_b_rows(x, y)
    else:
        found = [coefficient(a, b) for a, b in zip(x, y, strict=True)]
        values = np.array([math.nan if value is None else value for value in found])
    return interval(values, estimate, units=units, metric=metric)


def movers(
    names: Sequence[str], x: Sequence[float], y: Sequence[float], *, higher_is_better: bool = True
) -> list[Move]:
    """Every system with its rank under both protocols, largest move first, then by name."""
    before, after = _ranks(x, higher_is_better), _ranks(y, higher_is_better)
    moves = [Move(*row) for row in zip(names, before.tolist(), after.tolist(), strict=True)]
    return sorted(moves, key=lambda move: (-abs(move.after - move.before), byte_order(move.name)))


def _ranks(values: Sequence[float], higher_is_better: bool) -> NDArray[np.int64]:
    array = np.asarray(values, np.float64) * (1 if higher_is_better else -1)
    return np.asarray(1 + (array[None, :] > array[:, None]).sum(axis=1))
