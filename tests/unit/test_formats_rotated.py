"""Layouts of lines with more than a quad: rotated boxes, offsets, scripts, pairs of y and x."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ocr_eval.errors import InputError
from ocr_eval.formats import choices_of, read
from tests.unit.formats_support import SQUARE, one, problem_of, problems_of, zipped

OFFSETS = (
    ",".join(str(v) for k in range(7) for v in (3 * k, 0))
    + ","
    + ",".join(f"{18 - 3 * k},9" for k in range(7))
)
BENT = f"10,20,28,29,{OFFSETS}"


def test_the_ring_of_a_rotated_box_is_the_box_without_its_angle(tmp_path: Path) -> None:
    content = "1,2,30,12,-0.5,None\n1,2,30,12,1.5707963267948966,###\n 4, 5 ,6,7,0.25,a,b\n"
    found = one(tmp_path, content, role="gt")
    assert found.format == "td500"
    assert found.points(0).tolist() == [[1, 2], [30, 2], [30, 12], [1, 12]]
    assert found.angle is not None
    assert found.angle.tolist() == [-0.5, 1.5707963267948966, 0.25]
    assert (found.texts, found.care.tolist()) == (("None", "###", "a,b"), [True, False, True])


def test_an_angle_between_0_and_1_is_a_confidence_unless_angles_are_asked_for(tmp_path: Path) -> None:
    content = "1,2,30,12,0.5\n1,2,30,12,0.25\n"
    assert one(tmp_path, content).format == "icdar-ltrb"
    assert one(tmp_path, content, angle=True).format == "td500"
    assert one(tmp_path, content + "1,2,30,12,-0.5\n").format == "td500"
    assert one(tmp_path, "1,2,30,12,0\n", angle=True).format == "td500"


def test_a_rotated_box_with_confidence_and_text(tmp_path: Path) -> None:
    found = one(tmp_path, "1,2,30,12,-0.5,9e-05,x\n", format="td500", confidence=True, text=True)
    assert found.confidence is not None
    assert found.angle is not None
    assert (found.angle.tolist(), found.confidence.tolist(), found.texts) == ([-0.5], [9e-05], ("x",))


@pytest.mark.parametrize(
    ("line", "code", "words", "more"),
    [
        ("1,2,30,12", "E_FORMAT", "no angle after 4 coordinates", {}),
        ("1,2,30", "E_FORMAT", "3 coordinates in 3 fields", {}),
        ("1,2,30,12,east", "E_FORMAT", "angle is 'east'", {}),
        ("1,2,30,12,", "E_FORMAT", "angle is nothing", {}),
        ("1,2,30,12,1e-3", "E_COORD", "angle is '1e-3'", {}),
        ("1,2,30,12,nan", "E_COORD", "angle is 'nan'", {}),
        ("1,2,30,12,0." + "1" * 31, "E_COORD", "angle is", {}),
        ("1,2,30.5,12,0.1", "E_COORD", "'30.5' is no coordinate", {}),
        ("30,2,1,12,0.1", "E_COORD", "xmax 1 is less than xmin 30", {}),
        ("1,2,30,12,0.1,1.5", "E_CONFIDENCE", "confidence is '1.5'", {"confidence": True}),
        ("1,2,30,12,0.1", "E_FORMAT", "no confidence", {"confidence": True}),
        ("1,2,30,12,0.1", "E_FORMAT", "no transcription", {"text": True}),
        ("1,2,30,12,0.1," + "x" * 4097, "E_LIMIT", "transcription of 4097", {}),
    ],
)
def test_a_rotated_box_that_is_refused(
    tmp_path: Path, line: str, code: str, words: str, more: dict[str, Any]
) -> None:
    problem = problem_of(tmp_path, f"1,2,3,4,0.5,1,t\n{line}\n", format="td500", **more)
    assert (problem.code, problem.line) == (code, 2)
    assert words in problem.reason


def test_offsets_become_a_ring_of_fourteen_points(tmp_path: Path) -> None:
    found = one(tmp_path, BENT + "\n", role="gt")
    assert (found.format, found.codepoints, found.care.tolist()) == ("ctw1500-offsets", None, [True])
    assert found.points(0).tolist() == [[10 + 3 * k, 20] for k in range(7)] + [
        [28 - 3 * k, 29] for k in range(7)
    ]
    spaced = one(tmp_path, BENT.replace(",", " , ") + "\n", format="ctw1500-offsets")
    assert spaced.xy.tolist() == found.xy.tolist()


@pytest.mark.parametrize(
    ("line", "code", "words", "more"),
    [
        (BENT.replace("28,29", "20,29", 1), "E_COORD", "offset 12 leaves the box, expected 0 to 10", {}),
        (BENT.replace(",3,0,", ",-3,0,"), "E_COORD", "offset -3 leaves the box", {}),
        (BENT + ",word", "E_FORMAT", "33 fields, expected 32", {}),
        (BENT, "E_FORMAT", "has no transcriptions", {"text": True}),
        (BENT.rpartition(",")[0], "E_FORMAT", "31 coordinates in 31 fields", {}),
        (BENT.replace("28,29", "28,2.5"), "E_COORD", "'2.5' is no coordinate", {}),
    ],
)
def test_offsets_that_are_refused(
    tmp_path: Path, line: str, code: str, words: str, more: dict[str, Any]
) -> None:
    problem = problem_of(tmp_path, line + "\n", format="ctw1500-offsets", **more)
    assert (problem.code, problem.line) == (code, 1)
    assert words in problem.reason


def test_absolute_coordinates_in_the_place_of_offsets_are_named_with_the_cure(tmp_path: Path) -> None:
    ring = ",".join(str(v) for k in range(16) for v in (100 + k, 100 + k * k))
    problem = problem_of(tmp_path, ring + "\n", format="ctw1500-offsets")
    assert "polygon" in problem.hint
    assert one(tmp_path, ring + "\n").format == "polygon"


def test_a_file_with_scripts_keeps_its_dont_cares(tmp_path: Path) -> None:
    content = f'{SQUARE},Latin,###\n{SQUARE},Korean,"한,글"\n{SQUARE},None,###x\n'
    found = one(tmp_path, content, role="gt")
    assert found.format == "icdar-mlt"
    assert (found.texts, found.care.tolist()) == (("###", '"한,글"', "###x"), [False, True, True])


def test_a_script_on_some_lines_only_is_text(tmp_path: Path) -> None:
    found = one(tmp_path, f"{SQUARE},Latin,a\n{SQUARE},b\n", role="gt")
    assert (found.format, found.texts) == ("icdar-quad", ("Latin,a", "b"))
    assert {notice.code for notice in found.notices} == {"W_AMBIGUOUS"}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (f"{SQUARE},Latin", "no transcription"),
        (f"{SQUARE}", "no script"),
        (f"{SQUARE},latin,a", "'latin' is no script"),
        (f"{SQUARE}, Latin,a", "' Latin' is no script"),
    ],
)
def test_a_line_without_a_script_is_refused(tmp_path: Path, line: str, words: str) -> None:
    problem = problem_of(tmp_path, line + "\n", format="icdar-mlt")
    assert problem.code == "E_FORMAT"
    assert words in problem.reason


def test_pairs_of_y_and_x_are_turned_on_request_only(tmp_path: Path) -> None:
    content = "0,1,0,9,5,9,6,1\n0,1,0,9,5,9\n 0,1,00000009,0,5,9\n"
    plain = one(tmp_path, content, format="polygon")
    turned = one(tmp_path, content, format="polygon(order=yx)")
    assert turned.xy.tolist() == plain.xy[:, ::-1].tolist()
    assert one(tmp_path, content, format="polygon(order=xy)").xy.tolist() == plain.xy.tolist()


@pytest.mark.parametrize(
    "spelled",
    [
        "polygon(order=zx)",
        "polygon(x=y)",
        "polygon(order=yx",
        "polygon(order=yx,order=yx)",
        "td500(order=yx)",
        "poly",
    ],
)
def test_a_choice_that_a_layout_does_not_have(tmp_path: Path, spelled: str) -> None:
    (problem,) = problems_of(zipped(tmp_path / "a.zip", {"res_img_1.txt": SQUARE}), format=spelled)
    assert problem.code == "E_USAGE"
    with pytest.raises(InputError):
        choices_of(spelled)


def test_a_dont_care_of_one_point_is_kept_in_a_ground_truth_only(tmp_path: Path) -> None:
    content = f"39,292,###\n1,2,3,4,###\n{SQUARE},5,5,word\n"
    found = one(tmp_path, content, role="gt", format="polygon", text=True)
    assert found.care.tolist() == [False, False, True]
    assert [n.message for n in found.notices if n.code == "W_GT"] == [
        "don't care: ring with too few distinct points"
    ]
    assert [p.line for p in problems_of(tmp_path / "one.zip", format="polygon", text=True)] == [1, 2]
    assert problem_of(tmp_path, "39,292,a\n", role="gt", format="polygon", text=True).code == "E_GT"


def test_content_of_several_files_is_read_file_by_file(tmp_path: Path) -> None:
    source = zipped(
        tmp_path / "a.zip", {"gt_img_1.txt": "1,2,3,4,-0.5,a\n", "gt_img_2.txt": "", "gt_img_3.txt": "\n"}
    )
    found = read(source, role="gt")
    assert (found.sample_ids, found.start.tolist()) == (("img_1", "img_2", "img_3"), [0, 1, 1, 1])
