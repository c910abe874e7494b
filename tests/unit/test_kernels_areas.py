"""Shared areas and contacts: both engines against rationals, within their bound, on thousands of pairs per class."""

from __future__ import annotations

import itertools
import math
import random
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from ocr_eval.kernels import contacts, exact, hulls, plain, rings

ENGINES = ("numpy", "numba")
COUNT = {"anything": 400, "decimals": 200}  # pairs per class; the exact answer costs most of the time


def engine(name: str) -> Any:
    if name == "numpy":
        return plain
    from ocr_eval.kernels import compiled

    return compiled


def side(engine: Any, made: list) -> Any:
    """One sample holding these rings."""
    xy = np.array([p for ring in made for p in ring], np.float64).reshape(-1, 2)
    ring = np.cumsum([0, *(len(points) for points in made)])
    return engine.side(np.array([0, len(made)]), xy, ring, rings.classify(xy, ring))


def convex_ring(draw: random.Random, size: int) -> list:
    """A convex polygon with corners on integers."""
    while True:
        count = draw.randint(3, 8)
        turns = sorted(draw.uniform(0, 2 * math.pi) for _ in range(count))
        x, y = draw.randrange(size), draw.randrange(size)
        ring = [(x + round(size * math.cos(a)), y + round(size * math.sin(a))) for a in turns]
        xy, offsets = np.array(ring, np.float64), np.array([0, count])
        if rings.convex(xy, offsets, rings.classify(xy, offsets))[0]:
            return ring


