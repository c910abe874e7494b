"""Slow, obvious twin of ``cocotext``: one sample -> its count row, by the script's loops over bounding boxes."""

from __future__ import annotations

import string
from collections.abc import Sequence
from fractions import Fraction

from tests.oracles.rrc_e2e import distance

Ring = Sequence[tuple[float, float]]
KEPT = set(string.ascii_letters + string.digits + "!?@_-+*:&/ .")


def decode(text: str) -> str:
    return "".join(c for c in text.replace("\n", " ") if c in KEPT).lower()


def box(ring: Ring) -> tuple[float, float, float, float]:
    xs, ys = [x for x, _ in ring], [y for _, y in ring]
    return min(xs), min(ys), max(xs), max(ys)


def iou(a: Ring, b: Ring) -> Fraction:
    (ax, ay, ar, ab), (bx, by, br, bb) = box(a), box(b)
    wide, tall = min(ar, br) - max(ax, bx), min(ab, bb) - max(ay, by)
    inter = Fraction(wide) * Fraction(tall) if wide > 0 and tall > 0 else Fraction(0)
    union = Fraction(ar - ax) * Fraction(ab - ay) + Fraction(br - bx) * Fraction(bb - by) - inter
    return inter / union if union else Fraction(0)


def scan(
    gt: tuple[Ring, str], preds: Sequence[tuple[Ring, str]], free: Sequence[int], *, texts: bool
) -> int | None:
    best, taken = Fraction(0), None
    for p in free:
        value = iou(gt[0], preds[p][0])
        if value >= Fraction(1, 2) and value > best:
            best, taken = value, p
            if texts and decode(gt[1]) == decode(preds[p][1]):
                break
    return taken


def row(gts: Sequence[tuple[Ring, str]], preds: Sequence[tuple[Ring, str]]) -> dict[str, int]:
    """``gts`` and ``preds`` are (ring, transcription); ``###`` is no text."""
    counts = dict.fromkeys(("exact", "within1", "scored", "ignored", "det_tp", "det_fn", "det_fp"), 0)
    free = list(range(len(preds)))
    for gt in gts:
        p = scan(gt, preds, free, texts=True) if gt[1] != "###" else None
        if p is None:
            continue
        free.remove(p)
        if len(decode(gt[1])) < 3:
            counts["ignored"] += 1
            continue
        apart = distance(decode(gt[1]), decode(preds[p][1]))
        counts["scored"] += 1
        counts["exact"] += apart == 0
        counts["within1"] += apart <= 1
    free = list(range(len(preds)))
    for gt in gts:
        p = scan(gt, preds, free, texts=False)
        counts["det_fn" if p is None else "det_tp"] += 1
        if p is not None:
            free.remove(p)
    counts["det_fp"] = len(free)
    return counts
