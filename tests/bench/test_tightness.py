"""TIoU and HierText on real data: against the way their scripts count, and their history."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import ocr_eval
from ocr_eval.engine.local import Job
from ocr_eval.tables.instances import Instances
from tests.bench.conftest import Race
from tests.bench.inputs import RingPairs
from tests.parity import hiertext_files

NONE = np.zeros(0, np.int64)
SAMPLES = 100  # of 500: the loops need their time
WORDS, LINES, PREDICTION = "ic15/gt.zip", "ic15/gt_textline.zip", "ic15/detection/pixellink.zip"
TIOU = {
    "tiou": (WORDS, PREDICTION, 1696),
    "tiou-wordline": (WORDS, PREDICTION, 1721),
    "tiou-curved": ("ctw1500/gt_ctw1500.zip", "ctw1500/detection/ctd.zip", 2504),
}


def numbers(counts: Any, columns: tuple[str, ...], sums: tuple[str, ...]) -> list[float]:
    made = [counts[name] for name in columns]
    made += [counts.sums[:, counts.sum_columns.index(name)] for name in sums]
    found: list[float] = np.column_stack(made).ravel().tolist()
    return found


def counting(gt: Instances, pred: Instances, name: str, engine: str, **more: Any) -> Callable[[], Any]:
    """Pairs are computed anew at every call."""
    rule = ocr_eval.protocol(name)
    job = Job(gt, [rule], kernels=engine, **more)
    return lambda: rule.count(*job.pair(pred))


@pytest.mark.parametrize(("engine", "reach"), [("numba", 20), ("numpy", 10)])
def test_tiou(race: Race, shared: Path, engine: str, reach: float) -> None:
    gt = ocr_eval.read(shared / "data" / WORDS, role="gt")
    pred = ocr_eval.read(shared / "data" / PREDICTION, samples=gt.sample_ids)
    ids = gt.sample_ids[:SAMPLES]
    sides = [side.take([side.sample_ids.index(each) for each in ids], ids) for side in (gt, pred)]
    call = counting(*sides, "tiou", engine)
    race(
        f"tiou matching and credits on {SAMPLES} images of IC15",
        "tiou: shapely loop",
        RingPairs(*sides, NONE, NONE),
        lambda: numbers(call(), ("tp",), ("iou", "tiou_recall", "tiou_precision")),
        reach=reach,
        inside="ours: join, boxes, areas, decisions, credits, rows; peer: every pair of an image, polygons made before",
        engine=engine,
        rounds=3,
    )


@pytest.fixture(scope="module")
def lined(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Instances, Instances]:
    """A hundred images of IC15 with lines and paragraphs."""
    data = shared / "data"
    folder = tmp_path_factory.mktemp("hiertext")
    gt, pred = hiertext_files.write(folder, data / WORDS, data / LINES, data / PREDICTION)
    truth = ocr_eval.read(gt, role="gt", text=False)
    return truth, ocr_eval.read(pred, samples=truth, text=False)


def test_hiertext_lines(race: Race, lined: tuple[Instances, Instances]) -> None:
    call = counting(*lined, "hiertext(level=line)", "numba")
    race(
        "hiertext(level=line) on 100 images of 1280 x 720",
        "hiertext: masks of whole images",
        RingPairs(*lined, NONE, NONE),
        lambda: numbers(call(), ("tp",), ("tightness",)),
        reach=5,
        inside="ours: join, masks, shared pixels, decisions, rows; peer: masks drawn before the clock",
        engine="numba",
        rounds=3,
    )


@pytest.mark.parametrize("level", ["word", "line", "paragraph"])
def test_history_of_hiertext(benchmark: Any, lined: tuple[Instances, Instances], level: str) -> None:
    call = counting(*lined, f"hiertext(level={level})", "numba")
    assert benchmark(call)["tp"].sum() == (390 if level == "word" else 235)


@pytest.mark.parametrize("engine", ["numpy", "numba"])
@pytest.mark.parametrize("name", TIOU)
def test_history_of_tiou(benchmark: Any, shared: Path, name: str, engine: str) -> None:
    gt_path, pred_path, tp = TIOU[name]
    gt = ocr_eval.read(shared / "data" / gt_path, role="gt", text=False)
    pred = ocr_eval.read(shared / "data" / pred_path, samples=gt.sample_ids, text=False)
    more = {}
    if name == "tiou-wordline":
        more["gt_lines"] = ocr_eval.read(shared / "data" / LINES, role="gt", text=False)
    assert benchmark(counting(gt, pred, name, engine, **more))["tp"].sum() == tp
