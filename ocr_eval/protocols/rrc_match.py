"""Pairs -> one-to-one matches by the rule all RRC scripts share: don't care first, then first fit above an IoU.

Not a protocol: the block that ``rrc-iou``, ``rrc-e2e`` and their relatives build on (RRC ``script.py`` in MhLiao/DB
@65ca77a ``assets/ic15_eval``; ``E2E_iou_1_1.py`` v1.1). Their own files say what they make of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ocr_eval.pairing import Pairing
    from ocr_eval.protocols.formulas import Formula
    from ocr_eval.tables.counts import Scored
    from ocr_eval.tables.joined import Joined


class RrcMatch(NamedTuple):
    """``ignored`` (N pred,) held by a don't care gt; ``partner`` (N gt,) matched prediction, -1 = no partner.

    ``care`` (N gt,) and ``kept`` (N pred,; False: deleted before matching, by a lexicon) are what the rule was run on.
    ``holders`` (N gt,): the gts that can excuse a prediction, where these are not all that are not care.
    """

    ignored: NDArray[np.bool_]
    partner: NDArray[np.int64]
    care: NDArray[np.bool_]
    kept: NDArray[np.bool_]
    holders: NDArray[np.bool_] | None = None


def rrc_match(
    joined: Joined,
    pairing: Pairing,
    *,
    iou: float,
    area_precision: float,
    by_confidence: bool = False,
    care: NDArray[np.bool_] | None = None,
    kept: NDArray[np.bool_] | None = None,
    allowed: NDArray[np.bool_] | None = None,
    holders: NDArray[np.bool_] | None = None,
) -> RrcMatch:
    """Ignores every prediction with I / area > ``area_precision`` in one don't care gt, then, for each care gt in file
    order, takes the first free prediction with IoU > ``iou``. Predictions are tried in file order, or by falling
    confidence (stable) when ``by_confidence``. Both comparisons are strict and exact. ``allowed`` (pairs of
    ``pairing.rings``,) names those that may match at all, where the overlap is not all that counts; ``holders`` (N gt,)
    the gts that ignore predictions, by default all that are not ``care``.
    """
    import numpy as np

    gt, pred = joined.gt, joined.pred
    care = gt.care if care is None else care
    kept = np.ones(len(pred), np.bool_) if kept is None else kept
    pairs = pairing.rings
    holding = (~care if holders is None else holders)[pairs.gt]
    ignored = np.zeros(len(pred), np.bool_)
    held = pairing.covers_pred(pairs, area_precision, among=holding & kept[pairs.pred])
    ignored[pairs.pred[held]] = True
    free = care[pairs.gt] & (kept & ~ignored)[pairs.pred]
    if allowed is not None:
        free &= allowed
    candidates = np.flatnonzero(pairing.overlaps(pairs, iou, among=free))
    if by_confidence:
        confidence = np.zeros(len(pred)) if pred.confidence is None else pred.confidence
        rank = np.empty(len(pred), np.int64)
        rank[np.lexsort((-confidence, pred.sample_of))] = np.arange(len(pred))
        candidates = candidates[np.lexsort((rank[pairs.pred[candidates]], pairs.gt[candidates]))]
    return RrcMatch(ignored, pairing.first_fit(pairs, candidates), care, kept, holders)


def count_rows(joined: Joined, match: RrcMatch) -> dict[str, NDArray[np.int64]]:
    """The (S,) columns every protocol of the family has: pairs, care and don't care on both sides, deletions."""
    import numpy as np

    gt, pred = joined.gt, joined.pred
    size = len(joined.sample_ids)

    def per_sample(sample: NDArray[np.int64], flag: NDArray[np.bool_]) -> NDArray[np.int64]:
        return np.bincount(sample[flag], minlength=size)

    return {
        "paired": per_sample(gt.sample_of, match.partner >= 0),
        "n_gt": per_sample(gt.sample_of, match.care),
        "n_det": per_sample(pred.sample_of, match.kept & ~match.ignored),
        "dc_gt": per_sample(gt.sample_of, ~match.care if match.holders is None else match.holders),
        "dc_det": per_sample(pred.sample_of, match.ignored),
        "dropped": per_sample(pred.sample_of, ~match.kept),
    }


def word_scores(tp: int, n_gt: int, n_det: int) -> dict[str, float | None]:
    """precision, recall, hmean of the family: 0 when a denominator is 0, None when no sample has a care gt."""
    from ocr_eval.tables.counts import harmonic, ratio

    if n_gt == 0:
        return dict.fromkeys(("precision", "recall", "hmean"), None)
    precision, recall = ratio(tp, n_det, empty=0.0), ratio(tp, n_gt, empty=0.0)
    return {"precision": precision, "recall": recall, "hmean": harmonic(precision, recall)}


def word_formulas() -> dict[str, Formula]:
    """``word_scores`` as data; a sample with neither gts nor predictions has hmean 1, as the script prints it."""
    from ocr_eval.protocols.formulas import rate

    return {
        "precision": rate("tp", "n_det", empty=0.0),
        "recall": rate("tp", "n_gt", empty=0.0),
        "hmean": rate("2*tp", "n_gt + n_det", empty=0.0, alone=1.0),
    }


def scored_predictions(joined: Joined, match: RrcMatch, correct: NDArray[np.bool_]) -> Scored:
    """The care predictions with their confidences; ``correct`` (N pred,)."""
    import numpy as np

    from ocr_eval.tables.counts import Scored

    pred = joined.pred
    keep = np.flatnonzero(match.kept & ~match.ignored)
    confidence = np.ones(len(pred)) if pred.confidence is None else pred.confidence
    return Scored(
        confidence[keep], pred.sample_of[keep], keep - pred.start[pred.sample_of[keep]], correct[keep]
    )


def average_precision(scored: Scored, n_gt: int) -> dict[str, float | None]:
    """``ap``: over all care predictions by (-confidence, sample, line), the sum over correct ones of
    (correct so far / rank), divided by ``n_gt``. ``ap_low`` and ``ap_high`` bound it over all orders of equal
    confidences (wrong ones first, right ones first). No interpolation; 0 when nothing is correct.
    """
    import numpy as np

    def ap(order: NDArray[np.int64]) -> float:
        ranks = np.flatnonzero(scored.correct[order]) + 1
        return float(np.cumsum(np.arange(1, len(ranks) + 1) / ranks)[-1] / n_gt) if len(ranks) else 0.0

    if not n_gt:
        return {"ap": None, "ap_low": None, "ap_high": None}
    falling = -scored.confidence
    return {
        "ap": ap(np.lexsort((scored.line, scored.sample, falling))),
        "ap_low": ap(np.lexsort((scored.correct, falling))),
        "ap_high": ap(np.lexsort((~scored.correct, falling))),
    }
