"""The parts of popeval's counting: two engines, runs of characters, points that order the gts, common subsequences."""

from __future__ import annotations

import random
import string
from collections import Counter
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray

from ocr_eval.kernels import inner_points, removal
from ocr_eval.protocols.character_removal import Contacts, Removal, remove
from ocr_eval.protocols.packed_texts import Texts, packed
from ocr_eval.protocols.removal_notices import _common_subsequence, _masks


def contacts(edges: list[tuple[int, int, float]], gts: int, rank: list[int] | None = None) -> Contacts:
    edges = sorted(edges)
    return Contacts(
        np.array([g for g, _, _ in edges], np.int64),
        np.array([p for _, p, _ in edges], np.int64),
        np.array([share for _, _, share in edges], np.float64),
        np.array(range(gts) if rank is None else rank, np.int64),
    )


def both(
    table: Contacts, gts: list[str], preds: list[str], *, paper: bool = False, first: bool = False
) -> Removal:
    """The removal, after both engines agreed on every column."""
    plain, compiled = (
        remove(table, gts, preds, paper=paper, first=first or paper, kernel=kernel)
        for kernel in (False, True)
    )
    for name, one, other in zip(Removal._fields, plain, compiled, strict=True):
        assert one.dtype == other.dtype == np.int64
        assert one.tolist() == other.tolist(), name
    return plain


def drawn(seed: int, size: int, letters: str) -> tuple[Contacts, list[str], list[str]]:
    """Random contacts with many ties, some of them a hair apart."""
    draw = random.Random(seed)
    gts, preds = draw.randint(1, size), draw.randint(1, size)
    pairs = {(draw.randrange(gts), draw.randrange(preds)) for _ in range(draw.randint(0, 3 * size))}
    shares = [0.0, 0.25, 0.5, 0.5 + 5e-10, 0.5 + 2e-9, 1.0]
    table = contacts([(g, p, draw.choice(shares)) for g, p in pairs], gts, draw.sample(range(gts), gts))
    return (
        table,
        ["".join(draw.choice(letters) for _ in range(draw.randint(1, 8))) for _ in range(gts)],
        ["".join(draw.choice(letters) for _ in range(draw.randint(0, 8))) for _ in range(preds)],
    )


@pytest.mark.parametrize("letters", ["ab", "abcd\U0001f600\uac00", string.ascii_lowercase])
@pytest.mark.parametrize(("paper", "first"), [(False, False), (False, True), (True, True)])
def test_engines_agree_to_the_order_of_steps(letters: str, paper: bool, first: bool) -> None:
    for seed in range(300):
        table, gts, preds = drawn(seed, 12, letters)
        found = both(table, gts, preds, paper=paper, first=first)
        left_gt, left_pred = [Counter(text) for text in gts], [Counter(text) for text in preds]
        for k in np.argsort(found.step, kind="stable")[(found.step < 0).sum() :].tolist():
            g, p = int(table.gt[k]), int(table.pred[k])
            common = left_gt[g] & left_pred[p]
            assert found.taken[k] == common.total()
            left_gt[g] -= common
            left_pred[p] -= common
        assert (found.taken[found.step < 0] == 0).all()
        if not paper:
            assert not any(left_gt[g] & left_pred[p] for g, p in zip(table.gt, table.pred, strict=True))


def test_nothing_in_contact() -> None:
    found = both(contacts([], 2), ["a", "b"], [])
    assert [column.tolist() for column in found] == [[], [], [], []]


def test_credit_is_what_each_of_tied_contacts_would_take_alone() -> None:
    found = both(contacts([(0, 0, 1.0), (0, 1, 1.0), (0, 2, 0.5)], 1), ["aab"], ["ab", "a", "b"])
    assert found.taken.tolist() == [2, 1, 0]
    assert found.credit.tolist() == [2, 1, 0]
    assert found.tied.tolist() == [2, 2, 0]
    found = both(contacts([(0, 0, 1.0), (0, 1, 1.0)], 1), ["ab"], ["ab", "ab"])
    assert (found.taken.tolist(), found.credit.tolist()) == ([2, 0], [2, 2])


