"""Slow twin of ``doctr``: four equalities; ``fold`` transliterates, None where nothing does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any


def row(gt: str, pred: str, fold: Callable[[str], str] | None) -> dict[str, Any]:
    found = {"samples": 1, "raw": gt == pred, "caseless": gt.lower() == pred.lower(), "transliterated": 0}
    found |= {"anyascii": 0, "unicase": 0}
    if fold is not None:
        found |= {"anyascii": fold(gt) == fold(pred), "unicase": fold(gt).lower() == fold(pred).lower()}
        found["transliterated"] = 1
    return {name: int(value) for name, value in found.items()}


def metrics(rows: Sequence[dict[str, Any]]) -> dict[str, Fraction | None]:
    def share(name: str, of: str) -> Fraction | None:
        n = sum(each[of] for each in rows)
        return Fraction(sum(each[name] for each in rows), n) if n else None

    two = {name: share(name, "samples") for name in ("raw", "caseless")}
    return two | {name: share(name, "transliterated") for name in ("anyascii", "unicase")}
