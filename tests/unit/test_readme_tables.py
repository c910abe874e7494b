"""README's generated tables: what they say, and that they are not stale."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ocr_eval.protocols import REGISTRY
from scripts import tables


def line(**changes: Any) -> dict[str, Any]:
    made = {
        "work": "areas",
        "peer": "Polygon3, from points",
        "peer_version": "Polygon3 3.0.9.1, CPython 3.13.0",
        "ours_version": "ocr_eval 0.1.0, numba",
        "rounds": 9,
        "ratio_median": 12.0,
        "ratio_min": 11.0,
        "ratio_max": 13.0,
        "cpu": "A",
        "cores": 2,
        "load": 0.5,
        "python": "3.11.7",
        "date": "2025-01-31",
    }
    return made | changes


def test_a_row_names_the_version_its_ratio_is_about() -> None:
    row = tables.speed_table([line()]).splitlines()[2]
    assert row == "| areas | numba | **12** (11 – 13) Polygon3 3.0.9.1, from points |"


def test_rivals_of_one_work_share_a_row() -> None:
    table = tables.speed_table(
        [line(), line(peer="shapely", peer_version="shapely 2.2.0", ratio_median=120.0)]
    )
    row = table.splitlines()[2]
    assert row.endswith("from points<br>**120** (11 – 13) shapely 2.2.0 |")


def test_a_stand_in_is_named_with_what_it_runs_on() -> None:
    found = tables.rival(line(peer="official-style script"))
    assert found == "official-style script (Polygon3 3.0.9.1)"


def test_of_several_lines_for_one_comparison_the_last_counts() -> None:
    table = tables.speed_table([line(), line(ours_version="ocr_eval 0.1.0, numpy"), line(ratio_median=20.0)])
    assert "**20**" in table
    assert len([row for row in table.splitlines() if row.startswith("| areas")]) == 2


def test_conditions_are_told() -> None:
    text = tables.conditions([line(), line(load=1.5, date="2025-02-02", rounds=8)])
    for part in ("at least 8", "2 cores of A", "2025-01-31 to 2025-02-02", "load 0.5 to 1.5", "stand-ins"):
        assert part in text


def test_without_results_the_table_says_how_to_get_them() -> None:
    assert "python -m pytest tests/bench --results" in tables.speed_table([])


def test_every_protocol_has_a_row() -> None:
    rows = tables.protocol_table().splitlines()[2:]
    assert [row.split("`")[1] for row in rows] == list(REGISTRY)


def test_a_readme_without_the_markers_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="'protocols'"):
        tables.fill("# nothing\n", tmp_path / "none.jsonl")


def test_a_stale_readme_is_seen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    copy = tmp_path / "README.md"
    copy.write_text(
        tables.README.read_text(encoding="utf-8").replace("`rrc-iou` |", "`rrc-iuo` |"), encoding="utf-8"
    )
    monkeypatch.setattr(tables, "README", copy)
    assert tables.main(["--check"]) == 1
    assert tables.main([]) == 0
    assert tables.main(["--check"]) == 0


def test_readme_is_not_stale() -> None:
    assert tables.main(["--check"]) == 0
