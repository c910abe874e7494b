"""A gt and what checkers found -> suspect rings: misplaced, spurious, split or merged labels.

Scores are not comparable between kinds. What checkers found and no label covers is in ``overlooked``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ocr_eval.audit.checkers import View
from ocr_eval.kernels import plain
from ocr_eval.tables.instances import Instances

Floats = NDArray[np.float64]
Index = NDArray[np.int64]

SHARED = 0.5  # of the smaller ring, strict: the two belong to one component
INSIDE = 0.5  # of a checker's ring, strict: it lies inside a label
SPURIOUS = 0.1  # largest IoU below which a checker has nothing there
KINDS = ("misplaced", "spurious", "split-label", "merged-label", "overlooked")


@dataclass(frozen=True)
class RingSuspect:
    """One ring to look at. ``instance`` of the gt, or None for an overlooked text; then ``found`` says where it is.

    ``found``: (checker, instance of the checker) of those who saw it otherwise.
    """

    kind: str
    sample: int
    instance: int | None
    score: float
    found: tuple[tuple[int, int], ...]


@dataclass(frozen=True, eq=False)
class Rings:
    """Per care instance of the gt what the checkers say about its ring; (N,) arrays over all instances."""

    score: Floats  # 0 where no checker was asked
    asked: Index  # how many checkers
    unmatched: Index  # how many of them have no instance matched to it
    alone: Index  # how many of them overlap it by less than ``SPURIOUS``
    best: Floats  # (K, N) largest IoU with an instance of the checker


def ring_scores(gt: Instances, views: Sequence[View]) -> Rings:
    """mean (1 - best IoU) + half the share of checkers with two or more instances mostly inside the ring."""
    size = len(gt)
    best = np.zeros((len(views), size))
    total, several = np.zeros(size), np.zeros(size, np.int64)
    asked, unmatched, alone = (np.zeros(size, np.int64) for _ in range(3))
    for k, view in enumerate(views):
        pairs = view.pairs
        np.maximum.at(best[k], pairs.gt, view.pairing.iou(pairs))
        inside = view.pairing.covers_pred(pairs, INSIDE)
        held = np.bincount(pairs.gt[inside], minlength=size)
        total += np.where(view.asked, 1 - best[k], 0.0)
        several += view.asked & (held >= 2)
        asked += view.asked
        unmatched += view.asked & (view.partner < 0)
        alone += view.asked & (best[k] < SPURIOUS)
    known = np.maximum(asked, 1)
    score = np.where(asked > 0, total / known + 0.5 * several / known, 0.0)
    return Rings(score, asked, unmatched, alone, best)


def ring_suspects(gt: Instances, views: Sequence[View]) -> list[RingSuspect]:
    """Care instances that most checkers have no match for, and those they group otherwise; highest score first."""
    rings = ring_scores(gt, views)
    regrouped = groupings(gt, views)
    nearest = [_nearest(view) for view in views]
    suspects = []
    for i in np.flatnonzero(gt.care & (rings.asked > 0)).tolist():
        sample = int(gt.sample_of[i])
        score = float(rings.score[i])
        if i in regrouped:
            kind, found = regrouped[i]
            suspects.append(RingSuspect(kind, sample, i, score, found))
        elif 2 * rings.unmatched[i] > rings.asked[i]:
            kind = "spurious" if 2 * rings.alone[i] > rings.asked[i] else "misplaced"
            found = tuple((k, int(own[i])) for k, own in enumerate(nearest) if own[i] >= 0)
            suspects.append(RingSuspect(kind, sample, i, score, found))
    return sorted(suspects, key=lambda s: (-s.score, s.instance))


def found_rings(suspect: RingSuspect, views: Sequence[View]) -> tuple[tuple[int, tuple[float, ...]], ...]:
    """(checker, x1, y1, x2, …) of what the checkers found instead."""
    points = ((k, views[k].checker.instances.points(p)) for k, p in suspect.found)
    return tuple((k, tuple(ring.ravel().tolist())) for k, ring in points)


def groupings(gt: Instances, views: Sequence[View]) -> dict[int, tuple[str, tuple[tuple[int, int], ...]]]:
    """Care instance -> (split-label or merged-label, what the checkers have there), where half of them agree.

    Per checker the components of rings that share more than half of the smaller: several labels against one instance
    (a split label) or one label against several (a merged label; all must find equally many).
    """
    size = len(gt)
    says: dict[int, dict[tuple[str, tuple[int, ...]], list[tuple[int, int]]]] = {}
    votes: dict[int, dict[tuple[str, tuple[int, ...]], int]] = {}
    for k, view in enumerate(views):
        pairs, preds = view.pairs, len(view.checker.instances)
        together = view.pairing.covers_gt(pairs, SHARED) | view.pairing.covers_pred(pairs, SHARED)
        own, other, _ = plain.components(pairs.gt[together], pairs.pred[together], (size, preds))
        gts, found = _members(own), _members(other)
        for label, members in gts.items():
            theirs = found.get(label, [])
            if not view.asked[members[0]]:
                continue
            if len(members) >= 2 and len(theirs) == 1:
                key = ("split-label", tuple(members))
            elif len(members) == 1 and len(theirs) >= 2:
                key = ("merged-label", (len(theirs),))
            else:
                continue
            for i in members:
                votes.setdefault(i, {})[key] = votes.get(i, {}).get(key, 0) + 1
                says.setdefault(i, {}).setdefault(key, []).extend((k, p) for p in theirs)
    asked = sum((view.asked.astype(np.int64) for view in views), np.zeros(size, np.int64))
    result = {}
    for i, counted in votes.items():
        key = min(counted, key=lambda each: (-counted[each], each))
        if gt.care[i] and 2 * counted[key] >= asked[i]:
            result[i] = (key[0], tuple(says[i][key]))
    return result


def _members(labels: Index) -> dict[int, list[int]]:
    """Component -> its members, rising."""
    result: dict[int, list[int]] = {}
    for i, label in enumerate(labels.tolist()):
        result.setdefault(label, []).append(i)
    return result


def _nearest(view: View) -> Index:
    """(N,) per label the checker's instance with the largest IoU above 0, the first on a tie; -1 = none."""
    pairs, iou = view.pairs, view.pairing.iou(view.pairs)
    result = np.full(len(view.asked), -1, np.int64)
    order = np.lexsort((-pairs.pred, iou, pairs.gt))  # the last of a label is the one
    order = order[iou[order] > 0]
    result[pairs.gt[order]] = pairs.pred[order]
    return np.where(view.asked, result, -1)
