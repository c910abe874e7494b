"""The PopEval study: each question on pages small enough to answer by hand; correlations against their definitions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_eval.protocols import protocol
from ocr_eval.stats.correlation import midranks, pearson, spearman
from ocr_eval.study.evidence import evidence
from ocr_eval.study.popeval import answers
from ocr_eval.study.ratings import Rating, correlation, mean_ratings, weighted_midranks, weighted_pearson
from tests.command import validate
from tests.tables import Word, table

LEFT, RIGHT, WHOLE = (0, 0, 10, 4), (10, 0, 20, 4), (0, 0, 20, 4)


def asked(gts, preds, **options):
    """The answers for one prediction called ``it``."""
    found = evidence(table(gts, role="gt"), {"it": table(preds)}, [], **options)
    return answers(found, seed=1)


def test_letters_in_another_order_are_permuted_and_popeval_does_not_see_it() -> None:
    body = asked({"a": [Word(WHOLE, "listen")]}, {"a": [Word(WHOLE, "silent")]})
    (row,) = body["order"]
    assert (row["matched"], row["equal"], row["permuted"]) == (1, 0, 1)
    # "listen" and "silent" have all 6 letters in common and "sen" (also "len", "lien"[no]) … 3 in a common order.
    assert (row["shared"], row["in_order"]) == (6, 3)
    assert row["permuted_share"]["value"] == 1 and row["out_of_order_share"]["value"] == (6 - 3) / 6
    assert row["popeval"] == 1 and row["one_minus_ned_matched"] == pytest.approx(1 - 4 / 6)
    assert row["anagram_gap"] == pytest.approx(1 - (1 - 4 / 6))
    assert row["examples"] == [["a", "listen", "silent"]]


def test_a_wrong_letter_is_no_permutation() -> None:
    (row,) = asked({"a": [Word(WHOLE, "word")]}, {"a": [Word(WHOLE, "worn")]})["order"]
    assert (row["matched"], row["permuted"], row["shared"], row["in_order"]) == (1, 0, 3, 3)


def test_case_counts_as_another_letter_as_in_popeval() -> None:
    (row,) = asked({"a": [Word(WHOLE, "Ab")]}, {"a": [Word(WHOLE, "bA")]})["order"]
    assert row["permuted"] == 1
    (row,) = asked({"a": [Word(WHOLE, "Ab")]}, {"a": [Word(WHOLE, "ba")]})["order"]
    assert row["permuted"] == 0


def test_a_word_in_two_pieces_is_two_splits_and_two_words_in_one_are_two_merges() -> None:
    (row,) = asked({"a": [Word(WHOLE, "forward")]}, {"a": [Word(LEFT, "for"), Word(RIGHT, "ward")]})[
        "structure"
    ]
    assert (row["split"], row["n_det"], row["merge"], row["n_gt"]) == (2, 2, 0, 1)
    (row,) = asked({"a": [Word(LEFT, "for"), Word(RIGHT, "ward")]}, {"a": [Word(WHOLE, "forward")]})[
        "structure"
    ]
    assert (row["split"], row["n_det"], row["merge"], row["n_gt"]) == (0, 1, 2, 2)


def test_a_ground_truth_of_characters_is_compared_with_one_of_words() -> None:
    words = {"a": [Word(WHOLE, "ab")]}
    characters = table({"a": [Word(LEFT, "a"), Word(RIGHT, "b")]}, role="gt")
    # A prediction of the left half only: on words both letters can go, on characters only those it is in contact with
    # (the right character touches it).
    body = asked(words, {"a": [Word((0, 0, 9, 4), "ab")]}, characters=characters)
    (row,) = body["granularity"]
    assert (row["words"]["removed"], row["characters"]["removed"]) == (2, 1)
    assert row["words"]["value"] == 1 and row["characters"]["value"] == 2 * 1 / (2 + 2)
    assert row["difference"]["value"] == 1 / 2
    assert asked(words, {"a": []})["granularity"] is None


def test_the_bound_shows_what_greed_leaves() -> None:
    # Both gts share "a" with the first prediction; the second gt has no other. Contacts by touching.
    gts = {"a": [Word((0, 0, 10, 4), "ab"), Word((10, 0, 20, 4), "a")]}
    preds = {"a": [Word((5, 0, 15, 4), "a"), Word((0, 0, 4, 4), "ab")]}
    (row,) = asked(gts, preds)["bound"]
    assert row["removed"] <= row["optimum"] == 3
    assert row["gap"] == row["optimum"] - row["removed"]


def test_protocols_that_cannot_count_the_input_are_named_not_dropped() -> None:
    gts, preds = {"a": [Word(WHOLE, "x")]}, {"a": [Word(WHOLE, "x")]}
    lexicon = protocol("rrc-e2e(lexicon=drop)")
    found = evidence(table(gts, role="gt"), {"it": table(preds)}, [protocol("rrc-iou"), lexicon])
    body = answers(found, seed=1)
    assert [row["protocol"] for row in body["protocols"]] == ["popeval", "cascade", "rrc-iou"]
    assert [row["protocol"] for row in body["left_out"]] == [repr(lexicon)]
    validate(body, "study")


def test_ranks_between_protocols_say_who_moves() -> None:
    # "pieces" finds the letters but no word, "half" finds one word of two: popeval and cascade order them differently.
    gts = {f"img_{k}": [Word(WHOLE, "forward"), Word((0, 10, 20, 14), "on")] for k in range(25)}
    pieces = {k: [Word(LEFT, "for"), Word(RIGHT, "ward")] for k in gts}
    half = {k: [Word((0, 10, 20, 14), "on")] for k in gts}
    found = evidence(table(gts, role="gt"), {"pieces": table(pieces), "half": table(half)}, [])
    body = answers(found, seed=1)
    (row,) = body["ranks"]
    assert (row["a"], row["b"], row["tau_b"]) == ("popeval", "cascade", -1)
    assert sorted(row["movers"]) == [["half", 2, 1], ["pieces", 1, 2]]
    validate(body, "study")


def test_one_prediction_has_no_ranks() -> None:
    assert asked({"a": [Word(WHOLE, "x")]}, {"a": []})["ranks"] == []


def test_ratings_of_several_people_are_averaged_and_correlated_per_sample() -> None:
    gts = {f"img_{k}": [Word(WHOLE, "abcd")] for k in range(30)}
    preds = {name: [Word(WHOLE, "abcd"[: k % 5])] for k, name in enumerate(gts)}
    found = evidence(table(gts, role="gt"), {"it": table(preds)}, [])
    ratings = [Rating("it", name, float(k % 5)) for k, name in enumerate(gts)]
    ratings += [Rating("it", name, float(k % 5) + 2) for k, name in enumerate(gts)]
    body = answers(found, seed=1, ratings=ratings)
    told = body["ratings"]
    assert (told["ratings"], told["rated"]) == (60, 30)
    recall = next(r for r in told["correlations"] if (r["protocol"], r["metric"]) == ("popeval", "recall"))
    assert recall["pearson"]["value"] == pytest.approx(1) and recall["spearman"]["value"] == pytest.approx(1)
    assert recall["items"] == 30
    validate(body, "study")


def test_a_metric_without_a_value_on_a_sample_leaves_it_out() -> None:
    scores = {("it", "a"): 1.0, ("it", "b"): float("nan"), ("it", "c"): 0.0}
    found = correlation(scores, {("it", "a"): 5.0, ("it", "b"): 3.0, ("it", "c"): 1.0}, seed=1)
    assert found.items == 2 and found.pearson == pytest.approx(1)
    nothing = correlation({}, {("it", "a"): 1.0}, seed=1)
    assert (nothing.items, nothing.pearson, nothing.pearson_interval.lo) == (0, None, None)


def test_means_are_over_people_not_over_samples() -> None:
    found = mean_ratings([Rating("p", "a", 1), Rating("p", "a", 4), Rating("p", "b", 2)])
    assert found == {("p", "a"): (1 + 4) / 2, ("p", "b"): 2}


VALUES = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 3)), min_size=2, max_size=7)


@settings(max_examples=80, deadline=None)
@given(VALUES)
def test_weights_are_the_same_as_repeating_the_items(items: list[tuple[int, int, int]]) -> None:
    x, y, times = (np.array(column, np.float64) for column in zip(*items, strict=True))
    weights = times[None, :]
    if times.sum() == 0:
        return
    repeated = [np.repeat(side, times.astype(int)) for side in (x, y)]
    ranks = weighted_midranks(x, weights)[0]
    there = times > 0
    expected = midranks(repeated[0].tolist())
    assert ranks[there].tolist() == [expected[repeated[0] == value][0] for value in x[there]]
    ours = weighted_pearson(x[None], y[None], weights)[0]
    known = pearson(*repeated)
    assert np.isnan(ours) if known is None else ours == pytest.approx(known, abs=1e-12)
    both = [weighted_midranks(side, weights) for side in (x, y)]
    ours, known = weighted_pearson(*both, weights)[0], spearman(*(side.tolist() for side in repeated))
    assert np.isnan(ours) if known is None else ours == pytest.approx(known, abs=1e-12)
