"""Candidates -> log odds that a label is wrong, from checkers whose confidences and habits of error are learned.

Naive Bayes over the candidates of an item, after PICO: a checker reads the truth with a probability that follows from
its confidence, or makes an error of a kind it often makes. Checkers that err together count less (tempering).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ocr_eval.audit.candidates import Candidates, Floats, Index
from ocr_eval.audit.reliability import monotone

ALONE = -60.0  # score of an item whose only candidate is its label
BETA = 0.02  # what one more edit costs
EPS = 0.05  # share of wrong labels to begin with
ROUNDS = 2  # more rounds on the same evidence do not help; new evidence does
_KINDS = 10.0  # how much a learned error counts against an unknown one
_FARTHEST = 8
_TINY = 1e-14


@dataclass(frozen=True, eq=False)
class Findings:
    """``log_odds`` (n,) that the label is wrong; ``best`` (n,) the likeliest candidate, the label included."""

    log_odds: Floats
    best: Index
    eps: float  # the model's estimate of the share of wrong labels
    tempering: float


def tempering(candidates: Candidates) -> float:
    """1 / (1 + (K - 1) · mean r): 1 when checkers err independently; r from wrong strings two of them share.

    Of each pair only items count where both have an answer.
    """
    said, present, differs = candidates.said, candidates.answers.present, candidates.differs
    checkers = len(said)
    if checkers < 2:
        return 1.0
    ratios = []
    for k in range(checkers):
        for other in range(k + 1, checkers):
            both = present[k] & present[other]
            n = max(int(both.sum()), 1)
            shared = int((both & differs[k] & (said[k] == said[other])).sum()) / n
            errors = [int((both & differs[one]).sum()) / n for one in (k, other)]
            ratios.append(shared / max(errors[0] * errors[1], 1e-9) ** 0.5)
    return float(1 / (1 + (checkers - 1) * (sum(ratios) / len(ratios))))


def picosig(candidates: Candidates, prior: Floats | None = None, rounds: int = ROUNDS) -> Findings:
    """The scores after ``rounds``. ``prior`` (n,): P(label wrong) of items that a person decided, nan for others.

    The estimated share of wrong labels is that of the undecided items.
    """
    label, item = candidates.label, candidates.item
    number = len(label)
    decided = np.zeros(number, np.bool_) if prior is None else ~np.isnan(prior)
    eps, temper = EPS, tempering(candidates)
    wrong = np.full(number, eps) if prior is None else np.where(decided, prior, eps)
    ok, best = 1 - wrong, label.copy()
    score = np.full(number, ALONE)
    if not number:
        return Findings(score, best, eps, temper)
    for _ in range(rounds):
        log_prior = np.log(wrong)[item] + candidates.from_label * np.log(BETA)
        log_prior[label] = np.log1p(-wrong)
        total = log_prior + temper * _evidence(candidates, ok, best)
        posterior = posteriors(candidates, total)
        score = odds(candidates, total)
        ok = posterior[label]
        best = _first_best(candidates, total)
        if not decided.all():
            eps = float(np.clip(1 - ok[~decided].mean(), 0.005, 0.2))
        wrong = np.where(decided, wrong, eps)
    return Findings(score, best, eps, temper)


def _evidence(candidates: Candidates, ok: Floats, best: Index) -> Floats:
    """(C,) sum over checkers of log P(what the checker read | the candidate is the truth), given the current truth."""
    label, item, present = candidates.label, candidates.item, candidates.answers.present
    result = np.zeros(len(item))
    kinds = len(candidates.spellings.numbers)
    for k, said in enumerate(candidates.said):
        asked = present[k]
        hits = np.where(said == label, ok, np.where((said == best) & (best != label), 1 - ok, 0.0))
        right = np.full(len(label), 0.5)
        right[asked] = monotone(candidates.answers.confidence[k][asked], hits[asked])
        edits, far = candidates.edits[k], candidates.distance[k]
        now = edits[best]  # the error this checker makes in each item, if the current truth is one
        errs = asked & (said != best)
        seen = np.bincount(now[errs], minlength=kinds)
        # What the item itself taught is left out again.
        own = np.where(errs, now, -1)[item]
        count = np.where(edits == 0, 0, seen[edits] - (edits == own)).astype(np.float64)
        made = int(errs.sum())
        if made:
            likely = count / made / (_KINDS + 1)
            likely += _KINDS / (_KINDS + 1) * BETA ** np.minimum(far, _FARTHEST).astype(np.float64)
        else:
            likely = BETA ** far.astype(np.float64)
        other = np.log1p(-right)[item] + np.log(np.maximum(likely, _TINY))
        is_said = said[item] == np.arange(len(item))
        result += np.where(asked[item], np.where(is_said, np.log(right)[item], other), 0.0)
    return result


def posteriors(candidates: Candidates, total: Floats) -> Floats:
    """(C,) probabilities within each item from logarithms known up to a constant."""
    label, item = candidates.label, candidates.item
    mass = np.exp(total - np.maximum.reduceat(total, label)[item])
    result: Floats = mass / np.add.reduceat(mass, label)[item]
    return result


def odds(candidates: Candidates, total: Floats) -> Floats:
    """(n,) log odds of all other candidates together against the label."""
    label, item = candidates.label, candidates.item
    others = total.copy()
    others[label] = -np.inf
    top = np.maximum.reduceat(others, label)
    alone = ~np.isfinite(top)
    top = np.where(alone, 0.0, top)
    mass = np.add.reduceat(np.exp(others - top[item]), label)
    result: Floats = np.where(alone, ALONE, top + np.log(np.where(alone, 1.0, mass)) - total[label])
    return result


def _first_best(candidates: Candidates, total: Floats) -> Index:
    """(n,) the candidate with the largest total, the first on a tie.

    Totals that differ by the order of their additions only are a tie: nine decimals count.
    """
    return candidates.best_other(np.round(total, 9), np.full(len(candidates.label), -1))[1]
