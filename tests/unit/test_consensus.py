"""Consensus of texts, rings and units: ties stay open, names and orders decide nothing."""

from __future__ import annotations

import random
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_eval.agreement.consensus import (
    CARE,
    CUT,
    DROPPED,
    KEPT,
    LOOSE,
    ONE_OF_TWO,
    OPEN,
    OTHER_CUT,
    TEXT,
    TOO_FEW,
    Consensus,
    Decision,
    consensus,
)
from ocr_eval.agreement.consensus_ring import MEDIAN, MEDOID, Drawn, aligned, ring_of, whole_pixels
from ocr_eval.agreement.consensus_text import FLAGGED, NO_TEXT, TIE, medoids, reading, rover
from ocr_eval.formats.unquoting import unquote
from ocr_eval.formats.writers.lines import spell_polygon, spell_quad
from ocr_eval.tables.instances import Instances
from tests.oracles.agreement_texts import levenshtein
from tests.tables import Word, box, table

# Texts


@pytest.mark.parametrize(
    ("texts", "medoid", "majority", "rover_text"),
    [
        (["SKINCARE", "SINCLARE", "SKINCARE"], "SKINCARE", "SKINCARE", "SKINCARE"),
        (["시장", "시잔", "시장"], "시장", "시장", "시장"),
        (["abc", "abd"], None, None, None),
        (["A", "AB"], None, None, None),
        # sums of edits 3, 2, 3: the text in the middle, although nobody else gave it
        (["abxy", "abcy", "abcd"], "abcy", None, "abcy"),
        # every place has a majority that no annotator wrote as a whole
        (["xbc", "ayc", "abz"], None, None, "abc"),
        (["$8,888", "$8888", "$8.888"], None, None, None),
        (["ab", "ba", "ab"], "ab", "ab", "ab"),
        (["x", "x", "y", "y", "xz"], "x", None, "x"),
        (["same"], "same", "same", "same"),
        (["", "", "a"], "", "", ""),
    ],
)
def test_one_text_of_several(
    texts: list[str], medoid: str | None, majority: str | None, rover_text: str | None
) -> None:
    for rule, expected in (("medoid", medoid), ("majority", majority), ("rover", rover_text)):
        found = reading(texts, rule)
        assert found.text == expected, rule
        assert (found.reason is None) == (expected is not None)
        assert found.agreeing == (texts.count(expected) if expected is not None else 0)
        assert reading(texts[::-1], rule) == found


def test_why_there_is_no_text() -> None:
    assert reading(["abc", "abd"]).reason == TIE
    assert reading(["abc", "abd"], "rover").reason == TIE  # each medoid keeps itself
    assert reading([]).reason == NO_TEXT
    flagged = reading(["abcd", "abxd", "abyd", "abcd", "abxd", "Q"], "rover")
    assert flagged.text is None and flagged.reason in (TIE, FLAGGED)
    with pytest.raises(ValueError, match="expected one of"):
        reading(["a", "b"], "vote")


def test_votes_per_character_and_per_gap() -> None:
    assert rover(["abc", "abxc", "abxc"], "abc") == ("abxc", False)
    assert rover(["abc", "ac", "ac"], "abc") == ("ac", False)
    assert rover(["abc", "abd"], "abc") == ("abc", True)
    assert rover(["abc", "xabc", "yabc"], "abc") == ("abc", True)  # "", x and y once each
    assert rover(["", "a", "a"], "") == ("a", False)


WORDS = st.lists(st.text("abc", max_size=4), min_size=1, max_size=5)


@settings(max_examples=150, deadline=None)
@given(WORDS, st.randoms(use_true_random=False))
def test_medoids_are_those_with_least_edits_given_most_often(texts: list[str], order: random.Random) -> None:
    total = {text: sum(levenshtein(text, other) for other in texts) for text in texts}
    nearest = [text for text in texts if total[text] == min(total.values())]
    most = max(Counter(nearest).values())
    assert medoids(texts) == sorted({text for text in nearest if nearest.count(text) == most})
    mixed = order.sample(texts, len(texts))
    for rule in ("medoid", "majority", "rover"):
        found = reading(texts, rule)
        assert reading(mixed, rule) == found
        if len(set(texts)) == 1:
            assert (found.text, found.suggestion, found.flagged) == (texts[0], texts[0], False)
        elif len(texts) == 2:
            assert found.text is None


