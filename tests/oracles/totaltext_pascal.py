"""Slow, obvious twin of ``totaltext-pascal``: one sample -> its count row; areas in rationals, or pixel by pixel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import pairwise

from tests.oracles import geometry
from tests.oracles.area_groups import Ring
from tests.oracles.area_groups import shared as shared_area

Areas = Callable[[Ring, Ring], tuple[Fraction, Fraction, Fraction]]  # shared, of each


def row(
    gts: Sequence[tuple[Ring, bool]], preds: Sequence[Ring], *, iou: str = "0.5", mask: bool = False
) -> dict[str, int]:
    """``gts`` are (ring, care); the limit is a decimal as it is written."""
    areas: Areas = by_pixel if mask else by_polygon
    regions = [ring for ring, care in gts if not care]
    words = [ring for ring, care in gts if care]
    left = []
    for ring in preds:
        found = [areas(region, ring) for region in regions]
        if all(shared / (of_pred + 1) <= Fraction(1, 2) for shared, _, of_pred in found):
            left.append(ring)
    taken: set[int] = set()
    tp = 0
    for ring in left:
        best, where = Fraction(-1), -1
        for i, word in enumerate(words):
            shared, of_word, of_pred = areas(word, ring)
            ratio = shared / (of_word + of_pred - shared + 1)
            if ratio > best:
                best, where = ratio, i
        if where >= 0 and best >= Fraction(iou) and where not in taken:
            taken.add(where)
            tp += 1
    return {
        "tp": tp,
        "n_gt": len(words),
        "n_det": len(left),
        "dc_gt": len(regions),
        "dc_det": len(preds) - len(left),
    }


def by_polygon(gt: Ring, pred: Ring) -> tuple[Fraction, Fraction, Fraction]:
    return shared_area(gt, pred), abs(geometry.signed_area(gt)), abs(geometry.signed_area(pred))


def by_pixel(gt: Ring, pred: Ring) -> tuple[Fraction, Fraction, Fraction]:
    """Pixel counts; nothing is shared unless the bounding boxes share more than 1."""
    a, b = pixels(gt), pixels(pred)
    gap = [
        min(max(p[k] for p in gt), max(p[k] for p in pred))
        - max(min(p[k] for p in gt), min(p[k] for p in pred))
        for k in (0, 1)
    ]
    shared = len(a & b) if max(gap[0], 0) * max(gap[1], 0) > 1 else 0
    return Fraction(shared), Fraction(len(a)), Fraction(len(b))


def pixels(ring: Ring) -> set[tuple[int, int]]:
    """Every pixel from (0, 0) on that O'Rourke's test does not call outside."""
    points = [(int(x), int(y)) for x, y in ring]
    columns = range(max(0, min(x for x, _ in points)), max(x for x, _ in points) + 1)
    rows = range(max(0, min(y for _, y in points)), max(y for _, y in points) + 1)
    return {(x, y) for y in rows for x in columns if not _outside(points, x, y)}


def _outside(points: Sequence[tuple[int, int]], x: int, y: int) -> bool:
    """The point is no vertex, and both rays along its row cross an even number of edges."""
    if (x, y) in points:
        return False
    right = left = 0
    for (x0, y0), (x1, y1) in pairwise([*points, points[0]]):
        if y0 == y1:
            continue
        crossing = x0 + Fraction((y - y0) * (x1 - x0), y1 - y0)
        right += min(y0, y1) <= y < max(y0, y1) and crossing > x
        left += min(y0, y1) < y <= max(y0, y1) and crossing < x
    return right % 2 == 0 and left % 2 == 0
