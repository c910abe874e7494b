"""Slow, obvious twin of ``ctw1500``: one sample -> its count row; ranked hits -> the area under the envelope."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from tests.oracles.overlaps import HALF, Ring, half_iou, is_simple


def row(gts: Sequence[Ring], preds: Sequence[Ring]) -> tuple[dict[str, int], list[bool]]:
    """The counts, and whether each prediction that counts is right, in file order."""
    taken: set[int] = set()
    hits = []
    for ring in preds:
        if not is_simple(ring):
            continue
        best, chosen = Fraction(0), -1
        for g, other in enumerate(gts):
            overlap = half_iou(other, ring) if is_simple(other) else Fraction(0)
            if overlap > best:
                best, chosen = overlap, g
        hits.append(best > HALF and chosen not in taken)
        if best > HALF:
            taken.add(chosen)
    counts = {
        "tp": sum(hits),
        "n_gt": len(gts),
        "n_det": len(hits),
        "skipped": len(preds) - len(hits),
    }
    return counts, hits


def average_precision(hits: Sequence[bool], n_gt: int) -> Fraction:
    """Every step of the recall times the best precision from there on."""
    found, points = 0, []
    for k, hit in enumerate(hits, 1):
        found += hit
        points.append((Fraction(found, n_gt), Fraction(found, k)))
    total, before = Fraction(0), Fraction(0)
    for k, (recall, _) in enumerate(points):
        total += (recall - before) * max(precision for _, precision in points[k:])
        before = recall
    return total
