"""Eligible pairs -> one-to-one assignment: pairs that nobody contests at once, every contest by an engine's ``settle``.

A contest is a connected component of pairs in which an instance has a choice. In real data nearly all pairs are alone.
"""

from __future__ import annotations

import numpy as np

MOST = 2048  # instances of one side in a contest: the table of costs has as many rows and columns

LARGE = 300  # pairs from which the plain engine's whole numbers are slower than loading the compiled one


class TooLarge(ValueError):
    """A contest beyond ``MOST``; its argument is (gt index, number of instances on the larger side)."""


def contested(gt, pred):
    """(P,) whether one of the two instances stands in another pair too."""
    if not len(gt):
        return np.zeros(0, np.bool_)
    return (np.bincount(gt)[gt] > 1) | (np.bincount(pred)[pred] > 1)


def assign(gt, pred, weigh, rank, sizes, engine, value=None):
    """(N gt,) the prediction of each gt, -1 = none: most pairs, then most weight, then least ``rank``.

    ``weigh(k, size)`` gives the weights (int64, from 0, below 2^61 / size²) of pairs k that are one contest of so many
    instances on its larger side; ``rank`` (P,) int64, distinct within a contest. ``value``, called likewise, gives what
    each pair is worth (from 1, same bound): then most worth comes first, instead of most pairs.
    ``engine`` is ``kernels.plain`` or ``kernels.compiled``, with the same answers; large contests take the second.
    Raises TooLarge.
    """
    partner = np.full(sizes[0], -1, np.int64)
    fought = contested(gt, pred)
    partner[gt[~fought]] = pred[~fought]
    index = np.flatnonzero(fought)
    if not len(index):
        return partner
    own, _, count = engine.components(gt[index], pred[index], sizes)
    label = own[gt[index]]
    order = np.lexsort((rank[index], label))
    ends = np.cumsum(np.bincount(label, minlength=count))
    index = index[order]
    for first, last in zip([0, *ends[:-1].tolist()], ends.tolist(), strict=True):
        if first < last:
            _settle(gt, pred, weigh, index[first:last], partner, engine, value)
    return partner


def _settle(gt, pred, weigh, index, partner, engine, value):
    gts, rows = np.unique(gt[index], return_inverse=True)
    preds, columns = np.unique(pred[index], return_inverse=True)
    size = max(len(gts), len(preds))
    if size > MOST:
        raise TooLarge(int(gts[0]), size)
    if len(index) > LARGE:
        from ocr_eval.kernels import compiled as engine
    worth = None if value is None else value(index, size)
    got = engine.settle(rows, columns, weigh(index, size), size, worth)
    for g, p in zip(gts.tolist(), got, strict=False):  # the answer is padded to the larger side
        partner[g] = preds[p] if 0 <= p < len(preds) else -1
