"""Total-Text Pascal: curved words, one-to-one by IoU, every prediction to the gt it fits best; long because of masks.

What it measures
    How many words are the best fit of some prediction with IoU of one half or more.

The rule, per sample
    Coordinates of gts are cut to whole numbers.

    1. A gt is don't care when its transcription is exactly ``###`` (``#`` in the published files). A prediction goes
       when I / (area(prediction) + 1) > dont_care (strict) for one don't care gt. Then don't care gts go.
    2. IoU is I / (U + 1), U the area of the union. For each prediction in file order: the gt with the largest IoU,
       the first of equals. When that is >= iou (not strict) and no earlier prediction took this gt: a true positive.
       Otherwise a false positive; there is no second choice.
    ``geometry=mask``: areas are counts of the pixels that scikit-image's ``polygon`` fills (pixels on the outline
    included, even-odd, none left of or above 0; 0..4 x 0..6 has 35). A pair counts only when its bounding boxes share
    more than one pixel² of area. Coordinates of predictions are cut to whole numbers too.

Totals
    recall = tp / n_gt, precision = tp / n_det over all samples, hmean; 0 when a denominator is 0.

What it cannot see
    Splits and merges (a word found in two halves scores nothing), how tight a match is. The added pixel lowers the IoU
    of small words: a perfect one of 1 pixel² has IoU .5.

Deviations from the official script
    1. A sample without prediction file counts all its gts as missed; the script leaves the sample out. Direction: down.
    2. Which of two gts fits best, and a threshold met exactly, is decided in exact areas; the script's floats depend on
       how GEOS rounds coordinates of crossings. Direction: either.
    3. Rings that cross themselves are repaired by GEOS ``buffer(0)`` under ``--invalid-polygons official``, as in the
       script (``geometry=mask``: filled even-odd); they are refused by default.
    4. The script reads y,x pairs of whole numbers: a file of x,y pairs gets about 0 there. Predicted coordinates with
       decimals are used as they are (``geometry=polygon``).
    5. A set without any care gt has no score here (null); the script ends with ZeroDivisionError. In a sample without
       care gts the script prints precision 0, as here, but does not call its predictions false positives.

Source
    cs-chan/Total-Text-Dataset @9e8ff0a ``Evaluation_Protocol/Python_scripts/Pascal_VOC.py`` with ``polygon_fast.py``
    or ``polygon_wrapper.py`` (masks).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from ocr_eval.protocols import Reads
from ocr_eval.protocols.parameters import check, fraction, parameter, spell

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from ocr_eval.pairing import Pairing
    from ocr_eval.protocols.formulas import Formula
    from ocr_eval.tables.counts import Counts, Totals
    from ocr_eval.tables.joined import Joined
    from ocr_eval.tables.matches import Clause, Matches, Verdict


@dataclass(frozen=True, repr=False)
class TotalTextPascal:
    """Parameters of ``totaltext-pascal``; the defaults are official."""

    iou: float = fraction(0.5, "a pair needs at least this IoU")
    dont_care: float = fraction(0.5, "a prediction goes when more than this share of it is don't care")
    geometry: str = parameter("polygon", "areas of polygons or counts of pixels", choices=("polygon", "mask"))

    ID: ClassVar[str] = "totaltext-pascal"
    VERSION: ClassVar[int] = 1
    TASK: ClassVar[str] = "det"
    COLUMNS: ClassVar[tuple[str, ...]] = ("tp", "n_gt", "n_det", "dc_gt", "dc_det")
    SUMS: ClassVar[tuple[str, ...]] = ()
    METRICS: ClassVar[dict[str, bool | None]] = {"precision": True, "recall": True, "hmean": True}
    SOURCE: ClassVar[str] = "cs-chan/Total-Text-Dataset @9e8ff0a Python_scripts/Pascal_VOC.py"

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
        from ocr_eval.protocols.formulas import rate

        return {
            "precision": rate("tp", "n_det", empty=0.0, alone=0.0),
            "recall": rate("tp", "n_gt", empty=0.0, alone=0.0),
            "hmean": rate("2*tp", "n_gt + n_det", empty=0.0, alone=0.0),
        }

    def count(self, joined: Joined, pairing: Pairing) -> Counts:
        """Row per sample: matches, care gts, predictions left, don't care gts, predictions gone."""
        import numpy as np

        from ocr_eval.tables.counts import Counts

        gt, pred = joined.gt, joined.pred
        found = self._match(joined, pairing)

        def per_sample(sample: NDArray[np.int64], flag: NDArray[np.bool_]) -> NDArray[np.int64]:
            return np.bincount(sample[flag], minlength=len(joined.sample_ids))

        columns = {
            "tp": per_sample(gt.sample_of, found.partner >= 0),
            "n_gt": per_sample(gt.sample_of, gt.care),
            "n_det": per_sample(pred.sample_of, ~found.ignored),
            "dc_gt": per_sample(gt.sample_of, ~gt.care),
            "dc_det": per_sample(pred.sample_of, found.ignored),
        }
        return Counts.of(joined.sample_ids, columns)

    def derive(self, totals: Totals) -> dict[str, float | None]:
        """precision, recall, hmean; None when no sample has a care gt."""
        from ocr_eval.protocols.rrc_match import word_scores

        return word_scores(totals["tp"], totals["n_gt"], totals["n_det"])

    def explain(self, joined: Joined, pairing: Pairing, sample: int) -> Matches:
        """Every instance with its partner, or the nearest and why it is none."""
        return self.explainer(joined, pairing)(sample)

    def explainer(self, joined: Joined, pairing: Pairing) -> Callable[[int], Matches]:
        """``explain`` for many samples of one match."""
        report = _Report(self, joined, pairing, self._match(joined, pairing))
        return report.told

    def _match(self, joined: Joined, pairing: Pairing) -> Match:
        """Steps 1 and 2."""
        import numpy as np

        found = self._by_mask(joined, pairing) if self.geometry == "mask" else self._by_area(joined, pairing)
        partner = np.full(len(joined.gt), -1, np.int64)
        preds = np.flatnonzero(found.best >= 0)
        gts, first = np.unique(found.gt[found.best[preds]], return_index=True)
        partner[gts] = preds[first]
        return found._replace(partner=partner)

    def _by_area(self, joined: Joined, pairing: Pairing) -> Match:
        import numpy as np

        from ocr_eval.protocols.totaltext_rings import ADDED, held, repaired, whole

        joined, pairing = whole(joined, pairing)
        pairs = pairing.rings
        areas = repaired(joined, pairs)
        ignored = held(joined, pairing, pairs, areas, self.dont_care)
        among = joined.gt.care[pairs.gt] & ~ignored[pairs.pred]
        iou = areas.shared / (areas.union + ADDED)
        meets = pairing.overlaps(pairs, self.iou, strict=False, among=among & ~areas.odd, plus=ADDED)
        # The best of all is the best of those that are good enough, if there is one.
        best = pairing.best_gt(pairs, meets, plus=ADDED)
        for k in np.flatnonzero(among & areas.odd & (iou >= self.iou)).tolist():
            p = pairs.pred[k]
            other = int(best[p])
            if other < 0 or (iou[k], -k) > (iou[other], -other):
                best[p] = k
        under = pairs.area_pred[pairs.pred] + ADDED
        return Match(pairs.gt, pairs.pred, iou, areas.shared / under, ignored, best, best)

    def _by_mask(self, joined: Joined, pairing: Pairing) -> Match:
        import numpy as np

        from ocr_eval.protocols.pixel_areas import pixel_areas
        from ocr_eval.protocols.totaltext_rings import ADDED

        g, p, inter, of_gt, of_pred = pixel_areas(joined, pairing)
        iou, share = inter / (of_gt + of_pred - inter + ADDED), inter / (of_pred + ADDED)
        care = joined.gt.care[g]
        ignored = np.zeros(len(joined.pred), np.bool_)
        ignored[p[~care & (share > self.dont_care)]] = True
        good = np.flatnonzero(care & ~ignored[p] & (iou >= self.iou))
        best = np.full(len(joined.pred), -1, np.int64)
        # By prediction, then IoU, then from the last gt to the first: the last one written is the best.
        order = good[np.lexsort((-g[good], iou[good], p[good]))]
        best[p[order]] = order
        return Match(g, p, iou, share, ignored, best, best)


