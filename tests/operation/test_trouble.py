"""Full disks, places that take nothing, folders in the way, two writers at once, interrupts: old or new, always."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ocr_eval.board.folder import locked
from ocr_eval.cli.app import run
from ocr_eval.cli.output import OutputFile
from ocr_eval.errors import InputError
from scripts.kill_loop import write_zip
from tests.unit.formats_support import zipped
from tests.unit.test_cli import GOOD, GT

LONG = bool(os.environ.get("OCR_EVAL_LONG"))
Tree = dict[str, bytes]


def tree(folder: Path) -> Tree:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ground truth, two submissions, a board with one of them, and its site."""
    folder = tmp_path_factory.mktemp("made")
    zipped(folder / "gt.zip", GT)
    zipped(folder / "sub.zip", GOOD)
    zipped(folder / "other.zip", GOOD | {"res_img_2.txt": ""})
    start = ["board", "init", str(folder / "b"), "--title", "T", "--dataset", "d", "--visibility", "public"]
    assert run([*start, "--gt", str(folder / "gt.zip"), "-p", "rrc-iou", "--date", "2026-11-20"]) == 0
    assert run(added(folder, "sub")) == 0
    assert run(["board", "build", str(folder / "b"), "--out", str(folder / "site")]) == 0
    return folder


def added(folder: Path, name: str) -> list[str]:
    words = ["board", "add", str(folder / "b"), str(folder / f"{name}.zip"), "--id", name, "--name", name]
    return [*words, "--date", "2026-11-21", "--keep-predictions"]


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A copy of it, to be spoiled."""
    import shutil

    shutil.copytree(made, tmp_path / "copy")
    return tmp_path / "copy"


FULL = """
import json, resource, sys
from ocr_eval.cli.app import run
resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200))
print(json.dumps([run(words) for words in json.loads(sys.argv[1])]))
"""


def test_a_disk_that_takes_no_more_leaves_everything_as_it_was(folder: Path) -> None:
    import json

    (folder / "out.json").write_text("old")
    before = tree(folder)
    score = ["score", str(folder / "gt.zip"), str(folder / "sub.zip"), "-p", "rrc-iou", "--format", "json"]
    calls = [
        [*score, "-o", str(folder / "out.json"), "--per-sample", str(folder / "rows.csv")],
        added(folder, "other"),
        ["board", "build", str(folder / "b"), "--out", str(folder / "site"), "--lang", "ko"],
        ["board", "build", str(folder / "b"), "--out", str(folder / "new-site")],
        ["agree", f"A={folder / 'gt.zip'}", f"B={folder / 'gt.zip'}", "--out", str(folder / "agreed")],
    ]
    done = subprocess.run(
        [sys.executable, "-c", FULL, json.dumps(calls)], capture_output=True, check=False, timeout=120
    )
    said = done.stderr.decode()
    assert json.loads(done.stdout) == [2] * len(calls), said
    assert said.count("cannot be written: File too large; ") == len(calls)
    assert tree(folder) == before
    for words in calls:
        assert run(words) == 0
    assert not [name for name in tree(folder) if ".tmp-" in name or "ocr-eval-" in name]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
def test_a_stdout_that_takes_no_more_is_told(folder: Path) -> None:
    words = ["score", str(folder / "gt.zip"), str(folder / "sub.zip"), "-p", "rrc-iou"]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "ocr_eval", *words], stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert done.returncode == 2
    assert done.stderr.startswith(
        b"ocr-eval: error[E_USAGE]: stdout cannot be written: No space left on device; "
    )


@pytest.fixture(params=["a file in the place of a folder", "a folder that takes nothing"])
def closed(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A place that nothing can be written to."""
    place = tmp_path / "closed"
    if request.param.startswith("a file"):
        place.write_text("")
        yield place
        return
    if os.geteuid() == 0:
        pytest.skip("nothing is closed to root")
    place.mkdir(mode=0o500)
    yield place
    place.chmod(0o700)


