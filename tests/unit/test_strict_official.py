"""--strict-official: every answer of the official script that is on record, refused or accepted as the script does."""

from __future__ import annotations

import ast
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from ocr_eval.cli.inputs import parse_protocols
from ocr_eval.cli.options import Settings
from ocr_eval.cli.scoring import Scorer
from ocr_eval.errors import InputError
from ocr_eval.limits import Limits
from tests.command import run, validate

GOLD = Path(__file__).resolve().parents[1] / "gold" / "rrc_iou" / "quirks.json"
CASES: dict[str, Any] = json.loads(GOLD.read_text(encoding="utf-8"))["cases"]
OURS = {  # what the script takes and we never do
    "conf_1.5_accepted": "E_CONFIDENCE",
    "conf_10_accepted": "E_CONFIDENCE",
    "huge_coord": "E_COORD",
}
ONE_LINE = {
    "crlf_param_true_with_lf"
}  # the script's parameter CRLF glues the lines, we have no such parameter
INVALID = {  # accepted by the script, and by us under --invalid-polygons official
    "zero_area_det_line",
    "zero_area_gt_point",
    "bowtie_det",
    "asym_bowtie_det",
    "bowtie_gt",
    "ltrb_zero_area",
}
SQUARE = "0,0,100,0,100,50,0,50"
CCW = "0,0,0,50,100,50,100,0"
CLOCKWISE = "standard one, with the image origin at the upper left, the X axis extending to the right"


def zipped(path: Path, contents: dict[str, str]) -> str:
    with zipfile.ZipFile(path, "w") as file:
        for name, text in contents.items():
            file.writestr(name, text)
    return str(path)


def said(error: str) -> str:
    """The script's message as text: its bytes are printed as ``b'…'``."""
    message = error.removeprefix("Exception: ")
    return ast.literal_eval(message).decode("utf-8") if message.startswith(("b'", 'b"')) else message


def score(case: dict[str, Any], folder: Path, *, policy: str = "refuse", strict: bool = True) -> Any:
    """The records of a case, or the InputError."""
    parameters = case.get("params", {})
    confidences = str(bool(parameters.get("CONFIDENCES"))).lower()
    rules = parse_protocols([f"rrc-iou(confidence={confidences})"])
    gt = zipped(folder / "gt.zip", {f"gt_img_{k}.txt": text for k, text in case["gt"].items()})
    pred = zipped(folder / "sub.zip", {f"res_img_{k}.txt": text for k, text in case["det"].items()})
    layout = "icdar-ltrb" if parameters.get("LTRB") else "icdar-quad"
    flags = {
        "gt_format": layout,
        "pred_format": layout,
        "invalid_polygons": policy,
        "confidence_above": None,
        "strict_official": strict,
    }
    try:
        scorer = Scorer(rules, gt, "local", Settings(), flags, limits=Limits(), lexicon=None)
        return scorer.score(pred, "pred")
    except InputError as error:
        return error


def test_every_answer_on_record_is_walked() -> None:
    assert len(CASES) == 61
    assert set(OURS) | ONE_LINE | INVALID <= set(CASES)
    assert sum("error" in case for case in CASES.values()) == 17


@pytest.mark.parametrize("name", CASES)
def test_the_answer_is_the_script_s_own(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    got = score(case, tmp_path)
    if "error" in case:
        assert isinstance(got, InputError)
        assert got.exit_code == (5 if "gt" in name.split("_") else 3)
        first = got.problems[0]
        assert f"official script refuses: {said(case['error'])}" in first.reason, first
    elif name in OURS:
        assert isinstance(got, InputError)
        assert [problem.code for problem in got.problems] == [OURS[name]]
        assert "official script" not in str(got)
    else:
        if name in INVALID:
            assert isinstance(got, InputError)
            assert {p.code for p in got.problems} <= {"E_POLYGON", "E_GT"}
            assert "official script" not in str(got)
            got = score(case, tmp_path, policy="official")
        assert not isinstance(got, InputError), got
        if name not in ONE_LINE:
            metrics = got[0].metrics
            assert {key: metrics[key] or 0.0 for key in ("precision", "recall", "hmean")} == {
                key: case["method"][key] for key in ("precision", "recall", "hmean")
            }


def test_without_the_flag_clockwise_is_no_reason_to_refuse(tmp_path: Path) -> None:
    (record,) = score(CASES["ccw_det_rejected"], tmp_path, strict=False)
    assert record.metrics["hmean"] == 1.0


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", None),
        ("9,9,3,4", "Xmax value (3) not valid (Xmax < Xmin)."),
        ("3,9,9,4", "Ymax value (4)  not valid (Ymax < Ymin)."),
        ("1,1,-5,4", "Format incorrect. Should be: xmin,ymin,xmax,ymax"),
    ],
)
def test_rectangles_are_recognised_without_a_flag(line: str, words: str | None, tmp_path: Path) -> None:
    gt = zipped(tmp_path / "gt.zip", {"gt_img_1.txt": "0,0,100,50,word\n"})
    sub = zipped(tmp_path / "sub.zip", {"res_img_1.txt": f"0,0,100,50\n{line}\n0,0,90,50\n"})
    done = run("score", gt, sub, "-p", "rrc-iou", "--strict-official")
    if words is None:
        assert (done.status, done.err) == (0, "")
        return
    assert (done.status, done.out) == (3, "")
    message = f"Line in sample not valid. Sample: 1 Line: {line} Error: {words};"
    assert f"res_img_1.txt:2: error[E_FORMAT]: official script refuses: {message}" in done.err