class Match(NamedTuple):
    """P pairs with their IoU and the share of the prediction, gt-major; what became of both sides."""

    gt: NDArray[np.int64]
    pred: NDArray[np.int64]
    iou: NDArray[np.float64]
    share: NDArray[np.float64]
    ignored: NDArray[np.bool_]  # (N pred,)
    best: NDArray[np.int64]  # (N pred,) the pair with its best gt, -1 = none is good enough
    partner: NDArray[np.int64]  # (N gt,) the prediction that took it, -1 = none


class _Report:
    """The verdicts of a match."""

    def __init__(self, rule: TotalTextPascal, joined: Joined, pairing: Pairing, match: Match) -> None:
        import numpy as np

        from ocr_eval.protocols.match_report import steady

        self.rule, self.joined = rule, joined
        self.gt, self.pred = match.gt.tolist(), match.pred.tolist()
        self.iou, self.share = steady(match.iou), steady(match.share)
        self.start = np.searchsorted(match.gt, joined.gt.start).tolist()
        self.care, self.ignored = joined.gt.care.tolist(), match.ignored.tolist()
        self.best, self.partner = match.best.tolist(), match.partner.tolist()
        official = pairing.policy != "false-positive"
        self.valid = [True] * len(joined.pred) if official else joined.pred.valid.tolist()

    def told(self, sample: int) -> Matches:
        """The verdicts of one sample."""
        from ocr_eval.tables.matches import Matches, Pair

        here = range(self.start[sample], self.start[sample + 1])
        gts, preds = self.joined.gt.span(sample), self.joined.pred.span(sample)
        of_gt: dict[int, list[int]] = {g: [] for g in gts}
        of_pred: dict[int, list[int]] = {p: [] for p in preds}
        for k in here:
            of_gt[self.gt[k]].append(k)
            of_pred[self.pred[k]].append(k)
        verdicts = [self._gt(g, of_gt[g], gts, preds) for g in gts]
        verdicts += [self._pred(p, of_pred[p], gts, preds) for p in preds]
        pairs = [
            Pair(self.gt[k] - gts.start, self.pred[k] - preds.start, self.iou[k])
            for k in here
            if self.partner[self.gt[k]] == self.pred[k]
        ]
        return Matches(self.joined.sample_ids[sample], tuple(verdicts), pairs=tuple(pairs))

    def _gt(self, g: int, pairs: list[int], gts: range, preds: range) -> Verdict:
        from ocr_eval.protocols.reasons import clause, verdict

        index, p = g - gts.start, self.partner[g]
        if not self.care[g]:
            return verdict("gt", index, "don't care", (), clause("dont_care_region"))
        if p >= 0:
            partner, iou = p - preds.start, self.iou[self.best[p]]
            why = clause("match_own_best_at_least", iou=iou, threshold=self.rule.iou, partner=partner)
            return verdict("gt", index, "match", (partner,), why, numbers={"iou": iou})
        near = self._nearest([k for k in pairs if not self.ignored[self.pred[k]]])
        if near is None:
            return verdict("gt", index, "miss", (), clause("no_prediction_overlaps"))
        nearest = clause("nearest_prediction", iou=self.iou[near], partner=self.pred[near] - preds.start)
        own = self.best[self.pred[near]]
        return verdict("gt", index, "miss", (), nearest, self._lacks(own >= 0, "taken_by_gt"))

    def _pred(self, p: int, pairs: list[int], gts: range, preds: range) -> Verdict:
        from ocr_eval.protocols.reasons import clause, verdict

        index, best = p - preds.start, self.best[p]
        if not self.valid[p]:
            return verdict("pred", index, "invalid", (), clause("invalid_ring"))
        if self.ignored[p]:
            k = max((k for k in pairs if not self.care[self.gt[k]]), key=lambda k: (self.share[k], -k))
            partner = self.gt[k] - gts.start
            why = clause("ignored_above", share=self.share[k], threshold=self.rule.dont_care, partner=partner)
            return verdict("pred", index, "ignored", (partner,), why, numbers={"share": self.share[k]})
        if best >= 0 and self.partner[self.gt[best]] == p:
            partner, iou = self.gt[best] - gts.start, self.iou[best]
            why = clause("match_gt_at_least", iou=iou, threshold=self.rule.iou, partner=partner)
            return verdict("pred", index, "match", (partner,), why, numbers={"iou": iou})
        near = best if best >= 0 else self._nearest([k for k in pairs if self.care[self.gt[k]]])
        numbers = {"iou": 0.0 if near is None else self.iou[near]}
        if near is None:
            return verdict("pred", index, "false positive", (), clause("no_gt_overlaps"), numbers=numbers)
        nearest = clause("nearest_gt", iou=self.iou[near], partner=self.gt[near] - gts.start)
        why = self._lacks(best >= 0, "taken_by_prediction")
        return verdict("pred", index, "false positive", (), nearest, why, numbers=numbers)

    def _nearest(self, pairs: list[int]) -> int | None:
        """The pair with the largest IoU, the first of equals; none without an overlap worth a word."""
        from ocr_eval.protocols.match_report import NEAR

        near = max(pairs, key=lambda k: (self.iou[k], -k), default=None)
        return None if near is None or self.iou[near] <= NEAR else near

    def _lacks(self, taken: bool, key: str) -> Clause:
        from ocr_eval.protocols.reasons import clause

        return clause(key) if taken else clause("iou_at_least", threshold=self.rule.iou)
