"""Two texts -> what a recognition protocol counts of them: distance, lengths, edits, words, empty sides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from ocr_eval.text.distance import alignment, distance
from ocr_eval.text.normal_forms import normal_form
from ocr_eval.text.units import units


@dataclass(frozen=True, slots=True)
class Comparison:
    """A normal form, a unit and a definition of words, as functions."""

    form: Callable[[str], str]
    cut: Callable[[str], Sequence[str]]
    words: Callable[[str], Sequence[str]]

    @classmethod
    def of(cls, form: str, unit: str, words: str) -> Comparison:
        """From names: ``("newlines+nfc", "grapheme", "uax29")``. Raises InputError (E_CONFIG) for unknown ones."""
        return cls(normal_form(form), units(unit), units(f"word-{words}"))

    def units(self, text: str) -> Sequence[str]:
        """The text in normal form, cut into units."""
        return self.cut(self.form(text))

    def nearest(self, accepted: Sequence[str], predicted: str) -> int:
        """Index of the accepted text with the smallest D / max length, compared exactly; the first on a tie."""
        if len(accepted) == 1:
            return 0
        pred = self.units(predicted)

        def ned(k: int) -> Fraction:
            gt = self.units(accepted[k])
            return Fraction(distance(gt, pred), max(len(gt), len(pred), 1))

        return min(range(len(accepted)), key=ned)

    def row(self, accepted: str, predicted: str) -> dict[str, int]:
        """The counts of one pair. ``filtered_…_empty``: only the normal form made the text empty."""
        gt, pred = self.form(accepted), self.form(predicted)
        gt_units, gt_words = self.cut(gt), self.words(gt)
        same = gt == pred
        pred_units, pred_words = (gt_units, gt_words) if same else (self.cut(pred), self.words(pred))
        edits = alignment(gt_units, pred_units)
        return {
            "equal": int(edits.distance == 0),
            "distance": edits.distance,
            "length_gt": len(gt_units),
            "length_pred": len(pred_units),
            "length_max": max(len(gt_units), len(pred_units)),
            "hits": edits.hits,
            "substitutions": edits.substitutions,
            "deletions": edits.deletions,
            "insertions": edits.insertions,
            "word_distance": 0 if same else distance(gt_words, pred_words),
            "words_gt": len(gt_words),
            "words_pred": len(pred_words),
            "both_empty": int(not gt and not pred),
            "gt_empty": int(not gt and pred != ""),
            "pred_empty": int(not pred and gt != ""),
            "filtered_gt_empty": int(not gt and accepted != ""),
            "filtered_pred_empty": int(not pred and predicted != ""),
        }
