"""``ocr-eval convert``: layouts, containers, losses, refusals that leave nothing behind."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.command import Ran, validate
from tests.command import run_here as run
from tests.unit.formats_support import Content, unpacked, zipped

SQUARE = "0,0,10,0,10,10,0,10"
FILES = {
    "gt_img_1.txt": f"{SQUARE},a\n{SQUARE},###\n",
    "gt_img_2.txt": "",
    "gt_img_3.txt": '1,2,30,2,30,9,1,9,"5"\n',
}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return zipped(tmp_path / "gt.zip", FILES)


def summary(*words: str | Path, cwd: Path) -> dict[str, Any]:
    ran = run("convert", *words, "--format", "json", cwd=cwd)
    assert ran.status == 0, ran.err
    body: dict[str, Any] = json.loads(ran.out)
    validate(body, "convert")
    return body


def refused(ran: Ran, words: str) -> None:
    assert (ran.status, ran.out) == (2, ""), ran
    assert words in ran.err


def test_a_zip_becomes_a_folder_a_file_and_a_zip_again_and_nothing_is_lost(
    source: Path, tmp_path: Path
) -> None:
    steps = [("b", "icdar-quad", "folder", 3), ("c.jsonl", "", "file", 1), ("d.zip", "polygon", "zip", 3)]
    digests = set()
    before: str | Path = source
    for out, to, kind, files in steps:
        body = summary(before, out, *(["--to", to] if to else []), cwd=tmp_path)
        assert (body["container"], body["files"], body["samples"], body["instances"]) == (kind, files, 3, 3)
        assert (body["lost"], body["warnings"]) == ([], [])
        digests.add(body["digest"])
        before = out
    assert len(digests) == 1
    with zipfile.ZipFile(tmp_path / "d.zip") as archive:
        assert archive.namelist() == ["gt_img_1.txt", "gt_img_2.txt", "gt_img_3.txt"]
        assert archive.read("gt_img_3.txt") == b"1,2,30,2,30,9,1,9,5\n"
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_the_same_command_twice_gives_the_same_bytes(source: Path, tmp_path: Path) -> None:
    made = []
    for name in ("a.zip", "b.zip"):
        summary(source, name, "--to", "icdar-quad", cwd=tmp_path)
        made.append((tmp_path / name).read_bytes())
    assert made[0] == made[1]


def test_rings_that_the_layout_cannot_hold_are_refused_with_their_place(tmp_path: Path) -> None:
    source = zipped(tmp_path / "gt.zip", {"gt_img_1.txt": f"{SQUARE},a\n0,0,9,0,9,9,a,b\n"})
    ran = run("convert", source, "out", "--to", "icdar-quad", "--from", "polygon", cwd=tmp_path)
    refused(
        ran, "gt.zip!gt_img_1.txt:2: error[E_USAGE]: 1 rings have another number or order of vertices than"
    )
    assert "--lossy" in ran.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["gt.zip"]
    body = summary(source, "out", "--to", "icdar-quad", "--from", "polygon", "--lossy", cwd=tmp_path)
    assert [(one["kind"], one["count"]) for one in body["lost"]] == [("rings", 1)]
    assert (tmp_path / "out/gt_img_1.txt").read_text().split("\n")[1] == "0,0,9,0,9,9,9,9,a,b"


def test_what_is_there_is_replaced_by_force_alone_and_never_a_folder_of_other_things(
    source: Path, tmp_path: Path
) -> None:
    others = unpacked(tmp_path / "others", {"gt_img_9.txt": "", "thesis.doc": "x"})
    summary(source, "a.jsonl", cwd=tmp_path)
    (tmp_path / "a.jsonl").write_text("mine")
    refused(run("convert", source, "a.jsonl", cwd=tmp_path), "'a.jsonl' is there already")
    assert (tmp_path / "a.jsonl").read_text() == "mine"
    summary(source, "a.jsonl", "--force", cwd=tmp_path)
    assert (tmp_path / "a.jsonl").read_text().startswith('{"image"')
    ran = run("convert", source, "others", "--to", "icdar-quad", "--force", cwd=tmp_path)
    refused(ran, "'thesis.doc', which is no file of the layout")
    (others / "thesis.doc").unlink()
    summary(source, "others", "--to", "icdar-quad", "--force", cwd=tmp_path)
    assert sorted(path.name for path in others.iterdir()) == sorted(FILES)
    refused(run("convert", source, "a.jsonl", "--to", "polygon", "--force", cwd=tmp_path), "is a file")
    refused(run("convert", "others", "others/in", "--to", "polygon", cwd=tmp_path), "lies in it")
    refused(run("convert", source, source, "--to", "polygon", "--force", cwd=tmp_path), "is the input")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.jsonl", "gt.zip", "others"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["out"], "the layout to write is not named"),
        (["out", "--to", "icdar-quat"], "known: icdar-quad"),
        (["-", "--to", "json"], "not to standard output"),
        (["out", "--to", "json", "--level", "line"], "has no lines above its instances"),
        (["out", "--to", "td500"], "the input has no angles"),
        (["out", "--to", "json", "--from", "polygone"], "no layout is called 'polygone'"),
        (["no/such/folder/out", "--to", "json"], "cannot be written"),
    ],
)
def test_a_call_that_cannot_work(source: Path, tmp_path: Path, words: list[str], message: str) -> None:
    refused(run("convert", source, *words, cwd=tmp_path), message)
    assert [path.name for path in tmp_path.iterdir()] == ["gt.zip"]


@pytest.mark.parametrize(
    ("files", "arguments", "status"),
    [({"gt_img_1.txt": "1,2,3\n"}, (), 5), ({"gt_img_1.txt": "1,2,3\n"}, ("--role", "prediction"), 3)],
)
def test_an_input_that_is_broken_is_told_as_everywhere(
    tmp_path: Path, files: Content, arguments: tuple[str, ...], status: int
) -> None:
    source = zipped(tmp_path / "in.zip", files)
    ran = run("convert", source, "out", "--to", "polygon", "--from", "icdar-quad", *arguments, cwd=tmp_path)
    assert (ran.status, ran.out) == (status, "") and "in.zip!gt_img_1.txt:1" in ran.err
    assert not (tmp_path / "out").exists()


def test_what_was_recognised_and_why_is_said(source: Path, tmp_path: Path) -> None:
    ran = run("convert", source, "a.jsonl", "-v", cwd=tmp_path)
    assert "layout icdar-quad, recognised by its content: x1,y1,…,x4,y4" in ran.err
    assert ran.out == "a.jsonl: 3 instances in 3 samples, icdar-quad -> jsonl (file)\n  nothing was lost\n"
    body = summary(source, "b.jsonl", "--from", "icdar-quad", cwd=tmp_path)
    assert body["from"] == {"layout": "icdar-quad", "because": "named as icdar-quad"}


def test_validate_says_what_was_recognised_and_why(source: Path, tmp_path: Path) -> None:
    known = "recognised by its content: x1,y1,…,x4,y4[,confidence][,text]"
    ran = run("validate", source, "-v", "--format", "json", cwd=tmp_path)
    body = json.loads(ran.out)
    validate(body, "validate")
    assert body["layout"] == {"id": "icdar-quad", "because": known}
    assert f"gt.zip: layout icdar-quad, {known}" in ran.err
    named = run("validate", source, "--pred-format", "icdar-quad", "--format", "json", cwd=tmp_path)
    assert json.loads(named.out)["layout"]["because"] == "named as icdar-quad"
    broken = zipped(tmp_path / "b.zip", {"res_img_1.txt": "1,2,3\n"})
    ran = run("validate", broken, "--pred-format", "icdar-quad", "--format", "json", cwd=tmp_path)
    assert (ran.status, json.loads(ran.out)["layout"]) == (3, None)


def test_lines_of_a_hierarchy_become_the_instances(tmp_path: Path) -> None:
    word = {"vertices": [[0, 0], [9, 0], [9, 5], [0, 5]], "text": "a", "legible": True}
    line = {
        "vertices": [[0, 0], [20, 0], [20, 5], [0, 5]],
        "legible": True,
        "words": [word, word | {"text": "b"}],
    }
    gone = {"vertices": [[0, 9], [20, 9], [20, 14], [0, 14]], "legible": False, "words": []}
    ring = [[0, 0], [20, 0], [20, 14], [0, 14]]
    image = {"image_id": "img_1", "paragraphs": [{"vertices": ring, "legible": True, "lines": [line, gone]}]}
    (tmp_path / "gt.json").write_text(json.dumps({"annotations": [image]}))
    body = summary("gt.json", "lines", "--to", "icdar-quad", "--level", "line", cwd=tmp_path)
    assert (body["instances"], [(one["kind"], one["count"]) for one in body["lost"]]) == (2, [("words", 2)])
    assert (tmp_path / "lines/gt_img_1.txt").read_text() == "0,0,20,0,20,5,0,5,a b\n0,9,20,9,20,14,0,14,###\n"
    body = summary("gt.json", "words", "--to", "icdar-quad", cwd=tmp_path)
    assert [(one["kind"], one["count"]) for one in body["lost"]] == [("lines", 2), ("paragraphs", 1)]
    body = summary("gt.json", "again.json", "--to", "hiertext", cwd=tmp_path)
    assert body["lost"] == []
    body = summary("gt.json", "p.jsonl", "--level", "paragraph", cwd=tmp_path)
    assert json.loads((tmp_path / "p.jsonl").read_text())["text"] == "a b\n"


PAGE = """<PcGts xmlns="http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15"><Page imageFilename="a">
<TextRegion id="r"><Coords points="0,0 99,0 99,20 0,20"/><TextLine id="l"><Coords points="1,1 90,1 90,9 1,9"/>
<TextEquiv><Unicode>one</Unicode></TextEquiv></TextLine><TextEquiv><Unicode>one</Unicode></TextEquiv></TextRegion>
</Page></PcGts>"""


def test_a_page_becomes_lines_with_rings_or_a_text_as_the_layout_wants(tmp_path: Path) -> None:
    source = zipped(tmp_path / "gt.zip", {"a.xml": PAGE})
    for flags in ((), ("--from", "page-xml")):
        summary(source, "out", "--to", "icdar-quad", "--force", *flags, cwd=tmp_path)
        assert (tmp_path / "out/gt_a.txt").read_text() == "1,1,90,1,90,9,1,9,one\n"
        summary(source, "text", "--to", "text", "--force", *flags, cwd=tmp_path)
        assert (tmp_path / "text/gt_a.txt").read_text() == "one\n"
    summary(source, "region", "--to", "icdar-quad", "--level", "region", cwd=tmp_path)
    assert (tmp_path / "region/gt_a.txt").read_text() == "0,0,99,0,99,20,0,20,one\n"


def test_rings_have_no_place_in_a_list_of_texts(source: Path, tmp_path: Path) -> None:
    refused(run("convert", source, "a.csv", cwd=tmp_path), "holds one text a sample")
    one = zipped(tmp_path / "one.zip", {"gt_word_1.txt": f"{SQUARE},a\n"})
    refused(run("convert", one, "a.csv", cwd=tmp_path), "1 rings have no place in layout csv")
    summary(one, "a.csv", "--lossy", cwd=tmp_path)
    assert (tmp_path / "a.csv").read_text() == "image,text\nword_1,a\n"
    body = summary("a.csv", "b.txt", "--to", "pairs", cwd=tmp_path)
    assert (body["from"]["layout"], body["lost"]) == ("csv", [])
    refused(run("convert", "a.csv", "c", "--to", "polygon", cwd=tmp_path), "the input has none")


def test_angles_turn_the_boxes_only_with_leave(tmp_path: Path) -> None:
    source = zipped(tmp_path / "gt.zip", {"gt_img_1.txt": "0,0,20,10,1.5707963267948966,None\n"})
    ran = run("convert", source, "out", "--to", "polygon", cwd=tmp_path)
    refused(ran, "boxes are turned by an angle")
    body = summary(source, "out", "--to", "json", cwd=tmp_path)
    assert body["lost"] == []
    body = summary(source, "turned", "--to", "polygon", "--lossy", cwd=tmp_path)
    assert [one["kind"] for one in body["lost"]][:1] == ["angles"]
    # About its centre (10, 5), clockwise on the screen: the top left corner goes to the top right.
    assert (tmp_path / "turned/gt_img_1.txt").read_text() == "15,-5,15,15,5,15,5,-5,None\n"


def test_the_list_of_layouts_has_all_that_are_read_or_written(tmp_path: Path) -> None:
    from ocr_eval.formats import FORMATS
    from ocr_eval.formats.writers import WRITERS

    ran = run("convert", "--layouts", cwd=tmp_path)
    assert (ran.status, ran.err) == (0, "")
    ways = {words[0]: " ".join(words[1:3]) for words in map(str.split, ran.out.splitlines())}
    assert set(ways) == {*FORMATS, *WRITERS}
    for name, told in ways.items():
        assert told.startswith("read") == (name in FORMATS), told
        assert ("write" in told) == (name in WRITERS), told
    assert "order=xy|yx" in ran.out
