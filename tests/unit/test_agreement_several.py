"""One COCO document with several annotators: tables, faults with their pointers, hostile content."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ocr_eval.agreement.library import agreement
from ocr_eval.errors import InputError
from ocr_eval.formats import read
from ocr_eval.formats.by_annotator import read_by_annotator
from ocr_eval.limits import Limits


def document(**changes: Any) -> dict[str, Any]:
    body: dict[str, Any] = {
        "images": [
            {"id": 1, "file_name": "a.png", "annotator": "Ann"},
            {"id": 2, "file_name": "a.png", "annotator": "Bob"},
            {"id": 3, "file_name": "a.jpg", "annotator": "Ann"},
            {"id": 4, "file_name": "a.jpg", "annotator": "Bob"},
        ],
        "annotations": [
            {"image_id": 1, "bbox": [0, 0, 50, 10], "text": "SALE"},
            {"image_id": 2, "bbox": [0, 0, 50, 10], "attributes": {"transcription": "Sale"}},
            {"image_id": 2, "segmentation": [[0, 50, 30, 50, 30, 60]], "iscrowd": 1},
        ],
    }
    return body | changes


def written(tmp_path: Path, body: Any) -> str:
    path = tmp_path / "several.json"
    path.write_text(body if isinstance(body, str) else json.dumps(body), encoding="utf-8")
    return str(path)


def test_annotators_of_one_document(tmp_path: Path) -> None:
    tables = read_by_annotator(written(tmp_path, document()))
    assert {name: len(own) for name, own in tables.items()} == {"Ann": 1, "Bob": 2}
    assert tables["Ann"].sample_ids == ("a.png", "a.jpg")
    assert tables["Bob"].care.tolist() == [True, False]
    assert tables["Bob"].texts == ("Sale", "")
    assert tables["Bob"].notices[0].count == 1
    found = agreement(tables, protocols=())
    assert found.annotations.images == ("a.jpg", "a.png")
    assert found.metric("f1").value == 1.0
    assert found.metric("end_to_end_f1").value == 0.0


def test_without_transcriptions_there_are_none(tmp_path: Path) -> None:
    rows = [{"image_id": k, "bbox": [0, 0, 50, 10]} for k in (1, 2)]
    found = agreement(read_by_annotator(written(tmp_path, document(annotations=rows))), protocols=())
    assert found.metric("f1").value == 1.0
    assert "end_to_end_f1" not in found.figures.formulas
    assert found.to_json()["pairs"][0]["text"] is None


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("{", "not JSON"),
        ("{}", "/images must be a list, got nothing"),
        ('{"images": [], "images": []}', "occurs twice"),
        (document(images=[], annotations=[]), "no sample in the document"),
        (
            document(images=[{"id": 1, "file_name": "a", "annotator": True}]),
            "/images/0/annotator must be a name",
        ),
        (document(images=document()["images"] * 2), "/images/4 has the id '1' of an earlier image"),
        (
            document(images=[*document()["images"], {"id": 5, "file_name": "a.png", "annotator": "Ann"}]),
            "/images/4/file_name 'a.png' is the sample of 'a.png' again by 'Ann'",
        ),
        (
            document(annotations=[{"image_id": 9, "bbox": [0, 0, 1, 1]}]),
            "/annotations/0 refers to image_id '9', which is absent",
        ),
        (document(annotations=[{"image_id": [1], "bbox": [0, 0, 1, 1]}]), "image_id must be a whole number"),
        (document(annotations=[{"image_id": 1, "bbox": [0, 0, 1]}]), "/annotations/0/bbox must be"),
        (document(annotations=[{"image_id": 1, "bbox": [0, 0, 1e9, 1]}]), "/annotations/0/bbox/2 is outside"),
        (document(annotations=[{"image_id": 1, "segmentation": [[0, 0, 1]]}]), "has 3 numbers"),
        (
            document(annotations=[{"image_id": 1, "bbox": [0, 0, 1, 1], "text": "x" * 5000}]),
            "5000 characters",
        ),
        ("[" * 100 + "]" * 100, "nesting deeper than"),
    ],
)
def test_faults_have_their_pointer(tmp_path: Path, body: Any, says: str) -> None:
    with pytest.raises(InputError, match="E_GT") as caught:
        read_by_annotator(written(tmp_path, body), format="coco")
    assert says in str(caught.value)
    assert caught.value.exit_code == 5


def test_limits_hold(tmp_path: Path) -> None:
    path = written(tmp_path, document())
    for limits in (Limits(total_instances=2), Limits(instances=1), Limits(file_bytes=10)):
        with pytest.raises(InputError, match="E_LIMIT"):
            read_by_annotator(path, limits=limits)


def test_an_annotator_who_is_not_named_is_asked_for(tmp_path: Path) -> None:
    images = [row | {"annotator": None} if row["id"] == 4 else row for row in document()["images"]]
    with pytest.raises(InputError, match="some images name no annotator") as caught:
        read_by_annotator(written(tmp_path, document(images=images)))
    assert caught.value.exit_code == 2
    bare = [{"id": row["id"], "file_name": f"{row['id']}.png"} for row in document()["images"]]
    with pytest.raises(InputError, match="no annotator is named in it"):
        read_by_annotator(written(tmp_path, document(images=bare)))


def test_one_annotator_of_several_is_read_as_a_ground_truth(tmp_path: Path) -> None:
    images = [row for row in document()["images"] if row["id"] < 3]
    path = written(tmp_path, document(images=images))
    with pytest.raises(InputError, match="1 image has several annotators, first 'a': 'Ann', 'Bob'"):
        read(path, role="gt")
    table = read(path, role="gt", format="coco(annotator=Bob)")
    assert (table.sample_ids, table.aliases, table.texts) == (("a",), ("2",), ("Sale", ""))
    assert table.numbers["crowd"].tolist() == [0, 1]


LINES = [
    {"image": "x/a.png", "box": [0, 0, 50, 10], "text": "SALE", "annotator": 1, "angle": 0.5},
    {"image": "x/a.png", "box": [0, 0, 50, 10], "text": "Sale", "annotator": "Doe, Jane", "angle": 0.25},
    {"image": "x/a.png", "box": [60, 0, 90, 10], "text": "now", "annotator": 1, "angle": 1.5},
    {"image": "b.png", "annotator": "Doe, Jane", "level": "image"},
    {"image": "b.png", "annotator": 1, "level": "image"},
]


@pytest.mark.parametrize("by_line", [False, True])
def test_our_own_form_names_annotators_instance_by_instance(tmp_path: Path, by_line: bool) -> None:
    body = "\n".join(map(json.dumps, LINES)) if by_line else json.dumps(LINES)
    path = written(tmp_path, body)
    tables = read_by_annotator(path)
    assert {who: table.sample_ids for who, table in tables.items()} == {
        "1": ("a", "b"),
        "Doe, Jane": ("a", "b"),
    }
    assert (tables["1"].texts, tables["Doe, Jane"].texts) == (("SALE", "now"), ("Sale",))
    assert tables["1"].angle is not None
    assert tables["1"].angle.tolist() == [0.5, 1.5]
    assert agreement(tables, protocols=()).metric("f1").value == 2 / 3  # one pair, and "now" alone
    jane = read(path, role="gt", format="json(annotator=Doe, Jane)")
    assert (jane.sample_ids, jane.texts) == (("a", "b"), ("Sale",))


def test_lists_of_texts_name_annotators_too(tmp_path: Path) -> None:
    rows = [{"image": "a.png", "text": who, "annotator": who} for who in "xy"]
    path = written(tmp_path, "\n".join(map(json.dumps, rows)))
    assert read(path, geometry=False, format="jsonl(annotator=y)").texts == ("y",)
    with pytest.raises(InputError, match="'jsonl\\(annotator=NAME\\)'"):
        read(path, geometry=False)


def test_lines_of_several_annotators_cannot_be_taken_apart(tmp_path: Path) -> None:
    image = {"image": "a", "level": "image", "paragraphs": [], "lines": []}
    path = written(tmp_path, json.dumps([image | {"annotator": who} for who in (1, 2)]))
    with pytest.raises(InputError, match="words in lines of several annotators"):
        read_by_annotator(path, format="json")


def test_the_examples_of_the_reference_are_read(shared: Path) -> None:
    for path in sorted((shared / "data/agreement/kacv_examples").glob("*.json")):
        tables = read_by_annotator(str(path))
        assert len(tables) == 3
        found = agreement(tables, protocols=("rrc-iou",))
        assert len(found.pairs) == 3
        assert found.to_json()["ceiling"][0]["images"] == len(found.annotations.images)


def test_a_crowd_of_annotators_is_refused(tmp_path: Path) -> None:
    rows = [{"image": "a", "box": [0, 0, 9, 9], "annotator": k} for k in range(257)]
    with pytest.raises(InputError, match="257 annotators, at most 256"):
        read_by_annotator(written(tmp_path, json.dumps(rows)))
