"""TIoU: detection where a match counts less the looser it is (ICDAR 2015, and polygons of CTW1500 and Total-Text).

What it measures
    How much of the words was found, by pairs of IoU above one half: a pair earns its IoU, less what the prediction cuts
    off the word (recall) and less what it takes in of other words (precision).

The rule, per sample
    1. The pairs are those of ``rrc-iou``: don't care first, then first fit in file order; IoU > iou (strict).
    2. ``iou`` credit of a pair (G, D): IoU, on both sides.
    3. Recall credit: IoU · f(Ct / area(G)), with Ct = area(G) - area(G ∩ D).
    4. Precision credit: IoU · f(Ot / area(D)), with Ot = area(D ∩ O) - area(D ∩ G ∩ O), O the union of all other gts
       that overlap D. Don't care gts are among them: the script means to leave them out, but tests the wrong index.
    5. f(x) = 1 where x <= 0.01, else 1 - x. So a credit jumps by a hundredth where 1 % is cut off.
    6. No recall credit where Ct is below 0, no precision credit where D has no area or Ot is larger than it; both need
       rings that cross themselves. ``tiou`` allows Ot .001 pixels² more, ``tiou-curved`` nothing.
    ``tiou-curved`` is the same for rings of any number of corners, with coordinates rounded to float32 first.

Totals
    Three sets of precision, recall, hmean: the counts of ``rrc-iou``, the sums of IoU (``iou_``), the sums of credits
    (``tiou_``): sum / n_det, sum / n_gt, over all samples; 0 when a denominator is 0.

What it cannot see
    What ``rrc-iou`` cannot see, but for looseness. A word cut at its end, unreadable then, loses no more than one cut
    along its side. What is taken in of text that no gt marks costs nothing.

Deviations from the official script
    1. A share is compared with 0.01 exactly. The script's areas have rounding errors, which decide where exactly 1 % of
       a slanted gt is cut off. Direction: either; size: .01 of one pair.
    2. The script gives no recall credit when rounding makes Ct negative (a prediction that holds a slanted gt). Ours
       does not. Direction: up; size: one pair's recall credit; never on the shared data.
    3. A set without any care gt has no score here (null); the script prints 0 for it. (Under Python 3 the script
       crashes when the first sample has no care gt.)
    4. ``tiou-curved`` refuses a whole submission for one ring that is invalid or runs the other way round; we read both
       directions, and ``--invalid-polygons`` says what an invalid ring is (``official``: even-odd areas).
    5. AP, which both scripts print with their option CONFIDENCES, is left to ``rrc-iou``: its matches are the same.

Source
    Y. Liu et al., Tightness-aware Evaluation Protocol for Scene Text Detection, CVPR 2019; ``script.py`` and
    ``curved-tiou/script.py`` in Yuliang-Liu/TIoU-metric @1da1363.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ocr_eval.protocols import Reads
from ocr_eval.protocols.parameters import check, fraction, spell

if TYPE_CHECKING:
    from collections.abc import Callable

    from ocr_eval.pairing import Pairing
    from ocr_eval.protocols.formulas import Formula
    from ocr_eval.tables.counts import Counts, Totals
    from ocr_eval.tables.joined import Joined
    from ocr_eval.tables.matches import Matches

IOU_HELP = "a pair needs IoU above this"
DONT_CARE_HELP = "a prediction is ignored when more than this share of it is don't care"


@dataclass(frozen=True, repr=False)
class _Tiou:
    """What both share: parameters with the official defaults, and everything but the coordinates they read."""

    iou: float = fraction(0.5, IOU_HELP)
    area_precision: float = fraction(0.5, DONT_CARE_HELP)

    SINGLE: ClassVar[bool]  # single precision coordinates
    VERSION: ClassVar[int] = 1
    TASK: ClassVar[str] = "det"
    COLUMNS: ClassVar[tuple[str, ...]] = ("tp", "n_gt", "n_det", "dc_gt", "dc_det")
    SUMS: ClassVar[tuple[str, ...]] = ("iou", "tiou_recall", "tiou_precision")
    METRICS: ClassVar[dict[str, bool | None]] = {
        "precision": True,
        "recall": True,
        "hmean": True,
        "iou_precision": True,
        "iou_recall": True,
        "iou_hmean": True,
        "tiou_precision": True,
        "tiou_recall": True,
        "tiou_hmean": True,
    }
    HEADLINE: ClassVar[str] = "tiou_hmean"

    def __post_init__(self) -> None:
        check(self)

    def __repr__(self) -> str:
        return spell(self)

    @property
    def reads(self) -> Reads:
        """Rings. Transcriptions of the gt only say what is don't care."""
        return Reads()

    @property
    def formulas(self) -> dict[str, Formula]:
        """All nine metrics from sums."""
        from ocr_eval.protocols.tiou_credit import formulas

        return formulas(("iou", "tiou"))

    def count(self, joined: Joined, pairing: Pairing) -> Counts:
        """Row per sample: as ``rrc-iou``; sums of the three credits of its pairs."""
        return _count(self, *self._read(joined, pairing))

    def derive(self, totals: Totals) -> dict[str, float | None]:
        """precision, recall, hmean of the pairs, of their IoU and of their credits."""
        from ocr_eval.protocols.tiou_credit import scores

        return scores(totals, ("iou", "tiou"))

    def explain(self, joined: Joined, pairing: Pairing, sample: int) -> Matches:
        """As ``rrc-iou``; every match with what it counts and why that is less than its IoU."""
        return self.explainer(joined, pairing)(sample)

    def explainer(self, joined: Joined, pairing: Pairing) -> Callable[[int], Matches]:
        """``explain`` for many samples of one match."""
        return _explainer(self, *self._read(joined, pairing))

    def _read(self, joined: Joined, pairing: Pairing) -> tuple[Joined, Pairing, float]:
        from ocr_eval.protocols.tiou_credit import SLACK

        return (*_single(joined, pairing), 0.0) if self.SINGLE else (joined, pairing, SLACK)


