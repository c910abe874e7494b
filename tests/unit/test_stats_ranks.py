"""Rank sets, tie groups and p-values against their slow twins; boards of 0 to 1 000 systems."""

from __future__ import annotations

import time

import numpy as np
import pytest

from ocr_eval.stats import ranks
from ocr_eval.stats.bootstrap import replicates
from ocr_eval.stats.permutation import benjamini_hochberg, holm, pairwise
from ocr_eval.stats.ranks import rank_sets, stability, tie_groups
from ocr_eval.stats.ratios import Stack
from tests.oracles import statistics as oracle
from tests.stacks import HMEAN, RECALL, WORDS, board, hmean, stack


def slow(x: np.ndarray, values: np.ndarray) -> tuple[object, ...]:
    low, high, critical, rejected = oracle.rank_sets(x.tolist(), values.tolist())
    return low, high, pytest.approx(critical, rel=1e-9), rejected


def pairs_of(rejected: np.ndarray) -> set[tuple[int, int]]:
    return {(i, j) for i, j in np.argwhere(rejected).tolist()}


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("gap", [0.0, 0.1, 0.6])
def test_rank_sets_are_the_slow_twins(seed: int, gap: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranks, "_BATCH", 5)  # several batches of replicates
    monkeypatch.setattr(ranks, "_COLUMNS", 30)
    monkeypatch.setattr(ranks, "_CELLS", 200)  # several blocks of systems
    made = board(7, 40, seed, gap)
    values = replicates(made, {"hmean": HMEAN}, seed=seed, B=120)["hmean"]
    values[:, 3] = values[:, 2]  # a copy
    x = made.point(HMEAN).copy()
    x[3] = x[2]
    found = rank_sets(x, values)
    assert (found.low.tolist(), found.high.tolist(), found.critical, pairs_of(found.rejected)) == slow(
        x, values
    )
    lower = rank_sets(-x, -values, higher_is_better=False)
    assert (lower.rejected == found.rejected).all()


def test_identical_and_constant_systems_are_never_separated() -> None:
    same = np.random.default_rng(0).normal(0.5, 0.01, 500)
    values = np.stack([same, same, np.full(500, 0.9), np.full(500, 0.1)], axis=1)
    found = rank_sets(np.array([0.5, 0.5, 0.9, 0.1]), values)
    assert found.low[0] == found.low[1] and found.high[0] == found.high[1]
    assert not found.rejected[2, 3] and found.rejected[2, 0]  # two constants have no deviation to judge by


@pytest.mark.parametrize(("size", "low", "high"), [(0, [], []), (1, [1], [1]), (2, [1, 1], [2, 2])])
def test_small_boards(size: int, low: list[int], high: list[int]) -> None:
    made = board(size, 40, gap=0.0) if size else Stack.of({})
    found = rank_sets(made.point(HMEAN), replicates(made, {"hmean": HMEAN}, seed=1, B=500)["hmean"])
    assert (found.low.tolist(), found.high.tolist()) == (low, high)
    assert tie_groups(found.rejected).groups == ((tuple(range(size)),) if size else ())
    assert [share.shape for share in stability(replicates(made, WORDS, seed=1, B=50)["hmean"])] == [
        (size,)
    ] * 2


def test_few_units_separate_nothing() -> None:
    made = board(3, 10, gap=3.0)
    values = replicates(made, {"hmean": HMEAN}, seed=1, B=500)["hmean"]
    assert rank_sets(made.point(HMEAN), values, units=made.units).high.tolist() == [3, 3, 3]


def test_a_system_without_value_is_the_callers_to_leave_out() -> None:
    with pytest.raises(ValueError, match="a system without a value has no rank"):
        rank_sets(np.array([0.5, np.nan]), np.zeros((10, 2)))


def test_shares_of_first_and_third_places_count_equal_systems_twice() -> None:
    values = np.array([[3, 3, 2, 1], [1, 2, 3, 4], [1, 1, 1, 1], [4, 3, 2, 2]], float)
    first, third = stability(values)
    assert first.tolist() == [3 / 4, 2 / 4, 1 / 4, 2 / 4]
    assert third.tolist() == [3 / 4, 4 / 4, 4 / 4, 3 / 4]


