"""What reveals gaming: predictions said twice, very large ones, the ones that don't cares excuse."""

from __future__ import annotations

import random
from fractions import Fraction

import numpy as np
import pytest

from ocr_eval.engine import twins
from ocr_eval.engine.local import Job
from ocr_eval.engine.revealing import reveal
from ocr_eval.engine.twins import repeated
from ocr_eval.protocols import protocol
from tests.tables import Word, box, gt, pred

PAGE = box(0, 0, 100, 100)


def flags(*rings: tuple[float, ...]) -> list[bool] | None:
    found = repeated(pred(*(Word(ring, "a") for ring in rings)))
    return None if found is None else found.tolist()


def iou(one: tuple[float, ...], other: tuple[float, ...]) -> Fraction:
    """Of two boxes, by hand."""
    width, height = (max(0, int(min(one[4 + k], other[4 + k]) - max(one[k], other[k]))) for k in (0, 1))
    areas = [int((r[4] - r[0]) * (r[5] - r[1])) for r in (one, other)]
    return Fraction(width * height, sum(areas) - width * height)


def test_the_first_of_equal_predictions_repeats_nothing() -> None:
    assert flags(PAGE, PAGE, box(200, 0, 300, 100), PAGE) == [False, True, False, True]


def test_exactly_nine_tenths_is_not_above() -> None:
    assert flags(box(0, 0, 10, 10), box(0, 0, 10, 9)) == [False, False]
    assert flags(box(0, 0, 1000, 10), box(0, 0, 901, 10)) == [False, True]


def test_start_and_direction_of_a_ring_do_not_matter() -> None:
    assert flags(PAGE, (100, 100, 0, 100, 0, 0, 100, 0), (0, 0, 0, 100, 100, 100, 100, 0)) == [
        False,
        True,
        True,
    ]


def test_a_ring_that_crosses_itself_repeats_nothing() -> None:
    bow_tie = (0, 0, 100, 100, 100, 0, 0, 100)
    assert flags(bow_tie, bow_tie, PAGE) == [False, False, False]


def test_slanted_rings_are_measured_not_their_boxes() -> None:
    ridge, beside = (0, 0, 100, 100, 101, 100, 1, 0), (3, 0, 103, 100, 104, 100, 4, 0)
    assert flags(ridge, beside, ridge) == [False, False, True]


@pytest.mark.parametrize("seed", range(25))
def test_crowds_are_answered_as_every_pair_by_hand(seed: int) -> None:
    some = random.Random(seed)
    spread = some.choice([2, 12, 60])
    rings = []
    for _ in range(some.choice([2, 10, 60])):
        x, y = some.randint(0, spread), some.randint(0, spread)
        rings.append(box(x, y, x + some.randint(18, 22), y + some.randint(9, 11)))
    expected = [
        any(iou(ring, before) > Fraction(9, 10) for before in rings[:k]) for k, ring in enumerate(rings)
    ]
    assert flags(*rings) == expected


def test_a_page_too_crowded_to_tell_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(twins, "_EACH", 1)
    slanted = [(k, 0, k + 500, 500, k + 501, 500, k + 1, 0) for k in range(0, 120, 3)]
    assert flags(*slanted) is None


def test_ten_thousand_equal_predictions_are_counted_at_once() -> None:
    assert sum(flags(*[PAGE] * 10_000) or []) == 9_999


@pytest.mark.parametrize(
    ("ring", "sizes", "large"),
    [
        (box(0, 0, 100, 51), {"img_1": 100.0 * 100}, 1),
        (box(0, 0, 100, 50), {"img_1": 100.0 * 100}, 0),  # exactly half
        (box(0, 0, 100, 51), {}, 1),  # gts reach to (100, 20): 51 is over both and over half
        (box(0, 0, 58, 20), {}, 0),  # over half of (100, 20), and over one word alone
    ],
)
def test_a_prediction_larger_than_half_the_image_is_large(
    ring: tuple[float, ...], sizes: dict[str, float], large: int
) -> None:
    truth, found = gt(Word(box(0, 0, 40, 20), "a"), Word(box(60, 0, 100, 20), "b")), pred(Word(ring, "ab"))
    (record,) = reveal(Job(truth, [protocol("rrc-iou")]).run(found), truth, found, areas=sizes)
    assert record.revealing["large"] == large
    assert [notice.code for notice in record.notices if notice.code == "W_LARGE"] == ["W_LARGE"] * large


@pytest.mark.parametrize("rule", ["rrc-iou", "rrc-e2e", "popeval", "cleval", "cleval-det", "tedeval"])
def test_what_a_dont_care_excuses_is_counted_by_every_protocol_that_excuses(rule: str) -> None:
    truth = gt(Word(box(0, 0, 40, 20), "a"), Word(box(100, 0, 200, 100), "###"))
    junk = [Word(box(110 + k, 10, 120 + k, 20), "x") for k in range(0, 60, 15)]
    found = pred(Word(box(0, 0, 40, 20), "a"), *junk)
    (record,) = reveal(Job(truth, [protocol(rule)]).run(found), truth, found)
    assert record.revealing["ignored"] == 4
    assert [notice.count for notice in record.notices if notice.code == "W_IGNORED"] == [4]


def test_lists_of_texts_have_nothing_large_or_repeated() -> None:
    assert repeated(pred()) is not None
    assert np.asarray(repeated(pred())).tolist() == []
