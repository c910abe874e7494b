"""A ground truth scored as a submission: the ceilings that the reference gives for curved text and word spotting."""

from __future__ import annotations

from pathlib import Path

import pytest

from ocr_eval.engine.local import Job
from ocr_eval.formats import read
from ocr_eval.protocols import protocol

# (protocol, gt) -> precision, recall, hmean, six decimals
CEILINGS = {
    ("rrc-word-spotting", "ic15/gt.zip"): (0.972407, 0.971910, 0.972158),
    ("rrc-word-spotting", "ic13/gt_e2e_ltrb.zip"): (0.966121, 0.966121, 0.966121),
    ("totaltext-e2e", "totaltext/gt_e2e.zip"): (1, 1, 1),
    ("ctw1500-e2e", "ctw1500/gt_e2e.zip"): (1, 1, 1),
    ("totaltext-word-spotting", "totaltext/gt_e2e.zip"): (0.987925, 0.987925, 0.987925),
    ("ctw1500-word-spotting", "ctw1500/gt_e2e.zip"): (0.930456, 0.928970, 0.929712),
}


@pytest.mark.parametrize(("name", "file"), CEILINGS, ids=lambda value: str(value).replace("/", "_"))
def test_the_ground_truth_scores_its_ceiling(name: str, file: str, shared: Path) -> None:
    truth = read(shared / "data" / file, role="gt", text=True)
    found = read(shared / "data" / file, samples=truth.sample_ids, text=True)
    (record,) = Job(truth, [protocol(name)]).run(found)
    metrics = [record.metrics[metric] for metric in ("precision", "recall", "hmean")]
    assert tuple(round(value, 6) for value in metrics if value is not None) == CEILINGS[name, file]
