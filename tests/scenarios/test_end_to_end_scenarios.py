"""cascade and rrc-e2e on tiny cases worked by hand."""

from __future__ import annotations

import pytest

from ocr_eval.engine.local import count, explain
from ocr_eval.errors import InputError
from ocr_eval.protocols import protocol
from ocr_eval.tables.counts import Counts
from ocr_eval.text.lexicon import Lexicon
from ocr_eval.text.rrc_words import agree_trimmed
from tests.tables import Word, box, gt, pred

LEFT, RIGHT = box(0, 0, 100, 50), box(200, 0, 300, 50)


def row(counts: Counts) -> dict[str, int]:
    return dict(zip(counts.columns, counts.rows[0].tolist(), strict=True))


def test_cascade_reads_one_word_right_and_one_almost() -> None:
    truth = gt(Word(LEFT, "Hello"), Word(RIGHT, "WORLD"))
    found = pred(Word(LEFT, "hello"), Word(RIGHT, "WORD"))
    rule = protocol("cascade")
    totals = count(truth, found, protocol=rule).total()
    assert (totals["match"], totals["wem"]) == (2, 1)
    metrics = rule.derive(totals)
    similarity = 1 + (1 - 1 / 5)
    assert metrics["hmean"] == 2 * 1 / (2 + 2)
    assert metrics["wem"] == metrics["recall"] == 1 / 2
    assert metrics["one_minus_ned_gt"] == similarity / 2
    assert metrics["one_minus_ned_union"] == similarity / (2 + 2 - 2)
    assert metrics["one_minus_ned_matched"] == similarity / 2


def test_cascade_denominators_part_when_a_word_is_missed() -> None:
    rule = protocol("cascade")
    truth = gt(Word(LEFT, "ab"), Word(RIGHT, "cd"))
    metrics = rule.derive(
        count(truth, pred(Word(LEFT, "ab"), Word(box(500, 0, 600, 50), "x")), protocol=rule).total()
    )
    assert metrics["one_minus_ned_gt"] == 1 / 2
    assert metrics["one_minus_ned_union"] == 1 / (2 + 2 - 1)
    assert metrics["one_minus_ned_matched"] == 1 / 1


def test_cascade_takes_the_best_overlap_first() -> None:
    found = pred(Word(box(0, 0, 100, 60), "wrong"), Word(LEFT, "right"))
    assert row(count(gt(Word(LEFT, "RIGHT")), found, protocol="cascade"))["wem"] == 1
    assert row(count(gt(Word(LEFT, "RIGHT")), found, protocol="rrc-e2e"))["tp"] == 0


def test_cascade_case_can_matter() -> None:
    truth, found = gt(Word(LEFT, "Ab")), pred(Word(LEFT, "aB"))
    assert row(count(truth, found, protocol="cascade"))["wem"] == 1
    assert row(count(truth, found, protocol="cascade(case=sensitive)"))["wem"] == 0


def test_cascade_counts_a_split_and_a_merge() -> None:
    truth = gt(
        Word(box(0, 0, 200, 50), "POPEVAL"),
        Word(box(300, 0, 400, 50), "AB"),
        Word(box(400, 0, 500, 50), "CD"),
    )
    halves = [Word(box(0, 0, 90, 50), "POP"), Word(box(110, 0, 200, 50), "EVAL")]
    counts = count(truth, pred(*halves, Word(box(300, 0, 500, 50), "ABCD")), protocol="cascade")
    assert row(counts) == {
        "n_gt": 3, "n_det": 3, "match": 0, "wem": 0, "split": 2, "merge": 2, "dc_gt": 0, "dc_det": 0,
    }  # fmt: skip


def test_cascade_leaves_empty_gt_texts_out() -> None:
    truth = gt(Word(LEFT, ""), Word(RIGHT, "cd"))
    assert row(count(truth, pred(Word(LEFT, "x")), protocol="cascade"))["n_gt"] == 1
    verdicts = explain(truth, pred(Word(LEFT, "x")), "img_1", protocol="cascade").of("gt")
    assert [v.status for v in verdicts] == ["dropped", "miss"]


@pytest.mark.parametrize(
    ("truth", "found", "agree"),
    [
        ("(WORD)", "word", True),
        ("(WORD)", "(word", True),
        ("..WORD", "word", False),
        ("..WORD", ".word", True),
        ("WORD", "word.", False),
        ("!", "", True),
        ("!!", "", True),
        ("!!", "!", True),
        ("Straße", "STRASSE", True),
        ("it's", "its", False),
        ("·a", "A", True),
        ("a;", "a", False),
    ],
)
def test_words_agree_but_for_one_mark_per_gt_side(truth: str, found: str, agree: bool) -> None:
    assert agree_trimmed(truth, found) is agree


def test_a_wrong_text_uses_its_pair_up() -> None:
    truth = gt(Word(LEFT, "right"))
    wrong_first = pred(Word(LEFT, "wrong"), Word(box(0, 0, 100, 49), "right"))
    right_first = pred(Word(box(0, 0, 100, 49), "right"), Word(LEFT, "wrong"))
    assert row(count(truth, wrong_first, protocol="rrc-e2e"))["tp"] == 0
    assert row(count(truth, right_first, protocol="rrc-e2e"))["tp"] == 1
    statuses = [v.status for v in explain(truth, wrong_first, "img_1", protocol="rrc-e2e").verdicts]
    assert statuses == ["wrong text", "wrong text", "false positive"]


def test_lexicon_policies_differ_on_words_without_a_neighbour() -> None:
    lexicon = Lexicon.of(["HELLO", "World"])
    truth = gt(Word(LEFT, "hello"), Word(RIGHT, "zzzz"))
    found = pred(Word(LEFT, "he1lo"), Word(RIGHT, "zzzz"))
    drop = row(count(truth, found, protocol="rrc-e2e(lexicon=drop)", lexicon=lexicon))
    keep = row(count(truth, found, protocol="rrc-e2e(lexicon=keep)", lexicon=lexicon))
    assert (drop["tp"], drop["n_det"], drop["dropped"]) == (1, 1, 1)
    assert (keep["tp"], keep["n_det"], keep["dropped"]) == (2, 2, 0)


def test_the_first_of_equally_near_lexicon_words_is_taken() -> None:
    assert Lexicon.of(["cat", "bat"]).nearest("HAT") == "cat"
    assert Lexicon.of(["cat", "hat"]).nearest("HAT") == "hat"
    assert Lexicon.of(["cat"]).nearest("dog") is None
    assert Lexicon.of(["ab"]).nearest("abc") == "ab"


def test_a_lexicon_policy_without_a_lexicon_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        count(gt(Word(LEFT)), pred(Word(LEFT)), protocol="rrc-e2e(lexicon=drop)")
    assert caught.value.problems[0].code == "E_CONFIG"


def test_an_empty_care_gt_is_a_fault_of_the_ground_truth_for_rrc_e2e() -> None:
    with pytest.raises(InputError) as caught:
        count(gt(Word(LEFT), Word(RIGHT, "")), pred(Word(LEFT)), protocol="rrc-e2e")
    assert caught.value.exit_code == 5
    assert str(caught.value.problems[0]).startswith("gt.zip!img_1.txt:2: error[E_GT]: empty transcription")
