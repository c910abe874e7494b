"""``agree`` as its user meets it: files, numbers, pseudonyms, rounds, refusals."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import jsonschema
import pytest

from tests.command import run, schema

IMAGES = 24
FILES = {"agreement.json", "pairs.csv", "guideline_cases.csv", "annotators.csv", "images.csv"}


def annotate(folder: Path, *, texts: list[str], prefix: str = "gt_img_", shift: int = 0) -> Path:
    """One file per image with a row of boxes; text k is that of column k."""
    folder.mkdir(parents=True)
    for image in range(1, IMAGES + 1):
        lines = []
        for k, text in enumerate(texts):
            x = 100 * k + shift
            lines.append(f"{x},0,{x + 80},0,{x + 80},40,{x},40,{text}\n")
        (folder / f"{prefix}{image}.txt").write_text("".join(lines), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``one`` and ``two`` differ in case, in a formula and in one image that only ``one`` has."""
    folder = tmp_path_factory.mktemp("agree")
    annotate(folder / "one", texts=["SALE", "=1+1", "###", "café"])
    annotate(folder / "two", texts=["Sale", "=1+2", "text", "café"], prefix="", shift=4)
    (folder / "one/gt_img_99.txt").write_text("0,0,9,0,9,9,0,9,x\n")
    for path in list((folder / "two").iterdir()):
        path.rename(path.with_name(f"img_{int(path.stem):03d}.txt"))
    return folder


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_files_numbers_and_schema(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = run(
        "agree", f"A={data / 'one'}", f"B={data / 'two'}", "--out", out, "-p", "rrc-iou", "--format", "json"
    )
    assert (done.status, done.err) == (0, "")
    assert {path.name for path in out.iterdir()} >= FILES
    body = json.loads((out / "agreement.json").read_text(encoding="utf-8"))
    assert json.loads(done.out) == body
    jsonschema.validate(body, schema("agree"))
    # Of 4 boxes an image three are care in the first, four in the second; equal is only café.
    assert body["agreement"]["f1"]["value"] == 2 * 3 / 7
    assert body["agreement"]["end_to_end_f1"]["value"] == 2 * 1 / 7
    assert body["agreement"]["end_to_end_f1_folded"]["value"] == 2 * 2 / 7
    assert [row["image"] for row in body["images"]["unshared"]] == ["img_99"]
    assert body["settings"]["protocols"] == ["rrc-iou"]
    assert {row["annotator"] for row in body["annotators"]} == {"R1", "R2"}


def test_tables_are_guarded_and_complete(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run("agree", f"A={data / 'one'}", f"B={data / 'two'}", "--out", out).status == 0
    units = rows(out / "pairs.csv")
    assert len(units) == 4 * IMAGES
    assert {row["structure"] for row in units} == {"match"}
    texts = {row["text_a"] for row in units} | {row["text_b"] for row in units}
    assert {"'=1+1", "'=1+2", "café"} <= texts
    assert {row["class"] for row in units} == {"equal", "case", "substitution"} | {"indel"}
    cases = {row["case"]: row for row in rows(out / "guideline_cases.csv")}
    # 24 of the 24 * 7 / 2 pairs of the score agree again once case is settled.
    assert float(cases["case"]["leverage"]) == pytest.approx(100 * 2 / 7)
    assert {"flags of R1", "flags of R2"} <= set(cases)
    assert len(rows(out / "images.csv")) == IMAGES
    assert {row["dont_care_differs"] for row in rows(out / "images.csv")} == {"1"}
    assert len(rows(out / "annotators.csv")) == 2


def test_names_are_hidden_unless_asked_for(data: Path, tmp_path: Path) -> None:
    secret = [f"Annie={data / 'one'}", f"Bob={data / 'two'}"]
    done = run("agree", *secret, "--out", tmp_path / "hidden")
    told = run("agree", *secret, "--out", tmp_path / "told", "--names")
    for folder, shown in (("hidden", False), ("told", True)):
        written = [path for path in (tmp_path / folder).rglob("*") if path.is_file()]
        text = "".join(path.read_text(encoding="utf-8") for path in written)
        assert ("Annie" in text) is shown
        assert str(data) not in text
    assert "Annie" not in done.out
    assert "Annie" in told.out


def test_order_and_names_change_no_byte(data: Path, tmp_path: Path) -> None:
    one, two = data / "one", data / "two"
    assert run("agree", f"A={one}", f"B={two}", "--out", tmp_path / "x").status == 0
    assert run("agree", f"z={two}", f"y={one}", "--out", tmp_path / "y").status == 0
    for name in FILES:
        assert (tmp_path / "x" / name).read_bytes() == (tmp_path / "y" / name).read_bytes(), name


def test_the_universe_of_images(data: Path, tmp_path: Path) -> None:
    ids = tmp_path / "ids.txt"
    ids.write_text("img_1\ngt_img_2.txt\n\nimg_99\n")
    out = tmp_path / "out"
    done = run("agree", f"A={data / 'one'}", f"B={data / 'two'}", "--out", out, "--images", ids)
    assert done.status == 0
    body = json.loads((out / "agreement.json").read_text())
    assert body["images"]["compared"] == 2
    assert [row["image"] for row in body["images"]["unshared"]] == ["img_99"]


def test_own_rules_and_markers(data: Path, tmp_path: Path) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text('sums = "[0-9]+$"\n')
    arguments = ["agree", f"A={data / 'one'}", f"B={data / 'two'}", "--rules", rules, "--dont-care", "text"]
    assert run(*arguments, "--out", tmp_path / "out").status == 0
    cases = {row["case"]: row for row in rows(tmp_path / "out/guideline_cases.csv")}
    assert cases["sums"]["kind"] == "user-rule"
    again = [word if word != "--rules" else "--rule" for word in arguments]
    again[again.index(rules)] = "sums=[0-9]+$"
    assert run(*again, "--out", tmp_path / "again").status == 0
    assert (tmp_path / "again/agreement.json").read_bytes() == (tmp_path / "out/agreement.json").read_bytes()
    body = json.loads((tmp_path / "out/agreement.json").read_text())
    assert body["settings"]["markers"] == ["###", "text"]
    assert body["pairs"][0]["dont_care"]["table"] == [[3 * IMAGES, 0], [0, IMAGES]]


def test_rounds_before_and_after(tmp_path: Path) -> None:
    for moment, texts in (("before", ["SALE", "Cafe"]), ("after", ["sale", "cafe"])):
        annotate(tmp_path / moment / "A", texts=["sale", "cafe"])
        annotate(tmp_path / moment / "B", texts=texts)
    out = tmp_path / "out"
    done = run(
        "agree", "--before", tmp_path / "before", "--after", tmp_path / "after", "--out", out, "-p", "rrc-iou"
    )
    assert (done.status, done.err) == (0, "")
    body = json.loads((out / "agreement.json").read_text())
    jsonschema.validate(body, schema("agree-rounds"))
    jsonschema.validate(body["before"], schema("agree"))
    assert body["scores"]["end_to_end_f1"]["before"]["value"] == 0.0
    assert body["scores"]["end_to_end_f1"]["after"]["value"] == 1.0
    assert "difference" in done.out
    assert {path.name for path in out.iterdir()} >= FILES


def test_one_file_with_several_annotators(tmp_path: Path) -> None:
    body = {
        "images": [{"id": k, "file_name": "a.png", "annotator": who} for k, who in enumerate("xyz")],
        "annotations": [{"image_id": k, "bbox": [0, 0, 9, 9], "text": "w" * (k // 2)} for k in range(3)],
    }
    (tmp_path / "several.json").write_text(json.dumps(body))
    done = run("agree", tmp_path / "several.json", "--names", "--out", tmp_path / "out")
    assert done.status == 0
    written = json.loads((tmp_path / "out/agreement.json").read_text())
    assert {row["annotator"] for row in written["annotators"]} == set("xyz")
    assert written["agreement"]["end_to_end_f1"]["value"] == 1 / 3  # x and y wrote nothing, z a letter
    rounds = ("--before", tmp_path / "several.json", "--after", tmp_path / "several.json")
    assert run("agree", *rounds, "--out", tmp_path / "both").status == 0
    body["images"] = body["images"][:1]
    body["annotations"] = body["annotations"][:1]
    (tmp_path / "one.json").write_text(json.dumps(body))
    done = run("agree", tmp_path / "one.json", "--out", tmp_path / "out")
    assert (done.status, "holds one annotator, this takes two or more" in done.err) == (2, True)


def test_checks_on_the_mean(data: Path, tmp_path: Path) -> None:
    arguments = ["agree", f"A={data / 'one'}", f"B={data / 'two'}", "--out", tmp_path / "out"]
    assert run(*arguments, "--fail-under", "f1=0.85").status == 0
    low = run(*arguments, "--fail-under", "f1=0.9")
    assert low.status == 1
    assert "f1 0.857" in low.err


REFUSALS = [
    (["agree"], 2, "no annotations given"),
    (["agree", "A={one}"], 2, "takes two or more"),
    (["agree", "A={one}", "A={two}"], 2, "are called 'A'"),
    (["agree", "A={one}", "B={here}/nothing"], 2, "no such file"),
    (["agree", "A={one}", "B=samples"], 2, "prepared data sets: "),
    (["agree", "A={one}", "B=sample:tesseract"], 2, "did you mean tesseract-"),
    (["agree", "A={one}", "B={two}", "-p", "rrc-iuo"], 2, "rrc-iou"),
    (["agree", "A={one}", "B={two}", "--iou", "1.5"], 2, "between 0 and 1"),
    (["agree", "A={one}", "B={two}", "--fail-under", "f2=0.9"], 2, "did you mean f1"),
    (["agree", "A={one}", "B={two}", "--fail-under", "f1=nan"], 2, "not metric=value"),
    (["agree", "A={one}", "B={two}", "--rules", "{here}/none.toml"], 2, "cannot be read"),
    (["agree", "A={one}", "B={two}", "--rule", "sums"], 2, "is not NAME=REGEX"),
    (["agree", "A={one}", "B={two}", "--rule", "sums=("], 2, "no regular expression"),
    (["agree", "A={one}", "B={two}", "--meta", "{here}/none.csv"], 2, "cannot be read"),
    (["agree", "A={one}", "B={two}", "--images", "{here}/none.txt"], 2, "cannot be read"),
    (["agree", "A={one}", "B={two}", "--words-of", "A"], 2, "no annotator drew characters"),
    (["agree", "A={one}", "B={two}", "--before", "{here}"], 2, "needs --before and --after"),
    (["agree", "A={one}", "B={broken}"], 5, "E_GT"),
    (["agree", "A={one}", "B={other}"], 6, "no image is shared"),
]


@pytest.mark.parametrize(("words", "status", "says"), REFUSALS, ids=[str(row[2]) for row in REFUSALS])
def test_refusals_name_the_cure_and_write_nothing(
    data: Path, tmp_path: Path, words: list[str], status: int, says: str
) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken/gt_img_1.txt").write_text("0,0,9,0,9,9,0\n")
    (tmp_path / "other").mkdir()
    (tmp_path / "other/gt_img_500.txt").write_text("0,0,9,0,9,9,0,9,x\n")
    names = {"one": data / "one", "two": data / "two", "here": tmp_path}
    names |= {name: tmp_path / name for name in ("broken", "other")}
    done = run(*(word.format(**names) for word in words), "--out", tmp_path / "out")
    assert (done.status, done.out) == (status, "")
    assert says in done.err
    assert not (tmp_path / "out").exists()


def test_an_output_inside_an_input_is_refused(data: Path) -> None:
    done = run("agree", f"A={data / 'one'}", f"B={data / 'two'}", "--out", data / "one" / "out")
    assert (done.status, done.out) == (2, "")
    assert "lies in an input folder" in done.err
    assert run("agree", f"A={data / 'one'}", f"B={data / 'two'}").status == 2  # no --out


def test_the_example_of_the_help_runs(tmp_path: Path) -> None:
    shown = run("agree", "--help").out
    [line] = [line.strip() for line in shown.splitlines() if line.strip().startswith("ocr-eval agree")]
    done = run(*line.split()[1:], cwd=tmp_path)
    assert done.status == 0
    assert "annotators (R1, R2, R3)" in done.out
    assert {path.name for path in (tmp_path / "my-agreement").iterdir()} >= FILES


def test_two_teams_from_their_archives(shared: Path, tmp_path: Path) -> None:
    folder = shared / "data/ic15"
    arguments = [
        f"A={folder / 'gt.zip'}",
        f"B={folder / 'gt_characters.zip'}",
        "--words-of",
        "A",
        "-p",
        "rrc-iou",
    ]
    assert run("agree", *arguments, "--out", tmp_path / "out").status == 0
    body = json.loads((tmp_path / "out/agreement.json").read_text())
    assert round(body["agreement"]["f1"]["value"], 6) == 0.981598
    assert round(body["agreement"]["end_to_end_f1"]["value"], 6) == 0.92155
    [pair] = body["pairs"]
    assert (pair["counts"]["m"], pair["counts"]["equal"]) == (2027, 1903)
    suspects = {
        row["text_a"] for row in rows(tmp_path / "out/pairs.csv") if row["class"] not in ("equal", "")
    }
    assert {"SINCLARE", "VEICHLES", "CHAXLIE", "POPEVES"} <= suspects
