"""Zips and folders, good and broken: each rule A1 to A13 with the smallest input that breaks it."""

from __future__ import annotations

import io
import os
import stat
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest

from ocr_eval.errors import InputError
from ocr_eval.formats import read
from ocr_eval.formats.check import examine
from ocr_eval.limits import Limits
from tests.unit.formats_support import SQUARE, problems_of, unpacked, zipped

LINES = {"res_img_1.txt": SQUARE, "res_img_2.txt": ""}
QUAD = {"format": "icdar-quad"}


def plain(content: dict[str, bytes] | None = None, method: int = zipfile.ZIP_DEFLATED) -> bytearray:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in (content or {"res_img_1.txt": SQUARE.encode(), "res_img_2.txt": b""}).items():
            archive.writestr(name, data)
    return bytearray(buffer.getvalue())


def end_of(data: bytearray) -> int:
    return data.rfind(b"PK\x05\x06")


def record_of(data: bytearray, k: int = 0) -> int:
    place = data.find(b"PK\x01\x02")
    for _ in range(k):
        place = data.find(b"PK\x01\x02", place + 4)
    return place


def patched(offset: int, form: str, *values: int) -> Any:
    """A change of the end record, as a function of the archive."""

    def change(data: bytearray) -> bytearray:
        struct.pack_into(form, data, end_of(data) + offset, *values)
        return data

    return change


def in_record(offset: int, form: str, value: int, k: int = 0) -> Any:
    def change(data: bytearray) -> bytearray:
        struct.pack_into(form, data, record_of(data, k) + offset, value)
        return data

    return change


def in_both(record_offset: int, local_offset: int, form: str, value: int) -> Any:
    """A change of the first entry in the directory and in its local header."""

    def change(data: bytearray) -> bytearray:
        struct.pack_into(form, data, record_of(data) + record_offset, value)
        struct.pack_into(form, data, local_offset, value)
        return data

    return change


def overlapping(data: bytearray) -> bytearray:
    """Both records point to the first entry."""
    struct.pack_into("<L", data, record_of(data, 1) + 42, 0)
    return data


def two_ends(data: bytearray) -> bytearray:
    """The comment of the archive is a second, complete archive."""
    second = plain({"res_img_1.txt": b"1,1,2,1,2,2,1,2"})
    shift = len(data)
    struct.pack_into("<L", second, record_of(second) + 42, shift)
    struct.pack_into(
        "<L", second, end_of(second) + 16, struct.unpack_from("<L", second, end_of(second) + 16)[0] + shift
    )
    struct.pack_into("<H", data, end_of(data) + 20, len(second))
    return data + second


A1 = {
    "cut off": lambda data: data[:-1],
    "bytes behind it": lambda data: data + b"x",
    "bytes before it": lambda data: b"x" + data,
    "end record alone is moved": lambda data: data[: end_of(data)] + b"xxxx" + data[end_of(data) :],
    "another count": patched(8, "<HH", 3, 3),
    "two counts": patched(8, "<HH", 2, 1),
    "count of 65535": patched(8, "<HH", 0xFFFF, 0xFFFF),
    "several disks": patched(4, "<HH", 1, 1),
    "directory too short": patched(12, "<L", 10),
    "directory elsewhere": patched(16, "<L", 3),
    "damaged record": in_record(0, "<L", 0, 1),
    "record too long": in_record(28, "<H", 60_000, 1),
    "file on another disk": in_record(34, "<H", 7),
    "zip64 sizes announced but absent": in_record(42, "<L", 0xFFFFFFFF),
    "two end records": two_ends,
    "entry at a place without one": in_record(42, "<L", 1),
    "another name in the local header": lambda data: data.replace(b"res_img_1", b"res_img_9", 1),
    "another method in the local header": in_record(10, "<H", 0),
}


@pytest.mark.parametrize("change", A1.values(), ids=A1.keys())
def test_a_directory_that_cannot_be_believed(change: Any, tmp_path: Path) -> None:
    path = tmp_path / "sub.zip"
    path.write_bytes(change(plain()))
    assert [problem.code for problem in problems_of(path, **QUAD)] == ["E_ZIP_FORMAT"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (in_both(8, 6, "<H", 1), "E_ZIP_ENCRYPTED"),
        (in_both(10, 8, "<H", 14), "E_ZIP_METHOD"),
        (in_record(16, "<L", 1), "E_ZIP_CRC"),
        (in_record(24, "<L", 5), "E_ZIP_SIZE_MISMATCH"),
        (in_record(24, "<L", 500), "E_ZIP_SIZE_MISMATCH"),
        (in_record(24, "<L", 17 << 20), "E_ZIP_TOO_BIG"),
        (in_record(20, "<L", 1000), "E_ZIP_OVERLAP"),
        (overlapping, "E_ZIP_OVERLAP"),
    ],
)
def test_an_entry_that_cannot_be_believed(change: Any, code: str, tmp_path: Path) -> None:
    path = tmp_path / "sub.zip"
    path.write_bytes(change(plain()))
    (problem,) = problems_of(path, **QUAD)
    assert problem.code == code
    assert problem.entry in LINES


