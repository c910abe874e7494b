"""IoU in plain Python against arithmetic and shapely."""

from __future__ import annotations

import math
import random

import pytest

from ocr_eval.board.overlap import place, place_iou, ring_iou

SQUARE = (0, 0, 2, 0, 2, 2, 0, 2)


@pytest.mark.parametrize(
    ("other", "iou"),
    [
        (SQUARE, 1.0),
        ((0, 2, 2, 2, 2, 0, 0, 0), 1.0),  # the other way round
        ((1, 0, 3, 0, 3, 2, 1, 2), 2 / 6),
        ((2, 0, 4, 0, 4, 2, 2, 2), 0.0),  # shared edge
        ((2, 2, 4, 2, 4, 4, 2, 4), 0.0),  # shared corner
        ((0.5, 0.5, 1.5, 0.5, 1.5, 1.5, 0.5, 1.5), 1 / 4),
        ((1, -1, 3, 1, 1, 3, -1, 1), 4 / 8),  # diamond through the corners
        ((0, 0, 2, 2, 2, 0, 0, 2), 2 / 4),  # bow tie: even-odd area 2
        ((0, 0, 1, 1, 2, 2), 0.0),  # no area
        ((0, 0, 1, 0, 2, 0, 2, 2, 0, 2), 1.0),  # a corner on a side
        ((0, 0), 0.0),
    ],
)
def test_overlap_with_a_square(other: tuple[float, ...], iou: float) -> None:
    assert ring_iou(SQUARE, other) == pytest.approx(iou, abs=1e-12)
    assert ring_iou(other, SQUARE) == pytest.approx(iou, abs=1e-12)


def test_random_stars_overlap_as_shapely_says() -> None:
    shapely = pytest.importorskip("shapely")
    draw = random.Random(3)

    def star(corners: int) -> tuple[float, ...]:
        x, y = draw.uniform(0, 40), draw.uniform(0, 40)
        turns = sorted(draw.uniform(0, 2 * math.pi) for _ in range(corners))
        radii = [draw.uniform(5, 40) for _ in turns]
        return tuple(
            v for t, r in zip(turns, radii, strict=True) for v in (x + r * math.cos(t), y + r * math.sin(t))
        )

    tried = 0
    for _ in range(300):
        a, b = star(draw.randint(3, 16)), star(draw.randint(3, 16))
        pa, pb = (shapely.Polygon(list(zip(r[::2], r[1::2], strict=True))) for r in (a, b))
        if not (pa.is_valid and pb.is_valid):
            continue
        tried += 1
        assert place(a).area == pytest.approx(pa.area, rel=1e-9)
        expected = pa.intersection(pb).area / pa.union(pb).area
        assert ring_iou(a, b) == pytest.approx(expected, abs=1e-9)
    assert tried > 100


def test_random_boxes_overlap_as_shapely_says() -> None:
    shapely = pytest.importorskip("shapely")
    draw = random.Random(5)

    def quad() -> tuple[float, ...]:
        x, y, w, h = (draw.randint(0, 30) for _ in range(4))
        t = draw.uniform(0, 7)
        c, s = math.cos(t) * (w + 1), math.sin(t) * (h + 1)
        return (x, y, x + c, y + s, x + c - s, y + s + c, x - s, y + c)

    for _ in range(500):
        a, b = quad(), quad()
        pa, pb = (shapely.Polygon(list(zip(r[::2], r[1::2], strict=True))) for r in (a, b))
        if pa.is_valid and pb.is_valid:
            expected = pa.intersection(pb).area / pa.union(pb).area
            assert ring_iou(a, b) == pytest.approx(expected, abs=1e-9)
            assert place_iou(place(a), place(b), 0.5) in (0.0, ring_iou(a, b))
            assert expected < 0.5 or place_iou(place(a), place(b), 0.5) == ring_iou(a, b)


def test_a_pentagram_is_not_convex() -> None:
    turns = [4 * math.pi * k / 5 for k in range(5)]
    star = tuple(v for t in turns for v in (math.cos(t), math.sin(t)))
    assert place(star).corners is None
    # Even-odd: five tips without the pentagon in the middle.
    outer = tuple(v for k in range(5) for v in (math.cos(2 * math.pi * k / 5), math.sin(2 * math.pi * k / 5)))
    assert 0 < place(star).area < place(outer).area
