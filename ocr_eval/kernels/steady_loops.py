"""Chosen pairs of simple rings -> their areas, the bits of ``steady``, compiled."""

from __future__ import annotations

import numpy as np

from ocr_eval.kernels.jit import kernel, read_only


@kernel
def pair_areas(gt_xy, gt_ring, pred_xy, pred_ring, gt, pred, inter, area_gt, area_pred):
    """Writes the three areas of every pair; see ``steady.steady_areas``."""
    for k in range(gt.size):
        g, p = gt[k], pred[k]
        begin, end = gt_ring[g], gt_ring[g + 1]
        first, last = pred_ring[p], pred_ring[p + 1]
        x_low, y_low, x_high, y_high = np.inf, np.inf, -np.inf, -np.inf
        area_gt[k], area_pred[k] = 0.0, 0.0
        for turn in range(2):
            xy, start, stop = (gt_xy, begin, end) if turn == 0 else (pred_xy, first, last)
            ox, oy = xy[start, 0], xy[start, 1]
            px, py = xy[stop - 1, 0], xy[stop - 1, 1]
            twice = 0.0
            for i in range(start, stop):
                x, y = xy[i, 0], xy[i, 1]
                twice += (px - ox) * (y - oy) - (x - ox) * (py - oy)
                x_low, y_low = min(x_low, x), min(y_low, y)
                x_high, y_high = max(x_high, x), max(y_high, y)
                px, py = x, y
            if turn == 0:
                area_gt[k] = abs(twice) / 2
            else:
                area_pred[k] = abs(twice) / 2
        total = 0.0
        for i in range(begin, end):
            i2 = i + 1 if i + 1 < end else begin
            x, y, x2, y2 = gt_xy[i, 0], gt_xy[i, 1], gt_xy[i2, 0], gt_xy[i2, 1]
            if x == x2:
                continue
            sign = 1.0 if x < x2 else -1.0
            if x > x2:
                x, y, x2, y2 = x2, y2, x, y
            slope = (y2 - y) / (x2 - x)
            for j in range(first, last):
                j2 = j + 1 if j + 1 < last else first
                u, v, u2, v2 = pred_xy[j, 0], pred_xy[j, 1], pred_xy[j2, 0], pred_xy[j2, 1]
                other = 1.0 if u < u2 else -1.0
                if u > u2:
                    u, v, u2, v2 = u2, v2, u, v
                low, high = max(x, u), min(x2, u2)
                if high <= low:
                    continue
                incline = (v2 - v) / (u2 - u)
                apart = y - v
                a = apart + (slope * (low - x) - incline * (low - u))
                b = apart + (slope * (high - x) - incline * (high - u))
                size = abs(a) + abs(b)
                if (a < 0.0) != (b < 0.0) and size > 0.0:
                    size = (a * a + b * b) / size
                total += (sign * other) * ((high - low) * size)
        shared = abs(total) / 4
        longer = max(x_high - x_low, y_high - y_low)
        smaller = min(area_gt[k], area_pred[k])
        guard = 4 * 2.0**-52 * (end - begin + last - first) * longer * longer
        inter[k] = smaller if abs(shared - smaller) <= guard else shared


def warm():
    """One call, with the argument form all calls have."""
    xy, ring = read_only([[0, 0], [1, 0], [1, 1]], np.float64), read_only([0, 3], np.int64)
    one = read_only([0], np.int64)
    pair_areas(xy, ring, xy, ring, one, one, *(np.zeros(1) for _ in range(3)))
