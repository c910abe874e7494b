"""A match by confidence -> the verdicts of one sample at IoU .5 over all areas.

Not a protocol: what ``coco-ap`` explains.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ocr_eval.protocols.match_report import steady
from ocr_eval.protocols.ranked_match import MOST, THRESHOLDS
from ocr_eval.protocols.reasons import clause, verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from ocr_eval.protocols.ranked_match import RankedMatch
    from ocr_eval.tables.joined import Joined
    from ocr_eval.tables.matches import Matches, Verdict


def reporter(joined: Joined, match: RankedMatch) -> Callable[[int], Matches]:
    """What tells one sample."""
    from ocr_eval.tables.matches import Matches, Pair

    overlaps, partner = steady(match.overlap), match.partner.tolist()
    crowd, looked_at = match.crowd.tolist(), match.looked_at.tolist()
    right = (match.right & 1).tolist()
    owner = {g: p for p, g in enumerate(partner) if g >= 0 and right[p]}
    limit = THRESHOLDS[0]

    def of_gt(g: int, index: int, first: int) -> Verdict:
        if crowd[g]:
            return verdict("gt", index, "don't care", (), clause("dont_care_region"))
        if g not in owner:
            return verdict("gt", index, "miss", (), clause("iou_at_least", threshold=limit))
        p = owner[g]
        why = clause("match_ranked", iou=overlaps[p], threshold=limit, partner=p - first)
        return verdict("gt", index, "match", (p - first,), why, numbers={"iou": overlaps[p]})

    def of_pred(p: int, index: int, first: int) -> Verdict:
        there = partner[p] - first
        if not looked_at[p]:
            return verdict("pred", index, "dropped", (), clause("beyond_rank", count=MOST))
        if partner[p] < 0:
            return verdict("pred", index, "false positive", (), clause("iou_at_least", threshold=limit))
        if right[p]:
            why = clause("match_ranked_gt", iou=overlaps[p], threshold=limit, partner=there)
            return verdict("pred", index, "match", (there,), why, numbers={"iou": overlaps[p]})
        why = clause("in_crowd", share=overlaps[p], threshold=limit, partner=there)
        return verdict("pred", index, "ignored", (there,), why, numbers={"share": overlaps[p]})

    def told(sample: int) -> Matches:
        gts, preds = joined.gt.span(sample), joined.pred.span(sample)
        verdicts = [of_gt(g, g - gts.start, preds.start) for g in gts]
        verdicts += [of_pred(p, p - preds.start, gts.start) for p in preds]
        pairs = tuple(
            Pair(g - gts.start, owner[g] - preds.start, overlaps[owner[g]]) for g in gts if g in owner
        )
        return Matches(joined.sample_ids[sample], tuple(verdicts), pairs=pairs)

    return told
