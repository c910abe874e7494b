"""Mutual best matches of words, or of the regions they are in -> the verdicts of one sample."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ocr_eval.protocols.match_report import cut, steady
from ocr_eval.protocols.reasons import clause, verdict

if TYPE_CHECKING:
    from ocr_eval.pairing import Pairing
    from ocr_eval.protocols.mutual_match import WordMatch
    from ocr_eval.protocols.regions import RegionMatch
    from ocr_eval.tables.joined import Joined
    from ocr_eval.tables.matches import Clause, Matches, Verdict


class WordReport:
    """``equal`` says of matched gts whether their texts are equal, where texts play a part."""

    def __init__(
        self,
        joined: Joined,
        pairing: Pairing,
        found: WordMatch,
        iou: float,
        area_precision: float,
        equal: Mapping[int, bool] | None = None,
    ) -> None:
        pairs = pairing.even_odd
        self.joined, self.iou, self.share, self.equal = joined, iou, area_precision, equal
        self.start, self.gts, self.preds = pairs.start.tolist(), pairs.gt.tolist(), pairs.pred.tolist()
        self.ious, self.shares = steady(pairing.iou(pairs)), steady(pairing.pred_share(pairs))
        self.kept, self.care = found.kept.tolist(), joined.gt.care.tolist()
        self.partner = dict(zip(found.gt.tolist(), found.pred.tolist(), strict=True))
        self.owner = {p: g for g, p in self.partner.items()}
        self.ratio = dict(zip(found.gt.tolist(), steady(found.iou), strict=True))

    def matches(self, sample: int) -> Matches:
        """gts, then predictions, each in file order."""
        from ocr_eval.tables.matches import Matches, Pair

        gts, preds = self.joined.gt.span(sample), self.joined.pred.span(sample)
        near_pred: dict[int, tuple[float, int]] = {}
        near_gt: dict[int, tuple[float, int]] = {}
        holder: dict[int, tuple[float, int]] = {}
        for k in range(self.start[sample], self.start[sample + 1]):
            g, p = self.gts[k], self.preds[k]
            if not self.care[g]:
                holder[p] = max(holder.get(p, (-1.0, 0)), (self.shares[k], -g))
            elif self.ious[k] > 0:
                near_pred[g] = max(near_pred.get(g, (-1.0, 0)), (self.ious[k], -p))
                near_gt[p] = max(near_gt.get(p, (-1.0, 0)), (self.ious[k], -g))
        verdicts, pairs = [], []
        for g in gts:
            index, partner = g - gts.start, self.partner.get(g)
            if not self.care[g]:
                verdicts.append(verdict("gt", index, "don't care", (), clause("dont_care_region")))
            elif partner is not None:
                pairs.append(Pair(index, partner - preds.start, self.ratio[g]))
                verdicts.append(self._match("gt", index, g, partner - preds.start))
            else:
                why = self._miss("prediction", near_pred.get(g), preds.start)
                verdicts.append(verdict("gt", index, "miss", (), *why))
        for p in preds:
            index = p - preds.start
            if not self.kept[p]:
                share, g = holder[p]
                given = {"share": share, "threshold": self.share, "partner": -g - gts.start}
                dropped = clause("ignored_from", **given)
                verdicts.append(
                    verdict("pred", index, "ignored", (-g - gts.start,), dropped, numbers={"share": share})
                )
            elif p in self.owner:
                verdicts.append(self._match("pred", index, self.owner[p], self.owner[p] - gts.start))
            else:
                why = self._miss("gt", near_gt.get(p), gts.start)
                iou = near_gt[p][0] if p in near_gt else 0.0
                verdicts.append(verdict("pred", index, "false positive", (), *why, numbers={"iou": iou}))
        return Matches(self.joined.sample_ids[sample], tuple(verdicts), pairs=tuple(pairs))

    def _match(self, side: str, index: int, g: int, partner: int) -> Verdict:
        iou = self.ratio[g]
        given = {"iou": iou, "threshold": self.iou, "partner": partner}
        why = [clause("mutual_match" if side == "gt" else "mutual_match_gt", **given)]
        status = "match"
        if self.equal is not None and self.equal[g]:
            why.append(clause("texts_equal"))
        elif self.equal is not None:
            status = "wrong text"
            shown = cut(self.joined.gt.texts[g]), cut(self.joined.pred.texts[self.partner[g]])
            why.append(clause("texts_unequal", gt_text=shown[0], pred_text=shown[1]))
        return verdict(side, index, status, (partner,), *why, numbers={"iou": iou})

    def _miss(self, other: str, nearest: tuple[float, int] | None, first: int) -> list[Clause]:
        gt = other == "gt"
        if nearest is None:
            return [clause("no_gt_overlaps") if gt else clause("no_prediction_overlaps")]
        iou, at = nearest[0], -nearest[1]
        near = {"iou": iou, "partner": at - first}
        why = [clause("nearest_gt", **near) if gt else clause("nearest_prediction", **near)]
        if not gt and not self.kept[at]:
            return [*why, clause("held_by_dont_care")]
        if iou < self.iou or (at not in self.partner if gt else at not in self.owner):
            return [*why, clause("iou_at_least", threshold=self.iou)]
        return [*why, clause("better_pair")]


class RegionReport:
    """Every word is told what happened to its line or paragraph; regions count from 0 within their sample."""

    def __init__(self, joined: Joined, found: RegionMatch, iou: float, area_precision: float) -> None:
        self.joined, self.found, self.iou, self.share = joined, found, iou, area_precision
        self.partner = found.partner.tolist()
        self.owner = {p: g for g, p in enumerate(self.partner) if p >= 0}
        self.ratio = steady(found.iou.astype(float))

    def matches(self, sample: int) -> Matches:
        """gts, then predictions, each in file order."""
        from ocr_eval.tables.matches import Matches

        verdicts: list[Verdict] = []
        for side, table, regions, other, others in (
            ("gt", self.joined.gt, self.found.gt, self.joined.pred, self.found.pred),
            ("pred", self.joined.pred, self.found.pred, self.joined.gt, self.found.gt),
        ):
            own, first_region = table.span(sample), int(regions.start[sample])
            first, first_other = other.span(sample).start, int(others.start[sample])
            made = {}
            for r in range(first_region, int(regions.start[sample + 1])):
                mate = self.partner[r] if side == "gt" else self.owner.get(r, -1)
                words = others.word[others.words[mate] : others.words[mate + 1]] if mate >= 0 else ()
                partners = tuple(sorted(int(word) - first for word in words))
                status, why = self._told(side, r, mate, first_region, first_other)
                for word in regions.word[regions.words[r] : regions.words[r + 1]].tolist():
                    index = word - own.start
                    made[word] = verdict(side, index, status, partners, why)
            verdicts += [made[word] for word in own]
        return Matches(self.joined.sample_ids[sample], tuple(verdicts))

    def _told(self, side: str, r: int, mate: int, first: int, first_other: int) -> tuple[str, Clause]:
        region = r - first
        if mate >= 0:
            iou = self.ratio[r if side == "gt" else mate]
            given = {"iou": iou, "threshold": self.iou, "partner": mate - first_other}
            return "match", clause("region_match", region=region, **given)
        if side == "gt" and not self.found.gt.care[r]:
            return "don't care", clause("region_dont_care", region=region)
        if side == "pred" and not self.found.kept[r]:
            return "ignored", clause("region_ignored", region=region, threshold=self.share)
        status = "miss" if side == "gt" else "false positive"
        return status, clause("region_alone", region=region, threshold=self.iou)
