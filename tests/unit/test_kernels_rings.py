"""Classes of rings by hand, their areas, and which of them are convex."""

from __future__ import annotations

import itertools
import random
import tracemalloc
from fractions import Fraction

import numpy as np
import pytest

from ocr_eval.kernels import rings
from tests.oracles import geometry

SQUARE = [(0, 0), (10, 0), (10, 10), (0, 10)]

# name: (ring, class, twice signed area, twice even-odd area, convex)
RINGS = {
    "square": (SQUARE, "simple", 200, 200, True),
    "counter_clockwise": (SQUARE[::-1], "simple", -200, 200, True),
    "triangle_as_quad": ([(0, 0), (6, 0), (6, 0), (0, 4)], "simple", 24, 24, True),
    "last_point_repeats_the_first": ([*SQUARE, (0, 0)], "simple", 200, 200, True),
    "corner_in_the_middle_of_a_side": (
        [(0, 0), (5, 0), (10, 0), (10, 10), (0, 10)],
        "simple",
        200,
        200,
        True,
    ),
    "concave_quad": ([(0, 0), (10, 0), (2, 2), (0, 10)], "simple", 40, 40, False),
    "dent_behind_a_repeated_point": ([(0, 0), (4, 4), (4, 4), (8, 0), (4, 9)], "simple", 40, 40, False),
    "needle": ([(0, 0), (1000, 1), (1000, 2)], "simple", 1000, 1000, True),
    "bow_tie": ([(0, 0), (10, 10), (10, 0), (0, 10)], "self-intersecting", 0, 100, False),
    "bow_tie_of_the_bad_input": (
        [(100, 10), (200, 40), (200, 10), (100, 40)],
        "self-intersecting",
        0,
        3000,
        False,
    ),
    "lopsided_bow_tie": ([(0, 0), (10, 0), (0, 10), (6, 10)], "self-intersecting", 40, Fraction(85), False),
    "pentagram": ([(50, 0), (79, 90), (2, 35), (98, 35), (21, 90)], "self-intersecting", 7310, None, False),
    "square_walked_twice": (SQUARE * 2, "self-intersecting", 400, 0, False),
    "changes_sides_along_an_edge": (
        [(0, 0), (4, 0), (4, 4), (2, 4), (2, 0), (6, 0), (6, -3), (0, -3)],
        "self-intersecting",
        -2 * 10,
        2 * (2 * 4 + 6 * 3),
        False,
    ),
    "crosses_at_a_vertex": (
        [(0, 0), (5, 5), (10, 10), (10, 0), (5, 5), (0, 10)],
        "self-intersecting",
        0,
        2 * 2 * 25,
        False,
    ),
    "spike_on_a_corner": ([(0, 0), (20, 0), (10, 0), (10, 10), (0, 10)], "self-touching", 200, 200, False),
    "spike_as_quad": ([(0, 0), (20, 0), (10, 0), (0, 10)], "self-touching", 100, 100, False),
    "spike_inwards": (
        [(0, 0), (10, 0), (10, 10), (5, 10), (5, 5), (5, 10), (0, 10)],
        "self-touching",
        200,
        200,
        False,
    ),
    "retraced_spur": (
        [(0, 0), (10, 0), (14, 3), (18, 0), (14, 3), (10, 0), (10, 10), (0, 10)],
        "self-touching",
        200,
        200,
        False,
    ),
    "pinched_to_a_vertex": (
        [(0, 0), (5, 5), (10, 0), (10, 10), (5, 5), (0, 10)],
        "self-touching",
        2 * 50,
        2 * 50,
        False,
    ),
    "vertex_on_a_far_edge": ([(0, 0), (10, 0), (10, 10), (5, 0), (0, 10)], "self-touching", 100, 100, False),
    "on_one_line": ([(0, 0), (5, 5), (10, 10), (3, 3)], "zero-area", 0, 0, False),
    "three_on_one_line": ([(0, 0), (5, 5), (10, 10)], "zero-area", 0, 0, False),
    "traced_back": ([(0, 0), (5, 0), (5, 7), (9, 9), (5, 7), (5, 0)], "zero-area", 0, 0, False),
    "opposite_corners_equal": ([(0, 0), (5, 0), (0, 0), (5, 5)], "zero-area", 0, 0, False),
    "cross_walked_there_and_back": (
        [(0, 5), (10, 5), (10, 0), (5, 0), (5, 10), (5, 0), (10, 0), (10, 5)],
        "zero-area",
        0,
        0,
        False,
    ),
    "two_points_in_turns": ([(0, 0), (5, 0), (0, 0), (5, 0)], "too few distinct points", 0, 0, False),
    "one_point": ([(7, 7)] * 4, "too few distinct points", 0, 0, False),
    "single_vertex": ([(7, 7)], "too few distinct points", 0, 0, False),
    "empty": ([], "too few distinct points", 0, 0, False),
}


def arrays(*points: list) -> tuple[np.ndarray, np.ndarray]:
    """Rings as the kernels take them."""
    xy = np.array([p for ring in points for p in ring], np.float64).reshape(-1, 2)
    return xy, np.cumsum([0, *(len(ring) for ring in points)])


def shape(ring: list) -> str:
    return geometry.NAMES[rings.classify(*arrays(ring))[0]]


