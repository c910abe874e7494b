"""PARSeq: accuracy and 1-NED over one of its four test character sets, the gt folded to ASCII and the prediction not.

What it measures
    Words read exactly within a character set, and one minus the mean edit distance over the longer text.

The rule, per sample
    1. g loses all white space, is brought into NFKD and loses what is not ASCII.
    2. The sample is left out when g then has more than ``max_label_length`` characters.
    3. The character set is applied to g: lower case when the set has no upper-case letter (36, 68), then characters
       outside the set are deleted. ``charset``: 36 = 0-9 a-z, 62 = with A-Z, 68 = 36 with ASCII punctuation, 94 = all.
    4. The sample is left out when nothing is left of g.
    5. p gets step 3 only. One-sided on purpose: full-width gt letters match ASCII predictions, not the other way round.
    6. NED = D / max(|g|, |p|).

Totals
    accuracy = equal / N, one_minus_ned = 1 - (sum of NED) / N over the samples that are not left out (``dropped``
    counts those); the tool prints percent and combines its sets weighted by N, which a union of samples gives too.
    Without any sample: undefined.

What it cannot see
    Accents, spaces, and any script but Latin: such samples are not counted. W_FILTERED says so when nothing is left of
    more than 1 % of the gts.

Deviations from the official script
    1. NEDs are added exactly (``math.fsum``), the tool adds doubles in order: at most the last bits differ.

Source
    baudm/parseq ``strhub/data/dataset.py``, ``strhub/data/utils.py``, ``strhub/models/base.py``, ``test.py`` @1902db0.
"""

from __future__ import annotations

import re
import string
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ocr_eval.protocols import Reads
from ocr_eval.protocols.parameters import check, parameter, spell

if TYPE_CHECKING:
    from collections.abc import Callable

    from ocr_eval.pairing import Pairing
    from ocr_eval.protocols.formulas import Formula
    from ocr_eval.protocols.raw_texts import Compared
    from ocr_eval.tables.counts import Counts, Totals
    from ocr_eval.tables.joined import Joined
    from ocr_eval.tables.matches import Matches

SMALL = string.digits + string.ascii_lowercase
CHARSETS = {
    "36": SMALL,
    "62": SMALL + string.ascii_uppercase,
    "68": SMALL + string.punctuation,
    "94": SMALL + string.ascii_uppercase + string.punctuation,
}
OUTSIDE = {name: re.compile(f"[^{re.escape(kept)}]") for name, kept in CHARSETS.items()}


@dataclass(frozen=True, repr=False)
class Parseq:
    """Parameters of ``parseq``; the defaults are official."""

    charset: str = parameter("36", "how many characters the test set has", choices=("36", "62", "68", "94"))
    max_label_length: int = parameter(
        25, "longest folded gt that is counted", low=1, high=10**6, open_low=False
    )

    ID: ClassVar[str] = "parseq"
    VERSION: ClassVar[int] = 1
    TASK: ClassVar[str] = "rec"
    COLUMNS: ClassVar[tuple[str, ...]] = ("samples", "equal", "dropped")
    SUMS: ClassVar[tuple[str, ...]] = ("ned",)
    METRICS: ClassVar[dict[str, bool | None]] = {"accuracy": True, "one_minus_ned": True}
    SOURCE: ClassVar[str] = "baudm/parseq strhub/data/dataset.py, strhub/data/utils.py @1902db0"

    __repr__ = spell

    def __post_init__(self) -> None:
        check(self)

    @property
    def reads(self) -> Reads:
        """Transcriptions on both sides, no rings."""
        return Reads(geometry=False, gt_text=True, pred_text=True)

    @property
    def formulas(self) -> dict[str, Formula]:
        """Both metrics from sums."""
        from ocr_eval.protocols.formulas import rate

        return {
            "accuracy": rate("equal", "samples"),
            "one_minus_ned": rate("samples - sum:ned", "samples"),
        }

    def count(self, joined: Joined, pairing: Pairing | None = None) -> Counts:
        """One row per gt sample. Raises InputError when a sample is more than one text on a side."""
        from ocr_eval.protocols.filtered import filtered_notice
        from ocr_eval.protocols.raw_texts import raw_texts, table
        from ocr_eval.text.distance import distances

        texts = raw_texts(joined, self.ID)
        found = [self.compared(g, p) for g, p in zip(texts.gt, texts.pred, strict=True)]
        kept = [not each.left_out for each in found]
        edits = distances([each.gt for each in found], [each.pred for each in found])
        columns = {
            "samples": kept,
            "equal": [each.equal and counted for each, counted in zip(found, kept, strict=True)],
            "dropped": [not counted for counted in kept],
        }
        neds = [
            d / max(len(each.gt), len(each.pred)) if counted else 0.0
            for d, each, counted in zip(edits, found, kept, strict=True)
        ]
        lost = [
            bool(raw) and each.left_out == "nothing_left_of_gt"
            for each, raw in zip(found, texts.gt, strict=True)
        ]
        notices = filtered_notice(repr(self), texts.where(joined, lost), len(texts))
        return table(joined, texts, columns, {"ned": neds}, notices)

    def derive(self, totals: Totals) -> dict[str, float | None]:
        """Fractions where the tool prints percent; None without any sample."""
        from ocr_eval.tables.counts import ratio

        distance = ratio(totals.sums["ned"], totals["samples"])
        return {
            "accuracy": ratio(totals["equal"], totals["samples"]),
            "one_minus_ned": None if distance is None else 1 - distance,
        }

    def compared(self, gt: str, pred: str) -> Compared:
        """The pair as the tool compares it, or why the sample is left out."""
        from ocr_eval.protocols.raw_texts import Compared

        folded = unicodedata.normalize("NFKD", "".join(gt.split())).encode("ascii", "ignore").decode()
        g, p = self.adapted(folded), self.adapted(pred)
        left_out = "" if g else "nothing_left_of_gt"
        if len(folded) > self.max_label_length:
            left_out = "too_long"
        return Compared(g, p, g == p, left_out)

    def adapted(self, text: str) -> str:
        """The text within the character set."""
        lower = self.charset in ("36", "68")
        return OUTSIDE[self.charset].sub("", text.lower() if lower else text)

    def explain(self, joined: Joined, pairing: Pairing | None, sample: int) -> Matches:
        """The texts of one sample within the character set, and their edits; or why it is left out."""
        return self.explainer(joined, pairing)(sample)

    def explainer(self, joined: Joined, pairing: Pairing | None) -> Callable[[int], Matches]:
        """``explain`` for many samples, their texts sorted out once."""
        from ocr_eval.protocols.raw_texts import text_explainer

        return text_explainer(joined, self.ID, self.compared)
