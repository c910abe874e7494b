"""The exact path against numbers by hand and against the slabs of the slow twin."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

from ocr_eval.kernels import exact
from tests.oracles import geometry

BOX = [(0, 0), (10, 0), (10, 10), (0, 10)]


def area(ring: list) -> Fraction:
    return exact.area(exact.pieces(ring))


def shared(gt: list, pred: list) -> Fraction:
    return exact.overlap(exact.pieces(gt), exact.pieces(pred))


@pytest.mark.parametrize(
    ("gt", "pred", "expected"),
    [
        (BOX, BOX, 100),
        (BOX, [(5, 5), (15, 5), (15, 15), (5, 15)], 25),
        (BOX, [(10, 0), (20, 0), (20, 10), (10, 10)], 0),
        (BOX, [(2, 2), (8, 2), (8, 8), (2, 8)], 36),
        (BOX, [(5, -3), (13, 5), (5, 13), (-3, 5)], 100 - 4 * Fraction(2 * 2, 2)),
        (BOX, [(0, 0), (10, 10), (10, 0), (0, 10)], 50),
        (BOX, BOX * 2, 0),
        (BOX, [(0, 0), (10, 0), (0, 0), (10, 0)], 0),
        (
            [(0, 0), (0.3, 0), (0.3, 0.1), (0, 0.1)],
            [(0.1, 0), (0.2, 0), (0.2, 1), (0.1, 1)],
            Fraction(1, 100),
        ),
    ],
)
def test_areas_by_hand(gt: list, pred: list, expected: Fraction) -> None:
    assert shared(gt, pred) == expected == shared(pred, gt)


def test_areas_equal_the_slow_twin() -> None:
    draw = random.Random(2)
    for _ in range(150):
        scale, side = draw.choice([1, 1, 0.1, 1 / 7]), draw.choice([3, 5, 12, 100])
        gt, pred = (
            [
                (draw.randrange(side) * scale, draw.randrange(side) * scale)
                for _ in range(draw.choice([3, 4, 5, 8]))
            ]
            for _ in range(2)
        )
        assert area(gt) == geometry.even_odd(gt)
        assert shared(gt, pred) == geometry.shared(gt, pred)
        assert exact.rings_meet(gt, pred) == geometry.regions_meet(gt, pred)
        if geometry.shape(gt) == "simple":
            spared = exact.pieces(gt, simple=True)
            assert exact.area(spared) == abs(geometry.signed_area(gt))
            assert exact.overlap(spared, exact.pieces(pred)) == geometry.shared(gt, pred)


def test_long_rings_take_another_way_to_the_same_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = random.Random(3)
    made = [[(draw.randrange(9), draw.randrange(9)) for _ in range(7)] for _ in range(60)]
    made += [[(draw.randrange(10**9), draw.randrange(9)) for _ in range(7)] for _ in range(20)]
    short = [exact.pieces(ring) for ring in made]
    monkeypatch.setattr(exact, "_FEW", 0)
    assert [exact.pieces(ring) for ring in made] == short


@pytest.mark.parametrize(
    ("pred", "expected"),
    [
        ([(0, 10), (10, 10), (10, 20), (0, 20)], 0),
        ([(10, 10), (20, 10), (20, 20), (10, 20)], 0),
        ([(10, 5), (20, 0), (20, 10)], 0),
        ([(11, 0), (20, 0), (20, 10), (11, 10)], 1),
        ([(19, 0), (20, 19), (20, 0)], 1),
        ([(9, 9), (20, 10), (10, 20)], -1),
        ([(5, 5)], 0),
        ([(10, 5)], 0),
        ([(11, 5)], 1),
        ([(5, 5), (30, 5)], -1),
        ([(10, 0), (10, 30)], 0),
        ([(0, 21), (21, 0)], 1),
    ],
)
def test_where_hulls_lie(pred: list, expected: int) -> None:
    # Hulls run counter-clockwise on a screen.
    gt, pred = BOX[::-1], pred[::-1]
    if geometry.signed_area(pred) > 0:
        pred = pred[::-1]
    assert exact.hulls_apart(gt, pred) == exact.hulls_apart(pred, gt) == expected


def test_a_scribble_is_refused_not_measured() -> None:
    draw = random.Random(4)
    with pytest.raises(exact.TooComplex, match="crosses itself more than 2000 times"):
        exact.pieces([(draw.randrange(1000), draw.randrange(1000)) for _ in range(1000)])
