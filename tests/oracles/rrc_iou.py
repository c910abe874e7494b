"""Slow, obvious twin of ``rrc-iou``: one sample -> its count row; ranked predictions -> average precision."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from tests.oracles.rrc_match import Ring, match


def row(
    gts: Sequence[tuple[Ring, str]], preds: Sequence[tuple[Ring, float]], *, by_confidence: bool = False
) -> dict[str, int]:
    """``gts`` are (ring, transcription), ``preds`` (ring, confidence)."""
    found = match([(ring, text != "###") for ring, text in gts], preds, by_confidence=by_confidence)
    return {
        "tp": len(found.pairs),
        "n_gt": len(found.care),
        "n_det": len(preds) - len(found.ignored),
        "dc_gt": len(gts) - len(found.care),
        "dc_det": len(found.ignored),
    }


def average_precision(ranked: Sequence[bool], n_gt: int) -> Fraction:
    """``ranked``: correct or not, best first. The mean over gts of the precision at each correct prediction."""
    total = Fraction(0)
    for rank in range(1, len(ranked) + 1):
        if ranked[rank - 1]:
            total += Fraction(sum(ranked[:rank]), rank)
    return total / n_gt
