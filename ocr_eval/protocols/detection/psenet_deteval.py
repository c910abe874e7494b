"""PSENet DetEval: Total-Text DetEval as PSENet and PAN++ evaluate it, without rounding and with a weaker one-to-one.

What it measures
    How many words were found by predictions that cover them and do not reach far beyond. A word in pieces and a
    prediction over several words count in part. Often quoted as "Total-Text DetEval", which it is not.

The rule, per sample
    Area recall is I / area(gt), area precision I / area(prediction), neither rounded. Areas are |shoelace|, I is
    even-odd. Coordinates of gts are cut to whole numbers.

    1. A gt is don't care when its transcription is exactly ``###`` (``#`` in the published files). A prediction goes
       when I / area(prediction) > dont_care (strict) for one don't care gt. Then don't care gts go.
    2. One-to-one, for each gt: exactly one prediction with area recall > area_recall and exactly one with area
       precision > area_precision (both strict; they may be two predictions). The gt and the prediction that covers it
       earn 1. Nobody asks whether that prediction covers other gts too: it may be matched, and earn 1, several times.
    3. Split: for each gt left that shares an area with at least two predictions, in order, the free predictions with
       area precision >= area_precision. One alone: with area recall >= area_recall it is a pair (1 and 1). Several:
       when their area recalls add up to >= area_recall, the gt and each of them earn ``penalty``.
    4. Merge: for each prediction left that shares an area with at least two gts, in order, the free gts with area
       recall >= area_precision (the limit of precision). One alone: with area recall >= area_recall and area precision
       >= area_precision it is a pair. Several: when their area precisions add up to >= area_precision, the prediction
       and each of them earn ``penalty``.

Totals
    recall = sum of what gts earned / n_gt, precision = sum of what predictions earned / n_det, hmean; 0 when a
    denominator is 0. ``n_oo`` counts pairs, those of steps 3 and 4 included, ``n_om`` splits, ``n_mo`` merges.

What it cannot see
    How tight a pair is. That a prediction is used twice: one over a word and a smaller one inside it is matched with
    both, so precision can pass 1.

Deviations from the official script
    1. A sample without prediction file counts all its gts as missed; the script leaves the sample out. Direction: down.
    2. A single ratio next to a limit is compared exactly, a sum next to a limit is the sum of the exact ratios in
       doubles, added as numpy adds; the script's depend on how GPC rounds coordinates of crossings. Direction: either.
    3. A ring without area ends the script with ZeroDivisionError; here it is an unmatched instance (under
       ``--invalid-polygons official``; refused by default).
    4. Predicted coordinates with decimals, which the script refuses, are used as they are. It reads y,x pairs.
    5. A set without any care gt has no score here (null); the script ends with ZeroDivisionError.

Source
    whai362/PSENet @5a42734 ``eval/tt/Deteval.py``, the same in whai362/pan_pp.pytorch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ocr_eval.protocols import Reads
from ocr_eval.protocols.parameters import check, fraction, spell

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from ocr_eval.pairing import Pairing
    from ocr_eval.protocols.area_groups import Groups, Shares, Weights
    from ocr_eval.protocols.formulas import Formula
    from ocr_eval.tables.counts import Counts, Totals
    from ocr_eval.tables.joined import Joined
    from ocr_eval.tables.matches import Matches
    from ocr_eval.tables.pairs import Pairs

_NEAR = 1e-9  # a sum closer to its limit is added again from exact areas


@dataclass(frozen=True, repr=False)
class PsenetDeteval:
    """Parameters of ``psenet-deteval``; the defaults are official."""

    area_recall: float = fraction(0.7, "share of a gt's area that its predictions must cover")
    area_precision: float = fraction(0.6, "share of a prediction's area that its gts must fill")
    dont_care: float = fraction(0.5, "a prediction goes when more than this share of it is don't care")
    penalty: float = fraction(0.8, "what a split or a merge earns, per instance")

    ID: ClassVar[str] = "psenet-deteval"
    VERSION: ClassVar[int] = 1
    TASK: ClassVar[str] = "det"
    COLUMNS: ClassVar[tuple[str, ...]] = ("n_gt", "n_det", "dc_gt", "dc_det", "n_oo", "n_om", "n_mo")
    SUMS: ClassVar[tuple[str, ...]] = ("recall", "precision")
    METRICS: ClassVar[dict[str, bool | None]] = {"precision": True, "recall": True, "hmean": True}
    SOURCE: ClassVar[str] = "whai362/PSENet @5a42734 eval/tt/Deteval.py"

    def __post_init__(self) -> None:
        check(self)

    def __repr__(self) -> str:
        return spell(self)

    @property
    def reads(self) -> Reads:
        """Rings. Transcriptions of the gt only say what is don't care."""
        return Reads()

    @property
    def formulas(self) -> dict[str, Formula]:
        """precision, recall and hmean from sums."""
        from ocr_eval.protocols.area_groups import formulas

        return formulas(alone=0.0)

    def count(self, joined: Joined, pairing: Pairing) -> Counts:
        """Row per sample: care and don't care instances, groups by kind, what they earned."""
        from ocr_eval.protocols.area_groups import rows
        from ocr_eval.tables.counts import Counts

        return Counts.of(joined.sample_ids, *rows(joined, self._groups(joined, pairing)[1], self._weights()))

    def derive(self, totals: Totals) -> dict[str, float | None]:
        """precision, recall, hmean."""
        from ocr_eval.protocols.area_groups import scores

        return scores(totals)

    def explain(self, joined: Joined, pairing: Pairing, sample: int) -> Matches:
        """Every instance with its partners, or the nearest and what it lacks."""
        return self.explainer(joined, pairing)(sample)

    def explainer(self, joined: Joined, pairing: Pairing) -> Callable[[int], Matches]:
        """``explain`` for many samples of one grouping."""
        from ocr_eval.protocols.totaltext_rings import report

        needed = self.area_recall, self.area_precision
        shares, groups = self._groups(joined, pairing)
        return report(joined, pairing, shares, groups, self._weights(), needed, self.dont_care, added=False)

    def _weights(self) -> Weights:
        from ocr_eval.protocols.area_groups import Weights

        return Weights(self.penalty, self.penalty, alone=True)

    def _groups(self, joined: Joined, pairing: Pairing) -> tuple[Shares, Groups]:
        """Steps 1 to 4; the shares are those of all pairs of rings, in their order."""
        import numpy as np

        from ocr_eval.protocols.area_groups import Shares
        from ocr_eval.protocols.curved_groups import Asked, Reached, grouped
        from ocr_eval.protocols.totaltext_rings import whole

        joined, pairing = whole(joined, pairing)
        pairs = pairing.rings
        to_dont_care = ~joined.gt.care[pairs.gt]
        ignored = np.zeros(len(joined.pred), np.bool_)
        ignored[pairs.pred[pairing.covers_pred(pairs, self.dont_care, among=to_dont_care)]] = True
        among = ~to_dont_care & ~ignored[pairs.pred]
        every = Shares(pairs.gt, pairs.pred, pairing.gt_share(pairs), pairing.pred_share(pairs))
        index = np.flatnonzero(among)
        sums = _Sums(pairing, pairs, index, every)
        reached = Reached(
            pairing.covers_gt(pairs, self.area_recall, among=among)[index],
            pairing.covers_pred(pairs, self.area_precision, among=among)[index],
            pairing.covers_gt(pairs, self.area_recall, strict=False, among=among)[index],
            pairing.covers_pred(pairs, self.area_precision, strict=False, among=among)[index],
            pairing.covers_gt(pairs, self.area_precision, strict=False, among=among)[index],
        )
        asked = Asked(
            (self.area_recall, self.area_precision),
            lambda gt: sums.several("gt", gt),
            lambda pred: sums.several("pred", pred),
            lambda group: sums.reach("gt", group, self.area_recall),
            lambda group: sums.reach("pred", group, self.area_precision),
        )
        return every, grouped(joined, every.where(among), reached, asked, ignored, exclusive=False)


