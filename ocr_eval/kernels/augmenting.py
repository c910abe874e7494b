"""Costs of one sample -> the complete assignment that SciPy's ``linear_sum_assignment`` finds, ties as it has them.

Several assignments can be the best, and published numbers rest on the one that SciPy happens to take (Crouse 2016,
"On implementing 2D rectangular assignment algorithms"): rows in order, each by a shortest augmenting path over a list
of columns that begins reversed; a used column gives its place to the last of the list; of equally near columns the
first free one met, else the first met. The plain twin is ``plain.shortest_paths``.
"""

from __future__ import annotations

import numpy as np

from ocr_eval.kernels.jit import kernel, read_only


@kernel
def walk(cost, high, low, row_of, column_of, reach, way, rest, rows, columns):
    """``cost`` (n, m), n <= m, float64; ``column_of`` (n,) is the answer; the others are work space.

    ``high``, ``column_of`` and ``rows`` (n,), the rest (m,); ``rows`` and ``columns`` are flags.
    """
    n, m = cost.shape
    for i in range(n):
        high[i], column_of[i] = 0.0, -1
    for j in range(m):
        low[j], row_of[j] = 0.0, -1
    for start in range(n):
        for i in range(n):
            rows[i] = False
        for j in range(m):
            reach[j], columns[j], rest[j] = np.inf, False, m - 1 - j
        i, left, least, sink = start, m, 0.0, -1
        while sink < 0:
            rows[i] = True
            nearest, lowest = 0, np.inf
            for k in range(left):
                j = rest[k]
                length = least + cost[i, j] - high[i] - low[j]
                if length < reach[j]:
                    way[j], reach[j] = i, length
                if reach[j] < lowest or (reach[j] == lowest and row_of[j] < 0):
                    nearest, lowest = k, reach[j]
            least, j = lowest, rest[nearest]
            if row_of[j] < 0:
                sink = j
            else:
                i = row_of[j]
            columns[j] = True
            left -= 1
            rest[nearest] = rest[left]
        for i in range(n):
            if i == start:
                high[i] += least
            elif rows[i]:
                high[i] += least - reach[column_of[i]]
        for j in range(m):
            if columns[j]:
                low[j] -= least - reach[j]
        j, i = sink, -1
        while i != start:
            i = way[j]
            row_of[j] = i
            j, column_of[i] = column_of[i], j


def shortest_paths(cost):
    """(n,) the column of each row of ``cost`` (n, m), n <= m, finite float64: the smallest total. As ``walk``."""
    n, m = cost.shape
    floats = [np.empty(size) for size in (n, m)]
    row_of, column_of = np.empty(m, np.int64), np.empty(n, np.int64)
    work = np.empty(m), np.empty(m, np.int64), np.empty(m, np.int64)
    walk(
        read_only(cost, np.float64),
        *floats,
        row_of,
        column_of,
        *work,
        np.empty(n, np.bool_),
        np.empty(m, np.bool_),
    )
    return column_of


def warm():
    """One call, with the argument form all calls have."""
    shortest_paths(np.zeros((1, 1)))
