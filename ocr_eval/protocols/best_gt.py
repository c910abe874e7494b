"""Pairs -> matches where every prediction asks for its best gt alone; and why each instance was matched or not.

Not a protocol: ``ctw1500`` (Pascal VOC) and ``tda-rects`` build on the matching; the report also serves rules where a
prediction may win several gts (``psenet-ctw``).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from ocr_eval.pairing import Pairing
    from ocr_eval.tables.joined import Joined
    from ocr_eval.tables.matches import Clause, Matches, Verdict


class OwnBest(NamedTuple):
    """``best`` (N pred,) the gt with the largest overlap if that is above the threshold, -1 = none.

    ``winner`` (N gt,) the first prediction that asks for the gt, -1 = none.
    """

    best: NDArray[np.int64]
    winner: NDArray[np.int64]


def own_best(
    pairing: Pairing,
    among: NDArray[np.bool_],
    *,
    iou: float,
    plus: float = 0.0,
    order: NDArray[np.int64] | None = None,
) -> OwnBest:
    """Every prediction asks for the first of its gts with the largest overlap, if that is above ``iou`` (strict).

    ``among``: pairs of ``pairing.rings`` that count; ``plus`` is added to every union; ``order`` (N pred,) says who
    asks first, by default the file. No second choice: who finds the gt taken goes away with nothing.
    """
    import numpy as np

    pairs = pairing.rings
    best = pairing.best_gt(pairs, among, plus=plus)
    asks = np.zeros(len(pairs), np.bool_)
    asks[best[best >= 0]] = True
    above = pairing.overlaps(pairs, iou, among=asks, plus=plus)
    found = np.full(len(best), -1, np.int64)
    asking = np.flatnonzero(best >= 0)
    asking = asking[above[best[asking]]]
    found[asking] = pairs.gt[best[asking]]
    order = np.arange(len(best)) if order is None else order
    turn = order[found[order] >= 0][::-1]
    winner = np.full(len(pairs.area_gt), -1, np.int64)
    winner[found[turn]] = turn  # of several the last written stands: the first in order
    return OwnBest(found, winner)


@dataclass(frozen=True)
class Words:
    """Which sentences a protocol's verdicts are made of, and the threshold that stands in them."""

    iou: float
    won: str = "match_own_best"  # of a gt with its winner
    needed: str = "iou_needed"
    several: bool = False  # a prediction may win several gts
    gone: Mapping[int, Clause] = field(default_factory=dict)  # predictions left out before matching
    unfindable: Mapping[int, Clause] = field(default_factory=dict)  # care gts that nothing can match


