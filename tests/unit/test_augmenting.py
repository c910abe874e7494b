"""The assignment that SciPy takes among equals: two engines against its recorded answers and against SciPy itself."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import permutations

import numpy as np
import pytest

from ocr_eval.kernels import compiled, plain

ENGINES = {"plain": plain, "compiled": compiled}

# scipy.optimize.linear_sum_assignment of SciPy 1.17.1 on ``matrices()``: the column of every row.
RECORDED = (
    "1320 0123 2 10 107432 31204 12036 2103 23 1324 10342 01 01435 021354 012 1502 1230 0 1 034 "
    "01 13 02 0271 145023 52 013452 10423 0123 120634 1024 0123 0321 4 3102 0 126 1023 041236 "
    "02 0231 013 123406 21 10243 2 032145 10 1235 0 0213 4013 01 3012 120 0 016325 0314 0 "
    "013526"
)


def matrices() -> Iterator[list[list[float]]]:
    """Small costs with many ties, as counts of matches have them."""
    draw = random.Random(2024)
    for _ in range(60):
        n = draw.randint(1, 6)
        m = draw.randint(n, 8)
        yield [[draw.choice((-1.0, -1.0, 1.0, -0.5)) for _ in range(m)] for _ in range(n)]


@pytest.mark.parametrize("engine", ENGINES.values(), ids=ENGINES)
def test_ties_are_the_recorded_ones(engine) -> None:
    found = ["".join(map(str, engine.shortest_paths(np.array(cost)))) for cost in matrices()]
    assert found == RECORDED.split()


@pytest.mark.parametrize("engine", ENGINES.values(), ids=ENGINES)
def test_the_total_is_the_smallest_of_all(engine) -> None:
    for cost in matrices():
        n, m = len(cost), len(cost[0])
        least = min(sum(cost[i][j] for i, j in enumerate(some)) for some in permutations(range(m), n))
        found = engine.shortest_paths(np.array(cost)).tolist()
        assert len(set(found)) == n
        assert sum(cost[i][j] for i, j in enumerate(found)) == least


def test_both_engines_and_scipy_agree_on_large_costs() -> None:
    rng = np.random.default_rng(7)
    for size in (20, 45):
        whole = rng.integers(-2, 3, (size, size + 5)).astype(np.float64)
        for cost in (whole, rng.random((size, size + 5)), np.where(whole > 0, rng.random(whole.shape), 1.0)):
            found = plain.shortest_paths(cost).tolist()
            assert found == compiled.shortest_paths(cost).tolist()
            try:
                from scipy.optimize import linear_sum_assignment
            except ImportError:
                continue
            assert found == linear_sum_assignment(cost)[1].tolist()
