"""One COCO document with several annotators: tables, faults with their pointers, hostile content."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ocr_eval.agreement.library import agreement
from ocr_eval.agreement.several import read_several
from ocr_eval.errors import InputError
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
    tables = read_several(written(tmp_path, document()))
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
    found = agreement(read_several(written(tmp_path, document(annotations=rows))), protocols=())
    assert found.metric("f1").value == 1.0
    assert "end_to_end_f1" not in found.figures.formulas
    assert found.to_json()["pairs"][0]["text"] is None


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("[]", "/images is no list"),
        ("{", "not JSON"),
        ('{"images": [], "images": []}', "occurs twice"),
        (document(images=[]), "no image in the document"),
        (document(images=[{"id": 1, "file_name": "a"}]), "/images/0 needs id, file_name and annotator"),
        (document(images=document()["images"] * 2), "stands here twice"),
        (
            document(annotations=[{"image_id": 9, "bbox": [0, 0, 1, 1]}]),
            "/annotations/0/image_id '9' is no image",
        ),
        (document(annotations=[{"image_id": [1], "bbox": [0, 0, 1, 1]}]), "is no image"),
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
        read_several(written(tmp_path, body))
    assert says in str(caught.value)
    assert caught.value.exit_code == 5


def test_limits_hold(tmp_path: Path) -> None:
    path = written(tmp_path, document())
    for limits in (Limits(total_instances=2), Limits(instances=1), Limits(file_bytes=10)):
        with pytest.raises(InputError, match="E_LIMIT"):
            read_several(path, limits)


def test_the_examples_of_the_reference_are_read(shared: Path) -> None:
    for path in sorted((shared / "data/agreement/kacv_examples").glob("*.json")):
        tables = read_several(str(path))
        assert len(tables) == 3
        found = agreement(tables, protocols=("rrc-iou",))
        assert len(found.pairs) == 3
        assert found.to_json()["ceiling"][0]["images"] == len(found.annotations.images)
