"""Pairs of convex rings -> the area they share: Sutherland-Hodgman clipping (1974), compiled.

Only for rings that are exactly convex and simple; on others areas are wrong and vertices multiply.
"""

from __future__ import annotations

import numpy as np

from ocr_eval.kernels.jit import kernel, read_only


@kernel
def clip_areas(gt_xy, gt_ring, pred_xy, pred_ring, gt, pred, which, scratch, inter):
    """Writes ``inter[k]`` where ``which[k]`` is 1; -1 when ``scratch`` (4, ≥ n + m + 2) was too short.

    The subject is always the gt, moved so that its first vertex is the origin. A point on a clip line is inside.
    """
    room = scratch.shape[1]
    for k in range(gt.size):
        if which[k] != 1:
            continue
        g, p = gt[k], pred[k]
        begin, n = gt_ring[g], gt_ring[g + 1] - gt_ring[g]
        ox, oy = gt_xy[begin, 0], gt_xy[begin, 1]
        for i in range(n):
            scratch[0, i] = gt_xy[begin + i, 0] - ox
            scratch[1, i] = gt_xy[begin + i, 1] - oy
        first, last = pred_ring[p], pred_ring[p + 1]
        twice = 0.0
        px, py = pred_xy[last - 1, 0] - ox, pred_xy[last - 1, 1] - oy
        for j in range(first, last):
            x, y = pred_xy[j, 0] - ox, pred_xy[j, 1] - oy
            twice += px * y - x * py
            px, py = x, y
        side = 1.0 if twice > 0.0 else -1.0
        now = 0
        px, py = pred_xy[last - 1, 0] - ox, pred_xy[last - 1, 1] - oy
        for j in range(first, last):
            x, y = pred_xy[j, 0] - ox, pred_xy[j, 1] - oy
            ex, ey = side * (x - px), side * (y - py)
            new = 2 - now
            m = 0
            qx, qy = scratch[now, n - 1], scratch[now + 1, n - 1]
            dq = ex * (qy - py) - ey * (qx - px)
            for i in range(n):
                vx, vy = scratch[now, i], scratch[now + 1, i]
                dv = ex * (vy - py) - ey * (vx - px)
                if m + 2 > room:
                    m = room + 1
                    break
                if (dq < 0.0 and dv > 0.0) or (dq > 0.0 and dv < 0.0):
                    share = dq / (dq - dv)
                    scratch[new, m] = qx + share * (vx - qx)
                    scratch[new + 1, m] = qy + share * (vy - qy)
                    m += 1
                if dv >= 0.0:
                    scratch[new, m] = vx
                    scratch[new + 1, m] = vy
                    m += 1
                qx, qy, dq = vx, vy, dv
            n, now = m, new
            px, py = x, y
            if n == 0 or n > room:
                break
        if n > room:
            inter[k] = -1.0
            continue
        total = 0.0
        for i in range(2, n):
            ax, ay = scratch[now, i - 1] - scratch[now, 0], scratch[now + 1, i - 1] - scratch[now + 1, 0]
            bx, by = scratch[now, i] - scratch[now, 0], scratch[now + 1, i] - scratch[now + 1, 0]
            total += ax * by - bx * ay
        inter[k] = abs(total) / 2.0


def warm():
    """One call, with the argument form all calls have."""
    xy, ring, one = (
        read_only([[0, 0], [1, 0], [1, 1]], np.float64),
        read_only([0, 3], np.int64),
        read_only([0], np.int64),
    )
    clip_areas(xy, ring, xy, ring, one, one, read_only([1], np.int8), np.zeros((4, 8)), np.zeros(1))
