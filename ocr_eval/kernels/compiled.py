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

_ROOM = 4  # pairs per instance that a grid keeps when it counts them
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
    work = (gt.start[1:] - gt.start[:-1]) * (pred.start[1:] - pred.start[:-1])
    large = work >= vector.BRUTE
    count = np.zeros(len(gt.area), np.int64)
    begin, found = read_only((), np.int64), np.empty(0, np.int64)
    boxes = (gt.start, gt_box, pred.start, pred_box)
    once = not large.any() and work.sum() <= _ONCE
    if once:
        found = np.empty(work.sum() + 1, np.int64)
    some_small = not large.all()
    if some_small:
        pairs.brute(*boxes, read_only(large, np.bool_), count, begin, once, found)
    grids = {
        s: _grid(gt.start, gt_box, pred.start, pred_box, s, count) for s in np.flatnonzero(large).tolist()
    }
    ends = np.concatenate([[0], np.cumsum(count)])
    own = np.diff(ends[gt.start])
    if len(own):
        fullest = int(own.argmax())
        limit(fullest, int(own[fullest]), int(ends[-1]))
    g = np.repeat(np.arange(len(count)), count)
    if once:
        return g, found[: ends[-1]].copy()
    found = np.empty(ends[-1] + 1, np.int64)
    if some_small:
        pairs.brute(*boxes, read_only(large, np.bool_), count, read_only(ends, np.int64), True, found)
    for s, (arguments, some) in grids.items():
        if len(some) < own[s]:
            # Room for the longest stretch behind the last pair.
            some = np.empty(own[s] + len(arguments[-1]) + 1, np.int64)
            pairs.grid(*arguments, count, some)
        found[ends[gt.start[s]] : ends[gt.start[s + 1]]] = some[: own[s]]
    return g, found[:-1]


def _grid(gt_start, gt_box, pred_start, pred_box, s, count):
    """Counts of sample s; the arguments of ``pairs.grid``, and its pairs where they are not too many."""
    span = *gt_start[s : s + 2].tolist(), *pred_start[s : s + 2].tolist()
    size = span[3] - span[2]
    place, shape = vector.layout(*pairs.extent(pred_box, span[2], span[3]))
    scratch = np.empty(shape[0] * shape[1] + 1, np.int64), np.empty((4, size)), *np.empty((2, size), np.int64)
    arguments = gt_box, pred_box, span, place, shape, vector.CELLS, *scratch
    found = np.empty(_ROOM * (size + span[1] - span[0]), np.int64)
    return arguments, found if pairs.grid(*arguments, count, found) else found[:0]


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