# Rings


def ring(*points: float) -> np.ndarray:
    return np.array(points, float).reshape(-1, 2)


SQUARE = ring(*box(0, 0, 10, 10))


def test_rings_are_aligned_before_their_median() -> None:
    turned = np.roll(SQUARE, 2, axis=0)
    backwards = SQUARE[::-1]
    for other in (turned, backwards, np.roll(backwards, 1, axis=0)):
        assert aligned(other + 1, SQUARE).tolist() == (SQUARE + 1).tolist()
    found = ring_of([SQUARE, turned + 1, backwards + 2], _iou(3))
    assert found.method == MEDIAN
    assert sorted(map(tuple, found.ring.tolist())) == sorted(map(tuple, (SQUARE + 1).tolist()))


def _iou(size: int, **pairs: float) -> np.ndarray:
    result = np.full((size, size), 0.8)
    for name, value in pairs.items():
        k, j = map(int, name[1:].split("_"))
        result[k, j] = result[j, k] = value
    return result


def test_rings_of_different_vertices_give_the_one_nearest_to_all() -> None:
    hexagon = ring(0, 0, 5, -1, 10, 0, 10, 10, 5, 11, 0, 10)
    found = ring_of([SQUARE, hexagon, SQUARE + 1], _iou(3, p0_1=0.9, p1_2=0.85, p0_2=0.7))
    assert (found.method, found.ring.tolist()) == (MEDOID, hexagon.tolist())
    assert ring_of([SQUARE, SQUARE + 1], _iou(2), "medoid").ring.tolist() == SQUARE.tolist()
    assert ring_of([SQUARE + 1, SQUARE], _iou(2), "medoid").ring.tolist() == SQUARE.tolist()
    with pytest.raises(ValueError, match="expected one of"):
        ring_of([SQUARE, SQUARE], _iou(2), "mean")


def test_whole_pixels_and_medians_that_cross_themselves() -> None:
    crossing = Drawn(ring(0, 0, 10, 10, 10, 0, 0, 10), MEDIAN, SQUARE + 0.4)
    halves = Drawn(ring(0.5, 0, 11.5, 0, 11.5, 10, 0.5, 10), MEDIAN, SQUARE)
    found, moved = whole_pixels([crossing, halves, Drawn(SQUARE, MEDIAN, SQUARE)])
    assert (found[0].method, found[0].ring.tolist()) == (MEDOID, SQUARE.tolist())
    assert found[1].ring[:, 0].tolist() == [0, 12, 12, 0]  # halves to even
    assert moved == 1 and whole_pixels([]) == ([], 0)


# Units


def annotation(*words: Word) -> Instances:
    return table({"img_1": words}, role="gt")


def told(found: Consensus) -> list[tuple[str, str, str | None]]:
    return [(one.status, one.kind, one.text) for one in found.decisions]


LEFT, RIGHT, WHOLE = (0, 0, 48, 20), (52, 0, 100, 20), (0, 0, 100, 20)


def test_what_two_of_three_have_is_kept() -> None:
    a = annotation(Word((0, 0, 100, 20), "Sale"), Word((0, 50, 50, 70), "only"))
    b = annotation(Word((2, 0, 102, 20), "SALE"))
    c = annotation(Word((1, 0, 101, 20), "Sale"), Word((0, 90, 50, 110), "x"))
    found = consensus([a, b, c])
    assert told(found) == [(KEPT, "", "Sale"), (DROPPED, TOO_FEW, None), (DROPPED, TOO_FEW, None)]
    (kept,) = found.with_status(KEPT)
    assert kept.drawn is not None and kept.drawn.ring.tolist() == ring(*box(1, 0, 101, 20)).tolist()
    assert kept.read is not None and kept.read.agreeing == 2 and kept.annotators == 3
    assert told(consensus([a, b, c], quorum=0.3)) == [(KEPT, "", "Sale"), (KEPT, "", "only"), (KEPT, "", "x")]
    assert consensus([a, b, c], quorum=1).needed == 3


