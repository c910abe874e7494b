"""Contacts between multisets of characters -> what each removes; long because two rules are built from small kernels.

The compiled twin of ``protocols.character_removal``.

A text is a run: its kinds of character, rising, with how many are left of each. Runs of the gts come first, then
those of the predictions. The caller gives contacts gt-major and gets (4, E): taken, credit, tied, step.
"""

from __future__ import annotations

import numpy as np

from ocr_eval.kernels.jit import kernel, read_only


def runs(codepoints, offset, used=None):
    """Code points with offsets (N + 1,) -> kinds (R,) uint32, left (R,) int64, offsets (N + 1,) of the runs.

    Texts that are not ``used`` (N,) get no run.
    """
    kinds, left = np.empty(len(codepoints), np.uint32), np.empty(len(codepoints), np.int64)
    run = np.zeros(len(offset), np.int64)
    flags = read_only(np.ones(len(offset) - 1, np.bool_) if used is None else used, np.bool_)
    fill_runs(read_only(codepoints, np.uint32), read_only(offset, np.int64), flags, kinds, left, run)
    return kinds[: run[-1]], left[: run[-1]], run


def remove(gt, pred, share, rank, kinds, left, run, *, paper, first, tie):
    """Runs the loop. ``rank`` (G,) orders the gts; ``left`` is used up. The rules stand in the protocol's SPEC."""
    size, gts = len(gt), len(rank)
    gt, pred, rank = (read_only(array, np.int64) for array in (gt, pred, rank))
    made = [np.zeros(n, np.int64) for n in (gts, gts + 1, size, len(run) - gts)]
    fill_lists(gt, pred, rank, *made)
    out = np.zeros((4, size), np.int64)
    out[3] = -1
    alive, degree = np.zeros(size, np.uint8), np.zeros(gts, np.int64)
    heap = np.empty(2 * gts + 1, np.int64)
    lists = gt, pred, read_only(share, np.float64), rank, *(read_only(array, np.int64) for array in made)
    lists = *lists, read_only(kinds, np.uint32), read_only(run, np.int64)
    if paper:
        total = np.diff(np.concatenate([[0], np.cumsum(left)])[run[: gts + 1]])
        remove_paper(*lists, left, tie, alive, degree, heap, total, np.empty(gts, np.int64), out)
    else:
        scratch = np.empty(np.diff(run[: gts + 1]).max(initial=0), np.int64)
        mask = np.zeros(len(run) - 1, np.uint64)
        remove_code(*lists, left, tie, first, alive, degree, heap, scratch, mask, out)
    return out


def in_order(codepoints, offset, gts, gt, pred, taken):
    """(E,) length of the longest common subsequence of the texts of every contact that took two characters or more.

    0 for the others; -1 where the prediction is longer than a machine word has bits. Texts as in ``runs``, ``gts`` of
    them gts.
    """
    out = np.zeros(len(gt), np.int64)
    contact = [read_only(array, np.int64) for array in (gt, pred, taken)]
    fill_in_order(read_only(codepoints, np.uint32), read_only(offset, np.int64), gts, *contact, out)
    return out


def inner_distances(xy, ring):
    """Distance (N,) from (0, 0) to the inner point of each convex ring: ``inner_points``, to the last bit."""
    out = np.full(len(ring) - 1, np.nan)
    fill_inner_distances(read_only(xy, np.float64), read_only(ring, np.int64), out)
    return out


def warm():
    """Compiles both rules."""
    one = np.zeros(1, np.int64)
    inner_distances(np.zeros((1, 2)), np.arange(2))
    for paper in (False, True):
        table = runs(np.zeros(2, np.uint32), np.arange(3))
        remove(one, one, np.zeros(1), one, *table, paper=paper, first=False, tie=0.0)
    in_order(np.zeros(2, np.uint32), np.arange(3), 1, one, one, one)


