"""Columns and marks -> a ridge logistic regression, the same bits whatever the number of threads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_STEPS = 30
_FAR = 30.0  # of the linear predictor
_SMALL = 1e-6


@dataclass(frozen=True, eq=False)
class Logistic:
    """``score`` is the linear predictor: log odds up to the share of marks in training."""

    mean: Floats  # (d,)
    scale: Floats  # (d,)
    weights: Floats  # (d + 1,) the last one is the intercept

    @classmethod
    def fit(cls, columns: Floats, marked: NDArray[np.bool_]) -> Logistic:
        """``columns`` (d, m), ``marked`` (m,). Penalty 1 on weights of standardised columns; Newton's method.

        Sums run along the columns in numpy, not in BLAS, whose order of adding depends on threads.
        """
        size, number = columns.shape
        mean = columns.mean(axis=1)
        scale = columns.std(axis=1) + 1e-9
        x = np.ones((size + 1, number))
        x[:size] = (columns - mean[:, None]) / scale[:, None]
        penalty = np.ones(size + 1)
        penalty[size] = 0
        weights = np.zeros(size + 1)
        target = marked.astype(np.float64)
        for _ in range(_STEPS):
            p = 1 / (1 + np.exp(-_predict(x, weights)))
            slope = (x * (target - p)).sum(axis=1) - penalty * weights
            curve = _products(x, p * (1 - p)) + np.eye(size + 1)
            step = np.linalg.solve(curve, slope)
            weights = weights + step
            if np.abs(step).max() < _SMALL:
                break
        return cls(mean, scale, weights)

    def score(self, columns: Floats) -> Floats:
        """(m,) linear predictor of ``columns`` (d, m), at most ±30."""
        x = (columns - self.mean[:, None]) / self.scale[:, None]
        return _predict(np.concatenate([x, np.ones((1, columns.shape[1]))]), self.weights)


def _predict(x: Floats, weights: Floats) -> Floats:
    total = np.zeros(x.shape[1])
    for row, weight in zip(x, weights.tolist(), strict=True):
        total += weight * row
    return np.clip(total, -_FAR, _FAR)


def _products(x: Floats, weight: Floats) -> Floats:
    """(d, d) sums of products of rows, weighted."""
    weighted = x * weight
    result = np.empty((len(x), len(x)))
    for i, row in enumerate(weighted):
        result[i, i:] = result[i:, i] = (x[i:] * row).sum(axis=1)
    return result
