"""rrc-iou: every official output, every sample, both engines; the script's 60 edge cases."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ocr_eval.engine.local import Job
from ocr_eval.errors import InputError
from ocr_eval.protocols import protocol
from tests.parity import walk

FILES = walk.files("rrc_iou")
QUIRKS: dict[str, Any] = walk.load(walk.GOLD / "rrc_iou" / "quirks.json")["cases"]

# What we refuse although the official script scores it, with our code and why.
REFUSED = {
    "zero_area_det_line": (
        "E_POLYGON",
        "a line has no area; kept and equal under --invalid-polygons official",
    ),
    "bowtie_det": ("E_POLYGON", "a bow-tie reaches IoU 1 by a signed area of 0; equal under official"),
    "asym_bowtie_det": ("E_POLYGON", "crosses itself; equal under official"),
    "ltrb_zero_area": ("E_POLYGON", "a box without area; equal under official"),
    "zero_area_gt_point": ("E_GT", "a care gt without area; equal under official"),
    "bowtie_gt": ("E_GT", "a care gt that crosses itself; equal under official"),
    "conf_1.5_accepted": ("E_CONFIDENCE", "the script's pattern lets 1.5 through by an unescaped dot"),
    "conf_10_accepted": ("E_CONFIDENCE", "the script's pattern lets 10 through by an unescaped dot"),
    "huge_coord": ("E_COORD", "3000000000 wraps to a negative int32 in the script"),
}

# What the official script refuses and we read, because refusing it helps nobody; `validate -p rrc-iou` names it.
TOLERATED = {
    "ccw_det_rejected": "direction does not change an area",
    "ccw_gt_rejected": "direction does not change an area",
    "bom_gt": "one BOM is stripped",
    "trailing_comma_det": "an empty transcription; detection does not read it",
    "det_with_transcription_rejected": "a transcription; detection does not read it",
    "det_with_conf_when_not_expected": "a ninth field; without confidence=true it is text",
    "conf_sci_notation_rejected": "9.1e-05 is what numpy prints",
    "ltrb_negative_xmax": "negative coordinates are legal in every other field",
}

# Where our answer for the whole set differs: a set without a care gt has no score, the script prints 0.
UNDEFINED = {"empty_gt_with_det", "empty_gt_no_det", "all_dontcare_gt_det_on_it", "all_dontcare_gt_det_elsewhere",
             "dontcare_exactly_half_not_ignored", "dontcare_union_not_used", "quoted_dontcare", "dontcare_with_crlf",
             "ap_no_gt_care"}  # fmt: skip

# Options of the script that are not ours: CRLF=True glues the lines of an LF file.
NOT_OURS = {"crlf_param_true_with_lf": "reads the two gt lines as one; we read two words (recall 1/2)"}


@pytest.mark.parametrize("kernels", ["numpy", "numba"])
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_sample_has_the_official_counts(
    path: Path, kernels: str, shared: Path, tell_parity: Callable[[int, int], None]
) -> None:
    found = walk.compare(path, shared, kernels)
    tell_parity(*walk.tally(found.different, found.official))
    assert found.different == []
    metrics = found.record.metrics
    for name, value in found.official["metrics"].items():
        assert metrics[name] == value, name
    if "official_ap" in found.official:
        assert metrics["ap_low"] <= found.official["official_ap"] <= metrics["ap_high"]


def score_quirk(case: dict[str, Any], folder: Path, policy: str) -> Any:
    """The two tiny archives of an edge case -> our record."""
    for side, prefix in (("gt", "gt_img_"), ("det", "res_img_")):
        with zipfile.ZipFile(folder / f"{side}.zip", "w") as archive:
            for sample, text in case[side].items():
                archive.writestr(f"{prefix}{sample}.txt", text)
    ltrb = "icdar-ltrb" if case["params"].get("LTRB") else "icdar-quad"
    rule = protocol("rrc-iou(confidence=true)" if case["params"].get("CONFIDENCES") else "rrc-iou")
    truth = walk.read(folder / "gt.zip", role="gt", format=ltrb, text=False, invalid_polygons=policy)
    found = walk.read(
        folder / "det.zip",
        format=ltrb,
        samples=truth.sample_ids,
        confidence=rule.reads.pred_confidence,
        invalid_polygons=policy,
    )
    (record,) = Job(truth, [rule], invalid_polygons=policy).run(found)
    return record


def assert_official(case: dict[str, Any], record: Any, *, whole: bool) -> None:
    """Pairs and don't cares of every sample; with ``whole`` also the metrics of the set."""
    for sample, official in case["per_sample"].items():
        k = record.counts.sample_ids.index(f"img_{sample}")
        row = dict(zip(record.counts.columns, record.counts.rows[k].tolist(), strict=True))
        lines = {
            side: len([x for x in case[side].get(sample, "").split("\n") if x.strip()])
            for side in ("gt", "det")
        }
        assert row == {
            "tp": len(official["pairs"]),
            "n_gt": lines["gt"] - len(official["gtDontCare"]),
            "n_det": lines["det"] - len(official["detDontCare"]),
            "dc_gt": len(official["gtDontCare"]),
            "dc_det": len(official["detDontCare"]),
        }
    if whole:
        for name in ("precision", "recall", "hmean"):
            assert record.metrics[name] == case["method"][name]
        if "ap" in record.metrics:
            assert record.metrics["ap_low"] <= case["method"]["AP"] <= record.metrics["ap_high"]


@pytest.mark.parametrize("name", QUIRKS)
def test_edge_case(name: str, tmp_path: Path) -> None:
    case = QUIRKS[name]
    if name in REFUSED:
        with pytest.raises(InputError) as caught:
            score_quirk(case, tmp_path, "refuse")
        assert {problem.code for problem in caught.value.problems} == {REFUSED[name][0]}
        if REFUSED[name][0] in ("E_POLYGON", "E_GT"):
            assert_official(case, score_quirk(case, tmp_path, "official"), whole=True)
    elif "error" in case and name not in TOLERATED:
        with pytest.raises(InputError) as caught:
            score_quirk(case, tmp_path, "refuse")
        assert caught.value.exit_code in (3, 5)
    elif "error" in case:
        record = score_quirk(case, tmp_path, "refuse")
        assert record.counts["n_gt"].tolist() == [1]
    elif name in NOT_OURS:
        assert score_quirk(case, tmp_path, "refuse").metrics["recall"] == 1 / 2
    else:
        record = score_quirk(case, tmp_path, "refuse")
        assert_official(case, record, whole=name not in UNDEFINED)
        if name in UNDEFINED:
            assert record.metrics["hmean"] is None


def test_every_listed_edge_case_exists_and_is_of_its_kind() -> None:
    assert set(REFUSED) | set(TOLERATED) | UNDEFINED | set(NOT_OURS) <= set(QUIRKS)
    assert all("error" in QUIRKS[name] for name in TOLERATED)
    assert all("error" not in QUIRKS[name] for name in [*REFUSED, *UNDEFINED, *NOT_OURS])
    assert len(QUIRKS) >= 60
