"""Rings in groups -> the area of the points that lie in at least one ring of every group, in numpy and in rationals.

A point is in a ring by the even-odd rule. Plane sweeps: the plane is cut into vertical slabs at every vertex and every
crossing, edges are sorted in the middle of each slab, and walking up them toggles one ring after the other.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from ocr_eval.kernels.exact import decimal

EDGES = 8_192  # of one region; work grows with their square
_TOGETHER = 128  # regions up to so many edges are worked on together
_WORK = 1 << 19  # slabs x edges of them at once
_WORD = 63  # rings per word of flags


class TooManyEdges(ValueError):
    """A region of more than ``EDGES`` edges; ``args[0]`` is its index."""


class Overlays(NamedTuple):
    """Of R regions: the area, a bound on its error, and the integrals of x and y over them."""

    area: np.ndarray  # (R,) float64
    guard: np.ndarray  # (R,)
    moment: np.ndarray  # (R, 2)


class _Edges(NamedTuple):
    """Padded edge tables of regions, (R, E); padding is an edge that ends before it begins."""

    left: np.ndarray
    right: np.ndarray
    y: np.ndarray  # at the left end
    slope: np.ndarray
    flag: np.ndarray  # (words, R, E) the bit of the edge's ring
    group: np.ndarray  # (words, R, G) the bits of each group's rings; G of the region with most groups
    used: np.ndarray  # (R, G) whether the region has that group


def overlays(xy, ring, member, group, start, *, box=None, loops=None):
    """Regions ``start`` (R + 1,) of rings ``member`` with the ``group`` (0, 1, …) of each; ``xy`` and ``ring`` as ever.

    ``box`` is what ``boxes`` makes of the rings; ``loops`` the module ``overlay_loops`` where Numba is at hand. Raises
    TooManyEdges.
    """
    regions = len(start) - 1
    found = Overlays(np.zeros(regions), np.zeros(regions), np.zeros((regions, 2)))
    size = np.diff(ring)[member]
    edges = np.diff(np.concatenate([[0], np.cumsum(size)])[start])
    if (edges > EDGES).any():
        raise TooManyEdges(int(edges.argmax()))
    full = np.flatnonzero(edges > 0)
    box = boxes(xy, ring) if box is None else box
    found.guard[full] = _guards(box, member, start, edges, full)
    if loops is not None:
        loops.fill(xy, ring, member, group, start, edges, box[0][member[start[:-1]]], found)
        return found
    rings = np.diff(start)
    words = -(-rings // _WORD)
    padded = np.maximum(8, 1 << np.ceil(np.log2(np.maximum(edges, 1))).astype(np.int64))
    key = padded * (EDGES + 1) + words
    for one in np.unique(key[edges > 0]).tolist():
        same = np.flatnonzero((key == one) & (edges > 0))
        wide = one // (EDGES + 1)
        pieces = -(-len(same) * 4 * wide * wide // _WORK) if wide <= _TOGETHER else len(same)
        for part in np.array_split(same, min(len(same), pieces)):
            wide = int(edges[part].max())
            table, origin = _table(xy, ring, member, group, start, part, wide, box[0])
            _sweep(table, origin, part, found)
    return found


def boxes(xy, ring):
    """(low corners (N, 2), high corners (N, 2), largest coordinate of a table with decimals, else 0)."""
    whole = (np.rint(xy) == xy).all()
    low, high = (np.zeros((len(ring) - 1, 2)) for _ in range(2))
    some = np.flatnonzero(np.diff(ring))
    if len(some):
        low[some], high[some] = np.minimum.reduceat(xy, ring[some]), np.maximum.reduceat(xy, ring[some])
    return low, high, 0.0 if whole else np.abs(xy).max(initial=0.0)


def _guards(box, member, start, edges, full):
    """2e-14 E L (L + far): twenty times the rounding of E sorted edges over a width of L."""
    if not len(full):
        return 0.0
    low, high = (
        np.minimum.reduceat(box[0][member], start[full]),
        np.maximum.reduceat(box[1][member], start[full]),
    )
    longer, far = (high - low).max(1), box[2]
    return 2e-14 * edges[full] * longer * (longer + far)


def _table(xy, ring, member, group, start, part, wide, low):
    """The edges of regions ``part``, about the corner of their first ring's box, and that corner (R, 2)."""
    count = np.diff(start)[part]
    rows = np.repeat(np.arange(len(part)), count)
    local = np.arange(len(rows)) - np.repeat(np.cumsum(count) - count, count)
    place = start[part][rows] + local
    rings, groups = member[place], group[place]
    size = np.diff(ring)[rings]
    owner = np.repeat(np.arange(len(rings)), size)
    within = np.arange(len(owner)) - np.repeat(np.cumsum(size) - size, size)
    i = ring[rings][owner] + within
    j = np.where(within + 1 < size[owner], i + 1, ring[rings][owner])
    first = low[member[start[part]]]
    a, b = xy[i] - first[rows[owner]], xy[j] - first[rows[owner]]
    forward = (a[:, 0] <= b[:, 0])[:, None]
    begin, end = np.where(forward, a, b), np.where(forward, b, a)
    run = end[:, 0] - begin[:, 0]
    row = rows[owner]
    edges = np.bincount(row, minlength=len(part))
    column = np.arange(len(row)) - np.repeat(np.cumsum(edges) - edges, edges)
    shape = (len(part), wide)
    left, right, y, slope = np.full(shape, np.inf), np.full(shape, -np.inf), np.zeros(shape), np.zeros(shape)
    left[row, column], right[row, column], y[row, column] = begin[:, 0], end[:, 0], begin[:, 1]
    slope[row, column] = (end[:, 1] - begin[:, 1]) / np.where(run > 0, run, 1.0)
    words, bit = int(local.max(initial=0)) // _WORD + 1, np.int64(1) << local % _WORD
    flag = np.zeros((words, *shape), np.int64)
    flag[(local // _WORD)[owner], row, column] = bit[owner]
    masks = np.zeros((words, len(part), int(groups.max(initial=0)) + 1), np.int64)
    np.bitwise_or.at(masks, (local // _WORD, rows, groups), bit)
    return _Edges(left, right, y, slope, flag, masks, (masks != 0).any(0)), first


def _sweep(table, origin, part, found):
    """Writes what the slabs of regions ``part`` add up to."""
    stops = _stops(table)
    step = max(1, _WORK // max(1, table.left.shape[1] * len(part)))
    area, along, up = (np.zeros(len(part)) for _ in range(3))
    for k in range(0, stops.shape[1] - 1, step):
        low, high = stops[:, k : k + step + 1][:, :-1], stops[:, k + 1 : k + step + 1]
        middle, width = (low + high) / 2, high - low
        there = (table.left[:, None] < middle[..., None]) & (middle[..., None] < table.right[:, None])
        y = table.y[:, None] + table.slope[:, None] * np.where(
            there, middle[..., None] - np.where(there, table.left[:, None], 0.0), 0.0
        )
        order = np.argsort(np.where(there, y, np.inf), axis=2, kind="stable")
        y, there = np.take_along_axis(y, order, 2), np.take_along_axis(there, order, 2)
        slope = np.take_along_axis(np.broadcast_to(table.slope[:, None], order.shape), order, 2)
        inside = _inside(table, order, there)[..., :-1] & there[..., 1:]
        below, above = np.where(inside, y[..., :-1], 0.0), np.where(inside, y[..., 1:], 0.0)
        tilt_below, tilt_above = np.where(inside, slope[..., :-1], 0.0), np.where(inside, slope[..., 1:], 0.0)
        height = (above - below).sum(2)
        area += (height * width).sum(1)
        cube = width * width * width / 12
        along += (middle * height * width + (tilt_above - tilt_below).sum(2) * cube).sum(1)
        squares = (above * above - below * below).sum(2)
        tilts = (tilt_above * tilt_above - tilt_below * tilt_below).sum(2)
        up += (squares * width + tilts * cube).sum(1) / 2
    found.area[part] = area
    found.moment[part, 0] = along + origin[:, 0] * area
    found.moment[part, 1] = up + origin[:, 1] * area


def _stops(table):
    """(R, K) where slabs begin and end, rising; the last stop is repeated as often as needed."""
    left, right = table.left, table.right
    found = [np.where(left <= right, left, np.inf), np.where(left <= right, right, np.inf)]
    for i in range(left.shape[1] - 1):
        rest = slice(i + 1, None)
        low = np.maximum(left[:, i, None], left[:, rest])
        high = np.minimum(right[:, i, None], right[:, rest])
        meet = np.flatnonzero((low < high).any(0))
        if not len(meet):
            continue
        low, high, others = low[:, meet], high[:, meet], meet + i + 1
        near = low < high
        low = np.where(near, low, 0.0)
        tilt = table.slope[:, i, None] - table.slope[:, others]
        gap = table.y[:, others] + table.slope[:, others] * np.where(near, low - left[:, others], 0.0)
        gap -= table.y[:, i, None] + table.slope[:, i, None] * np.where(near, low - left[:, i, None], 0.0)
        x = low + gap / np.where(tilt == 0, 1.0, tilt)
        x = np.where(near & (tilt != 0) & (low < x) & (x < high), x, np.inf)
        kept = (x < np.inf).any(0)
        found.append(x[:, kept])
    stops = np.sort(np.concatenate(found, axis=1), axis=1)
    stops = stops[:, : int((stops < np.inf).sum(1).max())]
    return np.maximum.accumulate(np.where(stops < np.inf, stops, -np.inf), axis=1)


def _inside(table, order, there):
    """(R, K, E) True above edge ``order[..., e]`` where at least one ring of every group is open."""
    inside = np.ones(order.shape, np.bool_)
    states = []
    for flag in table.flag:
        bits = np.take_along_axis(np.broadcast_to(flag[:, None], order.shape), order, 2)
        states.append(np.bitwise_xor.accumulate(np.where(there, bits, 0), axis=2))
    for g in range(table.used.shape[1]):
        some = np.zeros(order.shape, np.bool_)
        for state, masks in zip(states, table.group, strict=True):
            some |= (state & masks[:, g, None, None]) != 0
        inside &= some | ~table.used[:, g, None, None]
    return inside


def exact_overlay(groups):
    """The same area of one region as a Fraction; ``groups`` are lists of rings (n, 2), one list per group."""
    rings = [
        (g, [(decimal(x), decimal(y)) for x, y in ring]) for g, group in enumerate(groups) for ring in group
    ]
    edges = [
        (min(a, b), max(a, b), k)
        for k, (_, points) in enumerate(rings)
        for a, b in pairwise([*points, points[0]])
        if a[0] != b[0]
    ]
    group_of = [g for g, _ in rings]
    stops = {point[0] for edge in edges for point in edge[:2]}
    for i, one in enumerate(edges):
        stops.update(x for other in edges[:i] if (x := _crossing(one, other)) is not None)
    total = Fraction(0)
    for low, high in pairwise(sorted(stops)):
        middle = Fraction(low + high) / 2
        here = sorted((_height(edge, middle), edge[2]) for edge in edges if edge[0][0] < middle < edge[1][0])
        open_rings, count = set(), [0] * len(groups)
        for (y, k), (above, _) in pairwise(here):
            count[group_of[k]] += -1 if k in open_rings else 1
            open_rings ^= {k}
            if all(count):
                total += (above - y) * (high - low)
    return total


def _height(edge, x):
    (left, y), (right, y_right), _ = edge
    return y + Fraction((y_right - y) * (x - left)) / (right - left)


def _crossing(one, other):
    """x where two edges cross inside both of their x ranges, None where they do not."""
    low, high = max(one[0][0], other[0][0]), min(one[1][0], other[1][0])
    if low >= high:
        return None
    before, behind = (_height(one, x) - _height(other, x) for x in (low, high))
    if before * behind >= 0:
        return None
    return low + (high - low) * before / (before - behind)
