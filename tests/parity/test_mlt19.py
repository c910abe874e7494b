"""mlt19: the official output, every sample, both engines; its AP inside the interval of equal confidences."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ocr_eval.engine.local import Job
from ocr_eval.protocols import protocol
from tests.parity import walk
from tests.parity.ratios import differing_ratios

FILES = walk.files("mlt19")
NAMES = {
    "precision": "precision",
    "recall": "recall",
    "ned": "one_minus_ned_union",
    "nedUpper": "one_minus_ned_union_upper",
}


@pytest.mark.parametrize("kernels", ["numpy", "numba"])
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_sample_has_the_official_ratios(
    path: Path, kernels: str, shared: Path, tell_parity: Callable[[int, int], None]
) -> None:
    found = walk.compare(path, shared, kernels)
    assert found.different == []
    different = differing_ratios(found, NAMES)
    tell_parity(*walk.tally(different, found.official))
    assert different == []
    totals, metrics = found.record.counts.total(), found.record.metrics
    assert {name: totals[name] for name in found.official["totals"]} == found.official["totals"]
    for name, value in found.official["metrics"].items():
        assert metrics[name] == value, name
    for name, value in found.official["official_ned"].items():
        assert metrics[name] == pytest.approx(value, rel=1e-12, abs=0), name


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_official_ap_lies_in_the_interval_of_ties(path: Path, shared: Path) -> None:
    official = walk.load(path)
    truth, found = walk.read_pair(protocol(official["protocol"]), *walk.inputs(official, shared), "refuse")
    sure = replace(found, confidence=np.ones(len(found)))
    (record,) = Job(truth, [protocol("mlt19")]).run(sure)
    metrics = record.metrics
    assert metrics["ap_low"] <= official["official_ap"] <= metrics["ap_high"]
    # The reference's own numbers: stable order, wrong first, right first.
    assert [round(metrics[name], 6) for name in ("ap", "ap_low", "ap_high")] == [0.597294, 0.443771, 0.737121]
