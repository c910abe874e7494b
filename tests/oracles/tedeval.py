"""Slow, obvious twin of ``tedeval``: one sample -> its count row and what was earned; every area a fraction."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from functools import cache

from tests.oracles import geometry
from tests.oracles.pseudo_characters import Point, Ring, centres, holds

HALF = Fraction(2, 5)  # both thresholds


class Page:
    """One sample; a ring is a tuple of points."""

    def __init__(self, gts: Sequence[tuple[Ring, str]], preds: Sequence[Ring]) -> None:
        self.gts, self.texts = [tuple(ring) for ring, _ in gts], [text for _, text in gts]
        self.preds = [tuple(ring) for ring in preds]
        self.cares = [g for g, text in enumerate(self.texts) if text != "###"]
        self.dont_cares = [g for g, text in enumerate(self.texts) if text == "###"]
        self.upon = {
            d: [c for c in self.cares if meet(self.gts[c], self.gts[d]) > 0] for d in self.dont_cares
        }

    def area_gt(self, g: int) -> Fraction:
        ring, cares = self.gts[g], self.upon.get(g, [])
        if not cares:
            return abs(geometry.signed_area(ring))
        return geometry.where(
            [ring, *(self.gts[c] for c in cares)], lambda held: held[0] and not any(held[1:])
        )

    def shared(self, g: int, p: int) -> Fraction:
        """What is left of a gt, with an uncut prediction."""
        cares = [self.gts[c] for c in self.upon.get(g, [])]
        rings = [self.preds[p], self.gts[g], *cares]
        if not meet(self.preds[p], self.gts[g]):
            return Fraction(0)
        return geometry.where(rings, lambda held: held[0] and held[1] and not any(held[2:]))

    def cutters(self, p: int) -> list[int]:
        return [d for d in self.dont_cares if self.area_gt(d) > 0 and self.shared(d, p) > 0]

    def area_pred(self, p: int) -> Fraction:
        """What is left of a prediction."""
        cutters = self.cutters(p)
        if not cutters:
            return abs(geometry.signed_area(self.preds[p]))
        cares = sorted({c for d in cutters for c in self.upon[d]})
        rings = [self.preds[p], *(self.gts[g] for g in (*cutters, *cares))]

        def inside(held: list[bool]) -> bool:
            of = dict(zip((*cutters, *cares), held[1:], strict=True))
            return held[0] and not any(of[d] and not any(of[c] for c in self.upon[d]) for d in cutters)

        return geometry.where(rings, inside)

    def has(self, p: int, point: Point) -> bool:
        """The prediction, or what is left of it, holds a point."""
        if not holds(self.preds[p], point):
            return False
        return not any(
            holds(self.gts[d], point) and not any(holds(self.gts[c], point) for c in self.upon[d])
            for d in self.cutters(p)
        )


@cache
def meet(a: Ring, b: Ring) -> Fraction:
    for k in (0, 1):
        if max(p[k] for p in a) <= min(p[k] for p in b) or max(p[k] for p in b) <= min(p[k] for p in a):
            return Fraction(0)
    return geometry.shared(a, b)


def share(part: Fraction, whole: Fraction) -> Fraction:
    return part / whole if whole else Fraction(0)


def centroid(ring: Ring) -> Point:
    area = geometry.signed_area(ring)
    if not area:
        return sum(x for x, _ in ring) / len(ring), sum(y for _, y in ring) / len(ring)
    x = y = Fraction(0)
    for k, (x1, y1) in enumerate(ring):
        x0, y0 = ring[k - 1]
        cross = Fraction(x0) * Fraction(y1) - Fraction(x1) * Fraction(y0)
        x, y = x + (Fraction(x0) + Fraction(x1)) * cross, y + (Fraction(y0) + Fraction(y1)) * cross
    return float(x / (6 * area)), float(y / (6 * area))


def one_line(rings: Sequence[Ring]) -> bool:
    for one in rings:
        for eye in rings:
            if one is eye:
                continue
            start = (one[0][0] + one[3][0]) / 2, (one[0][1] + one[3][1]) / 2
            (ex, ey), (cx, cy) = centroid(eye), centroid(one)
            angle = math.degrees(math.atan2(cy - ey, cx - ex) - math.atan2(start[1] - ey, start[0] - ex))
            angle += 360 if angle < 0 else 0
            angle = 360 - angle if angle > 180 else angle
            if min(angle, 180 - angle) >= 45:
                return False
    return True


def row(gts: Sequence[tuple[Ring, str]], preds: Sequence[Ring]) -> tuple[dict[str, int], Fraction, Fraction]:
    """``gts`` are (ring of four corners, transcription). Counts, sum of recalls, sum of precisions."""
    page = Page(gts, preds)
    every = range(len(preds))
    ignored = set()
    for p in every:
        whole = abs(geometry.signed_area(page.preds[p]))
        tau = {d: share(page.shared(d, p), whole) for d in page.dont_cares}
        sigma = {d: share(page.shared(d, p), page.area_gt(d)) for d in page.dont_cares}
        together = sum((tau[d] for d in page.dont_cares if sigma[d] > HALF), Fraction(0))
        if together >= HALF or any(value > HALF for value in tau.values()):
            ignored.add(p)
    areas = [page.area_pred(p) for p in every]
    both = {(g, p): meet(page.gts[g], page.preds[p]) for g in page.cares for p in every}
    sigma_of = {(g, p): share(both[g, p], page.area_gt(g)) for g, p in both}
    tau_of = {(g, p): share(both[g, p], areas[p]) for g, p in both}
    kept = [p for p in every if p not in ignored]
    pairs: set[tuple[int, int]] = set()
    kinds = {"n_oo": 0, "n_om": 0, "n_mo": 0}
    for p in kept:
        some = [g for g in page.cares if sigma_of[g, p] >= HALF]
        if (
            len(some) > 1
            and sum(tau_of[g, p] for g in some) >= HALF
            and one_line([page.gts[g] for g in some])
        ):
            kinds["n_mo"] += 1
            pairs |= {(g, p) for g in some}
    for g in page.cares:
        for p in kept:
            ok = {pair for pair in both if sigma_of[pair] >= HALF and tau_of[pair] >= HALF}
            alone = [pair for pair in ok if g == pair[0]] == [(g, p)] == [pair for pair in ok if p == pair[1]]
            if alone:  # never so far apart as the mean of their diagonals
                kinds["n_oo"] += 1
                pairs.add((g, p))
        some = [p for p in kept if tau_of[g, p] >= HALF]
        if (
            len(some) > 1
            and sum(sigma_of[g, p] for p in some) >= HALF
            and one_line([page.preds[p] for p in some])
        ):
            kinds["n_om"] += 1
            pairs |= {(g, p) for p in some}
    inside: dict[tuple[int, int], list[bool]] = {}
    for g, p in pairs:
        xs, ys = zip(*page.gts[g], strict=True)
        turned = 2 * (max(ys) - min(ys)) > 3 * (max(xs) - min(xs)) > 0
        points = centres(page.gts[g], len(page.texts[g]), turned=turned)
        inside[g, p] = [page.has(p, point) for point in points]
    recall = precision = Fraction(0)
    for g in {g for g, _ in pairs}:
        rows = [held for (own, _), held in inside.items() if own == g]
        recall += Fraction(sum(sum(column) == 1 for column in zip(*rows, strict=True)), len(rows[0]))
    for p in {p for _, p in pairs}:
        rows = [held for (_, own), held in inside.items() if own == p]
        precision += Fraction(sum(map(sum, rows)), sum(map(len, rows)))
    counts = {
        "n_gt": len(page.cares),
        "n_det": len(kept),
        "dc_gt": len(page.dont_cares),
        "dc_det": len(ignored),
    }
    return counts | kinds, recall, precision