@dataclass(frozen=True, repr=False)
class Tiou(_Tiou):
    """Parameters of ``tiou``; the defaults are official."""

    ID: ClassVar[str] = "tiou"
    SINGLE: ClassVar[bool] = False
    SOURCE: ClassVar[str] = "Yuliang-Liu/TIoU-metric @1da1363 script.py"


@dataclass(frozen=True, repr=False)
class TiouCurved(_Tiou):
    """Parameters of ``tiou-curved``; the defaults are official."""

    ID: ClassVar[str] = "tiou-curved"
    SINGLE: ClassVar[bool] = True
    SOURCE: ClassVar[str] = "Yuliang-Liu/TIoU-metric @1da1363 curved-tiou/script.py"


def _single(joined: Joined, pairing: Pairing) -> tuple[Joined, Pairing]:
    """Both with coordinates as float32 holds them; as they are when nothing changes."""
    from dataclasses import replace

    import numpy as np

    from ocr_eval.pairing import Pairing

    rounded = [side.xy.astype(np.float32).astype(np.float64) for side in (joined.gt, joined.pred)]
    if all((xy == side.xy).all() for xy, side in zip(rounded, (joined.gt, joined.pred), strict=True)):
        return joined, pairing
    joined = replace(joined, gt=replace(joined.gt, xy=rounded[0]), pred=replace(joined.pred, xy=rounded[1]))
    return joined, Pairing(joined, policy=pairing.policy, kernels=pairing.kernels)


def _count(rule: _Tiou, joined: Joined, pairing: Pairing, slack: float) -> Counts:
    import numpy as np

    from ocr_eval.protocols.rrc_match import count_rows, rrc_match
    from ocr_eval.protocols.tiou_credit import credit
    from ocr_eval.tables.counts import Counts

    match = rrc_match(joined, pairing, iou=rule.iou, area_precision=rule.area_precision)
    pairs = pairing.rings
    matched = np.flatnonzero(match.partner[pairs.gt] == pairs.pred)
    sums = {}
    for name, values in credit(pairing, pairs, matched, slack=slack)._asdict().items():
        key = name if name == "iou" else f"tiou_{name}"
        sums[key] = np.zeros(len(joined.sample_ids))
        # One addition after the other, in the order of the gts.
        np.add.at(sums[key], joined.gt.sample_of[pairs.gt[matched]], values)
    rows = count_rows(joined, match)
    rows["tp"] = rows["paired"]
    return Counts.of(joined.sample_ids, {name: rows[name] for name in rule.COLUMNS}, sums)


def _explainer(rule: _Tiou, joined: Joined, pairing: Pairing, slack: float) -> Callable[[int], Matches]:
    import numpy as np

    from ocr_eval.protocols.match_report import MatchReport
    from ocr_eval.protocols.rrc_match import rrc_match
    from ocr_eval.protocols.tiou_credit import credit, credited
    from ocr_eval.tables.matches import Matches

    match = rrc_match(joined, pairing, iou=rule.iou, area_precision=rule.area_precision)
    pairs = pairing.rings
    matched = np.flatnonzero(match.partner[pairs.gt] == pairs.pred)
    ratios, recall, precision = credit(pairing, pairs, matched, slack=slack)
    place = {g: k for k, g in enumerate(pairs.gt[matched].tolist())}
    report = MatchReport(joined, pairing, match, rule.iou, rule.area_precision)

    def told(sample: int) -> Matches:
        first = joined.gt.span(sample).start
        verdicts = []
        for verdict in report.verdicts(sample):
            if verdict.status == "match":
                k = place[first + (verdict.index if verdict.side == "gt" else verdict.partners[0])]
                own = recall if verdict.side == "gt" else precision
                verdict = credited(verdict, ratios[k].item(), own[k].item())
            verdicts.append(verdict)
        return Matches(joined.sample_ids[sample], tuple(verdicts), pairs=report.pairs(sample))

    return told
