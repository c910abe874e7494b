"""Replicates -> intervals: quantiles, Wilson and BCa, and every case in which there is none, with its word."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest

from ocr_eval.protocols.formulas import Formula, rate
from ocr_eval.stats.bootstrap import draw_runs, intervals, replicates, replicates_together
from ocr_eval.stats.intervals import Interval, Proportion, at_label_noise, interval, type7, wilson
from ocr_eval.stats.ratios import Stack
from tests.oracles import statistics as oracle
from tests.stacks import HMEAN, PRECISION, RECALL, WORDS, board, hmean, names, stack

MADE: list[list[tuple[int, int, int]]] = [
    [(k % 4, 4, 3 + k % 3) for k in range(25)],
    [((k * 7) % 3, 4, 2 + k % 2) for k in range(25)],
]


def test_quantiles_are_numpys_and_the_slow_twins() -> None:
    draw = np.random.default_rng(1)
    for size in (1, 2, 3, 40, 9999, 10_000):
        values = draw.normal(size=size)
        for p in (0.0, 0.025, 0.3, 0.5, 0.95, 0.975, 1.0):
            assert float(type7(values, p)) == np.quantile(values, p) == oracle.quantile(values.tolist(), p)


def test_quantiles_in_the_tails_of_long_rows_with_many_equal_values() -> None:
    draw = np.random.default_rng(2)
    rows = [draw.integers(0, high, 10_000) / 7 for high in (1, 2, 40, 3000)]
    rows += [
        np.arange(10_000.0),
        np.arange(10_000.0)[::-1],
        np.r_[np.zeros(9999), 1.0],
        np.tile(np.arange(16.0), 625),
    ]
    for values in rows:
        for p in (0.001, 0.0249, 0.025, 0.0499, 0.06, 0.95, 0.975, 0.9999):
            assert float(type7(values, p)) == np.quantile(values, p)
        assert (
            type7(values, np.array([0.025, 0.975])).tolist() == np.quantile(values, [0.025, 0.975]).tolist()
        )


def test_replicates_are_the_slow_twins() -> None:
    found = replicates(stack(*MADE), {"hmean": HMEAN}, seed=77, B=30, chunk=7)["hmean"]
    for k, rows in enumerate(MADE):
        assert found[:, k].tolist() == oracle.bootstrap(rows, hmean, 77, 30)


def test_groups_are_drawn_whole() -> None:
    groups = [f"g{k % 6}" for k in range(25)]
    found = replicates(stack(MADE[0], groups=groups), {"hmean": HMEAN}, seed=77, B=30)["hmean"]
    whole = [
        [row for row, name in zip(MADE[0], groups, strict=True) if name == g] for g in sorted(set(groups))
    ]
    assert found[:, 0].tolist() == oracle.grouped_bootstrap(whole, hmean, 77, 30)


def test_draws_stay_within_their_stratum() -> None:
    strata = ["dark" if k % 3 else "bright" for k in range(25)]
    found = replicates(stack(MADE[0]), {"hmean": HMEAN}, seed=77, B=20, strata=strata)["hmean"]
    assert found[:, 0].tolist() == oracle.stratified_bootstrap(MADE[0], strata, hmean, 77, 20)
    with pytest.raises(ValueError, match="a group lies in two strata"):
        replicates(stack(MADE[0], groups=["one"] * 25), WORDS, seed=0, B=2, strata=strata)


@pytest.mark.parametrize("chunk", [1, 7, 512, 10_000])
def test_chunks_change_no_bit(chunk: int) -> None:
    made = board(4, 40)
    whole = replicates(made, WORDS, seed=5, B=700)
    parts = replicates(made, WORDS, seed=5, B=700, chunk=chunk)
    assert all((parts[name] == whole[name]).all() for name in WORDS)


def test_fewer_replicates_are_the_first_of_more() -> None:
    made = board(3, 40)
    assert (
        replicates(made, WORDS, seed=5, B=300)["hmean"]
        == replicates(made, WORDS, seed=5, B=900)["hmean"][:300]
    ).all()


def test_protocols_share_weights_and_must_share_samples() -> None:
    made, other = board(3, 40), board(2, 40, seed=8)
    together = replicates_together([(made, WORDS), (other, {"recall": RECALL})], seed=5, B=200)
    assert (together[0]["hmean"] == replicates(made, WORDS, seed=5, B=200)["hmean"]).all()
    assert (together[1]["recall"] == replicates(other, WORDS, seed=5, B=200)["recall"]).all()
    assert replicates_together([], seed=5) == []
    with pytest.raises(ValueError, match="different samples"):
        replicates_together([(made, WORDS), (board(2, 41), WORDS)], seed=5)


def code(found: Interval) -> str | None:
    return None if found.notice is None else found.notice.code


def drawn(rows: Sequence[Sequence[int]], formula: Formula) -> Interval:
    made = stack(rows)
    values = replicates(made, {"m": formula}, seed=3, B=400)["m"]
    return intervals(made, formula, values, metric="m")[0]


@pytest.mark.parametrize("formula", [PRECISION, RECALL, HMEAN], ids=["precision", "recall", "hmean"])
def test_everything_right_has_wilsons_lower_end(formula: Formula) -> None:
    found = drawn([(3, 3, 3)] * 30, formula)
    assert found.lo == pytest.approx(90 / (90 + 3.841458820694124), rel=1e-12)
    assert (found.hi, code(found)) == (1.0, "W_DEGENERATE_INTERVAL")
    assert found.notice is not None and "90 in 90" in found.notice.message


@pytest.mark.parametrize("formula", [PRECISION, RECALL, HMEAN], ids=["precision", "recall", "hmean"])
def test_everything_wrong_has_wilsons_upper_end(formula: Formula) -> None:
    found = drawn([(0, 3, 3)] * 30, formula)
    assert found.hi == pytest.approx(3.841458820694124 / (90 + 3.841458820694124), rel=1e-12)
    assert (found.lo, code(found)) == (0.0, "W_DEGENERATE_INTERVAL")


def test_every_sample_half_right_is_no_certainty_either() -> None:
    found = drawn([(1, 2, 2)] * 30, RECALL)
    assert (found.lo, found.hi) == wilson(30, 60)
    assert found.lo is not None and found.hi is not None and found.lo < 0.5 < found.hi


def test_nothing_found_at_all_has_no_wilson_interval() -> None:
    found = drawn([(0, 3, 0)] * 30, PRECISION)  # 0 of 0
    assert (found.lo, found.hi, code(found)) == (None, None, "W_DEGENERATE_INTERVAL")


def test_a_constant_metric_that_is_no_ratio_of_counts_has_no_interval() -> None:
    made = Stack.from_columns(["a"], names(30), {"sum:ned": np.full(30, 0.25)})
    formula = rate("sum:ned", "samples")
    found = intervals(made, formula, replicates(made, {"m": formula}, seed=1, B=50)["m"], metric="m")[0]
    assert (found.lo, found.hi, code(found)) == (None, None, "W_DEGENERATE_INTERVAL")


@pytest.mark.parametrize(("samples", "has"), [(1, False), (2, False), (19, False), (20, True)])
def test_it_takes_twenty_units(samples: int, has: bool) -> None:
    found = drawn([(k % 3, 3, 3) for k in range(samples)], HMEAN)
    assert (found.lo is not None) is has
    assert code(found) == (None if has else "W_FEW_SAMPLES")
    assert has or (found.notice is not None and f"from {samples} samples" in found.notice.message)


def test_groups_are_the_units_that_count() -> None:
    made = stack(MADE[0], groups=[f"g{k % 6}" for k in range(25)])
    found = intervals(made, HMEAN, replicates(made, {"m": HMEAN}, seed=3, B=400)["m"])[0]
    assert found.notice is not None and "from 6 groups" in found.notice.message


def test_a_metric_without_value_and_replicates_without_value() -> None:
    undefined = drawn([(0, 0, 2)] * 30, rate("tp", "n_gt"))
    assert (undefined.lo, code(undefined)) == (None, "W_UNDEFINED")
    rare = drawn([(1, 1, 1)] + [(0, 0, 2)] * 29, rate("tp", "n_gt"))
    assert (rare.lo, code(rare)) == (None, "W_UNDEFINED")
    assert rare.notice is not None and "of 400 replicates" in rare.notice.message


def test_intervals_between_two_last_values_are_not_without_width() -> None:
    """All but a few replicates equal: the quantiles coincide."""
    values = np.ones(1000)
    values[:3] = 0.5
    found = interval(values, 1.0, units=500, proportion=Proportion(500, 500))
    assert (found.lo, found.hi) == wilson(500, 500) and code(found) == "W_DEGENERATE_INTERVAL"


def test_bca_where_its_correction_has_no_value() -> None:
    values = np.linspace(0.4, 0.6, 1000)
    flat, moved = np.full(30, 0.5), np.linspace(0.49, 0.51, 30)
    for estimate, left_out in (
        (0.5, None),
        (0.5, flat),
        (0.9, moved),
        (0.5, np.where(moved < 0.5, np.nan, 1)),
    ):
        found = interval(values, estimate, "bca", units=30, left_out=left_out)
        assert (found.lo, code(found)) == (None, "W_DEGENERATE_INTERVAL")
    assert interval(values, 0.5, "bca", units=30, left_out=moved).lo == pytest.approx(0.405, abs=1e-3)
    with pytest.raises(ValueError, match="kind is 'normal'"):
        interval(values, 0.5, "normal", units=30)


def test_wilsons_interval_by_its_equation() -> None:
    """Both ends solve |p - k/n| = z sqrt(p (1 - p) / n)."""
    for k, n in ((1, 10), (5, 10), (9, 10), (300, 1000)):
        for p in wilson(k, n):
            assert abs(p - k / n) == pytest.approx(1.959963984540054 * math.sqrt(p * (1 - p) / n), rel=1e-12)


def test_runs_of_a_submission_are_drawn_by_its_own_id() -> None:
    runs = [np.arange(200.0)[:, None] + np.array([[0.0, 0.25, 0.5]]), np.zeros((200, 1))]
    both = draw_runs(runs, ["a", "b"], seed=4)
    alone = draw_runs(runs[:1], ["a"], seed=4)
    assert (both[:, 0] == alone[:, 0]).all()
    share = np.unique(both[:, 0] % 1, return_counts=True)[1] / 200
    assert len(share) == 3 and share.min() > 0.2
    digest = 0xCA978112  # SHA-256 of "a"
    words = [oracle.value(oracle.stream(4, 2), b, digest) * 3 >> 32 for b in range(200)]
    assert (both[:, 0] % 1 * 4).tolist() == words


def test_a_system_inside_or_above_the_ceiling_is_at_the_label_noise_limit() -> None:
    ceiling = Interval(0.8, 0.9)
    assert [at_label_noise(v, ceiling) for v in (0.79, 0.8, 0.95)] == [False, True, True]
    assert [at_label_noise(v, ceiling, higher_is_better=False) for v in (0.91, 0.9, 0.1)] == [
        False,
        True,
        True,
    ]
    assert not at_label_noise(1.0, Interval(None, None))
