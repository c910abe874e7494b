"""A gt and what checkers found -> suspect rings: misplaced, spurious, overlooked, split or merged labels.

Scores are not comparable between kinds. With one detector most overlooked suspects are false (see the reference on
agreement, section 17); three or more checkers are needed for a useful list.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from ocr_eval.audit.checkers import IOU, View
from ocr_eval.kernels import plain
from ocr_eval.pairing import Pairing
from ocr_eval.tables.canonical import canonical_ring
from ocr_eval.tables.instances import Instances
from ocr_eval.tables.joined import Joined

Floats = NDArray[np.float64]
Index = NDArray[np.int64]

SHARED = 0.5  # of the smaller ring, strict: the two belong to one component
INSIDE = 0.5  # of a checker's ring, strict: it lies inside a label
COVERED = 0.1  # of a checker's ring: a label knows about it
SPURIOUS = 0.1  # a label no checker overlaps better than this
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
    best: Floats  # (K, N) largest IoU with an instance of the checker


def ring_scores(gt: Instances, views: Sequence[View]) -> Rings:
    """mean (1 - best IoU) + half the share of checkers with two or more instances mostly inside the ring."""
    size = len(gt)
    best = np.zeros((len(views), size))
    total, several = np.zeros(size), np.zeros(size, np.int64)
    asked, unmatched = np.zeros(size, np.int64), np.zeros(size, np.int64)
    for k, view in enumerate(views):
        pairs = view.pairs
        np.maximum.at(best[k], pairs.gt, view.pairing.iou(pairs))
        inside = view.pairing.covers_pred(pairs, INSIDE)
        held = np.bincount(pairs.gt[inside], minlength=size)
        total += np.where(view.asked, 1 - best[k], 0.0)
        several += view.asked & (held >= 2)
        asked += view.asked
        unmatched += view.asked & (view.partner < 0)
    known = np.maximum(asked, 1)
    score = np.where(asked > 0, total / known + 0.5 * several / known, 0.0)
    return Rings(score, asked, unmatched, best)


def ring_suspects(gt: Instances, views: Sequence[View]) -> list[RingSuspect]:
    """Care instances that most checkers have no match for, and those they group otherwise; highest score first."""
    rings = ring_scores(gt, views)
    regrouped = groupings(gt, views)
    suspects = []
    for i in np.flatnonzero(gt.care & (rings.asked > 0)).tolist():
        sample = int(gt.sample_of[i])
        score = float(rings.score[i])
        if i in regrouped:
            kind, found = regrouped[i]
            suspects.append(RingSuspect(kind, sample, i, score, found))
        elif 2 * rings.unmatched[i] > rings.asked[i]:
            kind = "spurious" if rings.best[:, i].max() < SPURIOUS else "misplaced"
            suspects.append(RingSuspect(kind, sample, i, score, _nearest(views, i)))
    return sorted(suspects, key=lambda s: (-s.score, s.instance))


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


def overlooked(gt: Instances, views: Sequence[View]) -> list[RingSuspect]:
    """Places where several checkers (one, if there is only one) found text that no label covers; best evidence first.

    Left out: what a label covers to a tenth or more, and what lies mostly inside a don't care.
    """
    free = [_uncovered(gt, view) for view in views]
    node_of = [{int(p): None for p in own} for own in free]
    nodes = [(k, p) for k, own in enumerate(node_of) for p in own]
    number = {node: j for j, node in enumerate(nodes)}
    links: dict[tuple[int, int], float] = {}
    for k, other in combinations(range(len(views)), 2):
        for a, b, iou in _links(
            views[k].checker.instances, views[other].checker.instances, free[k], free[other]
        ):
            links[number[k, a], number[other, b]] = iou
    clusters = _complete_link(links, nodes, views)
    fewest = 1 if len(views) == 1 else 2
    suspects = []
    for members in clusters:
        if len(members) < fewest:
            continue
        found = tuple(nodes[j] for j in members)
        score = sum(_confidence(views[k], p) for k, p in found)
        k, p = found[0]
        suspects.append(
            RingSuspect("overlooked", int(views[k].checker.instances.sample_of[p]), None, score, found)
        )
    return sorted(suspects, key=lambda s: (-s.score, s.sample, _place(views, s)))


def representative(views: Sequence[View], suspect: RingSuspect) -> tuple[int, int]:
    """The most confident of those who found an overlooked text; the first in canonical order on a tie."""
    return min(suspect.found, key=lambda node: (-_confidence(views[node[0]], node[1]), node))


def read_dont_cares(gt: Instances, views: Sequence[View]) -> list[RingSuspect]:
    """Don't care instances where at least half of the checkers (two of several) read text; most confident first."""
    found: dict[int, list[tuple[int, int]]] = {}
    asked = np.zeros(len(gt), np.int64)
    for k, view in enumerate(views):
        asked += view.asked
        texts = view.checker.texts
        if not texts or not gt.geometry:
            continue
        pairs = view.pairs
        among = view.pairing.overlaps(pairs, IOU, among=~gt.care[pairs.gt])
        partner = view.pairing.one_to_one(pairs, among)
        for g in np.flatnonzero((partner >= 0) & view.asked).tolist():
            if texts[partner[g]]:
                found.setdefault(g, []).append((k, int(partner[g])))
    fewest = 1 if len(views) == 1 else 2
    suspects = [
        RingSuspect(
            "dont-care",
            int(gt.sample_of[g]),
            g,
            sum(_confidence(views[k], p) for k, p in own),
            tuple(own),
        )
        for g, own in found.items()
        if len(own) >= fewest and 2 * len(own) >= asked[g]
    ]
    return sorted(suspects, key=lambda s: (-s.score, s.instance))


