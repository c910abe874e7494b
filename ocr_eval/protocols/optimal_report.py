"""The optimal match -> the verdicts of one sample: its partner and their texts, or the nearest miss and what barred it.

Not a protocol: what ``rrc-2024`` explains.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ocr_eval.protocols.match_report import MatchReport, cut
from ocr_eval.protocols.reasons import clause, extended, sentence

if TYPE_CHECKING:
    from collections.abc import Callable

    from ocr_eval.protocols.optimal_match import OptimalMatch
    from ocr_eval.tables.matches import Clause, Edit, Matches, Verdict


def reporter(
    match: OptimalMatch, iou: float, area_precision: float, *, told_texts: bool
) -> Callable[[int], Matches]:
    """What tells one sample; ``told_texts``: texts were read, so they are compared in words."""
    import numpy as np

    from ocr_eval.protocols.rrc_match import RrcMatch
    from ocr_eval.tables.matches import Matches

    joined, pairs = match.joined, match.pairs
    kept = np.ones(len(joined.pred), np.bool_)
    as_rrc = RrcMatch(match.ignored, match.partner, joined.gt.care, kept)
    report = MatchReport(
        joined, match.pairing, as_rrc, iou, area_precision, first=False, holders=~joined.gt.care
    )
    report.taken = "match_assigned"
    of_gt = {int(pairs.gt[k]): k for k in match.matched.tolist()}
    barred: dict[int, dict[str, dict[int, int]]] = {}  # sample -> side -> instance -> partner, both local
    for k in np.flatnonzero(match.above & ~match.allowed).tolist():
        g, p = report.local(int(pairs.gt[k]), int(pairs.pred[k]))
        sides = barred.setdefault(int(joined.gt.sample_of[pairs.gt[k]]), {"gt": {}, "pred": {}})
        sides["gt"].setdefault(g, p)
        sides["pred"].setdefault(p, g)

    def texts_of(sample: int, g: int, p: int) -> tuple[str, str]:
        assert match.texts is not None
        gts, preds = joined.gt.span(sample), joined.pred.span(sample)
        return match.texts[0][gts.start + g], match.texts[1][preds.start + p]

    def with_texts(sample: int, verdict: Verdict) -> Verdict:
        first = joined.gt.span(sample).start
        if verdict.status == "match":
            g = verdict.index if verdict.side == "gt" else verdict.partners[0]
            k = of_gt[first + g]
            if match.agree(k):
                return extended(verdict, clause("texts_agree"))
            similarity = float(match.similarity(k))
            return extended(verdict, clause("texts_similar", one_minus_ned=similarity), status="wrong text")
        if verdict.status in ("miss", "false positive"):
            return _barred(sample, verdict)
        return verdict

    def _barred(sample: int, verdict: Verdict) -> Verdict:
        """A verdict whose nearest partner overlaps enough and reads otherwise says so."""
        from dataclasses import replace

        partner = barred.get(sample, {"gt": {}, "pred": {}})[verdict.side].get(verdict.index)
        near = verdict.why[0][1].get("partner")
        if partner is None or near != partner:
            return verdict
        pair = (verdict.index, partner) if verdict.side == "gt" else (partner, verdict.index)
        gt_text, pred_text = map(cut, texts_of(sample, *pair))
        why: tuple[Clause, ...] = (
            verdict.why[0],
            clause("texts_bar", gt_text=gt_text, pred_text=pred_text),
        )
        return replace(verdict, why=why, reason=sentence(why))

    def edits(sample: int) -> tuple[Edit, ...]:
        from ocr_eval.tables.matches import Edit
        from ocr_eval.text.distance import edit_script

        found = []
        for g, p, _ in report.pairs(sample):
            found.append(Edit(g, p, edit_script(*texts_of(sample, g, p))))
        return tuple(found)

    def told(sample: int) -> Matches:
        verdicts = report.verdicts(sample)
        if told_texts:
            verdicts = [with_texts(sample, verdict) for verdict in verdicts]
        shown = edits(sample) if told_texts else ()
        return Matches(joined.sample_ids[sample], tuple(verdicts), pairs=report.pairs(sample), edits=shown)

    return told
