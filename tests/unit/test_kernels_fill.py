"""Pixels of a ring are those of OpenCV's fillPoly: stored answers, by hand, and a part of an image is that part."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ocr_eval.kernels.fill import common, fill_rings
from ocr_eval.kernels.jit import read_only
from tests.oracles.hiertext import filled

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "fill_poly_cases.json").read_text(encoding="utf-8")
)["cases"]


def pixels(ring: list[list[int]], width: int, height: int, left: int = 0, top: int = 0) -> np.ndarray:
    mask = np.zeros((height - top, width - left), np.uint8)
    xy, bounds, one = read_only(ring, np.int64), read_only([0, len(ring)], np.int64), read_only([0], np.int64)
    fill_rings(xy, bounds, one, width, height, left, top, mask, np.zeros((len(ring) + 1, 5), np.int64))
    return mask


def test_every_stored_answer() -> None:
    assert len(CASES) == 90
    different = [
        case["ring"]
        for case in CASES
        if [
            "".join(".#"[v] for v in row)
            for row in pixels(case["ring"], case["width"], case["height"]).tolist()
        ]
        != case["rows"]
    ]
    assert different == []


@pytest.mark.parametrize(
    ("ring", "rows"),
    [
        ([[1, 1], [3, 1], [3, 2], [1, 2]], [".....", ".###.", ".###.", "....."]),  # 3 x 2 pixels, not 2 x 1
        ([[2, 0], [4, 2], [2, 3], [0, 2]], ["..#..", ".###.", "#####", "..##."]),
        ([[1, 2]], [".....", ".....", ".#...", "....."]),
        ([[0, 0], [4, 2]], ["##...", "..##.", "....#", "....."]),
        ([[-3, 1], [1, 1], [1, 9], [-3, 9]], [".....", "##...", "##...", "##..."]),
    ],
)
def test_by_hand(ring: list[list[int]], rows: list[str]) -> None:
    assert ["".join(".#"[v] for v in row) for row in pixels(ring, 5, 4).tolist()] == rows


def test_inside_the_image_pixels_are_those_of_the_slow_twin_and_a_part_is_a_part() -> None:
    draw = np.random.default_rng(3)
    for _ in range(200):
        ring = draw.integers(5, 40, (int(draw.integers(1, 9)), 2)).tolist()
        mask = pixels(ring, 45, 45)
        assert {(x, y) for y, x in np.argwhere(mask).tolist()} == filled([ring])
        assert (pixels(ring, 45, 45, 4, 3) == mask[3:, 4:]).all()


def test_common_pixels_of_parts() -> None:
    one, two = pixels([[2, 2], [9, 2], [9, 6], [2, 6]], 20, 20), pixels([[5, 4], [12, 8], [5, 8]], 20, 20)
    expected = int((one & two).sum())
    assert expected > 0
    assert common(one, two, 0, 0) == expected
    assert common(one, two[4:, 5:].copy(), 5, 4) == expected
    assert common(one[2:, 2:].copy(), two, -2, -2) == expected
    assert common(one, two, 30, 0) == 0
