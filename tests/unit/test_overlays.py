"""Regions of rings in groups: both engines against slabs of rationals, moments, many rings, limits."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_eval.kernels import overlay_loops
from ocr_eval.kernels.overlays import EDGES, Overlays, TooManyEdges, exact_overlay, overlays
from tests.oracles import geometry

Region = list[list[list[tuple[int, int]]]]  # groups of rings
POINTS = st.tuples(st.integers(0, 12), st.integers(0, 12))
RINGS = st.lists(POINTS, min_size=1, max_size=7)
REGIONS = st.lists(st.lists(RINGS, min_size=1, max_size=3), min_size=1, max_size=3)
ENGINES: dict[str, Any] = {"numpy": None, "numba": overlay_loops}


def made(regions: list[Region], engine: str, shift: float = 0.0) -> Overlays:
    rings = [ring for region in regions for group in region for ring in group]
    xy = np.array([point for ring in rings for point in ring], np.float64).reshape(-1, 2) + shift
    ring = np.concatenate([[0], np.cumsum([len(r) for r in rings])]).astype(np.int64)
    group = [g for region in regions for g, rings in enumerate(region) for _ in rings]
    start = np.concatenate([[0], np.cumsum([sum(map(len, region)) for region in regions])]).astype(np.int64)
    found: Overlays = overlays(
        xy, ring, np.arange(len(rings)), np.array(group, np.int64), start, loops=ENGINES[engine]
    )
    return found


def twin(region: Region) -> Fraction:
    rings = [ring for group in region for ring in group]
    sizes = [len(group) for group in region]

    def inside(held: list[bool]) -> bool:
        at = [sum(sizes[:g]) for g in range(len(sizes))]
        return all(any(held[a : a + n]) for a, n in zip(at, sizes, strict=True))

    return geometry.where(rings, inside)


@settings(max_examples=150, deadline=None)
@given(regions=st.lists(REGIONS, min_size=1, max_size=4))
def test_areas_are_those_of_the_slow_twin(regions: list[Region]) -> None:
    expected = [twin(region) for region in regions]
    assert [
        exact_overlay([[np.array(ring, float) for ring in group] for group in r]) for r in regions
    ] == expected
    for engine in ENGINES:
        found = made(regions, engine)
        for area, guard, value in zip(found.area.tolist(), found.guard.tolist(), expected, strict=True):
            assert abs(Fraction(area) - value) <= Fraction(guard)


@pytest.mark.parametrize("engine", ENGINES)
def test_moments_are_those_of_the_pieces(engine: str) -> None:
    # A square of 10 without its right lower quarter, and a triangle whose centroid is (2, 1).
    square, quarter = [(0, 0), (10, 0), (10, 10), (0, 10)], [(5, 5), (10, 5), (10, 10), (5, 10)]
    found = made([[[square]], [[square], [quarter]], [[[(0, 0), (6, 0), (0, 3)]]]], engine)
    assert found.area.tolist() == pytest.approx([100, 25, 9], abs=1e-12)
    centroids = found.moment / found.area[:, None]
    assert centroids.tolist() == [pytest.approx(c, abs=1e-12) for c in ([5, 5], [7.5, 7.5], [2, 1])]
    far = made([[[square]]], engine, shift=1e6)
    assert far.moment[0] / far.area[0] == pytest.approx([1e6 + 5, 1e6 + 5], abs=1e-6)


@pytest.mark.parametrize("engine", ENGINES)
def test_more_rings_than_a_word_has_bits(engine: str) -> None:
    columns = [[(k, 0), (k + 1, 0), (k + 1, 9), (k, 9)] for k in range(0, 260, 2)]
    assert len(columns) > 2 * 63
    found = made([[[[(0, 0), (200, 0), (200, 3), (0, 3)]], columns]], engine)
    assert found.area[0] == pytest.approx(100 * 3, abs=1e-9)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_region_of_too_many_edges_is_named(engine: str) -> None:
    many = [(k, k * k % 977) for k in range(EDGES)]
    with pytest.raises(TooManyEdges) as caught:
        made([[[[(0, 0), (1, 0), (1, 1)]]], [[many], [[(0, 0), (9, 0), (9, 9)]]]], engine)
    assert caught.value.args == (1,)


@pytest.mark.parametrize("engine", ENGINES)
def test_no_regions_and_rings_without_area(engine: str) -> None:
    line = [[[(0, 0), (9, 9)]], [[(0, 0), (9, 0), (9, 9)]]]
    assert made([line], engine).area.tolist() == [0.0]
    empty = np.zeros(0, np.int64)
    loops = ENGINES[engine]
    assert (
        len(
            overlays(
                np.zeros((3, 2)), np.array([0, 3]), empty, empty, np.zeros(1, np.int64), loops=loops
            ).area
        )
        == 0
    )
