"""The functions of vector, areas, hulls and contacts under one name: what ``compiled`` does, without Numba."""

from __future__ import annotations

import numpy as np

from ocr_eval.kernels.areas import shared_areas as shared_areas
from ocr_eval.kernels.contacts import apart as apart
from ocr_eval.kernels.hulls import hull_table as hull_table
from ocr_eval.kernels.vector import candidates as candidates
from ocr_eval.kernels.vector import side as side


def first_fit(gt, pred, order, sizes):
    """(N gt,) prediction of each gt, -1 = none, when pairs ``order`` are tried in turn; ``sizes`` of both sides."""
    partner = np.full(sizes[0], -1, np.int64)
    taken, done = set(), set()
    for g, p in zip(gt[order].tolist(), pred[order].tolist(), strict=True):
        if g not in done and p not in taken:
            done.add(g)
            taken.add(p)
            partner[g] = p
            if len(done) == sizes[0]:
                break
    return partner
