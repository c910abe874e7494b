"""The functions of vector, areas, hulls and contacts under one name: what ``compiled`` does, without Numba."""

from __future__ import annotations

import numpy as np

from ocr_eval.kernels.areas import shared_areas as shared_areas
from ocr_eval.kernels.contacts import apart as apart
from ocr_eval.kernels.hulls import hull_table as hull_table
from ocr_eval.kernels.steady import steady_areas as steady_areas
from ocr_eval.kernels.vector import candidates as candidates
from ocr_eval.kernels.vector import side as side


def first_fit(gt, pred, order, sizes):
    """(N gt,) prediction of each gt, -1 = none, when pairs ``order`` are tried in turn; ``sizes`` of both sides."""
    partner = np.full(sizes[0], -1, np.int64)
    taken, done = set(), set()
    for g, p in zip(gt[order].tolist(), pred[order].tolist(), strict=True):
        if g not in done and p not in taken:
            done.add(g)
            taken.add(p)
            partner[g] = p
            if len(done) == sizes[0]:
                break
    return partner


def components(gt, pred, sizes):
    """(labels of gts, labels of predictions, their number): as ``components.label``."""
    root = list(range(sum(sizes)))

    def find(i):
        while root[i] != i:
            root[i] = i = root[root[i]]
        return i

    for g, p in zip(gt.tolist(), pred.tolist(), strict=True):
        a, b = find(g), find(p + sizes[0])
        root[max(a, b)] = min(a, b)
    _, labels = np.unique([find(i) for i in range(len(root))], return_inverse=True)
    return labels[: sizes[0]], labels[sizes[0] :], int(labels.max(initial=-1)) + 1


def settle(gt, pred, weight, size):
    """(size,) the prediction of each gt of one contest, -1 = none: what ``assignment.solve`` finds, in whole numbers.

    The rank of a pair is the last part of its weight: 2^-(place in the order given), which no later ones outweigh.
    """
    gt, pred, weight = gt.tolist(), pred.tolist(), weight.tolist()
    most, pairs = max(weight) + 1, len(gt)
    value = [[0] * size for _ in range(size)]
    for k, (g, p, w) in enumerate(zip(gt, pred, weight, strict=True)):
        value[g][p] = ((size * most + w) << pairs) + (1 << (pairs - 1 - k))
    high, low, row_of = [max(row) for row in value], [0] * size, [-1] * size
    for g in range(size):
        # Dijkstra from row g over reduced costs to the nearest free column.
        distance, before, done = [None] * size, [-1] * size, [False] * size
        row, column, base = g, -1, 0
        while True:
            for p in range(size):
                if not done[p]:
                    to = base + high[row] + low[p] - value[row][p]
                    if distance[p] is None or to < distance[p]:
                        distance[p], before[p] = to, column
            column = min((p for p in range(size) if not done[p]), key=lambda p: distance[p])
            done[column], base = True, distance[column]
            if row_of[column] < 0:
                break
            row = row_of[column]
        for p in range(size):
            if done[p] and p != column:
                high[row_of[p]] -= base - distance[p]
                low[p] += base - distance[p]
        high[g] -= base
        while column >= 0:
            row_of[column] = g if before[column] < 0 else row_of[before[column]]
            column = before[column]
    partner = [-1] * size
    for p, g in enumerate(row_of):
        partner[g] = p if value[g][p] else -1
    return partner
