"""Slow, obvious twin of ``rrc-e2e``: one sample -> its count row, texts compared as the rule reads."""

from __future__ import annotations

from collections.abc import Sequence

from tests.oracles.rrc_match import Ring, match

MARKS = "!?.:,*\"()\u00b7[]/'"


def agree(gt: str, pred: str) -> bool:
    """Tries every way the gt may lose one mark per side."""
    gt, pred = gt.upper(), pred.upper()
    allowed = {gt}
    if gt and gt[0] in MARKS:
        allowed.add(gt[1:])
    if gt and gt[-1] in MARKS:
        allowed.add(gt[:-1])
    if gt and gt[0] in MARKS and gt[-1] in MARKS:
        allowed.add(gt[1:-1])
    return pred in allowed


def distance(a: str, b: str) -> int:
    """Levenshtein by the textbook table."""
    rows = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        last, rows[0] = rows[0], i
        for j, y in enumerate(b, 1):
            last, rows[j] = rows[j], min(rows[j] + 1, rows[j - 1] + 1, last + (x != y))
    return rows[-1]


def corrected(text: str, lexicon: Sequence[str]) -> str | None:
    """The first lexicon word of smallest distance, if that is at most 1."""
    best = min(lexicon, key=lambda word: distance(word.upper(), text.upper()), default=None)
    return best if best is not None and distance(best.upper(), text.upper()) <= 1 else None


def row(
    gts: Sequence[tuple[Ring, str]],
    preds: Sequence[tuple[Ring, str]],
    *,
    lexicon: Sequence[str] = (),
    policy: str = "none",
) -> dict[str, int]:
    """``gts`` and ``preds`` are (ring, transcription)."""
    kept = []
    for ring, text in preds:
        word = corrected(text, lexicon) if policy != "none" else text
        if word is not None:
            kept.append((ring, word))
        elif policy == "keep":
            kept.append((ring, text))
    found = match([(ring, text != "###") for ring, text in gts], [(ring, 1.0) for ring, _ in kept])
    return {
        "tp": sum(agree(gts[g][1], kept[p][1]) for g, p in found.pairs),
        "paired": len(found.pairs),
        "n_gt": len(found.care),
        "n_det": len(kept) - len(found.ignored),
        "dc_gt": len(gts) - len(found.care),
        "dc_det": len(found.ignored),
        "dropped": len(preds) - len(kept),
    }
