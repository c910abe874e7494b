"""Transcriptions of units by several annotators -> observed and expected distances, alpha, KS and sigma.

The distance of two texts is NED, edits over the length of the longer text. What chance would give are the distances of
all pairs of values in the pool: equal texts are grouped and pairs (edits, length) counted, in blocks, so memory grows
with the distinct texts and the counts are integers.

KS and sigma: A. Braylan, O. Alonso and M. Lease, "Measuring Annotator Agreement Generally across Complex Structured,
Multi-object, and Free-text Annotation Tasks" (2022, arXiv 2212.09503).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import accumulate, combinations
from typing import Any, NamedTuple

from ocr_eval.agreement.coefficients import Coefficient, alpha, chance_corrected, rated_twice
from ocr_eval.stats import random32
from ocr_eval.text.distance import distances
from ocr_eval.text.units import Units, codepoints

DISTINCT_LIMIT = 20_000  # more distinct texts than this, and expected distances are sampled
WORK_LIMIT = 10**10  # machine words of the edit tables of all pairs; half a minute
SAMPLED = 1_000_000  # pairs of a sample
_BLOCK = 4_000_000  # distances held at a time


@dataclass(frozen=True)
class Distribution:
    """Distances and how often each occurs, as integers: rising ``distances``, ``weights`` above 0."""

    distances: tuple[Fraction | float, ...]
    weights: tuple[int, ...]

    @classmethod
    def of(cls, weights: Mapping[Any, int]) -> Distribution:
        """From distance -> weight, in any order; weights of 0 are left out."""
        known = sorted(distance for distance, weight in weights.items() if weight)
        return cls(tuple(known), tuple(weights[distance] for distance in known))

    @property
    def total(self) -> int:
        """Sum of the weights."""
        return sum(self.weights)

    @cached_property
    def total_distance(self) -> Fraction:
        """Sum of distances times weights."""
        pairs = zip(self.distances, self.weights, strict=True)
        return sum((Fraction(distance) * weight for distance, weight in pairs), Fraction())

    def quantile(self, share: Fraction) -> Fraction | float:
        """The smallest distance that at least this share does not exceed. Raises ValueError when there is none."""
        for distance, reached in zip(self.distances, accumulate(self.weights), strict=True):
            if reached >= share * self.total:
                return distance
        raise ValueError("no distances")

    def histogram(self, bins: int = 20) -> list[int]:
        """Weights in ``bins`` equal parts of 0 … 1; the last part includes 1."""
        result = [0] * bins
        for distance, weight in zip(self.distances, self.weights, strict=True):
            result[min(int(distance * bins), bins - 1)] += weight
        return result


class Separation(NamedTuple):
    """How far observed distances lie below those of chance. All None where either side is empty."""

    ks: float | None  # the largest lead of the observed distribution
    at: float | None  # the smallest distance where it is
    sigma: float | None  # share of observed distances below ``low``
    low: float | None  # the 5 % quantile of expected distances


class TextAgreement(NamedTuple):
    """``sampling_error``: standard error of alpha from sampled pairs, 0 when every pair was looked at."""

    alpha: Coefficient
    nominal: Coefficient  # the same with 0 for equal and 1 for different texts
    observed: Distribution
    expected: Distribution
    separation: Separation
    distinct: int
    sampled: int  # pairs drawn, 0 when every pair was looked at
    sampling_error: float | None


def text_agreement(
    units: Iterable[Sequence[str | None]], *, split: Units = codepoints, seed: int = 0
) -> TextAgreement:
    """Alpha at level text. One sequence of transcriptions per unit, None for an annotator who gave none.

    An empty text is a text. ``seed`` matters only where pairs are sampled: more than 20,000 distinct texts, or texts so
    long that all pairs would take minutes.
    """
    kept = [sorted(unit) for unit in rated_twice(units)]
    coded = _as_strings(sorted({text for unit in kept for text in unit}), split)
    count = Counter(coded[text] for unit in kept for text in unit)
    observed, scale = _within(kept, coded)
    expected, drawn, spread = _pool(count, seed)
    values = sum(count.values())
    # A sample of pairs stands for all values * (values - 1) of them.
    whole = expected.total_distance
    if drawn:
        whole = whole / drawn * values * (values - 1)
    found = chance_corrected(observed.total_distance / scale, whole, len(kept), values)
    error: float | None = 0.0
    if drawn:
        error = (
            None if found.value is None or not found.expected else (1 - found.value) * spread / found.expected
        )
    nominal = alpha(kept, "nominal")
    return TextAgreement(
        found, nominal, observed, expected, separation(observed, expected), len(count), drawn, error
    )


def separation(observed: Distribution, expected: Distribution) -> Separation:
    """KS is the largest F_observed(x) - F_expected(x), at least 0; sigma as in the module's source."""
    if not observed.weights or not expected.weights:
        return Separation(None, None, None, None)
    own, chance = observed.total, expected.total
    low = expected.quantile(Fraction(1, 20))
    best, at, reached, passed, k = 0, None, 0, 0, 0
    below = 0
    for distance, weight in zip(observed.distances, observed.weights, strict=True):
        reached += weight
        below += weight if distance < low else 0
        while k < len(expected.distances) and expected.distances[k] <= distance:
            passed += expected.weights[k]
            k += 1
        lead = reached * chance - passed * own
        if lead > best:
            best, at = lead, distance
    ks = float(Fraction(best, own * chance))
    return Separation(ks, None if at is None else float(at), float(Fraction(below, own)), float(low))


