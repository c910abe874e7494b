"""cleval on tiny cases worked by hand."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from ocr_eval.engine.local import count, explain
from ocr_eval.protocols import protocol
from tests.tables import Word, box, gt, pred

LEFT, RIGHT, WHOLE = box(0, 0, 50, 20), box(50, 0, 100, 20), box(0, 0, 100, 20)


def row(gts: Sequence[Word], preds: Sequence[Word], name: str = "cleval") -> tuple[int, ...]:
    counts = count(gt(*gts), pred(*preds), protocol=name)
    found = dict(zip(counts.columns, counts.rows[0].tolist(), strict=True))
    return tuple(
        found[column] for column in ("tp_char", "n_char_gt", "n_char_det", "penalty_gt", "penalty_det")
    )


CASES = {
    # name: (gts, predictions, (tp, gt chars, det chars, penalties of gts, of predictions))
    "one_word_read": ([Word(WHOLE, "word")], [Word(WHOLE, "word")], (4, 4, 4, 0, 0)),
    "one_letter_wrong": ([Word(WHOLE, "word")], [Word(WHOLE, "ward")], (3, 4, 4, 0, 0)),
    "letters_in_another_order": ([Word(WHOLE, "abcd")], [Word(WHOLE, "dabc")], (3, 4, 4, 0, 0)),
    "found_but_not_read": ([Word(WHOLE, "word")], [Word(WHOLE, "")], (0, 4, 0, 0, 0)),
    "halves_are_joined_in_reading_order": (
        [Word(WHOLE, "abcd")],
        [Word(RIGHT, "cd"), Word(LEFT, "ab")],
        (4, 4, 4, 1, 0),
    ),
    "two_words_read_as_one": (
        [Word(LEFT, "ab"), Word(RIGHT, "cd")],
        [Word(WHOLE, "abcd")],
        (4, 4, 4, 0, 1),
    ),
    # The first word uses up the only a and b.
    "a_character_is_used_once": (
        [Word(LEFT, "ab"), Word(RIGHT, "ab")],
        [Word(WHOLE, "ab")],
        (2, 4, 2, 0, 1),
    ),
    # One centre for three predictions: the first holder, then the first of the rest; the third is left out.
    "more_predictions_than_characters": (
        [Word(WHOLE, "xy")],
        [Word(box(20, 0, 80, 20), "x"), Word(box(20, 1, 80, 20), "y"), Word(box(20, 2, 80, 20), "y")],
        (2, 2, 3, 2, 0),
    ),
    "text_beside_every_word_counts_against_precision": ([], [Word(WHOLE, "spam")], (0, 0, 4, 0, 0)),
}


@pytest.mark.parametrize("name", CASES)
def test_case(name: str) -> None:
    gts, preds, expected = CASES[name]
    assert row(gts, preds) == expected


def test_case_counts_unless_upper() -> None:
    assert row([Word(WHOLE, "Word")], [Word(WHOLE, "wORD")])[0] == 0
    assert row([Word(WHOLE, "Word")], [Word(WHOLE, "wORD")], "cleval(case=upper)")[0] == 4


def test_scores_are_characters_less_penalties() -> None:
    rule = protocol("cleval")
    counts = count(gt(Word(WHOLE, "abcd")), pred(Word(RIGHT, "cd"), Word(LEFT, "ab")), protocol=rule)
    precision, recall = (4 - 0) / 4, (4 - 1) / 4
    assert rule.derive(counts.total()) == {
        "precision": precision,
        "recall": recall,
        "hmean": 2 * precision * recall / (precision + recall),
    }


def test_curved_text_is_read_with_a_parameter_and_a_signature_of_its_own() -> None:
    ring = [0, 0, 50, 10, 100, 0, 100, 20, 50, 30, 0, 20]
    name = "cleval(shape=polygon)"
    assert repr(protocol(name)) == name
    assert row([Word(ring, "abcd")], [Word(ring, "abxd")], name) == (3, 4, 4, 0, 0)


def test_explain_tells_what_was_read_and_what_is_left() -> None:
    gts = gt(Word(LEFT, "ab"), Word(RIGHT, "cd"), Word(box(0, 50, 40, 60), "zz"))
    preds = pred(Word(WHOLE, "abxd"), Word(box(0, 500, 9, 509), "spam"), Word(box(0, 600, 9, 609), ""))
    told = explain(gts, preds, "img_1", protocol="cleval")
    assert [(v.side, v.status, v.partners) for v in told.verdicts] == [
        ("gt", "merge", (0,)),
        ("gt", "wrong text", (0,)),
        ("gt", "miss", ()),
        ("pred", "wrong text", (0, 1)),
        ("pred", "false positive", ()),
        ("pred", "false positive", ()),
    ]
    assert told.verdicts[0].reason.endswith("2 of 2 characters read")
    assert told.verdicts[1].reason.endswith("1 of 2 characters read")
    assert told.verdicts[3].reason.endswith("it joins 2 gts; 3 of 4 characters used, left: x")
    assert told.verdicts[4].reason == "it overlaps no care gt; 0 of 4 characters used, left: s p a m"
    assert told.verdicts[5].reason == "it overlaps no care gt; its transcription is empty: it costs nothing"