class WinnerReport:
    """Verdicts of a sample from the ``winner`` of every gt. Pairs ``among`` count, those ``above`` may match."""

    def __init__(
        self,
        joined: Joined,
        pairing: Pairing,
        winner: NDArray[np.int64],
        care: NDArray[np.bool_],
        among: NDArray[np.bool_],
        above: NDArray[np.bool_],
        words: Words,
    ) -> None:
        from ocr_eval.protocols.match_report import NEAR, steady

        pairs = pairing.rings
        ious = pairing.iou(pairs)
        self.joined, self.words = joined, words
        self.start, self.gts, self.preds = pairs.start.tolist(), pairs.gt.tolist(), pairs.pred.tolist()
        self.ious, self.meets, self.above = steady(ious), ((ious > NEAR) & among).tolist(), above.tolist()
        self.winner, self.care = winner.tolist(), care.tolist()
        self.lenient, self.valid = pairing.policy == "false-positive", joined.pred.valid.tolist()

    def matches(self, sample: int) -> Matches:
        """gts, then predictions, each in file order; the pairs of care gts with their winners."""
        from ocr_eval.tables.matches import Matches, Pair

        gts, preds = self.joined.gt.span(sample), self.joined.pred.span(sample)
        met: dict[tuple[int, int], int] = {}
        nearest_pred: dict[int, tuple[float, int]] = {}
        nearest_gt: dict[int, tuple[float, int]] = {}
        for k in range(self.start[sample], self.start[sample + 1]):
            g, p, iou = self.gts[k], self.preds[k], self.ious[k]
            met[g, p] = k
            if self.meets[k]:
                nearest_pred[g] = max(nearest_pred.get(g, (-1.0, 0)), (iou, -p))
                nearest_gt[p] = max(nearest_gt.get(p, (-1.0, 0)), (iou, -g))
        won: dict[int, list[int]] = defaultdict(list)
        pairs = []
        for g in gts:
            p = self.winner[g]
            if p >= 0:
                won[p].append(g)
                if self.care[g]:
                    pairs.append(Pair(g - gts.start, p - preds.start, self.ious[met[g, p]]))
        verdicts = [self._gt(g, gts, preds, met, nearest_pred.get(g)) for g in gts]
        verdicts += [self._pred(p, gts, preds, met, nearest_gt.get(p), won.get(p, [])) for p in preds]
        return Matches(self.joined.sample_ids[sample], tuple(verdicts), pairs=tuple(pairs))

    def _gt(
        self,
        g: int,
        gts: range,
        preds: range,
        met: Mapping[tuple[int, int], int],
        nearest: tuple[float, int] | None,
    ) -> Verdict:
        from ocr_eval.protocols.reasons import clause, verdict

        index, p, words = g - gts.start, self.winner[g], self.words
        if not self.care[g]:
            return verdict("gt", index, "don't care", (), clause("dont_care_region"))
        if p >= 0:
            iou, partner = self.ious[met[g, p]], p - preds.start
            why = clause(words.won, iou=iou, threshold=words.iou, partner=partner)
            return verdict("gt", index, "match", (partner,), why, numbers={"iou": iou})
        if g in words.unfindable:
            return verdict("gt", index, "miss", (), words.unfindable[g])
        if nearest is None:
            return verdict("gt", index, "miss", (), clause("no_prediction_overlaps"))
        iou, near = nearest[0], -nearest[1]
        far = clause(words.needed, threshold=words.iou)
        last = clause("taken_by_gt") if self.above[met[g, near]] else far
        why = clause("nearest_prediction", iou=iou, partner=near - preds.start)
        return verdict("gt", index, "miss", (), why, last)

    def _pred(
        self,
        p: int,
        gts: range,
        preds: range,
        met: Mapping[tuple[int, int], int],
        nearest: tuple[float, int] | None,
        won: list[int],
    ) -> Verdict:
        from ocr_eval.protocols.reasons import clause, verdict

        index, words = p - preds.start, self.words
        if p in words.gone:
            return verdict("pred", index, "dropped", (), words.gone[p])
        if self.lenient and not self.valid[p]:
            return verdict("pred", index, "invalid", (), clause("invalid_ring"))
        if won:
            partners = tuple(g - gts.start for g in won)
            iou = max(self.ious[met[g, p]] for g in won)
            if words.several:
                shown = ", ".join(map(str, partners))
                why = clause("covers", threshold=words.iou, partners=shown)
            else:
                key = "match_gt" if self.care[won[0]] else "takes_ignored"
                why = clause(key, iou=iou, threshold=words.iou, partner=partners[0])
            status = "match" if any(self.care[g] for g in won) else "ignored"
            return verdict("pred", index, status, partners, why, numbers={"iou": iou})
        if nearest is None:
            return verdict(
                "pred", index, "false positive", (), clause("no_gt_overlaps"), numbers={"iou": 0.0}
            )
        iou, near = nearest[0], -nearest[1]
        far = clause(words.needed, threshold=words.iou)
        last = clause("taken_by_prediction") if self.above[met[near, p]] else far
        why = clause("nearest_gt", iou=iou, partner=near - gts.start)
        return verdict("pred", index, "false positive", (), why, last, numbers={"iou": iou})
