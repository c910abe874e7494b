"""Decided items -> what share of labels at a rank was wrong: the only probability an audit gives.

A posterior learned from injected errors is no probability: systematic errors of checkers look like wrong labels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ocr_eval.audit.candidates import Floats
from ocr_eval.audit.reliability import monotone

DECIDED, OF_EACH = 100, 20  # decisions in all, and of each verdict, below which there is no calibration


@dataclass(frozen=True, eq=False)
class Calibration:
    """Steps of a curve: from ``score`` (share of the ranking) on, the probability is ``value``."""

    score: Floats  # (steps,) rising
    value: Floats  # (steps,)
    decided: Floats  # (steps,) decisions in the step
    wrong: Floats  # (steps,) of them labels that were wrong

    @classmethod
    def of(cls, score: Floats, wrong: Floats) -> Calibration | None:
        """From the scores of decided items and 1.0 where the label was wrong; None when they are too few."""
        bad = int(wrong.sum())
        if len(score) < DECIDED or min(bad, len(score) - bad) < OF_EACH:
            return None
        fitted = monotone(score, wrong)
        order = np.argsort(score, kind="stable")
        values = fitted[order]
        first = np.flatnonzero(np.concatenate([[True], np.diff(values) != 0]))
        step = np.searchsorted(first, np.arange(len(order)), side="right") - 1
        return cls(
            score[order][first],
            values[first],
            np.bincount(step).astype(np.float64),
            np.bincount(step, wrong[order]).astype(np.float64),
        )

    def probability(self, score: Floats) -> Floats:
        """(n,) the value of the last step at or below each score, the first one's before it."""
        place = np.searchsorted(self.score, score, side="right") - 1
        result: Floats = self.value[np.maximum(place, 0)]
        return result
