"""Our own JSON and JSON lines, CSV lists, and Total-Text's text files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ocr_eval.formats import read
from ocr_eval.formats.check import examine
from ocr_eval.limits import Limits
from ocr_eval.tables.instances import Instances
from tests.unit.formats_support import one, problems_of, zipped

ROW = {"image": "img_1", "box": [0, 0, 9, 0, 9, 5], "text": "a"}


def stored(tmp_path: Path, text: str, name: str = "a.json") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode())
    return path


def found(tmp_path: Path, rows: Any, **arguments: Any) -> Instances:
    return read(stored(tmp_path, json.dumps(rows)), **arguments)


# json


def test_objects_of_one_image_may_be_apart_and_boxes_have_four_numbers_or_more(tmp_path: Path) -> None:
    rows = [
        ROW,
        {"image": "x/img_2.jpg", "box": [1, 2.5, 3, 4], "care": False, "text": ""},
        ROW | {"text": "b"},
    ]
    table = found(tmp_path, rows, role="gt")
    assert (table.format, table.sample_ids, table.texts) == ("json", ("img_1", "img_2"), ("a", "b", ""))
    assert table.care.tolist() == [True, True, False]
    assert table.points(2).tolist() == [[1, 2.5], [3, 2.5], [3, 4], [1, 4]]
    assert table.line.tolist() == [1, 3, 2]
    lines = "\n".join(map(json.dumps, rows)) + "\n\n"
    by_line = read(stored(tmp_path, lines, "a.jsonl"), role="gt")
    assert (by_line.texts, by_line.xy.tolist()) == (table.texts, table.xy.tolist())
    assert found(tmp_path, ROW).texts == ("a",)


def test_scores_and_unknown_keys(tmp_path: Path) -> None:
    table = found(tmp_path, [ROW | {"score": 1, "language": "ko", "level": "word"}, ROW | {"score": 9e-05}])
    assert table.confidence is not None
    assert table.confidence.tolist() == [1, 9e-05]
    assert [(n.message, n.count) for n in table.notices] == [("keys that are not read", 2)]
    assert found(tmp_path, [ROW | {"score": 0.5}], role="gt").confidence is None


@pytest.mark.parametrize(
    ("row", "code", "words"),
    [
        (5, "E_FORMAT", "/1 must be an object"),
        ({"image": "a"}, "E_FORMAT", "/1 has neither text nor box"),
        (ROW | {"image": ["a"]}, "E_FORMAT", "/1/image must be the name of an image, got a list"),
        (ROW | {"image": ""}, "E_FORMAT", "/1/image must be the name of an image, got nothing"),
        ({"image": "a", "text": "b"}, "E_FORMAT", "/1/box must be a list of numbers, got null"),
        (ROW | {"box": [0, 0, 9]}, "E_FORMAT", "/1/box has 3 numbers"),
        (ROW | {"box": [9, 0, 0, 9]}, "E_COORD", "/1/box has x2 < x1"),
        (ROW | {"box": [0, True, 9, 9]}, "E_FORMAT", "/1/box/1 must be a number, got a boolean"),
        (ROW | {"text": None}, "E_FORMAT", "/1/text must be a string, got null"),
        (ROW | {"care": 0}, "E_FORMAT", "/1/care must be true or false"),
        (ROW | {"box": [0, 0, 9, 0, 0, 9, 9, 9]}, "E_POLYGON", "self-intersecting ring /1"),
    ],
)
def test_an_object_that_is_refused(tmp_path: Path, row: Any, code: str, words: str) -> None:
    (problem,) = examine(stored(tmp_path, json.dumps([ROW, row])), format="json").problems
    assert problem.code == code
    assert words in problem.reason
    by_line = stored(
        tmp_path, f"{json.dumps(ROW)}\n{json.dumps(row)}\n{json.dumps(ROW)}\n".replace("5\n", "{}\n")
    )
    problems = examine(by_line, format="json").problems
    assert [problem.line for problem in problems] == [2]


# jsonl


def test_a_list_of_texts_one_object_per_line(tmp_path: Path) -> None:
    text = (
        '{"filename": "a/word_1.png", "text": "x\\n1"}\r\n\r\n{"image": "word_2.png", "text": "", "more": 1}'
    )
    table = read(stored(tmp_path, text), geometry=False)
    assert (table.format, table.sample_ids, table.texts) == ("jsonl", ("word_1", "word_2"), ("x\n1", ""))
    assert table.line.tolist() == [1, 3]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ('{"filename": "b.png"}', "E_FORMAT"),
        ('{"text": "x"}', "E_FORMAT"),
        ('{"filename": "a.png", "text": "x"}', "E_ENTRY_DUPLICATE"),
        ('{"filename": "b.png", "text": "x", "text": "y"}', "E_JSON_DUPKEY"),
        ('{"filename": "b.png", "text": 5}', "E_FORMAT"),
        ("[]", "E_FORMAT"),
        ("{", "E_FORMAT"),
    ],
)
def test_a_line_of_texts_that_is_refused(tmp_path: Path, line: str, code: str) -> None:
    path = stored(tmp_path, f'{{"filename": "a.png", "text": "x"}}\n{line}\n')
    (problem,) = examine(path, format="jsonl", geometry=False).problems
    assert (problem.code, problem.line) == (code, 2)


def test_the_list_of_the_reference(shared: Path) -> None:
    table = read(shared / "formats" / "mmocr" / "old_label.jsonl", geometry=False)
    assert (table.format, len(table), table.texts[0]) == ("jsonl", 10, "GRAND")


# csv


def test_cells_are_text_whatever_they_look_like(tmp_path: Path) -> None:
    text = 'image,text\r\na,NA\r\nb,"two\r\nlines, ""x"""\r\n\r\nc,007\r\nd,\r\n'
    table = read(stored(tmp_path, text, "a.csv"), geometry=False)
    assert (table.format, table.sample_ids) == ("csv", ("a", "b", "c", "d"))
    assert table.texts == ("NA", 'two\nlines, "x"', "007", "")
    assert table.line.tolist() == [2, 3, 6, 7]
    scored = read(stored(tmp_path, "text,score,image,more\nA,0.5,x.png,1\n", "b.csv"), geometry=False)
    assert scored.confidence is not None
    assert (scored.texts, scored.confidence.tolist()) == (("A",), [0.5])


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("image\na\n", "E_FORMAT", 1),
        ("image,text,text\na,b,c\n", "E_FORMAT", 1),
        ("image,text\na\n", "E_FORMAT", 2),
        ("image,text\na,b,c\n", "E_FORMAT", 2),
        ('image,text\na,"b\nc,d\ne,f\n', "E_FORMAT", 2),
        ('image,text\nx,y\na,"b"c\n', "E_FORMAT", 3),
        ("image,text\na,b\na,c\n", "E_ENTRY_DUPLICATE", 3),
        ("image,text\n,b\n", "E_FORMAT", 2),
        ("image,text,score\na,b,2\n", "E_CONFIDENCE", 2),
        ("image,text\na," + "b" * 4097 + "\n", "E_LIMIT", 2),
        ("image,text\na," + "b" * 140_000 + "\n", "E_LIMIT", 2),
    ],
)
def test_csv_that_is_refused(tmp_path: Path, text: str, code: str, line: int) -> None:
    (problem,) = examine(stored(tmp_path, text, "a.csv"), format="csv", geometry=False).problems
    assert (problem.code, problem.line) == (code, line)