def test_damaged_data_is_a_damaged_entry(tmp_path: Path) -> None:
    data = plain({"res_img_1.txt": b"0" * 200})
    start = 30 + len("res_img_1.txt")
    data[start] ^= 0xFF
    path = tmp_path / "sub.zip"
    path.write_bytes(data)
    assert [(p.code, p.entry) for p in problems_of(path, **QUAD)] == [("E_ZIP_CRC", "res_img_1.txt")]


def test_a_stored_entry_of_another_size(tmp_path: Path) -> None:
    data = plain(method=zipfile.ZIP_STORED)
    struct.pack_into("<L", data, record_of(data) + 24, 3)
    path = tmp_path / "sub.zip"
    path.write_bytes(data)
    assert [p.code for p in problems_of(path, **QUAD)] == ["E_ZIP_SIZE_MISMATCH"]


def test_zip64_is_read(tmp_path: Path) -> None:
    path = tmp_path / "sub.zip"
    with zipfile.ZipFile(path, "w") as archive, archive.open("res_img_1.txt", "w", force_zip64=True) as entry:
        entry.write(SQUARE.encode())
    assert len(read(path)) == 1


def test_a_zip64_end_record_is_read_and_checked(tmp_path: Path) -> None:
    data = plain()
    end = end_of(data)
    count, size, start = struct.unpack_from("<HLL", data, end + 10)
    for declared, code in ((count, None), (count + 1, "E_ZIP_FORMAT")):
        wide = struct.pack("<4sQHHLLQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, declared, declared, size, start)
        locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, end, 1)
        short = struct.pack("<4sHHHHLLH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
        path = tmp_path / "sub.zip"
        path.write_bytes(data[:end] + wide + locator + short)
        assert [p.code for p in problems_of(path, **QUAD)] == ([code] if code else [])


def test_a_comment_is_no_fault(tmp_path: Path) -> None:
    path = zipped(tmp_path / "sub.zip", LINES)
    with zipfile.ZipFile(path, "a") as archive:
        archive.comment = b"made by PK\x05\x06 hand"
    assert len(read(path)) == 1


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("res_img\x01_1.txt", "E_ENTRY_NAME"),
        ("res_img\u200b_1.txt", "E_ENTRY_NAME"),
        ("\u202eres_img_1.txt", "E_ENTRY_NAME"),
        ("a" * 252 + ".txt", "E_ENTRY_NAME"),
        ("é" * 126 + ".txt", "E_ENTRY_NAME"),
        ("../res_img_1.txt", "E_ENTRY_PATH"),
        ("a/../res_img_1.txt", "E_ENTRY_PATH"),
        ("./res_img_1.txt", "E_ENTRY_PATH"),
        ("a//res_img_1.txt", "E_ENTRY_PATH"),
        ("/res_img_1.txt", "E_ENTRY_PATH"),
        ("C:res_img_1.txt", "E_ENTRY_PATH"),
        ("a\\res_img_1.txt", "E_ENTRY_PATH"),
        ("res_img_1.txt/", "E_ENTRY_TYPE"),
        ("res_img_1.zip", "E_ENTRY_UNKNOWN"),
        ("res_img_1.png", "E_ENTRY_UNKNOWN"),
        (".txt", None),
        ("x" * 251 + ".txt", None),
        ("résumé.txt", None),
        ("a b.txt", None),
    ],
)
def test_names_of_entries(name: str, code: str | None, tmp_path: Path) -> None:
    path = zipped(tmp_path / "sub.zip", {name: b"" if name.endswith("/") else SQUARE})
    found = [problem.code for problem in problems_of(path, **QUAD)]
    assert found == ([code] if code else [])


def test_a_name_that_is_not_utf8(tmp_path: Path) -> None:
    data = plain({"res_img_1.txt": SQUARE.encode()}).replace(b"res_img_1", b"res_im\xe9_1")
    path = tmp_path / "sub.zip"
    path.write_bytes(data)
    (problem,) = problems_of(path, **QUAD)
    assert problem.code == "E_ENTRY_NAME"
    assert "0xe9" in problem.reason
    assert str(problem).isprintable()


