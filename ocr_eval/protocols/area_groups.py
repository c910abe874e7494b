"""Area recall and area precision of pairs -> one-to-one pairs, splits and merges: what the DetEval family shares.

Not a protocol: the block that ``ic13-*``, ``totaltext-deteval`` and ``psenet-deteval`` build on (C. Wolf and J.-M.
Jolion, Object count/area graphs, IJDAR 8(4), 2006, in the forms that their scripts gave it). Their files say the rules.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from ocr_eval.protocols.formulas import Formula
    from ocr_eval.tables.counts import Totals
    from ocr_eval.tables.joined import Joined

    Index = NDArray[np.int64]
    Flags = NDArray[np.bool_]
    Floats = NDArray[np.float64]

Group = tuple[int, tuple[int, ...]]  # an instance and its several partners on the other side
_SLACK = 1e-3  # more than rounding to four decimals can add to a sum


class Shares(NamedTuple):
    """P pairs that share an area, gt-major: ``recall`` of the gt's area, ``precision`` of the prediction's."""

    gt: Index
    pred: Index
    recall: Floats
    precision: Floats

    def where(self, keep: Flags) -> Shares:
        """The pairs with a True in ``keep`` (P,)."""
        return Shares(self.gt[keep], self.pred[keep], self.recall[keep], self.precision[keep])


class Groups(NamedTuple):
    """Who belongs together. ``splits`` and ``merges`` stand in the order they were found; one partner is possible."""

    one_gt: Index  # (K,) the pairs of the one-to-one step, by gt
    one_pred: Index
    splits: list[Group]  # gt, its predictions
    merges: list[Group]  # prediction, its gts
    ignored: Flags  # (N pred,) held by a don't care gt


class Weights(NamedTuple):
    """What a group earns: a split ``split`` for its gt and for each prediction, a merge likewise, a pair 1 and 1.

    ``alone``: a group with one partner is a pair.
    """

    split: float
    merge: float
    alone: bool


def gather(
    owner: Index,
    other: Index,
    value: Floats,
    taken: tuple[Flags, Flags],
    least: float,
    accepts: Callable[[list[int]], bool],
) -> list[Group]:
    """Candidates (owner, other) of one kind -> groups, owners in file order, each with all its others still free.

    ``accepts`` gets the positions of a group's candidates. ``taken`` (flags of owners, of others) is kept up to date.
    ``least`` is a sum of ``value`` that no accepted group is below, which spares the rest.
    """
    import numpy as np

    taken_owner, taken_other = taken
    free = np.flatnonzero(~(taken_owner[owner] | taken_other[other]))
    reach = np.bincount(owner[free], value[free], minlength=len(taken_owner))
    index = free[reach[owner[free]] >= least - _SLACK]
    index = index[np.lexsort((other[index], owner[index]))]
    heads = [*np.flatnonzero(np.diff(owner[index], prepend=-1)).tolist(), len(index)]
    positions, others = index.tolist(), other[index].tolist()
    found: list[Group] = []
    for begin, end in pairwise(heads):
        chosen = [k for k in range(begin, end) if not taken_other[others[k]]]
        if chosen and accepts([positions[k] for k in chosen]):
            who = int(owner[positions[begin]])
            partners = tuple(others[k] for k in chosen)
            taken_owner[who] = True
            taken_other[list(partners)] = True
            found.append((who, partners))
    return found


def rows(
    joined: Joined, groups: Groups, weights: Weights
) -> tuple[dict[str, NDArray[np.int64]], dict[str, Floats]]:
    """The (S,) columns and sums of the family. Sums are added in the order of the scripts: pairs, splits, merges."""
    import numpy as np

    gt, pred = joined.gt, joined.pred
    size = len(joined.sample_ids)

    def per_sample(sample: Index) -> NDArray[np.int64]:
        return np.bincount(sample, minlength=size)

    pairs = per_sample(gt.sample_of[groups.one_gt])
    counts = {
        "n_gt": per_sample(gt.sample_of[gt.care]),
        "n_det": per_sample(pred.sample_of[~groups.ignored]),
        "dc_gt": per_sample(gt.sample_of[~gt.care]),
        "dc_det": per_sample(pred.sample_of[groups.ignored]),
        "n_oo": pairs,
        "n_om": np.zeros(size, np.int64),
        "n_mo": np.zeros(size, np.int64),
    }
    recall, precision = pairs.astype(np.float64), pairs.astype(np.float64)
    for table, found, weight, name in (
        (gt, groups.splits, weights.split, "n_om"),
        (pred, groups.merges, weights.merge, "n_mo"),
    ):
        single, several = (recall, precision) if name == "n_om" else (precision, recall)
        for who, partners in found:
            s, k = table.sample_of[who], len(partners)
            one = weights.alone and k == 1
            counts["n_oo" if one else name][s] += 1
            single[s] += 1.0 if one else weight
            several[s] += 1.0 if one else k * weight
    return counts, {"recall": recall, "precision": precision}


def scores(totals: Totals) -> dict[str, float | None]:
    """precision, recall, hmean: sums over counts, 0 when a denominator is 0; None when no sample has a care gt."""
    from ocr_eval.tables.counts import harmonic, ratio

    if totals["n_gt"] == 0:
        return dict.fromkeys(("precision", "recall", "hmean"), None)
    precision = ratio(totals.sums["precision"], totals["n_det"], empty=0.0)
    recall = ratio(totals.sums["recall"], totals["n_gt"], empty=0.0)
    return {"precision": precision, "recall": recall, "hmean": harmonic(precision, recall)}


def formulas(alone: float) -> dict[str, Formula]:
    """``scores`` as data; ``alone`` is the recall of a sample without care gt."""
    from ocr_eval.protocols.formulas import Harmonic, rate

    precision = rate("sum:precision", "n_det", empty=0.0, alone=0.0)
    recall = rate("sum:recall", "n_gt", empty=0.0, alone=alone)
    return {"precision": precision, "recall": recall, "hmean": Harmonic(precision, recall)}
