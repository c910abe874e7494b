"""Total-Text and CTW1500 word spotting: curved end-to-end where only words of a dictionary are looked for.

What it measures
    How many dictionary words were found *and* read exactly; everything else in the picture is don't care. This is what
    ABCNet reports for Total-Text; for CTW1500 it reports end-to-end.

The rule, per sample
    1. Texts: what stands after the first ``,####`` (up to a second one), stripped, outer quotes off. A gt ``###`` is
       don't care.
    2. Other gts are cleaned and judged as in ``rrc-word-spotting``: a final ``'s`` goes, outer hyphens go, special
       characters become spaces; what then has a space, fewer than ``min_length`` characters, or anything but Latin and
       Greek letters and hyphens is don't care too, and excuses predictions.
    3. Don't care, ignored predictions and pairs as in ``rrc-iou``: first fit, IoU > iou, strict. Ring areas are
       |shoelace|, the intersection is even-odd.
    4. A pair is correct when cleaned gt and raw prediction are equal, upper-cased. It is used up either way.
    ``lexicon`` as in ``totaltext-e2e``. ``gt=mtsv3`` (Total-Text only) reads as MaskTextSpotterV3 does: the text is
    what stands behind the last comma, as written, and gts ``###`` do not exist.

Totals
    recall = tp / n_gt, precision = tp / n_det over all samples, hmean; 0 when a denominator is 0.

What it cannot see
    Lines of several words (they hold a space, so most of CTW1500 is don't care), numbers, short words. The gt against
    itself scores .988 on Total-Text and .930 on CTW1500, because only the gt is cleaned.

Deviations from the official script
    1. The script refuses a whole submission for one ring that crosses itself or runs the other way round (AdelaiDet;
       the copy in UNITS does not). Here direction never matters, and ``--invalid-polygons official`` counts crossing
       rings as UNITS does.
    2. Coordinates are integers; the script's float32 holds those exactly.
    3. A set without any care gt has no score here (null); the script prints 0.

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
class _CurvedWordSpotting:
    """What both share: parameters with the official defaults, and everything but whose texts are read."""

    iou: float = fraction(0.5, "a pair needs IoU above this")
    area_precision: float = fraction(
        0.5, "a prediction is ignored when more than this share of it is don't care"
    )
    min_length: int = parameter(3, "characters that a dictionary word has at least", low=0, high=1000)
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
        """Partners with IoU, and whether their texts agree; which gts are not looked for."""
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
            min_length=self.min_length,
            last=self._last,
        )


@dataclass(frozen=True, repr=False)
class TotaltextWordSpotting(_CurvedWordSpotting):
    """Parameters of ``totaltext-word-spotting``; the defaults are official."""

    gt: str = parameter(
        "adelaidet", "whose ground truth and reading of texts", choices=("adelaidet", "mtsv3")
    )

    ID: ClassVar[str] = "totaltext-word-spotting"

    @property
    def _last(self) -> bool:
        return self.gt == "mtsv3"


@dataclass(frozen=True, repr=False)
class Ctw1500WordSpotting(_CurvedWordSpotting):
    """Parameters of ``ctw1500-word-spotting``; the defaults are official."""

    ID: ClassVar[str] = "ctw1500-word-spotting"
