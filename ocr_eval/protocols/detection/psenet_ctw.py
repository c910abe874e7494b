"""CTW1500 as PSENet scores it: a prediction is right when it covers at least one line that no earlier one covered.

What it measures
    How many predictions found a line, at IoU 0.5 or more; one prediction may find several lines and is right once.

The rule, per sample
    1. Every gt counts: the data set has no don't care.
    2. For each prediction in file order, for each gt in order: IoU >= iou (not strict) and the gt is not covered yet:
       cover it, and the prediction is a true positive.
    3. A prediction that covers nothing new is a false positive.
    Ring areas are |shoelace|, the intersection is even-odd, IoU is 0 when the union is 0.

Totals
    recall = tp / n_gt, precision = tp / n_det, hmean of the two; 0 when a denominator is 0. The recall counts true
    positives, not covered lines.

What it cannot see
    Merges: one prediction over two lines loses recall although both are covered. How tight a match is, don't care.

Deviations from the official script
    1. The script walks the folder of predictions, so an image without a file leaves the recall; here its lines are
       misses (``W_MISSING_SAMPLES``). No difference on complete submissions; recall is lower on others.
    2. Its predictions are ``y,x`` pairs; here they are read as they are said to be (``x,y`` by default).
    3. A union of 0 is a division by zero there, no match here. A set without gts has no score (null).

Source
    whai362/PSENet @5a42734 ``eval/ctw/eval.py``.
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
    from ocr_eval.tables.counts import Counts, Totals
    from ocr_eval.tables.joined import Joined
    from ocr_eval.tables.matches import Matches


@dataclass(frozen=True, repr=False)
class PsenetCtw:
    """Parameters of ``psenet-ctw``; the defaults are official."""

    iou: float = fraction(0.5, "a prediction covers a gt at this IoU or more")

    ID: ClassVar[str] = "psenet-ctw"
    VERSION: ClassVar[int] = 1
    TASK: ClassVar[str] = "det"
    COLUMNS: ClassVar[tuple[str, ...]] = ("tp", "n_gt", "n_det")
    SUMS: ClassVar[tuple[str, ...]] = ()
    METRICS: ClassVar[dict[str, bool | None]] = {"precision": True, "recall": True, "hmean": True}
    SOURCE: ClassVar[str] = "whai362/PSENet @5a42734 eval/ctw/eval.py"

    def __post_init__(self) -> None:
        check(self)

    def __repr__(self) -> str:
        return spell(self)

    @property
    def reads(self) -> Reads:
        """Rings alone."""
        return Reads()

    @property
    def formulas(self) -> dict[str, Formula]:
        """All three metrics from sums."""
        from ocr_eval.protocols.rrc_match import word_formulas

        return word_formulas()

    def count(self, joined: Joined, pairing: Pairing) -> Counts:
        """Row per sample: predictions that covered something new, all gts, all predictions."""
        import numpy as np

        from ocr_eval.tables.counts import Counts

        winner = self._cover(joined, pairing.overlaps(pairing.rings, self.iou, strict=False), pairing)
        hits = np.unique(winner[winner >= 0])
        size = len(joined.sample_ids)
        rows = {
            "tp": np.bincount(joined.pred.sample_of[hits], minlength=size),
            "n_gt": np.diff(joined.gt.start),
            "n_det": np.diff(joined.pred.start),
        }
        return Counts.of(joined.sample_ids, rows)

    def derive(self, totals: Totals) -> dict[str, float | None]:
        """precision, recall, hmean."""
        from ocr_eval.protocols.rrc_match import word_scores

        return word_scores(totals["tp"], totals["n_gt"], totals["n_det"])

    def explain(self, joined: Joined, pairing: Pairing, sample: int) -> Matches:
        """Every gt with the prediction that covered it first, or the nearest miss; predictions with what they cover."""
        return self.explainer(joined, pairing)(sample)

    def explainer(self, joined: Joined, pairing: Pairing) -> Callable[[int], Matches]:
        """``explain`` for many samples of one match."""
        import numpy as np

        from ocr_eval.protocols.best_gt import WinnerReport, Words

        above = pairing.overlaps(pairing.rings, self.iou, strict=False)
        every = np.ones(len(joined.gt), np.bool_), np.ones(len(pairing.rings), np.bool_)
        words = Words(self.iou, won="covered_by", needed="iou_at_least", several=True)
        winner = self._cover(joined, above, pairing)
        return WinnerReport(joined, pairing, winner, *every, above, words).matches

    def _cover(self, joined: Joined, above: NDArray[np.bool_], pairing: Pairing) -> NDArray[np.int64]:
        """(N gt,) the first prediction that overlaps each gt enough, -1 = none."""
        import numpy as np

        pairs = pairing.rings
        winner = np.full(len(joined.gt), -1, np.int64)
        some = np.flatnonzero(above)[::-1]
        winner[pairs.gt[some]] = pairs.pred[some]  # of several the last written stands: the first in the file
        return winner
