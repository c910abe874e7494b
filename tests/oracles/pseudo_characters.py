"""Slow, obvious twin of pseudo-character centres: where they are, and which ring holds one."""

from __future__ import annotations

from collections.abc import Sequence

Ring = Sequence[tuple[float, float]]
Point = tuple[float, float]


def centres(ring: Ring, count: int, *, turned: bool) -> list[Point]:
    """``count`` points on the line between the middles of the first and the second pair of opposite corners."""
    a, b, c, d = [ring[3], ring[0], ring[1], ring[2]] if turned else list(ring)
    begin = (a[0] + d[0]) / 2, (a[1] + d[1]) / 2
    end = (b[0] + c[0]) / 2, (b[1] + c[1]) / 2
    found = []
    for i in range(count):
        unit = (end[0] - begin[0]) / count, (end[1] - begin[1]) / count
        found.append((begin[0] + unit[0] / 2 + unit[0] * i, begin[1] + unit[1] / 2 + unit[1] * i))
    return found


def holds(ring: Ring, point: Point) -> bool:
    """Crossings to the right of the point, low ends of edges included; an odd number is inside."""
    x, y = point
    inside = False
    for k, (x_i, y_i) in enumerate(ring):
        x_j, y_j = ring[k - 1]
        if min(y_i, y_j) <= y < max(y_i, y_j) and x < (x_j - x_i) * (y - y_i) / (y_j - y_i) + x_i:
            inside = not inside
    return inside
