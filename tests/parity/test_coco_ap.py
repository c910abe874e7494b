"""coco-ap: the twelve numbers that pycocotools and faster-coco-eval print, to the last bit, with both engines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ocr_eval.protocols.ranked_match import THRESHOLDS
from tests.parity import walk


@pytest.mark.parametrize("kernels", ["numpy", "numba"])
@pytest.mark.parametrize("path", walk.files("coco_ap"), ids=lambda path: path.stem)
def test_the_curves_are_the_official_ones(
    path: Path, kernels: str, shared: Path, tell_parity: Callable[[int, int], None]
) -> None:
    found = walk.compare(path, shared, kernels)
    # The tools print nothing per sample; all samples stand behind each of the twelve numbers.
    equal = found.record.metrics == found.official["curves"]
    samples = len(found.record.counts.sample_ids)
    tell_parity(samples if equal else 0, samples)
    assert list(found.record.metrics) == list(found.official["curves"])
    assert equal
    assert samples == 233
    assert found.record.counts["n_gt"].sum() == 1637 - 542


def test_thresholds_and_grid_are_the_doubles_of_the_tool() -> None:
    assert np.linspace(0.5, 0.95, 10).tolist() == list(THRESHOLDS)
    assert np.linspace(0.0, 1.0, 101).tolist() == (np.arange(101) * 0.01).tolist()
