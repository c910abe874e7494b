"""Slow twin of ``rrc-word``: every way to take special characters off, tried one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

SPECIAL = set("!?.:,*\"()·[]/'")


def match(gt: str, pred: str) -> bool:
    g, p = gt.upper(), pred.upper()
    ways = [g]
    if g and g[0] in SPECIAL:
        ways.append(g[1:])
    if g and g[-1] in SPECIAL:
        ways.append(g[:-1])
    if g and g[0] in SPECIAL and g[-1] in SPECIAL:
        ways.append(g[1:-1])
    return p in ways


def bare(text: str) -> str:
    text = text.upper()
    while text and text[0] in SPECIAL:
        text = text[1:]
    while text and text[-1] in SPECIAL:
        text = text[:-1]
    return text


def looked_for(gt: str) -> tuple[str, bool]:
    """The cleaned word, and whether word spotting looks for it."""
    if gt[-2:] in ("'s", "'S"):
        gt = gt[: len(gt) - 2]
    while gt[:1] == "-":
        gt = gt[1:]
    while gt[-1:] == "-":
        gt = gt[:-1]
    for character in SPECIAL:
        gt = gt.replace(character, " ")
    gt = gt.strip()
    good = len(gt) >= 3 and gt.count(" ") == 0
    for character in gt:
        n = ord(character)
        latin = 97 <= n <= 122 or 65 <= n <= 90 or 0xC0 <= n <= 0x1BF or 0x1C4 <= n <= 0x27F
        good = good and n not in (0xD7, 0xF7, 0xB7) and (latin or 0x386 <= n <= 0x3FF or n == 45)
    return gt, good


def row(gt: str, pred: str, *, variant: str = "e2e") -> dict[str, Any]:
    if variant == "e2e":
        equal, counted = match(gt, pred), True
    elif variant == "strip-all":
        equal, counted = bare(gt) == bare(pred), True
    else:
        word, counted = looked_for(gt)
        equal = counted and word.upper() == pred.upper()
    return {"samples": int(counted), "equal": int(equal), "ignored": int(not counted)}


def metrics(rows: Sequence[dict[str, Any]]) -> dict[str, Fraction | None]:
    n = sum(each["samples"] for each in rows)
    return {"wem": Fraction(sum(each["equal"] for each in rows), n) if n else None}
