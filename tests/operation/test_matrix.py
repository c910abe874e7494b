"""The same bytes of every output wherever a command runs: locale, time zone, hash seed, umask, order, workers."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.formats_support import unpacked, zipped

SAMPLES = 12

# Runs every command of the list in one process and prints the digests of what they wrote.
SCRIPT = """
import hashlib, io, os, sys
from pathlib import Path
folder, pred, store, jobs, mask, listing = Path(sys.argv[1]), *sys.argv[2:]
os.umask(int(mask, 8))
if listing == "reversed":
    genuine, scan = os.listdir, os.scandir
    class Scan:
        def __init__(self, *words):
            with scan(*words) as found:
                self.found = sorted(found, key=lambda entry: entry.name, reverse=True)
        def __enter__(self):
            return self
        def __exit__(self, *_):
            pass
        def __iter__(self):
            return iter(self.found)
        def __next__(self):
            return self.found.pop(0)
        def close(self):
            pass
    os.listdir = lambda *words: sorted(genuine(*words), reverse=True)
    os.scandir = Scan
from ocr_eval.cli.app import run
gt, out = folder / "gt.zip", Path(os.environ["OUT"])
for kind in ("json", "csv", "text", "latex"):
    words = ["score", gt, "mine=" + pred, "-p", "rrc-iou", "-p", "cascade", "--ci", "--format", kind, "-v"]
    words += ["-o", out / f"score.{kind}"]
    words += ["--per-sample", out / "rows.jsonl"] if kind == "json" else []
    assert run([str(word) for word in words]) == 0, kind
words = ["board", "build", store, "--out", out / "site", "--jobs", jobs, "--lang", "all"]
assert run([str(word) for word in words]) == 0
both = ["a=" + str(folder / "a.zip"), "b=" + str(folder / "b.zip")]
words = ["compare", gt, *both, "-p", "cascade", "-o", out / "compare"]
assert run([str(word) for word in words]) == 0
for words in (["agree", *both], ["inspect", gt], ["audit", "--gt", gt, "--checkers", both[0]]):
    assert run([str(word) for word in [*words, "--out", out / words[0]]]) == 0, words
"""

# name -> environment; then: umask, working directory, stdout, workers, prediction, order of listings
MATRIX: dict[str, tuple[dict[str, str], tuple[str, ...]]] = {
    "turkish": (
        {"LC_ALL": "tr_TR.UTF-8", "TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "1", "PYTHONUTF8": "0"},
        ("077", "deleted", "closed", "2", "a.zip", "as it is"),
    ),
    "arabic": (
        {"LC_ALL": "ar_EG.UTF-8", "TZ": "America/St_Johns", "PYTHONHASHSEED": "random", "PYTHONUTF8": "1"},
        ("022", "elsewhere", "pipe", "3", "shuffled.zip", "as it is"),
    ),
    "bare": (
        {"LC_ALL": "C", "TZ": "UTC", "PYTHONHASHSEED": "77", "PYTHONUTF8": "0", "HOME": "/nowhere/at/all"},
        ("027", "elsewhere", "file", "1", "loose", "reversed"),
    ),
}


def lines(shift: int) -> dict[str, str]:
    words = ("İstanbul", "ı", "straße", "٣", "e\u0301", "日本", "a,b", "W")
    return {
        f"img_{s}.txt": "".join(
            f"{60 * w + shift},9,{60 * w + 50},9,{60 * w + 50},30,{60 * w + shift},30,{words[(s + w * shift) % 8]}\n"
            for w in range(5)
        )
        for s in range(SAMPLES)
    }


def named(role: str, content: dict[str, str]) -> dict[str, str]:
    return {f"{role}_{name}": text for name, text in content.items()}


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ground truth, two submissions in several wrappings, and a board with both."""
    folder = tmp_path_factory.mktemp("ground")
    zipped(folder / "gt.zip", named("gt", lines(0)))
    content = named("res", lines(3))
    zipped(folder / "a.zip", content)
    zipped(folder / "b.zip", named("res", lines(1)))
    zipped(folder / "shuffled.zip", dict(sorted(content.items(), key=lambda item: hash_of(item[0]))))
    unpacked(folder / "loose", dict(reversed(content.items())))
    from ocr_eval.cli.app import run

    start = [
        "board",
        "init",
        str(folder / "board"),
        "--title",
        "İ",
        "--dataset",
        "d",
        "--visibility",
        "public",
    ]
    assert run([*start, "--gt", str(folder / "gt.zip"), "-p", "cascade", "--date", "2026-11-20"]) == 0
    for name in "ab":
        words = ["board", "add", str(folder / "board"), str(folder / f"{name}.zip"), "--overlays"]
        assert run([*words, "--id", name, "--name", f"{name}ı", "--date", "2026-11-21"]) == 0
    return folder


