"""What an audit must satisfy on generated labels and checkers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_eval.audit.candidates import Answers, Candidates
from ocr_eval.audit.corruption import DRAWS, Corruption
from ocr_eval.audit.edits import MANY, signature
from ocr_eval.audit.pico import pico
from ocr_eval.audit.picosig import picosig
from ocr_eval.audit.ranking import Ranking
from ocr_eval.audit.reliability import monotone
from tests.oracles import audit as slow

WORDS = st.text("abAB각", max_size=5)


@st.composite
def answers(draw: st.DrawFn) -> Answers:
    """Up to four checkers and twelve items; equal strings, missing and empty answers are common."""
    number, checkers = draw(st.integers(1, 12)), draw(st.integers(1, 4))
    labels = draw(st.lists(WORDS, min_size=number, max_size=number))
    texts = tuple(
        tuple(draw(st.one_of(st.just(label), WORDS, st.none())) for label in labels) for _ in range(checkers)
    )
    levels = st.sampled_from([0.0, 0.25, 0.5, 0.9, 1.0])
    confidence = [draw(st.lists(levels, min_size=number, max_size=number)) for _ in range(checkers)]
    return Answers(tuple(labels), texts, np.array(confidence))


@given(st.text("ab각 ", max_size=8), st.text("ab각 ", max_size=8))
def test_signatures_are_those_of_the_full_table(found: str, text: str) -> None:
    expected = slow.signature(found, text)
    assert signature(found, text, slow.distance(found, text)) == (MANY if expected == slow.MANY else expected)


@given(
    st.lists(
        st.tuples(st.sampled_from([0.0, 0.1, 0.5, 0.7, 1.0]), st.sampled_from([0.0, 0.5, 1.0])), max_size=20
    )
)
def test_reliability_is_that_of_the_slow_twin(rows: list[tuple[float, float]]) -> None:
    confidence, hits = [c for c, _ in rows], [h for _, h in rows]
    found = monotone(np.array(confidence), np.array(hits))
    assert found == pytest.approx(slow.monotone(confidence, hits))


@settings(max_examples=60, deadline=None)
@given(answers())
def test_log_odds_are_those_of_the_slow_twin(given_answers: Answers) -> None:
    expected = slow.picosig(given_answers.labels, given_answers.texts, given_answers.confidence.tolist())
    found = picosig(Candidates.of(given_answers))
    assert found.log_odds == pytest.approx(expected[0], abs=1e-8)
    assert (found.eps, found.tempering) == (pytest.approx(expected[2]), pytest.approx(expected[3]))


@settings(max_examples=60, deadline=None)
@given(answers(), st.sampled_from([1.0, 0.6]))
def test_plain_naive_bayes_is_that_of_the_slow_twin(given_answers: Answers, tempering: float) -> None:
    asked = given_answers.labels, given_answers.texts, given_answers.confidence.tolist()
    found = pico(Candidates.of(given_answers), tempering=tempering)
    assert found == pytest.approx(slow.pico(*asked, tempering), abs=1e-8)


@settings(max_examples=40, deadline=None)
@given(answers(), st.integers(0, 2**32 - 1))
def test_every_score_is_a_number_and_the_same_twice(given_answers: Answers, seed: int) -> None:
    one, two = (Ranking.of(given_answers, seed=seed) for _ in range(2))
    assert one.order.tolist() == two.order.tolist() and one.stack.tobytes() == two.stack.tobytes()
    for scores in (one.rank3, one.posterior_raw, one.stack, one.picosig.log_odds, one.pico, one.best_single):
        assert np.isfinite(scores).all()
    assert sorted(one.order.tolist()) == list(range(len(given_answers.labels)))
    for label, suggestion in zip(given_answers.labels, one.suggestions, strict=True):
        assert suggestion is None or (suggestion and suggestion != label)


@given(
    st.lists(WORDS, min_size=1, max_size=6),
    st.lists(st.integers(0, 2**32 - 1), min_size=DRAWS, max_size=DRAWS),
)
def test_a_corrupted_label_is_one_edit_or_another_label_or_swapped_case(
    labels: list[str], draws: list[int]
) -> None:
    label = labels[0]
    found = Corruption(labels).make(label, draws)
    assert found in labels or found == label.swapcase() or slow.distance(label, found) <= 1
