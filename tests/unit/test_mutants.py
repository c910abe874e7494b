"""Mutants themselves: which changes are made, that a killed one is seen, and that tests/mutants.toml is of today."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def script() -> ModuleType:
    specification = importlib.util.spec_from_file_location("mutants_script", ROOT / "scripts" / "mutants.py")
    assert specification is not None and specification.loader is not None
    made = importlib.util.module_from_spec(specification)
    sys.modules["mutants_script"] = made  # named tuples look their module up
    specification.loader.exec_module(made)
    return made


SOURCE = """
LIMIT = 5

class Box:
    def holds(self, value: int | None = 0) -> bool:
        return value is not None and 0 <= value < LIMIT

def either(a, b):
    def inner(c):
        return c[0] == 1
    return a & ~b | (not inner(a)), f"{a:3} of {LIMIT > 2}"
"""
NAMES = [
    "module: 5 -> 6",
    "Box.holds: value is not None -> value is None",
    "Box.holds: value is not None and 0 <= value < LIMIT -> value is not None or 0 <= value < LIMIT",
    "Box.holds: 0 <= value < LIMIT -> 0 < value < LIMIT",
    "Box.holds: 0 <= value < LIMIT -> 0 > value < LIMIT",
    "Box.holds: 0 <= value < LIMIT -> 0 <= value <= LIMIT",
    "Box.holds: 0 <= value < LIMIT -> 0 <= value >= LIMIT",
    "Box.holds: 0 in 0 <= value < LIMIT -> 1",
    "either.inner: c[0] == 1 -> c[0] != 1",
    "either.inner: 0 in c[0] -> 1",
    "either.inner: 1 in c[0] == 1 -> 2",
    "either: a & ~b | (not inner(a)) -> a & ~b & (not inner(a))",
    "either: a & ~b -> a | ~b",
    "either: ~b -> b",
    "either: not inner(a) -> inner(a)",
]


def test_comparisons_constants_and_connectives_are_changed_and_nothing_in_messages(
    script: ModuleType,
) -> None:
    made = {one.name: one for one in script.mutants_of(SOURCE)}
    assert set(NAMES) <= set(made)
    assert not any(":3" in name or "in value: int" in name for name in made)
    assert made["either.inner: c[0] == 1 -> c[0] != 1"].function == "either"
    assert made["Box.holds: value is not None -> value is None"].function == "Box.holds"
    assert made["module: 5 -> 6"].function == ""
    for one in made.values():
        compile(one.tree(), "made", "exec")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a system that forks")
def test_a_mutant_is_killed_by_a_test_that_sees_it_and_lives_without_one(
    script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "subject.py").write_text(
        "MOST = 3\n\n\ndef fits(n):\n    return n < MOST\n", encoding="utf-8"
    )
    tests = "import subject\n\n\ndef test_fits():\n    assert subject.fits({}) and not subject.fits(9)\n"
    monkeypatch.setattr(script, "ROOT", tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    program = (ROOT / "scripts" / "mutants.py").read_text(encoding="utf-8")
    program = program.replace("ROOT = Path(__file__).resolve().parents[1]", f"ROOT = Path({str(tmp_path)!r})")
    (tmp_path / "mutants.py").write_text(program, encoding="utf-8")
    monkeypatch.setattr(script, "__file__", str(tmp_path / "mutants.py"))
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    (tmp_path / "test_subject.py").write_text(tests.format(1), encoding="utf-8")
    found = script.tried("subject.py", ["test_subject.py"])
    assert [name for name, end in found.items() if end != "killed"] == [
        "module: 3 -> 4",
        "fits: n < MOST -> n <= MOST",
    ]
    (tmp_path / "test_subject.py").write_text(tests.format(2).replace("9", "3"), encoding="utf-8")
    assert set(script.tried("subject.py", ["test_subject.py"]).values()) == {"killed"}


def test_a_report_wants_every_survivor_explained_and_no_other(
    script: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    results = {"f: a < b -> a <= b": "survived", "f: 1 -> 2": "killed", "g: 0 -> 1": "not reached"}
    both = {"f: a < b -> a <= b": "equal", "g: 0 -> 1": "never read"}
    assert script.report("a.py", results, both)
    assert not script.report("a.py", results, {"g: 0 -> 1": "never read"})
    assert not script.report("a.py", results, both | {"f: 1 -> 2": "equal"})
    told = capsys.readouterr().out
    assert "a.py: 3 mutants, 1 killed, 2 explained" in told
    assert "survived: f: a < b -> a <= b" in told
    assert "explained, but killed: f: 1 -> 2" in told


def test_the_table_names_modules_tests_and_mutants_there_are(script: ModuleType) -> None:
    rows = script.table()
    assert len(rows) >= 15
    for path, row in rows.items():
        made = {one.name for one in script.mutants_of((ROOT / path).read_text(encoding="utf-8"))}
        assert row["tests"] and all((ROOT / name).is_file() for name in row["tests"]), path
        gone = [name for name in row["survivors"] if name not in made]
        assert not gone, f"{path}: explained, but no mutant any more: {gone}"
        assert all(len(why) > 15 for why in row["survivors"].values()), path
