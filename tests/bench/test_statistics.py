"""Intervals of a whole board against scipy and a numpy loop; budgets of rank sets and of all pairs."""

from __future__ import annotations

import time
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from ocr_eval.protocols.formulas import Formula, rate
from ocr_eval.stats import random32
from ocr_eval.stats.bootstrap import intervals, replicates
from ocr_eval.stats.permutation import pairwise
from ocr_eval.stats.ranks import rank_sets
from ocr_eval.stats.ratios import Stack
from tests.bench.conftest import Race
from tests.bench.inputs import Resampled
from tests.bench.ratio import Separate, Side

SEED, REPLICATES = 20261121, 10_000


def made_up(systems: int, samples: int, asked: int) -> Resampled:
    """Ten metrics of six columns: precision, recall and hmean at three thresholds, predictions per gt."""
    draw = np.random.default_rng(1)
    n_gt = draw.integers(1, 9, samples)
    easy = draw.normal(size=samples)[:, None] + 1.5 - 0.02 * np.arange(systems)[None, :]
    columns = {"n_gt": n_gt}
    left = np.broadcast_to(n_gt[:, None], (samples, systems))
    for name in ("tp5", "tp6", "tp7"):  # fewer and fewer matches as the threshold rises
        columns[name] = left = draw.binomial(left, 1 / (1 + np.exp(-easy)))
    columns["n_det"] = columns["tp5"] + draw.poisson(0.6, (samples, systems))
    metrics: list[tuple[str, ...]] = []
    for name in ("tp5", "tp6", "tp7"):
        metrics += [(name, "n_det"), (name, "n_gt"), (name, "n_gt", "n_det")]
    metrics.append(("n_det", "n_gt"))
    indices = random32.indices(SEED, 0, REPLICATES, samples, samples)
    some = tuple((k, metric) for k, metric in enumerate(metrics[:asked]))
    return Resampled(columns, tuple(metrics), indices, systems, SEED, some)


def stacked(inputs: Resampled) -> tuple[Stack, dict[str, Formula]]:
    formulas: dict[str, Formula] = {
        " ".join((over, *under)): rate(f"{len(under)}*{over}", " + ".join(under))
        for over, *under in inputs.metrics
    }
    ids = [f"{k:04}" for k in range(inputs.indices.shape[1])]
    return Stack.from_columns(ids[: inputs.systems], ids, inputs.columns), formulas


def ours(inputs: Resampled) -> list[list[float | None]]:
    """From count columns to the intervals of every metric of every system; gives those the rival is asked for."""
    stack, formulas = stacked(inputs)
    drawn = replicates(stack, formulas, seed=inputs.seed, B=len(inputs.indices))
    found = {name: intervals(stack, formula, drawn[name]) for name, formula in formulas.items()}
    return [[*found[" ".join(metric)][system][:2]] for system, metric in inputs.asked]


SOURCE = """
import sys
from tests.bench.test_statistics import made_up, ours
inputs = made_up(*map(int, sys.argv[2:]))
def call():
    return ours(inputs)
"""


def on_one_core(*sizes: int) -> Side:
    """``ours(made_up(*sizes))`` in a process whose linear algebra has one thread: idle ones spin, which would count."""
    one = {f"{library}_NUM_THREADS": "1" for library in ("OPENBLAS", "MKL", "OMP")}
    return Separate(SOURCE, [str(size) for size in sizes], environment=one)


@pytest.mark.parametrize(
    ("rival", "asked", "reach"),
    [("intervals: scipy.stats.bootstrap", 3, 290), ("intervals: numpy loop", 3, 640)],
    ids=["scipy", "numpy_loop"],
)
def test_intervals_of_ten_metrics_of_thirty_submissions(
    race: Race, rival: str, asked: int, reach: float
) -> None:
    inputs = made_up(30, 500, asked)
    side = on_one_core(30, 500, asked)
    assert min(side(1)[0] for _ in range(3)) < 0.5
    race(
        "300 intervals: 10 000 replicates x 500 samples x 30 submissions x 10 metrics",
        rival,
        inputs,
        side,
        clocked=True,
        reach=reach,
        inside=f"both: count columns to interval ends, drawing included, one core; peer: {asked} of 300, scaled",
        engine="numpy",
        rounds=5,
    )


def test_a_board_of_100_submissions_x_2000_samples_x_10_metrics() -> None:
    """Intervals, rank sets of every metric, and the pairwise tests of the headline, well inside the budget of 60 s."""
    inputs = made_up(100, 2000, 1)
    begin = time.perf_counter()
    stack, formulas = stacked(inputs)
    drawn = replicates(stack, formulas, seed=SEED)
    steps = [("replicates", time.perf_counter())]
    for name, formula in formulas.items():
        assert all(found.lo is not None for found in intervals(stack, formula, drawn[name]))
    steps.append(("intervals", time.perf_counter()))
    for name, formula in formulas.items():
        assert rank_sets(stack.point(formula), drawn[name]).rejected.any()
    steps.append(("rank sets", time.perf_counter()))
    tested = pairwise(stack, formulas["tp5 n_gt n_det"], list(combinations(range(100), 2)), seed=SEED)
    assert len(tested) == 4950
    steps.append(("4950 pairs", time.perf_counter()))
    told, last = [], begin
    for name, at in steps:
        told.append(f"{name} {at - last:.2f} s")
        last = at
    print(", ".join(told))
    assert last - begin < 60


def test_rank_sets_of_100_systems(benchmark: Any) -> None:
    inputs = made_up(100, 500, 1)
    stack, formulas = stacked(inputs)
    formula = formulas["tp5 n_gt n_det"]
    values = replicates(stack, {"hmean": formula}, seed=SEED)["hmean"]
    found = benchmark(lambda: rank_sets(stack.point(formula), values))
    assert found.rejected.any()
