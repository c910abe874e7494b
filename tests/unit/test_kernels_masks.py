"""Pixels of rings as scikit-image fills them: against a test of every pixel, and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_eval.kernels import masks
from tests.oracles.totaltext_pascal import pixels

Rings = list[list[tuple[int, int]]]

RINGS = st.lists(
    st.lists(st.tuples(st.integers(-4, 12), st.integers(-4, 12)), min_size=1, max_size=9),
    min_size=1,
    max_size=4,
)


def filled(rings: Rings, columns: tuple[int, int]) -> masks.Runs:
    xy = np.array([point for ring in rings for point in ring], np.int64)
    made: masks.Runs = masks.fill(xy[:, 0], xy[:, 1], np.cumsum([0, *(len(ring) for ring in rings)]), columns)
    return made


@settings(max_examples=300, deadline=None)
@given(gts=RINGS, preds=RINGS)
def test_sizes_and_shared_pixels_are_those_of_a_test_of_every_pixel(gts: Rings, preds: Rings) -> None:
    xs = [x for ring in gts + preds for x, _ in ring]
    sides = [filled(rings, (min(xs), max(xs))) for rings in (gts, preds)]
    masks_of = [[pixels(ring) for ring in rings] for rings in (gts, preds)]
    for side, made in zip(sides, masks_of, strict=True):
        assert masks.sizes(side).tolist() == [len(mask) for mask in made]
    g, p = np.divmod(np.arange(len(gts) * len(preds)), len(preds))
    expected = [len(a & b) for a in masks_of[0] for b in masks_of[1]]
    assert masks.shared(*sides, g, p).tolist() == expected


SHAPES = {
    "rectangle": ([(0, 0), (4, 0), (4, 6), (0, 6)], 5 * 7),
    "triangle": ([(0, 0), (6, 0), (0, 6)], 7 + 6 + 5 + 4 + 3 + 2 + 1),
    "point": ([(3, 3)], 1),
    # Edges walked there and back cancel: only the vertices are left.
    "level line": ([(0, 2), (9, 2)], 2),
    "upright line": ([(2, 0), (2, 9)], 2),
    "slanted line": ([(0, 0), (4, 2)], 2),
    "left of the image": ([(-9, 0), (-1, 0), (-1, 5), (-9, 5)], 0),
    "above the image": ([(0, -9), (5, -9), (5, -1), (0, -1)], 0),
    "half above the image": ([(0, -3), (4, -3), (4, 1), (0, 1)], 5 * 2),
    # A frame: the hole of 0 < x, y < 4 stays empty but for its outline, which belongs to the ring.
    "frame": (
        [(0, 0), (8, 0), (8, 8), (0, 8), (0, 0), (2, 2), (2, 6), (6, 6), (6, 2), (2, 2)],
        9 * 9 - 3 * 3,
    ),
}


@pytest.mark.parametrize("name", SHAPES)
def test_shapes_by_hand(name: str) -> None:
    ring, size = SHAPES[name]
    xs = [x for x, _ in ring]
    assert masks.sizes(filled([ring], (min(xs), max(xs)))).tolist() == [size]
    assert len(pixels(ring)) == size


def test_the_cost_of_a_ring_is_told_before_it_is_drawn() -> None:
    y = np.array([0, 0, 6, 6, -5, 5], np.int64)
    assert masks.crossings(y, np.array([0, 4, 6])).tolist() == [12, 10]


def test_tall_rings_far_apart_do_not_touch() -> None:
    ring = [(0, 0), (3, 0), (3, 1000), (0, 1000)]
    far = [(x + 100_000, y + 5000) for x, y in ring]
    sides = [filled(rings, (0, 100_003)) for rings in ([ring, far], [far, ring])]
    g, p = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    assert masks.shared(*sides, g, p).tolist() == [0, 4 * 1001, 4 * 1001, 0]
