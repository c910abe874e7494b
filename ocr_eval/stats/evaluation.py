"""The sums that a formula divides -> values, and how far one sample moves them (influence)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocr_eval.protocols.formulas import Formula, Rate, Terms
from ocr_eval.stats.columns import FIXED_BITS

Floats = NDArray[np.float64]


def sides(formula: Formula) -> tuple[Terms, ...]:
    """The sums a formula divides: (over, under), twice for a harmonic mean."""
    rates = (formula,) if isinstance(formula, Rate) else (formula.precision, formula.recall)
    return tuple(side for rate in rates for side in (rate.over, rate.under))


def combine(formula: Formula, parts: Sequence[NDArray[Any]], *, alone: bool = False) -> Floats:
    """The metric from its ``sides``, elementwise; nan where it has no value."""
    if isinstance(formula, Rate):
        over = np.maximum(parts[0], 0) if formula.floor else parts[0]
        return _divide(over, parts[1], formula.alone if alone else formula.empty)
    p = combine(formula.precision, parts[:2], alone=alone)
    r = combine(formula.recall, parts[2:], alone=alone)
    total = p + r
    result: Floats = np.divide(2.0 * p * r, np.where(total == 0, 1.0, total))
    return result


def _divide(over: NDArray[Any], under: NDArray[Any], empty: float | None) -> Floats:
    if over.dtype == object or under.dtype == object:
        over, under = np.broadcast_arrays(_whole(over), _whole(under))
        cells = [
            a / b if b else (np.nan if a or empty is None else empty)
            for a, b in zip(over.flat, under.flat, strict=True)
        ]
        return np.array(cells, np.float64).reshape(over.shape)
    zero = under == 0
    if not zero.any():
        return np.asarray(over / under)
    over, under = np.broadcast_arrays(over, under)
    result = np.full(over.shape, np.nan)
    np.divide(over, under, out=result, where=under != 0)
    if empty is not None:
        result[(under == 0) & (over == 0)] = empty
    return result


def influence(formula: Formula, rows: Sequence[Floats], whole: Sequence[Floats], samples: int) -> Floats:
    """(S, n) contributions from the sides of every sample (S, n) and of all (S, 1)."""
    if isinstance(formula, Rate):
        over, under = whole
        floored = formula.floor & (over < 0)
        over = np.where(floored, 0.0, over)
        some = np.where(under == 0, 1.0, under)
        value = np.where((under == 0) & (over == 0) & (formula.empty is not None), 0.0, over / some)
        moved = np.where((under == 0) | floored, 0.0, (rows[0] - value * rows[1]) / (some / max(samples, 1)))
        undefined = np.isnan(_divide(over, under, formula.empty))
        return np.where(undefined, np.nan, moved)
    p, r = (
        combine(rate, part) for rate, part in ((formula.precision, whole[:2]), (formula.recall, whole[2:]))
    )
    e_p = influence(formula.precision, rows[:2], whole[:2], samples)
    e_r = influence(formula.recall, rows[2:], whole[2:], samples)
    total = np.where(p + r == 0, 1.0, p + r)
    result: Floats = (2.0 * r * r * e_p + 2.0 * p * p * e_r) / (total * total)
    return result


def real(values: NDArray[Any]) -> Floats:
    """A side as float64, rounded where it stands as Python integers."""
    if values.dtype != object:
        return values
    return np.asarray(values / (1 << FIXED_BITS), np.float64)


def _whole(values: NDArray[Any]) -> NDArray[Any]:
    """A side as Python integers in units of 2^-30."""
    if values.dtype == object:
        return values
    scaled = values * 2.0**FIXED_BITS
    return np.array([int(v) for v in scaled.flat], object).reshape(values.shape)
