"""Slow, obvious twin of ``hiertext``: words in rationals, lines and paragraphs as sets of pixels; one image."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np

from tests.oracles import geometry
from tests.oracles.rrc_match import Ring
from tests.oracles.tiou import meet

EPSILON = Fraction(1, 100_000)
HALF = Fraction(1, 2)
Pixels = set[tuple[int, int]]


def words(
    gts: Sequence[tuple[Ring, bool]], preds: Sequence[Ring]
) -> tuple[list[tuple[int, int, Fraction]], set[int]]:
    """(matches (gt, pred, IoU), dropped predictions); ``gts`` are (ring, care)."""
    rings = [ring for ring, _ in gts]
    shares = [
        [geometry.shared(gt, pred) if meet(gt, pred) else Fraction(0) for pred in preds] for gt in rings
    ]
    area = [[geometry.even_odd(ring) for ring in side] for side in (rings, preds)]
    dropped = {
        p
        for p in range(len(preds))
        for g, (_, care) in enumerate(gts)
        if not care and shares[g][p] / (area[1][p] + EPSILON) >= HALF
    }
    care = [g for g, (_, is_care) in enumerate(gts) if is_care]
    kept = [p for p in range(len(preds)) if p not in dropped]
    iou = {
        (g, p): shares[g][p] / (area[0][g] + area[1][p] - shares[g][p] + EPSILON) for g in care for p in kept
    }
    return mutual(care, kept, iou, HALF), dropped


def mutual(
    care: Sequence[int], kept: Sequence[int], iou: dict[tuple[int, int], Any], least: Any
) -> list[tuple[int, int, Any]]:
    """Pairs that are each other's best, the first of equals."""
    found = []
    for g in care if kept else ():
        p = max(kept, key=lambda p: (iou[g, p], -p))
        if iou[g, p] >= least and g == max(care, key=lambda g: (iou[g, p], -g)):
            found.append((g, p, iou[g, p]))
    return found


def word_row(
    gts: Sequence[tuple[Ring, bool]], preds: Sequence[Ring]
) -> tuple[dict[str, int], dict[str, Fraction]]:
    found, dropped = words(gts, preds)
    return row(len(found), [care for _, care in gts], len(preds), len(dropped)), {
        "tightness": sum((iou for *_, iou in found), Fraction(0))
    }


def row(tp: int, care: Sequence[bool], preds: int, dropped: int) -> dict[str, int]:
    n_gt = sum(care)
    return {"tp": tp, "n_gt": n_gt, "n_det": preds - dropped, "dc_gt": len(care) - n_gt, "dc_det": dropped}


def region_row(
    gts: Sequence[tuple[list[Ring], bool]], preds: Sequence[list[Ring]], whole: Sequence[bool]
) -> tuple[dict[str, int], dict[str, Fraction]]:
    """``gts`` are (rings that are drawn, care). All corners lie in the image; ``whole`` says whose box is all of it."""
    ours, theirs = ([filled(rings) for rings in side] for side in ([rings for rings, _ in gts], preds))
    single = np.float32

    def shared(g: int, p: int) -> np.float32:
        a, b = (box([point for ring in rings for point in ring]) for rings in (gts[g][0], preds[p]))
        apart = any(min(a[k + 2], b[k + 2]) <= max(a[k], b[k]) for k in (0, 1))
        return single(0 if apart and not whole[g] else len(ours[g] & theirs[p]))

    dropped = {
        p
        for p in range(len(preds))
        for g, (_, care) in enumerate(gts)
        if not care and shared(g, p) / (single(len(theirs[p])) + single(1e-5)) >= single(0.5)
    }
    care = [g for g, (_, is_care) in enumerate(gts) if is_care]
    kept = [p for p in range(len(preds)) if p not in dropped]
    iou = {}
    for g in care:
        for p in kept:
            union = single(len(ours[g])) + single(len(theirs[p])) - shared(g, p)
            iou[g, p] = shared(g, p) / max(union, single(1e-7))
    found = mutual(care, kept, iou, single(0.5))
    total = sum((Fraction(float(value)) for *_, value in found), Fraction(0))
    return row(len(found), [care for _, care in gts], len(preds), len(dropped)), {"tightness": total}


def box(points: Ring) -> tuple[float, float, float, float]:
    xs, ys = zip(*points, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def filled(rings: Sequence[Ring]) -> Pixels:
    """Outlines and insides of rings that lie in the image."""
    pixels: Pixels = set()
    for ring in rings:
        corners = [(int(x), int(y)) for x, y in ring]
        edges = list(pairwise([corners[-1], *corners]))
        for a, b in edges:
            pixels |= outline(*min((a, b), (b, a)))
        rows = {y for _, y in corners}
        for y in range(min(rows), max(rows)):
            crossings = sorted(at(*sorted(edge, key=lambda p: p[1]), y) for edge in edges if spans(edge, y))
            for left, right in zip(crossings[::2], crossings[1::2], strict=True):
                # Fixed point with 16 bits: whole pixels between the two.
                pixels |= {(x, y) for x in range(-(-left // 65536), right // 65536 + 1)}
    return pixels


def spans(edge: tuple[tuple[int, int], tuple[int, int]], y: int) -> bool:
    low, high = sorted(p[1] for p in edge)
    return low <= y < high


def at(upper: tuple[int, int], lower: tuple[int, int], y: int) -> int:
    """x of an edge in a row, in 65536ths; the slope is cut off towards zero."""
    rise = (lower[0] - upper[0]) * 65536
    slope = abs(rise) // (lower[1] - upper[1])
    return upper[0] * 65536 + (y - upper[1]) * (slope if rise > 0 else -slope)


def outline(a: tuple[int, int], b: tuple[int, int]) -> Pixels:
    """The pixels nearest to a segment, one per step along its longer side; a half goes on in the direction of b."""
    (x1, y1), (x2, y2) = a, b
    if x1 > x2:
        (x1, y1), (x2, y2) = b, a
    dx, dy, way = x2 - x1, abs(y2 - y1), 1 if y2 >= y1 else -1
    longer, shorter = max(dx, dy), min(dx, dy)
    pixels = set()
    for k in range(longer + 1):
        # The largest whole step not above k * shorter / longer + 1/2, a half itself staying below.
        across = -(-(2 * k * shorter - longer) // (2 * longer)) if longer else 0
        pixels.add((x1 + across, y1 + way * k) if dy > dx else (x1 + k, y1 + way * across))
    return pixels
