"""cocotext: the official totals, both engines; the script tells nothing about single images."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.parity import walk


@pytest.mark.parametrize("kernels", ["numpy", "numba"])
@pytest.mark.parametrize("path", walk.files("cocotext"), ids=lambda path: path.stem)
def test_totals_are_the_official_ones(
    path: Path, kernels: str, shared: Path, tell_parity: Callable[[int, int], None]
) -> None:
    found = walk.compare(path, shared, kernels)
    totals = found.record.counts.total().counts
    equal = totals == found.official["totals"]
    samples = len(found.record.counts.sample_ids)
    tell_parity(samples if equal else 0, samples)
    assert totals == found.official["totals"]
    for name, value in found.official["metrics"].items():
        assert found.record.metrics[name] == value, name
