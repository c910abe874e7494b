"""Guideline cases: leverage as arithmetic, several pairs of annotators, intervals, order and examples."""

from __future__ import annotations

import numpy as np
import pytest

from ocr_eval.agreement.cases import (
    Occurrence,
    Resolved,
    Score,
    StructureUnit,
    TextPair,
    resolve,
    structure_cases,
    text_cases,
)
from ocr_eval.agreement.leverage import leverage, spread_examples
from ocr_eval.agreement.user_rules import user_rule


def score(*rows: tuple[int, int], groups: tuple[str | None, ...] | None = None) -> Score:
    """One pair of annotators, (agreed, size) per image."""
    table = np.array(rows, np.int64).reshape(-1, 2)
    images = tuple(f"img_{k}" for k in range(len(rows)))
    return Score(images, ("R1-R2",), table[:, :1], table[:, 1:], groups)


def test_a_text_class_counts_as_equal() -> None:
    now = score((1, 6), (2, 4))
    texts = [
        TextPair(0, 0, 0, "a", "a"),
        TextPair(0, 0, 1, "sale", "SALE"),
        TextPair(0, 0, 2, "x", "X", counts=False),
        TextPair(0, 1, 3, "b", "b"),
        TextPair(0, 1, 4, "$8.", "$8."),
    ]
    (case,) = leverage(now, text_cases(now, texts), seed=0)
    assert (case.kind, case.name, case.units, case.scored, case.images) == ("text", "case", 2, 1, 1)
    assert case.leverage == pytest.approx(100 * (2 * 4 / 10 - 2 * 3 / 10))
    assert case.normalised == 2 * 4 / 10
    assert (case.lo, case.hi) == (None, None)  # two images
    assert (
        case.notice is not None and case.notice.code == "W_FEW_SAMPLES" and "2 images" in case.notice.message
    )
    assert case.examples == (1, 2)


def test_normalising_all_texts_also_joins_units_of_other_classes() -> None:
    now = score((0, 8))
    texts = [
        TextPair(0, 0, 0, "a b", "ab"),
        TextPair(0, 0, 1, "A b", "ab"),
        TextPair(0, 0, 2, "C", "c"),
        TextPair(0, 0, 3, "!", "?"),
    ]
    found = {case.name: case for case in leverage(now, text_cases(now, texts), seed=0)}
    assert {name: case.normalised for name, case in found.items()} == {
        "space": 2 * 1 / 8,
        "case": 2 * 1 / 8,
        "case+space": 2 * 3 / 8,
        "substitution": None,
    }
    assert all(case.leverage == pytest.approx(100 * 2 / 8) for case in found.values())


def test_a_rule_of_the_user_is_a_case_of_its_own() -> None:
    now = score((0, 4))
    texts = [TextPair(0, 0, 0, "<s>a</s>", "a"), TextPair(0, 0, 1, "<s>B</s>", "b")]
    found = text_cases(now, texts, [user_rule("strike", "</?s>")])
    assert [(case.kind, case.name) for case in found] == [
        ("user-rule", "case+strike"),
        ("user-rule", "strike"),
    ]


def test_a_split_word_becomes_one_unit_on_both_sides() -> None:
    # A has one instance, B two; nothing agrees. Then: one against one, equal without white space.
    now = score((3, 9))
    only = StructureUnit(0, 0, 7, "split", members_a=1, members_b=2, agreed=0, same_text=True)
    (case,) = leverage(now, structure_cases(now, [only]), seed=0)
    assert (case.kind, case.name, case.examples) == ("structure", "split, granularity only", (7,))
    assert case.leverage == pytest.approx(100 * (2 * 4 / 8 - 2 * 3 / 9))
    text = only._replace(same_text=False, agreed=1)
    (case,) = leverage(now, structure_cases(now, [text]), seed=0)
    assert case.name == "split, granularity and text"
    assert case.leverage == pytest.approx(100 * (2 * 2 / 8 - 2 * 3 / 9))  # below zero: one agreed, then none


