"""Slow, obvious twin of ``mlt19``: one sample -> its counts and its two sums of distances."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from tests.oracles.overlaps import Ring
from tests.oracles.rrc_e2e import distance
from tests.oracles.rrc_pairs import pair


def row(
    gts: Sequence[tuple[Ring, str]], preds: Sequence[tuple[Ring, str]]
) -> tuple[dict[str, int], dict[str, Fraction]]:
    """``gts`` and ``preds`` are (ring, transcription)."""
    care = [text != "###" for _, text in gts]
    found = pair([ring for ring, _ in gts], care, [ring for ring, _ in preds])
    texts = [(gts[g][1], preds[p][1]) for g, p in found.pairs]
    n_gt, n_det = sum(care), len(preds) - len(found.ignored)
    alone = n_gt + n_det - 2 * len(texts)
    counts = {
        "tp": sum(a == b for a, b in texts),
        "tp_upper": sum(a.upper() == b.upper() for a, b in texts),
        "paired": len(texts),
        "n_gt": n_gt,
        "n_det": n_det,
        "dc_gt": len(gts) - n_gt,
        "dc_det": len(found.ignored),
    }
    sums = {"ned": Fraction(alone), "ned_upper": Fraction(alone)}
    for a, b in texts:
        if a or b:
            longer = max(len(a), len(b))
            sums["ned"] += Fraction(distance(a, b), longer)
            sums["ned_upper"] += Fraction(distance(a.upper(), b.upper()), longer)
    return counts, sums
