"""Matchers at the edge of their rules, by hand: what a wrong comparison or constant in one would change."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ocr_eval.engine.local import count, explain
from ocr_eval.protocols import protocol
from ocr_eval.protocols.area_groups import formulas as group_formulas
from ocr_eval.protocols.area_groups import scores as group_scores
from ocr_eval.protocols.formulas import Rate, evaluate
from ocr_eval.protocols.mutual_match import quality_formulas
from ocr_eval.protocols.rrc_match import word_formulas, word_scores
from ocr_eval.tables.builder import InstancesBuilder
from ocr_eval.tables.counts import Counts, Totals
from ocr_eval.tables.instances import Instances
from tests.tables import Word, box, gt, pred, table

WORD = Word(box(0, 0, 100, 50))
FAR = Word(box(500, 500, 510, 510))
BOW_TIE = Word([0, 0, 100, 50, 100, 0, 0, 50])


def row(counts: Counts) -> dict[str, int]:
    return dict(zip(counts.columns, counts.rows[0].tolist(), strict=True))


# rrc_match


def test_nothing_predicted_is_a_precision_of_nought() -> None:
    assert word_scores(0, 3, 0) == {"precision": 0.0, "recall": 0.0, "hmean": 0.0}
    assert word_scores(0, 1, 1) == {"precision": 0.0, "recall": 0.0, "hmean": 0.0}


def test_formulas_of_the_family_at_nought_and_alone() -> None:
    empty = Totals(1, {"tp": 0, "n_gt": 0, "n_det": 0}, {})
    made = word_formulas()
    assert {name: evaluate(formula, empty) for name, formula in made.items()} == dict.fromkeys(made, 0.0)
    # A sample with neither gts nor predictions: the script prints hmean 1 beside recall and precision of 0.
    assert {name: formula.alone for name, formula in made.items()} == {
        "precision": None,
        "recall": None,
        "hmean": 1.0,
    }


def test_predictions_ignored_or_out_of_reach_are_no_part_of_average_precision() -> None:
    truth = gt(WORD, Word(box(200, 0, 300, 50), "###"))
    words = (Word(box(200, 0, 300, 50), "", 0.9), WORD._replace(confidence=0.5))
    rule = protocol("rrc-iou(confidence=true)")
    made = count(truth, pred(*words, confidence=True), protocol=rule)
    assert row(made) == {"tp": 1, "n_gt": 1, "n_det": 1, "dc_gt": 1, "dc_det": 1}
    assert made.scored is not None
    assert made.scored.confidence.tolist() == [0.5]
    assert rule.derive(made.total())["ap"] == 1 / 1


def test_average_precision_without_a_match_is_nought() -> None:
    rule = protocol("rrc-iou(confidence=true)")
    metrics = rule.derive(count(gt(WORD), pred(FAR, confidence=True), protocol=rule).total())
    assert (metrics["ap"], metrics["ap_low"], metrics["ap_high"]) == (0.0, 0.0, 0.0)


# word_match


def test_texts_that_disagree_are_those_of_the_pair_whatever_their_places() -> None:
    left, right = box(0, 0, 100, 50), box(200, 0, 300, 50)
    truth = gt(Word(left, "one"), Word(right, "two"))
    found = pred(FAR._replace(text="far"), Word(right, "zwei"), Word(left, "eins"))
    told = explain(truth, found, "img_1", protocol="rrc-e2e")
    statuses = [(v.side, v.index, v.status) for v in told.verdicts]
    assert statuses == [
        ("gt", 0, "wrong text"),
        ("gt", 1, "wrong text"),
        ("pred", 0, "false positive"),
        ("pred", 1, "wrong text"),
        ("pred", 2, "wrong text"),
    ]
    for verdict, words in ((told.verdicts[0], ("one", "eins")), (told.verdicts[3], ("two", "zwei"))):
        assert all(word in verdict.reason for word in words)


# best_gt


def test_a_small_box_matches_without_a_pixel_in_its_union() -> None:
    # 4 / 7 > .5, and 4 / (7 + 1) would not be.
    assert row(count(gt(Word(box(0, 0, 7, 1))), pred(Word(box(0, 0, 4, 1))), protocol="ctw1500"))["tp"] == 1


def test_a_prediction_below_the_score_is_nobodys_nearest() -> None:
    near = Word(box(0, 0, 100, 20), "a", 0.5)
    rule = "tda-rects(score=0.6)"
    told = explain(gt(WORD), pred(near, confidence=True), "img_1", protocol=rule)
    assert told.verdicts[0].reason == "no prediction overlaps it"
    assert told.verdicts[1].status == "dropped"


def test_a_touch_of_a_billionth_is_no_neighbour() -> None:
    # IoU = 1 / 10^9 exactly; above it there is something to tell.
    wide = Word(box(0, 0, 100_000, 10_000))
    for side, reason in ((1, "no prediction overlaps it"), (2, "best IoU is")):
        told = explain(gt(wide), pred(Word(box(0, 0, side, side))), "img_1", protocol="ctw1500")
        assert told.verdicts[0].reason.startswith(reason)


def test_a_kept_invalid_ring_is_told_as_such_and_a_valid_one_is_not() -> None:
    told = explain(
        gt(WORD), pred(BOW_TIE, WORD, FAR), "img_1", protocol="ctw1500", invalid_polygons="false-positive"
    )
    assert [v.status for v in told.of("pred")] == ["invalid", "match", "false positive"]
    official = explain(
        gt(WORD), pred(BOW_TIE, WORD), "img_1", protocol="ctw1500", invalid_polygons="official"
    )
    assert [v.status for v in official.of("pred")] == ["dropped", "match"]


def test_a_prediction_that_overlaps_nothing_has_an_iou_of_nought() -> None:
    told = explain(gt(WORD), pred(FAR), "img_1", protocol="ctw1500")
    assert told.of("pred")[0].numbers == {"iou": 0.0}


# mutual_match


@pytest.mark.parametrize(
    ("wide", "tall", "tp"),
    [
        (0.1, 0.1, 1),
        (0.01, 0.001, 1),  # an area of 1e-5, the script's epsilon: 1e-5 / (1e-5 + 1e-5) >= .5
        (0.002, 0.002, 0),
    ],
)
def test_words_of_hardly_any_area(wide: float, tall: float, tp: int) -> None:
    tiny = Word(box(0, 0, wide, tall))
    assert row(count(gt(tiny), pred(tiny), protocol="hiertext"))["tp"] == tp


def test_a_ring_below_epsilon_shares_nothing_whatever_the_thresholds() -> None:
    # 4e-6 / (4e-6 + 1e-5) is .28: above thresholds of .2.
    tiny, name = Word(box(0, 0, 0.002, 0.002)), "hiertext(area_precision=0.2,iou=0.2)"
    assert row(count(gt(tiny), pred(tiny), protocol=name))["tp"] == 0
    over = row(count(gt(Word(box(0, 0, 9, 9), "###")), pred(tiny), protocol=name))
    assert (over["n_det"], over["dc_det"]) == (1, 0)


def test_a_dont_care_that_holds_too_little_of_a_prediction_is_no_partner() -> None:
    # Both shares are 5000 / 12000.
    truth = gt(Word(box(0, 0, 100, 50), "###"))
    found = row(count(truth, pred(Word(box(0, 0, 100, 120))), protocol="hiertext(iou=0.3)"))
    assert (found["tp"], found["n_det"], found["dc_det"]) == (0, 1, 0)


def test_dont_cares_are_counted_and_take_no_match() -> None:
    truth = gt(WORD, Word(box(0, 0, 100, 50), "###"), Word(box(300, 0, 400, 50), "###"))
    found = row(count(truth, pred(WORD), protocol="hiertext"))
    assert (found["n_gt"], found["dc_gt"], found["tp"], found["n_det"], found["dc_det"]) == (1, 2, 0, 0, 1)


@pytest.mark.parametrize("name", ["precision", "hmean", "tightness", "pq"])
def test_quality_alone_is_one(name: str) -> None:
    assert quality_formulas("tp", "iou")[name].alone == 1.0


def test_quality_of_nothing_found() -> None:
    totals = Totals(1, {"tp": 0, "n_gt": 2, "n_det": 0}, {"iou": 0.0})
    made = {name: evaluate(formula, totals) for name, formula in quality_formulas("tp", "iou").items()}
    assert made == {"precision": 1.0, "recall": 0.0, "hmean": 0.0, "tightness": 1.0, "pq": 0.0}


# area_groups


def test_dont_cares_of_ic13_are_counted_on_their_own() -> None:
    truth = gt(WORD, Word(box(200, 0, 300, 50), "###"), Word(box(400, 0, 500, 50), "###"))
    found = row(count(truth, pred(WORD, Word(box(200, 0, 300, 50))), protocol="ic13-v1"))
    assert (found["n_gt"], found["dc_gt"], found["n_det"], found["dc_det"], found["n_oo"]) == (1, 2, 1, 1, 1)


def test_sums_of_groups_over_nothing() -> None:
    nothing = {"precision": 0.0, "recall": 0.0}
    assert group_scores(Totals(1, {"n_gt": 2, "n_det": 0}, nothing))["precision"] == 0.0
    assert group_scores(Totals(1, {"n_gt": 0, "n_det": 2}, nothing)) == dict.fromkeys(
        ("precision", "recall", "hmean")
    )
    made = group_formulas(1.0)
    precision, recall = made["precision"], made["recall"]
    assert isinstance(precision, Rate) and isinstance(recall, Rate)
    assert (precision.empty, precision.alone, recall.empty, recall.alone) == (0.0, 0.0, 0.0, 1.0)


# optimal_match


@pytest.mark.parametrize(
    ("truth", "found", "tp"),
    [
        ((0, 0, 0.01, 0.01), (0, 0, 0.01, 0.01), 1),  # 1e-4 pixels², the least that overlaps anything
        ((0.1, 0.1, 0.11, 0.11), (0.1, 0.1, 0.11, 0.11), 1),  # the same, though its double is less
        ((0, 0, 0.01, 0.0099995), (0, 0, 0.01, 0.0099995), 0),
        ((0, 0, 0.01, 0.008), (0, 0, 0.01, 0.012), 0),  # IoU .67, the gt is too small
        ((0, 0, 0.01, 0.012), (0, 0, 0.01, 0.008), 0),
        ((0, 0, 0.01, 0.00999), (0, 0, 0.01, 0.01), 0),
        ((0, 0, 0.01, 0.01), (0, 0, 0.01, 0.00999), 0),
    ],
)
def test_rings_of_a_ten_thousandth_of_a_pixel(
    truth: tuple[float, ...], found: tuple[float, ...], tp: int
) -> None:
    made = row(count(gt(Word(box(*truth))), pred(Word(box(*found))), protocol="rrc-2024"))
    assert (made["tp"], made["n_det"]) == (tp, 1)


def test_a_prediction_of_hardly_any_area_is_not_excused() -> None:
    region = Word(box(0, 0, 1, 1), "###")
    for tall, excused in ((0.01, 1), (0.00999, 0)):
        made = row(count(gt(region), pred(Word(box(0, 0, 0.01, tall))), protocol="rrc-2024"))
        assert made["dc_det"] == excused


def test_five_fair_matches_can_beat_four_perfect_ones_under_score_iou() -> None:
    # 5 · (1 + .65) = 8.25 > 4 · (1 + 1) = 8; were the IoU counted twice, 11.5 < 12.
    place = [Word(box(35 * k, 0, 35 * k + 165, 10)) for k in range(6)]  # IoU of neighbours 130 / 200
    made = count(gt(*place[:5]), pred(*place[1:]), protocol="rrc-2024(score=iou)")
    assert row(made)["tp"] == 5


def chain(step: int, wide: int) -> tuple[Instances, Instances]:
    """Five gts and five predictions: four pairs of equal boxes, five of neighbours."""
    place = [Word(box(step * k, 0, step * k + wide, 10)) for k in range(6)]
    return gt(*place[:5]), pred(*place[1:])


@pytest.mark.parametrize(("step", "wide", "tp"), [(24, 76, 4), (35, 165, 5)])  # IoU of neighbours .52 and .65
def test_the_tie_of_scipy_weighs_as_ours_does(step: int, wide: int, tp: int) -> None:
    truth, found = chain(step, wide)
    assert row(count(truth, found, protocol="rrc-2024(score=iou,tie=scipy)"))["tp"] == tp
    assert row(count(truth, found, protocol="rrc-2024(tie=scipy)"))["tp"] == 5


def test_two_gts_of_one_prediction_are_one_match_under_the_tie_of_scipy() -> None:
    assert row(count(gt(WORD, WORD), pred(WORD), protocol="rrc-2024(tie=scipy)"))["tp"] == 1
    assert row(count(gt(WORD), pred(WORD, WORD), protocol="rrc-2024(tie=scipy)"))["tp"] == 1


def test_samples_with_a_choice_do_not_mix_under_the_tie_of_scipy() -> None:
    truth = table({name: [WORD, WORD] for name in "abc"}, role="gt")
    found = table({name: [WORD] * size for name, size in zip("abc", (1, 3, 2), strict=True)})
    made = count(truth, found, protocol="rrc-2024(tie=scipy)")
    assert made.rows[:, made.columns.index("tp")].tolist() == [1, 2, 2]


def test_texts_without_a_common_character_may_still_match_by_place() -> None:
    truth, found = gt(Word(WORD.ring, "abc")), pred(Word(WORD.ring, "xyz"), Word(WORD.ring, "uvw"))
    for tie in ("iou", "scipy"):
        name = f"rrc-2024(task=e2e,score=cned,string_match=false,tie={tie})"
        assert row(count(truth, found, protocol=name))["tp"] == 1


# tedeval_match

LETTERS = "abcdefghij"


def kinds(gts: list[Word], preds: list[Word], name: str = "tedeval") -> tuple[int, int, int, int]:
    """One-to-one, splits, merges, ignored predictions."""
    made = row(count(gt(*gts), pred(*preds), protocol=name))
    return made["n_oo"], made["n_om"], made["n_mo"], made["dc_det"]


def test_an_ignored_prediction_is_in_no_match_of_any_kind() -> None:
    left, right = Word(box(0, 0, 100, 20), LETTERS), Word(box(110, 0, 210, 20), LETTERS)
    below = Word(box(0, 20, 210, 60), "###")
    assert kinds([left, below], [Word(box(0, 0, 100, 60))]) == (0, 0, 0, 1)
    assert kinds([left, right, below], [Word(box(0, 0, 210, 60))]) == (0, 0, 0, 1)
    assert kinds([left, below], [Word(box(0, 0, 50, 60)), Word(box(50, 0, 100, 60))]) == (0, 0, 0, 2)


def test_a_word_alone_in_a_box_of_three_heights_is_no_merge() -> None:
    assert kinds([Word(box(0, 0, 100, 20), LETTERS)], [Word(box(0, 0, 100, 60))]) == (0, 0, 0, 0)


def test_a_word_alone_is_not_told_to_span_lines() -> None:
    told = explain(
        gt(Word(box(0, 0, 100, 20), LETTERS)), pred(Word(box(0, 0, 100, 60))), "img_1", protocol="tedeval"
    )
    assert all("lines" not in verdict.reason for verdict in told.verdicts)


def test_a_word_of_one_character_is_found_whole() -> None:
    letter = Word(box(0, 0, 10, 12), "a")
    made = count(gt(letter), pred(letter), protocol="tedeval")
    assert made.sums is not None
    assert made.sums[0].tolist() == [1.0, 1.0]


def test_dont_cares_that_hold_a_hairbreadth_less_than_two_fifths_together() -> None:
    # 2·10^11 - 1 of 5·10^11, near the threshold by 2·10^-12; the other prediction has a region of its own.
    large = Word(box(0, 0, 1_000_000, 500_000))
    regions = [Word(box(0, 0, 400_000, 499_999), "###"), Word(box(0, 499_999, 399_999, 500_000), "###")]
    other, own = Word(box(-100, -100, 0, -80)), Word(box(-100, -100, -80, -80), "###")
    assert kinds([*regions, own], [large, other]) == (0, 0, 0, 0)
    whole = Word(box(0, 499_999, 400_000, 500_000), "###")
    assert kinds([regions[0], whole, own], [large, other]) == (0, 0, 0, 1)


@pytest.mark.parametrize(("end", "merges"), [(500, 1), (499.9999999, 0)])
def test_words_that_fill_two_fifths_together_and_a_hairbreadth_less(end: float, merges: int) -> None:
    words = [
        Word(box(-50, 0, 200, 500), "ab"),
        Word(box(300, 0, end, 500), "cd"),
    ]  # one reaches out of the box
    far, around = Word(box(5000, 0, 5100, 20), LETTERS), Word(box(5000, 0, 5100, 60))
    assert kinds([*words, far], [Word(box(0, 0, 1000, 500)), around]) == (0, 0, merges, 0)


@pytest.mark.parametrize(
    ("wide", "center", "found"),
    [
        (30, 0.2, 0),  # boxes of 30 x 40 have diagonals of 50: 10 / 50, which is not less than .2
        (30, 0.21, 1),
        (30, 0.25, 1),
        (40, 0.18, 0),  # 10 / 53.3 with the other's diagonal of 56.6, .188
        (40, 0.19, 1),
    ],
)
def test_how_far_apart_centroids_may_be(wide: int, center: float, found: int) -> None:
    truth, shifted = Word(box(0, 0, 30, 40), "ab"), Word(box(25 - wide / 2, 0, 25 + wide / 2, 40))
    assert kinds([truth], [shifted], f"tedeval(center={center})")[0] == found


@pytest.mark.parametrize(("center", "found"), [(0.58, 0), (0.59, 1)])
def test_long_boxes_shifted_along_their_line(center: float, found: int) -> None:
    # 60 / 102 = .588; no corner of one is farther than 1.09 of it from the centre of the other.
    truth = Word(box(100, 0, 200, 20), LETTERS)
    for shift in (60, -60):
        shifted = Word(box(100 + shift, 0, 200 + shift, 20))
        assert kinds([truth], [shifted], f"tedeval(center={center})")[0] == found


def test_a_word_one_pixel_wide_is_read_from_above() -> None:
    made = count(gt(Word(box(0, 0, 1, 40), "ab")), pred(Word(box(0, 0, 1, 21))), protocol="tedeval")
    assert made.sums is not None
    assert made.sums[0, 0] == 1 / 2


def test_a_sample_without_gts_has_predictions() -> None:
    for name in ("tedeval", "cleval-det"):
        assert row(count(gt(), pred(WORD), protocol=name))["n_gt" if name == "tedeval" else "n_char_gt"] == 0


# cleval_match


def cleval(gts: list[Word], preds: list[Word], name: str = "cleval-det") -> dict[str, int]:
    return row(count(gt(*gts), pred(*preds), protocol=name))


def test_splits_and_merges_of_two_are_counted() -> None:
    left, right = Word(box(0, 0, 100, 20), LETTERS), Word(box(110, 0, 210, 20), LETTERS)
    halves = cleval([left], [Word(box(0, 0, 50, 20)), Word(box(50, 0, 100, 20))])
    joint = cleval([left, right], [Word(box(0, 0, 210, 20))])
    whole = cleval([left], [left])
    found = [(made["split"], made["merged"], made["tp_char"]) for made in (halves, joint, whole)]
    assert found == [(1, 0, 10), (0, 1, 20), (0, 0, 10)]


def test_ignored_halves_are_no_split() -> None:
    left, below = Word(box(0, 0, 100, 20), LETTERS), Word(box(0, 20, 100, 60), "###")
    found = cleval([left, below], [Word(box(0, 0, 50, 60)), Word(box(50, 0, 100, 60))])
    assert (found["tp_char"], found["fp_char"]) == (0, 0)


def test_a_prediction_without_a_character_matches_nothing() -> None:
    letter = Word(box(0, 0, 100, 20), "a")  # its centre is at x = 50
    assert cleval([letter], [Word(box(0, 0, 40, 20))])["fp_char"] == 1
    word, further = Word(box(0, 0, 100, 20), LETTERS), Word(box(110, 0, 210, 20), "a")
    found = cleval([word, further], [Word(box(0, 0, 130, 20))])
    assert (found["tp_char"], found["penalty_det"]) == (10, 0)


def test_words_of_one_character_can_be_merged() -> None:
    letters = [Word(box(0, 0, 20, 20), "a"), Word(box(30, 0, 50, 20), "b")]
    assert cleval(letters, [Word(box(0, 0, 100, 20))])["merged"] == 1


@pytest.mark.parametrize(("wide", "merged"), [(25, 1), (24, 0)])
def test_merged_words_reach_the_share_together(wide: int, merged: int) -> None:
    words = [Word(box(0, 0, wide, 20), "a"), Word(box(30, 0, 30 + wide, 20), "b")]
    found = cleval(words, [Word(box(0, 0, 100, 20))], "cleval-det(area_precision=0.5)")
    assert (found["merged"], found["fp_char"]) == (merged, 1 - merged)


def test_regions_of_one_character_in_it_excuse_a_prediction_together() -> None:
    # A square counts for two characters; of the second region's one lies in the prediction: .2 + .1 in float32 is .3.
    regions = [Word(box(0, 0, 20, 20), "###"), Word(box(90, 0, 110, 20), "###")]
    assert cleval(regions, [Word(box(0, 0, 100, 20))])["fp_char"] == 0


def test_a_square_is_not_narrower_than_an_aspect_of_one() -> None:
    square = Word(box(0, 0, 20, 20), "ab")  # from the left: centres at y = 10
    assert cleval([square], [Word(box(0, 0, 20, 11))], "cleval-det(vertical=1.0)")["tp_char"] == 2


@pytest.mark.parametrize(
    ("ring", "characters"),
    [
        (box(0, 0, 100, 20), 2),
        (box(60, 0, 100, 20), 1),  # centres at (25, 10) and (75, 10)
        (box(70, 0, 80, 20), 1),
        (box(0, 0, 100, 9), 0),
        (box(0, 9, 100, 11), 2),
        (box(20, 0, 30, 20), 1),
    ],
)
def test_a_triangle_is_read_as_if_it_had_a_fourth_corner(ring: list[float], characters: int) -> None:
    triangle = Word([0, 0, 100, 0, 100, 20], "ab")
    name = "cleval-det(shape=polygon,area_precision=0.01)"
    assert cleval([triangle], [Word(ring)], name)["tp_char"] == characters


def test_tall_regions_count_for_as_many_characters_as_they_are_tall() -> None:
    # Five characters, the first at y = 10, below the prediction: its shares of a quarter each do not add up.
    regions = [Word(box(0, 0, 20, 100), "###"), Word(box(60, 0, 80, 100), "###")]
    assert cleval(regions, [Word(box(0, 0, 80, 8))])["fp_char"] == 1
    assert cleval(regions, [Word(box(0, 3, 80, 11))])["fp_char"] == 0


def test_a_triangle_away_from_the_origin_has_its_fourth_corner_below_the_first() -> None:
    triangle = Word([5, 0, 105, 0, 105, 20], "ab")  # centres at x = 30 and 80
    name = "cleval-det(shape=polygon,area_precision=0.01)"
    assert [cleval([triangle], [Word(box(x, 0, x + 11, 20))], name)["tp_char"] for x in (18, 29)] == [0, 1]


def test_predictions_smaller_than_a_pixel_have_shares_too() -> None:
    word, region = Word(box(0, 0, 100, 20), LETTERS), Word(box(0, 0, 50, 50), "###")
    assert cleval([word], [Word(box(4.6, 9.6, 5.4, 10.4))])["tp_char"] == 1  # around the first centre
    assert cleval([region], [Word(box(-0.6, 0, 0.2, 0.8))])["fp_char"] == 1  # a quarter of it lies inside
    assert cleval([region], [Word(box(-0.4, 0, 0.4, 0.8))])["fp_char"] == 0  # half of it


def test_a_kept_prediction_without_area_is_never_excused() -> None:
    flat = Word([10, 10, 40, 10, 30, 10, 20, 10])
    made = count(
        gt(Word(box(0, 0, 50, 50), "###")), pred(flat), protocol="cleval-det", invalid_polygons="official"
    )
    assert row(made)["fp_char"] > 0


HALF_SHARE = "cleval-det(area_precision=0.5)"
SHEET = Word(box(0, 0, 6710.8864, 20))  # 2^26 ten-thousandths wide


def strip(x: int, units: str, text: str = "###", top: int = 0) -> Word:
    """``units`` ten-thousandths of SHEET's width, whose doubles are not those decimals."""
    return Word(box(x, top, float(x + Decimal(units) / 10_000), 20), text)