def test_the_mean_over_pairs_of_annotators() -> None:
    agreed, size = np.array([[1, 2, 0]], np.int64), np.array([[4, 5, 0]], np.int64)
    now = Score(("img_1",), ("R1-R2", "R1-R3", "R2-R3"), agreed, size)
    assert now.value() == pytest.approx((2 / 4 + 4 / 5) / 2)  # the last pair has no instances
    (case,) = leverage(now, [resolve(now, "text", "case", [Occurrence(0, 0, 0, agreed=1)])], seed=0)
    assert case.leverage == pytest.approx(100 * (2 * 1 / 4) / 2)
    assert case.pairs == 1


def test_no_instances_no_leverage() -> None:
    now = score((0, 0))
    assert now.value() is None and score().value() is None
    (case,) = leverage(now, [Resolved("text", "case", now.agreed, now.size, ())], seed=0)
    assert case.leverage is None and case.notice is not None and case.notice.code == "W_UNDEFINED"


def test_intervals_hold_the_leverage_and_do_not_depend_on_the_other_cases() -> None:
    drawn = np.random.default_rng(1)
    size = drawn.integers(10, 30, 60)
    now = score(*((int(n // 3), int(n)) for n in size))
    many = resolve(now, "text", "case", [Occurrence(0, k, k, agreed=1) for k in range(0, 60, 2)])
    few = resolve(now, "text", "punct", [Occurrence(0, k, k, agreed=1) for k in (1, 3, 5)])
    both = leverage(now, [few, many], seed=5)
    assert [case.name for case in both] == ["case", "punct"]
    assert leverage(now, [many], seed=5) == both[:1]
    assert leverage(now, [many], seed=6) != both[:1]
    for case in both:
        assert case.lo is not None and case.leverage is not None and case.hi is not None
        assert case.lo < case.leverage < case.hi
    grouped = Score(now.images, now.pairs, now.agreed, now.size, tuple(f"doc{k // 2}" for k in range(60)))
    (other,) = leverage(grouped, [many], seed=5)
    assert other.leverage == both[0].leverage and (other.lo, other.hi) != (both[0].lo, both[0].hi)


def test_few_documents_have_no_interval_however_many_their_pages() -> None:
    groups = tuple(f"doc{k % 19}" for k in range(60))
    now = score(*[(1, 4)] * 60, groups=groups)
    (case,) = leverage(now, [resolve(now, "text", "case", [Occurrence(0, 0, 0, agreed=1)])], seed=5)
    assert case.lo is None and case.notice is not None and "19 groups" in case.notice.message


def test_equal_leverage_is_ordered_by_images_units_and_name() -> None:
    now = score((0, 20), (0, 20))

    def case(name: str, *where: tuple[int, bool]) -> Resolved:
        found = [Occurrence(0, image, k, int(scored), 0, scored) for k, (image, scored) in enumerate(where)]
        return resolve(now, "text", name, found)

    one_image = case("a", (0, True), (0, True))
    two_images = case("b", (0, True), (1, True))
    third = case("c", (0, True), (0, True))
    loose = case("d", (0, True), (0, True), (1, False))
    found = leverage(now, [third, one_image, loose, two_images], seed=0)
    assert [case.name for case in found] == ["b", "d", "a", "c"]


def test_examples_spread_over_images_and_follow_the_seed() -> None:
    images = [f"img_{k}" for k in range(30)]
    found = [Occurrence(0, k // 3, k) for k in range(60)]
    chosen = spread_examples(images, found, seed=1)
    assert len(chosen) == 10 == len({unit // 3 for unit in chosen})
    assert chosen == spread_examples(images, found[::-1], seed=1) != spread_examples(images, found, seed=2)
    assert spread_examples(images, found[:3], seed=1) == (0, 1, 2)
    assert len(spread_examples(images, found[:6], seed=1, count=4)) == 4
    assert spread_examples(images, [], seed=1) == ()
    # Another image more does not exchange the order of those that were there.
    longer = spread_examples([*images, "new"], [*found, Occurrence(0, 30, 99)], seed=1, count=21)
    assert [unit for unit in longer if unit != 99] == list(spread_examples(images, found, seed=1, count=20))
