"""A size and a seed -> a page of text made up deterministically: dense characters, many words, curved rings, boxes.

Every maker draws from ``random.Random(seed)`` only, so a page is the same on every machine and in every run.
"""

from __future__ import annotations

import math
import random
import zipfile
from pathlib import Path
from typing import NamedTuple

Ring = list[tuple[int, int]]
ALPHABET = (
    "eeeeeettttaaaaooooiiinnnnssshhrrrddlluuccmmwfgypbvk"  # repeated about as often as English repeats them
)


class Line(NamedTuple):
    """One instance as a file holds it."""

    ring: Ring
    text: str


class Page(NamedTuple):
    """One sample: what is there, and what was read."""

    gt: list[Line]
    pred: list[Line]


def dense_characters(size: int, seed: int = 1) -> Page:
    """``size`` characters of a close-set page, each an instance of its own on both sides.

    Boxes are moved by up to a fifth of their width, so that each overlaps its neighbours in its line and in the next
    lines; one character in twenty is misread.
    """
    draw = random.Random(seed)
    columns = math.ceil(math.sqrt(2 * size))
    gt, pred = [], []
    for k in range(size):
        box = _box(40 + 20 * (k % columns), 40 + 30 * (k // columns), 20, 30)
        character = draw.choice(ALPHABET)
        gt.append(Line(box, character))
        read = draw.choice(ALPHABET) if draw.random() < 0.05 else character
        pred.append(Line(_moved(box, draw, 4), read))
    return Page(gt, pred)


def many_words(size: int, seed: int = 2) -> Page:
    """``size`` slanted words and as many predictions of them, each corner moved by up to three pixels; 5 % misread."""
    draw = random.Random(seed)
    columns = math.ceil(math.sqrt(size / 3))
    gt, pred = [], []
    for k in range(size):
        text = "".join(draw.choice(ALPHABET) for _ in range(draw.randint(2, 9)))
        x, y, slant = 20 + 110 * (k % columns), 20 + 40 * (k // columns), draw.randint(-6, 6)
        width = 10 * len(text)
        quad = [(x, y), (x + width, y + slant), (x + width, y + slant + 28), (x, y + 28)]
        gt.append(Line(quad, text))
        read = text[:-1] + draw.choice(ALPHABET) if draw.random() < 0.05 else text
        pred.append(Line([_moved([corner], draw, 3)[0] for corner in quad], read))
    draw.shuffle(pred)
    return Page(gt, pred)


def pile(gts: int, preds: int, seed: int = 6, *, same: str = "both") -> Page:
    """Slanted words over one another, so that every prediction meets every gt; ten texts.

    ``same`` says whose rings are equal: ``both`` sides', those of predictions (``pred``), or of ``neither``.
    """
    draw = random.Random(seed)
    texts = ["".join(draw.choice(ALPHABET) for _ in range(draw.randint(2, 9))) for _ in range(10)]

    def ring() -> Ring:
        corners = [(100, 100), (300, 108), (300, 168), (100, 160)]
        return [_moved([corner], draw, 6)[0] for corner in corners]

    one = ring()
    gt = [Line(one if same == "both" else ring(), draw.choice(texts)) for _ in range(gts)]
    return Page(gt, [Line(ring() if same == "neither" else one, draw.choice(texts)) for _ in range(preds)])


def bands(vertices: int, count: int, seed: int = 3) -> tuple[list[Ring], list[Ring]]:
    """``count`` overlapping pairs of curved text outlines, simple rings of ``vertices`` integer points each."""
    draw = random.Random(seed)
    first, second = [], []
    while len(first) < count:
        length, height = vertices * draw.uniform(6, 28), draw.uniform(15, 60)
        bend, turn = draw.uniform(-0.35, 0.35), draw.uniform(-0.6, 0.6)
        here = draw.uniform(300, 1500), draw.uniform(300, 1500)
        there = here[0] + draw.gauss(0, length / 8), here[1] + draw.gauss(0, height / 3)
        scale = draw.uniform(0.85, 1.15)
        a = _band(vertices, here, length, height, bend, turn)
        b = _band(vertices, there, length * scale, height * scale, bend * draw.uniform(0.6, 1.4), turn)
        if len(set(a)) == len(set(b)) == vertices:
            first.append(a)
            second.append(b)
    return first, second


def boxes(size: int, seed: int = 4) -> list[tuple[float, float, float, float]]:
    """``size`` closed boxes (low x, low y, high x, high y) of word size on a page where each meets a few others."""
    draw = random.Random(seed)
    side = 60 * math.sqrt(size)
    found = []
    for _ in range(size):
        x, y = draw.uniform(0, side), draw.uniform(0, side)
        found.append(
            (
                float(int(x)),
                float(int(y)),
                float(int(x) + draw.randint(20, 120)),
                float(int(y) + draw.randint(15, 40)),
            )
        )
    return found


def _box(x: int, y: int, width: int, height: int) -> Ring:
    return [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]


def _moved(ring: Ring, draw: random.Random, most: int) -> Ring:
    dx, dy = draw.randint(-most, most), draw.randint(-most, most)
    return [(x + dx, y + dy) for x, y in ring]


def _band(
    vertices: int, at: tuple[float, float], length: float, height: float, bend: float, turn: float
) -> Ring:
    """An arc of a ring: the upper side left to right, then the lower side back."""
    half = vertices // 2
    radius = length / (2 * max(abs(bend), 0.02)) * (1 if bend >= 0 else -1)
    points = []
    for side, order in ((-1, range(half)), (1, range(half - 1, -1, -1))):
        for k in order:
            angle = length / radius * (k / (half - 1) - 0.5)
            r = radius - side * height / 2
            x, y = r * math.sin(angle), radius - r * math.cos(angle)
            points.append((x, y))
    cos, sin = math.cos(turn), math.sin(turn)
    return [(round(at[0] + x * cos - y * sin), round(at[1] + x * sin + y * cos)) for x, y in points]


def write_popeval(path: Path, samples: dict[str, list[Line]]) -> Path:
    """PopEval's own form: one entry per sample, one line ``x1 y1 … x4 y4##::text`` per instance."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for sample, lines in samples.items():
            rows = (" ".join(f"{x} {y}" for x, y in line.ring) + f"##::{line.text}\n" for line in lines)
            archive.writestr(f"{sample}.txt", "".join(rows))
    return path