@kernel
def fill_runs(codepoints, offset, used, kinds, left, run):
    """Each text sorted (Shell's sort) behind the runs before it, then equal neighbours made one."""
    at = 0
    for i in range(offset.size - 1):
        begin, n = offset[i], offset[i + 1] - offset[i]
        if not used[i]:
            n = 0
        for j in range(n):
            kinds[at + j] = codepoints[begin + j]
        gap = 1
        while gap < n // 3:
            gap = 3 * gap + 1
        while gap >= 1:
            for k in range(gap, n):
                moved = kinds[at + k]
                j = k
                while j >= gap and kinds[at + j - gap] > moved:
                    kinds[at + j] = kinds[at + j - gap]
                    j -= gap
                kinds[at + j] = moved
            gap //= 3
        end = at
        for j in range(at, at + n):
            if end > at and kinds[end - 1] == kinds[j]:
                left[end - 1] += 1
            else:
                kinds[end] = kinds[j]
                left[end] = 1
                end += 1
        at = end
        run[i + 1] = at


@kernel
def fill_lists(gt, pred, rank, by_rank, of_gt, by_pred, of_pred):
    """Inverse of ``rank``, offsets of the contacts of each gt, contacts by prediction with offsets; all 0 on entry."""
    for g in range(rank.size):
        by_rank[rank[g]] = g
    for k in range(gt.size):
        of_gt[gt[k] + 1] += 1
        of_pred[pred[k] + 1] += 1
    for i in range(1, of_gt.size):
        of_gt[i] += of_gt[i - 1]
    for i in range(1, of_pred.size):
        of_pred[i] += of_pred[i - 1]
    for k in range(gt.size - 1, -1, -1):
        # Ends fall while contacts are put down from the last: in the end they are starts.
        p = pred[k] + 1
        of_pred[p] -= 1
        by_pred[of_pred[p]] = k
    for i in range(1, of_pred.size - 1):
        of_pred[i] = of_pred[i + 1]
    of_pred[of_pred.size - 1] = gt.size


@kernel
def fill_in_order(codepoints, offset, gts, gt, pred, taken, out):
    """Hyyrö 2004, one machine word: a bit of ``rows`` falls where the subsequence grows."""
    one = np.uint64(1)
    for k in range(gt.size):
        begin, size = offset[gts + pred[k]], offset[gts + pred[k] + 1] - offset[gts + pred[k]]
        if taken[k] < 2:
            continue
        if size > 64:
            out[k] = -1
            continue
        rows = ~np.uint64(0)
        for i in range(offset[gt[k]], offset[gt[k] + 1]):
            hit = np.uint64(0)
            for j in range(size):
                if codepoints[begin + j] == codepoints[i]:
                    hit |= one << np.uint64(j)
            hit &= rows
            rows = (rows + hit) | (rows - hit)
        for j in range(size):
            out[k] += (rows >> np.uint64(j)) & one == 0


@kernel
def fill_inner_distances(xy, ring, out):
    """Steps and reasons: ``kernels.inner_points``."""
    for g in range(len(out)):
        begin, end = ring[g], ring[g + 1]
        if begin == end:
            continue
        turn = 0.0
        corner = begin
        low = high = xy[begin, 1]
        for i in range(begin, end):
            j = i + 1 if i + 1 < end else begin
            right = (xy[i, 0] - xy[begin, 0]) * (xy[j, 1] - xy[begin, 1])
            turn += right - (xy[i, 1] - xy[begin, 1]) * (xy[j, 0] - xy[begin, 0])
            low, high = min(low, xy[i, 1]), max(high, xy[i, 1])
            if xy[i, 1] < xy[corner, 1] or (xy[i, 1] == xy[corner, 1] and xy[i, 0] < xy[corner, 0]):
                corner = i
        x, y = xy[corner, 0], xy[corner, 1]
        if turn != 0:
            middle, below, above = (low + high) / 2, low, high
            for i in range(begin, end):
                if xy[i, 1] <= middle:
                    below = max(below, xy[i, 1])
                else:
                    above = min(above, xy[i, 1])
            y = (above + below) / 2
            x = 0.0
            for k in range(begin, end):
                i, j = (k, k + 1 if k + 1 < end else begin)
                if turn > 0:
                    i, j = j, i
                if (xy[i, 1] > y) != (xy[j, 1] > y):
                    cut = xy[i, 0]
                    if xy[i, 0] != xy[j, 0]:
                        cut += (y - xy[i, 1]) / ((xy[j, 1] - xy[i, 1]) / (xy[j, 0] - xy[i, 0]))
                    x += cut
            x /= 2
        out[g] = np.sqrt(x * x + y * y)


