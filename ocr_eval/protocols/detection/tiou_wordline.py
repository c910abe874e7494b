"""TIoU with words and text lines: a prediction may find a whole line instead of its words (ICDAR 2015).

What it measures
    How much of the words was found, when a prediction over a whole text line is as good as one over a word; matches
    count less the looser they are, as in ``tiou``. A second ground truth holds the lines (``--gt-lines``).

The rule, per sample
    A sample without words or without predictions has no matches at all. No line is don't care (``###`` means nothing).
    1. A prediction is ignored when I / area(prediction) > area_precision (strict) for a single don't care word.
    2. Words of a line: all words, don't care or not, of which one half or more lies in it (I / area(word) >= 0.5).
    3. For each line in file order, for each free care prediction in order: IoU > iou (strict) pairs them; one match.
       It earns IoU · f(Ot / area(D)) precision, as in ``tiou``, with all words as other gts except the word that
       happens to have the line's number in its file.
       Every word of the line with I / area(word) > 0.5 (strict) in the prediction is found with it. It earns recall:
       I / area(word) · f(Ct / area(word)) when the line has two words or more, else IoU · f(Ct / area(word)).
       Don't care words earn it, too; a word of two lines can earn it twice.
    4. Every found word, in the order they were found, excuses the first free care prediction of which more than
       area_precision lies in it: at most one prediction per word.
    5. Words that were not found with a line, care ones only, are matched as in ``tiou`` among what is free.

Totals
    n_gt: care words. n_det: predictions that were not ignored. tp: matches with lines and with words; tp_line: with
    lines. precision, recall, hmean of tp, and of the two sums of credits (``tiou_``); 0 when a denominator is 0.

What it cannot see
    A line found by one prediction counts one match and covers any number of words, so recall depends on how many words
    the lines have: three words found with their line are one tp of three n_gt. Recall sums credit all three.

Deviations from the official script
    1. Shares are compared with 0.5 and 0.01 exactly, where rounding errors decide in the script. Direction: either;
       size: one word each.
    2. The script gives no recall credit when rounding makes Ct negative; ours does. Direction: up; size: one word.
    3. A set without any care word has no score here (null); the script prints 0 for it.
    4. A sample without an entry in the second ground truth is an error here, named; the script ends with a KeyError.

Source
    ``Word_Text-Line/script.py`` in Yuliang-Liu/TIoU-metric @1da1363 (Y. Liu et al., CVPR 2019).
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


@dataclass(frozen=True, repr=False)
class TiouWordline:
    """Parameters of ``tiou-wordline``; the defaults are official."""

    iou: float = fraction(0.5, "a pair needs IoU above this")
    area_precision: float = fraction(
        0.5, "a prediction is ignored when more than this share of it is don't care"
    )

    ID: ClassVar[str] = "tiou-wordline"
    VERSION: ClassVar[int] = 1
    TASK: ClassVar[str] = "det"
    COLUMNS: ClassVar[tuple[str, ...]] = ("tp", "n_gt", "n_det", "dc_gt", "dc_det", "tp_line")
    SUMS: ClassVar[tuple[str, ...]] = ("tiou_recall", "tiou_precision")
    METRICS: ClassVar[dict[str, bool | None]] = {
        "precision": True,
        "recall": True,
        "hmean": True,
        "tiou_precision": True,
        "tiou_recall": True,
        "tiou_hmean": True,
    }
    HEADLINE: ClassVar[str] = "tiou_hmean"
    SOURCE: ClassVar[str] = "Yuliang-Liu/TIoU-metric @1da1363 Word_Text-Line/script.py"

    def __post_init__(self) -> None:
        check(self)

    def __repr__(self) -> str:
        return spell(self)

    @property
    def reads(self) -> Reads:
        """Rings of words, of lines and of predictions; transcriptions only say what is don't care."""
        return Reads(gt_lines=True)

    @property
    def formulas(self) -> dict[str, Formula]:
        """All six metrics from sums."""
        from ocr_eval.protocols.tiou_credit import formulas

        return formulas(("tiou",))

    def count(self, joined: Joined, pairing: Pairing) -> Counts:
        """Row per sample: matches, care words, care predictions, don't cares, matches with lines; two sums."""
        import numpy as np

        from ocr_eval.protocols.line_match import line_match
        from ocr_eval.protocols.rrc_match import count_rows
        from ocr_eval.tables.counts import Counts

        found = line_match(joined, pairing, iou=self.iou, area_precision=self.area_precision)
        size = len(joined.sample_ids)
        gt, pred = joined.gt, joined.pred
        rows = count_rows(joined, found.words)
        rows["n_gt"] = np.bincount(gt.sample_of[gt.care], minlength=size)
        rows["dc_gt"] = np.bincount(gt.sample_of[~gt.care], minlength=size)
        rows["tp_line"] = np.bincount(pred.sample_of[found.line_pred], minlength=size)
        rows["tp"] = rows["paired"] + rows["tp_line"]
        sums = {name: np.zeros(size) for name in self.SUMS}
        # One addition after the other: lines in order, each with its words, then words.
        np.add.at(sums["tiou_recall"], gt.sample_of[found.found_word], found.found_credit)
        np.add.at(sums["tiou_recall"], gt.sample_of[found.word], found.recall)
        np.add.at(sums["tiou_precision"], pred.sample_of[found.line_pred], found.line_credit)
        np.add.at(sums["tiou_precision"], gt.sample_of[found.word], found.precision)
        return Counts.of(joined.sample_ids, {name: rows[name] for name in self.COLUMNS}, sums)

    def derive(self, totals: Totals) -> dict[str, float | None]:
        """precision, recall, hmean of the matches and of their credits."""
        from ocr_eval.protocols.tiou_credit import scores

        return scores(totals, ("tiou",))

    def explain(self, joined: Joined, pairing: Pairing, sample: int) -> Matches:
        """Every word with its match, or its line's; every prediction with its word or its line."""
        return self.explainer(joined, pairing)(sample)

    def explainer(self, joined: Joined, pairing: Pairing) -> Callable[[int], Matches]:
        """``explain`` for many samples of one match."""
        from ocr_eval.protocols.line_match import line_match
        from ocr_eval.protocols.line_report import LineReport

        found = line_match(joined, pairing, iou=self.iou, area_precision=self.area_precision)
        report = LineReport(joined, pairing, found, self.iou, self.area_precision)
        return report.matches
