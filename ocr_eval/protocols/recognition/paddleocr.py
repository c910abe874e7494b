"""PaddleOCR RecMetric: exact words and normalised edit distance, spaces deleted first unless told otherwise.

What it measures
    ``acc``: words read exactly, case included. ``norm_edit_dis``: 1 - the mean edit distance over the longer text.

The rule, per sample
    1. ``ignore_space`` (default): every U+0020 is deleted from g and p; not tab, U+00A0 or U+3000.
    2. ``is_filter``: only ASCII letters and digits stay, then ``lower()``. In this order: a Turkish İ is deleted.
    3. NED = D / max(|g|, |p|) in code points; 0 when both are empty.

Totals
    acc = equal / (N + 1e-5), norm_edit_dis = 1 - (sum of NED) / (N + 1e-5). So a single perfect sample has acc
    .9999900000999989, and a single wrong one norm_edit_dis about 1e-5 instead of 0. The training log prints the same
    per batch and therefore depends on the batch size; this is the value over all samples (``get_metric``).
    Without any sample: acc 0, norm_edit_dis 1, as the tool.

What it cannot see
    Spaces: ``New York`` equals ``NewYork`` (PaddleOCR issues 5783, 5807); W_SPACES counts the samples. With
    ``is_filter`` any script but Latin; W_FILTERED says so when the filters empty more than 1 % of the gts.

Deviations from the official script
    1. NEDs are added exactly (``math.fsum``), the tool adds doubles in order: at most the last bits differ.
    2. Intervals and ranks use the ratios without 1e-5: apart by less than 1e-5 / N of the value.

Source
    PaddlePaddle/PaddleOCR ``ppocr/metrics/rec_metric.py`` @0002349d.
"""

from __future__ import annotations

import string
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

KEPT = frozenset(string.digits + string.ascii_letters)
EPSILON = 1e-5


@dataclass(frozen=True, repr=False)
class Paddleocr:
    """Parameters of ``paddleocr``; the defaults are official."""

    ignore_space: bool = parameter(True, "delete U+0020 on both sides")
    is_filter: bool = parameter(False, "keep ASCII letters and digits only, then lower-case")

    ID: ClassVar[str] = "paddleocr"
    VERSION: ClassVar[int] = 1
    TASK: ClassVar[str] = "rec"
    COLUMNS: ClassVar[tuple[str, ...]] = ("samples", "equal")
    SUMS: ClassVar[tuple[str, ...]] = ("ned",)
    METRICS: ClassVar[dict[str, bool | None]] = {"acc": True, "norm_edit_dis": True}
    SOURCE: ClassVar[str] = "PaddlePaddle/PaddleOCR ppocr/metrics/rec_metric.py @0002349d"

    __repr__ = spell

    def __post_init__(self) -> None:
        check(self)

    @property
    def reads(self) -> Reads:
        """Transcriptions on both sides, no rings."""
        return Reads(geometry=False, gt_text=True, pred_text=True)

    @property
    def formulas(self) -> dict[str, Formula]:
        """The ratios before 1e-5."""
        from ocr_eval.protocols.formulas import rate

        return {
            "acc": rate("equal", "samples", empty=0.0),
            "norm_edit_dis": rate("samples - sum:ned", "samples", empty=1.0),
        }

    def count(self, joined: Joined, pairing: Pairing | None = None) -> Counts:
        """One row per gt sample. Raises InputError when a sample is more than one text on a side."""
        from ocr_eval.errors import Notice, escape
        from ocr_eval.protocols.filtered import filtered_notice
        from ocr_eval.protocols.raw_texts import raw_texts, table
        from ocr_eval.text.distance import distances

        texts = raw_texts(joined, self.ID)
        gt, pred = list(map(self.filtered, texts.gt)), list(map(self.filtered, texts.pred))
        neds = [d / (max(len(g), len(p)) or 1) for d, g, p in zip(distances(gt, pred), gt, pred, strict=True)]
        emptied = [bool(raw and not left) for raw, left in zip(texts.gt, gt, strict=True)]
        columns: dict[str, list[int]] = {
            "samples": [1] * len(texts),
            "equal": [g == p for g, p in zip(gt, pred, strict=True)],
        }
        notices = filtered_notice(repr(self), texts.where(joined, emptied), len(texts))
        spaces = [
            texts.rows[k]
            for k, pair in enumerate(zip(texts.gt, texts.pred, strict=True))
            if " " in "".join(pair)
        ]
        if self.ignore_space and spaces:
            message = "samples lose spaces before they are compared (ignore_space=true)"
            examples = tuple(escape(joined.sample_ids[row]) for row in spaces[:3])
            notices += (Notice("W_SPACES", message, len(spaces), examples),)
        return table(joined, texts, columns, {"ned": neds}, notices)

    def derive(self, totals: Totals) -> dict[str, float | None]:
        """The tool's values, its 1e-5 in the denominators."""
        n = totals["samples"] + EPSILON
        return {"acc": 1.0 * totals["equal"] / n, "norm_edit_dis": 1 - totals.sums["ned"] / n}

    def filtered(self, text: str) -> str:
        """The string that the tool compares."""
        if self.ignore_space:
            text = text.replace(" ", "")
        if self.is_filter:
            text = "".join(character for character in text if character in KEPT).lower()
        return text

    def compared(self, gt: str, pred: str) -> Compared:
        """The filtered pair."""
        from ocr_eval.protocols.raw_texts import Compared

        g, p = self.filtered(gt), self.filtered(pred)
        return Compared(g, p, g == p)

    def explain(self, joined: Joined, pairing: Pairing | None, sample: int) -> Matches:
        """The filtered texts of one sample and their edits."""
        return self.explainer(joined, pairing)(sample)

    def explainer(self, joined: Joined, pairing: Pairing | None) -> Callable[[int], Matches]:
        """``explain`` for many samples, their texts sorted out once."""
        from ocr_eval.protocols.raw_texts import text_explainer

        return text_explainer(joined, self.ID, self.compared)
