"""README's generated tables: what they say, and that they are not stale."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from ocr_eval.protocols import REGISTRY
from scripts import bench, tables


def line(**changes: Any) -> dict[str, Any]:
    made = {
        "group": "geometry",
        "work": "areas",
        "peer": "Polygon3, from points",
        "peer_version": "Polygon3 3.0.9.1, CPython 3.13.0",
        "ours_version": "ocr_eval 0.1.0, numba",
        "rounds": 9,
        "ratio_median": 12.0,
        "ratio_min": 11.0,
        "ratio_max": 13.0,
        "reach": 10,
        "cpu": "A",
        "cores": 2,
        "load": 0.5,
        "python": "3.11.7",
        "date": "2025-01-31",
    }
    return made | changes


def rows(text: str) -> list[str]:
    return [
        row for row in text.splitlines() if row.startswith("| ") and not row.startswith(("| work", "| ---"))
    ]


def test_a_row_names_the_version_its_ratio_is_about() -> None:
    (row,) = rows(tables.speed_table([line()]))
    assert row == "| areas | numba | Polygon3 3.0.9.1, from points | **12** | 11 – 13 | 10 | yes |"


def test_a_missed_aim_is_shown() -> None:
    text = tables.speed_table([line(reach=12.5), line(peer="shapely", ratio_median=1510.0)])
    missed, met = rows(text)
    assert missed.endswith("| 12.5 | no |") and "| **1510** |" in met and met.endswith("| 10 | yes |")
    assert "1 of 2 aims reached." in text


def test_subjects_have_tables_in_the_order_of_the_page() -> None:
    text = tables.speed_table(
        [line(group="texts"), line(group="process", work="score"), line(group="new", work="x")]
    )
    headings = [part.strip("*") for part in text.splitlines() if part.startswith("**")]
    assert headings == ["Whole commands", "Edit distances", "new"]


def test_every_file_with_races_has_a_heading() -> None:
    assert set(bench.files()) == set(tables.SUBJECTS)


def test_a_stand_in_is_named_with_what_it_runs_on() -> None:
    found = tables.rival(line(peer="official-style script"))
    assert found == "official-style script (Polygon3 3.0.9.1)"


def test_of_several_lines_for_one_comparison_the_last_counts() -> None:
    table = tables.speed_table([line(), line(ours_version="ocr_eval 0.1.0, numpy"), line(ratio_median=20.0)])
    assert "**20**" in table
    assert len(rows(table)) == 2


def test_conditions_are_told() -> None:
    text = tables.conditions([line(), line(load=1.5, date="2025-02-02", rounds=8)])
    for part in ("at least 8", "2 cores of A", "2025-01-31 to 2025-02-02", "load 0.5 to 1.5", "stand-ins"):
        assert part in text


def test_without_results_the_table_says_how_to_get_them() -> None:
    assert "python scripts/bench.py" in tables.speed_table([])


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


def fake(folder: Path, source: str) -> Path:
    """A file of races that needs no environment but this one."""
    path = folder / "test_fake.py"
    path.write_text(source, encoding="utf-8")
    return path


def test_a_run_keeps_the_lines_of_subjects_it_did_not_measure() -> None:
    old = [line(group="texts"), line(group="geometry"), line() | {"group": None}]
    new = [line(group="geometry", ratio_median=15.0)]
    assert bench.merged(old, new, {"geometry"}) == [old[0], *new]


def test_results_are_saved_and_loaded(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    tables.save(path, [line(), line(work="é")])
    assert tables.load(path) == [line(), line(work="é")]
    assert [each.name for each in tmp_path.iterdir()] == ["results.jsonl"]


def test_what_is_below_its_aim_is_told() -> None:
    assert bench.below([line(), line(work="b", reach=20)]) == ["12 of 20  b | Polygon3, from points | numba"]


def test_a_file_that_fails_is_told_and_stops_nothing(tmp_path: Path) -> None:
    broken = fake(tmp_path, "import nothing_of_that_name\n")
    (told,) = bench.run(Path(sys.executable), broken, tmp_path / "r.jsonl")
    assert told.startswith("ERROR") or told.startswith("FAILED")


def test_a_file_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    never = tmp_path / "python"
    never.write_text("#!/bin/sh\nexec sleep 600\n", encoding="utf-8")
    never.chmod(0o755)
    (told,) = bench.run(never, fake(tmp_path, ""), tmp_path / "r.jsonl", longest=0.5)
    assert told == "FAILED test_fake.py: more than 0.5 s"
