"""``Pairs``: the candidate pairs of every sample with the area they share, and the rings that were paired."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ocr_eval.tables.instances import freeze


class BoxPairs(NamedTuple):
    """P pairs (gt, pred) of one sample by their bounding boxes, gt-major, in file order; no ring is invalid here."""

    gt: NDArray[np.int64]  # (P,) instance index in the gt table
    pred: NDArray[np.int64]  # (P,) instance index in the prediction table
    gt_box: NDArray[np.float64]  # (4, N gt) low x, low y, high x, high y
    pred_box: NDArray[np.float64]  # (4, N pred)


@dataclass(frozen=True, eq=False)
class Pairs:
    """P pairs (gt, pred) of one sample, gt-major, both in file order: closed boxes meet, or closed hulls (``hull``).

    ``inter`` is a float64 area whose decisions are safe only beyond ``guard``; thresholds are therefore asked of
    ``ocr_eval.pairing``, which decides doubtful ones exactly. Ring areas are |shoelace|.
    """

    start: NDArray[np.int64]  # (S + 1,) offsets into pairs
    gt: NDArray[np.int64]  # (P,) instance index in the gt table
    pred: NDArray[np.int64]  # (P,) instance index in the prediction table
    inter: NDArray[np.float64]  # (P,) area of the intersection, pixels²
    guard: NDArray[np.float64]  # (P,) bound on the error of inter, pixels²; 0 where inter is exact
    area_gt: NDArray[np.float64]  # (N gt,)
    area_pred: NDArray[np.float64]  # (N pred,)
    gt_xy: NDArray[np.float64]  # (V, 2) vertices of the rings that were paired
    gt_ring: NDArray[np.int64]  # (N gt + 1,) offsets into gt_xy
    pred_xy: NDArray[np.float64]
    pred_ring: NDArray[np.int64]
    hull: bool = (
        False  # rings are convex hulls (2 vertices: a segment, 1: a point); shoelace sums are negative
    )

    even_odd: bool = False  # ring areas are even-odd, not |shoelace|: differs for rings that cross themselves

    def __post_init__(self) -> None:
        for name in ("start", "gt", "pred", "inter", "guard", "area_gt", "area_pred"):
            object.__setattr__(self, name, freeze(getattr(self, name)))
        for name in ("gt_xy", "gt_ring", "pred_xy", "pred_ring"):
            object.__setattr__(self, name, freeze(getattr(self, name)))
        if not len(self.gt) == len(self.pred) == len(self.inter) == len(self.guard) == self.start[-1]:
            raise ValueError("columns of different length")

    def __len__(self) -> int:
        """Number of pairs."""
        return len(self.gt)

    def select(self, keep: NDArray[np.bool_]) -> Pairs:
        """The pairs where ``keep`` (P,) is True, in the same order."""
        start = np.concatenate([[0], np.cumsum(keep)])[self.start]
        columns = {name: getattr(self, name)[keep] for name in ("gt", "pred", "inter", "guard")}
        return replace(self, start=start, **columns)
