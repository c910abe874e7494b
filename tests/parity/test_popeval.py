"""popeval: every official output, every sample, both engines; the reference values of all options; 24 edge cases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ocr_eval.engine.local import Job, count
from ocr_eval.errors import InputError
from ocr_eval.formats import read
from ocr_eval.protocols import parameters, protocol
from ocr_eval.record import Record
from ocr_eval.tables.builder import InstancesBuilder
from ocr_eval.tables.instances import Instances
from tests.oracles import popeval as twin
from tests.parity import walk

FILES = walk.files("popeval")
EDGE_CASES: dict[str, Any] = walk.load(walk.GOLD / "popeval" / "edge_cases.json")["cases"]
SKIPPED = 7  # gt characters of the Total-Text image without a prediction file, which the script leaves out

DATA = {
    "ic15": ("ic15/gt_e2e.zip", "ic15/end_to_end/units_shared.zip"),
    "totaltext": ("totaltext/gt_e2e.zip", "totaltext/end_to_end/units_shared.zip"),
    "ctw1500": ("ctw1500/gt_e2e.zip", "ctw1500/end_to_end/units_finetune.zip"),
    "rects": ("rects_tda/val_gt.zip", "rects_tda/end_to_end/example_pred.json"),
}

# What we refuse although the script scores it or dies: our code, then our counts under --invalid-polygons official.
REFUSED: dict[str, tuple[str, tuple[int, int, int] | None, str]] = {
    "degenerate gt line (zero area) 1 pred": ("E_GT", (3, 3, 3), "a gt without area"),
    "degenerate gt 2 preds": ("E_GT", (3, 3, 3), "a gt without area; the script divides by zero"),
    "degenerate gt point": ("E_GT", (3, 3, 3), "a gt without area"),
    "bow-tie quad": ("E_GT", (3, 3, 3), "a gt that crosses itself"),
    "float coords": ("E_COORD", None, "the layout has whole numbers; the script loses the image"),
    "comma coords": ("E_GT", None, "the layout has spaces; the script loses the image"),
}

# What we read otherwise (removed, chars_det, chars_gt), and why.
OTHERWISE = {
    "BOM": ((3, 3, 3), "one BOM is stripped; the script loses the image"),
    "text contains ##::": ((1, 1, len("a##::b")), "the text goes to the end of the line; the script cuts it"),
}


@cache
def tables(gt: Path, pred: Path) -> tuple[Instances, Instances]:
    """Both sides of a data set; predictions of ReCTS as its official run had them: score above .6, whole numbers."""
    truth = read(gt, role="gt", text=True, invalid_polygons="official")
    scored = pred.suffix == ".json"
    found = read(pred, samples=truth.sample_ids, text=True, confidence=scored, invalid_polygons="official")
    return truth, confident(found, 0.6) if scored else found


def confident(side: Instances, above: float) -> Instances:
    """The instances with a confidence above a threshold, coordinates cut to whole numbers."""
    assert side.confidence is not None
    builder = InstancesBuilder(source=side.source, format=side.format)
    for s, sample in enumerate(side.sample_ids):
        builder.begin(sample, side.entries[s])
        for i in side.span(s):
            if side.confidence[i] > above:
                builder.add(np.trunc(side.points(i)).ravel().tolist(), side.texts[i], line=int(side.line[i]))
    return builder.build()


def score(shared: Path, data: str, text: str, kernels: str) -> Record:
    truth, found = tables(*(shared / "data" / name for name in DATA[data]))
    (record,) = Job(truth, [protocol(text)], data, None, "official", kernels).run(found)
    return record


@pytest.mark.parametrize("kernels", ["numpy", "numba"])
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_sample_has_the_official_counts(
    path: Path, kernels: str, shared: Path, tell_parity: Callable[[int, int], None]
) -> None:
    official = walk.load(path)
    truth, found = tables(*walk.inputs(official, shared))
    policy = official["invalid_polygons"]
    (record,) = Job(truth, [protocol(official["protocol"])], "gold", None, policy, kernels).run(found)
    different = walk.differing(record, official)
    tell_parity(*walk.tally(different, official))
    assert different == []
    totals = record.counts.total().counts
    extra = {"chars_gt": SKIPPED} if "totaltext" in path.stem else {}
    for name in ("removed", "chars_gt", "chars_det"):
        assert totals[name] == official["totals"][name] + extra.get(name, 0)
    if not extra:
        assert {name: record.metrics[name] for name in official["metrics"]} == official["metrics"]


# Reference runs of the options: removed characters, predicted characters, hmean to six digits.
IC15_GT, TOTALTEXT_GT, CTW1500_GT, RECTS_GT = 11108, 12090, 27322, 32656
OPTIONS = [
    ("ic15", "popeval", 9589, 10214, 0.899447),
    ("ic15", "popeval(hull=false)", 9589, 10214, 0.899447),
    ("ic15", "popeval(touch=false)", 9589, 10214, 0.899447),
    ("ic15", "popeval(ties=first)", 9589, 10214, 0.899447),
    ("ic15", "popeval(variant=paper)", 9501, 10214, 0.891192),
    ("ic15", "popeval(variant=paper,vertices=first4)", 9501, 10214, 0.891192),
    ("ic15", "popeval(case=lower)", 9697, 10214, 0.909577),
    ("totaltext", "popeval(vertices=first4)", 8320, 11905, 0.693478),
    ("totaltext", "popeval", 10616, 11324, 0.906808),
    ("totaltext", "popeval(hull=false)", 10647, 11363, 0.907944),
    ("totaltext", "popeval(variant=paper,vertices=first4)", 8295, 11905, 0.691394),
    ("totaltext", "popeval(variant=paper)", 10480, 11324, 0.895191),
    ("totaltext", "popeval(vertices=first4,case=lower)", 8420, 11905, 0.701813),
    ("totaltext", "popeval(vertices=first4,touch=false)", 5472, 11905, 0.456095),
    ("totaltext", "popeval(touch=false)", 10616, 11324, 0.906808),
    ("totaltext", "popeval(vertices=first4,ties=first)", 8320, 11905, 0.693478),
    ("ctw1500", "popeval(vertices=first4)", 11175, 27482, 0.407817),
    ("ctw1500", "popeval", 24615, 26111, 0.921341),
    ("ctw1500", "popeval(hull=false)", 24608, 26111, 0.921079),
    ("ctw1500", "popeval(variant=paper,vertices=first4)", 11149, 27482, 0.406868),
    ("ctw1500", "popeval(variant=paper)", 23705, 26111, 0.887279),
    ("ctw1500", "popeval(vertices=first4,case=lower)", 11247, 27482, 0.410444),
    ("ctw1500", "popeval(vertices=first4,touch=false)", 8446, 27482, 0.308226),
    ("ctw1500", "popeval(touch=false)", 24612, 26111, 0.921228),
    ("ctw1500", "popeval(vertices=first4,ties=first)", 11175, 27482, 0.407817),
    ("rects", "popeval", 22029, 28593, 0.719326),
    ("rects", "popeval(hull=false)", 22029, 28593, 0.719326),
    ("rects", "popeval(variant=paper)", 21634, 28593, 0.706428),
    ("rects", "popeval(case=lower)", 24197, 28593, 0.790119),
    ("rects", "popeval(touch=false)", 22029, 28593, 0.719326),
    ("rects", "popeval(ties=first)", 22029, 28593, 0.719326),
]
GT = {"ic15": IC15_GT, "totaltext": TOTALTEXT_GT, "ctw1500": CTW1500_GT, "rects": RECTS_GT}


@pytest.mark.parametrize("kernels", ["numpy", "numba"])
@pytest.mark.parametrize(("data", "text", "removed", "chars_det", "hmean"), OPTIONS)
def test_options_give_their_reference_values(
    data: str, text: str, removed: int, chars_det: int, hmean: float, kernels: str, shared: Path
) -> None:
    counts = score(shared, data, text, kernels).counts.total().counts
    extra = SKIPPED if data == "totaltext" else 0
    assert (counts["removed"], counts["chars_det"]) == (removed, chars_det)
    assert counts["chars_gt"] == GT[data] + extra
    assert round(2 * removed / (chars_det + GT[data]), 6) == hmean


# Reference runs that are told as a difference of hmean, to the digits told.
DIFFERENCES = [
    ("totaltext", "vertices=first4,ties=reciprocal", "vertices=first4", -0.0062, 4),
    ("ctw1500", "vertices=first4,ties=reciprocal", "vertices=first4", -0.0002, 4),
    ("rects", "ties=reciprocal", "ties=all", -0.00003, 5),
    ("ic15", "dont_care=iou", "dont_care=precision", -0.0112, 4),
    ("totaltext", "vertices=first4,dont_care=iou", "vertices=first4", -0.0037, 4),
    ("ctw1500", "vertices=first4,dont_care=iou", "vertices=first4", -0.0004, 4),
    ("rects", "dont_care=iou", "dont_care=precision", -0.0022, 4),
    ("ic15", "dont_care=none", "dont_care=precision", -0.321, 3),
    ("totaltext", "vertices=first4,dont_care=none", "vertices=first4", -0.031, 3),
    ("ctw1500", "vertices=first4,dont_care=none", "vertices=first4", -0.009, 3),
    ("rects", "dont_care=none", "dont_care=precision", -0.086, 3),
]


@pytest.mark.parametrize(("data", "text", "base", "difference", "digits"), DIFFERENCES)
def test_options_move_the_score_as_told(
    data: str, text: str, base: str, difference: float, digits: int, shared: Path
) -> None:
    def hmean(parameters: str) -> float:
        totals = score(shared, data, f"popeval({parameters})", "auto").counts.total()
        removed = totals.sums.get("removed", totals.counts.get("removed", 0))
        chars_gt = totals["chars_gt"] - (SKIPPED if data == "totaltext" else 0)
        return 2 * removed / (totals["chars_det"] + chars_gt)

    assert round(hmean(text) - hmean(base), digits) == difference


# Options crossed: no output exists, so every sample is compared with the slow twin.
CROSSED = [
    "hull=false,vertices=first4",
    "hull=false,vertices=first4,touch=false",
    "hull=false,variant=paper",
    "hull=false,touch=false,variant=paper,case=lower",
    "vertices=first4,touch=false,variant=paper",
    "vertices=first4,ties=reciprocal",
    "hull=false,vertices=first4,ties=reciprocal",
    "ties=reciprocal,dont_care=iou",
    "hull=false,dont_care=iou,ties=first",
    "dont_care=none,case=lower",
]


@pytest.mark.parametrize("text", CROSSED)
@pytest.mark.parametrize("data", ["totaltext", "ctw1500"])
def test_crossed_options_equal_the_slow_twin_on_every_sample(data: str, text: str, shared: Path) -> None:
    rule: Any = protocol(f"popeval({text})")
    truth, found = tables(*(shared / "data" / name for name in DATA[data]))
    compared = {
        kernels: count(truth, found, protocol=rule, invalid_polygons="official", kernels=kernels)
        for kernels in ("numpy", "numba")
    }
    counts = compared["numpy"]
    assert (counts.rows == compared["numba"].rows).all()
    assert np.array_equal(counts.sums, compared["numba"].sums)
    options = parameters.values(rule)
    for s, sample in enumerate(truth.sample_ids):
        position = found.sample_ids.index(sample) if sample in found.sample_ids else None
        preds = [] if position is None else words(found, position)
        slow = twin.evaluate(words(truth, s), preds, **options)
        assert tuple(counts.rows[s, -4:].tolist()) == slow[1:], sample
        removed = counts.sums[s, 0] if rule.SUMS else counts["removed"][s]
        # At most 60 fractions of small integers are added up.
        assert removed == pytest.approx(slow.removed, rel=0, abs=1e-12), sample


def words(side: Instances, sample: int) -> list[twin.Word]:
    return [
        twin.Word(tuple(map(tuple, side.points(i).tolist())), side.texts[i], bool(side.care[i]))
        for i in side.span(sample)
    ]


@pytest.mark.parametrize("variant", ["code", "paper"])
def test_gt_submitted_as_prediction(variant: str, shared: Path) -> None:
    truth = read(shared / "data/ic15/gt.zip", role="gt", text=True)
    rule = protocol(f"popeval(variant={variant})")
    metrics = rule.derive(count(truth, truth, protocol=rule).total())
    if variant == "code":
        assert metrics == {"precision": 1.0, "recall": 1.0, "hmean": 1.0}
    else:  # its deleted predictions take characters of touching words along
        assert metrics["hmean"] is not None
        assert 0.98 < metrics["hmean"] < 1.0


def score_edge_case(case: dict[str, Any], folder: Path, policy: str) -> Any:
    sides = []
    for side in ("gt", "dt"):
        (folder / side).mkdir(exist_ok=True)
        (folder / side / "img_1.txt").write_text(case[side], encoding="utf-8", newline="")
        sides.append(folder / side)
    truth = read(sides[0], role="gt", format="popeval", text=True, invalid_polygons=policy)
    found = read(sides[1], format="popeval", text=True, samples=truth.sample_ids, invalid_polygons=policy)
    (record,) = Job(truth, [protocol("popeval")], invalid_polygons=policy).run(found)
    return record


@pytest.mark.parametrize("name", EDGE_CASES)
def test_edge_case(name: str, tmp_path: Path) -> None:
    case = EDGE_CASES[name]
    if name in REFUSED:
        code, answer, _ = REFUSED[name]
        with pytest.raises(InputError) as caught:
            score_edge_case(case, tmp_path, "refuse")
        assert {problem.code for problem in caught.value.problems} == {code}
        if answer is None:
            return
        record = score_edge_case(case, tmp_path, "official")
    else:
        answer = OTHERWISE[name][0] if name in OTHERWISE else tuple(case["result"][2:])
        record = score_edge_case(case, tmp_path, "refuse")
    row = dict(zip(record.counts.columns, record.counts.rows[0].tolist(), strict=True))
    assert (row["removed"], row["chars_det"], row["chars_gt"]) == answer
    if name not in OTHERWISE and isinstance(case["result"], list):
        assert answer == tuple(case["result"][2:])
        if row["chars_gt"]:
            assert [record.metrics["precision"], record.metrics["recall"]] == case["result"][:2]
        else:
            assert record.metrics["hmean"] is None


def test_every_listed_edge_case_exists_and_is_of_its_kind() -> None:
    assert set(REFUSED) | set(OTHERWISE) <= set(EDGE_CASES)
    assert len(EDGE_CASES) == 24
    died = {name for name, case in EDGE_CASES.items() if isinstance(case["result"], str)}
    assert died <= set(REFUSED) | set(OTHERWISE)
    ours = {name for name, (_, answer, _) in REFUSED.items() if answer is None}
    assert ours <= died


def test_an_image_submitted_alone_does_not_raise_the_score(shared: Path) -> None:
    truth, found = tables(*(shared / "data" / name for name in DATA["ic15"]))
    alone = replace(found.take([99], ("img_100",)), sample_ids=(found.sample_ids[99],))
    rule = protocol("popeval")
    part, whole = (count(truth, each, protocol=rule).total() for each in (alone, found))
    assert part["chars_gt"] == whole["chars_gt"] == IC15_GT
    assert part["removed"] < whole["removed"]
