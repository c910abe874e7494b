"""Agreement beyond chance: examples by hand, inputs without a value, and what must not change it."""

from __future__ import annotations

import itertools
import random
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_eval.agreement import text_distances
from ocr_eval.agreement.coefficients import (
    LEVELS,
    NO_UNITS,
    NO_VARIATION,
    NOT_RATED_TWICE,
    alpha,
    cross_table,
    fleiss,
    kappa,
    kappa_variance,
    randolph,
    specific,
)
from ocr_eval.agreement.text_distances import Distribution, separation, text_agreement
from ocr_eval.text.units import graphemes
from tests.oracles import agreement_texts as oracle


def nominal(a: object, b: object) -> Fraction:
    return Fraction(a != b)


def interval(a: int, b: int) -> Fraction:
    return Fraction(a - b) ** 2


def ratio(a: int, b: int) -> Fraction:
    return Fraction(a - b, a + b) ** 2 if a + b else Fraction(0)


UNITS = st.lists(st.lists(st.one_of(st.none(), st.integers(0, 4)), min_size=0, max_size=4), max_size=7)


@settings(max_examples=150, deadline=None)
@given(UNITS, st.randoms(use_true_random=False))
def test_alpha_is_the_sum_over_all_pairs_whatever_the_order(
    units: list[list[int | None]], shuffled: random.Random
) -> None:
    slow = {"nominal": nominal, "ordinal": oracle.ordinal(units), "interval": interval, "ratio": ratio}
    mixed = [shuffled.sample(unit, len(unit)) for unit in shuffled.sample(units, len(units))]
    for level in LEVELS:
        expected = oracle.alpha(units, slow[level])
        found = alpha(units, level)
        assert found.value == (None if expected is None else float(expected))
        assert alpha(mixed, level) == found
    assert (
        alpha([[v if v is None else "edcba"[v] for v in unit] for unit in units]).value == alpha(units).value
    )


def test_krippendorffs_package_gives_the_same_on_random_data() -> None:
    krippendorff = pytest.importorskip("krippendorff")
    drawn = np.random.default_rng(20261122)
    for _ in range(20):
        table = drawn.integers(1, 6, (int(drawn.integers(2, 6)), int(drawn.integers(5, 60)))).astype(float)
        table[drawn.random(table.shape) < 0.3] = np.nan
        units = [[None if np.isnan(v) else int(v) for v in unit] for unit in table.T]
        for level in LEVELS:
            expected = krippendorff.alpha(reliability_data=table, level_of_measurement=level)
            assert alpha(units, level).value == pytest.approx(expected, abs=1e-12), level


def test_alpha_that_has_no_value_says_why() -> None:
    for level in LEVELS:
        constant, alone = (
            alpha([[1, 1], [1, 1, None]], level),
            alpha([[1, None], [2], [], [None, None]], level),
        )
        assert (constant.value, constant.reason, constant.units, constant.values) == (
            None,
            NO_VARIATION,
            2,
            4,
        )
        assert (alone.value, alone.reason, alone.units) == (None, NOT_RATED_TWICE, 0)
    assert alpha([]).reason == NOT_RATED_TWICE


def test_a_unit_that_one_annotator_saw_is_left_out() -> None:
    assert alpha([[1, 1], [2, 2], [1, 2], [3, None]]) == alpha([[1, 1], [2, 2], [1, 2]])


@pytest.mark.parametrize(
    ("units", "level"),
    [([["a", "b"]], "interval"), ([[1.0, float("nan")]], "ordinal"), ([[-1, 2]], "ratio"), ([], "x")],
)
def test_values_that_a_level_cannot_take_are_refused(units: list[list[object]], level: str) -> None:
    with pytest.raises(ValueError):
        alpha(units, level)


def test_kappa_by_hand() -> None:
    # 20 + 15 of 50 agree; margins 25/25 and 30/20: chance (25 * 30 + 25 * 20) / 2500 = 1/2
    found = kappa([[20, 5], [10, 15]])
    assert found.value == pytest.approx((35 / 50 - 0.5) / (1 - 0.5), abs=1e-15)
    assert (found.units, found.observed, found.expected) == (50, 15 / 50, 0.5)
    assert kappa([[3, 0], [0, 0]]).reason == NO_VARIATION and kappa_variance([[3, 0], [0, 0]]) is None
    assert kappa([[0, 0], [0, 0]]).reason == NO_UNITS == kappa([]).reason
    assert kappa_variance([]) is None
    assert kappa([[0, 0, 1], [0, 1, 0], [1, 0, 0]], "quadratic").value == -1.0
    assert kappa([[4, 0], [0, 4]]).value == 1.0


@pytest.mark.parametrize(
    ("table", "weights"), [([[1, 2]], None), ([[1, -1], [0, 1]], None), ([[1]], "cubic")]
)
def test_a_table_that_is_none_is_refused(table: list[list[int]], weights: str | None) -> None:
    with pytest.raises(ValueError):
        kappa(table, weights)


def test_cross_tables_hold_every_category_once() -> None:
    assert cross_table("abca", "abcc") == (("a", "b", "c"), ((1, 0, 1), (0, 1, 0), (0, 0, 1)))
    assert cross_table([True], [False], [False, True, None])[1] == ((0, 0, 0), (1, 0, 0), (0, 0, 0))
    with pytest.raises(ValueError, match="none of the categories"):
        cross_table("ab", "ax", "ab")
    with pytest.raises(ValueError):
        cross_table("ab", "a")


