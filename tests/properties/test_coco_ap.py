"""coco-ap on generated data sets: its slow twin matches every setting by itself; curves of shards concatenated."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_eval.engine.local import count
from ocr_eval.protocols.detection.coco_ap import CocoAp
from ocr_eval.protocols.ranked_match import AREAS, THRESHOLDS
from ocr_eval.tables.counts import Counts
from tests.oracles import coco_ap as oracle
from tests.properties.pages import BOXES, POLYGONS, Page, data_sets, draws, pages, tables
from tests.tables import Word

# Boxes of all three sizes: sides of 8 to 120 pixels.
LARGE = st.tuples(st.integers(0, 12), st.integers(0, 12), st.integers(1, 15), st.integers(1, 15)).map(
    lambda b: [
        float(8 * v) for v in (b[0], b[1], b[0] + b[2], b[1], b[0] + b[2], b[1] + b[3], b[0], b[1] + b[3])
    ]
)
PAGES = data_sets(pages(st.one_of(LARGE, LARGE, BOXES, POLYGONS)))


def boxed(word: Word) -> oracle.Box:
    x, y = word.ring[::2], word.ring[1::2]
    return min(x), min(y), max(x) - min(x), max(y) - min(y)


def twin(page: Page) -> oracle.Sample:
    return [oracle.Gt(boxed(w), w.text == "###") for w in page[0]], [
        (boxed(w), w.confidence) for w in page[1]
    ]


@draws
@given(samples=PAGES)
def test_every_setting_is_what_it_is_alone(samples: list[Page]) -> None:
    rule = CocoAp()
    ours = count(*tables(samples), protocol=rule, kernels="numpy")
    compiled = count(*tables(samples), protocol=rule, kernels="numba")
    assert ours.to_json() == compiled.to_json()
    twins = [twin(page) for page in samples]
    assert ours["n_gt"].tolist() == [sum(not gt.crowd for gt in gts) for gts, _ in twins]
    judged = [oracle.judged(sample, "all", 0.5, 100) for sample in twins]
    assert ours["n_det"].tolist() == [sum(verdict != "neutral" for _, verdict in each) for each in judged]
    found, expected = rule.derive(ours.total()), oracle.metrics(twins)
    assert list(found) == list(expected)
    for name, value in expected.items():
        # Means of up to 1010 doubles in [0, 1], added in two orders.
        assert found[name] == (None if value is None else pytest.approx(value, rel=0, abs=1e-12)), name


@draws
@given(samples=PAGES)
def test_verdicts_of_every_prediction_are_the_twins(samples: list[Page]) -> None:
    ours = count(*tables(samples), protocol=CocoAp())
    assert ours.scored is not None
    scored = ours.scored
    words = {(0, 0): "wrong", (1, 0): "right", (0, 1): "neutral"}
    for k, page in enumerate(samples):
        mine = np.flatnonzero(scored.sample == k)
        mine = mine[np.lexsort((scored.line[mine], -scored.confidence[mine]))]
        bits = [scored.extra[name][mine].astype(np.int64) for name in ("right", "neutral")]
        for a, area in enumerate(AREAS):
            for t, threshold in enumerate(THRESHOLDS):
                told = [[int(b) >> (10 * a + t) & 1 for b in side] for side in bits]
                verdicts = [words[pair] for pair in zip(*told, strict=True)]
                assert verdicts == [verdict for _, verdict in oracle.judged(twin(page), area, threshold, 100)]


@draws
@given(samples=PAGES)
def test_shards_put_together_have_the_same_curves(samples: list[Page]) -> None:
    rule = CocoAp()
    gt, pred = tables(samples)
    whole = count(gt, pred, protocol=rule, kernels="numba")
    parts = [
        count(gt.take([k], (name,)), pred.take([k], (name,)), protocol=rule, kernels="numpy")
        for k, name in enumerate(gt.sample_ids)
    ]
    shards = Counts.concat(parts)
    assert (shards.rows == whole.rows).all()
    metrics = rule.derive(whole.total())
    assert rule.derive(shards.total()) == metrics
    again = Counts.from_json(json.loads(json.dumps(whole.to_json())))
    assert rule.derive(again.total()) == metrics
    some = gt.sample_ids[3:9]
    assert rule.derive(whole.take(some).total()) == rule.derive(Counts.concat(parts[3:9]).total())
