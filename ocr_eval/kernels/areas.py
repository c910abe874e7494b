"""Pairs of rings -> the area they share and a bound on its error: edge tables and their sums, in numpy."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ocr_eval.kernels.rings import EPSILON, ZERO_AREA

# Pairs of edges worked on at once: ten temporaries of this size stay in the cache.
_WORK = 1 << 13


class Edges(NamedTuple):
    """Edge table: the edges of all rings one after the other; one more edge at the end is padding."""

    left: np.ndarray  # (E + 1,) float64
    right: np.ndarray
    y: np.ndarray  # height at the left end
    slope: np.ndarray
    sign: np.ndarray  # +1 where the ring runs left to right, -1 right to left, 0 for verticals
    offset: np.ndarray  # (N + 1,) int64


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


def shared_areas(gt, pred, g, p, special):
    """(area shared by the rings of every pair (P,), bound on its error); the bound is 0 where the area is exact.

    Exact: a ring without area, boxes that at most touch, two axis-parallel rectangles of integers. The others go edge
    by edge: the integral of the product of two winding numbers is -1/2 · sum over edges i, j of
    s_i t_j ∫ |y_i(x) - y_j(x)| dx over their common x. That is right for winding numbers 0 and ±1: for simple rings,
    and for the pieces of ``special`` (two dictionaries, as in ``edge_table``) that stand in for all others.
    """
    wide = np.minimum(gt.box[2, g], pred.box[2, p]) - np.maximum(gt.box[0, g], pred.box[0, p])
    tall = np.minimum(gt.box[3, g], pred.box[3, p]) - np.maximum(gt.box[1, g], pred.box[1, p])
    inter, guard = np.maximum(wide, 0) * np.maximum(tall, 0), np.zeros(len(g))
    inter[(gt.shape[g] >= ZERO_AREA) | (pred.shape[p] >= ZERO_AREA)] = 0
    rest = np.flatnonzero((inter > 0) & ~(gt.straight[g] & pred.straight[p]))
    inter[rest], guard[rest] = _slanted(gt, pred, g[rest], p[rest], special)
    return inter, guard


def _slanted(gt, pred, g, p, special):
    edges_gt, edges_pred = edge_table(gt, special[0]), edge_table(pred, special[1])
    rows, columns = np.diff(edges_gt.offset)[g], np.diff(edges_pred.offset)[p]
    total = np.zeros(len(g))
    for k, n, m, step in blocks(rows, columns):
        own, other = _take(edges_gt, g[k], n), _take(edges_pred, p[k], m)
        for i in range(0, n, step):
            total[k] += _edge_sums([column[i : i + step, None] for column in own], other)
    return np.abs(total) / 4, _guards(gt, pred, g, p, rows + columns, special)


def blocks(rows, columns):
    """Cuts pairs with ``rows`` x ``columns`` things to compare into pieces of work of bounded size.

    Yields (pairs, n, m, step): pairs padded to n x m, to be done ``step`` rows at a time. Arrays are (n, m, pairs): the
    pairs come last, so that numpy's inner loop is long.
    """
    powers = [
        np.maximum(2, np.ceil(np.log2(np.maximum(size, 1))).astype(np.int64)) for size in (rows, columns)
    ]
    key = powers[0] << 6 | powers[1]
    for one in np.flatnonzero(np.bincount(key[(rows > 0) & (columns > 0)])).tolist():
        n, m = 1 << (one >> 6), 1 << (one & 63)
        members = np.flatnonzero(key == one)
        for k in np.array_split(members, -(-len(members) // max(1, _WORK // (n * m)))):
            yield k, n, m, max(1, _WORK // (m * len(k)))


def _take(edges, index, n):
    """The columns (n, P) of the edges of rings ``index``, padded."""
    i = edges.offset[index] + np.arange(n)[:, None]
    np.copyto(i, len(edges.left) - 1, where=i >= edges.offset[index + 1])
    return [column[i] for column in edges[:5]]


def _edge_sums(gt, pred):
    """Columns (n, 1, P) against (m, P): sum over both of s t · 2 ∫ |gap|, (P,)."""
    left, right, y, slope, sign = gt
    pred_left, pred_right, pred_y, pred_slope, pred_sign = pred
    low = np.maximum(left, pred_left)
    width = np.minimum(right, pred_right)
    width -= low
    np.maximum(width, 0, out=width)
    at_low = (low - left) * slope
    low -= pred_left
    low *= pred_slope
    at_low -= low
    at_low += y - pred_y
    at_high = (slope - pred_slope) * width
    at_high += at_low
    a, b = np.abs(at_low), np.abs(at_high)
    size = a + b
    at_low *= at_high
    split = np.flatnonzero(at_low < 0)
    a, b, flat = a.ravel()[split], b.ravel()[split], size.ravel()
    flat[split] = (a * a + b * b) / flat[split]
    size *= width
    size *= pred_sign
    return (size.sum(1) * sign[:, 0]).sum(0)


def _guards(gt, pred, g, p, edges, special):
    """Bound on the error of a shared area: 4 (n + m) eps L², L the larger side of the joint box; ``edges`` is n + m."""
    wide = np.maximum(gt.box[2, g], pred.box[2, p]) - np.minimum(gt.box[0, g], pred.box[0, p])
    tall = np.maximum(gt.box[3, g], pred.box[3, p]) - np.minimum(gt.box[1, g], pred.box[1, p])
    longer = np.maximum(wide, tall)
    return 4 * EPSILON * edges * longer * (longer + far(gt, special[0])[g] + far(pred, special[1])[p])


def far(side, special):
    """(N,) ``Side.far``; also for rings with pieces, whose ends are rounded: errors grow with coordinates there."""
    if not special:
        return side.far
    made, rounded = side.far.copy(), list(special)
    made[rounded] = np.abs(side.box[:, rounded]).max(0)
    return made
