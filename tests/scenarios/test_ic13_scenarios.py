"""ic13-v1, ic13-v2 and ic13-deteval on tiny cases worked by hand. A box (0, 0, 99, 49) has 100 x 50 pixels."""

from __future__ import annotations

import pytest

from ocr_eval.engine.local import count, explain
from ocr_eval.protocols import protocol
from ocr_eval.tables.counts import Counts
from tests.tables import Word, gt, pred, table

NAMES = ("ic13-v1", "ic13-v2", "ic13-deteval")
WORD = Word((0, 0, 99, 49))
LEFT, RIGHT = Word((0, 0, 49, 49)), Word((50, 0, 99, 49))


def earned(counts: Counts) -> tuple[float, float]:
    assert counts.sums is not None
    recall, precision = counts.sums[0].tolist()
    return recall, precision


# name: (gts, predictions, (recall, precision) earned under v1, v2, deteval)
SAME = dict[str, tuple[list[Word], list[Word], tuple[float, float]]]
ALIKE: SAME = {
    "one_word_found": ([WORD], [WORD], (1, 1)),
    "eighty_of_a_hundred_columns_are_enough": ([WORD], [Word((0, 0, 79, 49))], (1, 1)),
    "seventy_nine_are_not": ([WORD], [Word((0, 0, 78, 49))], (0, 0)),
    "forty_of_a_hundred_columns_filled_are_enough": ([Word((0, 0, 39, 49))], [WORD], (1, 1)),
    "thirty_nine_are_not": ([Word((0, 0, 38, 49))], [WORD], (0, 0)),
    "a_word_in_two_halves": ([WORD], [LEFT, RIGHT], (0.8, 2 * 0.8)),
    "a_half_and_nothing_else": ([WORD], [LEFT], (0, 0)),
    "the_same_box_twice_is_a_split": ([WORD], [WORD, WORD], (0.8, 2 * 0.8)),
    "a_neighbour_without_a_gap_shares_nothing": ([WORD], [Word((100, 0, 199, 49))], (0, 0)),
    "a_point_on_a_point": ([Word((5, 5, 5, 5))], [Word((5, 5, 5, 5))], (1, 1)),
    "a_line_without_height_on_itself": ([Word((5, 5, 9, 5))], [Word((5, 5, 9, 5))], (1, 1)),
    "a_slanted_prediction_counts_as_its_bounding_box": (
        [WORD],
        [Word([50, 0, 99, 25, 50, 49, 0, 25])],
        (1, 1),
    ),
}


@pytest.mark.parametrize("kernels", ["numpy", "numba"])
@pytest.mark.parametrize("rule", NAMES)
@pytest.mark.parametrize("name", ALIKE)
def test_all_three_agree(name: str, rule: str, kernels: str) -> None:
    truth, found, expected = ALIKE[name]
    assert earned(count(gt(*truth), pred(*found), protocol=rule, kernels=kernels)) == expected


APART = {
    # One prediction over two equal words: v1 takes a split of one, v2 calls it a pair, deteval merges both.
    "merge_two": ([LEFT, RIGHT], [WORD], [(0.8, 0.8), (1, 1), (2, 1)]),
    # The second prediction shares a pixel column with the word: a pair may meet nobody else.
    "a_stray_prediction_touches_the_word": (
        [WORD],
        [WORD, Word((99, 0, 198, 49))],
        [(1, 1), (1, 1), (1, 1)],
    ),
    # 8 pieces of 10 % cover .8; added in doubles .1 eight times is .7999999999999999.
    "eight_tenths_in_pieces": (
        [WORD],
        [Word((10 * k, 0, 10 * k + 9, 49)) for k in range(8)],
        [(0, 0), (0.8, 8 * 0.8), (0.8, 8 * 0.8)],
    ),
    # 60 of 100 columns and the 30 next to them: .9 of the word.
    "two_unequal_pieces": (
        [WORD],
        [Word((0, 0, 59, 49)), Word((60, 0, 89, 49))],
        [(0.8, 2 * 0.8)] * 3,
    ),
}


@pytest.mark.parametrize("name", APART)
def test_what_tells_them_apart(name: str) -> None:
    truth, found, expected = APART[name]
    assert [earned(count(gt(*truth), pred(*found), protocol=rule)) for rule in NAMES] == expected


def test_pieces_that_meet_two_words_make_no_pair_of_deteval() -> None:
    # The prediction covers the first word and holds one column of the second: .2 of that word's five columns.
    truth, found = gt(WORD, Word((99, 0, 103, 49))), pred(WORD)
    rows = {rule: count(truth, found, protocol=rule) for rule in NAMES}
    assert [rows[rule]["n_oo"].tolist() for rule in NAMES] == [[1], [1], [1]]
    # In deteval the pair comes from the merge step: one care gt alone has area recall >= .8.
    (first, _) = explain(truth, found, "img_1", protocol="ic13-deteval").of("gt")
    assert (first.status, first.partners) == ("match", (0,))


def test_predictions_in_dont_care_regions_go_at_more_than_forty_percent() -> None:
    region = Word((0, 0, 39, 49), "###")
    for box, ignored in (((0, 0, 99, 49), 0), ((0, 0, 98, 49), 1)):
        counts = count(gt(WORD, region), pred(Word(box)), protocol="ic13-v1")
        assert counts["dc_det"].tolist() == [ignored]


