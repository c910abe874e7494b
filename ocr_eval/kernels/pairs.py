"""Boxes of two sides -> pairs of one sample whose closed boxes meet: brute force and a uniform grid, compiled.

Boxes are (4, N): low x, low y, high x, high y. A kernel counts, or fills (``fill``) what was counted.
"""

from __future__ import annotations

import numpy as np

from ocr_eval.kernels.jit import kernel, read_only


@kernel
def brute(gt_start, gt_box, pred_start, pred_box, large, count, begin, fill, found):
    """Counts per gt, and writes predictions if ``fill``; samples flagged ``large`` are left out.

    Written at ``found[begin[g]:]``, or one after the other when ``begin`` is empty.
    """
    k = 0
    for s in range(gt_start.size - 1):
        if large[s]:
            continue
        first, last = pred_start[s], pred_start[s + 1]
        for g in range(gt_start[s], gt_start[s + 1]):
            x_low, y_low, x_high, y_high = gt_box[0, g], gt_box[1, g], gt_box[2, g], gt_box[3, g]
            if begin.size:
                k = begin[g]
            before = k
            if fill:
                for p in range(first, last):
                    # Written always, kept only when the counter moves: no branch. One slot behind the end is spare.
                    found[k] = p
                    k += (
                        (x_low <= pred_box[2, p])
                        & (x_high >= pred_box[0, p])
                        & (y_low <= pred_box[3, p])
                        & (y_high >= pred_box[1, p])
                    )
            else:
                for p in range(first, last):
                    k += (
                        (x_low <= pred_box[2, p])
                        & (x_high >= pred_box[0, p])
                        & (y_low <= pred_box[3, p])
                        & (y_high >= pred_box[1, p])
                    )
            count[g] = k - before


@kernel
def extent(box, first, last):
    """Of boxes first … last - 1 but empty ones: number, low x, low y, high x, high y, sums of widths, of heights."""
    n = 0
    x_low, y_low, x_high, y_high, wide, tall = np.inf, np.inf, -np.inf, -np.inf, 0.0, 0.0
    for p in range(first, last):
        if box[0, p] <= box[2, p]:
            n += 1
            x_low, y_low = min(x_low, box[0, p]), min(y_low, box[1, p])
            x_high, y_high = max(x_high, box[2, p]), max(y_high, box[3, p])
            wide += box[2, p] - box[0, p]
            tall += box[3, p] - box[1, p]
    return n, x_low, y_low, x_high, y_high, wide, tall


@kernel
def grid(gt_box, pred_box, span, place, shape, most, heads, boxes, items, cell_of, count, found):
    """One sample through a grid: counts per gt, and pairs into ``found``; False if that was too short.

    ``span``: first gt, behind the last, first prediction, behind the last. ``place``: low x, low y of the grid, cells
    per unit of x and of y; ``shape``: columns, rows. A prediction lies in the cell of its low corner, so that a row of
    cells is one stretch of ``items``, whose ``boxes`` stand in the same order; a gt looks as far to the left and up as
    the largest box reaches. Boxes longer than ``most`` cells are in none: they follow behind the items, for every gt to
    look at. ``heads`` (cells + 1,), ``boxes`` (4, predictions), ``items`` and ``cell_of`` are scratch.

    Pairs stand gt after gt, each with its predictions in table order.
    """
    first, last = span[2], span[3]
    columns, rows = shape[0], shape[1]
    heads[:] = 0
    reach_x, reach_y = 0.0, 0.0
    for p in range(first, last):
        wide, tall = pred_box[2, p] - pred_box[0, p], pred_box[3, p] - pred_box[1, p]
        if not pred_box[0, p] <= pred_box[2, p]:
            cell_of[p - first] = -2
        elif wide * place[2] > most or tall * place[3] > most:
            cell_of[p - first] = -1
        else:
            reach_x, reach_y = max(reach_x, wide), max(reach_y, tall)
            at = cell(pred_box[1, p], place[1], place[3], rows) * columns
            at += cell(pred_box[0, p], place[0], place[2], columns)
            cell_of[p - first] = at
            heads[at] += 1
    total = 0
    for at in range(heads.size):
        total += heads[at]
        heads[at] = total
    behind = total
    for p in range(first, last):
        if cell_of[p - first] == -1:
            items[behind] = p
            for i in range(4):
                boxes[i, behind] = pred_box[i, p]
            behind += 1
    # From the back, so that the items of a cell stay in table order and heads become beginnings.
    for p in range(last - 1, first - 1, -1):
        at = cell_of[p - first]
        if at >= 0:
            heads[at] -= 1
            items[heads[at]] = p
            for i in range(4):
                boxes[i, heads[at]] = pred_box[i, p]
    lefts, tops, rights, bottoms = boxes[0], boxes[1], boxes[2], boxes[3]
    k, filled = 0, True
    for g in range(span[0], span[1]):
        x_low, y_low, x_high, y_high = gt_box[0, g], gt_box[1, g], gt_box[2, g], gt_box[3, g]
        begin = k
        if x_low <= x_high:
            # A little further than the reach: differences of coordinates are rounded.
            x = x_low - reach_x - 2.0**-50 * (abs(x_low) + reach_x)
            y = y_low - reach_y - 2.0**-50 * (abs(y_low) + reach_y)
            left, right = cell(x, place[0], place[2], columns), cell(x_high, place[0], place[2], columns)
            top, bottom = cell(y, place[1], place[3], rows), cell(y_high, place[1], place[3], rows)
            for row in range(top, bottom + (2 if behind > total else 1)):
                if row <= bottom:
                    start, stop = heads[row * columns + left], heads[row * columns + right + 1]
                else:
                    start, stop = total, behind
                filled = filled and k + stop - start < found.size
                # Unsigned, so that no index is asked whether it counts from the end.
                if filled:
                    for i in range(np.uint64(start), np.uint64(stop)):
                        # As in ``brute``: written always, kept only when the counter moves.
                        found[np.uint64(k)] = items[i]
                        k += (
                            (x_low <= rights[i])
                            & (x_high >= lefts[i])
                            & (y_low <= bottoms[i])
                            & (y_high >= tops[i])
                        )
                else:
                    for i in range(np.uint64(start), np.uint64(stop)):
                        k += (
                            (x_low <= rights[i])
                            & (x_high >= lefts[i])
                            & (y_low <= bottoms[i])
                            & (y_high >= tops[i])
                        )
        count[g] = k - begin
        if filled and k > begin + 1:
            sort(found, begin, k)
    return filled


