"""The cache of ground truths: the same table with it and without, whatever lies in it, and nothing kept unasked."""

from __future__ import annotations

import ast
import errno
import hashlib
import json
import os
import stat
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ocr_eval.errors import InputError
from ocr_eval.formats import prepared, private_folder, read
from ocr_eval.formats.messages import PREFIX, Answer, answer, frame, lengths
from ocr_eval.limits import Limits
from ocr_eval.tables.instances import Instances
from tests.command import run_here
from tests.unit.formats_support import unpacked, zipped
from tests.unit.test_cli import GOOD, GT
from tests.unit.test_formats_hiertext import PAGE
from tests.unit.test_wire import assert_equal

ASKED: dict[str, Any] = {"role": "gt", "limits": Limits(), "invalid_polygons": "official", "max_errors": 9}
QUADS = {
    "a/gt_img_1.txt": "0,0,9,0,9,9,0,9,é😀\n\n5,5,9,5,9,9,5,9,###\n",
    "a/gt_img_2.txt": "",
    "a/.DS_Store": "x",
}
COCO = {
    "images": [{"id": 1, "file_name": "x/a.jpg", "width": 9, "height": 9}],
    "categories": [{"id": 1, "name": "text"}],
    "annotations": [
        {
            "id": 1,
            "image_id": 1,
            "category_id": 1,
            "bbox": [0, 0, 4.5, 2],
            "area": 9,
            "iscrowd": 0,
            "text": "one",
        }
    ],
}


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache that keeps the smallest ground truth."""
    monkeypatch.setenv(private_folder.VARIABLE, str(tmp_path / "cache"))
    monkeypatch.setattr(prepared, "SMALLEST", 0)
    modules = prepared._modules()
    monkeypatch.setattr(prepared, "_modules", lambda: modules)  # whoever edits one at this moment
    return tmp_path / "cache" / "gt"


def read_prepared(
    path: str, reader: Callable[..., Instances], asked: dict[str, Any], version: str = "1"
) -> Instances:
    return prepared.read_prepared(path, reader, asked, version=version)


class Reader:
    """``read``, and how often it was asked."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, path: str, **arguments: Any) -> Instances:
        self.calls += 1
        return read(path, **arguments)


def quads(folder: Path) -> str:
    return str(zipped(folder / "gt.zip", QUADS))


def document(name: str, content: object) -> Callable[[Path], str]:
    def write(folder: Path) -> str:
        (folder / name).write_text(json.dumps(content), encoding="utf-8")
        return str(folder / name)

    return write


def pages(folder: Path) -> str:
    return str(zipped(folder / "pages.zip", {"p1.txt": "one\ntwo\n", "p2.txt": "\u202e three"}))


def words(folder: Path) -> str:
    (folder / "gt.txt").write_text('w1.png, "one"\nw2.png, "t\\"wo"\n', encoding="utf-8")
    return str(folder / "gt.txt")


@pytest.mark.parametrize(
    ("write", "more"),
    [
        (quads, {}),
        (quads, {"text": True, "format": "icdar-quad"}),
        (quads, {"verbatim": True, "boxes": True}),
        (document("coco.json", COCO), {}),
        (document("ocr.json", {"annotations": [PAGE]}), {}),
        (pages, {"geometry": False}),
        (words, {"geometry": False, "text": True}),
    ],
)
def test_the_second_reading_gives_the_same_table(
    write: Callable[[Path], str], more: dict[str, Any], tmp_path: Path, cache: Path
) -> None:
    path, reader, asked = write(tmp_path), Reader(), ASKED | more
    plain = read(path, **asked)
    for _ in range(3):
        assert_equal(plain, read_prepared(path, reader, asked))
    assert reader.calls == 1
    (file,) = cache.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [stat.S_IMODE(folder.stat().st_mode) for folder in (cache, cache.parent)] == [0o700] * 2


