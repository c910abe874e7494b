"""The texts of one page -> everything ``page`` counts of them: characters, words by three definitions, bags of words.

Not a protocol.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

from ocr_eval.text.distance import Edits, alignment, distance
from ocr_eval.text.flexible import accuracy, flexible_edits
from ocr_eval.text.normal_forms import normal_form
from ocr_eval.text.units import units

WORDS = ("uax29", "whitespace", "space")
REPEATS = 3  # times in a row from which a line counts as repeated


@dataclass(frozen=True, slots=True)
class PageCounts:
    """A normal form, a unit, a definition of words for bags and macro means, and whether lines may move."""

    form: Callable[[str], str]
    cut: Callable[[str], Sequence[str]]
    words: str
    free: bool

    @classmethod
    def of(cls, form: str, unit: str, words: str, free: bool) -> PageCounts:
        """From names. Raises InputError (E_CONFIG) for unknown ones."""
        return cls(normal_form(form), units(unit), words, free)

    def row(self, raw_gt: str, raw_pred: str) -> dict[str, float]:
        """Columns of one page by name; sums of reals under ``sum:NAME``."""
        gt, pred = self.form(raw_gt), self.form(raw_pred)
        gt_units, pred_units = self.cut(gt), self.cut(pred)
        found: dict[str, float] = {"samples": 1, "length_gt": len(gt_units), "length_pred": len(pred_units)}
        edits = alignment(gt_units, pred_units)
        found |= {"distance": edits.distance, **edits._asdict()}
        found |= {"codepoint_distance": distance(gt, pred), "codepoint_length_gt": len(gt)}
        for name in WORDS:
            cut = units(f"word-{name}")
            a, b = cut(gt), cut(pred)
            own = alignment(a, b)
            found |= {f"{name}_distance": own.distance, f"{name}_hits": own.hits}
            found |= {f"{name}_words_gt": len(a), f"{name}_words_pred": len(b)}
            if name == self.words:
                found |= bag(a, b)
                found["sum:wer"] = own.distance / len(a) if a else 0.0
                found["words_read"] = int(bool(a) or not b)
        a_letters, b_letters = self.cut(letters(gt)), self.cut(letters(pred))
        found |= {"letter_distance": distance(a_letters, b_letters), "letter_length_gt": len(a_letters)}
        found |= self._free(gt, pred)
        found["repeated_length"] = repeated(pred)
        found |= {"both_empty": not (gt or pred), "gt_empty": not gt and bool(pred)}
        found |= {"pred_empty": bool(gt) and not pred}
        found |= {
            "filtered_gt_empty": bool(raw_gt) and not gt,
            "filtered_pred_empty": bool(raw_pred) and not pred,
        }
        found["sum:cer"] = edits.distance / len(gt_units) if gt_units else 0.0
        return found

    def _free(self, gt: str, pred: str) -> dict[str, float]:
        edits: Edits | None = flexible_edits(gt, pred) if self.free else None
        if edits is None:
            return {"fca_pages": 0}
        own = {f"fca_{name}": value for name, value in edits._asdict().items()}
        return {"fca_pages": 1, **own, "sum:fca": accuracy(edits)}


def bag(gt: Sequence[str], pred: Sequence[str]) -> dict[str, float]:
    """Words of one bag that the other lacks, and the larger of the two: the fewest errors that any order could have."""
    a, b = Counter(gt), Counter(pred)
    missing, extra = (a - b).total(), (b - a).total()
    return {"bag_missing": missing, "bag_extra": extra, "bag_max": max(missing, extra)}


def letters(text: str) -> str:
    """The text without white space, punctuation, symbols and numbers (Unicode P*, S*, N*)."""
    return "".join(c for c in text if not c.isspace() and unicodedata.category(c)[0] not in "PSN")


def repeated(text: str) -> int:
    """Code points of the longest line that stands there at least three times in a row; 0 without one."""
    lines = (line.strip() for line in text.splitlines())
    runs = ((line, sum(1 for _ in group)) for line, group in groupby(line for line in lines if line))
    return max((len(line) for line, times in runs if times >= REPEATS), default=0)
