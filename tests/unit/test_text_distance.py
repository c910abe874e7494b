"""Distances and alignments of code points, words and graphemes."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from ocr_eval.text.distance import Edits, alignment, blocks, distance, distances, edit_lines
from tests.oracles import text as slow

CASES: list[tuple[Sequence[str], Sequence[str], Edits]] = [
    ("", "", Edits(0, 0, 0, 0)),
    ("abc", "", Edits(0, 0, 3, 0)),
    ("", "ab", Edits(0, 0, 0, 2)),
    ("kitten", "sitting", Edits(4, 2, 0, 1)),
    ("form", "from", Edits(3, 0, 1, 1)),  # a transposition costs 2
    (["a", "bc"], ["a", "bd"], Edits(1, 1, 0, 0)),
    (["bc", "b"], "b", Edits(1, 0, 1, 0)),  # a string is the sequence of its code points
    ("𠮷野家", "吉野家", Edits(2, 1, 0, 0)),
]


@pytest.mark.parametrize(("gt", "pred", "expected"), CASES)
def test_a_pair_has_the_edits(gt: Sequence[str], pred: Sequence[str], expected: Edits) -> None:
    assert alignment(gt, pred) == expected
    assert distance(gt, pred) == expected.distance == slow.distance(gt, pred)


def test_distances_go_pair_by_pair() -> None:
    assert distances(["ab", "", ["x", "yz"]], ["ab", "abc", ["yz"]]) == [0, 3, 1]


def test_sides_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="shorter"):
        distances(["a"], [])


@pytest.mark.parametrize("size", [0, 1, 2, 63, 64, 65, 127, 128, 129])
@pytest.mark.parametrize("alphabet", ["ab", "aé\u0301", "𠮷🇰가"])
def test_distance_is_the_slow_twins_at_word_boundaries(size: int, alphabet: str) -> None:
    rng = random.Random(size)
    for extra in (0, 1, 5):
        gt = "".join(rng.choices(alphabet, k=size))
        pred = "".join(rng.choices(alphabet, k=size + extra))
        for a, b in ((gt, pred), ("xx" + gt + "y", "xx" + pred + "y")):
            expected = slow.distance(a, b)
            assert distance(a, b) == distance(b, a) == distance([*a], [*b]) == expected
            assert alignment(a, b).distance == expected


@pytest.mark.parametrize("errors", [0, 1, 40, 400, 1500])
def test_a_long_text_has_the_errors_put_into_it(errors: int) -> None:
    """The expected distance handed to the library changes the speed only."""
    rng = random.Random(errors)
    gt = [chr(rng.randrange(0x4E00, 0x9FA5)) for _ in range(1500)]
    pred = list(gt)
    for k in rng.sample(range(1500), errors):
        pred[k] = "!"
    assert distance("".join(gt), "".join(pred)) == errors == alignment(gt, pred).substitutions


def test_substitutions_are_within_what_any_best_alignment_has() -> None:
    rng = random.Random(3)
    ambiguous = 0
    for _ in range(300):
        gt, pred = ("".join(rng.choices("abc", k=rng.randint(0, 9))) for _ in range(2))
        low, high = slow.substitution_range(gt, pred)
        edits = alignment(gt, pred)
        ambiguous += low < high
        assert low <= edits.substitutions <= high
        assert edits.distance == slow.distance(gt, pred)
        assert (
            edits.hits + edits.substitutions + edits.deletions,
            edits.hits + edits.substitutions + edits.insertions,
        ) == (
            len(gt),
            len(pred),
        )
    assert ambiguous > 10


def test_blocks_cover_both_texts() -> None:
    gt, pred = "the quick fox", "teh quick  box!"
    found = blocks(gt, pred)
    assert "".join(gt[b.gt_start : b.gt_end] for b in found) == gt
    assert "".join(pred[b.pred_start : b.pred_end] for b in found) == pred
    assert blocks("same", "same") == [("equal", 0, 4, 0, 4)]
    assert blocks("", "") == []


def test_edits_are_told_in_words() -> None:
    assert edit_lines("abcd", "xbc\u202e") == (
        "1 substitution at 0: 'a' read as 'x'",
        "1 substitution at 3: 'd' read as '\\u202e'",
    )
    assert edit_lines(["ab", "c", "d"], ["d"]) == ("2 deletions at 0: 'abc' not read",)
    assert edit_lines("c", "cdd") == ("2 insertions at 1: 'dd' is not in the ground truth",)
