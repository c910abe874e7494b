"""Pairs of two sides -> the connected components they form, as a label per instance: union by smallest root, compiled.

The plain twin is ``plain.components``.
"""

from __future__ import annotations

import numpy as np

from ocr_eval.kernels.jit import kernel, read_only


@kernel
def label(gt, pred, gts, labels):
    """``labels`` (gts + predictions,) gets the component of every instance, gts first; returns how many there are.

    Components are numbered by their first member; an instance in no pair is a component of its own.
    """
    for i in range(labels.size):
        labels[i] = i
    for k in range(gt.size):
        g, p = gt[k], pred[k] + gts
        while labels[g] != g:
            labels[g] = labels[labels[g]]
            g = labels[g]
        while labels[p] != p:
            labels[p] = labels[labels[p]]
            p = labels[p]
        if g < p:
            labels[p] = g
        else:
            labels[g] = p
    count = 0
    for i in range(labels.size):
        # A root is its component's smallest member, so it has been numbered before any other member is reached.
        if labels[i] == i:
            labels[i] = -1 - count
            count += 1
        else:
            j = labels[i]
            while j >= 0 and labels[j] >= 0:
                j = labels[j]
            labels[i] = labels[j]
    for i in range(labels.size):
        labels[i] = -1 - labels[i]
    return count


def warm():
    """One call, with the argument form all calls have."""
    one = read_only([0], np.int64)
    label(one, one, 1, np.zeros(2, np.int64))
