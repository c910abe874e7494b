"""Rings -> height, aspect, angle and bend of the text inside: numbers that no start vertex and no direction moves.

*Height* is the short side of the rectangle that has the ring's area and perimeter, *aspect* its long side over the
short one: for a rectangle its own sides, for a strip that follows an arc exactly its width. *Angle* is the direction
of the longer sides, -90 < angle <= 90 degrees, growing clockwise on a screen. *Bend* is the share of the convex hull
that the ring leaves free: 0 for straight text.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ocr_eval.kernels.hulls import hull_table
from ocr_eval.kernels.rings import convex, signed_areas
from ocr_eval.tables.instances import ZERO_AREA, Instances, offsets

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
_CHUNK = 1 << 16  # rings worked on at once
_NO_DIRECTION = 0.05  # of the perimeter: sides of about the same length have no longer one


class Shapes(NamedTuple):
    """Numbers of N rings. They mean something where ``measured``; ``angle`` only where ``directed`` as well."""

    measured: Flags  # (N,) the ring is simple or touches itself, and encloses something
    height: Floats  # (N,) pixels
    aspect: Floats  # (N,) >= 1
    angle: Floats  # (N,) degrees
    directed: Flags  # (N,)
    bend: Floats  # (N,) in [0, 1)
    vertices: NDArray[np.int64]  # (N,) for every ring
    signed: Floats  # (N,) shoelace area, for every ring; positive: clockwise on a screen


def measure(instances: Instances) -> Shapes:
    """The shapes of all rings, worked out in pieces so that temporaries stay small."""
    size = len(instances)
    parts = []
    for begin in range(0, max(size, 1), _CHUNK):
        end = min(begin + _CHUNK, size)
        ring = instances.ring[begin : end + 1]
        parts.append(_piece(instances.xy[ring[0] : ring[-1]], ring - ring[0], instances.shape[begin:end]))
    return Shapes(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _piece(xy: Floats, ring: NDArray[np.int64], shape: NDArray[np.uint8]) -> Shapes:
    vertices = np.diff(ring)
    full = np.flatnonzero(vertices)
    signed = signed_areas(xy, ring)
    area = np.abs(signed)
    measured = (shape < ZERO_AREA) & (shape < 2) & (area > 0)
    perimeter, along, across = (np.zeros(len(vertices)) for _ in range(3))
    if len(full):
        after = np.arange(1, len(xy) + 1)
        after[ring[full + 1] - 1] = ring[full]
        step = xy[after] - xy
        length = np.hypot(step[:, 0], step[:, 1])
        scale = np.where(length > 0, length, 1.0)
        # |e| cos 2φ and |e| sin 2φ: sides that run there and back add up, sides at right angles subtract.
        doubled = (step[:, 0] ** 2 - step[:, 1] ** 2) / scale, 2 * step[:, 0] * step[:, 1] / scale
        perimeter[full] = np.add.reduceat(length, ring[full])
        along[full], across[full] = (np.add.reduceat(part, ring[full]) for part in doubled)
    half = perimeter / 2
    root = np.sqrt(np.maximum(half**2 - 4 * area, 0))
    height = np.divide(2 * area, half + root, out=np.zeros_like(area), where=measured)
    aspect = np.divide(area, height**2, out=np.ones_like(area), where=measured & (height > 0))
    angle = np.degrees(np.arctan2(across, along)) / 2
    angle[angle <= -90] += 180
    directed = measured & (np.hypot(along, across) > _NO_DIRECTION * perimeter)
    return Shapes(
        measured,
        height,
        np.maximum(aspect, 1.0),
        np.where(directed, angle, 0.0) + 0.0,  # + 0.0: no negative zero
        directed,
        _bend(xy, ring, shape, area, measured),
        vertices,
        signed,
    )


def _bend(
    xy: Floats, ring: NDArray[np.int64], shape: NDArray[np.uint8], area: Floats, measured: Flags
) -> Floats:
    bend = np.zeros(len(shape))
    bent = np.flatnonzero(measured & (np.diff(ring) > 3) & ~convex(xy, ring, shape))
    if len(bent):
        size = np.diff(ring)[bent]
        place = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
        own = np.ascontiguousarray(xy[np.repeat(ring[bent], size) + place])
        hull_xy, hull_ring = hull_table(own, offsets(size), np.ascontiguousarray(shape[bent]))
        hull = np.abs(signed_areas(hull_xy, hull_ring))
        # Rounding of decimals may leave the hull a little smaller than a ring that is nearly convex.
        bend[bent] = np.clip(
            np.divide(hull - area[bent], hull, out=np.zeros(len(bent)), where=hull > 0), 0.0, None
        )
    return bend
