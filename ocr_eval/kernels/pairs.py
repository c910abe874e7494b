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
def grid(
    gt_box,
    pred_box,
    gts,
    preds,
    origin,
    cell_size,
    shape,
    most,
    heads,
    items,
    wide,
    count,
    begin,
    fill,
    found,
):
    """One sample through a grid of ``shape`` (columns, rows); ``gts`` and ``preds`` are (first, behind last).

    ``heads`` (cells + 1,) are offsets of ``items`` (predictions per cell) and ``wide`` are predictions on more than
    ``most`` cells, all made by ``bucket``. A pair is reported in the first cell both share; per gt the order of
    predictions is that of cells, so the caller sorts. A gt on more than ``most`` cells looks at every prediction.
    """
    for g in range(gts[0], gts[1]):
        x_low, y_low, x_high, y_high = gt_box[0, g], gt_box[1, g], gt_box[2, g], gt_box[3, g]
        k = begin[g] if fill else 0
        left, right = (
            cell(x_low, origin[0], cell_size[0], shape[0]),
            cell(x_high, origin[0], cell_size[0], shape[0]),
        )
        top, bottom = (
            cell(y_low, origin[1], cell_size[1], shape[1]),
            cell(y_high, origin[1], cell_size[1], shape[1]),
        )
        everything = (right - left + 1) * (bottom - top + 1) > most
        if not x_low <= x_high:
            left, right, top, bottom, everything = 0, -1, 0, -1, False
        for i in range(preds[1] - preds[0] if everything else wide.size):
            p = preds[0] + i if everything else wide[i]
            if not (x_low <= pred_box[2, p] and x_high >= pred_box[0, p]):
                continue
            if y_low <= pred_box[3, p] and y_high >= pred_box[1, p]:
                if fill:
                    found[k] = p
                k += 1
        if everything:
            right = left - 1
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                at = row * shape[0] + column
                for i in range(heads[at], heads[at + 1]):
                    p = items[i]
                    if not (x_low <= pred_box[2, p] and x_high >= pred_box[0, p]):
                        continue
                    if not (y_low <= pred_box[3, p] and y_high >= pred_box[1, p]):
                        continue
                    own_row = max(top, cell(pred_box[1, p], origin[1], cell_size[1], shape[1]))
                    own_column = max(left, cell(pred_box[0, p], origin[0], cell_size[0], shape[0]))
                    if own_row == row and own_column == column:
                        if fill:
                            found[k] = p
                        k += 1
        if not fill:
            count[g] = k


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
def cell(value, origin, side, cells):
    """The row or column of a coordinate, kept inside the grid."""
    return min(max(np.int64(np.floor((value - origin) / side)), 0), cells - 1)


@kernel
def bucket(pred_box, preds, origin, cell_size, shape, most, heads, items, wide):
    """Counting sort of predictions into cells. Returns (number of items, number of wide ones).

    With empty ``items`` it only counts. Predictions on more than ``most`` cells are ``wide``; empty boxes are nowhere.
    """
    heads[:] = 0
    total, wides = 0, 0
    for turn in range(2 if items.size else 1):
        wides = 0
        # The second time from the back, so that the items of a cell stay in table order and heads become beginnings.
        for i in range(preds[1] - preds[0]):
            p = preds[0] + i if turn == 0 else preds[1] - 1 - i
            if not pred_box[0, p] <= pred_box[2, p]:
                continue
            left, right = (
                cell(pred_box[0, p], origin[0], cell_size[0], shape[0]),
                cell(pred_box[2, p], origin[0], cell_size[0], shape[0]),
            )
            top, bottom = (
                cell(pred_box[1, p], origin[1], cell_size[1], shape[1]),
                cell(pred_box[3, p], origin[1], cell_size[1], shape[1]),
            )
            if (right - left + 1) * (bottom - top + 1) > most:
                if turn == 1:
                    wide[wides] = p
                wides += 1
                continue
            for row in range(top, bottom + 1):
                for column in range(left, right + 1):
                    at = row * shape[0] + column
                    if turn == 0:
                        heads[at] += 1
                    else:
                        heads[at] -= 1
                        items[heads[at]] = p
        if turn == 0:
            for at in range(heads.size):
                total += heads[at]
                heads[at] = total
    return total, wides


def warm():
    """One call of every kernel, with the argument form all calls have."""
    box, two = read_only([[0], [0], [1], [1]], np.float64), read_only([0, 1], np.int64)
    count, found, heads = np.zeros(1, np.int64), np.zeros(2, np.int64), np.zeros(2, np.int64)
    brute(two, box, two, box, read_only([False], np.bool_), count, two, False, found)
    place = two, read_only([0, 0], np.float64), read_only([1, 1], np.float64), read_only([1, 1], np.int64), 16
    bucket(box, *place, heads, found[:1], found[:0])
    one = read_only(found[:1], np.int64)
    cells = [read_only(array, np.int64) for array in (heads, found[:1], found[:0])]
    grid(box, box, two, *place, *cells, count, two, False, found)
    flag, byte, real = read_only([False], np.bool_), read_only([0], np.uint8), read_only([0], np.float64)
    column = box, byte, flag, real, two
    used = np.zeros(1, np.bool_)
    plan(*column, *column, one, one, np.zeros(1), np.zeros(1), np.zeros(1, np.int8), used, used)
