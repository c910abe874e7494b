"""Candidates -> log odds learned on labels that were made wrong on purpose: what suspicious evidence looks like.

Two halves of the items, each scored by what was learned on the other. The random numbers are those of the suite, so
the same data and seed give the same scores.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ocr_eval.audit.candidates import Candidates, Floats, Index
from ocr_eval.audit.corruption import DRAWS, Corruption
from ocr_eval.audit.logistic import Logistic
from ocr_eval.audit.reliability import monotone
from ocr_eval.stats import random32

HALVES = 2
REPLICATES = 4


@dataclass(frozen=True, eq=False)
class Labelled:
    """m items, each with a label that need not be its own: what K checkers read against that label."""

    item: Index  # (m,)
    candidate: Index  # (m,) the label among the item's candidates, -1 when it is none
    distance: Index  # (K, m) of the checkers' strings to the label; 0 without answer
    edits: Index  # (K, m) number of the signature
    length: Index  # (m,) code points of the label


def stack(candidates: Candidates, seed: int) -> Floats:
    """(n,) the linear predictor of every item; higher is more suspect."""
    number = len(candidates.label)
    learned = _Learned(candidates)
    seed = random32.stream(seed, random32.AUDIT)
    order = np.argsort(random32.values(seed, 0, 1, number)[0], kind="stable")
    half = np.empty(number, np.int64)
    half[order] = np.arange(number) % HALVES
    result = np.zeros(number)
    corruption = Corruption(candidates.answers.labels)
    for own in range(HALVES):
        train, test = np.flatnonzero(half != own), np.flatnonzero(half == own)
        if not len(train) or not len(test):
            continue
        columns, marks = [], []
        for replicate in range(REPLICATES):
            at = 1 + own * REPLICATES + replicate
            draws = random32.values(seed, at, at + 1, number * DRAWS)[0].reshape(number, DRAWS)[train]
            labelled, changed = _corrupted(candidates, corruption, train, draws)
            columns.append(learned.columns(labelled))
            marks.append(changed)
        model = Logistic.fit(np.concatenate(columns, axis=1), np.concatenate(marks))
        result[test] = model.score(learned.columns(_as_labelled(candidates, test)))
    return result


def _as_labelled(candidates: Candidates, items: Index) -> Labelled:
    label = candidates.label[items]
    length = np.array([len(candidates.strings[c]) for c in label.tolist()], np.int64)
    return Labelled(items, label, candidates.distance[:, label], candidates.edits[:, label], length)


def _corrupted(
    candidates: Candidates, corruption: Corruption, items: Index, draws: random32.Words
) -> tuple[Labelled, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    """These items with some labels made wrong, and which."""
    own = _as_labelled(candidates, items)
    changed = np.zeros(len(items), np.bool_)
    chosen = np.flatnonzero(corruption.wanted(draws)).tolist()
    numbers = draws[chosen].tolist()
    places: list[int] = []  # rows whose new label is none of the candidates
    texts: list[str] = []
    for row, drawn in zip(chosen, numbers, strict=True):
        i = int(items[row])
        label = candidates.answers.labels[i]
        text = corruption.make(label, drawn)
        if text == label:
            continue
        changed[row] = True
        own.length[row] = len(text)
        first, end = int(candidates.start[i]), int(candidates.start[i + 1])
        known = next((c for c in range(first, end) if candidates.strings[c] == text), -1)
        own.candidate[row] = known
        if known >= 0:
            own.distance[:, row], own.edits[:, row] = (
                candidates.distance[:, known],
                candidates.edits[:, known],
            )
        else:
            places.append(row)
            texts.append(text)
    said = candidates.said[:, items[places]]
    k, at = np.nonzero(said >= 0)
    found = [candidates.strings[c] for c in said[k, at].tolist()]
    rows = np.array(places, np.int64)[at]
    own.distance[k, rows], own.edits[k, rows] = candidates.spellings.measure(
        found, [texts[a] for a in at.tolist()]
    )
    return own, changed


class _Learned:
    """What the given labels say about each checker: its reliability and how often it makes each kind of error."""

    def __init__(self, candidates: Candidates) -> None:
        self.candidates = candidates
        present, agrees, differs = candidates.answers.present, candidates.agrees, candidates.differs
        self.logit = np.zeros(present.shape)
        kinds = len(candidates.spellings.numbers)
        self.surprise = np.zeros((len(present), kinds))
        made = candidates.edits[:, candidates.label]
        for k, asked in enumerate(present):
            confidence = candidates.answers.confidence[k][asked]
            right = monotone(confidence, agrees[k][asked].astype(np.float64))
            self.logit[k, asked] = np.log(right) - np.log1p(-right)
            seen = np.bincount(made[k][differs[k]], minlength=kinds)
            self.surprise[k] = -np.log((seen + 0.5) / max(len(candidates.label), 1))
        self.unknown = -np.log(0.5 / max(len(candidates.label), 1))
        self.votes = np.where(present, np.maximum(self.logit, -2) + 2, 0.0)
        self.weight = candidates.spread(self.votes)
        self.voters = candidates.spread(present.astype(np.float64))
        self.lengths = np.array([len(string) for string in candidates.strings], np.int64)

    def columns(self, labelled: Labelled) -> Floats:
        """(4 K + 6, m), and a column per checker that has no answer to some item: 1 where it has none."""
        candidates, items = self.candidates, labelled.item
        present = candidates.answers.present
        columns, nearest = [], np.full(len(items), np.inf)
        for k, asked in enumerate(present):
            here = asked[items]
            distance, edits = labelled.distance[k], labelled.edits[k]
            differs = here & (distance > 0)
            longest = np.maximum(self.lengths[candidates.said[k, items]], labelled.length)
            share = np.where(differs, distance / np.maximum(longest, 1), 0.0)
            nearest = np.where(here, np.minimum(nearest, share), nearest)
            known = np.minimum(edits, len(self.surprise[k]) - 1)
            surprise = np.where(edits < len(self.surprise[k]), self.surprise[k][known], self.unknown)
            columns += [
                differs.astype(np.float64),
                np.where(here, np.where(differs, self.logit[k, items], -self.logit[k, items]), 0.0),
                share,
                np.where(differs, surprise, 0.0),
            ]
        columns += [*self._together(labelled), np.where(np.isfinite(nearest), nearest, 0.0)]
        columns += [(~asked[items]).astype(np.float64) for asked in present if not asked.all()]
        return np.stack(columns)

    def _together(self, labelled: Labelled) -> list[Floats]:
        """Weight of those for the label, of those for the best other string, their difference, and both head counts."""
        known = labelled.candidate >= 0
        at = np.maximum(labelled.candidate, 0)
        result = []
        for values in (self.weight, self.voters):
            own = np.where(known, values[at], 0.0)
            # The two largest of every item tell the largest of the others, whichever the label is.
            first, second = self._two_largest(values)
            top = first[labelled.item]
            best = np.where(known & (at == top), second[labelled.item], values[top])
            result.append((own, best))
        (own, other), (heads, other_heads) = result
        return [own, other, other - own, heads, other_heads]

    def _two_largest(self, values: Floats) -> tuple[Index, Floats]:
        """Per item the first candidate with the largest value, and the largest value among the others, at least 0."""
        nothing = np.full(len(self.candidates.label), -1)
        _, first = self.candidates.best_other(values, nothing)
        second, _ = self.candidates.best_other(values, first)
        return first, np.maximum(second, 0.0)