@pytest.mark.parametrize(("gap", "partners"), [(0.9e-9, 2), (1.1e-9, 1)])
def test_shares_tie_within_a_billionth(gap: float, partners: int) -> None:
    found = both(contacts([(0, 0, 0.5), (0, 1, 0.5 - gap)], 1), ["ab"], ["a", "b"])
    assert found.tied.tolist() == [partners, partners if partners == 2 else 0]


def test_many_gts_on_one_prediction_of_the_paper() -> None:
    """More gts use a prediction in one pass than there are predictions."""
    found = both(contacts([(g, 0, 1.0) for g in range(50)], 50), ["a"] * 50, ["a" * 30], paper=True)
    assert found.taken.tolist() == [1] * 30 + [0] * 20


def test_runs_are_sorted_multisets() -> None:
    texts = ["banana", "", "\U0010ffff\x00", "aa"]
    codepoints = np.frombuffer("".join(texts).encode("utf-32-le"), "<u4")
    kinds, left, run = removal.runs(codepoints, np.cumsum([0, *map(len, texts)]))
    found = [
        {chr(c): n for c, n in zip(kinds[a:b].tolist(), left[a:b].tolist(), strict=True)}
        for a, b in pairwise(run.tolist())
    ]
    assert found == [{"a": 3, "b": 1, "n": 2}, {}, {"\x00": 1, "\U0010ffff": 1}, {"a": 2}]
    assert all((np.diff(kinds[a:b].astype(np.int64)) > 0).all() for a, b in pairwise(run))


def test_the_heap_gives_the_least_first() -> None:
    draw = random.Random(5)
    heap, size, kept = np.empty(200, np.int64), np.int64(0), []
    for _ in range(500):
        if size and (size == 200 or draw.random() < 0.45):
            assert heap[0] == min(kept)
            kept.remove(int(heap[0]))
            size = np.int64(removal.pop(heap, size))
        else:
            kept.append(draw.randrange(100))
            size = np.int64(removal.push(heap, size, np.int64(kept[-1])))
    assert len(kept) == size


def rings(seed: int, *, size: int, extent: int, scale: float = 1.0) -> list[NDArray[np.float64]]:
    """Convex hulls of random points: areas, segments and points, in either direction."""
    draw = np.random.default_rng(seed)
    found = []
    for _ in range(size):
        hull = shapely.MultiPoint(draw.integers(0, extent, (draw.integers(1, 9), 2)) * scale).convex_hull
        points = np.array(hull.exterior.coords[:-1] if hull.geom_type == "Polygon" else hull.coords)
        found.append(points[:: draw.choice([1, -1])])
    return found


@pytest.mark.parametrize(("extent", "scale"), [(3, 1.0), (60, 1.0), (4000, 1.0), (60, 0.3)])
def test_inner_points_are_those_of_geos_to_the_last_bit(extent: int, scale: float) -> None:
    shapes = rings(7, size=2000, extent=extent, scale=scale)
    xy, ring = np.concatenate(shapes), np.cumsum([0, *map(len, shapes)])
    points = inner_points.inner_points(xy, ring)
    compiled = removal.inner_distances(xy, ring)
    assert np.array_equal(inner_points.distances(points), compiled)
    areas = 0
    for shape, point in zip(shapes, points.tolist(), strict=True):
        if len(shape) > 2:
            areas += 1
            inner = shapely.Polygon(shape).normalize().representative_point()
            assert point == [inner.x, inner.y]
        else:
            assert point == min(shape.tolist(), key=lambda xy: (xy[1], xy[0]))
    assert areas > 500


