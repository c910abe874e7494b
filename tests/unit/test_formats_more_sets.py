"""ArT and LSVT, CTW1500's XML, RCTW, the released MSRA-TD500, VIA, Prodigy, and the levels of ReCTS."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ocr_eval.errors import InputError
from ocr_eval.formats import read
from ocr_eval.formats.by_annotator import read_by_annotator
from ocr_eval.formats.check import examine
from ocr_eval.limits import Limits
from tests.unit.formats_support import problems_of, zipped

PAIRS = [[0, 0], [9, 0], [9, 5], [0, 5], [-1, 2]]
SQUARE = "0,0,10,0,10,10,0,10"


def stored(tmp_path: Path, content: Any, name: str = "a.json") -> Path:
    path = tmp_path / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def notes(path: Path, **arguments: Any) -> dict[str, int]:
    return {n.message: n.count for n in examine(path, role="gt", **arguments).notices if n.code == "W_LAYOUT"}


# art-lsvt

WORD = {"points": PAIRS, "transcription": "A", "language": "Latin", "illegibility": False}


def test_illegible_is_dont_care_whatever_the_text(tmp_path: Path) -> None:
    words = [WORD, WORD | {"illegibility": True}, WORD | {"transcription": "###"}]
    path = stored(tmp_path, {"gt_0": words, "gt_12": []})
    table = read(path, role="gt")
    assert (table.format, table.sample_ids, table.start.tolist()) == ("art-lsvt", ("0", "12"), [0, 3, 3])
    assert (table.texts, table.care.tolist()) == (("A", "A", "###"), [True, False, False])
    assert table.points(0).tolist() == PAIRS


@pytest.mark.parametrize("ids", [("0", "12"), ("gt_0", "gt_12"), ("img_0", "img_12")])
def test_keys_of_results_are_numbers_of_images(tmp_path: Path, ids: tuple[str, ...]) -> None:
    result = {"points": PAIRS, "confidence": 0.5}
    table = read(stored(tmp_path, {"res_12": [result], "res_0": []}), samples=ids)
    assert table.sample_ids == ids[::-1]
    assert table.confidence is not None
    assert table.confidence.tolist() == [0.5]


@pytest.mark.parametrize(
    ("document", "code", "words"),
    [
        ({"gt_0": {}}, "E_FORMAT", "/gt_0 must be a list, got an object"),
        ({"gt_0": [5]}, "E_FORMAT", "/gt_0/0 must be an object, got a number"),
        ({"gt_0": [{"points": PAIRS[:2]}]}, "E_FORMAT", "/gt_0/0/points must be a list of three or more"),
        ({"gt_0": [WORD | {"transcription": 5}]}, "E_FORMAT", "/gt_0/0/transcription must be a string"),
        ({"gt_0": [WORD | {"illegibility": "no"}]}, "E_FORMAT", "/gt_0/0/illegibility must be true or false"),
        ({"res_0": [WORD | {"confidence": True}]}, "E_CONFIDENCE", "/res_0/0/confidence is 'True'"),
        ({"res_0": [WORD | {"confidence": 1}, WORD]}, "E_CONFIDENCE", "/res_0/1/confidence"),
        ({"gt_0": [], "res_0": []}, "E_ENTRY_DUPLICATE", "/res_0"),
        ({"gt_0": [WORD | {"points": [[0, 0], [9, 9], [9, 0], [0, 9]]}]}, "E_POLYGON", "/gt_0/0"),
    ],
)
def test_faults_of_art_have_their_pointer(tmp_path: Path, document: Any, code: str, words: str) -> None:
    (problem,) = problems_of(stored(tmp_path, document), format="art-lsvt")
    assert problem.code == code
    assert words in problem.reason


# ctw1500-xml

SEGS = ",".join(f"{x},{y}" for x, y in [(k, 0) for k in range(7)] + [(6 - k, 9.5) for k in range(7)])


def curved(text: str = "A, b", segs: str = SEGS) -> str:
    return f'<box height="9" left="0" top="0" width="6">\n<segs>{segs}</segs><label>{text}</label><pts>x</pts></box>'


def test_label_and_points_are_found_by_name(tmp_path: Path) -> None:
    body = f'<Annotations><image file="0001.jpg">{curved()}{curved("###")}</image></Annotations>'
    path = zipped(tmp_path / "a.zip", {"0001.xml": body, "0002.xml": "<image><box_/><segs/></image>"})
    table = read(path, role="gt", format="ctw1500-xml")
    assert (table.sample_ids, table.start.tolist()) == (("0001", "0002"), [0, 2, 2])
    assert (table.texts, table.care.tolist()) == (("A, b", "###"), [True, False])
    assert table.points(0).tolist()[5:8] == [[5, 0], [6, 0], [6, 9.5]]
    assert read(stored(tmp_path, f"<image>{curved()}</image>", "1001.xml"), role="gt").format == "ctw1500-xml"


@pytest.mark.parametrize(
    ("box", "code", "line", "words"),
    [
        ("<box/>", "E_FORMAT", 1, "box has 0 segs, expected one"),
        (curved(segs="1,2,3,4,5"), "E_FORMAT", 2, "text of segs has 5 numbers"),
        (curved(segs=SEGS.replace("9.5", "inf", 1)), "E_COORD", 2, "text of segs is 'inf'"),
        (curved("x" * 5000), "E_LIMIT", 2, "text of label has 5000 characters"),
        (curved(segs="0,0,9,9,9,0,0,9"), "E_POLYGON", 1, "self-intersecting"),
    ],
)
def test_faults_of_curved_boxes_have_their_line(
    tmp_path: Path, box: str, code: str, line: int, words: str
) -> None:
    (problem,) = problems_of(stored(tmp_path, f"<image>{box}</image>", "a.xml"), format="ctw1500-xml")
    assert (problem.code, problem.line) == (code, line)
    assert words in problem.reason


# rctw


def test_difficult_and_quoted_texts(tmp_path: Path) -> None:
    lines = ['0,"金氏,眼镜"', '1,"A"', '0,"###"', '0,"a"b"', "0,bare", '0,""']
    path = zipped(tmp_path / "a.zip", {"image_1.txt": "".join(f"{SQUARE},{line}\r\n" for line in lines)})
    table = read(path, role="gt", format="rctw")
    assert table.texts == ("金氏,眼镜", "A", "###", 'a"b', "bare", "")
    assert table.care.tolist() == [True, False, False, True, True, True]


@pytest.mark.parametrize(
    ("line", "code", "col", "words"),
    [
        (f'{SQUARE},2,"a"', "E_FORMAT", len(SQUARE) + 2, "'2' stands where 0 or 1 belongs"),
        (f"{SQUARE},0", "E_FORMAT", 1, "no transcription after 8 coordinates"),
        ('0,0,9,0,9,9,nan,9,0,"a"', "E_COORD", 13, "'nan' is no coordinate"),
        (f'{SQUARE},0,"{"x" * 5000}"', "E_LIMIT", None, "transcription of 5000 characters"),
    ],
)
def test_faults_of_rctw_lines(tmp_path: Path, line: str, code: str, col: int | None, words: str) -> None:
    (problem,) = problems_of(stored(tmp_path, f'{SQUARE},0,"a"\n{line}', "image_1.txt"), format="rctw")
    assert (problem.code, problem.line, problem.col) == (code, 2, col)
    assert words in problem.reason


# td500-original


def test_the_released_td500_has_boxes_angles_and_difficult_ones(tmp_path: Path) -> None:
    content = {"IMG_0059.gt": "0 0 896 636 504 105 0.452972\n1 1 10 20 30 40 -1.5\n"}
    table = read(zipped(tmp_path / "a.zip", content), role="gt")
    assert (table.format, table.sample_ids) == ("td500-original", ("IMG_0059",))
    assert table.points(0).tolist() == [[896, 636], [1400, 636], [1400, 741], [896, 741]]
    assert table.angle is not None
    assert (table.angle.tolist(), table.care.tolist()) == ([0.452972, -1.5], [True, False])
    assert table.codepoints is None


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        ("0 0 1 2 3 4", "E_FORMAT", "6 fields, expected 7"),
        ("0 2 1 2 3 4 0.5", "E_FORMAT", "'2' stands where 0 or 1 belongs"),
        ("0 0 1 2 -3 4 0.5", "E_COORD", "negative width"),
        ("0 0 1.5 2 3 4 0.5", "E_COORD", "'1.5' is no coordinate"),
        ("0 0 1 2 3 4 nan", "E_COORD", "angle is 'nan'"),
        ("0 0 1 2 3 4 x", "E_FORMAT", "angle is 'x'"),
    ],
)
def test_faults_of_the_released_td500(tmp_path: Path, line: str, code: str, words: str) -> None:
    path = stored(tmp_path, f"0 0 1 2 3 4 0.5\n{line}", "a.gt")
    (problem,) = problems_of(path, format="td500-original")
    assert (problem.code, problem.line) == (code, 2)
    assert words in problem.reason
    assert [p.code for p in problems_of(path, format="td500-original", text=True)] == ["E_FORMAT"]


# via

RECT = {"name": "rect", "x": 1, "y": 2, "width": 3, "height": 4.5}
POLYGON = {"name": "polygon", "all_points_x": [0, 9, 9, 0], "all_points_y": [0, 0, 5, 0]}


def region(shape: Any, **attributes: Any) -> dict[str, Any]:
    return {"shape_attributes": shape, "region_attributes": attributes}


def album(*regions: Any, name: Any = "img_1.jpg") -> dict[str, Any]:
    return {f"{name}123": {"filename": name, "size": 123, "regions": list(regions), "file_attributes": {}}}


def test_regions_of_via_json(tmp_path: Path) -> None:
    circle = {"name": "circle", "cx": 1, "cy": 2, "r": 3}
    first = album(region(RECT, word="a", type="x"), region(POLYGON, word="###"), region(circle))
    path = stored(tmp_path, {"_via_settings": {}, "_via_img_metadata": first | album(name="b.jpg")})
    table = read(path, role="gt", format="via(text_attribute=word)")
    assert (table.sample_ids, table.start.tolist()) == (("img_1", "b"), [0, 2, 2])
    assert (table.texts, table.care.tolist()) == (("a", "###"), [True, False])
    assert table.points(0).tolist() == [[1, 2], [4, 2], [4, 6.5], [1, 6.5]]
    assert table.points(1).tolist() == [[0, 0], [9, 0], [9, 5]]  # its last point repeats the first
    assert notes(path)["shapes that are no rect or polygon left out"] == 1
    assert read(path, role="gt").codepoints is None  # two attributes, none called text
    numbered = album()
    numbered["img_1.jpg123"]["regions"] = {"0": region(RECT, only="z")}
    assert read(stored(tmp_path, numbered), role="gt").texts == ("z",)


HEADER = (
    "#filename,file_size,file_attributes,region_count,region_id,region_shape_attributes,region_attributes\n"
)


def row(shape: Any, attributes: Any, name: str = "img_1.jpg") -> str:
    cells = (json.dumps(cell).replace('"', '""') for cell in (shape, attributes))
    return f'{name},123,"{{}}",1,0,' + ",".join(f'"{cell}"' for cell in cells) + "\n"


def test_regions_of_via_csv(tmp_path: Path) -> None:
    body = (
        HEADER + row(RECT, {"text": 'a, "b"', "x": "y"}) + row({}, {}, "b.jpg") + row(POLYGON, {"text": "c"})
    )
    table = read(stored(tmp_path, body, "via.csv"), role="gt")
    assert (table.format, table.sample_ids, table.start.tolist()) == ("via", ("img_1", "b"), [0, 2, 2])
    assert (table.texts, table.line.tolist()) == (('a, "b"', "c"), [2, 4])


@pytest.mark.parametrize(
    ("content", "code", "line", "words"),
    [
        (album(5), "E_FORMAT", None, "/img_1.jpg123/regions/0 must be an object"),
        (album(region(5)), "E_FORMAT", None, "/img_1.jpg123/regions/0/shape_attributes must be an object"),
        (album(region({"name": 5})), "E_FORMAT", None, "/shape_attributes/name must be a string"),
        (album(region(RECT | {"width": -1})), "E_COORD", None, "/shape_attributes has a negative width"),
        (album(region(RECT | {"x": "1"})), "E_FORMAT", None, "/shape_attributes/0 must be a number"),
        (album(region(POLYGON | {"all_points_y": [0]})), "E_FORMAT", None, "has 4 x and 1 y"),
        (album(region(POLYGON | {"all_points_x": None})), "E_FORMAT", None, "/all_points_x must be a list"),
        (album(region(RECT, text=5)), "E_FORMAT", None, "/region_attributes/text must be a string"),
        (album(name=""), "E_FORMAT", None, "must be the name of an image"),
        ({"_via_img_metadata": []}, "E_FORMAT", None, "/_via_img_metadata must be an object"),
        (HEADER + row(RECT, []) + "a,b\n", "E_FORMAT", 3, "2 cells, the header has 7"),
        (HEADER + row({"name": "rect"}, {}), "E_FORMAT", 2, "must be a number, got null"),
        (
            HEADER + row(RECT, {}).replace('""name""', '""x"": 1, ""x""', 1),
            "E_JSON_DUPKEY",
            2,
            "'x' occurs twice",
        ),
        (HEADER + 'a,"b', "E_FORMAT", 2, "not CSV"),
        ("filename,x\n1,2\n", "E_FORMAT", 1, "no column region_shape_attributes"),
    ],
)
def test_faults_of_via(tmp_path: Path, content: Any, code: str, line: int | None, words: str) -> None:
    (problem,) = problems_of(stored(tmp_path, content), format="via")
    assert (problem.code, problem.line) == (code, line)
    assert words in problem.reason


# prodigy

SPAN = {"points": PAIRS, "label": "WORD", "text": "A"}


def task(*spans: Any, image: Any = "img_1.jpg", by: Any = "ann", **more: Any) -> dict[str, Any]:
    return {"image": image, "spans": list(spans), "answer": "accept", "_annotator_id": by} | more


def tasks(tmp_path: Path, *rows: Any) -> Path:
    return stored(tmp_path, "\n".join(map(json.dumps, rows)), "a.jsonl")


def test_only_accepted_tasks_count(tmp_path: Path) -> None:
    boxed = {"x": 1, "y": 2, "width": 3, "height": 4, "label": "WORD", "transcription": "###"}
    data = {"image": "data:image/png;base64,aGk=", "path": "x/b.jpg"}
    path = tasks(
        tmp_path,
        task(SPAN, boxed),
        task() | data,
        task(image="c.jpg", answer="reject"),
        task(image="d", answer="ignore"),
    )
    table = read(path, role="gt")
    assert (table.format, table.sample_ids, table.start.tolist()) == ("prodigy", ("img_1", "b"), [0, 2, 2])
    assert (table.texts, table.care.tolist(), table.line.tolist()) == (("A", "###"), [True, False], [1, 1])
    assert table.points(1).tolist() == [[1, 2], [4, 2], [4, 6], [1, 6]]
    assert notes(path) == {"tasks that were not accepted left out": 2}
    assert read(tasks(tmp_path, task(SPAN)), format="prodigy(text=label)").texts == ("WORD",)


def test_several_people_did_one_task(tmp_path: Path) -> None:
    path = tasks(tmp_path, task(SPAN, _session_id="s-1"), task(by="bob", _session_id="s-2"))
    with pytest.raises(InputError, match="several annotators"):
        read(path, role="gt")
    assert {who: len(table) for who, table in read_by_annotator(path).items()} == {"ann": 1, "bob": 0}
    assert list(read_by_annotator(path, format="prodigy(by=session)")) == ["s-1", "s-2"]
    assert len(read(path, role="gt", format="prodigy(annotator=bob)")) == 0
    (problem,) = problems_of(tasks(tmp_path, task(), task()))
    assert (problem.code, problem.line) == ("E_ENTRY_DUPLICATE", 2)


@pytest.mark.parametrize(
    ("row", "code", "words"),
    [
        ([], "E_FORMAT", "the line must be an object, got a list"),
        (task(answer="maybe"), "E_FORMAT", "/answer is 'maybe'"),
        (task(answer=[]), "E_FORMAT", "/answer is a list"),
        (task(by=True), "E_FORMAT", "/_annotator_id must be a name or a whole number"),
        (task(spans={}), "E_FORMAT", "/spans must be a list"),
        (task(image="data:image/png;base64,aGk="), "E_FORMAT", "/image must name an image"),
        (task(5), "E_FORMAT", "/spans/0 must be an object"),
        (task({"x": 1}), "E_FORMAT", "/spans/0/1 must be a number, got null"),
        (task(SPAN | {"points": 5}), "E_FORMAT", "/spans/0/points must be a list"),
        (task(SPAN | {"text": 5}), "E_FORMAT", "/spans/0/text must be a string"),
        (task(SPAN | {"points": [[0, 0], [9, 9], [9, 0], [0, 9]]}), "E_POLYGON", "self-intersecting"),
    ],
)
def test_faults_of_tasks_have_line_and_pointer(tmp_path: Path, row: Any, code: str, words: str) -> None:
    (problem,) = problems_of(tasks(tmp_path, task(image="first.jpg"), row), format="prodigy")
    assert (problem.code, problem.line) == (code, 2)
    assert words in problem.reason


# rects, choices, limits


def test_characters_of_rects_are_a_choice(tmp_path: Path) -> None:
    item = {"points": [0, 0, 9, 0, 9, 9, 0, 9], "ignore": 0}
    body = {"chars": [item | {"transcription": "x"}] * 2, "lines": [item | {"transcription": "xx"}]}
    path = stored(tmp_path, body, "a.json")
    assert read(path, role="gt").texts == ("xx",)
    assert read(path, role="gt", format="rects(level=character)").texts == ("x", "x")
    with pytest.raises(InputError, match="has no choice 'level=word'"):
        read(path, role="gt", format="rects(level=word)")


def test_free_choices_take_commas_and_say_what_they_take(tmp_path: Path) -> None:
    rows = [{"image": "a", "box": [0, 0, 9, 9], "annotator": "a=b, c(d)"}]
    assert len(read(stored(tmp_path, rows), format="json(annotator=a=b, c(d))")) == 1
    for wrong in ("json(annotator=)", "json(who=x)", "json(annotator=x,annotator=y)"):
        with pytest.raises(InputError, match="known: annotator=…"):
            read(stored(tmp_path, rows), format=wrong)


@pytest.mark.parametrize(
    ("layout", "text"),
    [
        ("art-lsvt", json.dumps({"gt_0": [WORD, WORD]})),
        ("ctw1500-xml", f"<image>{curved()}{curved()}</image>"),
        ("rctw", f'{SQUARE},0,"a"\n{SQUARE},0,"b"\n'),
        ("td500-original", "0 0 1 2 3 4 0.5\n1 0 1 2 3 4 0.5\n"),
        ("via", json.dumps(album(region(RECT), region(RECT)))),
        ("prodigy", json.dumps(task(SPAN, SPAN))),
    ],
)
def test_limits_and_confidences(tmp_path: Path, layout: str, text: str) -> None:
    path = stored(tmp_path, text, "a.txt")
    assert [p.code for p in problems_of(path, format=layout, limits=Limits(instances=1))] == ["E_LIMIT"]
    wanted = "E_CONFIDENCE" if layout == "art-lsvt" else "E_FORMAT"
    assert {p.code for p in problems_of(path, format=layout, confidence=True)} == {wanted}


def test_hostile_documents(tmp_path: Path) -> None:
    for text, layout, code in (
        ('{"gt_0": [], "gt_0": []}', "art-lsvt", "E_JSON_DUPKEY"),
        ('{"gt_0": [Infinity]}', "art-lsvt", "E_COORD"),
        ("[]", "art-lsvt", "E_FORMAT"),
        ("<!DOCTYPE image><image/>", "ctw1500-xml", "E_XML_DTD"),
        ("<other/>", "ctw1500-xml", "E_FORMAT"),
        ('{"a": ' + "[" * 80 + "]" * 80 + "}", "via", "E_LIMIT"),
        ('{"a": 1, "a": 2}', "prodigy", "E_JSON_DUPKEY"),
    ):
        assert [p.code for p in problems_of(stored(tmp_path, text, "a.txt"), format=layout)] == [code], text[
            :40
        ]
