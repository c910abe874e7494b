"""Rings -> areas, boxes, edge tables, hulls and convexity: the compiled twins of rings, vector, areas and hulls.

Inputs as in ``vector.Side``; every function writes into arrays its caller made. In kernels: i, j are vertices.
"""

from __future__ import annotations

import numpy as np

from ocr_eval.kernels.jit import kernel, read_only


@kernel
def side(xy, ring, shape, area, box, straight, far):
    """Per ring: |shoelace|, closed box, integer rectangle, largest coordinate of a ring with decimals."""
    for g in range(ring.size - 1):
        begin, end = ring[g], ring[g + 1]
        x_low, y_low, x_high, y_high = np.inf, np.inf, -np.inf, -np.inf
        twice, broken = 0.0, 0
        # A rectangle's edges are level and upright in turns; which comes first does not matter.
        upright, level = 0, 0
        if end > begin:
            ox, oy = xy[begin, 0], xy[begin, 1]
            px, py = xy[end - 1, 0], xy[end - 1, 1]
            for i in range(begin, end):
                x, y = xy[i, 0], xy[i, 1]
                x_low, y_low = min(x_low, x), min(y_low, y)
                x_high, y_high = max(x_high, x), max(y_high, y)
                broken += (x != np.floor(x)) | (y != np.floor(y))
                twice += (px - ox) * (y - oy) - (x - ox) * (py - oy)
                first = (i - begin) % 2 == 0
                upright += (px == x) & first | (py == y) & (not first)
                level += (py == y) & first | (px == x) & (not first)
                px, py = x, y
        area[g] = abs(twice) / 2 if shape[g] < 3 else 0.0
        box[0, g], box[1, g], box[2, g], box[3, g] = x_low, y_low, x_high, y_high
        far[g] = max(max(abs(x_low), abs(x_high)), max(abs(y_low), abs(y_high))) if broken else 0.0
        straight[g] = shape[g] == 0 and not broken and end - begin == 4 and (upright == 4 or level == 4)


@kernel
def convex(xy, ring, shape, far, flags):
    """Per ring: certainly convex. Simple, and no two turns of different sign (none in doubt, for decimals)."""
    for g in range(ring.size - 1):
        begin, end = ring[g], ring[g + 1]
        flags[g] = shape[g] == 0
        if not flags[g]:
            continue
        extent = 0.0
        for i in range(begin, end):
            extent = max(extent, max(abs(xy[i, 0] - xy[begin, 0]), abs(xy[i, 1] - xy[begin, 1])))
        extent *= 2.0
        guard = 0.0
        if far[g] > 0.0 or extent >= 2.0**25:
            guard = 32.0 * 2.0**-52 * extent * (extent + far[g])
        left, right = False, False
        # The edge before the first one, past repeated points.
        j = end - 1
        while xy[j, 0] == xy[begin, 0] and xy[j, 1] == xy[begin, 1]:
            j -= 1
        px, py = xy[j, 0], xy[j, 1]
        qx, qy = xy[begin, 0], xy[begin, 1]
        for k in range(begin + 1, end + 1):
            i = k if k < end else begin
            x, y = xy[i, 0], xy[i, 1]
            if x == qx and y == qy:
                continue
            turn = (qx - px) * (y - qy) - (x - qx) * (qy - py)
            left = left or turn > guard
            right = right or turn < -guard
            if guard > 0.0 and abs(turn) <= guard:
                left, right = True, True
            px, py, qx, qy = qx, qy, x, y
        flags[g] = not (left and right)


@kernel
def edge_table(xy, ring, used, left, right, y, slope, sign):
    """The edges of rings in use, from left to right; verticals have sign 0. Other entries stay as they are."""
    for g in range(ring.size - 1):
        if not used[g]:
            continue
        begin, end = ring[g], ring[g + 1]
        for i in range(begin, end):
            j = i + 1 if i + 1 < end else begin
            x1, y1, x2, y2 = xy[i, 0], xy[i, 1], xy[j, 0], xy[j, 1]
            if x1 < x2:
                left[i], right[i], y[i], sign[i] = x1, x2, y1, 1.0
                slope[i] = (y2 - y1) / (x2 - x1)
            elif x1 > x2:
                left[i], right[i], y[i], sign[i] = x2, x1, y2, -1.0
                slope[i] = (y1 - y2) / (x1 - x2)
            else:
                left[i], right[i], y[i], sign[i], slope[i] = x1, x1, y1, 0.0, 0.0


