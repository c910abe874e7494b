"""The functions of vector, areas, hulls and contacts under one name: what ``compiled`` does, without Numba."""

from __future__ import annotations

import numpy as np

from ocr_eval.kernels.areas import shared_areas as shared_areas
from ocr_eval.kernels.contacts import apart as apart
from ocr_eval.kernels.hulls import hull_table as hull_table
from ocr_eval.kernels.outliers import outlier_areas as outlier_areas
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


def settle(gt, pred, weight, size, worth=None):
    """(size,) the prediction of each gt of one contest, -1 = none: what ``assignment.solve`` finds, in whole numbers.

    Pairs k in the order of their rank, ``gt`` and ``pred`` numbered from 0 below ``size``; the most ``worth`` (from 1;
    without it the most pairs), then the most ``weight`` (from 0), then the least ranks. The rank of a pair is the last
    part of its value: 2^-(place in the order given), which no later ones outweigh.
    """
    gt, pred, weight = gt.tolist(), pred.tolist(), weight.tolist()
    worth = [1] * len(gt) if worth is None else worth.tolist()
    most, pairs = max(weight) + 1, len(gt)
    value = [[0] * size for _ in range(size)]
    for k, (g, p, v, w) in enumerate(zip(gt, pred, worth, weight, strict=True)):
        value[g][p] = ((v * size * most + w) << pairs) + (1 << (pairs - 1 - k))
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


def shortest_paths(cost):
    """(n,) the column of each row: as ``augmenting.shortest_paths``, the same additions in the same order."""
    cost = cost.tolist()
    n, m = len(cost), len(cost[0])
    high, low, row_of, column_of = [0.0] * n, [0.0] * m, [-1] * m, [-1] * n
    for start in range(n):
        reach, way, used = [np.inf] * m, [-1] * m, []
        rest, i, least = list(range(m - 1, -1, -1)), start, 0.0
        rows = [start]
        while True:
            nearest, lowest = 0, np.inf
            for k, j in enumerate(rest):
                length = least + cost[i][j] - high[i] - low[j]
                if length < reach[j]:
                    way[j], reach[j] = i, length
                if reach[j] < lowest or (reach[j] == lowest and row_of[j] < 0):
                    nearest, lowest = k, reach[j]
            least, j = lowest, rest[nearest]
            used.append(j)
            last = rest.pop()
            if nearest < len(rest):
                rest[nearest] = last
            if row_of[j] < 0:
                break
            i = row_of[j]
            rows.append(i)
        high[start] += least
        for i in rows[1:]:
            high[i] += least - reach[column_of[i]]
        for each in used:
            low[each] -= least - reach[each]
        i = -1
        while i != start:
            i = way[j]
            row_of[j] = i
            column_of[i], j = j, column_of[i]
    return np.array(column_of, np.int64)
