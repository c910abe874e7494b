"""Instances -> pairs of rings of one sample that lie over one another: duplicates, near-duplicates, nested ones.

Decided exactly, as every IoU of this package; a few samples at a time, so that memory stays bounded.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ocr_eval.errors import InputError
from ocr_eval.inspection.suspicious import Suspicion
from ocr_eval.pairing import Pairing
from ocr_eval.tables.instances import Instances
from ocr_eval.tables.joined import Joined

Index = NDArray[np.int64]
Floats = NDArray[np.float64]
NEAR = 0.9  # IoU of near-duplicates, and the share of the smaller ring that makes it nested (reference: > .9)
_CHUNK = 20_000  # instances looked at together


class Overlaps(NamedTuple):
    """Three disjoint kinds of pairs, and the samples that hold too many overlapping boxes to look at."""

    duplicate: Suspicion  # the same region: IoU 1
    near_duplicate: Suspicion  # IoU > .9
    nested: Suspicion  # more than .9 of the smaller ring inside the other; ``hits`` are the inner ones
    crowded: tuple[int, ...]


def overlaps(instances: Instances) -> Overlaps:
    """Pairs of valid rings of one sample, ordered by instance."""
    valid = np.flatnonzero(instances.valid)
    table = instances.where(instances.valid)
    found: list[tuple[Index, Index, NDArray[np.int8], Floats]] = []
    crowded: list[int] = []
    start = table.start
    row, last = 0, len(start) - 1
    while row < last:
        stop = max(row + 1, int(np.searchsorted(start, start[row] + _CHUNK, "right")) - 1)
        _look(table, row, stop, found, crowded)
        row = stop
    one, two, kind, value = (
        (np.concatenate(column) for column in zip(*found, strict=True))
        if found
        else (np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int8), np.zeros(0))
    )
    names = ("duplicate_ring", "near_duplicate_ring", "nested")
    made = []
    for number, name in enumerate(names):
        own = np.flatnonzero(kind == number)
        own = own[np.lexsort((two[own], one[own]))]
        made.append(Suspicion(name, len(table), valid[one[own]], valid[two[own]], value[own]))
    return Overlaps(made[0], made[1], made[2], tuple(crowded))


def _look(
    table: Instances,
    begin: int,
    end: int,
    found: list[tuple[Index, Index, NDArray[np.int8], Floats]],
    crowded: list[int],
) -> None:
    """Appends the pairs of samples begin … end - 1; a sample beyond the limits of pairing goes to ``crowded``."""
    if begin == end or table.start[begin] == table.start[end]:
        return
    own = table.take(range(begin, end), table.sample_ids[begin:end])
    try:
        pairs = _pairs(own)
    except InputError:
        if end - begin == 1:
            crowded.append(begin)
            return
        middle = (begin + end) // 2
        _look(table, begin, middle, found, crowded)
        _look(table, middle, end, found, crowded)
        return
    one, two, kind, value = pairs
    found.append((one + table.start[begin], two + table.start[begin], kind, value))


def _pairs(own: Instances) -> tuple[Index, Index, NDArray[np.int8], Floats]:
    """(smaller or later ring, partner, kind 0 … 2, IoU or share inside) of every pair worth a line."""
    pairing = Pairing(Joined(own, own, (), ()), policy="official", kernels="numpy")
    pairs = pairing.rings
    # A table against itself: every pair twice, and each ring with itself.
    pairs = pairs.select(pairs.gt < pairs.pred)
    inter, first, second = pairs.inter, pairs.area_gt[pairs.gt], pairs.area_pred[pairs.pred]
    worth = inter + 4 * pairs.guard >= 0.89 * np.minimum(first, second)  # a cheap bound below .9
    pairs = pairs.select(worth)
    first, second = first[worth], second[worth]
    near = pairing.overlaps(pairs, NEAR)
    same = pairing.overlaps(pairs, 1, strict=False, among=near)
    inner_first = pairing.covers_gt(pairs, NEAR) & (first < second)
    inner_second = pairing.covers_pred(pairs, NEAR) & (second <= first)
    nested = (inner_first | inner_second) & ~near
    kind = np.where(same, 0, np.where(near, 1, 2)).astype(np.int8)
    keep = near | nested
    one = np.where(inner_first & nested, pairs.gt, pairs.pred)
    two = np.where(inner_first & nested, pairs.pred, pairs.gt)
    share = np.where(inner_first, pairing.gt_share(pairs), pairing.pred_share(pairs))
    value = np.where(near, pairing.iou(pairs), share)
    return one[keep], two[keep], kind[keep], np.minimum(value[keep], 1.0)
