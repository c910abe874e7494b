"""Slow, obvious twin of ``tiou`` and ``tiou-curved``: one sample -> counts and sums, all in rationals."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from tests.oracles import geometry
from tests.oracles.rrc_match import Ring, match

FREE = Fraction(1, 100)
SLACK = Fraction(1, 1000)


def row(
    gts: Sequence[tuple[Ring, bool]], preds: Sequence[Ring]
) -> tuple[dict[str, int], dict[str, Fraction]]:
    """``gts`` are (ring, care)."""
    found = match(gts, [(ring, 1.0) for ring in preds])
    rings = [ring for ring, _ in gts]
    counts = {
        "tp": len(found.pairs),
        "n_gt": len(found.care),
        "n_det": len(preds) - len(found.ignored),
        "dc_gt": len(gts) - len(found.care),
        "dc_det": len(found.ignored),
    }
    sums = dict.fromkeys(("iou", "tiou_recall", "tiou_precision"), Fraction(0))
    for g, p in found.pairs:
        iou = geometry.iou(rings[g], preds[p])
        sums["iou"] += iou
        sums["tiou_recall"] += iou * kept_of_gt(rings[g], preds[p])
        others = [ring for k, ring in enumerate(rings) if k != g]
        sums["tiou_precision"] += iou * kept_of_pred(preds[p], rings[g], others)
    return counts, sums


def f(share: Fraction) -> Fraction:
    return Fraction(1) if share <= FREE else 1 - share


def kept_of_gt(gt: Ring, pred: Ring) -> Fraction:
    """What is left of a pair's worth after its cut."""
    area = abs(geometry.signed_area(gt))
    cut = area - geometry.shared(gt, pred)
    return f(cut / area) if area > 0 and cut >= 0 else Fraction(0)


def kept_of_pred(pred: Ring, own: Ring, others: Sequence[Ring], slack: Fraction = SLACK) -> Fraction:
    """What is left of a pair's worth after what it takes in."""
    area = abs(geometry.signed_area(pred))
    outlying = outside(pred, own, others)
    return f(outlying / area) if area > 0 and outlying <= area + slack else Fraction(0)


def outside(pred: Ring, own: Ring, others: Sequence[Ring]) -> Fraction:
    """Area of the points in the prediction and in some other gt, but not in its own one."""
    near = [ring for ring in others if meet(ring, pred)]
    if not near:
        return Fraction(0)

    def wanted(count: list[int]) -> bool:
        return count[0] % 2 == 1 and count[1] % 2 == 0 and any(c % 2 for c in count[2:])

    return sum(
        (area for area, count, _ in geometry._trapezia([pred, own, *near]) if wanted(count)), Fraction(0)
    )


def meet(a: Ring, b: Ring) -> bool:
    """True when the boxes of two rings overlap."""
    return all(
        max(min(p[k] for p in a), min(p[k] for p in b)) < min(max(p[k] for p in a), max(p[k] for p in b))
        for k in (0, 1)
    )
