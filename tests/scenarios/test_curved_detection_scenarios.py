"""ctw1500, psenet-ctw and td500 on tiny cases worked by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from ocr_eval.engine.local import count, explain
from ocr_eval.errors import InputError
from ocr_eval.protocols import protocol
from ocr_eval.tables.counts import Counts
from ocr_eval.tables.instances import Instances
from tests.tables import Word, box, gt, pred, table

LINE = Word(box(0, 0, 100, 50))
HALF = Word(box(0, 0, 100, 25))
FAR = Word(box(0, 200, 100, 250))
BOW_TIE = Word([0, 0, 100, 50, 100, 0, 0, 50])
HOURGLASS = Word([0, 0, 100, 0, 50, 25, 100, 50, 0, 50, 50, 25])  # touches itself in its middle


def row(counts: Counts) -> dict[str, int]:
    return dict(zip(counts.columns, counts.rows[0].tolist(), strict=True))


VOC = {
    # name: (gts, predictions, policy, tp, n_det, skipped)
    "overlap_of_exactly_half_is_no_match": ([LINE], [HALF], "refuse", 0, 1, 0),
    "second_prediction_on_a_line_is_wrong": ([LINE], [LINE, LINE], "refuse", 1, 2, 0),
    "the_best_gt_is_taken_and_there_is_no_second_choice": (
        # Both predictions overlap the first gt most; the second one also has IoU 4500 / 5500 with the second gt.
        [LINE, Word(box(0, 0, 100, 55))],
        [LINE, Word(box(0, 0, 100, 51))],
        "refuse",
        1,
        2,
        0,
    ),
    "of_equal_gts_the_first_is_asked_for": ([LINE, LINE], [LINE, LINE], "refuse", 1, 2, 0),
    "a_dont_care_text_means_nothing": ([LINE._replace(text="###")], [LINE], "refuse", 1, 1, 0),
    "a_bow_tie_is_skipped": ([LINE], [BOW_TIE], "official", 0, 0, 1),
    "a_ring_that_touches_itself_is_skipped": ([LINE], [HOURGLASS], "refuse", 0, 0, 1),
    "a_point_is_skipped": ([LINE], [Word([5, 5] * 4)], "official", 0, 0, 1),
    "a_gt_that_crosses_itself_is_never_found": ([BOW_TIE], [LINE], "official", 0, 1, 0),
    "kept_bow_ties_are_wrong": ([LINE], [BOW_TIE, LINE], "false-positive", 1, 2, 0),
    "a_prediction_without_any_gt_is_wrong": ([], [LINE], "refuse", 0, 1, 0),
}


@pytest.mark.parametrize("kernels", ["numpy", "numba"])
@pytest.mark.parametrize("name", VOC)
def test_ctw1500_by_hand(name: str, kernels: str) -> None:
    truth, found, policy, tp, n_det, skipped = VOC[name]
    made = count(gt(*truth), pred(*found), protocol="ctw1500", kernels=kernels, invalid_polygons=policy)
    assert row(made) == {"tp": tp, "n_gt": len(truth), "n_det": n_det, "skipped": skipped}


def test_skipped_rings_are_told() -> None:
    made = count(gt(LINE), pred(HOURGLASS, LINE), protocol="ctw1500")
    assert [(n.code, n.count) for n in made.notices] == [("W_IGNORED", 1)]


def test_ap_goes_by_file_name_not_by_the_order_of_the_ground_truth() -> None:
    wrong = Word(box(500, 500, 510, 510))
    truth = table({"1002": [LINE], "1001": [LINE], "10010": []}, role="gt")
    found = table({"1002": [LINE], "1001": [wrong, LINE], "10010": [wrong]})
    rule = protocol("ctw1500")
    metrics = rule.derive(count(truth, found, protocol=rule).total())
    # 1001: wrong, right; 10010 stands behind 1001; 1002: right. Precision 0, 1/2, 1/3, 2/4; envelope 1/2 throughout.
    assert metrics["ap"] == 1 / 2 * 1 / 2 + 1 / 2 * 2 / 4
    assert (metrics["precision"], metrics["recall"]) == (2 / 4, 2 / 2)


def test_envelope_of_ap_looks_ahead() -> None:
    wrong, second = Word(box(500, 500, 510, 510)), Word(box(0, 200, 100, 250))
    rule = protocol("ctw1500")
    metrics = rule.derive(count(gt(LINE, second), pred(wrong, LINE, second), protocol=rule).total())
    # Precision 0, 1/2, 2/3: both steps of the recall see 2/3 ahead of them.
    assert metrics["ap"] == pytest.approx(1 / 2 * 2 / 3 + 1 / 2 * 2 / 3, abs=1e-15)


def test_a_set_without_gts_has_no_score() -> None:
    rule = protocol("ctw1500")
    assert rule.derive(count(gt(), pred(LINE), protocol=rule).total()) == {
        "precision": None,
        "recall": None,
        "hmean": None,
        "ap": None,
    }


def test_ctw1500_tells_every_reason() -> None:
    truth = gt(LINE, BOW_TIE, Word(box(0, 200, 100, 250)), Word(box(0, 400, 100, 450)))
    found = pred(
        LINE,
        LINE,
        HOURGLASS,
        Word(box(0, 200, 100, 225)),
        Word(box(700, 0, 710, 10)),
        Word(box(0, 400, 100, 449)),
    )
    matches = explain(truth, found, "img_1", protocol="ctw1500", invalid_polygons="official")
    told = [(v.status, v.partners, v.reason) for v in matches.verdicts]
    assert told[0] == (
        "match", (0,), "IoU 1.0000 > 0.5 with prediction 0, the first one whose best gt it is"
    )  # fmt: skip
    assert told[1] == ("miss", (), "its ring is invalid: nothing can match it")
    assert told[2] == ("miss", (), "best IoU is 0.5000 with prediction 3, IoU > 0.5 is needed")
    assert told[5] == ("false positive", (), "best IoU is 1.0000 with gt 0, which another prediction took")
    assert told[6] == ("dropped", (), "its ring is invalid: the official script skips it")
    assert told[8] == ("false positive", (), "it overlaps no care gt")
    assert told[9] == ("match", (3,), "IoU 0.9800 > 0.5 with gt 3")
    assert [pair[:2] for pair in matches.pairs] == [(0, 0), (3, 5)]


PSENET = {
    # name: (gts, predictions, tp)
    "overlap_of_exactly_half_covers": ([LINE], [HALF], 1),
    "overlap_below_half_does_not": ([LINE], [Word(box(0, 0, 100, 24))], 0),
    "one_prediction_covers_two_lines_and_is_right_once": (
        [LINE, Word(box(0, 0, 100, 40))],
        [Word(box(0, 0, 100, 45))],
        1,
    ),
    "what_it_covered_is_gone_for_the_next": (
        [LINE, Word(box(0, 0, 100, 40))],
        [Word(box(0, 0, 100, 45)), LINE],
        1,
    ),
    "the_next_may_cover_what_is_left": ([LINE, FAR], [LINE, LINE, FAR], 2),
}  # fmt: skip


@pytest.mark.parametrize("kernels", ["numpy", "numba"])
@pytest.mark.parametrize("name", PSENET)
def test_psenet_ctw_by_hand(name: str, kernels: str) -> None:
    truth, found, tp = PSENET[name]
    made = count(gt(*truth), pred(*found), protocol="psenet-ctw", kernels=kernels)
    assert row(made) == {"tp": tp, "n_gt": len(truth), "n_det": len(found)}


def test_psenet_ctw_tells_what_a_prediction_covered() -> None:
    truth = gt(LINE, Word(box(0, 0, 100, 40)), Word(box(0, 200, 100, 250)))
    found = pred(Word(box(0, 0, 100, 45)), LINE, Word(box(0, 200, 100, 220)))
    matches = explain(truth, found, "img_1", protocol="psenet-ctw")
    told = [(v.status, v.partners, v.reason) for v in matches.verdicts]
    assert told[0] == ("match", (0,), "IoU 0.9000 >= 0.5 with prediction 0, the first one")
    assert told[2] == ("miss", (), "best IoU is 0.4000 with prediction 2, IoU >= 0.5 is needed")
    assert told[3] == ("match", (0, 1), "IoU >= 0.5 with gt 0, 1, which no earlier prediction covered")
    assert told[4] == ("false positive", (), "best IoU is 1.0000 with gt 0, which another prediction took")


def turned(found: Instances, *angles: float) -> Instances:
    return replace(found, angle=np.array(angles))


EIGHTH = math.pi / 8
TURNED = {
    # name: (angle of the gt, of the prediction, matched)
    "equal_angles": (0.3, 0.3, 1),
    "just_below_an_eighth_of_pi": (0.0, math.nextafter(EIGHTH, 0), 1),
    "an_eighth_of_pi_apart": (0.0, EIGHTH, 0),
    "on_the_other_side": (0.0, -0.3, 1),
    "nearly_a_half_turn_apart_looks_alike_but_does_not_match": (1.57, -1.57, 0),
}


@pytest.mark.parametrize("name", TURNED)
def test_td500_compares_angles(name: str) -> None:
    own, theirs, tp = TURNED[name]
    made = count(turned(gt(LINE), own), turned(pred(LINE), theirs), protocol="td500")
    assert row(made) == {"tp": tp, "n_gt": 1, "n_det": 1, "dc_gt": 0, "dc_det": 0}


def test_td500_tries_the_next_prediction_when_the_angle_is_wrong() -> None:
    truth, found = turned(gt(LINE), 0.0), turned(pred(LINE, HALF._replace(ring=box(0, 0, 100, 26))), 1.0, 0.1)
    matches = explain(truth, found, "img_1", protocol="td500")
    assert [v.partners for v in matches.of("gt")] == [(1,)]
    assert row(count(truth, found, protocol="td500"))["tp"] == 1


def test_td500_says_that_the_angle_was_the_reason() -> None:
    truth = turned(gt(LINE, Word(box(0, 200, 9, 209), "###")), 0.0, 0.0)
    found = turned(pred(LINE, Word(box(0, 200, 9, 209))), 1.0, 2.0)
    matches = explain(truth, found, "img_1", protocol="td500")
    why = "but the angles differ by 1.0000, less than 0.3927 is needed"
    assert matches.verdicts[0].reason == f"best IoU is 1.0000 with prediction 0, {why}"
    assert matches.verdicts[2].reason == f"best IoU is 1.0000 with gt 0, {why}"
    assert [v.status for v in matches.verdicts] == ["miss", "don't care", "false positive", "ignored"]


def test_td500_needs_angles_on_both_sides() -> None:
    with pytest.raises(InputError, match="td500 reads angles, this submission has none"):
        count(turned(gt(LINE), 0.0), pred(LINE), protocol="td500")
