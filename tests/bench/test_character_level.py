"""TedEval and CLEval on real submissions, reading included, against the clock of their official scripts.

Those scripts need a library that can end the process, so a yardstick stands in for them: on one machine the reference
measured the official detection script (0.35 s in process, after 0.11 s of imports), TedEval's (0.74 s with imports),
and CLEval's on the Korean documents (17 s). Ten times as fast as an official script of t seconds is 0.35 / t * 10 times
as fast as the yardstick.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import ocr_eval
from tests.bench import rivals
from tests.bench.conftest import IC15
from tests.bench.inputs import Files
from tests.bench.ratio import in_process, ratio

YARDSTICK, YARDSTICK_SECONDS = "rrc-iou: official-style script", 0.35
WORK = {
    # name: (protocol, gt, prediction, the official script's seconds, a total that tells that the work was done)
    "tedeval_ic15": ("tedeval", "ic15/gt_tedeval.zip", "ic15/detection/pixellink.zip", 0.63, ("n_det", 2019)),
    "cleval_det_korean": (
        "cleval-det",
        "kr_documents/gt.zip",
        "kr_documents/end_to_end/official.zip",
        17.0,
        ("tp_char", 46218),
    ),
    "cleval_korean": (
        "cleval",
        "kr_documents/gt.zip",
        "kr_documents/end_to_end/official.zip",
        17.0,
        ("tp_char", 43025),
    ),
}


def total(shared: Path, name: str, engine: str) -> int:
    """Two archives to the total of one column."""
    protocol, gt, pred, _, (column, _) = WORK[name]
    truth = ocr_eval.read(shared / "data" / gt, role="gt", text=True)
    text = ocr_eval.protocol(protocol).reads.pred_text
    found = ocr_eval.read(shared / "data" / pred, samples=truth.sample_ids, text=text)
    value: int = ocr_eval.count(truth, found, protocol=protocol, kernels=engine).total()[column]
    return value


@pytest.mark.parametrize("engine", ["numpy", "numba"])
@pytest.mark.parametrize("name", WORK)
def test_ten_times_as_fast_as_the_official_script(
    request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str], shared: Path, name: str, engine: str
) -> None:
    missing = rivals.missing(YARDSTICK)
    if missing:
        pytest.skip(missing)
    *_, official, (_, expected) = WORK[name]
    yardstick = rivals.RIVALS[YARDSTICK].side(Files(shared / IC15[0], shared / IC15[1]))

    def equal(ours: Any, _yardstick: Any) -> bool:
        assert ours == expected
        return True

    found = ratio(in_process(lambda: total(shared, name, engine)), yardstick, 5, equal=equal)
    times = found.median * official / YARDSTICK_SECONDS
    with capsys.disabled():
        print(f" {name} {engine}: {times:.1f} times the official script, by the yardstick", end="")
    # Without kernels numpy sweeps every region; that is for small work and cold starts.
    if not request.config.getoption("--no-gate"):
        assert times >= (10 if engine == "numba" or name != "tedeval_ic15" else 3)


@pytest.mark.parametrize("name", WORK)
def test_history(benchmark: Any, shared: Path, name: str) -> None:
    assert benchmark(total, shared, name, "numba") == WORK[name][-1][1]
