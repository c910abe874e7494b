"""labelme files: rectangles and polygons, where the text stands, shapes that are no regions, faults by pointer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ocr_eval.formats import read
from ocr_eval.limits import Limits
from tests.unit.formats_support import problems_of, zipped

TRIANGLE = [[0, 0], [9, 0.5], [9, 5]]


def shape(what: Any = "polygon", points: Any = TRIANGLE, label: Any = "A", **more: Any) -> dict[str, Any]:
    return {"label": label, "points": points, "group_id": None, "shape_type": what, "flags": {}} | more


def image(*shapes: Any, **more: Any) -> str:
    body = {
        "version": "5.7.0",
        "flags": {},
        "shapes": list(shapes),
        "imagePath": "x.jpg",
        "imageData": "aGk=",
    }
    return json.dumps(body | more)


def stored(tmp_path: Path, *images: str) -> Path:
    return zipped(tmp_path / "a.zip", {f"img_{k + 1}.json": text for k, text in enumerate(images)})


def test_corners_of_a_rectangle_stand_in_any_order(tmp_path: Path) -> None:
    path = stored(tmp_path, image(shape("rectangle", [[9, 2], [1, 7.5]]), shape(label="###")), image())
    table = read(path, role="gt")
    assert (table.format, table.sample_ids, table.start.tolist()) == (
        "labelme",
        ("img_1", "img_2"),
        [0, 2, 2],
    )
    assert table.points(0).tolist() == [[1, 2], [9, 2], [9, 7.5], [1, 7.5]]
    assert table.points(1).tolist() == TRIANGLE
    assert (table.texts, table.care.tolist()) == (("A", "###"), [True, False])


def test_descriptions_are_the_texts_where_any_is_not_empty(tmp_path: Path) -> None:
    images = [image(shape(description="")), image(shape(description="é"), shape(description=None))]
    path = stored(tmp_path, *images)
    assert read(path, role="gt").texts == ("", "é", "")
    assert read(path, role="gt", format="labelme(text=label)").texts == ("A", "A", "A")
    assert [p.code for p in problems_of(path, text=True)] == ["E_FORMAT"]
    only_labels = stored(tmp_path, images[0])
    assert read(only_labels, role="gt").texts == ("A",)
    assert read(only_labels, role="gt", format="labelme(text=description)").texts == ("",)


def test_shapes_that_are_no_regions_are_counted(tmp_path: Path) -> None:
    others = [shape(kind, [[1, 1]]) for kind in ("circle", "line", "point", "linestrip", "mask")]
    table = read(stored(tmp_path, image(*others, shape(None), shape("rectangle", TRIANGLE))), role="gt")
    assert (len(table), table.line.tolist()) == (2, [6, 7])
    assert [(n.message, n.count) for n in table.notices if n.code == "W_LAYOUT"] == [
        ("shapes that are no rectangle or polygon left out", 5)
    ]


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (image(5), "E_FORMAT", "/shapes/0 must be an object, got a number"),
        (image(shapes={}), "E_FORMAT", "/shapes must be a list, got an object"),
        (image(shape(7)), "E_FORMAT", "/shapes/0/shape_type must be a string, got a number"),
        (image(shape(points=None)), "E_FORMAT", "/shapes/0/points must be a list, got null"),
        (image(shape(points=[[0, 0], [1, 1]])), "E_FORMAT", "/shapes/0/points must be a list of three"),
        (
            image(shape(points=[[0, 0], [1, "1"], [2, 0]])),
            "E_FORMAT",
            "/shapes/0/points/1/1 must be a number",
        ),
        (
            image(shape("rectangle", [[0, 0], [1]])),
            "E_FORMAT",
            "/shapes/0/points/1 must be a pair of numbers",
        ),
        (image(shape("rectangle", [[0, 0], [1, 1e7]])), "E_COORD", "/shapes/0/points/1/1 is outside"),
        (image(shape(label=3)), "E_FORMAT", "/shapes/0/label must be a string, got a number"),
        (image(shape(label="x" * 5000)), "E_LIMIT", "/shapes/0/label has 5000 characters"),
        (image(shape("rectangle", [[0, 0], [0, 5]])), "E_POLYGON", "/shapes/0"),
        ('{"shapes": [], "shapes": [], "points": 1}', "E_JSON_DUPKEY", "'shapes' occurs twice"),
        ('{"shapes": [Infinity], "points": 1}', "E_COORD", "Infinity"),
        ('{"shapes": ' + "[" * 80 + "]" * 80 + ', "points": 1}', "E_LIMIT", "nesting deeper"),
    ],
)
def test_faults_have_their_pointer(tmp_path: Path, content: str, code: str, words: str) -> None:
    (problem,) = problems_of(stored(tmp_path, content))
    assert (problem.code, problem.entry) == (code, "img_1.json")
    assert words in problem.reason


def test_limits(tmp_path: Path) -> None:
    path = stored(tmp_path, image(shape(), shape()))
    assert [p.code for p in problems_of(path, limits=Limits(instances=1))] == ["E_LIMIT"]
    assert [p.code for p in problems_of(path, confidence=True)] == ["E_FORMAT"]


def test_the_sample_file_of_the_reference(shared: Path) -> None:
    table = read(shared / "formats/labelme/primitives.json", role="gt")
    assert (table.sample_ids, table.texts) == (("primitives",), ("rectangle", "rectangle", "polygon"))
    assert table.points(1).tolist() == [[391, 33], [542, 33], [542, 135], [391, 135]]
    assert ("shapes that are no rectangle or polygon left out", 5) in [
        (n.message, n.count) for n in table.notices
    ]
