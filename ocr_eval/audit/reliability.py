"""Confidences and hits of a checker -> how often it is right at that confidence, by blocks that rise with it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LEAST, MOST = 0.02, 0.995


def monotone(confidence: Floats, hits: Floats) -> Floats:
    """(n,) mean hit of each item's block of confidences, smoothed by one hit in two, between ``LEAST`` and ``MOST``.

    Blocks are pooled adjacent violators (Ayer et al. 1955) after equal confidences became one block each: without that
    a constant confidence would be fitted against the order of the items. Means of blocks rise with confidence; smoothed
    means of very small blocks need not. ``hits`` may be fractions.
    """
    if not len(confidence):
        return np.zeros(0)
    levels, own = np.unique(confidence, return_inverse=True)
    own = own.reshape(-1)
    sums = np.bincount(own, hits, len(levels)).tolist()
    counts = np.bincount(own, minlength=len(levels)).tolist()
    blocks: list[tuple[float, int, int]] = []  # sum, count, levels
    for total, count in zip(sums, counts, strict=True):
        size = 1
        while blocks and blocks[-1][0] / blocks[-1][1] >= total / count:
            before, number, more = blocks.pop()
            total, count, size = before + total, number + count, more + size
        blocks.append((total, count, size))
    values = [(total + 1) / (count + 2) for total, count, _ in blocks]
    of_level = np.repeat(np.clip(values, LEAST, MOST), [size for _, _, size in blocks])
    result: Floats = of_level[own]
    return result
