"""A hidden data set's noise -> the step its published numbers are rounded to, so that no single match shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from ocr_eval.board.model import Value

STEPS = (Fraction(1), Fraction(1, 10), Fraction(1, 100), Fraction(1, 1000))  # points, coarsest first


def rounding_step(standard_error: float | None, effect: Fraction | float) -> Fraction:
    """The step in points. Both arguments in points: the headline metric's standard error, and what one match moves.

    The largest of 1, .1, .01, .001 that is at most a fifth of the standard error; if that is less than twice the
    effect, the next larger power of ten until it is not (10 and more on very small test sets). Without a standard
    error: the coarsest step.
    """
    step = STEPS[0]
    if standard_error is not None:
        fifth = Fraction(standard_error) / 5
        step = next((s for s in STEPS if s <= fifth), STEPS[-1])
    while step < 2 * Fraction(effect):
        step *= 10
    return step


def decimals_of(step: Fraction) -> int:
    """Decimals of a percent value in multiples of ``step``."""
    return next(places for places in range(4) if step * 10**places >= 1)


@dataclass(frozen=True, slots=True)
class Rounder:
    """Rounds fractions for one audience. ``step`` in points (None: exact), ``decimals`` of a percent value."""

    step: Fraction | None = None
    decimals: int = 2

    @classmethod
    def of(cls, step: Fraction | None, decimals: int = 2) -> Rounder:
        """Decimals as asked, but never more than the step has."""
        return cls(step, decimals if step is None else min(decimals, decimals_of(step)))

    @property
    def fraction(self) -> float | None:
        """The step as a fraction of 1; None: exact."""
        return None if self.step is None else float(self.step / 100)

    def number(self, value: float | None) -> float | None:
        """The nearest multiple of the step, halves to even; never -0."""
        if value is None or self.step is None:
            return value
        unit = self.step / 100
        return float(round(Fraction(value) / unit) * unit) + 0.0

    def value(self, value: Value) -> Value:
        """A value with its interval."""
        if self.step is None:
            return value
        return replace(
            value, value=self.number(value.value), lo=self.number(value.lo), hi=self.number(value.hi)
        )

    def values(self, values: Mapping[str, Value]) -> dict[str, Value]:
        """All metrics of a row."""
        return {name: self.value(value) for name, value in values.items()}

    def probability(self, p: float) -> float:
        """A p-value: exact, or its two leading digits."""
        return p if self.step is None else float(f"{p:.1e}")
