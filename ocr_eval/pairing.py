"""A joined gt and prediction -> candidate pairs with shared areas, and thresholds decided exactly."""

from __future__ import annotations

import sys
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocr_eval.errors import InputError, Problem
from ocr_eval.kernels import rings as ring_kernels
from ocr_eval.kernels import vector
from ocr_eval.tables.instances import ZERO_AREA, Instances
from ocr_eval.tables.joined import Joined
from ocr_eval.tables.pairs import Pairs

POLICIES = ("refuse", "false-positive", "official")

# Whole process, one IC15 submission copied k times, kernels with a warm cache over numpy path (reference on performance):
#   gt + pred instances   8 000   32 000   81 000   161 000   322 000
#   time ratio              4.3      2.3      1.4       .83       .49
KERNEL_INSTANCES = 120_000
KERNEL_SAMPLE_PAIRS = 1_000_000  # same-sample pairs; bounds the work of the vectorised listing
NEAR = 1e-9  # closer to a threshold than this is decided in rationals
EQUAL = 1e-12  # sort keys closer than this are equal
SAMPLE_LIMIT = 4_000_000  # candidate pairs; 32 bytes each
TOTAL_LIMIT = 16_000_000


class Pairing:
    """What protocols share: pair tables, computed when first asked for, and exact decisions about them.

    ``policy`` says what invalid predictions are: without any pair (``refuse`` never lets them come here,
    ``false-positive``) or with even-odd areas (``official``). ``kernels``: ``auto``, ``numpy`` or ``numba``; both give the
    same decisions. Raises InputError (E_LIMIT) when a sample has more than 4 000 000 candidate pairs.
    """

    def __init__(self, joined: Joined, *, policy: str = "refuse", kernels: str = "auto") -> None:
        if policy not in POLICIES or kernels not in ("auto", "numpy", "numba"):
            raise ValueError(f"policy {policy!r}, kernels {kernels!r}")
        self.joined = joined
        self.policy = policy
        self._kernels = kernels
        self._exact: dict[bytes, Any] = {}

    @cached_property
    def rings(self) -> Pairs:
        """Pairs of rings as written. Shared areas are even-odd, ring areas |shoelace|."""
        gt, pred = self.joined.gt, self.joined.pred
        box_gt, box_pred = vector.boxes(gt.xy, gt.ring), vector.boxes(pred.xy, pred.ring)
        if self.policy != "official":
            box_pred[:2, ~pred.valid], box_pred[2:, ~pred.valid] = np.inf, -np.inf
        g, p = vector.candidates(gt.start, box_gt, pred.start, box_pred, self._limit)
        edges_gt, edges_pred = self._edges(gt), self._edges(pred)
        inter = vector.shared_areas(edges_gt, edges_pred, g, p)
        sizes = np.diff(edges_gt.offset)[g] + np.diff(edges_pred.offset)[p]
        guard = vector.guards(box_gt, box_pred, g, p, sizes, self._far[0][g] + self._far[1][p])
        empty = (gt.shape[g] >= ZERO_AREA) | (pred.shape[p] >= ZERO_AREA)
        inter[empty], guard[empty] = 0, 0
        start = np.searchsorted(g, gt.start)
        area_gt, area_pred = self._areas(gt), self._areas(pred)
        return Pairs(start, g, p, inter, guard, area_gt, area_pred)

    @cached_property
    def _far(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Per side (N,): the largest coordinate of a ring with decimals, 0 for rings of integers."""
        found = []
        for side in (self.joined.gt, self.joined.pred):
            far = np.zeros(len(side))
            full = np.flatnonzero(np.diff(side.ring))
            if len(full) and not (np.rint(side.xy) == side.xy).all():
                size = np.where(np.rint(side.xy) == side.xy, 0.0, 1.0).any(1) * np.abs(side.xy).max(1)
                most = np.maximum.reduceat(np.abs(side.xy).max(1), side.ring[full])
                far[full] = np.where(np.maximum.reduceat(size, side.ring[full]) > 0, most, 0.0)
            found.append(far)
        return found[0], found[1]

    def _areas(self, side: Instances) -> NDArray[np.float64]:
        area = np.abs(ring_kernels.signed_areas(side.xy, side.ring))
        area[side.shape >= ZERO_AREA] = 0
        return area

    def _edges(self, side: Instances) -> vector.Edges:
        from ocr_eval.kernels import exact

        special = {
            i: exact.pieces(side.xy[side.ring[i] : side.ring[i + 1]]) for i in np.flatnonzero(side.shape > 0).tolist()
        }
        return vector.edge_table(side.xy, side.ring, special)

    def _limit(self, sample: int, count: int) -> None:
        if count > SAMPLE_LIMIT:
            pred = self.joined.pred
            reason = f"{count} pairs of overlapping boxes in this sample, at most {SAMPLE_LIMIT}"
            hint = "remove repeated instances"
            raise InputError([Problem("E_LIMIT", reason, hint, pred.source, pred.entries[sample])])

    # Decisions

    def overlaps(
        self, pairs: Pairs, iou: float, *, strict: bool = True, among: NDArray[np.bool_] | None = None
    ) -> NDArray[np.bool_]:
        """(P,) IoU > iou (>= when not strict); IoU is 0 when the union is 0. Outside ``among`` False."""
        union = pairs.area_gt[pairs.gt] + pairs.area_pred[pairs.pred] - pairs.inter
        return self._above(pairs, union, "iou", iou, strict, among)

    def covers_pred(
        self, pairs: Pairs, share: float, *, strict: bool = True, among: NDArray[np.bool_] | None = None
    ) -> NDArray[np.bool_]:
        """(P,) inter / area of the prediction > share (>=); False when that area is 0."""
        return self._above(pairs, pairs.area_pred[pairs.pred], "pred", share, strict, among)

    def covers_gt(
        self, pairs: Pairs, share: float, *, strict: bool = True, among: NDArray[np.bool_] | None = None
    ) -> NDArray[np.bool_]:
        """(P,) inter / area of the gt > share (>=); False when that area is 0."""
        return self._above(pairs, pairs.area_gt[pairs.gt], "gt", share, strict, among)

    def iou(self, pairs: Pairs) -> NDArray[np.float64]:
        """(P,) float IoU for display and best-of rules; 0 when the union is 0."""
        return _ratio(pairs.inter, pairs.area_gt[pairs.gt] + pairs.area_pred[pairs.pred] - pairs.inter)

    def pred_share(self, pairs: Pairs) -> NDArray[np.float64]:
        """(P,) inter / area of the prediction, 0 when that is 0."""
        return _ratio(pairs.inter, pairs.area_pred[pairs.pred])

    def gt_share(self, pairs: Pairs) -> NDArray[np.float64]:
        """(P,) inter / area of the gt, 0 when that is 0."""
        return _ratio(pairs.inter, pairs.area_gt[pairs.gt])

    def _above(
        self,
        pairs: Pairs,
        whole: NDArray[np.float64],
        kind: str,
        threshold: float,
        strict: bool,
        among: NDArray[np.bool_] | None,
    ) -> NDArray[np.bool_]:
        ratio = _ratio(pairs.inter, whole)
        bound = np.maximum(NEAR, 4 * _ratio(pairs.guard, whole))
        answer = (ratio > threshold) if strict else (ratio >= threshold)
        unsure = (np.abs(ratio - threshold) <= bound) | (whole <= 64 * pairs.guard)
        if among is not None:
            answer &= among
            unsure &= among
        limit = Fraction(repr(float(threshold)))
        for k in np.flatnonzero(unsure).tolist():
            inter, area_gt, area_pred = self._exact_areas(int(pairs.gt[k]), int(pairs.pred[k]))
            total = {"iou": area_gt + area_pred - inter, "pred": area_pred, "gt": area_gt}[kind]
            exact = inter / total if total else Fraction(0)
            answer[k] = total != 0 and (exact > limit if strict else exact >= limit)
        return answer

    def _exact_areas(self, g: int, p: int) -> tuple[Fraction, Fraction, Fraction]:
        from ocr_eval.kernels import exact

        gt, pred = self.joined.gt, self.joined.pred
        a, b = gt.xy[gt.ring[g] : gt.ring[g + 1]], pred.xy[pred.ring[p] : pred.ring[p + 1]]
        key = a.tobytes() + b"|" + b.tobytes()
        if key not in self._exact:
            inter = exact.overlap(exact.pieces(a), exact.pieces(b))
            self._exact[key] = (inter, abs(exact.signed_area(a)), abs(exact.signed_area(b)))
        found: tuple[Fraction, Fraction, Fraction] = self._exact[key]
        return found

    # Matching

    def first_fit(self, pairs: Pairs, candidates: NDArray[np.int64]) -> NDArray[np.int64]:
        """(N gt,) the prediction each gt gets, -1 = none, when pairs ``candidates`` are tried in the order given."""
        partner = np.full(len(self.joined.gt), -1, np.int64)
        taken: set[int] = set()
        done: set[int] = set()
        gts, preds = pairs.gt[candidates].tolist(), pairs.pred[candidates].tolist()
        for g, p in zip(gts, preds, strict=True):
            if g not in done and p not in taken:
                done.add(g)
                taken.add(p)
                partner[g] = p
        return partner

    def best_first(
        self, pairs: Pairs, candidates: NDArray[np.int64], key: NDArray[np.float64]
    ) -> NDArray[np.int64]:
        """As ``first_fit``, tried by falling ``key`` (one per candidate), then gt, then prediction.

        Keys closer than 1e-12 are equal: ratios that are equal as rationals may differ in their last bits.
        """
        order = np.argsort(-key, kind="stable")
        rank = np.empty(len(key), np.int64)
        rank[order] = np.cumsum(np.diff(key[order], prepend=key[order[:1]]) < -EQUAL) if len(key) else 0
        return self.first_fit(pairs, candidates[np.lexsort((pairs.pred[candidates], pairs.gt[candidates], rank))])


def _ratio(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0)


def use_kernels(joined: Joined) -> bool:
    """The switch rule: Numba is loaded already, or the job is large enough to pay for loading it."""
    if "numba" in sys.modules or len(joined.gt) + len(joined.pred) > KERNEL_INSTANCES:
        return True
    most = np.diff(joined.gt.start) * np.diff(joined.pred.start)
    return bool(most.max(initial=0) > KERNEL_SAMPLE_PAIRS)
