"""What checkers found -> texts that no label covers, and don't cares that they could read.

With one detector most of these are false (29 in 100 were real in the reference on agreement, section 17); three or more
checkers are needed for a useful list.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from ocr_eval.audit.candidates import NO_CONFIDENCE
from ocr_eval.audit.checkers import IOU, View
from ocr_eval.audit.geometry import INSIDE, RingSuspect
from ocr_eval.pairing import Pairing
from ocr_eval.tables.canonical import canonical_ring
from ocr_eval.tables.instances import Instances
from ocr_eval.tables.joined import Joined

Index = NDArray[np.int64]

COVERED = 0.1  # of a checker's ring: a label knows about it


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


def representative(views: Sequence[View], suspect: RingSuspect) -> tuple[int, int]:
    """The most confident of those who found an overlooked text; the first in canonical order on a tie."""
    return min(suspect.found, key=lambda node: (-_confidence(views[node[0]], node[1]), node))


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
    given = view.checker.instances.confidence
    return NO_CONFIDENCE if given is None else float(given[instance])


def _place(views: Sequence[View], suspect: RingSuspect) -> tuple[tuple[float, float], ...]:
    k, p = representative(views, suspect)
    return canonical_ring(views[k].checker.instances.points(p).tolist())
