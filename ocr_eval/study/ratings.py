"""Ratings of people and scores of samples -> Pearson's and Spearman's correlation, with intervals over samples.

All predictions of a resampled sample come with it: ratings of one image depend on each other. Ranks are taken anew in
every replicate, ties share the mean of their places.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ocr_eval.stats import random32
from ocr_eval.stats.correlation import pearson, spearman
from ocr_eval.stats.intervals import Interval, interval

Floats = NDArray[np.float64]
REPLICATES = 2000
COLUMNS = ("sample", "rating")


class Rating(NamedTuple):
    """What one person said of one prediction on one sample."""

    prediction: str
    sample: str
    value: float


class Correlation(NamedTuple):
    """A metric beside the ratings; ``items`` are the rated (prediction, sample) on which the metric has a value."""

    items: int
    pearson: float | None
    pearson_interval: Interval
    spearman: float | None
    spearman_interval: Interval

    def to_json(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "items": self.items,
            "pearson": {"value": self.pearson, "interval": _ends(self.pearson_interval)},
            "spearman": {"value": self.spearman, "interval": _ends(self.spearman_interval)},
        }


def mean_ratings(ratings: Sequence[Rating]) -> dict[tuple[str, str], float]:
    """(prediction, sample) -> the mean over the people who rated it."""
    found: dict[tuple[str, str], list[float]] = {}
    for rating in ratings:
        found.setdefault((rating.prediction, rating.sample), []).append(rating.value)
    return {key: float(np.mean(values)) for key, values in found.items()}


def correlation(
    scores: Mapping[tuple[str, str], float], ratings: Mapping[tuple[str, str], float], *, seed: int
) -> Correlation:
    """Of one metric; both by (prediction, sample). A pair without a score (nan) is left out."""
    keys = sorted(key for key in ratings if key in scores and not np.isnan(scores[key]))
    x, y = (np.array([side[key] for key in keys], np.float64) for side in (scores, ratings))
    samples = sorted({sample for _, sample in keys})
    at = {sample: k for k, sample in enumerate(samples)}
    unit = np.array([at[sample] for _, sample in keys], np.int64)
    exact = (pearson(x, y), spearman(x.tolist(), y.tolist()))
    ends = []
    if keys:
        drawn = random32.weights(random32.stream(seed, random32.BOOTSTRAP), 0, REPLICATES, len(samples), None)
        weights = np.asarray(drawn, np.float64)[:, unit]
        replicates = (
            weighted_pearson(np.broadcast_to(x, weights.shape), np.broadcast_to(y, weights.shape), weights),
            weighted_pearson(weighted_midranks(x, weights), weighted_midranks(y, weights), weights),
        )
        ends = [
            interval(values, value, units=len(samples), metric=name)
            for name, value, values in zip(("Pearson", "Spearman"), exact, replicates, strict=True)
        ]
    else:
        ends = [interval(np.zeros(1), None, units=0)] * 2
    return Correlation(len(keys), exact[0], ends[0], exact[1], ends[1])


def weighted_midranks(values: Floats, weights: Floats) -> Floats:
    """(B, n) the rank of every item when item k is there ``weights[b, k]`` times; equal values share their mean."""
    distinct, place = np.unique(values, return_inverse=True)
    there = np.zeros((len(weights), len(distinct)))
    for k, value in enumerate(place.tolist()):
        there[:, value] += weights[:, k]
    ranks = np.cumsum(there, axis=1) - there + (there + 1) / 2
    return np.asarray(ranks[:, place])


def weighted_pearson(x: Floats, y: Floats, weights: Floats) -> Floats:
    """(B,) of (B, n) each; nan where a side is constant among the items drawn."""
    total = weights.sum(axis=1, keepdims=True)
    a = x - (weights * x).sum(axis=1, keepdims=True) / total
    b = y - (weights * y).sum(axis=1, keepdims=True) / total
    scale = (weights * a * a).sum(axis=1) * (weights * b * b).sum(axis=1)
    result = np.full(len(weights), np.nan)
    varied = _varied(x, weights) & _varied(y, weights)
    np.divide((weights * a * b).sum(axis=1), np.sqrt(scale), out=result, where=varied & (scale > 0))
    return result


def _varied(values: Floats, weights: Floats) -> NDArray[np.bool_]:
    low = np.where(weights > 0, values, np.inf).min(axis=1)
    high = np.where(weights > 0, values, -np.inf).max(axis=1)
    return np.asarray(low < high)


def _ends(found: Interval) -> list[float] | None:
    return None if found.lo is None or found.hi is None else [found.lo, found.hi]
