"""Pairs of edge tables -> the area two rings share: edge-edge accumulation (see areas.shared_areas)."""

from __future__ import annotations

import numpy as np

from ocr_eval.kernels.jit import kernel, read_only


@kernel
def edge_areas(
    gt_left, gt_right, gt_y, gt_slope, gt_sign, gt_ring,
    pred_left, pred_right, pred_y, pred_slope, pred_sign, pred_ring,
    gt, pred, which, inter,
):  # fmt: skip
    """Writes ``inter[k]`` where ``which[k]`` is 2. Rings are slices of the edge tables, by offsets."""
    for k in range(gt.size):
        if which[k] != 2:
            continue
        g, p = gt[k], pred[k]
        total = 0.0
        for i in range(gt_ring[g], gt_ring[g + 1]):
            if gt_sign[i] == 0.0:
                continue
            left, right, y, slope = gt_left[i], gt_right[i], gt_y[i], gt_slope[i]
            inner = 0.0
            for j in range(pred_ring[p], pred_ring[p + 1]):
                low, high = max(left, pred_left[j]), min(right, pred_right[j])
                if high <= low:
                    continue
                apart = y - pred_y[j]
                a = apart + (slope * (low - left) - pred_slope[j] * (low - pred_left[j]))
                b = apart + (slope * (high - left) - pred_slope[j] * (high - pred_left[j]))
                size = abs(a) + abs(b)
                if (a < 0.0) != (b < 0.0) and size > 0.0:
                    size = (a * a + b * b) / size
                inner += pred_sign[j] * ((high - low) * size)
            total += gt_sign[i] * inner
        inter[k] = abs(total) / 4.0


def warm():
    """One call, with the argument form all calls have."""
    column, ring, one = read_only([0, 1], np.float64), read_only([0, 2], np.int64), read_only([0], np.int64)
    which = read_only([2], np.int8)
    edge_areas(*(column,) * 5, ring, *(column,) * 5, ring, one, one, which, np.zeros(1))
