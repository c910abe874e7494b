"""Groups by area recall and area precision -> the verdicts of one sample: partners, or the nearest and what it lacks.

Not a protocol: what the protocols on ``area_groups`` explain. Built once for all samples.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from ocr_eval.protocols.match_report import steady
from ocr_eval.protocols.reasons import clause, verdict

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ocr_eval.protocols.area_groups import Group, Groups, Shares, Weights
    from ocr_eval.tables.joined import Joined
    from ocr_eval.tables.matches import Clause, Matches, Verdict

_GROUPED = {
    "gt": ("split", "split_into", "merge", "merge_part"),
    "pred": ("merge", "merge_of", "split", "split_part"),
}


class AreaReport:
    """``needed``: area recall and area precision that groups ask for; ``held``: the share that makes a prediction
    ignored, ``added`` pixels to its area. ``invalid`` (N pred,): kept as false positives.
    """

    def __init__(
        self,
        joined: Joined,
        shares: Shares,
        iou: NDArray[np.float64],
        groups: Groups,
        weights: Weights,
        needed: tuple[float, float],
        held: float,
        *,
        holds: NDArray[np.float64] | None = None,
        invalid: NDArray[np.bool_] | None = None,
    ) -> None:
        import numpy as np

        self.joined, self.needed, self.held, self.alone = joined, needed, held, weights.alone
        self.gts, self.preds = shares.gt.tolist(), shares.pred.tolist()
        self.recall, self.precision, self.iou = steady(shares.recall), steady(shares.precision), steady(iou)
        self.holds = self.precision if holds is None else steady(holds)
        self.start = np.searchsorted(shares.gt, joined.gt.start).tolist()
        self.care, self.ignored = joined.gt.care.tolist(), groups.ignored.tolist()
        self.invalid = [False] * len(joined.pred) if invalid is None else invalid.tolist()
        pairs = list(zip(groups.one_gt.tolist(), groups.one_pred.tolist(), strict=True))
        self.pairs: dict[str, dict[int, list[int]]] = {"gt": defaultdict(list), "pred": defaultdict(list)}
        for g, p in pairs + self._alone(groups):
            self.pairs["gt"][g].append(p)
            self.pairs["pred"][p].append(g)
        self.groups: dict[str, dict[int, tuple[int, ...]]] = {
            "gt": dict(self._several(groups.splits)),
            "pred": dict(self._several(groups.merges)),
        }
        self.member = {
            "gt": {g: p for p, some in self.groups["pred"].items() for g in some},
            "pred": {p: g for g, some in self.groups["gt"].items() for p in some},
        }

    def _several(self, found: list[Group]) -> list[Group]:
        return [group for group in found if not (self.alone and len(group[1]) == 1)]

    def _alone(self, groups: Groups) -> list[tuple[int, int]]:
        if not self.alone:
            return []
        pairs = [(g, some[0]) for g, some in groups.splits if len(some) == 1]
        return pairs + [(some[0], p) for p, some in groups.merges if len(some) == 1]

    def told(self, sample: int) -> Matches:
        """The verdicts of one sample; pairs carry their IoU."""
        from ocr_eval.tables.matches import Matches, Pair

        here = range(self.start[sample], self.start[sample + 1])
        first = {"gt": self.joined.gt.span(sample).start, "pred": self.joined.pred.span(sample).start}
        of: dict[str, dict[int, list[int]]] = {"gt": defaultdict(list), "pred": defaultdict(list)}
        for k in here:
            of["gt"][self.gts[k]].append(k)
            of["pred"][self.preds[k]].append(k)
        verdicts = [self._gt(g, of["gt"][g], first) for g in self.joined.gt.span(sample)]
        verdicts += [self._pred(p, of["pred"][p], first) for p in self.joined.pred.span(sample)]
        pairs = [
            Pair(self.gts[k] - first["gt"], self.preds[k] - first["pred"], self.iou[k])
            for k in here
            if self.preds[k] in self._partners("gt", self.gts[k])
        ]
        return Matches(self.joined.sample_ids[sample], tuple(verdicts), pairs=tuple(pairs))

    def _partners(self, side: str, who: int) -> tuple[int, ...]:
        """Everybody an instance is grouped with."""
        several = self.groups[side].get(who, ())
        owner = (self.member[side][who],) if who in self.member[side] else ()
        return (*self.pairs[side].get(who, ()), *several, *owner)

    def _gt(self, g: int, pairs: list[int], first: dict[str, int]) -> Verdict:
        index = g - first["gt"]
        if not self.care[g]:
            return verdict("gt", index, "don't care", (), clause("dont_care_region"))
        grouped = self._grouped("gt", g, index, pairs, first["pred"])
        if grouped is not None:
            return grouped
        near = [k for k in pairs if not self.ignored[self.preds[k]]]
        if not near:
            return verdict("gt", index, "miss", (), clause("no_prediction_overlaps"))
        k = max(near, key=lambda k: (self.iou[k], -self.preds[k]))
        partner = self.preds[k] - first["pred"]
        nearest = clause("nearest_areas_pred", partner=partner, **self._areas(k))
        return verdict("gt", index, "miss", (), nearest, self._lacks(k), numbers=self._areas(k))

    def _pred(self, p: int, pairs: list[int], first: dict[str, int]) -> Verdict:
        index = p - first["pred"]
        if self.invalid[p]:
            return verdict("pred", index, "invalid", (), clause("invalid_ring"))
        if self.ignored[p]:
            k = max(
                (k for k in pairs if not self.care[self.gts[k]]), key=lambda k: (self.holds[k], -self.gts[k])
            )
            share, partner = self.holds[k], self.gts[k] - first["gt"]
            why = clause("ignored_above", share=share, threshold=self.held, partner=partner)
            return verdict("pred", index, "ignored", (partner,), why, numbers={"share": share})
        grouped = self._grouped("pred", p, index, pairs, first["gt"])
        if grouped is not None:
            return grouped
        near = [k for k in pairs if self.care[self.gts[k]]]
        if not near:
            return verdict("pred", index, "false positive", (), clause("no_gt_overlaps"))
        k = max(near, key=lambda k: (self.iou[k], -self.gts[k]))
        partner = self.gts[k] - first["gt"]
        nearest = clause("nearest_areas_gt", partner=partner, **self._areas(k))
        return verdict("pred", index, "false positive", (), nearest, self._lacks(k), numbers=self._areas(k))

    def _grouped(self, side: str, who: int, index: int, pairs: list[int], first: int) -> Verdict | None:
        """Of an instance that has partners."""
        others = self.preds if side == "gt" else self.gts
        whole, whole_why, part, part_why = _GROUPED[side]
        if who in self.pairs[side]:
            some = self.pairs[side][who]
            k = next(k for k in pairs if others[k] == some[0])
            key = "one_to_one_pred" if side == "gt" else "one_to_one_gt"
            why = clause(key, partner=some[0] - first, **self._areas(k))
            partners = tuple(other - first for other in some)
            return verdict(side, index, "match", partners, why, numbers=self._areas(k))
        if who in self.groups[side]:
            members = self.groups[side][who]
            shares = self.recall if side == "gt" else self.precision
            total = sum(shares[k] for k in pairs if others[k] in members)
            why = clause(whole_why, count=len(members), share=steady_one(total))
            partners = tuple(other - first for other in members)
            return verdict(side, index, whole, partners, why, numbers={"share": steady_one(total)})
        if who in self.member[side]:
            owner = self.member[side][who]
            count = len(self.groups["pred" if side == "gt" else "gt"][owner])
            why = clause(part_why, partner=owner - first, count=count)
            return verdict(side, index, part, (owner - first,), why)
        return None

    def _areas(self, k: int) -> dict[str, float]:
        return {"area_recall": self.recall[k], "area_precision": self.precision[k]}

    def _lacks(self, k: int) -> Clause:
        """What keeps a pair apart."""
        recall, precision = self.needed
        if self.recall[k] >= recall and self.precision[k] >= precision:
            return clause("others_qualify")
        return clause("areas_needed", needed_recall=recall, needed_precision=precision)


def steady_one(value: float) -> float:
    """One number as ``steady`` writes it."""
    return round(value, 8)
