"""psenet-ctw: the official totals (the script prints no images), both engines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.parity import walk


@pytest.mark.parametrize("kernels", ["numpy", "numba"])
@pytest.mark.parametrize("path", walk.files("psenet_ctw"), ids=lambda path: path.stem)
def test_the_set_has_the_official_counts(
    path: Path, kernels: str, shared: Path, tell_parity: Callable[[int, int], None]
) -> None:
    found = walk.compare(path, shared, kernels)
    assert found.different == []
    assert found.record.counts.total().counts == found.official["totals"]
    for name, value in found.official["metrics"].items():
        assert found.record.metrics[name] == value, name
    tell_parity(0, 0)