def _as_strings(texts: Sequence[str], split: Units) -> dict[str, str]:
    """Text -> a string with one code point per unit, equal units by equal code points."""
    parts = {text: split(text) for text in texts}
    if all(isinstance(part, str) for part in parts.values()):
        return {text: str(part) for text, part in parts.items()}
    number = {
        unit: chr(k) for k, unit in enumerate(sorted({unit for part in parts.values() for unit in part}))
    }
    return {text: "".join(number[unit] for unit in part) for text, part in parts.items()}


def _within(units: Sequence[Sequence[str]], coded: Mapping[str, str]) -> tuple[Distribution, int]:
    """Distances within units, every unordered pair weighted 2 / (values - 1), times the scale that makes it whole."""
    scale = math.lcm(*(len(unit) - 1 for unit in units)) if units else 1
    pairs = [(a, b, len(unit) - 1) for unit in units for a, b in combinations(unit, 2)]
    edits = distances([coded[a] for a, _, _ in pairs], [coded[b] for _, b, _ in pairs])
    weights: Counter[tuple[int, int]] = Counter()
    for (a, b, others), edit in zip(pairs, edits, strict=True):
        weights[edit, max(len(coded[a]), len(coded[b]), 1)] += 2 * scale // others
    return _distribution(weights), scale


def _distribution(weights: Mapping[tuple[int, int], int]) -> Distribution:
    """From (edits, length of the longer text) -> weight."""
    merged: Counter[Fraction] = Counter()
    for (edits, length), weight in weights.items():
        merged[Fraction(edits, max(length, 1))] += weight
    return Distribution.of(merged)


def _pool(count: Mapping[str, int], seed: int) -> tuple[Distribution, int, float]:
    """(distances of all ordered pairs of two values, pairs sampled or 0, standard error of the mean of a sample)."""
    texts = sorted(count, key=lambda text: (len(text), text))
    words = sum(len(text) for text in texts) * sum(len(text) // 64 + 1 for text in texts) // 2
    if len(texts) > DISTINCT_LIMIT or words > WORK_LIMIT:
        return _sampled(texts, [count[text] for text in texts], seed, words // max(len(texts) ** 2 // 2, 1))
    return _every_pair(texts, [count[text] for text in texts]), 0, 0.0


def _every_pair(texts: Sequence[str], often: Sequence[int]) -> Distribution:
    import numpy as np
    from rapidfuzz.distance import Levenshtein
    from rapidfuzz.process import cdist

    size = len(texts)
    weights: Counter[tuple[int, int]] = Counter()
    weights[0, 1] = sum(n * (n - 1) for n in often)
    length, n = np.array([len(text) for text in texts], np.int64), np.array(often, np.int64)
    base = (int(length[-1]) if size else 0) + 1
    # One cell per (edits, length) unless that is a large table, or the sums outgrow what a float holds exactly.
    few = base * base <= _BLOCK and sum(often) < 2**26
    table = np.zeros(base * base if few else 0, np.int64)
    step = max(1, _BLOCK // max(size, 1))
    for start in range(0, size, step):
        stop = min(start + step, size)
        # Texts are sorted by length: of a pair, the later one is the longer.
        edits = cdist(texts[start:stop], texts[start:], scorer=Levenshtein.distance, dtype=np.int64)
        later = np.arange(start, size) > np.arange(start, stop)[:, None]
        key = (edits * base + length[start:])[later]
        both = (n[start:stop, None] * n[start:])[later]
        if few:
            table += np.bincount(key, both, base * base).astype(np.int64)
            continue
        kinds, place = np.unique(key, return_inverse=True)
        sums = np.zeros(len(kinds), np.int64)
        np.add.at(sums, place, both)
        for kind, weight in zip(kinds.tolist(), sums.tolist(), strict=True):
            weights[divmod(kind, base)] += 2 * weight
    for kind in np.flatnonzero(table).tolist():
        weights[divmod(kind, base)] += 2 * int(table[kind])
    return _distribution(weights)


def _sampled(
    texts: Sequence[str], often: Sequence[int], seed: int, cost: int
) -> tuple[Distribution, int, float]:
    """Pairs of two different values, drawn with replacement; fewer where texts are long."""
    import numpy as np

    ends = np.cumsum(np.array(often, np.int64))
    values = int(ends[-1])
    drawn = max(1000, min(SAMPLED, WORK_LIMIT // max(cost, 1)))
    draws = random32.values(random32.stream(seed, random32.DISTANCES), 0, drawn, 2).astype(np.int64)
    first = draws[:, 0] * values >> 32
    second = draws[:, 1] * (values - 1) >> 32
    second += second >= first
    a, b = (np.searchsorted(ends, side, side="right").tolist() for side in (first, second))
    edits = distances([texts[k] for k in a], [texts[k] for k in b])
    longest = [max(len(texts[j]), len(texts[k]), 1) for j, k in zip(a, b, strict=True)]
    ned = [edit / size for edit, size in zip(edits, longest, strict=True)]
    mean = math.fsum(ned) / drawn
    spread = math.sqrt(math.fsum((value - mean) ** 2 for value in ned) / (drawn - 1) / drawn)
    return _distribution(Counter(zip(edits, longest, strict=True))), drawn, spread
