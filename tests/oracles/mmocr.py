"""Slow twin of ``mmocr``: the filter character by character, difflib's blocks by looking at every pair of places."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from tests.oracles.text import distance

POPULAR_FROM = 200  # length of the second string from which frequent characters are left aside


def filtered(text: str) -> str:
    kept = []
    for character in text.lower():
        ascii_kept = "A" <= character <= "Z" or "a" <= character <= "z" or "0" <= character <= "9"
        if ascii_kept or character == "^" or "\u4e00" <= character <= "\u9fa5":
            kept.append(character)
    return "".join(kept)


def matching(a: str, b: str) -> int:
    """Characters in the blocks of Ratcliff and Obershelp's matching of a with b as difflib does it."""
    popular = set()
    if len(b) >= POPULAR_FROM:
        popular = {c for c in b if b.count(c) > len(b) // 100 + 1}

    def size(a_low: int, a_high: int, b_low: int, b_high: int) -> int:
        """Longest block in the window, the earliest in a, then in b; then the sizes left and right of it."""
        best = (a_low, b_low, 0)
        for i in range(a_low, a_high):
            for j in range(b_low, b_high):
                length = 0
                while (
                    i + length < a_high
                    and j + length < b_high
                    and a[i + length] == b[j + length]
                    and b[j + length] not in popular
                ):
                    length += 1
                if length > best[2]:
                    best = (i, j, length)
        i, j, length = best
        while i > a_low and j > b_low and a[i - 1] == b[j - 1]:
            i, j, length = i - 1, j - 1, length + 1
        while i + length < a_high and j + length < b_high and a[i + length] == b[j + length]:
            length += 1
        if not length:
            return 0
        left = size(a_low, i, b_low, j)
        return length + left + size(i + length, a_high, j + length, b_high)

    return size(0, len(a), 0, len(b))


def row(gt: str, pred: str) -> dict[str, Any]:
    g, p = filtered(gt), filtered(pred)
    return {
        "samples": 1,
        "equal": int(gt == pred),
        "equal_ignore_case": int(gt.lower() == pred.lower()),
        "equal_ignore_case_symbol": int(g == p),
        "true_characters": matching(p, g),
        "characters_gt": len(g),
        "characters_pred": len(p),
        "filtered_gt_empty": int(gt != "" and g == ""),
        "sum:ned": Fraction(distance(g, p), max(len(g), len(p)) or 1),
    }


def metrics(rows: Sequence[dict[str, Any]]) -> dict[str, float | None]:
    def total(name: str) -> Any:
        return sum((each[name] for each in rows), 0)

    n, tiny = len(rows), 1e-8
    found = {
        "word_acc": total("equal") / (n + tiny),
        "word_acc_ignore_case": total("equal_ignore_case") / (n + tiny),
        "word_acc_ignore_case_symbol": total("equal_ignore_case_symbol") / (n + tiny),
        "char_recall": total("true_characters") / (tiny + total("characters_gt")),
        "char_precision": total("true_characters") / (tiny + total("characters_pred")),
        "one_minus_ned": 1 - float(total("sum:ned")) / max(1, n),
    }
    return {name: float(f"{value:.4f}") for name, value in found.items()}