def test_a_zip_under_another_name_is_known_and_told_under_that_name(tmp_path: Path, cache: Path) -> None:
    path, reader = quads(tmp_path), Reader()
    first = read_prepared(path, reader, ASKED)
    other = str(Path(path).rename(tmp_path / "other.zip"))
    second = read_prepared(other, reader, ASKED)
    assert reader.calls == 1
    assert_equal(second, replace(first, source=other))


def test_whatever_the_table_follows_from_is_part_of_its_name(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, reader = quads(tmp_path), Reader()
    changed = [
        {},
        {"text": True},
        {"format": "icdar-quad"},
        {"invalid_polygons": "false-positive"},
        {"limits": Limits(instances=99)},
        {"fix": ("layout",)},
    ]
    for more in changed:
        read_prepared(path, reader, ASKED | more)
    assert reader.calls == len(list(cache.iterdir())) == len(changed)
    read_prepared(path, reader, ASKED | {"max_errors": 1})
    assert reader.calls == len(changed)
    read_prepared(path, reader, ASKED, version="2")
    monkeypatch.setattr(prepared, "_modules", lambda: [("formats/icdar.py", 1, 2)])
    read_prepared(path, reader, ASKED)
    zipped(Path(path), QUADS | {"a/gt_img_2.txt": "0,0,9,0,9,9,0,9,new"})
    assert read_prepared(path, reader, ASKED).texts[-1] == "new"
    assert reader.calls == len(changed) + 3


def test_the_only_file_is_read_again_under_another_name_because_its_sample_is_called_so(
    tmp_path: Path, cache: Path
) -> None:
    for name in ("gt_img_1.txt", "gt_img_2.txt"):
        (tmp_path / name).write_text("0,0,9,0,9,9,0,9,a\n")
        table = read_prepared(str(tmp_path / name), read, ASKED | {"format": "icdar-quad"})
        assert table.sample_ids == (name[3:8],)


def test_every_module_of_a_reader_tells_it_from_another(tmp_path: Path) -> None:
    names = {name for name, _, _ in prepared._modules()}
    assert {
        "formats/icdar.py",
        "formats/check.py",
        "kernels/rings.py",
        "tables/wire.py",
        "text/units.py",
    } <= names


def spoiled(data: bytes) -> dict[str, bytes]:
    """What else may lie in the place of a file."""
    found = {f"cut at {k}": data[:k] for k in (0, 1, len(prepared.MAGIC), prepared.BEGIN, len(data) - 1)}
    for k in range(0, len(data), max(1, len(data) // 30)):
        found[f"bit of byte {k}"] = data[:k] + bytes([data[k] ^ 1]) + data[k + 1 :]
    return found | {"longer": data + b"\0", "pickle": b"cos\nsystem\n(S'exit'\ntR."}


def test_a_damaged_or_planted_file_is_read_over_and_replaced(tmp_path: Path, cache: Path) -> None:
    path = quads(tmp_path)
    plain = read_prepared(path, read, ASKED)
    (file,) = cache.iterdir()
    good = file.read_bytes()
    read_prepared(path, read, ASKED | {"text": True})
    foreign = next(other for other in cache.iterdir() if other != file).read_bytes()
    for name, data in (spoiled(good) | {"another table's": foreign}).items():
        file.write_bytes(data)
        reader = Reader()
        assert_equal(plain, read_prepared(path, reader, ASKED))
        assert (reader.calls, file.read_bytes()) == (1, good), name


def test_a_file_with_a_right_digest_that_says_what_no_reader_says_is_not_believed(
    tmp_path: Path, cache: Path
) -> None:
    path = quads(tmp_path)
    plain = read_prepared(path, read, ASKED)
    (file,) = cache.iterdir()
    good = file.read_bytes()
    begin = prepared.BEGIN + PREFIX
    honest = json.loads(good[begin : begin + lengths(good[prepared.BEGIN : begin])[0]])
    for planted in (
        answer(Answer("memory")),
        frame({"kind": "table"}),
        frame(honest | {"instances": None}),
        frame(honest | {"notices": [["W_NONE", "x", 1, []]]}),
        frame(honest, b"\0" * 64),
    ):
        key = bytes.fromhex(file.name)
        file.write_bytes(prepared.MAGIC + hashlib.sha256(key + planted).digest() + planted)
        reader = Reader()
        assert_equal(plain, read_prepared(path, reader, ASKED))
        assert (reader.calls, file.read_bytes()) == (1, good)


@pytest.mark.skipif(sys.platform == "win32", reason="modes of files")
def test_a_file_or_folder_that_others_can_write_to_is_no_cache(tmp_path: Path, cache: Path) -> None:
    path, reader = quads(tmp_path), Reader()
    read_prepared(path, reader, ASKED)
    (file,) = cache.iterdir()
    file.chmod(0o622)
    read_prepared(path, reader, ASKED)
    assert (reader.calls, stat.S_IMODE(file.stat().st_mode)) == (2, 0o600)
    target = file.rename(tmp_path / "elsewhere")
    file.symlink_to(target)
    read_prepared(path, reader, ASKED)
    assert reader.calls == 3
    assert not file.is_symlink()
    cache.chmod(0o777)
    read_prepared(path, reader, ASKED)
    assert (reader.calls, private_folder.kept()) == (4, [])


def test_something_else_in_the_place_of_a_file_or_of_the_folder_is_left_alone(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = quads(tmp_path)
    plain = read_prepared(path, read, ASKED)
    (file,) = cache.iterdir()
    file.unlink()
    file.mkdir()
    (file / "x").write_text("mine")
    assert_equal(plain, read_prepared(path, read, ASKED))
    assert [item.name for item in cache.iterdir()] == [file.name]
    for place in (path, "/dev/null", "\0", str(tmp_path / "gt.zip" / "deeper")):
        monkeypatch.setattr(private_folder, "cache_folder", lambda place=place: Path(place))
        assert_equal(plain, read_prepared(path, read, ASKED))


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "full"), PermissionError(), KeyboardInterrupt()])
def test_a_file_that_cannot_be_written_leaves_nothing(
    error: BaseException, tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise error

    path = quads(tmp_path)
    monkeypatch.setattr(private_folder.os, "replace", fail)
    if isinstance(error, OSError):
        assert_equal(read(path, **ASKED), read_prepared(path, read, ASKED))
    else:
        with pytest.raises(KeyboardInterrupt):
            read_prepared(path, read, ASKED)
    assert list(cache.iterdir()) == []


def test_what_was_used_longest_ago_makes_room_and_other_files_stay(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def path(k: int) -> str:
        return str(zipped(tmp_path / f"{k}.zip", {f"gt_{k}.txt": "0,0,9,0,9,9,0,9,a\n"}))

    paths = [path(k) for k in range(4)]
    for k, each in enumerate(paths[:3]):
        read_prepared(each, read, ASKED)
        for file in private_folder.kept():
            if file.used > 10**12:
                os.utime(file.path, ns=(k, k))
    (cache / "notes.txt").write_text("mine")
    size = private_folder.kept()[0].size
    assert {file.size for file in private_folder.kept()} == {size}
    monkeypatch.setattr(private_folder, "MOST", 3 * size)
    reader = Reader()
    read_prepared(paths[0], reader, ASKED)  # used: now the youngest
    read_prepared(paths[3], reader, ASKED)
    assert len(private_folder.kept()) == 3
    for each in (paths[0], paths[2], paths[3]):
        read_prepared(each, reader, ASKED)
    assert reader.calls == 1
    read_prepared(paths[1], reader, ASKED)
    assert reader.calls == 2
    assert [file.size for file in private_folder.forget()] == [size] * 3
    assert [file.name for file in cache.iterdir()] == ["notes.txt"]


def test_a_giant_is_read_every_time(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, reader = quads(tmp_path), Reader()
    monkeypatch.setattr(private_folder, "LARGEST", 200)
    for _ in range(2):
        read_prepared(path, reader, ASKED)
    assert reader.calls == 2
    assert private_folder.kept() == []


def test_a_file_that_changes_while_it_is_read_is_not_kept_under_its_old_digest(
    tmp_path: Path, cache: Path
) -> None:
    path = quads(tmp_path)
    plain, before = read(path, **ASKED), Path(path).read_bytes()

    def changed(source: str, **arguments: Any) -> Instances:
        zipped(Path(path), {"gt_1.txt": "0,0,1,0,1,1,0,1,other"})
        return read(source, **arguments)

    assert_equal(plain, read_prepared(path, changed, ASKED))
    Path(path).write_bytes(before)
    assert_equal(plain, read_prepared(path, read, ASKED))


def test_errors_are_those_of_the_reader_every_time(tmp_path: Path, cache: Path) -> None:
    path = str(zipped(tmp_path / "gt.zip", {"gt_1.txt": "0,0,9,0,9,9,0,x,a\n", "gt_2.txt": "1,2\n"}))
    said = []
    for reading in (read, Reader(), Reader()):
        with pytest.raises(InputError) as raised:
            read_prepared(path, reading, ASKED) if reading is not read else read(path, **ASKED)
        said.append((raised.value.problems, raised.value.total, raised.value.scope))
    assert said[0] == said[1] == said[2]
    assert private_folder.kept() == []
    for missing in ("", "no.zip", "a\0b", str(tmp_path)):
        with pytest.raises(InputError) as plain:
            read(missing, **ASKED)
        with pytest.raises(InputError) as other:
            read_prepared(missing, read, ASKED)
        assert plain.value.problems == other.value.problems


def test_folders_and_what_follows_from_a_second_file_are_not_kept(tmp_path: Path, cache: Path) -> None:
    folder = str(unpacked(tmp_path / "folder", {"gt_1.txt": "0,0,9,0,9,9,0,9,a\n"}))
    read_prepared(folder, read, ASKED)
    path, reader = quads(tmp_path), Reader()
    (tmp_path / "sizes.csv").write_text("image,width,height\nimg_1,9,9\n")
    for more in (
        {"samples": ("img_1", "img_2")},
        {"format": f"aws-textract(sizes={tmp_path / 'sizes.csv'})"},
        {"limits": Limits(archive_bytes=99)},
    ):
        with_cache = without = ""
        try:
            read_prepared(path, reader, ASKED | more)
        except InputError as error:
            with_cache = str(error)
        try:
            read(path, **(ASKED | more))
        except InputError as error:
            without = str(error)
        assert with_cache == without
    assert private_folder.kept() == []


def test_no_reader_opens_another_file_than_those_that_are_told_here() -> None:
    """Otherwise a table would be kept that follows from a file which its name says nothing of."""
    folder = Path(prepared.__file__).parent
    opening = set()
    for file in folder.glob("*.py"):
        source = file.read_text(encoding="utf-8")
        wanted = any(word in source for word in ("open(", "read_", "scandir"))
        for node in ast.walk(ast.parse(source)) if wanted else ():
            name = getattr(node, "attr", getattr(node, "id", ""))
            if name in ("read_bytes", "read_text", "scandir") or (
                name == "open" and getattr(getattr(node, "value", None), "id", "") == "os"
            ):
                opening.add(file.stem)
            called = node.func if isinstance(node, ast.Call) else None
            on_a_path = isinstance(called, ast.Attribute) and isinstance(called.value, ast.Call)
            if on_a_path and called.attr == "open":  # Path(…).open
                opening.add(file.stem)
    assert opening == {"sizes", "sources", "prepared", "private_folder", "reading_process"}


def test_a_table_of_which_a_bit_would_be_lost_is_not_kept(tmp_path: Path, cache: Path) -> None:
    path = document("coco.json", COCO)(tmp_path)

    def reading(change: Callable[[Instances], Instances]) -> Callable[..., Instances]:
        return lambda source, **arguments: change(read(source, **arguments))

    def turned(table: Instances) -> Instances:
        return replace(table, numbers=dict(reversed(table.numbers.items())))

    def minus_zero(table: Instances) -> Instances:
        return replace(table, xy=np.where(table.xy == 0, -0.0, table.xy))

    def infinite(table: Instances) -> Instances:
        return replace(table, xy=table.xy + np.inf)

    for change, count in ((turned, 0), (infinite, 0), (minus_zero, 1)):
        table = read_prepared(path, reading(change), ASKED)
        assert len(private_folder.kept()) == count, change
    again = read_prepared(path, read, ASKED)
    assert np.array_equal(np.signbit(table.xy), np.signbit(again.xy)) and np.signbit(again.xy).any()


def test_many_readers_at_once_find_a_whole_table_or_none(tmp_path: Path, cache: Path) -> None:
    path = quads(tmp_path)
    plain, found = read(path, **ASKED), []
    threads = [
        threading.Thread(target=lambda: found.extend(read_prepared(path, read, ASKED) for _ in range(5)))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 30
    for table in found:
        assert_equal(plain, table)
    assert len(list(cache.iterdir())) == 1


@pytest.mark.parametrize(
    ("platform", "environment", "place"),
    [
        ("linux", {"OCR_EVAL_CACHE": "{}/c", "XDG_CACHE_HOME": "{}/x"}, "{}/c/gt"),
        ("linux", {"OCR_EVAL_CACHE": "", "XDG_CACHE_HOME": "{}/x"}, "{}/x/ocr_eval/gt"),
        ("linux", {"XDG_CACHE_HOME": "relative"}, "{}/.cache/ocr_eval/gt"),
        ("linux", {}, "{}/.cache/ocr_eval/gt"),
        ("linux", {"HOME": "{}/nowhere"}, None),
        ("darwin", {"XDG_CACHE_HOME": "{}/x"}, "{}/Library/Caches/ocr_eval/gt"),
        ("win32", {"LOCALAPPDATA": "{}/l"}, "{}/l/ocr_eval/gt"),
        ("win32", {}, None),
    ],
)
def test_where_the_cache_is(
    platform: str,
    environment: dict[str, str],
    place: str | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("OCR_EVAL_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in ({"HOME": "{}"} | environment).items():
        monkeypatch.setenv(name, value.format(tmp_path))
    monkeypatch.setattr(private_folder.sys, "platform", platform)
    assert private_folder.cache_folder() == (None if place is None else Path(place.format(tmp_path)))


def test_score_says_the_same_with_the_cache_and_without_and_keeps_nothing_where_told_so(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    zipped(tmp_path / "gt.zip", {f"deep/{name}": "\ufeff" + text for name, text in GT.items()})
    zipped(tmp_path / "sub.zip", GOOD)
    call = ("score", "gt.zip", "sub.zip", "-p", "rrc-iou", "-p", "popeval", "--format", "json", "-v")
    said = [run_here(*call, "--no-cache", cwd=tmp_path)]
    with monkeypatch.context() as patch:
        patch.setenv("OCR_EVAL_NO_CACHE", "1")
        said.append(run_here(*call, cwd=tmp_path))
    (tmp_path / "ocr-eval.toml").write_text("no_cache = true\n")
    said.append(run_here(*call, cwd=tmp_path))
    (tmp_path / "ocr-eval.toml").unlink()
    assert not cache.exists()
    said += [run_here(*call, cwd=tmp_path) for _ in range(2)]
    assert len(private_folder.kept()) == 1
    assert (said[0].status, "W_LAYOUT" in said[0].err) == (0, True)
    assert said == [said[0]] * 5
