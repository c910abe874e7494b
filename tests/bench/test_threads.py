"""A kernel over chunks of pairs: two threads against one, which pays because kernels hold no interpreter lock."""

from __future__ import annotations

import os
from functools import partial
from itertools import pairwise

import numpy as np
import pytest

from tests.bench.chunked import Chunked
from tests.bench.conftest import Race
from tests.bench.test_geometry import BANDS, bands, side

CHUNKS, TIMES = 16, 40  # chunks of all pairs; how often the pairs of the bands are taken


def chunks(vertices: int) -> Chunked:
    from ocr_eval.kernels import compiled, edges
    from ocr_eval.kernels.jit import read_only

    inputs = bands(vertices)
    tables = [compiled._edge_table(side(own), {}) for own in (inputs.gt, inputs.pred)]
    g, p = (read_only(np.tile(own, TIMES), np.int64) for own in (inputs.g, inputs.p))
    areas, which = np.zeros(len(g)), read_only(np.full(len(g), 2), np.int8)
    ends = np.linspace(0, len(g), CHUNKS + 1).astype(int).tolist()
    calls = [
        partial(edges.edge_areas, *tables[0], *tables[1], g[a:b], p[a:b], which[a:b], areas[a:b])
        for a, b in pairwise(ends)
    ]
    return Chunked(calls, areas)


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="needs two cores")
def test_two_threads_against_one(race: Race) -> None:
    work = chunks(14)
    race(
        f"shared areas of {BANDS * TIMES // 1000} 000 pairs of 14-vertex bands, two threads",
        "chunks: the same kernel on one thread",
        work,
        work.side(2),
        reach=1.75,
        inside=f"both: the kernel over {CHUNKS} chunks, wall time; ours also makes and ends a pool of two threads",
        engine="numba",
        clocked=True,
    )
