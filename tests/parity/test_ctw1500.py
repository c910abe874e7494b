"""ctw1500: the official output, every sample, both engines, and the area under its curve."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.parity import walk


@pytest.mark.parametrize("kernels", ["numpy", "numba"])
@pytest.mark.parametrize("path", walk.files("ctw1500"), ids=lambda path: path.stem)
def test_every_sample_has_the_official_counts(
    path: Path, kernels: str, shared: Path, tell_parity: Callable[[int, int], None]
) -> None:
    found = walk.compare(path, shared, kernels)
    tell_parity(*walk.tally(found.different, found.official))
    assert found.different == []
    assert found.record.counts["skipped"].sum() == 0
    metrics = found.record.metrics
    for name, value in found.official["metrics"].items():
        assert metrics[name] == value, name
    # The script adds 2 504 doubles below 1 in numpy's order, we add them exactly.
    assert metrics["ap"] == pytest.approx(found.official["official_ap"], rel=1e-14, abs=0)
