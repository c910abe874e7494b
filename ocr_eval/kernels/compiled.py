"""The functions of vector, areas, hulls and contacts with the same answers, on compiled kernels: for large work."""

from __future__ import annotations

import numpy as np

from ocr_eval.kernels import (
    areas,
    assignment,
    augmenting,
    clip,
    edges,
    hulls,
    matching,
    pairs,
    polygon,
    steady_loops,
    vector,
)
from ocr_eval.kernels import components as joints
from ocr_eval.kernels.jit import read_only
from ocr_eval.kernels.outlier_loops import outlier_areas as outlier_areas

_BRUTE = 10_000  # same-sample pairs from which a grid pays
_CELLS = 16  # a box on more cells than this is not put into the grid
_ONCE = 1 << 20  # same-sample pairs up to which candidates are listed without being counted first
_PAIRS_PER_RING = 0.4  # from here on edge tables are cheaper than finding convex rings and clipping them


def side(start, xy, ring, shape):
    """As ``vector.side``. Inputs become read-only."""
    n = len(ring) - 1
    xy, ring, shape = read_only(xy, np.float64), read_only(ring, np.int64), read_only(shape, np.uint8)
    area, box, straight, far = np.empty(n), np.empty((4, n)), np.empty(n, np.bool_), np.empty(n)
    polygon.side(xy, ring, shape, area, box, straight, far)
    return vector.Side(read_only(start, np.int64), xy, ring, shape, area, box, straight, far)


def candidates(gt, pred, limit):
    """As ``vector.candidates``: brute force in small samples, a uniform grid in large ones."""
    gt_box, pred_box = read_only(gt.box, np.float64), read_only(pred.box, np.float64)
    work = np.diff(gt.start) * np.diff(pred.start)
    large = work >= _BRUTE
    count = np.zeros(len(gt.area), np.int64)
    begin, found = read_only((), np.int64), np.empty(0, np.int64)
    boxes = (gt.start, gt_box, pred.start, pred_box)
    once = not large.any() and work.sum() <= _ONCE
    if once:
        found = np.empty(work.sum() + 1, np.int64)
    pairs.brute(*boxes, read_only(large, np.bool_), count, begin, once, found)
    grids = {s: _grid(gt, pred, gt_box, pred_box, s) for s in np.flatnonzero(large).tolist()}
    for arguments in grids.values():
        pairs.grid(gt_box, pred_box, *arguments, count, begin, False, found)
    ends = np.concatenate([[0], np.cumsum(count)])
    own = np.diff(ends[gt.start])
    if len(own):
        limit(int(own.argmax()), int(own.max()), int(ends[-1]))
    g = np.repeat(np.arange(len(count)), count)
    if once:
        return g, found[: ends[-1]].copy()
    # A grid gives its pairs unsorted; where most pairs meet it saves nothing.
    large &= own < work // 8
    found = np.empty(ends[-1] + 1, np.int64)
    begin = read_only(ends, np.int64)
    pairs.brute(*boxes, read_only(large, np.bool_), count, begin, True, found)
    p = found[:-1]
    for s in np.flatnonzero(large).tolist():
        pairs.grid(gt_box, pred_box, *grids[s], count, begin, True, found)
        part = slice(ends[gt.start[s]], ends[gt.start[s + 1]])
        p[part] = p[part][np.lexsort((p[part], g[part]))]
    return g, p


def _grid(gt, pred, gt_box, pred_box, s):
    """Arguments of ``pairs.grid`` for sample s: cells twice as wide and high as the mean box, but not too many."""
    gts, preds = read_only(gt.start[s : s + 2], np.int64), read_only(pred.start[s : s + 2], np.int64)
    own = pred_box[:, preds[0] : preds[1]]
    own = own[:, own[0] <= own[2]]
    most = max(1024, 4 * own.shape[1])
    low = own[:2].min(1, initial=np.inf) if own.size else np.zeros(2)
    reach = own[2:].max(1) - low if own.size else np.zeros(2)
    length = np.maximum(2 * (own[2:] - own[:2]).mean(1), 1e-6) if own.size else np.ones(2)
    length = np.maximum(length, reach / most)
    while np.prod(np.floor(reach / length) + 1) > most:
        length *= 1.25
    shape, origin = read_only(np.floor(reach / length) + 1, np.int64), read_only(low, np.float64)
    heads = np.empty(int(shape[0] * shape[1]) + 1, np.int64)
    place = (pred_box, preds, origin, read_only(length, np.float64), shape, _CELLS, heads)
    nothing = np.empty(0, np.int64)
    items, wide = (np.empty(n, np.int64) for n in pairs.bucket(*place, nothing, nothing))
    if len(items):
        pairs.bucket(*place, items, wide)
    elif len(wide):
        # Nothing but wide boxes: every gt looks at every prediction.
        wide = np.arange(preds[0], preds[1])
    return gts, *place[1:6], *(read_only(array, np.int64) for array in (heads, items, wide))


