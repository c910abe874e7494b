"""ic13-v1, ic13-v2, ic13-deteval: every official output, every sample and entry, both engines; 20 cases by hand."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ocr_eval.engine.local import Job
from ocr_eval.protocols import protocol
from tests.parity import walk

QUIRKS: dict[str, Any] = walk.load(walk.GOLD / "ic13" / "quirks.json")["cases"]
NAMES = ("ic13-v1", "ic13-v2", "ic13-deteval")


@pytest.mark.parametrize("kernels", ["numpy", "numba"])
@pytest.mark.parametrize("path", walk.files("ic13"), ids=lambda path: path.stem)
def test_every_sample_has_the_official_counts(
    path: Path, kernels: str, shared: Path, tell_parity: Callable[[int, int], None]
) -> None:
    found = walk.compare(path, shared, kernels)
    tell_parity(*walk.tally(found.different, found.official))
    assert found.different == []
    for name, value in found.official["metrics"].items():
        assert found.record.metrics[name] == pytest.approx(value, rel=1e-13, abs=0), name


@pytest.mark.parametrize("path", walk.files("ic13"), ids=lambda path: path.stem)
def test_every_instance_has_the_official_partners(path: Path, shared: Path) -> None:
    official = walk.load(path)
    rule = protocol(official["protocol"])
    truth, found = walk.read_pair(rule, *walk.inputs(official, shared), "refuse")
    joined, pairing = Job(truth, [rule]).pair(found)
    told = rule.explainer(joined, pairing)  # type: ignore[attr-defined]
    rows = zip(official["samples"], official["pairs"], official["ignored"], strict=True)
    for sample, groups, ignored in rows:
        matches = told(joined.sample_ids.index(f"img_{sample}"))
        assert partners(matches) == pairs_of(groups), sample
        assert [v.index for v in matches.of("pred") if v.status == "ignored"] == ignored, sample


def pairs_of(groups: list[list[list[int]]]) -> set[tuple[int, int]]:
    """The pairs of official entries."""
    return {(g, p) for gts, preds in groups for g in gts for p in preds}


def partners(matches: Any) -> set[tuple[int, int]]:
    """The pairs of our verdicts, told alike from both sides."""
    from_gt = {
        (v.index, p) for v in matches.of("gt") if v.status in ("match", "split", "merge") for p in v.partners
    }
    from_pred = {
        (g, v.index)
        for v in matches.of("pred")
        if v.status in ("match", "split", "merge")
        for g in v.partners
    }
    assert from_gt == from_pred == {(pair.gt, pair.pred) for pair in matches.pairs}
    return from_gt


@pytest.mark.parametrize("rule_name", NAMES)
@pytest.mark.parametrize("name", QUIRKS)
def test_edge_case(name: str, rule_name: str, tmp_path: Path) -> None:
    case, official = QUIRKS[name], QUIRKS[name][rule_name]
    for side, entry in (("gt", "gt_img_1.txt"), ("det", "res_img_1.txt")):
        with zipfile.ZipFile(tmp_path / f"{side}.zip", "w") as archive:
            archive.writestr(entry, case[side])
    rule = protocol(rule_name)
    truth = walk.read(tmp_path / "gt.zip", role="gt", format="icdar-ltrb", boxes=True)
    found = walk.read(tmp_path / "det.zip", format="icdar-ltrb", samples=truth.sample_ids, boxes=True)
    joined, pairing = Job(truth, [rule]).pair(found)
    matches = rule.explain(joined, pairing, 0)
    kinds = [pair["type"] for pair in official["pairs"]]
    as_lists = [
        [side if isinstance(side, list) else [side] for side in (p["gt"], p["det"])]
        for p in official["pairs"]
    ]
    assert partners(matches) == pairs_of(as_lists)
    assert [v.index for v in matches.of("pred") if v.status == "ignored"] == official["detDontCare"]
    counts = rule.count(joined, pairing)
    assert [counts[f"n_{kind}"][0] for kind in ("oo", "om", "mo")] == [
        kinds.count(k) for k in ("OO", "OM", "MO")
    ]
    metrics = rule.derive(counts.total())
    assert (metrics["hmean"] is None) == (counts["n_gt"].sum() == 0)
    if metrics["hmean"] is not None:
        for metric, value in official["method"].items():
            assert metrics[metric] == pytest.approx(value, rel=1e-15, abs=0)
    else:
        assert official["method"]["hmean"] == 0


def test_all_cases_are_there() -> None:
    assert len(QUIRKS) == 20
    assert all(set(NAMES) <= set(case) for case in QUIRKS.values())


@pytest.mark.parametrize("care_only", [False, True])
@pytest.mark.parametrize(
    ("rule_name", "precision", "recall", "hmean"),
    [
        ("ic13-v1", 0.999634, 0.997078, 0.998354),
        ("ic13-v2", 0.999634, 0.997078, 0.998354),
        ("ic13-deteval", 0.996523, 0.985936, 0.991201),
    ],
)
def test_the_ground_truth_against_itself_has_the_known_ceiling(
    rule_name: str, precision: float, recall: float, hmean: float, care_only: bool, shared: Path
) -> None:
    rule = protocol(rule_name)
    truth = walk.read(shared / "data/ic13/gt_rrc.zip", role="gt", boxes=True)
    (record,) = Job(truth, [rule]).run(truth.where(truth.care) if care_only else truth)
    metrics = [round(record.metrics[name], 6) for name in ("precision", "recall", "hmean")]
    assert metrics == [precision, recall, hmean]
