"""Packed texts of two sides and the kinds of their code points -> a row of counts for every pair, compiled."""

from __future__ import annotations

import numpy as np

from ocr_eval.kernels.edit import edits
from ocr_eval.kernels.jit import kernel, read_only
from ocr_eval.kernels.words import words

# Columns of a row, in the order of ``text.comparison.Row``.
EQUAL, DISTANCE, LENGTH_GT, LENGTH_PRED, LENGTH_MAX = range(5)
HITS, SUBSTITUTIONS, DELETIONS, INSERTIONS = range(5, 9)
WORD_DISTANCE, WORDS_GT, WORDS_PRED, BOTH_EMPTY, GT_EMPTY, PRED_EMPTY = range(9, 15)
COLUMNS = 17  # the last two stay 0: no normal form has emptied a plain text


def text_rows(gt_codepoints, gt_offset, pred_codepoints, pred_offset, kinds):
    """(rows int64 (n, COLUMNS), told bool (n,)); a row that is not told has to be counted from strings.

    Sides as in ``edit.edits``, ``kinds`` as in ``words.words``.
    """
    sides = gt_codepoints, gt_offset, pred_codepoints, pred_offset
    distance, deletions = edits(*sides)
    counted = np.stack([distance, deletions, *words(*sides, kinds, distance)])
    rows, told = np.zeros((len(distance), COLUMNS), np.int64), np.empty(len(distance), np.bool_)
    bounds = (read_only(offset, np.int64) for offset in (gt_offset, pred_offset))
    fill_rows(*bounds, read_only(counted, np.int64), rows, told)
    return rows, told


@kernel
def fill_rows(gt_offset, pred_offset, counted, rows, told):
    """``counted`` (5, n): distance, deletions, words of both sides and their distance; -1 is not told."""
    for k in range(told.size):
        n, m = gt_offset[k + 1] - gt_offset[k], pred_offset[k + 1] - pred_offset[k]
        distance, deletions = counted[0, k], counted[1, k]
        told[k] = deletions >= 0 and counted[4, k] >= 0
        if not told[k]:
            continue
        insertions = deletions - n + m
        substitutions = distance - deletions - insertions
        row = rows[k]
        row[EQUAL], row[DISTANCE] = distance == 0, distance
        row[LENGTH_GT], row[LENGTH_PRED], row[LENGTH_MAX] = n, m, max(n, m)
        row[HITS], row[SUBSTITUTIONS] = n - deletions - substitutions, substitutions
        row[DELETIONS], row[INSERTIONS] = deletions, insertions
        row[WORDS_GT], row[WORDS_PRED], row[WORD_DISTANCE] = counted[2, k], counted[3, k], counted[4, k]
        row[BOTH_EMPTY] = n == 0 and m == 0
        row[GT_EMPTY], row[PRED_EMPTY] = n == 0 < m, m == 0 < n


def warm():
    """One call, with the argument form all calls have."""
    text_rows(np.array([1]), np.array([0, 1]), np.array([2]), np.array([0, 1]), np.ones(3))
