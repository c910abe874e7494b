"""coco-ap by hand: thresholds, crowds, sizes, ranks and ties."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from ocr_eval.engine.local import count, explain
from ocr_eval.errors import InputError
from ocr_eval.protocols import protocol
from ocr_eval.tables.instances import Instances
from tests.tables import Word, box, gt, pred, table

PLACE = box(0, 0, 100, 10)


def found(*words: Word) -> Instances:
    return pred(*words, confidence=True)


def metrics(truth: Instances, predictions: Instances) -> dict[str, Any]:
    rule = protocol("coco-ap")
    return rule.derive(count(truth, predictions, protocol=rule).total())


def test_one_box_counts_up_to_its_iou() -> None:
    # IoU 80/100: thresholds .5 to .8, seven of ten; .8 itself is reached.
    got = metrics(gt(Word(PLACE)), found(Word(box(0, 0, 80, 10))))
    assert got["ap"] == pytest.approx(7 / 10)
    assert (got["ap50"], got["ap75"]) == (pytest.approx(1), pytest.approx(1))
    assert got["ar100"] == pytest.approx(7 / 10)


def test_nine_tenths_exactly_is_above_the_ninth_threshold() -> None:
    # The tool's steps add up to .8999999999999999.
    assert metrics(gt(Word(PLACE)), found(Word(box(0, 0, 90, 10))))["ap"] == pytest.approx(9 / 10)


def test_a_second_box_on_the_same_word_is_wrong_and_comes_later() -> None:
    twice = found(Word(PLACE, confidence=0.9), Word(PLACE, confidence=0.8))
    assert metrics(gt(Word(PLACE)), twice)["ap"] == pytest.approx(1)
    # A wrong one that comes first halves every precision.
    first = found(Word(box(500, 0, 600, 10), confidence=0.9), Word(PLACE, confidence=0.8))
    assert metrics(gt(Word(PLACE)), first)["ap50"] == pytest.approx(1 / 2)


def test_a_crowd_excuses_any_number_by_share_of_the_prediction() -> None:
    truth = gt(Word(PLACE), Word(box(0, 100, 400, 200), "###"))
    inside = [Word(box(10 * k, 100, 10 * k + 20, 120), confidence=0.99) for k in range(5)]
    counts = count(truth, found(Word(PLACE, confidence=0.5), *inside), protocol="coco-ap")
    assert (counts["n_gt"].tolist(), counts["n_det"].tolist()) == ([1], [1])
    assert metrics(truth, found(Word(PLACE, confidence=0.5), *inside))["ap"] == pytest.approx(1)


def test_a_word_goes_before_the_crowd_behind_it() -> None:
    # IoU with the word 60/100, with the crowd (share of the prediction) 1: below threshold .6 the word is taken.
    truth = gt(Word(box(0, 0, 500, 50), "###"), Word(PLACE))
    counts = count(truth, found(Word(box(0, 0, 60, 10))), protocol="coco-ap")
    assert counts.scored is not None
    right, neutral = (int(counts.scored.extra[name][0]) & 0b1111111111 for name in ("right", "neutral"))
    assert (right, neutral) == (0b111, 0b1111111000)


def test_sizes_are_closed_ranges() -> None:
    # 32 x 32 is small and medium; 96 x 96 medium and large.
    for side, sizes in (
        (32, {"ap_small", "ap_medium"}),
        (96, {"ap_medium", "ap_large"}),
        (33, {"ap_medium"}),
    ):
        ring = box(0, 0, side, side)
        got = metrics(gt(Word(ring)), found(Word(ring)))
        assert {name for name in ("ap_small", "ap_medium", "ap_large") if got[name] is not None} == sizes


def test_a_wrong_box_of_another_size_counts_in_neither() -> None:
    truth = gt(Word(box(0, 0, 20, 20)))
    got = metrics(
        truth, found(Word(box(500, 0, 700, 200), confidence=0.9), Word(box(0, 0, 20, 20), confidence=0.1))
    )
    assert got["ap_small"] == pytest.approx(1)
    assert got["ap50"] == pytest.approx(1 / 2)


def test_the_first_one_ten_and_hundred_of_each_sample() -> None:
    words = [Word(box(0, 20 * k, 100, 20 * k + 10)) for k in range(20)]
    got = metrics(gt(*words), found(*words))
    assert (got["ar1"], got["ar10"], got["ar100"]) == (1 / 20, 10 / 20, 1)
    many = found(*[Word(box(9000, 0, 9100, 10), confidence=0.9)] * 100, Word(words[0].ring, confidence=0.1))
    assert metrics(gt(*words), many)["ar100"] == 0


def test_equal_confidences_stand_in_sample_and_line_order() -> None:
    away = Word(box(500, 0, 600, 10), confidence=0.5)
    hit = Word(PLACE, confidence=0.5)
    truth = {"a": [Word(PLACE)], "b": []}
    for samples, ap50 in (({"a": [hit], "b": [away]}, 1), ({"a": [away, hit], "b": []}, 1 / 2)):
        assert metrics(table(truth, role="gt"), table(samples, confidence=True))["ap50"] == pytest.approx(
            ap50
        )


def test_cocos_own_numbers_come_before_the_ring() -> None:
    def with_numbers(side: Instances, **numbers: float) -> Instances:
        return replace(side, numbers={name: np.array([value]) for name, value in numbers.items()})

    ring = {"left": 0.0, "top": 0.0, "width": 100.0, "height": 10.0}
    truth = with_numbers(gt(Word(box(0, 0, 9, 9))), **ring, area=500.0, crowd=0.0)
    got = metrics(truth, with_numbers(found(Word(box(50, 50, 59, 59))), **ring))
    assert got["ap"] == pytest.approx(1)
    assert got["ap_small"] == pytest.approx(1)  # by the annotated area; the box has 1000
    assert got["ap_medium"] is None
    crowd = with_numbers(gt(Word(box(0, 0, 9, 9))), **ring, area=500.0, crowd=1.0)
    assert count(crowd, found(Word(box(0, 0, 9, 9))), protocol="coco-ap")["n_gt"].tolist() == [0]


def test_without_words_there_is_no_score() -> None:
    assert set(metrics(gt(Word(PLACE, "###")), found(Word(PLACE))).values()) == {None}


def test_confidences_are_asked_for() -> None:
    with pytest.raises(InputError, match="confidences"):
        count(gt(Word(PLACE)), pred(Word(PLACE)), protocol="coco-ap")


def test_an_invalid_ring_kept_as_a_false_positive_takes_nothing() -> None:
    bow_tie = [0.0, 0.0, 100.0, 10.0, 100.0, 0.0, 0.0, 10.0]
    for policy, tp in (("official", True), ("false-positive", False)):
        counts = count(gt(Word(PLACE)), found(Word(bow_tie)), protocol="coco-ap", invalid_polygons=policy)
        assert counts.scored is not None
        assert counts.scored.correct.tolist() == [tp]


def test_explain_tells_the_match_at_one_half() -> None:
    truth = gt(Word(PLACE), Word(box(0, 100, 100, 200), "###"), Word(box(0, 300, 100, 310)))
    predictions = found(
        Word(box(0, 0, 60, 10), confidence=0.9),
        Word(PLACE, confidence=0.8),
        Word(box(0, 100, 20, 120), confidence=0.1),
        *[Word(box(900, 0, 910, 10), confidence=0.7)] * 97,
        Word(box(0, 300, 100, 310), confidence=0.05),
    )
    matches = explain(truth, predictions, "img_1", protocol="coco-ap")
    assert [v.status for v in matches.of("gt")] == ["match", "don't care", "miss"]
    told = [v.status for v in matches.of("pred")]
    assert told == ["match", "false positive", "ignored", *["false positive"] * 97, "dropped"]
    assert matches.of("gt")[0].reason.startswith("IoU 0.6000 >= 0.5 with prediction 0")
    assert matches.of("pred")[2].reason.startswith("1.0000 >= 0.5 of its box lies in don't care gt 1")
    assert "100 most confident" in matches.of("pred")[-1].reason
