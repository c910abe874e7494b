"""HierText: words, lines or paragraphs by mutual best IoU, as panoptic quality (HierText, ICDAR 2023 competition).

What it measures
    How many words (or lines, or paragraphs) were found, and how tightly: PQ is the product of hmean and the mean IoU of
    what was found.

The rule, per sample
    ``level=word``: rings in double precision; rings that cross themselves count with their even-odd area. ``line``,
    ``paragraph``: a region is the union of the pixels of its words' rings, outlines included, in the image; areas and
    ratios are float32. A line without words, a paragraph without words and one that is not legible have the pixels of
    their own ring instead. Regions whose boxes (of all their words' corners; for the last three joined with the whole
    image) share no area share nothing. Don't care: not legible, as the file says for words, lines and paragraphs.
    1. A prediction is dropped when I / (area + 1e-5) >= area_precision for a single don't care gt. For words the 1e-5
       keeps an exact half; in float32 it vanishes for areas from about 170 pixels on, and an exact half is dropped.
    2. IoU = I / (U + 1e-5) for words, I / max(U, 1e-7) for pixels.
    3. A care gt and a prediction that was not dropped are a match when each is the other's best, the first of equals,
       and IoU >= iou.

Totals
    recall = tp / n_gt, precision = tp / n_det, hmean; tightness = sum of the IoU of matches / tp; pq = tightness ·
    hmean. A zero denominator gives 1, so no prediction at all has precision 1, recall 0 and pq 0.

What it cannot see
    Texts. Splits and merges; which of two equal predictions is better. Whether words were grouped rightly beyond what
    masks tell. A table without lines is read as one line and one paragraph per word.

Deviations from the official script
    1. Areas of words are exact where they decide: ratios that are equal go to the first one, where GEOS's rounding
       chooses. Direction: either; size: the tightness of one pair, below 1e-12.
    2. A sample without prediction counts as empty (a KeyError there). A predicted line or paragraph without words is an
       error here, named; there a ValueError.
    3. Pixels are those of OpenCV 5.0's fillPoly, with which the reference outputs agree to the last bit; the script's
       requirements name 4.1.2. Single pixels along outlines differ between versions (4.10: .0001 of a set's pq).
    4. A set without any care gt has no score here (null); the script says 1.
    5. Masks need corners on whole pixels; the script ends in OpenCV's error for others. ``mask_stride`` is always 1.
    6. Counts of more than 16 777 216 pixels are rounded to float32 once, there block by block.

Source
    S. Long et al., Towards End-to-End Unified Scene Text Detection and Layout Analysis, CVPR 2022; ``eval.py`` and
    ``evaluator/`` in google-research-datasets/hiertext @70b6620.
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
    from ocr_eval.protocols.regions import RegionMatch
    from ocr_eval.tables.counts import Counts, Totals
    from ocr_eval.tables.joined import Joined
    from ocr_eval.tables.matches import Matches


@dataclass(frozen=True, repr=False)
class HierText:
    """Parameters of ``hiertext``; the defaults are official."""

    level: str = parameter("word", "what is searched for", choices=("word", "line", "paragraph"))
    iou: float = fraction(0.5, "a match needs this IoU, or more")
    area_precision: float = fraction(
        0.5, "a prediction is dropped when this share of it, or more, is don't care"
    )

    ID: ClassVar[str] = "hiertext"
    VERSION: ClassVar[int] = 1
    TASK: ClassVar[str] = "det"
    COLUMNS: ClassVar[tuple[str, ...]] = ("tp", "n_gt", "n_det", "dc_gt", "dc_det")
    SUMS: ClassVar[tuple[str, ...]] = ("tightness",)
    METRICS: ClassVar[dict[str, bool | None]] = {
        "precision": True,
        "recall": True,
        "hmean": True,
        "tightness": True,
        "pq": True,
    }
    SOURCE: ClassVar[str] = "google-research-datasets/hiertext @70b6620 eval.py"

    def __post_init__(self) -> None:
        check(self)

    def __repr__(self) -> str:
        return spell(self)

    @property
    def reads(self) -> Reads:
        """Rings, and the structure above words; masks also need the size of the image."""
        return Reads(image_size=self.level != "word")

    @property
    def formulas(self) -> dict[str, Formula]:
        """All five metrics from sums."""
        from ocr_eval.protocols.mutual_match import quality_formulas

        return quality_formulas("tp", "tightness")

    def count(self, joined: Joined, pairing: Pairing) -> Counts:
        """Row per sample: matches, care and don't care gts, predictions kept and dropped; sum of IoU."""
        from ocr_eval.protocols.mutual_match import word_match, word_rows
        from ocr_eval.tables.counts import Counts

        if self.level == "word":
            found = word_match(joined, pairing, iou=self.iou, area_precision=self.area_precision)
            rows, sums = word_rows(joined, found), found.sums(joined)
        else:
            rows, sums = _region_rows(joined, self._regions(joined, pairing))
        return Counts.of(joined.sample_ids, {name: rows[name] for name in self.COLUMNS}, {"tightness": sums})

    def derive(self, totals: Totals) -> dict[str, float | None]:
        """precision, recall, hmean, tightness, pq."""
        from ocr_eval.protocols.mutual_match import quality

        return quality(totals["tp"], totals["n_gt"], totals["n_det"], totals.sums["tightness"])

    def explain(self, joined: Joined, pairing: Pairing, sample: int) -> Matches:
        """Every word with its partner, or the nearest miss; for lines and paragraphs what happened to its region."""
        return self.explainer(joined, pairing)(sample)

    def explainer(self, joined: Joined, pairing: Pairing) -> Callable[[int], Matches]:
        """``explain`` for many samples of one match."""
        from ocr_eval.protocols.mutual_match import word_match
        from ocr_eval.protocols.mutual_report import RegionReport, WordReport

        limits = self.iou, self.area_precision
        if self.level != "word":
            return RegionReport(joined, self._regions(joined, pairing), *limits).matches
        found = word_match(joined, pairing, iou=self.iou, area_precision=self.area_precision)
        return WordReport(joined, pairing, found, *limits).matches

    def _regions(self, joined: Joined, pairing: Pairing) -> RegionMatch:
        import numpy as np

        from ocr_eval.protocols.regions import region_match

        skip = np.zeros(len(joined.pred), np.bool_)
        if pairing.policy != "official":
            skip = ~joined.pred.valid
        limits = {"iou": self.iou, "area_precision": self.area_precision}
        return region_match(joined, self.level, skip=skip, **limits)


def _region_rows(
    joined: Joined, found: RegionMatch
) -> tuple[dict[str, NDArray[np.int64]], NDArray[np.float64]]:
    """The columns by name, and the sum of IoU, added in double precision from gt to gt."""
    import numpy as np

    size = len(joined.sample_ids)
    of_gt, of_pred = (np.repeat(np.arange(size), np.diff(side.start)) for side in (found.gt, found.pred))
    matched = found.partner >= 0

    def per_sample(sample: NDArray[np.int64], flag: NDArray[np.bool_]) -> NDArray[np.int64]:
        return np.bincount(sample[flag], minlength=size)

    sums = np.zeros(size)
    np.add.at(sums, of_gt[matched], found.iou[matched].astype(np.float64))
    return {
        "tp": per_sample(of_gt, matched),
        "n_gt": per_sample(of_gt, found.gt.care),
        "n_det": per_sample(of_pred, found.kept),
        "dc_gt": per_sample(of_gt, ~found.gt.care),
        "dc_det": per_sample(of_pred, ~found.kept),
    }, sums
