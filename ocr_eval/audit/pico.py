"""Candidates -> log odds that a label is wrong, by plain naive Bayes: a baseline, and a warning.

PICO as it was first proposed: every edit costs the same, checkers count as if they erred independently. Applied to all
labels without looking it makes them worse where checkers share errors; ``picosig`` is what came of it.
"""

from __future__ import annotations

import numpy as np

from ocr_eval.audit.candidates import Candidates, Floats
from ocr_eval.audit.picosig import ALONE, BETA, EPS, odds, posteriors
from ocr_eval.audit.reliability import monotone

ROUNDS = 4
LEAST, MOST = 0.002, 0.4  # bounds of the estimated share of wrong labels


def pico(candidates: Candidates, *, tempering: float = 1.0, rounds: int = ROUNDS) -> Floats:
    """(n,) log odds of all other candidates against the label; ``ALONE`` where there is none.

    ``tempering`` scales the evidence: 1 believes every checker in full, .6 is what helped with engines of one kind.
    """
    label, item, present = candidates.label, candidates.item, candidates.answers.present
    score = np.full(len(label), ALONE)
    if not len(label):
        return score
    eps = EPS
    hits = (1 - EPS) * candidates.agrees.astype(np.float64)
    for _ in range(rounds):
        total = np.log(eps) + candidates.from_label * np.log(BETA)
        total[label] = np.log1p(-eps)
        for k, said in enumerate(candidates.said):
            asked = present[k]
            right = np.full(len(label), 0.5)
            right[asked] = monotone(candidates.answers.confidence[k][asked], hits[k][asked])
            other = np.log1p(-right)[item] + candidates.distance[k] * np.log(BETA)
            is_said = said[item] == np.arange(len(item))
            evidence = np.where(is_said, np.log(right)[item], other)
            total += tempering * np.where(asked[item], evidence, 0.0)
        score = odds(candidates, total)
        posterior = posteriors(candidates, total)
        eps = float(np.clip(1 - posterior[label].mean(), LEAST, MOST)) if len(label) else eps
        hits = np.where(present, posterior[candidates.said], 0.0)
    return score
