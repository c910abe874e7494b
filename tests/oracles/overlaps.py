"""Rings -> shared area and IoU as fractions, each pair of rings once: for twins that look at every pair of a sample.

A shared area is at most what the two boxes share. Where that already rules out one half, the corners are not looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache

from tests.oracles import geometry

Ring = Sequence[tuple[float, float]]
Points = tuple[tuple[float, float], ...]
HALF = Fraction(1, 2)


@lru_cache(maxsize=20_000)
def _shared(gt: Points, pred: Points) -> Fraction:
    return geometry.shared(gt, pred)


@lru_cache(maxsize=20_000)
def _area(ring: Points) -> Fraction:
    return abs(geometry.signed_area(ring))


@lru_cache(maxsize=20_000)
def _shape(ring: Points) -> str:
    return geometry.shape(ring)


def area(ring: Ring) -> Fraction:
    """|shoelace|."""
    return _area(tuple(ring))


def is_simple(ring: Ring) -> bool:
    """Neither crosses nor touches itself, and has an area."""
    return _shape(tuple(ring)) == "simple"


def at_most(gt: Ring, pred: Ring) -> Fraction:
    """What the boxes share."""
    size = Fraction(1)
    for axis in (0, 1):
        a, b = ([point[axis] for point in ring] for ring in (gt, pred))
        size *= max(Fraction(0), Fraction(min(max(a), max(b))) - Fraction(max(min(a), min(b))))
    return size


def half_iou(gt: Ring, pred: Ring, plus: Fraction = Fraction(0)) -> Fraction:
    """Shared area over union, areas by shoelace; ``plus`` is added to the union; 0 where it is below half anyway."""
    most, both = at_most(gt, pred), area(gt) + area(pred) + plus
    if most < HALF * (both - most):
        return Fraction(0)
    inter = _shared(tuple(gt), tuple(pred))
    return inter / (both - inter) if both > inter else Fraction(0)


def holds_half(whole: Ring, part: Ring) -> bool:
    """More than half of ``part`` lies in ``whole``."""
    needed = area(part) / 2
    return at_most(whole, part) > needed > 0 and _shared(tuple(whole), tuple(part)) > needed
