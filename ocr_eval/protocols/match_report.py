"""One-to-one matches by IoU -> the verdicts of one sample: its partner, or the nearest miss and why it fails.

Not a protocol: what the protocols on ``rrc_match`` explain. Built once for all samples; then each costs its own pairs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ocr_eval.protocols.reasons import clause, verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from ocr_eval.pairing import Pairing
    from ocr_eval.protocols.rrc_match import RrcMatch
    from ocr_eval.tables.joined import Joined
    from ocr_eval.tables.matches import Clause, Pair, Verdict

LONGEST = 80  # code points of a string of a file within a sentence


NEAR = 1e-9  # an IoU below this is no overlap worth a word

# IoU, whether it is above the threshold, minus the index (the first of equals), and the pair.
_Best = tuple[float, bool, int, int]


def cut(text: str) -> str:
    """The text as a sentence shows it."""
    return text[:LONGEST] + "…" if len(text) > LONGEST else text


def steady(ratios: NDArray[np.float64]) -> list[float]:
    """To eight decimals: the last bits of a shared area depend on the engine, and what is stored must not.

    The slack moves the points where rounding jumps away from the simple fractions that rings share.
    """
    rounded: list[float] = (ratios + 1e-11).round(8).tolist()
    return rounded


class MatchReport:
    """``iou``, ``share``: thresholds of a match. ``first``: the first free prediction was taken, not the best.

    ``holders`` (N gt,) says which gts can excuse a prediction; by default those that the match did not search for.
    ``barred``: positions of pairs that may not match however much they overlap, and the clause that says why.
    """

    def __init__(
        self,
        joined: Joined,
        pairing: Pairing,
        match: RrcMatch,
        iou: float,
        share: float,
        *,
        first: bool = True,
        holders: NDArray[np.bool_] | None = None,
        barred: Mapping[int, Clause] | None = None,
    ) -> None:
        pairs = pairing.rings
        self.joined, self.iou, self.share = joined, iou, share
        self.taken = "match_first" if first else "match_best"
        self.start = pairs.start.tolist()
        self.gts, self.preds = pairs.gt.tolist(), pairs.pred.tolist()
        ious = pairing.iou(pairs)
        self.ious, self.shares = steady(ious), steady(pairing.pred_share(pairs))
        self.meets, self.above = (ious > NEAR).tolist(), pairing.overlaps(pairs, iou).tolist()
        self.barred = barred or {}
        self.care, self.kept = match.care.tolist(), match.kept.tolist()
        self.ignored, self.partner = match.ignored.tolist(), match.partner.tolist()
        holders = match.holders if holders is None else holders
        self.holders = (~match.care if holders is None else holders).tolist()
        self.owner = {p: g for g, p in enumerate(self.partner) if p >= 0}
        self.official = pairing.policy != "false-positive"
        self.valid = joined.pred.valid.tolist()

    def local(self, g: int, p: int) -> tuple[int, int]:
        """The two instances as they count within their sample, from 0."""
        gt, pred = self.joined.gt, self.joined.pred
        return g - int(gt.start[gt.sample_of[g]]), p - int(pred.start[pred.sample_of[p]])

    def pairs(self, sample: int) -> tuple[Pair, ...]:
        """The matches of one sample with their IoU."""
        from ocr_eval.tables.matches import Pair

        found = range(self.start[sample], self.start[sample + 1])
        matched = [k for k in found if self.partner[self.gts[k]] == self.preds[k]]
        return tuple(Pair(*self.local(self.gts[k], self.preds[k]), self.ious[k]) for k in matched)

    def verdicts(self, sample: int) -> list[Verdict]:
        """gts, then predictions, each in file order."""
        # Per gt and per prediction the nearest on the other side.
        best_pred: dict[int, _Best] = {}
        best_gt: dict[int, _Best] = {}
        holder: dict[int, tuple[float, int]] = {}
        matched: dict[int, float] = {}
        nothing = (-1.0, False, 0, 0)
        for k in range(self.start[sample], self.start[sample + 1]):
            g, p, iou = self.gts[k], self.preds[k], self.ious[k]
            if self.meets[k] and self.kept[p]:
                best_pred[g] = max(best_pred.get(g, nothing), (iou, self.above[k], -p, k))
            if self.meets[k] and self.care[g]:
                best_gt[p] = max(best_gt.get(p, nothing), (iou, self.above[k], -g, k))
            if self.holders[g]:
                holder[p] = max(holder.get(p, (-1.0, 0)), (self.shares[k], -g))
            if self.partner[g] == p:
                matched[g] = iou
        gts, preds = self.joined.gt.span(sample), self.joined.pred.span(sample)
        verdicts = []
        for g in gts:
            index, p = g - gts.start, self.partner[g]
            if not self.care[g]:
                verdicts.append(verdict("gt", index, "don't care", (), clause("dont_care_region")))
            elif p >= 0:
                partner, iou = p - preds.start, matched[g]
                why = clause(self.taken, iou=iou, threshold=self.iou, partner=partner)
                verdicts.append(verdict("gt", index, "match", (partner,), why, numbers={"iou": iou}))
            else:
                why_not = self._why_missed(best_pred.get(g), preds.start)
                verdicts.append(verdict("gt", index, "miss", (), *why_not))
        for p in preds:
            index = p - preds.start
            if not self.kept[p]:
                verdicts.append(verdict("pred", index, "dropped", (), clause("no_lexicon_word")))
            elif self.ignored[p]:
                share, g = holder[p]
                partner = -g - gts.start
                why = clause("ignored_above", share=share, threshold=self.share, partner=partner)
                verdicts.append(verdict("pred", index, "ignored", (partner,), why, numbers={"share": share}))
            elif p in self.owner:
                g = self.owner[p]
                partner, iou = g - gts.start, matched[g]
                why = clause("match_gt", iou=iou, threshold=self.iou, partner=partner)
                verdicts.append(verdict("pred", index, "match", (partner,), why, numbers={"iou": iou}))
            elif not (self.official or self.valid[p]):
                verdicts.append(verdict("pred", index, "invalid", (), clause("invalid_ring")))
            else:
                best = best_gt.get(p)
                numbers = {"iou": best[0] if best else 0.0}
                why_not = self._why_wrong(best, gts.start)
                verdicts.append(verdict("pred", index, "false positive", (), *why_not, numbers=numbers))
        return verdicts

    def _why_missed(self, best: _Best | None, first: int) -> list[Clause]:
        if best is None:
            return [clause("no_prediction_overlaps")]
        iou, above, p, k = best[0], best[1], -best[2], best[3]
        near = clause("nearest_prediction", iou=iou, partner=p - first)
        if above and self.ignored[p]:
            return [near, clause("held_by_dont_care")]
        if above and p in self.owner:
            return [near, clause("taken_by_gt")]
        return [near, self.barred[k] if k in self.barred else clause("iou_needed", threshold=self.iou)]

    def _why_wrong(self, best: _Best | None, first: int) -> list[Clause]:
        if best is None:
            return [clause("no_gt_overlaps")]
        iou, above, g, k = best[0], best[1], -best[2], best[3]
        near = clause("nearest_gt", iou=iou, partner=g - first)
        if k in self.barred:
            return [near, self.barred[k]]
        return [near, clause("taken_by_prediction") if above else clause("iou_needed", threshold=self.iou)]
