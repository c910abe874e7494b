"""Krippendorff's alpha against the package of that name, and its memory as units and values grow."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from ocr_eval.agreement.coefficients import alpha
from tests.bench.conftest import Race
from tests.bench.inputs import Ratings


def made_up(units: int, values: int) -> Ratings:
    """Two raters who give the same value seven times in ten."""
    draw = np.random.default_rng(5)
    first = draw.integers(0, values, units)
    second = np.where(draw.random(units) < 0.7, first, draw.integers(0, values, units))
    return Ratings(np.array([first, second]))


def ours(inputs: Ratings) -> float:
    found = alpha(inputs.values.T.tolist()).value
    assert found is not None
    return found


def test_nominal_alpha_of_two_raters(race: Race) -> None:
    inputs = made_up(500, 100)
    race(
        "nominal alpha of 2 raters, 500 units, 100 values",
        "alpha: krippendorff",
        inputs,
        lambda: ours(inputs),
        reach=100,
        inside="both: a table of values to one number; ours in rationals, from lists made of it",
        engine="Python",
    )


@pytest.mark.parametrize("values", [100, 2000])
def test_memory_is_linear_in_units_and_values(values: int) -> None:
    """The package needs units x values² numbers: 4 GB at 2 000 x 300."""
    inputs = made_up(2000, values)
    tracemalloc.start()
    ours(inputs)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2000 * (2000 + values)
