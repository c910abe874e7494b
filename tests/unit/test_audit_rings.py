"""Rings that checkers see otherwise: what each kind of suspect looks like, in boxes small enough to check by hand."""

from __future__ import annotations

import numpy as np
import pytest

from ocr_eval.audit.checkers import Checker, canonical_gt, checker_of, view
from ocr_eval.audit.geometry import ring_scores, ring_suspects
from ocr_eval.audit.overlooked import overlooked, read_dont_cares
from ocr_eval.audit.result import Audit
from ocr_eval.errors import InputError
from ocr_eval.tables.instances import Instances
from tests.tables import Word, table

A, B, FAR = (0, 0, 40, 20), (44, 0, 84, 20), (200, 100, 240, 120)
BOTH = (0, 0, 84, 20)


def truth(*words: Word) -> Instances:
    return canonical_gt(table({"img_1": words}, role="gt"))


def checker(name: str, gt: Instances, *words: Word, confidence: bool = False) -> Checker:
    return checker_of(gt, name, [(None, table({"img_1": words}, confidence=confidence))], {})


def kinds(gt: Instances, *checkers: Checker) -> list[tuple[str, int | None]]:
    views = [view(gt, each) for each in checkers]
    return [(s.kind, s.instance) for s in [*ring_suspects(gt, views), *overlooked(gt, views)]]


def test_a_label_that_everybody_matches_is_no_suspect() -> None:
    gt = truth(Word(A, "one"), Word(B, "two"))
    assert kinds(gt, *(checker(n, gt, Word(A, "one"), Word(B, "two")) for n in "xyz")) == []


def test_a_label_that_nobody_has_is_spurious_and_a_shifted_one_is_misplaced() -> None:
    gt = truth(Word(A), Word(FAR))
    shifted = (20, 0, 60, 20)  # shares 20 x 20 of 60 x 20 with A: IoU 1/3
    found = checker("x", gt, Word(shifted))
    assert kinds(gt, found) == [("spurious", 1), ("misplaced", 0)]
    score = ring_scores(gt, [view(gt, found)]).score
    assert score == pytest.approx([1 - 1 / 3, 1.0])


def test_two_of_three_checkers_must_miss_a_label() -> None:
    gt = truth(Word(A))
    has, not_there = checker("x", gt, Word(A)), checker("y", gt, Word(FAR))
    assert kinds(gt, has, not_there) == []
    assert kinds(gt, has, not_there, checker("z", gt)) == [("spurious", 0)]


def test_one_label_over_two_words_is_merged_and_gains_the_bonus() -> None:
    gt = truth(Word(BOTH, "one two"))
    found = checker("x", gt, Word(A, "one"), Word(B, "two"))
    assert kinds(gt, found) == [("merged-label", 0)]
    assert ring_scores(gt, [view(gt, found)]).score == pytest.approx([1 - 40 / 84 + 0.5])
    (row,) = Audit.of(gt, [found], seed=1).ring_suspects(5)
    assert (row.suggestion, row.texts) == ("one two", ("one two",))


def test_two_labels_over_one_word_are_split() -> None:
    gt = truth(Word(A, "one"), Word(B, "two"))
    assert kinds(gt, checker("x", gt, Word(BOTH, "onetwo"))) == [("split-label", 0), ("split-label", 1)]


def test_a_grouping_needs_half_of_the_checkers() -> None:
    gt = truth(Word(A, "one"), Word(B, "two"))
    same = [checker(n, gt, Word(A), Word(B)) for n in "xy"]
    assert kinds(gt, *same, checker("z", gt, Word(BOTH))) == []


def test_a_text_that_two_of_three_checkers_found_is_overlooked() -> None:
    gt = truth(Word(A))
    near = (202, 100, 242, 120)  # IoU with FAR: 38 / 42
    found = [
        checker("x", gt, Word(A), Word(FAR, "new", 0.9), confidence=True),
        checker("y", gt, Word(A), Word(near, "nev", 0.4), confidence=True),
        checker("z", gt, Word(A), Word((300, 300, 340, 320), "alone", 1.0), confidence=True),
    ]
    audit = Audit.of(gt, found, seed=1)
    (row,) = audit.ring_suspects(5)
    assert (row.kind, row.instance, row.label, row.suggestion) == ("overlooked", None, None, "new")
    assert row.score == pytest.approx(0.9 + 0.4)
    assert row.ring[:2] == (200, 100)


def test_a_text_under_a_label_or_in_a_dont_care_is_not_overlooked() -> None:
    dont_care = (190, 90, 260, 130)
    gt = truth(Word(A), Word(dont_care, "###"))
    found = checker("x", gt, Word(A), Word(FAR, "inside"), Word((36, 0, 76, 20), "touches A with a tenth"))
    assert kinds(gt, found) == []


def test_a_dont_care_that_two_checkers_read_stands_in_its_own_list() -> None:
    gt = truth(Word(A), Word(FAR, "###"))
    found = [checker(n, gt, Word(A), Word(FAR, "readable")) for n in "xyz"]
    (row,) = read_dont_cares(gt, [view(gt, each) for each in found])
    assert (row.kind, row.instance, row.score) == ("dont-care", 1, 1.5)
    assert kinds(gt, *found) == []


def test_images_without_a_file_of_the_checker_say_nothing() -> None:
    gt = canonical_gt(table({"img_1": [Word(A)], "img_2": [Word(A)]}, role="gt"))
    half = checker_of(gt, "x", [(None, table({"img_1": [Word(A)]}))], {})
    empty = checker_of(gt, "x", [(None, table({"img_1": [Word(A)], "img_2": []}))], {})
    assert kinds(gt, half) == []
    assert kinds(gt, empty) == [("spurious", 1)]


def test_a_checker_judges_with_each_file_only_the_images_it_was_not_trained_on() -> None:
    gt = canonical_gt(table({"img_1": [Word(A, "right")], "img_2": [Word(A, "right")]}, role="gt"))
    parts = {
        fold: table({"img_1": [Word(A, f"{fold}1")], "img_2": [Word(A, f"{fold}2")]}) for fold in ("a", "b")
    }
    folds = {"img_1": "a", "img_2": "b"}
    found = checker_of(gt, "x", list(parts.items()), folds)
    assert (found.texts, found.dropped, found.asked.tolist()) == (("a1", "b2"), 2, [True, True])
    only = checker_of(gt, "x", [("a", parts["a"])], folds)
    assert (only.texts, only.dropped, only.asked.tolist()) == (("a1",), 1, [True, False])
    with pytest.raises(InputError, match="no image is in fold 'c'"):
        checker_of(gt, "x", [("c", parts["a"])], folds)


def test_names_and_the_order_of_checkers_and_files_change_no_row() -> None:
    gt = truth(Word(A, "one"), Word(B, "two"), Word(FAR, "three"))
    said = {
        "p": [Word(A, "ona"), Word(B, "two")],
        "q": [Word(B, "tvo"), Word(A, "ona")],
        "r": [Word(A, "one")],
    }
    forward = Audit.of(gt, [checker(n, gt, *words) for n, words in said.items()], seed=3)
    backward = Audit.of(
        gt, [checker(n.upper(), gt, *words[::-1]) for n, words in reversed(said.items())], seed=3
    )
    for most in (1, 9):
        assert forward.text_suspects(most) == backward.text_suspects(most)
        assert forward.ring_suspects(most) == backward.ring_suspects(most)
    assert np.array_equal(forward.ranking.stack, backward.ranking.stack)
