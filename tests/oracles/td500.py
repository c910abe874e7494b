"""Slow, obvious twin of ``td500``: one sample -> its count row."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tests.oracles.overlaps import Ring
from tests.oracles.rrc_pairs import pair


def row(
    gts: Sequence[tuple[Ring, str, float]],
    preds: Sequence[tuple[Ring, float, float]],
    *,
    by_confidence: bool = False,
) -> dict[str, int]:
    """``gts`` are (ring, transcription, angle), ``preds`` (ring, confidence, angle)."""
    care = [text != "###" for _, text, _ in gts]
    order = list(range(len(preds)))
    if by_confidence:
        order.sort(key=lambda p: -preds[p][1])
    found = pair(
        [ring for ring, _, _ in gts],
        care,
        [ring for ring, _, _ in preds],
        allowed=lambda g, p: abs(gts[g][2] - preds[p][2]) < math.pi / 8,
        order=order,
    )
    return {
        "tp": len(found.pairs),
        "n_gt": sum(care),
        "n_det": len(preds) - len(found.ignored),
        "dc_gt": len(gts) - sum(care),
        "dc_det": len(found.ignored),
    }