def test_seven_tenths_of_ten_annotators_are_seven() -> None:
    one = annotation(Word(LEFT, "a"))
    assert consensus([one] * 10, quorum=0.7).needed == 7


def test_two_annotators_must_agree() -> None:
    a = annotation(Word((0, 0, 100, 20), "a"), Word((0, 50, 50, 70), "b"), Word((0, 90, 50, 110), "c"))
    b = annotation(Word((2, 0, 102, 20), "a"), Word((0, 50, 50, 70), "B"))
    assert told(consensus([a, b])) == [(KEPT, "", "a"), (OPEN, TEXT, None), (OPEN, ONE_OF_TWO, None)]
    assert consensus([a, b]).decisions[0].drawn.ring[0].tolist() == [1, 0]  # type: ignore[union-attr]


def test_the_cut_of_most_annotators_is_taken() -> None:
    whole = annotation(Word(WHOLE, "home plus"))
    words = annotation(Word(LEFT, "home"), Word(RIGHT, "plus"))
    found = told(consensus([whole, words, words]))
    assert sorted(found, key=str) == [(DROPPED, OTHER_CUT, None), (KEPT, "", "home"), (KEPT, "", "plus")]
    tie = consensus([whole, whole, words, words])
    assert told(tie) == [(OPEN, CUT, None)]
    assert len(tie.decisions[0].members) == 6 and tie.decisions[0].annotators == 4
    assert told(consensus([whole, words])) == [(OPEN, CUT, None)]
    three_ways = annotation(
        Word((0, 0, 30, 20), "ho"), Word((32, 0, 62, 20), "me"), Word((64, 0, 100, 20), "+")
    )
    assert told(consensus([whole, words, three_ways])) == [(OPEN, CUT, None)]


def test_a_line_that_looks_like_its_first_word_is_still_another_cut() -> None:
    # IoU of line and first word 60/100: one joint unit, and the second word is left over.
    line = annotation(Word((0, 0, 100, 20), "Home plus"))
    words = annotation(Word((0, 0, 60, 20), "home"), Word((64, 0, 100, 20), "plus"))
    assert told(consensus([line, words])) == [(OPEN, CUT, None)]
    found = consensus([line, words, words])
    assert sorted(told(found), key=str) == [
        (DROPPED, OTHER_CUT, None),
        (KEPT, "", "home"),
        (KEPT, "", "plus"),
    ]
    assert [one.annotators for one in found.decisions if one.status == KEPT] == [2, 2]
    missed = annotation(Word((0, 0, 60, 20), "home"))
    assert told(consensus([words, words, missed])) == [(KEPT, "", "home"), (KEPT, "", "plus")]


def test_rings_too_different_to_be_one_unit_are_loose() -> None:
    tight, wide = annotation(Word((0, 0, 40, 20), "a")), annotation(Word((0, 0, 100, 20), "a"))
    assert told(consensus([tight, wide])) == [(OPEN, LOOSE, None)]
    assert sorted(told(consensus([tight, wide, wide])), key=str) == [
        (DROPPED, OTHER_CUT, None),
        (KEPT, "", "a"),
    ]


def test_a_word_inside_another_is_no_cut() -> None:
    both = annotation(Word(WHOLE, "THE"), Word((20, 5, 40, 15), "NEW"))
    one = annotation(Word(WHOLE, "THE"))
    assert told(consensus([both, both, one])) == [(KEPT, "", "THE"), (KEPT, "", "NEW")]
    assert told(consensus([both, one, one])) == [(KEPT, "", "THE"), (DROPPED, TOO_FEW, None)]


def test_dont_care_by_quorum() -> None:
    word, ignored = annotation(Word(WHOLE, "a")), annotation(Word(WHOLE, "###"))
    (found,) = consensus([word, ignored, ignored]).decisions
    assert (found.status, found.care, found.text) == (KEPT, False, None)
    (found,) = consensus([word, word, ignored]).decisions
    assert (found.status, found.care, found.text) == (KEPT, True, "a")
    assert told(consensus([word, ignored])) == [(OPEN, CARE, None)]
    assert told(consensus([word, word, ignored, ignored])) == [(OPEN, CARE, None)]
    assert told(consensus([word, word, ignored], quorum=0.7)) == [(OPEN, CARE, None)]


