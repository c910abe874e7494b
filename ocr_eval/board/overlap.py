"""Two rings -> their IoU, in plain Python; for pages that compare stored polygons, never for a score.

Even-odd area, as everywhere here. Convex rings are clipped edge by edge (Sutherland, Hodgman 1974). Others go by scan
lines: between two neighbouring heights at which an edge begins, ends or crosses another, all edges are straight and in
one order, so each band's area is a sum of trapezoids. Exact but for rounding, for rings of any shape; O(k² + b·k) for
k edges and b bands.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

Edge = tuple[float, float, float, float]  # x and y of the lower end, then of the upper end


class Place(NamedTuple):
    """A ring ready to be compared: bounding box, area, and its corners counter-clockwise when it is convex."""

    ring: tuple[float, ...]
    box: tuple[float, float, float, float]
    area: float
    corners: tuple[tuple[float, float], ...] | None


def place(ring: Sequence[float]) -> Place:
    """``x1, y1, x2, y2, …``; fewer than three points have no area."""
    ring = tuple(ring)
    if len(ring) < 6:
        return Place(ring, (0.0, 0.0, 0.0, 0.0), 0.0, None)
    points = list(zip(ring[0::2], ring[1::2], strict=True))
    box = (min(ring[0::2]), min(ring[1::2]), max(ring[0::2]), max(ring[1::2]))
    if not _convex(points):
        return Place(ring, box, _areas(_edges(ring), [])[1], None)
    area = _shoelace(points)
    return Place(ring, box, abs(area), tuple(points if area > 0 else points[::-1]))


def ring_iou(a: Sequence[float], b: Sequence[float]) -> float:
    """IoU of two rings; 0 when the union has no area or they lie apart."""
    return place_iou(place(a), place(b))


def place_iou(a: Place, b: Place, least: float = 0.0) -> float:
    """IoU, or 0 where it is certainly below ``least``."""
    width = min(a.box[2], b.box[2]) - max(a.box[0], b.box[0])
    height = min(a.box[3], b.box[3]) - max(a.box[1], b.box[1])
    if width <= 0 or height <= 0 or a.area <= 0 or b.area <= 0:
        return 0.0
    most = min(width * height, a.area, b.area)
    if most < (least - 1e-9) * (a.area + b.area - most):
        return 0.0
    if a.ring == b.ring:
        return 1.0
    if a.corners is None or b.corners is None:
        both, union = _areas(_edges(a.ring), _edges(b.ring))
    else:
        both = _clipped(a.corners, b.corners)
        union = a.area + b.area - both
    return both / union if union > 0 else 0.0


def _convex(points: Sequence[tuple[float, float]]) -> bool:
    """Does the ring turn one way only, and once around?"""
    turned = 0.0
    steps = [(x2 - x1, y2 - y1) for (x1, y1), (x2, y2) in pairwise([*points, points[0]])]
    for (dx1, dy1), (dx2, dy2) in pairwise([*steps, steps[0]]):
        turn = dx1 * dy2 - dy1 * dx2
        if turn * turned < 0 or (turn == 0 and dx1 * dx2 + dy1 * dy2 < 0):
            return False
        turned = turn or turned
    for axis in (0, 1):
        moves = [step[axis] for step in steps if step[axis]]
        if moves and sum(one * other < 0 for one, other in pairwise([*moves, moves[0]])) > 2:
            return False
    return turned != 0


def _shoelace(points: Sequence[tuple[float, float]]) -> float:
    x0, y0 = points[0]
    return 0.5 * sum(
        (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0) for (x1, y1), (x2, y2) in pairwise(points[1:])
    )


def _clipped(a: Sequence[tuple[float, float]], b: Sequence[tuple[float, float]]) -> float:
    """Area of the intersection of two convex counter-clockwise polygons."""
    points = list(a)
    for (x1, y1), (x2, y2) in pairwise([*b, b[0]]):
        dx, dy = x2 - x1, y2 - y1
        kept: list[tuple[float, float]] = []
        before = points[-1]
        was = dx * (before[1] - y1) - dy * (before[0] - x1)
        for point in points:
            now = dx * (point[1] - y1) - dy * (point[0] - x1)
            if was * now < 0:
                share = was / (was - now)
                kept.append(
                    (before[0] + (point[0] - before[0]) * share, before[1] + (point[1] - before[1]) * share)
                )
            if now >= 0:
                kept.append(point)
            before, was = point, now
        if len(kept) < 3:
            return 0.0
        points = kept
    return abs(_shoelace(points))


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
