"""TIoU by hand: what is cut off costs recall, what is taken in of other words precision; one hundredth is free."""

from __future__ import annotations

import numpy as np
import pytest

from ocr_eval.engine.local import count, explain
from ocr_eval.protocols import protocol
from ocr_eval.tables.counts import Counts
from ocr_eval.tables.instances import Instances
from tests.tables import Word, gt, pred, table

BOW_TIE = [0, 0, 100, 100, 100, 0, 0, 100]


def sums(counts: Counts) -> dict[str, float]:
    return dict(zip(counts.sum_columns, counts.sums[0].tolist(), strict=True))


def tiou(truth: Instances, found: Instances, **options: str) -> dict[str, float]:
    return sums(count(truth, found, protocol="tiou", **options))


def test_a_perfect_match_counts_one() -> None:
    word = Word((10, 20, 110, 40))
    assert tiou(gt(word), pred(word)) == {"iou": 1, "tiou_recall": 1, "tiou_precision": 1}


def test_a_prediction_that_cuts_a_fifth_off_loses_recall() -> None:
    made = tiou(gt(Word((0, 0, 100, 10))), pred(Word((0, 0, 80, 10))))
    assert made == {
        "iou": 800 / 1000,
        "tiou_recall": 800 * (1 - 200 / 1000) / 1000,
        "tiou_precision": 800 / 1000,
    }


def test_a_loose_prediction_loses_no_more_than_its_iou() -> None:
    made = tiou(gt(Word((0, 0, 100, 10))), pred(Word((0, 0, 125, 10))))
    assert made == {"iou": 1000 / 1250, "tiou_recall": 1000 / 1250, "tiou_precision": 1000 / 1250}


def test_a_prediction_that_takes_in_of_its_neighbour_loses_precision() -> None:
    made = tiou(gt(Word((0, 0, 100, 10)), Word((110, 0, 200, 10))), pred(Word((0, 0, 125, 10))))
    assert made == {
        "iou": 1000 / 1250,
        "tiou_recall": 1000 / 1250,
        "tiou_precision": 1000 * (1 - 150 / 1250) / 1250,
    }


def test_a_don_t_care_neighbour_costs_as_much() -> None:
    """The script means to leave don't care gts out, but asks whether the matched gt is one."""
    made = tiou(gt(Word((0, 0, 100, 10)), Word((110, 0, 200, 10), "###")), pred(Word((0, 0, 125, 10))))
    assert made["tiou_precision"] == 1000 * (1 - 150 / 1250) / 1250


def test_neighbours_count_once_where_they_overlap_and_not_where_they_overlap_the_match() -> None:
    words = Word((0, 0, 100, 10)), Word((90, 0, 115, 10)), Word((105, 0, 120, 10))
    made = tiou(gt(*words), pred(Word((0, 0, 125, 10))))
    assert made["tiou_precision"] == 1000 * (1 - 200 / 1250) / 1250  # from 100 to 120


@pytest.mark.parametrize(("width", "free"), [(99, True), (98.9, False)])
def test_one_hundredth_of_a_gt_is_free(width: float, free: bool) -> None:
    made = tiou(gt(Word((0, 0, 100, 10))), pred(Word((0, 0, width, 10))))
    assert (made["tiou_recall"] == made["iou"]) == free
    if not free:
        assert made["tiou_recall"] == pytest.approx(0.989 * 0.989, rel=1e-14)


def test_one_hundredth_of_a_prediction_is_free() -> None:
    found = pred(Word((0, 0, 200, 10)))
    one = tiou(gt(Word((0, 0, 190, 10)), Word((198, 0, 260, 10))), found)
    more = tiou(gt(Word((0, 0, 190, 10)), Word((197, 0, 260, 10))), found)
    assert one["tiou_precision"] == one["iou"] == 1900 / 2000
    assert more["tiou_precision"] == 1900 * (1 - 30 / 2000) / 2000


def test_exactly_one_hundredth_of_slanted_rings_is_free_too() -> None:
    """(0, 0), (300, 100), (290, 130), (-10, 30) against the same shortened by a hundredth: no area is a short float."""
    whole, short = [0, 0, 300, 100, 290, 130, -10, 30], [0, 0, 297, 99, 287, 129, -10, 30]
    made = tiou(gt(Word(whole)), pred(Word(short)))
    assert made["tiou_recall"] == made["iou"] == 0.99


