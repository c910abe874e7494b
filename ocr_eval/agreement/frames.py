"""Two rings -> the smallest rectangle around both, turned so that one side runs with the text.

Minimum-area rectangle: one side lies on an edge of the hull (Freeman and Shapira 1975). Pairs whose hulls have equally
many corners are worked on together.
"""

from __future__ import annotations

import sys
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ocr_eval.kernels import hulls
from ocr_eval.kernels.rings import SELF_INTERSECTING
from ocr_eval.tables.instances import Instances, offsets

Floats = NDArray[np.float64]
SAME = 1e-9  # areas closer than this, relatively, are equal: then the side nearest to level is taken
_WORK = 1 << 18
MANY = 20_000  # point sets; 80 µs each without Numba, which takes a second to load


class Frames(NamedTuple):
    """Per pair: the direction of the text as a unit vector (x right, y down)."""

    along: Floats  # (U, 2)

    @property
    def across(self) -> Floats:
        """(U, 2) the direction from the bottom of the text to its top."""
        return np.stack([self.along[:, 1], -self.along[:, 0]], axis=1)


def frames(a: Instances, b: Instances, of_a: NDArray[np.int64], of_b: NDArray[np.int64]) -> Frames:
    """The frame of every pair (U,) of instances.

    The text runs along the side closest to the first edges of the rings when both are quadrilaterals and their first
    edges agree on the side; otherwise along the longer side, rightwards, or downwards when it is upright.
    """
    sides = rectangles(*_joint(a, b, of_a, of_b))
    first_a, first_b = _first_edges(a, of_a), _first_edges(b, of_b)
    along = np.array(sides)
    known = np.ones(len(of_a), np.bool_)
    for first in (first_a, first_b):
        known &= ~np.isnan(first[:, 0])
    choice_a, choice_b = (_nearest_side(sides, first) for first in (first_a, first_b))
    agreed = known & (choice_a == choice_b).all(1)
    along[agreed] = choice_a[agreed]
    return Frames(along)


