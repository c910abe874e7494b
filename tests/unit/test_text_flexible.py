"""Free order of lines: the figures of the paper and the check values of the reference, and the slow twin."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_eval.kernels import flexible as kernel
from ocr_eval.text.distance import Edits
from ocr_eval.text.flexible import SETTINGS, accuracy, flexible_edits
from tests.oracles import page as slow

QUOTE = '"I have/no special/talent./I am only/passionately/curious."/Albert/Einstein'
FROGS = "Eight happy frogs"

# gt, prediction ("/" ends a line), hits, substitutions, deletions, insertions
CASES = {
    "lines_moved": ("aaa/bbb/ccc", "ccc/aaa/bbb", 9, 0, 0, 0),
    "a_line_missing": ("aaa/bbb/ccc", "aaa/bbb", 6, 0, 3, 0),
    "two_lines_missing": ("aaa/bbb/ccc", "bbb", 3, 0, 6, 0),
    "two_lines_invented": ("bbb", "aaa/bbb/ccc", 3, 0, 0, 6),
    "more_invented_than_there_is": ("a", "a/bb/ccc", 1, 0, 0, 5),
    "a_line_in_two_parts": ("accc", "a/bb/ccc", 4, 0, 0, 2),
    "a_tail_elsewhere": ("abcd", "ab/e", 2, 0, 2, 1),
    "figure_4_merged_across_columns": (
        f"{FROGS}/scuba dived/Jenny chick flaps/white wings",
        f"{FROGS} Jenny chick flaps/scuba dived white wings",
        *(56, 0, 0, 2),
    ),
    "figure_4_over_segmented": (
        f"{FROGS} scuba dived/Jenny chick flaps white wings",
        f"{FROGS}/Jenny chick flaps/scuba dived/white wings",
        *(56, 0, 2, 0),
    ),
    "figure_4_added_part": (f"{FROGS} scuba dived", f"{FROGS} scuba dived/Jenny chick", 29, 0, 0, 11),
    "figure_3": (
        QUOTE,
        '1 hav/nospecial/talents./I am one/passionate/curiousity."/Alberto/Emstein',
        *(58, 3, 7, 5),
    ),
    "figure_3_name_first": (
        QUOTE,
        'Alberto/Emstein/1 hav/nospecial/talents./I am one/passionate/curiousity."',
        *(58, 3, 7, 5),
    ),
    "figure_3_columns_merged": (
        QUOTE,
        '1 hav/nospecial/talents. Alberto/I am one Emstein/passionate/curiousity."',
        *(58, 4, 6, 6),
    ),
    "both_empty": ("", "//", 0, 0, 0, 0),
    "nothing_read": ("ab/c", "", 0, 0, 3, 0),
    "nothing_to_read": ("", "ab", 0, 0, 0, 2),
}


@pytest.mark.parametrize("name", CASES)
def test_free_order_of_lines(name: str) -> None:
    gt, pred, *expected = CASES[name]
    assert flexible_edits(gt.replace("/", "\n"), pred.replace("/", "\n")) == Edits(*expected)


def test_accuracy_is_one_less_the_edits_per_character() -> None:
    assert accuracy(Edits(2, 0, 2, 1)) == 1 - 3 / 4
    assert accuracy(Edits(3, 0, 0, 6)) == 1 - 6 / 3
    assert accuracy(Edits(0, 0, 0, 0)) == 1
    assert accuracy(Edits(0, 0, 0, 4)) == -4


def test_a_page_beyond_the_budget_has_none_whatever_the_machine() -> None:
    gt, pred = "one line\nand another", "and other\none lime"
    assert flexible_edits(gt, pred, steps=100) is None
    assert flexible_edits(gt, pred) is not None


def test_a_line_of_a_hundred_thousand_characters() -> None:
    line = "ab" * 50_000
    assert flexible_edits(line, line + "\nc", steps=10**12) == Edits(100_000, 0, 0, 1)


LINE = st.text("ab c", max_size=7)
TEXT = st.lists(LINE, max_size=4).map("\n".join)


@given(LINE.filter(bool), LINE.filter(bool))
def test_the_best_piece_is_the_slow_twins(gt: str, pred: str) -> None:
    longest = max(len(gt), len(pred))
    points = [np.array([ord(c) for c in text], np.float64) for text in (gt, pred)]
    inputs = [kernel.read_only(side, np.float64) for side in points]
    found = np.zeros(kernel.FIELDS, np.int64)
    work, ends = np.zeros((4, longest + 2)), np.zeros(longest + 2)
    kernel.best_piece(*inputs, work, ends, np.zeros(128, np.int64), np.zeros(longest + 2, np.int64), found)
    twin = slow.piece(gt, pred)
    weight, edits, start, size, other, other_size = found.tolist()
    assert (weight, edits) == (twin.weight, twin.weight - twin.substitutions)
    assert ((start, start + size), (other, other + other_size)) == (twin.gt, twin.pred)


SOME = [(15, 0, 0, 0), (20, 3, 1, 2), (25, 21, 3, 5), (30, 0, 3, 0), (15, 6, 2, 5)]


@given(TEXT, TEXT)
def test_single_settings_are_the_slow_twins(gt: str, pred: str) -> None:
    from ocr_eval.text.flexible import _lines, _packed

    a, b = _lines(gt), _lines(pred)
    if a and b:
        for setting in SOME:
            found = kernel.counts(*_packed(a), *_packed(b), np.array([setting], np.int64), 10**9)
            assert tuple(found[0].tolist()) == slow.one_setting(gt, pred, setting)


def test_there_are_768_settings_the_last_factor_first() -> None:
    assert [len(values) for values in SETTINGS] == [4, 8, 4, 6]


def fewest(short: str, long: str) -> int:
    """Sellers' table: a match may begin and end anywhere in ``long``."""
    column = list(range(len(short) + 1))
    least = column[-1]
    for letter in long:
        new = [0]
        for i, mine in enumerate(short, 1):
            new.append(min(column[i - 1] + (mine != letter), column[i] + 1, new[i - 1] + 1))
        column = new
        least = min(least, column[-1])
    return least


@pytest.mark.parametrize("size", [1, 2, 63, 64, 65, 127, 128, 129, 200])
def test_bit_masks_find_the_fewest_edits_of_any_stretch(size: int) -> None:
    draw = random.Random(size)
    for _ in range(20):
        short = "".join(draw.choices("abcd", k=size))
        long = "".join(c if draw.random() < 0.8 else draw.choice("abcd") for c in short)
        long = "".join(draw.choices("abcd", k=draw.randrange(40))) + long + "a" * draw.randrange(5)
        sides = (
            kernel.read_only(np.array([ord(c) - 97 for c in text]), np.float64) for text in (short, long)
        )
        masks, room = np.ones((size + 1, size // 64 + 1), np.uint64), np.zeros(4, np.int64)
        found = kernel.least_edits(*sides, room, masks, masks[0].copy(), masks[0].copy())
        assert (found, room.any()) == (fewest(short, long), False)
