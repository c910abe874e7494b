"""Supplies, demands and the edges between them -> the most that can flow, compiled: the twin of ``flow``."""

from __future__ import annotations

import numpy as np

from ocr_eval.kernels.jit import kernel, read_only


@kernel
def fill(start, right, own, back, by_right, supply, demand, used, queue, way, seen):
    """Pushes all that can flow; ``supply`` and ``demand`` keep what is left of them, ``used`` (E,) what went where.

    Edges e stand by supply; ``own`` (E,) is the supply of each, ``by_right`` (E,) lists edges by demand with offsets
    ``back`` (R + 1,). ``way`` and ``seen`` (L + R,) hold the edge by which a search came, and in which search: -1 is
    none yet, -2 never again.
    """
    size = supply.size
    for u in range(size):
        for e in range(start[u], start[u + 1]):
            amount = min(supply[u], demand[right[e]])
            used[e] = amount
            supply[u] -= amount
            demand[right[e]] -= amount
    for i in range(seen.size):
        seen[i] = -1
    search = 0
    for source in range(size):
        while supply[source] > 0 and seen[source] != -2:
            search += 1
            queue[0], seen[source], way[source] = source, search, -1
            head, tail, found = 0, 1, -1
            while head < tail and found < 0:
                u = queue[head]
                head += 1
                for e in range(start[u], start[u + 1]):
                    r = right[e]
                    if seen[size + r] == search or seen[size + r] == -2:
                        continue
                    seen[size + r], way[size + r] = search, e
                    if demand[r] > 0:
                        found = r
                        break
                    for q in range(back[r], back[r + 1]):
                        v = own[by_right[q]]
                        if used[by_right[q]] > 0 and seen[v] != search and seen[v] != -2:
                            seen[v], way[v] = search, by_right[q]
                            queue[tail] = v
                            tail += 1
            if found < 0:
                for k in range(tail):
                    u = queue[k]
                    seen[u] = -2
                    for e in range(start[u], start[u + 1]):
                        seen[size + right[e]] = -2
                break
            amount = min(supply[source], demand[found])
            u = own[way[size + found]]
            while u != source:
                amount = min(amount, used[way[u]])
                u = own[way[size + right[way[u]]]]
            supply[source] -= amount
            demand[found] -= amount
            e = way[size + found]
            used[e] += amount
            while own[e] != source:
                u = own[e]
                used[way[u]] -= amount
                e = way[size + right[way[u]]]
                used[e] += amount


def most(start, right, supply, demand):
    """(L,) what flows out of every supply: as ``flow.most``."""
    sizes, ways = len(supply), len(supply) + len(demand)
    own = np.repeat(np.arange(sizes), np.diff(start))
    by_right = np.argsort(right, kind="stable")
    back = np.searchsorted(right[by_right], np.arange(len(demand) + 1))
    inputs = (read_only(array, np.int64) for array in (start, right, own, back, by_right))
    left, wanted = np.array(supply, np.int64), np.array(demand, np.int64)
    work = (np.empty(size, np.int64) for size in (len(right), sizes, ways, ways))
    fill(*inputs, left, wanted, *work)
    return np.asarray(supply, np.int64) - left


def warm():
    """One call, with the argument form all calls have."""
    one = np.ones(1, np.int64)
    most(np.array([0, 1]), np.zeros(1, np.int64), one, one)
