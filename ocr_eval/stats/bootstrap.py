"""Stacks of counts and a seed -> replicates of their metrics, from one matrix of weights that all of them share.

One weight matrix for every submission, metric and protocol of a dataset: that pairing is what makes differences sharp.
The product of weights and counts is exact (see ``ratios``), so chunks, threads and the machine do not change a bit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ocr_eval.protocols.formulas import Formula, Rate
from ocr_eval.stats import random32
from ocr_eval.stats.evaluation import real
from ocr_eval.stats.intervals import Interval, Proportion, interval, type7
from ocr_eval.stats.ratios import Stack
from ocr_eval.stats.tables import byte_order

__all__ = ["Interval", "draw_runs", "interval", "intervals", "replicates", "replicates_together", "type7"]

Floats = NDArray[np.float64]
REPLICATES = 10_000
_WEIGHTS = 2**20  # in one block; fewer, larger products wait less for threads


def replicates(
    stack: Stack,
    formulas: Mapping[str, Formula],
    *,
    seed: int,
    B: int = REPLICATES,
    chunk: int | None = None,
    strata: Sequence[str] | None = None,
) -> dict[str, Floats]:
    """metric -> (B, S) values on resampled units; nan where a replicate has none.

    ``strata``: the stratum of each sample, when the test set was stratified by design. Memory: the result, and
    ``chunk`` rows of weights (default: as many as hold a million numbers).
    """
    return replicates_together([(stack, formulas)], seed=seed, B=B, chunk=chunk, strata=strata)[0]


def replicates_together(
    parts: Sequence[tuple[Stack, Mapping[str, Formula]]],
    *,
    seed: int,
    B: int = REPLICATES,
    chunk: int | None = None,
    strata: Sequence[str] | None = None,
) -> list[dict[str, Floats]]:
    """``replicates`` of several stacks (protocols, say) of the same samples and groups under the same weights.

    Raises ValueError when their samples or groups differ, or when a stratum cuts a group.
    """
    if not parts:
        return []
    first = parts[0][0]
    for stack, _ in parts[1:]:
        if stack.samples != first.samples or not np.array_equal(_groups(stack), _groups(first)):
            raise ValueError("stacks of different samples or groups cannot share weights")
    found = [{name: np.full((len(stack.names), B), np.nan) for name in wanted} for stack, wanted in parts]
    if first.units:
        small = [stack.pick(wanted.values()) for stack, wanted in parts]
        numbers = None if strata is None else unit_strata(first, strata)
        seed = random32.stream(seed, random32.BOOTSTRAP)
        chunk = chunk or max(16, _WEIGHTS // first.units)
        for start in range(0, B, chunk):
            stop = min(start + chunk, B)
            drawn = random32.weights(seed, start, stop, first.units, numbers)
            for stack, (_, wanted), result in zip(small, parts, found, strict=True):
                totals = stack.add_up(drawn)
                for name, formula in wanted.items():
                    result[name][:, start:stop] = stack.evaluate(formula, totals)
    return [{name: rows.T for name, rows in result.items()} for result in found]


def intervals(
    stack: Stack,
    formula: Formula,
    values: Floats,
    *,
    kind: str = "percentile",
    metric: str = "metric",
) -> list[Interval]:
    """The interval of every system from its replicates (B, S)."""
    estimates = stack.point(formula)
    left_out = stack.left_out(formula, units=True) if kind == "bca" else None
    return [
        interval(
            values[:, k],
            float(estimates[k]),
            kind,
            units=stack.units,
            metric=metric,
            unit=stack.unit,
            proportion=proportion(stack, formula, k),
            left_out=None if left_out is None else left_out[:, k],
        )
        for k in range(len(stack.names))
    ]


def proportion(stack: Stack, formula: Formula, system: int) -> Proportion | None:
    """A metric as k of n, when it is a ratio of counts; 2 tp of (n_gt + n_det) counts as tp of half as many."""
    if not isinstance(formula, Rate) or len(formula.over) != 1:
        return None
    if any(name.startswith("sum:") for name, _ in (*formula.over, *formula.under)):
        return None
    weight = formula.over[0][1]
    totals = [real(stack.linear(terms, stack.totals))[:, 0] for terms in (formula.over, formula.under)]
    k, n = (np.broadcast_to(total, len(stack.names))[system] for total in totals)
    return Proportion(float(k) / weight, float(n) / weight)


def draw_runs(runs: Sequence[Floats], names: Sequence[str], *, seed: int) -> Floats:
    """(B, S) replicates of submissions that were run several times: each replicate draws one run per submission.

    ``runs``: (B, runs of the submission) per submission, from shared weights; ``names``: their ids, which alone decide
    the draw, so that other submissions do not matter.
    """
    if not runs:
        raise ValueError("no submissions to draw runs of")
    seed = random32.stream(seed, random32.RUNS)
    digests = [hashlib.sha256(byte_order(name)).hexdigest()[:8] for name in names]
    draws = np.array([int(digest, 16) for digest in digests], np.uint32)
    size = len(runs[0])
    sizes = np.array([values.shape[1] for values in runs], np.int64)
    chosen = random32.values(seed, 0, size, draws).astype(np.int64) * sizes >> 32
    rows = np.arange(size)
    return np.stack([values[rows, chosen[:, k]] for k, values in enumerate(runs)], axis=1)


def unit_strata(stack: Stack, strata: Sequence[str]) -> NDArray[np.int64]:
    """(units,) number of each unit's stratum. Raises ValueError when a group lies in two strata."""
    number = {name: k for k, name in enumerate(sorted(set(strata), key=byte_order))}
    own = np.array([number[name] for name in strata], np.int64)
    if len(own) != len(stack.samples):
        raise ValueError(f"{len(own)} strata for {len(stack.samples)} samples")
    if stack.groups is None:
        return own
    result = np.zeros(stack.units, np.int64)
    result[stack.groups] = own
    if (result[stack.groups] != own).any():
        raise ValueError("a group lies in two strata")
    return result


def _groups(stack: Stack) -> NDArray[np.int64]:
    return np.arange(len(stack.samples)) if stack.groups is None else stack.groups
