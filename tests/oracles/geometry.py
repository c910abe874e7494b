"""Rings -> areas, classes and contacts the slow way: vertical slabs of rationals, point by point. Imports no kernel.

A ring is a list of (x, y). Numbers are taken as the decimals they print as. Nothing here is shared with the exact path
of the package: areas come from slabs between all vertices and crossings (sort the edges in the middle of a slab, walk
upwards, toggle), contacts from segment intersections solved as linear equations.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import pairwise

Point = tuple[Fraction, Fraction]
Ring = Sequence[tuple[float, float]]

NAMES = ("simple", "self-touching", "self-intersecting", "zero-area", "too few distinct points")


def rational(ring: Ring) -> list[Point]:
    """The ring as it was written."""
    return [(Fraction(repr(float(x))), Fraction(repr(float(y)))) for x, y in ring]


def signed_area(ring: Ring) -> Fraction:
    points = rational(ring)
    return sum((a[0] * b[1] - b[0] * a[1] for a, b in pairwise([*points, points[0]])), Fraction(0)) / 2


def even_odd(ring: Ring) -> Fraction:
    """Area of the points that a ray crosses the ring an odd number of times from."""
    return _area([ring], lambda count: count[0] % 2 == 1)


def shared(gt: Ring, pred: Ring) -> Fraction:
    """Area of the points that are inside both rings, by the even-odd rule."""
    return _area([gt, pred], lambda count: count[0] % 2 == 1 and count[1] % 2 == 1)


def winding_product(gt: Ring, pred: Ring) -> Fraction:
    """Integral of the product of the two winding numbers; differs from ``shared`` where a ring crosses itself."""
    total = Fraction(0)
    for height, _, winding in _trapezia([gt, pred]):
        total += height * winding[0] * winding[1]
    return total


def iou(gt: Ring, pred: Ring) -> Fraction:
    """Shared area over union, both areas by shoelace as the official scripts do; 0 when the union is 0."""
    inter = shared(gt, pred)
    union = abs(signed_area(gt)) + abs(signed_area(pred)) - inter
    return inter / union if union else Fraction(0)


def shape(ring: Ring) -> str:
    """One of ``NAMES``, by the rules as they are written."""
    points = rational(ring)
    points = [p for k, p in enumerate(points) if p != points[k - 1]]
    if len(set(points)) < 3:
        return NAMES[4]
    edges = list(pairwise([*points, points[0]]))
    n = len(edges)
    meets = crosses = False
    for i in range(n):
        for j in range(i + 1, n):
            kind = contact(*edges[i], *edges[j])
            if j - i in (1, n - 1):
                meets = meets or kind == "along"
            else:
                meets = meets or kind != ""
                crosses = crosses or kind == "cross"
    if not meets:
        return NAMES[0]
    numbers = [(float(x), float(y)) for x, y in points]
    signed, odd = abs(signed_area(numbers)), even_odd(numbers)
    if signed == 0 and odd == 0:
        return NAMES[3]
    return NAMES[2] if crosses or signed != odd else NAMES[1]


def contact(a: Point, b: Point, c: Point, d: Point) -> str:
    """How two segments meet: "" not at all, "cross" inside both, "touch" in one point, "along" in a whole piece."""
    ux, uy, vx, vy = b[0] - a[0], b[1] - a[1], d[0] - c[0], d[1] - c[1]
    wx, wy = c[0] - a[0], c[1] - a[1]
    det = ux * vy - uy * vx
    if det:
        s, t = (wx * vy - wy * vx) / det, (wx * uy - wy * ux) / det
        if not (0 <= s <= 1 and 0 <= t <= 1):
            return ""
        return "cross" if 0 < s < 1 and 0 < t < 1 else "touch"
    if wx * uy != wy * ux:
        return ""
    # Parallel on one line: compare positions along it.
    position = lambda p: (p[0] - a[0]) * ux + (p[1] - a[1]) * uy  # noqa: E731
    low, high = (
        max(Fraction(0), min(position(c), position(d))),
        min(position(b), max(position(c), position(d))),
    )
    return "" if low > high else "along" if low < high else "touch"


def regions_meet(gt: Ring, pred: Ring) -> bool:
    """True when the closed regions share a point: outlines meet, or one region holds a vertex of the other."""
    a, b = rational(gt), rational(pred)
    for p, q in pairwise([*a, a[0]]):
        for r, s in pairwise([*b, b[0]]):
            if p == q or r == s:
                if p == q and r == s:
                    met = p == r
                else:
                    point, (e, f) = (p, (r, s)) if p == q else (r, (p, q))
                    met = _on(point, e, f)
            else:
                met = contact(p, q, r, s) != ""
            if met:
                return True
    return _holds(a, b[0]) or _holds(b, a[0])


def _on(p: Point, a: Point, b: Point) -> bool:
    cross = (b[0] - a[0]) * (p[1] - a[1]) - (p[0] - a[0]) * (b[1] - a[1])
    return cross == 0 and all(min(a[k], b[k]) <= p[k] <= max(a[k], b[k]) for k in (0, 1))


def _holds(points: list[Point], p: Point) -> bool:
    """Even-odd rule with a ray upwards; the point is on no edge."""
    count = 0
    for a, b in pairwise([*points, points[0]]):
        if (a[0] <= p[0]) != (b[0] <= p[0]):
            y = a[1] + (p[0] - a[0]) * (b[1] - a[1]) / (b[0] - a[0])
            count += y > p[1]
    return count % 2 == 1


def hull(ring: Ring) -> list[Point]:
    """Corners of the convex hull, by definition: points that are not on a segment or triangle of others."""
    points = sorted(set(rational(ring)))
    if len(points) < 3:
        return points
    ends: set[Point] = set()
    for a in points:
        for b in points:
            if a == b:
                continue
            sides = [(b[0] - a[0]) * (p[1] - a[1]) - (p[0] - a[0]) * (b[1] - a[1]) for p in points]
            if all(side >= 0 for side in sides):
                line = [p for p, side in zip(points, sides, strict=True) if side == 0]
                ends |= {min(line), max(line)}
    return sorted(ends)


def where(rings: Sequence[Ring], inside: Callable[[list[bool]], bool]) -> Fraction:
    """Area of the points that ``inside`` accepts; it is told which of the rings hold the point (even-odd)."""
    return _area(list(rings), lambda count: inside([number % 2 == 1 for number in count]))


def _area(rings: list[Ring], inside: Callable[[list[int]], bool]) -> Fraction:
    return sum((height for height, count, _ in _trapezia(rings) if inside(count)), Fraction(0))


def _trapezia(rings: list[Ring]) -> list[tuple[Fraction, list[int], list[int]]]:
    """All trapezia between neighbouring edges of a slab: (area, crossings below per ring, winding per ring)."""
    edges = []
    for which, ring in enumerate(rings):
        points = rational(ring)
        for a, b in pairwise([*points, points[0]]):
            if a[0] != b[0]:
                edges.append((min(a, b), max(a, b), which, 1 if a < b else -1))
    stops = {p[0] for edge in edges for p in edge[:2]}
    for i, (a, b, _, _) in enumerate(edges):
        for c, d, _, _ in edges[:i]:
            slope_a, slope_c = (b[1] - a[1]) / (b[0] - a[0]), (d[1] - c[1]) / (d[0] - c[0])
            if slope_a != slope_c:
                x = (c[1] - a[1] + slope_a * a[0] - slope_c * c[0]) / (slope_a - slope_c)
                if max(a[0], c[0]) < x < min(b[0], d[0]):
                    stops.add(x)
    found = []
    for low, high in pairwise(sorted(stops)):
        middle = (low + high) / 2
        here = sorted(
            (a[1] + (middle - a[0]) * (b[1] - a[1]) / (b[0] - a[0]), which, way)
            for a, b, which, way in edges
            if a[0] < middle < b[0]
        )
        count, winding = [0] * len(rings), [0] * len(rings)
        for (y, which, way), (above, _, _) in pairwise(here):
            count[which] += 1
            winding[which] += way
            found.append(((above - y) * (high - low), count.copy(), winding.copy()))
    return found
