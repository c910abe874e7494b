"""Packed code points of two sides -> Levenshtein distances and deletions: one 64-bit word, bit-parallel, compiled.

G. Myers, "A fast bit-vector algorithm for approximate string matching based on dynamic programming", J. ACM 46 (1999);
H. Hyyrö, "A bit-vector algorithm for computing Levenshtein and Damerau edit distances", Nordic J. Computing 10 (2003).
"""

from __future__ import annotations

import numpy as np

from ocr_eval.kernels.jit import kernel, read_only

TRACED = 1024  # code points of the prediction, common ends cut off, up to which an alignment is followed back


def distances(gt_codepoints, gt_offset, pred_codepoints, pred_offset):
    """Distance of every pair i of slices ``codepoints[offset[i]:offset[i + 1]]``, int64 (n,).

    ``codepoints`` uint32, ``offset`` int64 (n + 1,). -1 where both sides are longer than 64 code points after common
    ends are cut off: those are handed back (rapidfuzz is faster there). Any integer units do instead of code points.
    """
    sides = _sides(gt_codepoints, gt_offset, pred_codepoints, pred_offset)
    result = np.empty(len(gt_offset) - 1, np.int64)
    myers(*sides, np.zeros(256, np.uint64), np.zeros(128, np.uint64), np.zeros(128, np.uint32), result)
    return result


def edits(gt_codepoints, gt_offset, pred_codepoints, pred_offset):
    """(distance, deletions) of every pair, int64 (n,) each; the other counts of the alignment follow from the lengths.

    insertions = deletions - |gt| + |pred|, substitutions = distance - deletions - insertions. The alignment is that of
    ``rapidfuzz.distance.Levenshtein.opcodes``: from the end, a deletion where one is on a shortest way, else an
    insertion, else both step back. Deletions are -1 also where, of a pair that has to be followed back, the gt is
    longer than 64 or the prediction than ``TRACED`` after common ends are cut off.
    """
    sides = _sides(gt_codepoints, gt_offset, pred_codepoints, pred_offset)
    distance = distances(*sides)
    deletions = np.empty(len(distance), np.int64)
    trace(*sides, read_only(distance, np.int64), np.empty((2, TRACED), np.uint64), deletions)
    return distance, deletions


def _sides(gt_codepoints, gt_offset, pred_codepoints, pred_offset):
    types = np.uint32, np.int64, np.uint32, np.int64
    sides = gt_codepoints, gt_offset, pred_codepoints, pred_offset
    return tuple(read_only(array, dtype) for array, dtype in zip(sides, types, strict=True))


