"""Total-Text as its Python scripts count it: for every number both polygons of a pair are made and repaired anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.bench.inputs import RingPairs
from tests.bench.ratio import Side, in_process
from tests.oracles.area_groups import Tables, added_as_numpy, earned, groups
from tests.oracles.totaltext_deteval import hundredths


def deteval(inputs: RingPairs) -> Side:
    """(care gts, predictions left, what gts earned, what predictions earned) of every sample."""

    def rows(words: list[Any], left: list[Any]) -> list[float]:
        recall = [[hundredths(_shared(ring, word) / _area(word)) for ring in left] for word in words]
        precision = [[hundredths(_shared(ring, word) / _area(ring)) for ring in left] for word in words]
        found = groups(Tables(recall, precision, added_as_numpy), (0.7, 0.6), exclusive=True)
        sums = earned(*found, 0.8)[1]
        return [len(words), len(left), sums["recall"], sums["precision"]]

    return _side(inputs, rows)


def pascal(inputs: RingPairs) -> Side:
    """(care gts, predictions left, matches) of every sample."""

    def rows(words: list[Any], left: list[Any]) -> list[float]:
        taken: set[int] = set()
        for ring in left:
            ious = [_shared(ring, word) / (_union(ring, word) + 1.0) for word in words]
            best = max(range(len(ious)), key=ious.__getitem__, default=-1)
            if best >= 0 and ious[best] >= 0.5:
                taken.add(best)
        return [len(words), len(left), len(taken)]

    return _side(inputs, rows)


def _side(inputs: RingPairs, rows: Callable[[list[Any], list[Any]], list[float]]) -> Side:
    gts, preds = ([table.points(i) for i in range(len(table))] for table in (inputs.gt, inputs.pred))
    care = inputs.gt.care.tolist()
    spans = [(inputs.gt.span(s), inputs.pred.span(s)) for s in range(len(inputs.gt.sample_ids))]

    def call() -> list[float]:
        made: list[float] = []
        for own_gt, own_pred in spans:
            regions = [gts[g] for g in own_gt if not care[g]]
            left = [
                preds[p]
                for p in own_pred
                if all(_shared(preds[p], region) / (_area(preds[p]) + 1.0) <= 0.5 for region in regions)
            ]
            made += rows([gts[g] for g in own_gt if care[g]], left)
        return made

    return in_process(call)


def _area(ring: Any) -> float:
    from shapely.geometry import Polygon

    return float(Polygon(ring).area)


def _shared(pred: Any, gt: Any) -> float:
    from shapely.geometry import Polygon

    return float(Polygon(pred).buffer(0).intersection(Polygon(gt).buffer(0)).area)


def _union(pred: Any, gt: Any) -> float:
    from shapely.geometry import Polygon

    return float(Polygon(pred).buffer(0).union(Polygon(gt).buffer(0)).area)
