"""One line of every layout: what comes out, or which fault at which column."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ocr_eval.formats.check import examine
from ocr_eval.limits import Limits
from tests.unit.formats_support import SQUARE, one, problem_of, zipped

SPACED = SQUARE.replace(",", " ")
HEXAGON = "0,0,9,0,12,5,9,9,0,9,-3,5"
BOX = "1,2,5,8"
CORNERS = [1, 2, 5, 2, 5, 8, 1, 8]


def numbers(line: str) -> list[int]:
    return [int(number) for number in line.split(",")]


# (layout, arguments, line, ring, text, confidence)
GOOD: list[tuple[str, dict[str, Any], str, list[int], str | None, float | None]] = [
    ("icdar-quad", {}, SQUARE, numbers(SQUARE), None, None),
    ("icdar-quad", {}, f" {SQUARE.replace(',', ' , ')}\t", numbers(SQUARE), None, None),
    ("icdar-quad", {}, f"{SQUARE},", numbers(SQUARE), "", None),
    ("icdar-quad", {}, f"{SQUARE},a,b,", numbers(SQUARE), "a,b,", None),
    ("icdar-quad", {}, f"{SQUARE}, a ", numbers(SQUARE), " a ", None),
    ("icdar-quad", {}, f'{SQUARE},"a"', numbers(SQUARE), "a", None),
    ("icdar-quad", {}, f'{SQUARE}, "a,"" \t', numbers(SQUARE), 'a,"', None),
    ("icdar-quad", {}, f'{SQUARE},"', numbers(SQUARE), '"', None),
    ("icdar-quad", {}, f'{SQUARE},""', numbers(SQUARE), "", None),
    ("icdar-quad", {}, f'{SQUARE},say "a"', numbers(SQUARE), 'say "a"', None),
    ("icdar-quad", {}, rf'{SQUARE},"\\"', numbers(SQUARE), "\\", None),
    ("icdar-quad", {}, rf'{SQUARE},"a\"b\\c"', numbers(SQUARE), 'a"b\\c', None),
    ("icdar-quad", {}, rf'{SQUARE},"\\""', numbers(SQUARE), '"', None),
    ("icdar-quad", {}, f"{SQUARE},0.9", numbers(SQUARE), "0.9", None),
    ("icdar-quad", {"confidence": True}, f"{SQUARE},0.9", numbers(SQUARE), None, 0.9),
    ("icdar-quad", {"confidence": True}, f"{SQUARE}, 9e-05 ,a,b", numbers(SQUARE), "a,b", 9e-05),
    ("icdar-quad", {"confidence": True, "text": True}, f"{SQUARE},1,", numbers(SQUARE), "", 1.0),
    ("icdar-quad", {"text": True}, f"{SQUARE},###", numbers(SQUARE), "###", None),
    ("icdar-ltrb", {}, BOX, CORNERS, None, None),
    ("icdar-ltrb", {}, f"{BOX},", CORNERS, "", None),
    ("icdar-ltrb", {}, "1, 2, 5, 8, \"0,6\"", CORNERS, "0,6", None),
    ("icdar-ltrb", {}, '1 2 5 8 "RED, blue"', CORNERS, "RED, blue", None),
    ("icdar-ltrb", {}, "1 2 5 8", CORNERS, None, None),
    ("icdar-ltrb", {}, "1 ,2 ,5 ,8 ,x", CORNERS, "x", None),
    ("icdar-ltrb", {"confidence": True}, f"{BOX},0.5,x", CORNERS, "x", 0.5),
    ("icdar-ltrb", {"confidence": True}, "1 2 5 8 0.5 a b", CORNERS, "a b", 0.5),
    ("icdar-ltrb", {}, "-5,-6,-1,-2", [-5, -6, -1, -6, -1, -2, -5, -2], None, None),
    ("polygon", {}, HEXAGON, numbers(HEXAGON), None, None),
    ("polygon", {}, HEXAGON.replace(",", ",\t"), numbers(HEXAGON), None, None),
    ("polygon", {}, f"{HEXAGON},Breakfast,Lunch", numbers(HEXAGON), "Breakfast,Lunch", None),
    ("polygon", {}, f"{HEXAGON},", numbers(HEXAGON), "", None),
    ("polygon", {}, f"{HEXAGON},B12", numbers(HEXAGON), "B12", None),
    ("polygon", {"text": True}, f"{HEXAGON},1974", numbers(HEXAGON), "1974", None),
    ("polygon", {"text": True}, f"{HEXAGON},12,34", numbers(HEXAGON), "12,34", None),
    ("polygon", {"text": True}, f"{HEXAGON},12.5", numbers(HEXAGON), "12.5", None),
    ("polygon", {"text": True}, f"{HEXAGON}, 5th", numbers(HEXAGON), " 5th", None),
    ("polygon", {"confidence": True}, f"{HEXAGON},0.5", numbers(HEXAGON), None, 0.5),
    ("polygon", {"confidence": True}, f"{HEXAGON},1", numbers(HEXAGON), None, 1.0),
    ("polygon", {"confidence": True}, f"{HEXAGON},0.5,a,b", numbers(HEXAGON), "a,b", 0.5),
    ("polygon", {"confidence": True}, f"{HEXAGON},1,word", numbers(HEXAGON), "word", 1.0),
    ("polygon", {"confidence": True, "text": True}, f"{HEXAGON},1,12", numbers(HEXAGON), "12", 1.0),
    ("polygon", {"confidence": True, "text": True}, f"{HEXAGON},1,5,word", numbers(HEXAGON), "5,word", 1.0),
    ("ctw1500", {}, f"{HEXAGON},####DOUGLASTON", numbers(HEXAGON), "DOUGLASTON", None),
    ("ctw1500", {}, f"{HEXAGON},####a,####b", numbers(HEXAGON), "a,####b", None),
    ("ctw1500", {}, f"{HEXAGON},#####3", numbers(HEXAGON), "#3", None),
    ("ctw1500", {}, f"{HEXAGON},####", numbers(HEXAGON), "", None),
    ("ctw1500", {}, f"{HEXAGON.replace(',', ', ')},#### a", numbers(HEXAGON), " a", None),
    ("characters", {}, f"{SPACED} S", numbers(SQUARE), "S", None),
    ("characters", {}, f"{SPACED} ,", numbers(SQUARE), ",", None),
    ("characters", {}, f"{SPACED} # 1", numbers(SQUARE), "# 1", None),
    ("characters", {}, SPACED, numbers(SQUARE), None, None),
    ("popeval", {}, f"{SPACED}##::Thai", numbers(SQUARE), "Thai", None),
    ("popeval", {}, f"{SPACED}##::a##::b", numbers(SQUARE), "a##::b", None),
    ("popeval", {}, f"{SPACED}##::", numbers(SQUARE), "", None),
    ("popeval", {}, f"{SPACED} a##::b", numbers(SQUARE), "a##::b", None),
    ("popeval", {}, f"{SPACED} a b", numbers(SQUARE), "a b", None),
]  # fmt: skip


@pytest.mark.parametrize(("layout", "arguments", "line", "ring", "text", "confidence"), GOOD)
def test_a_good_line(
    layout: str,
    arguments: dict[str, Any],
    line: str,
    ring: list[int],
    text: str | None,
    confidence: float | None,
    tmp_path: Path,
) -> None:
    found = one(tmp_path, line, format=layout, **arguments)
    assert found.xy.ravel().tolist() == ring
    assert found.texts == (() if text is None else (text,))
    assert (found.codepoints is None) == (text is None)
    assert (None if found.confidence is None else found.confidence.tolist()) == (
        None if confidence is None else [confidence]
    )
    assert found.care.tolist() == [True]


TEXT: dict[str, Any] = {"text": True}
SURE: dict[str, Any] = {"confidence": True}
# (layout, arguments, line, code, column, words of the line that the user sees)
BAD: list[tuple[str, dict[str, Any], str, str, int | None, str]] = [
    ("icdar-quad", {}, "0,0,10,0,10,10,0", "E_FORMAT", 1, "7 coordinates in 7 fields, expected 8"),
    ("icdar-quad", TEXT, "0,0,10,0,10,10,0,word", "E_FORMAT", 1, "7 coordinates in 8 fields, expected 8"),
    ("icdar-quad", TEXT, SQUARE, "E_FORMAT", 1, "no transcription after 8 coordinates"),
    ("icdar-quad", SURE, SQUARE, "E_FORMAT", 1, "no confidence after 8 coordinates"),
    ("icdar-quad", SURE | TEXT, f"{SQUARE},0.5", "E_FORMAT", 1, "no transcription"),
    (
        "icdar-quad",
        {},
        SQUARE.replace(",", ";"),
        "E_FORMAT",
        1,
        "separate the fields with ',', the line has ';'",
    ),
    ("icdar-quad", {}, SQUARE.replace(",", "\t"), "E_FORMAT", 1, "the line has a tab"),
    ("icdar-quad", {}, SPACED, "E_FORMAT", 1, "the line has a space"),
    ("icdar-quad", {}, "0,0,10,0,ten,10,0,10", "E_FORMAT", 10, "'ten' stands where coordinate 5 belongs"),
    ("icdar-quad", {}, "0,0,10,0, 1e1,10,0,10,word", "E_COORD", 11, "'1e1' is no coordinate"),
    ("icdar-quad", {}, "0,0,10,0,10,10,0,99999999", "E_COORD", 18, "outside -1000000 to 1000000"),
    ("icdar-quad", SURE, f"{SQUARE}, 1x9", "E_CONFIDENCE", len(SQUARE) + 2, "'1x9'"),
    ("icdar-ltrb", {}, "5,2,1,8", "E_COORD", 1, "x,y,width,height"),
    ("icdar-ltrb", {}, "1,8,5,2,word", "E_COORD", 1, "ymax 2 is less than ymin 8"),
    ("icdar-ltrb", {}, "1,2,5", "E_FORMAT", 1, "3 coordinates in 3 fields, expected 4"),
    ("icdar-ltrb", {}, "1\t2\t5\t8", "E_FORMAT", 1, "the line has a tab"),
    ("icdar-ltrb", {}, "1,2,5,5_0", "E_COORD", 7, "5_0"),
    ("polygon", {}, "1,2,3,4,5", "E_FORMAT", 1, "5 coordinates in 5 fields"),
    ("polygon", {}, "39,292,###", "E_FORMAT", 1, "2 coordinates in 3 fields"),
    ("polygon", {}, f"{HEXAGON},1", "E_FORMAT", 1, "13 coordinates"),
    ("polygon", TEXT, f"{HEXAGON},1,word", "E_FORMAT", 1, "13 coordinates and 1 more fields"),
    ("polygon", TEXT, "0,0,9,0,12.5,5,word", "E_COORD", 9, "'12.5' is no coordinate"),
    ("polygon", {}, "0,0,9,0,9,9,0.5,9", "E_COORD", 13, "'0.5' is no coordinate"),
    ("polygon", {}, "0,0,9,0,9,9,0x9,9", "E_COORD", 13, "'0x9' is no coordinate"),
    ("polygon", SURE, f"{HEXAGON},2", "E_CONFIDENCE", len(HEXAGON) + 2, "'2'"),
    ("polygon", SURE, HEXAGON, "E_FORMAT", 1, "11 coordinates"),
    ("ctw1500", {}, f"{HEXAGON},word", "E_FORMAT", 1, "no ,####"),
    ("ctw1500", {}, f"{HEXAGON},5,####word", "E_FORMAT", 1, "13 coordinates"),
    ("ctw1500", {}, "1,2,3,4,####word", "E_FORMAT", 1, "4 coordinates"),
    ("ctw1500", {}, "0,0,9,0,nan,9,####word", "E_COORD", 9, "'nan'"),
    ("ctw1500", SURE, f"{HEXAGON},####word", "E_FORMAT", None, "no confidences"),
    ("characters", {}, SQUARE, "E_FORMAT", 1, "the line has ','"),
    ("characters", TEXT, SPACED, "E_FORMAT", 1, "no text"),
    ("characters", {}, SPACED.replace(" ", "  ", 1) + " S", "E_FORMAT", 3, "coordinate 2 is missing"),
    ("popeval", TEXT, SPACED, "E_FORMAT", 1, "no text"),
    ("popeval", {}, "0 0 10 0##::x", "E_FORMAT", 1, "4 coordinates in 4 fields"),
    ("popeval", {}, f"{SPACED.replace('10', '1.5', 1)}##::x", "E_COORD", 5, "'1.5'"),
]


@pytest.mark.parametrize(("layout", "arguments", "line", "code", "col", "words"), BAD)
def test_a_bad_line(
    layout: str, arguments: dict[str, Any], line: str, code: str, col: int | None, words: str, tmp_path: Path
) -> None:
    found = problem_of(tmp_path, line, format=layout, **arguments)
    assert (found.code, found.col) == (code, col)
    assert words in str(found)


@pytest.mark.parametrize(
    ("layout", "line", "care"),
    [
        ("icdar-quad", f"{SQUARE},###", False),
        ("icdar-quad", f'{SQUARE},"###"', False),
        ("icdar-quad", f"{SQUARE}, ###", True),
        ("icdar-quad", f"{SQUARE},### ", True),
        ("icdar-quad", f"{SQUARE},####", True),
        ("icdar-quad", f"{SQUARE},#22", True),
        ("icdar-quad", f"{SQUARE},", True),
        ("icdar-ltrb", f'{BOX}, "###"', False),
        ("polygon", f"{HEXAGON},###", False),
        ("polygon", f'{HEXAGON},"###"', True),
        ("ctw1500", f"{HEXAGON},#######", False),
        ("ctw1500", f"{HEXAGON},###", None),
        ("characters", f"{SPACED} ###", False),
        ("characters", f"{SPACED} #", True),
        ("popeval", f"{SPACED}##::###", False),
    ],
)
def test_dont_care_is_the_exact_mark_of_the_gt(
    layout: str, line: str, care: bool | None, tmp_path: Path
) -> None:
    source = zipped(tmp_path / "gt.zip", {"gt_img_1.txt": line})
    found = examine(source, format=layout, role="gt").instances
    assert (None if found is None else found.care.tolist()) == (None if care is None else [care])
    prediction = examine(source, format=layout).instances
    assert prediction is None or prediction.care.tolist() == [True]


@pytest.mark.parametrize(
    ("layout", "arguments", "line", "message"),
    [
        ("icdar-quad", {}, f"{SQUARE},5,HELLO", "transcription begins with an integer and a comma"),
        ("icdar-quad", {}, f"{SQUARE}, 5 ,HELLO", "transcription begins with an integer and a comma"),
        ("icdar-quad", {}, f'{SQUARE},"5,HELLO"', None),
        ("icdar-quad", {}, f"{SQUARE},5th,HELLO", None),
        ("icdar-quad", {}, f"{SQUARE},5", None),
        ("icdar-quad", {}, f"{SQUARE},Latin,a", "transcription begins with the name of a script, as in icdar-mlt"),
        ("icdar-ltrb", {}, "1,2,5,8,5,9,1,8,word", "transcription begins with four integers, as in a file of quads"),
        ("icdar-ltrb", {}, "1,2,5,8,5,9,1,8", "transcription begins with four integers, as in a file of quads"),
        ("icdar-ltrb", {}, f"{BOX},4,000", "transcription begins with an integer and a comma"),
        ("polygon", {"text": True}, f"{HEXAGON},12,34", "transcription begins with an integer and a comma"),
        ("ctw1500", {}, f"{HEXAGON},####5,HELLO", None),
        ("icdar-quad", {}, f"{SQUARE},0.5", "every transcription is a number from 0 to 1, perhaps a confidence"),
        ("icdar-quad", {"confidence": True}, f"{SQUARE},0.5", None),
    ],
)  # fmt: skip
def test_suspect_transcriptions_are_noted(
    layout: str, arguments: dict[str, Any], line: str, message: str | None, tmp_path: Path
) -> None:
    notices = one(tmp_path, line, format=layout, **arguments).notices
    assert [n.message for n in notices if n.code == "W_AMBIGUOUS"] == ([message] if message else [])


def test_a_note_quotes_the_prediction_and_never_the_gt(tmp_path: Path) -> None:
    source = zipped(tmp_path / "a.zip", {"img_1.txt": f"{SQUARE},5,SECRET"})
    shown = {
        role: examine(source, format="icdar-quad", role=role).notices[0].examples
        for role in ("prediction", "gt")
    }
    assert shown == {"prediction": ("img_1.txt:1 '5,SECRET'",), "gt": ("img_1.txt:1",)}


def test_one_line_with_words_makes_a_file_of_polygons_one_with_texts(tmp_path: Path) -> None:
    text = f"{HEXAGON},1974\n{HEXAGON},HELLO\n{HEXAGON},12,34\n"
    assert one(tmp_path, text, format="polygon").texts == ("1974", "HELLO", "12,34")


def test_lines_without_a_text_among_lines_with_one(tmp_path: Path) -> None:
    found = one(tmp_path, f"{SQUARE},a\n{SQUARE}\n", format="icdar-quad")
    assert found.texts == ("a", "")
    assert [(n.code, n.count) for n in found.notices] == [("W_LAYOUT", 1)]


def test_rings_with_too_many_vertices(tmp_path: Path) -> None:
    ring = ",".join(f"{k},{k * k}" for k in range(6))
    for layout, line in (("polygon", ring), ("polygon", f"{ring},a"), ("ctw1500", f"{ring},####a")):
        assert problem_of(tmp_path, line, format=layout, limits=Limits(vertices=5)).code == "E_LIMIT"
        assert len(one(tmp_path, line, format=layout, limits=Limits(vertices=6)).xy) == 6


def test_the_gt_of_the_icdar_family_has_texts(tmp_path: Path) -> None:
    source = zipped(tmp_path / "gt.zip", {"gt_img_1.txt": SQUARE})
    (problem,) = examine(source, format="icdar-quad", role="gt").problems
    assert problem.code == "E_GT"
    assert problem.reason.startswith("E_FORMAT no transcription")
    assert examine(source, format="icdar-quad").problems == []


def test_an_empty_transcription_is_kept(tmp_path: Path) -> None:
    source = zipped(tmp_path / "gt.zip", {"gt_img_1.txt": f"{SQUARE},\n{SQUARE},a"})
    found = examine(source, format="icdar-quad", role="gt", text=True).instances
    assert found is not None
    assert (found.texts, found.care.tolist()) == (("", "a"), [True, True])