# paddleocr

ITEM = {"transcription": "a", "points": [[0, 0], [9, 0], [9, 5.5], [0, 5]]}


def test_labels_of_paddleocr_one_image_per_line(tmp_path: Path) -> None:
    items = [ITEM, ITEM | {"transcription": "###"}, ITEM | {"transcription": "*"}, ITEM | {"difficult": True}]
    text = f"a b/img_1.jpg\t{json.dumps(items)}\r\n\r\nimg_2.jpg\t[]\nimg_3.jpg\t{json.dumps([ITEM])}\n"
    table = read(stored(tmp_path, text, "Label.txt"), role="gt")
    assert (table.format, table.sample_ids) == ("paddleocr", ("img_1", "img_2", "img_3"))
    assert table.start.tolist() == [0, 4, 4, 5]
    assert table.care.tolist() == [True, False, False, False, True]
    assert table.line.tolist() == [1, 1, 1, 1, 4]
    assert read(stored(tmp_path, text, "Label.txt")).care.all()


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        ("img_2.jpg []", "E_FORMAT", "no TAB after the path"),
        ("img_2.jpg\t{}", "E_FORMAT", "a list must stand, got an object"),
        ("img_2.jpg\t[", "E_FORMAT", "not JSON"),
        ("img_1.jpg\t[]", "E_ENTRY_DUPLICATE", "is the sample of"),
        ('img_2.jpg\t[{"points": 5}]', "E_FORMAT", "/0/points must be a list"),
        ('img_2.jpg\t[{"points": [[0, 0], [1, 1], [2, NaN]]}]', "E_COORD", "NaN"),
    ],
)
def test_a_label_that_is_refused(tmp_path: Path, line: str, code: str, words: str) -> None:
    path = stored(tmp_path, f"img_1.jpg\t{json.dumps([ITEM])}\n{line}\n")
    (problem,) = examine(path, format="paddleocr").problems
    assert (problem.code, problem.line) == (code, 2)
    assert words in problem.reason


