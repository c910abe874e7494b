"""Characters and penalties, added up -> CLEval's recall, precision and hmean; as data too. Not a protocol."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ocr_eval.protocols.formulas import Formula
    from ocr_eval.tables.counts import Totals


def scores(totals: Totals, recall_penalty: float, precision_penalty: float) -> dict[str, float | None]:
    """max(0, tp - weight * penalty) / characters of each side, 0 without characters; None without any gt character."""
    from ocr_eval.tables.counts import harmonic, ratio

    if not totals["n_char_gt"]:
        return dict.fromkeys(("precision", "recall", "hmean"), None)
    both = {}
    for name, side, weight in (("precision", "det", precision_penalty), ("recall", "gt", recall_penalty)):
        part, whole = _weight(weight)
        over = max(0, whole * totals["tp_char"] - part * totals[f"penalty_{side}"])
        both[name] = ratio(over, whole * totals[f"n_char_{side}"], empty=0.0)
    return both | {"hmean": harmonic(both["precision"], both["recall"])}


def formulas(recall_penalty: float, precision_penalty: float) -> dict[str, Formula]:
    """``scores`` as data; on one sample 0/0 is 0, as the script prints it."""
    from ocr_eval.protocols.formulas import Harmonic, rate

    made = {}
    for name, side, weight in (("precision", "det", precision_penalty), ("recall", "gt", recall_penalty)):
        part, whole = _weight(weight)
        over, under = f"{whole}*tp_char - {part}*penalty_{side}", f"{whole}*n_char_{side}"
        made[name] = rate(over, under, empty=0.0 if side == "det" else None, alone=0.0, floor=True)
    return {**made, "hmean": Harmonic(made["precision"], made["recall"])}


def _weight(weight: float) -> tuple[int, int]:
    """A penalty as the decimal it was written as: numerator and denominator."""
    return Fraction(repr(weight)).as_integer_ratio()