@pytest.mark.slow
def test_a_thousand_systems() -> None:
    made = board(1000, 100, gap=0.004)
    values = replicates(made, {"hmean": HMEAN}, seed=1, B=600)["hmean"]
    x = made.point(HMEAN)
    found = rank_sets(x, values)
    order = sorted(range(1000), key=lambda k: -x[k])
    rank = np.empty(1000, int)
    rank[order] = np.arange(1, 1001)
    assert (found.low <= rank).all() and (rank <= found.high).all()
    assert found.rejected.any()
    begin = time.perf_counter()
    groups = tie_groups(found.rejected, order)
    assert groups.groups and time.perf_counter() - begin < 10
    for group in groups.groups[:50]:
        assert not found.rejected[np.ix_(group, group)].any()


@pytest.mark.parametrize("seed", range(40))
def test_tie_groups_are_the_slow_twins(seed: int) -> None:
    draw = np.random.default_rng(seed)
    rejected = draw.random((8, 8)) < draw.choice([0.0, 0.1, 0.3, 0.6])
    np.fill_diagonal(rejected, False)
    found = tie_groups(rejected)
    assert list(found.groups) == oracle.tie_groups(8, pairs_of(rejected)) and found.complete


def test_tie_groups_name_the_best_first() -> None:
    rejected = np.zeros((3, 3), np.bool_)
    rejected[2, 0] = True
    assert tie_groups(rejected, [2, 1, 0]).groups == ((2, 1), (1, 0))


def test_too_many_tie_groups_are_cut_and_said() -> None:
    """Three by three apart: 3^20 groups."""
    block = np.arange(60) // 3
    rejected = (block[:, None] == block[None, :]) & ~np.eye(60, dtype=bool)
    found = tie_groups(rejected)
    assert len(found.groups) == 2000 and not found.complete


def test_one_large_group_is_one_step() -> None:
    assert tie_groups(np.zeros((3000, 3000), np.bool_)).groups == (tuple(range(3000)),)


ROWS = [[((k * (3 + s)) % 5, 5, 4 + (k + s) % 3) for k in range(30)] for s in range(4)]


def test_p_values_are_the_slow_twins() -> None:
    near = [row if k % 9 else (1, 5, 4) for k, row in enumerate(ROWS[0])]
    systems = [*ROWS, near]
    pairs = [(0, 1), (1, 0), (2, 3), (0, 4), (0, 0)]
    for (a, b), found in zip(pairs, pairwise(stack(*systems), HMEAN, pairs, seed=12, R=150), strict=True):
        assert (found.count, found.trials, found.p) == oracle.permutation(
            systems[a], systems[b], hmean, 12, 150
        )


def test_swapping_groups_whole() -> None:
    groups = [f"g{k % 3:02}" for k in range(30)]
    found = pairwise(stack(*ROWS, groups=groups), HMEAN, [(0, 1)], seed=12)[0]
    assert (found.differing, found.trials) == (3, 8)
    merged = [
        [tuple(map(sum, zip(*(rows[k] for k in range(g, 30, 3)), strict=True))) for g in range(3)]
        for rows in ROWS
    ]
    assert (found.count, found.trials, found.p) == oracle.permutation(merged[0], merged[1], hmean, 12, 1)


def test_rows_that_differ_in_an_unread_column_only_do_not_differ() -> None:
    found = pairwise(stack([(1, 2, 3)] * 25, [(1, 2, 4)] * 25), RECALL, [(0, 1)], seed=1)[0]
    assert (found.p, found.differing, found.difference) == (1.0, 0, 0.0)


def test_a_metric_without_value_has_no_test() -> None:
    from ocr_eval.protocols.formulas import rate

    found = pairwise(stack([(0, 2, 0)] * 25, [(1, 2, 1)] * 25), rate("tp", "n_det"), [(0, 1)], seed=1)[0]
    assert (found.p, found.count, found.difference) == (None, None, None)


def test_an_exchange_that_leaves_a_metric_without_value_counts_as_further_apart() -> None:
    from ocr_eval.protocols.formulas import rate

    # A has detections on the first sample only, B on the second only: two of four exchanges empty one of them.
    found = pairwise(
        stack([(1, 2, 2), (0, 2, 0)], [(0, 2, 0), (1, 2, 3)]), rate("tp", "n_det"), [(0, 1)], seed=1
    )[0]
    assert (found.count, found.trials) == (4, 4)


def test_adjusted_p_values_of_none_one_and_equal_ones() -> None:
    assert holm([]) == benjamini_hochberg([]) == []
    assert holm([0.04]) == benjamini_hochberg([0.04]) == [0.04]
    assert holm([0.02, 0.02, 0.6]) == [0.06, 0.06, 0.6]
    assert benjamini_hochberg([0.02, 0.02, 0.6]) == [0.03, 0.03, 0.6]
