"""MSRA-TD500 in RRC form: unrotated boxes by IoU, and angles that differ by less than pi/8.

What it measures
    How many lines were found by a box of nearly the same size, place and direction.

The rule, per sample
    1. A gt is don't care when its transcription is exactly ``###``.
    2. With ``confidence=true`` the predictions are first sorted by confidence, highest first (stable).
    3. A prediction is ignored when, for a single don't care gt, I / area(prediction) > area_precision (strict).
    4. For each care gt in file order, for each free care prediction in order: IoU > iou (strict) and
       ``|angle of the gt - angle of the prediction| < angle`` (strict, radians, as floats) pairs them. First fit.
    Boxes are compared as they are written, before any rotation. Angles do not wrap around: -1.57 and 1.57 are far
    apart although the boxes look alike.

Totals
    As ``rrc-iou``: recall = tp / n_gt, precision = tp / n_det, hmean; 0 when a denominator is 0. AP with
    ``confidence=true`` and its interval over ties.

What it cannot see
    The true overlap of rotated boxes: IoU of the unrotated ones is a stand-in that favours equal shapes. Splits and
    merges. Another rule in use (PSENet ``eval/msra``) rotates the gt and lets one prediction match several; its
    numbers are not comparable.

Deviations from the official script
    1. AP with tied confidences: stable order and its interval, see ``rrc-iou``.
    2. A set without any care gt has no score here (null); the script prints 0 for it.
    3. Angles of 2 radians and more break the script's pattern (``-?[0-1].?[0-9]*``) and end it; here they are read.

Source
    GXYM/DRRG @fab77c1 ``dataset/TD500/Evaluation_Protocol/script.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ocr_eval.protocols import Reads
from ocr_eval.protocols.parameters import check, fraction, parameter, spell

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from ocr_eval.pairing import Pairing
    from ocr_eval.protocols.formulas import Formula
    from ocr_eval.protocols.rrc_match import RrcMatch
    from ocr_eval.tables.counts import Counts, Totals
    from ocr_eval.tables.joined import Joined
    from ocr_eval.tables.matches import Matches

EIGHTH = 0.39269908169872414  # pi / 8 as the script computes it


@dataclass(frozen=True, repr=False)
class Td500:
    """Parameters of ``td500``; the defaults are official."""

    iou: float = fraction(0.5, "a pair needs IoU above this")
    area_precision: float = fraction(
        0.5, "a prediction is ignored when more than this share of it is don't care"
    )
    angle: float = parameter(EIGHTH, "angles of a pair differ by less than this (radians)", low=0.0, high=4.0)
    confidence: bool = parameter(False, "predictions carry confidences: they order the matching and give AP")

    ID: ClassVar[str] = "td500"
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
    SOURCE: ClassVar[str] = "GXYM/DRRG @fab77c1 dataset/TD500/Evaluation_Protocol/script.py"

    def __post_init__(self) -> None:
        check(self)

    def __repr__(self) -> str:
        return spell(self)

    @property
    def reads(self) -> Reads:
        """Boxes and angles; confidences on request. Transcriptions of the gt only say what is don't care."""
        return Reads(pred_confidence=self.confidence, angle=True)

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
        """Every instance with its partner, or the nearest miss and the threshold it failed: overlap or angle."""
        return self.explainer(joined, pairing)(sample)

    def explainer(self, joined: Joined, pairing: Pairing) -> Callable[[int], Matches]:
        """``explain`` for many samples of one match."""
        import numpy as np

        from ocr_eval.protocols.match_report import MatchReport
        from ocr_eval.protocols.reasons import clause
        from ocr_eval.tables.matches import Matches

        match, pairs = self._match(joined, pairing), pairing.rings
        apart = self._apart(joined, pairing)
        wide = np.flatnonzero((apart >= self.angle) & pairing.overlaps(pairs, self.iou))
        barred = {k: clause("angles_apart", angle=float(apart[k]), limit=self.angle) for k in wide.tolist()}
        report = MatchReport(joined, pairing, match, self.iou, self.area_precision, barred=barred)

        def told(sample: int) -> Matches:
            verdicts = tuple(report.verdicts(sample))
            return Matches(joined.sample_ids[sample], verdicts, pairs=report.pairs(sample))

        return told

    def _match(self, joined: Joined, pairing: Pairing) -> RrcMatch:
        from ocr_eval.protocols.rrc_match import rrc_match

        return rrc_match(
            joined,
            pairing,
            iou=self.iou,
            area_precision=self.area_precision,
            by_confidence=self.confidence,
            allowed=self._apart(joined, pairing) < self.angle,
        )

    def _apart(self, joined: Joined, pairing: Pairing) -> NDArray[np.float64]:
        """(P,) by how much the angles of every pair differ."""
        import numpy as np

        assert joined.gt.angle is not None
        assert joined.pred.angle is not None
        pairs = pairing.rings
        return np.abs(joined.gt.angle[pairs.gt] - joined.pred.angle[pairs.pred])
