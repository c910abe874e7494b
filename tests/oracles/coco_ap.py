"""Slow, obvious twin of ``coco-ap``: every range, threshold and number of predictions is matched by itself.

Written from the description, in doubles where the published code compares doubles. A box is (left, top, width,
height).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

# As numpy.linspace(0.5, 0.95, 10) rounds.
THRESHOLDS = [0.5 + k * ((0.95 - 0.5) / 9) for k in range(9)] + [0.95]
GRID = [k * 0.01 for k in range(101)]
RANGES = {"all": (0, 1e10), "small": (0, 32**2), "medium": (32**2, 96**2), "large": (96**2, 1e10)}
Box = tuple[float, float, float, float]


class Gt(NamedTuple):
    """One annotation."""

    box: Box
    crowd: bool = False
    area: float | None = None


Found = tuple[Box, float]  # box, confidence
Sample = tuple[Sequence[Gt], Sequence[Found]]


def overlap(gt: Gt, pred: Box) -> float:
    """IoU, or with a crowd the share of the prediction."""
    wide = min(pred[2] + pred[0], gt.box[2] + gt.box[0]) - max(pred[0], gt.box[0])
    high = min(pred[3] + pred[1], gt.box[3] + gt.box[1]) - max(pred[1], gt.box[1])
    if wide <= 0 or high <= 0:
        return 0.0
    inter, own = wide * high, pred[2] * pred[3]
    return inter / (own if gt.crowd else own + gt.box[2] * gt.box[3] - inter)


def judged(sample: Sample, area: str, threshold: float, most: int) -> list[tuple[float, str]]:
    """(confidence, "right", "wrong" or "neutral") of the first ``most`` predictions, by falling confidence."""
    gts, preds = sample
    low, high = RANGES[area]
    ignored = [gt.crowd or not low <= _area(gt) <= high for gt in gts]
    order = sorted(range(len(gts)), key=lambda g: ignored[g])
    taken: set[int] = set()
    result = []
    for box, confidence in sorted(preds, key=lambda found: -found[1])[:most]:
        best, mine = threshold, None
        for g in order:
            if g in taken and not gts[g].crowd:
                continue
            if mine is not None and not ignored[mine] and ignored[g]:
                break
            value = overlap(gts[g], box)
            if value >= best:
                best, mine = value, g
        if mine is None:
            verdict = "wrong" if low <= box[2] * box[3] <= high else "neutral"
        else:
            taken.add(mine)
            verdict = "neutral" if ignored[mine] else "right"
        result.append((confidence, verdict))
    return result


def due(samples: Sequence[Sample], area: str) -> int:
    """Gts to be found."""
    low, high = RANGES[area]
    return sum(not gt.crowd and low <= _area(gt) <= high for gts, _ in samples for gt in gts)


def curve(samples: Sequence[Sample], area: str, threshold: float, most: int) -> tuple[list[float], float]:
    """(precision at every point of the grid, last recall)."""
    found = [each for sample in samples for each in judged(sample, area, threshold, most)]
    total, tp, fp = due(samples, area), 0, 0
    points = []
    for _, verdict in sorted(found, key=lambda each: -each[0]):
        tp += verdict == "right"
        fp += verdict == "wrong"
        points.append((tp / total, tp / (fp + tp + 2.0**-52)))
    precision = [max((p for r, p in points if r >= wanted), default=0.0) for wanted in GRID]
    return precision, points[-1][0] if points else 0.0


def metrics(samples: Sequence[Sample]) -> dict[str, float | None]:
    """The twelve numbers, None where nothing is to be found."""

    def ap(area: str, thresholds: Sequence[float]) -> float | None:
        if not due(samples, area):
            return None
        values = [value for t in thresholds for value in curve(samples, area, t, 100)[0]]
        return sum(values) / len(values)

    def ar(area: str, most: int) -> float | None:
        if not due(samples, area):
            return None
        return sum(curve(samples, area, t, most)[1] for t in THRESHOLDS) / len(THRESHOLDS)

    sizes = ("small", "medium", "large")
    return (
        {"ap": ap("all", THRESHOLDS), "ap50": ap("all", [0.5]), "ap75": ap("all", [0.75])}
        | {f"ap_{size}": ap(size, THRESHOLDS) for size in sizes}
        | {f"ar{most}": ar("all", most) for most in (1, 10, 100)}
        | {f"ar_{size}": ar(size, 100) for size in sizes}
    )


def _area(gt: Gt) -> float:
    return gt.box[2] * gt.box[3] if gt.area is None else gt.area
