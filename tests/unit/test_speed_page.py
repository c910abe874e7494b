"""docs/speed.md: what its generated part says, and that it is not stale."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scripts import speed_page


def data(**changes: Any) -> dict[str, Any]:
    own = {
        "processor": "A",
        "cores": 2,
        "load": [0.5, 0.25],
        "python": "3.11.7",
        "version": "1.0",
        "date": "2025-01-31",
    }
    page = {"protocol": "rrc-iou", "engine": "numba", "points": [[10, 0.001], [1000, 0.01], [10_000, 0.2]]}
    images = {
        "protocol": "rrc-iou",
        "engine": "numpy",
        "points": [[100, 0.01, 5e7], [1_000_000, 20.0, 1.5e9]],
    }
    jobs = {"protocol": "rrc-iou, popeval", "engine": "auto", "points": [[1, 3.0], [2, 2.0]]}
    return {
        "pages": own | {"curves": [page]},
        "images": own | {"curves": [images]},
        "jobs": own | {"curves": [jobs]},
    } | changes


def test_growth_is_the_exponent_between_a_thousand_and_the_largest() -> None:
    # 20 times the time for 10 times the instances: log10(20)
    assert speed_page.growth([[10, 9.0], [1000, 0.01], [10_000, 0.2]]) == pytest.approx(1.30103, abs=1e-5)
    assert speed_page.growth([[100, 0.1], [1000, 0.01]]) is None


def test_tables_hold_what_was_measured() -> None:
    text = speed_page.curves(data())
    assert "| `rrc-iou` | numba | 10,000 | 200 | n^1.30 |" in text
    assert "| numpy | 1,000,000 | 20 | 50,000 | 1,500 MB |" in text
    assert "| 2 | 2 | 1.50 |" in text
    assert (
        text.count("Measured on 2025-01-31 on 2 cores of A, CPython 3.11.7, ocr-eval 1.0, load 0.25 to 0.5.")
        == 3
    )


def test_a_page_without_its_place_is_refused() -> None:
    with pytest.raises(ValueError, match="no place"):
        speed_page.fill("# Speed\n", {})


def test_the_page_is_not_stale() -> None:
    assert speed_page.main(["--check"]) == 0


def test_drawings_are_the_same_every_time(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("a", "b")]
    first, second = ([path.read_bytes() for path in speed_page.draw(data(), folder)] for folder in folders)
    assert first == second and len(first) == 3
    assert all(b"<dc:date>" not in drawing for drawing in first)
