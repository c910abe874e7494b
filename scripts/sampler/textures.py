"""Counters -> random numbers, clouds and materials: float arrays (height, width, 3), 0 to 255, the same everywhere."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Colour = tuple[int, int, int]


def mix(values: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """The lowbias32 finaliser on an array of 32-bit counters."""
    x = values.astype(np.uint32)
    x ^= x >> np.uint32(16)
    x *= np.uint32(0x7FEB352D)
    x ^= x >> np.uint32(15)
    x *= np.uint32(0x846CA68B)
    x ^= x >> np.uint32(16)
    return x


class Draws:
    """Our own random numbers: hashes of a counter, the same everywhere."""

    def __init__(self, seed: int) -> None:
        self.key = mix(np.array([seed + 0x9E3779B9], np.uint32))
        self.counter = 0

    def field(self, *shape: int) -> NDArray[np.float64]:
        """Uniform numbers in [0, 1)."""
        size = math.prod(shape)
        counters = np.arange(self.counter, self.counter + size, dtype=np.uint32)
        self.counter += size
        return (mix(counters * np.uint32(0x85EBCA6B) ^ self.key) / 2.0**32).reshape(shape)

    def between(self, low: float, high: float) -> float:
        """One uniform number."""
        return low + (high - low) * float(self.field(1)[0])

    def cloud(
        self, width: int, height: int, cell_x: float, cell_y: float = 0.0, octaves: int = 1
    ) -> NDArray[np.float64]:
        """Smooth noise (height, width) around 0, about -1 to 1; ``cell`` is the size of its largest lumps in pixels."""
        total = np.zeros((height, width))
        weight = 1.0
        for _ in range(octaves):
            rows = max(2, int(height / (cell_y or cell_x)) + 2)
            columns = max(2, int(width / cell_x) + 2)
            grid = Image.fromarray((self.field(rows, columns) * 2 - 1).astype(np.float32))
            total += weight * np.asarray(grid.resize((width, height), Image.Resampling.BICUBIC), np.float64)
            weight, cell_x, cell_y = weight / 2, max(cell_x / 2, 1), cell_y / 2
        return total


def picture(values: NDArray[np.float64]) -> Image.Image:
    """A texture as an image."""
    return Image.fromarray(np.clip(values + 0.5, 0, 255).astype(np.uint8), "RGB")


def blend(low: Colour, high: Colour, share: NDArray[np.float64]) -> NDArray[np.float64]:
    """Colours between two, per pixel."""
    t = np.clip(share, 0, 1)[..., None]
    return np.array(low) * (1 - t) + np.array(high) * t


def gradient(width: int, height: int, top: Colour, bottom: Colour, slant: float = 0.0) -> NDArray[np.float64]:
    """A linear gradient; ``slant`` 0 is vertical, 1 horizontal."""
    y, x = np.mgrid[0:height, 0:width]
    return blend(top, bottom, (1 - slant) * y / height + slant * x / width)


def plaster(
    draws: Draws, width: int, height: int, colour: Colour, depth: float = 10, cell: float = 60
) -> NDArray[np.float64]:
    """A wall: blotches and grain."""
    tone = depth * draws.cloud(width, height, cell, octaves=4) + depth * 0.4 * (
        draws.field(height, width) * 2 - 1
    )
    return np.array(colour) + tone[..., None]


def wood(
    draws: Draws,
    width: int,
    height: int,
    light: Colour,
    dark: Colour,
    planks: int = 4,
    *,
    upright: bool = False,
) -> NDArray[np.float64]:
    """Planks with grain, horizontal or upright."""
    if upright:
        return wood(draws, height, width, light, dark, planks).transpose(1, 0, 2)
    result = np.zeros((height, width, 3))
    edges = np.linspace(0, height, planks + 1).astype(int)
    for top, bottom in pairwise(edges):
        h = bottom - top
        bend = draws.cloud(width, h, width / 2, h, 2)
        rows = np.arange(h)[:, None] / h + 0.22 * bend
        grain = (
            0.5
            + 0.28 * np.sin(rows * draws.between(24, 40) + 3 * bend)
            + 0.3 * draws.cloud(width, h, 140, 3, 2)
        )
        result[top:bottom] = blend(dark, light, grain * 0.8 + draws.between(0, 0.25))
        result[max(top - 1, 0) : top + 1] *= 0.45
    return result


def bricks(
    draws: Draws, width: int, height: int, colour: Colour, mortar: Colour, tall: int = 26
) -> NDArray[np.float64]:
    """A brick wall, every brick in its own tone."""
    y, x = np.mgrid[0:height, 0:width]
    row = y // tall
    column = (x + (row % 2) * tall) // (2 * tall)
    tones = draws.field(int(row.max()) + 1, int(column.max()) + 1)
    body = np.array(colour) * (0.78 + 0.4 * tones[row, column])[..., None]
    joint = ((y % tall) < 2.5) | (((x + (row % 2) * tall) % (2 * tall)) < 2.5)
    body[joint] = mortar
    return body + (9 * draws.cloud(width, height, 7, octaves=3))[..., None]


def metal(draws: Draws, width: int, height: int, colour: Colour, depth: float = 9) -> NDArray[np.float64]:
    """Brushed metal with a soft highlight."""
    streaks = depth * draws.cloud(width, height, 260, 1.2)
    shine = 24 * np.cos(np.linspace(-2.4, 2.6, width))[None, :] * np.ones((height, 1))
    return np.array(colour) + (streaks + shine)[..., None]


def cloth(draws: Draws, width: int, height: int, colour: Colour, depth: float = 9) -> NDArray[np.float64]:
    """Woven cloth with soft folds."""
    y, x = np.mgrid[0:height, 0:width]
    weave = np.sin(x * 2.1) * np.sin(y * 2.1) * depth * 0.6
    folds = draws.cloud(width, height, 190, 120, 2) * depth * 1.6
    return np.array(colour) + (weave + folds)[..., None]
