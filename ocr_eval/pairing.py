"""A joined gt and prediction -> pairs, and exact answers about them; long because all protocols share this."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import cached_property, partial
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocr_eval.errors import InputError, Problem
from ocr_eval.kernels import contacts, contests, exact, hulls, plain, rings, vector
from ocr_eval.kernels.outliers import Places
from ocr_eval.tables.canonical import keys, ranks
from ocr_eval.tables.instances import SELF_INTERSECTING, SELF_TOUCHING, SIMPLE, Instances, freeze
from ocr_eval.tables.joined import Joined
from ocr_eval.tables.pairs import BoxPairs, Pairs

POLICIES = ("refuse", "false-positive", "official")

# Time of a whole process with kernels (warm cache) over the numpy path, one IC15 submission copied k times:
#   gt + pred instances   8 000   32 000   81 000   161 000   322 000
#   time ratio              4.3      2.3      1.4       .83       .49
# One crowded sample is no reason: both engines have a grid and list pairs in pieces.
KERNEL_INSTANCES = 120_000
NEAR = 1e-9  # a ratio closer to its threshold is decided in rationals
EQUAL = 1e-12  # sort keys closer than this are equal
SAMPLE_LIMIT = 4_000_000  # candidate pairs of a sample
TOTAL_LIMIT = 8_000_000  # and of all; 32 bytes each
SCIPY_CELLS = 10_000  # gts x predictions of a sample from which Numba is worth loading
OUTLIER_WORK = 300_000_000  # sum of cubes of the edges in one place from which Numba is worth loading
PIECES_LIMIT = 400_000_000  # sum of squares of the pieces that rings cut themselves into (a bow-tie: 6²)

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]


class Pairing:
    """What protocols share: pair tables, made when first asked for, and exact answers about them.

    ``policy`` says what an invalid prediction is: without any pair (``false-positive``; ``refuse`` never lets one come
    here) or with even-odd shared areas (``official``). ``kernels`` is ``auto``, ``numpy`` or ``numba``: same answers.
    Raises InputError (E_LIMIT) beyond the limits above, and for a ring that crosses itself more than 2 000 times.
    """

    def __init__(self, joined: Joined, *, policy: str = "refuse", kernels: str = "auto") -> None:
        if policy not in POLICIES or kernels not in ("auto", "numpy", "numba"):
            raise ValueError(f"policy {policy!r}, kernels {kernels!r}")
        self.joined = joined
        self.policy = policy
        self.kernels = kernels if kernels != "auto" else "numba" if _worth_kernels(joined) else "numpy"
        self.auto = kernels == "auto"  # then a protocol may choose otherwise for work of its own
        self._engine: Any = plain
        if self.kernels == "numba":
            from ocr_eval.kernels import compiled

            self._engine = compiled
        self._hulls: dict[str, Pairs] = {}
        self.shared: dict[str, Any] = {}  # what one protocol made of it and another one needs, by name
        self._rationals: dict[tuple[bool, bool, bytes, bytes], tuple[Fraction, Fraction, Fraction]] = {}

    # Tables

    @cached_property
    def rings(self) -> Pairs:
        """Pairs whose boxes meet. Shared areas are even-odd, ring areas |shoelace|; no area, no shared area."""
        gt, pred = self._ring_sides
        g, p = self._candidates(gt, pred)
        return self._pairs(gt, pred, g, p, hull=False)

    def chosen(self, g: NDArray[np.int64], p: NDArray[np.int64]) -> Pairs:
        """The pairs of rings at these positions (``g`` ascending), as ``rings`` has them."""
        return self._pairs(*self._ring_sides, g, p, hull=False)

    @cached_property
    def _ring_sides(self) -> tuple[vector.Side, vector.Side]:
        gt, pred = (
            self._side(side, side.xy, side.ring, side.shape) for side in (self.joined.gt, self.joined.pred)
        )
        return gt, pred

    def boxes(self, reach: float = 0.0, own: tuple[Floats, Floats] | None = None) -> BoxPairs:
        """Pairs whose closed bounding boxes meet or are at most ``reach`` apart on both axes, whatever their rings.

        ``own``: other boxes for both sides, (4, N) low x, low y, high x, high y; infinite low ends meet nothing.
        """
        gt, pred = (
            self._engine.side(side.start, side.xy, side.ring, np.zeros(len(side), np.uint8))
            for side in (self.joined.gt, self.joined.pred)
        )
        if own is not None:
            gt, pred = gt._replace(box=freeze(own[0])), pred._replace(box=freeze(own[1]))
        wide = pred.box + np.array([[-reach], [-reach], [reach], [reach]])
        g, p = self._candidates(gt, pred._replace(box=freeze(wide)))
        return BoxPairs(g, p, gt.box, pred.box)

    @cached_property
    def even_odd(self) -> Pairs:
        """``rings`` with the even-odd areas that repaired rings have (``make_valid``)."""
        pairs, areas = self.rings, []
        sides = (self.joined.gt, pairs.gt, pairs.area_gt), (self.joined.pred, pairs.pred, pairs.area_pred)
        for side, used, area in sides:
            made = area.copy()
            for i in np.unique(used[np.isin(side.shape[used], (SELF_TOUCHING, SELF_INTERSECTING))]).tolist():
                made[i] = float(exact.even_odd_area(side.points(i)))
            areas.append(made)
        return replace(pairs, area_gt=areas[0], area_pred=areas[1], even_odd=True)

    def hulls(self, vertices: str = "all") -> Pairs:
        """Pairs whose closed convex hulls meet, touching included; ``inter`` is 0 exactly where interiors do not.

        ``vertices`` is ``all`` or ``first4`` (of every ring). Hulls of degenerate rings are segments and points.
        """
        if vertices not in self._hulls:
            self._hulls[vertices] = self._hull_pairs(vertices)
        return self._hulls[vertices]

    def _hull_pairs(self, vertices: str) -> Pairs:
        gt, pred = (self._hull_side(side, vertices) for side in (self.joined.gt, self.joined.pred))
        g, p = self._candidates(gt, pred)
        place = self._apart(gt, pred, g, p)
        meet = place <= 0
        g, p, place = g[meet], p[meet], place[meet]
        pairs = self._pairs(gt, pred, g, p, hull=True)
        inter, guard = pairs.inter.copy(), pairs.guard.copy()
        empty = (place == 0) | (gt.shape[g] != SIMPLE) | (pred.shape[p] != SIMPLE)
        inter[empty], guard[empty] = 0, 0
        for k in np.flatnonzero(~empty & (inter <= guard)).tolist():
            inter[k] = float(self.exact_areas(pairs, k)[0])
        return Pairs(
            pairs.start, g, p, inter, guard, gt.area, pred.area, gt.xy, gt.ring, pred.xy, pred.ring, hull=True
        )

    def _side(
        self, side: Instances, xy: NDArray[np.float64], ring: NDArray[np.int64], shape: NDArray[np.uint8]
    ) -> vector.Side:
        made: vector.Side = self._engine.side(side.start, freeze(xy), freeze(ring), freeze(shape))
        if side is self.joined.pred and self.policy != "official" and not side.valid.all():
            # An empty box meets nothing.
            made.box[:2, ~side.valid], made.box[2:, ~side.valid] = np.inf, -np.inf
        return made

    def _hull_side(self, side: Instances, vertices: str) -> vector.Side:
        xy, ring, shape = side.xy, side.ring, side.shape
        if vertices == "first4" and (np.diff(ring) > 4).any():
            xy, ring = hulls.cut(xy, ring, np.arange(len(xy)), np.minimum(np.diff(ring), 4))
            shape = rings.classify(xy, ring)
        xy, ring = self._engine.hull_table(xy, ring, shape)
        # A hull of two points or one has no area; that is what its class says.
        return self._side(side, xy, ring, np.where(np.diff(ring) < 3, rings.TOO_FEW, SIMPLE).astype(np.uint8))

    def _candidates(self, gt: vector.Side, pred: vector.Side) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        g, p = self._engine.candidates(gt, pred, self._limit)
        return g, p

    def _limit(self, sample: int, count: int, total: int) -> None:
        most, scope = (
            (SAMPLE_LIMIT, "this sample") if count > SAMPLE_LIMIT else (TOTAL_LIMIT, "the samples up to here")
        )
        if count > SAMPLE_LIMIT or total > TOTAL_LIMIT:
            pred = self.joined.pred
            reason = f"{max(count, total)} pairs of overlapping boxes in {scope}, at most {most}"
            hint = "remove repeated instances, or score fewer samples at a time"
            raise InputError([Problem("E_LIMIT", reason, hint, pred.source, pred.entries[sample])])

    def _pairs(
        self, gt: vector.Side, pred: vector.Side, g: NDArray[np.int64], p: NDArray[np.int64], *, hull: bool
    ) -> Pairs:
        start = np.searchsorted(g, gt.start)
        special = self._special(self.joined.gt, gt, g), self._special(self.joined.pred, pred, p)
        some_g, some_p, back = _distinct(gt, pred, g, p)
        inter, guard = self._engine.shared_areas(gt, pred, some_g, some_p, special)
        inter, guard = inter[back], guard[back]
        return Pairs(start, g, p, inter, guard, gt.area, pred.area, gt.xy, gt.ring, pred.xy, pred.ring, hull)

    def _special(self, side: Instances, made: vector.Side, used: NDArray[np.int64]) -> dict[int, Any]:
        """Pieces of rings in use that touch or cross themselves: winding numbers may be other than 0 and ±1."""
        if not made.shape.any():
            return {}
        special, work = {}, 0
        odd = np.isin(made.shape[used], (SELF_TOUCHING, SELF_INTERSECTING))
        for i in sorted(set(used[odd].tolist())):
            try:
                special[i] = exact.pieces(made.xy[made.ring[i] : made.ring[i + 1]])
                work += len(special[i]) ** 2
                if work > PIECES_LIMIT:
                    raise exact.TooComplex("rings cross themselves too often in all")
            except exact.TooComplex as error:
                entry, line = side.entries[side.sample_of[i]], int(side.line[i])
                hint = "keep them as false positives with --invalid-polygons false-positive"
                raise InputError([Problem("E_LIMIT", str(error), hint, side.source, entry, line)]) from None
        return special

    def _apart(
        self, gt: vector.Side, pred: vector.Side, g: NDArray[np.int64], p: NDArray[np.int64]
    ) -> NDArray[np.int8]:
        g, p, back = _distinct(gt, pred, g, p)
        place: NDArray[np.int8] = self._engine.apart(gt, pred, g, p)
        for k in np.flatnonzero(place == 2).tolist():
            place[k] = exact.hulls_apart(_ring(gt.xy, gt.ring, g[k]), _ring(pred.xy, pred.ring, p[k]))
        answer: NDArray[np.int8] = place[back]
        return answer

    # Questions

    def overlaps(
        self,
        pairs: Pairs,
        iou: float,
        *,
        strict: bool = True,
        among: Flags | None = None,
        plus: float = 0.0,
    ) -> Flags:
        """(P,) IoU > iou (>= when not strict); IoU is 0 when the union is 0. Outside ``among`` False.

        ``plus`` is what a script adds to the union before it divides.
        """
        return self._above(pairs, "iou", iou, strict, among, plus)

    def covers_pred(
        self,
        pairs: Pairs,
        share: float,
        *,
        strict: bool = True,
        among: Flags | None = None,
        plus: float = 0.0,
    ) -> Flags:
        """(P,) inter / (area of the prediction + plus) > share (>=); False when that is inter / 0."""
        return self._above(pairs, "pred", share, strict, among, plus)

    def covers_gt(
        self, pairs: Pairs, share: float, *, strict: bool = True, among: Flags | None = None
    ) -> Flags:
        """(P,) inter / area of the gt > share (>=); False when that area is 0."""
        return self._above(pairs, "gt", share, strict, among)

    def meets(self, pairs: Pairs, *, among: Flags | None = None) -> Flags:
        """(P,) the closed regions share a point, touching included. (Pairs of ``hulls`` always do.)"""
        answer = np.ones(len(pairs), np.bool_) if among is None else among.copy()
        if not pairs.hull:
            asked = np.flatnonzero(answer & (pairs.inter <= pairs.guard))
            met = contacts.regions_meet(*self._ring_sides, pairs.gt[asked], pairs.pred[asked])
            answer[asked] = met == 1
            for k in asked[met == 2].tolist():
                answer[k] = exact.rings_meet(*_both(pairs, k))
        return answer

    def iou(self, pairs: Pairs) -> NDArray[np.float64]:
        """(P,) float IoU for display and best-of rules; 0 when the union is 0."""
        return _ratio(pairs.inter, _whole(pairs, "iou"))

    def pred_share(self, pairs: Pairs) -> NDArray[np.float64]:
        """(P,) inter / area of the prediction, 0 when that is 0."""
        return _ratio(pairs.inter, _whole(pairs, "pred"))

    def gt_share(self, pairs: Pairs) -> NDArray[np.float64]:
        """(P,) inter / area of the gt, 0 when that is 0."""
        return _ratio(pairs.inter, _whole(pairs, "gt"))

    def steady_areas(self, pairs: Pairs, index: NDArray[np.int64]) -> tuple[Floats, Floats, Floats]:
        """(shared, gt's, prediction's area) of some pairs of ``rings``, for sums that are published.

        Bits depend on the two rings alone, neither on the engine nor on other samples; correct to about 1e-13 of the
        joint box. A shared area that is an own area but for rounding is that area. Even-odd, as ``Pairs.inter``.
        """
        g, p = pairs.gt[index], pairs.pred[index]
        made: tuple[Floats, Floats, Floats] = self._engine.steady_areas(
            pairs.gt_xy, pairs.gt_ring, pairs.pred_xy, pairs.pred_ring, g, p
        )
        plain = (self.joined.gt.shape[g] == SIMPLE) & (self.joined.pred.shape[p] == SIMPLE)
        for k in np.flatnonzero(~plain).tolist():
            for column, area in zip(made, self.exact_areas(pairs, int(index[k])), strict=True):
                column[k] = float(area)
        return made

    def outlier_areas(self, places: Places) -> Floats:
        """(R,) per place the area of its first ring that lies in the third or later ones, but not in the second.

        Bits depend on the rings of the place alone. ``places.exact`` tells one as a fraction.
        """
        engine = self._engine
        if self.auto and self.kernels == "numpy" and places.slabs() > OUTLIER_WORK:
            from ocr_eval.kernels import compiled as engine
        areas: Floats = engine.outlier_areas(places)
        return areas

    def _above(
        self,
        pairs: Pairs,
        kind: str,
        threshold: float,
        strict: bool,
        among: Flags | None,
        plus: float = 0.0,
    ) -> Flags:
        whole = _whole(pairs, kind) + plus
        margin = pairs.inter - threshold * whole
        answer: Flags = (margin > 0) & (whole > 0)
        unsure = np.abs(margin) <= np.maximum(NEAR * whole, 4 * pairs.guard)
        unsure |= np.abs(whole) <= 64 * pairs.guard
        if among is not None:
            answer &= among
            unsure &= among
        if not unsure.any():
            return answer
        limit = Fraction(repr(float(threshold)))
        known = np.flatnonzero(unsure & (pairs.guard == 0) & (plus == 0))
        part, total = 2 * pairs.inter[known], 2 * whole[known]
        if max(limit.as_integer_ratio()) < 2**16 and (np.rint(part) == part).all() and (total < 2**46).all():
            # Exact areas, multiples of one half.
            left, right = part.astype(np.int64) * limit.denominator, total.astype(np.int64) * limit.numerator
            answer[known] = (total > 0) & ((left > right) if strict else (left >= right))
            unsure[known] = False
        for k in np.flatnonzero(unsure).tolist():
            inter, area_gt, area_pred = self.exact_areas(pairs, k)
            of = {"iou": area_gt + area_pred - inter, "pred": area_pred, "gt": area_gt}[kind]
            of += Fraction(repr(float(plus)))
            answer[k] = of > 0 and (inter > limit * of if strict else inter >= limit * of)
        return answer

    def exact_areas(self, pairs: Pairs, k: int) -> tuple[Fraction, Fraction, Fraction]:
        """Shared area and the two ring areas of pair k as fractions."""
        if pairs.guard[k] == 0:
            g, p = pairs.gt[k], pairs.pred[k]
            return Fraction(pairs.inter[k]), Fraction(pairs.area_gt[g]), Fraction(pairs.area_pred[p])
        a, b = _both(pairs, k)
        key = (pairs.hull, pairs.even_odd, a.tobytes(), b.tobytes())
        if key not in self._rationals:
            gt, pred = self.joined.gt.shape[pairs.gt[k]], self.joined.pred.shape[pairs.pred[k]]
            simple = (pairs.hull or gt == SIMPLE, pairs.hull or pred == SIMPLE)
            pieces = exact.pieces(a, simple=simple[0]), exact.pieces(b, simple=simple[1])
            areas = [
                exact.area(own) if pairs.even_odd and not plainly else abs(exact.signed_area(ring))
                for own, plainly, ring in zip(pieces, simple, (a, b), strict=True)
            ]
            self._rationals[key] = (exact.overlap(*pieces), areas[0], areas[1])
        return self._rationals[key]

    # Matching

    def best_gt(self, pairs: Pairs, among: Flags, *, plus: float = 0.0) -> NDArray[np.int64]:
        """(N pred,) its pair of ``among`` with the largest inter / (union + plus), the first of equals; -1 = none.

        Pairs without a shared area are none. Ratios that floats cannot tell apart are compared as fractions.
        """
        index = np.flatnonzero(among & (pairs.inter > 0))
        return self._best(pairs, index, "pred", plus)

    def _best(self, pairs: Pairs, index: NDArray[np.int64], side: str, plus: float) -> NDArray[np.int64]:
        """(N of the side,) of each instance the pair of ``index`` with the largest inter / (union + plus); -1 = none.

        The first of equals. Ratios that floats cannot tell apart are compared as fractions, equal contests once.
        """
        gts, preds = (pairs.gt, pairs.area_gt), (pairs.pred, pairs.area_pred)
        (own, size_of), (other, area) = (preds, gts) if side == "pred" else (gts, preds)
        best = np.full(len(size_of), -1, np.int64)
        if not len(index):
            return best
        index = index[np.argsort(own[index], kind="stable")]
        one, guard = own[index], pairs.guard[index]
        whole = (_whole(pairs, "iou") + plus)[index]
        ratio = _ratio(pairs.inter[index], whole)
        doubt = np.full(len(index), np.inf)  # of a union that is nothing but its error
        sure = whole > 64 * guard
        doubt[sure] = 4 * guard[sure] * (1 + ratio[sure]) / whole[sure] + EQUAL
        head = np.flatnonzero(np.diff(one, prepend=-1))
        size = np.diff(head, append=len(index))
        rivals = ratio + doubt >= np.repeat(np.maximum.reduceat(ratio - doubt, head), size)
        several = np.repeat(np.add.reduceat(rivals, head) > 1, size)
        alone = rivals & ~several
        best[one[alone]] = index[alone]
        tied = index[rivals & several]
        if not len(tied):
            return best
        # Of equal rivals the first stands for all: the same ring, or the same exact areas.
        tables = (pairs.gt_xy, pairs.gt_ring), (pairs.pred_xy, pairs.pred_ring)
        own_content, other_content = (
            first_equal(*table) for table in (tables if side == "gt" else tables[::-1])
        )
        content = other_content[other[tied]]
        known = pairs.guard[tied] == 0
        areas = np.empty(int(known.sum()), np.complex128)  # two reals that sort as one
        areas.real, areas.imag = pairs.inter[tied[known]], area[other[tied[known]]]
        content[known] = len(area) + np.unique(areas, return_inverse=True)[1]
        _, first = np.unique(own[tied] * (len(area) + len(tied)) + content, return_index=True)
        first = first[np.lexsort((tied[first], own[tied[first]]))]
        tied, content = tied[first], content[first]
        head = np.flatnonzero(np.diff(own[tied], prepend=-1))
        settled: dict[tuple[int, bytes], int] = {}
        for begin, end in pairwise([*head.tolist(), len(tied)]):
            i = own[tied[begin]]
            contest = int(own_content[i]), content[begin:end].tobytes()
            if end - begin > 1 and contest not in settled:
                some = tied[begin:end].tolist()
                settled[contest] = some.index(
                    max(some, key=lambda k: (self._exact_ratio(pairs, k, plus), -k))
                )
            best[i] = tied[begin + settled.get(contest, 0)]
        return best

    def _exact_ratio(self, pairs: Pairs, k: int, plus: float) -> Fraction:
        """inter / (union + plus) of pair k; 0 when that is not above 0."""
        inter, area_gt, area_pred = self.exact_areas(pairs, k)
        whole = area_gt + area_pred - inter + Fraction(repr(float(plus)))
        return inter / whole if whole > 0 else Fraction(0)

    def first_fit(self, pairs: Pairs, candidates: NDArray[np.int64]) -> NDArray[np.int64]:
        """(N gt,) the prediction each gt gets, -1 = none, when pairs ``candidates`` are tried in the order given."""
        sizes = len(self.joined.gt), len(self.joined.pred)
        partner: NDArray[np.int64] = self._engine.first_fit(pairs.gt, pairs.pred, candidates, sizes)
        return partner

    def mutual_best(self, pairs: Pairs, among: Flags, *, plus: float = 0.0) -> NDArray[np.int64]:
        """(N gt,) the prediction that is each gt's best of ``among`` by inter / (union + plus), where that gt is its.

        The first of equals is best, on both sides; -1 = none. Compared as ``best_gt`` does.
        """
        index = np.flatnonzero(among)
        g, p = pairs.gt[index], pairs.pred[index]
        partner = np.full(len(self.joined.gt), -1, np.int64)
        if len(index):
            alone = (np.bincount(g)[g] == 1) & (np.bincount(p)[p] == 1)
            partner[g[alone]] = p[alone]
            of_gt, of_pred = (self._best(pairs, index[~alone], side, plus) for side in ("gt", "pred"))
            k = of_gt[of_gt >= 0]
            k = k[of_pred[pairs.pred[k]] == k]
            partner[pairs.gt[k]] = pairs.pred[k]
        return partner

    def best_first(
        self, pairs: Pairs, candidates: NDArray[np.int64], key: NDArray[np.float64]
    ) -> NDArray[np.int64]:
        """As ``first_fit``, tried by falling ``key`` (one per candidate), then gt, then prediction.

        Keys closer than 1e-12 are equal: ratios that are equal as rationals may differ in their last bits.
        """
        if (np.diff(candidates) < 0).any():
            index = np.argsort(candidates)
            candidates, key = candidates[index], key[index]
        # Pairs stand in the order of gt, then prediction: a stable sort keeps that order among equal keys.
        order = np.argsort(-key, kind="stable")
        falls = np.diff(key[order])
        if ((falls < 0) & (falls >= -EQUAL)).any():
            rank = np.zeros(len(key), np.int64)
            rank[order[1:]] = np.cumsum(falls < -EQUAL)
            order = np.argsort(rank, kind="stable")
        return self.first_fit(pairs, candidates[order])

    def components(self, pairs: Pairs, among: Flags) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
        """Connected components of the pairs ``among``: label of every gt, of every prediction, how many there are."""
        sizes = len(self.joined.gt), len(self.joined.pred)
        found: tuple[NDArray[np.int64], NDArray[np.int64], int] = self._engine.components(
            pairs.gt[among], pairs.pred[among], sizes
        )
        return found

    def one_to_one(self, pairs: Pairs, among: Flags, *, equal: Flags | None = None) -> NDArray[np.int64]:
        """(N gt,) the prediction each gt gets, -1 = none: most pairs of ``among``, then the largest sum of IoU.

        Then most pairs flagged ``equal`` (P,), then the pairs of least rings: exchanging gt and prediction, the order
        of lines, the corner a ring starts from change nothing. Pairs of ``among`` share an area. IoU counts in steps of
        2^-40, in contests of more than 63 instances in larger ones. Raises InputError (E_LIMIT) when more than 2 048
        compete.
        """
        index = np.flatnonzero(among)
        g, p = pairs.gt[index], pairs.pred[index]
        fought = np.flatnonzero(contests.contested(g, p))
        rank = np.zeros(len(index), np.int64)
        if len(fought):
            some_g, some_p = np.unique(g[fought]), np.unique(p[fought])
            ranked = ranks(keys(self.joined.gt, some_g.tolist()), keys(self.joined.pred, some_p.tolist()))
            a = ranked[0][np.searchsorted(some_g, g[fought])]
            b = ranked[1][np.searchsorted(some_p, p[fought])]
            rank[fought[np.lexsort((p[fought], g[fought], a, np.maximum(a, b), np.minimum(a, b)))]] = (
                np.arange(len(fought))
            )

        def weigh(contest: NDArray[np.int64], size: int) -> NDArray[np.int64]:
            bits = size.bit_length()
            steps = 2 ** min(40, 60 - 3 * bits)
            result = []
            for k in index[contest].tolist():
                inter, area_gt, area_pred = self.exact_areas(pairs, k)
                steps_of_iou = int(inter * steps / (area_gt + area_pred - inter))
                result.append((steps_of_iou << bits) + (equal is not None and bool(equal[k])))
            return np.array(result, np.int64)

        return self._assign(g, p, weigh, rank)

    def optimal(
        self, pairs: Pairs, among: Flags, worth: Callable[[int], Fraction] | None = None
    ) -> NDArray[np.int64]:
        """(N gt,) the prediction each gt gets, -1 = none: most worth of ``among``, then the largest sum of IoU.

        Then the pairs of lowest gt and prediction. ``worth(k)``, from 1, is what pair k adds; without it all are worth
        the same; it depends on their rings and texts. Worth and IoU count in steps of 2^-40, in contests of more than
        500 instances in larger ones. Raises InputError (E_LIMIT) when more than 2 048 compete that are not alike.
        """
        index = np.flatnonzero(among)

        def steps(of: Callable[[int], Fraction]) -> Callable[[NDArray[np.int64], int], NDArray[np.int64]]:
            def taken(contest: NDArray[np.int64], size: int) -> NDArray[np.int64]:
                exact = [of(k) for k in index[contest].tolist()]
                room = 61 - 2 * size.bit_length() - int(max(exact)).bit_length()
                return np.array([int(value * 2 ** max(0, min(40, room))) for value in exact], np.int64)

            return taken

        def iou(k: int) -> Fraction:
            inter, area_gt, area_pred = self.exact_areas(pairs, k)
            return inter / (area_gt + area_pred - inter)

        rank = np.arange(len(index))  # pairs stand by gt, then prediction
        value = None if worth is None else steps(worth)
        alike = partial(self._alike, worth is not None)
        return self._assign(pairs.gt[index], pairs.pred[index], steps(iou), rank, value, alike)

    def _alike(self, read: bool) -> NDArray[np.int64]:
        """(N pred,) a number that predictions of the same ring share, and of the same text where that is ``read``."""
        pred = self.joined.pred
        content = first_equal(pred.xy, pred.ring)
        if not (read and pred.texts):
            return content
        seen: dict[tuple[int, str], int] = {}
        both = zip(content.tolist(), pred.texts, strict=True)
        return np.array([seen.setdefault(one, len(seen)) for one in both], np.int64)

    def _assign(
        self,
        g: NDArray[np.int64],
        p: NDArray[np.int64],
        weigh: Any,
        rank: NDArray[np.int64],
        value: Any = None,
        alike: Callable[[], NDArray[np.int64]] | None = None,
    ) -> NDArray[np.int64]:
        """``contests.assign`` of these pairs; too large a contest becomes an error of the gt's line.

        Predictions that are ``alike`` differ in rank alone, and n gts never need more than the first n of them: where a
        contest is too large the others are left out, and the answer is the same.
        """
        sizes = len(self.joined.gt), len(self.joined.pred)
        try:
            partner: NDArray[np.int64] = contests.assign(g, p, weigh, rank, sizes, self._engine, value)
        except contests.TooLarge as error:
            keep = None if alike is None else self._needed(g, p, rank, alike())
            if keep is None or len(keep) == len(g):
                raise self._too_many(*error.args) from None

            def among(given: Any) -> Any:
                return None if given is None else lambda contest, size: given(keep[contest], size)

            return self._assign(g[keep], p[keep], among(weigh), rank[keep], among(value))
        return partner

    def _needed(
        self, g: NDArray[np.int64], p: NDArray[np.int64], rank: NDArray[np.int64], alike: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """Positions of pairs: of each gt the first with predictions that are alike, as many as its sample has gts."""
        most = np.diff(self.joined.gt.start)[self.joined.gt.sample_of[g]]
        order = np.lexsort((rank, alike[p], g))
        head = (np.diff(g[order], prepend=-1) != 0) | (np.diff(alike[p][order], prepend=-1) != 0)
        place = np.arange(len(order)) - np.flatnonzero(head)[np.cumsum(head) - 1]
        return np.sort(order[place < most[order]])

    def as_scipy(self, sample: int, score: NDArray[np.float64]) -> NDArray[np.int64]:
        """(n,) the column of every row of ``score`` (n, m), -1 = none: a complete assignment of the largest total.

        Rows and columns are the gts and predictions of a sample. Among equals the one that SciPy's
        ``linear_sum_assignment`` takes. Raises InputError (E_LIMIT) above 2 048 x 2 048.
        """
        n, m = score.shape
        column = np.full(n, -1, np.int64)
        if n and m:
            if n * m > contests.MOST**2:
                raise self._too_many(int(self.joined.gt.start[sample]), max(n, m))
            engine = self._engine
            if n * m > SCIPY_CELLS:
                from ocr_eval.kernels import compiled as engine
            if n <= m:
                column[:] = engine.shortest_paths(-score)
            else:
                row: NDArray[np.int64] = engine.shortest_paths(np.ascontiguousarray(-score.T))
                column[row] = np.arange(m)
        return column

    def _too_many(self, first: int, count: int) -> InputError:
        gt = self.joined.gt
        reason = f"{count} instances that all compete for each other, at most {contests.MOST}"
        entry, line = gt.entries[gt.sample_of[first]], int(gt.line[first])
        return InputError([Problem("E_LIMIT", reason, "remove repeated instances", gt.source, entry, line)])


def _worth_kernels(joined: Joined) -> bool:
    """The switch rule: Numba is loaded already, or the job is large enough to pay for loading it."""
    return "numba" in sys.modules or len(joined.gt) + len(joined.pred) > KERNEL_INSTANCES


def _distinct(
    gt: vector.Side, pred: vector.Side, g: NDArray[np.int64], p: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], Any]:
    """Pairs without those whose two rings occur before, and where each original pair went. Only when there are many."""
    if len(g) < 100_000 or len(g) < 16 * (len(gt.area) + len(pred.area)):
        return g, p, slice(None)
    key = first_equal(gt.xy, gt.ring)[g] * len(pred.area) + first_equal(pred.xy, pred.ring)[p]
    _, first, back = np.unique(key, return_index=True, return_inverse=True)
    return g[first], p[first], back


def first_equal(xy: NDArray[np.float64], ring: NDArray[np.int64]) -> NDArray[np.int64]:
    """(N,) the first ring with the same vertices in the same order as each."""
    seen: dict[bytes, int] = {}
    bounds = pairwise(ring.tolist())
    return np.array([seen.setdefault(xy[a:b].tobytes(), i) for i, (a, b) in enumerate(bounds)], np.int64)


def _whole(pairs: Pairs, kind: str) -> NDArray[np.float64]:
    """(P,) what a ratio divides by: the union, or the area of one side."""
    if kind == "pred":
        return pairs.area_pred[pairs.pred]
    whole = pairs.area_gt[pairs.gt]
    return whole if kind == "gt" else whole + pairs.area_pred[pairs.pred] - pairs.inter


def _ratio(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0)


def _ring(xy: NDArray[np.float64], ring: NDArray[np.int64], index: int) -> NDArray[np.float64]:
    return xy[ring[index] : ring[index + 1]]


def _both(pairs: Pairs, k: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The two rings of pair k."""
    return _ring(pairs.gt_xy, pairs.gt_ring, pairs.gt[k]), _ring(
        pairs.pred_xy, pairs.pred_ring, pairs.pred[k]
    )
