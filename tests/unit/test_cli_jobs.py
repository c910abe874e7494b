"""``score --jobs``: workers change neither a byte of the results nor a message."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ocr_eval import errors
from ocr_eval.cli import score, scoring_jobs
from ocr_eval.cli.options import Settings
from ocr_eval.cli.scoring_messages import outcome_of
from ocr_eval.engine.pool import Reply
from ocr_eval.kernels import stored
from tests.command import Ran, run_here
from tests.unit.test_cli import GOOD, GT, archive

RULES = ("-p", "rrc-iou", "-p", "tiou", "-p", "popeval", "-p", "rrc-e2e(lexicon=keep)")
AWAY = {name: text.replace("0,0,", "900,900,") for name, text in GOOD.items()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    archive(tmp_path / "gt.zip", GT)
    archive(tmp_path / "a.zip", GOOD)
    archive(tmp_path / "b.zip", {"res_img_2.txt": "0,0,100,0,100,50,0,50,NAÏVE\n" * 2})
    archive(tmp_path / "c.zip", {"res_img_1.txt": "0,0,50,0,50,25,0,25,é\n0,0,900,0,900,900,0,900,WORLD\n"})
    archive(tmp_path / "broken.zip", {"res_img_1.txt": "0,0,9\n"})
    (tmp_path / "words.txt").write_text("HELLO\nWORLD\n")
    return tmp_path


def scored(folder: Path, names: Sequence[str], jobs: int, *flags: str | Path) -> tuple[Ran, dict[str, bytes]]:
    """What ``score`` said, and the files that it wrote."""
    words = [name if name == "x=-" else f"{name}={name}.zip" for name in names]
    call = ["score", "gt.zip", *words, *RULES, "--lexicon", "words.txt", "--jobs", str(jobs)]
    out = folder / "out"
    out.mkdir(exist_ok=True)
    for path in out.iterdir():
        path.unlink()
    ran = run_here(*call, *flags, cwd=folder)
    return ran, {path.name: path.read_bytes() for path in out.iterdir()}


def test_any_number_of_workers_gives_the_same_bytes(folder: Path) -> None:
    flags = ("--format", "json", "-o", "out/scores.json", "--per-sample", "out/rows.csv", "-v", "--ci")
    first, files = scored(folder, "abc", 1, *flags)
    assert (first.status, len(files)) == (0, 2)
    assert [each["prediction"] for each in json.loads(files["scores.json"])["results"][::4]] == [
        "a",
        "b",
        "c",
    ]
    for jobs in (2, 3):
        assert scored(folder, "abc", jobs, *flags) == (first, files)


def test_a_broken_submission_and_standard_input_among_good_ones(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = (folder / "c.zip").read_bytes()

    def ran(jobs: int, *flags: str) -> Ran:
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(content)))
        return scored(folder, ["a", "broken", "x=-", "b"], jobs, "--pred-format", "icdar-quad", *flags)[0]

    for flags in ((), ("--keep-going",)):
        alone = ran(1, *flags)
        assert alone.status == 3
        assert bool(alone.out) == bool(flags)
        assert alone.err.count("broken.zip!res_img_1.txt:1") == 1
        assert ran(2, *flags) == alone


def test_a_worker_that_is_killed_costs_one_submission(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scoring_jobs, "ANSWERING", "tests.operation.planted_worker:dying")
    ran, _ = scored(folder, "abc", 2, "--keep-going", "--format", "json", "-q")
    assert ran.status == 4
    assert ran.err.startswith("b.zip: error[E_LIMIT]: the process that scored this was killed")
    found = [each["prediction"] for each in json.loads(ran.out)["results"][::4]]
    assert found == ["a", "c"]


def test_a_bug_in_a_worker_is_told_as_a_bug_here() -> None:
    said = {"bug": "KeyError", "text": "'x'", "trace": "Traceback …"}
    found = outcome_of(Reply(0, said), "a.zip", ())
    assert (type(found).__name__, str(found)) == ("KeyError", "'x'")
    assert getattr(found, "__notes__", None) == ["Traceback …"]


@pytest.mark.parametrize(("status", "words"), [(-11, "ended with signal 11"), (3, "ended with status 3")])
def test_a_worker_that_crashes_is_an_internal_error(status: int, words: str) -> None:
    found = outcome_of(Reply(0, None, status=status), "a.zip", ())
    assert isinstance(found, errors.InputError)
    assert found.exit_code == 70
    assert words in str(found)


class Scoring:
    """A scorer whose second of three protocols refuses the prediction ``bad``, and has a bug for ``bug``."""

    rules = (1, 2, 3)

    def score(self, path: str, _name: str, step: Any) -> list[Any]:
        step()
        if path == "bad":
            raise errors.usage_error("refused")
        if path == "bug":
            raise KeyError(path)
        step()
        step()
        return [path]


def test_every_result_counts_as_progress_also_of_what_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scoring_jobs, "_kernels_wanted", lambda *_: (False, False))
    done: list[int] = []
    scorer: Any = Scoring()
    found = list(
        scoring_jobs.outcomes(scorer, [("a", "a"), ("b", "bad")], jobs=1, done=done.append, tell=done.append)
    )
    assert found[0] == ["a"]
    assert isinstance(found[1], errors.InputError)
    assert done == [1, 1, 1, 1, 2]


def test_the_first_bug_in_argument_order_is_told_whoever_finishes_first() -> None:
    scorer: Any = Scoring()
    scorer.gt = SimpleNamespace(sample_ids=())
    named = [("a", "a.zip"), ("b", "b.zip"), ("c", "bug")]
    named[2] = ("c", scoring_jobs.STDIN)
    monkey = {"bug": "IndexError", "text": "first", "trace": ""}

    def ask(requests: Sequence[dict[str, Any]]) -> Any:
        assert [request["name"] for request in requests] == ["a", "b"]
        yield Reply(1, {"bug": "KeyError", "text": "second", "trace": ""})
        yield Reply(0, monkey)

    with pytest.raises(RuntimeError, match="first"):
        list(scoring_jobs.collected(scorer, named, ask, lambda _more: None))


def test_kernels_are_loaded_where_the_work_pays_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    rings = SimpleNamespace(reads=SimpleNamespace(geometry=True))
    texts = SimpleNamespace(reads=SimpleNamespace(geometry=False))

    def wanted(kernels: str, rules: list[Any], count: int, *, warm: bool) -> bool:
        monkeypatch.setattr(stored, "is_stored", lambda: warm)
        scorer: Any = SimpleNamespace(job=SimpleNamespace(kernels=kernels), rules=rules, gt=range(5_000))
        return scoring_jobs._kernels_wanted(scorer, count)[0]

    assert not wanted("auto", [rings], 23, warm=True)
    assert wanted("auto", [rings], 24, warm=True)
    assert not wanted("auto", [rings], 499, warm=False)
    assert wanted("auto", [rings], 500, warm=False)
    assert not wanted("auto", [texts], 10_000, warm=True)
    assert not wanted("numpy", [rings], 10_000, warm=True)
    assert wanted("numba", [rings], 1, warm=False)


def test_stored_kernels_are_seen_without_numba(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    assert not stored.is_stored()
    (tmp_path / "kernels_1").mkdir()
    for name in ("pairs", "polygon", "edges"):
        assert not stored.is_stored()
        (tmp_path / "kernels_1" / f"{name}.any-1.py311.nbi").touch()
    assert stored.is_stored()


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("total", "flags", "shown"),
    [(2, {}, True), (1, {}, False), (2, {"quiet": True}, False), (2, {"progress": False}, False)],
)
def test_a_bar_shows_on_a_terminal_when_several_results_come(
    monkeypatch: pytest.MonkeyPatch, total: int, flags: dict[str, Any], shown: bool
) -> None:
    import tqdm

    made: list[dict[str, Any]] = []

    class Bar(tqdm.tqdm):  # type: ignore[type-arg]
        def __init__(self, **asked: Any) -> None:
            made.append(asked)
            super().__init__(**asked)

    monkeypatch.setattr(tqdm, "tqdm", Bar)
    monkeypatch.setattr(sys, "stderr", Terminal())
    with score.bar(total, Settings(**flags)) as done:
        done(1)
    assert [(each["total"], each["delay"], each["leave"]) for each in made] == [(2, 0.5, False)] * shown


WARMED = """
from ocr_eval.kernels import jit
jit.modules = lambda: ["components", "matching"]
from ocr_eval.cli.app import run
status = run(["warm", "--jobs", "2"])
from ocr_eval.kernels import matching
stats = matching.first_fit.stats
print(status, sum(stats.cache_hits.values()), sum(stats.cache_misses.values()))
"""


def test_warm_compiles_in_workers_and_then_finds_all_in_the_cache(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}
    command = [sys.executable, "-c", WARMED]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    first, second, last = done.stdout.splitlines()
    assert first.startswith("2 kernels ready in ")
    assert second.startswith(f"cache: {tmp_path}")
    assert last == "0 1 0"
