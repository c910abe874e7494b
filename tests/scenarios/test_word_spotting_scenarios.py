"""Word spotting, MLT 2019, TDA-ReCTS and curved end-to-end on tiny cases worked by hand."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from ocr_eval.cli.inputs import reading
from ocr_eval.engine.local import count, explain
from ocr_eval.formats import read
from ocr_eval.protocols import protocol
from ocr_eval.protocols.curved_words import field, last_field
from ocr_eval.tables.counts import Counts
from ocr_eval.text.lexicon import Lexicon
from tests.tables import Word, box, gt, pred, table

PLACES = [box(200 * k, 0, 200 * k + 100, 50) for k in range(4)]
HERE = PLACES[0]


def row(counts: Counts) -> dict[str, int]:
    return dict(zip(counts.columns, counts.rows[0].tolist(), strict=True))


SPOTTED = {
    # gt text: (prediction that is right, or None where the gt is don't care)
    "John's": "john",
    "JOHN'S": "John",
    "T-shirt": "t-SHIRT",
    "Café": "CAFÉ",
    "-abc-": "abc",
    "(word)": "word",
    "...abc...": "abc",
    "Straße": "STRASSE",
    "A.B.C": None,
    "l'eau": None,
    "don't": None,
    "O'Neil's": None,
    "3rd": None,
    "ab": None,
    "ab-": None,
    "--(ab)--": None,
    "слово": None,
    "x×yz": None,
    "\u0391\u0392\u0387\u0393": None,  # the Greek ano teleia stands among letters, and is none
    "한국어": None,
    "": None,
    "###": None,
}


@pytest.mark.parametrize("name", ["rrc-word-spotting", "totaltext-word-spotting", "ctw1500-word-spotting"])
@pytest.mark.parametrize("text", SPOTTED)
def test_words_that_are_looked_for(text: str, name: str) -> None:
    right = SPOTTED[text]
    made = row(count(gt(Word(HERE, text)), pred(Word(HERE, right or text)), protocol=name))
    if right is None:
        assert (made["n_gt"], made["dc_gt"], made["n_det"], made["dc_det"]) == (0, 1, 0, 1)
    else:
        assert (made["tp"], made["n_gt"], made["n_det"]) == (1, 1, 1)


def test_only_the_gt_is_cleaned() -> None:
    made = row(count(gt(Word(HERE, "word!")), pred(Word(HERE, "word!")), protocol="rrc-word-spotting"))
    assert (made["tp"], made["paired"], made["n_gt"], made["n_det"]) == (0, 1, 1, 1)


def test_a_word_that_is_not_looked_for_excuses_predictions_and_says_so() -> None:
    truth = gt(Word(HERE, "12"), Word(PLACES[1], "word"), Word(PLACES[2], "###"))
    found = pred(Word(HERE, "12"), Word(PLACES[1], "World"), Word(PLACES[2], "x"))
    matches = explain(truth, found, "img_1", protocol="rrc-word-spotting")
    told = [(v.status, v.reason) for v in matches.verdicts]
    assert told[0] == ("don't care", "don't care: word spotting does not look for it")
    assert told[1][0] == "wrong text"
    assert told[1][1].endswith("texts differ ('word', 'World'), pair used up")
    assert told[2] == ("don't care", "don't care region: it is not searched for")
    assert [status for status, _ in told[3:]] == ["ignored", "wrong text", "ignored"]


def test_shorter_words_on_request() -> None:
    truth, found = gt(Word(HERE, "ab")), pred(Word(HERE, "AB"))
    assert row(count(truth, found, protocol="rrc-word-spotting(min_length=2)"))["tp"] == 1


@pytest.mark.parametrize(
    ("policy", "tp", "n_det", "dropped"), [("none", 0, 2, 0), ("drop", 1, 1, 1), ("keep", 1, 2, 0)]
)
def test_lexicon_policies_of_word_spotting(policy: str, tp: int, n_det: int, dropped: int) -> None:
    truth = gt(Word(HERE, "house"), Word(PLACES[1], "tree"))
    found = pred(Word(HERE, "h0use"), Word(PLACES[1], "xxxxxx"))
    name = f"rrc-word-spotting(lexicon={policy})"
    made = row(
        count(truth, found, protocol=name, lexicon=None if policy == "none" else Lexicon(("house", "tree")))
    )
    assert (made["tp"], made["n_det"], made["dropped"]) == (tp, n_det, dropped)


def test_mlt19_counts_case_and_does_not() -> None:
    texts = [("Word", "Word"), ("Word", "WORD"), ("abcd", "abxd"), ("", "")]
    truth = gt(*(Word(ring, own) for ring, (own, _) in zip(PLACES, texts, strict=True)))
    found = pred(
        *(Word(ring, theirs) for ring, (_, theirs) in zip(PLACES, texts, strict=True)), confidence=True
    )
    rule = protocol("mlt19")
    made = count(truth, found, protocol=rule)
    assert row(made) == {"tp": 2, "tp_upper": 3, "paired": 4, "n_gt": 4, "n_det": 4, "dc_gt": 0, "dc_det": 0}
    metrics = rule.derive(made.total())
    # Word against WORD: three of four characters differ.
    assert metrics["one_minus_ned_union"] == pytest.approx(1 - (0 + 3 / 4 + 1 / 4 + 0) / 4, abs=1e-15)
    assert metrics["one_minus_ned_union_upper"] == pytest.approx(1 - (1 / 4) / 4, abs=1e-15)
    assert (metrics["hmean"], metrics["hmean_upper"]) == (2 / 4, 3 / 4)


def test_mlt19_adds_one_for_everything_without_partner() -> None:
    truth = gt(Word(HERE, "ab"), Word(PLACES[1], "cd"), Word(PLACES[3], "###"))
    found = pred(Word(HERE, "ab"), Word(PLACES[2], "ef"), Word(PLACES[3], "x"), confidence=True)
    made = count(truth, found, protocol="mlt19")
    assert made.sums is not None
    assert made.sums.tolist() == [[1 + 1, 1 + 1]]
    metrics = protocol("mlt19").derive(made.total())
    assert metrics["one_minus_ned_union"] == (3 - 2) / (2 + 2 - 1)


def test_mlt19_divides_upper_case_distances_by_the_lengths_as_written() -> None:
    # ß upper-cased is SS: two characters to insert against nothing, divided by one.
    made = count(gt(Word(HERE, "ß")), pred(Word(HERE, ""), confidence=True), protocol="mlt19")
    assert made.sums is not None
    assert made.sums.tolist() == [[1 / 1, 2 / 1]]


def test_mlt19_matches_in_file_order_whatever_the_confidence() -> None:
    truth = gt(Word(HERE, "ab"))
    found = pred(Word(HERE, "no", 0.1), Word(HERE, "ab", 0.9), confidence=True)
    assert row(count(truth, found, protocol="mlt19"))["tp"] == 0


def test_mlt19_reads_quotes_as_text_when_it_is_alone(tmp_path: Path) -> None:
    line = ",".join(map(str, HERE)) + ',1.0,"word"\n'
    with zipfile.ZipFile(tmp_path / "pred.zip", "w") as archive:
        archive.writestr("res_img_1.txt", line)

    def texts(*names: str) -> tuple[str, ...]:
        rules = [protocol(name) for name in names]
        return read(tmp_path / "pred.zip", **reading(rules, "prediction")).texts

    assert texts("mlt19") == ('"word"',)
    assert texts("mlt19", "rrc-iou(confidence=true)") == ('"word"',)
    assert texts("mlt19", "rrc-e2e(confidence=true)") == ("word",)


def test_mlt19_without_any_care_word_has_no_score() -> None:
    rule = protocol("mlt19(confidence=false)")
    metrics = rule.derive(count(gt(Word(HERE, "###")), pred(Word(PLACES[1], "a")), protocol=rule).total())
    assert set(metrics.values()) == {None}


def rects(truth: list[Word], found: list[Word], name: str = "tda-rects") -> tuple[dict[str, int], float]:
    made = count(gt(*truth), pred(*found, confidence=True), protocol=name)
    assert made.sums is not None
    return row(made), float(made.sums[0, 0])


def test_tda_rects_asks_by_falling_score() -> None:
    counts, similarity = rects([Word(HERE, "abcd")], [Word(HERE, "xxxx", 0.2), Word(HERE, "abcx", 0.9)])
    assert counts == {"tp": 1, "fp": 1, "n_gt": 1, "neutral": 0}
    assert similarity == 1 - 1 / 4


def test_tda_rects_an_ignored_line_excuses_one_prediction() -> None:
    counts, similarity = rects([Word(HERE, "###")], [Word(HERE, "a", 0.9), Word(HERE, "b", 0.8)])
    assert (counts, similarity) == ({"tp": 0, "fp": 1, "n_gt": 0, "neutral": 1}, 0)


def test_tda_rects_an_ignored_line_can_be_the_best_gt() -> None:
    truth = [Word(box(0, 0, 100, 60), "ab"), Word(HERE, "###")]
    counts, _ = rects(truth, [Word(HERE, "ab", 0.9)])
    assert counts == {"tp": 0, "fp": 0, "n_gt": 1, "neutral": 1}


def test_tda_rects_half_of_the_union_is_too_little() -> None:
    counts, _ = rects([Word(HERE, "a")], [Word(box(0, 0, 100, 25), "a", 0.9)])
    assert counts["fp"] == 1


def test_tda_rects_keeps_scores_above_a_threshold() -> None:
    words = [Word(HERE, "a", 0.6), Word(PLACES[1], "a", 0.7)]
    counts, _ = rects([Word(HERE, "a")], words, "tda-rects(score=0.6)")
    assert counts == {"tp": 0, "fp": 1, "n_gt": 1, "neutral": 0}


def test_tda_rects_two_empty_texts_are_equal() -> None:
    assert rects([Word(HERE, "")], [Word(HERE, "", 0.5)])[1] == 1


def test_tda_rects_best_rows_by_hand() -> None:
    truth = gt(Word(HERE, "ab"), Word(PLACES[1], "cd"))
    found = pred(
        Word(HERE, "ax", 0.9), Word(PLACES[2], "no", 0.8), Word(PLACES[1], "cd", 0.7), Word(PLACES[3], "no", 0.6),
        confidence=True,
    )  # fmt: skip
    rule = protocol("tda-rects")
    metrics = rule.derive(count(truth, found, protocol=rule).total())
    # After three predictions: P = 2/3, R = 2/2, 1-NED = (1/2 + 1) / (2 + 1); after one: 1-NED = (1/2) / 2.
    precision, recall = 2 / 3, 2 / 2
    assert metrics["best_hmean"] == 2 * precision * recall / (precision + recall + 1e-6)
    assert metrics["best_hmean_score"] == 0.7
    assert metrics["best_one_minus_ned"] == pytest.approx((1 / 2 + 1) / (2 + 1), abs=1e-15)
    assert (metrics["precision"], metrics["recall"]) == (2 / 4, 2 / 2)
    assert metrics["one_minus_ned"] == (1 / 2 + 1) / (2 + 2)


def test_tda_rects_tells_every_reason() -> None:
    truth = gt(Word(HERE, "ab"), Word(PLACES[1], "###"), Word(PLACES[2], "cd"))
    found = pred(
        Word(HERE, "ab", 0.9), Word(HERE, "ab", 0.8), Word(PLACES[1], "x", 0.7), Word(PLACES[2], "cd", 0.1),
        confidence=True,
    )  # fmt: skip
    matches = explain(truth, found, "img_1", protocol="tda-rects(score=0.5)")
    assert [(v.status, v.partners) for v in matches.verdicts] == [
        ("match", (0,)),
        ("don't care", ()),
        ("miss", ()),
        ("match", (0,)),
        ("false positive", ()),
        ("ignored", (1,)),
        ("dropped", ()),
    ]
    reasons = [v.reason for v in matches.verdicts]
    assert reasons[2] == "no prediction overlaps it"
    assert reasons[4] == "best IoU is 1.0000 with gt 0, which another prediction took"
    assert reasons[5] == "IoU 1.0000 > 0.5 with gt 1, which is ignored: it counts neither way"
    assert reasons[6] == "its score 0.1 is not above 0.5"


TEXTS = {
    # what stands behind the first ",####": (AdelaiDet, MaskTextSpotterV3)
    "word": ("word", "word"),
    " word ": ("word", " word "),
    '"word"': ("word", '"word"'),
    '" word "': (" word ", '" word "'),
    "word,####more": ("word", "####more"),
    "12,5": ("12,5", "5"),
    "": ("", ""),
}


@pytest.mark.parametrize("text", TEXTS)
def test_what_a_script_takes_from_a_line(text: str) -> None:
    assert (field(text), last_field(text)) == TEXTS[text]


CURVED = {
    # name: (gt text, predicted text, correct)
    "case_does_not_count": ("Word", "wORD", 1),
    "one_mark_per_side_of_the_gt_may_go": ("(word)", "word", 1),
    "the_prediction_keeps_its_marks": ("word", "word.", 0),
    "spaces_around_are_no_text": (" word", "word ", 1),
    "an_empty_gt_is_never_read": ("", "word", 0),
    "an_empty_gt_and_nothing_read": ("", "", 1),
}


@pytest.mark.parametrize("name", ["totaltext-e2e", "ctw1500-e2e"])
@pytest.mark.parametrize("case", CURVED)
def test_curved_texts_by_hand(case: str, name: str) -> None:
    own, theirs, tp = CURVED[case]
    made = row(count(gt(Word(HERE, own)), pred(Word(HERE, theirs)), protocol=name))
    assert (made["tp"], made["paired"], made["n_gt"], made["n_det"]) == (tp, 1, 1, 1)


@pytest.mark.parametrize("text", [" ### ", '"###"'])
def test_dont_care_is_told_after_the_text_was_cleaned(text: str) -> None:
    made = row(count(gt(Word(HERE, text)), pred(Word(HERE, "x")), protocol="totaltext-e2e"))
    assert (made["n_gt"], made["dc_gt"], made["n_det"], made["dc_det"]) == (0, 1, 0, 1)


def test_mask_text_spotter_knows_no_dont_care() -> None:
    truth = gt(Word(HERE, "###"), Word(PLACES[1], "a,b"))
    found = pred(Word(HERE, "x"), Word(PLACES[1], "b"))
    made = row(count(truth, found, protocol="totaltext-e2e(gt=mtsv3)"))
    assert made == {
        "tp": 1, "paired": 1, "n_gt": 1, "n_det": 2, "dc_gt": 0, "dc_det": 0, "dropped": 0
    }  # fmt: skip


def test_mask_text_spotter_spotting_still_has_words_that_nobody_looks_for() -> None:
    truth = gt(Word(HERE, "###"), Word(PLACES[1], "12"))
    found = pred(Word(HERE, "x"), Word(PLACES[1], "12"))
    made = row(count(truth, found, protocol="totaltext-word-spotting(gt=mtsv3)"))
    assert (made["n_gt"], made["dc_gt"], made["n_det"], made["dc_det"]) == (0, 1, 1, 1)


def test_a_wrong_text_uses_the_pair_up() -> None:
    found = pred(Word(HERE, "no"), Word(HERE, "word"))
    assert row(count(gt(Word(HERE, "word")), found, protocol="totaltext-e2e"))["tp"] == 0


def test_totals_of_two_samples_divide_once() -> None:
    truth = table({"a": [Word(HERE, "word")], "b": [Word(HERE, "word"), Word(PLACES[1], "tree")]}, role="gt")
    found = table({"b": [Word(HERE, "word"), Word(PLACES[1], "three"), Word(PLACES[2], "x")]})
    rule = protocol("ctw1500-word-spotting")
    metrics = rule.derive(count(truth, found, protocol=rule).total())
    assert metrics == {"precision": 1 / 3, "recall": 1 / 3, "hmean": 2 * (1 / 3) * (1 / 3) / (1 / 3 + 1 / 3)}
