"""totaltext-pascal on tiny cases worked by hand, in polygons and in pixels."""

from __future__ import annotations

import pytest

from ocr_eval.engine.local import count, explain
from ocr_eval.errors import InputError
from ocr_eval.protocols import protocol
from ocr_eval.tables.counts import Counts
from tests.tables import Word, gt, pred, table

WORD = Word((0, 0, 100, 50))
MASK = "totaltext-pascal(geometry=mask)"


def row(counts: Counts) -> dict[str, int]:
    return dict(zip(counts.columns, counts.rows[0].tolist(), strict=True))


CASES = {
    # name: (gts, predictions, tp, n_gt, n_det)
    "one_word_found": ([WORD], [WORD], 1, 1, 1),
    # 2500 / (5000 + 1) is below one half by the added pixel, 2550 is not.
    "half_of_the_word_is_lost_by_the_added_pixel": ([WORD], [Word((0, 0, 100, 25))], 0, 1, 1),
    "a_column_more_than_half": ([WORD], [Word((0, 0, 51, 50))], 1, 1, 1),
    # 4 / (7 + 1): the threshold met exactly is a match.
    "one_half_exactly": ([Word((0, 0, 7, 1))], [Word((0, 0, 4, 1))], 1, 1, 1),
    "a_pixel_that_fits_perfectly": ([Word((0, 0, 1, 1))], [Word((0, 0, 1, 1))], 1, 1, 1),
    "two_predictions_on_one_word": ([WORD], [WORD, WORD], 1, 1, 2),
    # The second prediction fits the first word best as well, and gets no second choice although it fits the other.
    "no_second_choice": (
        [WORD, Word((0, 0, 100, 60))],
        [WORD, Word((0, 0, 100, 52))],
        1,
        2,
        2,
    ),
    # A copy of the word has the same IoU: the first of equals is taken twice, so the second prediction is wrong.
    "copies_of_a_word_share_their_first": ([WORD, WORD], [WORD, WORD], 1, 2, 2),
    "a_dont_care_region_takes_a_prediction": (
        [WORD, Word((200, 0, 300, 50), "###")],
        [WORD, Word((200, 0, 300, 60))],
        1,
        1,
        1,
    ),
    "half_in_a_dont_care_region_stays": (
        [Word((0, 0, 50, 50), "###")],
        [WORD],
        0,
        0,
        1,
    ),
}


@pytest.mark.parametrize("kernels", ["numpy", "numba"])
@pytest.mark.parametrize("name", CASES)
def test_counts_by_hand(name: str, kernels: str) -> None:
    truth, found, tp, n_gt, n_det = CASES[name]
    made = row(count(gt(*truth), pred(*found), protocol="totaltext-pascal", kernels=kernels))
    dont_care = sum(word.text == "###" for word in truth)
    gone = len(found) - n_det
    assert made == {"tp": tp, "n_gt": n_gt, "n_det": n_det, "dc_gt": dont_care, "dc_det": gone}


PIXELS = {
    # 5 x 7 = 35 pixels in both; 35 / (35 + 1).
    "the_outline_is_inside": (box := Word((0, 0, 4, 6)), Word((0, 0, 4, 6)), 1),
    # Rows 0..3 of 0..6: 20 / (35 + 1) pixels are more than half; 12 / (24 + 1) pixels² are not.
    "outlines_make_more_of_less": (box, Word((0, 0, 4, 3)), 1),
    # Bounding boxes share 1 pixel², not more: nothing is shared, although 4 pixels are.
    "boxes_that_share_one_pixel_share_nothing": (Word((0, 0, 1, 1)), Word((0, 0, 1, 1)), 0),
    # 2 x 1 pixels²: 6 / (6 + 1).
    "boxes_that_share_two": (Word((0, 0, 2, 1)), Word((0, 0, 2, 1)), 1),
    # Pixels left of or above 0 are not drawn: of -4..4 only 0..4 are left, 5 x 7 of the word's 35.
    "pixels_left_of_the_image_are_not_drawn": (box, Word((-4, 0, 4, 6)), 1),
    # A triangle with legs of 6: 7 + 6 + ... + 1 = 28 pixels; the square has 49: 28 / (49 + 1).
    "a_triangle_in_a_square": (Word((0, 0, 6, 6)), Word([0, 0, 6, 0, 0, 6]), 1),
    # Legs of 4: 15 / 50.
    "a_small_triangle_in_a_square": (Word((0, 0, 6, 6)), Word([0, 0, 4, 0, 0, 4]), 0),
}


@pytest.mark.parametrize("name", PIXELS)
def test_pixels_by_hand(name: str) -> None:
    word, found, tp = PIXELS[name]
    assert row(count(gt(word), pred(found), protocol=MASK))["tp"] == tp


def test_polygons_and_pixels_disagree_on_thin_words() -> None:
    truth, found = gt(Word((0, 0, 4, 6))), pred(Word((0, 0, 4, 3)))
    made = [row(count(truth, found, protocol=rule))["tp"] for rule in ("totaltext-pascal", MASK)]
    assert made == [0, 1]


