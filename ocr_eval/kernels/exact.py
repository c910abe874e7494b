"""Rings -> exact areas and predicates in Python integers and fractions; the one file of kernels that is not about arrays.

Everything works on the *pieces* of a ring: its edges, cut wherever the ring meets itself, those walked an even number of
times dropped, verticals left out, each with sign +1 when the points just below it (smaller y) have an odd winding number
and -1 when the points just above have. Even-odd area is an integral over pieces, and so is the area two rings share:
with y(x) the height of a piece, area = -1/2 · sum over pieces i, j of sign_i sign_j · integral of |y_i(x) - y_j(x)|.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import NamedTuple

import numpy as np

PIECES = 20_000  # more than this is refused: the work grows with the square
_FEW = 48  # up to here plain Python is faster than arrays


class TooComplex(ValueError):
    """A ring cuts itself into more pieces than the exact path is meant for."""


class Facts(NamedTuple):
    """What the class of a ring depends on; areas are exact."""

    distinct: int  # number of distinct points
    meets: bool  # edges meet, other than neighbours in their common vertex
    crosses: bool  # two edges that are no neighbours cross in their interiors
    signed: Fraction
    even_odd: Fraction | None  # None: larger than 0, and not needed because edges cross


class Piece(NamedTuple):
    """A part of an edge, from left to right."""

    left: int | Fraction
    y_left: int | Fraction
    right: int | Fraction
    y_right: int | Fraction
    sign: int


def decimal(value):
    """The number that was written: an integer, or the shortest decimal that reads back as ``value``."""
    value = float(value)
    return int(value) if value.is_integer() else Fraction(repr(value))


def integers(ring):
    """Ring (n, 2) of floats -> [(x, y), …] as integers, consecutive repeats dropped, and the factor they are scaled by."""
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
    found = {_orient(points[k - 2], points[k - 1], point) for k, point in enumerate(points)}
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
        ax, run_a, rise_a = a.left, a.right - a.left, a.y_right - a.y_left
        for b in pred:
            low, high = max(ax, b.left), min(a.right, b.right)
            if low >= high:
                continue
            run_b = b.right - b.left
            rise_b = b.y_right - b.y_left
            # Heights above one another at both ends, times both runs: integers stay integers.
            at_low = (a.y_left * run_a + rise_a * (low - ax)) * run_b - (b.y_left * run_b + rise_b * (low - b.left)) * run_a
            at_high = at_low + (rise_a * run_b - rise_b * run_a) * (high - low)
            size = abs(at_low) + abs(at_high)
            if not size:
                continue
            if (at_low < 0) != (at_high < 0) and at_low and at_high:
                value = Fraction((at_low * at_low + at_high * at_high) * (high - low), size * run_a * run_b)
            else:
                value = Fraction(size * (high - low), run_a * run_b)
            total += value if a.sign == b.sign else -value
    return -total / 4


def _twice_signed(points):
    return sum(points[k - 1][0] * y - x * points[k - 1][1] for k, (x, y) in enumerate(points))


def _orient(a, b, c):
    return (b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])


def _near_edges(points):
    """Pairs of edges (i, j) whose closed boxes meet; edge i runs from points[i] to points[i + 1]."""
    n = len(points)
    boxes = []
    for i, (x, y) in enumerate(points):
        u, v = points[(i + 1) % n]
        boxes.append((min(x, u), max(x, u), min(y, v), max(y, v), i))
    boxes.sort()
    for k, (_, right, low, high, i) in enumerate(boxes):
        for left, _, low_j, high_j, j in boxes[k + 1 :]:
            if left > right:
                break
            if low_j <= high and low <= high_j:
                yield i, j


def _contacts(points):
    """(edges meet, two of them cross in their interiors), for a ring without consecutive repeats."""
    n = len(points)
    meets = False
    for i, j in _near_edges(points):
        a, b, c, d = points[i], points[(i + 1) % n], points[j], points[(j + 1) % n]
        if (j - i) % n in (1, n - 1):
            if (j - i) % n != 1:
                a, b, c, d = c, d, a, b
            back = (a[0] - b[0]) * (d[0] - b[0]) + (a[1] - b[1]) * (d[1] - b[1]) > 0
            meets = meets or (back and _orient(a, b, d) == 0)
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
    n = len(points)
    cuts = [{point, points[(i + 1) % n]} for i, point in enumerate(points)]
    crossings = 0
    for i, j in _near_edges(points):
        a, b, c, d = points[i], points[(i + 1) % n], points[j], points[(j + 1) % n]
        at_c, at_d, at_a, at_b = _orient(a, b, c), _orient(a, b, d), _orient(c, d, a), _orient(c, d, b)
        if at_c * at_d > 0 or at_a * at_b > 0:
            continue
        if at_c * at_d < 0 and at_a * at_b < 0:
            share = Fraction(at_a, at_a - at_b)
            point = (a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1]))
            cuts[i].add(point)
            cuts[j].add(point)
            crossings += 1
            if crossings > PIECES:
                raise TooComplex(f"a ring of {n} points crosses itself more than {PIECES} times")
            continue
        for edge, point, start, end, side in ((i, c, a, b, at_c), (i, d, a, b, at_d), (j, a, c, d, at_a), (j, b, c, d, at_b)):
            if side == 0 and min(start, end) < point < max(start, end):
                cuts[edge].add(point)
    return cuts


def _pieces(points):
    """Pieces of any ring of integer points without consecutive repeats."""
    if len(points) < 2:
        return []
    odd = set()
    for cut in _cuts(points):
        stops = sorted(cut)
        for part in zip(stops[:-1], stops[1:], strict=True):
            odd ^= {part}
    parts = sorted((p[0], p[1], q[0], q[1]) for p, q in odd if p[0] != q[0])
    if len(parts) > 2 * PIECES:
        raise TooComplex(f"a ring of {len(points)} points falls into more than {2 * PIECES} pieces")
    below = _below(parts)
    return [Piece(*part, 1 if count % 2 else -1) for part, count in zip(parts, below, strict=True)]


def _simple_pieces(points):
    """Pieces of a simple ring: its edges; those that run against the ring's turning sense are the upper ones."""
    found = []
    inside_above = 1 if _twice_signed(points) > 0 else -1
    for k, (x, y) in enumerate(points):
        u, v = points[k - 1]
        if u < x:
            found.append(Piece(u, v, x, y, -inside_above))
        elif u > x:
            found.append(Piece(x, y, u, v, inside_above))
    return found


