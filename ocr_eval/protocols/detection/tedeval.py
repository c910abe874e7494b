"""TedEval: words found, split and merged along one line of text, scored by the characters that predictions hold.

What it measures
    Which share of every word's characters one prediction holds, and which share of the characters a prediction should
    hold is in it; halves of a word and words joined along a line count for what they hold.

The rule, per sample
    0. A gt is don't care when its transcription is exactly ``###``. Each of the n characters of a care gt has a centre
       at p + (q - p) / n * (i + 1/2), p the middle of v1 v4, q that of v2 v3; where the box of the gt is more than 1.5
       times as high as wide, after the corners were turned by one (v4, v1, v2, v3).
    1. Every care gt is cut out of every don't care gt. sigma is the shared area over the gt's, tau over the
       prediction's; 0 where that is 0.
    2. A prediction is ignored when tau > area_precision for one don't care gt, or when the tau of all don't care gts
       with sigma > area_recall sum to >= area_precision.
    3. Every don't care gt is cut out of every prediction; from here on tau is over what is left.
    4. Matches, none excluding another, of care gts and predictions that are not ignored:
       merge: a prediction and all gts with sigma >= area_recall, if they are two or more, their tau sum to >=
       area_precision, and they lie on one line;
       one-to-one: sigma >= area_recall and tau >= area_precision, the only such pair of its gt and of its prediction
       (ignored ones included), and 2 * distance of centroids / (sum of mean diagonals) < center;
       split: a gt and all predictions with tau >= area_precision, if they are two or more, their sigma sum to >=
       area_recall, and they lie on one line.
       On one line: seen from the centroid of any of them, the middle of v1 v4 and the centroid of any other are less
       than 45 degrees apart, or more than 135.
    5. A centre is inside a prediction (what is left of it) by the half-open even-odd rule: low borders are inside, high
       ones are not. A gt earns the share of its centres that lie in exactly one matched prediction; a prediction the
       share of the centres of its matched gts that lie in it.

Totals
    recall = sum of what gts earned / care gts, precision = sum of what predictions earned / predictions that are not
    ignored, over all samples; 0 when nothing was predicted; hmean of the two. Without any care gt there is no score.

What it cannot see
    Texts: only their length is read. Characters under two matched predictions count as missed, so every prediction
    given three times makes recall 0. The ceiling is not 1: IC15's gt against itself has hmean .99808, IC13's .99672.

Deviations from the official script
    1. Areas and thresholds are exact. The script's areas have errors of about 1e-14, and sums of shares are sums of
       doubles: where a share, or a sum of shares, is exactly the threshold, it may say either. No decision of any
       official output changes; of 14 100 generated pages of small rings, full of such ties, 14 differ.
    2. Sums of what was earned are published as correctly rounded sums (the script adds one after the other): up to
       1e-15 relative.
    3. AP is not published: the script never fills the list it comes from, and prints 0.
    4. A set without any care gt has no score here (null); the script prints 0.
    5. A care gt with empty transcription is an error of the ground truth; the script divides by 0.
    6. Corners are read as given, as in the script, also of counter-clockwise quads. Rings of other than four corners
       are refused; the script reads the first four. Lines are checked; the script checks none.
    7. Invalid rings: ``official`` is the script's: even-odd shared areas over |shoelace|, and even-odd areas of what
       was cut. Where it stops because a centroid does not exist, the mean of the corners is taken.
    8. A don't care gt whose shared area with a prediction is exactly 0 cuts nothing. The script's clipping may leave
       some 1e-12 px2 there, and then cuts: to a ring that crosses itself this gives its even-odd area and another
       centroid. Which ones is floating noise that depends on where the page lies. On IC15's care gts with corners in
       wrong order (0, 2, 1, 3), care gts took all that was shared in 377 pairs; in 14 of them the script found such
       slivers, which change 9 of 500 samples: hmean .0922 there, .0869 here, and .0869 with equal counts in all
       samples from the script once areas up to 1e-9 count as none. Moved by (100, 0) it gives .0940, by (-700, -400)
       .0904; by (4096, 4096) it stops.

Source
    clovaai/TedEval @f24e003 ``script.py``; Lee, Baek, Lee, "TedEval: A Fair Evaluation Metric for Scene Text
    Detectors", 2019.
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
    from ocr_eval.protocols.tedeval_match import Match
    from ocr_eval.tables.counts import Counts, Totals
    from ocr_eval.tables.joined import Joined
    from ocr_eval.tables.matches import Matches


@dataclass(frozen=True, repr=False)
class TedEval:
    """Parameters of ``tedeval``; the defaults are official."""

    area_recall: float = fraction(0.4, "share of a gt's area that its predictions must cover")
    area_precision: float = fraction(0.4, "share of a prediction's area that its gts must fill")
    center: float = parameter(
        1.0, "one-to-one: distance of centroids over mean diagonal, below", low=0.0, high=100.0
    )

    ID: ClassVar[str] = "tedeval"
    VERSION: ClassVar[int] = 1
    TASK: ClassVar[str] = "det"
    COLUMNS: ClassVar[tuple[str, ...]] = ("n_gt", "n_det", "dc_gt", "dc_det", "n_oo", "n_om", "n_mo")
    SUMS: ClassVar[tuple[str, ...]] = ("recall", "precision")
    METRICS: ClassVar[dict[str, bool | None]] = {"precision": True, "recall": True, "hmean": True}
    SOURCE: ClassVar[str] = "clovaai/TedEval @f24e003 script.py"

    def __post_init__(self) -> None:
        check(self)

    def __repr__(self) -> str:
        return spell(self)

    @property
    def reads(self) -> Reads:
        """Rings, and transcriptions of the gt for their lengths."""
        return Reads(gt_text=True, gt_text_not_empty=True)

    @property
    def formulas(self) -> dict[str, Formula]:
        """precision, recall and hmean from sums; a sample with neither gts nor predictions has hmean 1."""
        from ocr_eval.protocols.formulas import Harmonic, rate

        precision, recall = "sum:precision", "sum:recall"
        return {
            "precision": rate(precision, "n_det", empty=0.0),
            "recall": rate(recall, "n_gt"),
            "hmean": Harmonic(
                rate(precision, "n_det", empty=0.0, alone=1.0), rate(recall, "n_gt", alone=1.0)
            ),
        }

    def count(self, joined: Joined, pairing: Pairing) -> Counts:
        """Row per sample: instances of both sides, matches by kind, and what gts and predictions earned."""
        import numpy as np

        from ocr_eval.protocols.tedeval_match import earned
        from ocr_eval.tables.counts import Counts

        gt, pred, size = joined.gt, joined.pred, len(joined.sample_ids)
        found = self._match(joined, pairing)
        g, p = found.pairs.gt, found.pairs.pred
        rows = {
            "n_gt": np.bincount(gt.sample_of[gt.care], minlength=size),
            "n_det": np.bincount(pred.sample_of[~found.ignored], minlength=size),
            "dc_gt": np.bincount(gt.sample_of[~gt.care], minlength=size),
            "dc_det": np.bincount(pred.sample_of[found.ignored], minlength=size),
            "n_oo": np.bincount(gt.sample_of[g[found.one]], minlength=size),
            "n_om": np.bincount(gt.sample_of[np.unique(g[found.split])], minlength=size),
            "n_mo": np.bincount(pred.sample_of[np.unique(p[found.merge])], minlength=size),
        }
        recall, precision = earned(joined, found)
        # One after the other, as the script adds.
        sums = {
            "recall": np.bincount(gt.sample_of, recall, minlength=size),
            "precision": np.bincount(pred.sample_of, precision, minlength=size),
        }
        return Counts.of(joined.sample_ids, rows, sums)

    def derive(self, totals: Totals) -> dict[str, float | None]:
        """precision, recall, hmean; None without any care gt."""
        from ocr_eval.tables.counts import harmonic, ratio

        if not totals["n_gt"]:
            return dict.fromkeys(self.METRICS)
        precision = ratio(totals.sums["precision"], totals["n_det"], empty=0.0)
        recall = ratio(totals.sums["recall"], totals["n_gt"])
        return {"precision": precision, "recall": recall, "hmean": harmonic(precision, recall)}

    def explain(self, joined: Joined, pairing: Pairing, sample: int) -> Matches:
        """Every instance with its partners and characters, or why it has none."""
        return self.explainer(joined, pairing)(sample)

    def explainer(self, joined: Joined, pairing: Pairing) -> Callable[[int], Matches]:
        """``explain`` for many samples of one match."""
        from ocr_eval.protocols.tedeval_report import reporter

        return reporter(joined, pairing, self._match(joined, pairing), self.area_precision)

    def _match(self, joined: Joined, pairing: Pairing) -> Match:
        from ocr_eval.protocols.tedeval_match import match

        return match(
            joined,
            pairing,
            area_recall=self.area_recall,
            area_precision=self.area_precision,
            center=self.center,
        )
