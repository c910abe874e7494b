"""hiertext-e2e: every official output, every sample, both engines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.parity import walk


@pytest.mark.parametrize("kernels", ["numpy", "numba"])
@pytest.mark.parametrize("path", walk.files("hiertext_e2e"), ids=lambda path: path.stem)
def test_every_sample_has_the_official_counts(
    path: Path, kernels: str, shared: Path, tell_parity: Callable[[int, int], None]
) -> None:
    found = walk.compare(path, shared, kernels)
    tell_parity(*walk.tally(found.different, found.official))
    assert found.different == []
    for name, value in found.official["metrics"].items():
        assert found.record.metrics[name] == pytest.approx(value, rel=0, abs=1e-12), name
