"""What lies of a ring in others but not in its own one: right, exact on request, the same bits from both engines."""

from __future__ import annotations

import random
from fractions import Fraction

import numpy as np
import pytest

from ocr_eval.kernels import compiled, outliers, plain
from tests.oracles import geometry

Ring = list[tuple[float, float]]


def places(*groups: list[Ring]) -> outliers.Places:
    """Each group: D, G, others."""
    rings = [ring for group in groups for ring in group]
    xy = np.array([point for ring in rings for point in ring], np.float64).reshape(-1, 2)
    offsets = np.cumsum([0, *(len(ring) for ring in rings)])
    first = np.cumsum([0, *(len(group) for group in groups)])[:-1]
    others = [(at + k, r) for r, (at, group) in enumerate(zip(first.tolist(), groups, strict=True))
              for k in range(2, len(group))]  # fmt: skip
    who, where = (np.array(column, np.int64) for column in zip(*others, strict=True))
    return outliers.Places.of([(xy, offsets)] * 3, first, first + 1, who, where)


def by_hand(group: list[Ring]) -> Fraction:
    """By slabs of rationals."""
    return geometry._area(
        group, lambda count: count[0] % 2 == 1 and count[1] % 2 == 0 and any(c % 2 for c in count[2:])
    )


def box(x0: float, y0: float, x1: float, y1: float) -> Ring:
    return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]


D = box(0, 0, 10, 10)
CASES = {
    "one_other_beside": ([D, box(0, 0, 5, 10), box(5, 0, 10, 5)], 5 * 5),
    "an_other_that_overlaps_its_own_counts_only_outside": ([D, box(0, 0, 5, 10), box(3, 0, 7, 10)], 2 * 10),
    "two_others_that_overlap_count_once": ([D, box(0, 0, 2, 10), box(4, 0, 8, 10), box(6, 0, 9, 10)], 5 * 10),
    "the_same_other_twice_counts_once": ([D, box(0, 0, 2, 10), box(4, 0, 8, 10), box(4, 0, 8, 10)], 4 * 10),
    "an_other_equal_to_its_own_counts_nothing": ([D, box(0, 0, 5, 10), box(0, 0, 5, 10)], 0),
    "outside_the_prediction_nothing_counts": ([D, box(0, 0, 5, 10), box(8, 8, 40, 50)], 2 * 2),
    "a_bow_tie_is_two_triangles": ([D, box(0, 0, 1, 1), [(2, 2), (8, 8), (8, 2), (2, 8)]], 2 * (6 * 3) / 2),
    "a_prediction_that_is_a_bow_tie": ([[(0, 0), (10, 10), (10, 0), (0, 10)], box(0, 0, 1, 1), box(5, 0, 10, 10)], 25),
}  # fmt: skip


@pytest.mark.parametrize("engine", [plain, compiled], ids=["numpy", "numba"])
@pytest.mark.parametrize("name", CASES)
def test_by_hand(name: str, engine: object) -> None:
    group, area = CASES[name]
    assert engine.outlier_areas(places(group)).tolist() == [area]
    assert places(group).exact(0)[0] == area == by_hand(group)


def random_group(draw: random.Random, whole: bool) -> list[Ring]:
    def number() -> float:
        return draw.randrange(0, 30) if whole else round(draw.uniform(0, 30), 2)

    return [
        [(number(), number()) for _ in range(draw.choice([3, 4, 4, 5, 6]))]
        for _ in range(draw.randrange(3, 7))
    ]


@pytest.mark.parametrize("whole", [True, False])
def test_any_rings(whole: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Corners anywhere: most rings cross themselves, which even-odd areas allow."""
    draw = random.Random(5)
    groups = [random_group(draw, whole) for _ in range(60)]
    together = places(*groups)
    made = plain.outlier_areas(together)
    assert made.tolist() == compiled.outlier_areas(together).tolist()
    for r, group in enumerate(groups):
        assert plain.outlier_areas(places(group)).tolist() == [made[r]]
        assert together.exact(r) == (by_hand(group), abs(geometry.signed_area(group[0])))
        # 36 edges in a box of 30: 10³ slabs of heights that are off by 30 · 2^-52 each.
        assert abs(made[r] - by_hand(group)) < 1e-10
    monkeypatch.setattr(outliers, "_MOST", 0)
    assert plain.outlier_areas(together).tolist() == made.tolist()