def hash_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def outputs(
    ground: Path,
    place: Path,
    environment: dict[str, str],
    ways: tuple[str, ...] = ("022", "elsewhere", "pipe", "1", "a.zip", "as it is"),
) -> dict[str, bytes]:
    """What the commands of SCRIPT write in one corner of the matrix."""
    mask, where, stdout, jobs, pred, listing = ways
    out, cwd = place / "out", place / "cwd"
    out.mkdir(parents=True)
    cwd.mkdir()
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG"))}
    words = [str(ground), str(ground / pred), str(ground / "board"), jobs, mask, listing]
    command = [sys.executable, "-c", SCRIPT, *words]
    if where == "deleted":
        command = ["sh", "-c", 'cd "$1" && rmdir "$1" && shift && exec "$@"', "sh", str(cwd), *command]
    if stdout == "closed":
        command = ["sh", "-c", 'exec "$@" >&-', "sh", *command]
    with (place / "stdout").open("wb") as file:
        done = subprocess.run(
            command,
            env=kept | environment | {"OUT": str(out)},
            cwd=place if where == "deleted" else cwd,
            stdout=subprocess.PIPE if stdout == "pipe" else file,
            stderr=subprocess.PIPE,
            check=False,
            timeout=120,
        )
    assert done.returncode == 0, done.stderr.decode()
    return {str(p.relative_to(out)): p.read_bytes() for p in sorted(out.rglob("*")) if p.is_file()}


@pytest.fixture(scope="module")
def usual(ground: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    environment = {"LC_ALL": "C.UTF-8", "TZ": "Asia/Seoul", "PYTHONHASHSEED": "0"}
    return outputs(ground, tmp_path_factory.mktemp("usual"), environment)


@pytest.mark.parametrize("corner", MATRIX)
def test_every_output_has_the_same_bytes(
    corner: str, ground: Path, usual: dict[str, bytes], tmp_path: Path
) -> None:
    environment, ways = MATRIX[corner]
    found = outputs(ground, tmp_path, environment, ways)
    assert sorted(found) == sorted(usual)
    assert [name for name in found if found[name] != usual[name]] == []
    assert len(found) > 30


def test_a_terminal_gets_the_bytes_that_a_file_gets(ground: Path) -> None:
    pty, tty = pytest.importorskip("pty"), pytest.importorskip("tty")
    words = ["score", ground / "gt.zip", f"mine={ground / 'a.zip'}", "-p", "rrc-iou"]
    command = [sys.executable, "-m", "ocr_eval", *map(str, words)]
    piped = subprocess.run(command, stdout=subprocess.PIPE, check=True, env=os.environ | {"COLUMNS": "20"})
    ours, theirs = pty.openpty()
    try:
        tty.setraw(theirs)
        subprocess.run(command, stdout=theirs, stderr=theirs, check=True, env=os.environ | {"COLUMNS": "300"})
        assert os.read(ours, 1 << 16) == piped.stdout
    finally:
        os.close(ours)
        os.close(theirs)