def test_coordinates_are_cut_to_whole_numbers() -> None:
    # Cut to 0..7 the IoU is 4 / (7 + 1); of 7.9 columns it would be 4 / 8.9.
    truth, found = gt(Word((0, 0, 7.9, 1))), pred(Word((0, 0, 4, 1)))
    assert row(count(truth, found, protocol="totaltext-pascal"))["tp"] == 1
    # In pixels predictions are cut too: 0..3.9 is 0..3, 28 of 35 pixels.
    truth, found = gt(Word((0, 0, 4, 6))), pred(Word((0, 0, 3.9, 6.5)))
    assert explain(truth, found, "img_1", protocol=MASK).of("gt")[0].numbers["iou"] == pytest.approx(28 / 36)


def test_self_crossing_rings_are_filled_even_odd_in_pixels() -> None:
    # An hourglass 0..6 x 0..6: rows of 7, 5, 3, 0, 3, 5, 7 pixels. Its waist (3, 3) lies on two edges, which cancel.
    hourglass = Word([0, 0, 6, 0, 0, 6, 6, 6])
    matches = None
    for policy, valid in (("official", True), ("false-positive", False)):
        counts = count(gt(Word((0, 0, 6, 6))), pred(hourglass), protocol=MASK, invalid_polygons=policy)
        assert row(counts)["tp"] == int(valid)
        matches = explain(
            gt(Word((0, 0, 6, 6))), pred(hourglass), "img_1", protocol=MASK, invalid_polygons=policy
        )
        if valid:
            assert matches.pairs[0].value == pytest.approx((7 + 5 + 3 + 0 + 3 + 5 + 7) / (49 + 1))
    assert matches is not None
    assert [v.status for v in matches.of("pred")] == ["invalid"]


def test_self_crossing_rings_are_repaired_by_geos_in_polygons() -> None:
    # GEOS keeps the lobes that run like the first: of two unequal triangles one is left.
    import shapely

    ring = [0, 0, 100, 50, 100, 0, 0, 40]
    fixed = shapely.Polygon(list(zip(ring[::2], ring[1::2], strict=True))).buffer(0)
    word = fixed.envelope
    truth = gt(Word([v for xy in list(word.exterior.coords)[:-1] for v in xy]))
    counts = count(truth, pred(Word(ring)), protocol="totaltext-pascal(iou=0.1)", invalid_polygons="official")
    matches = explain(
        truth, pred(Word(ring)), "img_1", protocol="totaltext-pascal(iou=0.1)", invalid_polygons="official"
    )
    whole = shapely.box(*(int(v) for v in word.bounds))  # coordinates of gts are cut
    iou = fixed.intersection(whole).area / (fixed.union(whole).area + 1)
    assert row(counts)["tp"] == 1
    assert matches.pairs[0].value == pytest.approx(iou, abs=1e-8)


def test_rings_too_tall_to_be_drawn_are_refused() -> None:
    comb = [v for k in range(12) for v in (k, 0, k, 900_000)]
    with pytest.raises(InputError, match="E_LIMIT") as caught:
        count(gt(Word(comb)), pred(Word(comb)), protocol=MASK, invalid_polygons="official")
    assert "geometry=polygon" in caught.value.problems[0].hint


def test_sums_over_samples_divide_once() -> None:
    truth = table({"a": [WORD], "b": [WORD, Word((200, 0, 300, 50))]}, role="gt")
    found = table({"b": [WORD, Word((0, 200, 100, 250))], "a": [WORD]})
    for name in ("totaltext-pascal", MASK):
        rule = protocol(name)
        metrics = rule.derive(count(truth, found, protocol=rule).total())
        precision, recall = 2 / 3, 2 / 3
        assert metrics == {
            "precision": precision,
            "recall": recall,
            "hmean": 2 * precision * recall / (precision + recall),
        }


def test_nothing_at_all() -> None:
    for name in ("totaltext-pascal", MASK):
        assert count(gt(), pred(), protocol=name).rows.tolist() == [[0] * 5]
        assert row(count(gt(WORD), pred(), protocol=name))["n_gt"] == 1
        assert row(count(gt(), pred(WORD), protocol=name))["n_det"] == 1
        assert protocol(name).derive(count(gt(), pred(WORD), protocol=name).total())["hmean"] is None


@pytest.mark.parametrize("name", ["totaltext-pascal", MASK])
def test_every_instance_gets_a_reason(name: str) -> None:
    truth = gt(WORD, Word((0, 0, 100, 60)), Word((200, 0, 300, 50), "###"), Word((400, 0, 500, 50)))
    found = pred(
        WORD, Word((0, 0, 100, 52)), Word((200, 0, 300, 50)), Word((400, 0, 440, 50)), Word((700, 0, 720, 9))
    )
    matches = explain(truth, found, "img_1", protocol=name)
    assert [(v.status, v.partners) for v in matches.of("gt")] == [
        ("match", (0,)),
        ("miss", ()),
        ("don't care", ()),
        ("miss", ()),
    ]
    assert [(v.status, v.partners) for v in matches.of("pred")] == [
        ("match", (0,)),
        ("false positive", ()),
        ("ignored", (2,)),
        ("false positive", ()),
        ("false positive", ()),
    ]
    reasons = [v.reason for v in matches.verdicts]
    assert "prediction 0, the first one whose best gt it is" in reasons[0]
    assert reasons[1].endswith("with prediction 1, which another gt took")
    assert reasons[3].endswith("with prediction 3, IoU >= 0.5 is needed")
    assert reasons[5].endswith("with gt 0, which another prediction took")
    assert reasons[8] == "it overlaps no care gt"
    if name != MASK:
        assert reasons[4] == "IoU 0.9998 >= 0.5 with gt 0, its best"