def rectangles(xy: Floats, ring: NDArray[np.int64]) -> Floats:
    """(U, 2) unit vector along the longer side of the smallest rectangle around each point set; (1, 0) for a point."""
    xy, ring = hull_table(xy, ring)
    size = np.diff(ring)
    along = np.zeros((len(size), 2))
    along[:, 0] = 1.0
    for count in np.unique(size[size > 1]).tolist():
        members = np.flatnonzero(size == count)
        for part in np.array_split(members, max(1, len(members) * count * count // _WORK)):
            corners = xy[ring[part][:, None] + np.arange(count)]
            along[part] = _longer_side(corners)
    return _rightwards(along)


def hull_table(xy: Floats, ring: NDArray[np.int64]) -> tuple[Floats, NDArray[np.int64]]:
    """Convex hulls of point sets as (xy, offsets); by the compiled twin where there are many."""
    shape = np.full(len(ring) - 1, SELF_INTERSECTING, np.uint8)  # mere points: every hull is walked
    if len(ring) > MANY or "numba" in sys.modules:
        from ocr_eval.kernels import compiled

        engine: Any = compiled
    else:
        engine = hulls
    found: tuple[Floats, NDArray[np.int64]] = engine.hull_table(xy, ring, shape)
    return found


def extents(table: Instances, index: NDArray[np.int64], direction: Floats) -> tuple[Floats, Floats]:
    """(low (U,), high (U,)) of each ring's vertices along a direction (U, 2)."""
    xy, ring = _points(table, index)
    owner = np.repeat(np.arange(len(index)), np.diff(ring))
    value = (xy * direction[owner]).sum(1)
    low, high = np.full(len(index), np.inf), np.full(len(index), -np.inf)
    np.minimum.at(low, owner, value)
    np.maximum.at(high, owner, value)
    return low, high


def centroid(ring: Floats) -> Floats:
    """(2,) centre of gravity of a ring; the mean of its vertices where it has no area."""
    x, y = (ring - ring[0]).T
    after = np.roll(x, -1), np.roll(y, -1)
    cross = x * after[1] - after[0] * y
    area = cross.sum() / 2
    if area == 0:
        return np.asarray(ring.mean(0))
    middle = np.array([((x + after[0]) * cross).sum(), ((y + after[1]) * cross).sum()]) / (6 * area)
    return np.asarray(ring[0] + middle)


def _longer_side(corners: Floats) -> Floats:
    """(U, m, 2) hull corners -> (U, 2): of the rectangles on every edge the smallest, then the most level one."""
    edge = np.roll(corners, -1, 1) - corners
    edge /= np.hypot(edge[..., 0], edge[..., 1])[..., None]
    normal = np.stack([-edge[..., 1], edge[..., 0]], -1)
    reach = []
    for axis in (edge, normal):
        value = corners @ axis.transpose(0, 2, 1)  # (U, corner, edge)
        reach.append(value.max(1) - value.min(1))
    long = np.where((reach[0] >= reach[1])[..., None], edge, normal)
    area = reach[0] * reach[1]
    least = area.min(1, keepdims=True)
    # A square has no longer side, and rounding must not choose one: among equal rectangles the most level.
    square = np.abs(reach[0] - reach[1]) <= SAME * reach[0]
    level = np.where(square, np.abs(edge).max(-1), np.abs(long[..., 0]))
    long = np.where((square & (np.abs(edge[..., 0]) < np.abs(edge[..., 1])))[..., None], normal, long)
    score = np.where(area <= least * (1 + SAME) + SAME, level, -1.0)
    return np.take_along_axis(long, score.argmax(1)[:, None, None], 1)[:, 0]


def _rightwards(along: Floats) -> Floats:
    turned = (along[:, 0] < -SAME) | ((np.abs(along[:, 0]) <= SAME) & (along[:, 1] < 0))
    return np.where(turned[:, None], -along, along)


def _nearest_side(along: Floats, first: Floats) -> Floats:
    """(U, 2) the one of the four directions ±along, ±normal that is closest to the first edge."""
    normal = np.stack([-along[:, 1], along[:, 0]], 1)
    with_it, across = (along * first).sum(1), (normal * first).sum(1)
    pick = np.where((np.abs(with_it) >= np.abs(across))[:, None], along, normal)
    sign = np.where(np.abs(with_it) >= np.abs(across), with_it, across)
    return pick * np.where(sign < 0, -1.0, 1.0)[:, None]


def _first_edges(table: Instances, index: NDArray[np.int64]) -> Floats:
    """(U, 2) first edge of each ring; nan where it is no quadrilateral or has no first edge."""
    start = table.ring[index]
    quad = np.diff(table.ring)[index] == 4
    edge = np.full((len(index), 2), np.nan)
    edge[quad] = table.xy[start[quad] + 1] - table.xy[start[quad]]
    edge[(edge == 0).all(1)] = np.nan
    return edge


def _points(table: Instances, index: NDArray[np.int64]) -> tuple[Floats, NDArray[np.int64]]:
    size = np.diff(table.ring)[index]
    ring = offsets(size)
    place = np.arange(ring[-1]) + np.repeat(table.ring[index] - ring[:-1], size)
    return table.xy[place], ring


def _joint(
    a: Instances, b: Instances, of_a: NDArray[np.int64], of_b: NDArray[np.int64]
) -> tuple[Floats, NDArray[np.int64]]:
    """The vertices of both rings of every pair as one table of point sets."""
    parts = [_points(a, of_a), _points(b, of_b)]
    sizes = [np.diff(ring) for _, ring in parts]
    ring = offsets(sizes[0] + sizes[1])
    xy = np.empty((int(ring[-1]), 2))
    shift = [ring[:-1], ring[:-1] + sizes[0]]
    for (own, bounds), size, start in zip(parts, sizes, shift, strict=True):
        xy[np.arange(bounds[-1]) + np.repeat(start - bounds[:-1], size)] = own
    return xy, ring
