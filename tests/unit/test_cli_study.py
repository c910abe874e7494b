"""``study popeval`` as its user meets it: files, what is printed, ratings, refusals."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tests.command import run, validate

A, B = "sample:tesseract-psm3", "sample:tesseract-psm11"
FEW = ("-p", "rrc-iou")


def page(folder: Path, text: str, names: tuple[str, ...] = ("1",)) -> Path:
    """A folder of gt files with one word each."""
    folder.mkdir()
    for name in names:
        (folder / f"gt_img_{name}.txt").write_text(f"0,0,20,0,20,8,0,8,{text}\n", encoding="utf-8")
    return folder


def test_the_sample_is_studied_in_one_command(tmp_path: Path) -> None:
    ran = run("study", "popeval", "sample", A, B, "--out", "out", *FEW, cwd=tmp_path)
    assert (ran.status, ran.err) == (0, "")
    body = json.loads((tmp_path / "out/study.json").read_text(encoding="utf-8"))
    validate(body, "study")
    assert [row["protocol"] for row in body["protocols"]] == ["popeval", "cascade", "rrc-iou"]
    for heading in ("1. Right characters", "2. Split and merged", "3. Words or characters", "4. Ratings"):
        assert heading in ran.out
    files = {str(p.relative_to(tmp_path / "out")) for p in (tmp_path / "out").rglob("*") if p.is_file()}
    assert {"study.json", "protocols.csv", "ranks.csv", "report.html", "ko/report.html"} <= files
    with (tmp_path / "out/protocols.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    told = {(row["protocol"], row["prediction"]): row["value"] for row in rows}
    scored = run(
        "score", "sample", f"a={A}".replace("a=", ""), "-p", "popeval", "--format", "json", cwd=tmp_path
    )
    hmean = json.loads(scored.out)["results"][0]["metrics"]["hmean"]
    assert float(told["popeval", A]) == hmean


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert run("study", "popeval", "sample", A, "--out", name, *FEW, cwd=tmp_path).status == 0
    for path in (tmp_path / "one").rglob("*"):
        if path.is_file():
            assert path.read_bytes() == (tmp_path / "two" / path.relative_to(tmp_path / "one")).read_bytes()


def test_ratings_of_people_are_read_by_name(tmp_path: Path) -> None:
    samples = [f"img_{k}" for k in range(1, 31)]
    rows = [f"{name},{k % 5},{B}" for k, name in enumerate(samples)]
    (tmp_path / "r.csv").write_text("sample,rating,prediction\n" + "\n".join(rows) + "\n", encoding="utf-8")
    words = (
        "study",
        "popeval",
        "sample",
        A,
        B,
        "--ratings",
        "r.csv",
        "--out",
        "out",
        "--format",
        "json",
        *FEW,
    )
    ran = run(*words, cwd=tmp_path)
    body = json.loads(ran.out)
    validate(body, "study")
    assert body["ratings"]["rated"] == 30 and body["ratings"]["ratings"] == 30
    assert (tmp_path / "out/ratings.csv").exists()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("sample,rating\nimg_1,4\n", "r.csv:1: error[E_USAGE]: no column prediction"),
        (
            "sample,rating,prediction\nimg_1,good," + A + "\n",
            "r.csv:2: error[E_USAGE]: rating 'good' is no number",
        ),
        (
            "sample,rating,prediction\nimg_1,nan," + A + "\n",
            "r.csv:2: error[E_USAGE]: rating 'nan' is no number",
        ),
        ("sample,rating,prediction\nimg_1x,4," + A + "\n", "did you mean img_1"),
        (
            "sample,rating,prediction\nimg_1,4,mine\n",
            "r.csv:2: error[E_USAGE]: no prediction is called 'mine'",
        ),
        ("sample,rating,prediction\n", "r.csv: error[E_USAGE]: no ratings"),
        ("sample,stars\n", "r.csv:1: error[E_USAGE]: no column rating"),
    ],
)
def test_a_wrong_ratings_file_is_told_with_its_line_and_nothing_is_written(
    tmp_path: Path, content: str, told: str
) -> None:
    (tmp_path / "r.csv").write_text(content, encoding="utf-8")
    ran = run("study", "popeval", "sample", A, B, "--ratings", "r.csv", "--out", "out", *FEW, cwd=tmp_path)
    assert (ran.status, ran.out) == (2, "")
    assert told in ran.err and not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("words", "letters", "status", "told"),
    [
        (("1",), ("1", "2"), 5, "'gt_img_2.txt' is no sample of the ground truth"),
        (("1", "2"), ("1",), 2, "1 samples are in one ground truth only, first 'img_2'"),
    ],
)
def test_a_ground_truth_of_characters_must_have_the_same_images(
    tmp_path: Path, words: tuple[str, ...], letters: tuple[str, ...], status: int, told: str
) -> None:
    gt, finer = page(tmp_path / "words", "ab", words), page(tmp_path / "letters", "a", letters)
    ran = run("study", "popeval", gt, f"it={gt}", "--gt-characters", finer, "--out", tmp_path / "out", *FEW)
    assert ran.status == status and told in ran.err
    assert not (tmp_path / "out").exists()


def test_a_broken_prediction_is_refused_with_its_line(tmp_path: Path) -> None:
    gt, bad = page(tmp_path / "gt", "ab"), tmp_path / "bad"
    bad.mkdir()
    (bad / "res_img_1.txt").write_text("0,0,20,0,20,8,0,ab\n", encoding="utf-8")
    ran = run("study", "popeval", gt, bad, "--out", tmp_path / "out")
    assert ran.status == 3 and "res_img_1.txt:1:" in ran.err and not (tmp_path / "out").exists()


def test_help_shows_an_example_that_can_be_copied() -> None:
    assert "ocr-eval study popeval sample" in run("study", "--help").out
    assert "--gt-characters" in run("study", "popeval", "--help").out
    ran = run("study", "popevil")
    assert ran.status == 2 and "did you mean popeval?" in ran.err
