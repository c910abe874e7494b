"""RRC IoU: word detection of ICDAR 2015 (Incidental Scene Text, task 1), also the base of MLT and RCTW.

What it measures
    How many words were found by a prediction that overlaps them by more than half.

The rule, per sample
    1. A gt is don't care when its transcription is exactly ``###``.
    2. With ``confidence=true`` the predictions are first sorted by confidence, highest first (stable).
    3. A prediction is ignored when, for a single don't care gt, I / area(prediction) > area_precision (strict).
       This comes before matching: a prediction that fits a word perfectly is lost when a don't care region holds it.
    4. For each care gt in file order, for each free care prediction in order: IoU > iou (strict) pairs them.
       First fit, neither best nor maximum: the order of lines can matter.
    Ring areas are |shoelace|, the intersection is even-odd, IoU is 0 when the union is 0.

Totals
    recall = tp / n_gt, precision = tp / n_det over all samples, hmean of the two; 0 when a denominator is 0.
    AP (``confidence=true``): all care predictions by falling confidence, sum over the correct ones of
    (correct so far / rank) / n_gt, no interpolation; 0 when n_gt is 0.

What it cannot see
    Splits and merges (a word found in two halves scores nothing), how tight a match is, the order of corners.
    Predictions inside don't care regions are free.

Deviations from the official script
    1. AP with tied confidences: the script sorts with an unstable sort, so its AP depends on numpy and the CPU. Ours
       sorts by (-confidence, sample order, line order) and publishes the interval [ap_low, ap_high] that every order
       of ties falls into. Direction: either; size: up to .09 on files whose confidences are mostly equal.
    2. Reading is more tolerant (BOM, counter-clockwise rings, folders in the archive) and stricter where the script
       lets nonsense through (confidence 10, entries twice): scores of files both accept are equal.

Source
    ``script.py`` in MhLiao/DB @65ca77a ``assets/ic15_eval``, identical in GXYM/DRRG @fab77c1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ocr_eval.protocols import Reads
from ocr_eval.protocols.parameters import check, fraction, parameter, spell

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ocr_eval.pairing import Pairing
    from ocr_eval.tables.counts import Counts, Scored, Totals
    from ocr_eval.tables.joined import Joined
    from ocr_eval.tables.matches import Matches, Verdict


@dataclass(frozen=True, repr=False)
class RrcIou:
    """Parameters of ``rrc-iou``; the defaults are official."""

    iou: float = fraction(0.5, "a pair needs IoU above this")
    area_precision: float = fraction(0.5, "a prediction is ignored when more than this share of it is don't care")
    confidence: bool = parameter(False, "predictions carry confidences: they sort the matching and give AP")

    ID: ClassVar[str] = "rrc-iou"
    VERSION: ClassVar[int] = 1
    TASK: ClassVar[str] = "det"
    COLUMNS: ClassVar[tuple[str, ...]] = ("tp", "n_gt", "n_det", "dc_gt", "dc_det")
    SUMS: ClassVar[tuple[str, ...]] = ()
    METRICS: ClassVar[dict[str, bool]] = {"precision": True, "recall": True, "hmean": True}
    SOURCE: ClassVar[str] = "MhLiao/DB @65ca77a assets/ic15_eval/script.py"

    __post_init__ = check
    __repr__ = spell

    @property
    def reads(self) -> Reads:
        return Reads(pred_confidence=self.confidence)

    def count(self, joined: Joined, pairing: Pairing) -> Counts:
        """Row per sample: matches, care gts, care predictions, don't care gts, ignored predictions."""
        import numpy as np

        from ocr_eval.tables.counts import Counts

        gt, pred = joined.gt, joined.pred
        ignored, partner = self._match(joined, pairing)
        size = len(joined.sample_ids)

        def per_sample(sample: NDArray[np.int64], flag: NDArray[np.bool_]) -> NDArray[np.int64]:
            return np.bincount(sample[flag], minlength=size)

        return Counts.of(
            joined.sample_ids,
            {
                "tp": per_sample(gt.sample_of, partner >= 0),
                "n_gt": per_sample(gt.sample_of, gt.care),
                "n_det": per_sample(pred.sample_of, ~ignored),
                "dc_gt": per_sample(gt.sample_of, ~gt.care),
                "dc_det": per_sample(pred.sample_of, ignored),
            },
            scored=self._scored(joined, ignored, partner) if self.confidence else None,
        )

    def derive(self, totals: Totals) -> dict[str, float | None]:
        """Dataset metrics; 0/0 is 0 here, as in the script, except that a set without care gt has no score."""
        from ocr_eval.tables.counts import harmonic, ratio

        if totals["n_gt"] == 0:
            return dict.fromkeys(("precision", "recall", "hmean"), None)
        precision = ratio(totals["tp"], totals["n_det"], empty=0.0)
        recall = ratio(totals["tp"], totals["n_gt"], empty=0.0)
        metrics: dict[str, float | None] = {"precision": precision, "recall": recall, "hmean": harmonic(precision, recall)}
        if totals.scored is not None:
            metrics.update(average_precision(totals.scored, totals["n_gt"]))
        return metrics

    def _match(self, joined: Joined, pairing: Pairing) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
        """(N pred,) ignored flags, and (N gt,) the matched prediction or -1 = no partner."""
        import numpy as np

        gt, pred = joined.gt, joined.pred
        pairs = pairing.rings
        to_dont_care = ~gt.care[pairs.gt]
        ignored = np.zeros(len(pred), np.bool_)
        held = pairing.covers_pred(pairs, self.area_precision, among=to_dont_care)
        ignored[pairs.pred[held]] = True
        candidates = np.flatnonzero(pairing.overlaps(pairs, self.iou, among=~to_dont_care & ~ignored[pairs.pred]))
        if self.confidence:
            rank = np.argsort(np.lexsort((-np.asarray(pred.confidence), pred.sample_of)), kind="stable")
            candidates = candidates[np.lexsort((rank[pairs.pred[candidates]], pairs.gt[candidates]))]
        return ignored, pairing.first_fit(pairs, candidates)

    def _scored(self, joined: Joined, ignored: NDArray[np.bool_], partner: NDArray[np.int64]) -> Scored:
        import numpy as np

        from ocr_eval.tables.counts import Scored

        pred = joined.pred
        correct = np.zeros(len(pred), np.bool_)
        correct[partner[partner >= 0]] = True
        keep = np.flatnonzero(~ignored)
        line = keep - pred.start[pred.sample_of[keep]]
        return Scored(np.asarray(pred.confidence)[keep], pred.sample_of[keep], line, correct[keep])

    def explain(self, joined: Joined, pairing: Pairing, sample: int) -> Matches:
        """Every instance with its partner, or the nearest miss and the threshold it failed."""
        from ocr_eval.tables.matches import Matches, Verdict

        gt, pred = joined.gt, joined.pred
        ignored, partner = self._match(joined, pairing)
        owner = {int(p): g for g, p in enumerate(partner) if p >= 0}
        first_gt, first_pred = gt.span(sample).start, pred.span(sample).start
        pairs = pairing.rings
        iou = pairing.iou(pairs)
        share = pairing.pred_share(pairs)
        best_gt: dict[int, tuple[float, int]] = {}
        best_pred: dict[int, tuple[float, int]] = {}
        best_hold: dict[int, tuple[float, int]] = {}
        for k in range(int(pairs.start[sample]), int(pairs.start[sample + 1])):
            g, p = int(pairs.gt[k]), int(pairs.pred[k])
            if not gt.care[g]:
                best_hold[p] = max(best_hold.get(p, (0.0, -1)), (float(share[k]), -g))
                continue
            best_gt[g] = max(best_gt.get(g, (0.0, 0)), (float(iou[k]), -p))
            best_pred[p] = max(best_pred.get(p, (0.0, 0)), (float(iou[k]), -g))
        value = {(int(pairs.gt[k]), int(pairs.pred[k])): float(iou[k]) for k in range(len(pairs))}
        verdicts: list[Verdict] = []
        for g in gt.span(sample):
            index = g - first_gt
            if not gt.care[g]:
                verdicts.append(Verdict("gt", index, "don't care", (), "transcription is ###"))
            elif partner[g] >= 0:
                p = int(partner[g])
                found = value[g, p]
                reason = f"IoU {found:.4f} > {self.iou:g} with prediction {p - first_pred}, first in order"
                verdicts.append(Verdict("gt", index, "match", (p - first_pred,), reason, {"iou": found}))
            else:
                verdicts.append(Verdict("gt", index, "miss", (), self._why(g, best_gt, owner, ignored, first_pred)))
        for p in pred.span(sample):
            index = p - first_pred
            if ignored[p]:
                held, holder = best_hold[p]
                reason = f"{held:.4f} of its area > {self.area_precision:g} lies in don't care gt {-holder - first_gt}"
                verdicts.append(Verdict("pred", index, "ignored", (-holder - first_gt,), reason, {"share": held}))
            elif p in owner:
                found = value[owner[p], p]
                reason = f"IoU {found:.4f} > {self.iou:g} with gt {owner[p] - first_gt}"
                verdicts.append(Verdict("pred", index, "match", (owner[p] - first_gt,), reason, {"iou": found}))
            elif not pred.valid[p] and pairing.policy == "false-positive":
                verdicts.append(Verdict("pred", index, "invalid", (), "the ring is invalid and can never match"))
            else:
                iou_best, other = best_pred.get(p, (0.0, 0))
                near = f"best IoU is {iou_best:.4f} with gt {-other - first_gt}" if iou_best > 0 else "it touches no care gt"
                taken = " (already matched)" if iou_best > self.iou else f", IoU > {self.iou:g} is needed"
                verdicts.append(Verdict("pred", index, "false positive", (), near + taken, {"iou": iou_best}))
        return Matches(joined.sample_ids[sample], tuple(verdicts))

    def _why(
        self,
        g: int,
        best: dict[int, tuple[float, int]],
        owner: dict[int, int],
        ignored: NDArray[np.bool_],
        first_pred: int,
    ) -> str:
        found, other = best.get(g, (0.0, 0))
        if found <= 0:
            return "no prediction overlaps it"
        p = -other
        text = f"best IoU is {found:.4f} with prediction {p - first_pred}"
        if found <= self.iou:
            return f"{text}, IoU > {self.iou:g} is needed"
        if ignored[p]:
            return f"{text}, which a don't care region holds"
        return f"{text}, which an earlier gt took" if p in owner else text


def average_precision(scored: Scored, n_gt: int) -> dict[str, float | None]:
    """AP under the stable order, and its range over all orders of equal confidences (wrong first, right first)."""
    import numpy as np

    def ap(order: NDArray[np.int64]) -> float:
        hits = scored.correct[order]
        ranks = np.flatnonzero(hits) + 1
        precisions = np.arange(1, len(ranks) + 1) / ranks
        return float(np.cumsum(precisions)[-1] / n_gt) if len(ranks) else 0.0

    if not n_gt:
        return {"ap": 0.0, "ap_low": 0.0, "ap_high": 0.0}
    confidence = -scored.confidence
    return {
        "ap": ap(np.lexsort((scored.line, scored.sample, confidence))),
        "ap_low": ap(np.lexsort((scored.correct, confidence))),
        "ap_high": ap(np.lexsort((~scored.correct, confidence))),
    }
