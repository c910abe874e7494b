"""One-to-one assignment and components against brute force: most pairs, most weight, least ranks; two engines."""

from __future__ import annotations

import random
from itertools import combinations

import numpy as np
import pytest

from ocr_eval.errors import InputError
from ocr_eval.kernels import compiled, contests, plain
from ocr_eval.pairing import Pairing
from ocr_eval.tables.canonical import canonical_ring, content_digest
from ocr_eval.tables.joined import join
from tests.tables import Word, box, table

ENGINES = {"plain": plain, "compiled": compiled}


def matchings(pairs):
    """Every set of pairs that share no instance."""
    for size in range(len(pairs) + 1):
        for some in combinations(range(len(pairs)), size):
            if len({pairs[k][0] for k in some}) == size == len({pairs[k][1] for k in some}):
                yield some


def best_of_all(pairs, weight, rank, gts):
    """Of the sets of pairs that share no instance the best by (pairs, weight, ranks)."""
    best = min(
        (
            (-len(some), -sum(weight[k] for k in some), sorted(rank[k] for k in some), some)
            for some in matchings(pairs)
        ),
        key=lambda row: row[:3],
    )
    partner = [-1] * gts
    for k in best[3]:
        partner[pairs[k][0]] = pairs[k][1]
    return partner


def columns(pairs):
    return (np.array([pair[k] for pair in pairs], np.int64) for k in (0, 1))


@pytest.mark.parametrize("engine", ENGINES.values(), ids=ENGINES)
def test_assignment_is_the_best_of_all(engine) -> None:
    rng = random.Random(20261121)
    for _ in range(300):
        sizes = rng.randint(1, 5), rng.randint(1, 5)
        every = [(g, p) for g in range(sizes[0]) for p in range(sizes[1])]
        pairs = rng.sample(every, rng.randint(0, min(8, len(every))))
        weight = np.array([rng.randint(0, rng.choice([1, 3, 20])) for _ in pairs], np.int64)
        rank = np.array(rng.sample(range(50), len(pairs)), np.int64)
        got = contests.assign(*columns(pairs), lambda k, _, weight=weight: weight[k], rank, sizes, engine)
        assert got.tolist() == best_of_all(pairs, weight.tolist(), rank.tolist(), sizes[0])


@pytest.mark.parametrize("engine", ENGINES.values(), ids=ENGINES)
def test_worth_comes_before_the_number_of_pairs(engine) -> None:
    rng = random.Random(20261122)
    fewer = 0
    for _ in range(300):
        sizes = rng.randint(1, 5), rng.randint(1, 5)
        every = [(g, p) for g in range(sizes[0]) for p in range(sizes[1])]
        pairs = rng.sample(every, rng.randint(0, min(8, len(every))))
        worth = np.array([rng.randint(1, rng.choice([1, 2, 9])) for _ in pairs], np.int64)
        weight = np.array([rng.randint(0, rng.choice([1, 3, 20])) for _ in pairs], np.int64)
        rank = np.array(rng.sample(range(50), len(pairs)), np.int64)
        first, second = (lambda k, _, own=own: own[k] for own in (worth, weight))
        got = contests.assign(*columns(pairs), second, rank, sizes, engine, first)
        # One unit of worth outweighs every sum of weights.
        both = (worth * 1000 + weight).tolist()
        best = max(
            (sum(both[k] for k in some), [-r for r in sorted(rank[k] for k in some)], some)
            for some in matchings(pairs)
        )[2]
        expected = [-1] * sizes[0]
        for k in best:
            expected[pairs[k][0]] = pairs[k][1]
        assert got.tolist() == expected
        fewer += sum(p >= 0 for p in expected) < max(map(len, matchings(pairs)))
    assert fewer


