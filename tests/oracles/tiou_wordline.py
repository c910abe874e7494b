"""Slow, obvious twin of ``tiou-wordline``: the steps of the SPEC one after the other, every area rational."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from tests.oracles import geometry
from tests.oracles.rrc_match import Ring, share_of
from tests.oracles.tiou import kept_of_gt, kept_of_pred

HALF = Fraction(1, 2)


def row(
    words: Sequence[tuple[Ring, bool]], lines: Sequence[Ring], preds: Sequence[Ring]
) -> tuple[dict[str, int], dict[str, Fraction]]:
    """``words`` are (ring, care)."""
    rings = [ring for ring, _ in words]
    n_gt = sum(care for _, care in words)
    ignored = {
        p
        for p, pred in enumerate(preds)
        if any(share_of(pred, ring) > HALF for ring, care in words if not care)
    }
    taken: set[int] = set()
    found: list[int] = []
    tp_line, tp_word, recall, precision = 0, 0, Fraction(0), Fraction(0)

    def free(p: int) -> bool:
        return p not in taken and p not in ignored

    for number, line in enumerate(lines if words else ()):
        p = next((p for p, pred in enumerate(preds) if free(p) and geometry.iou(line, pred) > HALF), None)
        if p is None:
            continue
        taken.add(p)
        tp_line += 1
        others = [ring for k, ring in enumerate(rings) if k != number]
        precision += geometry.iou(line, preds[p]) * kept_of_pred(preds[p], line, others)
        members = [g for g, ring in enumerate(rings) if share_of(ring, line) >= HALF]
        for g in members:
            if share_of(rings[g], preds[p]) > HALF:
                found.append(g)
                several = len(members) >= 2
                worth = share_of(rings[g], preds[p]) if several else geometry.iou(rings[g], preds[p])
                recall += worth * kept_of_gt(rings[g], preds[p])
    for g in found:
        p = next((p for p, pred in enumerate(preds) if free(p) and share_of(pred, rings[g]) > HALF), None)
        if p is not None:
            ignored.add(p)
    for g, (ring, care) in enumerate(words):
        if not care or g in found:
            continue
        p = next((p for p, pred in enumerate(preds) if free(p) and geometry.iou(ring, pred) > HALF), None)
        if p is not None:
            taken.add(p)
            tp_word += 1
            iou = geometry.iou(ring, preds[p])
            recall += iou * kept_of_gt(ring, preds[p])
            precision += iou * kept_of_pred(preds[p], ring, [r for k, r in enumerate(rings) if k != g])
    counts = {
        "tp": tp_line + tp_word,
        "n_gt": n_gt,
        "n_det": len(preds) - len(ignored),
        "dc_gt": len(words) - n_gt,
        "dc_det": len(ignored),
        "tp_line": tp_line,
    }
    return counts, {"tiou_recall": recall, "tiou_precision": precision}