def test_validate_lists_without_and_refuses_with_the_flag(tmp_path: Path) -> None:
    gt = zipped(tmp_path / "gt.zip", {"gt_img_1.txt": f"{SQUARE},word\n", "gt_img_2.txt": f"{SQUARE},word\n"})
    sub = zipped(
        tmp_path / "sub.zip",
        {"res_img_1.txt": f"{SQUARE}\n{CCW}\n   \n", "a/res_img_2.txt": SQUARE, "__MACOSX/._x": ""},
    )
    words = ("validate", sub, "--gt", gt, "-p", "rrc-iou", "--format", "json")
    done = run(*words)
    assert done.status == 0
    body = json.loads(done.out)
    validate(body, "validate")
    assert (body["valid"], len(body["official"])) == (True, 4)
    done = run(*words, "--strict-official")
    assert done.status == 3
    body = json.loads(done.out)
    validate(body, "validate")
    assert (body["valid"], body["errors"], body["official"]) == (False, 4, [])
    reasons = [problem["reason"] for problem in body["problems"]]
    assert CLOCKWISE in reasons[0]
    assert reasons[1].endswith("Error: Format incorrect. Should be: x1,y1,x2,y2,x3,y3,x4,y4")
    assert reasons[2:] == [
        "official script refuses: ZIP entry not valid: a/res_img_2.txt",
        "official script refuses: ZIP entry not valid: __MACOSX/._x",
    ]


def test_a_ground_truth_that_the_script_refuses_is_exit_5(tmp_path: Path) -> None:
    gt = zipped(tmp_path / "gt.zip", {"gt_img_1.txt": f"{CCW},word\n", "notes.doc": "ignored by the script"})
    sub = zipped(tmp_path / "sub.zip", {"res_img_1.txt": SQUARE})
    done = run("validate", sub, "--gt", gt, "-p", "rrc-iou", "--strict-official")
    assert (done.status, done.out) == (5, "")
    assert (
        "gt_img_1.txt:1: error[E_GT]: official script refuses: Line in sample not valid. Sample: 1"
        in done.err
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("-p", "cascade"), "what the official script of cascade refuses is not known"),
        (("-p", "rrc-iou", "-p", "popeval"), "what the official script of popeval refuses is not known"),
    ],
)
def test_a_protocol_without_known_rules_is_a_usage_error(
    words: tuple[str, ...], message: str, tmp_path: Path
) -> None:
    gt = zipped(tmp_path / "gt.zip", {"gt_img_1.txt": f"{SQUARE},word\n"})
    sub = zipped(tmp_path / "sub.zip", {"res_img_1.txt": f"{SQUARE},word"})
    done = run("score", gt, sub, *words, "--strict-official")
    assert (done.status, done.out) == (2, "")
    assert message in done.err
    assert "known: -p rrc-iou, rrc-e2e, rrc-word-spotting" in done.err


def test_a_document_is_no_zip_for_the_script(tmp_path: Path) -> None:
    gt = zipped(tmp_path / "gt.zip", {"gt_img_1.txt": f"{SQUARE},word\n"})
    one = tmp_path / "pred.json"
    one.write_text('[{"image": "img_1", "box": [0, 0, 100, 50]}]', encoding="utf-8")
    done = run("score", gt, one, "-p", "rrc-iou", "--strict-official")
    assert done.status == 3
    assert "official script refuses: Error loading the ZIP archive." in done.err
