"""COCO-Text: how many of the words that were found were also read, on bounding boxes.

What it measures
    Among matched pairs of boxes, the share whose texts agree, exactly or but for one edit.

The rule, per sample
    0. A box is left, top, width, height as the file gives it, else the bounding box of the ring. IoU is in doubles,
       0 when the union is 0. decode(text): line feed becomes a space, every character but a-z A-Z 0-9 ! ? @ _ - + * : &
       / space . is deleted, then lower case.
    1. For each gt in file order that has a text (one that is ``###``, or has no text field, is passed over): scan the
       free predictions in file order; one with IoU >= iou and IoU > that of the best so far is the best so far, and if
       its decoded text equals the gt's the scan stops. The best is taken.
    2. A pair whose decoded gt has fewer than 3 characters is ignored, any other is scored: ``exact`` if the decoded
       texts are equal, ``within1`` if their edit distance is at most 1. A prediction without a text field is wrong.
    3. Detection, apart from 1: every gt, also those without text, takes the free prediction of largest IoU >= iou (the
       first of equals). det_tp such pairs, det_fn the other gts, det_fp the other predictions.

Totals
    accuracy_exact = exact / scored, accuracy_distance1 = within1 / scored, over all samples; undefined without any
    scored pair (the script divides by 0).

What it cannot see
    Words that were not found, and predictions beside every word: only matched pairs count, there is no recall and no
    precision. Letters outside of ASCII: they are deleted. Slant: only bounding boxes are compared. Don't care: there is
    no such rule. The detection counts are published as columns, not as a score.

Deviations from the official script
    1. Samples without prediction count for det_fn; the script leaves out images that one side does not have. The
       accuracies do not change.
    2. The script's recall, precision and f-score by legibility, class and language are not computed.
    3. Invalid rings: ``official`` takes their bounding boxes, as boxes are all the script knows; under
       ``false-positive`` such a prediction matches nothing.

Source
    andreasveit/coco-text @38f8490 ``coco_evaluation.py`` v1.3 (``evaluateEndToEnd``, ``getDetections``); Veit, Matera,
    Neumann, Matas, Belongie, "COCO-Text: Dataset and Benchmark for Text Detection and Recognition in Natural Images",
    2016.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ocr_eval.protocols import Reads
from ocr_eval.protocols.parameters import check, fraction, spell

if TYPE_CHECKING:
    from collections.abc import Callable

    from ocr_eval.pairing import Pairing
    from ocr_eval.protocols.formulas import Formula
    from ocr_eval.tables.counts import Counts, Totals
    from ocr_eval.tables.joined import Joined
    from ocr_eval.tables.matches import Matches


@dataclass(frozen=True, repr=False)
class CocoText:
    """Parameters of ``cocotext``; the default is official."""

    iou: float = fraction(0.5, "a pair needs IoU of at least this")

    ID: ClassVar[str] = "cocotext"
    VERSION: ClassVar[int] = 1
    TASK: ClassVar[str] = "e2e"
    COLUMNS: ClassVar[tuple[str, ...]] = (
        "exact",
        "within1",
        "scored",
        "ignored",
        "det_tp",
        "det_fn",
        "det_fp",
    )
    SUMS: ClassVar[tuple[str, ...]] = ()
    METRICS: ClassVar[dict[str, bool | None]] = {"accuracy_exact": True, "accuracy_distance1": True}
    SOURCE: ClassVar[str] = "andreasveit/coco-text @38f8490 coco_evaluation.py v1.3"

    def __post_init__(self) -> None:
        check(self)

    def __repr__(self) -> str:
        return spell(self)

    @property
    def reads(self) -> Reads:
        """Rings (for their bounding boxes) and transcriptions on both sides."""
        return Reads(gt_text=True, pred_text=True)

    @property
    def formulas(self) -> dict[str, Formula]:
        """Both accuracies from sums."""
        from ocr_eval.protocols.formulas import rate

        return {
            "accuracy_exact": rate("exact", "scored"),
            "accuracy_distance1": rate("within1", "scored"),
        }

    def count(self, joined: Joined, pairing: Pairing) -> Counts:
        """Row per sample: pairs read, scored and ignored; detection by itself."""
        import numpy as np

        from ocr_eval.protocols.box_words import match
        from ocr_eval.tables.counts import Counts

        gt, pred, size = joined.gt, joined.pred, len(joined.sample_ids)
        found = match(joined, pairing, self.iou)

        def add(flags: np.ndarray) -> np.ndarray:
            return np.bincount(gt.sample_of[flags], minlength=size)

        scored = (found.partner >= 0) & found.long
        tp = add(found.detected >= 0)
        rows = {
            "exact": add(scored & (found.distance == 0)),
            "within1": add(scored & (found.distance >= 0) & (found.distance <= 1)),
            "scored": add(scored),
            "ignored": add((found.partner >= 0) & ~found.long),
            "det_tp": tp,
            "det_fn": np.diff(gt.start) - tp,
            "det_fp": np.diff(pred.start) - tp,
        }
        return Counts.of(joined.sample_ids, rows)

    def derive(self, totals: Totals) -> dict[str, float | None]:
        """Both accuracies; None without any scored pair."""
        from ocr_eval.tables.counts import ratio

        return {
            "accuracy_exact": ratio(totals["exact"], totals["scored"]),
            "accuracy_distance1": ratio(totals["within1"], totals["scored"]),
        }

    def explain(self, joined: Joined, pairing: Pairing, sample: int) -> Matches:
        """Every instance with its partner and how far the texts differ, or the nearest miss."""
        return self.explainer(joined, pairing)(sample)

    def explainer(self, joined: Joined, pairing: Pairing) -> Callable[[int], Matches]:
        """``explain`` for many samples of one match."""
        from ocr_eval.protocols.box_words import match, reporter

        return reporter(joined, pairing, match(joined, pairing, self.iou), self.iou)