def test_the_engines_agree_on_large_contests() -> None:
    rng = np.random.default_rng(3)
    for size in (7, 20, 33):
        pairs = np.argwhere(rng.random((size, size + 3)) < 0.3)
        weight, rank = rng.integers(0, 3, len(pairs)), rng.permutation(len(pairs))
        answers = [
            engine.settle(*pairs[np.argsort(rank)].T, weight[np.argsort(rank)], size + 3)
            for engine in ENGINES.values()
        ]
        assert answers[0] == answers[1]
        worth = rng.integers(1, 4, len(pairs))
        answers = [
            engine.settle(*pairs[np.argsort(rank)].T, weight[np.argsort(rank)], size + 3, worth)
            for engine in ENGINES.values()
        ]
        assert answers[0] == answers[1]
        labels = [engine.components(*pairs.T, (size, size + 3)) for engine in ENGINES.values()]
        for one, other in zip(*labels, strict=True):
            assert np.array_equal(one, other)


def test_components_are_numbered_by_their_first_member() -> None:
    for engine in ENGINES.values():
        gt, pred, count = engine.components(np.array([2, 0]), np.array([0, 2]), (3, 3))
        assert (list(gt), list(pred), count) == ([0, 1, 2], [2, 3, 0], 4)


def test_a_thousand_copies_on_both_sides_are_settled_in_order() -> None:
    g, p = np.divmod(np.arange(200 * 200), 200)
    same = np.full(len(g), 7)
    got = contests.assign(g, p, lambda k, _: same[k], np.arange(len(g)), (200, 200), plain)
    assert got.tolist() == list(range(200))


def test_rings_have_one_walk() -> None:
    square = [(0.0, 0.0), (4.0, 0.0), (4.0, 2.0), (0.0, 2.0)]
    turned = [square[k:] + square[:k] for k in range(4)]
    assert {canonical_ring(ring) for ring in turned + [ring[::-1] for ring in turned]} == {
        canonical_ring(square)
    }
    assert canonical_ring([(1, 1), (0, 0), (1, 1), (0, 0), (2, 2)])[0] == (0, 0)
    assert canonical_ring([]) == ()


def test_a_digest_does_not_know_order_or_start() -> None:
    one = {"b": [Word(box(0, 0, 9, 9), "x"), Word((20, 0, 29, 9), "y")], "a": []}
    other = {"a": [], "b": [Word((20, 0, 29, 9), "y"), Word([9, 9, 0, 9, 0, 0, 9, 0], "x")]}
    assert content_digest(table(one)) == content_digest(table(other))
    assert content_digest(table(one)) != content_digest(table({**one, "c": []}))


def partners(gt, pred, equal=None, kernels="auto"):
    pairing = Pairing(join(table({"s": gt}), table({"s": pred})), policy="official", kernels=kernels)
    pairs = pairing.rings
    return pairing.one_to_one(pairs, pairing.overlaps(pairs, 0.5), equal=equal and equal(pairs)).tolist()


def test_most_pairs_come_before_the_largest_overlap() -> None:
    # The first gt fits both predictions, best the first; the second gt fits only the first prediction.
    gt = [Word((0, 0, 100, 10)), Word((30, 0, 130, 10))]
    pred = [Word((0, 0, 101, 10)), Word((-40, 0, 60, 10))]
    for kernels in ("numpy", "numba"):
        # IoU: gt 0 - pred 0: 100/101, gt 0 - pred 1: 60/140 (no pair), gt 1 - pred 0: 71/130
        assert partners(gt, pred, kernels=kernels) == [0, -1]
        # now pred 1 overlaps gt 0 by 80/120 > 1/2: two pairs beat one better pair
        assert partners(gt, [pred[0], Word((-20, 0, 80, 10))], kernels=kernels) == [1, 0]


def test_copies_prefer_equal_texts_whatever_their_order() -> None:
    place = (0, 0, 100, 10)
    gt = [Word(place, "SALE")]
    for pred in ([Word(place, "Sale"), Word(place, "SALE")], [Word(place, "SALE"), Word(place, "Sale")]):

        def same(pairs, pred=pred):
            return np.array([pred[p].text == "SALE" for p in pairs.pred.tolist()])

        assert pred[partners(gt, pred, same)[0]].text == "SALE"


def test_too_many_that_compete_are_refused(monkeypatch) -> None:
    monkeypatch.setattr(contests, "MOST", 3)
    words = [Word((0, 0, 100, 10))] * 4
    with pytest.raises(InputError, match=r"E_LIMIT.*4 instances that all compete"):
        partners(words, words)
