"""Influence of samples -> the smallest difference a dataset can resolve, and how many samples a width needs."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from ocr_eval.protocols.formulas import Formula
from ocr_eval.stats.evaluation import Floats
from ocr_eval.stats.intervals import LEVEL, normal_quantile, tails
from ocr_eval.stats.ratios import Stack
from ocr_eval.stats.tables import byte_order

POWER = 0.80


def standard_error(influence: Floats, samples: int) -> float:
    """Of a metric (or a difference) from contributions per unit (units,); ``samples`` in all. ddof 1, exactly added up.

    Zero from a single unit.
    """
    units = len(influence)
    if units < 2:
        return 0.0
    values = influence.tolist()
    mean = math.fsum(values) / units
    squares = math.fsum((value - mean) ** 2 for value in values)
    return math.sqrt(squares * units / (units - 1)) / samples


def minimal_detectable_difference(
    stack: Stack,
    formula: Formula,
    *,
    higher_is_better: bool = True,
    level: float = LEVEL,
    power: float = POWER,
) -> float | None:
    """The difference between neighbours that a test at 1 - level finds with probability ``power``.

    From the median standard error of the differences of neighbours in score order (equal scores by name). None with
    fewer than two systems that have a value, or fewer than two units.
    """
    errors = neighbour_errors(stack, formula, higher_is_better=higher_is_better)
    if not errors or stack.units < 2:
        return None
    z = normal_quantile(tails(level)[1]) + normal_quantile(power)
    ordered, middle = sorted(errors), len(errors) // 2
    median = ordered[middle] if len(errors) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
    return z * median


def neighbour_errors(stack: Stack, formula: Formula, *, higher_is_better: bool = True) -> list[float]:
    """Standard errors of the differences of neighbours, best first; systems without a value are left out."""
    order = score_order(stack, formula, higher_is_better=higher_is_better)
    rows = stack.unit_influence(formula)
    return [standard_error(rows[:, a] - rows[:, b], len(stack.samples)) for a, b in pairwise(order)]


def score_order(stack: Stack, formula: Formula, *, higher_is_better: bool = True) -> list[int]:
    """Systems that have a value, best first, equal scores by the bytes of their names."""
    point = stack.point(formula)
    sign = -1.0 if higher_is_better else 1.0
    valued = np.flatnonzero(~np.isnan(point)).tolist()
    return sorted(valued, key=lambda k: (sign * float(point[k]), byte_order(stack.names[k])))


def deviation(influence: Floats) -> float:
    """Standard deviation of the contributions of a pilot's samples (n,), ddof 1: what ``samples_needed`` asks for."""
    return standard_error(influence, 1) / math.sqrt(len(influence)) if len(influence) else 0.0


def samples_needed(deviation: float, half_width: float, level: float = LEVEL) -> int:
    """How many samples like a pilot's give an interval of this half-width. Raises ValueError for a width of 0."""
    if not half_width > 0:
        raise ValueError(f"a half-width is above 0, not {half_width:g}")
    return math.ceil((normal_quantile(tails(level)[1]) * deviation / half_width) ** 2)
