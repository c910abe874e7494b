"""A ground truth -> slice tags of its samples: size, length, script, orientation, curvature.

Only care instances speak; a sample without any has no tag (""). Size, length and script go by majority: the tag that
most of a sample's instances have, ties to the one named first below. Orientation and curvature go by presence: one
rotated or curved instance makes the sample rotated or curved.

- size: ``small`` below 16 pixels, ``medium`` below 48, else ``large``; the height of an instance is the short side of
  the rectangle with the ring's area A and perimeter P, (P - sqrt(P² - 16 A)) / 4.
- length: ``short`` up to 3 characters, ``medium`` up to 7, else ``long``.
- script: of most letters, as ``ocr_eval.text.scripts`` names it in lower case, or ``digits`` or ``symbols``.
- orientation: the first half of a ring's vertices is its upper side in reading direction. ``rotated`` when a side runs
  more than 15° off the horizontal and off the vertical, or backwards; else ``vertical`` when one runs up or down, or
  when several characters stand in a box more than twice as high as wide; else ``horizontal``.
- curvature: ``curved`` when a ring of more than four vertices covers less than .95 of its convex hull, else
  ``straight``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ocr_eval.tables.instances import Instances

COLUMNS = ("size", "length", "script", "orientation", "curvature")
_SIZES, _LENGTHS = ("small", "medium", "large"), ("short", "medium", "long")
_ORIENTATIONS, _CURVATURES = ("rotated", "vertical", "horizontal"), ("curved", "straight")
_TOLERANCE = math.sin(math.radians(15))

Point = tuple[float, float]


def standard_slices(gt: Instances) -> dict[str, tuple[str, ...]]:
    """Column -> tag of every sample in the table's order; only the columns that the ground truth can answer."""
    columns = [c for c in COLUMNS if gt.geometry or c in ("length", "script")]
    columns = [c for c in columns if gt.codepoints is not None or c not in ("length", "script")]
    tags: dict[str, list[str]] = {column: [] for column in columns}
    texts, care, xy = gt.texts, gt.care.tolist(), gt.xy.tolist()
    ring = gt.ring.tolist()
    for sample in range(len(gt.sample_ids)):
        own = [k for k in gt.span(sample) if care[k]]
        rings = [[(x, y) for x, y in xy[ring[k] : ring[k + 1]]] for k in own]
        own_texts = [texts[k] if texts else "" for k in own]
        for column in columns:
            if column == "size":
                tag = _most(map(_size, rings), _SIZES)
            elif column == "length":
                tag = _most(map(_length, own_texts), _LENGTHS)
            elif column == "script":
                tag = _script(own_texts)
            elif column == "orientation":
                tag = _first(map(_orientation, rings, own_texts), _ORIENTATIONS)
            else:
                tag = _first(map(_curvature, rings), _CURVATURES)
            tags[column].append(tag)
    return {column: tuple(found) for column, found in tags.items()}


def _most(tags: Iterable[str], order: Sequence[str]) -> str:
    """The most frequent tag, ties by ``order``; "" without any."""
    found = list(tags)
    return max(order, key=found.count) if found else ""


def _first(tags: Iterable[str], order: Sequence[str]) -> str:
    """The first tag of ``order`` that occurs; "" without any."""
    found = set(tags)
    return next((tag for tag in order if tag in found), "")


def _size(ring: Sequence[Point]) -> str:
    height = text_height(ring)
    return "small" if height < 16 else "medium" if height < 48 else "large"


def text_height(ring: Sequence[Point]) -> float:
    """Pixels: short side of the rectangle with the ring's area and perimeter; if none has, P / 4."""
    around = sum(math.dist(ring[k - 1], ring[k]) for k in range(len(ring)))
    rest = around * around - 16 * abs(_area(ring))
    return (around - math.sqrt(rest)) / 4 if rest > 0 else around / 4


def _area(ring: Sequence[Point]) -> float:
    return sum(ring[k - 1][0] * ring[k][1] - ring[k][0] * ring[k - 1][1] for k in range(len(ring))) / 2


def _length(text: str) -> str:
    return "short" if len(text) <= 3 else "medium" if len(text) <= 7 else "long"


def _script(texts: Sequence[str]) -> str:
    from ocr_eval.text.scripts import script

    count: dict[str, int] = {}
    for text in texts:
        for character in text:
            name = script(character).lower()
            if name:
                count[name] = count.get(name, 0) + 1
    letters = {name: n for name, n in count.items() if name != "digits"}
    if letters:
        return min(letters, key=lambda name: (-letters[name], name))
    return "digits" if count else "symbols" if any(texts) else ""


def _orientation(ring: Sequence[Point], text: str) -> str:
    if len(ring) < 4:
        return "horizontal"
    (x1, y1), (x2, y2) = ring[0], ring[len(ring) // 2 - 1]
    length = math.hypot(x2 - x1, y2 - y1)
    if not length:
        return "horizontal"
    if abs(x2 - x1) <= _TOLERANCE * length:
        return "vertical"
    if abs(y2 - y1) > _TOLERANCE * length or x2 < x1:
        return "rotated"
    xs, ys = zip(*ring, strict=True)
    tall = max(ys) - min(ys) > 2 * (max(xs) - min(xs))
    return "vertical" if tall and len(text) > 1 else "horizontal"


def _curvature(ring: Sequence[Point]) -> str:
    if len(ring) <= 4:
        return "straight"
    hull = abs(_area(_hull(ring)))
    return "curved" if hull and abs(_area(ring)) < 0.95 * hull else "straight"


def _hull(ring: Sequence[Point]) -> list[Point]:
    """Convex hull, counted along two monotone chains (Andrew 1979)."""
    points = sorted(set(ring))
    if len(points) < 3:
        return points

    def chain(order: Iterable[Point]) -> list[Point]:
        kept: list[Point] = []
        for x, y in order:
            while len(kept) > 1:
                (ax, ay), (bx, by) = kept[-2:]
                if (bx - ax) * (y - ay) - (by - ay) * (x - ax) > 0:
                    break
                kept.pop()
            kept.append((x, y))
        return kept[:-1]

    return chain(points) + chain(reversed(points))
