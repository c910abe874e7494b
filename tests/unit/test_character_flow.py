"""The order-free optimum: both engines against all cuts and all ways, on texts in contact; crowded pages end."""

from __future__ import annotations

import random
import time

import numpy as np
import pytest

from ocr_eval.engine.local import Job, explain
from ocr_eval.kernels import flow, flow_loops
from ocr_eval.protocols import protocol
from ocr_eval.protocols.character_flow import most_removed
from ocr_eval.protocols.character_removal import Contacts
from tests.oracles import character_flow as oracle
from tests.tables import Word, box, gt, pred

ENGINES = [False, True]


def contacts(pairs: list[tuple[int, int]], gts: int) -> Contacts:
    g, p = (np.array([pair[k] for pair in pairs], np.int64) for k in (0, 1))
    return Contacts(g, p, np.ones(len(pairs)), np.arange(gts))


@pytest.mark.parametrize("kernel", ENGINES)
def test_the_optimum_is_the_smallest_cut_and_the_best_of_all_ways(kernel: bool) -> None:
    draw = random.Random(20261122)
    tried = 0
    for _ in range(400):
        gts = ["".join(draw.choices("abc", k=draw.randint(1, 4))) for _ in range(draw.randint(1, 5))]
        preds = ["".join(draw.choices("abcé", k=draw.randint(0, 4))) for _ in range(draw.randint(1, 5))]
        every = [(g, p) for g in range(len(gts)) for p in range(len(preds))]
        pairs = sorted(draw.sample(every, draw.randint(0, len(every))))
        found = most_removed(contacts(pairs, len(gts)), gts, preds, kernel=kernel)
        assert found.sum() == oracle.most(gts, preds, pairs)
        assert all(0 <= n <= len(text) for n, text in zip(found.tolist(), gts, strict=True))
        if len(pairs) <= 5:
            assert found.sum() == oracle.every_way(gts, preds, pairs)
            tried += 1
    assert tried > 50


def test_the_engines_agree_on_large_graphs() -> None:
    rng = np.random.default_rng(4)
    for size, share in ((40, 0.1), (80, 0.03), (60, 0.5)):
        edges = rng.random((size, size)) < share
        start = np.concatenate([[0], np.cumsum(edges.sum(1))])
        right = np.nonzero(edges)[1]
        supply, demand = rng.integers(0, 9, size), rng.integers(0, 9, size)
        found = [engine.most(start, right, supply, demand).sum() for engine in (flow, flow_loops)]
        assert found[0] == found[1]


def test_a_greedy_first_choice_is_taken_back() -> None:
    # The first gt reaches both predictions, the second only the first one.
    for kernel in ENGINES:
        found = most_removed(contacts([(0, 0), (0, 1), (1, 0)], 2), ["a", "a"], ["a", "a"], kernel=kernel)
        assert found.tolist() == [1, 1]


def test_five_hundred_copies_on_both_sides_are_quick() -> None:
    g, p = np.divmod(np.arange(500 * 500), 500)
    everyone = Contacts(g, p, np.ones(len(g)), np.arange(500))
    begin = time.perf_counter()
    found = most_removed(everyone, ["abcde"] * 500, ["abcdf"] * 500, kernel=None)
    assert found.sum() == 4 * 500
    assert time.perf_counter() - begin < 20


@pytest.mark.parametrize("kernels", ["numpy", "numba"])
def test_explain_shows_the_bound_beside_what_greedy_found(kernels: str) -> None:
    # "ab" ties between two predictions; by file order it takes its a from the one that "ac" needs.
    truth = gt(Word(box(0, 0, 100, 20), "a"), Word(box(0, 19, 100, 60), "a"))
    found = pred(Word(box(0, 10, 100, 20), "a"), Word(box(0, 0, 100, 10), "a"))
    rule = protocol("popeval")
    joined, pairing = Job(truth, [rule], kernels=kernels).pair(found)
    removed, most = (
        table.rows[0, 0]
        for table in (rule.count(joined, pairing), rule.optimum(joined, pairing))  # type: ignore[attr-defined]
    )
    assert removed <= most == 2
    assert explain(truth, found, "img_1", protocol="popeval").notes == (
        f"order-free optimum: 2 characters (greedy found {removed})",
    )
