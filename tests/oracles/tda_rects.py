"""Slow, obvious twin of ``tda-rects``: one sample -> counts and similarity; a set -> the best row of its sweep."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from tests.oracles.overlaps import HALF, Ring, half_iou
from tests.oracles.rrc_e2e import distance

PLUS = Fraction(1, 10**6)
Outcome = tuple[float, str, Fraction]  # score, "tp", "fp" or "neutral", similarity


def outcomes(
    gts: Sequence[tuple[Ring, str, bool]], preds: Sequence[tuple[Ring, str, float]], score: float = 0.0
) -> list[Outcome]:
    """By falling score. ``gts`` are (ring, transcription, counts), ``preds`` (ring, transcription, score)."""
    hit: set[int] = set()
    found: list[Outcome] = []
    for ring, text, own in sorted((p for p in preds if p[2] > score), key=lambda p: -p[2]):
        best, chosen = Fraction(0), -1
        for g, (other, _, _) in enumerate(gts):
            overlap = half_iou(other, ring, PLUS)
            if overlap > best:
                best, chosen = overlap, g
        if best > HALF and chosen not in hit:
            hit.add(chosen)
            truth, counts = gts[chosen][1], gts[chosen][2]
            longer = max(len(truth), len(text))
            similar = 1 - Fraction(distance(truth, text), longer) if longer else Fraction(1)
            found.append((own, "tp", similar) if counts else (own, "neutral", Fraction(0)))
        else:
            found.append((own, "fp", Fraction(0)))
    return found


def row(
    gts: Sequence[tuple[Ring, str, bool]], preds: Sequence[tuple[Ring, str, float]], score: float = 0.0
) -> tuple[dict[str, int], Fraction]:
    """The counts, and the sum of similarities."""
    found = outcomes(gts, preds, score)
    counts = {kind: sum(each == kind for _, each, _ in found) for kind in ("tp", "fp", "neutral")}
    n_gt = sum(counts_too for _, _, counts_too in gts)
    return {"tp": counts["tp"], "fp": counts["fp"], "n_gt": n_gt, "neutral": counts["neutral"]}, sum(
        (similar for _, _, similar in found), Fraction(0)
    )


def rows(samples: Sequence[Sequence[Outcome]], n_gt: int, metric: str) -> list[tuple[Fraction, float]]:
    """(value, score) after every prediction of all samples; a neutral one repeats the row before."""
    made = []
    tp = fp = 0
    similarity = Fraction(0)
    for own, kind, similar in sorted(
        (each for found in samples for each in found), key=lambda each: -each[0]
    ):
        tp, fp, similarity = tp + (kind == "tp"), fp + (kind == "fp"), similarity + similar
        precision = Fraction(tp, tp + fp) if tp + fp else Fraction(0)
        recall = Fraction(tp, n_gt)
        value = {
            "hmean": 2 * precision * recall / (precision + recall + PLUS),
            "one_minus_ned": similarity / (n_gt + fp),
        }[metric]
        made.append((value, own))
    return made


def best(samples: Sequence[Sequence[Outcome]], n_gt: int, metric: str) -> tuple[Fraction, float] | None:
    """The first of the rows with the largest value."""
    return max(rows(samples, n_gt, metric), key=lambda each: each[0], default=None)
