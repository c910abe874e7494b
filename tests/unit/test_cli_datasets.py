"""``ocr-eval datasets``: cards as they are told, digests as signatures have them, files checked against a card."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from ocr_eval.formats import private_folder, read
from ocr_eval.tables.digest import digest
from tests.command import run_here, schema
from tests.unit.formats_support import zipped
from tests.unit.test_cli import GOOD, GT

EXAMPLE = ("datasets", "prepare", "ic15", "downloads", "--datasets", "prepared")


def described(**changes: Any) -> str:
    lines = {"schema": 1, "id": "ic15", "title": "Scene\x1b text"} | changes
    return "".join(
        f"{key} = {json.dumps(value)}\n" for key, value in lines.items() if key != "tail"
    ) + lines.get("tail", "")


def source(path: Path, *more: str) -> str:
    data = path.read_bytes()
    lines = [
        f'name = "{path.name}"',
        f"bytes = {len(data)}",
        f'sha256 = "{hashlib.sha256(data).hexdigest()}"',
        *more,
    ]
    return "\n".join(["[[source]]", *lines, ""])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Downloads, and a card that knows them in a folder of data sets."""
    (tmp_path / "downloads").mkdir()
    gt = zipped(tmp_path / "downloads" / "task 1.zip", GT)
    (tmp_path / "downloads" / "images.bin").write_bytes(b"pictures")
    zipped(tmp_path / "sub.zip", GOOD)
    tail = source(gt, "gt = true") + source(tmp_path / "downloads" / "images.bin")
    (tmp_path / "prepared" / "ic15").mkdir(parents=True)
    card = described(
        gt_digest=digest(read(gt, role="gt")), tail="[counts]\nwhen = 2026-01-01\nx = nan\n" + tail
    )
    (tmp_path / "prepared" / "ic15" / "card.toml").write_text(card)
    return tmp_path


def prepared(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "prepared" / "ic15").iterdir())


def test_the_example_makes_an_id_of_files_that_were_obtained(folder: Path) -> None:
    ran = run_here(*EXAMPLE, "--format", "json", cwd=folder)
    assert (ran.status, ran.err) == (0, "")
    body = json.loads(ran.out)
    jsonschema.validate(body, schema("datasets-prepare"))
    assert (body["written"], body["samples"], body["instances"], body["care"]) == (True, 2, 4, 3)
    assert [each["name"] for each in body["files"]] == ["task 1.zip", "images.bin"]
    score = ("score", "sub.zip", "-p", "rrc-iou", "--format", "json", "--datasets", "prepared")
    by_id = json.loads(run_here("score", "ic15", *score[1:], cwd=folder).out)["results"][0]
    by_path = json.loads(run_here("score", "downloads/task 1.zip", *score[1:], cwd=folder).out)["results"][0]
    assert by_id["counts"] == by_path["counts"]
    assert f"|ds:ic15@{body['digest'][:8]}|" in by_id["signature"]
    again = run_here(*EXAMPLE, cwd=folder)
    assert (again.status, "was ready in" in again.out) == (0, True)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda d: (d / "task 1.zip").unlink(), "task 1.zip: error[E_GT]: is missing"),
        (lambda d: (d / "images.bin").write_bytes(b"picture"), "7 bytes, the card says 8"),
        (lambda d: (d / "images.bin").write_bytes(b"pictureZ"), "SHA-256 "),
        (lambda d: [(d / "images.bin").unlink(), (d / "images.bin").mkdir()], "is no file"),
    ],
)
def test_wrong_files_are_named_and_nothing_is_written(spoil: Any, said: str, folder: Path) -> None:
    spoil(folder / "downloads")
    ran = run_here(*EXAMPLE, cwd=folder)
    assert (ran.status, ran.out) == (5, "")
    assert said in ran.err and "nothing is downloaded" in ran.err
    assert prepared(folder) == ["card.toml"]


def test_the_content_must_be_the_cards_too(folder: Path) -> None:
    card = folder / "prepared" / "ic15" / "card.toml"
    lines = card.read_text().splitlines(keepends=True)
    card.write_text("".join(f'gt_digest = "{"0" * 64}"\n' if "gt_digest" in each else each for each in lines))
    ran = run_here(*EXAMPLE, cwd=folder)
    assert (ran.status, ran.out, prepared(folder)) == (5, "", ["card.toml"])
    assert "the card of ic15 says 0000" in ran.err
    (folder / "prepared" / "ic15" / "gt").write_bytes((folder / "downloads" / "task 1.zip").read_bytes())
    ran = run_here("datasets", "digest", "ic15", "--datasets", "prepared", cwd=folder)
    assert (ran.status, ran.out) == (6, "") and "error[E_DATASET]" in ran.err


def test_what_lies_in_the_place_of_a_ground_truth_stays(folder: Path) -> None:
    (folder / "prepared" / "ic15" / "gt").write_text("mine")
    ran = run_here(*EXAMPLE, cwd=folder)
    assert (ran.status, ran.out) == (2, "") and "is there already" in ran.err
    assert (folder / "prepared" / "ic15" / "gt").read_text() == "mine"


