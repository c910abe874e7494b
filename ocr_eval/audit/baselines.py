"""Answers -> the simple scores that every other rule has to beat; higher is more suspect."""

from __future__ import annotations

import numpy as np

from ocr_eval.audit.candidates import Candidates, Floats, Index


def vote(candidates: Candidates) -> Floats:
    """(n,) share of the checkers with an answer who read something else than the label; 0 where there is none."""
    asked = candidates.answers.present.sum(axis=0)
    share = np.zeros(len(asked))
    return np.asarray(np.divide(candidates.differs.sum(axis=0), asked, out=share, where=asked > 0))


def best_single(candidates: Candidates) -> Floats:
    """(n,) ± the confidence of the checker that agrees with most labels: + where it differs, 0 without its answer."""
    if not len(candidates.said):
        return np.zeros(len(candidates.label))
    best = int(candidates.agrees.sum(axis=1).argmax())  # the first on a tie
    confidence = candidates.answers.confidence[best]
    return np.where(candidates.differs[best], confidence, np.where(candidates.agrees[best], -confidence, 0.0))


def support(candidates: Candidates) -> Floats:
    """(C,) sum of the confidences of those who read the candidate."""
    return candidates.spread(candidates.answers.confidence)


def confidence_support(candidates: Candidates) -> Floats:
    """(n,) support of the best other string less that of the label."""
    weight = support(candidates)
    other, _ = candidates.best_other(weight, candidates.label)
    return np.where(np.isfinite(other), other, 0.0) - weight[candidates.label]


def supported_other(candidates: Candidates) -> Index:
    """(n,) the candidate other than label and empty string with the largest support, -1 where there is none."""
    weight = support(candidates)
    weight[[not string for string in candidates.strings]] = -np.inf
    return candidates.best_other(weight, candidates.label)[1]
