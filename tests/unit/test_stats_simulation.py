"""Simulated boards whose truth is known: how often the default test and the rank sets are wrong (seeds are fixed)."""

from __future__ import annotations

import numpy as np
import pytest

from ocr_eval.stats.bootstrap import replicates
from ocr_eval.stats.permutation import pairwise
from ocr_eval.stats.ranks import rank_sets
from ocr_eval.stats.ratios import Stack
from tests.stacks import HMEAN, names

BLOCK = 250


def exchanged(simulations: int, samples: int, differing: float, seed: int) -> float:
    """Share of simulations in which the test rejects at 5 % although rows are exchanged at random.

    Each simulation draws its own samples (with replacement, from 500) and then which system gets which row.
    """
    draw = np.random.default_rng(seed)
    words = draw.integers(1, 10, 500)
    easy = draw.beta(4, 1.5, 500)
    row = np.stack([words, draw.binomial(words, easy), words], axis=1)
    other = np.stack([words, draw.binomial(words, easy), words], axis=1)
    row[:, 2], other[:, 2] = row[:, 1] + draw.poisson(0.5, 500), other[:, 1] + draw.poisson(0.5, 500)
    same = draw.random(500) >= differing
    other[same] = row[same]
    rejected = 0
    for start in range(0, simulations, BLOCK):
        chosen = draw.integers(0, 500, (BLOCK, samples))
        swap = draw.integers(0, 2, (BLOCK, samples)).astype(bool)[:, :, None]
        a = np.where(swap, other[chosen], row[chosen])
        b = np.where(swap, row[chosen], other[chosen])
        both = np.stack([a, b], axis=1).reshape(2 * BLOCK, samples, 3)
        columns = {name: both[:, :, k].T for k, name in enumerate(("n_gt", "tp", "n_det"))}
        stack = Stack.from_columns(names(2 * BLOCK), names(samples), columns)
        pairs = [(2 * k, 2 * k + 1) for k in range(BLOCK)]
        found = pairwise(stack, HMEAN, pairs, seed=seed + start, R=999)
        rejected += sum(one.p is not None and one.p <= 0.05 for one in found)
    return rejected / simulations


@pytest.mark.slow
def test_the_default_test_rejects_five_percent_of_true_hypotheses() -> None:
    """Monte-Carlo error of 4 000 simulations: .34 %."""
    assert 0.04 <= exchanged(4000, 300, 1.0, seed=7) <= 0.06


def test_few_differing_samples_make_it_careful_not_eager() -> None:
    """About eight samples differ: exact p-values on a coarse lattice."""
    assert exchanged(500, 200, 0.05, seed=11) <= 0.05


@pytest.mark.slow
def test_all_rank_sets_hold_at_once() -> None:
    """Ten systems in three blocks of exact ties; covered when no system is called better than one as good or better."""
    simulations, samples, blocks = 300, 200, np.array([0, 0, 0, 0, 1, 1, 1, 2, 2, 2])
    chance = np.array([0.86, 0.83, 0.74])[blocks]
    good_or_better = chance[:, None] <= chance[None, :]
    covered, width, percentile = 0, 0.0, 0
    for seed in range(simulations):
        draw = np.random.default_rng(seed)
        words = draw.integers(1, 10, samples)
        shift = draw.normal(0, 0.8, samples)[:, None]  # hard images are hard for everyone
        seen = 1 / (1 + np.exp(-(np.log(chance / (1 - chance)) + shift)))
        tp = draw.binomial(words[:, None], seen)
        n_det = tp + draw.poisson(0.5, (samples, 10))
        stack = Stack.from_columns(names(10), names(samples), {"tp": tp, "n_gt": words, "n_det": n_det})
        values = replicates(stack, {"hmean": HMEAN}, seed=seed, B=1000)["hmean"]
        found = rank_sets(stack.point(HMEAN), values)
        covered += not (found.rejected & good_or_better).any()
        width += float((found.high - found.low + 1).mean()) / simulations
        percentile += covers_by_percentiles(values, chance)
    assert covered / simulations >= 0.94
    assert width < 7  # of 10: blocks of 4, 3 and 3 are told apart
    assert percentile / simulations < 0.6  # what the sets are there to avoid


def covers_by_percentiles(values: np.ndarray, chance: np.ndarray) -> bool:
    """Percentiles of replicate ranks, the usual and wrong way."""
    ranks = 1 + (values[:, None, :] > values[:, :, None]).sum(axis=2)
    low, high = np.quantile(ranks, 0.025, axis=0), np.quantile(ranks, 0.975, axis=0)
    best = 1 + (chance[None, :] > chance[:, None]).sum(axis=1)
    worst = (chance[None, :] >= chance[:, None]).sum(axis=1)
    return bool(((low <= best) & (worst <= high)).all())
