"""ICDAR 2013 detection: rectangles with splits and merges; long because three scripts of one rule are told apart.

What it measures
    How many words were found by predictions that cover them well and do not reach far beyond. A word in pieces and
    a prediction over several words count in part or in full.

The rule, per sample
    Boxes are whole pixels, borders included: a width is xmax - xmin + 1. Area recall is I / area(gt), area precision
    I / area(prediction); a pair is ok when they are >= area_recall and >= area_precision.

    1. A gt is don't care when its transcription is exactly ``###``. A prediction is ignored when its area precision
       for one don't care gt is > area_precision (strict).
    2. One-to-one: a care gt and a care prediction that are ok, when neither has another ok partner (don't care gts
       and ignored predictions count as partners) and twice the distance of the centres over the sum of the diagonals
       is < center. Both sides earn 1.
    3. Split: for each care gt left, in order, the free care predictions with area precision >= area_precision. When
       their area recalls add up to >= area_recall, the gt earns ``split`` and each of them ``split``.
    4. Merge: for each care prediction left, in order, the free care gts with area recall >= area_recall. When their
       area precisions add up to >= area_precision, each of them earns ``merge`` and the prediction ``merge``.

    ``ic13-v1``: a split or a merge may have one partner, and is paid as such.
    ``ic13-v2``: sums are rounded to four decimals; a split or merge of one partner is a one-to-one pair.
    ``ic13-deteval``: as v2, but one-to-one needs a gt that shares pixels with one care prediction only and a prediction
    that does so with one care gt only; a split needs a gt that meets two, a merge a prediction that does.

Totals
    recall = sum of what gts earned / n_gt, precision = sum of what predictions earned / n_det, hmean; 0 when a
    denominator is 0. ``n_oo``, ``n_om``, ``n_mo`` count pairs, splits and merges.

What it cannot see
    Slanted boxes. Duplicates: the same box twice is a split (v2: .8 and .8), not a hit and a false alarm. Predictions
    inside don't care regions are free; merging costs nothing.

Deviations from the official scripts
    1. A set without any care gt has no score here (null); the scripts print 0. A sample of don't care gts only,
       without predictions, has recall 1 by itself here, 0 there; no total depends on it.
    2. Predictions that are no rectangles count by their bounding boxes, which is what the scripts do with gts; they
       refuse such predictions.
    3. ``ic13-v2`` and ``ic13-deteval`` round as numpy does (rint(10000 x) / 10000), not as decimals do. A sum would
       have to lie within 1e-16 of .79995 or .39995 to tell.
    4. The scripts of MhLiao/DB apply rules 2 and 3 to shapely polygons without the added pixel and drop invalid
       ones: other numbers. These ids are the rectangle form.

Source
    ``ic13-v1``: liuheng92/OCR_EVALUATION @069defc ``Algorithm_DetEva.py``. What ``ic13-v2`` and ``ic13-deteval`` add:
    MhLiao/DB @65ca77a ``concern/icdar2015_eval/detection/icdar2013.py`` and ``deteval.py``.
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
    from ocr_eval.protocols.area_groups import Groups, Shares, Weights
    from ocr_eval.protocols.formulas import Formula
    from ocr_eval.tables.counts import Counts, Totals
    from ocr_eval.tables.joined import Joined
    from ocr_eval.tables.matches import Matches
    from ocr_eval.tables.pairs import BoxPairs


class _Variant(NamedTuple):
    """``rounded``: sums to four decimals, one partner makes a pair. ``counted``: whom an instance meets is counted."""

    rounded: bool = False
    counted: bool = False


@dataclass(frozen=True, repr=False)
class _Ic13:
    """What the three share: parameters with the official defaults, and everything but the variant."""

    area_recall: float = fraction(0.8, "share of a gt's area that its predictions must cover")
    area_precision: float = fraction(
        0.4, "share of a prediction's area that its gts must fill; more than this in a don't care gt: ignored"
    )
    center: float = parameter(
        1.0, "one-to-one: distance of centres over mean diagonal, below", low=0.0, high=100.0
    )
    split: float = fraction(0.8, "what a split earns, per instance")
    merge: float = fraction(1.0, "what a merge earns, per instance")

    VARIANT: ClassVar[_Variant]
    VERSION: ClassVar[int] = 1
    TASK: ClassVar[str] = "det"
    COLUMNS: ClassVar[tuple[str, ...]] = ("n_gt", "n_det", "dc_gt", "dc_det", "n_oo", "n_om", "n_mo")
    SUMS: ClassVar[tuple[str, ...]] = ("recall", "precision")
    METRICS: ClassVar[dict[str, bool | None]] = {"precision": True, "recall": True, "hmean": True}

    def __post_init__(self) -> None:
        check(self)

    def __repr__(self) -> str:
        return spell(self)

    @property
    def reads(self) -> Reads:
        """Boxes of whole pixels. Transcriptions of the gt only say what is don't care."""
        return Reads(boxes=True)

    @property
    def formulas(self) -> dict[str, Formula]:
        """precision, recall and hmean from sums."""
        from ocr_eval.protocols.area_groups import formulas

        return formulas(alone=1.0)

    def count(self, joined: Joined, pairing: Pairing) -> Counts:
        """Row per sample: care and don't care instances, groups by kind, what they earned."""
        from ocr_eval.protocols.area_groups import rows
        from ocr_eval.tables.counts import Counts

        groups = _groups(self, joined, _shares(pairing))
        return Counts.of(joined.sample_ids, *rows(joined, groups, self._weights()))

    def derive(self, totals: Totals) -> dict[str, float | None]:
        """precision, recall, hmean."""
        from ocr_eval.protocols.area_groups import scores

        return scores(totals)

    def explain(self, joined: Joined, pairing: Pairing, sample: int) -> Matches:
        """Every instance with its partners, or the nearest and what it lacks."""
        return self.explainer(joined, pairing)(sample)

    def explainer(self, joined: Joined, pairing: Pairing) -> Callable[[int], Matches]:
        """``explain`` for many samples of one grouping."""
        from ocr_eval.protocols.area_report import AreaReport

        found = _shares(pairing)
        groups, needed = _groups(self, joined, found), (self.area_recall, self.area_precision)
        return AreaReport(
            joined, found.shares, found.iou(), groups, self._weights(), needed, self.area_precision
        ).told

    def _weights(self) -> Weights:
        from ocr_eval.protocols.area_groups import Weights

        return Weights(self.split, self.merge, self.VARIANT.rounded)


