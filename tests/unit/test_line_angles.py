"""Whether quads lie on several lines: the same answer for few and for many members, in a time that stays bounded."""

from __future__ import annotations

import math
import random

import pytest

from ocr_eval.protocols.line_angles import FEW, several_lines
from tests.oracles import tedeval

Pivot = tuple[list[float], list[float]]


def row(count: int, angle: float = 0.0) -> list[Pivot]:
    """Members along one line, each a start and a centre on it."""
    c, s = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    return [([20 * k * c, 20 * k * s], [(20 * k + 8) * c, (20 * k + 8) * s]) for k in range(count)]


@pytest.mark.parametrize("count", [2, FEW, FEW + 1, 700])
def test_members_of_one_row_lie_on_one_line(count: int) -> None:
    assert not several_lines(row(count))
    assert several_lines([*row(count), ([0.0, 4.0], [8.0, 4.0])])


@pytest.mark.parametrize("count", [2, FEW + 1, 5000])
@pytest.mark.parametrize(("angle", "answer"), [(0.0, False), (30.0, False), (60.0, True), (90.0, True)])
def test_a_pile_of_equal_members_sees_itself_at_its_own_angle(count: int, angle: float, answer: bool) -> None:
    assert several_lines(row(1, angle) * count) is answer
    assert not several_lines(row(1, angle))


@pytest.mark.parametrize("seed", range(40))
def test_many_members_are_answered_as_the_loop_over_all_pairs_answers(seed: int) -> None:
    some = random.Random(seed)
    spread = some.choice([0, 1, 9])  # small grids: many angles of exactly 45 degrees
    quads = []
    for k in range(some.choice([3, FEW, FEW + 1, 30])):
        x, y = 9 * k + some.randint(0, spread), some.randint(0, spread)
        wide, slant, high = 2 * some.randint(1, 4), some.randint(0, spread), 2 * some.randint(1, 3)
        quads.append([(x, y), (x + wide, y + slant), (x + wide, y + slant + high), (x, y + high)])
    pivots: list[Pivot] = [
        ([q[0][0] + 0.0, (q[0][1] + q[3][1]) / 2], list(tedeval.centroid(q))) for q in quads
    ]
    assert several_lines(pivots) is not tedeval.one_line(quads)
