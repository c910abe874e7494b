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
    2. A set without any care gt has no score here (null); the script prints 0 for it.
    3. Reading is more tolerant (BOM, counter-clockwise rings, folders in the archive) and stricter where the script
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
    from collections.abc import Callable

    from ocr_eval.pairing import Pairing
    from ocr_eval.protocols.formulas import Formula
    from ocr_eval.protocols.rrc_match import RrcMatch
    from ocr_eval.tables.counts import Counts, Totals
    from ocr_eval.tables.joined import Joined
    from ocr_eval.tables.matches import Matches


@dataclass(frozen=True, repr=False)
class RrcIou:
    """Parameters of ``rrc-iou``; the defaults are official."""

    iou: float = fraction(0.5, "a pair needs IoU above this")
    area_precision: float = fraction(
        0.5, "a prediction is ignored when more than this share of it is don't care"
    )
    confidence: bool = parameter(False, "predictions carry confidences: they order the matching and give AP")

    ID: ClassVar[str] = "rrc-iou"
    VERSION: ClassVar[int] = 1
    TASK: ClassVar[str] = "det"
    COLUMNS: ClassVar[tuple[str, ...]] = ("tp", "n_gt", "n_det", "dc_gt", "dc_det")
    SUMS: ClassVar[tuple[str, ...]] = ()
    METRICS: ClassVar[dict[str, bool | None]] = {
        "precision": True,
        "recall": True,
        "hmean": True,
        "ap": True,
        "ap_low": True,
        "ap_high": True,
    }
    SOURCE: ClassVar[str] = "MhLiao/DB @65ca77a assets/ic15_eval/script.py"

    def __post_init__(self) -> None:
        check(self)

    def __repr__(self) -> str:
        return spell(self)

    @property
    def reads(self) -> Reads:
        """Rings; confidences on request. Transcriptions of the gt only say what is don't care."""
        return Reads(pred_confidence=self.confidence)

    @property
    def formulas(self) -> dict[str, Formula]:
        """precision, recall and hmean from sums; AP needs the order of all predictions."""
        from ocr_eval.protocols.rrc_match import word_formulas

        return word_formulas()

    def count(self, joined: Joined, pairing: Pairing) -> Counts:
        """Row per sample: matches, care gts, care predictions, don't care gts, ignored predictions."""
        import numpy as np

        from ocr_eval.protocols.rrc_match import count_rows, scored_predictions
        from ocr_eval.tables.counts import Counts

        match = self._match(joined, pairing)
        rows = count_rows(joined, match)
        rows["tp"] = rows["paired"]
        scored = None
        if self.confidence:
            correct = np.zeros(len(joined.pred), np.bool_)
            correct[match.partner[match.partner >= 0]] = True
            scored = scored_predictions(joined, match, correct)
        return Counts.of(joined.sample_ids, {name: rows[name] for name in self.COLUMNS}, scored=scored)

    def derive(self, totals: Totals) -> dict[str, float | None]:
        """precision, recall, hmean; with confidences also ap and the interval of its ties."""
        from ocr_eval.protocols.rrc_match import average_precision, word_scores

        metrics = word_scores(totals["tp"], totals["n_gt"], totals["n_det"])
        if totals.scored is not None:
            metrics |= average_precision(totals.scored, totals["n_gt"])
        return metrics

    def explain(self, joined: Joined, pairing: Pairing, sample: int) -> Matches:
        """Every instance with its partner, or the nearest miss and the threshold it failed."""
        return self.explainer(joined, pairing)(sample)

    def explainer(self, joined: Joined, pairing: Pairing) -> Callable[[int], Matches]:
        """``explain`` for many samples of one match."""
        from ocr_eval.protocols.match_report import MatchReport
        from ocr_eval.tables.matches import Matches

        match = self._match(joined, pairing)
        report = MatchReport(joined, pairing, match, self.iou, self.area_precision)

        def told(sample: int) -> Matches:
            verdicts = tuple(report.verdicts(sample))
            return Matches(joined.sample_ids[sample], verdicts, pairs=report.pairs(sample))

        return told

    def _match(self, joined: Joined, pairing: Pairing) -> RrcMatch:
        from ocr_eval.protocols.rrc_match import rrc_match

        return rrc_match(
            joined, pairing, iou=self.iou, area_precision=self.area_precision, by_confidence=self.confidence
        )
