"""Two rings -> their IoU, in plain Python; for pages that compare stored polygons, never for a score.

Even-odd area, as everywhere here, by scan lines: between two neighbouring heights at which an edge begins, ends or
crosses another, all edges are straight and in one order, so each band's area is a sum of trapezoids. Exact but for
rounding, for rings of any shape; O(k² + b·k) for k edges and b bands.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

Edge = tuple[float, float, float, float]  # x and y of the lower end, then of the upper end


def ring_iou(a: Sequence[float], b: Sequence[float]) -> float:
    """IoU of two rings ``x1, y1, x2, y2, …``; 0 when the union has no area or they lie apart."""
    if len(a) < 6 or len(b) < 6 or _apart(a, b):
        return 0.0
    both, union = _areas(_edges(a), _edges(b))
    return both / union if union > 0 else 0.0


def ring_area(a: Sequence[float]) -> float:
    """Even-odd area of a ring."""
    return _areas(_edges(a), [])[1] if len(a) >= 6 else 0.0


def _apart(a: Sequence[float], b: Sequence[float]) -> bool:
    return any(max(one[axis::2]) <= min(other[axis::2]) for axis in (0, 1) for one, other in ((a, b), (b, a)))


def _edges(ring: Sequence[float]) -> list[Edge]:
    """The edges that are not level, lower end first."""
    points = list(zip(ring[0::2], ring[1::2], strict=True))
    edges = []
    for (x1, y1), (x2, y2) in zip(points, [*points[1:], points[0]], strict=True):
        if y1 != y2:
            edges.append((x1, y1, x2, y2) if y1 < y2 else (x2, y2, x1, y1))
    return edges


def _areas(a: list[Edge], b: list[Edge]) -> tuple[float, float]:
    """Areas of intersection and union."""
    edges = [(*edge, 1) for edge in a] + [(*edge, 2) for edge in b]
    heights = {y for edge in edges for y in (edge[1], edge[3])}
    for i, one in enumerate(edges):
        for other in edges[i + 1 :]:
            height = _crossing(one[:4], other[:4])
            if height is not None:
                heights.add(height)
    both = union = 0.0
    levels = sorted(heights)
    for low, high in pairwise(levels):
        middle = low + (high - low) / 2
        if not low < middle < high:
            continue  # a band without a number inside has no area worth adding
        spans = sorted((_x(edge[:4], middle), edge[4]) for edge in edges if edge[1] < middle < edge[3])
        state, begin = 0, 0.0
        for x, side in spans:
            # The width half-way up a band is the mean width of its trapezoid.
            width = (x - begin) * (high - low)
            if state:
                union += width
                both += width if state == 3 else 0.0
            state, begin = state ^ side, x
    return both, union


def _x(edge: Edge, y: float) -> float:
    x1, y1, x2, y2 = edge
    return x1 + (x2 - x1) * ((y - y1) / (y2 - y1))


def _crossing(one: Edge, other: Edge) -> float | None:
    """The height at which two edges cross inside both, None when they do not."""
    low, high = max(one[1], other[1]), min(one[3], other[3])
    if low >= high:
        return None
    below, above = _x(one, low) - _x(other, low), _x(one, high) - _x(other, high)
    if not (below < 0 < above or above < 0 < below):
        return None
    return low + (high - low) * (below / (below - above))
