"""Slow twin of ``paddleocr``."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from tests.oracles.text import distance


def row(gt: str, pred: str, *, ignore_space: bool = True, is_filter: bool = False) -> dict[str, Any]:
    def filtered(text: str) -> str:
        kept = [c for c in text if not (ignore_space and c == "\u0020")]
        if is_filter:
            kept = [c for c in kept if c.isascii() and c.isalnum()]
            return "".join(kept).lower()
        return "".join(kept)

    g, p = filtered(gt), filtered(pred)
    ned = Fraction(distance(g, p), max(len(g), len(p)) or 1)
    return {"samples": 1, "equal": int(g == p), "sum:ned": ned}


def metrics(rows: Sequence[dict[str, Any]]) -> dict[str, float | None]:
    n = len(rows) + 1e-5
    ned = float(sum((each["sum:ned"] for each in rows), Fraction(0)))
    return {"acc": sum(each["equal"] for each in rows) / n, "norm_edit_dis": 1 - ned / n}
