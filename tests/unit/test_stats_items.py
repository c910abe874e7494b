"""Test-set health, detectable differences and rank correlation on tiny boards worked by hand."""

from __future__ import annotations

import math
from itertools import permutations

import numpy as np
import pytest

from ocr_eval.stats.bootstrap import replicates
from ocr_eval.stats.correlation import (
    correlation_interval,
    midranks,
    movers,
    pearson,
    spearman,
    tau_b,
    tau_b_rows,
    weighted_tau,
)
from ocr_eval.stats.items import care_samples, items, separating
from ocr_eval.stats.power import (
    deviation,
    minimal_detectable_difference,
    neighbour_errors,
    samples_needed,
    score_order,
    standard_error,
)
from tests.oracles import statistics as oracle
from tests.stacks import HMEAN, RECALL, WORDS, board, stack

# Four samples: everybody right, everybody wrong, one that tells systems apart, one without care gt.
A = [(2, 2, 2), (0, 1, 1), (2, 2, 2), (0, 0, 0)]
B = [(2, 2, 2), (0, 1, 1), (1, 2, 2), (0, 0, 1)]
C = [(2, 2, 2), (0, 1, 1), (0, 2, 2), (0, 0, 0)]


def test_saturated_unsolved_and_without_care_gt() -> None:
    made = stack(A, B, C)
    found = items(made, HMEAN, care=care_samples(made, WORDS, "hmean"))
    assert found.care.tolist() == [True, True, True, False]
    assert found.saturated.tolist() == [True, False, False, False]
    assert found.unsolved.tolist() == [False, True, False, False]
    assert found.difficulty.tolist() == [1.0, 0.0, (1 + 0.5 + 0) / 3, (1 + 0 + 1) / 3]
    assert found.systems == ("00000", "00001", "00002")  # best first
    assert found.row(1)["discrimination"] is None  # all equal there


def test_discrimination_is_the_correlation_with_the_other_samples() -> None:
    made = board(6, 12)
    found = items(made, HMEAN, care=care_samples(made, WORDS, "hmean"))
    each, order = made.each(HMEAN), [int(name) for name in found.systems]
    for k in range(12):
        rest = made.select(np.arange(12) != k).point(HMEAN)
        if each[k].min() < each[k].max():
            expected = np.corrcoef(each[k, order], rest[order])[0, 1]
            assert found.discrimination[k] == pytest.approx(expected, abs=1e-12)
        else:
            assert math.isnan(found.discrimination[k])


def test_only_the_best_systems_are_asked() -> None:
    made = stack(A, B, C)
    found = items(made, HMEAN, care=care_samples(made, WORDS, "hmean"), top=2)
    assert found.systems == ("00000", "00001") and found.difficulty[2] == (1 + 0.5) / 2
    nobody = made.take([])
    assert not items(nobody, HMEAN, care=np.ones(4, np.bool_)).saturated.any()


def test_lower_is_better_saturates_at_zero() -> None:
    found = items(stack(A, C), RECALL, care=np.ones(4, np.bool_), higher_is_better=False)
    assert (found.saturated.tolist(), found.unsolved.tolist()) == (
        [False, True, False, False],
        [True, False, False, False],
    )


def test_the_sample_that_separates_two_systems_comes_first() -> None:
    found = separating(stack(A, C), HMEAN, 0, 1)
    assert found[0].sample == "00002" and found[0].value > 0
    turned = separating(stack(A, C), HMEAN, 1, 0)
    assert turned[-1] == found[0]._replace(value=-found[0].value)
    assert separating(stack(A, C), HMEAN, 1, 0, higher_is_better=False)[0].sample == "00002"


def test_standard_errors_are_exact_and_need_two_units() -> None:
    values = np.array([1e16, 1.0, -1e16, 3.0])
    assert standard_error(values, 4) == pytest.approx(1e16 * math.sqrt(2 * 4 / 3) / 4)
    assert standard_error(np.array([1.0]), 1) == 0.0
    assert deviation(np.array([1.0, 2.0, 3.0, 4.0])) == pytest.approx(np.std([1, 2, 3, 4], ddof=1))


def test_the_detectable_difference_is_a_median_over_neighbours() -> None:
    made = board(4, 50)
    errors = neighbour_errors(made, HMEAN)
    assert len(errors) == 3
    assert minimal_detectable_difference(made, HMEAN) == pytest.approx(
        2.8015852181 * sorted(errors)[1], rel=1e-10
    )
    two = minimal_detectable_difference(made.take([0, 1, 2]), HMEAN)
    assert two == pytest.approx(
        2.8015852181 * sum(neighbour_errors(made.take([0, 1, 2]), HMEAN)) / 2, rel=1e-10
    )
    assert minimal_detectable_difference(made.take([0]), HMEAN) is None
    assert minimal_detectable_difference(stack([(1, 2, 2)], [(2, 2, 2)]), HMEAN) is None


def test_equal_scores_stand_by_name() -> None:
    assert score_order(stack(B, A, A, B), HMEAN) == [1, 2, 0, 3]
    assert score_order(stack(B, A, A, B), HMEAN, higher_is_better=False) == [0, 3, 1, 2]


@pytest.mark.parametrize(("half_width", "samples"), [(0.01, 1019), (0.02, 255), (0.03, 114), (0.05, 41)])
def test_samples_needed_for_a_width(half_width: float, samples: int) -> None:
    assert samples_needed(0.1628, half_width) == samples  # .163, unrounded


def test_a_width_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="a half-width is above 0"):
        samples_needed(0.1, 0.0)


def test_tau_b_of_every_order_of_four_with_ties() -> None:
    x = [1.0, 2.0, 2.0, 3.0]
    for y in permutations([0.1, 0.2, 0.2, 0.4]):
        assert tau_b(x, y) == pytest.approx(oracle.tau_b(x, y), abs=1e-15)


def test_correlation_of_constant_scores_is_undefined() -> None:
    for coefficient in (tau_b, weighted_tau, spearman):
        assert coefficient([1, 1, 1], [1, 2, 3]) is None
        assert coefficient([], []) is None
        assert coefficient([1, 2, 3], [1, 2, 3]) == pytest.approx(1.0)
        assert coefficient([1, 2, 3], [3, 2, 1]) == pytest.approx(-1.0)
    assert pearson(midranks([1, 1]), midranks([1, 2])) is None


def test_tau_over_replicates_and_its_interval() -> None:
    made = board(6, 60, gap=0.2)
    values = replicates(made, WORDS, seed=2, B=150)
    x, y = values["precision"], values["recall"]
    rows = tau_b_rows(x, y)
    for b in range(0, 150, 10):
        assert rows[b] == pytest.approx(oracle.tau_b(x[b].tolist(), y[b].tolist()), abs=1e-15)
    found = correlation_interval(x, y, 0.5, units=60)
    assert found.lo is not None and found.hi is not None and -1 <= found.lo < found.hi <= 1
    for coefficient in (spearman, weighted_tau):
        found = correlation_interval(x, y, 0.5, units=60, coefficient=coefficient)
        assert found.lo is not None and found.hi is not None and -1 <= found.lo < found.hi <= 1 + 1e-12


def test_the_largest_move_first() -> None:
    found = movers(["a", "b", "c"], [0.9, 0.8, 0.7], [0.5, 0.6, 0.7])
    assert [tuple(move) for move in found] == [("a", 1, 3), ("c", 3, 1), ("b", 2, 2)]
    assert movers(["a", "b"], [1, 2], [1, 1], higher_is_better=False)[0] == ("b", 2, 1)