def test_places_that_take_nothing_are_refused_before_any_work(
    closed: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("something was read")

    monkeypatch.setattr("ocr_eval.formats.read", never)
    monkeypatch.chdir(folder)
    out = str(closed / "x")
    for words in (
        ["score", "gt.zip", "sub.zip", "-p", "rrc-iou", "-o", out],
        ["score", "gt.zip", "sub.zip", "-p", "rrc-iou", "--per-sample", f"{out}.csv"],
        ["validate", "sub.zip", "-o", out],
        ["compare", "gt.zip", "sub.zip", "other.zip", "-p", "rrc-iou", "-o", out],
        ["explain", "gt.zip", "sub.zip", "--sample", "img_1", "-p", "rrc-iou", "--svg", out],
        ["agree", "A=gt.zip", "B=sub.zip", "--out", out],
        ["consensus", "A=gt.zip", "B=sub.zip", "C=other.zip", "--out", out],
        ["audit", "--gt", "gt.zip", "--checkers", "sub.zip", "--out", out],
        ["inspect", "gt.zip", "--out", out],
        ["board", "build", "b", "--out", out],
    ):
        assert run(words) == 2, words
        lines = capfdbinary.readouterr().err.decode().splitlines()
        assert "cannot be written" in lines[0], lines


def test_a_target_that_becomes_a_folder_meanwhile_is_left_alone(tmp_path: Path) -> None:
    with OutputFile(tmp_path / "out") as output:
        (tmp_path / "out").mkdir()
        with pytest.raises(InputError) as caught:
            output.commit("x")
    assert caught.value.exit_code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_second_writer_of_a_store_or_site_is_told_who_writes(
    folder: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    before = tree(folder)
    build = ["board", "build", str(folder / "b"), "--out", str(folder / "site"), "--lang", "ko"]
    for place, words in (("b", added(folder, "other")), ("site", build)):
        with locked(folder / place):
            assert run(words) == 2
        said = capfdbinary.readouterr().err.decode()
        who = f"is being written by process {os.getpid()} on {os.uname().nodename}, for "
        assert re.search(re.escape(who) + r"\d+ s; wait", said), said
    assert tree(folder) == before


def test_two_builders_at_once_make_one_site(folder: Path) -> None:
    words = ["board", "build", str(folder / "b"), "--out", str(folder / "both"), "--lang", "all"]
    command = [sys.executable, "-m", "ocr_eval", *words]
    both = [subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) for _ in range(2)]
    said = [process.communicate(timeout=120)[1] for process in both]
    for process, text in zip(both, said, strict=True):
        assert process.returncode == 0 or (process.returncode == 2 and b"is being written by" in text)
    assert 0 in [process.returncode for process in both]
    assert run([*words[:4], str(folder / "alone"), *words[5:]]) == 0
    assert tree(folder / "both") == tree(folder / "alone")


def test_what_is_finished_is_not_done_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    from ocr_eval.cli.board_scoring import Scoring
    from ocr_eval.formats.isolated import Isolation

    def never(*_: object, **__: object) -> None:
        raise AssertionError("something was done again")

    before = tree(folder)
    with monkeypatch.context() as patch:
        patch.setattr(Scoring, "score", never)
        assert run(added(folder, "sub")) == 3  # known by the digest of the predictions, before any scoring
        assert b"error[E_DUPLICATE]" in capfdbinary.readouterr().err
        patch.setattr(Isolation, "canonical", never)
        assert run(["board", "rescore", str(folder / "b")]) == 0
        assert b"nothing to do" in capfdbinary.readouterr().out
    assert tree(folder) == before
    key = next((folder / "b").glob("submissions/*/results/*/*.json"))
    key.unlink()  # as if a run had died before it
    assert run(["board", "rescore", str(folder / "b"), "--date", "2026-11-22"]) == 0
    after = tree(folder)
    assert {name for name in before if before[name] != after[name]} <= {"b/history.jsonl"}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_within_two_seconds_and_leaves_nothing(tmp_path: Path, number: int) -> None:
    write_zip(tmp_path / "gt.zip", 0, "gt")
    write_zip(tmp_path / "sub.zip", 3, "res")
    (tmp_path / "out.json").write_text("old")
    (tmp_path / "wait.py").write_text(WAITING)
    before = tree(tmp_path)
    command = [sys.executable, str(tmp_path / "wait.py"), str(tmp_path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"open\n"
    assert tree(tmp_path) != before  # the output was opened before the work
    process.send_signal(number)
    began = time.monotonic()
    _, said = process.communicate(timeout=60)
    assert time.monotonic() - began < 2
    assert (process.returncode, said.split(b"\n")[-2]) == (130, b"ocr-eval: interrupted")
    assert tree(tmp_path) == before


# A command that says when it has begun to work, and then never ends.
WAITING = """
import signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever runs the tests may have it ignored
from ocr_eval.cli import main, scoring
def work(*_):
    print("open", flush=True)
    time.sleep(600)
scoring.Scorer.score = work
folder = sys.argv[1]
sys.argv = ["ocr-eval", "score", folder + "/gt.zip", folder + "/sub.zip", "-p", "rrc-iou", "-o", folder + "/out.json"]
main()
"""


@pytest.mark.skipif(not LONG, reason="compiles everything six times: OCR_EVAL_LONG=1")
def test_six_cold_caches_at_once_are_one_warm_cache(made: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    cache.mkdir(mode=0o700)
    words = ["score", str(made / "gt.zip"), str(made / "sub.zip"), "-p", "popeval", "-p", "rrc-iou"]
    command = [sys.executable, "-m", "ocr_eval", *words, "--kernels", "numba", "--format", "json"]
    environment = os.environ | {"NUMBA_CACHE_DIR": str(cache)}
    cold = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
        for _ in range(6)
    ]
    found = [process.communicate(timeout=500) for process in cold]
    assert [process.returncode for process in cold] == [0] * 6, found[0][1]
    assert len({out for out, _ in found}) == 1
    before = {path: path.stat().st_mtime_ns for path in cache.rglob("*.nb*")}
    warm = subprocess.run(command, capture_output=True, env=environment, check=True)
    assert warm.stdout == found[0][0]
    assert before
    assert {path: path.stat().st_mtime_ns for path in cache.rglob("*.nb*")} == before
