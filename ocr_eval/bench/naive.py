"""The same answers by loops that anybody would write first: shapely for every pair, a table for every distance.

They stand for evaluation scripts without arrays, and check the answers that are timed. Slow on purpose; nothing here is
used to score anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ocr_eval.tables.instances import Instances


def polygons(table: Instances) -> list[Any]:
    """One shapely polygon per ring; rings of three and more points."""
    import shapely

    owner = np.repeat(np.arange(len(table)), np.diff(table.ring))
    made: list[Any] = shapely.polygons(shapely.linearrings(table.xy, indices=owner)).tolist()
    return made


def areas(gts: Sequence[Any], preds: Sequence[Any], pairs: Sequence[tuple[int, int]]) -> list[float]:
    """Shared area of every pair (gt, pred)."""
    return [gts[g].intersection(preds[p]).area for g, p in pairs]


def rrc_rows(gt: Instances, pred: Instances, gts: Sequence[Any], preds: Sequence[Any]) -> list[int]:
    """``rrc-iou`` as toolkits count it: ``intersection`` and ``union`` for every pair of a sample, first fit.

    ``gts`` and ``preds`` are the polygons of both tables. Gives tp, n_gt, n_det of every sample.
    """
    care = gt.care.tolist()
    rows: list[int] = []
    for s in range(len(gt.sample_ids)):
        own_gt, own_pred = gt.span(s), pred.span(s)
        ignored = {
            p
            for p in own_pred
            if any(
                not care[g] and preds[p].area and gts[g].intersection(preds[p]).area / preds[p].area > 0.5
                for g in own_gt
            )
        }
        overlap = {(g, p): iou(gts[g], preds[p]) for g in own_gt for p in own_pred}
        taken: set[int] = set()
        for g in own_gt:
            found = (p for p in own_pred if p not in ignored and p not in taken and overlap[g, p] > 0.5)
            p = next(found, None) if care[g] else None
            if p is not None:
                taken.add(p)
        rows += [len(taken), sum(care[g] for g in own_gt), len(own_pred) - len(ignored)]
    return rows


def iou(gt: Any, pred: Any) -> float:
    """Intersection over union, 0 where the union is 0."""
    union: float = gt.union(pred).area
    return gt.intersection(pred).area / union if union else 0.0


def distance(gt: str, pred: str) -> int:
    """Levenshtein's distance by the whole table, two rows of it at a time."""
    above = list(range(len(pred) + 1))
    for i, a in enumerate(gt, 1):
        row = [i]
        for j, b in enumerate(pred, 1):
            row.append(min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a != b)))
        above = row
    return above[-1]


def interval_ends(
    columns: Sequence[NDArray[np.int64]], drawn: NDArray[Any], over: int, under: Sequence[int]
) -> list[float]:
    """Ends of the 95 % bootstrap interval of ``k · over / (under + …)``, k columns under it.

    ``columns`` (n,) each, ``drawn`` (B, n) indices of samples; one replicate after the other.
    """
    values = []
    for index in drawn:
        total = [int(column[index].sum()) for column in columns]
        values.append(len(under) * total[over] / sum(total[k] for k in under))
    ends: list[float] = np.quantile(values, [0.025, 0.975]).tolist()
    return ends
