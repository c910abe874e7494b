"""Rings that a layout cannot hold -> the nearest it can: boxes around them, turned boxes, a vertex once more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ocr_eval.kernels.rings import classify
from ocr_eval.tables.arrays import freeze, offsets
from ocr_eval.tables.instances import Instances


def odd_rings(table: Instances, rings: str) -> NDArray[np.int64]:
    """The instances whose rings the layout cannot hold."""
    size = np.diff(table.ring)
    if rings in ("polygon", "any"):
        return np.flatnonzero(size < 3) if rings == "polygon" else np.zeros(0, np.int64)
    four = size == 4
    if rings == "quad" or not four.any():
        return np.flatnonzero(~four)
    index = np.flatnonzero(four)
    corners = table.xy[table.ring[index][:, None] + np.arange(4)]
    low, high = corners.min(1), corners.max(1)
    box = np.stack([low, np.stack([high[:, 0], low[:, 1]], 1), high, np.stack([low[:, 0], high[:, 1]], 1)], 1)
    four[index] = (corners == box).all((1, 2))
    return np.flatnonzero(~four)


def replaced(
    table: Instances,
    index: NDArray[np.int64],
    change: Callable[[NDArray[np.float64], int], NDArray[np.float64]],
) -> Instances:
    """The table with the rings of some instances changed, all classified anew."""
    rings = [table.points(i) for i in range(len(table))]
    for i in index.tolist():
        rings[i] = change(rings[i], i)
    xy = np.concatenate(rings) if rings else np.zeros((0, 2))
    ring = offsets([len(each) for each in rings])
    return replace(table, xy=xy, ring=ring, shape=classify(freeze(xy), ring))


def turned_box(ring: NDArray[np.float64], angle: NDArray[np.float64] | None, i: int) -> NDArray[np.float64]:
    """The box turned about its centre, clockwise on the screen, as MSRA-TD500 means it."""
    assert angle is not None
    centre = (ring.min(0) + ring.max(0)) / 2
    cos, sin = np.cos(angle[i]), np.sin(angle[i])
    turned: NDArray[np.float64] = (ring - centre) @ np.array([[cos, sin], [-sin, cos]]) + centre
    return turned


def shaped(ring: NDArray[np.float64], rings: str) -> NDArray[np.float64]:
    """The box around the ring; a quad or polygon with too few vertices has its last one again."""
    wanted = 3 if rings == "polygon" else 4
    if not len(ring):
        return np.zeros((wanted, 2))
    if rings in ("quad", "polygon") and len(ring) < wanted:
        return np.concatenate([ring, np.repeat(ring[-1:], wanted - len(ring), 0)])
    (left, top), (right, bottom) = ring.min(0), ring.max(0)
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]])
