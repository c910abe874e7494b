"""Slow twin of ``dtrb``: each mode as a line of its own."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from tests.oracles.text import distance

KEPT = "0123456789abcdefghijklmnopqrstuvwxyz"


def row(gt: str, pred: str, *, mode: str = "default", strip_eos: bool = False) -> dict[str, Any]:
    if strip_eos:
        pred = pred.split("[s]")[0] if "[s]" in pred else pred[:-1]
    dropped = False
    if mode == "default":
        dropped = len(gt) > 25 or any(c not in KEPT for c in gt.lower())
        g, p = gt.lower(), pred
    elif mode == "unfiltered":
        g, p = "".join(c for c in gt.lower() if c in KEPT), pred
    elif mode == "sensitive-unfiltered":
        g, p = ("".join(c for c in text.lower() if c in KEPT) for text in (gt, pred))
    else:
        g, p = gt, pred
    value = Fraction(0)
    if g != "" and p != "" and not dropped:
        value = 1 - Fraction(distance(g, p), max(len(g), len(p)))
    return {
        "samples": int(not dropped),
        "equal": int(g == p and not dropped),
        "dropped": int(dropped),
        "sum:norm_ed": value,
    }


def metrics(rows: Sequence[dict[str, Any]]) -> dict[str, float | None]:
    n = sum(each["samples"] for each in rows)
    if not n:
        return {"accuracy": None, "norm_ed": None}
    norm_ed = float(sum((each["sum:norm_ed"] for each in rows), Fraction(0)))
    return {"accuracy": sum(each["equal"] for each in rows) / n, "norm_ed": norm_ed / n}