def _members(labels: Index) -> dict[int, list[int]]:
    """Component -> its members, rising."""
    result: dict[int, list[int]] = {}
    for i, label in enumerate(labels.tolist()):
        result.setdefault(label, []).append(i)
    return result


def _nearest(views: Sequence[View], instance: int) -> tuple[tuple[int, int], ...]:
    """Per checker the instance with the largest IoU above 0, if there is one."""
    found = []
    for k, view in enumerate(views):
        own = np.flatnonzero(view.pairs.gt == instance)
        if not view.asked[instance] or not len(own):
            continue
        iou = view.pairing.iou(view.pairs)[own]
        if iou.max() > 0:
            found.append((k, int(view.pairs.pred[own[iou.argmax()]])))
    return tuple(found)


def _uncovered(gt: Instances, view: View) -> Index:
    """Instances of a checker that no label covers and no don't care holds, in images it may judge."""
    pairs, pred = view.pairs, view.checker.instances
    care = gt.care[pairs.gt]
    covered = view.pairing.covers_pred(pairs, COVERED, strict=False, among=care)
    held = view.pairing.covers_pred(pairs, INSIDE, among=~care)
    free = pred.valid & view.checker.asked[pred.sample_of]
    free[pairs.pred[covered | held]] = False
    return np.flatnonzero(free)


def _links(a: Instances, b: Instances, free_a: Index, free_b: Index) -> list[tuple[int, int, float]]:
    """(instance of a, instance of b, IoU) of free instances that overlap."""
    flags = []
    for table, free in ((a, free_a), (b, free_b)):
        keep = np.zeros(len(table), np.bool_)
        keep[free] = True
        flags.append(keep)
    pairing = Pairing(Joined(a.where(flags[0]), b.where(flags[1]), (), ()), policy="false-positive")
    pairs = pairing.rings
    over = np.flatnonzero(pairing.overlaps(pairs, IOU))
    iou = pairing.iou(pairs)[over]
    at_a, at_b = free_a[pairs.gt[over]], free_b[pairs.pred[over]]
    return list(zip(at_a.tolist(), at_b.tolist(), iou.tolist(), strict=True))


def _complete_link(
    links: dict[tuple[int, int], float], nodes: Sequence[tuple[int, int]], views: Sequence[View]
) -> list[list[int]]:
    """Nodes joined from the largest IoU down, while every pair is linked and no checker stands twice."""
    rings = {}
    for pair in links:
        for j in pair:
            k, p = nodes[j]
            rings[j] = canonical_ring(views[k].checker.instances.points(p).tolist())
    cluster: dict[int, list[int]] = {j: [j] for j in range(len(nodes))}
    home = list(range(len(nodes)))
    order = sorted(links, key=lambda pair: (-round(links[pair], 12), sorted(rings[j] for j in pair), pair))
    for a, b in order:
        one, two = home[a], home[b]
        if one == two:
            continue
        pairs = [(min(x, y), max(x, y)) for x in cluster[one] for y in cluster[two]]
        # Instances of one checker are never linked, so this also keeps a checker from standing twice.
        if all(pair in links for pair in pairs):
            cluster[one] = sorted(cluster[one] + cluster.pop(two))
            for j in cluster[one]:
                home[j] = one
    return [cluster[key] for key in sorted(cluster)]


def _confidence(view: View, instance: int) -> float:
    from ocr_eval.audit.candidates import NO_CONFIDENCE

    given = view.checker.instances.confidence
    return NO_CONFIDENCE if given is None else float(given[instance])


def _place(views: Sequence[View], suspect: RingSuspect) -> tuple[tuple[float, float], ...]:
    k, p = representative(views, suspect)
    return canonical_ring(views[k].checker.instances.points(p).tolist())
