"""Joint units of several annotators: chains, ties, duplicates, annotators without instances, any order."""

from __future__ import annotations

import random
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_eval.agreement.joint import joint_units, overlaps
from ocr_eval.tables.instances import Instances
from tests.tables import Word, box, table


def annotation(*words: Word) -> Instances:
    return table({"img_1": words}, role="gt")


def texts(tables: list[Instances], **arguments: object) -> list[tuple[str | None, ...]]:
    """The texts of every unit, annotator by annotator."""
    found = joint_units(tables, **arguments)  # type: ignore[arg-type]
    return [
        tuple(None if k < 0 else made.texts[k] for made, k in zip(tables, row, strict=True))
        for row in found.member.tolist()
    ]


def test_three_annotators_of_two_words() -> None:
    a = annotation(Word((0, 0, 100, 20), "a1"), Word((0, 50, 100, 70), "a2"))
    b = annotation(Word((0, 51, 100, 71), "b2"), Word((1, 0, 101, 20), "b1"))
    c = annotation(Word((0, 1, 100, 21), "c1"))
    assert texts([a, b, c]) == [("a1", "b1", "c1"), ("a2", "b2", None)]
    assert joint_units([a, b, c]).size.tolist() == [3, 2]


def test_a_chain_is_not_one_unit() -> None:
    # IoU of neighbours 70/130 > .5, of the ends 40/160
    a, b, c = (annotation(Word((x, 0, x + 100, 20), name)) for x, name in ((0, "a"), (30, "b"), (60, "c")))
    assert overlaps(a, c, 0.5)[0].tolist() == []
    found = texts([a, b, c])
    assert sorted(len([t for t in unit if t]) for unit in found) == [1, 2]


def test_the_largest_iou_goes_first() -> None:
    a = annotation(Word((0, 0, 100, 20), "a"))
    b = annotation(Word((20, 0, 120, 20), "far"), Word((5, 0, 105, 20), "near"))
    assert texts([a, b]) == [("a", "near"), (None, "far")]


def test_iou_of_exactly_one_half_is_apart() -> None:
    a, b = annotation(Word((0, 0, 20, 20), "a")), annotation(Word((0, 0, 40, 20), "b"))
    assert texts([a, b]) == [("a", None), (None, "b")]
    assert texts([a, b], threshold=0.49) == [("a", "b")]


def test_duplicates_join_by_their_texts() -> None:
    a = annotation(Word((0, 0, 9, 9), "y"), Word((0, 0, 9, 9), "x"))
    b = annotation(Word((0, 0, 9, 9), "x"), Word((0, 0, 9, 9), "y"))
    assert texts([a, b]) == [("x", "x"), ("y", "y")]


def test_dont_care_instances_take_part_when_asked() -> None:
    a = annotation(Word((0, 0, 9, 9), "###"), Word((20, 0, 29, 9), "a"))
    b = annotation(Word((0, 0, 9, 9), "b"), Word((20, 0, 29, 9), "a"))
    assert texts([a, b]) == [(None, "b"), ("a", "a")]
    assert texts([a, b], care_only=False) == [("###", "b"), ("a", "a")]


def test_annotators_without_instances_and_none_at_all() -> None:
    empty, one = annotation(), annotation(Word((0, 0, 9, 9), "a"))
    assert texts([empty, one, empty, one]) == [(None, "a", None, "a")]
    assert texts([empty, empty]) == []
    with pytest.raises(ValueError, match="image axes"):
        joint_units([one, table({"img_2": []})])


def test_pairs_at_hand_are_not_computed_again() -> None:
    a, b = annotation(Word((0, 0, 9, 9), "a")), annotation(Word((0, 0, 9, 9), "b"))
    nothing = np.zeros(0, np.int64)
    assert texts([a, b], known={(0, 1): (nothing, nothing, np.zeros(0))}) == [("a", None), (None, "b")]


BOXES = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 3), st.integers(4, 9), st.sampled_from("xy")), max_size=4
)


@settings(max_examples=60, deadline=None)
@given(st.lists(BOXES, min_size=2, max_size=4), st.randoms(use_true_random=False))
def test_units_are_complete_links_in_any_order(
    drawn: list[list[tuple[int, int, int, str]]], order: random.Random
) -> None:
    def made(boxes: list[tuple[int, int, int, str]], shuffle: bool) -> Instances:
        words = []
        for x, y, width, text in boxes:
            ring = box(x, y, x + width, y + 6)
            turn = 2 * order.randrange(4) if shuffle else 0
            words.append(Word(ring[turn:] + ring[:turn], text))
        if shuffle:
            order.shuffle(words)
        return annotation(*words)

    tables = [made(boxes, False) for boxes in drawn]
    found = joint_units(tables)
    links = {
        (i, a, j, b)
        for i, j in combinations(range(len(tables)), 2)
        for a, b in zip(*(side.tolist() for side in overlaps(tables[i], tables[j], 0.5)[:2]), strict=True)
    }
    for row in found.member.tolist():
        own = [(k, instance) for k, instance in enumerate(row) if instance >= 0]
        assert all((*one, *other) in links for one, other in combinations(own, 2))
    for k, one in enumerate(tables):
        assert sorted(x for x in found.member[:, k].tolist() if x >= 0) == list(range(len(one)))
    other = joint_units([made(boxes, True) for boxes in drawn])
    assert other.size.tolist() == found.size.tolist()
    again = texts([made(boxes, True) for boxes in drawn])
    assert again == texts(tables)
