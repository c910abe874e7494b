"""COCO AP: average precision and recall of boxes over ten IoU thresholds, three sizes, and 1, 10 or 100 per image.

What it measures
    How well a detector ranks: precision at every recall, averaged over IoU .50 to .95. Boxes, not outlines or texts.

The rule, per sample
    1. Boxes are left, top, width, height as COCO files give them, else the bounding box of a ring. A gt is crowd when
       ``iscrowd`` says so (without COCO's numbers: when it is don't care). The area of a gt is its ``area``, else that
       of its box; of a prediction that of its box.
    2. Predictions by falling confidence (stable), the first 100 only. Ranges of area: all [0, 1e10], small [0, 32²],
       medium [32², 96²], large [96², 1e10]. A crowd gt, or one outside the range, is ignored.
    3. For each threshold .50, .55, ... .95 (doubles of step .45 / 9) and range: a prediction takes, of the gts that are
       not ignored and free, the one with the largest IoU >= threshold (the last of equals); only without such a one the
       same among the ignored. A crowd gt can be taken again and again; with it IoU is I / area(prediction).
    4. A prediction is correct when it took a gt that is not ignored; it counts neither way when it took an ignored one,
       or took none and its own area is outside the range.
    ``n_gt``: gts that are not crowd; ``n_det``: predictions of the first 100 that count at IoU .5 over all areas.

Totals
    All predictions by falling confidence, then sample order, then line order. precision = tp / (tp + fp + 2^-52), each
    the best from there on; AP: its mean at recall 0, .01, ... 1 (0 where recall is not reached) and over thresholds.
    AR: the mean of the final recalls. ``ar1``, ``ar10``: the first 1 or 10 predictions of each sample.
    A metric of a range without gts is undefined (COCO prints -1).

What it cannot see
    Rotation and curvature (a slanted word and its neighbour share most of a box), splits and merges, texts. Confidences
    matter: AP rises with every low-scored box one adds, so it does not say how good one set of boxes is. Don't care as
    crowd excuses any number of predictions.

Deviations from the official script
    1. All categories are one. pycocotools matches within categories and averages over them. Equal for files with one
       category, as those of text detection are; either direction and any size for others.
    2. An annotation with id 0 counts as any other; pycocotools takes a match with it for none.
    3. Equal confidences in different images: COCO takes images by rising id, we take samples in the order of the ground
       truth (the reader of COCO files puts them by rising id).
    4. Invalid rings: ``official`` takes bounding boxes of whatever ring; under ``false-positive`` such a prediction is
       in no pair. A box without width or height overlaps nothing.

Source
    cocodataset/cocoapi pycocotools 2.0.11, ``COCOeval(gt, dt, "bbox")``: evaluate, accumulate, summarize; ``bbIou`` in
    maskApi.c.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ocr_eval.protocols import Reads
from ocr_eval.protocols.parameters import check, spell

if TYPE_CHECKING:
    from collections.abc import Callable

    from ocr_eval.pairing import Pairing
    from ocr_eval.protocols.formulas import Formula
    from ocr_eval.tables.counts import Counts, Totals
    from ocr_eval.tables.joined import Joined
    from ocr_eval.tables.matches import Matches


@dataclass(frozen=True, repr=False)
class CocoAp:
    """``coco-ap``; it has no parameters."""

    ID: ClassVar[str] = "coco-ap"
    VERSION: ClassVar[int] = 1
    TASK: ClassVar[str] = "det"
    COLUMNS: ClassVar[tuple[str, ...]] = ("n_gt", "n_det")
    SUMS: ClassVar[tuple[str, ...]] = ()
    METRICS: ClassVar[dict[str, bool | None]] = {
        "ap": True,
        "ap50": True,
        "ap75": True,
        "ap_small": True,
        "ap_medium": True,
        "ap_large": True,
        "ar1": True,
        "ar10": True,
        "ar100": True,
        "ar_small": True,
        "ar_medium": True,
        "ar_large": True,
    }
    SOURCE: ClassVar[str] = "cocodataset/cocoapi, pycocotools 2.0.11 COCOeval bbox"

    def __post_init__(self) -> None:
        check(self)

    def __repr__(self) -> str:
        return spell(self)

    @property
    def reads(self) -> Reads:
        """Boxes with confidences."""
        return Reads(pred_confidence=True)

    @property
    def formulas(self) -> dict[str, Formula]:
        """None: every metric needs the order of all predictions."""
        return {}

    def count(self, joined: Joined, pairing: Pairing) -> Counts:
        """Row per sample: gts and predictions that count; for every prediction its verdict under 40 settings."""
        import numpy as np

        from ocr_eval.protocols.ranked_match import AREAS, ranked_match
        from ocr_eval.tables.counts import Counts, Scored

        gt, pred, size = joined.gt, joined.pred, len(joined.sample_ids)
        match = ranked_match(joined, pairing)
        kept = np.flatnonzero(match.looked_at)
        confidence = np.ones(len(pred)) if pred.confidence is None else pred.confidence
        sample = pred.sample_of[kept]
        scored = Scored(
            confidence[kept],
            sample,
            kept - pred.start[sample],
            match.right[kept] & 1 > 0,
            {
                "right": match.right[kept].astype(np.float64),
                "neutral": match.neutral[kept].astype(np.float64),
            },
            {
                area: np.bincount(gt.sample_of[match.inside[a]], minlength=size)
                for a, area in enumerate(AREAS)
            },
        )
        rows = {
            "n_gt": np.bincount(gt.sample_of[~match.crowd], minlength=size),
            "n_det": np.bincount(sample[match.neutral[kept] & 1 == 0], minlength=size),
        }
        return Counts.of(joined.sample_ids, rows, scored=scored)

    def derive(self, totals: Totals) -> dict[str, float | None]:
        """The twelve numbers of COCO's summary, in its order."""
        import numpy as np

        from ocr_eval.protocols.ranked_match import AREAS, THRESHOLDS, curves

        scored = totals.scored
        if scored is None:
            return dict.fromkeys(self.METRICS)
        found = {area: curves(scored, area) for area in AREAS}
        first = {most: curves(scored, "all", most) for most in (1, 10)}

        def precision(area: str, threshold: float | None = None) -> float | None:
            made = found[area]
            if made is None:
                return None
            chosen = slice(None) if threshold is None else THRESHOLDS.index(threshold)
            return float(np.mean(made.precision[chosen]))

        def recall(area: str, most: int = 100) -> float | None:
            made = first.get(most, found[area])
            return None if made is None else float(np.mean(made.recall))

        sizes = [area for area in AREAS if area != "all"]
        return (
            {"ap": precision("all"), "ap50": precision("all", 0.5), "ap75": precision("all", 0.75)}
            | {f"ap_{area}": precision(area) for area in sizes}
            | {f"ar{most}": recall("all", most) for most in (1, 10, 100)}
            | {f"ar_{area}": recall(area) for area in sizes}
        )

    def explain(self, joined: Joined, pairing: Pairing, sample: int) -> Matches:
        """What happened at IoU .5 over all areas: which prediction took which gt, and what was excused."""
        return self.explainer(joined, pairing)(sample)

    def explainer(self, joined: Joined, pairing: Pairing) -> Callable[[int], Matches]:
        """``explain`` for many samples of one match."""
        from ocr_eval.protocols.ranked_match import ranked_match
        from ocr_eval.protocols.ranked_report import reporter

        return reporter(joined, ranked_match(joined, pairing))
