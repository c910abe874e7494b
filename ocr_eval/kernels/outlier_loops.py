"""The area of one place after the other as in ``outliers``, compiled: the same source, the same bits."""

from __future__ import annotations

import numpy as np

from ocr_eval.kernels import outliers
from ocr_eval.kernels.jit import kernel, read_only

_find_stops = kernel(outliers.find_stops)
_slabs = kernel(outliers.slabs)


@kernel
def count_stops(x, left, right, y, slope, place, low, high, stops, count):
    """Writes the number of stops of every place; ``stops`` is not touched."""
    for s in range(place.size - 1):
        count[s] = _find_stops(
            x, left, right, y, slope, place[s], place[s + 1], low[s], high[s], stops, False
        )


@kernel
def fill(x, left, right, y, slope, owner, place, low, high, stops, height, order, waiting, odd, total):
    """Writes the area of every place; the arguments from ``stops`` to ``odd`` are scratch for the largest one."""
    for s in range(place.size - 1):
        begin, end = place[s], place[s + 1]
        n = _find_stops(x, left, right, y, slope, begin, end, low[s], high[s], stops, True)
        gap = 1
        while gap < n // 3:
            gap = 3 * gap + 1
        while gap >= 1:
            for i in range(gap, n):
                moved = stops[i]
                j = i
                while j >= gap and stops[j - gap] > moved:
                    stops[j] = stops[j - gap]
                    j -= gap
                stops[j] = moved
            gap //= 3
        total[s] = _slabs(left, right, y, slope, owner, begin, end, stops, n, height, order, waiting, odd)


def outlier_areas(places):
    """As ``outliers.outlier_areas``."""
    (*reals, owner), place, low, high = places.columns()
    reals = [read_only(column, np.float64) for column in reals]
    owner, place = read_only(owner, np.int64), read_only(place, np.int64)
    low, high = read_only(low, np.float64), read_only(high, np.float64)
    count, total = np.zeros(len(low), np.int64), np.zeros(len(low))
    if not len(low):
        return total
    count_stops(*reals, place, low, high, np.zeros(0), count)
    edges = int(np.diff(place).max())
    scratch = np.zeros(int(count.max())), np.zeros(edges), *np.zeros((2, edges), np.int64)
    fill(*reals, owner, place, low, high, *scratch, np.zeros(int(owner.max()) + 2, np.int64), total)
    return total


def warm():
    """One call of every kernel, with the argument form all calls have."""
    xy, ring = np.array([[0.0, 0], [1, 0], [1, 1]]), np.array([0, 3])
    one = np.zeros(1, np.int64)
    outlier_areas(outliers.Places.of([(xy, ring)] * 3, one, one, one, one))
