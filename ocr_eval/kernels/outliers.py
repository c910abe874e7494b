"""Rings of one place -> how much of the first lies in others but not in the second: D ∩ (H₁ ∪ H₂ ∪ …) \\ G, even-odd.

The plane is cut into vertical slabs at every corner and crossing; in a slab edges do not cross, and the height of what
is wanted in its middle times its width is its area. Sums run from left to right and from below, so that numpy, the
compiled loops and plain numbers (``slabs``, also of fractions) give the same bits.

Edges are columns: ``x`` of their corner, ``left``, ``right``, ``y`` at the left end, ``slope``, ``owner`` (0 for D, 1
for G, from 2 on the others). Verticals bound nothing but slabs.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

import numpy as np

from ocr_eval.kernels.exact import decimal, signed_area

_WORK = 1 << 18  # heights worked on at once
_MOST = 256  # edges in one place; more are left to the loops, whose memory does not grow with their square


class Places(NamedTuple):
    """R places, each a few rings: D, G, then the others. M rings with V vertices in all."""

    xy: np.ndarray  # (V, 2) float64
    ring: np.ndarray  # (M + 1,) offsets into xy
    owner: np.ndarray  # (M,) 0, 1, 2, … within the place
    start: np.ndarray  # (R + 1,) offsets into rings

    @classmethod
    def of(cls, tables, first, second, others, where):
        """From (xy, ring) of the tables of D, of G and of the others; ``others`` (O,) belong to place ``where`` (O,).

        ``first`` and ``second`` (R,) are the D and the G of every place.
        """
        size = len(first)
        begins, lengths, shift = [], [], 0
        for (xy, ring), index in zip(tables, (first, second, others), strict=True):
            begins.append(ring[index] + shift)
            lengths.append(ring[index + 1] - ring[index])
            shift += len(xy)
        place = np.concatenate([np.arange(size), np.arange(size), where])
        order = np.argsort(place, kind="stable")
        begin, length = np.concatenate(begins)[order], np.concatenate(lengths)[order]
        ends = np.cumsum(length)
        vertex = np.arange(length.sum()) + np.repeat(begin - (ends - length), length)
        start = np.concatenate([[0], np.cumsum(np.bincount(place, minlength=size))])
        owner = np.arange(len(order)) - start[place[order]]
        ring = np.concatenate([[0], ends])
        return cls(np.concatenate([xy for xy, _ in tables])[vertex], ring, owner, start)

    def work(self):
        """(sum of squares of the number of edges, the place with most)."""
        edges = np.diff(self.ring[self.start])
        return int((edges * edges).sum()), int(edges.argmax()) if len(edges) else 0

    def slabs(self):
        """Sum of cubes of the number of edges: what cutting into slabs costs where rings lie close together."""
        return int((np.diff(self.ring[self.start]) ** 3).sum())

    def columns(self):
        """(columns of the edges, offsets of places into them (R + 1,), low x, high x of every D (R,))."""
        size = np.diff(self.ring)
        after = np.arange(1, len(self.xy) + 1)
        after[self.ring[1:] - 1] = self.ring[:-1]
        x, y = self.xy[:, 0], self.xy[:, 1]
        x2, y2 = x[after], y[after]
        forward = x <= x2
        left, right, low, high = (np.where(forward, *both) for both in ((x, x2), (x2, x), (y, y2), (y2, y)))
        run = right - left
        slope = (high - low) / np.where(run > 0, run, 1.0)
        owner = np.repeat(self.owner, size)
        head, stop = self.ring[self.start[:-1]], self.ring[self.start[:-1] + 1]
        bounds = np.column_stack([head, stop]).ravel()
        edges = np.append(x, 0.0)  # so that every bound is a position
        lows, highs = np.minimum.reduceat(edges, bounds)[::2], np.maximum.reduceat(edges, bounds)[::2]
        return (x, left, right, low, slope, owner), self.ring[self.start], lows, highs

    def exact(self, r):
        """(the area of place r, |shoelace| of its D) as fractions."""
        rings = range(self.start[r], self.start[r + 1])
        table = [[] for _ in range(6)]
        for i in rings:
            points = [
                (Fraction(decimal(x)), Fraction(decimal(y)))
                for x, y in self.xy[self.ring[i] : self.ring[i + 1]]
            ]
            for k, (x, y) in enumerate(points):
                (a, b), (c, d) = sorted([(x, y), points[(k + 1) % len(points)]])
                slope = (d - b) / (c - a) if c > a else Fraction(0)
                for column, value in zip(table, (x, a, c, b, slope, int(self.owner[i])), strict=True):
                    column.append(value)
        first = self.xy[self.ring[rings[0]] : self.ring[rings[0] + 1]]
        ends = [Fraction(decimal(x)) for x in first[:, 0]]
        area = one_area(table, 0, len(table[0]), min(ends), max(ends), Fraction)
        return area, abs(signed_area(first))


def find_stops(x, left, right, y, slope, begin, end, low, high, stops, keep):
    """The number of corners and crossings of edges begin … end with low <= x <= high; written when ``keep``."""
    count = 0
    for i in range(begin, end):
        if low <= x[i] and x[i] <= high:
            if keep:
                stops[count] = x[i]
            count += 1
        for j in range(begin, i):
            first, last = max(left[i], left[j], low), min(right[i], right[j], high)
            if last <= first:
                continue
            a = (y[i] + slope[i] * (first - left[i])) - (y[j] + slope[j] * (first - left[j]))
            b = (y[i] + slope[i] * (last - left[i])) - (y[j] + slope[j] * (last - left[j]))
            if (a < 0 and b > 0) or (a > 0 and b < 0):
                if keep:
                    stops[count] = first + (last - first) * (abs(a) / (abs(a) + abs(b)))
                count += 1
    return count


def slabs(left, right, y, slope, owner, begin, end, stops, count, height, order, waiting, odd):
    """The area, from sorted ``stops[:count]``; ``height``, ``order``, ``waiting`` (edges,), ``odd`` (owners,): scratch.

    From slab to slab edges stay nearly in order, so sorting them costs little; equal heights may stand in any order.
    """
    total = stops[0] - stops[0]
    for i in range(begin, end):
        j = i - begin
        while j > 0 and left[waiting[j - 1]] > left[i]:
            waiting[j] = waiting[j - 1]
            j -= 1
        waiting[j] = i
    n, following = 0, 0
    for s in range(count - 1):
        u, v = stops[s], stops[s + 1]
        if v <= u:
            continue
        middle = (u + v) / 2
        kept = 0
        for j in range(n):
            if right[order[j]] >= v:
                order[kept] = order[j]
                kept += 1
        n = kept
        while following < end - begin and left[waiting[following]] <= u:
            if right[waiting[following]] >= v:
                order[n] = waiting[following]
                n += 1
            following += 1
        for k in range(n):
            i = order[k]
            value = y[i] + slope[i] * (middle - left[i])
            j = k
            while j > 0 and height[j - 1] > value:
                height[j], order[j] = height[j - 1], order[j - 1]
                j -= 1
            height[j], order[j] = value, i
        for j in range(n):
            odd[owner[order[j]]] = 0
        odd[0], odd[1], inside = 0, 0, 0
        length = total - total
        for j in range(n - 1):
            o = owner[order[j]]
            odd[o] = 1 - odd[o]
            if o >= 2:
                inside += 2 * odd[o] - 1
            if inside > 0 and odd[0] == 1 and odd[1] == 0:
                length += height[j + 1] - height[j]
        total += (v - u) * length
    return total


def one_area(table, begin, end, low, high, number=float):
    """The area of one place with plain numbers; ``table`` are the six columns as lists."""
    x, left, right, y, slope, owner = table
    stops = [number(0)] * find_stops(x, left, right, y, slope, begin, end, low, high, [], False)
    find_stops(x, left, right, y, slope, begin, end, low, high, stops, True)
    stops.sort()
    scratch = [[value] * (end - begin) for value in (number(0), 0, 0)]
    scratch.append([0] * (max(owner[begin:end]) + 1))
    return slabs(left, right, y, slope, owner, begin, end, stops, len(stops), *scratch)


def outlier_areas(places):
    """(R,) areas."""
    columns, place, low, high = places.columns()
    total = np.zeros(len(low))
    size = np.diff(place)
    lists = None
    for n in np.unique(size).tolist():
        members = np.flatnonzero(size == n)
        if n > _MOST:
            lists = lists or [column.tolist() for column in columns]
            for r in members.tolist():
                total[r] = one_area(lists, int(place[r]), int(place[r + 1]), float(low[r]), float(high[r]))
            continue
        for some in np.array_split(members, -(-len(members) * n * n // _WORK)):
            index = place[some][:, None] + np.arange(n)
            total[some] = _areas([column[index] for column in columns], low[some], high[some])
    return total


def _areas(columns, low, high):
    """Columns (R, n) of places with equally many edges."""
    x, left, right, y, slope, owner = columns
    stops = np.sort(np.concatenate([np.where((low[:, None] <= x) & (x <= high[:, None]), x, np.inf),
                                    *_crossings(left, right, y, slope, low, high)], axis=1), axis=1)  # fmt: skip
    stops = stops[:, : int(np.isfinite(stops).sum(1).max(initial=1))]
    # Behind the last stop slabs have no width.
    stops = np.where(np.isfinite(stops), stops, high[:, None])
    u, v = stops[:, :-1, None], stops[:, 1:, None]
    r, s = np.nonzero(u[:, :, 0] < v[:, :, 0])
    u, v = u[r, s], v[r, s]
    own = left[r], right[r], y[r], slope[r]
    active = (own[0] <= u) & (own[1] >= v)
    height = np.where(active, own[2] + own[3] * ((u + v) / 2 - own[0]), np.inf)
    order = np.argsort(height, axis=1, kind="stable")
    height = np.take_along_axis(height, order, 1)
    who = np.take_along_axis(owner[r], order, 1)
    odd = [np.cumsum(who == o, axis=1) & 1 for o in range(int(owner.max()) + 1)]
    bounded = np.isfinite(height)
    wanted = (np.maximum.reduce(odd[2:]) > odd[1]) & (odd[0] == 1) & bounded
    height[~bounded] = 0
    gap = np.where((wanted[:, :-1]) & bounded[:, 1:], height[:, 1:] - height[:, :-1], 0.0)
    length = np.zeros(len(r))
    for column in gap.T:
        length = length + column
    part = np.zeros(stops[:, 1:].shape)
    part[r, s] = (v - u)[:, 0] * length
    total = np.zeros(len(low))
    for column in part.T:
        total = total + column
    return total


def _crossings(left, right, y, slope, low, high):
    """For every pair of edges (j before i) the x of their crossing, inf where there is none, (R, 1) each."""
    n = left.shape[1]
    i, j = np.tril_indices(n, -1)
    if not len(i):
        return []
    first = np.maximum(np.maximum(left[:, i], left[:, j]), low[:, None])
    last = np.minimum(np.minimum(right[:, i], right[:, j]), high[:, None])
    a = (y[:, i] + slope[:, i] * (first - left[:, i])) - (y[:, j] + slope[:, j] * (first - left[:, j]))
    b = (y[:, i] + slope[:, i] * (last - left[:, i])) - (y[:, j] + slope[:, j] * (last - left[:, j]))
    cross = (last > first) & (((a < 0) & (b > 0)) | ((a > 0) & (b < 0)))
    one, two = np.abs(a), np.abs(b)
    at = first + (last - first) * (one / np.where(cross, one + two, 1.0))
    return [np.where(cross, at, np.inf)]
