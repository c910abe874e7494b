"""``--isolate``: what the reading process may do to itself costs one submission, and what it says is what we say."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import time
from pathlib import Path

import pytest

from ocr_eval.cli.app import run
from ocr_eval.errors import InputError
from ocr_eval.formats import read
from ocr_eval.formats.check import examine
from ocr_eval.formats.isolated import Isolation
from ocr_eval.formats.official import official_refusals
from ocr_eval.limits import Limits
from tests.hostile import corpus
from tests.operation.planted import plant
from tests.unit.formats_support import zipped

CASES = [case for case in corpus.load() if case["kind"] == "sub" and case["format"] in corpus.FORMATS]
LONG = bool(os.environ.get("OCR_EVAL_LONG"))
GT = {"gt_img_1.txt": "0,0,100,0,100,50,0,50,HELLO\n", "gt_img_2.txt": "0,0,100,0,100,50,0,50,WORLD\n"}
GOOD = {"res_img_1.txt": "0,0,100,0,100,50,0,50,HELLO\n", "res_img_2.txt": "0,0,99,0,99,50,0,50,WORLD\n"}
QUICK = Limits()._replace(seconds=1)
SMALL = Limits()._replace(memory=600 << 20)

# name -> limits, what is said; in seconds of a process of its own
DEADLY = {
    "segfault": (Limits(), "was ended by SIGSEGV"),
    "abort": (Limits(), "was ended by SIGABRT"),
    "spin": (QUICK, "reading took more than 1 s"),
    "sleep": (QUICK, "reading took more than 1 s"),
    "deaf": (QUICK, "reading took more than 1 s"),
    "memory": (Limits(), "reading needs more than 2147483648 bytes of memory"),
    "grow": (SMALL, "reading needs more than 629145600 bytes of memory"),
    "fork-and-die": (Limits(), "ended with status 7"),
    "garbage": (Limits(), "gave no table: this is no message"),
    "huge": (Limits(), "gave no table: 4611686018427387904 bytes"),
    "lies": (Limits(), "gave no table: "),
    "quit": (Limits(), "ended with status 3"),
}


def evil(action: str) -> dict[str, str]:
    return GOOD | {"res_img_1.txt": f"0,0,9,0,9,9,0,9,misbehave:{action}\n"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    zipped(tmp_path / "gt.zip", GT)
    zipped(tmp_path / "good.zip", GOOD)
    return tmp_path


def assert_gone(pids: Path) -> None:
    """No process that left its id in the folder runs any longer; one that init has not reaped does not."""
    (name,) = os.listdir(pids)
    for _ in range(1500):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            if Path(f"/proc/{name}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
                time.sleep(0.02)
                continue
        return
    os.kill(int(name), signal.SIGKILL)
    raise AssertionError(f"process {name} is still there")


@pytest.mark.parametrize("action", DEADLY)
def test_a_reader_that_misbehaves_is_a_limit(
    folder: Path, action: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pids = plant(folder / "planted", monkeypatch)
    limits, says = DEADLY[action]
    source = str(zipped(folder / "sub.zip", evil(action)))
    began = time.monotonic()
    with pytest.raises(InputError) as caught:
        Isolation().read(source, samples=["img_1", "img_2"], limits=limits)
    assert time.monotonic() - began < 20  # far from the 60 s that a reader may take
    (problem,) = caught.value.problems
    assert (problem.code, problem.source, caught.value.exit_code) == ("E_LIMIT", source, 4)
    assert says in problem.reason
    assert problem.hint
    if action.startswith("fork"):
        assert_gone(pids)


@pytest.mark.parametrize("action", ["flood", "fork"])
def test_noise_and_forks_do_not_touch_the_answer(
    folder: Path, action: str, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    pids = plant(folder / "planted", monkeypatch)
    table = Isolation().read(str(zipped(folder / "sub.zip", evil(action))))
    assert table.texts == (f"misbehave:{action}", "WORLD")
    assert capfdbinary.readouterr() == (b"", b"")
    if action == "fork":
        assert_gone(pids)


@pytest.mark.parametrize("action", ["files", "write", "bug"])
def test_exceptions_of_a_reader_are_told_as_bugs(
    folder: Path, action: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pids = plant(folder / "planted", monkeypatch)
    with pytest.raises(InputError) as caught:
        Isolation().read(str(zipped(folder / "sub.zip", evil(action))))
    kinds = {"files": "OSError: [Errno 24]", "write": "OSError: [Errno 27]", "bug": "KeyError: 'no such key'"}
    assert caught.value.problems[0].reason.startswith(f"unexpected {kinds[action]}")
    assert caught.value.exit_code == 70
    assert [path.stat().st_size for path in pids.iterdir()] in ([], [0])


def test_keep_going_scores_the_others(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    plant(folder / "planted", monkeypatch)
    monkeypatch.chdir(folder)
    zipped(folder / "sub.zip", evil("segfault"))
    call = ["score", "gt.zip", "sub.zip", "good.zip", "-p", "rrc-iou", "--isolate", "--format", "json"]
    assert run(call) == 4
    assert capfdbinary.readouterr().out == b""
    assert run([*call, "--keep-going"]) == 4
    out, err = capfdbinary.readouterr()
    assert [result["prediction"] for result in json.loads(out)["results"]] == ["good.zip"]
    assert err.startswith(b"sub.zip: error[E_LIMIT]: the process that reads this file was ended by SIGSEGV; ")


def test_a_board_survives_a_submission_that_kills_its_reader(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    plant(folder / "planted", monkeypatch)
    monkeypatch.chdir(folder)
    zipped(folder / "sub.zip", evil("segfault"))
    start = ["--title", "T", "--dataset", "d", "--gt", "gt.zip", "-p", "rrc-iou", "--date", "2026-11-21"]
    assert run(["board", "init", "b", *start, "--visibility", "public"]) == 0
    card = ["--name", "A", "--date", "2026-11-21", "--keep-predictions"]
    before = sorted(path.name for path in (folder / "b").rglob("*"))
    assert run(["board", "add", "b", "sub.zip", "--id", "evil", *card]) == 4
    assert b"was ended by SIGSEGV" in capfdbinary.readouterr().err
    assert sorted(path.name for path in (folder / "b").rglob("*")) == before
    assert run(["board", "add", "b", "good.zip", "--id", "good", *card]) == 0
    assert run(["board", "build", "b", "--out", "site"]) == 0
    assert (folder / "site" / "index.html").is_file()


def test_the_limits_have_flags_and_stand_in_the_record(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    plant(folder / "planted", monkeypatch)
    monkeypatch.chdir(folder)
    zipped(folder / "sub.zip", evil("sleep"))
    call = ["score", "gt.zip", "sub.zip", "-p", "rrc-iou", "--isolate"]
    assert run([*call, "--limit", "seconds=1"]) == 4
    assert b"reading took more than 1 s; --limit seconds=N allows more" in capfdbinary.readouterr().err
    assert Limits().with_value("memory=99").raised() == {"memory": 99}


def test_a_platform_without_limits_is_named_in_the_record(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    (folder / "bare").mkdir()
    (folder / "bare" / "sitecustomize.py").write_text("import sys\nsys.modules['resource'] = None\n")
    start = ["--title", "T", "--dataset", "d", "--gt", "gt.zip", "-p", "rrc-iou", "--date", "2026-11-21"]
    assert run(["board", "init", "b", *start, "--visibility", "public"]) == 0
    with monkeypatch.context() as patch:
        patch.setenv("PYTHONPATH", str(folder / "bare"))
        assert run(["board", "add", "b", "good.zip", "--id", "a", "--name", "A", "--date", "2026-11-21"]) == 0
    (file,) = (folder / "b").glob("submissions/*/results/*/*.json")
    assert json.loads(file.read_text())["provenance"]["unlimited"] == ["memory", "processor time", "files"]


HOSTILE = {
    "bad-lines": {"res_img_1.txt": "1,2,3\n0,0,9,0,9,9,0,9,ok\nnan,0,9,0,9,9,0,9,x\n", "res_img_2.txt": "x"},
    "unknown": GOOD | {"res_img_3.txt": "", "res_img_3\u202e.txt": ""},
    "bow-tie": GOOD | {"res_img_1.txt": "0,0,9,9,9,0,0,9,x\n"},
    "limit": GOOD | {"res_img_1.txt": f"0,0,9,0,9,9,0,9,{'x' * 5000}\n"},
    "encoding": GOOD | {"res_img_1.txt": b"0,0,9,0,9,9,0,9," + b"\xff\xfe\n"},  # type: ignore[dict-item]
    "tolerated": {"a/res_img_1.txt": "\ufeff\r\n0,50,100,50,100,0,0,0,HELLO\r\n"},
}


@pytest.mark.parametrize("case", HOSTILE)
def test_refusals_and_results_are_the_same_bytes(
    folder: Path, case: str, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    monkeypatch.chdir(folder)
    zipped(folder / "sub.zip", HOSTILE[case])
    call = ["score", "gt.zip", "sub.zip", "-p", "rrc-iou", "--format", "json", "-v"]
    here = run(call), capfdbinary.readouterr()
    apart = run([*call, "--isolate"]), capfdbinary.readouterr()
    assert apart == here
    assert here[0] == {"tolerated": 0, "limit": 4}.get(case, 3)


@pytest.mark.skipif(not CASES, reason="the hostile corpus is not beside the checkout")
@pytest.mark.parametrize("case", CASES if LONG else CASES[::20], ids=lambda case: case["id"])
def test_the_corpus_gets_the_same_answers(
    case: dict[str, str], capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    call = corpus.score(case, "--format", "json")
    here = run(call), capfdbinary.readouterr()
    assert (run([*call, "--isolate"]), capfdbinary.readouterr()) == here


def test_examinations_and_official_refusals_are_the_same(folder: Path) -> None:
    content = GOOD | {"res_img_1.txt": "0,50,100,50,100,0,0,0,HELLO\n1,2,3\n"}
    source = str(zipped(folder / "sub.zip", content))
    apart, gt = Isolation(), read(folder / "gt.zip", role="gt")
    found, here = apart.examine(source, samples=gt), examine(source, samples=gt)
    assert found == here
    assert found.problems
    good = str(folder / "good.zip")
    whole, own = apart.examine(good, samples=gt), examine(good, samples=gt)
    assert whole.instances is not None and own.instances is not None
    assert (whole[:4], whole.instances.texts) == (own[:4], own.instances.texts)
    names = {"format": "icdar-quad", "samples": gt.sample_ids}
    assert apart.refusals(source, "rrc-iou", **names) == official_refusals(source, "rrc-iou", **names)  # type: ignore[arg-type]


def test_modules_in_the_working_directory_are_not_run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("numpy", "json", "ocr_eval", "zlib"):
        (folder / f"{name}.py").write_text("raise SystemExit(9)\n")
    monkeypatch.chdir(folder)
    assert len(Isolation().read("good.zip")) == 2


@pytest.mark.parametrize("more", [[], ["-p", "rrc-iou"], ["-p", "rrc-iou", "--strict-official"]], ids=len)
def test_validate_says_the_same(
    folder: Path, more: list[str], monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    monkeypatch.chdir(folder)
    zipped(folder / "sub.zip", GOOD | {"res_img_1.txt": "0,50,100,50,100,0,0,0\n1,2,3\n"})
    for name in ("sub.zip", "good.zip"):
        call = ["validate", name, "--gt", "gt.zip", "--format", "json", *more]
        here = run(call), capfdbinary.readouterr()
        assert (run([*call, "--isolate"]), capfdbinary.readouterr()) == here


def test_what_a_script_refuses_is_the_same(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    monkeypatch.chdir(folder)
    zipped(folder / "sub.zip", GOOD | {"res_img_1.txt": "0,50,100,50,100,0,0,0\n"})
    call = ["score", "gt.zip", "sub.zip", "-p", "rrc-iou", "--strict-official"]
    here = run(call), capfdbinary.readouterr()
    assert here[0] == 3
    assert (run([*call, "--isolate"]), capfdbinary.readouterr()) == here
