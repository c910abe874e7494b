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
    from ocr_eval.tables.matches import Verdict


class RrcMatch(NamedTuple):
    """``ignored`` (N pred,) held by a don't care gt; ``partner`` (N gt,) matched prediction, -1 = no partner.

    ``care`` (N gt,) and ``kept`` (N pred,; False: deleted before matching, by a lexicon) are what the rule was run on.
    """

    ignored: NDArray[np.bool_]
    partner: NDArray[np.int64]
    care: NDArray[np.bool_]
    kept: NDArray[np.bool_]


def rrc_match(
    joined: Joined,
    pairing: Pairing,
    *,
    iou: float,
    area_precision: float,
    by_confidence: bool = False,
    care: NDArray[np.bool_] | None = None,
    kept: NDArray[np.bool_] | None = None,
) -> RrcMatch:
    """Ignores every prediction with I / area > ``area_precision`` in one don't care gt, then, for each care gt in file
    order, takes the first free prediction with IoU > ``iou``. Predictions are tried in file order, or by falling
    confidence (stable) when ``by_confidence``. Both comparisons are strict and exact.
    """
    import numpy as np

    gt, pred = joined.gt, joined.pred
    care = gt.care if care is None else care
    kept = np.ones(len(pred), np.bool_) if kept is None else kept
    pairs = pairing.rings
    to_dont_care = ~care[pairs.gt]
    ignored = np.zeros(len(pred), np.bool_)
    held = pairing.covers_pred(pairs, area_precision, among=to_dont_care & kept[pairs.pred])
    ignored[pairs.pred[held]] = True
    free = ~to_dont_care & (kept & ~ignored)[pairs.pred]
    candidates = np.flatnonzero(pairing.overlaps(pairs, iou, among=free))
    if by_confidence:
        confidence = np.zeros(len(pred)) if pred.confidence is None else pred.confidence
        rank = np.empty(len(pred), np.int64)
        rank[np.lexsort((-confidence, pred.sample_of))] = np.arange(len(pred))
        candidates = candidates[np.lexsort((rank[pairs.pred[candidates]], pairs.gt[candidates]))]
    return RrcMatch(ignored, pairing.first_fit(pairs, candidates), care, kept)


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
        "dc_gt": per_sample(gt.sample_of, ~match.care),
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


def explain_match(
    joined: Joined,
    pairing: Pairing,
    match: RrcMatch,
    sample: int,
    *,
    iou: float,
    share: float,
    rule: str = "first",
) -> list[Verdict]:
    """A verdict per instance of one sample: its partner and the IoU that decided, or the nearest miss and why it fails.

    ``rule`` says in words which of several free predictions was taken ("first", "best").
    """
    from ocr_eval.tables.matches import Verdict

    gt, pred, pairs = joined.gt, joined.pred, pairing.rings
    first_gt, first_pred = gt.span(sample).start, pred.span(sample).start
    span = slice(int(pairs.start[sample]), int(pairs.start[sample + 1]))
    gs, ps = pairs.gt[span].tolist(), pairs.pred[span].tolist()
    ious = dict(zip(zip(gs, ps, strict=True), pairing.iou(pairs)[span].tolist(), strict=True))
    shares = dict(zip(zip(gs, ps, strict=True), pairing.pred_share(pairs)[span].tolist(), strict=True))
    owner = {int(match.partner[g]): g for g in gt.span(sample) if match.partner[g] >= 0}
    verdicts = []
    for g in gt.span(sample):
        index = g - first_gt
        if not match.care[g]:
            verdicts.append(
                Verdict("gt", index, "don't care", (), "don't care region: it is not searched for")
            )
        elif (p := int(match.partner[g])) >= 0:
            value = ious[g, p]
            reason = f"IoU {value:.4f} > {iou:g} with prediction {p - first_pred}, the {rule} free one"
            verdicts.append(Verdict("gt", index, "match", (p - first_pred,), reason, {"iou": value}))
        else:
            value, p = max(
                ((v, -q) for (h, q), v in ious.items() if h == g and match.kept[q]), default=(0.0, 0)
            )
            verdicts.append(
                Verdict("gt", index, "miss", (), _why_missed(value, -p, first_pred, iou, match, owner))
            )
    for p in pred.span(sample):
        index = p - first_pred
        if not match.kept[p]:
            verdicts.append(Verdict("pred", index, "dropped", (), "no lexicon word is within distance 1"))
        elif match.ignored[p]:
            value, g = max((v, -h) for (h, q), v in shares.items() if q == p and not match.care[h])
            reason = f"{value:.4f} > {share:g} of its area lies in don't care gt {-g - first_gt}"
            verdicts.append(Verdict("pred", index, "ignored", (-g - first_gt,), reason, {"share": value}))
        elif p in owner:
            value = ious[owner[p], p]
            reason = f"IoU {value:.4f} > {iou:g} with gt {owner[p] - first_gt}"
            verdicts.append(Verdict("pred", index, "match", (owner[p] - first_gt,), reason, {"iou": value}))
        elif pairing.policy == "false-positive" and not pred.valid[p]:
            verdicts.append(
                Verdict(
                    "pred", index, "invalid", (), "its ring is invalid: it can never match nor be ignored"
                )
            )
        else:
            value, g = max(
                ((v, -h) for (h, q), v in ious.items() if q == p and match.care[h]), default=(0.0, 0)
            )
            near = (
                f"best IoU is {value:.4f} with gt {-g - first_gt}" if value > 0 else "it overlaps no care gt"
            )
            rest = (
                ", which another prediction took"
                if value > iou
                else f", IoU > {iou:g} is needed"
                if value > 0
                else ""
            )
            verdicts.append(Verdict("pred", index, "false positive", (), near + rest, {"iou": value}))
    return verdicts


def _why_missed(
    value: float, p: int, first_pred: int, iou: float, match: RrcMatch, owner: dict[int, int]
) -> str:
    if value <= 0:
        return "no prediction overlaps it"
    text = f"best IoU is {value:.4f} with prediction {p - first_pred}"
    if value <= iou:
        return f"{text}, IoU > {iou:g} is needed"
    if match.ignored[p]:
        return f"{text}, which a don't care region holds"
    return f"{text}, which another gt took" if p in owner else text
