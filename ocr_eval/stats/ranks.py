"""Estimates and shared replicates of S systems -> simultaneous confidence sets for their ranks, and which are tied.

Claim: with 95 % confidence all sets hold at once, where the rank of a system is 1 + the number of truly better ones.
Source: Mogstad, Romano, Shaikh, Wilhelm, "Inference for Ranks with Applications to Mobility across Neighbourhoods and
Academic Achievement across Countries", Review of Economic Studies 2024, doi:10.1093/restud/rdad006 (stepdown max-T over
all ordered pairs). Memory: O(B) beside the inputs and S x S deviations.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ocr_eval.stats.evaluation import Floats
from ocr_eval.stats.intervals import FEWEST_UNITS, LEVEL, type7
from ocr_eval.stats.ties import TieGroups, tie_groups

__all__ = ["RankSets", "TieGroups", "parametric_rank_sets", "rank_sets", "stability", "tie_groups"]

_CELLS = 2**15  # values worked on at a time: they stay in the processor's cache
_COLUMNS = 512  # replicates worked on at a time
_BATCH = 256
_NOISE = 1e-12


@dataclass(frozen=True, eq=False)
class RankSets:
    """Ranks ``low`` … ``high`` (S,) of every system, from 1; ``rejected[i, j]``: i is better than j, claimed."""

    low: NDArray[np.int64]
    high: NDArray[np.int64]
    critical: tuple[float, ...]  # one per step
    rejected: NDArray[np.bool_]  # (S, S)

    @property
    def could_be_best(self) -> list[int]:
        """Systems whose set holds rank 1."""
        return np.flatnonzero(self.low == 1).tolist()


def rank_sets(
    estimates: Floats,
    replicates: Floats,
    *,
    higher_is_better: bool = True,
    level: float = LEVEL,
    units: int | None = None,
) -> RankSets:
    """Rank sets from estimates (S,) and replicates (B, S) under shared weights.

    ``units``: how many were resampled; fewer than 20 separate nothing. Systems without a value are left out by the
    caller: raises ValueError for nan. Cost: about S^2 B differences twice.
    """
    sign = 1.0 if higher_is_better else -1.0
    x = sign * np.asarray(estimates, np.float64)
    size = len(x)
    if units is not None and units < FEWEST_UNITS:
        nothing = np.zeros((size, size), np.bool_)
        return RankSets(np.ones(size, np.int64), np.full(size, size), (), nothing)
    moved = np.ascontiguousarray((sign * replicates).T) - x[:, None]
    if np.isnan(moved).any():
        raise ValueError("a system without a value has no rank")
    return _stepdown(x, moved, _deviations(moved), level)


def parametric_rank_sets(
    estimates: Floats,
    covariance: Floats,
    *,
    draws: Floats | None = None,
    higher_is_better: bool = True,
    level: float = LEVEL,
) -> RankSets:
    """The same from the influence covariance (S, S): a check, never published.

    ``draws`` (B, S) of N(0, covariance); without it 20 000 of numpy, which another version of numpy may draw otherwise.
    """
    sign = 1.0 if higher_is_better else -1.0
    size = len(estimates)
    if draws is None:
        normal = np.random.default_rng(1)
        draws = normal.multivariate_normal(np.zeros(size), covariance, 20_000, method="svd")
    variance = np.diag(covariance)
    squared = variance[:, None] + variance[None, :] - 2 * covariance
    sd = np.sqrt(np.maximum((squared + squared.T) / 2, 0.0))
    return _stepdown(sign * np.asarray(estimates), np.ascontiguousarray((sign * draws).T), sd, level)


def stability(replicates: Floats, top: int = 3, *, higher_is_better: bool = True) -> tuple[Floats, Floats]:
    """(S,) shares of replicates in which a system is first, and among the first ``top``; equal systems share a place.

    Descriptive, not a confidence level.
    """
    values = replicates if higher_is_better else -replicates
    if not values.size:
        return np.zeros(values.shape[1]), np.zeros(values.shape[1])
    first = values >= values.max(axis=1, keepdims=True)
    place = max(values.shape[1] - top, 0)  # a system is among them when at most top - 1 are strictly better
    among = values >= np.partition(values, place, axis=1)[:, place : place + 1]
    return first.mean(axis=0), among.mean(axis=0)


def _stepdown(x: Floats, moved: Floats, sd: Floats, level: float) -> RankSets:
    """Rejects ordered pairs in steps; ``moved`` (S, B) centred replicates, ``sd`` (S, S), 0 where a pair is unusable.

    The maximum over the active pairs can only fall from step to step, so later steps recompute it only for the
    replicates that decide the quantile: those whose last known maximum is among the highest.
    """
    size = len(x)
    rejected = np.zeros((size, size), np.bool_)
    active = sd > 0
    critical: list[float] = []
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.where(active, (x[:, None] - x[None, :]) / sd, -math.inf)
    highest = _maxima(moved, sd, active) if active.any() else np.zeros(0)
    while active.any():
        if critical:
            highest = _lowered(highest, moved, sd, active, level)
        c = float(type7(highest, level))
        critical.append(c)
        found = active & (t > c) & (t > 0)
        if not found.any():
            break
        rejected |= found
        active &= ~found
    return RankSets(1 + rejected.sum(axis=0), size - rejected.sum(axis=1), tuple(critical), rejected)


def _deviations(moved: Floats) -> Floats:
    """(S, S) standard deviations of the differences of rows (S, B), ddof 1, from the differences themselves.

    Exactly 0 for rows whose difference never changes. Every pair is summed in the same order, whatever S is.
    """
    size, replicates = moved.shape
    result = np.zeros((size, size))
    if replicates < 2:
        return result
    centred = moved - moved.mean(axis=1, keepdims=True)
    rows = max(1, _CELLS // replicates)
    for i in range(size):
        for start in range(i + 1, size, rows):
            block = centred[start : start + rows] - centred[i]
            block *= block
            sd = np.sqrt(block.sum(axis=1) / (replicates - 1))
            for k in np.flatnonzero(sd < _NOISE).tolist():  # what rounding leaves of a constant difference
                difference = moved[start + k] - moved[i]
                sd[k] *= difference.min() < difference.max()
            result[i, start : start + rows] = result[start : start + rows, i] = sd
    return result


def _maxima(moved: Floats, sd: Floats, active: NDArray[np.bool_]) -> Floats:
    """(B,) the largest (moved_i - moved_j) / sd_ij over active pairs (i, j); -inf where none is."""
    size, replicates = moved.shape
    result = np.full(replicates, -math.inf)
    both = active & active.T
    rows = max(1, _CELLS // _COLUMNS)
    scale = np.where(active | active.T, sd, 1.0)
    for begin in range(0, replicates, _COLUMNS):
        part = np.ascontiguousarray(moved[:, begin : begin + _COLUMNS])
        best = result[begin : begin + _COLUMNS]
        for i in range(size - 1):
            for start in range(i + 1, size, rows):
                block = slice(start, min(start + rows, size))
                z = part[i] - part[block]
                z /= scale[i, block, None]
                if both[i, block].all():
                    np.abs(z, out=z)
                    np.maximum(best, z.max(axis=0), out=best)
                    continue
                ahead, behind = active[i, block], active[block, i]
                if ahead.any():
                    np.maximum(best, z[ahead].max(axis=0), out=best)
                if behind.any():
                    np.maximum(best, -z[behind].min(axis=0), out=best)
    return result


def _lowered(bounds: Floats, moved: Floats, sd: Floats, active: NDArray[np.bool_], level: float) -> Floats:
    """``_maxima`` where it decides the quantile; elsewhere an upper bound that lies below the deciding values."""
    result = bounds.copy()
    order = np.argsort(-bounds, kind="stable")
    deciding = len(bounds) - math.floor(level * (len(bounds) - 1))
    done = 0
    while done < len(order):
        batch = order[done : done + max(_BATCH, deciding - done)]
        result[batch] = _maxima(moved[:, batch], sd, active)
        done += len(batch)
        known = np.sort(result[order[:done]])
        if done >= len(order) or known[-deciding] >= bounds[order[done]]:
            break
    return result
