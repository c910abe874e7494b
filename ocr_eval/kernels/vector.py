"""Rings -> boxes, and pairs of them whose boxes meet, in numpy alone: the path for small work and cold starts."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ocr_eval.kernels.rings import SIMPLE, ZERO_AREA, signed_areas

_LIST = 1 << 18  # same-sample pairs listed at once
_WINDOW = 10_000  # same-sample pairs above which predictions are sorted and only a window of them is listed


class Side(NamedTuple):
    """The rings of one side, and what pairs of them need; N rings, all arrays read-only."""

    start: np.ndarray  # (S + 1,) int64 offsets into rings
    xy: np.ndarray  # (V, 2) float64
    ring: np.ndarray  # (N + 1,) int64 offsets into xy
    shape: np.ndarray  # (N,) uint8 class
    area: np.ndarray  # (N,) |shoelace|; 0 for zero-area and too few points
    box: np.ndarray  # (4, N) closed box: low x, low y, high x, high y; empty where there is no point
    straight: (
        np.ndarray
    )  # (N,) bool, axis-parallel rectangle of integers: its shared areas are exact products
    far: np.ndarray  # (N,) largest coordinate of a ring with decimals, 0 for integers


def side(start, xy, ring, shape):
    """The ``Side`` of these rings."""
    size = np.diff(ring)
    full = np.flatnonzero(size)
    area = np.abs(signed_areas(xy, ring))
    area[shape >= ZERO_AREA] = 0
    box = np.empty((4, len(size)))
    box[:2], box[2:] = np.inf, -np.inf
    far = np.zeros(len(size))
    if len(full):
        x, y, head = np.ascontiguousarray(xy[:, 0]), np.ascontiguousarray(xy[:, 1]), ring[full]
        box[0, full], box[1, full] = np.minimum.reduceat(x, head), np.minimum.reduceat(y, head)
        box[2, full], box[3, full] = np.maximum.reduceat(x, head), np.maximum.reduceat(y, head)
        broken = (np.rint(xy) != xy).any(1)
        if broken.any():
            own = np.logical_or.reduceat(broken, head)
            far[full] = np.where(own, np.abs(box[:, full]).max(0), 0.0)
    return Side(start, xy, ring, shape, area, box, _straight(xy, ring, size, shape, far), far)


def _straight(xy, ring, size, shape, far):
    flags = (size == 4) & (shape == SIMPLE) & (far == 0)
    members = np.flatnonzero(flags)
    x, y = (xy[:, axis][ring[members] + np.arange(4)[:, None]] for axis in (0, 1))
    # Edges from corner 0, 1, 2, 3: level and upright in turns.
    level, upright = (row == np.concatenate([row[1:], row[:1]]) for row in (y, x))
    flags[members] = (level[::2] & upright[1::2]).all(0) | (upright[::2] & level[1::2]).all(0)
    return flags


def candidates(gt, pred, limit):
    """Pairs of one sample whose closed boxes meet: (gt (P,), pred (P,)) int64, gt-major, both in table order.

    ``limit(sample, count, total)`` is called with the growing number of pairs of the fullest sample and of all, and
    raises when that is too much, so memory stays bounded.
    """
    size = np.diff(gt.start)
    order, first, last = _windows(gt, pred, size * np.diff(pred.start) > _WINDOW)
    count = last - first
    ends = np.cumsum(count)
    sample = np.repeat(np.arange(len(size)), size)
    found = np.zeros(len(size), np.int64)
    gts, preds = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    row = 0
    while row < len(count):
        before = ends[row - 1] if row else 0
        stop = max(row + 1, int(np.searchsorted(ends, before + _LIST, "right")))
        own = slice(row, stop)
        g = np.repeat(np.arange(row, stop), count[own])
        p = np.arange(len(g)) + np.repeat(first[own] + count[own] + before - ends[own], count[own])
        if order is not None:
            p = order[p]
        meet = np.flatnonzero((gt.box[0, g] <= pred.box[2, p]) & (gt.box[2, g] >= pred.box[0, p]))
        g, p = g[meet], p[meet]
        meet = (gt.box[1, g] <= pred.box[3, p]) & (gt.box[3, g] >= pred.box[1, p])
        g, p = g[meet], p[meet]
        gts.append(g)
        preds.append(p)
        if len(g):
            found += np.bincount(sample[g], minlength=len(found))
            limit(int(found.argmax()), int(found.max()), int(found.sum()))
        row = stop
    g, p = np.concatenate(gts), np.concatenate(preds)
    if order is not None:
        ranked = np.lexsort((p, g))
        g, p = g[ranked], p[ranked]
    return g, p


def _windows(gt, pred, large):
    """Per gt the range of predictions to look at; in large samples these are sorted along one axis first."""
    size = np.diff(gt.start)
    first, last = np.repeat(pred.start[:-1], size), np.repeat(pred.start[1:], size)
    if not large.any():
        return None, first, last
    order = np.arange(pred.start[-1])
    for s in np.flatnonzero(large).tolist():
        g, p = slice(gt.start[s], gt.start[s + 1]), slice(pred.start[s], pred.start[s + 1])
        found = [_window(gt.box[axis::2, g], pred.box[axis::2, p]) for axis in (0, 1)]
        ranked, begin, end = min(found, key=lambda window: int((window[2] - window[1]).sum()))
        order[p] = pred.start[s] + ranked
        first[g], last[g] = pred.start[s] + begin, pred.start[s] + end
    return order, first, last


def _window(gt, pred):
    """(predictions by their low side, first and behind last position for every gt). Boxes (2, n): low, high."""
    ranked = np.argsort(pred[0], kind="stable")
    # Low sides rise, and so does the furthest high side so far: both bound the window by bisection.
    begin = np.searchsorted(np.maximum.accumulate(pred[1][ranked]), gt[0], "left")
    return ranked, begin, np.maximum(begin, np.searchsorted(pred[0][ranked], gt[1], "right"))
