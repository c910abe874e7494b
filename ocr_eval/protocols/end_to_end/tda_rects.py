"""TDA-ReCTS: lines of Chinese signboards by falling score, each asking for its best gt; 1-NED over gts and errors.

What it measures
    How many lines were found, and how much of their text was read; and at which threshold of the score the submission
    looks best.

The rule, per sample
    1. Predictions with a score above ``score`` (strict), highest first, in file order where equal.
    2. Each asks for the gt with the largest I / (U + 0.000001), ignored gts included, the first of equals. Ring areas
       are |shoelace|, the intersection is even-odd.
    3. Above ``iou`` (strict) and the gt not hit before: a gt that counts makes a true positive, which adds
       1 - d / max(length) to ``similarity`` (d: Levenshtein over code points, as written); an ignored gt makes the
       prediction neutral. Either way the gt is hit.
    4. Everything else is a false positive, also the second hit of an ignored gt.

Totals
    precision = tp / (tp + fp), recall = tp / n_gt, hmean of the two, one_minus_ned = similarity / (n_gt + fp).
    The script prints two rows of a sweep over all scores: the threshold is chosen on the test set. ``best_hmean`` and
    ``best_one_minus_ned`` are the values of these rows (the first row of the largest value), ``…_score`` the score of
    the prediction at which the row ends. Sweep over the whole file (``score=0``) to get the published ones, and say so.

What it cannot see
    Case, punctuation and width of characters count as written. A prediction on an ignored line is free once. Wrong text
    costs nothing in precision and recall.

Deviations from the official script
    1. Two empty texts divide by zero there; here they add 1 to ``similarity``.
    2. ``hmean`` is 2 tp / (n_gt + tp + fp). The script adds 0.000001 to P + R, which lowers it by less than 0.0000005;
       ``best_hmean`` is the script's.
    3. Equal scores of two images stand in the order of the ground truth, the script has that of the prediction file.
       That can move the two best rows, never the counts.
    4. A set without lines that count has no score here (null); the script divides by zero.
    5. The script knows no threshold: it also counts predictions with a score of 0, which ``score=0`` leaves out.

Source
    whai362/TDA-ReCTS @d680eb0 ``eval_script/eval.py``.
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
    from ocr_eval.tables.counts import Counts, Scored, Totals
    from ocr_eval.tables.joined import Joined
    from ocr_eval.tables.matches import Matches

PLUS = 1e-6  # what the script adds to a union, and to P + R
EPSILON = 2.220446049250313e-16  # np.finfo(np.float64).eps, added to n_gt + fp


class _Found(NamedTuple):
    """``kept`` (N pred,) above the score; ``winner`` (N gt,) who hit the gt first, -1 = nobody; ``among`` (P,)."""

    kept: NDArray[np.bool_]
    winner: NDArray[np.int64]
    among: NDArray[np.bool_]


class Row(NamedTuple):
    """One row of the sweep: everything down to the prediction with this score."""

    precision: float
    recall: float
    hmean: float
    one_minus_ned: float
    score: float


@dataclass(frozen=True, repr=False)
class TdaRects:
    """Parameters of ``tda-rects``; the defaults are official."""

    iou: float = fraction(0.5, "a hit needs an overlap above this")
    score: float = parameter(
        0.0, "predictions with a score above this count", low=0.0, high=1.0, open_low=False
    )

    ID: ClassVar[str] = "tda-rects"
    VERSION: ClassVar[int] = 1
    TASK: ClassVar[str] = "e2e"
    COLUMNS: ClassVar[tuple[str, ...]] = ("tp", "fp", "n_gt", "neutral")
    SUMS: ClassVar[tuple[str, ...]] = ("similarity",)
    METRICS: ClassVar[dict[str, bool | None]] = {
        "precision": True,
        "recall": True,
        "hmean": True,
        "one_minus_ned": True,
        "best_hmean": True,
        "best_hmean_score": None,
        "best_one_minus_ned": True,
        "best_one_minus_ned_score": None,
    }
    SOURCE: ClassVar[str] = "whai362/TDA-ReCTS @d680eb0 eval_script/eval.py"

    def __post_init__(self) -> None:
        check(self)

    def __repr__(self) -> str:
        return spell(self)

    @property
    def reads(self) -> Reads:
        """Rings, transcriptions on both sides, scores."""
        return Reads(gt_text=True, pred_text=True, pred_confidence=True)

    @property
    def formulas(self) -> dict[str, Formula]:
        """The metrics of the file as it is; the two best rows need the order of all predictions."""
        from ocr_eval.protocols.formulas import rate

        return {
            "precision": rate("tp", "tp + fp", empty=0.0),
            "recall": rate("tp", "n_gt", empty=0.0),
            "hmean": rate("2*tp", "n_gt + tp + fp", empty=0.0, alone=1.0),
            "one_minus_ned": rate("sum:similarity", "n_gt + fp", empty=0.0, alone=1.0),
        }

    def count(self, joined: Joined, pairing: Pairing) -> Counts:
        """Row per sample: true, false and neutral predictions, gts that count; the similarity of the true ones."""
        import numpy as np

        from ocr_eval.tables.counts import Counts, Scored
        from ocr_eval.text.distance import distances

        gt, pred = joined.gt, joined.pred
        found = self._find(joined, pairing)
        hit = np.flatnonzero(found.winner >= 0)
        right, ignored = hit[gt.care[hit]], hit[~gt.care[hit]]
        gts = [gt.texts[g] for g in right.tolist()]
        preds = [pred.texts[p] for p in found.winner[right].tolist()]
        longer = np.array([max(len(g), len(p), 1) for g, p in zip(gts, preds, strict=True)], np.float64)
        similarity = np.zeros(len(pred))
        similarity[found.winner[right]] = 1 - np.array(distances(gts, preds), np.float64) / longer
        correct, neutral = (np.zeros(len(pred), np.bool_) for _ in range(2))
        correct[found.winner[right]], neutral[found.winner[ignored]] = True, True
        counted = found.kept & ~neutral
        size = len(joined.sample_ids)
        rows = {
            "tp": np.bincount(pred.sample_of[correct], minlength=size),
            "fp": np.bincount(pred.sample_of[counted & ~correct], minlength=size),
            "n_gt": np.bincount(gt.sample_of[gt.care], minlength=size),
            "neutral": np.bincount(pred.sample_of[neutral], minlength=size),
        }
        sums = {"similarity": np.bincount(pred.sample_of, similarity, size)}
        index = np.flatnonzero(found.kept)
        sample = pred.sample_of[index]
        assert pred.confidence is not None
        scored = Scored(
            pred.confidence[index],
            sample,
            index - pred.start[sample],
            correct[index],
            {"similarity": similarity[index], "wrong": (counted & ~correct)[index].astype(np.float64)},
        )
        return Counts.of(joined.sample_ids, rows, sums, scored=scored)

    def derive(self, totals: Totals) -> dict[str, float | None]:
        """The four metrics of all predictions, and the two best rows of the sweep with their scores."""
        from ocr_eval.tables.counts import ratio

        tp, fp, n_gt = totals["tp"], totals["fp"], totals["n_gt"]
        if not n_gt:
            return dict.fromkeys(self.METRICS, None)
        metrics: dict[str, float | None] = {
            "precision": ratio(tp, tp + fp, empty=0.0),
            "recall": ratio(tp, n_gt, empty=0.0),
            "hmean": ratio(2 * tp, n_gt + tp + fp, empty=0.0),
            "one_minus_ned": ratio(totals.sums["similarity"], n_gt + fp, empty=0.0),
        }
        if totals.scored is not None:
            for name in ("hmean", "one_minus_ned"):
                best = best_row(totals.scored, n_gt, name)
                metrics[f"best_{name}"] = None if best is None else getattr(best, name)
                metrics[f"best_{name}_score"] = None if best is None else best.score
        return metrics

    def explain(self, joined: Joined, pairing: Pairing, sample: int) -> Matches:
        """Every instance with its partner, or the nearest miss and the threshold it failed."""
        return self.explainer(joined, pairing)(sample)

    def explainer(self, joined: Joined, pairing: Pairing) -> Callable[[int], Matches]:
        """``explain`` for many samples of one match."""
        import numpy as np

        from ocr_eval.protocols.best_gt import WinnerReport, Words
        from ocr_eval.protocols.reasons import clause

        found = self._find(joined, pairing)
        assert joined.pred.confidence is not None
        scores = joined.pred.confidence.tolist()
        gone = {
            p: clause("score_needed", score=scores[p], least=self.score)
            for p in np.flatnonzero(~found.kept).tolist()
        }
        above = pairing.overlaps(pairing.rings, self.iou, among=found.among, plus=PLUS)
        words = Words(self.iou, gone=gone)
        care = joined.gt.care
        return WinnerReport(joined, pairing, found.winner, care, found.among, above, words).matches

    def _find(self, joined: Joined, pairing: Pairing) -> _Found:
        import numpy as np

        from ocr_eval.protocols.best_gt import own_best

        confidence = joined.pred.confidence
        assert confidence is not None
        kept = confidence > self.score
        among = kept[pairing.rings.pred]
        order = np.lexsort((-confidence, joined.pred.sample_of))
        match = own_best(pairing, among, iou=self.iou, plus=PLUS, order=order)
        return _Found(kept, match.winner, among)


def best_row(scored: Scored, n_gt: int, metric: str) -> Row | None:
    """The first row of the sweep with the largest ``metric`` (``hmean`` or ``one_minus_ned``), as the script computes
    it; None without predictions.
    """
    import numpy as np

    order = np.lexsort((scored.line, scored.sample, -scored.confidence))
    if not len(order):
        return None
    tp = np.cumsum(scored.correct[order], dtype=np.float64)
    fp = np.cumsum(scored.extra["wrong"][order])
    recall, precision = tp / n_gt, tp / np.maximum(tp + fp, EPSILON)
    hmean = 2 * precision * recall / (precision + recall + PLUS)
    one_minus_ned = np.cumsum(scored.extra["similarity"][order]) / (fp + n_gt + EPSILON)
    rows = {"hmean": hmean, "one_minus_ned": one_minus_ned}
    k = int(np.argmax(rows[metric]))
    found = (precision, recall, hmean, one_minus_ned, scored.confidence[order])
    return Row(*(float(column[k]) for column in found))
