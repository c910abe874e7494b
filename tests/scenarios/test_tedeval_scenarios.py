"""tedeval on tiny cases worked by hand."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from ocr_eval.engine.local import count, explain
from ocr_eval.errors import InputError
from ocr_eval.protocols import protocol
from tests.tables import Word, box, gt, pred

WORD = Word(box(0, 0, 100, 20), "abcdefghij")  # centres at x = 5, 15, …, 95; y = 10
LINE = Word(box(110, 0, 210, 20), "klmnopqrst")  # right of it
BELOW = Word(box(0, 22, 100, 42), "uvwxyzuvwx")  # the next line


def scored(
    gts: Sequence[Word], preds: Sequence[Word], name: str = "tedeval", policy: str = "refuse"
) -> tuple[dict[str, int], list[float]]:
    counts = count(gt(*gts), pred(*preds), protocol=name, invalid_polygons=policy)
    assert counts.sums is not None
    return dict(zip(counts.columns, counts.rows[0].tolist(), strict=True)), counts.sums[0].tolist()


CASES = {
    # name: (gts, predictions, (one, split, merge), recall sum, precision sum)
    "one_word_found": ([WORD], [WORD], (1, 0, 0), 1, 1),
    "a_part_of_a_word_earns_its_part_of_recall": (
        [WORD],
        [Word(box(0, 0, 60, 20))],
        (1, 0, 0),
        6 / 10,
        6 / 10,
    ),
    "less_than_two_fifths_is_nothing": ([WORD], [Word(box(0, 0, 39, 20))], (0, 0, 0), 0, 0),
    "exactly_two_fifths_is_enough": ([WORD], [Word(box(0, 0, 40, 20))], (1, 0, 0), 4 / 10, 4 / 10),
    "halves_are_a_split_and_cost_precision": (
        [WORD],
        [Word(box(0, 0, 50, 20)), Word(box(50, 0, 100, 20))],
        (0, 1, 0),  # 40 % of the word is covered by each, so none is alone
        1,
        5 / 10 + 5 / 10,
    ),
    "what_two_predictions_hold_is_not_found": ([WORD], [WORD, WORD], (0, 1, 0), 0, 2),
    "characters_that_overlap_are_lost": (
        [WORD],
        [Word(box(0, 0, 60, 20)), Word(box(40, 0, 100, 20))],
        (0, 1, 0),
        8 / 10,
        6 / 10 + 6 / 10,
    ),
    "two_words_of_one_line_in_one_box": ([WORD, LINE], [Word(box(0, 0, 210, 20))], (0, 0, 1), 2, 20 / 20),
    "two_lines_in_one_box_are_no_merge": ([WORD, BELOW], [Word(box(0, 0, 100, 42))], (0, 0, 0), 0, 0),
    "a_box_of_two_lines_that_fits_one_is_a_match": (
        [WORD, Word(box(0, 22, 100, 42), "###")],
        [Word(box(0, 0, 100, 30))],
        (1, 0, 0),
        1,
        1,
    ),
    "nothing_found": ([WORD], [], (0, 0, 0), 0, 0),
}


@pytest.mark.parametrize("name", CASES)
def test_case(name: str) -> None:
    gts, preds, kinds, recall, precision = CASES[name]
    row, sums = scored(gts, preds)
    assert (row["n_oo"], row["n_om"], row["n_mo"]) == kinds
    assert sums == [pytest.approx(recall, abs=1e-15), pytest.approx(precision, abs=1e-15)]


def test_a_prediction_more_than_two_fifths_dont_care_is_ignored() -> None:
    region = Word(box(0, 0, 41, 20), "###")
    row, _ = scored([region], [Word(box(0, 0, 100, 20))])
    assert (row["n_det"], row["dc_det"]) == (0, 1)
    row, _ = scored([Word(box(0, 0, 40, 20), "###")], [Word(box(0, 0, 100, 20))])
    # 40 % is not above 40 %, but the region is held whole, so its share counts in the sum, where 40 % is enough.
    assert (row["n_det"], row["dc_det"]) == (0, 1)
    # Held by less than 40 % of itself it does not.
    row, _ = scored([Word(box(0, 0, 40, 60), "###")], [Word(box(0, 0, 100, 20))])
    assert (row["n_det"], row["dc_det"]) == (1, 0)


def test_dont_care_is_cut_out_of_predictions_before_areas_are_compared() -> None:
    # The word fills 30 of 100; 35 of 100 are don't care, so it fills 30 of the 65 that are left.
    word, region = Word(box(0, 0, 30, 20), "abc"), Word(box(65, 0, 200, 20), "###")
    row, sums = scored([word, region], [Word(box(0, 0, 100, 20))])
    assert row["n_oo"] == 1
    assert sums == [1.0, 1.0]
    assert scored([word], [Word(box(0, 0, 100, 20))])[0]["n_oo"] == 0


def test_a_word_is_cut_out_of_the_dont_care_region_that_covers_it() -> None:
    row, sums = scored([WORD, Word(box(-50, -50, 150, 70), "###")], [WORD])
    assert (row["dc_det"], row["n_oo"], sums) == (0, 1, [1.0, 1.0])


def test_low_borders_are_inside_and_high_borders_are_not() -> None:
    # Centres at x = 5 and 15.
    two = Word(box(0, 0, 20, 20), "ab")
    assert scored([two], [Word(box(5, 0, 20, 20))])[1][0] == 1.0
    assert scored([two], [Word(box(0, 0, 15, 20))])[1][0] == 1 / 2


def test_tall_words_are_read_from_above() -> None:
    tall = Word(box(0, 0, 20, 31), "ab")  # 31 > 1.5 * 20: centres at y = 7.75 and 23.25
    assert scored([tall], [Word(box(0, 0, 20, 16))])[1][0] == 1 / 2
    square = Word(box(0, 0, 20, 30), "ab")  # centres at x = 5 and 15, y = 15
    assert scored([square], [Word(box(0, 0, 20, 16))])[1][0] == 1.0


def test_a_sample_without_text_has_hmean_one_and_a_set_has_no_score() -> None:
    rule = protocol("tedeval")
    found = count(gt(Word(box(0, 0, 9, 9), "###")), pred(), protocol=rule)
    assert rule.derive(found.total()) == {"precision": None, "recall": None, "hmean": None}


def test_a_care_gt_without_text_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        scored([Word(box(0, 0, 9, 9), "")], [])
    assert caught.value.problems[0].code == "E_GT"


def test_rings_of_other_than_four_corners_are_refused_with_their_line() -> None:
    with pytest.raises(InputError) as caught:
        scored([WORD], [Word([0, 0, 9, 0, 9, 9, 5, 12, 0, 9])])
    assert str(caught.value).startswith("prediction.zip!img_1.txt:1: error[E_POLYGON]: a ring of 5 corners")


def test_a_bow_tie_has_signed_area_and_centroid_under_official() -> None:
    # Signed area 50, even-odd 975.6: sigma = 975.6 / 2000, tau = 975.6 / 50; its signed centroid lies far off.
    tie = Word([0, 0, 100, 20, 100, 0, 0, 19])
    assert scored([WORD], [tie], policy="official")[0]["n_oo"] == 0
    assert scored([WORD], [tie], "tedeval(center=10)", "official")[0]["n_oo"] == 1
    row, sums = scored([WORD], [tie], policy="false-positive")
    assert (row["n_oo"], row["n_det"], sums) == (0, 1, [0.0, 0.0])


def test_a_dont_care_gt_cuts_a_bow_tie_only_where_both_share_area() -> None:
    below = Word(box(-50, 10, 150, 70), "###")  # the word takes what lies behind it
    inside, below_too = Word([0, 0, 100, 20, 100, 0, 0, 20]), Word([0, 0, 100, 20, 100, 0, 0, 21])
    assert scored([WORD, below], [inside], policy="official")[0]["n_oo"] == 0  # signed area 0
    assert scored([WORD], [below_too], policy="official")[0]["n_oo"] == 0  # a centroid far off
    assert scored([WORD, below], [below_too], policy="official")[0]["n_oo"] == 1  # what is left: even-odd


@pytest.mark.parametrize("x", [0, 1, 100, 4096])
@pytest.mark.parametrize("y", [0, 37, -700])
def test_a_bow_tie_inside_a_slanted_word_counts_the_same_wherever_the_page_lies(x: int, y: int) -> None:
    # The script's clipping leaves 1e-13 px2 of the don't care gt in the bow-tie at some places, and cuts it there.
    def moved(*ring: int) -> list[int]:
        return [value + (y if k % 2 else x) for k, value in enumerate(ring)]

    word = Word(moved(690, 150, 746, 142, 748, 156, 692, 164), "abcdef")
    region = Word(moved(691, 163, 754, 154, 756, 169, 692, 178), "###")
    tie = Word(moved(690, 150, 748, 156, 746, 142, 692, 164))
    row, sums = scored([word, region], [tie], policy="official")
    assert (row["n_det"], row["n_oo"], sums) == (1, 0, [0.0, 0.0])


def test_explain_tells_characters_splits_and_what_lies_nearest() -> None:
    gts = gt(WORD, LINE, Word(box(300, 0, 340, 20), "###"))
    preds = pred(
        Word(box(0, 0, 50, 20)),
        Word(box(50, 0, 100, 20)),
        Word(box(110, 0, 130, 20)),
        Word(box(301, 0, 339, 20)),
    )
    told = explain(gts, preds, "img_1", protocol="tedeval")
    assert [(v.side, v.status, v.partners) for v in told.verdicts] == [
        ("gt", "split", (0, 1)),
        ("gt", "miss", ()),
        ("gt", "don't care", ()),
        ("pred", "split", (0,)),
        ("pred", "split", (0,)),
        ("pred", "false positive", ()),
        ("pred", "ignored", (2,)),
    ]
    assert (
        told.verdicts[0].reason
        == "10 of its 10 characters lie in prediction 0, 1; it is cut into 2 predictions"
    )
    assert told.verdicts[1].reason == (
        "nearest is prediction 2: 2 of 10 characters in it, 1.0000 of its area here"
    )
    assert told.verdicts[3].reason == "5 of the 10 characters of gt 0 lie in it"
    assert told.verdicts[6].reason == "1.0000 of its area lies in don't care gt 2"


def test_explain_tells_of_several_lines_and_of_characters_held_twice() -> None:
    told = explain(gt(WORD, BELOW), pred(Word(box(0, 0, 100, 42))), "img_1", protocol="tedeval")
    assert told.verdicts[2].reason.endswith("with others it would span several lines of text")
    told = explain(gt(WORD), pred(WORD, WORD), "img_1", protocol="tedeval")
    assert "10 of them lie in several predictions and earn nothing" in told.verdicts[0].reason