@kernel
def myers(gt, gt_offset, pred, pred_offset, low, high, keys, result):
    """One body for the whole loop: split into a function per pair it is 1.7 to 3 times slower.

    ``low`` (256,), ``high`` and ``keys`` (128,) are position masks and must be zero; they are left so. Code points from
    256 on live in ``high`` at ``keys``: open addressing by the low 7 bits, at most 64 of 128 slots in use.
    Indices are unsigned: signed ones, each looked at for being negative, take a quarter more time.
    """
    zero, one, ones = np.uint64(0), np.uint64(1), ~np.uint64(0)
    byte, mask, step = np.uint32(256), np.uint32(127), np.uint32(1)
    for k in range(result.size):
        a, a_end = np.uint64(gt_offset[k]), np.uint64(gt_offset[k + 1])
        b, b_end = np.uint64(pred_offset[k]), np.uint64(pred_offset[k + 1])
        stop = a + min(a_end - a, b_end - b)
        while a < stop and gt[a] == pred[b]:
            a += one
            b += one
        while a < stop and gt[a_end - one] == pred[b_end - one]:
            a_end -= one
            b_end -= one
            stop -= one
        n, m = a_end - a, b_end - b
        if n == zero or m == zero:
            result[k] = np.int64(n + m)
            continue
        if n <= np.uint64(64):
            pattern, p, p_end, text, t, t_end = gt, a, a_end, pred, b, b_end
        elif m <= np.uint64(64):
            pattern, p, p_end, text, t, t_end = pred, b, b_end, gt, a, a_end
            n = m
        else:
            result[k] = -1
            continue
        bit, i = one, p
        while i < p_end:
            c = pattern[i]
            if c < byte:
                low[c] |= bit
            else:
                slot = c & mask
                while high[slot] != zero and keys[slot] != c:
                    slot = (slot + step) & mask
                keys[slot] = c
                high[slot] |= bit
            bit <<= one
            i += one
        shift = n - one
        vertical_up, vertical_down, up, down = ones, zero, zero, zero
        while t < t_end:
            c = text[t]
            t += one
            if c < byte:
                x = low[c]
            else:
                slot = c & mask
                while high[slot] != zero and keys[slot] != c:
                    slot = (slot + step) & mask
                x = high[slot]
            diagonal = (((x & vertical_up) + vertical_up) ^ vertical_up) | x | vertical_down
            across_up = vertical_down | ~(diagonal | vertical_up)
            across_down = diagonal & vertical_up
            up += (across_up >> shift) & one
            down += (across_down >> shift) & one
            across_up = (across_up << one) | one
            across_down = across_down << one
            vertical_up = across_down | ~(diagonal | across_up)
            vertical_down = across_up & diagonal
        while p < p_end:
            c = pattern[p]
            p += one
            if c < byte:
                low[c] = zero
            else:
                # All slots of a run go; runs have no holes, so this finds every slot that was used.
                slot = c & mask
                while high[slot] != zero:
                    high[slot] = zero
                    slot = (slot + step) & mask
        result[k] = np.int64(n) + np.int64(up) - np.int64(down)


@kernel
def trace(gt, gt_offset, pred, pred_offset, distance, ways, deletions):
    """Deletions of the alignments. Most follow from distance and lengths; the others are gone through once more.

    ``ways`` (2, t): after each code point of the prediction, bit i says that gt[i] raised the distance, or lowered it.
    Masks come from comparisons here, which for the few pairs that get so far costs less than a second table.
    """
    zero, one = np.uint64(0), np.uint64(1)
    for k in range(deletions.size):
        a, a_end, b, b_end = gt_offset[k], gt_offset[k + 1], pred_offset[k], pred_offset[k + 1]
        longer = (a_end - a) - (b_end - b)
        if distance[k] <= abs(longer) + 1:
            # Nothing but the difference in length and at most one substitution; or not measured at all.
            deletions[k] = max(longer, 0) if distance[k] >= 0 else -1
            continue
        while gt[a] == pred[b]:
            a += 1
            b += 1
        while gt[a_end - 1] == pred[b_end - 1]:
            a_end -= 1
            b_end -= 1
        n, m = a_end - a, b_end - b
        if n > 64 or m > ways.shape[1]:
            deletions[k] = -1
            continue
        up, down = ~zero, zero
        for j in range(m):
            c, x = pred[b + j], zero
            for i in range(n):
                x |= np.uint64(gt[a + i] == c) << np.uint64(i)
            diagonal = (((x & up) + up) ^ up) | x | down
            across_up = ((down | ~(diagonal | up)) << one) | one
            up, down = ((diagonal & up) << one) | ~(diagonal | across_up), across_up & diagonal
            ways[0, j], ways[1, j] = up, down
        deleted = 0
        while n > 0 and m > 0:
            if (ways[0, m - 1] >> np.uint64(n - 1)) & one:
                deleted += 1
                n -= 1
                continue
            m -= 1
            if m == 0 or not (ways[1, m - 1] >> np.uint64(n - 1)) & one:
                n -= 1
        deletions[k] = deleted + n


def warm():
    """One call of each, with the argument form all calls have."""
    edits(np.array([1, 2], np.uint32), np.array([0, 2]), np.array([2], np.uint32), np.array([0, 1]))
