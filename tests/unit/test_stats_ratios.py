"""Count tables side by side: order, groups, exact sums however large, metrics of totals and of single samples."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from ocr_eval.protocols.formulas import rate
from ocr_eval.stats.bootstrap import replicates
from ocr_eval.stats.ratios import Stack
from ocr_eval.tables.counts import Counts
from tests.stacks import HMEAN, PRECISION, RECALL, TWO_SIDED, counted, names, stack


def test_samples_are_joined_by_id_in_the_order_of_their_bytes() -> None:
    a = counted([(1, 1, 1), (2, 2, 2), (3, 3, 3)], ["img_2", "img_10", "é"])
    b = counted([(5, 5, 5), (4, 4, 4), (6, 6, 6)], ["img_10", "img_2", "é"])
    found = Stack.of({"a": a, "b": b})
    assert found.samples == ("img_10", "img_2", "é")
    assert found.matrix[:, found.columns["tp"].slices[0]].tolist() == [[2, 5], [1, 4], [3, 6]]


def test_a_column_that_all_systems_share_is_stored_once() -> None:
    found = Stack.of({"a": counted([(1, 4, 2)]), "b": counted([(2, 4, 2)])})
    width = {name: column.slices[0].stop - column.slices[0].start for name, column in found.columns.items()}
    assert width == {"samples": 1, "tp": 2, "n_gt": 1, "n_det": 1, "dc_gt": 1, "dc_det": 1}


@pytest.mark.parametrize(
    ("other", "says"),
    [
        (counted([(1, 1, 1)], ["x"]), "b and a do not have the same samples: 00000, x"),
        (counted([(1, 1, 1)] * 2), "b and a do not have the same samples: 00001 stands in one of them only"),
        (Counts.of(("00000",), {"equal": np.ones(1)}), "b and a have different columns"),
        (counted([(1, 1, 1)] * 2, ["00000", "00000"]), "stands twice"),
    ],
    ids=["other_samples", "one_more", "other_protocol", "one_twice"],
)
def test_tables_that_do_not_fit_together_are_refused(other: Counts, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Stack.of({"a": counted([(1, 1, 1)]), "b": other})


def test_an_undefined_metric_is_told_apart_from_zero() -> None:
    found = stack([(0, 0, 0), (0, 0, 3), (0, 2, 0), (1, 2, 1)])
    assert found.each(HMEAN)[:, 0].tolist() == [1.0, 0.0, 0.0, 2 / 3]
    precision = found.each(PRECISION)[:, 0]
    assert np.isnan(precision[[0, 2]]).all() and precision[[1, 3]].tolist() == [0.0, 1.0]
    empty = stack([(0, 0, 0)])
    assert empty.point(HMEAN)[0] == 0.0  # the protocol's own 0/0
    assert np.isnan(empty.point(rate("tp", "n_gt"))[0])
    assert np.isnan(empty.point(rate("n_gt + samples", "n_det"))[0])  # 1/0


def test_a_harmonic_mean_of_two_different_numerators() -> None:
    columns = {"tp_det": [1, 0], "n_det": [2, 0], "tp_gt": [2, 0], "n_gt": [3, 0]}
    found = Stack.from_columns(["a"], names(2), {k: np.array(v) for k, v in columns.items()})
    assert found.point(TWO_SIDED)[0] == (2.0 * 0.5 * (2 / 3)) / (0.5 + 2 / 3)
    assert found.select(np.array([False, True])).point(TWO_SIDED)[0] == 0.0


def test_penalties_that_outweigh_give_zero_and_move_nothing() -> None:
    columns = {"tp": np.array([1, 5]), "penalty": np.array([3, 1]), "chars": np.array([4, 6])}
    found = Stack.from_columns(["a"], names(2), columns)
    floored = rate("tp - penalty", "chars", floor=True)
    assert found.each(floored)[:, 0].tolist() == [0.0, 4 / 6]
    assert found.point(floored)[0] == (6 - 4) / 10
    worse = Stack.from_columns(["a"], names(2), columns | {"penalty": np.array([3, 9])})
    assert worse.point(floored)[0] == 0.0
    assert worse.influence(floored)[:, 0].tolist() == [0.0, 0.0]


def test_sums_are_rounded_half_to_even_at_2_to_the_minus_30() -> None:
    half = 2.0**-31
    values = np.array([half, 3 * half, 0.1, 1.0])
    found = Stack.from_columns(["a"], names(4), {"sum:ned": values})
    assert found.matrix[:, found.columns["sum:ned"].slices[0]].ravel().tolist() == [0, 2, 107374182, 2**30]
    assert found.point(rate("samples - sum:ned", "samples"))[0] == (4 * 2**30 - (2 + 107374182 + 2**30)) / (
        4 * 2**30
    )


@pytest.mark.parametrize("value", [np.nan, np.inf, 2.0**33])
def test_a_sum_that_cannot_be_added_up_exactly_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="sum:ned holds a value"):
        Stack.from_columns(["a"], ["x"], {"sum:ned": np.array([value])})


@pytest.mark.parametrize("largest", [2**20, 2**40, 2**50, 2**61, -(2**61)])
def test_sums_of_any_size_are_exact(largest: int) -> None:
    """Beyond 2^53 in Python integers: compared with fractions, under real weights."""
    from ocr_eval.stats import random32

    draw = np.random.default_rng(3)
    size = 40
    over = np.stack(
        [draw.integers(1, 9, size) + largest // 2, draw.integers(1, 9, size) + largest // 3], axis=1
    )
    under = np.abs(over) + draw.integers(0, 7, (size, 2))
    real = draw.random((size, 2)) * 1000
    columns = {"a": over, "b": under, "sum:c": real}
    found = Stack.from_columns(["x", "y"], names(size), columns)
    formulas = {
        "ratio": rate("2*a", "a + b"),
        "mixed": rate("sum:c", "b"),
        "back": rate("b", "sum:c + samples"),
    }
    values = replicates(found, formulas, seed=9, B=5)
    weights = random32.weights(9, 0, 5, size)
    fixed = np.rint(real * 2.0**30).astype(np.int64)
    for b, k in np.ndindex(5, 2):
        a, d, c = (
            sum(int(w) * int(v) for w, v in zip(weights[b], x[:, k], strict=True))
            for x in (over, under, fixed)
        )
        assert values["ratio"][b, k] == float(Fraction(2 * a, a + d))
        assert values["mixed"][b, k] == float(Fraction(c, d * 2**30))
        assert values["back"][b, k] == float(Fraction(d * 2**30, c + size * 2**30))


def test_groups_are_added_up_and_a_sample_without_one_stands_alone() -> None:
    rows = [(1, 2, 3), (2, 2, 2), (0, 1, 1), (5, 5, 5)]
    found = stack(rows, groups=["b", None, "a", "b"])
    # bytes of the ids: 00001 (its own), a, b
    assert found.groups is not None and found.groups.tolist() == [2, 0, 1, 2]
    assert found.unit_matrix[:, found.columns["tp"].slices[0]].ravel().tolist() == [2, 0, 6]
    assert (found.units, found.unit) == (3, "group")
    assert found.point(HMEAN)[0] == 16 / 21
    table = counted(rows, ["p", "q", "r", "s"])
    by_id = Stack.of({"a": table}, groups={"p": "b", "r": "a", "s": "b"})
    by_place = Stack.of({"a": table}, groups=["b", None, "a", "b"])
    assert by_id.groups is not None and by_place.groups is not None
    assert by_id.groups.tolist() == by_place.groups.tolist() == [1, 2, 0, 1]


def test_a_sample_called_like_a_group_is_not_in_it() -> None:
    found = stack([(1, 1, 1)] * 2, groups=["00001", None])
    assert found.units == 2


def test_selecting_samples_keeps_their_groups_and_order() -> None:
    whole = stack([(1, 2, 3), (2, 2, 2), (0, 1, 1), (5, 5, 5)], groups=["b", "a", "a", "b"])
    part = whole.select(np.array([True, False, False, True]))
    assert part.samples == ("00000", "00003") and part.units == 1
    assert part.point(HMEAN)[0] == 12 / 15


def test_taking_systems_keeps_their_columns() -> None:
    whole = stack([(1, 2, 3), (2, 3, 4)], [(0, 2, 3), (1, 3, 2)], [(2, 2, 2), (3, 3, 3)])
    part = whole.take([2, 0])
    assert part.names == ("00002", "00000")
    assert part.point(HMEAN).tolist() == whole.point(HMEAN)[[2, 0]].tolist() == [1.0, 6 / 12]


@pytest.mark.parametrize("formula", [PRECISION, RECALL, HMEAN], ids=["precision", "recall", "hmean"])
def test_influence_is_how_far_a_sample_moves_the_metric(formula: object) -> None:
    """The derivative, by weighing one sample by 1 + h."""
    draw = np.random.default_rng(5)
    n_gt = draw.integers(1, 9, 30)
    found = stack(np.stack([draw.binomial(n_gt, 0.7), n_gt, n_gt + draw.integers(0, 3, 30)], axis=1).tolist())
    step = 1e-6
    for k in (0, 7, 29):
        up, down = (found.totals[:, 0] + sign * step * found.matrix[k] for sign in (1, -1))
        slope = (found.evaluate(formula, up[:, None]) - found.evaluate(formula, down[:, None]))[0, 0] / (
            2 * step
        )
        assert found.influence(formula)[k, 0] == pytest.approx(30 * slope, abs=1e-6)


def test_influence_of_a_two_sided_hmean() -> None:
    draw = np.random.default_rng(6)
    n_gt, n_det = draw.integers(1, 9, (2, 30))
    columns = {
        "n_gt": n_gt,
        "n_det": n_det,
        "tp_gt": draw.binomial(n_gt, 0.6),
        "tp_det": draw.binomial(n_det, 0.8),
    }
    found = Stack.from_columns(["a"], names(30), columns)
    rows = found.influence(TWO_SIDED)
    assert rows.sum() == pytest.approx(0, abs=1e-12)
    left_out = found.left_out(TWO_SIDED)[:, 0]
    jackknife = (29 / 30 * ((left_out - left_out.mean()) ** 2).sum()) ** 0.5
    assert found.covariance(TWO_SIDED)[0, 0] ** 0.5 == pytest.approx(jackknife, rel=0.05)


def test_influence_where_nothing_moves_or_nothing_is_defined() -> None:
    empty = stack([(0, 0, 0)] * 3)
    assert empty.influence(HMEAN).tolist() == [[0.0]] * 3
    assert np.isnan(empty.influence(rate("tp", "n_gt"))).all()


def test_no_systems_and_no_samples() -> None:
    nothing = Stack.of({})
    assert (nothing.units, nothing.point(rate("samples", "samples")).shape) == (0, (0,))
    blank = Stack.of({"a": counted([])})
    assert blank.point(HMEAN).tolist() == [0.0]
    assert blank.each(HMEAN).shape == (0, 1)
    assert np.isnan(replicates(blank, {"hmean": HMEAN}, seed=0, B=3)["hmean"]).all()
