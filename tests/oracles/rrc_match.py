"""Slow, obvious twin of the RRC matching block: loops over all pairs of one sample, every comparison in rationals."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from tests.oracles import geometry

Ring = Sequence[tuple[float, float]]


class Matched(NamedTuple):
    """``pairs`` (gt, pred) in the order they were made; ``ignored`` predictions; ``care`` gts."""

    pairs: list[tuple[int, int]]
    ignored: set[int]
    care: list[int]


def share_of(part: Ring, whole: Ring) -> Fraction:
    """How much of ``part`` lies in ``whole``; 0 when ``part`` has no area."""
    area = abs(geometry.signed_area(part))
    return geometry.shared(whole, part) / area if area else Fraction(0)


def match(
    gts: Sequence[tuple[Ring, bool]],
    preds: Sequence[tuple[Ring, float]],
    *,
    iou: str = "0.5",
    area_precision: str = "0.5",
    by_confidence: bool = False,
) -> Matched:
    """``gts`` are (ring, care), ``preds`` (ring, confidence); thresholds are decimals as they are written."""
    order = list(range(len(preds)))
    if by_confidence:
        order.sort(key=lambda p: -preds[p][1])
    ignored = {
        p
        for p, (ring, _) in enumerate(preds)
        if any(share_of(ring, other) > Fraction(area_precision) for other, care in gts if not care)
    }
    pairs: list[tuple[int, int]] = []
    care = [g for g, (_, is_care) in enumerate(gts) if is_care]
    for g in care:
        for p in order:
            taken = {q for _, q in pairs}
            if p in taken or p in ignored or g in {h for h, _ in pairs}:
                continue
            if geometry.iou(gts[g][0], preds[p][0]) > Fraction(iou):
                pairs.append((g, p))
    return Matched(pairs, ignored, care)
