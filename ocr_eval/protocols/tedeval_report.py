"""TedEval's matches -> what it explains: characters held, held twice, several lines. Not a protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ocr_eval.protocols.centre_report import Centred, CentreReport
from ocr_eval.protocols.cut_regions import cut_of
from ocr_eval.protocols.pseudo_characters import hits
from ocr_eval.protocols.reasons import clause

if TYPE_CHECKING:
    from collections.abc import Callable

    from ocr_eval.pairing import Pairing
    from ocr_eval.protocols.centre_report import Told
    from ocr_eval.protocols.tedeval_match import Match
    from ocr_eval.tables.joined import Joined
    from ocr_eval.tables.matches import Matches


def reporter(
    joined: Joined, pairing: Pairing, found: Match, area_precision: float
) -> Callable[[int], Matches]:
    """``explain`` of any sample."""
    import numpy as np

    pairs, cut = found.pairs, cut_of(joined, pairing)
    inside = hits(found.centres, pairs.gt, pairs.pred, pairs.pred_xy, pairs.pred_ring)
    held = np.bincount(inside.row, minlength=len(pairs))
    held[found.matched] = np.bincount(found.hits.row, minlength=len(pairs))[found.matched]
    area = pairs.area_pred[pairs.pred]
    share = np.divide(np.maximum(cut.inter, 0.0), area, out=np.zeros(len(pairs)), where=area > 0)
    size = np.diff(found.centres.start)
    owner = np.repeat(np.arange(len(joined.gt)), size)
    several = np.bincount(found.hits.centre, minlength=len(owner)) > 1
    twice = np.bincount(owner[several], minlength=len(joined.gt)).tolist()
    lines = {"gt": set(pairs.gt[found.unclear].tolist()), "pred": set(pairs.pred[found.unclear].tolist())}

    def more_gt(g: int) -> Told:
        why = [clause("centres_twice", count=twice[g])] if twice[g] else []
        return "", why + ([clause("several_lines")] if g in lines["gt"] else [])

    def more_pred(p: int) -> Told:
        return "", [clause("several_lines")] if p in lines["pred"] else []

    centred = Centred(pairs, found.matched, held, share, size, found.ignored, area_precision)
    return CentreReport(joined, pairing, centred, more_gt, more_pred).told
