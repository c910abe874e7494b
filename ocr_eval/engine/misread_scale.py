"""Boxes of gt and predictions -> the scale, the shift or the mirror that would make them match, fitted to the data.

Every pair of a sample that could belong together under such a change votes for its numbers; the numbers around which
most votes lie are tried. Nothing is assumed about which prediction belongs to which gt.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ocr_eval.engine.misread_rings import Boxes, Crossing, Guess, Index, matches

BIN = 0.02  # width of a bin of factors, natural logarithm
PIXELS = 4.0  # width of a bin of shifts and of mirrors
SHAPE = 0.25  # how far two factors of one pair may be apart, natural logarithm
FITS = 3  # samples at least that must have numbers of their own
ALIKE = 0.01  # two factors this near are called one
PIXEL_CURE = "write pixels of the original images"
Reals = NDArray[np.float64]


class Votes(NamedTuple):
    """Pairs that could belong together, as positions in the crossing, and what each votes for: (K, 2)."""

    place: Index
    values: Reals


def rescaled(gt: Boxes, pred: Boxes, pairs: Crossing) -> Guess | None:
    """The factors of x and y, the same for all samples, under which most boxes would match."""
    peak = _peak(_factor_votes(gt[pairs.gt], pred[pairs.pred]).values, BIN)
    if peak is None:
        return None
    factor = np.exp(peak)
    x, y = factor.tolist()
    words = f"x multiplied by {_short(x)} and y by {_short(y)}"
    looks = f"predictions look {_short(1 / x)} times as wide and {_short(1 / y)} times as high"
    if abs(np.log(x / y)) < ALIKE:
        both = (x * y) ** 0.5
        words = f"coordinates multiplied by {_short(both)}"
        looks = f"predictions look {_short(1 / both)} times as large"
    if is_normalised(gt, pred):
        looks = "predictions look normalised to 0–1"
    return Guess(matches(gt, pred * np.tile(factor, 2), pairs), words, f"{looks}, {PIXEL_CURE}")


def rescaled_singly(gt: Boxes, pred: Boxes, pairs: Crossing) -> Guess | None:
    """Every sample with factors of its own. One match a sample is the fit's own and does not count."""
    votes = _factor_votes(gt[pairs.gt], pred[pairs.pred])
    changed, fits = _fit_singly(pred, pairs, votes, BIN, lambda boxes, peak: boxes * np.tile(np.exp(peak), 2))
    if len(fits) < FITS:
        return None
    x, y = np.exp(np.median(fits, 0)).tolist()
    looks = "normalised to 0–1" if is_normalised(gt, pred) else "scaled image by image"
    words = f"every sample scaled by itself (median {_short(x)} in x and {_short(y)} in y)"
    found = max(0, matches(gt, changed, pairs) - len(fits))
    return Guess(found, words, f"predictions look {looks}, {PIXEL_CURE}")


def shifted(gt: Boxes, pred: Boxes, pairs: Crossing) -> Guess | None:
    """The same number added to every x, and one to every y."""
    votes = _size_votes(gt[pairs.gt], pred[pairs.pred])
    peak = _peak(votes.values, PIXELS)
    if peak is None:
        return None
    words = f"{peak[0]:+.0f} added to x and {peak[1]:+.0f} to y"
    cure = "predictions look cut out or padded before detection, write pixels of the original images"
    return Guess(matches(gt, pred + np.tile(peak, 2), pairs), words, cure)


def mirrored(gt: Boxes, pred: Boxes, pairs: Crossing) -> Guess | None:
    """y counted from the bottom of each sample, whose height is fitted. One match a sample does not count."""
    upside = pred * np.array([1.0, -1.0, 1.0, -1.0])
    upside = upside[:, [0, 3, 2, 1]]
    votes = _size_votes(gt[pairs.gt], upside[pairs.pred])
    straight = np.abs(votes.values[:, 0]) <= PIXELS
    votes = Votes(votes.place[straight], votes.values[straight] * np.array([0.0, 1.0]))
    changed, fits = _fit_singly(upside, pairs, votes, PIXELS, lambda boxes, peak: boxes + np.tile(peak, 2))
    if len(fits) < FITS:
        return None
    found = max(0, matches(gt, changed, pairs) - len(fits))
    return Guess(found, "y counted from the bottom", "count y from the top of the image, downwards")


def is_normalised(gt: Boxes, pred: Boxes) -> bool:
    """True when nearly all predictions, and not the gt, lie within 0 and about 1."""
    return bool(np.quantile(pred, 0.99) <= 1.2 and pred.min() >= -1 and np.quantile(gt, 0.5) > 2)


def _factor_votes(a: Boxes, b: Boxes) -> Votes:
    """Logarithms of the factors of pairs whose sizes and places are about the same multiple of each other."""
    size, place = _sizes(a, b), np.hstack([a[:, :2] + a[:, 2:], b[:, :2] + b[:, 2:]])
    good = np.flatnonzero((size > 0).all(1) & (place > 0).all(1))
    of_size = np.log(size[good, :2] / size[good, 2:])
    of_place = np.log(place[good, :2] / place[good, 2:])
    near = (np.abs(of_size - of_place) < SHAPE).all(1)
    return Votes(good[near], of_place[near])


def _size_votes(a: Boxes, b: Boxes) -> Votes:
    """Differences of the middles of pairs of about the same size."""
    size = _sizes(a, b)
    good = np.flatnonzero((size > 0).all(1))
    near = good[(np.abs(np.log(size[good, :2] / size[good, 2:])) < SHAPE).all(1)]
    return Votes(near, (a[near, :2] + a[near, 2:] - b[near, :2] - b[near, 2:]) / 2)


def _sizes(a: Boxes, b: Boxes) -> Reals:
    return np.hstack([a[:, 2:] - a[:, :2], b[:, 2:] - b[:, :2]])


def _peak(values: Reals, width: float) -> Reals | None:
    """The values that most votes lie around: (2,)."""
    if not len(values):
        return None
    bins = np.floor(values / width).astype(np.int64)
    cells, count = np.unique(bins, axis=0, return_counts=True)
    around = (np.abs(bins - cells[int(np.argmax(count))]) <= 1).all(1)
    found: Reals = np.median(values[around], axis=0)
    return found


def _fit_singly(
    boxes: Boxes, pairs: Crossing, votes: Votes, width: float, change: Callable[[Boxes, Reals], Boxes]
) -> tuple[Boxes, list[Reals]]:
    """The boxes, those of each sample changed by the sample's own peak, and the peaks."""
    samples = np.arange(int(pairs.sample[-1]) + 2 if len(pairs.sample) else 1)
    bounds = np.searchsorted(pairs.sample, samples)
    voted = np.searchsorted(pairs.sample[votes.place], samples)
    changed, fits = boxes.copy(), []
    for k in range(len(samples) - 1):
        peak = _peak(votes.values[voted[k] : voted[k + 1]], width)
        if peak is not None:
            own = np.unique(pairs.pred[bounds[k] : bounds[k + 1]])
            changed[own] = change(boxes[own], peak)
            fits.append(peak)
    return changed, fits


def _short(value: float) -> str:
    """Three digits, never with an exponent."""
    return f"{float(f'{value:.3g}'):.6f}".rstrip("0").rstrip(".")
