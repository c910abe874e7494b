"""Rings -> areas and predicates in integers and fractions, not arrays; long because all doubt of the others ends here.

Areas rest on the *pieces* of a ring: its edges, cut wherever the ring meets itself, those walked an even number of
times dropped, verticals left out, each with sign +1 when the points just below it (smaller y) have an odd winding
number and -1 when those just above have. Even-odd area is an integral over pieces, and so is the area two rings
share: -1/2 · sum over pieces i of one, j of the other of sign_i sign_j ∫ |y_i(x) - y_j(x)| dx over their common x.
"""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

import numpy as np

CROSSINGS = 2_000  # of a ring with itself; more are refused, because work grows with their square
_FEW = 48  # up to here plain Python is faster than arrays


class TooComplex(ValueError):
    """A ring crosses itself more often than the exact path is meant for."""


class Facts(NamedTuple):
    """What the class of a ring depends on; areas are exact."""

    distinct: int  # number of distinct points
    meets: bool  # edges meet, other than neighbours in their common vertex
    crosses: bool  # two edges that are no neighbours cross in their interiors
    signed: Fraction
    even_odd: Fraction | None  # None: larger than 0, and not needed because edges cross


class Piece(NamedTuple):
    """A part of an edge, from left to right; integers or fractions."""

    left: Fraction
    y_left: Fraction
    right: Fraction
    y_right: Fraction
    sign: int


def decimal(value):
    """The number that was written: an integer, or the shortest decimal that reads back as ``value``."""
    value = float(value)
    return int(value) if value.is_integer() else Fraction(repr(value))


def integers(ring):
    """Ring (n, 2) of floats -> [(x, y), …] as integers, without consecutive repeats, and their scale."""
    exact = [(decimal(x), decimal(y)) for x, y in ring]
    scale = math.lcm(1, *(v.denominator for point in exact for v in point))
    points = [(int(x * scale), int(y * scale)) for x, y in exact]
    return [p for k, p in enumerate(points) if p != points[k - 1]], scale


def facts(ring):
    """The facts the class of one ring (n, 2) rests on."""
    points, scale = integers(ring)
    distinct = len(set(points))
    if distinct < 3:
        return Facts(distinct, True, False, Fraction(0), Fraction(0))
    meets, crosses = _contacts(points)
    signed = Fraction(_twice_signed(points), 2 * scale * scale)
    even_odd = None
    if not meets:
        even_odd = abs(signed)
    elif _traced_back(points):
        even_odd = Fraction(0)
    elif not crosses:
        even_odd = area(_pieces(points)) / (scale * scale)
    return Facts(distinct, meets, crosses, signed, even_odd)


def signed_area(ring):
    """Shoelace area of a ring (n, 2) as a Fraction, positive where it runs clockwise on a screen (y down)."""
    points, scale = integers(ring)
    return Fraction(_twice_signed(points), 2 * scale * scale)


def even_odd_area(ring):
    """Area of the points with an odd winding number, as a Fraction. Raises TooComplex."""
    points, scale = integers(ring)
    return area(_pieces(points)) / (scale * scale)


def turns(ring):
    """The set of signs (-1, 1) of the turns of a ring."""
    points, _ = integers(ring)
    found = (_orient(points[k - 2], points[k - 1], point) for k, point in enumerate(points))
    return {1 if value > 0 else -1 for value in found if value}


def pieces(ring, *, simple=False):
    """The pieces of a ring (n, 2) in its own unit; ``simple`` spares the search for contacts. Raises TooComplex."""
    points, scale = integers(ring)
    found = _simple_pieces(points) if simple else _pieces(points)
    if scale == 1:
        return found
    return [Piece(*(Fraction(v) / scale for v in piece[:4]), piece.sign) for piece in found]


def area(of):
    """Even-odd area of pieces, as a Fraction."""
    return Fraction(sum(p.sign * (p.right - p.left) * (p.y_left + p.y_right) for p in of)) / 2