def test_the_inner_point_of_a_ring_that_is_not_convex_lies_in_its_widest_piece() -> None:
    fork = np.array([[0, 0], [30, 0], [30, 40], [20, 40], [20, 10], [4, 10], [4, 40], [0, 40]], np.float64)
    assert inner_points.inner_points(fork, np.array([0, 8])).tolist() == [[25.0, 25.0]]  # 20 … 30, not 0 … 4


def test_an_empty_ring_has_no_point() -> None:
    xy, ring = np.array([[3.0, 4.0]]), np.array([0, 0, 1, 1])
    for points in (inner_points.inner_points(xy, ring), inner_points.centroids(xy, ring)):
        assert np.isnan(points).tolist() == [[True, True], [False, False], [True, True]]
        assert points[1].tolist() == [3.0, 4.0]
    assert (
        inner_points.distances(inner_points.inner_points(xy, ring))[1]
        == removal.inner_distances(xy, ring)[1]
        == 5.0
    )
    assert inner_points.inner_points(np.zeros((0, 2)), np.zeros(1, np.int64)).shape == (0, 2)


def test_centroids_are_those_of_geos() -> None:
    shapes = rings(11, size=500, extent=400)
    xy, ring = np.concatenate(shapes), np.cumsum([0, *map(len, shapes)])
    for shape, point in zip(shapes, inner_points.centroids(xy, ring).tolist(), strict=True):
        kind = shapely.Polygon if len(shape) > 2 else shapely.LineString if len(shape) == 2 else shapely.Point
        centre = kind(shape if len(shape) > 1 else shape[0]).centroid
        # Both are quotients of sums of a few products below 400³, an area of at least 1/2 below: 1e-9 is ample.
        assert point == pytest.approx([centre.x, centre.y], abs=1e-9)


@cache
def slow_common(one: str, other: str) -> int:
    if not one or not other:
        return 0
    if one[-1] == other[-1]:
        return slow_common(one[:-1], other[:-1]) + 1
    return max(slow_common(one[:-1], other), slow_common(one, other[:-1]))


def test_common_subsequences_equal_the_definition() -> None:
    draw = random.Random(2)
    for size in (0, 1, 2, 9, 63, 64, 65):
        for _ in range(20 if size < 20 else 2):
            one, other = ("".join(draw.choice("abc") for _ in range(size + draw.randint(0, 1))) for _ in "12")
            assert _common_subsequence(one, _masks(other), len(other)) == slow_common(one, other)


def test_compiled_common_subsequences_are_the_plain_ones_up_to_a_machine_word() -> None:
    draw = random.Random(5)
    words = ["".join(draw.choice("ab가") for _ in range(size)) for size in (2, 7, 63, 64, 65, 64, 63, 2)]
    texts = Texts.of(words)
    index = np.array([(g, p) for g in range(8) for p in range(8)])
    taken = np.full(64, 2)
    taken[0] = 1
    codepoints, offset = packed(texts, texts)
    found = removal.in_order(codepoints, offset, 8, index[:, 0], index[:, 1], taken)
    expected = [_common_subsequence(words[g], _masks(words[p]), len(words[p])) for g, p in index.tolist()]
    expected = [-1 if p == 4 else n for n, p in zip(expected, index[:, 1].tolist(), strict=True)]
    assert found.tolist() == [0, *expected[1:]]


def test_a_text_that_no_contact_has_gets_no_run() -> None:
    texts = Texts.of(["ba", "abc" * 40, "b\ud800b"])
    kinds, left, run = removal.runs(texts.codepoints, texts.offset, np.array([True, False, True]))
    assert (run.tolist(), left.tolist()) == ([0, 2, 2, 4], [1, 1, 2, 1])
    assert [chr(kind) for kind in kinds.tolist()] == ["a", "b", "b", "\ud800"]
    assert (texts[2], list(texts), texts.sizes.tolist()) == ("b\ud800b", [*texts.strings], [2, 120, 3])
    assert Texts(texts.codepoints, texts.offset).strings == texts.strings and Texts.of(texts) is texts
