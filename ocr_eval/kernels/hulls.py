"""Rings -> convex hulls, and whether two hulls meet, decided exactly; numpy and Python, without Numba."""

from __future__ import annotations

import numpy as np

from ocr_eval.kernels import rings
from ocr_eval.kernels.rings import EPSILON, EXACT_EXTENT
from ocr_eval.kernels.vector import blocks


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
    return xy[index[position]], offset


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
                if (bx - ax) * (y - ay) - (x - ax) * (by - ay) > 0:
                    break
                half.pop()
            half.append((x, y))
        found += half[:-1]
    return [first[place] for place in reversed(found)]


def apart(gt, pred, g, p):
    """Per pair of hulls (P,) int8: 1 apart, 0 touching, -1 overlapping; 2 where the sign is not known.

    Apart: an edge has every vertex of the other hull strictly outside. Touching: outside or on its line. Complete, also
    for points and segments, where the closed boxes meet.
    """
    most = np.maximum(_separation(gt, pred, g, p), _separation(pred, gt, p, g))
    wide = np.maximum(gt.box[2, g], pred.box[2, p]) - np.minimum(gt.box[0, g], pred.box[0, p])
    tall = np.maximum(gt.box[3, g], pred.box[3, p]) - np.minimum(gt.box[1, g], pred.box[1, p])
    longer, far = np.maximum(wide, tall), gt.far[g] + pred.far[p]
    guard = np.where((far > 0) | (longer >= EXACT_EXTENT), 32 * EPSILON * longer * (longer + far), 0.0)
    return np.where((np.abs(most) <= guard) & (guard > 0), 2, np.sign(most)).astype(np.int8)


def _separation(one, other, a, b):
    """Per pair: max over edges of hull a of min over vertices of hull b of the cross product, positive outside."""
    best = np.full(len(a), -np.inf)
    full = np.flatnonzero(np.diff(one.ring))
    after = np.arange(1, len(one.xy) + 1)
    after[one.ring[full + 1] - 1] = one.ring[full]
    x, y, other_x, other_y = one.xy[:, 0], one.xy[:, 1], other.xy[:, 0], other.xy[:, 1]
    for members, own, i, m in blocks(np.diff(one.ring)[a], np.diff(other.ring)[b], one.ring[a]):
        second = b[members][own]
        j = np.minimum(other.ring[second][:, None] + np.arange(m), other.ring[second + 1][:, None] - 1)
        px, py = x[i][:, None], y[i][:, None]
        ex, ey = x[after[i]][:, None] - px, y[after[i]][:, None] - py
        nearest = (ex * (other_y[j] - py) - (other_x[j] - px) * ey).min(1)
        head = np.flatnonzero(np.diff(own, prepend=-1))
        best[members[own[head]]] = np.maximum(best[members[own[head]]], np.maximum.reduceat(nearest, head))
    return best