@pytest.mark.parametrize(
    ("mode", "word"),
    [
        (stat.S_IFLNK, "symbolic link"),
        (stat.S_IFIFO, "FIFO"),
        (stat.S_IFCHR, "device"),
        (stat.S_IFDIR, "directory"),
    ],
)
def test_special_entries(mode: int, word: str, tmp_path: Path) -> None:
    info = zipfile.ZipInfo("res_img_1.txt")
    info.external_attr = (mode | 0o644) << 16
    with zipfile.ZipFile(tmp_path / "sub.zip", "w") as archive:
        archive.writestr(info, "/etc/target")
    (problem,) = problems_of(tmp_path / "sub.zip", **QUAD)
    assert problem.code == "E_ENTRY_TYPE"
    assert word in problem.reason
    assert "target" not in str(problem)


@pytest.mark.parametrize(
    "names", [("res_img_1.txt", "img_01.txt"), ("Img_1.txt", "img_1.txt"), ("é.txt", "e\u0301.txt")]
)
@pytest.mark.parametrize("pack", [zipped, unpacked])
def test_two_names_of_one_sample(names: tuple[str, str], pack: Any, tmp_path: Path) -> None:
    source = pack(tmp_path / "sub.zip", dict.fromkeys(names, SQUARE))
    if pack is unpacked and len(list(source.iterdir())) < 2:
        pytest.skip("the file system folds these names itself")
    (problem,) = problems_of(source, **QUAD)
    assert problem.code == "E_ENTRY_DUPLICATE"
    assert problem.entry in names


def test_one_entry_twice(tmp_path: Path) -> None:
    path = tmp_path / "sub.zip"
    data = plain({"res_img_1.txt": SQUARE.encode(), "res_img_2.txt": b""})
    path.write_bytes(data.replace(b"res_img_2", b"res_img_1"))
    assert [p.code for p in problems_of(path, **QUAD)] == ["E_ENTRY_DUPLICATE"]


@pytest.mark.parametrize("pack", [zipped, unpacked])
def test_friendly_mess_is_read_with_notes(pack: Any, tmp_path: Path) -> None:
    mess = {
        "results/res_img_1.txt": SQUARE,
        "results/.DS_Store": b"\0",
        "__MACOSX/results/._res_img_1.txt": b"\0",
        "results/Thumbs.db": b"\0",
        "desktop.ini": b"\0",
    }
    found = read(pack(tmp_path / "sub.zip", mess), samples=["img_1"])
    assert len(found) == 1
    notes = {notice.message: notice.count for notice in found.notices}
    assert notes == {"common folder 'results' stripped": 1, "system files skipped": 4}


def test_nothing_but_system_files(tmp_path: Path) -> None:
    path = zipped(tmp_path / "sub.zip", {"__MACOSX/._a.txt": b"", "folder/": b""})
    assert [p.code for p in problems_of(path, **QUAD)] == ["E_NO_SAMPLES"]


def test_numbers_at_the_end_join_by_value_with_a_note(tmp_path: Path) -> None:
    path = zipped(tmp_path / "sub.zip", {"img_021.txt": SQUARE, "img_3.txt": ""})
    found = read(path, samples=["img_3", "img_21"], format="icdar-quad")
    assert found.sample_ids == ("img_21", "img_3")
    assert [(n.code, n.count, n.examples) for n in found.notices] == [("W_LAYOUT", 1, ("img_021 is img_21",))]


def test_unknown_names_are_one_error_with_close_names(tmp_path: Path) -> None:
    path = zipped(tmp_path / "sub.zip", {f"res_image_{k}.txt": "" for k in range(1, 13)})
    found = examine(path, samples=[f"img_{k}" for k in range(1, 13)], format="icdar-quad")
    assert found.total == 1
    (problem,) = found.problems
    assert problem.code == "E_ENTRY_UNKNOWN"
    assert problem.reason.startswith("12 names")
    assert "'img_1'" in problem.hint


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (Limits(entries=1), "E_ZIP_TOO_BIG"),
        (Limits(entry_bytes=18), "E_ZIP_TOO_BIG"),
        (Limits(total_bytes=18), "E_ZIP_TOO_BIG"),
    ],
)
@pytest.mark.parametrize("pack", [zipped, unpacked])
def test_limits_of_archives_hold_for_folders(limits: Limits, code: str, pack: Any, tmp_path: Path) -> None:
    source = pack(tmp_path / "sub.zip", LINES)
    assert {problem.code for problem in problems_of(source, limits=limits, **QUAD)} == {code}
    assert InputError(problems_of(source, limits=limits, **QUAD)).exit_code == 4


