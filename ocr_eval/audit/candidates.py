"""Labels and what checkers read there -> every string an item may be, with distances and error signatures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ocr_eval.audit.edits import MANY, MOST, Signature, signature
from ocr_eval.text.distance import distances

Floats = NDArray[np.float64]
Index = NDArray[np.int64]

NO_CONFIDENCE = 0.5  # 1.0 would outweigh checkers that have confidences


@dataclass(frozen=True, eq=False)
class Answers:
    """n labels and the answers of K checkers. Items and checkers stand in canonical order: ties fall to the first.

    ``texts`` (K, n): None where a checker has no instance for the item; "" is an answer. ``confidence`` (K, n) in
    [0, 1], ``NO_CONFIDENCE`` throughout for a checker without.
    """

    labels: tuple[str, ...]
    texts: tuple[tuple[str | None, ...], ...]
    confidence: Floats

    def __post_init__(self) -> None:
        shape = (len(self.texts), len(self.labels))
        if self.confidence.shape != shape or any(len(own) != shape[1] for own in self.texts):
            raise ValueError(f"answers of {shape[0]} checkers to {shape[1]} items have another shape")

    @cached_property
    def present(self) -> NDArray[np.bool_]:
        """(K, n) the checker has an instance there."""
        flags = [[text is not None for text in own] for own in self.texts]
        return np.array(flags, np.bool_).reshape(len(self.texts), len(self.labels))

    def relabelled(self, labels: Iterable[str]) -> Answers:
        """The same answers to other labels."""
        return Answers(tuple(labels), self.texts, self.confidence)


class Spellings:
    """Distances and signatures of pairs of strings, each pair measured once; signatures are numbered as they come."""

    def __init__(self) -> None:
        self.numbers: dict[Signature, int] = {MANY: 0, (): 1}
        self._known: dict[tuple[str, str], tuple[int, int]] = {}

    def measure(self, found: Sequence[str], texts: Sequence[str]) -> tuple[Index, Index]:
        """(pairs,) distances of ``found[i]`` and ``texts[i]``, and numbers of their signatures (0: many, 1: equal)."""
        new = list(dict.fromkeys(p for p in zip(found, texts, strict=True) if p not in self._known))
        for pair, far in zip(new, distances([p for p, _ in new], [t for _, t in new]), strict=True):
            number = 0
            if far <= MOST:
                number = self.numbers.setdefault(signature(*pair, far), len(self.numbers))
            self._known[pair] = (far, number)
        measured = [self._known[pair] for pair in zip(found, texts, strict=True)]
        both = np.array(measured, np.int64).reshape(-1, 2)
        return both[:, 0], both[:, 1]


@dataclass(frozen=True, eq=False)
class Candidates:
    """The distinct strings of every item, label first, then by checker: C in all.

    Candidates of item i are ``start[i]`` … ``start[i + 1] - 1``; ``start[:-1]`` are the labels.
    """

    answers: Answers
    start: Index  # (n + 1,)
    item: Index  # (C,) the item of each
    strings: tuple[str, ...]  # (C,)
    said: Index  # (K, n) the candidate each checker read, -1 = none
    distance: Index  # (K, C) from the checker's string to the candidate; 0 where the checker has none
    edits: Index  # (K, C) number of the signature; 1 (equal) where the checker has none
    from_label: Index  # (C,) distance from the label
    spellings: Spellings

    @classmethod
    def of(cls, answers: Answers, spellings: Spellings | None = None) -> Candidates:
        """Measures every pair once. Cost: n K² distances of short strings."""
        spellings = spellings or Spellings()
        number, checkers = len(answers.labels), len(answers.texts)
        strings: list[str] = []
        start = [0]
        said = np.full((checkers, number), -1, np.int64)
        for i, label in enumerate(answers.labels):
            first = start[-1]
            own = {label: first}
            for k in range(checkers):
                text = answers.texts[k][i]
                if text is not None:
                    said[k, i] = own.setdefault(text, first + len(own))
            strings += own
            start.append(first + len(own))
        bounds = np.array(start, np.int64)
        item = np.repeat(np.arange(number), np.diff(bounds))
        heard = said[:, item]  # (K, C): what the checker read in the candidate's item
        distance, edits = np.zeros_like(heard), np.ones_like(heard)
        asked, c = np.nonzero((heard >= 0) & (heard != np.arange(len(strings))))
        found = [strings[p] for p in heard[asked, c].tolist()]
        distance[asked, c], edits[asked, c] = spellings.measure(found, [strings[t] for t in c.tolist()])
        labels = [strings[p] for p in bounds[item].tolist()]
        from_label = np.array(distances(labels, strings), np.int64)
        return cls(answers, bounds, item, tuple(strings), said, distance, edits, from_label, spellings)

    @property
    def label(self) -> Index:
        """(n,) the candidate that is the label."""
        return self.start[:-1]

    @cached_property
    def agrees(self) -> NDArray[np.bool_]:
        """(K, n) the checker read the label."""
        return np.asarray(self.said == self.label)

    @cached_property
    def differs(self) -> NDArray[np.bool_]:
        """(K, n) the checker read something else."""
        return self.answers.present & ~self.agrees

    def spread(self, values: NDArray[np.float64]) -> Floats:
        """(C,) sum over checkers of ``values`` (K, n) on the candidates they read, checker after checker."""
        result = np.zeros(len(self.strings))
        for said, own in zip(self.said, values, strict=True):
            read = said >= 0
            result[said[read]] += own[read]  # one candidate a checker and item: no index stands twice
        return result

    def best_other(self, values: Floats, but: Index) -> tuple[Floats, Index]:
        """Per item the largest of ``values`` (C,) among candidates other than ``but`` (n,), and the first such.

        -inf and -1 where there is no other.
        """
        shown = values.copy()
        shown[but[but >= 0]] = -np.inf
        if not len(self.label):
            return np.zeros(0), np.zeros(0, np.int64)
        largest = np.maximum.reduceat(shown, self.label)
        here = np.flatnonzero((shown == largest[self.item]) & np.isfinite(shown))
        first = np.full(len(self.label), -1, np.int64)
        first[self.item[here[::-1]]] = here[::-1]
        return largest, first