@kernel
def common(kinds, left, i, i_end, j, j_end):
    """Whether two runs have a character left in common."""
    while i < i_end and j < j_end:
        if left[i] == 0 or kinds[i] < kinds[j]:
            i += 1
        elif left[j] == 0 or kinds[j] < kinds[i]:
            j += 1
        else:
            return True
    return False


@kernel
def shared(kinds, count, left, i, i_end, j, j_end):
    """Size of the intersection of run i, counted in ``count`` from 0, and run j."""
    total = 0
    begin = i
    while i < i_end and j < j_end:
        if kinds[i] < kinds[j]:
            i += 1
        elif kinds[j] < kinds[i]:
            j += 1
        else:
            total += min(count[i - begin], left[j])
            i += 1
            j += 1
    return total


@kernel
def bit(kind):
    """One of 64 for every kind of character: two texts without a bit in common have no character in common."""
    return np.uint64(1) << (np.uint64(kind) & np.uint64(63))


@kernel
def take(kinds, left, i, i_end, j, j_end):
    """Removes the intersection of two runs: its size, and the bits of what the first, the second ran out of."""
    total = 0
    i_out = np.uint64(0)
    j_out = np.uint64(0)
    while i < i_end and j < j_end:
        if kinds[i] < kinds[j]:
            i += 1
        elif kinds[j] < kinds[i]:
            j += 1
        else:
            n = min(left[i], left[j])
            if n > 0:
                left[i] -= n
                left[j] -= n
                total += n
                if left[i] == 0:
                    i_out |= bit(kinds[i])
                if left[j] == 0:
                    j_out |= bit(kinds[j])
            i += 1
            j += 1
    return total, i_out, j_out