def test_several_ratings_per_unit_in_a_table() -> None:
    # two units, three ratings: (3, 0) agrees fully, (1, 2) on 1 of 3 pairs; shares 4/6 and 2/6
    seen, chance = (1 + 1 / 3) / 2, (4 / 6) ** 2 + (2 / 6) ** 2
    assert fleiss([[3, 0], [1, 2]]).value == pytest.approx((seen - chance) / (1 - chance), abs=1e-15)
    assert randolph([[3, 0], [1, 2]]).value == pytest.approx((seen - 0.5) / 0.5, abs=1e-15)
    assert fleiss([[3, 0], [3, 0]]).reason == NO_VARIATION == randolph([[3], [3]]).reason
    assert fleiss([[1, 0], [0, 1]]).reason == NOT_RATED_TWICE == randolph([]).reason
    with pytest.raises(ValueError, match="equally often"):
        fleiss([[3, 0], [1, 1]])


def test_specific_agreement() -> None:
    assert specific(20, 5, 10, 15) == (2 * 20 / 55, 2 * 15 / 45)
    assert specific(2027, 50, 26).positive == 2 * 2027 / (2077 + 2053)
    assert specific(0, 0, 0, 3) == (None, 1.0) and specific(0, 1, 0) == (0.0, 0.0)


TEXTS = st.lists(st.lists(st.one_of(st.none(), st.text("abé", max_size=3)), max_size=4), max_size=6)


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_text_agreement_is_the_sum_over_all_pairs_of_texts(units: list[list[str | None]]) -> None:
    found, expected = text_agreement(units), oracle.alpha(units, oracle.ned)
    assert found.alpha.value == (None if expected is None else float(expected))
    assert found.nominal.value == alpha(units).value
    kept = [[text for text in unit if text is not None] for unit in units]
    pool = [text for unit in kept if len(unit) > 1 for text in unit]
    chance = sorted(oracle.ned(a, b) for a, b in itertools.permutations(pool, 2))
    listed = zip(found.expected.distances, found.expected.weights, strict=True)
    assert [distance for distance, weight in listed for _ in range(weight)] == chance


def test_blocks_and_limits_change_nothing_but_the_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = random.Random(7)
    words = ["".join(drawn.choices("abcd", k=drawn.randint(0, 9))) for _ in range(120)]
    units = list(itertools.pairwise(words))
    whole = text_agreement(units)
    for block in (500, 50):  # many blocks; also too small for a table of 10 edits by 10 lengths
        monkeypatch.setattr(text_distances, "_BLOCK", block)
        assert text_agreement(units) == whole
    monkeypatch.setattr(text_distances, "DISTINCT_LIMIT", 10)
    monkeypatch.setattr(text_distances, "SAMPLED", 20_000)
    sampled = text_agreement(units, seed=3)
    assert sampled.sampled == 20_000 and whole.sampled == 0 == whole.sampling_error
    assert 0 < sampled.sampling_error < 0.005
    assert sampled.alpha.value == pytest.approx(whole.alpha.value, abs=5 * sampled.sampling_error)
    assert sampled == text_agreement(units[::-1], seed=3) != text_agreement(units, seed=4)


def test_long_texts_are_sampled_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_distances, "WORK_LIMIT", 10_000)
    found = text_agreement([("ab" * 500 + str(k), "ba" * 500 + str(k % 3)) for k in range(9)])
    assert found.sampled == 1000 and found.alpha.value is not None


def test_texts_without_a_coefficient() -> None:
    same, none = text_agreement([("a", "a"), ("a", "a")]), text_agreement([("a", None)])
    assert (same.alpha.reason, none.alpha.reason) == (NO_VARIATION, NOT_RATED_TWICE)
    assert same.separation.ks == 0.0 and same.separation.at is None
    assert none.separation == (None, None, None, None) and none.distinct == 0
    assert text_agreement([("", ""), ("a", "a")]).alpha.value == 1.0  # two empty texts are equal


def test_graphemes_count_as_one_unit() -> None:
    flag, other = "\U0001f1f0\U0001f1f7", "\U0001f1f0\U0001f1ea"  # two code points each, the first shared
    units = [("a" + flag, "a" + other), ("b", "b")]
    assert text_agreement(units).alpha.observed == pytest.approx((1 / 3 + 0) / 2)
    assert text_agreement(units, split=graphemes).alpha.observed == pytest.approx((1 / 2 + 0) / 2)


def test_separation_by_hand() -> None:
    observed, expected = (
        Distribution.of({0.0: 3, 0.5: 1, 0.9: 0}),
        Distribution.of({0.25: 1, 0.5: 9, 1.0: 10}),
    )
    # leads: 3/4 - 0 at 0; 3/4 - 1/20 at .25; 1 - 1/2 at .5
    assert separation(observed, expected) == (3 / 4, 0.0, 3 / 4, 0.25)
    assert separation(expected, observed) == (0.0, None, 0.0, 0.0)
    assert observed.histogram(2) == [3, 1] and expected.histogram(2) == [1, 19]
