"""``coco-ap`` against COCO's tools, ``rrc-2024`` against a loop with shapely and SciPy, the bound of PopEval alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import ocr_eval
from ocr_eval.engine.local import Job
from ocr_eval.pairing import Pairing
from ocr_eval.tables.joined import Joined, join
from tests.bench.conftest import Race
from tests.bench.inputs import Files, RingPairs

NONE = np.zeros(0, np.int64)
COCO = "ic13/coco_gt.json", "ic13/coco_dt.json"
RRC = "rrc2024/icdar13_test.json", "rrc2024/icdar13_baseline.json"


def boxes(files: Files) -> Joined:
    gt = ocr_eval.read(files.gt, role="gt", invalid_polygons="official")
    pred = ocr_eval.read(files.pred, samples=gt, text=False, confidence=True, invalid_polygons="official")
    return join(gt, pred)


def twelve(joined: Joined, engine: str) -> list[Any]:
    rule = ocr_eval.protocol("coco-ap")
    counts = rule.count(joined, Pairing(joined, policy="official", kernels=engine))
    return [*rule.derive(counts.total()).values()]


@pytest.mark.parametrize("engine", ["numpy", "numba"])
@pytest.mark.parametrize(("name", "reach"), [("pycocotools", 10), ("faster-coco-eval", 0.7)])
def test_twelve_numbers_of_loaded_boxes(
    race: Race, shared: Path, name: str, reach: float, engine: str
) -> None:
    files = Files(shared / "data" / COCO[0], shared / "data" / COCO[1])
    joined = boxes(files)
    race(
        "coco-ap on IC13 rectangles, loaded boxes to twelve numbers",
        f"coco-ap: {name}, loaded",
        files,
        lambda: twelve(joined, engine),
        reach=reach,
        inside="both: matching under 40 settings, curves; files read before",
        engine=engine,
    )


@pytest.mark.parametrize(("name", "reach"), [("pycocotools", 10), ("faster-coco-eval", 0.7)])
def test_twelve_numbers_from_two_files(race: Race, shared: Path, name: str, reach: float) -> None:
    # Nine tenths of our time goes into checking every field of 3362 rows; the tools load them unchecked.
    files = Files(shared / "data" / COCO[0], shared / "data" / COCO[1])
    race(
        "coco-ap on IC13 rectangles, two files to twelve numbers",
        f"coco-ap: {name}",
        files,
        lambda: twelve(boxes(files), "numpy"),
        reach=reach,
        inside="both: loading, matching, curves; ours also checks every field of every line",
        engine="numpy",
    )


@pytest.fixture
def ic13(shared: Path) -> Joined:
    gt = ocr_eval.read(shared / "data" / RRC[0], role="gt", invalid_polygons="official")
    pred = ocr_eval.read(shared / "data" / RRC[1], samples=gt, invalid_polygons="official")
    return join(gt, pred)


@pytest.mark.parametrize(("engine", "reach"), [("numpy", 10), ("numba", 10)])
def test_the_best_assignment(race: Race, ic13: Joined, engine: str, reach: float) -> None:
    rule = ocr_eval.protocol("rrc-2024(tie=scipy)")

    def call() -> list[int]:
        counts = rule.count(ic13, Pairing(ic13, policy="official", kernels=engine))
        found: list[int] = counts.rows[:, :3].ravel().tolist()
        return found

    race(
        "rrc-2024 matching on the IC13 baseline",
        "rrc-2024: shapely and SciPy",
        RingPairs(ic13.gt, ic13.pred, NONE, NONE),
        call,
        reach=reach,
        inside="ours: areas, decisions, assignment, tightness, rows; peer: a loop over all pairs, rings made before",
        engine=engine,
    )


@pytest.mark.parametrize("engine", ["numpy", "numba"])
def test_history_of_the_order_free_optimum(benchmark: Any, shared: Path, engine: str) -> None:
    gt = ocr_eval.read(shared / "data/ic15/gt.zip", role="gt", text=True)
    pred = ocr_eval.read(shared / "data/ic15/end_to_end/units_shared.zip", samples=gt.sample_ids, text=True)
    rule: Any = ocr_eval.protocol("popeval")
    joined, pairing = Job(gt, [rule], kernels=engine).pair(pred)
    assert benchmark(lambda: rule.optimum(joined, pairing)).total()["optimum"] == 9589