def overlap(gt, pred):
    """Area shared by two rings given as pieces, as a Fraction."""
    total = Fraction(0)
    for a in gt:
        run_a, rise_a = a.right - a.left, a.y_right - a.y_left
        for b in pred:
            low, high = max(a.left, b.left), min(a.right, b.right)
            if low >= high:
                continue
            run_b, rise_b = b.right - b.left, b.y_right - b.y_left
            # Gaps at both ends times both runs: integers stay integers.
            y_a = a.y_left * run_a + rise_a * (low - a.left)
            y_b = b.y_left * run_b + rise_b * (low - b.left)
            at_low = y_a * run_b - y_b * run_a
            at_high = at_low + (rise_a * run_b - rise_b * run_a) * (high - low)
            size = abs(at_low) + abs(at_high)
            if at_low * at_high < 0:
                value = Fraction((at_low * at_low + at_high * at_high) * (high - low)) / (
                    size * run_a * run_b
                )
            else:
                value = Fraction(size * (high - low)) / (run_a * run_b)
            total += value if a.sign == b.sign else -value
    return -total / 4


def hulls_apart(a, b):
    """Two convex hulls (negative shoelace sums): 1 an edge has all of the other strictly outside, 0 outside or on it.

    -1 when no edge separates them. Points and segments are hulls too.
    """
    hull_a, hull_b = ([(decimal(x), decimal(y)) for x, y in hull] for hull in (a, b))
    most = None
    for one, other in ((hull_a, hull_b), (hull_b, hull_a)):
        for k, end in enumerate(one):
            nearest = min(_orient(one[k - 1], end, point) for point in other)
            most = nearest if most is None else max(most, nearest)
    return (most > 0) - (most < 0)


def rings_meet(a, b):
    """True when the closed even-odd regions of two rings (n, 2) and (m, 2), outlines included, share a point."""
    ring_a, ring_b = ([(decimal(x), decimal(y)) for x, y in ring] for ring in (a, b))
    for i, q in enumerate(ring_a):
        for j, s in enumerate(ring_b):
            if _segments_meet(ring_a[i - 1], q, ring_b[j - 1], s):
                return True
    return _inside(ring_b, ring_a[0]) or _inside(ring_a, ring_b[0])


def _inside(ring, point):
    """Even-odd rule for a point that is not on the outline."""
    odd = False
    for k, b in enumerate(ring):
        a = ring[k - 1]
        if (a[1] > point[1]) != (b[1] > point[1]):
            odd ^= (_orient(a, b, point) > 0) == (b[1] > a[1])
    return odd


def _segments_meet(p, q, r, s):
    if max(p[0], q[0]) < min(r[0], s[0]) or max(r[0], s[0]) < min(p[0], q[0]):
        return False
    if max(p[1], q[1]) < min(r[1], s[1]) or max(r[1], s[1]) < min(p[1], q[1]):
        return False
    return _orient(p, q, r) * _orient(p, q, s) <= 0 and _orient(r, s, p) * _orient(r, s, q) <= 0


def _twice_signed(points):
    return sum(points[k - 1][0] * y - x * points[k - 1][1] for k, (x, y) in enumerate(points))


def _orient(a, b, c):
    return (b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])


def _near_edges(points):
    """Pairs of edges (i, j) whose closed boxes meet, with their ends; edge i begins at points[i]."""
    boxes = []
    for i, a in enumerate(points):
        b = points[(i + 1) % len(points)]
        boxes.append((min(a[0], b[0]), max(a[0], b[0]), min(a[1], b[1]), max(a[1], b[1]), i, a, b))
    boxes.sort(key=lambda box: box[0])
    for k, (_, right, low, high, i, a, b) in enumerate(boxes):
        for position in range(k + 1, len(boxes)):
            left, _, low_j, high_j, j, c, d = boxes[position]
            if left > right:
                break
            if low_j <= high and low <= high_j:
                yield i, j, a, b, c, d


def _contacts(points):
    """(edges meet, two of them cross in their interiors), for a ring without consecutive repeats."""
    n = len(points)
    meets = False
    for i, j, a, b, c, d in _near_edges(points):
        if (j - i) % n in (1, n - 1):
            start, joint, end = (a, b, d) if (j - i) % n == 1 else (c, d, b)
            ahead = (start[0] - joint[0]) * (end[0] - joint[0]) + (start[1] - joint[1]) * (end[1] - joint[1])
            meets = meets or (ahead > 0 and _orient(start, joint, end) == 0)
            continue
        at_c, at_d, at_a, at_b = _orient(a, b, c), _orient(a, b, d), _orient(c, d, a), _orient(c, d, b)
        if at_c * at_d <= 0 and at_a * at_b <= 0:
            meets = True
            if at_c * at_d < 0 and at_a * at_b < 0:
                return True, True
    return meets, False


