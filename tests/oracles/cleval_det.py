"""Slow, obvious twin of ``cleval-det``: one sample -> its count row. Areas are fractions, made float32."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from tests.oracles import geometry
from tests.oracles.pseudo_characters import Ring, centres, holds

LIMIT = np.float32(0.3)


class Matched(NamedTuple):
    """``pairs`` that stand, with the numbers of the centres each holds."""

    cares: list[int]
    kept: list[int]  # predictions that are not ignored
    pairs: dict[tuple[int, int], list[int]]
    texts: list[str]


def aspect(ring: Ring) -> float:
    """Width over height."""
    sides = []
    for k in range(4):
        (x0, y0), (x1, y1) = ring[k], ring[(k + 1) % 4]
        sides.append(math.sqrt((x0 - x1) * (x0 - x1) + (y0 - y1) * (y0 - y1)))
    return ((sides[0] + sides[2]) / 2 + 1e-5) / ((sides[1] + sides[3]) / 2 + 1e-5)


def precision(pred: Ring, gt: Ring, cares: Sequence[Ring]) -> np.float32:
    """Share of the prediction's area that lies in the gt but in none of the ``cares``."""
    whole = abs(geometry.signed_area(pred))
    for k in (0, 1):
        low, high = min(p[k] for p in gt), max(p[k] for p in gt)
        if max(p[k] for p in pred) <= low or high <= min(p[k] for p in pred):
            return np.float32(0)
    part = geometry.where([pred, gt, *cares], lambda held: held[0] and held[1] and not any(held[2:]))
    return np.float32(float(Fraction(part) / whole)) if whole else np.float32(0)


def match(gts: Sequence[tuple[Ring, str]], preds: Sequence[Ring], *, upper: bool = False) -> Matched:
    """``gts`` are (ring of four corners, transcription)."""
    cares = [g for g, (_, text) in enumerate(gts) if text != "###"]
    texts = [text.upper() if upper else text for _, text in gts]
    rings = [ring for ring, _ in gts]
    inside: dict[tuple[int, int], list[int]] = {}
    share: dict[tuple[int, int], np.float32] = {}
    for g, ring in enumerate(rings):
        wide = aspect(ring)
        count = len(texts[g]) if g in cares else min(round(0.5 + max(wide, 1 / wide)), 10)
        points = centres(ring, count, turned=wide < 0.5)
        cutters = [] if g in cares else [rings[c] for c in cares]
        for p, pred in enumerate(preds):
            inside[g, p] = [c for c, point in enumerate(points) if holds(pred, point)]
            share[g, p] = precision(pred, ring, cutters)
    kept = []
    for p in range(len(preds)):
        total = np.float32(0)
        held = False
        for g in range(len(gts)):
            if g in cares:
                continue
            held = held or bool(share[g, p] >= LIMIT)
            total = np.float32(total + share[g, p]) if inside[g, p] else total
        if not held and total < LIMIT:
            kept.append(p)
    strong = {pair for pair in inside if inside[pair] and share[pair] >= LIMIT}
    stand: set[tuple[int, int]] = set()
    for g in cares:
        own = [p for p in kept if (g, p) in strong]
        if len(own) > 1:
            stand |= {(g, p) for p in own}
        for p in own:
            row, column = sum(pair[0] == g for pair in strong), sum(pair[1] == p for pair in strong)
            if row == column == 1:
                stand.add((g, p))
    for p in kept:
        own = [g for g in cares if inside[g, p]]
        if len(own) > 1 and sum(float(share[g, p]) for g in own) >= 0.3:
            stand |= {(g, p) for g in own}
    return Matched(cares, kept, {pair: inside[pair] for pair in sorted(stand)}, texts)


def row(gts: Sequence[tuple[Ring, str]], preds: Sequence[Ring], *, upper: bool = False) -> dict[str, int]:
    """The nine columns."""
    found = match(gts, preds, upper=upper)
    held = [(g, c) for (g, _), some in found.pairs.items() for c in some]
    per_gt = [sum(pair[0] == g for pair in found.pairs) for g in range(len(gts))]
    per_pred = [sum(pair[1] == p for pair in found.pairs) for p in range(len(preds))]
    junk = [min(round(0.5 + 1 / (1e-5 + aspect(preds[p]))), 10) for p in found.kept if not per_pred[p]]
    return {
        "tp_char": len(set(held)),
        "n_char_gt": sum(len(found.texts[g]) for g in found.cares),
        "n_char_det": len(held) + sum(junk),
        "penalty_gt": sum(n - 1 for n in per_gt if n),
        "penalty_det": sum(n - 1 for n in per_pred if n),
        "fp_char": sum(junk),
        "split": sum(n > 1 for n in per_gt),
        "merged": sum(n > 1 for n in per_pred),
        "overlapped": len(held) - len(set(held)),
    }
