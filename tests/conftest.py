"""Where the reference folder is, and what every test may rely on."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The reference folder beside the checkout; tests that need it are skipped without it."""
    if not (SHARED / "expected").is_dir():
        pytest.skip("the reference folder is not beside the checkout")
    return SHARED
