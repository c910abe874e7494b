"""Test-set health and suspected ground truth, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ocr_eval.board.health import health
from ocr_eval.board.suspects import Shape, Suspect, suspects
from ocr_eval.protocols.formulas import rate
from ocr_eval.stats.ratios import Stack

FORMULAS = {
    "recall": rate("tp", "n_gt", empty=0.0),
    "hmean": rate("2*tp", "n_gt + n_det", empty=0.0, alone=1.0),
}


def board(tp: list[list[int]], n_gt: list[int]) -> Stack:
    """Rows are samples; every system predicts as many words as there are."""
    ids = [f"s{k}" for k in range(len(n_gt))]
    columns = {"tp": np.array(tp), "n_gt": np.array(n_gt), "n_det": np.array(n_gt)}
    return Stack.from_columns([f"m{k}" for k in range(len(tp[0]))], ids, columns)


def test_dead_samples_and_samples_without_gt_stand_apart() -> None:
    found = health(board([[2, 2, 2], [0, 0, 0], [0, 1, 2], [0, 0, 0]], [2, 2, 2, 0]), FORMULAS, "hmean")
    assert found.items.care.tolist() == [True, True, True, False]
    assert found.items.saturated.tolist() == [True, False, False, False]
    assert found.items.unsolved.tolist() == [False, True, False, False]
    assert found.items.difficulty[:3].tolist() == [1.0, 0.0, (0 + 1 / 2 + 1) / 3]
    assert found.histogram == (1, 0, 0, 0, 0, 1, 0, 0, 0, 1)
    assert found.hardest == (1, 2, 0)


def test_a_sample_that_only_weak_systems_solve_discriminates_negatively() -> None:
    found = health(board([[0, 1, 2], [2, 1, 0], [0, 2, 4], [1, 1, 1]], [2, 2, 4, 1]), FORMULAS, "hmean")
    # Sample 1 is 1, .5, 0; the systems' metrics on all others 1/7, 4/7, 7/7.
    assert found.items.discrimination[1] == pytest.approx(-1.0)
    assert found.negative == (1,)
    # Sample 0 is 0, .5, 1; the others give 3/7, 4/7, 5/7.
    assert found.items.discrimination[0] == pytest.approx(1.0)
    assert math.isnan(found.items.discrimination[3])
    # Without sample 2 all systems are equal: nothing to correlate with.
    assert math.isnan(found.items.discrimination[2])
    assert found.most_discriminating == (0,)


def test_two_systems_correlate_with_nothing() -> None:
    found = health(board([[0, 1], [1, 0]], [1, 1]), FORMULAS, "hmean")
    assert np.isnan(found.items.discrimination).all()
    assert found.negative == found.most_discriminating == ()


def test_lower_is_better_turns_best_and_worst() -> None:
    formulas = {"cer": rate("tp", "n_gt", empty=0.0)}
    found = health(board([[0, 0, 0], [2, 2, 2]], [2, 2]), formulas, "cer", higher=False)
    assert (found.items.saturated.tolist(), found.items.unsolved.tolist()) == ([True, False], [False, True])
    assert found.hardest == (1, 0)


def test_a_board_without_systems_has_no_dead_samples() -> None:
    stack = Stack.from_columns(
        [], ["a"], {name: np.zeros((1, 0)) for name in ("tp", "n_det")} | {"n_gt": np.ones(1)}
    )
    found = health(stack, FORMULAS, "hmean")
    assert not found.items.saturated.any() and not found.items.unsolved.any()


def box(x: float, text: str | None, care: bool = True) -> Shape:
    return Shape((x, 0, x + 10, 0, x + 10, 10, x, 10), text, care)


@pytest.mark.parametrize(
    ("gt", "systems", "expected"),
    [
        # three read CAFE where the gt says CAFF
        ([box(0, "CAFF")], [[box(0, "Cafe")], [box(1, "CAFE")], [box(0, "cafe")]], [(0, "CAFF", "Cafe", 3)]),
        # two are too few
        ([box(0, "CAFF")], [[box(0, "CAFE")], [box(0, "CAFE")], [box(0, "CAFF")]], []),
        # one reads what the gt says: the gt is defended
        ([box(0, "CAFF")], [[box(0, "CAFE")]] * 3 + [[box(0, "caff")]], []),
        # one system that says it three times is one voice
        ([box(0, "CAFF")], [[box(0, "CAFE"), box(1, "CAFE"), box(0, "CAFE")], [box(0, "CAFE")]], []),
        # nothing labelled there
        ([box(50, "X")], [[box(0, "CAFE")]] * 3, [(-1, "", "CAFE", 3)]),
        # don't care
        ([box(0, "###", False)], [[box(0, "CAFE")]] * 3, []),
        # rings too far apart: 6 of 14 is .43
        ([box(0, "CAFF")], [[box(0, "CAFE")], [box(4, "CAFE")], [box(8, "CAFE")]], []),
        # composed and decomposed are equal
        (
            [box(0, "cafe")],
            [[box(0, "café")], [box(0, "cafe\u0301")], [box(0, "CAFÉ")]],
            [(0, "cafe", "café", 3)],
        ),
        # detection: no texts, only places
        ([box(0, "A")], [[box(40, None), box(0, None)], [box(40, None)], [box(41, None)]], [(-1, "", "", 3)]),
    ],
)
def test_suspected_gt(
    gt: list[Shape], systems: list[list[Shape]], expected: list[tuple[int, str, str, int]]
) -> None:
    assert suspects("s", gt, systems) == [Suspect("s", *row) for row in expected]