@kernel
def push(heap, size, value):
    """Adds to a heap of ``size``; the new size."""
    i = size
    while i > 0 and heap[(i - 1) // 2] > value:
        heap[i] = heap[(i - 1) // 2]
        i = (i - 1) // 2
    heap[i] = value
    return size + 1


@kernel
def pop(heap, size):
    """Drops the least of a heap of ``size`` >= 1; the new size. Read ``heap[0]`` before."""
    size -= 1
    value = heap[size]
    i = 0
    while 2 * i + 1 < size:
        j = 2 * i + 1
        if j + 1 < size and heap[j + 1] < heap[j]:
            j += 1
        if heap[j] >= value:
            break
        heap[i] = heap[j]
        i = j
    heap[i] = value
    return size


@kernel
def largest(share, alive, begin, end, tie):
    """Among living contacts: the least share that ties with the largest, and how many tie."""
    best = -1.0
    for k in range(begin, end):
        if alive[k] and share[k] > best:
            best = share[k]
    best -= tie
    count = 0
    for k in range(begin, end):
        if alive[k] and share[k] >= best:
            count += 1
    return best, count


@kernel
def recheck(k, g, p, rank, kinds, left, run, alive, degree, heap, size):
    """Ends contact k when nothing is common any more; a gt left with one contact joins the heap. Its new size."""
    gts = len(rank)
    if alive[k] and not common(kinds, left, run[g], run[g + 1], run[gts + p], run[gts + p + 1]):
        alive[k] = 0
        degree[g] -= 1
        if degree[g] == 1:
            size = push(heap, size, rank[g])
    return size


@kernel
def remove_code(
    gt,
    pred,
    share,
    rank,
    by_rank,
    of_gt,
    by_pred,
    of_pred,
    kinds,
    run,
    left,
    tie,
    first,
    alive,
    degree,
    heap,
    scratch,
    mask,
    out,
):
    """The rule of the published code."""
    gts = len(rank)
    size = np.int64(0)  # a plain 0 would be a type of its own for push and pop
    for i in range(len(run) - 1):
        for j in range(run[i], run[i + 1]):
            mask[i] |= bit(kinds[j])
    for k in range(len(gt)):
        g, p = gt[k], gts + pred[k]
        if mask[g] & mask[p] and common(kinds, left, run[g], run[g + 1], run[p], run[p + 1]):
            alive[k] = 1
            degree[g] += 1
    for g in range(gts):
        if degree[g] == 1:
            size = push(heap, size, rank[g])
    at = 0
    steps = 0
    while True:
        best = -1.0
        tied = 0
        g = -1
        while size > 0 and g < 0:
            g = by_rank[heap[0]]
            size = pop(heap, size)
            if degree[g] != 1:
                g = -1
        if g < 0:
            while at < gts and degree[by_rank[at]] < 2:
                at += 1
            if at == gts:
                return
            g = by_rank[at]
            best, tied = largest(share, alive, of_gt[g], of_gt[g + 1], tie)
        if tied > 1:
            for i in range(run[g], run[g + 1]):
                scratch[i - run[g]] = left[i]
        ran_out = np.uint64(0)
        for k in range(of_gt[g], of_gt[g + 1]):
            if not alive[k] or share[k] < best:
                continue
            p = gts + pred[k]
            if tied > 1 and not first:
                out[1, k] = shared(kinds, scratch, left, run[g], run[g + 1], run[p], run[p + 1])
            out[0, k], g_out, p_out = take(kinds, left, run[g], run[g + 1], run[p], run[p + 1])
            if tied < 2 or first:
                out[1, k] = out[0, k]
            out[2, k] = tied
            out[3, k] = steps
            steps += 1
            alive[k] = 0
            degree[g] -= 1
            ran_out |= g_out
            if p_out:
                for n in range(of_pred[pred[k]], of_pred[pred[k] + 1]):
                    k2 = by_pred[n]
                    if not mask[gt[k2]] & p_out:
                        continue  # it had nothing of what the prediction ran out of
                    size = recheck(k2, gt[k2], pred[k2], rank, kinds, left, run, alive, degree, heap, size)
            if first or tied == 0:
                break
        if ran_out:
            for k in range(of_gt[g], of_gt[g + 1]):
                if not mask[gts + pred[k]] & ran_out:
                    continue
                size = recheck(k, g, pred[k], rank, kinds, left, run, alive, degree, heap, size)
        if degree[g] == 1:
            size = push(heap, size, rank[g])


@kernel
def remove_paper(
    gt,
    pred,
    share,
    rank,
    by_rank,
    of_gt,
    by_pred,
    of_pred,
    kinds,
    run,
    left,
    tie,
    alive,
    degree,
    heap,
    total,
    used,
    out,
):
    """The rule of the paper."""
    gts = len(rank)
    size = np.int64(0)  # a plain 0 would be a type of its own for push and pop
    for k in range(len(gt)):
        alive[k] = 1
        degree[gt[k]] += 1
    for g in range(gts):
        if degree[g] == 1:
            size = push(heap, size, rank[g])
    at = 0
    steps = 0
    while True:
        count = 0
        best = -1.0
        tied = 0
        while True:
            g = -1
            if size > 0:
                g = by_rank[heap[0]]
                size = pop(heap, size)
                if degree[g] != 1 or total[g] == 0:
                    continue
            elif count == 0:
                while at < gts and (degree[by_rank[at]] < 2 or total[by_rank[at]] == 0):
                    at += 1
                if at == gts:
                    return
                g = by_rank[at]
                best, tied = largest(share, alive, of_gt[g], of_gt[g + 1], tie)
            if g < 0:
                break
            for k in range(of_gt[g], of_gt[g + 1]):
                if alive[k] and share[k] >= best:
                    p = gts + pred[k]
                    out[0, k], _, _ = take(kinds, left, run[g], run[g + 1], run[p], run[p + 1])
                    out[1, k] = out[0, k]
                    out[2, k] = tied
                    out[3, k] = steps
                    total[g] -= out[0, k]
                    used[count] = pred[k]
                    steps += 1
                    count += 1
                    break
            if tied:
                break
        for c in range(count):
            for n in range(of_pred[used[c]], of_pred[used[c] + 1]):
                k = by_pred[n]
                if alive[k]:
                    alive[k] = 0
                    degree[gt[k]] -= 1
                    if degree[gt[k]] == 1:
                        size = push(heap, size, rank[gt[k]])
