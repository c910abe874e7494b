"""RRC end-to-end: detection and recognition of ICDAR 2013 / 2015 (task 4), words compared without outer punctuation.

What it measures
    How many words were found *and* read: a match by IoU counts only when the texts agree.

The rule, per sample
    1. Don't care, ignored predictions and pairs as in ``rrc-iou``: first fit, IoU > iou, strict.
    2. Then the texts of a pair are compared, upper-cased. The gt may lose one character of ``!?.:,*"()·[]/'`` at the
       front, at the end, or at both; the prediction stays as it is.
    3. A pair with wrong text stays used up on both sides: there is no second try, so the order of lines can matter.
    ``lexicon=drop`` or ``keep`` first replaces every predicted text by the lexicon word within distance 1 (first of
    the smallest distance, both upper-cased); a text without such a word is deleted with its box, or kept.

Totals
    recall = tp / n_gt, precision = tp / n_det over all samples, hmean; 0 when a denominator is 0. AP
    (``confidence=true``) as in ``rrc-iou``, a true positive being a correct text.

What it cannot see
    How wrong a wrong word is; splits and merges; which of two equal boxes read better. Two unstated lexicon policies
    are worth 1.7 points on one ICDAR 2015 submission.

Deviations from the official script
    1. A care gt with an empty text ends the script with IndexError once it is compared; here it is refused (E_GT).
    2. A set without any care gt has no score here (null); the script prints 0.
    3. AP with tied confidences: stable order and its interval, see ``rrc-iou``.

Source
    ``E2E_iou_1_1.py`` v1.1 (2019-12-29), as kept in whai362/pan_pp.pytorch ``eval/ic15_word_spotting/script.py``;
    lexicon step: aim-uofa/AdelaiDet, clovaai/units.
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

SPECIAL = frozenset("!?.:,*\"()·[]/'")


@dataclass(frozen=True, repr=False)
class RrcE2e:
    """Parameters of ``rrc-e2e``; the defaults are official."""

    iou: float = fraction(0.5, "a pair needs IoU above this")
    area_precision: float = fraction(
        0.5, "a prediction is ignored when more than this share of it is don't care"
    )
    lexicon: str = parameter(
        "none", "what --lexicon does to predicted texts", choices=("none", "drop", "keep")
    )
    confidence: bool = parameter(False, "predictions carry confidences: they order the matching and give AP")

    ID: ClassVar[str] = "rrc-e2e"
    VERSION: ClassVar[int] = 1
    TASK: ClassVar[str] = "e2e"
    COLUMNS: ClassVar[tuple[str, ...]] = ("tp", "paired", "n_gt", "n_det", "dc_gt", "dc_det", "dropped")
    SUMS: ClassVar[tuple[str, ...]] = ()
    METRICS: ClassVar[dict[str, bool | None]] = {
        "precision": True,
        "recall": True,
        "hmean": True,
        "ap": True,
        "ap_low": True,
        "ap_high": True,
    }
    SOURCE: ClassVar[str] = (
        "RRC E2E_iou_1_1.py v1.1, in whai362/pan_pp.pytorch eval/ic15_word_spotting/script.py"
    )

    def __post_init__(self) -> None:
        check(self)

    def __repr__(self) -> str:
        return spell(self)

    @property
    def reads(self) -> Reads:
        """Rings and transcriptions on both sides; no care gt may be empty."""
        return Reads(
            gt_text=True,
            pred_text=True,
            pred_confidence=self.confidence,
            gt_text_not_empty=True,
            lexicon=self.lexicon != "none",
        )

    @property
    def formulas(self) -> dict[str, Formula]:
        """precision, recall and hmean from sums; AP needs the order of all predictions."""
        from ocr_eval.protocols.rrc_match import word_formulas

        return word_formulas()

    def count(self, joined: Joined, pairing: Pairing) -> Counts:
        """Row per sample: correct words, pairs right or wrong, care and don't care instances, lexicon deletions."""
        import numpy as np

        from ocr_eval.protocols.rrc_match import count_rows, scored_predictions
        from ocr_eval.tables.counts import Counts

        texts, kept = self._predicted(joined)
        match = self._match(joined, pairing, kept)
        correct = self._correct(joined, match, texts)
        rows = count_rows(joined, match)
        rows["tp"] = np.bincount(joined.pred.sample_of[correct], minlength=len(joined.sample_ids))
        scored = scored_predictions(joined, match, correct) if self.confidence else None
        return Counts.of(joined.sample_ids, {name: rows[name] for name in self.COLUMNS}, scored=scored)

    def derive(self, totals: Totals) -> dict[str, float | None]:
        """precision, recall, hmean; with confidences also ap and the interval of its ties."""
        from ocr_eval.protocols.rrc_match import average_precision, word_scores

        metrics = word_scores(totals["tp"], totals["n_gt"], totals["n_det"])
        if totals.scored is not None:
            metrics |= average_precision(totals.scored, totals["n_gt"])
        return metrics

    def explain(self, joined: Joined, pairing: Pairing, sample: int) -> Matches:
        """Partners with IoU, and whether their texts agree."""
        return self.explainer(joined, pairing)(sample)

    def explainer(self, joined: Joined, pairing: Pairing) -> Callable[[int], Matches]:
        """``explain`` for many samples of one match."""
        from ocr_eval.protocols.match_report import MatchReport, cut
        from ocr_eval.protocols.reasons import clause, extended
        from ocr_eval.tables.matches import Matches

        gt, pred = joined.gt, joined.pred
        texts, kept = self._predicted(joined)
        match = self._match(joined, pairing, kept)
        correct = self._correct(joined, match, texts)
        report = MatchReport(joined, pairing, match, self.iou, self.area_precision)

        def told(sample: int) -> Matches:
            first_gt, first_pred = gt.span(sample).start, pred.span(sample).start
            verdicts = []
            for verdict in report.verdicts(sample):
                if verdict.status == "match":
                    here, (there,) = verdict.index, verdict.partners
                    g, p = (here, there) if verdict.side == "gt" else (there, here)
                    if correct[first_pred + p]:
                        verdict = extended(verdict, clause("texts_agree"))
                    else:
                        shown = {
                            "gt_text": cut(gt.texts[first_gt + g]),
                            "pred_text": cut(texts[first_pred + p]),
                        }
                        verdict = extended(verdict, clause("texts_disagree", **shown), status="wrong text")
                verdicts.append(verdict)
            return Matches(joined.sample_ids[sample], tuple(verdicts), pairs=report.pairs(sample))

        return told

    def _predicted(self, joined: Joined) -> tuple[tuple[str, ...], NDArray[np.bool_]]:
        """Texts after the lexicon, and which predictions it leaves."""
        import numpy as np

        texts = joined.pred.texts
        if self.lexicon == "none":
            return texts, np.ones(len(texts), np.bool_)
        assert joined.lexicon is not None
        nearest = [joined.lexicon.nearest(text) for text in texts]
        kept = np.array([word is not None or self.lexicon == "keep" for word in nearest], np.bool_)
        return tuple(t if word is None else word for t, word in zip(texts, nearest, strict=True)), kept

    def _match(self, joined: Joined, pairing: Pairing, kept: NDArray[np.bool_]) -> RrcMatch:
        from ocr_eval.protocols.rrc_match import rrc_match

        return rrc_match(
            joined,
            pairing,
            iou=self.iou,
            area_precision=self.area_precision,
            by_confidence=self.confidence,
            kept=kept,
        )

    def _correct(self, joined: Joined, match: RrcMatch, texts: tuple[str, ...]) -> NDArray[np.bool_]:
        """(N pred,) True where a prediction is paired and its text agrees."""
        import numpy as np

        correct = np.zeros(len(texts), np.bool_)
        for g, p in enumerate(match.partner.tolist()):
            if p >= 0:
                correct[p] = texts_agree(joined.gt.texts[g], texts[p])
        return correct


def texts_agree(gt: str, pred: str) -> bool:
    """Upper-cased equality, where the gt may lose one special character at the front, at the end, or at both."""
    gt, pred = gt.upper(), pred.upper()
    if gt == pred:
        return True
    if not gt:
        return False
    front, end = gt[0] in SPECIAL, gt[-1] in SPECIAL
    return (front and gt[1:] == pred) or (end and gt[:-1] == pred) or (front and end and gt[1:-1] == pred)