# 2^25 - 1 of 2^26 lies in the middle of two float32 numbers, .5 - 2^-25 and .5: the even one is .5. Its double, from
# rounded areas, is less. So for 2^24 - .5 of 2^26, between .25 - 2^-26 and .25.


@pytest.mark.parametrize(("units", "excused"), [("33554431", True), ("33554430.999", False)])
def test_a_region_that_holds_half_as_a_float32_number_has_no_character_there(
    units: str, excused: bool
) -> None:
    region = strip(0, units, top=-1000)  # its characters are at y = -490
    assert (cleval([region], [SHEET], HALF_SHARE)["fp_char"] == 0) == excused


@pytest.mark.parametrize(("units", "reached"), [("16777215.5", True), ("16777215.499", False)])
def test_quarters_of_float32_make_a_half_together(units: str, reached: bool) -> None:
    beside = [
        Word(box(6000, -980, 6100, 20), "ab"),  # both characters above the prediction
        Word(box(6200, 0, 6300, 20), "###"),
    ]
    words = [strip(x, units, "a") for x in (0, 3000)]
    assert cleval([*words, *beside], [SHEET], HALF_SHARE)["merged"] == reached
    regions = [strip(x, units) for x in (0, 3000)]
    assert (cleval([*regions, beside[0]], [SHEET], HALF_SHARE)["fp_char"] == 0) == reached


