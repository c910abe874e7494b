"""``Pairs``: the candidate pairs of every sample with the area of their intersection."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ocr_eval.tables.instances import freeze


@dataclass(frozen=True)
class Pairs:
    """P pairs (gt, pred) of one sample whose closed bounding boxes meet, gt-major, both in file order.

    ``inter`` is a float64 area whose decisions are safe only where ``certain``; thresholds are therefore asked of
    ``ocr_eval.pairing``, which decides doubtful ones exactly. Ring areas are |shoelace|.
    """

    start: NDArray[np.int64]  # (S + 1,) offsets into pairs
    gt: NDArray[np.int64]  # (P,) instance index in the gt table
    pred: NDArray[np.int64]  # (P,) instance index in the prediction table
    inter: NDArray[np.float64]  # (P,) area of the intersection, pixels²
    guard: NDArray[np.float64]  # (P,) bound on the error of inter, pixels²; 0 where inter is exact
    area_gt: NDArray[np.float64]  # (N gt,)
    area_pred: NDArray[np.float64]  # (N pred,)

    def __post_init__(self) -> None:
        for name in ("start", "gt", "pred", "inter", "guard", "area_gt", "area_pred"):
            object.__setattr__(self, name, freeze(getattr(self, name)))
        if not len(self.gt) == len(self.pred) == len(self.inter) == len(self.guard) == self.start[-1]:
            raise ValueError("columns of different length")

    def __len__(self) -> int:
        return len(self.gt)
