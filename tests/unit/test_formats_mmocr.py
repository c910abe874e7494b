"""MMOCR 1.x documents: rings of polygons and boxes, don't care, lists of words; every fault with its pointer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ocr_eval.errors import InputError
from ocr_eval.formats import read
from ocr_eval.limits import Limits
from tests.unit.formats_support import problems_of

FLAT = [0, 0, 9, 0, 9, 5.5, 0, 5]
WORD: dict[str, Any] = {
    "polygon": FLAT,
    "bbox": [0, 0, 9, 5],
    "bbox_label": 0,
    "ignore": False,
    "text": "a,b",
}


def image(*instances: Any, path: Any = "imgs/img_1.jpg", **more: Any) -> dict[str, Any]:
    return {"img_path": path, "height": 50, "width": 100, "instances": list(instances)} | more


def document(*images: Any) -> dict[str, Any]:
    return {"metainfo": {"dataset_type": "TextDetDataset"}, "data_list": list(images)}


def stored(tmp_path: Path, content: Any) -> Path:
    path = tmp_path / "a.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def test_polygons_come_before_boxes_and_an_empty_image_stays(tmp_path: Path) -> None:
    box_only = {"bbox": [1, 2, 4.5, 6], "ignore": True, "text": "x"}
    content = document(image(WORD, box_only), image(path="b/img_2.png"))
    table = read(stored(tmp_path, content), role="gt")
    assert (table.format, table.sample_ids, table.start.tolist()) == ("mmocr", ("img_1", "img_2"), [0, 2, 2])
    assert table.points(0).tolist() == [[0, 0], [9, 0], [9, 5.5], [0, 5]]
    assert table.points(1).tolist() == [[1, 2], [4.5, 2], [4.5, 6], [1, 6]]
    assert (table.texts, table.care.tolist(), table.line.tolist()) == (("a,b", "x"), [True, False], [1, 2])


def test_ignore_alone_is_dont_care_and_only_in_a_ground_truth(tmp_path: Path) -> None:
    path = stored(tmp_path, document(image(WORD | {"text": "###"}, WORD | {"ignore": 1})))
    assert read(path, role="gt").care.tolist() == [True, False]
    assert read(path).care.tolist() == [True, True]


def test_detection_files_have_no_texts(tmp_path: Path) -> None:
    path = stored(tmp_path, document(image({"polygon": FLAT, "text": None}, {"polygon": FLAT})))
    assert read(path, role="gt").codepoints is None
    assert [p.code for p in problems_of(path, text=True)] == ["E_FORMAT", "E_FORMAT"]


def test_predictions_join_their_ground_truth_and_carry_scores(tmp_path: Path) -> None:
    path = stored(tmp_path, document(image(WORD | {"score": 0.25}, path="x/img_01.jpg")))
    table = read(path, samples=("img_1",), confidence=True)
    assert table.sample_ids == ("img_1",)
    assert table.confidence is not None
    assert table.confidence.tolist() == [0.25]


def test_a_list_of_words_is_read_where_no_rings_are_wanted(tmp_path: Path) -> None:
    path = stored(tmp_path, document(image({"text": "A 1"}), image({"text": ""}, path="2.png")))
    table = read(path, role="gt", geometry=False)
    assert (table.geometry, table.sample_ids, table.texts) == (False, ("img_1", "2"), ("A 1", ""))
    assert "neither polygon nor bbox" in problems_of(path, role="gt")[0].reason
    several = stored(tmp_path, document(image(WORD, WORD)))
    assert "/data_list/0/instances has 2 items" in problems_of(several, geometry=False)[0].reason


def test_keys_that_are_not_read_are_counted(tmp_path: Path) -> None:
    notices = read(stored(tmp_path, document(image(WORD | {"mask": 1, "id": 2})))).notices
    assert [(n.message, n.count) for n in notices] == [("keys that are not read", 2)]


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        ([], "E_FORMAT", "no known layout"),
        ({"data_list": {}}, "E_FORMAT", "/data_list must be a list, got an object"),
        (document(5), "E_FORMAT", "/data_list/0 must be an object, got a number"),
        (document(image(path=7)), "E_FORMAT", "/data_list/0/img_path must be the name of an image"),
        (document(image(), image()), "E_ENTRY_DUPLICATE", "/data_list/1/img_path 'imgs/img_1.jpg'"),
        (document(image(instances=None)), "E_FORMAT", "/data_list/0/instances must be a list, got null"),
        (document(image(3)), "E_FORMAT", "/data_list/0/instances/0 must be an object, got a number"),
        (document(image(WORD | {"polygon": "x"})), "E_FORMAT", "/instances/0/polygon must be a list"),
        (document(image(WORD | {"polygon": [1, 2, 3]})), "E_FORMAT", "polygon has 3 numbers"),
        (document(image(WORD | {"polygon": [True, *FLAT[1:]]})), "E_FORMAT", "polygon/0 must be a number"),
        (
            document(image(WORD | {"polygon": [2e9, *FLAT[1:]]})),
            "E_COORD",
            "/instances/0/polygon/0 is outside",
        ),
        (document(image({"bbox": [5, 0, 1, 9]})), "E_COORD", "/instances/0/bbox has x2 < x1"),
        (document(image({"bbox": [5, 0, 1]})), "E_FORMAT", "bbox must be x1, y1, x2, y2, got 3 values"),
        (document(image(WORD | {"ignore": "no"})), "E_FORMAT", "/instances/0/ignore must be true or false"),
        (document(image(WORD | {"text": 5})), "E_FORMAT", "/instances/0/text must be a string, got a number"),
        (document(image(WORD | {"text": "x" * 4097})), "E_LIMIT", "has 4097 characters"),
        (
            document(image(WORD | {"polygon": [0, 0, 9, 9, 9, 0, 0, 9]})),
            "E_POLYGON",
            "/data_list/0/instances/0",
        ),
        (document(), "E_NO_SAMPLES", "no sample in the document"),
        ('{"data_list": [], "data_list": []}', "E_JSON_DUPKEY", "'data_list' occurs twice"),
        ('{"data_list": [NaN]}', "E_COORD", "NaN"),
        ('{"data_list": ' + "[" * 80 + "]" * 80 + "}", "E_LIMIT", "nesting deeper"),
    ],
)
def test_faults_have_their_pointer(tmp_path: Path, content: Any, code: str, words: str) -> None:
    (problem,) = problems_of(stored(tmp_path, content))
    assert problem.code == code
    assert words in problem.reason


def test_limits_and_unknown_images(tmp_path: Path) -> None:
    path = stored(tmp_path, document(image(WORD, WORD), image(WORD, path="c.jpg")))
    assert [p.code for p in problems_of(path, limits=Limits(instances=1))] == ["E_LIMIT"]
    assert [p.code for p in problems_of(path, limits=Limits(vertices=3))] == ["E_LIMIT"] * 3
    (problem,) = problems_of(path, samples=("img_1",))
    assert problem.code == "E_ENTRY_UNKNOWN"
    with pytest.raises(InputError, match="E_GT"):
        read(stored(tmp_path, document(5)), role="gt")


def test_the_sample_files_of_the_reference(shared: Path) -> None:
    table = read(shared / "formats/mmocr/textdet_test.json", role="gt")
    assert (len(table.sample_ids), len(table), int((~table.care).sum())) == (10, 82, 61)
    words = read(shared / "formats/mmocr/labels.json", role="gt", geometry=False)
    assert (len(words), words.texts[4]) == (10, "03/09/2009")
