"""Rounding steps of hidden data, by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest

from ocr_eval.board.model import Value
from ocr_eval.board.rounding import Rounder, decimals_of, rounding_step

ONE_MATCH_IC15 = Fraction(200, 2077 + 2046)  # .0485 points


@pytest.mark.parametrize(
    ("standard_error", "effect", "step"),
    [
        (1.0170543, ONE_MATCH_IC15, "0.1"),  # the worked example: a fifth is .203, twice .0485 is .097
        (5.0, ONE_MATCH_IC15, "1"),  # exactly a fifth is allowed
        (4.9999, ONE_MATCH_IC15, "0.1"),
        (0.3, Fraction(1, 10000), "0.01"),  # a fifth .06
        (0.3, Fraction(51, 10000), "0.1"),  # .01 is less than .0102
        (0.3, Fraction(5, 1000), "0.01"),  # .01 is not less than twice .005
        (0.001, Fraction(0), "0.001"),  # nothing is finer
        (0.0, Fraction(4, 100), "0.1"),  # everything right: the effect decides
        (30.0, Fraction(6, 10), "10"),  # one match moves .6 points: 1 is less than 1.2
        (30.0, Fraction(40), "100"),
        (None, Fraction(0), "1"),  # too few samples for an error
    ],
)
def test_step_follows_noise_and_the_effect_of_one_match(
    standard_error: float | None, effect: Fraction, step: str
) -> None:
    assert rounding_step(standard_error, effect) == Fraction(step)


def test_numbers_become_multiples_of_the_step_halves_to_even() -> None:
    rounder = Rounder.of(Fraction(1, 10))
    assert rounder.decimals == 1
    assert rounder.fraction == 0.001
    assert rounder.number(0.8227019160805239) == 0.823
    assert rounder.number(0.0625) == 0.062  # 62.5 thousandths, exact in binary
    assert rounder.number(0.1875) == 0.188
    assert str(rounder.number(-0.0004)) == "0.0"
    assert rounder.number(None) is None
    assert rounder.value(Value(0.80249, 0.80251, None, "W_FEW_SAMPLES")) == Value(
        0.802, 0.803, None, "W_FEW_SAMPLES"
    )
    assert rounder.probability(0.13579) == 0.14
    assert rounder.probability(0.0001) == 0.0001


def test_exact_numbers_stay_as_they_are() -> None:
    rounder = Rounder.of(None, 3)
    assert rounder.number(0.8227019160805239) == 0.8227019160805239
    assert rounder.probability(0.13579) == 0.13579
    assert (rounder.decimals, rounder.fraction) == (3, None)


@pytest.mark.parametrize(("step", "places"), [("10", 0), ("1", 0), ("0.1", 1), ("0.01", 2), ("0.001", 3)])
def test_decimals_never_promise_more_than_the_step(step: str, places: int) -> None:
    assert decimals_of(Fraction(step)) == places
    assert Rounder.of(Fraction(step), 2).decimals == min(places, 2)