def _below(parts):
    """For every part the number of parts below its middle. Parts (left, y, right, y) never cross."""
    if len(parts) > _FEW:
        return _below_many(parts)
    counts = []
    for left, y_left, right, y_right in parts:
        # Twice the middle: no fractions where coordinates are integers.
        x, y = left + right, y_left + y_right
        counts.append(sum(2 * a <= x < 2 * c and _under(part, x, y) for part in parts for a, _, c, _ in (part,)))
    return counts


def _under(part, x, y):
    """True when the part passes below (x / 2, y / 2)."""
    left, y_left, right, y_right = part
    return 2 * y_left * (right - left) + (y_right - y_left) * (x - 2 * left) < y * (right - left)


def _below_many(parts):
    """As ``_below``: doubles settle what is far apart, fractions the rest. Rounding keeps the order of x."""
    left, y_left, right, y_right = np.array([[float(v) for v in part] for part in parts]).T
    slope = (y_right - y_left) / np.maximum(right - left, np.finfo(float).tiny)
    doubt = 1e-9 * (np.ptp(np.concatenate([y_left, y_right])) + np.abs(y_left).max() * 1e-3)
    counts = []
    for k, part in enumerate(parts):
        x, y = part[0] + part[2], part[1] + part[3]
        middle, height = float(Fraction(x) / 2), float(Fraction(y) / 2)
        there = np.flatnonzero((left <= middle) & (right >= middle))
        gap = height - (y_left[there] + slope[there] * (middle - left[there]))
        sure = (gap > doubt) & (left[there] < middle) & (right[there] > middle)
        unsure = there[(np.abs(gap) <= doubt) | ((gap > doubt) & ~sure)]
        count = int(np.count_nonzero(sure))
        for j in unsure.tolist():
            if j != k and 2 * parts[j][0] <= x < 2 * parts[j][2] and _under(parts[j], x, y):
                count += 1
        counts.append(count)
    return counts
