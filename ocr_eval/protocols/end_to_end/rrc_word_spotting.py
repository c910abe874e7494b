"""RRC word spotting: end-to-end of ICDAR 2013 / 2015 where only words of a dictionary are looked for.

What it measures
    How many dictionary words were found *and* read exactly; everything else in the picture is don't care.

The rule, per sample
    1. Every gt that is not ``###`` is cleaned: a final ``'s`` or ``'S`` goes, then hyphens at both ends, then each of
       ``!?.:,*"()·[]/'`` becomes a space, then white space at both ends goes.
    2. It stays care when the cleaned text has no space, at least ``min_length`` characters, and only letters a-z, A-Z,
       U+00C0-01BF, U+01C4-027F, U+0386-03FF (less U+00D7, U+00F7, U+0387) and hyphens. It is then compared cleaned.
       Any other gt is don't care: nobody looks for it, and it excuses predictions.
    3. Don't care, ignored predictions and pairs as in ``rrc-iou``: first fit, IoU > iou, strict.
    4. A pair is correct when cleaned gt and raw prediction are equal, upper-cased. It is used up either way.
    ``lexicon=drop`` or ``keep`` corrects the predicted texts first, as in ``rrc-e2e``.

Totals
    recall = tp / n_gt, precision = tp / n_det over all samples, hmean; 0 when a denominator is 0. AP
    (``confidence=true``) as in ``rrc-iou``, a true positive being a correct text.

What it cannot see
    Numbers, short words, Chinese, Korean, Cyrillic: all don't care. A prediction with punctuation (``word!``) is wrong
    for the gt ``word!``, because only the gt is cleaned: the gt against itself scores .972 on ICDAR 2015.

Deviations from the official script
    1. A set without any care gt has no score here (null); the script prints 0.
    2. AP with tied confidences: stable order and its interval, see ``rrc-iou``.

Source
    ``E2E_iou_1_1.py`` v1.1 (2019-12-29) with ``WORD_SPOTTING=true``, as kept in whai362/pan_pp.pytorch
    ``eval/ic15_word_spotting/script.py``; lexicon step: aim-uofa/AdelaiDet, clovaai/units.
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
class RrcWordSpotting:
    """Parameters of ``rrc-word-spotting``; the defaults are official."""

    iou: float = fraction(0.5, "a pair needs IoU above this")
    area_precision: float = fraction(
        0.5, "a prediction is ignored when more than this share of it is don't care"
    )
    min_length: int = parameter(3, "characters that a dictionary word has at least", low=0, high=1000)
    lexicon: str = parameter(
        "none", "what --lexicon does to predicted texts", choices=("none", "drop", "keep")
    )
    confidence: bool = parameter(False, "predictions carry confidences: they order the matching and give AP")

    ID: ClassVar[str] = "rrc-word-spotting"
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
        """Rings and transcriptions on both sides; an empty gt is don't care."""
        return Reads(
            gt_text=True,
            pred_text=True,
            pred_confidence=self.confidence,
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
        """Partners with IoU, and whether their texts agree; which gts are not looked for."""
        return self.explainer(joined, pairing)(sample)

    def explainer(self, joined: Joined, pairing: Pairing) -> Callable[[int], Matches]:
        """``explain`` for many samples of one match."""
        from ocr_eval.protocols.word_match import word_explainer

        words = self._words(joined, pairing)
        return word_explainer(joined, pairing, words, self.iou, self.area_precision)

    def _words(self, joined: Joined, pairing: Pairing) -> WordMatch:
        from ocr_eval.protocols.word_match import Texts, corrected, match_words, spotted, texts_equal

        pred, kept = corrected(joined, joined.pred.texts, self.lexicon)
        return match_words(
            joined,
            pairing,
            spotted(Texts(joined.gt.texts, pred, joined.gt.care, kept), self.min_length),
            texts_equal,
            iou=self.iou,
            area_precision=self.area_precision,
            by_confidence=self.confidence,
        )
