"""Total-Text and CTW1500 end-to-end: RRC matching on rings of any number of corners, then the texts.

What it measures
    How many curved words (Total-Text) or lines (CTW1500) were found *and* read: a match by IoU counts only when the
    texts agree.

The rule, per sample
    1. Texts: what stands after the first ``,####`` (up to a second one), stripped, outer quotes off. A gt ``###`` is
       don't care.
    2. Don't care, ignored predictions and pairs as in ``rrc-iou``: first fit, IoU > iou, strict. Ring areas are
       |shoelace|, the intersection is even-odd.
    3. Then the texts of a pair are compared, upper-cased. The gt may lose one character of ``!?.:,*"()·[]/'`` at the
       front, at the end, or at both; the prediction stays as it is. A pair with wrong text stays used up.
    ``lexicon=drop`` or ``keep`` first replaces every predicted text by the lexicon word within distance 1 (first of
    the smallest distance, both upper-cased); a text without such a word is deleted with its box, or kept.
    ``gt=mtsv3`` (Total-Text only) reads as MaskTextSpotterV3 does: the text is what stands behind the last comma, as
    written, and gts ``###`` do not exist: that repository's gt has none, so nothing is ever ignored.
    That gt calls the sorted files of Total-Text by running numbers from 0 (``0000000.txt``); give it under these names,
    for samples are joined by name here, never by their place.

Totals
    recall = tp / n_gt, precision = tp / n_det over all samples, hmean; 0 when a denominator is 0. The detection-only
    score of the script is ``paired`` in place of ``tp``.

What it cannot see
    How wrong a wrong word is; splits and merges; reading order. "Total-Text end-to-end" of one submission is .7498
    with ``gt=mtsv3``, .7692 here and .8046 as word spotting: three numbers under one name.

Deviations from the official script
    1. The script refuses a whole submission for one ring that crosses itself or runs the other way round (AdelaiDet;
       the copy in UNITS does not). Here direction never matters, and ``--invalid-polygons official`` counts crossing
       rings as UNITS does.
    2. Coordinates are integers; the script's float32 holds those exactly.
    3. Against an empty gt text MaskTextSpotterV3's script ends with IndexError; here, as in AdelaiDet, that is no
       match.
    4. A set without any care gt has no score here (null); the script prints 0.

Source
    aim-uofa/AdelaiDet @3672122 ``adet/evaluation/text_eval_script.py``, copied in clovaai/units @1397e73
    ``evaluation/text_eval_script.py``; ``gt=mtsv3``: MhLiao/MaskTextSpotterV3 @a7ca940
    ``evaluation/totaltext/e2e/script.py``.
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
class _CurvedE2e:
    """What both share: parameters with the official defaults, and everything but whose texts are read."""

    iou: float = fraction(0.5, "a pair needs IoU above this")
    area_precision: float = fraction(
        0.5, "a prediction is ignored when more than this share of it is don't care"
    )
    lexicon: str = parameter(
        "none", "what --lexicon does to predicted texts", choices=("none", "drop", "keep")
    )

    VERSION: ClassVar[int] = 1
    TASK: ClassVar[str] = "e2e"
    COLUMNS: ClassVar[tuple[str, ...]] = ("tp", "paired", "n_gt", "n_det", "dc_gt", "dc_det", "dropped")
    SUMS: ClassVar[tuple[str, ...]] = ()
    METRICS: ClassVar[dict[str, bool | None]] = {"precision": True, "recall": True, "hmean": True}
    SOURCE: ClassVar[str] = "aim-uofa/AdelaiDet @3672122 adet/evaluation/text_eval_script.py"

    def __post_init__(self) -> None:
        check(self)

    def __repr__(self) -> str:
        return spell(self)

    @property
    def reads(self) -> Reads:
        """Rings and transcriptions on both sides."""
        return Reads(gt_text=True, pred_text=True, lexicon=self.lexicon != "none")

    @property
    def formulas(self) -> dict[str, Formula]:
        """All three metrics from sums."""
        from ocr_eval.protocols.rrc_match import word_formulas

        return word_formulas()

    def count(self, joined: Joined, pairing: Pairing) -> Counts:
        """Row per sample: correct texts, pairs right or wrong, care and don't care instances, lexicon deletions."""
        from ocr_eval.protocols.word_match import count_words

        return count_words(joined, self._words(joined, pairing), self.COLUMNS)

    def derive(self, totals: Totals) -> dict[str, float | None]:
        """precision, recall, hmean."""
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

    @property
    def _last(self) -> bool:
        """Whether a text is what follows the last comma."""
        return False

    def _words(self, joined: Joined, pairing: Pairing) -> WordMatch:
        from ocr_eval.protocols.curved_words import curved_words

        return curved_words(
            joined,
            pairing,
            iou=self.iou,
            area_precision=self.area_precision,
            lexicon=self.lexicon,
            last=self._last,
        )


@dataclass(frozen=True, repr=False)
class TotaltextE2e(_CurvedE2e):
    """Parameters of ``totaltext-e2e``; the defaults are official."""

    gt: str = parameter(
        "adelaidet", "whose ground truth and reading of texts", choices=("adelaidet", "mtsv3")
    )

    ID: ClassVar[str] = "totaltext-e2e"

    @property
    def _last(self) -> bool:
        return self.gt == "mtsv3"


@dataclass(frozen=True, repr=False)
class Ctw1500E2e(_CurvedE2e):
    """Parameters of ``ctw1500-e2e``; the defaults are official."""

    ID: ClassVar[str] = "ctw1500-e2e"
