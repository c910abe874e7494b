"""Words of two tables -> mutual best matches and their IoU; counts -> panoptic quality.

Not a protocol: the block under ``hiertext`` and ``hiertext-e2e`` (google-research-datasets/hiertext @70b6620,
``evaluator/evaluator.py`` and ``evaluator/polygon_ops.py``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ocr_eval.pairing import Pairing
    from ocr_eval.protocols.formulas import Formula
    from ocr_eval.tables.joined import Joined

    Flags = NDArray[np.bool_]
    Positions = NDArray[np.int64]

EPSILON = 1e-5  # added to areas and unions before dividing; a ring with less area shares nothing


class WordMatch(NamedTuple):
    """``kept`` (N pred,) not dropped; matches (gt, pred, IoU), (K,) each, in the order of gts."""

    kept: Flags
    gt: Positions
    pred: Positions
    iou: NDArray[np.float64]

    def sums(self, joined: Joined, among: Flags | None = None) -> NDArray[np.float64]:
        """(S,) sums of IoU, one addition after the other; only of the matches ``among`` (K,)."""
        import numpy as np

        some = slice(None) if among is None else among
        made = np.zeros(len(joined.sample_ids))
        np.add.at(made, joined.gt.sample_of[self.gt[some]], self.iou[some])
        return made


def word_match(joined: Joined, pairing: Pairing, *, iou: float, area_precision: float) -> WordMatch:
    """Steps 1 to 3 of ``hiertext`` for words; every comparison is exact."""
    import numpy as np

    pairs, care = pairing.even_odd, joined.gt.care
    real = (pairs.area_gt[pairs.gt] >= EPSILON) & (pairs.area_pred[pairs.pred] >= EPSILON)
    held = pairing.covers_pred(
        pairs, area_precision, strict=False, among=real & ~care[pairs.gt], plus=EPSILON
    )
    kept = np.ones(len(joined.pred), np.bool_)
    kept[pairs.pred[held]] = False
    free = real & care[pairs.gt] & kept[pairs.pred]
    # What is below the threshold is nobody's best above it.
    good = pairing.overlaps(pairs, iou, strict=False, among=free, plus=EPSILON)
    partner = pairing.mutual_best(pairs, good, plus=EPSILON)
    matched = np.flatnonzero(partner[pairs.gt] == pairs.pred)
    inter, area_gt, area_pred = pairing.steady_areas(pairs, matched)
    ratio = inter / (area_gt + area_pred - inter + EPSILON)
    return WordMatch(kept, pairs.gt[matched], pairs.pred[matched], ratio)


def word_rows(joined: Joined, found: WordMatch) -> dict[str, Positions]:
    """The (S,) columns of both protocols."""
    import numpy as np

    gt, pred = joined.gt, joined.pred
    size = len(joined.sample_ids)
    return {
        "tp": np.bincount(gt.sample_of[found.gt], minlength=size),
        "n_gt": np.bincount(gt.sample_of[gt.care], minlength=size),
        "n_det": np.bincount(pred.sample_of[found.kept], minlength=size),
        "dc_gt": np.bincount(gt.sample_of[~gt.care], minlength=size),
        "dc_det": np.bincount(pred.sample_of[~found.kept], minlength=size),
    }


def quality(tp: int, n_gt: int, n_det: int, total: float, prefix: str = "") -> dict[str, float | None]:
    """precision, recall, hmean, tightness, pq: 1 when a denominator is 0, None when no sample has a care gt."""
    from ocr_eval.tables.counts import harmonic, ratio

    names = [f"{prefix}{name}" for name in ("precision", "recall", "hmean", "tightness", "pq")]
    if n_gt == 0:
        return dict.fromkeys(names)
    precision, recall = ratio(tp, n_det, empty=1.0), tp / n_gt
    hmean, tightness = harmonic(precision, recall), ratio(total, tp, empty=1.0)
    assert hmean is not None
    assert tightness is not None
    return dict(zip(names, (precision, recall, hmean, tightness, tightness * hmean), strict=True))


def quality_formulas(tp: str, total: str, prefix: str = "") -> dict[str, Formula]:
    """``quality`` as data: hmean and pq have a common denominator."""
    from ocr_eval.protocols.formulas import rate

    return {
        f"{prefix}precision": rate(tp, "n_det", empty=1.0, alone=1.0),
        f"{prefix}recall": rate(tp, "n_gt"),
        f"{prefix}hmean": rate(f"2*{tp}", "n_gt + n_det", alone=1.0),
        f"{prefix}tightness": rate(f"sum:{total}", tp, empty=1.0, alone=1.0),
        f"{prefix}pq": rate(f"2*sum:{total}", "n_gt + n_det", alone=1.0),
    }
