"""RRC 2024: the best assignment instead of the first fit; detection, or detection and recognition, in one definition.

What it measures
    How many words were found (``task=det``), or found and read (``task=e2e``), when no order of lines can cost a match;
    how tight the matches are; how well matched words were read.

The rule, per sample
    1. A prediction is ignorable when I / area(prediction) > area_precision (strict) for a single don't care gt. It
       takes part in the matching all the same.
    2. A pair is allowed when the gt is not don't care, IoU > iou (strict), and, under ``task=e2e`` with
       ``string_match=true``, the texts match: equal (``text=exact``), or upper-cased with one special character less at
       either end of the gt (``text=icdar15``). ``case=upper`` upper-cases all texts before. A ring of less than 1e-4
       pixels² overlaps nothing.
    3. Each allowed pair is worth 1 + score; the one-to-one assignment with the largest sum is taken. ``score``: 1
       (``one``), IoU (``iou``), s (``cned``) or IoU * s (``iou-cned``), where s = 1 - 2d / (a + b + d) (Yujian and Bo;
       d: Levenshtein over code points, a and b lengths), 1 for two empty texts. Under ``text=icdar15`` s is 1 for
       matching texts, else taken upper-cased, without the gt's special characters at front and end.
       With ``one`` the number of matches is the largest possible; with the others few good ones can beat many.
    4. Several assignments can be the best. ``tie=iou``: the one with the largest sum of IoU, then the one with the
       lowest gts and predictions. ``tie=scipy``: the one that SciPy's ``linear_sum_assignment`` takes.
    5. tp: matches. Ignorable predictions without a match are not counted. tightness adds IoU, similarity s.

Totals
    recall = tp / n_gt, precision = tp / n_det, hmean; tightness = sum of IoU / tp, pq = tightness * hmean; for e2e
    char_accuracy = sum of s / tp, char_pq = char_accuracy * pq, one_minus_ned = sum of s / (n_gt + n_det - tp).
    0 when a denominator is 0; without any care gt all are undefined.

What it cannot see
    Splits and merges. With ``string_match=true`` char_accuracy is 1 by construction; without it recall and precision
    are those of detection. Its 1-NED divides by a + b + d, not by the longer text: it is lower than that of others.

Deviations from the official script
    1. Ties: the script takes what SciPy takes. ``tie=scipy`` is that; our default depends on no library. tp never
       differs under ``score=one``; tightness can: 450.523 for 450.431 on the IC13 baseline (tightness .85651, .85633).
    2. Comparisons near thresholds are exact, sums of equal scores too; the script compares doubles.
       Under ``tie=iou`` worths within 2^-40 are equal. No official output changes.
    3. A set without care gts has no score here (null); the script prints 0. one_minus_ned of 0 / 0 ends the script.
    4. A care gt with an empty text is refused under ``text=icdar15`` (E_GT); the script raises IndexError when it
       compares it.
    5. Its options --cast-points-int and --gt-regex are left out: they choose the input.
    6. Images that the gt does not have are refused when a file is read; the script warns and leaves them out.
    7. Invalid rings: ``official`` takes even-odd shared areas and |shoelace| as the script's GPC does; fewer than three
       points end the script and are unmatched here.

Source
    weinman/rrc-evaluation @26c5110 eval.py, icdar15.py; Weinman, Gómez Grabowska, Karatzas, "Counting the corner cases:
    Revisiting robust reading challenge data sets, evaluation protocols, and metrics", ICDAR 2024.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ocr_eval.errors import usage_error
from ocr_eval.protocols import Reads
from ocr_eval.protocols.parameters import check, parameter, spell

if TYPE_CHECKING:
    from collections.abc import Callable

    from ocr_eval.pairing import Pairing
    from ocr_eval.protocols.formulas import Formula
    from ocr_eval.protocols.optimal_match import OptimalMatch
    from ocr_eval.tables.counts import Counts, Totals
    from ocr_eval.tables.joined import Joined
    from ocr_eval.tables.matches import Matches

E2E_METRICS = ("char_accuracy", "char_pq", "one_minus_ned")


@dataclass(frozen=True, repr=False)
class Rrc2024:
    """Parameters of ``rrc-2024``; the defaults are the script's, but for ``tie`` (and ``task``, which it asks for)."""

    task: str = parameter("det", "detection alone, or with recognition", choices=("det", "e2e"))
    score: str = parameter("one", "what an allowed pair scores", choices=("one", "iou", "cned", "iou-cned"))
    string_match: bool = parameter(True, "e2e: only pairs whose texts match are allowed")
    case: str = parameter(
        "sensitive", "compare as written, or upper-case both sides", choices=("sensitive", "upper")
    )
    text: str = parameter(
        "exact", "texts match when equal, or by the rule of RRC end-to-end", choices=("exact", "icdar15")
    )
    iou: float = parameter(0.5, "a pair needs IoU above this", low=0.0, high=1.0, open_low=False)
    area_precision: float = parameter(
        0.5,
        "an unmatched prediction is ignored when more than this share of it is don't care",
        low=0.0,
        high=1.0,
        open_low=False,
    )
    tie: str = parameter("iou", "which of several best assignments is taken", choices=("iou", "scipy"))

    ID: ClassVar[str] = "rrc-2024"
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
    SOURCE: ClassVar[str] = "weinman/rrc-evaluation @26c5110 eval.py"

    def __post_init__(self) -> None:
        check(self)
        if self.task == "e2e":
            object.__setattr__(self, "TASK", "e2e")
            object.__setattr__(self, "SUMS", (*type(self).SUMS, "similarity"))
            object.__setattr__(self, "METRICS", type(self).METRICS | dict.fromkeys(E2E_METRICS, True))
        elif "cned" in self.score:
            reason = f"{self.ID}: score={self.score} compares texts, and task=det reads none"
            raise usage_error(reason, f"write task=e2e,score={self.score}", "E_CONFIG")

    def __repr__(self) -> str:
        return spell(self)

    @property
    def reads(self) -> Reads:
        """Rings; under ``task=e2e`` transcriptions of both sides."""
        e2e = self.task == "e2e"
        return Reads(gt_text=e2e, pred_text=e2e, gt_text_not_empty=e2e and self.text == "icdar15")

    @property
    def formulas(self) -> dict[str, Formula]:
        """All metrics from sums, but for ``char_pq``, a product of two ratios."""
        from ocr_eval.protocols.formulas import rate

        zero = (0.0, 0.0)  # of 0/0, over all samples and on one
        found: dict[str, Formula] = {
            "precision": rate("tp", "n_det", *zero),
            "recall": rate("tp", "n_gt", *zero),
            "hmean": rate("2*tp", "n_gt + n_det", *zero),
            "tightness": rate("sum:tightness", "tp", *zero),
            "pq": rate("2*sum:tightness", "n_gt + n_det", *zero),
        }
        if self.task == "e2e":
            found["char_accuracy"] = rate("sum:similarity", "tp", *zero)
            found["one_minus_ned"] = rate("sum:similarity", "n_gt + n_det - tp", *zero)
        return found

    def count(self, joined: Joined, pairing: Pairing) -> Counts:
        """Row per sample: matches, instances counted and not, sums of IoU and of s over the matches."""
        import numpy as np

        from ocr_eval.tables.counts import Counts

        gt, pred, size = joined.gt, joined.pred, len(joined.sample_ids)
        match = self._match(joined, pairing)
        samples = gt.sample_of[match.pairs.gt[match.matched]]
        rows = {
            "tp": np.bincount(samples, minlength=size),
            "n_gt": np.bincount(gt.sample_of[gt.care], minlength=size),
            "n_det": np.bincount(pred.sample_of[~match.ignored], minlength=size),
            "dc_gt": np.bincount(gt.sample_of[~gt.care], minlength=size),
            "dc_det": np.bincount(pred.sample_of[match.ignored], minlength=size),
        }
        sums = {"tightness": np.bincount(samples, match.ious(match.matched), minlength=size)}
        if self.task == "e2e":
            sums["similarity"] = np.bincount(samples, match.similarities, minlength=size)
        return Counts.of(joined.sample_ids, rows, sums)

    def derive(self, totals: Totals) -> dict[str, float | None]:
        """Five metrics, eight for e2e; all undefined without care gts."""
        from ocr_eval.tables.counts import harmonic, ratio

        tp, n_gt, n_det = totals["tp"], totals["n_gt"], totals["n_det"]
        if n_gt == 0:
            return dict.fromkeys(self.METRICS)
        precision, recall = ratio(tp, n_det, empty=0.0), ratio(tp, n_gt, empty=0.0)
        hmean = harmonic(precision, recall) or 0.0
        tightness = ratio(totals.sums["tightness"], tp, empty=0.0) or 0.0
        found: dict[str, float | None] = {
            "precision": precision,
            "recall": recall,
            "hmean": hmean,
            "tightness": tightness,
            "pq": tightness * hmean,
        }
        if self.task == "e2e":
            similarity = totals.sums["similarity"]
            accuracy = ratio(similarity, tp, empty=0.0) or 0.0
            found |= {
                "char_accuracy": accuracy,
                "char_pq": accuracy * (tightness * hmean),
                "one_minus_ned": ratio(similarity, n_gt + n_det - tp, empty=0.0),
            }
        return found

    def explain(self, joined: Joined, pairing: Pairing, sample: int) -> Matches:
        """Partners with IoU and how alike their texts are, or the nearest miss and what barred it."""
        return self.explainer(joined, pairing)(sample)

    def explainer(self, joined: Joined, pairing: Pairing) -> Callable[[int], Matches]:
        """``explain`` for many samples of one match."""
        from ocr_eval.protocols.optimal_report import reporter

        match = self._match(joined, pairing)
        return reporter(match, self.iou, self.area_precision, told_texts=self.task == "e2e")

    def _match(self, joined: Joined, pairing: Pairing) -> OptimalMatch:
        from ocr_eval.protocols.optimal_match import OptimalMatch

        texts = None
        if self.task == "e2e":
            texts = joined.gt.texts, joined.pred.texts
            if self.case == "upper":
                texts = tuple(t.upper() for t in texts[0]), tuple(t.upper() for t in texts[1])
        return OptimalMatch(
            joined,
            pairing,
            iou=self.iou,
            area_precision=self.area_precision,
            texts=texts,
            score=self.score,
            must_agree=self.task == "e2e" and self.string_match,
            trimmed=self.text == "icdar15",
            as_scipy=self.tie == "scipy",
        )