def word(draw: random.Random, size: int) -> list:
    """A slanted quad as detectors write them, far from the origin."""
    x, y, angle = 5000 + draw.randrange(size), 3000 + draw.randrange(size), draw.uniform(-3, 3)
    wide, tall = draw.randint(10, size), draw.randint(3, max(4, size // 4))
    corners = ((-wide, -tall), (wide, -tall), (wide, tall), (-wide, tall))
    cos, sin = math.cos(angle), math.sin(angle)
    return [(x + round(u * cos - v * sin), y + round(u * sin + v * cos)) for u, v in corners]


def band(draw: random.Random, size: int) -> list:
    """A curved word of 14 or 28 corners."""
    half, x, y = draw.choice([7, 14]), draw.randrange(size), draw.randrange(size)
    begin, sweep, thick = draw.uniform(0, 6), draw.uniform(1, 3), draw.uniform(0.6, 0.9)
    angles = [begin + sweep * k / (half - 1) for k in range(half)]
    outer = [(x + round(size * math.cos(a)), y + round(size * math.sin(a))) for a in angles]
    inner = [(x + round(size * thick * math.cos(a)), y + round(size * thick * math.sin(a))) for a in angles]
    return outer + inner[::-1]


def anything(draw: random.Random, size: int) -> list:
    """Corners anywhere: crossings, spikes, rings without area."""
    return [(draw.randrange(size), draw.randrange(size)) for _ in range(draw.randint(3, 7))]


def decimals(draw: random.Random, size: int) -> list:
    return [(x / 10 + 1000, y / 7) for x, y in anything(draw, size)]


CLASSES = {"convex": convex_ring, "word": word, "band": band, "anything": anything, "decimals": decimals}


def shared(engine: Any, gt: Any, pred: Any, parts: int) -> tuple[np.ndarray, np.ndarray]:
    """Area and bound of gt i with prediction i, asked in so many parts."""
    special = [
        {i: exact.pieces(own.xy[own.ring[i] : own.ring[i + 1]]) for i in np.flatnonzero(own.shape).tolist()}
        for own in (gt, pred)
    ]
    answers = [
        engine.shared_areas(gt, pred, index, index, special)
        for index in np.array_split(np.arange(len(gt.area)), parts)
    ]
    area, bound = (np.concatenate(column) for column in zip(*answers, strict=True))
    return area, bound


@pytest.mark.parametrize("name", CLASSES)
def test_error_stays_below_the_bound(name: str) -> None:
    draw = random.Random(name)
    made = []
    for _ in range(COUNT.get(name, 700)):
        size = draw.choice([12, 50, 1000, 200_000])
        made.append((CLASSES[name](draw, size), CLASSES[name](draw, size)))
    truth = [exact.overlap(exact.pieces(g), exact.pieces(p)) for g, p in made]
    # A part has few pairs per ring: the compiled engine clips its convex pairs.
    for which, parts in (("numpy", 1), ("numba", 1), ("numba", 4)):
        gt, pred = (side(engine(which), [pair[k] for pair in made]) for k in (0, 1))
        area, bound = shared(engine(which), gt, pred, parts)
        errors = [abs(Fraction(a) - t) for a, t in zip(area.tolist(), truth, strict=True)]
        assert all(error <= b for error, b in zip(errors, bound.tolist(), strict=True)), which
        # The bound is no excuse for anything: it is far below what a decision depends on.
        own = np.maximum(gt.area, pred.area)
        large = own > 1
        assert (bound[large] <= 1e-6 * own[large]).mean() > 0.9


def test_clip_and_edge_sums_agree_where_both_are_right() -> None:
    # Few pairs per ring are clipped, many go edge by edge.
    draw = random.Random(7)
    compiled = engine("numba")
    gt, pred = (side(compiled, [convex_ring(draw, 100) for _ in range(200)]) for _ in (0, 1))
    index = np.arange(200)
    clipped, _ = compiled.shared_areas(gt, pred, index[:100], index[:100], ({}, {}))
    summed, _ = compiled.shared_areas(gt, pred, index, index, ({}, {}))
    assert clipped == pytest.approx(summed[:100], abs=1e-9)
    assert not np.array_equal(clipped, summed[:100]), "one kernel did both"


def test_clip_without_room_hands_over_to_edge_sums() -> None:
    from ocr_eval.kernels import clip
    from ocr_eval.kernels.jit import read_only

    xy, ring = read_only([[0, 0], [9, 0], [9, 9], [0, 9]], np.float64), read_only([0, 4], np.int64)
    turned = read_only([[4, -3], [12, 5], [4, 12], [-4, 4]], np.float64)
    one, which, inter = read_only([0], np.int64), read_only([1], np.int8), np.zeros(1)
    clip.clip_areas(xy, ring, turned, ring, one, one, which, np.empty((4, 5)), inter)
    assert inter[0] == -1
    clip.clip_areas(xy, ring, turned, ring, one, one, which, np.empty((4, 12)), inter)
    assert inter[0] > 0


CONTACTS = {
    "vertex_on_an_edge": ([(0, 0), (30, 7), (23, 37), (-7, 30)], [(15, 3.5), (40, -20), (20, -30)]),
    "edges_share_a_piece": ([(0, 0), (30, 10), (20, 40), (-10, 30)], [(6, 2), (24, 8), (30, -10), (12, -16)]),
    "one_common_vertex": ([(0, 0), (31, 7), (3, 19)], [(31, 7), (50, 3), (47, 41)]),
}


@pytest.mark.parametrize("name", CONTACTS)
@pytest.mark.parametrize("which", ENGINES)
def test_touching_rings_meet_but_do_not_overlap(name: str, which: str) -> None:
    pair = [[(2 * x, 2 * y) for x, y in ring] for ring in CONTACTS[name]]
    assert exact.overlap(*map(exact.pieces, pair)) == 0
    apart = engine(which).apart
    for shift in (0, 1000, -777_777):
        moved = [[(x + shift, y - shift) for x, y in ring] for ring in pair]
        gt, pred = (_hull(engine(which), ring) for ring in moved)
        one = np.zeros(1, np.int64)
        assert apart(gt, pred, one, one)[0] == apart(pred, gt, one, one)[0] == 0
        assert contacts.regions_meet(gt, pred, one, one)[0] == 1
        # A hair apart, and a hair into each other.
        for k, expected in ((-1, 1), (1, -1)):
            step = _towards(moved[1], moved[0], k)
            other = _hull(engine(which), step)
            assert apart(gt, other, one, one)[0] == expected
            assert contacts.regions_meet(gt, other, one, one)[0] == (expected < 0)


def _towards(ring: list, other: list, k: int) -> list:
    """The ring moved by one pixel towards the middle of the other (k = 1) or away from it."""
    x = sum(p[0] for p in other) / len(other) - sum(p[0] for p in ring) / len(ring)
    y = sum(p[1] for p in other) / len(other) - sum(p[1] for p in ring) / len(ring)
    return [(u + k * round(x / abs(x)), v + k * round(y / abs(y))) for u, v in ring]


def _hull(engine: Any, ring: list) -> Any:
    own = side(engine, [ring])
    xy, offsets = engine.hull_table(own.xy, own.ring, own.shape)
    return engine.side(own.start, xy, offsets, np.zeros(1, np.uint8))


@pytest.mark.parametrize("which", ENGINES)
def test_hulls_drop_what_is_on_a_line_and_run_one_way(which: str) -> None:
    cases = [
        [(0, 0), (10, 0), (10, 10), (0, 10)],
        [(0, 10), (10, 10), (10, 0), (0, 0)],
        [(0, 0), (5, 0), (10, 0), (10, 10), (0, 10)],
        [(0, 0), (10, 0), (10, 0), (10, 10), (0, 10)],
        [(0, 0), (10, 10), (10, 0), (0, 10)],
        [(0, 0), (10, 0), (5, 4), (10, 10), (0, 10)],
    ]
    own = side(
        engine(which),
        [*cases, [(1, 1), (4, 4), (2, 2)], [(3, 3)] * 4, [], [(0.1, 0.3), (0.2, 0.6), (0.3, 0.9)]],
    )
    xy, ring = engine(which).hull_table(own.xy, own.ring, own.shape)
    found = [xy[a:b].tolist() for a, b in itertools.pairwise(ring)]
    for hull in found[: len(cases)]:
        begin = hull.index([0, 0])
        assert hull[begin:] + hull[:begin] == [[0, 0], [0, 10], [10, 10], [10, 0]]
    assert found[len(cases) :] == [[[1, 1], [4, 4]], [[3, 3]], [], [[0.1, 0.3], [0.3, 0.9]]]


@pytest.mark.parametrize("which", ENGINES)
def test_hulls_equal_their_definition(which: str) -> None:
    from tests.oracles import geometry

    draw = random.Random(9)
    made = [anything(draw, draw.choice([3, 6, 40])) for _ in range(120)] + [
        decimals(draw, 6) for _ in range(30)
    ]
    own = side(engine(which), made)
    xy, ring = engine(which).hull_table(own.xy, own.ring, own.shape)
    for i, points in enumerate(made):
        hull = xy[ring[i] : ring[i + 1]].tolist()
        assert sorted(geometry.rational(hull)) == geometry.hull(points)
        assert len(hull) < 3 or geometry.signed_area(hull) < 0


def test_contacts_of_any_rings_equal_the_exact_answer() -> None:
    draw = random.Random(10)
    made = [(anything(draw, size), anything(draw, size)) for size in [4, 9, 60] * 150]
    made += [(decimals(draw, 6), decimals(draw, 6)) for _ in range(100)]
    gt, pred = (side(plain, [pair[k] for pair in made]) for k in (0, 1))
    index = np.arange(len(made))
    found = contacts.regions_meet(gt, pred, index, index).tolist()
    for (g, p), own in zip(made, found, strict=True):
        assert own in (exact.rings_meet(g, p), 2)
    assert found[:450].count(2) == 0
    assert found[450:].count(2) < 100


def test_huge_rings_are_worked_on_in_pieces() -> None:
    angle = np.linspace(0, 2 * np.pi, 4000, endpoint=False)
    ring = np.rint(np.stack([np.cos(angle), np.sin(angle)], 1) * 50_000)
    made = [
        [tuple(p) for p in ring.tolist()],
        [(x + 100_000, y) for x, y in ring.tolist()],
        [(0, 0), (9, 0), (9, 9)],
    ]
    one = side(plain, made)
    areas, bound = plain.shared_areas(one, one, np.array([0, 0, 0]), np.array([0, 1, 2]), ({}, {}))
    expected = [one.area[0], 0, one.area[2]]
    assert areas == pytest.approx(expected, abs=float(bound.max()))
    assert hulls.hull_table(one.xy, one.ring, one.shape)[1][-1] > 3000
