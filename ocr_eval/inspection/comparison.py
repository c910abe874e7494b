"""Two data sets -> how their distributions differ, what one holds that the other has never seen, and what leaks.

PSI, the population stability index, is sum (q - p) ln(q / p) over ten classes that hold a tenth of the first data set
each (half an instance is added everywhere, so that no class is empty); usual reading: below .1 alike, above .25 apart.
KS is the largest distance of the two distribution functions. No p-value goes with them: instances of an image are not
independent. Shares of slices have one, from samples drawn anew, adjusted by Benjamini-Hochberg over all slices.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ocr_eval.inspection.distributions import values
from ocr_eval.inspection.facts import Facts
from ocr_eval.inspection.histograms import SERIES, rebin
from ocr_eval.inspection.slices import Slice, frequent_scripts, rarity, slices
from ocr_eval.inspection.texts import Texts, hashes, text_ids
from ocr_eval.stats.intervals import LEVEL, normal_quantile
from ocr_eval.stats.permutation import benjamini_hochberg

Floats = NDArray[np.float64]
_CLASSES = 10


class Shift(NamedTuple):
    """One quantity in both data sets; None where one of them has no values."""

    name: str
    n: tuple[int, int]
    edges: tuple[float, ...]
    counts: tuple[tuple[int, ...], tuple[int, ...]]
    psi: float | None
    ks: float | None


class SliceShift(NamedTuple):
    """A slice in both data sets. The difference is second less first; None without 20 samples on both sides."""

    first: Slice
    second: Slice
    difference: float
    interval: tuple[float, float] | None
    p: float | None  # adjusted


def shifts(first: Facts, second: Facts) -> list[Shift]:
    """Every quantity that both data sets can have."""
    other = {v.name: v.values for v in values(second)}
    return [_shift(v.name, v.series, v.values, other[v.name]) for v in values(first) if v.name in other]


def _shift(name: str, series: str, one: NDArray[Any], two: NDArray[Any]) -> Shift:
    both = np.concatenate([one, two]).astype(np.float64)
    n = (len(one), len(two))
    if not len(both):
        return Shift(name, n, (), ((), ()), None, None)
    edges = SERIES[series]
    low = max(int(np.searchsorted(edges, both.min(), "right")) - 1, 0)
    high = min(max(int(np.searchsorted(edges, both.max(), "right")), low + 1), len(edges) - 1)
    used = tuple(float(f"{edge:.6g}") for edge in edges[low : high + 1])
    counts = rebin(one, edges[low : high + 1]), rebin(two, edges[low : high + 1])
    if not all(n):
        return Shift(name, n, used, counts, None, None)
    return Shift(name, n, used, counts, psi(one, two), ks(one, two))


def psi(one: NDArray[Any], two: NDArray[Any]) -> float:
    """Population stability index of two samples of values; classes by deciles of the first."""
    found = np.sort(one)
    place = [min(int(np.ceil(k * len(found) / _CLASSES)), len(found)) - 1 for k in range(1, _CLASSES)]
    cuts = np.unique(found[np.maximum(place, 0)])
    classes = len(cuts) + 1
    share = []
    for side in (one, two):
        counts = np.bincount(np.searchsorted(cuts, side, "left"), minlength=classes)
        share.append((counts + 0.5) / (len(side) + 0.5 * classes))
    return math.fsum(((share[1] - share[0]) * np.log(share[1] / share[0])).tolist())


def ks(one: NDArray[Any], two: NDArray[Any]) -> float:
    """Largest distance of the distribution functions of two samples of values, exact."""
    a, b = np.sort(one), np.sort(two)
    at = np.unique(np.concatenate([a, b]))
    below = np.searchsorted(a, at, "right") * len(b) - np.searchsorted(b, at, "right") * len(a)
    return int(np.abs(below).max()) / (len(a) * len(b))


def slice_shifts(first: Facts, second: Facts) -> list[SliceShift]:
    """Slices with the scripts of the first data set in both."""
    scripts = [name for name, _ in frequent_scripts(first)[:12]] if first.has_text and second.has_text else []
    other = {(s.attribute, s.label): s for s in slices(second, scripts)}
    pairs = [
        (s, other[s.attribute, s.label]) for s in slices(first, scripts) if (s.attribute, s.label) in other
    ]
    raw = [_p(a, b) for a, b in pairs]
    known = [p for p in raw if p is not None]
    adjusted = iter(benjamini_hochberg(known))
    found = []
    for (a, b), p in zip(pairs, raw, strict=True):
        difference = b.share - a.share
        interval = None
        if a.error is not None and b.error is not None:
            reach = normal_quantile((1 + LEVEL) / 2) * math.hypot(a.error, b.error)
            interval = (max(-1.0, difference - reach), min(1.0, difference + reach))
        found.append(SliceShift(a, b, difference, interval, None if p is None else next(adjusted)))
    return found


def _p(a: Slice, b: Slice) -> float | None:
    """Two-sided p of equal shares; None without errors, or where neither side varies."""
    if a.error is None or b.error is None or a.error == b.error == 0:
        return None
    return math.erfc(abs(b.share - a.share) / math.hypot(a.error, b.error) / math.sqrt(2))


class Unseen(NamedTuple):
    """What the second data set holds that the first does not, and the other way round."""

    texts: int  # written care instances of the second data set
    texts_seen: int  # of these, with a text that the first one holds too
    distinct: tuple[int, int]
    distinct_shared: int
    characters: int  # occurrences in care texts of the second data set
    characters_unseen: int
    only_first: list[tuple[int, int]]  # (code point, occurrences), most frequent first
    only_second: list[tuple[int, int]]


def unseen(first: Facts, second: Facts) -> Unseen:
    """Vocabulary and character set of two data sets, care texts only."""
    offset = np.concatenate([first.texts.offset, second.texts.offset[1:] + first.texts.offset[-1]])
    joined = Texts(np.concatenate([first.texts.points, second.texts.points]), offset)
    ids, found = text_ids(joined, hashes(joined))
    size = len(first.instances)
    known, new = np.zeros(len(found), np.bool_), np.zeros(len(found), np.bool_)
    known[ids[:size][first.written]] = True
    new[ids[size:][second.written]] = True
    seen = int(known[ids[size:][second.written]].sum())
    counts = [dict(zip(f.letters.points.tolist(), f.count.tolist(), strict=True)) for f in (first, second)]
    only = [
        sorted(
            ((point, n) for point, n in counts[k].items() if n and not counts[1 - k].get(point)),
            key=lambda row: (-row[1], row[0]),
        )
        for k in (0, 1)
    ]
    return Unseen(
        int(second.written.sum()),
        seen,
        (int(known.sum()), int(new.sum())),
        int((known & new).sum()),
        int(second.count.sum()),
        sum(n for _, n in only[1]),
        only[0],
        only[1],
    )


def novelty(first: Facts, second: Facts) -> Floats:
    """(S of the second,) ``rarity`` of its samples measured by what the first data set holds."""
    have = dict(zip(first.letters.points.tolist(), first.count.tolist(), strict=True))
    known = np.array([have.get(point, 0) for point in second.letters.points.tolist()], np.int64)
    return rarity(second, known)
