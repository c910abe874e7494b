"""JSON documents of whole data sets: COCO, COCO-Text, TextOCR, RRC 2024 and UNITS; every fault with its pointer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ocr_eval.errors import InputError
from ocr_eval.formats import read
from ocr_eval.formats.check import Examination, examine
from ocr_eval.tables.instances import Instances

PAIRS = [[0, 0], [9, 0], [9, 5], [0, 5]]
FLAT = [0, 0, 9, 0, 9, 5, 0, 5]
IMAGE = {"id": 10, "file_name": "x/b.jpg", "width": 100, "height": 50}
ROW = {"id": 1, "image_id": 10, "category_id": 1, "bbox": [1, 2, 3.5, 4], "area": 13, "iscrowd": 0}
RESULT = {"image_id": 10, "category_id": 1, "bbox": [1, 2, 3.5, 4], "score": 0.25}
ANN = {
    "image_id": 10,
    "id": 5,
    "bbox": [1, 2, 3, 4],
    "mask": FLAT,
    "utf8_string": "a",
    "legibility": "legible",
}
WORD = {"points": PAIRS, "text": "a", "ignore": False}
UNIT = {"image_id": "10", "polys": [["0", "0"], ["9", "0"], ["9", "5.5"]], "rec": "a", "score": 1}


def coco(*rows: Any, images: Any = (IMAGE, {"id": 9}), **more: Any) -> dict[str, Any]:
    return {"images": list(images), "annotations": list(rows), "categories": [], **more}


def coco_text(anns: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"imgs": {"10": IMAGE, "9": {"id": 9}}, "anns": anns, **more}


def stored(tmp_path: Path, document: Any) -> Path:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def found(tmp_path: Path, document: Any, **arguments: Any) -> Instances:
    return read(stored(tmp_path, document), **arguments)


def seen(tmp_path: Path, document: Any, **arguments: Any) -> Examination:
    return examine(stored(tmp_path, document), **arguments)


# coco


def test_coco_samples_stand_by_ascending_id_under_their_file_names(tmp_path: Path) -> None:
    table = found(tmp_path, coco(ROW, ROW | {"id": 2, "iscrowd": 1}, ROW | {"id": 3, "ignore": 1}), role="gt")
    assert (table.format, table.sample_ids, table.aliases) == ("coco", ("9", "b"), ("9", "10"))
    assert table.start.tolist() == [0, 0, 3]
    assert table.points(0).tolist() == [[1, 2], [4.5, 2], [4.5, 6], [1, 6]]
    assert table.care.tolist() == [True, False, False]
    assert {name: column.tolist() for name, column in table.numbers.items()} == {
        "left": [1, 1, 1],
        "top": [2, 2, 2],
        "width": [3.5, 3.5, 3.5],
        "height": [4, 4, 4],
        "area": [13, 13, 13],
        "crowd": [0, 1, 0],
        "category": [1, 1, 1],
    }
    assert (table.codepoints, table.confidence) == (None, None)


def test_results_join_by_the_id_of_an_image_that_has_a_name(tmp_path: Path) -> None:
    gt = found(tmp_path, coco(ROW), role="gt")
    results = [RESULT, RESULT | {"image_id": 9, "score": 1}, RESULT | {"score": 0, "area": 99}]
    table = found(tmp_path, results, samples=gt)
    assert (table.format, table.sample_ids, table.start.tolist()) == ("coco", ("9", "b"), [0, 1, 3])
    assert table.confidence is not None
    assert table.confidence.tolist() == [1, 0.25, 0]
    assert "area" not in table.numbers  # that of the box, as the official loader has it, whatever is written
    assert table.line.tolist() == [2, 1, 3]


def test_results_join_by_number_where_one_sample_ends_in_it(tmp_path: Path) -> None:
    table = found(tmp_path, [RESULT], samples=("img_9", "img_010"))
    assert table.sample_ids == ("img_010",)
    assert [n.message for n in table.notices] == ["images joined by their number"]
    (problem,) = seen(tmp_path, [RESULT], samples=("a10", "b10")).problems
    assert problem.code == "E_ENTRY_UNKNOWN"


def test_the_ring_is_the_only_polygon_and_the_box_stays_beside_it(tmp_path: Path) -> None:
    rows = [
        ROW | {"segmentation": [FLAT]},
        ROW | {"id": 2, "segmentation": [FLAT, FLAT]},
        ROW | {"id": 3, "segmentation": {"size": [50, 100], "counts": "abc"}},
        ROW | {"id": 4, "segmentation": []},
    ]
    without_box = {key: value for key, value in ROW.items() if key not in ("bbox", "area")}
    rows.append(without_box | {"id": 5, "segmentation": [[3, 1, 9, 4, 5, 8]]})
    table = found(tmp_path, coco(*rows), role="gt")
    assert table.points(0).tolist() == [[0, 0], [9, 0], [9, 5], [0, 5]]
    assert all(table.points(k).tolist() == [[1, 2], [4.5, 2], [4.5, 6], [1, 6]] for k in (1, 2, 3))
    assert [table.numbers[name][4] for name in ("left", "top", "width", "height", "area")] == [3, 1, 6, 7, 42]
    assert sorted(n.message.split(",")[0] for n in table.notices if n.code == "W_LAYOUT") == [
        "masks left out",
        "several polygons",
    ]


def test_texts_of_coco_annotations_absent_is_told_from_empty(tmp_path: Path) -> None:
    rows = [ROW | {"utf8_string": ""}, ROW | {"id": 2, "attributes": {"text": "a"}}, ROW | {"id": 3}]
    table = found(tmp_path, coco(*rows), role="gt")
    assert table.texts == ("", "a", "")
    assert table.numbers["transcribed"].tolist() == [1, 1, 0]
    assert [p.code for p in seen(tmp_path, coco(*rows), text=True).problems] == ["E_FORMAT"]


def test_a_gt_takes_no_scores_and_a_prediction_needs_all_or_none(tmp_path: Path) -> None:
    document = coco(ROW | {"score": 0.5}, ROW | {"id": 2})
    assert found(tmp_path, document, role="gt").confidence is None
    (problem,) = seen(tmp_path, document).problems
    assert (problem.code, problem.reason.split()[0]) == ("E_CONFIDENCE", "/annotations/1/score")
    assert found(tmp_path, coco(ROW)).confidence is None
    assert [p.code for p in seen(tmp_path, coco(ROW), confidence=True).problems] == ["E_CONFIDENCE"]


@pytest.mark.parametrize(
    ("document", "code", "words"),
    [
        ({"annotations": [ROW]}, "E_FORMAT", "/images must be a list, got nothing"),
        (coco(5), "E_FORMAT", "/annotations/0 must be an object, got a number"),
        (coco(ROW | {"image_id": 7}), "E_FORMAT", "/annotations/0 refers to image_id '7', which is absent"),
        (coco(ROW | {"image_id": None}), "E_FORMAT", "/annotations/0/image_id must be a whole number or a string"),
        (coco(ROW | {"image_id": True}), "E_FORMAT", "got a boolean"),
        (coco(ROW, ROW), "E_FORMAT", "/annotations/1 has the id '1' of /annotations/0"),
        (coco(images=[IMAGE, IMAGE]), "E_FORMAT", "/images/1 has the id '10' of an earlier image"),
        (coco(images=[IMAGE, IMAGE | {"id": 11}]), "E_ENTRY_DUPLICATE", "is the sample of 'x/b.jpg' again"),
        (coco(images=[IMAGE | {"file_name": 5}]), "E_FORMAT", "/images/0/file_name must be a string"),
        (coco(images=[{}]), "E_FORMAT", "/images/0/id must be a whole number or a string, got nothing"),
        (coco(ROW | {"bbox": [0, 0, -1, 5]}), "E_COORD", "/annotations/0/bbox has a negative width"),
        (coco(ROW | {"bbox": [0, 0, 1]}), "E_FORMAT", "/bbox must be x, y, width and height, got 3 values"),
        (coco(ROW | {"bbox": None}), "E_FORMAT", "/bbox must be x, y, width and height, got null"),
        (coco(ROW | {"bbox": [0, 0, True, 5]}), "E_FORMAT", "/bbox/2 must be a number, got a boolean"),
        (coco(ROW | {"bbox": [0, 0, 1e7, 5]}), "E_COORD", "/bbox/2 is outside"),
        (coco(ROW | {"segmentation": [[0, 0, 1, 1]]}), "E_FORMAT", "/segmentation/0 has 4 numbers"),
        (coco(ROW | {"segmentation": "x"}), "E_FORMAT", "/segmentation must be a list or a mask, got a string"),
        (coco(ROW | {"area": -1}), "E_COORD", "/annotations/0/area is no area"),
        (coco(ROW | {"area": "1"}), "E_FORMAT", "/annotations/0/area must be a number"),
        (coco(ROW | {"iscrowd": 2}), "E_FORMAT", "/annotations/0/iscrowd must be true or false"),
        (coco(ROW | {"category_id": "a"}), "E_FORMAT", "/category_id must be a whole number"),
        (coco(ROW | {"utf8_string": 5}), "E_FORMAT", "/annotations/0/utf8_string must be a string"),
        (coco(ROW | {"segmentation": {"size": [1e9, 1e9]}, "image_id": 7}), "E_LIMIT", "more than 268435456 pixels"),
        ([RESULT | {"score": 1.5}], "E_CONFIDENCE", "/0/score is '1.5'"),
        ([RESULT, 5], "E_FORMAT", "/1 must be an object"),
        ([RESULT, {**RESULT, "image_id": [1]}], "E_FORMAT", "/1/image_id must be a whole number"),
        ([RESULT | {"bbox": [0, 0, 0, 5]}], "E_POLYGON", "distinct points /0"),
        (coco(ROW | {"bbox": [0, 0, 0, 5]}), "E_POLYGON", "distinct points /annotations/0"),
    ],
)  # fmt: skip
def test_coco_that_is_refused(tmp_path: Path, document: Any, code: str, words: str) -> None:
    (problem,) = seen(tmp_path, document, format="coco").problems
    assert problem.code == code
    assert words in problem.reason


def test_both_faults_of_dangling_ids_are_told(shared: Path) -> None:
    problems = examine(shared / "hostile" / "149-coco-dangling-ids" / "coco.json").problems
    assert [problem.code for problem in problems] == ["E_FORMAT", "E_FORMAT"]
    assert examine(shared / "hostile" / "148-coco-rle-bomb" / "coco.json").problems[0].code == "E_LIMIT"


# coco-text


def test_coco_text_stands_in_the_order_of_its_lists(tmp_path: Path) -> None:
    anns = {
        "7": ANN | {"legibility": "illegible", "utf8_string": ""},
        "8": {key: value for key, value in ANN.items() if key != "utf8_string"},
        "5": ANN | {"utf8_string": "b"},
    }
    table = found(tmp_path, coco_text(anns, imgToAnns={"10": [8, 5, 7], "9": []}), role="gt")
    assert (table.format, table.sample_ids, table.aliases) == ("coco-text", ("9", "b"), ("9", "10"))
    assert (table.texts, table.care.tolist()) == (("", "b", ""), [True, True, False])
    assert table.numbers["transcribed"].tolist() == [0, 1, 1]
    assert table.numbers["width"].tolist() == [3, 3, 3]
    assert table.points(0).tolist() == [[0, 0], [9, 0], [9, 5], [0, 5]]
    assert table.line.tolist() == [2, 3, 1]
    assert found(tmp_path, coco_text(anns), role="gt").line.tolist() == [1, 2, 3]


def test_the_first_version_of_coco_text_calls_its_polygon_so(tmp_path: Path) -> None:
    row = {key: value for key, value in ANN.items() if key != "mask"} | {"polygon": FLAT}
    assert found(tmp_path, coco_text({"1": row}), role="gt").points(0).tolist() == [
        [0, 0],
        [9, 0],
        [9, 5],
        [0, 5],
    ]


def test_textocr_points_are_the_ring_and_a_dot_is_dont_care(tmp_path: Path) -> None:
    row = {"image_id": "ab", "bbox": [1, 2, 3, 4], "points": [0, 0, 9.5, 0, 4, 5], "utf8_string": "."}
    document = {"imgs": {"ab": {"id": "ab", "file_name": "train/ab.jpg"}}, "anns": {"ab_1": row}}
    document["imgToAnns"] = {"ab": ["ab_1"]}
    table = found(tmp_path, document, role="gt")
    assert (table.format, table.sample_ids, table.care.tolist()) == ("coco-text", ("ab",), [False])
    assert table.numbers["width"].tolist() == [9.5]


def test_scores_beyond_one_are_no_confidences(tmp_path: Path) -> None:
    results = [RESULT | {"utf8_string": "a", "score": 3}, RESULT | {"utf8_string": "b"}]
    table = found(tmp_path, results)
    assert (table.format, table.texts, table.confidence) == ("coco-text", ("a", "b"), None)
    assert [(n.code, n.count) for n in table.notices] == [("W_LAYOUT", 2)]
    assert [p.code for p in seen(tmp_path, results, confidence=True).problems] == ["E_CONFIDENCE"]
    scored = found(tmp_path, results[1:])
    assert scored.confidence is not None
    assert scored.confidence.tolist() == [0.25]


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"imgs": {}, "anns": []}, "/anns must be an object, got a list"),
        (coco_text({"5": 7}), "/anns/5 must be an object"),
        (coco_text({"5": ANN | {"image_id": 3}}), "/anns/5 refers to image_id '3', which is absent"),
        (coco_text({"5": ANN}, imgToAnns={"10": [5, 6]}), "/imgToAnns/10/1 '6' is no annotation"),
        (
            coco_text({"5": ANN}, imgToAnns={"10": [5, 5]}),
            "/imgToAnns/10/1 '5' stands in another list already",
        ),
        (
            coco_text({"5": ANN}, imgToAnns={"10": []}),
            "1 annotations stand in no list of /imgToAnns, first '5'",
        ),
        (coco_text({}, imgToAnns={"77": []}), "/imgToAnns/77 belongs to no image of /imgs"),
        (coco_text({}, imgToAnns={"10": 5}), "/imgToAnns/10 must be a list, got a number"),
        (coco_text({"5": ANN | {"mask": [1, 2, 3]}}), "/anns/5/mask has 3 numbers"),
    ],
)
def test_coco_text_that_is_refused(tmp_path: Path, document: Any, words: str) -> None:
    (problem,) = seen(tmp_path, document, format="coco-text").problems
    assert problem.code == "E_FORMAT"
    assert words in problem.reason


def test_the_results_of_the_repository(shared: Path) -> None:
    table = read(shared / "formats" / "coco_text" / "our_results.json")
    assert (table.format, len(table), table.texts[:2]) == ("coco-text", 8, ("ma", "nooo"))


# rrc-2024


def test_rrc_2024_keeps_the_text_of_what_is_ignored(tmp_path: Path) -> None:
    document = {"img_1.jpg": [WORD, WORD | {"ignore": True, "text": "x"}], "2": []}
    table = found(tmp_path, document, role="gt")
    assert (table.format, table.sample_ids, table.start.tolist()) == ("rrc-2024", ("img_1", "2"), [0, 2, 2])
    assert (table.texts, table.care.tolist()) == (("a", "x"), [True, False])
    assert found(tmp_path, document).care.tolist() == [True, True]
    bare = found(tmp_path, {"1": [{"points": [[0.5, 0], [9, 0], [9, 5]]}]})
    assert (bare.format, bare.codepoints, bare.xy.tolist()) == ("rrc-2024", None, [[0.5, 0], [9, 0], [9, 5]])


@pytest.mark.parametrize(
    ("document", "code", "words"),
    [
        ([], "E_FORMAT", "the document must be an object, got a list"),
        ({"a/b": 5}, "E_FORMAT", "/a~1b must be a list, got a number"),
        ({"1": [5]}, "E_FORMAT", "/1/0 must be an object, got a number"),
        (
            {"1": [WORD | {"points": [[0, 0]]}]},
            "E_FORMAT",
            "/1/0/points must be a list of three or more points",
        ),
        (
            {"1": [WORD | {"points": [[0, 0], [1, 1], [1, True]]}]},
            "E_FORMAT",
            "/1/0/points/2/1 must be a number",
        ),
        ({"1": [WORD | {"text": None}]}, "E_FORMAT", "/1/0/text must be a string, got null"),
        ({"1": [WORD | {"ignore": "no"}]}, "E_FORMAT", "/1/0/ignore must be true or false"),
        ({"1": [], "01": []}, "E_ENTRY_DUPLICATE", "/01 '01' is the sample of '1' again"),
        ({"": []}, "E_FORMAT", "is no name of an image"),
        (
            {"1": [WORD | {"points": [[0, 0], [9, 0], [0, 9], [9, 9]]}]},
            "E_POLYGON",
            "self-intersecting ring /1/0",
        ),
        ({}, "E_NO_SAMPLES", "no sample in the document"),
    ],
)
def test_rrc_2024_that_is_refused(tmp_path: Path, document: Any, code: str, words: str) -> None:
    (problem,) = seen(tmp_path, document, format="rrc-2024").problems
    assert problem.code == code
    assert words in problem.reason


def test_an_image_that_the_gt_does_not_have(tmp_path: Path) -> None:
    (problem,) = seen(tmp_path, {"1": [], "5": []}, format="rrc-2024", samples=("1", "2")).problems
    assert (problem.code, "'5' is no sample" in problem.reason) == ("E_ENTRY_UNKNOWN", True)


# units-json


def test_units_instances_of_one_image_may_be_apart(tmp_path: Path) -> None:
    document = [UNIT, UNIT | {"image_id": 2}, UNIT | {"rec": "b", "score": 0.5}]
    table = found(tmp_path, document)
    assert (table.format, table.sample_ids, table.texts) == ("units-json", ("10", "2"), ("a", "b", "a"))
    assert table.line.tolist() == [1, 3, 2]
    assert table.points(0).tolist() == [[0, 0], [9, 0], [9, 5.5]]
    assert found(tmp_path, document, samples=("0000010", "0000002")).sample_ids == ("0000010", "0000002")


@pytest.mark.parametrize(
    ("item", "code", "words"),
    [
        (5, "E_FORMAT", "/0 must be an object"),
        (UNIT | {"polys": [["1e3", "0"], ["1", "0"], ["1", "1"]]}, "E_COORD", "/0/polys holds '1e3'"),
        (UNIT | {"polys": [["1", "0"], ["1"], ["1", "1"]]}, "E_FORMAT", "/0/polys/1 must be a pair"),
        (UNIT | {"rec": None}, "E_FORMAT", "/0/rec must be a string"),
        (UNIT | {"score": "1"}, "E_CONFIDENCE", "/0/score is '1'"),
        (UNIT | {"image_id": 1.5}, "E_FORMAT", "/0/image_id must be a whole number"),
    ],
)
def test_units_that_are_refused(tmp_path: Path, item: Any, code: str, words: str) -> None:
    (problem,) = seen(tmp_path, [item, UNIT], format="units-json").problems
    assert problem.code == code
    assert words in problem.reason


@pytest.mark.parametrize(
    "document",
    [
        coco(ROW),
        [RESULT],
        coco_text({"5": ANN}),
        [RESULT | {"utf8_string": "a"}],
        {"1": [WORD]},
        [UNIT],
    ],
)
def test_instances_beyond_the_limits_are_refused(tmp_path: Path, document: Any) -> None:
    from ocr_eval.limits import Limits

    path = stored(tmp_path, document)
    for limits in (Limits()._replace(vertices=2), Limits()._replace(total_instances=0)):
        if limits.vertices == 2 and document in (coco(ROW), [RESULT], [RESULT | {"utf8_string": "a"}]):
            continue  # boxes
        with pytest.raises(InputError) as caught:
            read(path, limits=limits)
        assert caught.value.exit_code == 4