def test_the_archive_itself_is_limited(tmp_path: Path) -> None:
    path = zipped(tmp_path / "sub.zip", LINES)
    assert [p.code for p in problems_of(path, limits=Limits(archive_bytes=100), **QUAD)] == ["E_LIMIT"]


@pytest.mark.parametrize(
    "head", [b"\x1f\x8b\x08\x00", b"7z\xbc\xaf\x27\x1c", b"\xfd7zXZ\x00", b"BZh91AY&SY", b"Rar!\x1a\x07\x00"]
)
@pytest.mark.parametrize("name", ["sub.zip", "sub.tgz", "sub"])
def test_other_archives_are_not_opened(head: bytes, name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(head + bytes(300))
    assert [p.code for p in problems_of(tmp_path / name, **QUAD)] == ["E_ZIP_FORMAT"]


def test_links_in_a_folder_are_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text(SQUARE)
    folder = unpacked(tmp_path / "sub", {"res_img_2.txt": ""})
    folder.joinpath("res_img_1.txt").symlink_to(secret)
    folder.joinpath("more").symlink_to(tmp_path)
    found = problems_of(folder, **QUAD)
    assert [(p.code, p.entry) for p in found] == [("E_ENTRY_TYPE", "more"), ("E_ENTRY_TYPE", "res_img_1.txt")]
    assert "secret" not in "".join(map(str, found))


def test_a_pipe_in_a_folder_is_not_opened(tmp_path: Path) -> None:
    folder = unpacked(tmp_path / "sub", {"res_img_2.txt": ""})
    os.mkfifo(folder / "res_img_1.txt")
    assert [p.code for p in problems_of(folder, **QUAD)] == ["E_ENTRY_TYPE"]


def test_a_folder_that_stands_where_a_sample_is_expected(tmp_path: Path) -> None:
    folder = unpacked(tmp_path / "sub", {"res_img_2.txt": "", "img_1/x.txt": ""})
    assert [p.code for p in problems_of(folder, samples=["img_1", "img_2"], **QUAD)] == ["E_ENTRY_TYPE"]


@pytest.mark.parametrize("path", ["nowhere.zip", "nowhere/at/all", "a\0b"])
def test_a_path_that_is_not_there_is_exit_2(path: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read(f"{tmp_path}/{path}")
    assert caught.value.exit_code == 2
    assert [problem.code for problem in caught.value.problems] == ["E_USAGE"]


def test_an_empty_path_is_not_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(unpacked(tmp_path / "here", LINES))
    assert len(read(".")) == 1
    with pytest.raises(InputError) as caught:
        read("")
    assert caught.value.exit_code == 2


def test_a_pipe_as_source_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError) as caught:
        read(tmp_path / "pipe")
    assert caught.value.exit_code == 2


def test_standard_input_holds_a_zip_or_a_document(tmp_path: Path) -> None:
    data = zipped(tmp_path / "sub.zip", LINES).read_bytes()
    assert len(read("-", stdin=data, format="icdar-quad")) == 1
    assert read("-", stdin=b"word_1.png\tHELLO", format="pairs", geometry=False).texts == ("HELLO",)
    with pytest.raises(InputError) as caught:
        read("-", stdin=data)
    assert caught.value.exit_code == 2


def test_a_checksum_is_asked_of_every_entry(tmp_path: Path) -> None:
    data = plain(method=zipfile.ZIP_STORED)
    place = data.find(SQUARE.encode())
    data[place] ^= 1
    assert zlib.crc32(bytes(data[place : place + len(SQUARE)])) != zlib.crc32(SQUARE.encode())
    path = tmp_path / "sub.zip"
    path.write_bytes(data)
    assert [p.code for p in problems_of(path, **QUAD)] == ["E_ZIP_CRC"]


def test_every_bad_entry_is_listed_and_text_is_not_looked_at(tmp_path: Path) -> None:
    data = plain({"res_img_1.txt": b"not a line", "res_img_2.txt": b"1", "res_img_3.txt": b"2"})
    for k in (1, 2):
        struct.pack_into("<L", data, record_of(data, k) + 16, 7)
    path = tmp_path / "sub.zip"
    path.write_bytes(data)
    found = examine(path, **QUAD)
    assert [(p.code, p.entry) for p in found.problems] == [
        ("E_ZIP_CRC", "res_img_2.txt"),
        ("E_ZIP_CRC", "res_img_3.txt"),
    ]