@dataclass(frozen=True, repr=False)
class Ic13V1(_Ic13):
    """``ic13-v1``: the rule as it is."""

    ID: ClassVar[str] = "ic13-v1"
    VARIANT: ClassVar[_Variant] = _Variant()
    SOURCE: ClassVar[str] = "liuheng92/OCR_EVALUATION @069defc Algorithm_DetEva.py"


@dataclass(frozen=True, repr=False)
class Ic13V2(_Ic13):
    """``ic13-v2``: sums rounded, splits and merges of one partner are pairs."""

    ID: ClassVar[str] = "ic13-v2"
    VARIANT: ClassVar[_Variant] = _Variant(rounded=True)
    SOURCE: ClassVar[str] = "MhLiao/DB @65ca77a concern/icdar2015_eval/detection/icdar2013.py, on rectangles"


@dataclass(frozen=True, repr=False)
class Ic13Deteval(_Ic13):
    """``ic13-deteval``: v2, and pairs meet nobody else."""

    ID: ClassVar[str] = "ic13-deteval"
    VARIANT: ClassVar[_Variant] = _Variant(rounded=True, counted=True)
    SOURCE: ClassVar[str] = "MhLiao/DB @65ca77a concern/icdar2015_eval/detection/deteval.py, on rectangles"


class _Found(NamedTuple):
    """Pairs with shared pixels, and the boxes they come from."""

    shares: Shares
    inter: NDArray[np.float64]
    boxes: BoxPairs

    def iou(self) -> NDArray[np.float64]:
        """(P,) for display."""
        of_gt, of_pred = (
            _area(self.boxes.gt_box)[self.shares.gt],
            _area(self.boxes.pred_box)[self.shares.pred],
        )
        iou: NDArray[np.float64] = self.inter / (of_gt + of_pred - self.inter)
        return iou


