"""Baselines, boxes and planes -> exact rings. Output pixels, x to the right, y down; angles clockwise on the screen."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Point = tuple[float, float]
Box = tuple[
    float, float, float, float
]  # left, top, right, bottom; along a baseline: arc length, distance below it
Place = Callable[[float], tuple[float, float, float]]  # arc length -> x, y, direction in radians (clockwise)

SCALE = 3  # pictures are drawn this many times larger and averaged down
PAD = 0.6  # output pixels between the ink and the ring, so that rounding the corners cuts nothing off


@dataclass
class Word:
    """One word (or one don't care region) on a surface: its ring is clockwise from the text's top-left."""

    text: str
    ring: list[Point]
    curved: bool
    contrast: float  # WCAG ratio between ink and ground when drawn
    care: bool
    number: int  # in the map of words


def straight(x: float, y: float, direction: float) -> Place:
    """A straight baseline from (x, y)."""
    return lambda s: (x + s * math.cos(direction), y + s * math.sin(direction), direction)


def arc(x: float, y: float, radius: float, middle: float = 0.0, *, inward: bool = False) -> Place:
    """A circle around (x, y), with arc length 0 at ``middle``: degrees clockwise from the top.

    Letters' tops point outward. With ``inward`` they point to the centre, as at the bottom of a seal, and ``middle``
    counts counter-clockwise from the bottom.
    """

    def place(s: float) -> tuple[float, float, float]:
        turn = math.radians(middle) + s / radius
        if inward:
            return x + radius * math.sin(turn), y + radius * math.cos(turn), -turn
        return x + radius * math.sin(turn), y - radius * math.cos(turn), turn

    return place


def wave(x: float, y: float, amplitude: float, period: float, phase: float = 0.0) -> Place:
    """A sine around the horizontal through (x, y), which is arc length 0; walked in small steps of arc length."""
    factor = 2 * math.pi / period

    def slope(u: float) -> float:
        return amplitude * factor * math.cos(factor * u + phase)

    def place(s: float) -> tuple[float, float, float]:
        steps = max(1, round(abs(s) * 2))
        u = 0.0
        for _ in range(steps):
            middle = u + s / steps / 2 / math.hypot(1, slope(u))
            u += s / steps / math.hypot(1, slope(middle))
        return x + u, y + amplitude * math.sin(factor * u + phase), math.atan(slope(u))

    return place


def box_on_curve(place: Place, at: float, box: Box) -> Box:
    """A stiff letter's ink box (around its foot at arc length ``at``) -> the box along the curve that holds it.

    Its corners lie off the curve's normals: with the curve's circle at the foot they are turned into arc length and
    distance from the curve (exact on a circle, near enough on a wave).
    """
    step = 0.25
    bend = (place(at + step)[2] - place(at - step)[2]) / (2 * step)
    if abs(bend) < 1e-6:
        return at + box[0], box[1], at + box[2], box[3]
    radius, side = 1 / bend, math.copysign(1.0, bend)
    corners = [(u, radius - v) for u in (box[0], box[2]) for v in (box[1], box[3])]
    along = [at + radius * math.atan2(side * u, side * w) for u, w in corners]
    # Between the corners a straight top or bottom comes nearest to the centre in its middle.
    middle = [(0.0, radius - v) for v in (box[1], box[3]) if box[0] < 0 < box[2]]
    off = [radius - side * math.hypot(u, w) for u, w in corners + middle]
    return min(along), min(off), max(along), max(off)


def ring_along(place: Place, box: Box, *, bent: bool) -> list[Point]:
    """The ring of an ink box given along a baseline: four corners, or 8 to 14 points when the baseline is bent."""
    left, top, right, bottom = box
    count = 2
    if bent:
        turned = place(right)[2] - place(left)[2]
        count = min(7, 4 + int(abs(turned) / math.radians(12)))
        # The outer side's chords cut the arc off: move them out by the height of the cut.
        sag = (right - left) * abs(turned) / (count - 1) ** 2 / 8
        top, bottom = (top - sag, bottom) if turned > 0 else (top, bottom + sag)
    stations = [place(left + (right - left) * i / (count - 1)) for i in range(count)]
    above = [(x - top * math.sin(d), y + top * math.cos(d)) for x, y, d in stations]
    below = [(x - bottom * math.sin(d), y + bottom * math.cos(d)) for x, y, d in stations]
    return above + below[::-1]


def homography(source: Sequence[Point], target: Sequence[Point]) -> NDArray[np.float64]:
    """The 3 x 3 matrix that takes four points to four points."""
    rows, right = [], []
    for (x, y), (u, v) in zip(source, target, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        right += [u, v]
    return np.append(np.linalg.solve(np.array(rows, float), np.array(right, float)), 1.0).reshape(3, 3)


def project(matrix: NDArray[np.float64], point: Point) -> Point:
    """One point through a homography."""
    x, y, w = matrix @ (point[0], point[1], 1.0)
    return float(x / w), float(y / w)


def tilted(x: float, y: float, width: float, height: float, angle: float, lean: float = 0.0) -> list[Point]:
    """Corners of a rectangle around (x, y), turned clockwise by ``angle`` degrees; ``lean`` shrinks its right side."""
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    half = [(-1, -1, 1), (1, -1, 1 - lean), (1, 1, 1 - lean), (-1, 1, 1)]
    flat = [(a * width / 2, b * height / 2 * k) for a, b, k in half]
    return [(x + u * cos - v * sin, y + u * sin + v * cos) for u, v in flat]


def cut(ring: list[Point], axis: int, limit: float, sign: int) -> list[Point]:
    """The part of a ring on one side of an axis-parallel line; keeps the order of its points."""
    result: list[Point] = []
    for a, b in zip(ring[-1:] + ring[:-1], ring, strict=True):
        inside_a, inside_b = sign * (a[axis] - limit) >= 0, sign * (b[axis] - limit) >= 0
        if inside_a != inside_b:
            t = (limit - a[axis]) / (b[axis] - a[axis])
            point = (a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1]))
            result.append(point)
        if inside_b:
            result.append(b)
    return result


def area_of(ring: Sequence[Point]) -> float:
    """Signed area; positive when the ring runs clockwise on the screen."""
    pairs = zip(ring, [*ring[1:], ring[0]], strict=True)
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairs) / 2
