"""Packed code points of two sides -> Levenshtein distances: one 64-bit word, bit-parallel, compiled.

G. Myers, "A fast bit-vector algorithm for approximate string matching based on dynamic programming", J. ACM 46 (1999);
H. Hyyrö, "A bit-vector algorithm for computing Levenshtein and Damerau edit distances", Nordic J. Computing 10 (2003).
"""

from __future__ import annotations

import numpy as np

from ocr_eval.kernels.jit import kernel, read_only


def distances(gt_codepoints, gt_offset, pred_codepoints, pred_offset):
    """Distance of every pair i of slices ``codepoints[offset[i]:offset[i + 1]]``, int64 (n,).

    ``codepoints`` uint32, ``offset`` int64 (n + 1,). -1 where both sides are longer than 64 code points after common
    ends are cut off: those are handed back (rapidfuzz is faster there). Any integer units do instead of code points.
    """
    result = np.empty(len(gt_offset) - 1, np.int64)
    sides = (
        (gt_codepoints, np.uint32),
        (gt_offset, np.int64),
        (pred_codepoints, np.uint32),
        (pred_offset, np.int64),
    )
    scratch = np.zeros(256, np.uint64), np.zeros(128, np.uint64), np.zeros(128, np.uint32)
    myers(*(read_only(array, dtype) for array, dtype in sides), *scratch, result)
    return result


@kernel
def myers(gt, gt_offset, pred, pred_offset, low, high, keys, result):
    """One body for the whole loop: split into a function per pair it is 1.7 to 3 times slower.

    ``low`` (256,), ``high`` and ``keys`` (128,) are position masks and must be zero; they are left so. Code points from
    256 on live in ``high`` at ``keys``: open addressing by the low 7 bits, at most 64 of 128 slots in use.
    """
    zero, one, ones = np.uint64(0), np.uint64(1), ~np.uint64(0)
    for k in range(result.size):
        a, a_end, b, b_end = gt_offset[k], gt_offset[k + 1], pred_offset[k], pred_offset[k + 1]
        while a < a_end and b < b_end and gt[a] == pred[b]:
            a += 1
            b += 1
        while a < a_end and b < b_end and gt[a_end - 1] == pred[b_end - 1]:
            a_end -= 1
            b_end -= 1
        n, m = a_end - a, b_end - b
        if n == 0 or m == 0:
            result[k] = n + m
            continue
        if n <= 64:
            pattern, p, text, t, t_end = gt, a, pred, b, b_end
        elif m <= 64:
            pattern, p, text, t, t_end = pred, b, gt, a, a_end
            n = m
        else:
            result[k] = -1
            continue
        bit = one
        for i in range(n):
            c = pattern[p + i]
            if c < 256:
                low[c] |= bit
            else:
                slot = c & 127
                while high[slot] != zero and keys[slot] != c:
                    slot = (slot + 1) & 127
                keys[slot] = c
                high[slot] |= bit
            bit <<= one
        last = one << np.uint64(n - 1)
        vertical_up, vertical_down, distance = ones, zero, n
        for j in range(t, t_end):
            c = text[j]
            if c < 256:
                x = low[c]
            else:
                slot = c & 127
                while high[slot] != zero and keys[slot] != c:
                    slot = (slot + 1) & 127
                x = high[slot]
            diagonal = (((x & vertical_up) + vertical_up) ^ vertical_up) | x | vertical_down
            across_up = vertical_down | ~(diagonal | vertical_up)
            across_down = diagonal & vertical_up
            if across_up & last:
                distance += 1
            if across_down & last:
                distance -= 1
            across_up = (across_up << one) | one
            across_down = across_down << one
            vertical_up = across_down | ~(diagonal | across_up)
            vertical_down = across_up & diagonal
        for i in range(n):
            c = pattern[p + i]
            if c < 256:
                low[c] = zero
            else:
                # All slots of a run go; runs have no holes, so this finds every slot that was used.
                slot = c & 127
                while high[slot] != zero:
                    high[slot] = zero
                    slot = (slot + 1) & 127
        result[k] = distance


def warm():
    """One call, with the argument form all calls have."""
    distances(np.array([1, 2], np.uint32), np.array([0, 2]), np.array([2], np.uint32), np.array([0, 1]))