def test_labels_are_no_text_of_a_page(shared: Path) -> None:
    path = shared / "formats" / "paddleocr" / "Label_icdar15_line.txt"
    table = read(path, role="gt")
    assert (table.format, table.sample_ids, len(table)) == ("paddleocr", ("img_424",), 5)
    (problem,) = examine(path, geometry=False).problems
    assert "looks like paddleocr" in problem.reason


# totaltext

RECORD = "x: [[0 9 9]], y: [[0 0 5]], ornt: [u'c'], transcriptions: [u'WORD']"


def test_records_of_total_text_may_wrap_and_hold_several_parts(tmp_path: Path) -> None:
    content = (
        "x: [[ 0  -9\n   9]], y: [[0 0 5]], ornt: [u'm'], transcriptions: [u'a', \"b'c\"]\r\n\n"
        "x: [[0 9 9]], y: [[0 0 5]], ornt: [u'#'], transcriptions: []\n"
        "x: [[0 9 9]], y: [[0 0 5]], ornt: [u'#'], transcriptions: [u',']\n"
        "x: [[0 9 9]], y: [[0 0 5]], ornt: [], transcriptions: [u'\\u00e9\\\\\\'x\\x41\\U0001F600']\n"
    )
    table = one(tmp_path, content, role="gt")
    assert table.format == "totaltext"
    assert table.texts == ("a,b'c", "#", ",", "é\\'xA\U0001f600")
    assert table.care.tolist() == [True, False, False, True]
    assert table.points(0).tolist() == [[0, 0], [-9, 0], [9, 5]]
    assert table.line.tolist() == [1, 4, 5, 6]


@pytest.mark.parametrize(
    ("record", "code", "words"),
    [
        (RECORD.replace("y:", "z:"), "E_FORMAT", "'z:' where 'y:' belongs"),
        (RECORD.replace("[u'WORD']", "[u'WORD'"), "E_FORMAT", "'the end of the file' where ']' belongs"),
        (RECORD.replace("[u'WORD']", "__import__('os')"), "E_FORMAT", "'__import__"),
        (RECORD.replace("[u'WORD']", "[u'WORD]"), "E_FORMAT", "belongs to no record"),
        (RECORD.replace("0 9 9", "0 9"), "E_FORMAT", "2 x and 3 y"),
        (RECORD.replace("0 9 9", "0 9.5 9"), "E_COORD", "'9.5' is no coordinate"),
        (RECORD.replace("0 9 9", "0 9e3 9"), "E_COORD", "'9e3' is no coordinate"),
        (RECORD.replace("0 9 9", ""), "E_FORMAT", "0 x and 3 y"),
        ("hello", "E_FORMAT", "'hello' belongs to no record"),
        (RECORD.replace("WORD", "a" * 4097), "E_LIMIT", "transcription of 4097"),
        ("x: [[0 9 9]], y: [[0 0 5]], ornt: [u'c'], transcriptions: [u'a\\ud800']", "E_ENCODING", "\\ud800"),
        (
            "x: [[0 9 9]], y: [[0 0 5]], ornt: [u'c'], transcriptions: ['\\U00110000']",
            "E_ENCODING",
            "\\U0011",
        ),
        ("x: [[0 9 9]], y: [[0 0 5]], ornt: ['\\x00'], transcriptions: ['a']", "E_ENCODING", "\\x00"),
    ],
)
def test_a_record_of_total_text_that_is_refused(tmp_path: Path, record: str, code: str, words: str) -> None:
    source = zipped(tmp_path / "a.zip", {"img1.txt": f"{RECORD}\n{record}\n"})
    (problem,) = problems_of(source, format="totaltext")
    assert (problem.code, problem.line) == (code, 2)
    assert words in problem.reason


def test_all_bad_records_of_a_file_are_named(tmp_path: Path) -> None:
    bad = RECORD.replace("0 9 9", "0 9")
    source = zipped(tmp_path / "a.zip", {"img1.txt": f"{bad}\n{RECORD}\n{bad}\nx: [[1\n"})
    assert sorted(p.line or 0 for p in problems_of(source, format="totaltext")) == [1, 3, 4]


def test_a_long_ring_of_total_text(tmp_path: Path) -> None:
    source = zipped(tmp_path / "a.zip", {"img1.txt": RECORD})
    limits = Limits()._replace(vertices=2)
    assert [p.code for p in problems_of(source, limits=limits)] == ["E_LIMIT"]
