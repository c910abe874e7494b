"""Slow, obvious twin of ``hiertext-e2e``: the words of ``hiertext`` whose texts are equal."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from tests.oracles import hiertext
from tests.oracles.rrc_match import Ring


def row(
    gts: Sequence[tuple[Ring, str]], preds: Sequence[tuple[Ring, str]]
) -> tuple[dict[str, int], dict[str, Fraction]]:
    """Both sides are (ring, transcription)."""
    care = [text != "###" for _, text in gts]
    found, dropped = hiertext.words(
        [(ring, own) for (ring, _), own in zip(gts, care, strict=True)], [ring for ring, _ in preds]
    )
    equal = [iou for g, p, iou in found if gts[g][1] == preds[p][1]]
    counts = hiertext.row(len(found), care, len(preds), len(dropped))
    sums = {
        "tightness": sum((iou for *_, iou in found), Fraction(0)),
        "tightness_text": sum(equal, Fraction(0)),
    }
    return counts | {"tp_text": len(equal)}, sums
