"""Packed code points of two sides and the kind of each -> words of every pair and their distance, compiled.

Default word boundaries of UAX #29 as far as neighbours decide them: texts with marks, joiners, Hebrew, flags or
connectors hold a code point of the kind ``STRINGS`` and are handed back.
"""

from __future__ import annotations

import numpy as np

from ocr_eval.kernels.jit import kernel, read_only

STRINGS = 0  # only the text as a whole tells; must be 0
BREAK = 1  # stands between words and is none
ALONE = 2  # a word of its own
KATAKANA = 3  # one word with its like
LETTER, NUMBER = 4, 5  # one word with each other
MID_LETTER, MID_NUMBER, MID_BOTH = 6, 7, 8  # inside a word between two letters, two numbers; elsewhere BREAK
MOST = 128  # words of a text; more are handed back


def words(gt_codepoints, gt_offset, pred_codepoints, pred_offset, kinds, distance):
    """(words of the gt, of the prediction, their distance) of every pair, int64 (n,) each; -1 for those handed back.

    ``kinds`` uint8 (0x110000,) of every code point; ``distance`` (n,) of the texts: 0 saves looking at both.
    """
    size = len(gt_offset) - 1
    inputs = (
        (gt_codepoints, np.uint32),
        (gt_offset, np.int64),
        (pred_codepoints, np.uint32),
        (pred_offset, np.int64),
        (kinds, np.uint8),
        (distance, np.int64),
    )
    found = np.empty((3, size), np.int64)
    bounds, row = np.empty((4, MOST), np.int64), np.empty(MOST + 1, np.int64)
    count_words(*(read_only(array, dtype) for array, dtype in inputs), bounds, row, found)
    return found[0], found[1], found[2]


@kernel
def count_words(gt, gt_offset, pred, pred_offset, kinds, distance, bounds, row, found):
    """``bounds`` (4, MOST): where the words of the gt begin and end, then those of the prediction."""
    for k in range(found.shape[1]):
        n = cut(gt, gt_offset[k], gt_offset[k + 1], kinds, bounds[0], bounds[1])
        if distance[k] == 0:
            found[0, k], found[1, k], found[2, k] = n, n, min(n, 0)
            continue
        m = cut(pred, pred_offset[k], pred_offset[k + 1], kinds, bounds[2], bounds[3])
        found[0, k], found[1, k], found[2, k] = n, m, -1
        if n < 0 or m < 0:
            continue
        if n == 0 or m == 0:
            found[2, k] = n + m
            continue
        # One row of the table at a time: row[j] is the distance of the first i words to the first j.
        for j in range(m + 1):
            row[j] = j
        for i in range(n):
            corner, row[0] = row[0], i + 1
            for j in range(m):
                above = row[j + 1]
                change = 0 if equal(gt, pred, bounds, i, j) else 1
                row[j + 1] = min(min(above, row[j]) + 1, corner + change)
                corner = above
        found[2, k] = row[m]


@kernel
def cut(points, first, end, kinds, starts, ends):
    """Number of words of one text, their bounds written; -1 when only strings tell, or for more than fit."""
    n, before, inside = 0, BREAK, False
    for i in range(first, end):
        kind = kinds[points[i]]
        if kind == STRINGS:
            return -1
        if kind >= MID_LETTER:
            after = kinds[points[i + 1]] if i + 1 < end else np.uint8(BREAK)
            letters = before == LETTER and after == LETTER and kind != MID_NUMBER
            numbers = before == NUMBER and after == NUMBER and kind != MID_LETTER
            if letters or numbers:
                continue  # as if it were not there: what follows goes on with the word
            kind = np.uint8(BREAK)
        goes_on = before == kind if kind == KATAKANA else kind >= LETTER and before >= LETTER
        if inside and not goes_on:
            ends[n - 1] = i
            inside = False
        if kind != BREAK and not goes_on:
            if n == starts.size:
                return -1
            starts[n] = i
            n += 1
            inside = True
        before = kind
    if inside:
        ends[n - 1] = end
    return n


@kernel
def equal(gt, pred, bounds, i, j):
    """Whether word i of the gt is word j of the prediction."""
    a, b, size = bounds[0, i], bounds[2, j], bounds[1, i] - bounds[0, i]
    same, c = bounds[3, j] - b == size, 0
    while same and c < size:
        same = gt[a + c] == pred[b + c]
        c += 1
    return same


def warm():
    """One call, with the argument form all calls have."""
    words(np.array([1]), np.array([0, 1]), np.array([2]), np.array([0, 1]), np.ones(3), np.array([1]))
