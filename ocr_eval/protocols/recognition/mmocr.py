"""MMOCR 1.x: its word accuracies, character recall and precision, and 1-N.E.D, rounded to four decimals as printed.

What it measures
    Words read exactly, in any case, and in any case without symbols; the third is the one papers print.

The rule, per sample
    1. g and p are the raw strings. Filter F: ``lower()``, then only A-Z, a-z, 0-9, U+4E00 to U+9FA5 and ``^`` stay
       (the tool's pattern ``[^A-Z^a-z^0-9^\\u4e00-\\u9fa5]`` keeps the caret too).
    2. Counted: g = p; lower g = lower p; F g = F p (two strings that filter to nothing are equal).
    3. ``true_characters``: characters in the equal blocks of ``difflib.SequenceMatcher(None, F p, F g)``. That is no
       longest common subsequence, the order of its arguments matters, and from 200 characters of F g on it leaves
       frequent characters aside (autojunk).
    4. NED = D / max(|F g|, |F p|) in code points; 0 when both are empty.

Totals
    word_acc, word_acc_ignore_case, word_acc_ignore_case_symbol = count / (N + 1e-8).
    char_recall = true_characters / (1e-8 + sum of |F g|), char_precision = true_characters / (1e-8 + sum of |F p|).
    one_minus_ned = 1 - (sum of NED) / max(1, N). Each is then rounded by formatting to four decimals.
    Without any sample: 0, and one_minus_ned 1, as the tool.

What it cannot see
    Hangul, kana, Arabic, Hebrew, Devanagari, Thai, Greek, accented Latin and every character above U+9FA5: F deletes
    them. Any Korean answer to a Korean word scores 1.0 on the third accuracy and on 1-NED. W_FILTERED says so
    when F empties more than 1 % of the gts.

Deviations from the official script
    1. NEDs are added exactly (``math.fsum``); a difference in the last bit could move the fourth decimal.
    2. Texts of more than 50,000 characters after F are refused (E_LIMIT): difflib would take hours.
    3. Intervals and ranks use the plain ratios, without 1e-8 and without rounding: below .00005 apart.

Source
    open-mmlab/mmocr ``mmocr/evaluation/metrics/recog_metric.py`` @966296f. Known defects: open-mmlab/mmeval PR 95,
    mmocr issue 1456.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ocr_eval.protocols import Reads
from ocr_eval.protocols.parameters import check, spell

if TYPE_CHECKING:
    from collections.abc import Callable

    from ocr_eval.pairing import Pairing
    from ocr_eval.protocols.formulas import Formula
    from ocr_eval.protocols.raw_texts import Compared
    from ocr_eval.tables.counts import Counts, Totals
    from ocr_eval.tables.joined import Joined
    from ocr_eval.tables.matches import Matches

DELETED = re.compile("[^A-Z^a-z^0-9^\u4e00-\u9fa5]")  # the inner carets are literal
EPSILON = 1e-8
DECIMALS = 4
LONGEST = 50_000  # characters of a filtered text; difflib's time grows with the square at least


@dataclass(frozen=True, repr=False)
class Mmocr:
    """``mmocr`` has no parameters."""

    ID: ClassVar[str] = "mmocr"
    VERSION: ClassVar[int] = 1
    TASK: ClassVar[str] = "rec"
    COLUMNS: ClassVar[tuple[str, ...]] = (
        *("samples", "equal", "equal_ignore_case", "equal_ignore_case_symbol"),
        *("true_characters", "characters_gt", "characters_pred", "filtered_gt_empty"),
    )
    SUMS: ClassVar[tuple[str, ...]] = ("ned",)
    METRICS: ClassVar[dict[str, bool | None]] = {
        "word_acc": True,
        "word_acc_ignore_case": True,
        "word_acc_ignore_case_symbol": True,
        "char_recall": True,
        "char_precision": True,
        "one_minus_ned": True,
    }
    SOURCE: ClassVar[str] = "open-mmlab/mmocr mmocr/evaluation/metrics/recog_metric.py @966296f"

    __repr__ = spell

    def __post_init__(self) -> None:
        check(self)

    @property
    def reads(self) -> Reads:
        """Transcriptions on both sides, no rings."""
        return Reads(geometry=False, gt_text=True, pred_text=True)

    @property
    def formulas(self) -> dict[str, Formula]:
        """The ratios before 1e-8 and rounding."""
        from ocr_eval.protocols.formulas import rate

        return {
            "word_acc": rate("equal", "samples", empty=0.0),
            "word_acc_ignore_case": rate("equal_ignore_case", "samples", empty=0.0),
            "word_acc_ignore_case_symbol": rate("equal_ignore_case_symbol", "samples", empty=0.0),
            "char_recall": rate("true_characters", "characters_gt", empty=0.0),
            "char_precision": rate("true_characters", "characters_pred", empty=0.0),
            "one_minus_ned": rate("samples - sum:ned", "samples", empty=1.0),
        }

    def count(self, joined: Joined, pairing: Pairing | None = None) -> Counts:
        """One row per gt sample.

        Raises InputError when a sample is more than one text on a side, (E_LIMIT) for one of a whole book.
        """
        from ocr_eval.protocols.filtered import filtered_notice
        from ocr_eval.protocols.raw_texts import raw_texts, table
        from ocr_eval.text.distance import distances

        texts = raw_texts(joined, self.ID)
        gt, pred = list(map(symbols_removed, texts.gt)), list(map(symbols_removed, texts.pred))
        refuse_long(
            joined,
            [
                row
                for row, g, p in zip(texts.rows, gt, pred, strict=True)
                if g != p and max(len(g), len(p)) > LONGEST
            ],
        )
        pairs = list(zip(texts.gt, texts.pred, strict=True))
        emptied = [bool(raw and not left) for raw, left in zip(texts.gt, gt, strict=True)]
        columns: dict[str, list[int]] = {
            "samples": [1] * len(texts),
            "equal": [g == p for g, p in pairs],
            "equal_ignore_case": [g == p or g.lower() == p.lower() for g, p in pairs],
            "equal_ignore_case_symbol": [g == p for g, p in zip(gt, pred, strict=True)],
            "true_characters": [true_characters(g, p) for g, p in zip(gt, pred, strict=True)],
            "characters_gt": list(map(len, gt)),
            "characters_pred": list(map(len, pred)),
            "filtered_gt_empty": list(map(int, emptied)),
        }
        neds = [d / (max(len(g), len(p)) or 1) for d, g, p in zip(distances(gt, pred), gt, pred, strict=True)]
        notices = filtered_notice(repr(self), texts.where(joined, emptied), len(texts))
        return table(joined, texts, columns, {"ned": neds}, notices)

    def derive(self, totals: Totals) -> dict[str, float | None]:
        """The tool's values, rounded as it formats them."""
        t = totals
        n = t["samples"] + EPSILON
        found = {
            "word_acc": t["equal"] / n,
            "word_acc_ignore_case": t["equal_ignore_case"] / n,
            "word_acc_ignore_case_symbol": t["equal_ignore_case_symbol"] / n,
            "char_recall": t["true_characters"] / (EPSILON + t["characters_gt"]),
            "char_precision": t["true_characters"] / (EPSILON + t["characters_pred"]),
            "one_minus_ned": 1.0 - t.sums["ned"] / max(1, t["samples"]),
        }
        return {name: float(f"{value:.{DECIMALS}f}") for name, value in found.items()}

    def explain(self, joined: Joined, pairing: Pairing | None, sample: int) -> Matches:
        """The filtered texts of one sample and their edits; a match is what the third accuracy counts."""
        return self.explainer(joined, pairing)(sample)

    def explainer(self, joined: Joined, pairing: Pairing | None) -> Callable[[int], Matches]:
        """``explain`` for many samples, their texts sorted out once."""
        from ocr_eval.protocols.raw_texts import text_explainer

        return text_explainer(joined, self.ID, compared)


def refuse_long(joined: Joined, rows: list[int]) -> None:
    """Raises InputError (E_LIMIT) naming the first of these samples."""
    if rows:
        from ocr_eval.errors import quote, usage_error

        raise usage_error(
            f"mmocr compares words and lines; {quote(joined.sample_ids[rows[0]])} has more than {LONGEST} characters",
            "score pages with page, which takes them in seconds",
            "E_LIMIT",
            joined.pred.source,
        )


def symbols_removed(text: str) -> str:
    """The tool's filter F: lower-cased; ASCII letters, digits, ``^`` and U+4E00 to U+9FA5 stay."""
    return DELETED.sub("", text.lower())


def true_characters(gt: str, pred: str) -> int:
    """Characters in the equal blocks of difflib's matching of two filtered strings."""
    if gt == pred:
        return len(gt)  # the first longest block then lies on the diagonal and grows to both ends
    from difflib import SequenceMatcher

    return sum(block.size for block in SequenceMatcher(None, pred, gt).get_matching_blocks())


def compared(gt: str, pred: str) -> Compared:
    """The filtered pair."""
    from ocr_eval.protocols.raw_texts import Compared

    g, p = symbols_removed(gt), symbols_removed(pred)
    return Compared(g, p, g == p)
