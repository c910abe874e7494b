"""Sets of scanned and photographed documents: WildReceipt, FUNSD, SROIE, NAF and Street View Text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ocr_eval.errors import InputError
from ocr_eval.formats import read
from ocr_eval.formats.check import examine
from ocr_eval.limits import Limits
from tests.unit.formats_support import problems_of, zipped

EIGHT = [0.0, 9.0, 20.0, 9.0, 20.0, 0.5, 0.0, 0.5]
PAIRS = [[0, 0], [9, 0], [9, 5], [0, 5]]


def stored(tmp_path: Path, content: Any, name: str = "a.json") -> Path:
    path = tmp_path / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def notes(path: Path, **arguments: Any) -> dict[str, int]:
    return {n.message: n.count for n in examine(path, role="gt", **arguments).notices if n.code == "W_LAYOUT"}


# wildreceipt


def receipt(*items: Any, name: Any = "x/1.jpeg") -> str:
    return json.dumps({"file_name": name, "height": 20, "width": 30, "annotations": list(items)})


ITEM = {"box": EIGHT, "text": "TOTAL", "label": 24}


def test_receipts_keep_their_rings_and_ignore_is_dont_care(tmp_path: Path) -> None:
    lines = [receipt(ITEM, ITEM | {"text": "", "label": 0}), receipt(name="2.jpeg")]
    table = read(stored(tmp_path, "\n".join(lines)), role="gt")
    assert (table.format, table.sample_ids, table.start.tolist()) == ("wildreceipt", ("1", "2"), [0, 2, 2])
    assert table.points(0).ravel().tolist() == EIGHT
    assert (table.texts, table.care.tolist(), table.line.tolist()) == (("TOTAL", ""), [True, False], [1, 1])


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        ("[]", "E_FORMAT", "the document must be an object, got a list"),
        (receipt(name=5), "E_FORMAT", "/file_name must be the name of an image"),
        (receipt(name="1.jpeg"), "E_ENTRY_DUPLICATE", "is the sample of"),
        (receipt(5, name="b"), "E_FORMAT", "/annotations/0 must be an object, got a number"),
        (
            receipt(ITEM | {"box": EIGHT[:6]}, name="b"),
            "E_FORMAT",
            "/annotations/0/box has 6 numbers, expected 8",
        ),
        (
            receipt(ITEM | {"label": True}, name="b"),
            "E_FORMAT",
            "/annotations/0/label must be a whole number",
        ),
        (receipt({"box": EIGHT, "text": "a"}, name="b"), "E_FORMAT", "/annotations/0/label must be a whole"),
        (receipt(ITEM | {"text": None}, name="b"), "E_FORMAT", "/annotations/0/text must be a string"),
        (receipt(ITEM | {"box": [1e9, *EIGHT[1:]]}, name="b"), "E_COORD", "/annotations/0/box/0 is outside"),
        (receipt(ITEM | {"box": [0, 0] * 4}, name="b"), "E_POLYGON", "ring"),
        ('{"a": 1, "a": 2}', "E_JSON_DUPKEY", "'a' occurs twice"),
        ('{"a": NaN}', "E_COORD", "NaN"),
    ],
)
def test_faults_of_receipts_have_line_and_pointer(tmp_path: Path, line: str, code: str, words: str) -> None:
    (problem,) = problems_of(stored(tmp_path, receipt(ITEM) + "\n" + line))
    assert (problem.code, problem.line) == (code, 2)
    assert words in problem.reason


# funsd

FORM = {
    "form": [
        {"id": 0, "box": [0, 0, 30, 9], "text": "TO: é", "label": "question", "linking": [[0, 1]]}
        | {"words": [{"box": [0, 0, 9, 9], "text": "TO:"}, {"box": [11, 0, 30, 9], "text": ""}]},
        {"id": 1, "box": [40, 0, 50, 9], "text": "", "label": "other", "words": [], "linking": []},
    ]
}


def test_words_or_entries_of_a_form(tmp_path: Path) -> None:
    path = zipped(
        tmp_path / "a.zip", {"0001.json": json.dumps(FORM), "0002.json": '{"form": [], "words": "box"}'}
    )
    table = read(path, role="gt")
    assert (table.format, table.sample_ids, table.start.tolist()) == ("funsd", ("0001", "0002"), [0, 2, 2])
    assert (table.texts, table.care.tolist()) == (("TO:", ""), [True, False])
    assert table.points(1).tolist() == [[11, 0], [30, 0], [30, 9], [11, 9]]
    lines = read(path, role="gt", format="funsd(level=line)")
    assert (lines.texts, lines.care.tolist()) == (("TO: é", ""), [True, False])
    with pytest.raises(InputError, match="funsd has no level 'page'"):
        read(path, format="funsd", level="page")


@pytest.mark.parametrize(
    ("form", "code", "words"),
    [
        ({"form": {}}, "E_FORMAT", "/form must be a list"),
        ({"form": [5]}, "E_FORMAT", "/form/0 must be an object"),
        ({"form": [{"words": None}]}, "E_FORMAT", "/form/0/words must be a list, got null"),
        (
            {"form": [{"words": [{"text": "a"}]}]},
            "E_FORMAT",
            "/form/0/words/0/box must be a list, got nothing",
        ),
        ({"form": [{"words": [{"box": [0, 0, 1, 1]}]}]}, "E_FORMAT", "/form/0/words/0/text must be a string"),
        ({"form": [{"words": [{"box": [3, 0, 1, 1], "text": ""}]}]}, "E_COORD", "words/0/box has x2 < x1"),
        ({"form": [{"words": [{"box": [1, 0, 1, 1], "text": "a"}]}]}, "E_POLYGON", "/form/0/words/0"),
    ],
)
def test_faults_of_forms_have_their_pointer(tmp_path: Path, form: Any, code: str, words: str) -> None:
    (problem,) = problems_of(stored(tmp_path, form), format="funsd")
    assert problem.code == code
    assert words in problem.reason


# sroie

LINE = "72,25,326,25,326,64,72,64,"


def test_receipt_lines_have_no_quoting_and_keep_commas(tmp_path: Path) -> None:
    text = f'{LINE}NO.53 55,57 & 59, JALAN SAGU 18,\n{LINE}"SALE"\n{LINE}###\n{LINE} \n'
    table = read(stored(tmp_path, text, "000.csv"), role="gt", format="sroie")
    assert table.sample_ids == ("000",)
    assert table.texts == ("NO.53 55,57 & 59, JALAN SAGU 18,", '"SALE"', "###", " ")
    assert table.care.tolist() == [True, True, False, True]


def test_an_encoding_is_named_and_never_guessed(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    zipped(path, {"000.txt": f"{LINE}caf".encode() + b"\xe9 \x80\n"})
    (problem,) = problems_of(path, format="sroie")
    assert (problem.code, problem.line) == ("E_ENCODING", 1)
    assert read(path, format="sroie(encoding=latin-1)").texts == ("café \x80",)
    assert read(path, format="sroie(encoding=cp1252)").texts == ("café €",)
    zipped(path, {"000.txt": f"{LINE}a\n{LINE}".encode() + b"\x81\n"})
    (problem,) = problems_of(path, format="sroie(encoding=cp1252)")
    assert (problem.code, problem.line, problem.reason[:9]) == ("E_ENCODING", 2, "byte 0x81")
    (problem,) = problems_of(path, format="sroie(encoding=utf-7)")
    assert problem.code == "E_USAGE"


# naf

NAF: dict[str, Any] = {
    "textBBs": [{"poly_points": PAIRS, "type": "text", "id": "t0"}],
    "fieldBBs": [{"poly_points": PAIRS, "type": "field", "id": f"f{k}", "isBlank": 1} for k in range(4)],
    "imageFilename": "x.jpg",
    "transcriptions": {"t0": "A «b» ¿", "f0": "\u202a#", "f1": "§", "f2": "\u202a§x", "f3": ""},
}


def test_fields_and_texts_of_a_form_by_id(tmp_path: Path) -> None:
    table = read(stored(tmp_path, NAF), role="gt")
    assert (table.format, table.texts) == ("naf", ("A «b» ¿", "\u202a#", "§", "\u202a§x", ""))
    assert table.care.tolist() == [True, False, False, True, True]
    assert read(stored(tmp_path, NAF)).care.all()


def test_fields_without_transcription_and_blank_ones(tmp_path: Path) -> None:
    blank = {"poly_points": PAIRS, "type": "blank", "id": "f9"}
    path = stored(tmp_path, {"textBBs": NAF["textBBs"], "fieldBBs": [blank]})
    table = read(path, role="gt")
    assert (len(table), table.codepoints, notes(path)) == (1, None, {"blank fields left out": 1})
    (problem,) = problems_of(path, text=True)
    assert (problem.code, problem.reason) == ("E_FORMAT", "/textBBs/0 has no transcription")


@pytest.mark.parametrize(
    ("document", "code", "words"),
    [
        ([], "E_FORMAT", "the document must be an object with textBBs or fieldBBs"),
        ({"textBBs": 5}, "E_FORMAT", "/textBBs must be a list, got a number"),
        ({"textBBs": [5]}, "E_FORMAT", "/textBBs/0 must be an object"),
        (
            {"textBBs": [{"poly_points": PAIRS}]},
            "E_FORMAT",
            "/textBBs/0/id must be a whole number or a string",
        ),
        ({"textBBs": [{"id": "t0"}]}, "E_FORMAT", "/textBBs/0/poly_points must be a list"),
        (NAF | {"transcriptions": []}, "E_FORMAT", "/transcriptions must be an object"),
        (NAF | {"transcriptions": {"t0": 5}}, "E_FORMAT", "/transcriptions/t0 must be a string"),
    ],
)
def test_faults_of_fields_have_their_pointer(tmp_path: Path, document: Any, code: str, words: str) -> None:
    (problem,) = problems_of(stored(tmp_path, document), format="naf")
    assert problem.code == code
    assert words in problem.reason


# svt

TAGGED = '<taggedRectangle height="75" width="236" x="375" y="-3.5"><tag>A, &lt;b</tag></taggedRectangle>'


def view(*boxes: str, name: str = "img/14_03.jpg") -> str:
    rectangles = f"<taggedRectangles>{''.join(boxes)}</taggedRectangles>"
    return f"<image><imageName>{name}</imageName><lex>A,B</lex>\n{rectangles}</image>"


def test_street_views_have_boxes_and_no_dont_care(tmp_path: Path) -> None:
    both = view(TAGGED, TAGGED.replace("A, &lt;b", "###")) + view(name="img/2.jpg")
    path = stored(tmp_path, f"<tagset>{both}</tagset>", "a.xml")
    table = read(path, role="gt")
    assert (table.format, table.sample_ids, table.start.tolist()) == ("svt", ("14_03", "2"), [0, 2, 2])
    assert (table.texts, table.care.tolist()) == (("A, <b", "###"), [True, True])
    assert table.points(0).tolist() == [[375, -3.5], [611, -3.5], [611, 71.5], [375, 71.5]]
    assert notes(path) == {"lexicons of images are not read": 2}
    assert read(stored(tmp_path, view(TAGGED), "b.xml"), role="gt").texts == ("A, <b",)


@pytest.mark.parametrize(
    ("box", "code", "words"),
    [
        (TAGGED.replace(' x="375"', ""), "E_FORMAT", "taggedRectangle has no attribute x"),
        (TAGGED.replace("375", "0x1"), "E_COORD", "x of taggedRectangle is '0x1'"),
        (TAGGED.replace("236", "-1"), "E_COORD", "taggedRectangle has a negative width"),
        (TAGGED.replace("236", "0"), "E_POLYGON", "ring with too few distinct points"),
        (TAGGED.replace("<tag>A, &lt;b</tag>", ""), "E_FORMAT", "taggedRectangle has no tag"),
    ],
)
def test_faults_of_views_have_their_line(tmp_path: Path, box: str, code: str, words: str) -> None:
    (problem,) = problems_of(stored(tmp_path, f"<tagset>{view(box)}</tagset>", "a.xml"), text=True)
    assert (problem.code, problem.line) == (code, 2)
    assert words in problem.reason


def test_hostile_documents(tmp_path: Path) -> None:
    for text, layout, code in (
        ("<!DOCTYPE tagset><tagset/>", "svt", "E_XML_DTD"),
        ("<tagset>" + "<a>" * 200, "svt", "E_LIMIT"),
        ("<tagset/>", "svt", "E_NO_SAMPLES"),
        ("<annotations/>", "svt", "E_FORMAT"),
        (f"<tagset>{view(name='')}</tagset>", "svt", "E_FORMAT"),
        (f"<tagset>{view() * 2}</tagset>", "svt", "E_ENTRY_DUPLICATE"),
        ('{"form": ' + "[" * 80 + "]" * 80 + "}", "funsd", "E_LIMIT"),
        ('{"textBBs": [], "textBBs": []}', "naf", "E_JSON_DUPKEY"),
    ):
        found = problems_of(stored(tmp_path, text, "x.txt"), format=layout)
        assert [p.code for p in found] == [code], text[:40]
    few = Limits(instances=1)
    for text, layout in (
        (view(TAGGED, TAGGED), "svt"),
        (receipt(ITEM, ITEM), "wildreceipt"),
        (FORM, "funsd"),
    ):
        assert [p.code for p in problems_of(stored(tmp_path, text), format=layout, limits=few)] == ["E_LIMIT"]
    for layout, text in (
        ("svt", view(TAGGED)),
        ("wildreceipt", receipt(ITEM)),
        ("funsd", FORM),
        ("naf", NAF),
    ):
        path = stored(tmp_path, text)
        assert [p.code for p in problems_of(path, format=layout, confidence=True)] == ["E_FORMAT"]


def test_the_sample_files_of_the_reference(shared: Path, tmp_path: Path) -> None:
    folder = shared / "formats"
    table = read(folder / "wildreceipt/data.txt", role="gt")
    lines = (folder / "wildreceipt/data.txt").read_text("utf-8").splitlines()
    items = [item for line in lines for item in json.loads(line)["annotations"]]
    assert (len(table.sample_ids), len(table)) == (len(lines), len(items))
    assert int((~table.care).sum()) == sum(item["label"] == 0 for item in items)
    assert [p.code for p in problems_of(folder / "wildreceipt/class_list.txt")] == ["E_FORMAT"]
    table = read(folder / "sroie/000.csv", role="gt", format="sroie")
    assert (len(table), table.texts[3]) == (44, "NO.53 55,57 & 59, JALAN SAGU 18,")
    naf, svt = (
        (folder / f"mmocr_dataset_zoo/{name}.md").read_text("utf-8").split("```")[1].partition("\n")[2]
        for name in ("naf", "svt")
    )
    table = read(stored(tmp_path, naf), role="gt")
    assert (len(table), table.texts[3]) == (5, "¿¿¿ ¿¿¿ 18/1/49 ¿¿¿¿¿")
    table = read(stored(tmp_path, svt, "a.xml"), role="gt")
    assert (table.sample_ids, table.texts) == (("14_03",), ("LIVING", "ROOM", "THEATERS"))
