"""The DetEval family and Total-Text Pascal on real data: against the way their scripts count, and their history."""

from __future__ import annotations

from collections.abc import Callable
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
SAMPLES = 60  # of 300: the scripts need most of a minute for all
TOTALTEXT = "totaltext/gt_total-text.zip", "totaltext/detection/baseline.zip"
IC13 = "ic13/gt_rrc.zip", "ic13/detection/synthetic.zip"

# protocol: gt, prediction, and the total of a column that shows that the right thing was counted
WORK = {
    "ic13-v1": (*IC13, "n_om", 193),
    "ic13-v2": (*IC13, "n_om", 187),
    "ic13-deteval": (*IC13, "n_om", 199),
    "totaltext-deteval": (*TOTALTEXT, "n_om", 39),
    "psenet-deteval": (*TOTALTEXT, "n_om", 38),
    "totaltext-pascal": (*TOTALTEXT, "tp", 1551),
    "totaltext-pascal(geometry=mask)": (*TOTALTEXT, "tp", 1554),
}


def loaded(shared: Path, name: str, most: int | None = None) -> Joined:
    gt, pred, *_ = WORK[name]
    rule = ocr_eval.protocol(name)
    truth = ocr_eval.read(shared / "data" / gt, **reading([rule], "gt"))
    found = ocr_eval.read(shared / "data" / pred, samples=truth.sample_ids, **reading([rule], "prediction"))
    joined = join(truth, found)
    if most is None:
        return joined
    some = range(most)
    ids = joined.sample_ids[:most]
    return join(joined.gt.take(some, ids), joined.pred.take(some, ids))


@pytest.mark.parametrize(("engine", "reach"), [("numba", 100), ("numpy", 100)])
@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("totaltext-deteval", ("n_gt", "n_det", "sum:recall", "sum:precision")),
        ("totaltext-pascal", ("n_gt", "n_det", "tp")),
    ],
)
def test_matching(
    race: Race, shared: Path, name: str, columns: tuple[str, ...], engine: str, reach: float
) -> None:
    joined, rule = loaded(shared, name, SAMPLES), ocr_eval.protocol(name)

    def rows() -> list[float]:
        counts = rule.count(joined, Pairing(joined, kernels=engine))
        assert counts.sums is not None
        made = [
            counts.sums[:, counts.sum_columns.index(column[4:])] if ":" in column else counts[column]
            for column in columns
        ]
        found: list[float] = np.column_stack(made).ravel().tolist()
        return found

    race(
        f"{name} matching on {SAMPLES} images of Total-Text",
        f"{name}: shapely loop",
        RingPairs(joined.gt, joined.pred, NONE, NONE),
        rows,
        reach=reach,
        inside="ours: boxes, areas, decisions, groups, rows; peer: every pair of an image, polygons made anew",
        engine=engine,
        rounds=3,
    )


@pytest.mark.parametrize("engine", ["numpy", "numba"])
@pytest.mark.parametrize("name", WORK)
def test_history(benchmark: Any, shared: Path, name: str, engine: str) -> None:
    joined, rule = loaded(shared, name), ocr_eval.protocol(name)
    call: Callable[[], Any] = lambda: rule.count(joined, Pairing(joined, kernels=engine))  # noqa: E731
    _, _, column, total = WORK[name]
    assert benchmark(call)[column].sum() == total
