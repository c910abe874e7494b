"""Every target on inputs near its seeds: the same ones in every run, counted by examples and not by seconds.

Long runs: ``scripts/fuzz.py``. What once broke a property stays in ``crashers/`` and is tried again here.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import time
import warnings
from dataclasses import replace
from pathlib import Path
from random import Random
from types import ModuleType

import numpy as np
import pytest

from ocr_eval.errors import Problem
from ocr_eval.formats import FORMATS, NUMBER
from ocr_eval.tables.builder import InstancesBuilder
from tests.fuzz import geometry, readers, watch
from tests.fuzz.mutation import MOST
from tests.fuzz.targets import CORPUS, CRASHERS, TARGETS, crashers

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = {
    "lines": 900,
    "json": 900,
    "markup": 500,
    "binary": 400,
    "containers": 900,
    "strings": 900,
    "geometry": 30,
}
PARTS = 2  # of a target's examples, so that two cores share them


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("name", EXAMPLES)
def test_inputs_near_the_seeds(name: str, part: int) -> None:
    target, draw = TARGETS[name], Random(part)
    pool, traits = target.seeds(), set[str]()
    for number in range(EXAMPLES[name] // PARTS):
        data = target.draw(pool, draw)
        found: list[str] = []
        try:
            watch.watched(lambda given, found=found: found.extend(target.run(given)), data)
        except Exception as error:
            error.add_note(f"example {number} of {name}, part {part}: {data!r:.2000}")
            raise
        if set(found) - traits:
            traits |= set(found)
            pool.append(data)


@pytest.mark.parametrize("name", TARGETS)
def test_seeds_hold_every_property(name: str) -> None:
    for data in TARGETS[name].seeds():
        watch.watched(TARGETS[name].run, data)


def test_every_target_is_run_here() -> None:
    assert list(EXAMPLES) == list(TARGETS)
    assert {path.name for path in CRASHERS.iterdir()} <= set(TARGETS)
    assert any(crashers(name) for name in TARGETS)


def test_the_same_seed_draws_the_same_inputs() -> None:
    for target in TARGETS.values():
        pool = target.seeds()
        drawn = [[target.draw(pool, draw) for _ in range(30)] for draw in (Random(5), Random(5))]
        assert drawn[0] == drawn[1]
        assert len(set(drawn[0])) > 20
        assert max(map(len, drawn[0])) <= MOST + 200


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_has_a_seed_that_it_reads(name: str) -> None:
    files = sorted(path for path in (CORPUS / name).glob("*") if path.is_file())
    assert files, f"put a small valid file into {(CORPUS / name).relative_to(ROOT)}"
    sizes = [key for key, values in FORMATS[name].choices.items() if values == (NUMBER,)]
    read = []
    for path in files:
        for spelled in (name, readers.chosen(name, sizes, Random(1))):
            for flags in ([], ["gt"], ["confidence"], ["angle"]):
                found = readers.answer([spelled, *flags], path.read_bytes())
                read.append(getattr(found, "instances", None))
    assert any(table is not None and len(table) for table in read)


def test_the_corpus_is_small() -> None:
    files = [path for folder in (CORPUS, CRASHERS) for path in folder.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 300_000
    assert max(path.stat().st_size for path in files) <= MOST


# The instruments themselves.


def test_writing_starting_warning_and_dawdling_are_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def writes(data: bytes) -> None:
        (tmp_path / "a").write_bytes(data)

    def starts(_: bytes) -> None:
        subprocess.run([sys.executable, "-c", ""], check=True)

    def warns(_: bytes) -> None:
        warnings.warn("odd", RuntimeWarning, stacklevel=1)

    def dawdles(_: bytes) -> None:
        begin = time.process_time()
        while time.process_time() - begin < 0.02:
            pass

    monkeypatch.setattr(watch, "SECONDS", 0.01)
    for run, words in ((writes, "for writing"), (starts, "Popen"), (dawdles, "at most")):
        with pytest.raises(watch.Broken, match=words):
            watch.watched(run, b"")
    with pytest.raises(RuntimeWarning):
        watch.watched(warns, b"")
    with watch.nothing_written(), watch.paused():
        writes(b"")


def test_a_flood_of_memory_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "MEGABYTES", 50.0)
    most = int(watch.peak() + 120) << 20

    with pytest.raises(watch.Broken, match="peak memory"):
        watch.watched(lambda _: np.ones(most, np.uint8).sum(), b"")


def test_tables_that_break_a_promise_are_seen() -> None:
    builder = InstancesBuilder()
    builder.begin("a")
    builder.add([0, 0, 9, 0, 9, 5])
    good = builder.build()
    limits = readers.Limits()
    readers.check_table(good, limits, refused=True)
    for wrong in (
        replace(good, xy=np.array([[0, 0], [9, 0], [9, np.nan]])),
        replace(good, xy=np.array([[0, 0], [9, 0], [9, 3e6]])),
        replace(good, xy=np.array([[-0.0, 0], [9, 0], [9, 5]])),
        replace(good, shape=np.array([2], np.uint8)),
        replace(good, line=np.array([0])),
        replace(good, confidence=np.array([1.5])),
        replace(good, sample_ids=("",)),
    ):
        with pytest.raises(watch.Broken):
            readers.check_table(wrong, limits, refused=True)


@pytest.mark.parametrize(
    "problem",
    [
        Problem("E_NONE", "reason"),
        Problem("W_GT", "reason"),
        Problem("E_INTERNAL", "reason"),
        Problem("E_FORMAT", ""),
        Problem("E_FORMAT", "a\nb"),
        Problem("E_FORMAT", "a; b"),
        Problem("E_GT", "no code"),
    ],
)
def test_problems_that_help_nobody_are_seen(problem: Problem) -> None:
    with pytest.raises(watch.Broken):
        readers.check_problems([problem], 1, gt=False)


def test_problems_without_a_place_are_seen() -> None:
    readers.check_place(Problem("E_COORD", "reason", entry="a.txt", line=1), document=False, whole=False)
    for wrong in (
        Problem("E_COORD", "reason", line=1),
        Problem("E_COORD", "reason", entry="a.txt"),
        Problem("E_COORD", "reason", entry="a.txt", line=0),
        Problem("E_COORD", "reason", entry="a.txt", line=1, col=0),
    ):
        with pytest.raises(watch.Broken):
            readers.check_place(wrong, document=False, whole=False)


def test_a_wrong_class_area_or_decision_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    boxes = bytes([0, 0, 1, 0, 0, 4, 0, 4, 4, 0, 4, 1, 2, 0, 4, 0, 4, 4, 2, 4])
    geometry.run(boxes)
    for name, value in (
        ("shape", lambda _: "zero-area"),
        ("signed_area", lambda _: geometry.Fraction(15)),
        ("shared", lambda *_: geometry.Fraction(7)),
        ("regions_meet", lambda *_: False),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(geometry.geometry, name, value)
            with pytest.raises(watch.Broken):
                geometry.run(boxes)


@pytest.fixture
def script() -> ModuleType:
    specification = importlib.util.spec_from_file_location("fuzz_script", ROOT / "scripts" / "fuzz.py")
    assert specification is not None and specification.loader is not None
    made = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(made)
    return made


def test_a_crash_is_kept_once_with_how_to_repeat_it(script: ModuleType, tmp_path: Path) -> None:
    made = script.Child("strings", tmp_path, 1.0, 0)

    def breaks(data: bytes) -> list[str]:
        raise ValueError(f"for {len(data)}")

    made.target = replace(made.target, run=breaks)
    assert [made.one(data) for data in (b"one", b"three")] == [False, False]
    (kept,) = [path for path in tmp_path.glob("crash-*") if not path.suffix]
    assert kept.read_bytes() == b"one"
    told = Path(f"{kept}.txt").read_text(encoding="utf-8")
    assert told.startswith(f"python scripts/fuzz.py strings --repeat {kept}\n")
    assert "ValueError: for 3" in told
    assert made.stats["crashes"] == 1
    assert script.Note(tmp_path / "current").read() == (2, b"three")


def test_a_child_that_hangs_or_dies_leaves_its_input(
    script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(script, "HANG", 0.5)
    note = script.Note(tmp_path / "current")
    note.write(1, b"last")
    for code, ended in (
        ("import time; time.sleep(60)", "hang"),
        ("import os; os.abort()", "death"),
        ("", "done"),
    ):
        assert script._watch(subprocess.Popen([sys.executable, "-c", code]), note) == ended
    assert note.read() == (1, b"last")


@pytest.mark.slow
def test_a_run_ends_with_its_summary(tmp_path: Path) -> None:
    words = ["strings", "--seconds", "2", "--engine", "own", "--out", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "fuzz.py"), *words],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert len(lines) == 5 and all(line.startswith("strings: ") for line in lines)
    assert (tmp_path / "strings" / "log.txt").read_text(encoding="utf-8").splitlines()[-5:] == lines
    path = CORPUS / "strings" / "protocol" / "plain.txt"
    again = [sys.executable, str(ROOT / "scripts" / "fuzz.py"), "strings", "--repeat", str(path)]
    assert subprocess.run(again, capture_output=True, timeout=120).returncode == 0
