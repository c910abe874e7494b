"""Candidate pairs: both engines list what a double loop lists, in its order, in bounded memory."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest

from ocr_eval.kernels import plain, vector

ENGINES = ("numpy", "numba")


def engine(name: str) -> Any:
    if name == "numpy":
        return plain
    from ocr_eval.kernels import compiled

    return compiled


def side(boxes: list[np.ndarray]) -> vector.Side:
    """One list of boxes (n, 4) per sample; only what candidates need."""
    start = np.cumsum([0, *(len(own) for own in boxes)])
    joined = np.concatenate(boxes).T.astype(np.float64)
    n = joined.shape[1]
    ring, xy = np.arange(n + 1), np.zeros((n, 2))
    for array in (start, xy, ring):
        array.flags.writeable = False
    zeros = np.zeros(n)
    return vector.Side(start, xy, ring, zeros.astype(np.uint8), zeros, joined.copy(), zeros > 0, zeros)


def listed(gt: vector.Side, pred: vector.Side) -> list[tuple[int, int]]:
    """The double loop."""
    found = []
    for s in range(len(gt.start) - 1):
        for g in range(gt.start[s], gt.start[s + 1]):
            a = gt.box[:, g]
            p = slice(pred.start[s], pred.start[s + 1])
            b = pred.box[:, p]
            meet = (a[0] <= b[2]) & (a[2] >= b[0]) & (a[1] <= b[3]) & (a[3] >= b[1])
            found += [(g, int(k)) for k in np.flatnonzero(meet) + pred.start[s]]
    return found


def free(sample: int, count: int, total: int) -> None:
    pass


def boxes(draw: np.random.Generator, count: int, page: float, size: tuple[float, float]) -> np.ndarray:
    low = draw.integers(0, max(1, int(page)), (count, 2))
    return np.concatenate([low, low + draw.integers(*size, (count, 2))], 1)


PAGES = {
    "few": (
        [(3, 50, (0, 30)), (0, 50, (0, 30)), (5, 50, (0, 30))],
        [(4, 50, (0, 30)), (6, 50, (0, 30)), (0, 9, (0, 3))],
    ),
    "crowd": ([(150, 2000, (5, 60))], [(160, 2000, (5, 60))]),
    "all_in_one_place": ([(120, 1, (5, 9))], [(120, 1, (5, 9))]),
    "points": ([(150, 40, (0, 1))], [(150, 40, (0, 1))]),
    "columns": ([(150, 900, (1, 3))], [(150, 900, (500, 900))]),
}


@pytest.mark.parametrize("which", ENGINES)
@pytest.mark.parametrize("name", PAGES)
def test_pairs_are_those_of_a_double_loop(name: str, which: str) -> None:
    draw = np.random.default_rng(3)
    gt, pred = (side([boxes(draw, *page) for page in pages]) for pages in PAGES[name])
    g, p = engine(which).candidates(gt, pred, free)
    expected = listed(gt, pred)
    assert list(zip(g.tolist(), p.tolist(), strict=True)) == expected
    assert expected


@pytest.mark.parametrize("which", ENGINES)
def test_giants_and_empty_boxes_among_the_small(which: str) -> None:
    draw = np.random.default_rng(4)
    small = [boxes(draw, 140, 3000, (5, 40)) for _ in range(2)]
    giant = [boxes(draw, 12, 500, (1500, 2500)) for _ in range(2)]
    far = np.array(
        [[2_000_000, 2_000_000, 2_000_001, 2_000_001]]
    )  # cells of the small ones' size would be too many
    gt, pred = (side([np.concatenate([*both, far])]) for both in zip(small, giant, strict=True))
    pred.box[:2, 5:9], pred.box[2:, 5:9] = np.inf, -np.inf
    gt.box[:2, 7], gt.box[2:, 7] = np.inf, -np.inf
    g, p = engine(which).candidates(gt, pred, free)
    assert list(zip(g.tolist(), p.tolist(), strict=True)) == listed(gt, pred)


@pytest.mark.parametrize("which", ENGINES)
def test_boxes_of_all_sizes_with_decimals_beside_a_small_sample(which: str) -> None:
    draw = np.random.default_rng(6)

    def page(count: int) -> np.ndarray:
        low = draw.uniform(-9e5, -9e5 + 300, (count, 2))
        return np.concatenate([low, low + 2.0 ** draw.uniform(-20, 8, (count, 2))], 1)

    gts, preds = ([page(n) for n in sizes] for sizes in ((3, 180, 150), (5, 170, 160)))
    preds[2][::2] = gts[2][:80]  # equal boxes
    preds[1][:60, :2] = gts[1][:60, 2:]  # corners that touch
    preds[1][:60, 2:] = preds[1][:60, :2] + 0.1
    gt, pred = side(gts), side(preds)
    g, p = engine(which).candidates(gt, pred, free)
    assert list(zip(g.tolist(), p.tolist(), strict=True)) == listed(gt, pred)


@pytest.mark.parametrize("which", ENGINES)
def test_nothing_but_giants_or_nothing_at_all(which: str) -> None:
    draw = np.random.default_rng(5)
    spread = np.concatenate([boxes(draw, 1, 1, (1, 2)), boxes(draw, 1, 1, (1, 2)) + 10_000])
    gt = side([boxes(draw, 150, 9000, (1000, 9000))])
    for own in (boxes(draw, 150, 9000, (4000, 9000)), np.repeat(spread, 60, axis=0), np.zeros((0, 4))):
        pred = side([own])
        g, p = engine(which).candidates(gt, pred, free)
        assert list(zip(g.tolist(), p.tolist(), strict=True)) == listed(gt, pred)
    empty = side([np.zeros((150, 4))])
    empty.box[:2], empty.box[2:] = np.inf, -np.inf
    assert len(engine(which).candidates(gt, empty, free)[0]) == 0


@pytest.mark.parametrize("which", ENGINES)
def test_the_limit_is_asked_before_memory_is_used(which: str) -> None:
    class Enough(Exception):
        pass

    def limit(sample: int, count: int, total: int) -> None:
        asked.append((sample, count, total))
        if count > 500_000:
            raise Enough

    asked: list[tuple[int, int, int]] = []
    same = np.zeros((5000, 4))
    gt, pred = side([np.zeros((1, 4)), same]), side([np.zeros((2, 4)), same])
    engine(which).candidates(side([same[:3]]), side([same[:3]]), free)  # compiled before memory is measured
    tracemalloc.start()
    with pytest.raises(Enough):
        engine(which).candidates(gt, pred, limit)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert asked[-1][0] == 1
    assert asked[-1][1] == asked[-1][2] - 2
    # All 25 million pairs would be 400 MB.
    assert peak < 80 * 2**20


def test_spread_boxes_are_not_compared_all_with_all() -> None:
    draw = np.random.default_rng(6)
    gt, pred = (side([boxes(draw, 5000, 6000, (5, 60))]) for _ in (0, 1))
    order, _, first, last = vector._windows(gt, pred, np.array([True]))
    assert order is not None
    assert (last - first).sum() < 20 * 5000
    tall = side([np.array([[x, 0, x + 1, 9000] for x in range(300)])])
    wide = side([np.array([[0, y, 9000, y + 1] for y in range(300)])])
    for a in (tall, wide):
        _, _, first, last = vector._windows(a, a, np.array([True]))
        assert (last - first).sum() < 8 * 300
