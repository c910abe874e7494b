"""Candidate pairs in the order to be tried -> who gets whom: greedy one-to-one matching, compiled."""

from __future__ import annotations

import numpy as np

from ocr_eval.kernels.jit import kernel, read_only


@kernel
def first_fit(gt, pred, order, taken, partner):
    """Pairs ``order`` of (gt, pred) in turn: both still free makes a match. ``partner`` (N gt,) begins as -1."""
    for k in order:
        g, p = gt[k], pred[k]
        if partner[g] < 0 and not taken[p]:
            partner[g] = p
            taken[p] = True


def warm():
    """One call, with the argument form all calls have."""
    one = read_only([0], np.int64)
    first_fit(one, one, one, np.zeros(1, np.bool_), np.full(1, -1))
