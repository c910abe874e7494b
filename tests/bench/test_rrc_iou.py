"""``rrc-iou`` on ICDAR 2015: the matching step, two archives to counts, a further submission in one session."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import ocr_eval
from ocr_eval.engine.local import Job
from ocr_eval.pairing import Pairing
from ocr_eval.tables.instances import Instances
from ocr_eval.tables.joined import Joined, join
from tests.bench.conftest import IC15, Race
from tests.bench.inputs import Files, RingPairs

ENGINES = ("numpy", "numba")
RULE = ocr_eval.protocol("rrc-iou")
NONE = np.zeros(0, np.int64)


def rows(joined: Joined, engine: str) -> list[int]:
    """Matched, care gts and care predictions of every sample; pairs are computed anew."""
    counts = RULE.count(joined, Pairing(joined, kernels=engine))
    found: list[int] = counts.rows[:, :3].ravel().tolist()
    return found


@pytest.fixture
def joined(ic15: tuple[Instances, Instances]) -> Joined:
    return join(*ic15)


@pytest.mark.parametrize(
    ("name", "engine", "reach"),
    [
        ("rrc-iou: Polygon3 loop", "numba", 21),
        ("rrc-iou: Polygon3 loop, from points", "numba", 20),
        ("rrc-iou: shapely loop", "numba", 219),
        ("rrc-iou: Polygon3 loop", "numpy", 1),
    ],
)
def test_matching(race: Race, joined: Joined, name: str, engine: str, reach: float) -> None:
    made = "made before" if "from points" not in name else "made inside"
    race(
        "rrc-iou matching on IC15, 43 021 pairs",
        name,
        RingPairs(joined.gt, joined.pred, NONE, NONE),
        lambda: rows(joined, engine),
        reach=reach,
        inside=f"ours: boxes, edges, areas, decisions, greedy, rows; peer: a loop over all pairs, objects {made}",
        engine=engine,
    )


@pytest.mark.parametrize(("engine", "reach"), [("numpy", 5.5), ("numba", 12.6)])
def test_two_archives_to_counts(race: Race, shared: Path, engine: str, reach: float) -> None:
    files = Files(shared / IC15[0], shared / IC15[1])

    def call() -> list[int]:
        gt = ocr_eval.read(files.gt, role="gt")
        pred = ocr_eval.read(files.pred, samples=gt.sample_ids)
        total = ocr_eval.count(gt, pred, protocol=RULE, kernels=engine).total()
        return [total["tp"], total["n_gt"], total["n_det"]]

    race(
        "rrc-iou on IC15 in process, two zips to counts",
        "rrc-iou: official-style script",
        files,
        call,
        reach=reach,
        inside="both: reading, checks of every line, pairing, counts; no result files",
        engine=engine,
    )


@pytest.mark.parametrize(("engine", "reach"), [("numpy", 4.3), ("numba", 8.7)])
def test_a_further_submission(race: Race, shared: Path, engine: str, reach: float) -> None:
    """The aims are the budgets of 80 and 40 ms beside the script's 350 ms, as ratios."""
    files = Files(shared / IC15[0], shared / IC15[1])
    job = Job(ocr_eval.read(files.gt, role="gt"), [RULE], kernels=engine)
    assert len(job.gt_digest) == 64  # computed with the first submission

    def call() -> list[int]:
        pred = ocr_eval.read(files.pred, samples=job.gt.sample_ids)
        (record,) = job.run(pred, "pixellink")
        return [record.counts.total()[name] for name in ("tp", "n_gt", "n_det")]

    race(
        "rrc-iou on IC15, a further submission in the same process, with its signed record",
        "rrc-iou: official-style script",
        files,
        call,
        reach=reach,
        inside="ours: reading and checking one archive, pairing, counts, digest, record; peer: both archives to counts",
        engine=engine,
    )


@pytest.mark.parametrize("engine", ENGINES)
def test_history_of_matching(benchmark: Any, joined: Joined, engine: str) -> None:
    assert sum(benchmark(rows, joined, engine)[::3]) == 1696
