"""JSON and recognition lists: what is read, and every fault with its pointer or line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ocr_eval.errors import InputError
from ocr_eval.formats import read
from ocr_eval.formats.check import examine
from ocr_eval.formats.json_safe import JsonFault, depth, parse
from ocr_eval.limits import Limits
from tests.unit.formats_support import problems_of, zipped

LIMITS = Limits()
POINTS = [0, 0, 9, 0, 9, 5, 0, 5]
PAIRS = [[0, 0], [9, 0], [9, 5], [0, 5]]
LINE = {"points": POINTS, "transcription": "a", "ignore": 0}
IMAGE = {"img_name": "x/img_01.jpg", "points": [PAIRS], "scores": [0.25], "texts": ["a"]}


@pytest.mark.parametrize(
    ("document", "code", "words"),
    [
        ("[1,", "E_FORMAT", "not JSON"),
        ("{'a': 1}", "E_FORMAT", "not JSON"),
        ("[1] 2", "E_FORMAT", "extra data"),
        ("", "E_FORMAT", "not JSON"),
        ('["\t"]', "E_FORMAT", "control character"),
        ("[NaN]", "E_COORD", "NaN"),
        ("[-Infinity]", "E_COORD", "-Infinity"),
        ('[{"a": 1, "b": {"a": 1, "a": 2}}]', "E_JSON_DUPKEY", "key 'a' occurs twice in /0/b"),
        ('{"x": 1, "x": 1}', "E_JSON_DUPKEY", "twice in the document"),
        ('["\\ud800"]', "E_ENCODING", "/0 holds half"),
        ('{"a/b": ["\\udc00x"]}', "E_ENCODING", "/a~1b/0 holds half"),
        ('{"\\ud800": 1}', "E_ENCODING", "a key holds half"),
        ('[{"a": "b\\u0000"}]', "E_ENCODING", "/0/a holds NUL"),
        ('{"\\u0000": 1}', "E_ENCODING", "a key holds NUL"),
        ("[" * 65 + "]" * 65, "E_LIMIT", "deeper than 64"),
        ('{"a":' * 65 + "1" + "}" * 65, "E_LIMIT", "deeper than 64"),
    ],
)
def test_json_that_is_refused(document: str, code: str, words: str) -> None:
    with pytest.raises(JsonFault) as caught:
        parse(document.encode(), LIMITS)
    assert caught.value.code == code
    assert words in caught.value.reason


def test_nan_is_refused_with_its_place() -> None:
    with pytest.raises(JsonFault) as caught:
        parse('{"a": "NaN, \\"Infinity",\n "é": [1, -Infinity, NaN]}'.encode(), LIMITS)
    assert (caught.value.code, caught.value.line, caught.value.col) == ("E_COORD", 2, 11)
    assert caught.value.reason.startswith("-Infinity is no JSON number")


@pytest.mark.parametrize("data", [b"\xff\xfe[\0]\0", b'["\0"]', b'["\xe9"]', b'["\xed\xa0\x80"]'])
def test_json_that_is_no_utf8(data: bytes) -> None:
    with pytest.raises(JsonFault) as caught:
        parse(data, LIMITS)
    assert (caught.value.code, caught.value.line) == ("E_ENCODING", 1)


@pytest.mark.parametrize(
    ("document", "value"),
    [
        ('\ufeff["\\ud83d\\ude00", true, null]', ["😀", True, None]),
        ("[" * 64 + "]" * 64, None),
        ('["[[[[", "\\"[{", "\\\\"]', ["[[[[", '"[{', "\\"]),
        ("[1" + "0" * 400 + "]", [float("inf")]),
        ("[-1" + "0" * 5000 + ", 12]", [float("-inf"), 12]),
        ("[1e999]", [float("inf")]),
    ],
)
def test_json_that_is_read(document: str, value: Any) -> None:
    found = parse(document.encode(), LIMITS)
    assert value is None or found == value


@pytest.mark.parametrize(
    ("document", "levels"),
    [
        ("1", 0),
        ("[]", 1),
        ('{"a": [1, {}]}', 3),
        ('["]]"', 1),
        ('"[[["', 0),
        ('["\\"[[", [', 2),
        ('["open [[[', 1),
    ],
)
def test_depth_is_counted_outside_strings(document: str, levels: int) -> None:
    assert depth(document.encode()) == levels


def test_depth_of_a_string_that_never_ends_is_linear() -> None:
    assert depth(b'[["' + b'\\"' * 2_000_000) == 2


def rects(tmp_path: Path, document: Any, **arguments: Any) -> Any:
    source = zipped(tmp_path / "gt.zip", {"img_1.json": json.dumps(document)})
    return examine(source, format="rects", **arguments)


def test_rects_keep_the_text_of_ignored_lines(tmp_path: Path) -> None:
    lines = [LINE, LINE | {"transcription": "###", "ignore": 1}, LINE | {"transcription": "b", "ignore": 1}]
    document = {"lines": lines, "chars": [LINE | {"transcription": "c"}], "unknown": 1}
    found = rects(tmp_path, document, role="gt").instances
    assert (found.texts, found.care.tolist()) == (("a", "###", "b"), [True, False, False])
    assert found.line.tolist() == [1, 2, 3]
    assert rects(tmp_path, document).instances.care.tolist() == [True, True, True]
    assert rects(tmp_path, document, level="character").instances.texts == ("c",)
    with pytest.raises(InputError):
        rects(tmp_path, document, level="word")


@pytest.mark.parametrize(
    ("document", "code", "words"),
    [
        ([], "E_FORMAT", "the document must be an object, got a list"),
        (None, "E_FORMAT", "the document must be an object, got null"),
        ({}, "E_FORMAT", "/lines must be a list"),
        ({"lines": {}}, "E_FORMAT", "/lines must be a list, got an object"),
        ({"lines": [5]}, "E_FORMAT", "/lines/0 must be an object, got a number"),
        ({"lines": [LINE, {}]}, "E_FORMAT", "/lines/1/points must be a list, got nothing"),
        ({"lines": [LINE | {"points": "0,0"}]}, "E_FORMAT", "/lines/0/points must be a list, got a string"),
        ({"lines": [LINE | {"points": POINTS[:7]}]}, "E_FORMAT", "7 numbers"),
        ({"lines": [LINE | {"points": [True, *POINTS[1:]]}]}, "E_FORMAT", "points/0 must be a number, got a boolean"),
        ({"lines": [LINE | {"points": ["0", *POINTS[1:]]}]}, "E_FORMAT", "points/0 must be a number, got a string"),
        ({"lines": [LINE | {"points": [10**7, *POINTS[1:]]}]}, "E_COORD", "/lines/0/points/0 is outside"),
        ({"lines": [LINE | {"points": [10**400, *POINTS[1:]]}]}, "E_COORD", "/lines/0/points/0 is outside"),
        ({"lines": [LINE | {"transcription": None}]}, "E_FORMAT", "/lines/0/transcription must be a string, got null"),
        ({"lines": [LINE | {"ignore": 2}]}, "E_FORMAT", "/lines/0/ignore must be 0 or 1"),
        ({"lines": [LINE | {"ignore": True}]}, "E_FORMAT", "/lines/0/ignore must be 0 or 1"),
        ({"lines": [LINE | {"transcription": "x" * 5000}]}, "E_LIMIT", "5000 characters"),
        ({"lines": [LINE | {"points": [0, 0, 9, 9, 9, 0, 0, 9]}]}, "E_POLYGON", "/lines/0"),
    ],
)  # fmt: skip
def test_rects_that_are_refused(document: Any, code: str, words: str, tmp_path: Path) -> None:
    (problem,) = rects(tmp_path, document, text=True).problems
    assert (problem.code, problem.entry) == (code, "img_1.json")
    assert words in problem.reason


def tda(tmp_path: Path, document: Any, **arguments: Any) -> Any:
    path = tmp_path / "pred.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return examine(path, format="tda-rects", **arguments)


def test_tda_rects_keep_every_score(tmp_path: Path) -> None:
    second = {"img_name": "b.jpg", "points": [], "scores": [], "texts": []}
    found = tda(tmp_path, [IMAGE, second], samples=["b", "img_1", "c"]).instances
    assert found.sample_ids == ("img_1", "b")
    assert (found.confidence.tolist(), found.texts, found.start.tolist()) == ([0.25], ("a",), [0, 1, 1])
    assert found.place(0).endswith("pred.json:1")


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ({"scores": []}, "E_FORMAT", "1, 0, 1 items"),
        ({"scores": [2]}, "E_CONFIDENCE", "/0/scores/0"),
        ({"scores": [True]}, "E_CONFIDENCE", "/0/scores/0"),
        ({"texts": [5]}, "E_FORMAT", "/0/texts/0 must be a string, got a number"),
        ({"points": [[[0, 0], [1, 1]]]}, "E_FORMAT", "/0/points/0 must be a list of three or more points"),
        ({"points": [[[0, 0], [1, 1], [2]]]}, "E_FORMAT", "/0/points/0/2 must be a pair"),
        ({"points": [[[0, 0], [1, 1], [2, None]]]}, "E_FORMAT", "/0/points/0/2/1 must be a number, got null"),
        ({"points": [[[0, 0], [9, 9], [9, 0], [0, 9]]]}, "E_POLYGON", "/0/points/0"),
        ({"img_name": 5}, "E_FORMAT", "/0/img_name must be a string"),
        ({"img_name": "img_77.jpg"}, "E_ENTRY_UNKNOWN", "'img_77.jpg'"),
    ],
)
def test_tda_rects_that_are_refused(change: dict[str, Any], code: str, words: str, tmp_path: Path) -> None:
    (problem,) = tda(tmp_path, [IMAGE | change], samples=["img_1"]).problems
    assert problem.code == code
    assert words in problem.reason


def test_a_pointer_counts_the_images_of_the_document(tmp_path: Path) -> None:
    bad = IMAGE | {"img_name": "img_3.jpg", "points": [[[0, 0], [9, 9], [9, 0], [0, 9]]]}
    problems = tda(
        tmp_path, [IMAGE, IMAGE | {"img_name": "img_2.jpg"}, bad], samples=["img_1", "img_3"]
    ).problems
    assert [p.reason for p in problems if p.code == "E_POLYGON"] == ["self-intersecting ring /2/points/0"]


def test_an_image_that_stands_twice_in_a_document(tmp_path: Path) -> None:
    (problem,) = tda(tmp_path, [IMAGE, IMAGE | {"img_name": "img_1.jpg"}]).problems
    assert (problem.code, problem.reason) == (
        "E_ENTRY_DUPLICATE",
        "/1/img_name 'img_1.jpg' is the sample of 'x/img_01.jpg' again",
    )


def test_a_document_may_lie_in_a_zip_of_its_own(tmp_path: Path) -> None:
    content = {"pred.json": json.dumps([IMAGE])}
    assert len(read(zipped(tmp_path / "a.zip", content))) == 1
    (problem,) = problems_of(zipped(tmp_path / "b.zip", content | {"more.json": "[]"}), format="tda-rects")
    assert problem.code == "E_FORMAT"


def words(tmp_path: Path, text: str, layout: str, **arguments: Any) -> Any:
    path = tmp_path / "words.txt"
    path.write_text(text, encoding="utf-8", newline="")
    return examine(path, format=layout, geometry=False, **arguments)


@pytest.mark.parametrize(
    ("layout", "line", "sample", "text"),
    [
        ("icdar-words", 'word_1.png, "PROPER"', "word_1", "PROPER"),
        ("icdar-words", r'word_1.png, "a\"b\\c, d"', "word_1", 'a"b\\c, d'),
        ("icdar-words", "word_1.png, Canon ", "word_1", "Canon "),
        ("icdar-words", "word_1.png,", "word_1", ""),
        ("icdar-words", 'word_1.png, ""', "word_1", ""),
        ("icdar-words", "word_1.png, ###", "word_1", "###"),
        ("pairs", "train/word_001.png\tHELLO", "word_001", "HELLO"),
        ("pairs", "a b.jpg\t two words\there", "a b", " two words\there"),
        ("pairs", 'w.png\t"quoted"', "w", '"quoted"'),
        ("pairs", "3000/7/182_slinking_71711.jpg\tslinking", "182_slinking_71711", "slinking"),
    ],
)
def test_a_line_of_a_recognition_list(layout: str, line: str, sample: str, text: str, tmp_path: Path) -> None:
    for role in ("prediction", "gt"):
        found = words(tmp_path, f"{line}\r\n", layout, role=role).instances
        assert (found.sample_ids, found.texts, found.care.tolist()) == ((sample,), (text,), [True])
        assert (found.geometry, len(found.xy), found.format) == (False, 0, layout)


@pytest.mark.parametrize(
    ("layout", "text", "code", "line"),
    [
        ("icdar-words", "word_1.png", "E_FORMAT", 1),
        ("pairs", "a\tx\nword_1.png HELLO", "E_FORMAT", 2),
        ("pairs", "\tHELLO", "E_FORMAT", 1),
        ("pairs", "a.png\tx\nb.png\ty\nx/A.jpg\tz", "E_ENTRY_DUPLICATE", 3),
        ("pairs", "w_1.png\tx\nw_01.png\ty", "E_ENTRY_DUPLICATE", 2),
        ("pairs", "a\tx\nb\t" + "y" * 4097, "E_LIMIT", 2),
        ("pairs", "a\tx\nb\ty\0", "E_ENCODING", 2),
    ],
)
def test_recognition_lists_that_are_refused(
    layout: str, text: str, code: str, line: int, tmp_path: Path
) -> None:
    (problem,) = words(tmp_path, text, layout).problems
    assert (problem.code, problem.line) == (code, line)


@pytest.mark.parametrize(("layout", "text"), [("pairs", "\n"), ("icdar-words", ""), ("tda-rects", "[]")])
def test_a_document_without_samples(layout: str, text: str, tmp_path: Path) -> None:
    (tmp_path / "a").write_text(text, encoding="utf-8")
    found = examine(tmp_path / "a", format=layout, geometry=layout == "tda-rects")
    assert [problem.code for problem in found.problems] == ["E_NO_SAMPLES"]


def test_a_recognition_list_joins_the_gt(tmp_path: Path) -> None:
    found = words(
        tmp_path, "word_01.png\ta\nword_2.png\tb\n", "pairs", samples=["word_1", "word_2", "word_3"]
    )
    assert found.instances.sample_ids == ("word_1", "word_2")
    (problem,) = words(tmp_path, "word_1\ta\nword_9\tb\nword_8\tc", "pairs", samples=["word_1"]).problems
    assert (problem.code, problem.line) == ("E_ENTRY_UNKNOWN", 2)
    assert problem.reason == "2 names are no sample of the ground truth: 'word_9', 'word_8'"


def test_a_recognition_list_has_no_confidences_and_no_rings(tmp_path: Path) -> None:
    assert [p.code for p in words(tmp_path, "a\tb", "pairs", confidence=True).problems] == ["E_FORMAT"]
    with pytest.raises(InputError) as caught:
        read(tmp_path / "words.txt", format="pairs")
    assert caught.value.exit_code == 2


def test_a_text_file_per_sample(tmp_path: Path) -> None:
    content = {"page_1.gt.txt": "a\r\n\r\nb\r\n", "page_2.gt.txt": "", "page_3.gt.txt": "\ufeff c\n\n"}
    found = read(zipped(tmp_path / "pages.zip", content), format="text", geometry=False)
    assert found.texts == ("a\n\nb", "", " c\n")
    assert [n.message for n in found.notices] == ["byte order mark dropped"]
    (problem,) = problems_of(zipped(tmp_path / "b.zip", {"p.txt": "a\rb"}), format="text", geometry=False)
    assert (problem.code, problem.line, problem.col) == ("E_FORMAT", 1, 2)
    (problem,) = problems_of(
        tmp_path / "pages.zip", format="text", geometry=False, limits=Limits(page_characters=3)
    )
    assert (problem.code, problem.entry) == ("E_LIMIT", "page_1.gt.txt")
