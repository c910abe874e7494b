"""``consensus`` as its user meets it: files, refusals, hostile texts and names."""

from __future__ import annotations

import csv
import json
from importlib import resources
from pathlib import Path

import jsonschema
import pytest

from ocr_eval import read
from ocr_eval.tables.digest import digest
from ocr_eval.tables.jsonl import read_lines
from tests.command import run


def line(left: float, text: str, top: int = 0) -> str:
    return f"{left},{top},{left + 80},{top},{left + 80},{top + 40},{left},{top + 40},{text}\n"


def folder(path: Path, **images: str) -> Path:
    path.mkdir()
    for image, text in images.items():
        (path / f"gt_{image}.txt").write_bytes(text.encode("utf-8", "surrogatepass"))
    return path


@pytest.fixture
def three(tmp_path: Path) -> list[Path]:
    """Three annotators of two images; the third has one image more."""
    return [
        folder(tmp_path / "a", img_1=line(0, "Sale") + line(100, '"q"'), img_2=""),
        folder(tmp_path / "b", img_1=line(1, "SALE") + line(100, '"q"'), img_2=line(0, "=1+1")),
        folder(
            tmp_path / "c", img_1=line(2, "Sale") + line(100, "p"), img_2=line(0, "=1+2"), img_3=line(0, "x")
        ),
    ]


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_example_runs(tmp_path: Path) -> None:
    shown = run("consensus", "--help").out
    (example,) = [row.strip() for row in shown.splitlines() if row.strip().startswith("ocr-eval ")]
    ran = run(*example.split()[1:], cwd=tmp_path)
    assert ran.status == 0, ran.err
    assert "3 annotators" in ran.out
    again = run(*example.split()[1:], cwd=tmp_path)
    assert again.status == 2 and again.out == "" and "is there already" in again.err


def test_labels_are_read_back_as_they_were_decided(three: list[Path], tmp_path: Path) -> None:
    named = [f"{name}={path}" for name, path in zip("ABC", three, strict=True)]
    ran = run("consensus", *named, "--out", tmp_path / "out", "--format", "json")
    assert ran.status == 0, ran.err
    body = json.loads(ran.out)
    text = resources.files("ocr_eval.report").joinpath("schemas/consensus-1.json").read_text(encoding="utf-8")
    jsonschema.validate(body, json.loads(text))
    assert (tmp_path / "out/consensus.json").read_text("utf-8") == ran.out
    assert (body["kept"], body["unresolved"], body["images"]) == (2, {"text": 1}, 2)
    assert body["unshared_images"] == [{"image": "img_3", "present": body["unshared_images"][0]["present"]}]
    merged = read(tmp_path / "out/gt", role="gt")
    assert merged.sample_ids == ("img_1", "img_2")
    assert merged.texts == ("Sale", "q")  # quotes around the whole text are the layout's
    assert merged.points(0)[0].tolist() == [1, 0]
    (open_rows, other) = (rows(tmp_path / "out/unresolved.csv"), rows(tmp_path / "out/provenance.csv"))
    assert [row["kind"] for row in open_rows] == ["text", "text"]
    assert sorted(row["text"] for row in open_rows) == ["'=1+1", "'=1+2"]
    assert [row["status"] for row in other] == ["kept", "kept", "unresolved"]
    assert [row["agreeing"] for row in other] == ["2", "2", ""]
    assert all(len(row["members"].split()) == int(row["annotators"]) for row in other)


def test_json_lines_hold_the_same_labels(tmp_path: Path) -> None:
    text = line(0, "Sale") + line(100, "###") + line(200, '"q\\"') + line(300, "가용")
    same = [folder(tmp_path / name, img_1=text, img_2="") for name in "abc"]
    named = [f"{name}={path}" for name, path in zip("ABC", same, strict=True)]
    assert run("consensus", *named, "--out", tmp_path / "out").status == 0
    data = (tmp_path / "out/gt.jsonl").read_bytes()
    rows = [json.loads(row) for row in data.decode("utf-8").splitlines()]
    assert [row["sample"] for row in rows] == ["img_1", "img_2"] and rows[1]["instances"] == []
    made, labels = read_lines(data), read(tmp_path / "out/gt", role="gt")
    assert digest(made) == digest(labels)
    assert made.texts == labels.texts and made.care.tolist() == [True, False, True, True]


