"""``ctw1500`` and its relatives on real curved text: matching against a shapely loop, and the history of each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import ocr_eval
from ocr_eval.cli.inputs import reading
from ocr_eval.pairing import Pairing
from ocr_eval.tables.joined import Joined, join
from tests.bench.conftest import Race
from tests.bench.inputs import RingPairs

NONE = np.zeros(0, np.int64)
CTW = "ctw1500/gt_circum.zip", "ctw1500/detection/ctd.zip"

# protocol: gt, prediction, policy, and a total that shows that the right thing was counted
WORK = {
    "ctw1500": (*CTW, "refuse", 2504),
    "psenet-ctw": (*CTW, "refuse", 2504),
    "td500": ("td500/gt.zip", "td500/detection/textpms.zip", "refuse", 506),
    "rrc-word-spotting": ("ic15/gt.zip", "ic15/end_to_end/units_shared.zip", "refuse", 1462),
    "mlt19(confidence=false)": ("ic15/gt.zip", "ic15/end_to_end/units_shared.zip", "refuse", 1502),
    "tda-rects": ("rects_tda/val_gt.zip", "rects_tda/end_to_end/example_pred.json", "official", 7077),
    "totaltext-e2e": ("totaltext/gt_e2e.zip", "totaltext/end_to_end/units_shared.zip", "refuse", 1646),
    "ctw1500-e2e": ("ctw1500/gt_e2e.zip", "ctw1500/end_to_end/units_finetune.zip", "official", 1728),
}


def loaded(shared: Path, name: str) -> Joined:
    gt, pred, policy, _ = WORK[name]
    rule = ocr_eval.protocol(name)
    truth = ocr_eval.read(shared / "data" / gt, **reading([rule], "gt"), invalid_polygons=policy)
    found = ocr_eval.read(
        shared / "data" / pred,
        samples=truth.sample_ids,
        **reading([rule], "prediction"),
        invalid_polygons=policy,
    )
    return join(truth, found)


@pytest.mark.parametrize(("engine", "reach"), [("numba", 50), ("numpy", 5)])
def test_matching(race: Race, shared: Path, engine: str, reach: float) -> None:
    joined, rule = loaded(shared, "ctw1500"), ocr_eval.protocol("ctw1500")

    def rows() -> list[int]:
        found: list[int] = rule.count(joined, Pairing(joined, kernels=engine)).rows[:, :3].ravel().tolist()
        return found

    race(
        "ctw1500 matching on CTW1500, 3 068 gts and 3 340 predictions",
        "ctw1500: shapely loop",
        RingPairs(joined.gt, joined.pred, NONE, NONE),
        rows,
        reach=reach,
        inside="ours: boxes, edges, areas, decisions, best gts, rows; peer: every pair of an image, gt polygons made "
        "for every detection as in the official script",
        engine=engine,
        rounds=5,
    )


@pytest.mark.parametrize("engine", ["numpy", "numba"])
@pytest.mark.parametrize("name", WORK)
def test_history_of_counting(benchmark: Any, shared: Path, name: str, engine: str) -> None:
    joined, rule = loaded(shared, name), ocr_eval.protocol(name)
    policy, expected = WORK[name][2:]

    def tp() -> int:
        made = rule.count(joined, Pairing(joined, policy=policy, kernels=engine))
        return int(made["tp"].sum())

    assert benchmark(tp) == expected
