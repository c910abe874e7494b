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

    from ocr_eval.pairing import Pairing
    from ocr_eval.protocols.formulas import Formula
    from ocr_eval.protocols.word_match import WordMatch
    from ocr_eval.tables.counts import Counts, Totals
    from ocr_eval.tables.joined import Joined
    from ocr_eval.tables.matches import Matches


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
        from ocr_eval.protocols.word_match import count_words

        return count_words(joined, self._words(joined, pairing), self.COLUMNS, confidence=self.confidence)

    def derive(self, totals: Totals) -> dict[str, float | None]:
        """precision, recall, hmean; with confidences also ap and the interval of its ties."""
        from ocr_eval.protocols.word_match import word_metrics

        return word_metrics(totals)

    def explain(self, joined: Joined, pairing: Pairing, sample: int) -> Matches:
        """Partners with IoU, and whether their texts agree."""
        return self.explainer(joined, pairing)(sample)

    def explainer(self, joined: Joined, pairing: Pairing) -> Callable[[int], Matches]:
        """``explain`` for many samples of one match."""
        from ocr_eval.protocols.word_match import word_explainer

        words = self._words(joined, pairing)
        return word_explainer(joined, pairing, words, self.iou, self.area_precision)

    def _words(self, joined: Joined, pairing: Pairing) -> WordMatch:
        from ocr_eval.protocols.word_match import Texts, corrected, match_words
        from ocr_eval.text.rrc_words import agree_trimmed

        pred, kept = corrected(joined, joined.pred.texts, self.lexicon)
        return match_words(
            joined,
            pairing,
            Texts(joined.gt.texts, pred, joined.gt.care, kept),
            agree_trimmed,
            iou=self.iou,
            area_precision=self.area_precision,
            by_confidence=self.confidence,
        )
