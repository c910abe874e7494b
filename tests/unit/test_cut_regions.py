"""What don't care gts lose to care gts, and predictions to those: floats with bounds against fractions."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from ocr_eval.engine.local import Job
from ocr_eval.protocols import protocol
from ocr_eval.protocols.cut_predictions import CutPredictions
from ocr_eval.protocols.cut_regions import Cut
from ocr_eval.protocols.ring_regions import above
from tests.properties import pages
from tests.properties.pages import Page, data_sets, tables
from tests.tables import Word, box, gt, pred


def cut(gts: list[Word], preds: list[Word], kernels: str = "numpy") -> Cut:
    return Cut(*Job(gt(*gts), [protocol("tedeval")], kernels=kernels).pair(pred(*preds)))


def test_a_word_leaves_a_hole_in_the_region_around_it() -> None:
    region, word = Word(box(0, 0, 100, 100), "###"), Word(box(40, 40, 60, 60))
    found = cut([region, word], [Word(box(0, 0, 50, 100)), Word(box(45, 45, 55, 55))])
    assert found.areas[0].tolist() == [100 * 100 - 20 * 20, 20 * 20]
    # The first prediction loses half of the hole, the second lies in it.
    of_region = found.pairs.gt == 0
    assert found.inter[of_region].tolist() == pytest.approx([50 * 100 - 10 * 20, 0], abs=1e-9)
    assert found.exact_inter(0) == 4800
    left = CutPredictions(found)
    assert left.area.tolist() == pytest.approx([200, 100], abs=1e-9)
    assert left.exact_area(0) == 200


def test_overlapping_words_and_overlapping_regions_are_counted_once() -> None:
    regions = [Word(box(0, 0, 60, 10), "###"), Word(box(40, 0, 100, 10), "###")]
    words = [Word(box(10, 0, 30, 10)), Word(box(20, 0, 50, 10))]
    found = cut([*regions, *words], [Word(box(0, 0, 100, 10))])
    assert found.areas[0][:2].tolist() == pytest.approx([200, 500], abs=1e-9)
    assert CutPredictions(found).area[0] == pytest.approx(400, abs=1e-9)  # the words, 10 to 50


@pytest.mark.parametrize("kernels", ["numpy", "numba"])
@settings(max_examples=4, deadline=None)
@given(samples=data_sets(pages.pages(pages.POLYGONS, most=6)))
def test_bounds_hold_the_fractions(kernels: str, samples: list[Page]) -> None:
    truth, predicted = tables(samples)
    found = Cut(*Job(truth, [protocol("cocotext")], kernels=kernels).pair(predicted))
    changed = np.flatnonzero(found.inter != found.pairs.inter)
    for k in changed.tolist():
        assert abs(found.exact_inter(k) - Fraction(found.inter[k])) <= Fraction(found.guard[k])
    area, error = found.areas
    for g in np.flatnonzero(area != found.pairs.area_gt).tolist():
        assert abs(found.exact_area(g) - Fraction(area[g])) <= Fraction(error[g])
    left = CutPredictions(found)
    for i in np.flatnonzero(left.area != found.pairs.area_pred).tolist():
        assert abs(left.exact_area(i) - Fraction(left.area[i])) <= Fraction(left.guard[i])


def test_doubtful_shares_are_decided_as_fractions() -> None:
    asked: list[int] = []

    def exactly(k: int) -> tuple[Fraction, Fraction]:
        asked.append(k)
        return Fraction(2), Fraction(5)

    part = np.array([2.0, 2.1, 1.9, 2.0, 0.0]), np.zeros(5)
    whole = np.array([5.0, 5.0, 5.0, 5.0, 0.0]), np.zeros(5)
    among = np.array([True, True, True, False, True])
    assert above(part, whole, 0.4, exactly, among=among).tolist() == [True, True, False, False, False]
    assert above(part, whole, 0.4, exactly, strict=True, among=among).tolist() == [
        False,
        True,
        False,
        False,
        False,
    ]
    assert asked == [0, 0]


def test_tedeval_and_cleval_cut_once_and_count_as_each_does_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Cut] = []
    begin = Cut.__init__

    def counted(self: Cut, *arguments: Any) -> None:
        made.append(self)
        begin(self, *arguments)

    monkeypatch.setattr(Cut, "__init__", counted)
    truth = gt(Word(box(0, 0, 100, 100), "###"), Word(box(40, 40, 60, 60)), Word(box(55, 40, 80, 60)))
    guess = pred(Word(box(40, 40, 60, 60)), Word(box(50, 0, 90, 100)))
    rules = [protocol(name) for name in ("tedeval", "cleval-det", "tedeval(area_recall=0.5)")]
    together = Job(truth, rules).run(guess)
    assert len(made) == 1
    for rule, record in zip(rules, together, strict=True):
        assert record.counts.to_json() == Job(truth, [rule]).run(guess)[0].counts.to_json()
    assert len(made) == 4
