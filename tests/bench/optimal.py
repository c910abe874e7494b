"""Peers for ``coco-ap`` and ``rrc-2024``: COCO's own tool, its fast successor, a loop over shapely rings with SciPy."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from tests.bench.inputs import Files, RingPairs
from tests.bench.ratio import Side, in_process


def pycocotools(inputs: Files) -> Side:
    """Two files to the twelve numbers."""
    return _coco(inputs, _original, loaded=False)


def pycocotools_loaded(inputs: Files) -> Side:
    """The same after both files were loaded."""
    return _coco(inputs, _original, loaded=True)


def faster_coco_eval(inputs: Files) -> Side:
    """Two files to the twelve numbers with its compiled successor."""
    return _coco(inputs, _successor, loaded=False)


def faster_coco_eval_loaded(inputs: Files) -> Side:
    """The same after both files were loaded."""
    return _coco(inputs, _successor, loaded=True)


def _original() -> tuple[Any, Any]:
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    return COCO, COCOeval


def _successor() -> tuple[Any, Any]:
    from faster_coco_eval import COCO, COCOeval_faster

    return COCO, COCOeval_faster


def _coco(inputs: Files, modules: Callable[[], tuple[Any, Any]], *, loaded: bool) -> Side:
    load, evaluator = modules()

    def both() -> tuple[Any, Any]:
        with contextlib.redirect_stdout(io.StringIO()):
            gt = load(str(Path(inputs.gt)))
            return gt, gt.loadRes(str(Path(inputs.pred)))

    ready = both() if loaded else None

    def call() -> list[float]:
        with contextlib.redirect_stdout(io.StringIO()):
            judge = evaluator(*(ready or both()), "bbox")
            judge.evaluate()
            judge.accumulate()
            judge.summarize()
        return [float(value) for value in judge.stats[:12]]

    return in_process(call)


def shapely_and_scipy(inputs: RingPairs) -> Side:
    """As the official script works: every pair of a sample, then ``linear_sum_assignment``. Gives tp, n_gt, n_det."""
    import shapely
    from scipy.optimize import linear_sum_assignment

    def rings(side: Any) -> list[Any]:
        return [shapely.Polygon(side.points(k)) for k in range(len(side))]

    gts, preds = rings(inputs.gt), rings(inputs.pred)
    care = inputs.gt.care.tolist()
    spans = [(inputs.gt.span(s), inputs.pred.span(s)) for s in range(len(inputs.gt.sample_ids))]

    def call() -> list[float]:
        found: list[float] = []
        for own_gt, own_pred in spans:
            score = -np.ones((len(own_gt), len(own_pred)))
            overlap = np.zeros(score.shape)
            ignorable = np.zeros(len(own_pred), np.bool_)
            for j, p in enumerate(own_pred):
                for i, g in enumerate(own_gt):
                    if min(gts[g].area, preds[p].area) < 1e-4:
                        continue
                    shared = gts[g].intersection(preds[p]).area
                    overlap[i, j] = shared / (gts[g].area + preds[p].area - shared)
                    if not care[g]:
                        ignorable[j] |= shared / preds[p].area > 0.5
                    elif overlap[i, j] > 0.5:
                        score[i, j] = 1
            rows, columns = linear_sum_assignment(score, maximize=True)
            kept = score[rows, columns] > 0
            ignorable[columns[kept]] = False
            n_gt = sum(care[g] for g in own_gt)
            found += [int(kept.sum()), n_gt, len(own_pred) - int(ignorable.sum())]
        return found

    return in_process(call)
