"""CTW1500: curved text lines by the VOC-style script of the data set, every prediction asking for its best gt alone.

What it measures
    How many curved lines were found by a polygon that overlaps them by more than half, and the average precision of
    the predictions in the order of their files.

The rule, per sample
    1. Every gt counts: the data set has no don't care.
    2. A prediction whose ring is not valid in the sense of the OGC (it crosses or touches itself, has no area, has
       fewer than three distinct points) is skipped: it is neither right nor wrong. A gt with such a ring overlaps
       nothing, and stays in the recall.
    3. Predictions in file order; each asks for the gt with the largest IoU, the first of equals, taken or not.
       IoU > iou (strict) and the gt still free: a true positive. Anything else is a false positive, without a second
       choice.
    Under ``--invalid-polygons false-positive`` nothing is skipped: invalid predictions are false positives.

Totals
    recall = tp / n_gt, precision = tp / n_det (skipped ones are not in n_det), hmean of the two; 0 when a denominator
    is 0. ``ap``: predictions by file name, then line; recall and precision after each; the area under the envelope of
    precision (for every recall the largest precision at that recall or a larger one), from recall 0 on.

What it cannot see
    Confidences: the published scripts give every detection .999, so ``ap`` says how the files are ordered. A second
    prediction on a line costs precision, a split line scores nothing. Skipped rings are free: a submission of
    self-crossing polygons has no false positives (``skipped`` counts them).

Deviations from the official script
    1. A prediction on an image without gts is a KeyError there, a false positive here.
    2. hmean of no true positive at all is a division by zero there, 0 here. A set without gts has no score (null).
    3. Unions below 0.00001 pixels² are raised to that value there; coordinates are integers, so that never matters.
    4. Predictions are sorted by the file names of the ground truth; archives whose two sides use other names (zero
       padding) may differ in ``ap``, not in counts.
    5. ``ap`` is summed exactly; the script's sum of doubles may differ in the 16th digit.

Source
    Yuliang-Liu/Curve-Text-Detector, as vendored in GXYM/DRRG @fab77c1 ``dataset/ctw1500/Evaluation_Protocol``
    (``ctw1500_eval.py``, ``voc_eval_polygon.py``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from ocr_eval.protocols import Reads
from ocr_eval.protocols.parameters import check, fraction, spell

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from ocr_eval.pairing import Pairing
    from ocr_eval.protocols.best_gt import OwnBest
    from ocr_eval.protocols.formulas import Formula
    from ocr_eval.tables.counts import Counts, Totals
    from ocr_eval.tables.joined import Joined
    from ocr_eval.tables.matches import Matches


class _Found(NamedTuple):
    """``kept`` (N pred,) not skipped; ``sound`` (N gt,) can be found; ``among`` (P,) pairs of both."""

    kept: NDArray[np.bool_]
    sound: NDArray[np.bool_]
    among: NDArray[np.bool_]
    match: OwnBest


@dataclass(frozen=True, repr=False)
class Ctw1500:
    """Parameters of ``ctw1500``; the defaults are official."""

    iou: float = fraction(0.5, "a match needs IoU above this")

    ID: ClassVar[str] = "ctw1500"
    VERSION: ClassVar[int] = 1
    TASK: ClassVar[str] = "det"
    COLUMNS: ClassVar[tuple[str, ...]] = ("tp", "n_gt", "n_det", "skipped")
    SUMS: ClassVar[tuple[str, ...]] = ()
    METRICS: ClassVar[dict[str, bool | None]] = {
        "precision": True,
        "recall": True,
        "hmean": True,
        "ap": True,
    }
    SOURCE: ClassVar[str] = "GXYM/DRRG @fab77c1 dataset/ctw1500/Evaluation_Protocol/voc_eval_polygon.py"

    def __post_init__(self) -> None:
        check(self)

    def __repr__(self) -> str:
        return spell(self)

    @property
    def reads(self) -> Reads:
        """Rings alone."""
        return Reads()

    @property
    def formulas(self) -> dict[str, Formula]:
        """precision, recall and hmean from sums; AP needs the order of all predictions."""
        from ocr_eval.protocols.rrc_match import word_formulas

        return word_formulas()

    def count(self, joined: Joined, pairing: Pairing) -> Counts:
        """Row per sample: matches, all gts, predictions that count, predictions skipped for their ring."""
        import numpy as np

        from ocr_eval.errors import Notice, escape
        from ocr_eval.tables.counts import Counts, Scored

        found = self._find(joined, pairing)
        gt, pred = joined.gt, joined.pred
        size = len(joined.sample_ids)
        hit = np.zeros(len(pred), np.bool_)
        hit[found.match.winner[found.match.winner >= 0]] = True
        kept = np.flatnonzero(found.kept)
        rows = {
            "tp": np.bincount(pred.sample_of[hit], minlength=size),
            "n_gt": np.diff(gt.start),
            "n_det": np.bincount(pred.sample_of[kept], minlength=size),
            "skipped": np.bincount(pred.sample_of[~found.kept], minlength=size),
        }
        sample = pred.sample_of[kept]
        scored = Scored(np.ones(len(kept)), sample, kept - pred.start[sample], hit[kept])
        notices: tuple[Notice, ...] = ()
        if len(kept) < len(pred):
            gone = np.flatnonzero(~found.kept).tolist()
            message = "predictions with an invalid ring, skipped as the official script does"
            notices = (
                Notice("W_IGNORED", message, len(gone), tuple(escape(pred.place(p)) for p in gone[:3])),
            )
        return Counts.of(joined.sample_ids, rows, scored=scored, notices=notices)

    def derive(self, totals: Totals) -> dict[str, float | None]:
        """precision, recall, hmean and ap."""
        from ocr_eval.protocols.rrc_match import word_scores

        metrics = word_scores(totals["tp"], totals["n_gt"], totals["n_det"])
        if totals.scored is not None:
            metrics["ap"] = _area_under_envelope(totals)
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
        gone = dict.fromkeys(np.flatnonzero(~found.kept).tolist(), clause("skipped_ring"))
        lost = dict.fromkeys(np.flatnonzero(~found.sound).tolist(), clause("invalid_gt_ring"))
        above = pairing.overlaps(pairing.rings, self.iou, among=found.among)
        every = np.ones(len(joined.gt), np.bool_)
        words = Words(self.iou, gone=gone, unfindable=lost)
        return WinnerReport(joined, pairing, found.match.winner, every, found.among, above, words).matches

    def _find(self, joined: Joined, pairing: Pairing) -> _Found:
        import numpy as np

        from ocr_eval.protocols.best_gt import own_best
        from ocr_eval.tables.instances import SIMPLE

        gt, pred, pairs = joined.gt, joined.pred, pairing.rings
        if pairing.policy == "false-positive":
            kept, sound = np.ones(len(pred), np.bool_), np.ones(len(gt), np.bool_)
        else:
            kept, sound = pred.shape == SIMPLE, gt.shape == SIMPLE
        among = sound[pairs.gt] & kept[pairs.pred]
        return _Found(kept, sound, among, own_best(pairing, among, iou=self.iou))


def _area_under_envelope(totals: Totals) -> float | None:
    """AP over the predictions by file name and line; None without gts."""
    import math

    import numpy as np

    scored, n_gt = totals.scored, totals["n_gt"]
    assert scored is not None
    if not n_gt:
        return None
    names = [f"{sample}.txt" for sample in totals.sample_ids]
    rank = np.empty(len(names), np.int64)
    rank[sorted(range(len(names)), key=names.__getitem__)] = np.arange(len(names))
    hits = scored.correct[np.lexsort((scored.line, rank[scored.sample]))]
    found = np.cumsum(hits)
    precision = found / np.arange(1, len(hits) + 1)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    recall = np.concatenate([[0.0], found / n_gt])
    return math.fsum(((recall[1:] - recall[:-1]) * envelope)[hits].tolist())