class _Sums:
    """Questions about several pairs of those at ``index``: floats where they are clear, exact areas where not."""

    def __init__(self, pairing: Pairing, pairs: Pairs, index: NDArray[np.int64], shares: Shares) -> None:
        import numpy as np

        self.pairing, self.pairs, self.index = pairing, pairs, index
        self.sides = {"gt": (pairs.gt, shares.recall), "pred": (pairs.pred, shares.precision)}
        self.areas = {"gt": pairs.area_gt, "pred": pairs.area_pred}
        self.order = {
            side: index[np.argsort(of[index], kind="stable")] for side, (of, _) in self.sides.items()
        }
        # Where the pairs of an instance begin in ``order``.
        self.heads = {
            side: np.searchsorted(self.sides[side][0][own], np.arange(len(self.areas[side]) + 1))
            for side, own in self.order.items()
        }

    def several(self, side: str, instance: int) -> bool:
        """Whether an instance shares an area with at least two of the other side."""
        import numpy as np

        heads = self.heads[side]
        k = self.order[side][heads[instance] : heads[instance + 1]]
        sure = self.pairs.inter[k] > self.pairs.guard[k]
        count = int(np.count_nonzero(sure))
        for unsure in k[~sure & (self.pairs.guard[k] > 0)].tolist():
            if count >= 2:
                break
            count += self.pairing.exact_areas(self.pairs, unsure)[0] > 0
        return count >= 2

    def reach(self, side: str, group: list[int], least: float) -> bool:
        """Whether the shares of some pairs (positions in ``index``) add up to ``least``, in doubles as numpy adds."""
        import numpy as np

        of, shares = self.sides[side]
        k = self.index[group]
        total = float(np.sum(shares[k]))
        error = float(np.sum(4 * self.pairs.guard[k] / self.areas[side][of[k]]))
        if abs(total - least) > _NEAR + error:
            return total >= least
        exact = [self.pairing.exact_areas(self.pairs, one) for one in k.tolist()]
        ratios = [float(inter) / float(gt if side == "gt" else pred) for inter, gt, pred in exact]
        return bool(np.sum(np.array(ratios)) >= least)
