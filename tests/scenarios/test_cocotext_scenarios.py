"""cocotext on tiny cases worked by hand."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from ocr_eval.engine.local import count, explain
from ocr_eval.protocols import protocol
from ocr_eval.protocols.box_words import decode
from tests.tables import Word, box, gt, pred

PLACE = box(0, 0, 100, 20)


def row(gts: Sequence[Word], preds: Sequence[Word]) -> tuple[int, ...]:
    return tuple(count(gt(*gts), pred(*preds), protocol="cocotext").rows[0].tolist())


CASES = {
    # name: (gts, predictions, (exact, within1, scored, ignored, det_tp, det_fn, det_fp))
    "read": ([Word(PLACE, "word")], [Word(PLACE, "WORD!")], (0, 1, 1, 0, 1, 0, 0)),
    "read_in_another_case": ([Word(PLACE, "word")], [Word(PLACE, "Word")], (1, 1, 1, 0, 1, 0, 0)),
    "iou_of_exactly_half": ([Word(PLACE, "word")], [Word(box(0, 0, 100, 40), "word")], (1, 1, 1, 0, 1, 0, 0)),
    "iou_below_half": ([Word(PLACE, "word")], [Word(box(0, 0, 100, 41), "word")], (0, 0, 0, 0, 0, 1, 1)),
    "two_letters_are_ignored": ([Word(PLACE, "on")], [Word(PLACE, "no")], (0, 0, 0, 1, 1, 0, 0)),
    "letters_outside_of_ascii_are_deleted": (
        [Word(PLACE, "été")],
        [Word(PLACE, "abc")],
        (0, 0, 0, 1, 1, 0, 0),
    ),
    # IoU .8 with equal text comes first and stops the scan, though 1.0 follows.
    "the_first_equal_text_is_taken": (
        [Word(PLACE, "word")],
        [Word(box(0, 0, 80, 20), "word"), Word(PLACE, "other")],
        (1, 1, 1, 0, 1, 0, 1),
    ),
    # IoU 1.0 comes first: .8 is never the best, so its equal text is not looked at.
    "a_worse_box_is_not_read": (
        [Word(PLACE, "word")],
        [Word(PLACE, "other"), Word(box(0, 0, 80, 20), "word")],
        (0, 0, 1, 0, 1, 0, 1),
    ),
    "a_gt_without_text_counts_in_detection_only": (
        [Word(PLACE, "###"), Word(PLACE, "word")],
        [Word(PLACE, "word")],
        (1, 1, 1, 0, 1, 1, 0),
    ),
    "nobody_is_punished_for_the_rest": ([Word(PLACE, "word")], [], (0, 0, 0, 0, 0, 1, 0)),
}


@pytest.mark.parametrize("name", CASES)
def test_case(name: str) -> None:
    gts, preds, expected = CASES[name]
    assert row(gts, preds) == expected


def test_only_slanted_boxes_bounds_are_compared() -> None:
    diamond = [50, 0, 100, 50, 50, 100, 0, 50]
    assert row([Word(diamond, "word")], [Word(box(0, 0, 100, 100), "word")])[0] == 1


def test_decoding_keeps_letters_digits_and_some_marks() -> None:
    assert decode("It's\n(5 €): a_b-c/d&e") == "its 5 : a_b-c/d&e"


def test_without_a_scored_pair_there_is_no_accuracy() -> None:
    rule = protocol("cocotext")
    nothing = count(gt(Word(PLACE, "word")), pred(), protocol=rule)
    assert rule.derive(nothing.total()) == {"accuracy_exact": None, "accuracy_distance1": None}


def test_explain_tells_pairs_texts_and_what_lies_nearest() -> None:
    gts = gt(
        Word(PLACE, "word"),
        Word(box(0, 50, 100, 70), "###"),
        Word(box(0, 100, 100, 120), "far"),
        Word(PLACE, "on"),
    )
    preds = pred(
        Word(PLACE, "ward"),
        Word(box(0, 100, 100, 150), "far"),
        Word(PLACE, "no"),
        Word(box(0, 50, 100, 70), "x"),
    )
    told = explain(gts, preds, "img_1", protocol="cocotext")
    assert [(v.side, v.status, v.partners) for v in told.verdicts] == [
        ("gt", "wrong text", (0,)),
        ("gt", "don't care", ()),
        ("gt", "miss", ()),
        ("gt", "ignored", (2,)),
        ("pred", "wrong text", (0,)),
        ("pred", "false positive", ()),
        ("pred", "ignored", (3,)),
        ("pred", "false positive", ()),
    ]
    assert told.verdicts[0].reason == (
        "IoU 1.0000 >= 0.5 with prediction 0, the best or the first with equal text; texts differ: distance 1 of 4"
    )
    assert told.verdicts[2].reason == "best IoU is 0.4000 with prediction 1, IoU >= 0.5 is needed"
    assert told.verdicts[3].reason.endswith(
        "fewer than 3 characters are left of the gt text: the pair is not scored"
    )
    assert told.verdicts[7].reason == "it overlaps no care gt"