def _area(box: NDArray[np.float64]) -> NDArray[np.float64]:
    area: NDArray[np.float64] = (box[2] - box[0] + 1) * (box[3] - box[1] + 1)
    return area


def _shares(pairing: Pairing) -> _Found:
    """Area recall and precision as the scripts compute them: products and quotients of pixels, in doubles."""
    import numpy as np

    from ocr_eval.protocols.area_groups import Shares

    boxes = pairing.boxes(reach=1.0)
    g, p, gt_box, pred_box = boxes
    size = [
        np.minimum(gt_box[2 + axis, g], pred_box[2 + axis, p])
        - np.maximum(gt_box[axis, g], pred_box[axis, p])
        + 1
        for axis in (0, 1)
    ]
    keep = np.flatnonzero((size[0] > 0) & (size[1] > 0))
    g, p, inter = g[keep], p[keep], size[0][keep] * size[1][keep]
    return _Found(Shares(g, p, inter / _area(gt_box)[g], inter / _area(pred_box)[p]), inter, boxes)


def _groups(rule: _Ic13, joined: Joined, found: _Found) -> Groups:
    """Steps 1 to 4."""
    import numpy as np

    from ocr_eval.protocols.area_groups import Groups, gather

    (g, p, recall, precision), care = found.shares, joined.gt.care
    n_gt, n_pred = len(joined.gt), len(joined.pred)
    ignored = np.zeros(n_pred, np.bool_)
    ignored[p[~care[g] & (precision > rule.area_precision)]] = True
    cared = care[g] & ~ignored[p]
    meets_gt = np.bincount(g[~ignored[p]], minlength=n_gt)
    meets_pred = np.bincount(p[care[g]], minlength=n_pred)

    ok = (recall >= rule.area_recall) & (precision >= rule.area_precision)
    only = ok & (np.bincount(g[ok], minlength=n_gt)[g] == 1) & (np.bincount(p[ok], minlength=n_pred)[p] == 1)
    if rule.VARIANT.counted:
        only &= (meets_gt[g] == 1) & (meets_pred[p] == 1)
    one = np.flatnonzero(only & cared & (_distance(found.boxes, g, p) < rule.center))
    taken_gt, taken_pred = np.zeros(n_gt, np.bool_), np.zeros(n_pred, np.bool_)
    taken_gt[g[one]] = True
    taken_pred[p[one]] = True

    def enough(
        value: NDArray[np.float64], least: float, meets: NDArray[np.int64], owner: NDArray[np.int64]
    ) -> Callable[[list[int]], bool]:
        def accepts(group: list[int]) -> bool:
            total = 0.0
            for k in group:  # one after the other, as the scripts add
                total += float(value[k])
            if rule.VARIANT.rounded:
                total = float(np.rint(total * 10_000) / 10_000)
            return total >= least and not (rule.VARIANT.counted and meets[owner[group[0]]] < 2)

        return accepts

    part = np.flatnonzero(cared & (precision >= rule.area_precision))
    splits = gather(
        g[part],
        p[part],
        recall[part],
        (taken_gt, taken_pred),
        rule.area_recall,
        enough(recall[part], rule.area_recall, meets_gt, g[part]),
    )
    part = np.flatnonzero(cared & (recall >= rule.area_recall))
    merges = gather(
        p[part],
        g[part],
        precision[part],
        (taken_pred, taken_gt),
        rule.area_precision,
        enough(precision[part], rule.area_precision, meets_pred, p[part]),
    )
    return Groups(g[one], p[one], splits, merges, ignored)


def _distance(boxes: BoxPairs, g: NDArray[np.int64], p: NDArray[np.int64]) -> NDArray[np.float64]:
    """(P,) distance of the centres over half the sum of the diagonals."""
    import numpy as np

    sides = [(box[2:] - box[:2] + 1, box[:2]) for box in (boxes.gt_box, boxes.pred_box)]
    (centre, diagonal), (centre_pred, diagonal_pred) = (
        (low + size / 2, np.sqrt(size[1] * size[1] + size[0] * size[0])) for size, low in sides
    )
    x, y = (centre[axis, g] - centre_pred[axis, p] for axis in (0, 1))
    distance: NDArray[np.float64] = np.sqrt(x * x + y * y) / (diagonal[g] + diagonal_pred[p]) * 2
    return distance