def shared_areas(gt, pred, g, p, special):
    """As ``areas.shared_areas``; convex pairs are clipped where there are few pairs, and so few uses of an edge."""
    g, p = read_only(g, np.int64), read_only(p, np.int64)
    inter, guard, which = np.empty(len(g)), np.empty(len(g)), np.empty(len(g), np.int8)
    sides = gt, pred
    tables = [_edge_table(own, some) if some else None for own, some in zip(sides, special, strict=True)]
    columns, used = [], []
    for own, some, table in zip(sides, special, tables, strict=True):
        ends = table[-1] if table else own.ring
        columns += [own.box, own.shape, own.straight, areas.far(own, some), ends]
        used.append(np.zeros(len(own.area), np.bool_))
    pairs.plan(*(read_only(column, column.dtype) for column in columns), g, p, inter, guard, which, *used)
    if len(g) < _PAIRS_PER_RING * (len(gt.area) + len(pred.area)) and not any(tables):
        which[(which == 2) & _convex(gt)[g] & _convex(pred)[p]] = 1
        room = int(np.diff(gt.ring).max(initial=0) + np.diff(pred.ring).max(initial=0)) + 4
        chosen = read_only(which, np.int8)
        clip.clip_areas(gt.xy, gt.ring, pred.xy, pred.ring, g, p, chosen, np.empty((4, room)), inter)
        which[(which == 1) & (inter >= 0)] = 0
        which[which == 1] = 2
    if which.any():
        made = [
            table or _edge_table(own, {}, flags)
            for own, table, flags in zip(sides, tables, used, strict=True)
        ]
        edges.edge_areas(*made[0], *made[1], g, p, read_only(which, np.int8), inter)
    return inter, guard


def _convex(side):
    flags = np.empty(len(side.area), np.bool_)
    polygon.convex(side.xy, side.ring, side.shape, read_only(side.far, np.float64), flags)
    return flags


def _edge_table(side, special, used=None):
    """Columns and offsets of ``areas.edge_table``; only of rings flagged ``used`` where that is given."""
    flags = read_only(np.ones(len(side.area), np.bool_) if used is None else used, np.bool_)
    if special:
        made = areas.edge_table(side, special)
        columns, ring = [np.array(column) for column in made[:5]], read_only(made.offset, np.int64)
    else:
        columns, ring = [np.empty(len(side.xy)) for _ in range(5)], side.ring
        polygon.edge_table(side.xy, ring, flags, *columns)
    columns.append(np.empty(len(columns[0])))
    edges.sort_edges(ring, flags, *columns)
    return (*(read_only(column, np.float64) for column in columns), ring)


def hull_table(xy, ring, shape):
    """As ``hulls.hull_table``; ``shape`` is not needed."""
    values, exact = hulls.exact_values(xy, ring)
    index, count = np.zeros(len(xy), np.int64), np.zeros(len(ring) - 1, np.int64)
    scratch = np.empty((2, int(np.diff(ring).max(initial=0)) + 2), np.int64)
    ring = read_only(ring, np.int64)
    polygon.hull_table(read_only(values, np.float64), ring, read_only(exact, np.bool_), index, count, scratch)
    for i in np.flatnonzero(count < 0).tolist():
        own = hulls.chain(xy[ring[i] : ring[i + 1]], False)
        index[ring[i] : ring[i] + len(own)] = ring[i] + np.array(own, np.int64)
        count[i] = len(own)
    return hulls.cut(xy, ring, index, count)


def steady_areas(gt_xy, gt_ring, pred_xy, pred_ring, gt, pred):
    """As ``steady.steady_areas``, the same bits."""
    made = [np.empty(len(gt)) for _ in range(3)]
    rings = [
        read_only(array, dtype)
        for array, dtype in zip(
            (gt_xy, gt_ring, pred_xy, pred_ring, gt, pred),
            (np.float64, np.int64, np.float64, np.int64, np.int64, np.int64),
            strict=True,
        )
    ]
    steady_loops.pair_areas(*rings, *made)
    return tuple(made)


def apart(gt, pred, g, p):
    """As ``contacts.apart``."""
    place = np.empty(len(g), np.int8)
    boxes = read_only(gt.box, np.float64), read_only(pred.box, np.float64)
    far = read_only(gt.far, np.float64), read_only(pred.far, np.float64)
    g, p = read_only(g, np.int64), read_only(p, np.int64)
    polygon.apart(gt.xy, gt.ring, far[0], pred.xy, pred.ring, far[1], *boxes, g, p, place)
    return place


def first_fit(gt, pred, order, sizes):
    """(N gt,) prediction of each gt, -1 = none; ``sizes`` are the numbers of gts and predictions."""
    partner, taken = np.full(sizes[0], -1, np.int64), np.zeros(sizes[1], np.bool_)
    matching.first_fit(*(read_only(array, np.int64) for array in (gt, pred, order)), taken, partner)
    return partner


def components(gt, pred, sizes):
    """(labels of gts, labels of predictions, their number): as ``plain.components``."""
    labels = np.empty(sum(sizes), np.int64)
    count = joints.label(read_only(gt, np.int64), read_only(pred, np.int64), sizes[0], labels)
    return labels[: sizes[0]], labels[sizes[0] :], count


def settle(gt, pred, weight, size, worth=None):
    """The prediction of each gt of one contest, -1 = none: as ``plain.settle``."""
    return assignment.solve(gt, pred, weight, size, worth).tolist()


def shortest_paths(cost):
    """(n,) the column of each row of the costs (n, m), n <= m: as ``plain.shortest_paths``."""
    return augmenting.shortest_paths(cost)
