"""HierText documents: words with their lines and paragraphs, flags level by level, every fault with its pointer."""

from __future__ import annotations

import copy
import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from ocr_eval.formats import read
from ocr_eval.formats.check import examine
from ocr_eval.limits import Limits
from ocr_eval.tables.digest import digest
from ocr_eval.tables.instances import Instances
from ocr_eval.tables.jsonl import lines, read_lines


def square(x: float, y: float) -> list[list[float]]:
    return [[x, y], [x + 9, y], [x + 9, y + 5], [x, y + 5]]


def word(x: float, y: float, text: str = "a", **more: Any) -> dict[str, Any]:
    return {"vertices": square(x, y), "text": text, "handwritten": False, **more}


def line(*words: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"vertices": square(0, 0), "text": "a line", "words": list(words), **more}


def image(name: str, *paragraphs: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    found = [{"vertices": square(0, 0), "legible": True, "lines": items} for items in paragraphs]
    return {"image_id": name, "image_width": 640, "image_height": 480, "paragraphs": found, **more}


PAGE = image(
    "0a1b",
    [line(word(0, 0), word(20, 0, "b", legible=False)), line(legible=False)],
    [],
    [line(word(0, 50, "c"))],
)
OTHER = image("ff", [line(word(1, 1, "z"))])


def stored(tmp_path: Path, text: str, name: str = "gt.jsonl") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def found(tmp_path: Path, *images: Any, **arguments: Any) -> Instances:
    return read(stored(tmp_path, json.dumps({"info": {}, "annotations": images})), **arguments)


def test_words_lines_and_paragraphs_keep_their_flags_and_rings(tmp_path: Path) -> None:
    table = found(tmp_path, PAGE, OTHER, role="gt")
    assert (table.format, table.sample_ids, table.start.tolist()) == ("hiertext", ("0a1b", "ff"), [0, 3, 4])
    assert (table.texts, table.care.tolist()) == (("a", "b", "c", "z"), [True, False, True, True])
    assert table.line.tolist() == [1, 2, 3, 1]
    levels = table.levels
    assert levels is not None
    assert levels.line_of.tolist() == [0, 0, 2, 3]
    assert levels.paragraph_of.tolist() == [0, 0, 2, 3]
    assert levels.lines.care.tolist() == [True, False, True, True]
    assert [levels.paragraphs.span(s) for s in (0, 1)] == [range(3), range(3, 4)]
    assert levels.lines.points(1).tolist() == square(0, 0)
    assert levels.size.tolist() == [[640, 480], [640, 480]]
    assert digest(read_lines("".join(lines(table)).encode())) == digest(table)


def test_a_prediction_needs_only_the_vertices_of_words(tmp_path: Path) -> None:
    bare = {"image_id": "ff", "paragraphs": [{"lines": [{"words": [{"vertices": square(1, 1)}]}]}]}
    table = found(tmp_path, bare, samples=("0a1b", "ff"))
    assert (table.sample_ids, table.codepoints) == (("ff",), None)
    levels = table.levels
    assert levels is not None
    assert (levels.size.tolist(), levels.lines.ring.tolist()) == ([[0, 0]], [0, 0])
    refused = examine(stored(tmp_path, json.dumps({"annotations": [bare]})), text=True)
    assert [p.reason for p in refused.problems] == [
        "/annotations/0/paragraphs/0/lines/0/words/0/text must be a string, got nothing"
    ]


def test_flags_of_a_prediction_mean_nothing(tmp_path: Path) -> None:
    assert found(tmp_path, PAGE).care.all()


def test_an_object_per_line_is_the_same_content(tmp_path: Path) -> None:
    table = found(tmp_path, PAGE, OTHER, role="gt")
    by_line = read(stored(tmp_path, f"{json.dumps(PAGE)}\n{json.dumps(OTHER)}\n"), role="gt")
    indented = read(stored(tmp_path, json.dumps({"annotations": [PAGE, OTHER]}, indent=1)), role="gt")
    assert digest(by_line) == digest(indented) == digest(table)
    assert len(read(stored(tmp_path, json.dumps(OTHER) + "\n"), role="gt")) == 1


def changed(path: str, value: Any) -> dict[str, Any]:
    """The page with a value at a pointer."""
    page = copy.deepcopy(PAGE)
    place: Any = page
    *parts, last = path.split("/")
    for part in parts:
        place = place[int(part)] if part.isdigit() else place[part]
    place[int(last) if last.isdigit() else last] = value
    return page


@pytest.mark.parametrize(
    ("path", "value", "code", "words"),
    [
        ("paragraphs", {}, "E_FORMAT", "/annotations/0/paragraphs must be a list, got an object"),
        ("paragraphs/0", 5, "E_FORMAT", "/annotations/0/paragraphs/0 must be an object, got a number"),
        ("paragraphs/0/lines", None, "E_FORMAT", "/annotations/0/paragraphs/0/lines must be a list, got null"),
        ("paragraphs/0/lines/0/words", "a", "E_FORMAT", "/paragraphs/0/lines/0/words must be a list, got a string"),
        ("paragraphs/0/lines/0/words/1", [], "E_FORMAT", "/lines/0/words/1 must be an object, got a list"),
        ("paragraphs/0/lines/0/legible", "no", "E_FORMAT", "/lines/0/legible must be true or false, got a string"),
        ("paragraphs/0/lines/0/words/1/legible", 1, "E_FORMAT", "/words/1/legible must be true or false"),
        ("paragraphs/0/lines/0/words/1/text", 1, "E_FORMAT", "/words/1/text must be a string, got a number"),
        ("paragraphs/0/lines/0/words/1/vertices", [[0, 0], [1, 1]], "E_FORMAT", "/words/1/vertices must be a list"),
        ("paragraphs/0/lines/0/words/1/vertices/0", [0, 1e9], "E_COORD", "/words/1/vertices/0/1 is outside"),
        ("paragraphs/0/vertices", [[0, 0, 0]] * 3, "E_FORMAT", "/paragraphs/0/vertices/0 must be a pair"),
        ("image_id", None, "E_FORMAT", "/annotations/0/image_id must be a whole number or a string"),
        ("image_width", 0.5, "E_FORMAT", "/annotations/0/image_width must be a whole number of pixels"),
        ("image_height", -1, "E_COORD", "/annotations/0/image_height is outside"),
        ("image_id", "ff", "E_ENTRY_DUPLICATE", "'ff' is the sample of 'ff' again"),
        (
            "paragraphs/0/lines/0/words/1/vertices",
            [[0, 0], [9, 0], [0, 9], [9, 9]],
            "E_POLYGON",
            "self-intersecting ring word 1 of /annotations/0",
        ),
    ],
)  # fmt: skip
def test_a_document_that_is_refused(tmp_path: Path, path: str, value: Any, code: str, words: str) -> None:
    document = {"annotations": [changed(path, value), OTHER]}
    (problem,) = examine(stored(tmp_path, json.dumps(document))).problems
    assert problem.code == code
    assert words in problem.reason


def test_words_lines_and_depth_have_limits(tmp_path: Path) -> None:
    path = stored(tmp_path, json.dumps({"annotations": [PAGE]}))
    for limits in (
        {"instances": 2},
        {"total_instances": 2},
        {"vertices": 3},
        {"characters": 0},
        {"depth": 5},
    ):
        problems = examine(path, limits=Limits()._replace(**limits)).problems
        assert problems[0].code == "E_LIMIT"


def test_a_broken_line_among_good_ones_is_named(tmp_path: Path) -> None:
    text = f'{json.dumps(PAGE)}\n{{"image_id": "x", "paragraphs": [}}\n'
    assert [p.code for p in examine(stored(tmp_path, text), format="hiertext").problems] == ["E_FORMAT"]


def test_a_gzipped_document_is_to_be_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "validation.jsonl.gz"
    path.write_bytes(gzip.compress(json.dumps({"annotations": [PAGE]}).encode()))
    (problem,) = examine(path, format="hiertext").problems
    assert (problem.code, problem.reason) == ("E_ZIP_FORMAT", "gzip file, expected zip")
    assert problem.hint.startswith("gunzip it first")