def test_a_bow_tie_whose_area_is_nothing_but_its_rounding_is_not_excused() -> None:
    # Both diagonals are (2.7, .3): the halves are equal. Doubles leave 10^-16.
    tie = Word([3.7, 0.7, 2.4, 0, 6.4, 1, 5.1, 0.3])
    made = count(
        gt(Word(box(0, 0, 50, 50), "###")), pred(tie), protocol="cleval-det", invalid_polygons="official"
    )
    assert row(made)["fp_char"] > 0


@pytest.mark.parametrize(
    ("ring", "text", "held"),
    [
        ([50, 10], "abc", 3),  # all on the corner
        ([30, 10, 70, 10], "abc", 3),  # all in the middle
        ([70, 10, 110, 10], "abc", 0),
        ([], "abc", 0),
        (box(0, 0, 100, 20), "", 0),
    ],
)
def test_characters_of_rings_of_hardly_a_corner_do_not_move_those_of_others(
    ring: list[float], text: str, held: int
) -> None:
    builder = InstancesBuilder()
    builder.begin("img_1")
    builder.add(ring, text)
    builder.add(box(40, 0, 60, 20), "de")  # centres at x = 45 and 55
    words = builder.build()
    found = row(count(words, pred(Word(box(40, 0, 60, 20))), protocol="cleval-det(shape=polygon)"))
    assert found["tp_char"] == held + 2
