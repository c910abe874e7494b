"""HierText end to end: words matched by mutual best IoU, then equal texts (HierText, ICDAR 2023 competition).

What it measures
    How many words were found and read without any error, and how tightly.

The rule, per sample
    1. Words are matched as in ``hiertext``: don't care first (I / (area + 1e-5) >= area_precision drops a prediction),
       then pairs that are each other's best with IoU = I / (U + 1e-5) >= iou. Texts play no part in it.
    2. A match is an end-to-end match when both texts are equal, code point for code point.

Totals
    precision = tp_text / n_det, recall = tp_text / n_gt, hmean, tightness = sum of the IoU of end-to-end matches /
    tp_text, pq = tightness · hmean; ``det_`` the same of all matches. A zero denominator gives 1.

What it cannot see
    How wrong a text is. Case and punctuation count like any error. A match with a wrong text uses up its word.

Deviations from the official script
    1. Those of ``hiertext`` at level=word: exact comparisons; empty samples; null where no gt counts.
    2. Texts are compared as they were read: RRC files are unquoted when read, the official JSON has no quotes to strip.

Source
    ``eval.py --e2e`` in google-research-datasets/hiertext @70b6620.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ocr_eval.protocols import Reads
from ocr_eval.protocols.parameters import check, fraction, spell

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from ocr_eval.pairing import Pairing
    from ocr_eval.protocols.formulas import Formula
    from ocr_eval.protocols.mutual_match import WordMatch
    from ocr_eval.tables.counts import Counts, Totals
    from ocr_eval.tables.joined import Joined
    from ocr_eval.tables.matches import Matches


@dataclass(frozen=True, repr=False)
class HierTextE2e:
    """Parameters of ``hiertext-e2e``; the defaults are official."""

    iou: float = fraction(0.5, "a match needs this IoU, or more")
    area_precision: float = fraction(
        0.5, "a prediction is dropped when this share of it, or more, is don't care"
    )

    ID: ClassVar[str] = "hiertext-e2e"
    VERSION: ClassVar[int] = 1
    TASK: ClassVar[str] = "e2e"
    COLUMNS: ClassVar[tuple[str, ...]] = ("tp", "tp_text", "n_gt", "n_det", "dc_gt", "dc_det")
    SUMS: ClassVar[tuple[str, ...]] = ("tightness", "tightness_text")
    METRICS: ClassVar[dict[str, bool | None]] = {
        "precision": True,
        "recall": True,
        "hmean": True,
        "tightness": True,
        "pq": True,
        "det_precision": True,
        "det_recall": True,
        "det_hmean": True,
        "det_tightness": True,
        "det_pq": True,
    }
    SOURCE: ClassVar[str] = "google-research-datasets/hiertext @70b6620 eval.py --e2e"

    def __post_init__(self) -> None:
        check(self)

    def __repr__(self) -> str:
        return spell(self)

    @property
    def reads(self) -> Reads:
        """Rings and transcriptions on both sides."""
        return Reads(gt_text=True, pred_text=True)

    @property
    def formulas(self) -> dict[str, Formula]:
        """All ten metrics from sums."""
        from ocr_eval.protocols.mutual_match import quality_formulas

        return quality_formulas("tp_text", "tightness_text") | quality_formulas("tp", "tightness", "det_")

    def count(self, joined: Joined, pairing: Pairing) -> Counts:
        """Row per sample: as ``hiertext``, and the matches with equal texts; sums of IoU of both."""
        import numpy as np

        from ocr_eval.protocols.mutual_match import word_match, word_rows
        from ocr_eval.tables.counts import Counts

        found = word_match(joined, pairing, iou=self.iou, area_precision=self.area_precision)
        equal = _equal(joined, found)
        rows = word_rows(joined, found)
        sample = joined.gt.sample_of[found.gt[equal]]
        rows["tp_text"] = np.bincount(sample, minlength=len(joined.sample_ids))
        sums = {"tightness": found.sums(joined), "tightness_text": found.sums(joined, equal)}
        return Counts.of(joined.sample_ids, {name: rows[name] for name in self.COLUMNS}, sums)

    def derive(self, totals: Totals) -> dict[str, float | None]:
        """precision, recall, hmean, tightness, pq of the texts; with ``det_`` of the rings."""
        from ocr_eval.protocols.mutual_match import quality

        sides = totals["n_gt"], totals["n_det"]
        return quality(totals["tp_text"], *sides, totals.sums["tightness_text"]) | quality(
            totals["tp"], *sides, totals.sums["tightness"], "det_"
        )

    def explain(self, joined: Joined, pairing: Pairing, sample: int) -> Matches:
        """Partners with IoU, and whether their texts are equal."""
        return self.explainer(joined, pairing)(sample)

    def explainer(self, joined: Joined, pairing: Pairing) -> Callable[[int], Matches]:
        """``explain`` for many samples of one match."""
        from ocr_eval.protocols.mutual_match import word_match
        from ocr_eval.protocols.mutual_report import WordReport

        found = word_match(joined, pairing, iou=self.iou, area_precision=self.area_precision)
        equal = dict(zip(found.gt.tolist(), _equal(joined, found).tolist(), strict=True))
        return WordReport(joined, pairing, found, self.iou, self.area_precision, equal).matches


def _equal(joined: Joined, found: WordMatch) -> NDArray[np.bool_]:
    """(K,) True where the texts of a match are equal."""
    import numpy as np

    gt, pred = joined.gt.texts, joined.pred.texts
    both = zip(found.gt.tolist(), found.pred.tolist(), strict=True)
    return np.array([gt[g] == pred[p] for g, p in both], np.bool_)
