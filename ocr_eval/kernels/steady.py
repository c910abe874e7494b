"""Chosen pairs of simple rings -> shared and own areas whose bits depend on the two rings alone, in numpy.

``areas.shared_areas`` is faster but adds in an order that depends on the engine and on the other pairs: good for
decisions, which know its error, not for sums that are published. Here every pair is one fixed sequence of operations,
the same as in ``steady_loops``. The formula is that of ``areas``: -1/2 · sum over edges i, j of s_i t_j ∫ |gap| dx.
"""

from __future__ import annotations

import numpy as np

from ocr_eval.kernels.rings import EPSILON


def steady_areas(gt_xy, gt_ring, pred_xy, pred_ring, gt, pred):
    """(shared area, area of the gt ring, area of the prediction's ring), (P,) each, of pairs of simple rings.

    A shared area that is an own area but for rounding is that area, so that a ring covers itself completely.
    """
    inter, area_gt, area_pred = (np.zeros(len(gt)) for _ in range(3))
    rows, columns = np.diff(gt_ring)[gt], np.diff(pred_ring)[pred]
    key = _power(rows) << 6 | _power(columns)
    for one in np.unique(key).tolist():
        k = np.flatnonzero(key == one)
        own, other = _edges(gt_xy, gt_ring, gt[k]), _edges(pred_xy, pred_ring, pred[k])
        area_gt[k], area_pred[k] = own.area, other.area
        inter[k] = _settled(_accumulate(own, other), own, other, rows[k] + columns[k])
    return inter, area_gt, area_pred


class _Edges:
    """The edges of some rings, padded: columns (n, P) from left to right, |shoelace| and box (P,)."""

    def __init__(self, x, y, x2, y2, area):
        forward = x <= x2
        self.left, self.right = np.where(forward, x, x2), np.where(forward, x2, x)
        self.y, high = np.where(forward, y, y2), np.where(forward, y2, y)
        run = self.right - self.left
        self.slope = (high - self.y) / np.where(run > 0, run, 1.0)
        self.sign = np.sign(x2 - x)
        self.area = area
        self.box = x.min(0), y.min(0), x.max(0), y.max(0)


def _power(size):
    return np.ceil(np.log2(np.maximum(size, 1))).astype(np.int64)


def _edges(xy, ring, index):
    begin, size = ring[index], ring[index + 1] - ring[index]
    n = int(size.max(initial=1))
    i = np.arange(n)[:, None]
    # Padding repeats the first vertex: edges without length.
    inside = i < size
    x, y = (np.where(inside, xy[:, axis][begin + np.where(inside, i, 0)], xy[begin, axis]) for axis in (0, 1))
    after = np.where(i + 1 < size, i + 1, 0)
    x2, y2 = (xy[:, axis][begin + after] for axis in (0, 1))
    ox, oy = xy[begin, 0], xy[begin, 1]
    px, py = (xy[begin + size - 1, axis] for axis in (0, 1))
    twice = np.zeros(len(index))
    for v in range(n):
        term = (px - ox) * (y[v] - oy) - (x[v] - ox) * (py - oy)
        twice = twice + np.where(inside[v], term, 0.0)
        px, py = x[v], y[v]
    return _Edges(x, y, np.where(inside, x2, x), np.where(inside, y2, y), np.abs(twice) / 2)


def _accumulate(gt, pred):
    """(P,) the sum over pairs of edges, gt's edges outside, one addition after the other."""
    total = np.zeros(gt.left.shape[1])
    for i in range(len(gt.left)):
        low, high = np.maximum(gt.left[i], pred.left), np.minimum(gt.right[i], pred.right)
        apart = gt.y[i] - pred.y
        a = apart + (gt.slope[i] * (low - gt.left[i]) - pred.slope * (low - pred.left))
        b = apart + (gt.slope[i] * (high - gt.left[i]) - pred.slope * (high - pred.left))
        size = np.abs(a) + np.abs(b)
        cross = ((a < 0) != (b < 0)) & (size > 0)
        size = np.where(cross, (a * a + b * b) / np.where(cross, size, 1.0), size)
        part = np.where(high > low, (gt.sign[i] * pred.sign) * ((high - low) * size), 0.0)
        for row in part:
            total = total + row
    return np.abs(total) / 4


def _settled(inter, gt, pred, edges):
    longer = np.maximum(
        np.maximum(gt.box[2], pred.box[2]) - np.minimum(gt.box[0], pred.box[0]),
        np.maximum(gt.box[3], pred.box[3]) - np.minimum(gt.box[1], pred.box[1]),
    )
    smaller = np.minimum(gt.area, pred.area)
    return np.where(np.abs(inter - smaller) <= 4 * EPSILON * edges * longer * longer, smaller, inter)
