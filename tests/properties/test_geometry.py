"""Geometry of any rings: both engines and the slow twin give one answer, wherever and however a ring is written."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ocr_eval.kernels import exact, rings
from ocr_eval.pairing import Pairing
from ocr_eval.tables.builder import InstancesBuilder
from ocr_eval.tables.joined import join
from tests.oracles import geometry

ENGINES = ("numpy", "numba")
Ring = list[tuple[float, float]]

PLACES = st.sampled_from([(6, 1), (6, 0.1), (40, 1), (40, 0.25), (1000, 1), (1_000_000, 1)])


@st.composite
def ring(draw: Any, size: int, step: float) -> Ring:
    """Boxes (many of them touch or halve one another), slanted boxes, and any corners at all."""
    number = st.integers(0, size)
    kind = draw(st.sampled_from(["box", "slant", "any", "any"]))
    if kind == "any":
        points = draw(st.lists(st.tuples(number, number), min_size=1, max_size=7))
    else:
        x, y = draw(number), draw(number)
        wide, tall = draw(st.integers(1, max(2, size // 2))), draw(st.integers(1, max(2, size // 2)))
        points = [(x, y), (x + wide, y), (x + wide, y + tall), (x, y + tall)]
        if kind == "slant":
            points = [(2 * u - v, u + v) for u, v in points]
    return [(u * step, v * step) for u, v in points]


@st.composite
def sides(draw: Any) -> tuple[list[Ring], list[Ring]]:
    """A few rings of gt and of predictions in one place."""
    size, step = draw(PLACES)
    some = st.lists(ring(size, step), min_size=1, max_size=4)
    return draw(some), draw(some)


def pairing(gt: list[Ring], pred: list[Ring], engine: str) -> Pairing:
    tables = []
    for made in (gt, pred):
        builder = InstancesBuilder()
        builder.begin("a")
        for own in made:
            builder.add(v for point in own for v in point)
        tables.append(builder.build())
    return Pairing(join(*tables), policy="official", kernels=engine)


def answers(gt: list[Ring], pred: list[Ring], engine: str, thresholds: list[float]) -> list[Any]:
    """Everything that is decided about these rings, by pair."""
    made = pairing(gt, pred, engine)
    pairs, hulls = made.rings, made.hulls()
    told = [made.meets(pairs).tolist()]
    for threshold in thresholds:
        for strict in (True, False):
            told.append(made.overlaps(pairs, threshold, strict=strict).tolist())
            told.append(made.covers_pred(pairs, threshold, strict=strict).tolist())
            told.append(made.covers_gt(pairs, threshold, strict=strict).tolist())
            told.append(made.covers_pred(hulls, threshold, strict=strict).tolist())
    told += [
        (hulls.inter > 0).tolist(),
        hulls.gt.tolist(),
        hulls.pred.tolist(),
        pairs.gt.tolist(),
        pairs.pred.tolist(),
    ]
    return told


def thresholds(gt: list[Ring], pred: list[Ring]) -> list[float]:
    """Round ones, and one that is met exactly if a pair has a short decimal as its IoU."""
    found = [0.4, 0.5, 0.8]
    for g in gt:
        for p in pred:
            value = float(geometry.iou(g, p))
            if 0 < value <= 1 and Fraction(repr(value)) == geometry.iou(g, p):
                return [*found, value]
    return found


@settings(max_examples=40, deadline=None)
@given(sides())
def test_both_engines_decide_as_the_slow_twin(made: tuple[list[Ring], list[Ring]]) -> None:
    gt, pred = made
    limits = thresholds(gt, pred)
    told = answers(gt, pred, "numpy", limits)
    assert told == answers(gt, pred, "numba", limits)
    pairs = pairing(gt, pred, "numpy").rings
    at = 1
    for limit in limits:
        for strict in (True, False):
            for k, (g, p) in enumerate(zip(pairs.gt.tolist(), pairs.pred.tolist(), strict=True)):
                inter = geometry.shared(gt[g], pred[p])
                areas = [abs(geometry.signed_area(own)) for own in (gt[g], pred[p])]
                wholes = (sum(areas) - inter, areas[1], areas[0])
                for k_question, whole in enumerate(wholes):
                    decided = whole > 0 and inter >= Fraction(repr(limit)) * whole
                    if strict and whole > 0 and inter == Fraction(repr(limit)) * whole:
                        decided = False
                    assert told[at + k_question][k] == decided, (limit, strict, gt[g], pred[p], k_question)
            at += 4
    met = [geometry.regions_meet(gt[g], pred[p]) for g, p in zip(pairs.gt, pairs.pred, strict=True)]
    assert told[0] == met


CHANGES = {
    "moved": lambda own: [(x + 1000, y + 1000) for x, y in own],
    "exchanged": lambda own: [(y, x) for x, y in own],
    "reversed": lambda own: own[::-1],
    "another_start": lambda own: own[1:] + own[:1],
    "mirrored": lambda own: [(-x, y) for x, y in own],
    "doubled": lambda own: [(2 * x, 2 * y) for x, y in own],
    "every_point_twice": lambda own: [point for point in own for _ in (0, 1)],
}


@pytest.mark.parametrize("name", CHANGES)
@settings(max_examples=15, deadline=None)
@given(made=sides())
def test_decisions_do_not_depend_on_how_a_ring_is_written(
    name: str, made: tuple[list[Ring], list[Ring]]
) -> None:
    gt, pred = made
    # A sum of decimals in binary may be another decimal; written with few digits it is the one that is meant.
    changed = [[[(round(x, 6), round(y, 6)) for x, y in CHANGES[name](own)] for own in side] for side in made]
    limits = thresholds(gt, pred)
    gt, pred = ([[(round(x, 6), round(y, 6)) for x, y in own] for own in side] for side in made)
    for engine in ENGINES:
        assert answers(*changed, engine, limits) == answers(gt, pred, engine, limits)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_areas_of_one_ring_belong_together(data: Any) -> None:
    size, step = data.draw(PLACES)
    own = data.draw(ring(size, step))
    kind = geometry.NAMES[rings.classify(np.array(own), np.array([0, len(own)]))[0]]
    assert kind == geometry.shape(own)
    odd = rings.even_odd_area(own)
    assert odd == geometry.even_odd(own)
    if kind in ("simple", "self-touching"):
        assert odd == abs(exact.signed_area(own)) == abs(geometry.signed_area(own))


@settings(max_examples=40, deadline=None)
@given(sides())
def test_iou_is_symmetric_and_between_0_and_1_for_valid_rings(made: tuple[list[Ring], list[Ring]]) -> None:
    gt, pred = made[0][0], made[1][0]
    assume({geometry.shape(gt), geometry.shape(pred)} <= {"simple", "self-touching"})
    for engine in ENGINES:
        there, back = pairing([gt], [pred], engine), pairing([pred], [gt], engine)
        assert there.iou(there.rings) == pytest.approx(back.iou(back.rings), abs=1e-12)
        assert (there.iou(there.rings) <= 1 + 1e-12).all()
        same = pairing([gt], [gt], engine)
        assert same.overlaps(same.rings, 1, strict=False).tolist() == [True]
        assert not same.overlaps(same.rings, 1)[0]
