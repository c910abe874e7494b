"""popeval on generated pages: equal to its slow twin under every option, and what must hold for any page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_eval.engine.local import Job, count, explain
from ocr_eval.protocols import parameters
from ocr_eval.protocols.end_to_end.popeval import PopEval
from ocr_eval.tables.counts import Counts
from tests.oracles import character_flow as flow_twin
from tests.oracles import popeval as twin
from tests.properties import pages as generated
from tests.properties.pages import POLYGONS, Page, data_sets, draws, tables
from tests.tables import Word, table

# A small grid makes touching, equal and contained rings, tied shares and exactly half covered areas common.
CORNER, SIDE = st.integers(0, 8), st.integers(1, 6)
BOXES = st.tuples(CORNER, CORNER, SIDE, SIDE).map(
    lambda b: [b[0], b[1], b[0] + b[2], b[1], b[0] + b[2], b[1] + b[3], b[0], b[1] + b[3]]
)
NOTCHED = st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(2, 4)).map(
    lambda b: [
        b[0],
        b[1],
        b[0] + 2 * b[2],
        b[1],
        b[0] + 2 * b[2],
        b[1] + 1,
        b[0] + 1,
        b[1] + 1,
        b[0] + 1,
        b[1] + 9,
        b[0],
        b[1] + 9,
    ]
)
POINTS = st.tuples(st.integers(0, 7), st.integers(0, 7))
ANY_RING = st.lists(POINTS, min_size=3, max_size=7).map(lambda points: [c for point in points for c in point])
RINGS = st.one_of(BOXES, BOXES, NOTCHED)
TEXTS = st.sampled_from(["a", "ab", "aab", "Ab", "bc", "cab", "", "abcabc", "ß", "A#"])


CHARACTERS = ("a", "ab", "aab", "Ab", "bc", "cab", "abcabc", "ß", "A#")


def pages(rings: st.SearchStrategy[list[int]]) -> st.SearchStrategy[tuple[list[Word], list[Word]]]:
    return st.tuples(
        st.lists(st.builds(Word, rings, st.one_of(TEXTS, TEXTS, st.just("###"))), max_size=6),
        st.lists(st.builds(Word, rings, TEXTS), max_size=6),
    )


RULES = st.builds(
    lambda variant, ties, **rest: PopEval(
        variant=variant, ties="all" if variant == "paper" else ties, **rest
    ),
    variant=st.sampled_from(["code", "code", "paper"]),
    vertices=st.sampled_from(["all", "first4"]),
    hull=st.booleans(),
    case=st.sampled_from(["sensitive", "lower"]),
    touch=st.booleans(),
    ties=st.sampled_from(["all", "first", "reciprocal"]),
    dont_care=st.sampled_from(["precision", "iou", "none"]),
)


def counted(
    gts: Sequence[Word], preds: Sequence[Word], rule: PopEval | str = "popeval", **settings: Any
) -> Counts:
    settings = {"invalid_polygons": "official"} | settings
    return count(table({"img_1": gts}, role="gt"), table({"img_1": preds}), protocol=rule, **settings)


def row(counts: Counts) -> dict[str, int]:
    return dict(zip(counts.columns, counts.rows[0].tolist(), strict=True))


def slow(words: Sequence[Word], *, gt: bool) -> list[twin.Word]:
    return [
        twin.Word(tuple(zip(w.ring[::2], w.ring[1::2], strict=True)), w.text, not (gt and w.text == "###"))
        for w in words
    ]


@pytest.mark.parametrize("kernels", ["numpy", "numba"])
@settings(max_examples=150, deadline=None)
@given(page=pages(RINGS), rule=RULES)
def test_equals_the_slow_twin_under_every_option(
    kernels: str, page: tuple[list[Word], list[Word]], rule: PopEval
) -> None:
    counts = counted(*page, rule, kernels=kernels)
    found = twin.evaluate(slow(page[0], gt=True), slow(page[1], gt=False), **parameters.values(rule))
    assert counts.rows[0, -4:].tolist() == list(found[1:])
    assert counts.sums is not None
    removed = counts.sums[0, 0] if rule.SUMS else counts["removed"][0]
    # At most 6 x 6 fractions of integers up to 6 are added up.
    assert removed == pytest.approx(found.removed, rel=0, abs=1e-13)


@pytest.mark.parametrize("kernels", ["numpy", "numba"])
@settings(max_examples=150, deadline=None)
@given(page=pages(ANY_RING), rule=RULES.filter(lambda rule: rule.hull))
def test_hulls_of_any_ring_equal_the_slow_twin(
    kernels: str, page: tuple[list[Word], list[Word]], rule: PopEval
) -> None:
    counts = counted(*page, rule, kernels=kernels)
    found = twin.evaluate(slow(page[0], gt=True), slow(page[1], gt=False), **parameters.values(rule))
    assert counts.rows[0, -4:].tolist() == list(found[1:])
    if not rule.SUMS:
        assert counts["removed"][0] == found.removed


@draws
@given(samples=data_sets(generated.pages(POLYGONS, CHARACTERS, empty_texts=True, most=6)), rule=RULES)
def test_rings_of_any_size_equal_the_slow_twin(samples: list[Page], rule: PopEval) -> None:
    sides = tables(samples, confidence=False)
    made = [count(*sides, protocol=rule, kernels=k, invalid_polygons="official") for k in ("numpy", "numba")]
    assert (made[0].rows == made[1].rows).all()
    assert made[0].sums is not None
    for k, (gts, preds) in enumerate(samples):
        found = twin.evaluate(slow(gts, gt=True), slow(preds, gt=False), **parameters.values(rule))
        assert made[0].rows[k, -4:].tolist() == list(found[1:])
        removed = made[0].sums[k, 0] if rule.SUMS else made[0]["removed"][k]
        # At most 7 x 9 fractions of integers up to 6 are added up.
        assert removed == pytest.approx(found.removed, rel=0, abs=1e-12)


@settings(max_examples=100, deadline=None)
@given(page=pages(RINGS), rule=RULES.filter(lambda rule: rule.ties != "reciprocal"))
def test_never_more_than_the_characters_both_sides_have(
    page: tuple[list[Word], list[Word]], rule: PopEval
) -> None:
    found = row(counted(*page, rule))
    fold = str.lower if rule.case == "lower" else str
    care = [w for w in page[0] if rule.dont_care == "none" or w.text != "###"]
    ours = Counter("".join(fold(w.text) for w in care))
    theirs = Counter("".join(fold(w.text) for w in page[1]))
    assert found["removed"] <= (ours & theirs).total()
    assert found["removed"] <= min(found["chars_gt"], found["chars_det"])
    assert found["chars_gt"] == ours.total()


@settings(max_examples=100, deadline=None)
@given(page=pages(RINGS))
def test_reciprocal_ties_never_count_more(page: tuple[list[Word], list[Word]]) -> None:
    weighted = counted(*page, "popeval(ties=reciprocal)").sums
    assert weighted is not None
    # 36 additions of numbers below 64 round off less than 36 * 64 * 2 ** -53.
    assert weighted[0, 0] <= row(counted(*page))["removed"] + 36 * 64 * 2**-53


@settings(max_examples=100, deadline=None)
@given(page=pages(RINGS), shuffle=st.randoms(use_true_random=False))
def test_the_order_of_characters_in_a_text_does_not_matter(
    page: tuple[list[Word], list[Word]], shuffle: Any
) -> None:
    def mixed(word: Word) -> Word:
        return word._replace(text="".join(shuffle.sample(word.text, len(word.text))))

    gts, preds = page
    # "###" mixed is "###".
    assert row(counted([mixed(w) for w in gts], [mixed(w) for w in preds])) == row(counted(gts, preds))


@settings(max_examples=100, deadline=None)
@given(page=pages(BOXES))
def test_a_far_dont_care_and_far_words_change_nothing_else(page: tuple[list[Word], list[Word]]) -> None:
    gts, preds = page
    far = [1000, 1000, 1010, 1000, 1010, 1010, 1000, 1010]
    more = row(counted([*gts, Word(far, "###")], [*preds, Word(far, "abc")]))
    before = row(counted(gts, preds))
    assert more == before | {"dc_gt": before["dc_gt"] + 1, "dc_det": before["dc_det"] + 1}


@settings(max_examples=60, deadline=None)
@given(several=st.lists(pages(RINGS), min_size=2, max_size=4), rule=RULES)
def test_samples_count_alone(several: list[tuple[list[Word], list[Word]]], rule: PopEval) -> None:
    names = [f"img_{k}" for k in range(len(several))]
    truth = table(dict(zip(names, (g for g, _ in several), strict=True)), role="gt")
    found = table(dict(zip(names, (p for _, p in several), strict=True)))
    together = count(truth, found, protocol=rule, invalid_polygons="official")
    alone = Counts.concat(
        replace(counted(*page, rule), sample_ids=(name,)) for name, page in zip(names, several, strict=True)
    )
    assert (together.rows == alone.rows).all()
    assert np.array_equal(together.sums, alone.sums)


@settings(max_examples=100, deadline=None)
@given(page=pages(RINGS), rule=RULES)
def test_explanations_add_up_to_the_counts(page: tuple[list[Word], list[Word]], rule: PopEval) -> None:
    truth, found = table({"img_1": page[0]}, role="gt"), table({"img_1": page[1]})
    matches = explain(truth, found, "img_1", protocol=rule)
    counts = row(count(truth, found, protocol=rule))
    given_, taken = (sum(v.numbers.get("removed", 0) for v in matches.of(side)) for side in ("pred", "gt"))
    assert given_ == taken
    if "removed" in counts:
        assert taken == counts["removed"]
    assert sum(v.status == "ignored" for v in matches.of("pred")) == counts["dc_det"]
    assert sum(v.status == "don't care" for v in matches.of("gt")) == counts["dc_gt"]
    assert len(matches.verdicts) == len(page[0]) + len(page[1])


@settings(max_examples=100, deadline=None)
@given(page=pages(RINGS), rule=RULES)
def test_no_order_removes_more_than_the_optimum(page: tuple[list[Word], list[Word]], rule: PopEval) -> None:
    gts, preds = ({"img_1": words} for words in page)
    joined, pairing = Job(table(gts, role="gt"), [rule], invalid_polygons="official").pair(table(preds))
    optimum = rule.optimum(joined, pairing).rows[0, 0]
    made = rule._page(joined, pairing)
    contacts = list(zip(made.contacts.gt.tolist(), made.contacts.pred.tolist(), strict=True))
    assert optimum == flow_twin.most(made.gt_texts, made.pred_texts, contacts)
    counts = rule.count(joined, pairing)
    removed = counts.total().sums["removed"] if rule.SUMS else counts["removed"][0]
    assert removed <= optimum + 1e-9
