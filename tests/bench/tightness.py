"""How the scripts of TIoU and HierText count, on shapely and on masks of whole images: rivals of test_tightness."""

from __future__ import annotations

from typing import Any

import numpy as np

from ocr_eval.tables.instances import Instances
from tests.bench.inputs import RingPairs
from tests.bench.ratio import Side, in_process


def polygons(table: Instances) -> list[Any]:
    import shapely

    owner = np.repeat(np.arange(len(table)), np.diff(table.ring))
    made: list[Any] = shapely.polygons(shapely.linearrings(table.xy, indices=owner)).tolist()
    return made


def credit(share: float) -> float:
    return 1.0 if share <= 0.01 else 1 - share


def tiou(inputs: RingPairs) -> Side:
    """Matrices of IoU and of both credits over all pairs of a sample, polygons made before the clock."""
    from shapely import unary_union

    gts, preds, care = polygons(inputs.gt), polygons(inputs.pred), inputs.gt.care.tolist()

    def call() -> list[float]:
        rows: list[float] = []
        for s in range(len(inputs.gt.sample_ids)):
            own_gt, own_pred = inputs.gt.span(s), inputs.pred.span(s)
            shared = {(g, p): gts[g].intersection(preds[p]).area for g in own_gt for p in own_pred}
            ignored = {
                p for p in own_pred if any(not care[g] and shared[g, p] / preds[p].area > 0.5 for g in own_gt)
            }
            iou, recall, precision = {}, {}, {}
            for g, p in shared:
                inter = shared[g, p]
                iou[g, p] = inter / (gts[g].area + preds[p].area - inter)
                recall[g, p] = iou[g, p] * credit(1 - inter / gts[g].area)
                others = [gts[h] for h in own_gt if h != g and shared[h, p]]
                outside = 0.0
                if others:
                    union = unary_union(others)
                    inside = preds[p].intersection(gts[g])
                    outside = preds[p].intersection(union).area - inside.intersection(union).area
                precision[g, p] = iou[g, p] * credit(outside / preds[p].area)
            taken: set[int] = set()
            sums = [0.0, 0.0, 0.0]
            for g in own_gt:
                free = (p for p in own_pred if p not in taken and p not in ignored and iou[g, p] > 0.5)
                p = next(free, None) if care[g] else None
                if p is not None:
                    taken.add(p)
                    sums = [
                        a + b for a, b in zip(sums, (iou[g, p], recall[g, p], precision[g, p]), strict=True)
                    ]
            rows += [len(taken), *sums]
        return rows

    return in_process(call)


def hiertext_lines(inputs: RingPairs) -> Side:
    """Masks of whole images, drawn before the clock (the script spends two thirds of its time on that)."""
    from ocr_eval.kernels.fill import fill_rings
    from ocr_eval.kernels.jit import read_only

    levels = inputs.gt.levels
    assert levels is not None

    def masks(side: Instances, sample: int, lines: Any) -> tuple[np.ndarray, np.ndarray]:
        width, height = levels.size[sample].tolist()
        xy, ring = read_only(side.xy, np.int64), read_only(side.ring, np.int64)
        drawn, boxes = [], []
        for r in lines.span(sample):
            words = np.flatnonzero(side.levels.line_of == r)  # type: ignore[union-attr]
            mask = np.zeros((height, width), np.uint8)
            fill_rings(
                xy, ring, read_only(words, np.int64), width, height, 0, 0, mask, np.zeros((64, 5), np.int64)
            )
            corners = np.concatenate([side.points(w) for w in words.tolist()])
            drawn.append(mask)
            boxes.append([*corners.min(0), *corners.max(0)])
        return np.array(drawn).reshape(-1, height, width), np.array(boxes, np.float32).reshape(-1, 4)

    pages = [
        (
            masks(inputs.gt, s, levels.lines),
            masks(inputs.pred, s, inputs.pred.levels.lines),  # type: ignore[union-attr]
            levels.lines.care[levels.lines.start[s] : levels.lines.start[s + 1]],
        )
        for s in range(len(inputs.gt.sample_ids))
    ]

    def shared(one: tuple[np.ndarray, np.ndarray], two: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
        found = np.zeros((len(one[0]), len(two[0])), np.float32)
        for i, j in np.ndindex(found.shape):
            low, high = np.maximum(one[1][i, :2], two[1][j, :2]), np.minimum(one[1][i, 2:], two[1][j, 2:])
            if (high > low).all():
                found[i, j] = np.minimum(one[0][i], two[0][j]).sum(dtype=np.float32)
        return found

    def call() -> list[float]:
        rows: list[float] = []
        for gt, pred, care in pages:
            area = [side[0].sum(axis=(1, 2), dtype=np.float32) for side in (gt, pred)]
            kept = np.ones(len(pred[0]), np.bool_)
            if len(kept) and not care.all():
                share = shared(pred, (gt[0][~care], gt[1][~care])) / (area[1][:, None] + 1e-5)
                kept = share.max(1) < 0.5
            tp, total = 0, 0.0
            if care.any() and kept.any():
                inter = shared((gt[0][care], gt[1][care]), (pred[0][kept], pred[1][kept]))
                iou = inter / np.maximum(area[0][care][:, None] + area[1][kept] - inter, 1e-7)
                best, back = iou.argmax(1), iou.argmax(0)
                for i, j in enumerate(best.tolist()):
                    if iou[i, j] >= 0.5 and back[j] == i:
                        tp, total = tp + 1, total + float(iou[i, j])
            rows += [tp, total]
        return rows

    return in_process(call)
