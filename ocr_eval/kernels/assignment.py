"""Weights of the pairs of one contest -> the best one-to-one assignment, exact ties by rank, compiled.

Most pairs (or most worth) first, then the largest sum of weights (Kuhn 1955, Munkres 1957; shortest augmenting paths
with potentials), then the pairs of least rank: among all best assignments the one whose sorted ranks come first. The
plain twin is ``plain.settle``.
"""

from __future__ import annotations

import numpy as np

from ocr_eval.kernels.jit import kernel, read_only


@kernel
def complete(cost, high, low, row_of, column_of, slack, way, seen):
    """Every row gets a column, at the least total cost; ``high`` and ``low`` are potentials that prove it.

    ``cost`` (n + 1, n + 1); the column of row i + 1 is ``column_of[i + 1] - 1``. Everything counts from 1, as 0 stands
    for "no row yet". Sums stay below 2^62 when n² · (largest cost + 1) does.
    """
    n = cost.shape[0] - 1
    for i in range(n + 1):
        high[i], low[i], row_of[i] = 0, 0, 0
    for g in range(1, n + 1):
        row_of[0] = g
        j = 0
        for i in range(n + 1):
            slack[i] = np.int64(2**62)
            seen[i] = False
        while row_of[j] != 0:
            seen[j] = True
            i, step, nearest = row_of[j], np.int64(2**62), 0
            for p in range(1, n + 1):
                if not seen[p]:
                    reduced = cost[i, p] - high[i] - low[p]
                    if reduced < slack[p]:
                        slack[p] = reduced
                        way[p] = j
                    # A free column among equally near ones ends the search: copies of one ring cost n², not n³.
                    if slack[p] < step or (slack[p] == step and row_of[p] == 0 and row_of[nearest] != 0):
                        step = slack[p]
                        nearest = p
            for p in range(n + 1):
                if seen[p]:
                    high[row_of[p]] += step
                    low[p] -= step
                else:
                    slack[p] -= step
            j = nearest
        while j != 0:
            row_of[j] = row_of[way[j]]
            j = way[j]
    for j in range(1, n + 1):
        column_of[row_of[j]] = j


@kernel
def exchange(gt, pred, cost, high, low, row_of, column_of, slack, way, seen, fixed):
    """Of all assignments of least cost the one with the pairs of least rank; pairs k in the order of their rank.

    ``gt`` and ``pred`` are numbered from 0; the other arguments as ``complete`` left them, changed in place.
    """
    n = cost.shape[0] - 1
    # Best assignments are those of pairs without slack: exchange along alternating paths, lowest rank first.
    for i in range(n + 1):
        fixed[0, i] = False
        fixed[1, i] = False
    for k in range(gt.size):
        g, p = gt[k] + 1, pred[k] + 1
        if fixed[0, g] or fixed[1, p] or cost[g, p] != high[g] + low[p]:
            continue
        if column_of[g] != p:
            # The row that loses p must find, over others, the column that g gives up.
            goal, head, tail = column_of[g], 0, 1
            for i in range(n + 1):
                seen[i] = fixed[1, i]
            seen[p] = True
            slack[0] = row_of[p]
            while head < tail and not (seen[goal] and goal != p):
                i = slack[head]
                head += 1
                for j in range(1, n + 1):
                    if not seen[j] and cost[i, j] == high[i] + low[j]:
                        seen[j] = True
                        way[j] = i
                        if j == goal:
                            break
                        slack[tail] = row_of[j]
                        tail += 1
            if not seen[goal]:
                continue
            j, loser = goal, row_of[p]
            while True:
                i = way[j]
                before = column_of[i]
                column_of[i], row_of[j] = j, i
                if i == loser:
                    break
                j = before
            column_of[g], row_of[p] = p, g
        fixed[0, g] = True
        fixed[1, p] = True


def solve(gt, pred, weight, size, worth=None):
    """(size,) the prediction of each gt of one contest, -1 = none; arguments as for ``plain.settle``.

    With ``worth`` in two steps: an assignment has the most worth when it keeps to the pairs without slack of one that
    has, and only those may carry weight in the second step.
    """
    state = [np.zeros(size + 1, np.int64) for _ in range(6)]
    seen, fixed = np.zeros(size + 1, np.bool_), np.zeros((2, size + 1), np.bool_)
    high, low, _, column_of, _, _ = state
    cost = np.zeros((size + 1, size + 1), np.int64)
    # One more pair outweighs any sum of weights.
    base = size * (int(weight.max(initial=0)) + 1)
    if worth is None:
        cost[gt + 1, pred + 1] = -(base + weight)
    else:
        cost[gt + 1, pred + 1] = -worth
        complete(cost, *state, seen)
        barred = cost != high[:, None] + low[None, :]
        cost[:] = 0
        cost[gt + 1, pred + 1] = -weight
        cost[barred] = base
    complete(cost, *state, seen)
    exchange(read_only(gt, np.int64), read_only(pred, np.int64), cost, *state, seen, fixed)
    paired = np.zeros((size, size), np.bool_)
    paired[gt, pred] = True
    return np.where(paired[np.arange(size), column_of[1:] - 1], column_of[1:] - 1, -1)


def warm():
    """One call, with the argument form all calls have."""
    one = np.zeros(1, np.int64)
    solve(one, one, one, 1)
