"""Regions of rings one after the other -> the areas and moments of ``overlays``, compiled."""

from __future__ import annotations

import numpy as np

from ocr_eval.kernels.jit import kernel, read_only


@kernel
def sweep(xy, ring, member, group, start, origin, reals, numbers, stops, area, moment):
    """Writes ``area`` (R,) and ``moment`` (R, 2) about ``origin`` (R, 2).

    ``reals`` (6, E) and ``numbers`` (5, E) are scratch for the E edges of the largest region; ``stops`` for its corners
    and crossings, which are counted only when it is too short: then the number needed is returned, else 0.
    """
    left, right, y, slope = reals[0], reals[1], reals[2], reals[3]
    height, tilt = reals[4], reals[5]
    who, order, odd, kind, open_rings = numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]
    most = 0
    for r in range(start.size - 1):
        n = 0
        ox, oy = origin[r, 0], origin[r, 1]
        groups = 0
        for k in range(start[r], start[r + 1]):
            local = k - start[r]
            kind[local] = group[k]
            groups = max(groups, group[k] + 1)
            begin, end = ring[member[k]], ring[member[k] + 1]
            for i in range(begin, end):
                j = i + 1 if i + 1 < end else begin
                ax, ay, bx, by = xy[i, 0] - ox, xy[i, 1] - oy, xy[j, 0] - ox, xy[j, 1] - oy
                if ax == bx:
                    continue
                if ax > bx:
                    ax, ay, bx, by = bx, by, ax, ay
                left[n], right[n], y[n], slope[n] = ax, bx, ay, (by - ay) / (bx - ax)
                who[n] = local
                n += 1
        count = 0
        for i in range(n):
            for turn in range(2):
                if count < stops.size:
                    stops[count] = left[i] if turn == 0 else right[i]
                count += 1
            for j in range(i):
                low, high = max(left[i], left[j]), min(right[i], right[j])
                if low >= high:
                    continue
                lean = slope[i] - slope[j]
                if lean == 0.0:
                    continue
                gap = (y[j] + slope[j] * (low - left[j])) - (y[i] + slope[i] * (low - left[i]))
                x = low + gap / lean
                if low < x and x < high:
                    if count < stops.size:
                        stops[count] = x
                    count += 1
        most = max(most, count)
        if count > stops.size:
            continue
        gap_size = 1
        while gap_size < count // 3:
            gap_size = 3 * gap_size + 1
        while gap_size >= 1:
            for i in range(gap_size, count):
                moved = stops[i]
                j = i
                while j >= gap_size and stops[j - gap_size] > moved:
                    stops[j] = stops[j - gap_size]
                    j -= gap_size
                stops[j] = moved
            gap_size //= 3
        total, along, up = 0.0, 0.0, 0.0
        for s in range(count - 1):
            low, high = stops[s], stops[s + 1]
            if high <= low:
                continue
            middle, width = (low + high) / 2, high - low
            cube = width * width * width / 12
            m = 0
            for i in range(n):
                if left[i] < middle and middle < right[i]:
                    value = y[i] + slope[i] * (middle - left[i])
                    j = m
                    while j > 0 and height[j - 1] > value:
                        height[j], order[j], tilt[j] = height[j - 1], order[j - 1], tilt[j - 1]
                        j -= 1
                    height[j], order[j], tilt[j] = value, who[i], slope[i]
                    m += 1
            for j in range(m):
                odd[order[j]] = 0
            for g in range(groups):
                open_rings[g] = 0
            missing = groups
            for j in range(m - 1):
                local = order[j]
                g = kind[local]
                if odd[local] == 0:
                    odd[local] = 1
                    if open_rings[g] == 0:
                        missing -= 1
                    open_rings[g] += 1
                else:
                    odd[local] = 0
                    open_rings[g] -= 1
                    if open_rings[g] == 0:
                        missing += 1
                if missing == 0:
                    below, above = height[j], height[j + 1]
                    total += (above - below) * width
                    along += middle * (above - below) * width + (tilt[j + 1] - tilt[j]) * cube
                    lean = tilt[j + 1] * tilt[j + 1] - tilt[j] * tilt[j]
                    up += ((above * above - below * below) * width + lean * cube) / 2
        area[r] = total
        moment[r, 0] = along + ox * total
        moment[r, 1] = up + oy * total
    return most if most > stops.size else 0


def fill(xy, ring, member, group, start, edges, origin, found):
    """Area and moments of every region into ``found``; ``edges`` (R,) are their numbers of edges."""
    tables = read_only(xy, np.float64), *(read_only(each, np.int64) for each in (ring, member, group, start))
    most = int(edges.max(initial=1))
    reals, numbers = (
        np.empty((6, most)),
        np.empty((5, max(most, int(np.diff(start).max(initial=1)))), np.int64),
    )
    room = 64 * most
    while room:
        arguments = read_only(origin, np.float64), reals, numbers, np.empty(room)
        room = int(sweep(*tables, *arguments, found.area, found.moment))


def warm():
    """One call, with the argument form all calls have."""
    one, triangle = np.zeros(1, np.int64), np.array([[0.0, 0], [1, 0], [1, 1]])
    made = np.zeros(1), np.zeros((1, 2))
    first, room = read_only(np.zeros((1, 2)), np.float64), np.empty(64)
    tables = (read_only(each, np.int64) for each in ([0, 3], one, one, [0, 1]))
    sweep(
        read_only(triangle, np.float64),
        *tables,
        first,
        np.empty((6, 3)),
        np.empty((5, 3), np.int64),
        room,
        *made,
    )
