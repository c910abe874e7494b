"""Slow, obvious twin of ``psenet-ctw``: one sample -> its count row."""

from __future__ import annotations

from collections.abc import Sequence

from tests.oracles.overlaps import HALF, Ring, half_iou


def row(gts: Sequence[Ring], preds: Sequence[Ring]) -> dict[str, int]:
    """Walks predictions, then gts, as the rule reads."""
    covered: set[int] = set()
    tp = 0
    for ring in preds:
        new = {g for g, other in enumerate(gts) if half_iou(other, ring) >= HALF} - covered
        covered |= new
        tp += bool(new)
    return {"tp": tp, "n_gt": len(gts), "n_det": len(preds)}
