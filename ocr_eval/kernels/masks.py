"""Rings of whole coordinates -> the pixels scikit-image's ``polygon`` fills, as runs on a line; shared pixels of pairs.

A pixel belongs to a ring when it is a vertex, or when an odd number of edges crosses its row to the right of it (an
edge holds its low end), or an odd number to the left of it (an edge holds its high end): J. O'Rourke, Computational
Geometry in C, 2nd ed. 1998, section 7.4. So the outline is inside, but for pixels where two edges meet that are no
vertex, and the rest is even-odd. Pixels left of or above 0 are not drawn.

All rows of all rings stand one after the other on one line of integers, where a run is [begin, end).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Runs(NamedTuple):
    """R disjoint runs in rising order, and where rings have their rows on the line; N rings."""

    begin: np.ndarray  # (R,) int64
    end: np.ndarray
    base: np.ndarray  # (N,) position of column 0 of row 0, were it there
    low: np.ndarray  # (N,) first row
    high: np.ndarray  # (N,) behind the last row
    width: int  # positions of a row


def crossings(y, ring):
    """(N,) rows that the edges of every ring pass, which is what ``fill`` costs in time and memory."""
    drawn = np.maximum(y, 0)
    after = _after(ring)
    total = np.concatenate([[0], np.cumsum(np.abs(drawn[after] - drawn))])
    return total[ring[1:]] - total[ring[:-1]]


def fill(x, y, ring, columns):
    """The ``Runs`` of rings: ``x``, ``y`` int64 (V,), ``ring`` offsets (N + 1,), none empty; ``columns`` (lowest,
    highest) x of these rings and of those they are compared with.
    """
    after, owner = _after(ring), np.repeat(np.arange(len(ring) - 1), np.diff(ring))
    low = np.maximum(np.minimum.reduceat(y, ring[:-1]), 0)
    high = np.maximum(np.maximum.reduceat(y, ring[:-1]) + 1, low)
    left = min(0, columns[0])
    width = int(columns[1] - left + 3)
    base = (np.cumsum(high - low) - (high - low) - low) * width - left

    # Edges from their upper end (x, y) to their lower end, those that pass a row.
    down = y <= y[after]
    xs, ys = np.where(down, x, x[after]), np.where(down, y, y[after])
    run, rise = np.where(down, x[after] - x, x - x[after]), np.abs(y[after] - y)
    begins, ends = [], []
    for holds_low in (True, False):
        # Rows [y, y + rise) or (y, y + rise], from 0 on; columns rounded up or down.
        first = np.maximum(ys + (not holds_low), 0)
        count = np.maximum(ys + rise + (not holds_low) - first, 0)
        edge = np.repeat(np.arange(len(x)), count)
        row = np.arange(len(edge)) + np.repeat(first - (np.cumsum(count) - count), count)
        over = (row - ys[edge]) * run[edge]
        column = xs[edge] - (-over // rise[edge]) if holds_low else xs[edge] + over // rise[edge] + 1
        # Every row of a ring has an even number of crossings: neighbours on the line are the ends of a run.
        place = np.sort(base[owner[edge]] + row * width + column)
        begins.append(place[::2])
        ends.append(place[1::2])
    seen = np.flatnonzero(y >= 0)
    corner = base[owner[seen]] + y[seen] * width + x[seen]
    begin, end = np.concatenate([*begins, corner]), np.concatenate([*ends, corner + 1])
    if left < 0:
        begin = np.maximum(begin, begin - (begin % width) - left)
    return Runs(*_united(begin, end), base, low, high, width)


def _after(ring):
    """(V,) index of the next vertex of each vertex, around its ring."""
    after = np.arange(1, ring[-1] + 1)
    after[ring[1:] - 1] = ring[:-1]
    return after


def _united(begin, end):
    """Runs as disjoint runs in order."""
    keep = begin < end
    begin, end = begin[keep], end[keep]
    order = np.argsort(begin, kind="stable")
    begin, reach = begin[order], np.maximum.accumulate(end[order])
    head = np.flatnonzero(np.append(True, begin[1:] > reach[:-1])) if len(begin) else np.zeros(0, np.int64)
    return begin[head], np.append(reach[head[1:] - 1], reach[-1:])


def sizes(runs):
    """(N,) number of pixels of every ring."""
    return _between(runs, runs.base + runs.low * runs.width, runs.base + runs.high * runs.width)


def shared(gt, pred, g, p):
    """(P,) pixels in both rings of pairs; both sides filled with equal ``columns``."""
    low = np.maximum(gt.low[g], pred.low[p])
    high = np.maximum(np.minimum(gt.high[g], pred.high[p]), low)
    first, last = (np.searchsorted(pred.begin, pred.base[p] + row * pred.width) for row in (low, high))
    count = last - first
    pair = np.repeat(np.arange(len(g)), count)
    run = np.arange(len(pair)) + np.repeat(first - (np.cumsum(count) - count), count)
    # The prediction's rows laid over the gt's.
    moved = (gt.base[g] - pred.base[p])[pair]
    part = _between(gt, pred.begin[run] + moved, pred.end[run] + moved)
    return np.bincount(pair, part, minlength=len(g)).astype(np.int64)


def _between(runs, begin, end):
    """Pixels on the line in [begin, end)."""
    return _below(runs, end) - _below(runs, begin)


def _below(runs, place):
    """Pixels on the line before ``place``."""
    if not len(runs.begin):
        return np.zeros(len(place), np.int64)
    total = np.concatenate([[0], np.cumsum(runs.end - runs.begin)])
    k = np.searchsorted(runs.begin, place, "right") - 1
    own = np.minimum(place, runs.end[k]) - runs.begin[k]
    return np.where(k >= 0, total[k] + own, 0)
