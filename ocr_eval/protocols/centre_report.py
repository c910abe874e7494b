"""Matches by pseudo characters -> the verdicts of one sample: partners and characters, or the nearest one.

Not a protocol: what ``tedeval`` and the CLEval family explain. Built once for all samples.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from ocr_eval.protocols.match_report import steady
from ocr_eval.protocols.reasons import clause, verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from ocr_eval.pairing import Pairing
    from ocr_eval.tables.joined import Joined
    from ocr_eval.tables.matches import Clause, Matches, Verdict
    from ocr_eval.tables.pairs import Pairs

Told = tuple[str, list["Clause"]]  # another status ("" keeps it), further reasons


class Centred(NamedTuple):
    """What a protocol knows of all samples; P candidate pairs. Don't care gts share what is left of them."""

    pairs: Pairs
    matched: NDArray[np.bool_]  # (P,)
    held: NDArray[np.int64]  # (P,) characters of the gt in the prediction
    share: NDArray[np.float64]  # (P,) part of the prediction's area that the gt holds
    size: NDArray[np.int64]  # (G,) characters of each gt
    ignored: NDArray[np.bool_]  # (N pred,)
    needed: float  # a don't care gt excuses a prediction by such a share, or several together


class CentreReport:
    """``more_gt`` and ``more_pred`` tell what a protocol has to add about an instance, by its index in the table."""

    def __init__(
        self,
        joined: Joined,
        pairing: Pairing,
        found: Centred,
        more_gt: Callable[[int], Told] = lambda _: ("", []),
        more_pred: Callable[[int], Told] = lambda _: ("", []),
    ) -> None:
        self.joined, self.needed = joined, found.needed
        self.more = {"gt": more_gt, "pred": more_pred}
        self.start = found.pairs.start.tolist()
        self.gts, self.preds = found.pairs.gt.tolist(), found.pairs.pred.tolist()
        self.matched, self.held, self.share = found.matched.tolist(), found.held.tolist(), steady(found.share)
        self.size, self.care, self.ignored = (
            found.size.tolist(),
            joined.gt.care.tolist(),
            found.ignored.tolist(),
        )
        usable = joined.pred.valid if pairing.policy == "false-positive" else joined.pred.valid | True
        self.usable = usable.tolist()

    def told(self, sample: int) -> Matches:
        """gts, then predictions, each in file order; pairs carry the share of the prediction's area."""
        from ocr_eval.tables.matches import Matches, Pair

        gts, preds = self.joined.gt.span(sample), self.joined.pred.span(sample)
        of: dict[str, dict[int, list[int]]] = {"gt": defaultdict(list), "pred": defaultdict(list)}
        near: dict[str, dict[int, list[int]]] = {"gt": defaultdict(list), "pred": defaultdict(list)}
        for k in range(self.start[sample], self.start[sample + 1]):
            g, p = self.gts[k], self.preds[k]
            if self.matched[k]:
                of["gt"][g].append(k)
                of["pred"][p].append(k)
            elif self.share[k] > 0 or self.held[k]:
                near["gt"][g].append(k)
                near["pred"][p].append(k)
        verdicts = [self._gt(g, gts.start, preds.start, of, near["gt"][g]) for g in gts]
        verdicts += [self._pred(p, gts.start, preds.start, of, near["pred"][p]) for p in preds]
        every = sorted(k for some in of["gt"].values() for k in some)
        pairs = (Pair(self.gts[k] - gts.start, self.preds[k] - preds.start, self.share[k]) for k in every)
        return Matches(self.joined.sample_ids[sample], tuple(verdicts), pairs=tuple(pairs))

    def _gt(
        self, g: int, first: int, first_pred: int, of: dict[str, dict[int, list[int]]], near: list[int]
    ) -> Verdict:
        index, size = g - first, self.size[g]
        if not self.care[g]:
            return verdict("gt", index, "don't care", (), clause("dont_care_region"))
        mine = of["gt"][g]
        status, more = self.more["gt"](g)
        if not mine:
            why = [clause("no_prediction_overlaps")]
            if near:
                k = max(near, key=lambda k: (self.held[k], self.share[k], -self.preds[k]))
                partner, held, share = self.preds[k] - first_pred, self.held[k], self.share[k]
                why = [clause("near_centres", partner=partner, count=held, size=size, share=share)]
            return verdict("gt", index, "miss", (), *why, *more)
        partners = tuple(self.preds[k] - first_pred for k in mine)
        joined = any(len(of["pred"][self.preds[k]]) > 1 for k in mine)
        held = len(mine) if len(mine) > 1 else 0
        status = status or ("split" if held else "merge" if joined else "match")
        centres = max(self.held[k] for k in mine) if not held else sum(self.held[k] for k in mine)
        why = [clause("centres_in", count=centres, size=size, partners=_list(partners))]
        if held:
            why.append(clause("cut_into", count=held))
        return verdict("gt", index, status, partners, *why, *more, numbers={"centres": float(centres)})

    def _pred(
        self, p: int, first_gt: int, first: int, of: dict[str, dict[int, list[int]]], near: list[int]
    ) -> Verdict:
        index, mine = p - first, of["pred"][p]
        if self.ignored[p]:
            return self._ignored(index, first_gt, near)
        status, more = self.more["pred"](p)
        if mine:
            gts = [self.gts[k] for k in mine]
            partners = tuple(g - first_gt for g in gts)
            centres, size = sum(self.held[k] for k in mine), sum(self.size[g] for g in gts)
            cut = any(len(of["gt"][g]) > 1 for g in gts)
            status = status or ("merge" if len(mine) > 1 else "split" if cut else "match")
            why = [clause("centres_of", count=centres, size=size, partners=_list(partners))]
            if len(mine) > 1:
                why.append(clause("joins", count=len(mine)))
            return verdict("pred", index, status, partners, *why, *more, numbers={"centres": float(centres)})
        if not self.usable[p]:
            return verdict("pred", index, "invalid", (), clause("invalid_ring"), *more)
        why = [clause("no_gt_overlaps")]
        cares = [k for k in near if self.care[self.gts[k]]]
        if cares:
            k = max(cares, key=lambda k: (self.held[k], self.share[k], -self.gts[k]))
            g, held, share = self.gts[k], self.held[k], self.share[k]
            why = [
                clause("near_centres_gt", partner=g - first_gt, count=held, size=self.size[g], share=share)
            ]
        return verdict("pred", index, "false positive", (), *why, *more)

    def _ignored(self, index: int, first_gt: int, near: list[int]) -> Verdict:
        holders = [k for k in near if not self.care[self.gts[k]]]
        best = max(holders, key=lambda k: (self.share[k], -self.gts[k]))
        share, together = self.share[best], sum(self.share[k] for k in holders)
        if share >= self.needed or len(holders) == 1:
            partners: tuple[int, ...] = (self.gts[best] - first_gt,)
            why = clause("ignored_share", share=share, partner=partners[0])
        else:
            partners, share = tuple(self.gts[k] - first_gt for k in holders), together
            why = clause("ignored_together", share=share, partners=_list(partners))
        return verdict("pred", index, "ignored", partners, why, numbers={"share": share})


def _list(partners: tuple[int, ...]) -> str:
    return ", ".join(map(str, partners[:3])) + (", …" if len(partners) > 3 else "")
