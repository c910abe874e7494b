"""Predictions -> those that lie over an earlier one of their sample, decided exactly.

Boxes and areas sort out nearly all pairs: rings with an IoU above 9/10 differ by less in area, and the larger area fits
into what their boxes share. Neighbours by their left ends are asked first; in a pile that settles nearly all.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from ocr_eval.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ocr_eval.tables.instances import Instances

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

IOU = 0.9  # above it two predictions are one said twice
_SAFE = 0.89  # for what floats sort out
_NEIGHBOURS = 8  # to the right, asked first
_BLOCK = 1 << 18  # pairs looked at together
# Beyond these nobody knows; predictions of real engines stay far below, also on pages of thousands of words.
_EACH, _MOST = 3_000, 300_000_000  # pairs looked at, per prediction and in all
_MEASURED = 2_000_000  # pairs whose shared area is computed


class _Swept(NamedTuple):
    """N valid predictions by sample and left end."""

    own: Ints  # (N,) position in the table
    area: Floats
    box: Floats  # (4, N) low x, low y, high x, high y
    end: Ints  # (N,) those before it and from its own on meet on the x axis


def repeated(pred: Instances) -> Flags | None:
    """(N,) True where a valid ring has IoU > 9/10 with an earlier valid ring; None when pages are too crowded to tell.

    A ring that crosses itself or has no area repeats nothing.
    """
    import numpy as np

    swept = _sweep(pred)
    flags = np.zeros(len(pred), np.bool_)
    measured = 0
    try:
        at = np.arange(len(swept.own))
        for step in range(1, _NEIGHBOURS + 1):
            at = at[at + step < swept.end[at]]
            measured += _measure(pred, swept, at, at + step, flags)
        open_ = np.flatnonzero(~flags[swept.own])
        settled = np.flatnonzero(flags[swept.own])
        # A pair matters when the later one is open: an open row against all, a settled row against open ones.
        for rows, others in ((open_, np.arange(len(swept.own))), (settled, open_)):
            begin = np.searchsorted(others, rows + _NEIGHBOURS, "right")
            count = np.maximum(np.searchsorted(others, swept.end[rows]) - begin, 0)
            if count.sum() > min(_EACH * len(pred), _MOST):
                return None
            for row, k in _blocks(count):
                measured += _measure(pred, swept, rows[row], others[begin[row] + k], flags)
                if measured > _MEASURED:
                    return None
    except InputError:  # rings that touch themselves too often to measure
        return None
    return flags


def _sweep(pred: Instances) -> _Swept:
    import numpy as np

    from ocr_eval.kernels import vector

    side = vector.side(pred.start, pred.xy, pred.ring, pred.shape)
    own = np.flatnonzero(pred.valid & (side.area > 0))
    own = own[np.lexsort((side.box[0, own], pred.sample_of[own]))]
    box, size = side.box[:, own], len(own)
    # Left ends and right ends in one order: how many left ends stand before each right end.
    kind = np.repeat([0, 1], size)
    order = np.lexsort((kind, np.concatenate([box[0], box[2]]), np.tile(pred.sample_of[own], 2)))
    before = np.cumsum(kind[order] == 0)
    end = np.empty(2 * size, np.int64)
    end[order] = before
    return _Swept(own, side.area[own], box, end[size:])


def _blocks(count: Ints) -> Iterator[tuple[Ints, Ints]]:
    """(row, 0 … count[row] - 1) of every row, about _BLOCK pairs at a time."""
    import numpy as np

    ends = np.cumsum(count)
    row = 0
    while row < len(count):
        before = ends[row - 1] if row else 0
        stop = max(row + 1, int(np.searchsorted(ends, before + _BLOCK, "right")))
        rows = np.repeat(np.arange(row, stop), count[row:stop])
        yield rows, np.arange(len(rows)) - (ends - count - before)[rows]
        row = stop


def _measure(pred: Instances, swept: _Swept, i: Ints, j: Ints, flags: Flags) -> int:
    """Sets the flag of the later one of every pair (positions in ``swept``) with IoU > 9/10; how many it measured."""
    import numpy as np

    from ocr_eval.pairing import Pairing
    from ocr_eval.tables.joined import Joined

    least = _SAFE * np.maximum(swept.area[i], swept.area[j])
    like = np.minimum(swept.area[i], swept.area[j]) > least
    like &= ~flags[np.maximum(swept.own[i], swept.own[j])]
    i, j, least = i[like], j[like], least[like]
    low, high = np.maximum(swept.box[:2, i], swept.box[:2, j]), np.minimum(swept.box[2:, i], swept.box[2:, j])
    fits = (high > low).all(0) & ((high - low).prod(0) > least)
    if not fits.any():
        return 0
    first, later = np.sort(swept.own[np.stack([i[fits], j[fits]])], 0)
    order = np.argsort(first, kind="stable")
    pairing = Pairing(Joined(pred, pred, (), ()), policy="false-positive", kernels="numpy")
    some = pairing.chosen(first[order], later[order])
    flags[some.pred[pairing.overlaps(some, IOU)]] = True
    return len(some)
