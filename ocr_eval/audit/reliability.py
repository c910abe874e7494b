"""Confidences and hits of a checker -> how often it is right at that confidence, by blocks that rise with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ocr_eval.stats.intervals import FEWEST_UNITS, wilson

if TYPE_CHECKING:
    from ocr_eval.audit.candidates import Answers

Floats = NDArray[np.float64]

LEAST, MOST = 0.02, 0.995
CLASSES = 10  # of confidence, alike in width


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


def classes(answers: Answers, agrees: NDArray[np.bool_], checker: int) -> list[dict[str, Any]]:
    """Per tenth of the confidences of one checker: their mean, how many items it read, how many as labelled.

    ``agrees`` (K, n). Empty tenths are left out; the interval (Wilson) is None below ``FEWEST_UNITS`` items.
    """
    present = answers.present[checker]
    confidence, hits = answers.confidence[checker][present], agrees[checker][present]
    place = np.minimum((confidence * CLASSES).astype(np.int64), CLASSES - 1)
    rows = []
    for k in range(CLASSES):
        own = place == k
        read, right = int(own.sum()), int(hits[own].sum())
        if read:
            interval = list(wilson(right, read)) if read >= FEWEST_UNITS else None
            mean = float(np.sort(confidence[own]).sum() / read)
            rows.append({"confidence": mean, "read": read, "agrees": right, "interval": interval})
    return rows