def test_annotators_without_transcriptions_do_not_vote_on_text() -> None:
    a, b = annotation(Word(WHOLE, "a")), annotation(Word(WHOLE, "b"))
    from dataclasses import replace

    mute = replace(a, codepoints=None, text_offset=None)
    assert told(consensus([a, mute, mute])) == [(KEPT, "", "a")]
    assert told(consensus([a, b, mute])) == [(OPEN, TEXT, None)]
    nobody = consensus([mute, mute, mute])
    assert told(nobody) == [(KEPT, "", None)] and not nobody.has_text


def test_rings_without_area_and_empty_images() -> None:
    flat = annotation(Word((0, 0, 10, 0), "a"))
    assert told(consensus([flat, flat, flat])) == [(DROPPED, TOO_FEW, None)] * 3
    assert consensus([annotation(), annotation()]).decisions == ()
    with pytest.raises(ValueError, match="quorum"):
        consensus([flat, flat], quorum=0)


BOXES = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 12), st.integers(4, 9), st.sampled_from(["x", "y", "###"])),
    max_size=5,
)


def content(found: Consensus) -> list[object]:
    """What was decided, without names and numbers."""

    def row(one: Decision) -> object:
        drawn = None if one.drawn is None else sorted(map(tuple, one.drawn.ring.tolist()))
        return (
            one.status,
            one.kind,
            one.care,
            one.text,
            drawn if one.status == KEPT else None,
            one.annotators,
        )

    return sorted(map(row, found.decisions), key=repr)


@settings(max_examples=60, deadline=None)
@given(BOXES, st.integers(2, 4))
def test_consensus_of_identical_annotators_is_the_annotator(
    boxes: list[tuple[int, int, int, str]], size: int
) -> None:
    one = annotation(*(Word((x, y, x + w, y + 6), text) for x, y, w, text in boxes))
    found = consensus([one] * size)
    kept = sorted(
        (d.drawn.ring.ravel().tolist(), d.text if d.care else "###")
        for d in found.with_status(KEPT)
        if d.drawn is not None
    )
    assert len(kept) == len(found.decisions) == len(boxes)
    assert kept == sorted((list(map(float, box(x, y, x + w, y + 6))), text) for x, y, w, text in boxes)


@settings(max_examples=150, deadline=None)
@given(st.lists(BOXES, min_size=2, max_size=4), st.randoms(use_true_random=False))
def test_order_of_annotators_lines_and_start_vertices_decides_nothing(
    drawn: list[list[tuple[int, int, int, str]]], order: random.Random
) -> None:
    def made(shuffle: bool) -> list[Instances]:
        tables = []
        for boxes in drawn:
            words = []
            for x, y, width, text in boxes:
                points = box(x, y, x + width, y + 6)
                turn = 2 * order.randrange(4) if shuffle else 0
                words.append(Word(points[turn:] + points[:turn], text))
            if shuffle:
                order.shuffle(words)
            tables.append(annotation(*words))
        return tables

    mixed = order.sample(made(True), len(drawn))  # annotators in another order too
    assert content(consensus(mixed)) == content(consensus(made(False)))


# Layouts


@pytest.mark.parametrize(
    ("text", "quad", "polygon"),
    [
        ("abc", "abc", "abc"),
        ("", "", ""),
        ("5,HELLO", "5,HELLO", None),
        ("12", "12", "12"),
        ("12,13", "12,13", "12,13"),
        ("12,13,14", "12,13,14", None),
        ('"abc"', '"\\"abc\\""', '"abc"'),
        ('a "b"', 'a "b"', 'a "b"'),
        ("a\nb", None, None),
        ("a\rb", None, None),
        ("x\ud800", None, None),
    ],
)
def test_texts_that_a_layout_can_hold(text: str, quad: str | None, polygon: str | None) -> None:
    assert (spell_quad(text), spell_polygon(text)) == (quad, polygon)
    if quad is not None:
        assert unquote(quad) == text
