"""Slow twin of ``parseq``: character by character."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from tests.oracles.text import distance


def inside(character: str, charset: str) -> bool:
    if not "!" <= character <= "~":
        return False
    if character.isdigit() or "a" <= character <= "z":
        return True
    if "A" <= character <= "Z":
        return charset in ("62", "94")
    return charset in ("68", "94")


def adapted(text: str, charset: str) -> str:
    if charset in ("36", "68"):
        text = text.lower()
    return "".join(c for c in text if inside(c, charset))


def row(gt: str, pred: str, *, charset: str = "36", max_label_length: int = 25) -> dict[str, Any]:
    spaceless = "".join(c for c in gt if not c.isspace())
    folded = "".join(c for c in unicodedata.normalize("NFKD", spaceless) if ord(c) < 128)
    g, p = adapted(folded, charset), adapted(pred, charset)
    dropped = len(folded) > max_label_length or g == ""
    return {
        "samples": int(not dropped),
        "equal": int(g == p and not dropped),
        "dropped": int(dropped),
        "sum:ned": Fraction(0) if dropped else Fraction(distance(g, p), max(len(g), len(p))),
    }


def metrics(rows: Sequence[dict[str, Any]]) -> dict[str, float | None]:
    n = sum(each["samples"] for each in rows)
    if not n:
        return {"accuracy": None, "one_minus_ned": None}
    ned = float(sum((each["sum:ned"] for each in rows), Fraction(0)))
    return {"accuracy": sum(each["equal"] for each in rows) / n, "one_minus_ned": 1 - ned / n}
