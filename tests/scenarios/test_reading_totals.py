"""Every reference archive and sample file in a layout that is read: recognised without a flag, with known totals."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from ocr_eval.errors import InputError
from ocr_eval.formats import read
from ocr_eval.formats.check import examine


class Total(NamedTuple):
    """What an archive holds. ``empty_text`` None: the layout has no transcriptions."""

    path: str
    layout: str
    files: int
    empty_files: int
    instances: int
    dont_care: int
    empty_text: int | None
    numbers: tuple[int, int]  # fewest and most coordinates of a ring
    policy: str = "refuse"


GT = [
    Total("ic15/gt.zip", "icdar-quad", 500, 0, 5230, 3153, 0, (8, 8)),
    Total("ic15/gt_e2e.zip", "icdar-quad", 500, 0, 5230, 3153, 0, (8, 8)),
    Total("ic15/gt_tedeval.zip", "icdar-quad", 500, 0, 5230, 3153, 0, (8, 8)),
    Total("ic15/gt_textline.zip", "icdar-quad", 500, 4, 1564, 0, 0, (8, 8)),
    Total("ic15/gt_characters.zip", "characters", 500, 0, 14127, 3151, 0, (8, 8)),
    Total("ic13/gt_rrc.zip", "icdar-ltrb", 233, 0, 1637, 542, 0, (8, 8)),
    Total("ic13/gt_e2e_ltrb.zip", "icdar-ltrb", 233, 0, 1095, 0, 0, (8, 8)),
    Total("ic13/gt_tedeval.zip", "icdar-ltrb", 233, 0, 1095, 0, 0, (8, 8)),
    Total("ic13/gt_characters.zip", "characters", 233, 0, 5851, 0, 0, (8, 8)),
    Total("totaltext/gt_total-text.zip", "polygon", 300, 0, 2545, 331, 3, (6, 38)),
    Total("totaltext/gt_tedeval.zip", "polygon", 300, 0, 2548, 333, 0, (2, 38), "official"),
    Total("totaltext/gt_mat.zip", "totaltext-mat", 300, 0, 2545, 331, 3, (6, 38)),
    Total("totaltext/gt_e2e.zip", "ctw1500", 300, 0, 2542, 328, 0, (8, 38)),
    Total("ctw1500/gt_circum.zip", "ctw1500-offsets", 500, 0, 3068, 0, None, (28, 28)),
    Total("td500/gt.zip", "td500", 200, 3, 651, 69, 0, (8, 8)),
    Total("ctw1500/gt_ctw1500.zip", "polygon", 500, 0, 3068, 0, 0, (28, 28)),
    Total("ctw1500/gt_e2e.zip", "ctw1500", 500, 0, 3075, 387, 1, (28, 28)),
    Total("kr_documents/gt.zip", "icdar-quad", 100, 0, 10532, 72, 3, (8, 8)),
    Total("ic13/coco_gt.json", "coco", 233, 0, 1637, 542, None, (8, 8), "official"),
    Total("rrc2024/icdar13_test.json", "rrc-2024", 233, 0, 1637, 720, 0, (8, 8), "official"),
    Total("rects_tda/val_gt.zip", "rects", 1000, 0, 10776, 2449, 0, (8, 8), "official"),
]
DETECTION = [
    Total("ic15/detection/pixellink.zip", "icdar-quad", 500, 2, 2823, 0, None, (8, 8)),
    Total("ic15/detection/textpms.zip", "icdar-quad", 500, 2, 2866, 0, None, (8, 8)),
    Total("ic15/detection/east_resnet50.zip", "icdar-quad", 500, 6, 2905, 0, None, (8, 8)),
    Total("ic15/detection/giou_east.zip", "icdar-quad", 500, 7, 2688, 0, None, (8, 8)),
    Total("ic15/detection/craft_reimpl.zip", "icdar-quad", 500, 30, 1949, 0, None, (8, 8)),
    Total("ic15/detection/drrg.zip", "icdar-quad", 488, 0, 2392, 0, None, (8, 8)),
    Total("ic15/detection/synthetic.zip", "icdar-quad", 500, 2, 5227, 0, None, (8, 8), "official"),
    Total("ic13/detection/synthetic.zip", "icdar-ltrb", 233, 1, 1725, 0, None, (8, 8), "official"),
    Total("totaltext/detection/baseline.zip", "polygon", 300, 2, 2098, 0, None, (12, 12)),
    Total("ctw1500/detection/ctd.zip", "polygon", 500, 0, 3340, 0, None, (52, 80)),
    Total("ic13/coco_dt.json", "coco", 232, 0, 1725, 0, None, (8, 8), "official"),
    Total("td500/detection/textpms.zip", "td500", 200, 7, 570, 0, None, (8, 8)),
    Total("td500/detection/drrg.zip", "td500", 200, 10, 777, 0, None, (8, 8)),
]
CONFIDENCE = [
    Total("ic15/detection/pixellink_synthconf.zip", "icdar-quad", 500, 2, 2823, 0, None, (8, 8)),
    Total("ic15/detection/textpms_synthconf.zip", "icdar-quad", 500, 2, 2866, 0, None, (8, 8)),
    Total("ic15/detection/east_resnet50_synthconf.zip", "icdar-quad", 500, 6, 2905, 0, None, (8, 8)),
    Total("ic15/detection/synthetic_conf.zip", "icdar-quad", 500, 2, 5227, 0, None, (8, 8), "official"),
    Total("ic13/detection/synthetic_conf.zip", "icdar-ltrb", 233, 1, 1725, 0, None, (8, 8), "official"),
]
END_TO_END = [
    Total("ic15/end_to_end/units_shared.zip", "icdar-quad", 500, 1, 2541, 0, 0, (8, 8)),
    Total("totaltext/end_to_end/units_shared.zip", "ctw1500", 299, 2, 2178, 0, 0, (32, 32)),
    Total("ctw1500/end_to_end/units_finetune.zip", "ctw1500", 500, 0, 2742, 0, 0, (32, 32), "official"),
    Total("ic13/end_to_end/synthetic_ltrb.zip", "icdar-ltrb", 233, 2, 1032, 0, 0, (8, 8)),
    Total("ic15/end_to_end/units_shared.json", "units-json", 500, 0, 2942, 0, 0, (8, 8)),
    Total("rrc2024/icdar13_baseline.json", "rrc-2024", 233, 47, 717, 0, 0, (8, 8)),
    Total("kr_documents/end_to_end/official.zip", "icdar-quad", 100, 0, 10170, 0, 11, (8, 8)),
    Total("rects_tda/end_to_end/example_pred.json", "tda-rects", 1000, 0, 14907, 0, 4114, (8, 8), "official"),
]
SAMPLES = {  # file: (layout, instances, empty transcriptions or None)
    "icdar2015_quad/gt_img_21.txt": ("icdar-quad", 90, 0),
    "icdar2015_quad/gt_img_425.txt": ("icdar-quad", 18, 0),
    "icdar2013_ltrb/gt_img_2.txt": ("icdar-ltrb", 4, 0),
    "icdar2013_ltrb/gt_img_5.txt": ("icdar-ltrb", 5, 0),
    "icdar2013_ltrb/datumaro_gt_img_1.txt": ("icdar-quad", 1, 0),
    "icdar2013_ltrb/datumaro_gt_img_2.txt": ("icdar-ltrb", 2, 0),
    "rrc_submission_zip/res_img_1.txt": ("icdar-quad", 0, None),
    "rrc_submission_zip/res_img_2.txt": ("icdar-quad", 12, None),
    "cleval_kr_doc/gt_kr_doc_KR03088.txt": ("icdar-quad", 184, 0),
    "cleval_kr_doc/kr_doc_KR03088.txt": ("icdar-quad", 168, 0),
    "totaltext/gt_img3.txt": ("polygon", 4, 0),
    "totaltext/Annotation_tools_T3_Example_suggestion_img3.txt": ("polygon", 2, None),
    "ctw1500/det_1001.txt": ("polygon", 6, None),
}


def check(shared: Path, total: Total, **arguments: Any) -> None:
    found = read(shared / "data" / total.path, invalid_polygons=total.policy, **arguments)
    sizes = np.diff(found.ring) * 2
    assert found.format == total.layout
    assert len(found.sample_ids) == total.files
    assert int((np.diff(found.start) == 0).sum()) == total.empty_files
    assert len(found) == total.instances
    assert int((~found.care).sum()) == total.dont_care
    assert (int(sizes.min()), int(sizes.max())) == total.numbers
    assert (found.texts.count("") if found.texts else None) == total.empty_text


@pytest.mark.parametrize("total", GT, ids=lambda total: total.path)
def test_ground_truth(shared: Path, total: Total) -> None:
    check(shared, total, role="gt")


@pytest.mark.parametrize("total", DETECTION, ids=lambda total: total.path)
def test_detections(shared: Path, total: Total) -> None:
    check(shared, total)


@pytest.mark.parametrize("total", CONFIDENCE, ids=lambda total: total.path)
def test_detections_with_confidences(shared: Path, total: Total) -> None:
    check(shared, total, confidence=True)


@pytest.mark.parametrize("total", END_TO_END, ids=lambda total: total.path)
def test_end_to_end_results(shared: Path, total: Total) -> None:
    check(shared, total, text=True)


def test_characters_of_rects(shared: Path) -> None:
    archive = shared / "data" / "rects_tda" / "val_gt.zip"
    assert len(read(archive, role="gt", level="character")) == 32503


@pytest.mark.parametrize("path", SAMPLES)
def test_sample_files(shared: Path, path: str) -> None:
    layout, instances, empty = SAMPLES[path]
    found = read(shared / "formats" / path)
    assert (found.format, len(found)) == (layout, instances)
    assert (found.texts.count("") if found.texts else None) == empty


def test_a_recognition_list(shared: Path) -> None:
    found = read(shared / "formats" / "icdar_word_recognition" / "datumaro_gt.txt", geometry=False)
    assert (found.sample_ids, found.texts) == (("word_1", "word_2"), ("PROPER", "Canon"))


def test_names_that_join_only_by_number(shared: Path) -> None:
    words = read(shared / "data" / "ic15" / "gt.zip", role="gt")
    characters = read(shared / "data" / "ic15" / "gt_characters.zip", role="gt")
    joined = read(shared / "data" / "ic15" / "end_to_end" / "units_shared.zip", samples=characters.sample_ids)
    assert "img_021" in characters.sample_ids
    assert "img_21" in words.sample_ids
    assert set(joined.sample_ids) == set(characters.sample_ids)
    padded = sum(sample not in words.sample_ids for sample in characters.sample_ids)
    assert [(n.code, n.count) for n in joined.notices] == [("W_LAYOUT", padded)]


@pytest.mark.parametrize(
    ("path", "places"),
    [
        ("ic15/detection/synthetic.zip", {("res_img_25.txt", 20), ("res_img_367.txt", 17)}),
        ("ctw1500/end_to_end/units_finetune.zip", {("0001135.txt", 6), ("0001197.txt", 6)}),
        ("ic13/detection/synthetic.zip", {("res_img_50.txt", 6), ("res_img_177.txt", 5)}),
    ],
)
def test_invalid_rings_are_named(shared: Path, path: str, places: set[tuple[str, int]]) -> None:
    found = examine(shared / "data" / path)
    assert {(problem.entry, problem.line) for problem in found.problems} == places
    assert {problem.code for problem in found.problems} == {"E_POLYGON"}


def test_a_gt_with_a_bad_ring_names_it_and_keeps_dont_cares_of_one_point(shared: Path) -> None:
    with pytest.raises(InputError) as caught:
        read(shared / "data" / "totaltext" / "gt_tedeval.zip", role="gt")
    assert caught.value.exit_code == 5
    (problem,) = caught.value.problems
    assert (problem.entry, problem.line, problem.reason.split()[0]) == ("gt_img557.txt", 9, "E_POLYGON")


def test_the_gt_with_a_flat_dont_care_rectangle_is_read(shared: Path) -> None:
    notices = read(shared / "data" / "ic13" / "gt_rrc.zip", role="gt").notices
    assert [n.examples for n in notices if n.code == "W_GT"] == [("gt_img_50.txt:6",)]


@pytest.mark.parametrize(
    ("path", "flag", "role"),
    [
        ("ic15/gt.zip", "ctw1500", "gt"),
        ("ic15/gt.zip", "characters", "gt"),
        ("ic13/gt_rrc.zip", "icdar-quad", "gt"),
        ("ic13/gt_rrc.zip", "polygon", "gt"),
        ("ic15/gt_characters.zip", "icdar-quad", "gt"),
        ("totaltext/gt_total-text.zip", "ctw1500", "gt"),
        ("rects_tda/val_gt.zip", "icdar-quad", "gt"),
        ("ic15/detection/pixellink.zip", "popeval", "prediction"),
        ("ic13/detection/synthetic.zip", "icdar-quad", "prediction"),
        ("rects_tda/val_gt.zip", "tda-rects", "gt"),
        ("totaltext/gt_mat.zip", "polygon", "gt"),
        ("ctw1500/gt_ctw1500.zip", "ctw1500-offsets", "gt"),
        ("ic15/gt.zip", "td500", "gt"),
        ("ic15/gt.zip", "totaltext-mat", "gt"),
    ],
)
def test_a_wrong_flag_on_a_real_file_is_one_error(shared: Path, path: str, flag: str, role: str) -> None:
    found = examine(shared / "data" / path, format=flag, role=role)
    assert (found.total, len(found.problems)) == (1, 1)
    assert ("E_FORMAT" in str(found.problems[0])) or role == "prediction"
