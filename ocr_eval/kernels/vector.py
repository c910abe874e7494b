"""Rings -> boxes, candidate pairs and shared areas, in numpy alone: the path for small work and cold starts."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ocr_eval.kernels.rings import EPSILON, SIMPLE, ZERO_AREA, signed_areas

_LIST = 1 << 18  # same-sample pairs listed at once
_WORK = 1 << 17  # pairs of edges worked on at once, so that temporaries stay in the cache
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


class Edges(NamedTuple):
    """Edge table: the edges of all rings one after the other; one more edge at the end is padding."""

    left: np.ndarray  # (E + 1,) float64
    right: np.ndarray
    y: np.ndarray  # height at the left end
    slope: np.ndarray
    sign: np.ndarray  # +1 where the ring runs left to right, -1 right to left, 0 for verticals
    offset: np.ndarray  # (N + 1,) int64


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
    corner = xy[ring[members][:, None] + np.arange(4)]
    level = corner == np.roll(corner, -1, 1)  # per edge: x equal, y equal
    flags[members] = (level[:, ::2].all(1) & level[:, 1::2, ::-1].all(1)).any(1)
    return flags


def edge_table(side, special):
    """The edges of every ring. ``special`` maps ring indices to pieces (kernels.exact) that replace its edges."""
    xy, ring = side.xy, side.ring
    size = np.diff(ring)
    full = np.flatnonzero(size)
    after = np.arange(1, len(xy) + 1)
    after[ring[full + 1] - 1] = ring[full]
    x, y = xy[:, 0], xy[:, 1]
    x2, y2 = x[after], y[after]
    forward = x <= x2
    left, right, low, high = (np.where(forward, *both) for both in ((x, x2), (x2, x), (y, y2), (y2, y)))
    run = right - left
    columns = [left, right, low, (high - low) / np.where(run > 0, run, 1.0), np.sign(x2 - x)]
    offset = ring
    if special:
        parts = [np.arange(a, b) for a, b in zip(ring[:-1].tolist(), ring[1:].tolist(), strict=True)]
        extra = [_as_edge(piece) for pieces in special.values() for piece in pieces]
        at = len(xy)
        for i, pieces in special.items():
            parts[i] = np.arange(at, at + len(pieces))
            at += len(pieces)
        order = np.concatenate(parts)
        more = np.array(extra, np.float64).reshape(-1, 5).T
        columns = [np.concatenate([column, new])[order] for column, new in zip(columns, more, strict=True)]
        offset = np.concatenate([[0], np.cumsum([len(part) for part in parts])])
    return Edges(*(np.append(column, 0.0) for column in columns), offset)


def _as_edge(piece):
    slope = (piece.y_right - piece.y_left) / (piece.right - piece.left)
    return float(piece.left), float(piece.right), float(piece.y_left), float(slope), float(piece.sign)


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
    """Per gt the range of predictions to look at; in large samples they are sorted by their left side first."""
    size = np.diff(gt.start)
    first, last = np.repeat(pred.start[:-1], size), np.repeat(pred.start[1:], size)
    if not large.any():
        return None, first, last
    order = np.arange(pred.start[-1])
    for s in np.flatnonzero(large).tolist():
        g, p = slice(gt.start[s], gt.start[s + 1]), slice(pred.start[s], pred.start[s + 1])
        ranked = np.argsort(pred.box[0, p], kind="stable")
        order[p] = pred.start[s] + ranked
        # Left sides rise, and so does the furthest right side so far: both bound the window by bisection.
        reach = np.maximum.accumulate(pred.box[2, p][ranked])
        first[g] = pred.start[s] + np.searchsorted(reach, gt.box[0, g], "left")
        last[g] = pred.start[s] + np.searchsorted(pred.box[0, p][ranked], gt.box[2, g], "right")
    return order, first, np.maximum(first, last)


def straight_areas(gt, pred, g, p):
    """Area shared by the boxes of every pair (P,): exact for axis-parallel rectangles of integers."""
    wide = np.minimum(gt.box[2, g], pred.box[2, p]) - np.maximum(gt.box[0, g], pred.box[0, p])
    tall = np.minimum(gt.box[3, g], pred.box[3, p]) - np.maximum(gt.box[1, g], pred.box[1, p])
    return np.maximum(wide, 0) * np.maximum(tall, 0)


def shared_areas(gt, pred, g, p, special):
    """(area shared by the rings of every pair (P,), bound on its error), by edge-edge accumulation.

    Right for rings whose winding number is 0 or ±1 everywhere: simple ones, and the pieces of ``special`` (two
    dictionaries, as in ``edge_table``). The integral of the product of two winding numbers is
    -1/2 · sum over edges i, j of s_i t_j ∫ |y_i(x) - y_j(x)| dx over their common x.
    """
    edges_gt, edges_pred = edge_table(gt, special[0]), edge_table(pred, special[1])
    rows, width = np.diff(edges_gt.offset)[g], np.diff(edges_pred.offset)[p]
    guard = guards(gt, pred, g, p, rows + width, special)
    total = np.zeros(len(g))
    for members, k, i, m in blocks(rows, width, edges_gt.offset[g]):
        part = _edge_sums(edges_gt, edges_pred, i, p[members][k], m)
        total[members] += np.bincount(k, weights=part, minlength=len(members))
    return np.abs(total) / 4, guard


def blocks(rows, width, begin):
    """Cuts pairs into work of bounded size. Pair k has ``rows[k]`` rows, the first ``begin[k]``, of ``width[k]``.

    Yields (members, own, row, m): row ``row[r]`` belongs to pair ``members[own[r]]``, and m is the padded width. Huge
    pairs are cut too, so a pair may be yielded several times.
    """
    padded = np.where(width <= 4, 4, 1 << np.ceil(np.log2(np.maximum(width, 1))).astype(np.int64))
    for m in np.flatnonzero(np.bincount(padded[rows > 0], minlength=1)).tolist():
        members = np.flatnonzero((padded == m) & (rows > 0))
        ends = np.cumsum(rows[members])
        shift = begin[members] - ends + rows[members]
        for low in range(0, int(ends[-1]), max(1, _WORK // m)):
            row = np.arange(low, min(low + max(1, _WORK // m), int(ends[-1])))
            own = np.searchsorted(ends, row, "right")
            some = members[own[0] : own[-1] + 1]
            yield some, own - own[0], row + shift[own], m


def _edge_sums(gt, pred, i, p, m):
    """Edge ``i[r]`` of a gt against all edges of prediction ring ``p[r]``: (R,) sums s Σ t · 2 ∫ |gap|."""
    begin, end = pred.offset[p], pred.offset[p + 1]
    j = begin[:, None] + np.arange(m)
    np.copyto(j, len(pred.left) - 1, where=j >= end[:, None])
    low = np.maximum(gt.left[i][:, None], pred.left[j])
    width = np.minimum(gt.right[i][:, None], pred.right[j]) - low
    some = np.flatnonzero(width > 0)
    width, low, j = width.ravel()[some], low.ravel()[some], j.ravel()[some]
    r = some // m
    i_r = i[r]
    left_i, left_j, slope_i, slope_j = gt.left[i_r], pred.left[j], gt.slope[i_r], pred.slope[j]
    apart = gt.y[i_r] - pred.y[j]
    high = low + width
    at_low = apart + (slope_i * (low - left_i) - slope_j * (low - left_j))
    at_high = apart + (slope_i * (high - left_i) - slope_j * (high - left_j))
    a, b = np.abs(at_low), np.abs(at_high)
    size = a + b
    split = np.flatnonzero((at_low < 0) != (at_high < 0))
    a, b = a[split], b[split]
    size[split] = (a * a + b * b) / np.where(size[split] > 0, size[split], 1.0)
    return np.bincount(r, weights=pred.sign[j] * width * size, minlength=len(i)) * gt.sign[i]


def guards(gt, pred, g, p, edges, special):
    """Bound on the error of a shared area: 4 (n + m) eps L², L the larger side of the joint box.

    ``edges`` (P,) is n + m. Decimals and the ends of pieces are rounded, which grows with the size of coordinates.
    """
    far_gt, far_pred = _far(gt, special[0]), _far(pred, special[1])
    wide = np.maximum(gt.box[2, g], pred.box[2, p]) - np.minimum(gt.box[0, g], pred.box[0, p])
    tall = np.maximum(gt.box[3, g], pred.box[3, p]) - np.minimum(gt.box[1, g], pred.box[1, p])
    longer = np.maximum(wide, tall)
    return 4 * EPSILON * edges * longer * (longer + far_gt[g] + far_pred[p])


def _far(side, special):
    if not special:
        return side.far
    far, rounded = side.far.copy(), list(special)
    far[rounded] = np.abs(side.box[:, rounded]).max(0)
    return far
