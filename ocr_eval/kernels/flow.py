"""Supplies, demands and the edges between them -> the most that can flow, in plain Python: for small graphs.

Augmenting paths (Ford and Fulkerson 1956), breadth first, one supply after the other. What a failing search has seen
can never reach a free demand again, so it is left out from then on. The compiled twin is ``flow_loops``.
"""

from __future__ import annotations

import numpy as np


def most(start, right, supply, demand):
    """(L,) what flows out of every supply; the sum is the largest there is.

    ``right[start[l]:start[l + 1]]`` are the demands that supply l reaches, any amount over each. ``supply`` (L,) and
    ``demand`` (R,) are from 0; all int64.
    """
    start, right, supply, demand = (array.tolist() for array in (start, right, supply, demand))
    before = supply.copy()
    used = [{} for _ in supply]  # demand -> amount
    users = [{} for _ in demand]  # supply -> None, those with an amount above 0
    for u in range(len(supply)):
        for r in right[start[u] : start[u + 1]]:
            amount = min(supply[u], demand[r])
            if amount:
                used[u][r], users[r][u] = amount, None
                supply[u] -= amount
                demand[r] -= amount
    dead_left, dead_right = set(), set()
    for source in range(len(supply)):
        while supply[source] and source not in dead_left:
            to_right, to_left, queue, found = {}, {source: -1}, [source], -1
            for u in queue:
                for r in right[start[u] : start[u + 1]]:
                    if r in to_right or r in dead_right:
                        continue
                    to_right[r] = u
                    if demand[r]:
                        found = r
                        break
                    for v in users[r]:
                        if v not in to_left:
                            to_left[v] = r
                            queue.append(v)
                if found >= 0:
                    break
            if found < 0:
                dead_left.update(queue)
                dead_right.update(to_right)
                break
            path, r = [], found
            while True:
                u = to_right[r]
                path.append((u, r))
                if u == source:
                    break
                r = to_left[u]
            amount = min(supply[source], demand[found], *(used[u][to_left[u]] for u, _ in path[:-1]))
            for u, r in path:
                used[u][r] = used[u].get(r, 0) + amount
                users[r][u] = None
                if u != source:
                    back = to_left[u]
                    used[u][back] -= amount
                    if not used[u][back]:
                        del used[u][back], users[back][u]
            supply[source] -= amount
            demand[found] -= amount
    return np.array(before, np.int64) - np.array(supply, np.int64)
