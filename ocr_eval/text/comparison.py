"""Two texts -> what a recognition protocol counts of them: distance, lengths, edits, words, empty sides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from ocr_eval.text.distance import alignment, distance
from ocr_eval.text.normal_forms import normal_form
from ocr_eval.text.units import units


class Row(NamedTuple):
    """Counts of one pair; lengths, distance and edits in units. At most one of the three empty flags is 1."""

    equal: int = 0
    distance: int = 0
    length_gt: int = 0
    length_pred: int = 0
    length_max: int = 0
    hits: int = 0
    substitutions: int = 0
    deletions: int = 0
    insertions: int = 0
    word_distance: int = 0
    words_gt: int = 0
    words_pred: int = 0
    both_empty: int = 0
    gt_empty: int = 0  # and the prediction is not
    pred_empty: int = 0  # and the gt is not
    filtered_gt_empty: int = 0  # only the normal form made it empty
    filtered_pred_empty: int = 0


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

    def row(self, accepted: str, predicted: str) -> Row:
        """The counts of one pair."""
        gt, pred = self.form(accepted), self.form(predicted)
        size, words = len(gt_units := self.cut(gt)), len(gt_words := self.words(gt))
        filtered = int(not gt and accepted != ""), int(not pred and predicted != "")
        if gt == pred:
            return Row(1, 0, size, size, size, size, 0, 0, 0, 0, words, words, int(not gt), 0, 0, *filtered)
        pred_units, pred_words = self.cut(pred), self.words(pred)
        edits = alignment(gt_units, pred_units)
        return Row(
            int(edits.distance == 0),
            edits.distance,
            size,
            len(pred_units),
            max(size, len(pred_units)),
            *edits,
            distance(gt_words, pred_words),
            words,
            len(pred_words),
            0,
            int(not gt),
            int(not pred),
            *filtered,
        )