def _traced_back(points):
    """True when every part of every edge is walked an even number of times: no point has an odd winding number."""
    odd = set()
    for k, b in enumerate(points):
        a = points[k - 1]
        dx, dy = b[0] - a[0], b[1] - a[1]
        divisor = math.gcd(dx, dy)
        if dx < 0 or (dx == 0 and dy < 0):
            divisor = -divisor
        dx, dy = dx // divisor, dy // divisor
        line = (dx, dy, dx * a[1] - dy * a[0])
        odd ^= {(line, a), (line, b)}
    return not odd


def _cuts(points):
    """For every edge the set of points it has to be cut at, its ends included."""
    cuts = [{point, points[(i + 1) % len(points)]} for i, point in enumerate(points)]
    crossings = 0
    for i, j, a, b, c, d in _near_edges(points):
        at_c, at_d, at_a, at_b = _orient(a, b, c), _orient(a, b, d), _orient(c, d, a), _orient(c, d, b)
        if at_c * at_d < 0 and at_a * at_b < 0:
            share = Fraction(at_a, at_a - at_b)
            point = (a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1]))
            cuts[i].add(point)
            cuts[j].add(point)
            crossings += 1
            if crossings > CROSSINGS:
                raise TooComplex(f"a ring of {len(points)} points crosses itself more than {CROSSINGS} times")
        elif at_c * at_d <= 0 and at_a * at_b <= 0:
            for edge, p, q, point, side in (
                (i, a, b, c, at_c),
                (i, a, b, d, at_d),
                (j, c, d, a, at_a),
                (j, c, d, b, at_b),
            ):
                if side == 0 and min(p, q) < point < max(p, q):
                    cuts[edge].add(point)
    return cuts


def _pieces(points):
    """Pieces of any ring of integer points without consecutive repeats."""
    if len(points) < 3:
        return []
    odd = set()
    for cut in _cuts(points):
        for part in pairwise(sorted(cut)):
            odd ^= {part}
    parts = sorted((p[0], p[1], q[0], q[1]) for p, q in odd if p[0] != q[0])
    return [Piece(*part, 1 if count % 2 else -1) for part, count in zip(parts, _below(parts), strict=True)]


def _simple_pieces(points):
    """Pieces of a simple ring: its edges; which way the upper ones run follows from the signed area."""
    found = []
    upper = -1 if _twice_signed(points) > 0 else 1
    for k, (x, y) in enumerate(points):
        u, v = points[k - 1]
        if u < x:
            found.append(Piece(u, v, x, y, upper))
        elif u > x:
            found.append(Piece(x, y, u, v, -upper))
    return found


def _below(parts):
    """For every part the number of parts below its middle. Parts (left, y, right, y) never cross."""
    if len(parts) > _FEW:
        return _below_many(parts)
    # Twice the middle, so that integers stay integers.
    middles = [(left + right, y_left + y_right) for left, y_left, right, y_right in parts]
    return [sum(_under(part, x, y) for part in parts) for x, y in middles]


def _under(part, x, y):
    """True when the part passes below (x / 2, y / 2)."""
    left, y_left, right, y_right = part
    if not 2 * left <= x < 2 * right:
        return False
    return 2 * y_left * (right - left) + (y_right - y_left) * (x - 2 * left) < y * (right - left)


def _below_many(parts):
    """As ``_below``: doubles settle what is far apart, integers the rest. Rounding never reverses the order of x."""
    left, y_left, right, y_right = np.array([[float(v) for v in part] for part in parts]).T
    slope = (y_right - y_left) / np.maximum(right - left, np.finfo(float).tiny)
    doubt = 1e-9 * max(np.abs(y_left).max(), np.abs(y_right).max())
    counts = []
    for part in parts:
        x, y = part[0] + part[2], part[1] + part[3]
        middle = float(Fraction(x) / 2)
        there = np.flatnonzero((left <= middle) & (middle <= right))
        gap = float(Fraction(y) / 2) - (y_left[there] + slope[there] * (middle - left[there]))
        inner = (left[there] < middle) & (middle < right[there])
        sure = inner & (gap > doubt)
        unsure = there[~sure & (gap > -doubt)]
        counts.append(int(np.count_nonzero(sure)) + sum(_under(parts[j], x, y) for j in unsure.tolist()))
    return counts
