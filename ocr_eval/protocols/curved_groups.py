"""Which shares of pairs reach which threshold -> groups, as the two DetEval scripts for curved text find them.

Not a protocol: the block that ``totaltext-deteval`` and ``psenet-deteval`` build on. They say what reaching means.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from ocr_eval.protocols.area_groups import Groups, Shares
    from ocr_eval.tables.joined import Joined

    Flags = NDArray[np.bool_]


class Reached(NamedTuple):
    """(P,) per pair. ``above`` is strict, ``least`` is not; ``loose`` is area recall against the limit of precision."""

    recall_above: Flags
    precision_above: Flags
    recall_least: Flags
    precision_least: Flags
    loose: Flags


class Asked(NamedTuple):
    """What a group must pass besides: whether a gt meets ``several_pred``, a prediction ``several_gt`` (two or more),
    ``covered`` and ``filled`` whether the area recalls (the precisions) of some pairs add up to ``needed``.
    """

    needed: tuple[float, float]  # area recall, area precision
    several_pred: Callable[[int], bool]
    several_gt: Callable[[int], bool]
    covered: Callable[[list[int]], bool]
    filled: Callable[[list[int]], bool]


def grouped(
    joined: Joined, shares: Shares, reached: Reached, asked: Asked, ignored: Flags, *, exclusive: bool
) -> Groups:
    """``shares`` are pairs of care gts with predictions that are not ignored. ``exclusive``: a one-to-one pair also
    needs that its prediction, and the one that fills it, reach the limits for this gt alone.
    """
    import numpy as np

    from ocr_eval.protocols.area_groups import Groups, gather

    g, p, recall, precision = shares
    n_gt, n_pred = len(joined.gt), len(joined.pred)

    # The only prediction that covers a gt, and the only one that it fills: they may be two.
    good = np.ones(n_gt, np.bool_)
    covering = np.full(n_gt, -1, np.int64)
    for flags in (reached.precision_above, reached.recall_above):
        k = np.flatnonzero(flags)
        good &= np.bincount(g[k], minlength=n_gt) == 1
        covering[g[k]] = p[k]
        if exclusive:
            good &= np.bincount(p[k], minlength=n_pred)[covering] == 1 if n_pred else False
    one = np.flatnonzero(good)
    taken_gt, taken_pred = good, np.zeros(n_pred, np.bool_)
    taken_pred[covering[one]] = True

    def split(part: NDArray[np.int64]) -> Callable[[list[int]], bool]:
        def accepts(group: list[int]) -> bool:
            own = part[group].tolist()
            if not asked.several_pred(int(g[own[0]])):
                return False
            return bool(reached.recall_least[own[0]]) if len(own) == 1 else asked.covered(own)

        return accepts

    def merge(part: NDArray[np.int64]) -> Callable[[list[int]], bool]:
        def accepts(group: list[int]) -> bool:
            own = part[group].tolist()
            if not asked.several_gt(int(p[own[0]])):
                return False
            if len(own) == 1:
                return bool(reached.precision_least[own[0]] and reached.recall_least[own[0]])
            return asked.filled(own)

        return accepts

    part = np.flatnonzero(reached.precision_least)
    splits = gather(g[part], p[part], recall[part], (taken_gt, taken_pred), asked.needed[0], split(part))
    part = np.flatnonzero(reached.loose)
    merges = gather(p[part], g[part], precision[part], (taken_pred, taken_gt), asked.needed[1], merge(part))
    return Groups(one, covering[one], splits, merges, ignored)