@pytest.mark.parametrize("name", RINGS)
def test_class_and_areas(name: str) -> None:
    ring, expected, signed, odd, is_convex = RINGS[name]
    xy, offsets = arrays(ring)
    classes = rings.classify(xy, offsets)
    assert geometry.NAMES[classes[0]] == expected
    assert 2 * rings.signed_areas(xy, offsets)[0] == signed
    if odd is not None:
        assert 2 * rings.even_odd_area(ring) == odd
    assert rings.convex(xy, offsets, classes)[0] == is_convex


def test_pentagram_areas_of_the_reference() -> None:
    ring = RINGS["pentagram"][0]
    assert float(rings.even_odd_area(ring)) == pytest.approx(1929.6, abs=0.05)
    assert rings.signed_areas(*arrays(ring))[0] == 3655


@pytest.mark.parametrize("scale", [0.1, 0.01, 1 / 8, 1e-6, 1e-9, 123456.7])
@pytest.mark.parametrize("name", RINGS)
def test_decimals_have_the_class_of_the_integers_they_are_multiples_of(name: str, scale: float) -> None:
    ring, expected, *_ = RINGS[name]
    step = Fraction(repr(scale))
    assert shape([(float(x * step), float(y * step)) for x, y in ring]) == expected


def test_decimals_are_the_numbers_that_were_written() -> None:
    # .1 * 3 is not .3 in binary: as doubles these three are no line, as decimals they are.
    assert shape([(0.1, 0.3), (0.2, 0.6), (0.3, 0.9)]) == "zero-area"
    assert shape([(0.1, 0.3), (0.2, 0.6), (0.3, 0.9000000000000001)]) == "simple"


def test_all_rings_at_once_equal_each_alone() -> None:
    together = rings.classify(*arrays(*(ring for ring, *_ in RINGS.values())))
    assert [geometry.NAMES[c] for c in together] == [expected for _, expected, *_ in RINGS.values()]


def test_start_vertex_direction_and_place_do_not_matter() -> None:
    for ring, expected, *_ in RINGS.values():
        for k in range(len(ring)):
            turned = [(x + 1000, y - 70) for x, y in ring[k:] + ring[:k]]
            assert shape(turned) == shape(turned[::-1]) == shape([(y, x) for x, y in turned]) == expected


def test_quads_on_a_small_grid_equal_the_slow_twin() -> None:
    # Quads never take the exact path when they are integers, so their rules get a test of their own.
    points = list(itertools.product(range(3), repeat=2))
    draw = random.Random(5)
    quads = [list(quad) for quad in itertools.product(points, repeat=4)]
    some = draw.sample(quads, 700)
    found = rings.classify(*arrays(*some))
    assert [geometry.NAMES[c] for c in found] == [geometry.shape(quad) for quad in some]


@pytest.mark.parametrize("scale", [1, 0.1, 1 / 7])
def test_random_rings_equal_the_slow_twin(scale: float) -> None:
    draw = random.Random(11)
    made = []
    for _ in range(150):
        side, count = draw.choice([3, 4, 6, 30]), draw.choice([3, 4, 5, 6, 8])
        made.append([(draw.randrange(side) * scale, draw.randrange(side) * scale) for _ in range(count)])
    xy, offsets = arrays(*made)
    found = rings.classify(xy, offsets)
    assert [geometry.NAMES[c] for c in found] == [geometry.shape(ring) for ring in made]
    assert len(set(found.tolist())) == 5
    areas = rings.signed_areas(xy, offsets)
    assert areas == pytest.approx([float(geometry.signed_area(ring)) for ring in made], abs=1e-9)
    for ring, own in zip(made, rings.convex(xy, offsets, found), strict=True):
        # A simple ring is convex when its hull has its area.
        hull = [(float(x), float(y)) for x, y in _around(geometry.hull(ring))]
        simple = geometry.shape(ring) == "simple"
        assert own == (simple and abs(geometry.signed_area(ring)) == abs(geometry.signed_area(hull)))


def _around(points: list) -> list:
    """Corners of a convex ring in order."""
    middle = (sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points))
    return sorted(points, key=lambda p: np.arctan2(float(p[1] - middle[1]), float(p[0] - middle[0])))


def circle(count: int, radius: int = 100_000) -> list[tuple[float, float]]:
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
    return [tuple(p) for p in np.rint(np.stack([np.cos(angle), np.sin(angle)], 1) * radius).tolist()]


def test_the_longest_ring_needs_little_memory() -> None:
    ring = circle(4096)
    xy, offsets = arrays(ring, [*ring[:99], (0.0, 0.0), *ring[99:-1]], [*ring[:50], (200_000, 7), *ring[49:]])
    tracemalloc.start()
    found = rings.classify(xy, offsets)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [geometry.NAMES[c] for c in found] == ["simple", "simple", "self-touching"]
    # A table of all pairs of edges would hold 4096² / 2 of them.
    assert peak < 32 * 2**20


def test_an_even_odd_area_that_would_take_too_long_is_not_given() -> None:
    draw = random.Random(1)
    scribble = [(draw.randrange(1000), draw.randrange(1000)) for _ in range(1000)]
    assert rings.even_odd_area(scribble) is None
    assert shape(scribble) == "self-intersecting"
