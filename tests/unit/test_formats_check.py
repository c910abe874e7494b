"""The ring policy of predictions and gt, the notes about rings, and what the official script would refuse."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ocr_eval.errors import InputError
from ocr_eval.formats import read
from ocr_eval.formats.check import examine
from ocr_eval.formats.official import official_refusals
from tests.unit.formats_support import SQUARE, one, problem_of, unpacked, zipped

BOW_TIE, POINT, LINE = "0,0,100,50,100,0,0,50", "5,5,5,5,5,5,5,5", "0,0,100,0,100,0,0,0"
COLLINEAR = "0,0,5,5,9,9,2,2"
TOUCHING = "0,0,10,0,10,10,10,0"
SHAPES = {"bow-tie": BOW_TIE, "point": POINT, "collinear": COLLINEAR}


@pytest.mark.parametrize("ring", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize(
    ("role", "text", "policy", "code"),
    [
        ("prediction", "a", "refuse", "E_POLYGON"),
        ("prediction", "###", "refuse", "E_POLYGON"),
        ("prediction", "a", "false-positive", "W_POLYGON"),
        ("prediction", "a", "official", "W_POLYGON"),
        ("gt", "a", "refuse", "E_GT"),
        ("gt", "a", "false-positive", "E_GT"),
        ("gt", "a", "official", "W_POLYGON"),
        ("gt", "###", "refuse", "W_GT"),
        ("gt", "###", "false-positive", "W_GT"),
        ("gt", "###", "official", "W_POLYGON"),
    ],
)
def test_the_policy_for_invalid_rings(
    ring: str, role: str, text: str, policy: str, code: str, tmp_path: Path
) -> None:
    if ring == BOW_TIE and code == "W_GT":
        code = "E_GT"  # only a region without area can absorb nothing
    source = zipped(tmp_path / "a.zip", {"img_1.txt": f"{SQUARE},b\n{ring},{text}"})
    found = examine(source, role=role, invalid_polygons=policy, format="icdar-quad")
    if code.startswith("W_"):
        assert found.problems == []
        assert [(n.code, n.count, n.examples) for n in found.notices] == [(code, 1, ("img_1.txt:2",))]
        assert found.instances is not None
        assert found.instances.valid.tolist() == [True, False]
    else:
        assert [(p.code, p.entry, p.line) for p in found.problems] == [(code, "img_1.txt", 2)]
        assert found.instances is None
        assert code == "E_POLYGON" or found.problems[0].reason.startswith("E_POLYGON ")


@pytest.mark.parametrize("role", ["prediction", "gt"])
def test_boxes_of_whole_pixels_are_never_invalid(role: str, tmp_path: Path) -> None:
    source = zipped(tmp_path / "a.zip", {"img_1.txt": "533,469,534,469,a\n5,5,5,5,b\n0,0,9,9,c"})
    assert examine(source, role=role).total == 2
    found = examine(source, role=role, boxes=True)
    assert (found.problems, found.notices) == ([], ())
    assert len(read(source, role=role, boxes=True)) == 3


@pytest.mark.parametrize(
    ("ring", "words"),
    [
        (BOW_TIE, "self-intersecting ring; signed area 0, even-odd area 2500"),
        (POINT, "ring with too few distinct points; signed area 0, even-odd area 0: give at least three"),
        (COLLINEAR, "; signed area 0, even-odd area 0: give a ring"),
        (LINE, "ring with too few distinct points; "),
    ],
)
def test_reason_and_hint_give_class_and_areas(ring: str, words: str, tmp_path: Path) -> None:
    found = problem_of(tmp_path, ring)
    assert words in f"{found.reason}; {found.hint}"
    assert "--invalid-polygons false-positive" in found.hint


def test_every_invalid_ring_is_listed_in_line_order_with_other_faults(tmp_path: Path) -> None:
    text = f"{BOW_TIE}\nx\n{SQUARE}\n{POINT}\n{SQUARE},a"
    found = examine(zipped(tmp_path / "a.zip", {"b.txt": text, "a.txt": BOW_TIE}), format="icdar-quad")
    assert [(p.entry, p.line, p.code) for p in found.problems] == [
        ("b.txt", 1, "E_POLYGON"),
        ("b.txt", 2, "E_FORMAT"),
        ("b.txt", 4, "E_POLYGON"),
        ("a.txt", 1, "E_POLYGON"),
    ]


def test_self_touching_rings_are_valid(tmp_path: Path) -> None:
    ring = "0,0,5,5,0,10,0,0,-5,5,-5,0"
    assert one(tmp_path, f"{ring}\n0,0,9,0,9,9", format="polygon").valid.tolist() == [True, True]
    assert problem_of(tmp_path, TOUCHING).code == "E_POLYGON"


def test_the_direction_is_kept_and_noted(tmp_path: Path) -> None:
    backwards = "0,0,0,10,10,10,10,0"
    found = one(tmp_path, f"{SQUARE}\n{backwards}\n{backwards}")
    assert found.points(1).ravel().tolist() == [int(v) for v in backwards.split(",")]
    notes = [(n.code, n.count, n.examples) for n in found.notices]
    assert notes == [("W_ORIENTATION", 2, ("res_img_1.txt:2",))]


@pytest.mark.parametrize(
    ("ring", "noted"),
    [
        ("-9,0,-1,0,-1,9,-9,9", True),
        ("0,-9,9,-9,9,-1,0,-1", True),
        ("-9,0,0,0,0,9,-9,9", False),
        ("65536,0,65540,0,65540,9,65536,9", True),
        ("65535,0,65540,0,65540,9,65535,9", False),
        ("0,65536,9,65536,9,65540,0,65540", True),
        ("40000,0,40010,0,40010,9,40000,9", False),
    ],
)
def test_rings_outside_any_image(ring: str, noted: bool, tmp_path: Path) -> None:
    notices = one(tmp_path, f"{SQUARE}\n{ring}").notices
    assert [(n.code, n.examples) for n in notices] == ([("W_OUTSIDE", ("res_img_1.txt:2",))] if noted else [])


@pytest.mark.parametrize(
    ("lines", "count"),
    [
        ([f"{SQUARE},a", f"{SQUARE},b"], 0),
        ([f"{SQUARE},a", f"{SQUARE},a"], 1),
        ([f"{SQUARE},a", f"{SQUARE},b", f"{SQUARE},a"], 1),
        ([f"{SQUARE},a"] * 3, 2),
        ([f"{SQUARE},a", "10,0,10,10,0,10,0,0,a"], 0),
        (["0,0,10,0,10,10,0,10,a", "10,0,10,10,0,10,0,0,a", "0,0,10,0,10,10,0,10,a"], 1),
    ],
)
def test_identical_instances_of_a_gt(lines: list[str], count: int, tmp_path: Path) -> None:
    source = zipped(tmp_path / "gt.zip", {"img_1.txt": "\n".join(lines), "img_2.txt": f"{SQUARE},a"})
    found = {n.code: n.count for n in read(source, role="gt").notices}
    assert found == ({"W_GT": count} if count else {})
    assert read(source).notices == ()


def test_equal_faults_of_gt_and_prediction_differ_in_code_only(tmp_path: Path) -> None:
    source = zipped(tmp_path / "a.zip", {"img_1.txt": "x"})
    for role, code, status in (("prediction", "E_FORMAT", 3), ("gt", "E_GT", 5)):
        with pytest.raises(InputError) as caught:
            read(source, role=role, format="icdar-quad")
        assert (caught.value.problems[0].code, caught.value.exit_code) == (code, status)
        assert caught.value.scope == " in 1 of 1 entries"


@pytest.mark.parametrize("arguments", [{"role": "both"}, {"invalid_polygons": "drop"}, {"format": "yaml"}])
def test_a_wrong_argument_is_exit_2(arguments: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        examine(zipped(tmp_path / "a.zip", {"img_1.txt": SQUARE}), **arguments)
    assert caught.value.exit_code == 2


def test_a_folder_in_a_message_is_joined_with_a_slash(tmp_path: Path) -> None:
    (problem,) = examine(unpacked(tmp_path / "sub", {"img_1.txt": "x"}), format="icdar-quad").problems
    assert str(problem).startswith(f"{tmp_path}/sub/img_1.txt:1:1: error[E_FORMAT]: ")
    (problem,) = examine(tmp_path / "sub" / "img_1.txt", format="icdar-quad").problems
    assert str(problem).startswith(f"{tmp_path}/sub/img_1.txt:1:1: error[E_FORMAT]: ")


CCW = "0,0,0,50,100,50,100,0"


@pytest.mark.parametrize(
    ("arguments", "line", "words"),
    [
        ({}, SQUARE, None),
        ({}, f" {SQUARE.replace(',', ' , ')} ", None),
        ({}, LINE, None),
        ({}, BOW_TIE, None),
        ({}, CCW, "points not clockwise"),
        ({}, "0.0,0,100,0,100,50,0,50", "no plain integer"),
        ({}, "1,2,3", "3 fields"),
        ({}, f"{SQUARE},", "field after the coordinates"),
        ({}, f"{SQUARE},word", "field after the coordinates"),
        ({}, f"{SQUARE},0.9", "field after the coordinates"),
        ({}, "  ", "line of spaces"),
        ({}, "\ufeff" + SQUARE, "byte order mark"),
        ({"confidence": True}, f"{SQUARE},0.9", None),
        ({"confidence": True}, f"{SQUARE}, 1 ", None),
        ({"confidence": True}, f"{SQUARE},1.5", None),
        ({"confidence": True}, f"{SQUARE},10", None),
        ({"confidence": True}, SQUARE, "no confidence"),
        ({"confidence": True}, f"{SQUARE},9.1e-05", "no plain decimal"),
        ({"confidence": True}, f"{SQUARE},2", "no plain decimal"),
        ({"confidence": True}, f"{SQUARE},-0.5", "no plain decimal"),
        ({"confidence": True}, f"{SQUARE},0x5", "confidence that is no number"),
        ({"format": "icdar-ltrb"}, "0,0,100,50", None),
        ({"format": "icdar-ltrb"}, "0,0,100,50,", None),
        ({"format": "icdar-ltrb"}, "-5,-5,5,5", None),
        ({"format": "icdar-ltrb"}, "-10,-10,-5,50", "negative xmax or ymax"),
        ({"format": "icdar-ltrb"}, "0,0,100,50,word", "field after"),
        ({"format": "icdar-ltrb", "confidence": True}, "0,0,100,50,", "no plain decimal"),
        ({"protocol": "rrc-e2e"}, f"{SQUARE},", None),
        ({"protocol": "rrc-e2e"}, f"{SQUARE},5,word", None),
        ({"protocol": "rrc-e2e"}, SQUARE, "no transcription field"),
        ({"protocol": "rrc-e2e", "confidence": True}, f"{SQUARE},0.5,word", None),
        ({"protocol": "rrc-e2e", "confidence": True}, f"{SQUARE},0.5", "no transcription field"),
        ({"protocol": "rrc-e2e", "confidence": True}, f"{SQUARE},9e-05,word", "no plain decimal"),
        ({"protocol": "cascade"}, CCW, None),
    ],
)
def test_what_the_official_script_would_refuse(
    arguments: dict[str, Any], line: str, words: str | None, tmp_path: Path
) -> None:
    protocol = arguments.get("protocol", "rrc-iou")
    more = {key: value for key, value in arguments.items() if key != "protocol"}
    marked = line.startswith("\ufeff")
    first = "0,0,9,9" if "format" in more else SQUARE
    first += ",0.5,a" if protocol == "rrc-e2e" else ",0.5" * ("confidence" in more)
    source = zipped(tmp_path / "a.zip", {"res_img_1.txt": line if marked else f"{first}\n{line}\n"})
    notes = official_refusals(source, protocol, **more)
    assert len(notes) == (words is not None)
    for note in notes:
        assert (note.entry, note.line) == ("res_img_1.txt", 1 if marked else 2)
        assert note.reason.startswith("official script would refuse: ")
        assert str(words) in note.reason
        assert "warning[W_" in str(note)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("res_img_1.txt", None),
        ("res_img_1.txt.bak", None),
        ("sub/res_img_1.txt", "entry name"),
        ("__MACOSX/x", "entry name"),
        ("img_1.txt", "entry name"),
        ("res_img_01.txt", "sample 01 not present"),
        ("res_img_7.txt", "sample 7 not present"),
    ],
)
def test_entries_the_official_script_would_refuse(name: str, words: str | None, tmp_path: Path) -> None:
    source = zipped(tmp_path / "a.zip", {name: SQUARE})
    notes = official_refusals(source, "rrc-iou", samples=["img_1"])
    assert [note.entry for note in notes] == ([name] if words else [])
    assert all(words is not None and words in note.reason for note in notes)


def test_notes_are_capped(tmp_path: Path) -> None:
    source = zipped(tmp_path / "a.zip", {f"res_img_{k}.txt": f"{CCW}\n" * 10 for k in range(5)})
    assert len(official_refusals(source, "rrc-iou", max_notes=12)) == 12


def test_notes_agree_with_the_scripts_own_answers(shared: Path, tmp_path: Path) -> None:
    """Every quirk case whose result files the script refused has a note, the others have none."""
    cases = json.loads(
        (shared / "expected" / "detection" / "quirks__rrc_iou.json").read_text(encoding="utf-8")
    )
    told = 0
    for name, case in cases.items():
        parameters = case.get("params", {})
        content = {f"res_img_{k}.txt": text for k, text in case["det"].items()}
        notes = official_refusals(
            zipped(tmp_path / "a.zip", content),
            "rrc-iou",
            format="icdar-ltrb" if parameters.get("LTRB") else "icdar-quad",
            confidence=bool(parameters.get("CONFIDENCES")),
            samples=[f"img_{k}" for k in case["gt"]],
        )
        in_result = "error" in case and not name.endswith("_gt_rejected") and name != "float_coord_gt"
        assert bool(notes) == in_result, (name, notes)
        told += bool(notes)
    assert told >= 12


def test_reading_imports_nothing_heavy(tmp_path: Path) -> None:
    source = zipped(tmp_path / "a.zip", {"res_img_1.txt": SQUARE, "res_img_2.txt": "5,5,9,5,9,9,5,9,word"})
    script = (
        "import sys; from ocr_eval.formats import read; from ocr_eval.formats.official import official_refusals;"
        f"read({str(source)!r}, samples=['img_1', 'img_2']); official_refusals({str(source)!r}, 'rrc-iou');"
        "print(sorted(set(sys.modules) & {'numba', 'pandas', 'matplotlib', 'shapely', 'rapidfuzz', 'zipfile'}))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_flood_of_invalid_rings_costs_little(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []

    def counted(points: Any) -> int:
        calls.append(len(points))
        return 0

    monkeypatch.setattr("ocr_eval.kernels.rings.even_odd_area", counted)
    zigzag = ",".join(f"{k * 7919 % 1000},{k * 104729 % 997}" for k in range(60))
    found = examine(zipped(tmp_path / "a.zip", {"a.txt": f"{zigzag}\n" * 300}), format="polygon")
    assert (found.total, len(found.problems)) == (300, 100)
    assert sum(size**2 for size in calls) <= 10_000