@kernel
def hull_table(values, ring, exact, index, count, scratch):
    """Convex hulls where ``exact``: vertex indices at ``index[ring[g]:]``, ``count[g]`` of them; -1 elsewhere.

    Andrew's monotone chain (1979) over points sorted by x, then y, then index (Shell's sort); walked with negative
    shoelace sum. ``scratch`` (2, longest ring + 1).
    """
    for g in range(ring.size - 1):
        begin, n = ring[g], ring[g + 1] - ring[g]
        count[g] = -1
        if not exact[g]:
            continue
        for i in range(n):
            scratch[0, i] = begin + i
        gap = 1
        while gap < n // 3:
            gap = 3 * gap + 1
        while gap >= 1:
            for i in range(gap, n):
                moved = scratch[0, i]
                x, y = values[moved, 0], values[moved, 1]
                j = i
                while j >= gap:
                    other = scratch[0, j - gap]
                    u, v = values[other, 0], values[other, 1]
                    if u < x or (u == x and (v < y or (v == y and other < moved))):
                        break
                    scratch[0, j] = other
                    j -= gap
                scratch[0, j] = moved
            gap //= 3
        m = 0
        for i in range(n):
            own = scratch[0, i]
            if (
                m == 0
                or values[own, 0] != values[scratch[0, m - 1], 0]
                or values[own, 1] != values[scratch[0, m - 1], 1]
            ):
                scratch[0, m] = own
                m += 1
        if m < 3:
            for i in range(m):
                index[begin + i] = scratch[0, i]
            count[g] = m
            continue
        total = 0
        for walk in range(2):
            # The chain from right to left over the top, then back: negative shoelace sum.
            base = total
            for k in range(m):
                own = scratch[0, k if walk == 0 else m - 1 - k]
                x, y = values[own, 0], values[own, 1]
                while total - base > 1:
                    a, b = scratch[1, total - 2], scratch[1, total - 1]
                    bx, by = values[b, 0], values[b, 1]
                    ax, ay = values[a, 0], values[a, 1]
                    if (bx - ax) * (y - ay) - (x - ax) * (by - ay) < 0.0:
                        break
                    total -= 1
                scratch[1, total] = own
                total += 1
            total -= 1
        for i in range(total):
            index[begin + i] = scratch[1, i]
        count[g] = total


@kernel
def apart(gt_xy, gt_ring, gt_far, pred_xy, pred_ring, pred_far, box_gt, box_pred, gt, pred, place):
    """Per pair of hulls: 1 apart, 0 touching, -1 overlapping, 2 not known (see contacts.apart)."""
    for k in range(gt.size):
        g, p = gt[k], pred[k]
        wide = max(box_gt[2, g], box_pred[2, p]) - min(box_gt[0, g], box_pred[0, p])
        tall = max(box_gt[3, g], box_pred[3, p]) - min(box_gt[1, g], box_pred[1, p])
        longer, far = max(wide, tall), gt_far[g] + pred_far[p]
        guard = 0.0
        if far > 0.0 or longer >= 2.0**25:
            guard = 32.0 * 2.0**-52 * longer * (longer + far)
        most = -np.inf
        for turn in range(2):
            one_xy, one_ring, one = (gt_xy, gt_ring, g) if turn == 0 else (pred_xy, pred_ring, p)
            two_xy, two_ring, two = (pred_xy, pred_ring, p) if turn == 0 else (gt_xy, gt_ring, g)
            begin, end = one_ring[one], one_ring[one + 1]
            j = end - 1
            for i in range(begin, end):
                px, py = one_xy[j, 0], one_xy[j, 1]
                ex, ey = one_xy[i, 0] - px, one_xy[i, 1] - py
                nearest = np.inf
                for v in range(two_ring[two], two_ring[two + 1]):
                    nearest = min(nearest, ex * (two_xy[v, 1] - py) - (two_xy[v, 0] - px) * ey)
                    if nearest <= most:
                        break
                most = max(most, nearest)
                j = i
            if most > guard:
                break
        if guard > 0.0 and abs(most) <= guard:
            place[k] = 2
        else:
            place[k] = (most > 0.0) - (most < 0.0)


def warm():
    """One call of every kernel, with the argument form all calls have."""
    xy, ring = read_only([[0, 0], [1, 0], [1, 1]], np.float64), read_only([0, 3], np.int64)
    shape, far = read_only([0], np.uint8), read_only([0], np.float64)
    box = np.zeros((4, 1))
    side(xy, ring, shape, np.zeros(1), box, np.zeros(1, np.bool_), np.zeros(1))
    convex(xy, ring, shape, far, np.zeros(1, np.bool_))
    edge_table(xy, ring, read_only([True], np.bool_), *(np.zeros(3) for _ in range(5)))
    index, count, scratch = np.zeros(3, np.int64), np.zeros(1, np.int64), np.zeros((2, 8), np.int64)
    hull_table(xy, ring, read_only([True], np.bool_), index, count, scratch)
    box, one = read_only(box, np.float64), read_only([0], np.int64)
    apart(xy, ring, far, xy, ring, far, box, box, one, one, np.zeros(1, np.int8))
