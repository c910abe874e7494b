"""Rings -> one point of each: an inner point as GEOS chooses it, or the centroid. Numpy only.

The steps of the inner point are those of ``representative_point`` (GEOS 3.8.0 and 3.14.1), in their order and
direction, so that distances have the same bits and near ties fall the same way.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Offsets = NDArray[np.int64]


def inner_points(xy: Floats, ring: Offsets) -> Floats:
    """(N, 2): the middle of the widest piece of a scan line inside each ring, NaN where there is no vertex.

    The scan line runs half-way between the two vertices next to the middle of the ring's y range. A ring
    without area gives its vertex with the smallest y, then x.
    """
    point = np.full((len(ring) - 1, 2), np.nan)
    full = np.flatnonzero(np.diff(ring))
    if not len(full):
        return point
    owner, start, after = _walk(ring, full)
    x0, y0 = xy[:, 0][start], xy[:, 1][start]
    x1, y1 = xy[:, 0][after], xy[:, 1][after]
    turn = _turns(x0, y0, x1, y1, owner)
    back = (turn > 0)[owner]  # GEOS walks shells clockwise (y up)
    x0, x1 = np.where(back, x1, x0), np.where(back, x0, x1)
    y0, y1 = np.where(back, y1, y0), np.where(back, y0, y1)
    first = np.flatnonzero(np.diff(owner, prepend=-1))
    low, high = np.minimum.reduceat(y0, first), np.maximum.reduceat(y0, first)
    middle = ((low + high) / 2)[owner]
    below = np.maximum.reduceat(np.where(y0 <= middle, y0, -np.inf), first)
    above = np.minimum.reduceat(np.where(y0 > middle, y0, np.inf), first)
    line = (np.minimum(above, high) + np.maximum(below, low)) / 2
    found = _widest(x0, y0, x1, y1, owner, line)
    flat = turn == 0
    corner = np.lexsort((xy[:, 0][start], xy[:, 1][start], owner))[first]
    point[full, 0] = np.where(flat, xy[:, 0][start][corner], found)
    point[full, 1] = np.where(flat, xy[:, 1][start][corner], line)
    return point


def centroids(xy: Floats, ring: Offsets) -> Floats:
    """(N, 2): centres of area, of length for rings without area; NaN where there is no vertex."""
    point = np.full((len(ring) - 1, 2), np.nan)
    full = np.flatnonzero(np.diff(ring))
    if not len(full):
        return point
    owner, start, after = _walk(ring, full)
    base = xy[ring[full]]
    a, b = xy[start] - base[owner], xy[after] - base[owner]
    cross = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
    length = np.hypot(*(b - a).T)
    area, edge = np.bincount(owner, cross), np.bincount(owner, length)
    for axis in (0, 1):
        both = a[:, axis] + b[:, axis]
        by_area = np.bincount(owner, both * cross) / np.where(area, 3 * area, 1)
        by_edge = np.bincount(owner, both * length) / np.where(edge, 2 * edge, 1)
        point[full, axis] = base[:, axis] + np.where(area != 0, by_area, by_edge)
    return point


def distances(point: Floats) -> Floats:
    """(N,): distance from (0, 0), in the rounding of sqrt(x² + y²)."""
    return np.asarray(np.sqrt(point[:, 0] * point[:, 0] + point[:, 1] * point[:, 1]))


def _walk(ring: Offsets, full: NDArray[np.int64]) -> tuple[Offsets, Offsets, Offsets]:
    """Per vertex of the rings ``full``: place of its ring in ``full``, its own index, that of the next."""
    sizes = np.diff(ring)[full]
    owner = np.repeat(np.arange(len(full)), sizes)
    ends = np.cumsum(sizes)
    start = np.arange(ends[-1]) - np.repeat(ends - sizes, sizes) + np.repeat(ring[full], sizes)
    after = start + 1
    after[ends - 1] = ring[full]
    return owner, start, after


def _turns(x0: Floats, y0: Floats, x1: Floats, y1: Floats, owner: Offsets) -> Floats:
    """Shoelace sum of each ring about its first vertex: exact for the integers that images have."""
    first = np.flatnonzero(np.diff(owner, prepend=-1))
    x, y = x0[first][owner], y0[first][owner]
    return np.bincount(owner, (x0 - x) * (y1 - y) - (y0 - y) * (x1 - x))


def _widest(x0: Floats, y0: Floats, x1: Floats, y1: Floats, owner: Offsets, line: Floats) -> Floats:
    """x of the middle of the widest inside piece of each scan line, leftmost of equals; 0 without any."""
    s = line[owner]
    cut = np.flatnonzero((y0 > s) != (y1 > s))
    run, rise = x1[cut] - x0[cut], y1[cut] - y0[cut]
    slope = np.divide(rise, run, out=np.ones(len(cut)), where=run != 0)
    x = x0[cut] + np.where(run != 0, (s[cut] - y0[cut]) / slope, 0.0)
    order = np.lexsort((x, owner[cut]))
    x, whose = x[order], owner[cut][order]
    left, right, whose = x[::2], x[1::2], whose[::2]  # a closed ring crosses a line an even number of times
    best = np.lexsort((left, left - right, whose))
    best = best[np.flatnonzero(np.diff(whose[best], prepend=-1))]
    result = np.zeros(len(line))
    result[whose[best]] = (left[best] + right[best]) / 2
    return result
