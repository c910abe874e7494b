"""Layouts recognised by content, ambiguity refused, and a wrong layout flag answered once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ocr_eval.errors import InputError
from ocr_eval.formats import FORMATS, read, sniff
from ocr_eval.formats.check import examine
from tests.unit.formats_support import SQUARE, unpacked, zipped

HEXAGON = "0,0,9,0,12,5,9,9,0,9,-3,5"
SPACED = SQUARE.replace(",", " ")
WORDS = ["HELLO", "a,b", "1974", "###", "5,x", "#22"]


def each(head: str, joint: str = ",") -> str:
    return "".join(f"{head}{joint}{word}\n" for word in WORDS)


CONTENT = {
    "icdar-quad": [
        f"{SQUARE}\n",
        each(SQUARE),
        f"{SQUARE},0.9\n",
        SQUARE.replace(",", ", "),
        f"{SQUARE},12,34\n" + each(SQUARE),
    ],
    "icdar-ltrb": ["1,2,5,8\n", each("1,2,5,8"), "1,2,5,8,0.25\n", '1, 2, 5, 8, "0,6"\n', '1 2 5 8 "RED"\n'],
    "polygon": [
        f"{HEXAGON}\n",
        each(HEXAGON).replace("5,x", "x"),
        "0,0,9,0,9,9\n",
        f"{SQUARE}\n" * 9 + f"{HEXAGON}\n" * 2,
    ],
    "ctw1500-offsets": [f"0,0,9,5,{','.join(['0,0', '9,0', '9,5', '0,5'] * 3 + ['9,5'] * 2)}\n"],
    "totaltext": ["x: [[259 313 389]], y: [[542 462 417]], ornt: [u'c'], transcriptions: [u'PAUL']\n"],
    "td500": ["950,231,1006,475,-0.716654\n", "950,231,1006,475,1.5,None\n"],
    "icdar-mlt": [each(SQUARE + ",Latin"), f"{SQUARE},None,\n"],
    "ctw1500": [each(HEXAGON, ",####"), each(SQUARE, ",####")],
    "characters": [each(SPACED, " ")],
    "popeval": [each(SPACED, "##::")],
}


@pytest.mark.parametrize(
    ("name", "content"), [(name, text) for name, texts in CONTENT.items() for text in texts]
)
@pytest.mark.parametrize("confidence", [False, True])
def test_content_tells_the_layout(name: str, content: str, confidence: bool, tmp_path: Path) -> None:
    content_is_sure = {
        "img_1.txt": "",
        "img_2.txt": "\ufeff" + content,
        "img_3.txt": content.replace("\n", "\r\n"),
    }
    source = zipped(tmp_path / "a.zip", content_is_sure)
    options = sniff.Options(confidence=confidence)
    entries = [sniff.Entry("a", "a.txt", data.encode()) for data in content_is_sure.values()]
    assert sniff.candidates(entries, options, (False,)) == [name]
    if not confidence:
        assert read(source, invalid_polygons="official").format == name


@pytest.mark.parametrize(
    ("name", "document"),
    [
        (
            "rects",
            {"chars": [], "lines": [{"points": [0, 0, 9, 0, 9, 5, 0, 5], "transcription": "a", "ignore": 0}]},
        ),
        ("tda-rects", [{"img_name": "a.jpg", "points": [], "scores": [], "texts": []}]),
    ],
)
def test_json_tells_the_layout(name: str, document: Any, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("\ufeff\n " + json.dumps(document), encoding="utf-8")
    assert read(path).format == name


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("icdar-words", 'word_1.png, "PROPER"\nword_2.png, "Canon, or"\n'),
        ("pairs", "word_1.png\tPROPER\nword_2.png\t12,5\n"),
        ("pairs", "a/word_1.png\t\n"),
    ],
)
def test_recognition_lists_tell_the_layout(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    assert read(tmp_path / "a.txt", geometry=False).format == name
    assert read(zipped(tmp_path / "a.zip", {"a.txt": text}), geometry=False).format == name


def test_many_text_files_are_texts(tmp_path: Path) -> None:
    pages = {"p1.txt": "a\tb", "p2.txt": "c"}
    assert read(zipped(tmp_path / "a.zip", pages), geometry=False).format == "text"


def test_rare_longer_rings_are_ambiguous_and_the_flag_decides(tmp_path: Path) -> None:
    triangle = "0,0,9,0,9,9"
    source = zipped(tmp_path / "a.zip", {"img_1.txt": f"{SQUARE},a\n" * 15, "img_2.txt": f"{triangle},b\n"})
    with pytest.raises(InputError) as caught:
        read(source)
    assert caught.value.exit_code == 2
    assert "icdar-quad, polygon" in str(caught.value)
    assert "--pred-format" in str(caught.value)
    with pytest.raises(InputError, match="--gt-format"):
        read(source, role="gt")
    assert read(source, format="polygon").xy.shape == (15 * 4 + 3, 2)


def test_a_few_rings_of_many_vertices_make_polygons(tmp_path: Path) -> None:
    source = zipped(tmp_path / "a.zip", {"img_1.txt": f"{SQUARE},a\n" * 15, "img_2.txt": f"{HEXAGON},b\n"})
    assert read(source).format == "polygon"


@pytest.mark.parametrize("line", ["0,0,100,0,100,50,0", "0,0,100,0,100,50,0,50"])
def test_a_quad_that_lost_a_field_is_a_bad_quad_not_a_triangle(line: str, tmp_path: Path) -> None:
    source = zipped(tmp_path / "a.zip", {"img_1.txt": f"{line}\n", "img_2.txt": f"{SQUARE},a\n" * 2})
    with pytest.raises(InputError) as caught:
        read(source, text=True)
    assert [(p.code, p.entry, p.line) for p in caught.value.problems] == [("E_FORMAT", "img_1.txt", 1)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("hello world\n", "first line 'hello world'"),
        ('<?xml version="1.0"?><svg/>', "looks like XML"),
        ("[([[np.int32(1), 2], [3, 2], [3, 4], [1, 4]], 'a', 0.5)]", "a list as Python prints it, not JSON"),
        ("{'text_lines': []}", "a dictionary as Python prints it, not JSON"),
        ("cposix\nsystem\n(S'touch x'\n", "looks like a pickle"),
        ('{"images": []}', "first line"),
        ("\0\1\2", "first line"),
    ],
)
def test_other_content_is_one_error_with_what_was_found(text: str, words: str, tmp_path: Path) -> None:
    found = examine(zipped(tmp_path / "a.zip", {"img_1.txt": text, "img_2.txt": text}))
    assert [(p.code, p.entry, p.line) for p in found.problems] == [("E_FORMAT", "img_1.txt", 1)]
    assert words in found.problems[0].reason
    assert examine(tmp_path / "a.zip", role="gt").problems[0].code == "E_GT"


@pytest.mark.parametrize("geometry", [True, False])
def test_nothing_but_empty_files_is_any_layout(geometry: bool, tmp_path: Path) -> None:
    found = read(unpacked(tmp_path / "a", {"img_1.txt": "", "img_2.txt": " \n"}), geometry=geometry)
    assert found.sample_ids == ("img_1", "img_2")
    assert len(found) == (0 if geometry else 2)


@pytest.mark.parametrize(
    ("flag", "content", "hint"),
    [
        ("icdar-quad", each("1,2,5,8"), "icdar-ltrb"),
        ("icdar-quad", each(SPACED, " "), "characters"),
        ("polygon", each("1,2,5,8"), "icdar-ltrb"),
        ("ctw1500", each(SQUARE), "icdar-quad"),
        ("characters", each(SQUARE), "icdar-quad"),
        ("icdar-quad", each(SPACED, "##::"), "popeval"),
        ("icdar-quad", json.dumps({"lines": [{"points": [0, 0, 1, 1, 2, 2, 3, 3]}]}, indent=1), "rects"),
    ],
)
def test_a_wrong_flag_is_one_error(flag: str, content: str, hint: str, tmp_path: Path) -> None:
    source = zipped(tmp_path / "a.zip", {f"img_{k}.txt": content for k in range(30)})
    found = examine(source, format=flag, text=True)
    assert (found.total, len(found.problems)) == (1, 1)
    problem = found.problems[0]
    assert (problem.code, problem.entry, problem.line) == ("E_FORMAT", "img_0.txt", 1)
    assert f"look like {hint}" in problem.hint
    assert f"--pred-format {hint}" in problem.hint


def test_many_bad_lines_of_the_named_layout_are_all_listed(tmp_path: Path) -> None:
    for broken in (SQUARE.replace("10", "1.5"), "0,0,10,0,10,1x,0,10", "0,0,10,0,-,-,-,-"):
        lines = f"{SQUARE},a\n" * 10 + f"{broken},a\n" * 20
        assert examine(zipped(tmp_path / "a.zip", {"img_1.txt": lines}), format="icdar-quad").total == 20


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("0.5,0,10,0,10,10,0,10", "E_COORD"),
        ("nan,0,10,0,10,10,0,10,word", "E_COORD"),
        ("1e1,0,10,0,10,10,0,10", "E_COORD"),
        (",".join(f"{k}.5,{k * k}.25" for k in range(7)), "E_COORD"),
        ("0,0,10,0,10,10,0", "E_FORMAT"),
        ("0,0,10,0,10,10,0,word", "E_FORMAT"),
    ],
)
def test_broken_numbers_are_named_without_a_flag_too(line: str, code: str, tmp_path: Path) -> None:
    (problem,) = examine(zipped(tmp_path / "a.zip", {"img_1.txt": line})).problems
    assert (problem.code, problem.entry, problem.line) == (code, "img_1.txt", 1)


def test_an_unknown_flag_names_close_layouts(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read(zipped(tmp_path / "a.zip", {"img_1.txt": SQUARE}), format="icdar_quad")
    assert caught.value.exit_code == 2
    assert "icdar-quad" in str(caught.value)


def test_the_table_is_complete() -> None:
    for name in FORMATS:
        found = sniff.format_of(name)
        assert callable(found.read)
        assert getattr(found, "id", name) == name


def test_numbers_with_commas_do_not_make_quads_polygons(tmp_path: Path) -> None:
    lines = "".join(f"{SQUARE},{text}\n" for text in ("1,234", "1,234 items", "2,000,000", "a", "b"))
    assert read(zipped(tmp_path / "a.zip", {"img_1.txt": lines})).format == "icdar-quad"


def test_rings_are_not_read_as_pages_of_text(tmp_path: Path) -> None:
    source = zipped(tmp_path / "a.zip", {"img_1.txt": f"{SQUARE},a\n" * 3, "img_2.txt": f"{SQUARE},b\n"})
    with pytest.raises(InputError, match="content looks like icdar-quad: rings") as caught:
        read(source, geometry=False)
    assert caught.value.exit_code == 3
    assert read(source, geometry=False, format="text").texts[1] == f"{SQUARE},b"


def test_a_list_of_texts_is_named_where_rings_are_wanted(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text('word_1.png, "PROPER"\nword_2.png, "Canon"\n', encoding="utf-8")
    with pytest.raises(InputError, match="content looks like icdar-words: a list of texts"):
        read(tmp_path / "a.txt")


def test_quads_that_all_lost_a_number_are_no_text_either(tmp_path: Path) -> None:
    source = zipped(tmp_path / "a.zip", {"img_1.txt": "1,2,3,4,5,6,7\n9,8,7,6,5,4,3\n"})
    for geometry in (True, False):
        (problem,) = examine(source, geometry=geometry).problems
        assert (problem.code, problem.line) == ("E_FORMAT", 1)
        assert "begins with 7 whole numbers (a box has 4, a quad 8" in problem.reason
    assert read(source, geometry=False, format="text").texts[0].startswith("1,2,3")


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_a_zip_of_utf16_alone_is_told_as_such_in_every_file(codec: str, tmp_path: Path) -> None:
    data = "\ufeff" + f"{SQUARE},a\n" * 2
    source = zipped(tmp_path / "a.zip", {f"img_{k}.txt": data.encode(codec) for k in (1, 2)})
    found = examine(source).problems
    assert [(p.code, p.entry) for p in found] == [("E_ENCODING", "img_1.txt"), ("E_ENCODING", "img_2.txt")]
    assert "UTF-16" in found[0].reason and "iconv" in (found[0].hint or "")
