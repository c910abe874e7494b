"""Two systems' rows on the same samples -> how often exchanging them at random moves the metrics as far apart (p)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocr_eval.protocols.formulas import Formula
from ocr_eval.stats import random32
from ocr_eval.stats.evaluation import Floats, combine, sides
from ocr_eval.stats.ratios import Stack

SWAPS = 9_999
ENUMERATED = 16  # with so few differing units all 2^m exchanges are counted
TOLERANCE = 1e-12
_ROWS = 256  # exchanges worked on at a time
_CELLS = 2**16


@dataclass(frozen=True, slots=True)
class Permutation:
    """``count`` of ``trials`` exchanges move the metrics at least as far apart; None where a metric has no value.

    Enumerated: p = count / trials, the observed rows among them. Drawn: p = (count + 1) / (trials + 1).
    """

    p: float | None
    count: int | None
    trials: int
    differing: int  # units (samples or groups) whose rows differ in a column the metric reads
    difference: float | None


def pairwise(
    stack: Stack,
    formula: Formula,
    pairs: Sequence[tuple[int, int]],
    *,
    seed: int,
    R: int = SWAPS,
) -> list[Permutation]:
    """The paired permutation test of each pair (a, b) of systems, two-sided, with ``>=`` and a tolerance of 1e-12.

    Drawn exchanges are bits of stream 1, the same for all pairs. An exchange after which a metric has no value counts
    as further apart. Cost: one product of bits and counts, then R evaluations per pair, in blocks.
    """
    small = stack.pick([formula])
    index = np.array(pairs, np.int64).reshape(-1, 2)
    points = small.point(formula)
    observed = points[index[:, 0]] - points[index[:, 1]]
    differing = _differing(small, index)
    drawn = np.flatnonzero(~np.isnan(observed) & (differing > ENUMERATED))
    counts = np.zeros(len(index), np.int64)
    counts[drawn] = _draw(small, formula, index[drawn], np.abs(observed[drawn]), seed, R)
    found = []
    for k, (m, d) in enumerate(zip(differing.tolist(), observed.tolist(), strict=True)):
        if np.isnan(d):
            found.append(Permutation(None, None, 0, m, None))
        elif m > ENUMERATED:
            count = int(counts[k])
            found.append(Permutation((1 + count) / (R + 1), count, R, m, d))
        else:
            count, trials = _enumerate(small.take(index[k].tolist()), formula, abs(d))
            found.append(Permutation(count / trials, count, trials, m, d))
    return found


def holm(ps: Sequence[float]) -> list[float]:
    """p-values adjusted for the chance of any false rejection (Holm 1979); ties in input order."""
    order = sorted(range(len(ps)), key=lambda k: ps[k])
    adjusted, largest = [0.0] * len(ps), 0.0
    for rank, k in enumerate(order):
        largest = max(largest, min(1.0, (len(ps) - rank) * ps[k]))
        adjusted[k] = largest
    return adjusted


def benjamini_hochberg(ps: Sequence[float]) -> list[float]:
    """p-values adjusted for the share of false rejections (Benjamini, Hochberg 1995); for slices."""
    order = sorted(range(len(ps)), key=lambda k: ps[k])
    adjusted, smallest = [0.0] * len(ps), 1.0
    for rank in range(len(ps), 0, -1):
        k = order[rank - 1]
        smallest = min(smallest, len(ps) * ps[k] / rank)
        adjusted[k] = smallest
    return adjusted


def sacrebleu_p(stack: Stack, formula: Formula, a: int, b: int) -> float:
    """NOT A VALID P-VALUE: rejects 10.6 % at nominal 5 %. sacrebleu's paired bootstrap, to reproduce papers only.

    It takes the absolute value before it centres. Source: mjpost/sacrebleu @f615c72 sacrebleu/significance.py, with its
    seed and 1 000 replicates.
    """
    drawn = np.random.default_rng(12345).choice(stack.units, size=(1000, stack.units), replace=True)
    weights = np.stack([np.bincount(row, minlength=stack.units) for row in drawn])
    small = stack.pick([formula])
    values, points = small.evaluate(formula, small.add_up(weights)), small.point(formula)
    moved = np.abs(values[b] - values[a])
    return (1 + int((moved - moved.mean() > abs(points[a] - points[b])).sum())) / 1001


def _differing(stack: Stack, index: NDArray[np.int64]) -> NDArray[np.int64]:
    """(P,) units whose rows differ. Columns that all systems share cannot."""
    result = np.zeros(len(index), np.int64)
    rows = stack.unit_matrix.T
    step = max(1, _CELLS // max(stack.units, 1))
    for start in range(0, len(index), step):
        a, b = index[start : start + step].T
        unequal = np.zeros((len(a), stack.units), np.bool_)
        for part in _own_columns(stack):
            unequal |= rows[part][a] != rows[part][b]
        result[start : start + step] = unequal.sum(axis=1)
    return result


def _draw(
    stack: Stack, formula: Formula, index: NDArray[np.int64], observed: Floats, seed: int, trials: int
) -> NDArray[np.int64]:
    """(P,) how many of the drawn exchanges reach the observed distance."""
    counts = np.zeros(len(index), np.int64)
    if not len(index):
        return counts
    seed = random32.stream(seed, random32.SWAPS)
    whole = [stack.linear(terms, stack.totals) for terms in sides(formula)]
    step = _CELLS // _ROWS
    for start in range(0, trials, _ROWS):
        swaps = random32.bits(seed, start, min(start + _ROWS, trials), stack.units)
        swapped = stack.add_up(swaps)
        moved = [stack.linear(terms, swapped) for terms in sides(formula)]
        for first in range(0, len(index), step):
            block = slice(first, first + step)
            reached = _reached(formula, whole, moved, index[block], observed[block])
            counts[block] += reached.sum(axis=1)
    return counts


def _enumerate(stack: Stack, formula: Formula, observed: float) -> tuple[int, int]:
    """(count, trials) of two systems over every exchange of the units that differ."""
    unequal = np.zeros(stack.units, np.bool_)
    for part in _own_columns(stack):
        unequal |= stack.unit_matrix[:, part.start] != stack.unit_matrix[:, part.start + 1]
    chosen = np.flatnonzero(unequal)
    swaps = (np.arange(1 << len(chosen))[:, None] >> np.arange(len(chosen)) & 1).astype(np.uint8)
    swapped = stack.add_up(swaps, units=chosen)
    whole = [stack.linear(terms, stack.totals) for terms in sides(formula)]
    moved = [stack.linear(terms, swapped) for terms in sides(formula)]
    reached = _reached(formula, whole, moved, np.array([[0, 1]]), np.array([observed]))
    return int(reached.sum()), reached.size


def _reached(
    formula: Formula,
    whole: Sequence[NDArray[Any]],
    moved: Sequence[NDArray[Any]],
    index: NDArray[np.int64],
    observed: Floats,
) -> NDArray[np.bool_]:
    """(P, m) whether exchanging brings the metrics of each pair at least as far apart as observed.

    ``whole`` (S or 1, 1) and ``moved`` (S or 1, m): the formula's sides over all units, and over the exchanged ones.
    """
    a, b = index.T
    left, right = [], []
    for total, part in zip(whole, moved, strict=True):
        if len(part) == 1:  # the same in all systems: nothing to exchange
            left.append(total)
            right.append(total)
            continue
        gap = part[b] - part[a]
        left.append(total[a] + gap)
        right.append(total[b] - gap)
    far = np.abs(combine(formula, left) - combine(formula, right))
    reached = ~(far < observed[:, None] - TOLERANCE)  # true where an exchange leaves a metric without value
    return np.broadcast_to(reached, (len(index), moved[0].shape[1]))


def _own_columns(stack: Stack) -> list[slice]:
    """Where the columns stand that are not the same in all systems."""
    return [part for column in stack.columns.values() for part in column.slices if part.stop - part.start > 1]
