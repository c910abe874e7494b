"""Slow, obvious twin of ``ic13-v1``, ``ic13-v2`` and ``ic13-deteval``: full tables of shares in plain floats, loops."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

Box = tuple[float, float, float, float]  # xmin, ymin, xmax, ymax


class Entries(NamedTuple):
    """(gts, predictions, kind) in order; ignored predictions; what both sides earned."""

    entries: list[tuple[list[int], list[int], str]]
    ignored: set[int]
    recall: float
    precision: float


def area(box: Box) -> float:
    return (box[2] - box[0] + 1) * (box[3] - box[1] + 1)


def shared(a: Box, b: Box) -> float:
    wide = min(a[2], b[2]) - max(a[0], b[0]) + 1
    tall = min(a[3], b[3]) - max(a[1], b[1]) + 1
    return wide * tall if wide >= 0 and tall >= 0 else 0.0


def distance(a: Box, b: Box) -> float:
    """Of the centres, over half the sum of the diagonals."""
    centres = [(box[0] + (box[2] - box[0] + 1) / 2, box[1] + (box[3] - box[1] + 1) / 2) for box in (a, b)]
    x, y = centres[0][0] - centres[1][0], centres[0][1] - centres[1][1]
    diagonals = [math.sqrt((box[3] - box[1] + 1) ** 2 + (box[2] - box[0] + 1) ** 2) for box in (a, b)]
    return math.sqrt(x * x + y * y) / (diagonals[0] + diagonals[1]) * 2


def match(
    gts: Sequence[tuple[Box, bool]],
    preds: Sequence[Box],
    variant: str,
    *,
    tr: float = 0.8,
    tp: float = 0.4,
    center: float = 1.0,
) -> Entries:
    """``gts`` are (box, care), ``variant`` is "v1", "v2" or "deteval"."""
    care = [i for i, (_, is_care) in enumerate(gts) if is_care]
    ignored = {
        j
        for j, box in enumerate(preds)
        if any(shared(region, box) / area(box) > tp for region, is_care in gts if not is_care)
    }
    kept = [j for j in range(len(preds)) if j not in ignored]
    recall = [[shared(box, other) / area(box) for other in preds] for box, _ in gts]
    precision = [[shared(box, other) / area(other) for other in preds] for box, _ in gts]
    ok = [[recall[i][j] >= tr and precision[i][j] >= tp for j in range(len(preds))] for i in range(len(gts))]
    taken_gt: set[int] = set()
    taken_pred: set[int] = set()
    entries: list[tuple[list[int], list[int], str]] = []
    earned = [0.0, 0.0]

    def meets_gt(i: int) -> int:
        return sum(recall[i][j] > 0 for j in kept)

    def meets_pred(j: int) -> int:
        return sum(recall[i][j] > 0 for i in care)

    def enough(values: list[float], limit: float) -> bool:
        total = 0.0
        for value in values:
            total += value
        if variant != "v1":
            total = round(total * 10_000) / 10_000  # half to even
        return bool(values) and total >= limit

    def enter(some_gt: list[int], some_pred: list[int], kind: str, weight: float) -> None:
        if variant != "v1" and len(some_gt) == len(some_pred) == 1:
            kind, weight = "OO", 1.0
        entries.append((some_gt, some_pred, kind))
        taken_gt.update(some_gt)
        taken_pred.update(some_pred)
        earned[0] += weight * len(some_gt)
        earned[1] += weight * len(some_pred)

    for i in care:
        for j in kept:
            if i in taken_gt or j in taken_pred or not ok[i][j]:
                continue
            if sum(ok[i]) != 1 or sum(line[j] for line in ok) != 1:
                continue
            if variant == "deteval" and (meets_gt(i) != 1 or meets_pred(j) != 1):
                continue
            if distance(gts[i][0], preds[j]) < center:
                enter([i], [j], "OO", 1.0)
    for i in care:
        if i in taken_gt or (variant == "deteval" and meets_gt(i) < 2):
            continue
        some = [j for j in kept if j not in taken_pred and precision[i][j] >= tp]
        if enough([recall[i][j] for j in some], tr):
            enter([i], some, "OM", 0.8)
    for j in kept:
        if j in taken_pred or (variant == "deteval" and meets_pred(j) < 2):
            continue
        some = [i for i in care if i not in taken_gt and recall[i][j] >= tr]
        if enough([precision[i][j] for i in some], tp):
            enter(some, [j], "MO", 1.0)
    return Entries(entries, ignored, earned[0], earned[1])


def row(
    gts: Sequence[tuple[Box, bool]], preds: Sequence[Box], variant: str
) -> tuple[dict[str, int], dict[str, float]]:
    """The count row and the sums of one sample."""
    found = match(gts, preds, variant)
    kinds = [kind for _, _, kind in found.entries]
    care = sum(is_care for _, is_care in gts)
    counts = {
        "n_gt": care,
        "n_det": len(preds) - len(found.ignored),
        "dc_gt": len(gts) - care,
        "dc_det": len(found.ignored),
        "n_oo": kinds.count("OO"),
        "n_om": kinds.count("OM"),
        "n_mo": kinds.count("MO"),
    }
    return counts, {"recall": found.recall, "precision": found.precision}
