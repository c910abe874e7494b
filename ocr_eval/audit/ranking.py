"""Answers -> every score of every item, the order in which people should look, and what each label may be instead.

The default order is the mean rank of three rules, because no single one is good on every set of checkers; vote, best
single checker and plain naive Bayes (PICO) are kept beside it as what has to be beaten. No score is a probability.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ocr_eval.audit.baselines import best_single, confidence_support, supported_other, vote
from ocr_eval.audit.candidates import Answers, Candidates, Floats, Index
from ocr_eval.audit.pico import pico
from ocr_eval.audit.picosig import Findings, picosig
from ocr_eval.audit.stack import stack

_DECIMALS = 9  # what differs less is a tie: the last bits of logarithms are the machine's


@dataclass(frozen=True, eq=False)
class Ranking:
    """n items, in canonical order. Higher scores are more suspect."""

    candidates: Candidates
    vote: Floats
    best_single: Floats
    confidence_support: Floats
    pico: Floats
    picosig: Findings
    stack: Floats

    @classmethod
    def of(cls, answers: Answers, *, seed: int, prior: Floats | None = None) -> Ranking:
        """Scores every item; ``prior`` as ``picosig`` takes it."""
        candidates = Candidates.of(answers)
        return cls(
            candidates,
            vote(candidates),
            best_single(candidates),
            confidence_support(candidates),
            pico(candidates),
            picosig(candidates, prior),
            stack(candidates, seed),
        )

    @cached_property
    def rank3(self) -> Floats:
        """(n,) mean of the average ranks of picosig, stack and confidence support; 1 = least suspect."""
        scores = (self.picosig.log_odds, self.stack, self.confidence_support)
        doubled = sum((_doubled_ranks(np.round(score, _DECIMALS)) for score in scores), np.int64(0))
        return np.asarray(doubled) / 6

    @property
    def score(self) -> Floats:
        """(n,) rank3 as a share of the number of items."""
        return self.rank3 / max(len(self.rank3), 1)

    @cached_property
    def order(self) -> Index:
        """(n,) items by falling rank3, then picosig, then in canonical order."""
        return np.lexsort((-np.round(self.picosig.log_odds, _DECIMALS), -self.rank3))

    @cached_property
    def posterior_raw(self) -> Floats:
        """(n,) the model's posterior that the label is wrong. NOT calibrated: checkers err together."""
        return np.asarray(1 / (1 + np.exp(-self.picosig.log_odds)))

    @cached_property
    def suggestions(self) -> tuple[str | None, ...]:
        """(n,) the likeliest string where that is not the label, else the best supported other one; never empty."""
        strings, best = self.candidates.strings, self.picosig.best.tolist()
        labels, others = self.candidates.label.tolist(), supported_other(self.candidates).tolist()
        found = []
        for likeliest, label, other in zip(best, labels, others, strict=True):
            if likeliest != label:
                found.append(strings[likeliest] or None)
            else:
                found.append(strings[other] if other >= 0 else None)
        return tuple(found)

    def memorised(self) -> list[tuple[int, int]]:
        """Per checker (agrees with the label, all) among items whose label a strict majority of the others contradicts.

        A high share asks whether the checker was trained on these labels, or whether the others share an error.
        """
        return [self._contradicted(k) for k in range(len(self.candidates.said))]

    def _contradicted(self, k: int) -> tuple[int, int]:
        present = self.candidates.answers.present
        others = present.copy()
        others[k] = False
        heads = self.candidates.spread(others.astype(np.float64))
        most, _ = self.candidates.best_other(heads, self.candidates.label)
        asked = (
            present[k] & (2 * np.where(np.isfinite(most), most, 0) > others.sum(axis=0)) & others.any(axis=0)
        )
        return int((asked & self.candidates.agrees[k]).sum()), int(asked.sum())


def _doubled_ranks(values: Floats) -> Index:
    """(n,) twice the average rank, an integer; 1 is the smallest value."""
    _, own, count = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    ranks: Index = (2 * last - count + 1)[own.reshape(-1)]
    return ranks
