"""Many systems on one test set -> its samples: which are saturated, unsolved, which tell good systems from bad ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ocr_eval.protocols.formulas import Formula, Rate
from ocr_eval.stats.evaluation import Floats
from ocr_eval.stats.power import score_order
from ocr_eval.stats.ratios import Stack

TOP = 25


@dataclass(frozen=True, eq=False)
class Items:
    """One entry per sample (n,). ``difficulty`` is the mean metric over the systems, nan where one has no value."""

    samples: tuple[str, ...]
    systems: tuple[str, ...]  # those looked at, best first
    care: NDArray[np.bool_]  # the gt holds something to find; only these are judged
    difficulty: Floats
    discrimination: Floats  # correlation with the metric on all other samples; nan where undefined
    saturated: NDArray[np.bool_]
    unsolved: NDArray[np.bool_]

    def row(self, k: int) -> dict[str, object]:
        """A sample as a JSON-ready dictionary; None for what has no value."""
        difficulty, discrimination = float(self.difficulty[k]), float(self.discrimination[k])
        return {
            "sample": self.samples[k],
            "care": bool(self.care[k]),
            "difficulty": None if np.isnan(difficulty) else difficulty,
            "discrimination": None if np.isnan(discrimination) else discrimination,
            "saturated": bool(self.saturated[k]),
            "unsolved": bool(self.unsolved[k]),
        }


class Separating(NamedTuple):
    """A sample and by how much it speaks for the first system: the difference of influences, in units of the metric."""

    sample: str
    value: float


def items(
    stack: Stack,
    formula: Formula,
    *,
    care: NDArray[np.bool_],
    higher_is_better: bool = True,
    top: int = TOP,
) -> Items:
    """The health of a test set over the best ``top`` systems. ``care`` (n,): see ``care_samples``.

    Saturated: every system is perfect (1, or 0 where lower is better) on the sample; unsolved: every system has 0 (or 1
    and above).
    """
    order = score_order(stack, formula, higher_is_better=higher_is_better)[:top]
    chosen = stack.take(order)
    each = chosen.each(formula)
    best, worst = (each >= 1, each <= 0) if higher_is_better else (each <= 0, each >= 1)
    some = bool(order)
    return Items(
        stack.samples,
        chosen.names,
        care,
        each.mean(axis=1) if some else np.full(len(each), np.nan),
        _discrimination(each, chosen.left_out(formula)),
        care & best.all(axis=1) & some,
        care & worst.all(axis=1) & some,
    )


def care_samples(stack: Stack, formulas: Mapping[str, Formula], metric: str) -> NDArray[np.bool_]:
    """(n,) samples whose gt holds something to find: where recall has a denominator, else where the metric has."""
    formula = formulas.get("recall", formulas[metric])
    rates = (formula,) if isinstance(formula, Rate) else (formula.precision, formula.recall)
    under = stack.linear(rates[-1].under, stack.matrix.T)
    return np.asarray((under > 0).any(axis=0), np.bool_)


def separating(
    stack: Stack, formula: Formula, a: int, b: int, *, higher_is_better: bool = True
) -> list[Separating]:
    """Every sample by how much it speaks for system a over b, most first; equal ones in canonical order.

    The list from its end holds the samples that speak for b. Empty when a metric has no value.
    """
    pair = stack.take([a, b])
    rows = pair.influence(formula) * (1.0 if higher_is_better else -1.0)
    values = rows[:, 0] - rows[:, 1]
    if np.isnan(values).any():
        return []
    order = np.argsort(-values, kind="stable").tolist()
    return [Separating(stack.samples[k], float(values[k])) for k in order]


def _discrimination(each: Floats, others: Floats) -> Floats:
    """(n,) Pearson's correlation over systems of (n, M) and (n, M); nan where a side is constant or has no value."""
    result = np.full(len(each), np.nan)
    if each.shape[1] < 2:
        return result
    varied = (each.min(axis=1) < each.max(axis=1)) & (others.min(axis=1) < others.max(axis=1))
    a = each[varied] - each[varied].mean(axis=1, keepdims=True)
    b = others[varied] - others[varied].mean(axis=1, keepdims=True)
    scale = np.sqrt((a * a).sum(axis=1) * (b * b).sum(axis=1))
    found = np.divide((a * b).sum(axis=1), scale, out=np.full(len(a), np.nan), where=scale > 0)
    result[varied] = np.clip(found, -1.0, 1.0)
    return result
