"""Pairs of rings -> whether they are apart, touch or overlap, decided exactly: the predicates, in numpy.

No area is asked whether it is zero: areas in floating point are a little more than zero for many rings that touch.
"""

from __future__ import annotations

import numpy as np

from ocr_eval.kernels.areas import blocks
from ocr_eval.kernels.rings import EPSILON, EXACT_EXTENT


def apart(gt, pred, g, p):
    """Per pair of hulls (P,) int8: 1 apart, 0 touching, -1 overlapping; 2 where the sign is not known.

    Apart: an edge has every vertex of the other hull strictly outside. Touching: outside or on its line. Complete, also
    for points and segments, where the closed boxes meet.
    """
    most = np.maximum(_separation(gt, pred, g, p), _separation(pred, gt, p, g))
    guard = _guard(gt, pred, g, p)
    return np.where((np.abs(most) <= guard) & (guard > 0), 2, np.sign(most)).astype(np.int8)


def _separation(one, other, a, b):
    """Per pair: max over edges of hull a of min over vertices of hull b of the cross product, positive outside."""
    best = np.full(len(a), -np.inf)
    x, y, other_x, other_y = one.xy[:, 0], one.xy[:, 1], other.xy[:, 0], other.xy[:, 1]
    size = np.diff(one.ring)
    for k, n, m, step in blocks(size[a], np.diff(other.ring)[b]):
        begin, last = one.ring[a[k]], one.ring[a[k] + 1] - 1
        i = np.minimum(begin + np.arange(n)[:, None], last)
        j = np.where(i > begin, i - 1, last)
        px, py = x[j][:, None], y[j][:, None]
        ex, ey = x[i][:, None] - px, y[i][:, None] - py
        v = np.minimum(other.ring[b[k]] + np.arange(m)[:, None], other.ring[b[k] + 1] - 1)
        qx, qy = other_x[v], other_y[v]
        for r in range(0, n, step):
            s = slice(r, r + step)
            nearest = (ex[s] * (qy - py[s]) - (qx - px[s]) * ey[s]).min(1)
            best[k] = np.maximum(best[k], nearest.max(0))
    return best


def regions_meet(gt, pred, g, p):
    """Per pair of rings (P,) int8: 1 where closed even-odd regions share a point, 0 where not, 2 where not known.

    They share one if outlines meet, or else if one region holds a vertex, and so the whole outline, of the other.
    """
    meets, unsure = np.zeros(len(g), np.bool_), np.zeros(len(g), np.bool_)
    guard = _guard(gt, pred, g, p)
    for k, n, m, step in blocks(np.diff(gt.ring)[g], np.diff(pred.ring)[p]):
        ax, ay, bx, by = _outline(gt, g[k], n)
        cx, cy, dx, dy = _outline(pred, p[k], m)
        bound = guard[k]
        for one, point in (((ax, ay, bx, by), (cx[0], cy[0])), ((cx, cy, dx, dy), (ax[0], ay[0]))):
            held, doubt = _holds(*one, *point, bound)
            meets[k] |= held
            unsure[k] |= doubt
        for r in range(0, n, step):
            s = (slice(r, r + step), None)
            ends = ax[s], ay[s], bx[s], by[s]
            near = _boxes_meet(*ends, cx, cy, dx, dy)
            c, d = _side(*ends, cx, cy, bound), _side(*ends, dx, dy, bound)
            a, b = _side(cx, cy, dx, dy, *ends[:2], bound), _side(cx, cy, dx, dy, *ends[2:], bound)
            touch = near & (c * d <= 0) & (a * b <= 0)
            meets[k] |= touch.any((0, 1))
            unsure[k] |= (touch & ((c == 0) | (d == 0) | (a == 0) | (b == 0))).any((0, 1))
    return np.where((guard > 0) & unsure, 2, meets).astype(np.int8)


def _guard(gt, pred, g, p):
    """Bound (P,) below which the sign of a cross product is not known; 0 for integers of moderate extent."""
    wide = np.maximum(gt.box[2, g], pred.box[2, p]) - np.minimum(gt.box[0, g], pred.box[0, p])
    tall = np.maximum(gt.box[3, g], pred.box[3, p]) - np.minimum(gt.box[1, g], pred.box[1, p])
    longer, far = np.maximum(wide, tall), gt.far[g] + pred.far[p]
    return np.where((far > 0) | (longer >= EXACT_EXTENT), 32 * EPSILON * longer * (longer + far), 0.0)


def _outline(side, index, n):
    """Ends x, y, x, y of the edges of rings ``index``, (n, P) each; padding is the first vertex as an edge."""
    begin, behind = side.ring[index], side.ring[index + 1]
    i = begin + np.arange(n)[:, None]
    j = np.where(i + 1 < behind, i + 1, begin)
    i = np.where(i < behind, i, begin)
    return side.xy[i, 0], side.xy[i, 1], side.xy[j, 0], side.xy[j, 1]


def _boxes_meet(ax, ay, bx, by, cx, cy, dx, dy):
    meet = np.minimum(ax, bx) <= np.maximum(cx, dx)
    meet &= np.minimum(cx, dx) <= np.maximum(ax, bx)
    meet &= np.minimum(ay, by) <= np.maximum(cy, dy)
    return meet & (np.minimum(cy, dy) <= np.maximum(ay, by))


def _side(ax, ay, bx, by, px, py, bound):
    """Side of the line a -> b that p lies on: -1, 0 (on it, or within the bound), 1."""
    cross = (bx - ax) * (py - ay) - (px - ax) * (by - ay)
    return (cross > bound).astype(np.int8) - (cross < -bound).astype(np.int8)


def _holds(ax, ay, bx, by, px, py, bound):
    """Even-odd rule for a point (P,) off the outline (n, P): (inside, not known)."""
    spans = (ay > py) != (by > py)
    side = _side(ax, ay, bx, by, px, py, bound)
    right = spans & ((side > 0) == (by > ay))
    return right.sum(0) % 2 == 1, (spans & (side == 0)).any(0)