@kernel
def sort(values, begin, end):
    """Sorts a stretch that consists of a few rising runs (Shell's sort, in place)."""
    i = begin + 1
    while i < end and values[i - 1] < values[i]:
        i += 1
    if i == end:
        return
    gap = 1
    while gap < (end - begin) // 3:
        gap = 3 * gap + 1
    while gap >= 1:
        for i in range(begin + gap, end):
            value, j = values[i], i
            while j >= begin + gap and values[j - gap] > value:
                values[j] = values[j - gap]
                j -= gap
            values[j] = value
        gap //= 3


@kernel
def plan(
    gt_box, gt_shape, gt_straight, gt_far, gt_edges, pred_box, pred_shape, pred_straight, pred_far, pred_edges,
    gt, pred, inter, guard, which, gt_used, pred_used,
):  # fmt: skip
    """Per pair: the shared area where boxes and classes give it exactly, else ``which`` 2 and the bound of its error.

    Rings of the latter are flagged as used (flags begin as False). The rules are those of ``areas.shared_areas``;
    ``gt_edges`` and ``pred_edges`` are offsets of edge tables.
    """
    for k in range(gt.size):
        g, p = gt[k], pred[k]
        wide = min(gt_box[2, g], pred_box[2, p]) - max(gt_box[0, g], pred_box[0, p])
        tall = min(gt_box[3, g], pred_box[3, p]) - max(gt_box[1, g], pred_box[1, p])
        inter[k], guard[k], which[k] = 0.0, 0.0, 0
        if wide <= 0.0 or tall <= 0.0 or gt_shape[g] >= 3 or pred_shape[p] >= 3:
            continue
        if gt_straight[g] and pred_straight[p]:
            inter[k] = wide * tall
            continue
        which[k] = 2
        gt_used[g] = True
        pred_used[p] = True
        wide = max(gt_box[2, g], pred_box[2, p]) - min(gt_box[0, g], pred_box[0, p])
        tall = max(gt_box[3, g], pred_box[3, p]) - min(gt_box[1, g], pred_box[1, p])
        longer = max(wide, tall)
        edges = gt_edges[g + 1] - gt_edges[g] + pred_edges[p + 1] - pred_edges[p]
        guard[k] = 4.0 * 2.0**-52 * edges * longer * (longer + gt_far[g] + pred_far[p])


@kernel
def cell(value, low, per_unit, cells):
    """The row or column of a coordinate, kept inside the grid; never falls where the coordinate rises."""
    return np.int64(min(max((value - low) * per_unit, 0.0), cells - 1.0))


def warm():
    """One call of every kernel, with the argument form all calls have."""
    box, two = read_only([[0], [0], [1], [1]], np.float64), read_only([0, 1], np.int64)
    count, found, heads = np.zeros(1, np.int64), np.zeros(3, np.int64), np.zeros(2, np.int64)
    brute(two, box, two, box, read_only([False], np.bool_), count, two, False, found)
    extent(box, 0, 1)
    scratch = heads, np.zeros((4, 1)), *np.zeros((2, 1), np.int64)
    grid(box, box, (0, 1, 0, 1), (0.0, 0.0, 1.0, 1.0), (1, 1), 4.0, *scratch, count, found)
    one = read_only(found[:1], np.int64)
    flag, byte, real = read_only([False], np.bool_), read_only([0], np.uint8), read_only([0], np.float64)
    column = box, byte, flag, real, two
    used = np.zeros(1, np.bool_)
    plan(*column, *column, one, one, np.zeros(1), np.zeros(1), np.zeros(1, np.int8), used, used)
