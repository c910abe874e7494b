"""Rings -> boxes, and pairs of them whose boxes meet, in numpy alone: the path for small work and cold starts."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ocr_eval.kernels.rings import SIMPLE, ZERO_AREA, signed_areas

_LIST = 1 << 18  # same-sample pairs listed at once
BRUTE = 10_000  # same-sample pairs from which a grid pays
CELLS = 4.0  # a box longer or higher than so many cells is not put into the grid


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
    order, owner, first, last = _windows(gt, pred, size * np.diff(pred.start) >= BRUTE)
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
        g = np.repeat(owner[own], count[own])
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
        width = len(order)
        key = np.sort(g * width + p)
        g = key // width
        p = key - g * width
    return g, p


def _windows(gt, pred, large):
    """Stretches of predictions to look at, and the gt of each; in large samples these follow a grid, else the table."""
    size = np.diff(gt.start)
    owner = np.arange(gt.start[-1])
    first, last = np.repeat(pred.start[:-1], size), np.repeat(pred.start[1:], size)
    if not large.any():
        return None, owner, first, last
    order, rest = np.arange(pred.start[-1]), np.repeat(~large, size)
    found = [(owner[rest], first[rest], last[rest])]
    for s in np.flatnonzero(large).tolist():
        g, p = slice(gt.start[s], gt.start[s + 1]), slice(pred.start[s], pred.start[s + 1])
        ranked, own, begin, end = _stretches(gt.box[:, g], pred.box[:, p])
        order[p] = pred.start[s] + ranked
        found.append((gt.start[s] + own, pred.start[s] + begin, pred.start[s] + end))
    return order, *(np.concatenate(column) for column in zip(*found, strict=True))


def _stretches(gt, pred):
    """(predictions by cell, gt of each stretch, its begin and end) of boxes (4, n); a grid as in ``pairs.grid``."""
    real = np.flatnonzero(pred[0] <= pred[2])
    low, high = pred[:2, real], pred[2:, real]
    length = high - low
    extent = (low.min(1), high.max(1), length.sum(1)) if len(real) else np.zeros((3, 2))
    place, shape = layout(len(real), *(float(v) for pair in extent for v in pair))
    origin, per_unit, cells = np.array(place[:2]), np.array(place[2:]), np.array(shape)

    def cell(points):
        at = (points - origin[:, None]) * per_unit[:, None]
        return np.minimum(np.maximum(at, 0), cells[:, None] - 1).astype(np.int64)

    columns, total = shape[0], shape[0] * shape[1]
    inside = (length * per_unit[:, None] <= CELLS).all(0)
    # Long boxes follow behind the last cell; empty ones are in no stretch.
    home = np.full(pred.shape[1], total + 1)
    x, y = cell(low)
    home[real] = np.where(inside, y * columns + x, total)
    ranked = np.argsort(home, kind="stable")
    heads = np.concatenate([[0], np.cumsum(np.bincount(home, minlength=total + 2))])
    own = np.flatnonzero(gt[0] <= gt[2])
    reach = length[:, inside].max(1, initial=0)[:, None]
    # A little further than the reach: differences of coordinates are rounded.
    left, top = cell(gt[:2, own] - reach - 2.0**-50 * (np.abs(gt[:2, own]) + reach))
    right, bottom = cell(gt[2:, own])
    rows = bottom - top + 1
    k = np.repeat(np.arange(len(own)), rows)
    row = (np.arange(len(k)) - np.repeat(np.cumsum(rows) - rows - top, rows)) * columns
    begin, end, own_rows = heads[row + left[k]], heads[row + right[k] + 1], own[k]
    if heads[total + 1] > heads[total]:
        begin = np.concatenate([begin, np.full(len(own), heads[total])])
        end = np.concatenate([end, np.full(len(own), heads[total + 1])])
        own_rows = np.concatenate([own_rows, own])
    return ranked, own_rows, begin, end


def layout(n, x, y, x_high, y_high, wide, tall):
    """((low x, low y, cells per unit of x, of y), (columns, rows)) of a grid for n boxes with sums of widths, heights.

    Cells are twice as wide and high as the mean box, but there are not too many of them.
    """
    most = max(1024, 4 * n)
    across, down = (x_high - x, y_high - y) if n else (0.0, 0.0)
    wide, tall = max(2 * wide / max(n, 1), across / most, 1e-6), max(2 * tall / max(n, 1), down / most, 1e-6)
    while (across // wide + 1) * (down // tall + 1) > most:
        wide, tall = 1.25 * wide, 1.25 * tall
    return (x, y, 1 / wide, 1 / tall), (int(across // wide) + 1, int(down // tall) + 1)
