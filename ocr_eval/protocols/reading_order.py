"""Regions of two readings of one page, each in reading order -> how far the orders are apart.

Not a protocol. Regions are matched one-to-one by IoU > .5; in a page whose regions do not overlap nobody has a choice,
otherwise the larger IoU comes first, then the gt, then the prediction in file order.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ocr_eval.pairing import Pairing
    from ocr_eval.tables.joined import Joined

IOU = 0.5


class Order(NamedTuple):
    """What one page adds. ``foot_rule``: sum of differences of ranks over the largest one there can be."""

    matched: int
    distance: int
    length: int
    foot_rule: float


def orders(joined: Joined, pairing: Pairing) -> list[Order]:
    """One per sample; the order of regions is that of the files."""
    import numpy as np

    pairs = pairing.rings
    chosen = np.flatnonzero(pairing.overlaps(pairs, IOU))
    partner = pairing.best_first(pairs, chosen, pairing.iou(pairs)[chosen])
    found = []
    for sample in range(len(joined.sample_ids)):
        gt, pred = joined.gt.span(sample), joined.pred.span(sample)
        own = {int(partner[g]): k for k, g in enumerate(gt) if partner[g] >= 0}
        found.append(compare(len(gt), [own.get(p) for p in pred]))
    return found


def compare(size: int, read: Sequence[int | None]) -> Order:
    """``size`` gt regions; of each predicted region in its order, the gt region it is (None: none of them)."""
    from ocr_eval.text.distance import distance

    ranks = [k for k in read if k is not None]
    place = {k: rank for rank, k in enumerate(sorted(ranks))}
    n = len(ranks)
    moved = sum(abs(place[k] - rank) for rank, k in enumerate(ranks))
    gt = [str(k) for k in range(size)]
    pred = [f"new {j}" if k is None else str(k) for j, k in enumerate(read)]
    return Order(n, distance(gt, pred), max(size, len(read)), moved / (n * n // 2) if n > 1 else 0.0)
