"""Rings -> convex hulls, decided exactly; numpy and Python, without Numba."""

from __future__ import annotations

import numpy as np

from ocr_eval.kernels import rings
from ocr_eval.kernels.rings import EXACT_EXTENT


def hull_table(xy, ring, shape):
    """Convex hulls of all rings: (xy (H, 2), ring (N + 1,)), collinear and repeated points dropped.

    A hull is walked with negative shoelace sum (counter-clockwise on a screen); two points are a segment, one is a
    point, none stays none.
    """
    convex = rings.convex(xy, ring, shape)
    values, exact = exact_values(xy, ring)
    size = np.diff(ring)
    index = np.zeros(len(xy), np.int64)
    count = np.zeros(len(size), np.int64)
    members = np.flatnonzero(convex & exact & (size == 4))
    corner = values[ring[members][:, None] + np.arange(4)]
    members = members[(corner != np.roll(corner, 1, 1)).any(2).all(1)]
    plain = np.zeros(len(size), np.bool_)
    plain[members] = True
    corner, keep = _quads(values, ring[members][:, None] + np.arange(4))
    count[members] = keep.sum(1)
    # Corners to keep come first, in their order; hull i is index[ring[i]:ring[i] + count[i]].
    index[ring[members][:, None] + np.arange(4)] = np.take_along_axis(
        corner, np.argsort(~keep, 1, "stable"), 1
    )
    for i in np.flatnonzero(~plain).tolist():
        own = chain(values[ring[i] : ring[i + 1]], exact[i])
        index[ring[i] : ring[i] + len(own)] = ring[i] + np.array(own, np.int64)
        count[i] = len(own)
    return cut(xy, ring, index, count)


def exact_values(xy, ring):
    """``rings.integers``, flagged only where cross products of the values are exact in float64."""
    values, scaled = rings.integers(xy, ring)
    if scaled.all() and np.abs(values).max(initial=0.0) < EXACT_EXTENT / 2:
        return values, scaled
    full = np.flatnonzero(np.diff(ring))
    for axis in (0, 1):
        if len(full):
            high = np.maximum.reduceat(values[:, axis], ring[full])
            low = np.minimum.reduceat(values[:, axis], ring[full])
            scaled[full] &= high - low < EXACT_EXTENT
    return values, scaled


def cut(xy, ring, index, count):
    """The vertices ``index[ring[i]:ring[i] + count[i]]`` of every ring i, as (xy, ring)."""
    offset = np.concatenate([[0], np.cumsum(count)])
    position = np.arange(offset[-1]) + np.repeat(ring[:-1] - offset[:-1], count)
    return xy.take(index.take(position), axis=0), offset


def _quads(values, corner):
    """Corners (R, 4) of convex quads in hull direction, and which of them turn. Neighbours differ."""
    x, y = values[corner, 0], values[corner, 1]
    bx, by = x - np.roll(x, 1, 1), y - np.roll(y, 1, 1)
    turn = bx * np.roll(by, -1, 1) - np.roll(bx, -1, 1) * by
    clockwise = (turn.sum(1) > 0)[:, None]
    return np.where(clockwise, corner[:, ::-1], corner), np.where(clockwise, turn[:, ::-1], turn) != 0


def chain(points, exact):
    """Andrew's monotone chain (1979): indices of the hull's points."""
    places = [(x, y) for x, y in points.tolist()]
    if not exact:
        from ocr_eval.kernels.exact import decimal

        places = [(decimal(x), decimal(y)) for x, y in places]
    first = {place: k for k, place in reversed(list(enumerate(places)))}
    ordered = sorted(first)
    if len(ordered) < 3:
        return [first[place] for place in ordered]
    found = []
    for walk in (ordered, ordered[::-1]):
        half = []
        for x, y in walk:
            while len(half) > 1:
                (ax, ay), (bx, by) = half[-2:]
                if (bx - ax) * (y - ay) - (x - ax) * (by - ay) < 0:
                    break
                half.pop()
            half.append((x, y))
        found += half[:-1]
    return [first[place] for place in found]
