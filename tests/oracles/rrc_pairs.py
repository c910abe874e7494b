"""Slow, obvious twin of the RRC matching with everything a relative may change: who may match, who excuses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from tests.oracles.overlaps import HALF, Ring, half_iou, holds_half


class Paired(NamedTuple):
    """``pairs`` (gt, pred) in the order they were made; ``ignored`` predictions."""

    pairs: list[tuple[int, int]]
    ignored: set[int]


def pair(
    gts: Sequence[Ring],
    care: Sequence[bool],
    preds: Sequence[Ring],
    *,
    excuses: Sequence[bool] | None = None,
    allowed: Callable[[int, int], bool] | None = None,
    order: Sequence[int] | None = None,
) -> Paired:
    """First fit above one half. ``excuses``: gts that ignore predictions, by default those that are not care."""
    holders = [not own for own in care] if excuses is None else excuses
    ignored = {
        p
        for p, ring in enumerate(preds)
        if any(holds and holds_half(gts[g], ring) for g, holds in enumerate(holders))
    }
    pairs: list[tuple[int, int]] = []
    free = [p for p in (range(len(preds)) if order is None else order) if p not in ignored]
    for g, ring in enumerate(gts):
        if care[g]:
            fitting = [
                p for p in free if half_iou(ring, preds[p]) > HALF and (allowed is None or allowed(g, p))
            ]
            if fitting:
                pairs.append((g, fitting[0]))
                free.remove(fitting[0])
    return Paired(pairs, ignored)
