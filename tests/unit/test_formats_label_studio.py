"""Label Studio exports: percent and turned boxes, texts linked by id, what is left out, several annotators."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ocr_eval.errors import InputError
from ocr_eval.formats import read
from ocr_eval.formats.by_annotator import read_by_annotator
from ocr_eval.formats.check import examine
from ocr_eval.formats.turned import turned_box
from ocr_eval.limits import Limits
from tests.unit.formats_support import problems_of

SIZE = {"original_width": 200, "original_height": 100, "image_rotation": 0}
BOX = {"x": 10, "y": 10, "width": 20, "height": 20, "rotation": 0}


def region(key: str | None = "r1", what: str = "rectanglelabels", **value: Any) -> dict[str, Any]:
    own = {} if key is None else {"id": key}
    return own | SIZE | {"type": what, "from_name": "label", "to_name": "image", "value": BOX | value}


def words(text: Any, key: str | None = "r1", name: str = "transcription") -> dict[str, Any]:
    own = {} if key is None else {"id": key}
    return own | {"type": "textarea", "from_name": name, "to_name": "image", "value": {"text": text}}


def annotation(*results: Any, by: Any = 7, **more: Any) -> dict[str, Any]:
    return {"id": 1, "completed_by": by, "was_cancelled": False, "result": list(results)} | more


def task(*annotations: Any, image: str = "/data/upload/3/0a1b2c3d-img_1.jpg", **more: Any) -> dict[str, Any]:
    return {"id": 5, "data": {"image": image}, "annotations": list(annotations), "predictions": []} | more


def stored(tmp_path: Path, *tasks: Any) -> Path:
    path = tmp_path / "export.json"
    path.write_text(json.dumps(list(tasks)), encoding="utf-8")
    return path


def notes(path: Path, **arguments: Any) -> dict[str, int]:
    found: dict[str, int] = {}
    for notice in examine(path, role="gt", **arguments).notices:
        found[notice.message] = found.get(notice.message, 0) + notice.count
    return found


# rings and texts


def test_a_box_turned_by_a_quarter_on_an_image_that_is_not_square(tmp_path: Path) -> None:
    table = read(stored(tmp_path, task(annotation(region(rotation=90)))), role="gt")
    assert table.points(0).tolist() == [[20, 10], [20, 50], [0, 50], [0, 10]]


@pytest.mark.parametrize("degrees", [0, 30, 45.5, 90, 180, 270, 360, -90, 450, -17])
@pytest.mark.parametrize("pivot", [(0.0, 0.0), (0.5, 0.5)])
def test_turned_boxes_are_rotations_about_their_pivot(degrees: float, pivot: tuple[float, float]) -> None:
    ring = np.array(turned_box(20, 10, 40, 20, degrees, pivot)).reshape(-1, 2)
    fixed = 20 + 40 * pivot[0] + 1j * (10 + 20 * pivot[1])
    straight = np.array([20 + 10j, 60 + 10j, 60 + 30j, 20 + 30j])
    turned = fixed + (straight - fixed) * np.exp(1j * np.pi * degrees / 180)
    # Coordinates below 128: each sum of products is off by a few units of 2**-46.
    assert np.abs(ring[:, 0] + 1j * ring[:, 1] - turned).max() < 1e-12
    if degrees % 90 == 0:
        assert (ring == ring.round()).all()


def test_box_and_text_are_linked_by_their_id_in_any_order(tmp_path: Path) -> None:
    polygon = region("r2", "polygonlabels", points=[[0, 0], [50, 0], [50, 100]])
    results = [words(["Zoë, a"], "r2"), region("r1", "rectangle"), polygon, words("###", "r1")]
    labels = region("r1", "labels")
    table = read(stored(tmp_path, task(annotation(*results, labels))), role="gt")
    assert (table.format, table.sample_ids) == ("label-studio", ("0a1b2c3d-img_1",))
    assert table.texts == ("###", "Zoë, a")
    assert table.care.tolist() == [False, True]
    assert table.points(0).tolist() == [[20, 10], [60, 10], [60, 30], [20, 30]]
    assert table.points(1).tolist() == [[0, 0], [100, 0], [100, 100]]
    assert table.line.tolist() == [2, 3]


def test_several_parts_of_a_text_are_joined_and_noted(tmp_path: Path) -> None:
    path = stored(tmp_path, task(annotation(region(), words(["a", "b"]))))
    assert read(path, role="gt").texts == ("a\nb",)
    assert notes(path) == {"texts of several parts, joined by line feeds": 1}


def test_a_region_labelled_by_two_tags_is_one(tmp_path: Path) -> None:
    path = stored(tmp_path, task(annotation(region(), region(what="rectangle"), words("a"))))
    assert read(path, role="gt").texts == ("a",)


def test_a_text_that_is_a_key_of_our_own_form_does_not_mislead(tmp_path: Path) -> None:
    path = stored(tmp_path, task(annotation(region(rectanglelabels=["box"]), words("box"))))
    assert read(path, role="gt").format == "label-studio"


def test_a_region_without_a_text_has_none(tmp_path: Path) -> None:
    path = stored(
        tmp_path, task(annotation(region(), region(None, x=50), words("alone", None), words("x", "r9")))
    )
    table = read(path, role="gt")
    assert (len(table), table.codepoints) == (2, None)
    assert notes(path) == {"texts without a region left out": 2}
    assert [p.code for p in problems_of(path, text=True)] == ["E_FORMAT", "E_FORMAT"]


def test_what_is_left_out_is_counted(tmp_path: Path) -> None:
    brush, key = region("b", "brushlabels"), region("k", "keypointlabels")
    path = stored(
        tmp_path,
        task(annotation(region(), brush, key), annotation(was_cancelled=True), predictions=[{"result": 5}]),
        task(annotation(was_cancelled=True), image="b.jpg"),
        task(image="c.jpg"),
        task(annotation(), image="d.jpg"),
    )
    assert read(path, role="gt").sample_ids == ("0a1b2c3d-img_1", "d")
    assert notes(path) == {
        "results that are no box, polygon or text": 2,
        "cancelled annotations left out": 2,
        "predictions are no annotations, left out": 1,
        "tasks without an annotation left out": 2,
    }


def test_two_text_fields_need_a_name(tmp_path: Path) -> None:
    path = stored(tmp_path, task(annotation(region(), words("Haus"), words("house", name="translation"))))
    (problem,) = problems_of(path)
    assert (problem.code, "label-studio(text=NAME)" in problem.hint) == ("E_FORMAT", True)
    assert read(path, format="label-studio(text=translation)").texts == ("house",)


def test_image_sizes_may_be_given_for_results_that_have_none(tmp_path: Path) -> None:
    bare = {key: value for key, value in region().items() if key not in SIZE}
    path = stored(tmp_path, task(annotation(bare)))
    (problem,) = problems_of(path)
    assert problem.reason.startswith("/0/annotations/0/result/0/original_width must be a number of pixels")
    assert "width=W,height=H" in problem.hint
    table = read(path, format="label-studio(width=200,height=100)")
    assert table.points(0).tolist() == [[20, 10], [60, 10], [60, 30], [20, 30]]
    sizes = tmp_path / "sizes.csv"
    sizes.write_text("image,width,height\n0a1b2c3d-img_1.jpg,200,100\n")
    again = read(path, format=f"label-studio(sizes={sizes})")
    assert again.xy.tolist() == table.xy.tolist()
    sizes.write_text("b.jpg,200,100\n")
    assert [p.code for p in problems_of(path, format=f"label-studio(sizes={sizes})")] == ["E_FORMAT"]


@pytest.mark.parametrize(
    ("data", "choices", "sample"),
    [
        ({"image": "https://host/a%20b/img_1.png?X-Amz=1&d=x"}, "", "img_1"),
        ({"ocr": "s3://bucket/page.7.jpg", "note": "n"}, "", "page.7"),
        ({"image": "/data/local-files/?d=set/scan%201.tif"}, "", "scan 1"),
        ({"page": "img_2.jpg"}, "", "img_2"),
        ({"image": "a.jpg", "scan": "b.jpg"}, "(image=scan)", "b"),
        ({"image": "/data/upload/1/0a1b2c3d-x.jpg"}, "(prefix=strip)", "x"),
        ({"image": "/data/upload/1/0a1b2c3-x.jpg"}, "(prefix=strip)", "0a1b2c3-x"),
    ],
)
def test_names_of_images(tmp_path: Path, data: dict[str, Any], choices: str, sample: str) -> None:
    path = stored(tmp_path, task(annotation(region())) | {"data": data})
    assert read(path, format=f"label-studio{choices}", role="gt").sample_ids == (sample,)


def test_older_exports_and_scores(tmp_path: Path) -> None:
    old = {"data": {"image": "a.jpg"}, "completions": [annotation(region() | {"score": 0.5}, by=None)]}
    path = stored(tmp_path, old)
    table = read(path, confidence=True)
    assert table.confidence is not None
    assert table.confidence.tolist() == [0.5]
    assert notes(path) == {"annotations without an annotator, named by their position in the task": 1}


# several annotators


def several(tmp_path: Path) -> Path:
    ann = {"id": 7, "email": "ann@example.org"}
    return stored(
        tmp_path,
        task(annotation(region(), words("SALE"), by=ann), annotation(region(x=20), words("Sale"), by=9)),
        task(annotation(by=9), annotation(region(), by=ann, ground_truth=True), image="b.jpg"),
    )


def test_several_annotators_of_an_image_are_asked_for_and_one_is_read(tmp_path: Path) -> None:
    path = several(tmp_path)
    with pytest.raises(InputError, match="2 images have several annotators") as caught:
        read(path, role="gt")
    assert caught.value.exit_code == 2
    assert "'ann@example.org', '9'" in str(caught.value)
    assert "--gt-format 'label-studio(annotator=NAME)'" in str(caught.value)
    table = read(path, role="gt", format="label-studio(annotator=9)")
    assert (table.sample_ids, table.start.tolist(), table.texts) == (
        ("0a1b2c3d-img_1", "b"),
        [0, 1, 1],
        ("Sale",),
    )
    with pytest.raises(InputError, match="no annotator is called 'Bob'"):
        read(path, role="gt", format="label-studio(annotator=Bob)")
    marked = read(path, role="gt", format="label-studio(ground_truth=only)")
    assert (marked.sample_ids, len(marked)) == (("b",), 1)


def test_images_shared_out_among_annotators_are_one_ground_truth(tmp_path: Path) -> None:
    path = stored(tmp_path, task(annotation(region(), by=1)), task(annotation(region(), by=2), image="b.jpg"))
    assert len(read(path, role="gt")) == 2
    assert notes(path)["annotators, each of other images"] == 2


def test_two_annotations_by_one_person_are_refused(tmp_path: Path) -> None:
    (problem,) = problems_of(stored(tmp_path, task(annotation(), annotation())))
    assert (problem.code, "again by '7'" in problem.reason) == ("E_ENTRY_DUPLICATE", True)


def test_each_annotator_gets_a_table(tmp_path: Path) -> None:
    tables = read_by_annotator(several(tmp_path))
    assert list(tables) == ["ann@example.org", "9"]
    assert tables["9"].sample_ids == ("0a1b2c3d-img_1", "b")
    assert tables["9"].texts == ("Sale",)
    assert tables["ann@example.org"].start.tolist() == [0, 1, 2]
    assert [n.message for n in tables["ann@example.org"].notices] == [
        "lines without a transcription field, read as empty"
    ]


# faults


@pytest.mark.parametrize(
    ("tasks", "code", "words_in_it"),
    [
        ([5], "E_FORMAT", "/0 must be an object, got a number"),
        ([task(5)], "E_FORMAT", "/0/annotations/0 must be an object, got a number"),
        ([task(annotation(was_cancelled="no"))], "E_FORMAT", "/0/annotations/0/was_cancelled must be true"),
        ([task(annotation(result={}))], "E_FORMAT", "/0/annotations/0/result must be a list, got an object"),
        ([task(annotation(by=True))], "E_FORMAT", "/0/annotations/0/completed_by must be a whole number"),
        ([task(annotation(by=[]))], "E_FORMAT", "got a list"),
        ([task(annotation(), data={})], "E_FORMAT", "/0/data has no key image"),
        (
            [task(annotation(), data={"image": 3})],
            "E_FORMAT",
            "/0/data/image must name an image, got a number",
        ),
        ([{"image": "a.jpg", "annotator": 1, "annotation_id": 2}], "E_FORMAT", "/0 has no annotations"),
        ([task(annotation("x"))], "E_FORMAT", "/0/annotations/0/result/0 must be an object, got a string"),
        ([task(annotation(region() | {"id": 3}))], "E_FORMAT", "/result/0/id must be a string, got a number"),
        (
            [task(annotation(region(), region(x=1)))],
            "E_FORMAT",
            "/result/1 is a second region with the id 'r1'",
        ),
        ([task(annotation(region() | {"value": None}))], "E_FORMAT", "/result/0/value must be an object"),
        ([task(annotation(region() | {"image_rotation": 90}))], "E_FORMAT", "/image_rotation is not 0"),
        (
            [task(annotation(region() | {"original_width": "200"}))],
            "E_FORMAT",
            "/original_width must be a number",
        ),
        ([task(annotation(region() | {"original_height": 0}))], "E_COORD", "/original_height is outside"),
        ([task(annotation(region(x="10")))], "E_FORMAT", "/result/0/value/x must be a number, got a string"),
        ([task(annotation(region(x=True)))], "E_FORMAT", "/result/0/value/x must be a number, got a boolean"),
        ([task(annotation(region(width=-1)))], "E_COORD", "/result/0/value has a negative width"),
        ([task(annotation(region(x=900_000)))], "E_COORD", "/result/0/value lies outside"),
        ([task(annotation(region(rotation=None)))], "E_FORMAT", "/value/rotation must be a number, got null"),
        (
            [task(annotation(region(what="polygon", points=[[0, 0]])))],
            "E_FORMAT",
            "/points must be a list of three",
        ),
        (
            [task(annotation(region(), words(5)))],
            "E_FORMAT",
            "/result/1/value/text must be a string, got a number",
        ),
        (
            [task(annotation(region(), words(["a", None])))],
            "E_FORMAT",
            "/value/text/1 must be a string, got null",
        ),
        ([task(annotation(region(), words("x" * 5000)))], "E_LIMIT", "has 5000 characters"),
        ([task(annotation(region(width=0)))], "E_POLYGON", "/0/annotations/0/result/0"),
    ],
)
def test_faults_have_their_pointer(tmp_path: Path, tasks: list[Any], code: str, words_in_it: str) -> None:
    (problem,) = problems_of(stored(tmp_path, *tasks), format="label-studio")
    assert problem.code == code
    assert words_in_it in problem.reason


def test_hostile_documents(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    for text, code in (
        ('[{"data": {}, "data": {}}]', "E_JSON_DUPKEY"),
        ("[NaN]", "E_COORD"),
        ("[" * 90 + "]" * 90, "E_LIMIT"),
        ("{}", "E_FORMAT"),
        ("[]", "E_NO_SAMPLES"),
    ):
        path.write_text(text)
        assert [p.code for p in problems_of(path, format="label-studio")] == [code]
    few = Limits(instances=1)
    assert [p.code for p in problems_of(stored(tmp_path, task(annotation(1, 2))), limits=few)] == ["E_LIMIT"]


def test_the_sample_files_of_the_reference(shared: Path) -> None:
    folder = shared / "formats/label_studio"
    table = read(folder / "test_export_coco_data.json", role="gt")
    assert (table.sample_ids, len(table), table.codepoints) == (("test_image1",), 2, None)
    assert len(read(folder / "test_export_yolo_data_polygons.json", role="gt")) == 1
    path = folder / "test_export_doclang_data.json"
    assert [p.code for p in problems_of(path)] == ["E_FORMAT", "E_FORMAT"]
    assert all("original_width" in p.reason for p in problems_of(path))
    table = read(path, format="label-studio(width=1000,height=1400)", role="gt")
    assert (table.sample_ids, len(table)) == (("page-1", "page-2"), 2)
    assert notes(path, format="label-studio(width=1,height=1)")["cancelled annotations left out"] == 1
