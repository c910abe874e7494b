"""IoU in plain Python against arithmetic and shapely."""

from __future__ import annotations

import math
import random

import pytest

from ocr_eval.board.overlap import ring_area, ring_iou

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
        assert ring_area(a) == pytest.approx(pa.area, rel=1e-9)
        expected = pa.intersection(pb).area / pa.union(pb).area
        assert ring_iou(a, b) == pytest.approx(expected, abs=1e-9)
    assert tried > 100
