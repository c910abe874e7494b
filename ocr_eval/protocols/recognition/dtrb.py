"""deep-text-recognition-benchmark (CRNN, TRBA): accuracy and norm_ED under the flags that its test script was run with.

What it measures
    Words read exactly, and 1 - the edit distance over the longer text, by a formula that gives empty texts nothing.

The rule, per sample
    1. ``mode`` names the flags, which filter the two sides differently:
       ``default`` (no flag): g is lower-cased, p stays as it is. The sample is left out when g has more than 25 code
       points, or when lower g holds anything but 0-9 a-z.
       ``unfiltered`` (``--data_filtering_off``): g is lower-cased and loses all but 0-9 a-z; p stays as it is.
       ``sensitive-unfiltered`` (``--sensitive --data_filtering_off``): both are lower-cased and lose all but 0-9 a-z.
       ``raw``: the bare formula, nothing filtered.
    2. ``strip_eos=true`` first cuts p at its first ``[s]``, as done for attention decoders; a p without ``[s]`` loses
       its last character (Python's ``find`` gives -1).
    3. norm_ED = 1 - D / max(|g|, |p|) in code points; 0 when g or p is empty, also when both are and count as equal.

Totals
    accuracy = equal / N, norm_ed = (sum of norm_ED) / N over the samples that are not left out (``dropped`` counts
    those); the tool prints percent. Without any sample: undefined (the tool divides by zero).

What it cannot see
    Any script but Latin without accents: under ``default`` such samples are not counted at all, under the unfiltered
    modes any answer to them is right. W_FILTERED says so when this takes more than 1 % of the gts. Under ``default``
    a prediction in upper case is wrong.

Deviations from the official script
    1. norm_EDs are added exactly (``math.fsum``), the script adds doubles in order: at most the last bits differ.
    2. Under ``sensitive-unfiltered`` the script's data reader deletes non-ASCII characters from g before anything is
       lower-cased, so a gt's U+0130 (lower case: i and a dot) and U+212A (Kelvin sign, lower case: k) vanish. Here
       they leave i and k, as in the stored outputs of the script's own comparison, which holds no reader. No other
       character is concerned.

Source
    clovaai/deep-text-recognition-benchmark ``test.py``, ``dataset.py`` @e2117f2.
"""

from __future__ import annotations

import re
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

OUTSIDE = re.compile("[^0-9a-z]")
LONGEST = 25  # code points of a gt, ``--batch_max_length``
END = "[s]"


@dataclass(frozen=True, repr=False)
class Dtrb:
    """Parameters of ``dtrb``; ``mode`` stands for the flags of its test script."""

    mode: str = parameter(
        "default",
        "the flags of the test script",
        choices=("default", "unfiltered", "sensitive-unfiltered", "raw"),
    )
    strip_eos: bool = parameter(False, "cut raw output of an attention decoder at its first [s]")

    ID: ClassVar[str] = "dtrb"
    VERSION: ClassVar[int] = 1
    TASK: ClassVar[str] = "rec"
    COLUMNS: ClassVar[tuple[str, ...]] = ("samples", "equal", "dropped")
    SUMS: ClassVar[tuple[str, ...]] = ("norm_ed",)
    METRICS: ClassVar[dict[str, bool | None]] = {"accuracy": True, "norm_ed": True}
    SOURCE: ClassVar[str] = "clovaai/deep-text-recognition-benchmark test.py, dataset.py @e2117f2"

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

        return {"accuracy": rate("equal", "samples"), "norm_ed": rate("sum:norm_ed", "samples")}

    def count(self, joined: Joined, pairing: Pairing | None = None) -> Counts:
        """One row per gt sample. Raises InputError when a sample is more than one text on a side."""
        from ocr_eval.protocols.filtered import LEFT_OUT, NOTHING_LEFT, filtered_notice
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
        values = [
            norm_ed(d, len(each.gt), len(each.pred)) if counted else 0.0
            for d, each, counted in zip(edits, found, kept, strict=True)
        ]
        lost = [
            each.left_out == "outside_charset" or bool(raw and not each.gt)
            for each, raw in zip(found, texts.gt, strict=True)
        ]
        does = LEFT_OUT if self.mode == "default" else NOTHING_LEFT
        notices = filtered_notice(repr(self), texts.where(joined, lost), len(texts), does)
        return table(joined, texts, columns, {"norm_ed": values}, notices)

    def derive(self, totals: Totals) -> dict[str, float | None]:
        """Fractions where the tool prints percent; None without any sample."""
        from ocr_eval.tables.counts import ratio

        return {
            "accuracy": ratio(totals["equal"], totals["samples"]),
            "norm_ed": ratio(totals.sums["norm_ed"], totals["samples"]),
        }

    def compared(self, gt: str, pred: str) -> Compared:
        """The pair as the flags leave it, or why the sample is left out."""
        from ocr_eval.protocols.raw_texts import Compared

        if self.strip_eos:
            pred = pred[: pred.find(END)]
        left_out = ""
        if self.mode == "default":
            left_out = "too_long" if len(gt) > LONGEST else ""
            gt = gt.lower()
            if not left_out and OUTSIDE.search(gt):
                left_out = "outside_charset"
        elif self.mode == "unfiltered":
            gt = alphanumeric(gt)
        elif self.mode == "sensitive-unfiltered":
            gt, pred = alphanumeric(gt), alphanumeric(pred)
        return Compared(gt, pred, gt == pred, left_out)

    def explain(self, joined: Joined, pairing: Pairing | None, sample: int) -> Matches:
        """The texts of one sample as the flags leave them, and their edits; or why it is left out."""
        return self.explainer(joined, pairing)(sample)

    def explainer(self, joined: Joined, pairing: Pairing | None) -> Callable[[int], Matches]:
        """``explain`` for many samples, their texts sorted out once."""
        from ocr_eval.protocols.raw_texts import text_explainer

        return text_explainer(joined, self.ID, self.compared)


def alphanumeric(text: str) -> str:
    """Lower-cased, then only 0-9 and a-z."""
    return OUTSIDE.sub("", text.lower())


def norm_ed(distance: int, gt: int, pred: int) -> float:
    """What one sample adds, from the distance and both lengths."""
    return 1 - distance / max(gt, pred) if gt and pred else 0.0
