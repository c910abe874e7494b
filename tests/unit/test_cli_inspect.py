"""``inspect`` as its user meets it: files, exit codes, pictures, quotes, a list of texts, hostile input."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.command import Ran, run

LINES = "0,0,100,0,100,50,0,50,HELLO\n200,0,300,0,300,50,200,50,WOR LD\n0,60,9,60,9,90,0,90,\n5,5,50,5,50,40,5,40,=a \n"
GT = {
    "gt_img_1.txt": LINES,
    "gt_img_2.txt": LINES,
    "gt_img_3.txt": "0,0,9,9,9,0,0,9,bow\n0,0,9,0,9,9,0,9,###\n",
}
FILES = [
    "characters.csv",
    "duplicates.csv",
    "images.csv",
    "inspect.json",
    "report.html",
    "slices.csv",
    "suspicious.csv",
]


def inspect(*words: str | Path, cwd: Path) -> Ran:
    return run("inspect", *words, cwd=cwd)


def archive(path: Path, entries: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w") as file:
        for name, text in entries.items():
            file.writestr(name, text)
    return path


def valid(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    schema = resources.files("ocr_eval.report").joinpath("schemas/inspect-1.json").read_text(encoding="utf-8")
    jsonschema.validate(found, json.loads(schema))
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    archive(tmp_path / "gt.zip", GT)
    return tmp_path


def counts(found: dict[str, Any]) -> dict[str, int]:
    return {row["kind"]: row["count"] for row in found["suspicious"] if row["count"]}


def test_bad_labels_are_listed_not_refused(folder: Path) -> None:
    done = inspect("gt.zip", "--out", "out", cwd=folder)
    assert (done.status, "error[" in done.err) == (0, False)
    assert set(FILES) <= {p.name for p in (folder / "out").iterdir()}
    found = valid((folder / "out/inspect.json").read_text(encoding="utf-8"))
    assert counts(found) == {"empty": 2, "blank_at_end": 2, "self_intersecting": 1, "nested": 2}
    assert found["gt"]["name"] == "gt.zip" and found["gt"]["care"] == 9
    assert found["duplicates"]["equal"]["listed"] == [
        {"samples": ["img_1", "img_2"], "size": 2, "kind": "texts and rings"}
    ]
    rows = list(csv.DictReader(io.StringIO((folder / "out/suspicious.csv").read_text(encoding="utf-8"))))
    assert [r["text"] for r in rows if r["kind"] == "blank_at_end"] == ["'=a ", "'=a "]
    assert "rings that cross themselves" in done.out


def test_twice_gives_the_same_bytes_wherever_the_data_lie(folder: Path) -> None:
    other = folder / "elsewhere"
    other.mkdir()
    archive(other / "gt.zip", GT)
    for place, out in ((folder, "one"), (other, "two")):
        assert inspect("gt.zip", "--out", folder / out, cwd=place).status == 0
    digests = [
        {
            p.relative_to(folder / out): hashlib.sha256(p.read_bytes()).hexdigest()
            for p in sorted((folder / out).rglob("*"))
            if p.is_file()
        }
        for out in ("one", "two")
    ]
    assert digests[0] == digests[1]


def test_json_goes_to_stdout_without_a_folder(folder: Path) -> None:
    done = inspect("gt.zip", "--format", "json", "--dont-care", "HELLO", cwd=folder)
    found = valid(done.out)
    assert (found["gt"]["care"], [m["count"] for m in found["gt"]["markers"]]) == (7, [1, 2])
    assert sorted(p.name for p in folder.iterdir()) == ["gt.zip"]


def test_two_data_sets(folder: Path) -> None:
    archive(folder / "test.zip", {"gt_img_9.txt": LINES, "gt_img_3.txt": "0,0,9,0,9,9,0,9,new\n"})
    done = inspect("gt.zip", "--compare", "test.zip", "--format", "json", cwd=folder)
    leaks = valid(done.out)["comparison"]["leaks"]
    assert [(row["gt"], row["other"]) for row in leaks["equal"]["listed"]] == [
        (["img_1", "img_2"], ["img_9"])
    ]
    assert leaks["same_ids"]["listed"] == ["img_3"]
    text = inspect("gt.zip", "--compare", "test.zip", cwd=folder).out
    assert "compared with" in text and "leaks: 1 groups with equal labels" in text


def test_a_list_of_texts_is_inspected_without_rings(folder: Path) -> None:
    (folder / "words.txt").write_text('word_1.png, "one"\nword_2.png, "two "\n', encoding="utf-8")
    done = inspect("words.txt", "--format", "json", cwd=folder)
    found = valid(done.out)
    assert (found["gt"]["has_rings"], found["gt"]["samples"], counts(found)) == (
        False,
        2,
        {"blank_at_end": 1},
    )


def draw(path: Path, seed: int, size: tuple[int, int] = (60, 40), shift: int = 0) -> None:
    """A picture of seeded blocks; ``shift`` makes all of it a little brighter."""
    import numpy as np
    from PIL import Image

    blocks = np.random.default_rng(seed).integers(0, 200, (4, 6)).astype(np.uint8)
    Image.fromarray(np.kron(blocks, np.ones((10, 10), np.uint8)) + np.uint8(shift)).resize(size).save(path)


def test_pictures_give_sizes_and_twins(folder: Path) -> None:
    images = folder / "images"
    images.mkdir()
    draw(images / "img_1.png", 1)
    draw(images / "img_2.png", 1, size=(120, 80), shift=9)
    (images / "img_3.png").write_bytes(b"\x89PNG\r\n\x1a\n no picture")
    done = inspect("gt.zip", "--images", "images", "--format", "json", cwd=folder)
    found = valid(done.out)
    pictures = found["pictures"]
    assert (pictures["found"], pictures["unread"]["count"], pictures["missing"]["count"]) == (2, 1, 0)
    assert pictures["alike"]["listed"] == [{"samples": ["img_1", "img_2"], "bits": 0}]
    assert pictures["unread"]["listed"][0]["sample"] == "img_3" and str(folder) not in done.out
    # HELLO, WOR LD and the empty one leave a picture of 60 x 40; WOR LD and the empty one leave 120 x 80.
    assert counts(found)["outside_image"] == 3 + 2


def test_equal_pictures_of_two_data_sets_are_a_leak(folder: Path) -> None:
    archive(folder / "test.zip", {"gt_img_9.txt": "0,0,9,0,9,9,0,9,new\n"})
    for name, sample in (("a", "img_1"), ("b", "img_9")):
        (folder / name).mkdir()
        draw(folder / name / f"{sample}.png", 3)
    done = inspect(
        "gt.zip",
        "--compare",
        "test.zip",
        "--images",
        "a",
        "--compare-images",
        "b",
        "--format",
        "json",
        cwd=folder,
    )
    pictures = valid(done.out)["comparison"]["leaks"]["pictures"]
    assert pictures["equal"]["listed"] == [["img_1", "img_9"]]


def test_a_picture_too_large_to_decode_is_named(folder: Path) -> None:
    import struct
    import zlib

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)
    (folder / "images").mkdir()
    bomb = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 9))
        + chunk(b"IEND", b"")
    )
    (folder / "images/img_1.png").write_bytes(bomb)
    found = valid(inspect("gt.zip", "--images", "images", "--format", "json", cwd=folder).out)
    assert [row["sample"] for row in found["pictures"]["unread"]["listed"]] == ["img_1"]


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (("nowhere.zip",), 2, "E_USAGE"),
        (("gt.zip", "--images", "nowhere"), 2, "no folder of pictures"),
        (("gt.zip", "--compare-images", "x"), 2, "--compare-images needs"),
        (("broken.zip",), 5, "broken.zip!gt_img_1.txt:1"),
        (("gt.zip", "--compare", "broken.zip"), 5, "broken.zip!gt_img_1.txt:1"),
        (("folder", "--out", "folder/out"), 2, "lies in an input folder"),
        (("gt.zip", "--out", "gt.zip"), 2, "is a file"),
        (("gt.zip", "--gt-format", "icdar"), 2, "icdar"),
        (("gt.zip", "--limit", "total-instances=5"), 5, "E_LIMIT"),
    ],
)
def test_refusals_write_nothing(folder: Path, words: tuple[str, ...], status: int, says: str) -> None:
    archive(folder / "broken.zip", {"gt_img_1.txt": "0,0,9,0,9,9,0,9\n" + LINES, "gt_img_2.txt": LINES})
    (folder / "folder").mkdir()
    (folder / "folder/gt_img_1.txt").write_text(LINES, encoding="utf-8")
    before = sorted(p.name for p in folder.rglob("*"))
    done = inspect(*words, *([] if "--out" in words else ["--out", "out"]), cwd=folder)
    assert (done.status, done.out) == (status, "")
    assert says in done.err
    assert sorted(p.name for p in folder.rglob("*")) == before