def test_names_and_order_of_annotators_do_not_show_in_the_files(three: list[Path], tmp_path: Path) -> None:
    for out, names, order in (("one", "ABC", (0, 1, 2)), ("two", "zxy", (2, 0, 1))):
        named = [f"{name}={three[k]}" for name, k in zip(names, order, strict=True)]
        assert run("consensus", *named, "--out", tmp_path / out).status == 0
    one, two = (sorted((tmp_path / out).rglob("*")) for out in ("one", "two"))
    assert [path.relative_to(tmp_path / "one") for path in one] == [
        p.relative_to(tmp_path / "two") for p in two
    ]
    assert all(a.is_dir() or a.read_bytes() == b.read_bytes() for a, b in zip(one, two, strict=True))


def test_polygons_of_different_size_are_written_as_polygons(tmp_path: Path) -> None:
    hexagon = "0,0,40,-1,80,0,80,40,40,41,0,40,"
    a = folder(tmp_path / "a", img_1=hexagon + "Sale\n" + line(100, "plain"))
    b = folder(tmp_path / "b", img_1=hexagon + "Sale\n" + line(100, "plain"))
    ran = run("consensus", f"A={a}", f"B={b}", "--out", tmp_path / "out", "--gt-format", "polygon")
    assert ran.status == 0, ran.err
    assert "as polygon" in ran.out and "R1 = A" in ran.out
    assert read(tmp_path / "out/gt", role="gt", format="polygon").texts == ("Sale", "plain")


def test_a_text_that_the_layout_would_swallow_stays_open(tmp_path: Path) -> None:
    hexagon = "0,0,40,-1,80,0,80,40,40,41,0,40,"
    content = hexagon + "####5,6,b\n" + hexagon.replace("4", "5") + "####word\n"
    a, b = (folder(tmp_path / name, img_1=content) for name in "ab")
    ran = run("consensus", f"A={a}", f"B={b}", "--out", tmp_path / "out", "--format", "json")
    assert ran.status == 0, ran.err
    body = json.loads(ran.out)
    assert (body["layout"], body["kept"], body["unresolved"]) == ("polygon", 1, {"layout": 1})
    assert [row["text"] for row in rows(tmp_path / "out/unresolved.csv")] == ["5,6,b", "5,6,b"]
    c, d = (folder(tmp_path / name, img_1=line(100, "5,6,b")) for name in "cd")
    assert run("consensus", f"C={c}", f"D={d}", "--out", tmp_path / "quads").status == 0
    assert read(tmp_path / "quads/gt", role="gt", format="icdar-quad").texts == ("5,6,b",)


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["A={a}"], 2, "two or more"),
        (["A={a}", "A={b}"], 2, "A"),
        (["A={a}", "B=none.zip"], 2, "neither a file"),
        (["A={a}", "B={b}", "--quorum", "0"], 2, "quorum"),
        (["A={a}", "B={b}", "--quorum", "nan"], 2, "quorum"),
        (["A={a}", "B={b}", "--text", "rouver"], 2, "rover"),
        (["A={a}", "B={d}"], 6, "no image is shared"),
        (["A={a}", "B={e}", "C={e}"], 5, "E_GT"),
    ],
)
def test_what_cannot_be_merged_is_refused(
    tmp_path: Path, three: list[Path], words: list[str], status: int, said: str
) -> None:
    other = folder(tmp_path / "d", other_1=line(0, "x"))
    broken = folder(tmp_path / "e", img_1=line(0, "a") * 9 + "0,0,10,0,10,x,0,10,a\n", img_2="")
    paths = {"a": three[0], "b": three[1], "d": other, "e": broken}
    ran = run("consensus", *(word.format(**paths) for word in words), "--out", tmp_path / "out")
    assert (ran.status, ran.out) == (status, ""), ran.err
    assert said in ran.err
    assert not (tmp_path / "out").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "a",
        "b",
        "c",
        "d",
        "e",
    ]  # nothing left behind


def test_one_document_of_several_annotators(tmp_path: Path) -> None:
    lines = [
        json.dumps({"image": "a.png", "box": [0, 0, 50, 10], "text": text, "annotator": who})
        for who, text in (("x", "SALE"), ("y", "SALE"), ("z", "SALT"))
    ]
    (tmp_path / "all.jsonl").write_text("\n".join(lines))
    ran = run("consensus", tmp_path / "all.jsonl", "--out", tmp_path / "out")
    assert ran.status == 0, ran.err
    (image,) = [json.loads(line) for line in (tmp_path / "out/gt.jsonl").read_text("utf-8").splitlines()]
    assert image["sample"] == "a"
    assert [word["text"] for word in image["instances"]] == ["SALE"]
