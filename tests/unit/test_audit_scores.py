"""The reference's worked example, and the pieces that scores are made of, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from ocr_eval.audit.baselines import best_single, confidence_support, vote
from ocr_eval.audit.candidates import Answers, Candidates
from ocr_eval.audit.edits import MANY, signature
from ocr_eval.audit.pico import pico
from ocr_eval.audit.picosig import ALONE, picosig
from ocr_eval.audit.ranking import Ranking
from ocr_eval.audit.reliability import monotone
from tests.oracles import audit as slow

LABELS = ("SALE", "cafe", "EXIT", "100", "SALE", "Menu")
P1 = ("SALE", "cafe", "EXlT", "100", "SALE", "Menu")
P2 = ("SALE", "cafe", "EXIT", "10O", "SALT", "Menu")
P3 = ("SALE", "Cafe", "EXIT", "100", "SALT", "")
CONFIDENCE = np.array([[0.9, 0.9, 0.4, 0.8, 0.7, 0.9], [0.9, 0.8, 0.9, 0.5, 0.8, 0.9], [0.5] * 6])


@pytest.fixture
def worked() -> Candidates:
    return Candidates.of(Answers(LABELS, (P1, P2, P3), CONFIDENCE))


def test_the_worked_example_has_the_references_baselines(worked: Candidates) -> None:
    assert vote(worked) == pytest.approx([0, 1 / 3, 1 / 3, 1 / 3, 2 / 3, 1 / 3])
    assert best_single(worked).tolist() == [-0.9, -0.9, 0.4, -0.8, -0.7, -0.9]
    assert confidence_support(worked) == pytest.approx([-2.3, -1.2, -1.0, -0.8, 0.6, -1.3])


def test_the_worked_example_has_the_references_reliabilities(worked: Candidates) -> None:
    hits = worked.agrees.astype(float)
    expected = [
        [0.857143, 0.857143, 0.333333, 0.857143, 0.857143, 0.857143],
        [0.8, 0.5, 0.8, 0.333333, 0.5, 0.8],
        [0.5] * 6,
    ]
    for k in range(3):
        assert monotone(CONFIDENCE[k], hits[k]) == pytest.approx(expected[k], abs=1e-6)
    assert monotone(CONFIDENCE[0], 0.95 * hits[0]) == pytest.approx(
        [0.821429, 0.821429, 0.333333, 0.821429, 0.821429, 0.821429], abs=1e-6
    )
    assert monotone(CONFIDENCE[2], 0.95 * hits[2]) == pytest.approx([0.48125] * 6)


def test_plain_naive_bayes_believes_checkers_that_share_an_error() -> None:
    said = ("SALT",) * 30
    labels, confidence = ("SALE",) * 30, np.full((3, 30), 0.9)
    alone = pico(Candidates.of(Answers(labels, (said,), confidence[:1])))
    together = pico(Candidates.of(Answers(labels, (said, said, said), confidence)))
    assert (together > alone).all()
    tempered = pico(Candidates.of(Answers(labels, (said, said, said), confidence)), tempering=0.6)
    assert (tempered < together).all()
    assert pico(Candidates.of(Answers(("a", "b"), (("a", None),), np.ones((1, 2))))).tolist() == [ALONE] * 2


def test_the_worked_example_has_the_references_log_odds(worked: Candidates) -> None:
    first, second = picosig(worked, rounds=1), picosig(worked)
    assert first.log_odds == pytest.approx(
        [-60, -11.225716, -11.442152, -11.691919, -5.004320, -33.176172], abs=1e-5
    )
    assert second.log_odds == pytest.approx(
        [-60, -13.445033, -13.989887, -13.445032, -6.592348, -35.496083], abs=1e-5
    )
    assert (first.tempering, first.eps, second.eps) == (pytest.approx(0.786061, abs=1e-6), 0.005, 0.005)
    assert second.best.tolist() == worked.label.tolist()


@pytest.mark.parametrize(
    ("found", "text", "edits"),
    [
        ("EXlT", "EXIT", (("r", "l", "I"),)),
        ("abc", "abcd", (("i", "-", "d"),)),
        ("abcd", "abd", (("d", "c", "-"),)),
        ("", "Menu", MANY),
        ("same", "same", ()),
        ("", "abc", (("i", "-", "c"), ("i", "-", "b"), ("i", "-", "a"))),
        ("aba", "abaXa", (("i", "-", "X"), ("i", "-", "a"))),
    ],
)
def test_signatures_of_pairs_worked_by_hand(found: str, text: str, edits: object) -> None:
    assert signature(found, text, slow.distance(found, text)) == edits


def test_a_constant_confidence_is_one_block_whatever_the_order_of_items() -> None:
    hits = np.array([0.0, 0, 0, 1, 1, 1])
    assert monotone(np.full(6, 0.5), hits).tolist() == [(3 + 1) / (6 + 2)] * 6


def test_checkers_that_all_repeat_the_labels_leave_no_doubt_and_no_suggestion() -> None:
    ranking = Ranking.of(Answers(LABELS, (LABELS,) * 3, CONFIDENCE), seed=1)
    assert set(ranking.vote) == {0.0} and set(ranking.picosig.log_odds) == {ALONE}
    assert ranking.suggestions == (None,) * 6


def test_a_single_checker_is_suggested_although_the_model_keeps_the_label() -> None:
    ranking = Ranking.of(Answers(LABELS, (P1,), CONFIDENCE[:1]), seed=1)
    assert ranking.picosig.best.tolist() == ranking.candidates.label.tolist()
    assert ranking.suggestions == (None, None, "EXlT", None, None, None)


def test_an_empty_string_is_an_answer_but_never_a_suggestion() -> None:
    texts = (("",) * 6,) * 3
    ranking = Ranking.of(Answers(LABELS, texts, np.full((3, 6), 0.9)), seed=1)
    assert ranking.vote.tolist() == [1.0] * 6
    assert ranking.suggestions == (None,) * 6


def test_a_checker_without_an_instance_says_nothing() -> None:
    texts = (P1, (*P2[:4], None, P2[5]), (None,) * 6)
    answers = Answers(LABELS, texts, CONFIDENCE)
    two = Candidates.of(Answers(LABELS, texts[:2], CONFIDENCE[:2]))
    three = Candidates.of(answers)
    assert vote(three).tolist() == vote(two).tolist() == [0, 0, 0.5, 0.5, 0, 0]
    found, expected = picosig(three), slow.picosig(LABELS, texts, CONFIDENCE.tolist())
    assert found.log_odds == pytest.approx(expected[0], abs=1e-9)
    assert np.isfinite(Ranking.of(answers, seed=1).stack).all()


def test_a_rejected_label_is_trusted_and_an_undecided_one_is_not() -> None:
    candidates = Candidates.of(Answers(LABELS, (P1, P2, P3), CONFIDENCE))
    decided = np.array([np.nan, np.nan, np.nan, np.nan, 0.001, np.nan])
    before, after = picosig(candidates), picosig(candidates, decided)
    assert after.log_odds[4] < before.log_odds[4]


@pytest.mark.parametrize("number", [0, 1, 2])
def test_very_few_items_are_ranked_without_a_number_that_is_none(number: int) -> None:
    texts = tuple(own[:number] for own in (P1, P2, P3))
    ranking = Ranking.of(Answers(LABELS[:number], texts, CONFIDENCE[:, :number]), seed=1)
    assert len(ranking.order) == len(ranking.suggestions) == number
    assert np.isfinite(ranking.score).all() and np.isfinite(ranking.posterior_raw).all()
