"""Quads -> centroids, mean diagonals, lengths of steps, in the operations of TedEval's script. Not a protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def centroids(quad: Floats) -> Floats:
    """(N, 2) of quads (N, 4, 2), in the operations of Polygon3; the mean of the corners where there is no area."""
    import numpy as np

    x, y = quad[..., 0], quad[..., 1]
    after_x, after_y = np.roll(x, -1, axis=1), np.roll(y, -1, axis=1)
    cross = x * after_y - after_x * y
    sums = [np.zeros(len(quad)) for _ in range(4)]
    for k in range(4):
        sums[0] += (x[:, k] + after_x[:, k]) * cross[:, k]
        sums[1] += (y[:, k] + after_y[:, k]) * cross[:, k]
        sums[2] += (x[:, k] + after_x[:, k]) * (after_y[:, k] - y[:, k])
        sums[3] += cross[:, k]
    area = 0.5 * np.abs(sums[2])
    whole = 6.0 * area * np.sign(sums[3])
    some = whole != 0
    found = [
        np.where(some, area * (total / np.where(some, whole, 1.0)) / np.where(some, area, 1.0), middle)
        for total, middle in ((sums[0], x.mean(1)), (sums[1], y.mean(1)))
    ]
    return np.column_stack(found)


def mean_diagonals(quad: Floats) -> Floats:
    """(N,) of quads (N, 4, 2): half the sum of the two diagonals."""
    return (lengths(quad[:, 0] - quad[:, 2]) + lengths(quad[:, 1] - quad[:, 3])) / 2


def lengths(step: Floats) -> Floats:
    """(N,) of steps (N, 2)."""
    import numpy as np

    length: Floats = np.sqrt(step[:, 0] * step[:, 0] + step[:, 1] * step[:, 1])
    return length
