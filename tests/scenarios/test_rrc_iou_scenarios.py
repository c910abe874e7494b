"""rrc-iou on tiny cases worked by hand."""

from __future__ import annotations

import pytest

from ocr_eval.engine.local import count, explain
from ocr_eval.protocols import protocol
from ocr_eval.tables.counts import Counts
from tests.tables import Word, box, gt, pred, table

WORD = Word(box(0, 0, 100, 50))


def row(counts: Counts) -> dict[str, int]:
    return dict(zip(counts.columns, counts.rows[0].tolist(), strict=True))


CASES = {
    # name: (gt, predictions, tp, n_gt, n_det, ignored)
    "one_word_found": ([WORD], [WORD], 1, 1, 1, 0),
    "overlap_of_exactly_half_is_no_match": ([WORD], [Word(box(0, 0, 100, 100))], 0, 1, 1, 0),
    "overlap_just_above_half_is_a_match": ([WORD], [Word(box(0, 0, 100, 99))], 1, 1, 1, 0),
    "two_detections_share_one_word": ([WORD], [WORD, WORD], 1, 1, 2, 0),
    "one_detection_over_two_equal_words": ([WORD, WORD], [WORD], 1, 2, 1, 0),
    "first_fit_misses_what_a_maximum_matching_finds": (
        [WORD, Word(box(0, 0, 100, 70))],
        [Word(box(0, 0, 100, 60)), Word(box(0, 0, 100, 30))],
        1,
        2,
        2,
        0,
    ),
    "detection_half_in_a_dont_care_stays": (
        [Word(box(0, 0, 50, 50), "###")],
        [Word(box(0, 0, 100, 50))],
        0,
        0,
        1,
        0,
    ),
    "detection_mostly_in_a_dont_care_goes": (
        [Word(box(0, 0, 51, 50), "###")],
        [Word(box(0, 0, 100, 50))],
        0,
        0,
        0,
        1,
    ),
    "dont_care_beats_a_perfect_match": (
        [WORD, Word(box(0, 0, 100, 40), "###")],
        [WORD],
        0,
        1,
        0,
        1,
    ),
    "two_dont_cares_are_not_united": (
        [Word(box(0, 0, 40, 50), "###"), Word(box(60, 0, 100, 50), "###")],
        [WORD],
        0,
        0,
        1,
        0,
    ),
    "concave_detection_covers_too_little": ([WORD], [Word([0, 0, 100, 0, 50, 10, 0, 50])], 0, 1, 1, 0),
    "touching_boxes_do_not_overlap": ([WORD], [Word(box(100, 0, 200, 50))], 0, 1, 1, 0),
}


@pytest.mark.parametrize("kernels", ["numpy", "numba"])
@pytest.mark.parametrize("name", CASES)
def test_counts_by_hand(name: str, kernels: str) -> None:
    truth, found, tp, n_gt, n_det, ignored = CASES[name]
    counts = count(gt(*truth), pred(*found), protocol="rrc-iou", kernels=kernels)
    dont_care = sum(word.text == "###" for word in truth)
    assert row(counts) == {"tp": tp, "n_gt": n_gt, "n_det": n_det, "dc_gt": dont_care, "dc_det": ignored}


def test_sums_over_samples_divide_once() -> None:
    truth = table({"a": [WORD], "b": [WORD, Word(box(200, 0, 300, 50))]}, role="gt")
    found = table({"b": [WORD, Word(box(0, 200, 100, 250)), Word(box(0, 400, 100, 450))], "a": [WORD]})
    rule = protocol("rrc-iou")
    metrics = rule.derive(count(truth, found, protocol=rule).total())
    assert metrics == {"precision": 2 / 4, "recall": 2 / 3, "hmean": 2 * (2 / 4) * (2 / 3) / (2 / 4 + 2 / 3)}


def test_a_set_without_care_words_has_no_score() -> None:
    rule = protocol("rrc-iou")
    counts = count(gt(Word(box(0, 0, 9, 9), "###")), pred(WORD), protocol=rule)
    assert rule.derive(counts.total()) == {"precision": None, "recall": None, "hmean": None}


def test_confidence_decides_who_is_tried_first() -> None:
    found = pred(Word(box(0, 0, 100, 60), "", 0.2), Word(box(0, 0, 100, 50), "", 0.9), confidence=True)
    rule = protocol("rrc-iou(confidence=true)")
    matches = explain(gt(WORD), found, "img_1", protocol=rule)
    assert [v.partners for v in matches.of("gt")] == [(1,)]
    metrics = rule.derive(count(gt(WORD), found, protocol=rule).total())
    assert metrics["ap"] == 1 / 1 == metrics["ap_low"] == metrics["ap_high"]


def test_average_precision_over_two_images() -> None:
    truth = table({"a": [WORD], "b": [WORD]}, role="gt")
    found = table(
        {
            "a": [WORD._replace(confidence=0.5), Word(box(500, 500, 510, 510), "", 0.9)],
            "b": [WORD._replace(confidence=0.7)],
        },
        confidence=True,
    )
    rule = protocol("rrc-iou(confidence=true)")
    metrics = rule.derive(count(truth, found, protocol=rule).total())
    assert metrics["ap"] == pytest.approx((1 / 2 + 2 / 3) / 2, abs=1e-15)


def test_tied_confidences_span_an_interval() -> None:
    found = pred(Word(box(500, 500, 510, 510), "", 0.5), WORD._replace(confidence=0.5), confidence=True)
    rule = protocol("rrc-iou(confidence=true)")
    metrics = rule.derive(count(gt(WORD), found, protocol=rule).total())
    assert (metrics["ap_low"], metrics["ap"], metrics["ap_high"]) == (1 / 2, 1 / 2, 1 / 1)


def test_a_kept_bow_tie_neither_matches_nor_hides_in_a_dont_care() -> None:
    bow_tie = Word([0, 0, 100, 50, 100, 0, 0, 50])
    truth = gt(WORD, Word(box(-10, -10, 110, 60), "###"))
    kept = count(truth, pred(bow_tie), protocol="rrc-iou", invalid_polygons="false-positive")
    assert row(kept) == {"tp": 0, "n_gt": 1, "n_det": 1, "dc_gt": 1, "dc_det": 0}
    official = count(gt(WORD), pred(bow_tie), protocol="rrc-iou", invalid_polygons="official")
    # area 0, intersection 2500: IoU = 2500 / (0 + 5000 - 2500) = 1
    assert row(official)["tp"] == 1


def test_every_instance_gets_a_reason() -> None:
    truth = gt(WORD, Word(box(200, 0, 300, 50)), Word(box(400, 0, 500, 50), "###"))
    found = pred(
        Word(box(0, 0, 100, 60)),
        Word(box(200, 0, 240, 50)),
        Word(box(410, 0, 490, 50)),
        Word(box(700, 700, 710, 710)),
    )
    matches = explain(truth, found, "img_1", protocol="rrc-iou")
    assert [(v.status, v.partners) for v in matches.of("gt")] == [
        ("match", (0,)),
        ("miss", ()),
        ("don't care", ()),
    ]
    assert [(v.status, v.partners) for v in matches.of("pred")] == [
        ("match", (0,)),
        ("false positive", ()),
        ("ignored", (2,)),
        ("false positive", ()),
    ]
    reasons = [v.reason for v in matches.verdicts]
    assert "0.8333 > 0.5" in reasons[0]
    assert "best IoU is 0.4000 with prediction 1, IoU > 0.5 is needed" in reasons[1]
    assert "1.0000 > 0.5 of its area lies in don't care gt 2" in reasons[5]
    assert reasons[6] == "it overlaps no care gt"
