"""What every interval, test and rank set must satisfy, on generated boards."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_eval.stats.bootstrap import intervals, replicates
from ocr_eval.stats.intervals import interval
from ocr_eval.stats.permutation import pairwise
from ocr_eval.stats.ranks import rank_sets, tie_groups
from ocr_eval.stats.ratios import Stack
from tests.stacks import HMEAN, PRECISION, RECALL, names, stack

FORMULAS = st.sampled_from([PRECISION, RECALL, HMEAN])


@st.composite
def boards(draw: st.DrawFn, least: int = 1, samples: int = 20) -> Stack:
    """Up to five systems on up to 40 samples; empty samples, silent and perfect systems are common."""
    size = draw(st.integers(samples, 40))
    n_gt = draw(st.lists(st.integers(0, 4), min_size=size, max_size=size))
    systems = []
    for _ in range(draw(st.integers(least, 5))):
        kind = draw(st.sampled_from(["any", "any", "any", "perfect", "silent", "wrong"]))
        extra = draw(st.lists(st.integers(0, 3), min_size=size, max_size=size))
        lost = draw(st.lists(st.integers(0, 3), min_size=size, max_size=size))
        rows = {
            "any": [(max(g - a, 0), g, max(g - a, 0) + b) for g, a, b in zip(n_gt, lost, extra, strict=True)],
            "perfect": [(g, g, g) for g in n_gt],
            "silent": [(0, g, 0) for g in n_gt],
            "wrong": [(0, g, 1 + b) for g, b in zip(n_gt, extra, strict=True)],
        }[kind]
        systems.append(rows)
    return stack(*systems)


def drawn(made: Stack, formula: object, replicate_count: int = 200) -> np.ndarray:
    return replicates(made, {"m": formula}, seed=7, B=replicate_count)["m"]


@settings(max_examples=60, deadline=None)
@given(boards(samples=1), FORMULAS)
def test_an_interval_has_width_or_is_absent_with_a_word(made: Stack, formula: object) -> None:
    for found in intervals(made, formula, drawn(made, formula)):
        if found.lo is None or found.hi is None:
            assert found.lo is found.hi is None and found.notice is not None
        else:
            assert np.isfinite([found.lo, found.hi]).all() and found.lo < found.hi


@settings(max_examples=40, deadline=None)
@given(boards(least=2), FORMULAS)
def test_swapping_two_systems_negates_the_difference_and_keeps_p(made: Stack, formula: object) -> None:
    one, other = pairwise(made, formula, [(0, 1), (1, 0)], seed=7, R=99)
    assert other.difference is not None and one.difference == -other.difference
    assert (one.p, one.count, one.differing) == (other.p, other.count, other.differing)
    assert one.p is not None and 0 < one.p <= 1
    values = drawn(made, formula)
    found = interval(values[:, 0] - values[:, 1], one.difference, units=made.units)
    turned = interval(values[:, 1] - values[:, 0], other.difference, units=made.units)
    assert (found.lo is None) == (turned.lo is None)
    if found.lo is not None and found.hi is not None:
        assert turned[:2] == (pytest.approx(-found.hi, abs=1e-15), pytest.approx(-found.lo, abs=1e-15))


@settings(max_examples=40, deadline=None)
@given(boards(), FORMULAS)
def test_identical_rows_have_p_1_and_the_same_set(made: Stack, formula: object) -> None:
    doubled = made.take([*range(len(made.names)), 0])
    copy = len(made.names)
    assert pairwise(doubled, formula, [(0, copy)], seed=7, R=99)[0].p == 1.0
    found = rank_sets(doubled.point(formula), drawn(doubled, formula))
    assert (found.low[0], found.high[0]) == (found.low[copy], found.high[copy])


@settings(max_examples=40, deadline=None)
@given(boards(), FORMULAS)
def test_rank_sets_hold_the_point_rank_and_contradict_nobody(made: Stack, formula: object) -> None:
    x = made.point(formula)
    found = rank_sets(x, drawn(made, formula))
    best = 1 + (x[None, :] > x[:, None]).sum(axis=1)
    worst = (x[None, :] >= x[:, None]).sum(axis=1)
    assert (found.low <= best).all() and (worst <= found.high).all() and (found.low <= found.high).all()
    assert (x[:, None] > x[None, :])[found.rejected].all()  # hence without cycles
    members = {k for group in tie_groups(found.rejected).groups for k in group}
    assert members == set(range(len(x)))


@settings(max_examples=30, deadline=None)
@given(boards(least=2), FORMULAS, st.permutations(range(5)))
def test_the_order_of_systems_changes_nothing(made: Stack, formula: object, order: list[int]) -> None:
    chosen = [k for k in order if k < len(made.names)]
    values = drawn(made, formula)
    turned = made.take(chosen)
    assert (drawn(turned, formula) == values[:, chosen]).all()
    found = rank_sets(made.point(formula), values)
    again = rank_sets(turned.point(formula), values[:, chosen])
    assert (
        again.low.tolist() == found.low[chosen].tolist()
        and again.high.tolist() == found.high[chosen].tolist()
    )
    assert again.critical == found.critical


@settings(max_examples=30, deadline=None)
@given(boards(), FORMULAS, st.data())
def test_samples_and_their_weights_may_be_walked_in_any_order(
    made: Stack, formula: object, data: st.DataObject
) -> None:
    from ocr_eval.stats import random32

    order = np.array(data.draw(st.permutations(range(made.units))))
    weights = random32.weights(7, 0, 50, made.units)
    turned = replace(made, matrix=made.matrix[order])
    assert (turned.add_up(weights[:, order]) == made.add_up(weights)).all()


@settings(max_examples=30, deadline=None)
@given(boards(), FORMULAS)
def test_duplicating_every_sample_keeps_the_point_estimate(made: Stack, formula: object) -> None:
    twice = replace(made, samples=tuple(names(2 * made.units)), matrix=np.repeat(made.matrix, 2, axis=0))
    assert np.array_equal(twice.point(formula), made.point(formula), equal_nan=True)
    alone = made.select(np.ones(made.units, np.bool_))
    assert np.array_equal(alone.each(formula), made.each(formula), equal_nan=True)
