"""Count columns per image -> figures: a value with its n and interval, or without either and the reason.

Resampled are images, or documents where they are known; never words. The weights are those of all figures of a run, so
differences between figures are paired.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ocr_eval.protocols.formulas import Formula, Rate
from ocr_eval.stats import bootstrap
from ocr_eval.stats.intervals import FEWEST_UNITS, Interval, interval
from ocr_eval.stats.power import deviation
from ocr_eval.stats.ratios import Stack

Floats = NDArray[np.float64]
NO_INSTANCES = "no instances"
TOO_FEW = f"too few images, an interval takes {FEWEST_UNITS}"


class Figure(NamedTuple):
    """One number. ``value`` is None exactly where ``reason`` says why it is not defined.

    ``no_interval`` says why a defined value has none. ``sd`` is the standard deviation of the contributions of single
    images (of documents, where those are resampled): what ``plan`` asks for. ``design_effect`` compares the variance of
    the resampled value with that of n independent draws.
    """

    value: float | None
    n: int
    interval: tuple[float, float] | None = None
    reason: str | None = None
    no_interval: str | None = None
    sd: float | None = None
    design_effect: float | None = None

    def to_json(self) -> dict[str, Any]:
        """JSON-ready; the keys that do not apply to a figure are left out, ``value``, ``n``, ``interval`` never are."""
        row: dict[str, Any] = {
            "value": self.value,
            "n": self.n,
            "interval": None if self.interval is None else list(self.interval),
        }
        extra = {
            "reason": self.reason or self.no_interval,
            "sd": self.sd,
            "design_effect": self.design_effect,
        }
        return row | {name: value for name, value in extra.items() if value is not None}


def undefined(reason: str, n: int = 0) -> Figure:
    """A figure without value."""
    return Figure(None, n, reason=reason)


def plain(
    value: float | None, n: int, *, reason: str = NO_INSTANCES, no_interval: str = "not resampled"
) -> Figure:
    """A figure that has no interval by nature."""
    if value is None:
        return undefined(reason, n)
    return Figure(value, n, no_interval=no_interval)


@dataclass(frozen=True, eq=False)
class Figures:
    """Every formula for every system of a stack; ``systems`` are pairs of annotators, rounds, slices."""

    stack: Stack
    formulas: Mapping[str, Formula]
    seed: int
    reasons: Mapping[str, str]  # formula -> why it is undefined where it is 0/0
    words: Mapping[str, str] = field(default_factory=dict)  # formula of a proportion -> column of its n

    @cached_property
    def drawn(self) -> dict[str, Floats]:
        """Formula -> (B, S) resampled values, nan where one has none; from the same weights in every run of a seed."""
        if self.stack.units < FEWEST_UNITS:
            return {name: np.full((0, len(self.stack.names)), np.nan) for name in self.formulas}
        return bootstrap.replicates(self.stack, self.formulas, seed=self.seed)

    def figure(self, system: int, name: str) -> Figure:
        """One formula of one system."""
        formula = self.formulas[name]
        value = float(self.stack.point(formula)[system])
        n = self.denominator(system, formula)
        if math.isnan(value):
            return undefined(self.reasons.get(name, NO_INSTANCES), n)
        spread = deviation(self.stack.unit_influence(formula)[:, system]) if self.stack.units > 1 else None
        drawn = self.drawn[name][:, system]
        if not len(drawn):
            return Figure(value, n, None, None, TOO_FEW, spread)
        proportion = bootstrap.proportion(self.stack, formula, system)
        found = interval(
            drawn, value, units=self.stack.units, metric=name, unit=self.stack.unit, proportion=proportion
        )
        ends, why = ends_of(found)
        effect = design_effect(drawn, value, self._words(system, name)) if proportion is not None else None
        return Figure(value, n, ends, None, why, spread, effect)

    def row(self, system: int) -> dict[str, Figure]:
        """All formulas of one system."""
        return {name: self.figure(system, name) for name in self.formulas}

    def mean(self, name: str, systems: Sequence[int] | None = None) -> Figure:
        """The mean over systems that have a value, with the interval of that mean."""
        points = self.stack.point(self.formulas[name])
        chosen = [k for k in (range(len(points)) if systems is None else systems) if not np.isnan(points[k])]
        if not chosen:
            return undefined(self.reasons.get(name, NO_INSTANCES))
        value = math.fsum(points[chosen].tolist()) / len(chosen)
        n = sum(self.denominator(k, self.formulas[name]) for k in chosen)
        drawn = self.drawn[name][:, chosen]
        if not len(drawn):
            return Figure(value, n, no_interval=TOO_FEW)
        found = interval(drawn.mean(axis=1), value, units=self.stack.units, metric=name, unit=self.stack.unit)
        ends, why = ends_of(found)
        return Figure(value, n, ends, None, why)

    def _words(self, system: int, name: str) -> int:
        column = self.words.get(name)
        if column is None:
            return self.denominator(system, self.formulas[name])
        return self.denominator(system, Rate((), ((column, 1),)))

    def denominator(self, system: int, formula: Formula) -> int:
        """What the value divides by, over all images; of a harmonic mean, what its recall divides by."""
        formula = formula if isinstance(formula, Rate) else formula.recall
        under = self.stack.linear(formula.under, self.stack.totals)[:, 0]
        return int(np.broadcast_to(under, len(self.stack.names))[system])


def ends_of(found: Interval) -> tuple[tuple[float, float] | None, str | None]:
    """(both ends or None, why there are none) of an interval."""
    if found.lo is None or found.hi is None:
        return None, "no interval" if found.notice is None else found.notice.message
    return (found.lo, found.hi), None


def design_effect(drawn: Floats, value: float, n: int) -> float | None:
    """Variance of the resampled value over p (1 - p) / n; None where that is 0."""
    if not 0 < value < 1 or not n or np.isnan(drawn).any():
        return None
    return float(drawn.var()) / (value * (1 - value) / n)
