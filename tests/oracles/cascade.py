"""Slow, obvious twin of ``cascade``: one sample -> its count row and the exact similarity of its matched pairs."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from tests.oracles import geometry
from tests.oracles.rrc_e2e import distance
from tests.oracles.rrc_match import Ring, share_of

HALF = Fraction(1, 2)


def row(
    gts: Sequence[tuple[Ring, str]], preds: Sequence[tuple[Ring, str]], *, upper: bool = True
) -> tuple[dict[str, int], Fraction]:
    """``gts`` and ``preds`` are (ring, transcription)."""
    dont_care = [ring for ring, text in gts if text == "###"]
    words = [(ring, text.upper() if upper else text) for ring, text in gts if text not in ("", "###")]
    found = [
        (ring, text.upper() if upper else text)
        for ring, text in preds
        if not any(share_of(ring, other) > HALF for other in dont_care)
    ]
    overlaps = {
        (g, p): value
        for g, (a, _) in enumerate(words)
        for p, (b, _) in enumerate(found)
        if (value := geometry.iou(a, b)) > HALF
    }
    matched: list[tuple[int, int]] = []
    for g, p in sorted(overlaps, key=lambda pair: (-overlaps[pair], pair)):
        if all(g != h and p != q for h, q in matched):
            matched.append((g, p))
    similarity = Fraction(0)
    for g, p in matched:
        a, b = words[g][1], found[p][1]
        similarity += 1 - Fraction(distance(a, b), max(len(a), len(b))) if a or b else 1
    split = sum(
        any(
            text and text != other and text in other and share_of(ring, outer) > HALF
            for outer, other in words
        )
        for ring, text in found
    )
    merged = sum(
        any(
            text and text != other and text in other and share_of(ring, outer) > HALF
            for outer, other in found
        )
        for ring, text in words
    )
    counts = {
        "n_gt": len(words),
        "n_det": len(found),
        "match": len(matched),
        "wem": sum(words[g][1] == found[p][1] for g, p in matched),
        "split": split,
        "merge": merged,
        "dc_gt": len(dont_care),
        "dc_det": len(preds) - len(found),
    }
    return counts, similarity
