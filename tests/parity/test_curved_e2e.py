"""totaltext-e2e and ctw1500-e2e: every official output, every sample, both engines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.parity import curved, walk
from tests.parity.ratios import differing_ratios


@pytest.mark.parametrize("kernels", ["numpy", "numba"])
@pytest.mark.parametrize("path", walk.files("curved_e2e"), ids=lambda path: path.stem)
def test_every_sample_has_the_official_ratios(
    path: Path, kernels: str, shared: Path, tmp_path: Path, tell_parity: Callable[[int, int], None]
) -> None:
    found = curved.compare(path, shared, kernels, tmp_path)
    official = found.official
    different = found.different
    if official["samples"]:
        different += differing_ratios(found, {name: name for name in official["ratios"]})
    tell_parity(*walk.tally(different, official))
    assert different == []
    totals = found.record.counts.total()
    assert {name: totals[name] for name in official["totals"]} == official["totals"]
    for name, value in official["metrics"].items():
        assert found.record.metrics[name] == value, name
