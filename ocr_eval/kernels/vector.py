"""Rings -> boxes, candidate pairs, shared areas and contacts, in numpy alone: the path for small work and cold starts."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ocr_eval.kernels.rings import EPSILON

_LIST = 1 << 18  # same-sample pairs listed at once
_WORK = 1 << 17  # edge pairs worked on at once, so that temporaries stay in the cache
_WINDOW = 10_000  # same-sample pairs above which predictions are sorted and only a window of them is listed


class Edges(NamedTuple):
    """Edge table: values of all rings, one after the other, and offsets. Verticals and padding have sign 0."""

    left: np.ndarray  # (E + 1,) float64; the last edge is padding
    right: np.ndarray
    y: np.ndarray  # height at the left end
    slope: np.ndarray
    sign: np.ndarray  # +1 where the ring runs left to right, -1 right to left
    offset: np.ndarray  # (N + 1,) int64


def boxes(xy, ring):
    """Closed bounding boxes, float64 (4, N): low x, low y, high x, high y. A ring without points has an empty box."""
    found = np.empty((4, len(ring) - 1))
    found[:2], found[2:] = np.inf, -np.inf
    full = np.flatnonzero(np.diff(ring))
    if len(full):
        found[:2, full] = np.minimum.reduceat(xy, ring[full], axis=0).T
        found[2:, full] = np.maximum.reduceat(xy, ring[full], axis=0).T
    return found


def edge_table(xy, ring, special=None):
    """The edges of every ring. ``special`` maps ring indices to pieces (kernels.exact) that replace its edges."""
    size = np.diff(ring)
    full = np.flatnonzero(size)
    after = np.arange(1, len(xy) + 1)
    after[ring[full + 1] - 1] = ring[full]
    x, y = xy[:, 0], xy[:, 1]
    forward = x <= x[after]
    low, high = np.where(forward, np.arange(len(xy)), after), np.where(forward, after, np.arange(len(xy)))
    run = x[high] - x[low]
    columns = [x[low], x[high], y[low], (y[high] - y[low]) / np.where(run > 0, run, 1.0), np.sign(x[after] - x)]
    offset = ring
    if special:
        parts = [[column[ring[i] : ring[i + 1]] for column in columns] for i in range(len(size))]
        for i, pieces in special.items():
            parts[i] = list(np.array([_as_edge(piece) for piece in pieces], np.float64).reshape(-1, 5).T)
        columns = [np.concatenate([part[k] for part in parts]) for k in range(5)]
        offset = np.concatenate([[0], np.cumsum([len(part[0]) for part in parts])])
    return Edges(*(np.append(column, 0.0) for column in columns), offset.astype(np.int64))


def _as_edge(piece):
    slope = (piece.y_right - piece.y_left) / (piece.right - piece.left)
    return float(piece.left), float(piece.right), float(piece.y_left), float(slope), float(piece.sign)


def candidates(gt_start, gt_boxes, pred_start, pred_boxes, limit):
    """Pairs of one sample whose closed boxes meet: (gt (P,), pred (P,)) int64, gt-major, both in table order.

    Memory stays bounded by ``limit(sample, count)``, which is called with the growing number of pairs of a sample and
    raises when that is too many.
    """
    size_gt, size_pred = np.diff(gt_start), np.diff(pred_start)
    order, first, last = _windows(gt_start, gt_boxes, pred_start, pred_boxes, size_gt * size_pred > _WINDOW)
    count = last - first
    ends = np.cumsum(count)
    sample = np.repeat(np.arange(len(size_gt)), size_gt)
    found = np.zeros(len(size_gt), np.int64)
    gts, preds = [], []
    row = 0
    while row < len(count):
        before = ends[row - 1] if row else 0
        stop = max(row + 1, int(np.searchsorted(ends, before + _LIST, "right")))
        g = np.repeat(np.arange(row, stop), count[row:stop])
        p = np.arange(len(g)) + np.repeat(first[row:stop] - (ends[row:stop] - count[row:stop] - before), count[row:stop])
        if order is not None:
            p = order[p]
        meet = gt_boxes[0, g] <= pred_boxes[2, p]
        meet &= gt_boxes[2, g] >= pred_boxes[0, p]
        meet &= gt_boxes[1, g] <= pred_boxes[3, p]
        meet &= gt_boxes[3, g] >= pred_boxes[1, p]
        g, p = g[meet], p[meet]
        gts.append(g)
        preds.append(p)
        if len(g):
            own = np.bincount(sample[g], minlength=len(found))
            found += own
            limit(int(found.argmax()), int(found.max()))
        row = stop
    gt = np.concatenate(gts) if gts else np.zeros(0, np.int64)
    pred = np.concatenate(preds) if preds else np.zeros(0, np.int64)
    if order is not None:
        ranked = np.lexsort((pred, gt))
        gt, pred = gt[ranked], pred[ranked]
    return gt, pred


def _windows(gt_start, gt_boxes, pred_start, pred_boxes, large):
    """Per gt the range of predictions to look at; in large samples they are sorted by their left side first."""
    size_gt = np.diff(gt_start)
    first, last = np.repeat(pred_start[:-1], size_gt), np.repeat(pred_start[1:], size_gt)
    if not large.any():
        return None, first, last
    order = np.arange(pred_start[-1])
    for s in np.flatnonzero(large).tolist():
        g, p = slice(gt_start[s], gt_start[s + 1]), slice(pred_start[s], pred_start[s + 1])
        ranked = np.argsort(pred_boxes[0, p], kind="stable")
        order[p] = pred_start[s] + ranked
        left = pred_boxes[0, p][ranked]
        # A prediction reaches a gt only if its left side is at most its own width before it; the running maximum of
        # right sides is a sharper bound, because it does not fall.
        reach = np.maximum.accumulate(pred_boxes[2, p][ranked])
        first[g] = pred_start[s] + np.searchsorted(reach, gt_boxes[0, g], "left")
        last[g] = pred_start[s] + np.searchsorted(left, gt_boxes[2, g], "right")
    return order, first, np.maximum(first, last)


def shared_areas(gt_edges, pred_edges, gt, pred):
    """Area shared by the rings of every pair, float64 (P,), by edge-edge accumulation.

    For rings whose winding number is 0 or ±1 (simple ones, and pieces of the exact path). Identity: the integral of the
    product of two winding numbers is -1/2 · sum over edges i, j of s_i t_j ∫ |y_i(x) - y_j(x)| dx over their common x.
    """
    total = np.zeros(len(gt))
    rows = np.diff(gt_edges.offset)[gt]
    width = np.diff(pred_edges.offset)[pred]
    width = np.where(width <= 4, 4, 1 << np.ceil(np.log2(np.maximum(width, 1))).astype(np.int64))
    for m in np.unique(width).tolist():
        members = np.flatnonzero(width == m)
        # Enough pairs for one piece of work, or a few edges of one pair when its rings are huge.
        ends = np.cumsum(rows[members])
        step = max(1, _WORK // m)
        for begin in range(0, int(ends[-1]) if len(ends) else 0, step):
            row = np.arange(begin, min(begin + step, int(ends[-1])))
            own = np.searchsorted(ends, row, "right")
            k = members[own]
            i = gt_edges.offset[gt[k]] + row - (ends[own] - rows[k])
            part = _edge_sums(gt_edges, pred_edges, i, pred[k], m)
            low = own[0]
            total[members[low : own[-1] + 1]] += np.bincount(own - low, weights=part)
    return np.abs(total) / 4


def _edge_sums(gt_edges, pred_edges, i, pred, m):
    """Sum over the edges of prediction ring ``pred[r]`` against edge ``i[r]``: (R,) values s · Σ t · 2∫|gap|."""
    begin, end = pred_edges.offset[pred], pred_edges.offset[pred + 1]
    j = begin[:, None] + np.arange(m)
    np.copyto(j, len(pred_edges.left) - 1, where=j >= end[:, None])
    left_i, left_j = gt_edges.left[i][:, None], pred_edges.left[j]
    low = np.maximum(left_i, left_j)
    width = np.minimum(gt_edges.right[i][:, None], pred_edges.right[j]) - low
    r, c = np.nonzero(width > 0)
    width, low, left_j, j = width[r, c], low[r, c], left_j[r, c], j[r, c]
    i_r = i[r]
    slope_i, slope_j = gt_edges.slope[i_r], pred_edges.slope[j]
    left_i = gt_edges.left[i_r]
    apart = gt_edges.y[i_r] - pred_edges.y[j]
    high = low + width
    at_low = apart + (slope_i * (low - left_i) - slope_j * (low - left_j))
    at_high = apart + (slope_i * (high - left_i) - slope_j * (high - left_j))
    a, b = np.abs(at_low), np.abs(at_high)
    size = a + b
    split = (at_low < 0) != (at_high < 0)
    size = np.where(split & (size > 0), (a * a + b * b) / np.where(size > 0, size, 1.0), size)
    return np.bincount(r, weights=pred_edges.sign[j] * width * size, minlength=len(i)) * gt_edges.sign[i]


def guards(gt_boxes, pred_boxes, gt, pred, sizes, far):
    """Bound on the error of a shared area: 4 (n + m) eps L², L the larger side of the joint box.

    ``sizes`` (P,) is n + m; ``far`` (P,) the largest coordinate where decimals make coordinates inexact, else 0.
    """
    wide = np.maximum(gt_boxes[2, gt], pred_boxes[2, pred]) - np.minimum(gt_boxes[0, gt], pred_boxes[0, pred])
    tall = np.maximum(gt_boxes[3, gt], pred_boxes[3, pred]) - np.minimum(gt_boxes[1, gt], pred_boxes[1, pred])
    side = np.maximum(wide, tall)
    return 4 * EPSILON * sizes * side * (side + far)
