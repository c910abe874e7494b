"""Matches with text lines and with words -> the verdicts of one sample, for ``tiou-wordline``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ocr_eval.pairing import Pairing
    from ocr_eval.protocols.line_match import LineMatch
    from ocr_eval.tables.joined import Joined
    from ocr_eval.tables.matches import Matches, Verdict


class LineReport:
    """A ``LineMatch`` -> the verdicts of one sample."""

    def __init__(
        self, joined: Joined, pairing: Pairing, found: LineMatch, iou: float, area_precision: float
    ) -> None:
        from ocr_eval.protocols.match_report import MatchReport, steady

        self.joined, self.found, self.iou, self.share = joined, found, iou, area_precision
        holders = ~joined.gt.care
        holders[found.found_word] = True
        limits = iou, area_precision
        self.words = MatchReport(joined, pairing, found.words, *limits, holders=holders)
        self.line_iou = steady(found.line_iou)
        self.match_of = {p: m for m, p in enumerate(found.line_pred.tolist())}
        self.found_by: dict[int, list[int]] = {}
        for k, g in enumerate(found.found_word.tolist()):
            self.found_by.setdefault(g, []).append(k)
        self.members: dict[int, list[int]] = {}
        for k, m in enumerate(found.found_by.tolist()):
            self.members.setdefault(m, []).append(k)
        self.place = {g: k for k, g in enumerate(found.word.tolist())}

    def matches(self, sample: int) -> Matches:
        """The verdicts; a line goes by its number in its file, from 0."""
        from ocr_eval.tables.matches import Matches, Pair

        gts, preds = self.joined.gt.span(sample), self.joined.pred.span(sample)
        verdicts, pairs = [], list(self.words.pairs(sample))
        for verdict in self.words.verdicts(sample):
            own = gts if verdict.side == "gt" else preds
            change = self._word if verdict.side == "gt" else self._prediction
            verdicts.append(change(verdict, own.start + verdict.index, gts.start, preds.start))
        for g in gts:
            for k in self.found_by.get(g, ()):
                p = int(self.found.line_pred[self.found.found_by[k]])
                pairs.append(Pair(g - gts.start, p - preds.start, self.words.ious[self._pair(g, p)]))
        return Matches(self.joined.sample_ids[sample], tuple(verdicts), pairs=tuple(sorted(pairs)))

    def _pair(self, g: int, p: int) -> int:
        """Position of a pair; it exists."""
        sample, words = int(self.joined.gt.sample_of[g]), self.words
        own = range(words.start[sample], words.start[sample + 1])
        return next(k for k in own if words.gts[k] == g and words.preds[k] == p)

    def _line(self, m: int) -> int:
        lines: Any = self.joined.gt_lines
        return int(self.found.line[m] - lines.start[lines.sample_of[self.found.line[m]]])

    def _word(self, made: Verdict, g: int, first_gt: int, first_pred: int) -> Verdict:
        from ocr_eval.protocols.reasons import clause, verdict
        from ocr_eval.protocols.tiou_credit import credited

        found = self.found
        if made.status == "match":
            k = self.place[g]
            return credited(made, found.word_iou[k].item(), found.recall[k].item())
        hits = self.found_by.get(g)
        if not hits:
            return made
        partners = tuple(int(found.line_pred[found.found_by[k]]) - first_pred for k in hits)
        why = [
            clause(
                "found_with_line",
                line=self._line(int(found.found_by[k])),
                partner=partner,
                credit=found.found_credit[k].item(),
            )
            for k, partner in zip(hits, partners, strict=True)
        ]
        if not self.joined.gt.care[g]:
            return verdict("gt", made.index, "don't care", (), *made.why, *why)
        return verdict("gt", made.index, "match", tuple(dict.fromkeys(partners)), *why)

    def _prediction(self, made: Verdict, p: int, first_gt: int, first_pred: int) -> Verdict:
        from ocr_eval.protocols.reasons import clause, verdict
        from ocr_eval.protocols.tiou_credit import credited

        found = self.found
        if made.status == "match":
            k = self.place[first_gt + made.partners[0]]
            return credited(made, found.word_iou[k].item(), found.precision[k].item())
        if p in self.match_of:
            m = self.match_of[p]
            words = (int(found.found_word[k]) - first_gt for k in self.members.get(m, ()))
            care = (g for g in words if self.joined.gt.care[first_gt + g])
            iou = self.line_iou[m]
            why = clause("match_line", iou=iou, threshold=self.iou, line=self._line(m))
            matched = verdict("pred", made.index, "match", tuple(care), why, numbers={"iou": iou})
            return credited(matched, found.line_iou[m].item(), found.line_credit[m].item())
        if found.excused_by[p] >= 0:
            g = int(found.excused_by[p])
            share = self.words.shares[self._pair(g, p)]
            why = clause("ignored_by_found", share=share, threshold=self.share, partner=g - first_gt)
            return verdict("pred", made.index, "ignored", (g - first_gt,), why, numbers={"share": share})
        return made
