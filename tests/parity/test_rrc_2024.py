"""rrc-2024: the script's seven outputs, every sample, both engines; and what our own rule for ties changes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ocr_eval.engine.local import Job
from ocr_eval.protocols import protocol
from ocr_eval.record import Record
from tests.parity import walk

FILES = walk.files("rrc_2024")


@pytest.mark.parametrize("kernels", ["numpy", "numba"])
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_sample_has_the_official_counts(
    path: Path, kernels: str, shared: Path, tell_parity: Callable[[int, int], None]
) -> None:
    found = walk.compare(path, shared, kernels)
    tell_parity(*walk.tally(found.different, found.official))
    assert found.different == []
    counts = found.record.counts
    place = {name: k for k, name in enumerate(counts.sample_ids)}
    for sample, precision in zip(found.official["samples"], found.official["precision"], strict=True):
        tp, n_det = (int(counts[name][place[str(sample)]]) for name in ("tp", "n_det"))
        assert (tp / n_det if n_det else 0.0) == precision, sample
    totals = counts.total()
    assert {name: totals[name] for name in ("tp", "n_gt", "n_det")} == found.official["totals"]
    for name, value in found.official["metrics"].items():
        # Sums of at most 526 doubles, added exactly here and serially there.
        assert found.record.metrics[name] == pytest.approx(value, rel=1.2e-13, abs=0), name


def test_all_seven_outputs_are_there() -> None:
    assert len(FILES) == 7


def score(path: Path, shared: Path, spelled: str) -> Record:
    official = walk.load(path)
    rule = protocol(spelled)
    truth, found = walk.read_pair(rule, *walk.inputs(official, shared), "official")
    (record,) = Job(truth, [rule], invalid_polygons="official").run(found)
    return record


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_our_ties_change_one_output_and_only_its_tightness(path: Path, shared: Path) -> None:
    official = walk.load(path)
    record = score(path, shared, official["protocol"].replace(",tie=scipy", ""))
    assert record.metrics["hmean"] == official["metrics"]["hmean"]
    tightness = record.counts.total().sums["tightness"]
    if path.stem == "task_det":
        different = walk.differing(record, official)
        assert {(sample, column) for sample, column, _, _ in different} <= {
            ("80", "sum:tightness"),
            ("103", "sum:tightness"),
        }
        # Between the worst and the best choice; ours is the best.
        assert tightness == pytest.approx(450.523097, abs=5e-7)
    else:
        assert walk.differing(record, official) == []


def test_tie_iou_is_the_optimum_of_score_iou_here(shared: Path) -> None:
    path = next(path for path in FILES if path.stem == "task_det")
    one, iou = (score(path, shared, f"rrc-2024(score={name})").counts for name in ("one", "iou"))
    assert one.sums is not None
    assert (one.rows == iou.rows).all()
    assert (one.sums == iou.sums).all()