def test_a_bow_tie_without_area_earns_recall_only() -> None:
    """IoU = 5000 / (10000 + 0 - 5000) is 1, one half of the gt is cut off, and a share of no area is none."""
    truth, found = gt(Word((0, 0, 100, 100))), pred(Word(BOW_TIE))
    made = tiou(truth, found, invalid_polygons="official")
    assert made == {"iou": 1, "tiou_recall": 1 - 5000 / 10000, "tiou_precision": 0}
    assert tiou(truth, found, invalid_polygons="false-positive")["iou"] == 0


def test_a_gt_that_shares_more_than_its_area_earns_no_recall() -> None:
    truth = gt(Word([0, 0, 100, 100, 100, 0, 0, 90]))
    made = count(truth, pred(Word((0, 0, 100, 100))), protocol="tiou(iou=0.4)", invalid_polygons="official")
    assert made["tp"].tolist() == [1]
    assert sums(made)["tiou_recall"] == 0 < sums(made)["tiou_precision"]


def test_totals_divide_by_care_instances() -> None:
    truth = table(
        {"a": [Word((0, 0, 100, 10)), Word((0, 50, 9, 59))], "b": [Word((0, 0, 9, 9), "###")]}, role="gt"
    )
    found = table({"a": [Word((0, 0, 80, 10))], "b": [Word((0, 0, 9, 9)), Word((50, 50, 60, 60))]})
    rule = protocol("tiou")
    metrics = rule.derive(rule_counts := count(truth, found, protocol=rule).total())
    assert rule_counts.counts == {"tp": 1, "n_gt": 2, "n_det": 2, "dc_gt": 1, "dc_det": 1}
    assert (metrics["iou_recall"], metrics["iou_precision"]) == (0.8 / 2, 0.8 / 2)
    assert metrics["iou_hmean"] == pytest.approx(0.8 / 2, rel=1e-15)
    assert metrics["tiou_recall"] == 800 * (1 - 200 / 1000) / 1000 / 2
    assert metrics["tiou_hmean"] == pytest.approx(2 * 0.4 * 0.32 / (0.4 + 0.32), rel=1e-15)


def test_without_care_gts_nothing_has_a_score() -> None:
    rule = protocol("tiou-curved")
    counted = count(gt(Word((0, 0, 9, 9), "###")), pred(Word((50, 50, 60, 60))), protocol=rule)
    assert set(rule.derive(counted.total()).values()) == {None}


def test_curved_rounds_to_single_precision_first() -> None:
    """16777217 is no float32: 16777216 is the nearest, and the prediction covers its gt."""
    far = 2.0**24
    truth, found = gt(Word((far - 100, 0, far + 1, 10))), pred(Word((far - 100, 0, far, 10)))
    assert sums(count(truth, found, protocol="tiou-curved"))["iou"] == 1
    assert sums(count(truth, found, protocol="tiou"))["iou"] == 1000 / 1010


def test_every_match_is_explained_with_what_it_counts() -> None:
    truth = gt(Word((0, 0, 100, 10)), Word((110, 0, 200, 10)), Word((0, 50, 100, 60)))
    told = explain(truth, pred(Word((20, 0, 125, 10)), Word((0, 50, 100, 60))), "img_1", protocol="tiou")
    assert told.of("gt")[0].reason == (
        "IoU 0.6400 > 0.5 with prediction 0, the first free one; it counts 0.5120, for 0.2000 of its area is left out"
    )
    assert told.of("pred")[0].reason == (
        "IoU 0.6400 > 0.5 with gt 0; it counts 0.5486, for 0.1429 of its area lies in other gts"
    )
    assert told.of("pred")[1].reason == "IoU 1.0000 > 0.5 with gt 2; it counts 1.0000, its IoU"
    assert told.of("gt")[1].status == "miss"
    assert np.isclose(0.64 * (1 - 150 / 1050), 0.5486, atol=1e-4)