def test_a_dont_care_gt_takes_part_in_exclusiveness() -> None:
    # The prediction is ok with the word and with a copy of it that is don't care only in part of its area.
    truth = gt(Word((0, 0, 99, 99)), Word((0, 0, 99, 39), "###"))
    counts = count(truth, pred(Word((0, 0, 99, 99))), protocol="ic13-v1")
    # .4 of the prediction is don't care: kept, and ok with both (1 and .4), so no pair; the split step takes it alone.
    assert counts["n_oo"].tolist() == [0]
    assert counts["n_om"].tolist() == [1]
    assert earned(counts) == (0.8, 0.8)


def test_centres_too_far_apart_are_no_pair() -> None:
    # Centres 10 columns apart, diagonals sqrt(100² + 50²) and sqrt(80² + 50²): 2 · 10 / (111.80 + 94.34) = .097.
    truth, found = gt(WORD), pred(Word((0, 0, 79, 49)))
    for limit, kind in ((0.1, "n_oo"), (0.09, "n_om")):
        counts = count(truth, found, protocol=f"ic13-v1(center={limit})")
        assert counts[kind].tolist() == [1]


def test_totals_divide_sums_once() -> None:
    truth = table({"a": [WORD], "b": [LEFT, RIGHT, Word((0, 100, 9, 109), "###")]}, role="gt")
    found = table({"a": [LEFT, RIGHT], "b": [WORD, Word((0, 100, 9, 109)), Word((500, 500, 509, 509))]})
    rule = protocol("ic13-deteval")
    counts = count(truth, found, protocol=rule)
    assert counts["n_det"].tolist() == [2, 2]
    metrics = rule.derive(counts.total())
    recall, precision = (0.8 + 2) / 3, (1.6 + 1) / 4
    assert metrics["recall"] == pytest.approx(recall, abs=1e-15)
    assert metrics["precision"] == pytest.approx(precision, abs=1e-15)
    assert metrics["hmean"] == pytest.approx(2 * recall * precision / (recall + precision), abs=1e-15)


def test_a_set_without_care_words_has_no_score() -> None:
    rule = protocol("ic13-v2")
    counts = count(gt(WORD._replace(text="###")), pred(Word((500, 0, 509, 9))), protocol=rule)
    assert rule.derive(counts.total()) == {"precision": None, "recall": None, "hmean": None}


def test_no_instances_at_all() -> None:
    for rule in NAMES:
        assert count(gt(), pred(), protocol=rule).rows.tolist() == [[0] * 7]
        assert count(gt(WORD), pred(), protocol=rule)["n_gt"].tolist() == [1]
        assert count(gt(), pred(WORD), protocol=rule)["n_det"].tolist() == [1]


def test_every_instance_gets_a_reason() -> None:
    truth = gt(WORD, Word((200, 0, 299, 49)), Word((400, 0, 499, 49), "###"), Word((600, 0, 699, 49)))
    found = pred(
        LEFT,
        RIGHT,
        Word((200, 0, 299, 49)),
        Word((400, 0, 449, 49)),
        Word((600, 0, 639, 49)),
        Word((900, 0, 909, 9)),
    )
    matches = explain(truth, found, "img_1", protocol="ic13-deteval")
    assert [(v.status, v.partners) for v in matches.of("gt")] == [
        ("split", (0, 1)),
        ("match", (2,)),
        ("don't care", ()),
        ("miss", ()),
    ]
    assert [(v.status, v.partners) for v in matches.of("pred")] == [
        ("split", (0,)),
        ("split", (0,)),
        ("match", (1,)),
        ("ignored", (2,)),
        ("false positive", ()),
        ("false positive", ()),
    ]
    reasons = [v.reason for v in matches.verdicts]
    assert reasons[0] == "split: 2 predictions cover 1.0000 of it in sum"
    assert reasons[1] == "one-to-one with prediction 2: area recall 1.0000, area precision 1.0000"
    assert reasons[3] == (
        "nearest is prediction 4: area recall 0.4000, area precision 1.0000, 0.8 and 0.4 are needed"
    )
    assert reasons[4] == "one of the 2 predictions that gt 0 is split into"
    assert reasons[7] == "1.0000 > 0.4 of its area lies in don't care gt 2"
    assert reasons[9] == "it overlaps no care gt"
    assert [(pair.gt, pair.pred) for pair in matches.pairs] == [(0, 0), (0, 1), (1, 2)]


def test_a_merge_tells_its_words() -> None:
    matches = explain(gt(LEFT, RIGHT), pred(WORD), "img_1", protocol="ic13-deteval")
    assert [(v.status, v.partners, v.reason) for v in matches.verdicts] == [
        ("merge", (0,), "one of the 2 gts that prediction 0 merges"),
        ("merge", (0,), "one of the 2 gts that prediction 0 merges"),
        ("merge", (0, 1), "merge: 2 gts fill 1.0000 of it in sum"),
    ]


def test_zero_sized_boxes_are_kept_out_of_the_signature() -> None:
    from ocr_eval.engine.local import Job

    truth, found = gt(Word((5, 5, 9, 5))), pred(Word((5, 5, 5, 5)))
    (record,) = Job(truth, [protocol("ic13-v1")], invalid_polygons="official").run(found)
    assert "|poly:" not in record.signature
