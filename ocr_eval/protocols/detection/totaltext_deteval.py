"""Total-Text DetEval: curved words with splits and merges, by area recall and area precision rounded to two decimals.

What it measures
    How many words were found by predictions that cover them and do not reach far beyond. A word in pieces and a
    prediction over several words count in part.

The rule, per sample
    Area recall is I / area(gt), area precision I / area(prediction), both rounded to two decimals before any
    comparison. Coordinates of gts are cut to whole numbers.

    1. A gt is don't care when its transcription is exactly ``###`` (``#`` in the published files). A prediction goes
       when I / (area(prediction) + 1) > dont_care (strict) for one don't care gt. Then don't care gts go.
    2. One-to-one, for each gt: exactly one prediction with area recall > area_recall, exactly one with area precision
       > area_precision (both strict; they may be two predictions), and each of the two reaches that limit for this gt
       alone. The gt and the prediction that covers it earn 1.
    3. Split: for each gt left that at least two predictions cover by more than nothing, in order, the free predictions
       with area precision >= area_precision. One alone: with area recall >= area_recall it is a pair (1 and 1).
       Several: when their area recalls add up to >= area_recall, the gt and each of them earn ``penalty``.
    4. Merge: for each prediction left that at least two gts fill by more than nothing, in order, the free gts with
       area recall >= area_precision (the limit of precision). One alone: with area recall >= area_recall and area
       precision >= area_precision it is a pair. Several: when their area precisions add up to >= area_precision, the
       prediction and each of them earn ``penalty``.

Totals
    recall = sum of what gts earned / n_gt, precision = sum of what predictions earned / n_det, hmean; 0 when a
    denominator is 0. ``n_oo`` counts pairs, those of steps 3 and 4 included, ``n_om`` splits, ``n_mo`` merges.

What it cannot see
    How tight a pair is. The recommended limits are .7 and .6, the paper's are .8 and .4: ten points apart on one
    file, so name them. ``psenet-deteval`` is quoted under the same name and differs by .1 to 1 point.

Deviations from the official script
    1. A sample without prediction file counts all its gts as missed; the script leaves the sample out. Direction: down.
    2. A ratio next to a boundary of rounding (x.xx5) is taken from exact areas; the script's depends on how GEOS rounds
       coordinates of crossings. Direction: either; no pair of the published data lies within 1e-7 of one.
    3. A ring without area ends the script with ZeroDivisionError; here it is an unmatched instance (under
       ``--invalid-polygons official``; refused by default). Rings that cross themselves are repaired by GEOS
       ``buffer(0)`` there, as in the script.
    4. Predicted coordinates with decimals, which the script refuses, are used as they are. It reads y,x pairs: a file
       of x,y pairs (most repositories write them) gets about 0 there.
    5. A set without any care gt has no score here (null); the script prints 0.
    6. The MATLAB original (``Eval.m``) has no don't care rule, no check in the direction of gts, and does not use up
       single partners of steps 3 and 4: other numbers.

Source
    cs-chan/Total-Text-Dataset @9e8ff0a ``Evaluation_Protocol/Python_scripts/Deteval.py`` with ``polygon_fast.py``.
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
    from ocr_eval.protocols.totaltext_rings import Repaired
    from ocr_eval.tables.counts import Counts, Totals
    from ocr_eval.tables.joined import Joined
    from ocr_eval.tables.matches import Matches
    from ocr_eval.tables.pairs import Pairs

_DOUBT = 1e-7  # of a hundredth: nearer to a boundary of rounding than this, areas are computed exactly


@dataclass(frozen=True, repr=False)
class TotalTextDeteval:
    """Parameters of ``totaltext-deteval``; the defaults are those its authors recommend."""

    area_recall: float = fraction(0.7, "share of a gt's area that its predictions must cover")
    area_precision: float = fraction(0.6, "share of a prediction's area that its gts must fill")
    dont_care: float = fraction(0.5, "a prediction goes when more than this share of it is don't care")
    penalty: float = fraction(0.8, "what a split or a merge earns, per instance")

    ID: ClassVar[str] = "totaltext-deteval"
    VERSION: ClassVar[int] = 1
    TASK: ClassVar[str] = "det"
    COLUMNS: ClassVar[tuple[str, ...]] = ("n_gt", "n_det", "dc_gt", "dc_det", "n_oo", "n_om", "n_mo")
    SUMS: ClassVar[tuple[str, ...]] = ("recall", "precision")
    METRICS: ClassVar[dict[str, bool | None]] = {"precision": True, "recall": True, "hmean": True}
    SOURCE: ClassVar[str] = "cs-chan/Total-Text-Dataset @9e8ff0a Python_scripts/Deteval.py"

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
        return report(joined, pairing, shares, groups, self._weights(), needed, self.dont_care, added=True)

    def _weights(self) -> Weights:
        from ocr_eval.protocols.area_groups import Weights

        return Weights(self.penalty, self.penalty, alone=True)

    def _groups(self, joined: Joined, pairing: Pairing) -> tuple[Shares, Groups]:
        """Steps 1 to 4; the shares are those of all pairs of rings, in their order."""
        import numpy as np

        from ocr_eval.protocols.area_groups import Shares
        from ocr_eval.protocols.curved_groups import Asked, Reached, grouped
        from ocr_eval.protocols.totaltext_rings import held, repaired, whole

        joined, pairing = whole(joined, pairing)
        pairs = pairing.rings
        areas = repaired(joined, pairs)
        ignored = held(joined, pairing, pairs, areas, self.dont_care)
        among = joined.gt.care[pairs.gt] & ~ignored[pairs.pred]
        every = Shares(
            pairs.gt,
            pairs.pred,
            hundredths(pairing, pairs, areas, among, "gt"),
            hundredths(pairing, pairs, areas, among, "pred"),
        )
        g, p, recall, precision = shares = every.where(among)
        reached = Reached(
            recall > self.area_recall,
            precision > self.area_precision,
            recall >= self.area_recall,
            precision >= self.area_precision,
            recall >= self.area_precision,
        )
        met_by_gt = np.bincount(g[recall > 0], minlength=len(joined.gt))
        met_by_pred = np.bincount(p[precision > 0], minlength=len(joined.pred))
        asked = Asked(
            (self.area_recall, self.area_precision),
            lambda gt: bool(met_by_gt[gt] >= 2),
            lambda pred: bool(met_by_pred[pred] >= 2),
            lambda group: bool(np.sum(recall[group]) >= self.area_recall),
            lambda group: bool(np.sum(precision[group]) >= self.area_precision),
        )
        return every, grouped(joined, shares, reached, asked, ignored, exclusive=True)


def hundredths(
    pairing: Pairing, pairs: Pairs, areas: Repaired, among: NDArray[np.bool_], side: str
) -> NDArray[np.float64]:
    """(P,) share of the ``gt``'s or the ``pred``'s area rounded as ``numpy.round(x, 2)`` does: half to even, of 100 x.

    0 without an area. Exact ``among`` some pairs: next to a boundary the ratio is that of the exact areas.
    """
    import numpy as np

    area = pairs.area_gt[pairs.gt] if side == "gt" else pairs.area_pred[pairs.pred]
    share = np.divide(areas.shared, area, out=np.zeros(len(pairs)), where=area > 0)
    error = np.divide(100 * pairs.guard, area, out=np.zeros(len(pairs)), where=area > 0)
    off = np.abs(100 * share - np.floor(100 * share) - 0.5)
    doubtful = among & ~areas.odd & (pairs.guard > 0) & (area > 0) & (off <= _DOUBT + 4 * error)
    for k in np.flatnonzero(doubtful).tolist():
        inter, of_gt, of_pred = pairing.exact_areas(pairs, k)
        share[k] = float(inter) / float(of_gt if side == "gt" else of_pred)
    rounded: NDArray[np.float64] = np.rint(share * 100) / 100
    return rounded
