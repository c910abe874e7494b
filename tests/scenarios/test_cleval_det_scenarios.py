"""cleval-det on tiny cases worked by hand."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from ocr_eval.engine.local import count, explain
from ocr_eval.errors import InputError
from ocr_eval.protocols import protocol
from ocr_eval.protocols.formulas import Harmonic
from ocr_eval.stats.ratios import Stack
from tests.tables import Word, box, gt, pred

WORD = Word(box(0, 0, 100, 20), "abcdefghij")  # centres at x = 5, 15, …, 95; y = 10
LINE = Word(box(110, 0, 210, 20), "klmnopqrst")
COLUMNS = ("tp_char", "n_char_det", "penalty_gt", "penalty_det", "fp_char", "overlapped")


def row(
    gts: Sequence[Word], preds: Sequence[Word], name: str = "cleval-det", policy: str = "refuse"
) -> dict[str, int]:
    counts = count(gt(*gts), pred(*preds), protocol=name, invalid_polygons=policy)
    return dict(zip(counts.columns, counts.rows[0].tolist(), strict=True))


CASES = {
    # name: (gts, predictions, COLUMNS)
    "one_word_found": ([WORD], [WORD], (10, 10, 0, 0, 0, 0)),
    "the_middle_of_a_word_is_enough": ([WORD], [Word(box(0, 6, 100, 14))], (10, 10, 0, 0, 0, 0)),
    "halves_cost_one_character": (
        [WORD],
        [Word(box(0, 0, 50, 20)), Word(box(50, 0, 100, 20))],
        (10, 10, 1, 0, 0, 0),
    ),
    "two_words_in_one_box_cost_one_character": (
        [WORD, LINE],
        [Word(box(0, 0, 210, 20))],
        (20, 20, 0, 1, 0, 0),
    ),
    # Both strong: no one-to-one, but a split; the second finds nothing new and both cost.
    "given_twice": ([WORD], [WORD, WORD], (10, 20, 1, 0, 0, 10)),
    # The aspect is 5: round(.5 + .2) = 1 character.
    "a_wide_false_positive_costs_one_character": ([], [Word(box(0, 0, 100, 20))], (0, 1, 0, 0, 1, 0)),
    # round(.5 + 5) = 6 (5.49995 is not half-way).
    "a_tall_one_costs_more": ([], [Word(box(0, 0, 20, 100))], (0, 5, 0, 0, 5, 0)),
    "ten_at_most": ([], [Word(box(0, 0, 10, 900))], (0, 10, 0, 0, 10, 0)),
    # 30 of 100 of the prediction is the word.
    "area_precision_of_exactly_three_tenths_is_enough": (
        [Word(box(0, 0, 30, 20), "abc")],
        [Word(box(0, 0, 100, 20))],
        (3, 3, 0, 0, 0, 0),
    ),
    "less_is_not": ([Word(box(0, 0, 29, 20), "abc")], [Word(box(0, 0, 100, 20))], (0, 1, 0, 0, 1, 0)),
    # Each word is 20 of 100; together 40 of 100.
    "two_words_reach_it_together": (
        [Word(box(0, 0, 20, 20), "ab"), Word(box(30, 0, 50, 20), "cd")],
        [Word(box(0, 0, 100, 20))],
        (4, 4, 0, 1, 0, 0),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_case(name: str) -> None:
    gts, preds, expected = CASES[name]
    found = row(gts, preds)
    assert tuple(found[column] for column in COLUMNS) == expected


def test_a_tall_false_positive_of_aspect_one_fifth_counts_five() -> None:
    # (20 + 1e-5) / (100 + 1e-5) + 1e-5 is a little more than .2: .5 + 1 / .20002 = 5.4995, rounded 5.
    assert round(0.5 + 1 / (1e-5 + (20 + 1e-5) / (100 + 1e-5))) == 5


def test_dont_care_excuses_by_area_or_by_regions_with_characters_together() -> None:
    whole = Word(box(0, 0, 100, 20))
    assert row([Word(box(0, 0, 30, 20), "###")], [whole])["fp_char"] == 0
    assert row([Word(box(0, 0, 29, 20), "###")], [whole])["fp_char"] == 1
    both = [Word(box(0, 0, 20, 20), "###"), Word(box(50, 0, 70, 20), "###")]
    assert row(both, [whole])["fp_char"] == 0
    # The centre of the second region, a square of one or two characters, is not in the prediction.
    outside = [both[0], Word(box(90, 0, 150, 20), "###")]
    assert row(outside, [Word(box(0, 0, 100, 20))])["fp_char"] == 1


def test_a_word_is_cut_out_of_the_dont_care_region_that_covers_it() -> None:
    assert row([WORD, Word(box(-50, -50, 150, 70), "###")], [WORD])["tp_char"] == 10


def test_narrow_quads_are_read_from_above() -> None:
    tall = Word(box(0, 0, 20, 60), "abc")  # aspect 1/3: centres at y = 10, 30, 50
    assert row([tall], [Word(box(0, 0, 20, 40))])["tp_char"] == 2
    assert row([tall], [Word(box(0, 0, 20, 40))], "cleval-det(vertical=0.3)")["tp_char"] == 3


def test_upper_case_counts_the_letters_it_makes() -> None:
    word = Word(box(0, 0, 60, 20), "ß")
    assert row([word], [word])["n_char_gt"] == 1
    assert row([word], [word], "cleval-det(case=upper)")["n_char_gt"] == 2


def test_penalties_weigh_what_their_parameters_say_and_never_make_less_than_zero() -> None:
    halves = pred(Word(box(0, 0, 50, 20)), Word(box(50, 0, 100, 20)))
    for weight, recall in (("1", 9 / 10), ("0.5", 19 / 20), ("0", 1.0), ("11", 0.0)):
        rule = protocol(f"cleval-det(recall_penalty={weight})")
        counts = count(gt(WORD), halves, protocol=rule)
        assert rule.derive(counts.total())["recall"] == recall
        # The same as data, for intervals and slices.
        stack = Stack.of({"one": counts})
        assert stack.point(rule.formulas["recall"])[0] == recall
        assert isinstance(rule.formulas["hmean"], Harmonic)
    single = count(
        gt(Word(box(0, 0, 100, 20), "a")), pred(*[Word(box(40, 0, 60, 20))] * 3), protocol="cleval-det"
    )
    assert (single["tp_char"][0], single["penalty_gt"][0]) == (1, 2)
    assert protocol("cleval-det").derive(single.total())["recall"] == 0.0


def test_polygons_need_their_own_parameter() -> None:
    ring = [0, 0, 50, 0, 100, 0, 100, 20, 50, 20, 0, 20]
    with pytest.raises(InputError) as caught:
        row([Word(ring, "abcd")], [WORD])
    assert "gt.zip!img_1.txt:1: error[E_GT]: E_POLYGON a ring of 6 corners" in str(caught.value)
    assert "shape=polygon" in str(caught.value)
    # Chains (0, 50, 100) above and below; four steps of 12.5, cut: 0 12 25 37 50 62 75 87 100; centres are at the means
    # of steps 0 and 2, 2 and 4, 4 and 6, 6 and 8: x = 12.5, 37.5, 62.5, 87.5.
    found = row(
        [Word(ring, "abcd")], [Word([0, 0, 30, 0, 50, 0, 50, 20, 20, 20, 0, 20])], "cleval-det(shape=polygon)"
    )
    assert (found["tp_char"], found["fp_char"], found["n_char_det"]) == (2, 0, 2)
    assert row([], [Word(ring)], "cleval-det(shape=polygon)")["fp_char"] == 1


def test_an_invalid_prediction_is_a_false_positive_by_its_aspect() -> None:
    tie = Word([0, 0, 100, 20, 100, 0, 0, 20])
    found = row([WORD], [tie], policy="false-positive")
    # Sides 102, 20, 102, 20: round(.5 + 1 / 5.1) = 1.
    assert (found["tp_char"], found["fp_char"]) == (0, 1)


def test_explain_tells_characters_costs_and_what_lies_nearest() -> None:
    gts = gt(WORD, LINE, Word(box(0, 200, 50, 220), "###"), Word(box(0, 300, 40, 320), "zz"))
    preds = pred(Word(box(0, 0, 210, 20)), Word(box(0, 200, 50, 220)), Word(box(20, 300, 200, 320)))
    told = explain(gts, preds, "img_1", protocol="cleval-det")
    assert [(v.side, v.status, v.partners) for v in told.verdicts] == [
        ("gt", "merge", (0,)),
        ("gt", "merge", (0,)),
        ("gt", "don't care", ()),
        ("gt", "miss", ()),
        ("pred", "merge", (0, 1)),
        ("pred", "ignored", (2,)),
        ("pred", "false positive", ()),
    ]
    assert told.verdicts[4].reason == "20 of the 20 characters of gt 0, 1 lie in it; it joins 2 gts"
    assert told.verdicts[6].reason == (
        "nearest is gt 3: 1 of its 2 characters in it, 0.1111 of the area there; it costs 1 characters"
    )
    assert [(pair.gt, pair.pred) for pair in told.pairs] == [(0, 0), (1, 0)]