def test_a_card_of_another_place_goes_with_its_ground_truth(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "prepared").rename(folder / "cards")
    (folder / "own").mkdir()
    monkeypatch.setenv("OCR_EVAL_DATASETS", "cards")
    ran = run_here("datasets", "prepare", "ic15", "downloads", "--datasets", "own", cwd=folder)
    assert ran.status == 0
    assert sorted(path.name for path in (folder / "own" / "ic15").iterdir()) == ["card.toml", "gt"]
    assert [path.name for path in (folder / "cards" / "ic15").iterdir()] == ["card.toml"]


def test_calls_that_cannot_be_followed_say_what_to_do(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OCR_EVAL_DATASETS", raising=False)
    cases = {
        ("prepare", "sample", "downloads"): "names no files to obtain",
        ("prepare", "ic15", "nowhere", "--datasets", "prepared"): "is no folder",
        ("prepare", "ic51", "downloads", "--datasets", "prepared"): "did you mean ic15",
        ("show", "smple"): "did you mean sample",
        ("digest", "nowhere.zip"): "neither a file nor a prepared data set",
        ("lst",): "did you mean list",
    }
    for words, said in cases.items():
        ran = run_here("datasets", *words, cwd=folder)
        assert (ran.status, ran.out) == (2, ""), words
        assert said in ran.err
    ran = run_here("score", "ic15", "sub.zip", "-p", "rrc-iou", "--datasets", "prepared", cwd=folder)
    assert (ran.status, ran.out) == (2, "") and "`ocr-eval datasets prepare ic15 DIR`" in ran.err


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"schema": 2}, "schema 2, expected 1"),
        ({"id": "ic13"}, "in folder 'ic15'"),
        ({"gt_digest": "ab"}, "is no SHA-256"),
        ({"titel": "x"}, "did you mean title"),
        ({"tail": '[[source]]\nname = "../x"\nbytes = 1\nsha256 = "%s"\n' % ("0" * 64)}, "is no file name"),
        ({"tail": '[[source]]\nname = "x"\nbytes = -1\n'}, "source 1: bytes: '-1' is no whole number"),
        ({"tail": ('[[source]]\nname = "x"\nbytes = 1\nsha256 = "%s"\n' % ("0" * 64)) * 2}, "have one name"),
    ],
)
def test_faults_of_a_card_are_named(changes: dict[str, Any], said: str, folder: Path) -> None:
    card = described(**({"gt_digest": "0" * 64} | changes))
    (folder / "prepared" / "ic15" / "card.toml").write_text(card)
    ran = run_here("datasets", "show", "ic15", "--datasets", "prepared", cwd=folder)
    assert (ran.status, ran.out) == (2, "")
    assert "error[E_CONFIG]" in ran.err and said in ran.err


def test_cards_are_told_to_people_and_to_machines(folder: Path) -> None:
    for words, count in ((("list",), 2), ((), 2), (("show", "ic15"), 1)):
        ran = run_here("datasets", *words, "--datasets", "prepared", "--format", "json", cwd=folder)
        body = json.loads(ran.out)
        jsonschema.validate(body, schema("datasets"))
        assert (ran.status, ran.err, len(body["datasets"])) == (0, "", count)
    assert body["datasets"][0]["card"]["counts"] == {"when": "2026-01-01", "x": "nan"}
    shown = run_here("datasets", "show", "ic15", "--datasets", "prepared", cwd=folder).out
    assert "title: Scene\\x1b text\n" in shown
    assert "    images.bin: 8 bytes, SHA-256 " in shown and "not prepared" in shown
    listed = run_here("datasets", "--datasets", "prepared", cwd=folder).out
    assert "ocr-eval datasets prepare ic15 DIR" in listed and "sample: " in listed


def test_a_digest_is_that_of_the_content_as_signatures_have_it(folder: Path) -> None:
    ran = run_here("datasets", "digest", "downloads/task 1.zip", "--format", "json", cwd=folder)
    body = json.loads(ran.out)
    jsonschema.validate(body, schema("datasets-digest"))
    scored = run_here(
        "score", "downloads/task 1.zip", "sub.zip", "-p", "rrc-iou", "-p", "popeval", cwd=folder
    ).out
    assert scored.count(f"|ds:local@{body['digest'][:8]}|") == 2
    (folder / "words.txt").write_text('w1.png, "one"\n')
    words = run_here("datasets", "digest", "words.txt", cwd=folder)
    assert (words.status, words.out.splitlines()[2]) == (0, "1 samples, 1 instances, icdar-words")


def test_the_cache_tells_where_it_is_and_is_cleared(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OCR_EVAL_CACHE", str(folder / "cache"))
    (folder / "cache" / "gt").mkdir(parents=True, mode=0o700)
    private_folder.keep(folder / "cache" / "gt" / ("0" * 64), b"12345")
    (folder / "cache" / "gt" / "notes.txt").write_text("mine")
    told = run_here("cache", "--format", "json", cwd=folder)
    body = json.loads(told.out)
    jsonschema.validate(body, schema("cache"))
    assert (body["files"], body["bytes"], body["removed"]) == (1, 5, 0)
    cleared = run_here("cache", "--clear", cwd=folder)
    assert cleared.out.startswith("1 removed\n0 ground truths, 0 bytes of at most ")
    assert [path.name for path in (folder / "cache" / "gt").iterdir()] == ["notes.txt"]
