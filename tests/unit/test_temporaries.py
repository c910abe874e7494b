"""Temporary files beside their targets: locked while somebody works on them, taken from the dead by the next run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ocr_eval.cli.new_files import put, staged
from ocr_eval.cli.output import OutputFile, write_all
from ocr_eval.cli.temporaries import Temporary
from ocr_eval.errors import InputError

HOLDER = """
import sys, time
from pathlib import Path
from ocr_eval.cli.temporaries import Temporary
new = Temporary(Path(sys.argv[1]), is_folder=sys.argv[2] == "folder")
(new.path / "inside").write_text("x") if sys.argv[2] == "folder" else new.path.write_text("x")
print("held", flush=True)
time.sleep(600)
"""


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_the_living_are_left_alone_and_the_dead_are_swept(tmp_path: Path, kind: str) -> None:
    target = tmp_path / "out"
    command = [sys.executable, "-c", HOLDER, str(target), kind]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        second = Temporary(target, is_folder=kind == "folder")
        assert names(tmp_path) == [".out.ocr-eval-0", ".out.ocr-eval-1"]
        process.send_signal(signal.SIGKILL)
    third = Temporary(target, is_folder=kind == "folder")
    assert third.path.name == ".out.ocr-eval-0"
    assert not (list(third.path.iterdir()) if kind == "folder" else third.path.read_bytes())
    third.discard()
    second.close()  # as if its maker had died
    Temporary(target, is_folder=kind == "folder").discard()
    assert names(tmp_path) == []


def test_files_of_others_under_such_a_name_are_not_touched(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("theirs")
    (tmp_path / ".out.ocr-eval-0").symlink_to(outside)
    os.mkfifo(tmp_path / ".out.ocr-eval-1")
    with OutputFile(tmp_path / "out") as output:
        output.commit("mine")
    assert names(tmp_path) == [".out.ocr-eval-0", ".out.ocr-eval-1", "out", "outside"]
    assert (outside.read_text(), (tmp_path / "out").read_text()) == ("theirs", "mine")


def test_a_name_given_away_after_the_rename_is_not_removed(tmp_path: Path) -> None:
    first = OutputFile(tmp_path / "out")
    first.fill("a")
    first._new.path.replace(tmp_path / "out")
    other = Temporary(tmp_path / "out")
    first.discard()
    assert names(tmp_path) == [".out.ocr-eval-0", "out"]
    other.discard()


def test_nothing_is_replaced_before_all_is_on_disk(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_text("old")
    a, b = OutputFile(tmp_path / "a"), OutputFile(tmp_path / "b")
    os.close(b._new.handle)
    b._new.handle = os.open(os.devnull, os.O_RDONLY)  # takes nothing
    with pytest.raises(InputError), a, b:
        write_all([(a, "new"), (b, "new")])
    assert {(tmp_path / name).read_text() for name in ("a", "b")} == {"old"}
    assert names(tmp_path)[-2:] == ["a", "b"]


@pytest.mark.parametrize("mask", [0o022, 0o077])
def test_permissions_are_what_the_umask_leaves(tmp_path: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        with staged({"a/b.txt": b"x"}, tmp_path / "f", whole=False, is_folder=True) as new:
            new.rename(tmp_path / "f")
        with staged({"a.txt": b"x"}, tmp_path / "z.zip", whole=False, is_folder=False) as new:
            assert new.name.endswith(".zip")
            new.rename(tmp_path / "z.zip")
    finally:
        os.umask(before)
    assert (tmp_path / "f").stat().st_mode & 0o777 == 0o777 & ~mask
    assert (tmp_path / "f" / "a" / "b.txt").stat().st_mode & 0o777 == 0o666 & ~mask
    assert (tmp_path / "z.zip").stat().st_mode & 0o777 == 0o666 & ~mask
    assert names(tmp_path) == ["f", "z.zip"]


@pytest.mark.parametrize("exchange", [True, False])
def test_a_folder_is_replaced_by_one_of_the_same_kind(
    tmp_path: Path, exchange: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not exchange:  # as on a system without it
        monkeypatch.setattr("ctypes.CDLL", lambda *_, **__: object())
    target = tmp_path / "f"
    for text in (b"old", b"new"):
        with staged({"a.txt": text}, target, whole=False, is_folder=True) as new:
            put(new, target, force=text == b"new")
    assert (target / "a.txt").read_bytes() == b"new"
    assert names(tmp_path) == ["f"]
    (target / "notes.doc").write_text("mine")
    with pytest.raises(InputError), staged({"a.txt": b"x"}, target, whole=False, is_folder=True) as new:
        put(new, target, force=True)
    assert names(tmp_path) == ["f"]
    assert (target / "a.txt").read_bytes() == b"new"


def test_long_names_of_four_bytes_a_letter_have_room_for_the_mark(tmp_path: Path) -> None:
    target = tmp_path / ("😀" * 60)
    with OutputFile(target) as output:
        output.commit("x")
    assert target.read_text() == "x"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="a system without named pipes")
def test_an_output_never_takes_the_place_of_a_device_or_pipe(tmp_path: Path) -> None:
    pipe, link = tmp_path / "pipe", tmp_path / "link"
    os.mkfifo(pipe)
    link.symlink_to(pipe)
    for target in (pipe, link):
        with pytest.raises(InputError, match="a device or pipe, which a file would replace"):
            OutputFile(target)
    assert {path.name for path in tmp_path.iterdir()} == {"pipe", "link"}
    assert pipe.is_fifo()
