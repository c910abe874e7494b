"""Pairs of edge tables -> the area two rings share: edge-edge accumulation (see areas.shared_areas)."""

from __future__ import annotations

import numpy as np

from ocr_eval.kernels.jit import kernel, read_only

LONG = (
    8  # edges; from more on, sorting a ring's edges costs less than looking at all of them for every partner
)


@kernel
def sort_edges(ring, used, left, right, y, slope, sign, reach):
    """Sorts the edges of long rings in use by their left ends, verticals last (Shell's sort, in place).

    ``reach`` becomes, for those rings, the largest right end up to each edge.
    """
    for g in range(ring.size - 1):
        begin, end = ring[g], ring[g + 1]
        if end - begin <= LONG or not used[g]:
            continue
        for i in range(begin, end):
            if sign[i] == 0.0:
                left[i], right[i] = np.inf, -np.inf
        gap = 1
        while gap < (end - begin) // 3:
            gap = 3 * gap + 1
        while gap >= 1:
            for i in range(begin + gap, end):
                a, b, c, d, e = left[i], right[i], y[i], slope[i], sign[i]
                j = i
                while j >= begin + gap and left[j - gap] > a:
                    k = j - gap
                    left[j], right[j], y[j], slope[j], sign[j] = left[k], right[k], y[k], slope[k], sign[k]
                    j = k
                left[j], right[j], y[j], slope[j], sign[j] = a, b, c, d, e
            gap //= 3
        farthest = -np.inf
        for i in range(begin, end):
            farthest = max(farthest, right[i])
            reach[i] = farthest


@kernel
def edge_areas(
    gt_left, gt_right, gt_y, gt_slope, gt_sign, gt_reach, gt_ring,
    pred_left, pred_right, pred_y, pred_slope, pred_sign, pred_reach, pred_ring,
    gt, pred, which, inter,
):  # fmt: skip
    """Writes ``inter[k]`` where ``which[k]`` is 2. Rings are slices of the edge tables, by offsets.

    Edges of long rings come sorted, so that those out of reach to the left and to the right are passed over together.
    """
    for k in range(gt.size):
        if which[k] != 2:
            continue
        g, p = gt[k], pred[k]
        begin, end = pred_ring[p], pred_ring[p + 1]
        gt_sorted = gt_ring[g + 1] - gt_ring[g] > LONG
        pred_sorted = end - begin > LONG
        start = begin
        total = 0.0
        for i in range(gt_ring[g], gt_ring[g + 1]):
            if gt_sign[i] == 0.0:
                continue
            left, right, y, slope = gt_left[i], gt_right[i], gt_y[i], gt_slope[i]
            if pred_sorted:
                if not gt_sorted:
                    start = begin
                while start < end and pred_reach[start] <= left:
                    start += 1
            inner = 0.0
            for j in range(start, end):
                if pred_sorted and pred_left[j] >= right:
                    break
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
    """One call of every kernel, with the argument form all calls have."""
    column, ring, one = read_only([0, 1], np.float64), read_only([0, 2], np.int64), read_only([0], np.int64)
    which = read_only([2], np.int8)
    edge_areas(*(column,) * 6, ring, *(column,) * 6, ring, one, one, which, np.zeros(1))
    sort_edges(ring, read_only([True], np.bool_), *(np.zeros(2) for _ in range(6)))
