"""Rings as the Total-Text scripts take them -> pairs: gts cut to whole pixels, invalid rings repaired by GEOS.

Not a protocol: the block that ``totaltext-deteval``, ``totaltext-pascal`` and ``psenet-deteval`` build on
(cs-chan/Total-Text-Dataset @9e8ff0a ``Python_scripts/polygon_fast.py``; whai362/PSENet @5a42734 ``eval/tt``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from ocr_eval.pairing import Pairing
    from ocr_eval.protocols.area_groups import Groups, Shares, Weights
    from ocr_eval.tables.instances import Instances
    from ocr_eval.tables.joined import Joined
    from ocr_eval.tables.matches import Matches
    from ocr_eval.tables.pairs import Pairs

ADDED = 1.0  # pixels that the scripts of Total-Text add to an area before they divide by it
SEEN = 1e-6  # pixels²: less than this is no overlap worth a word


class Repaired(NamedTuple):
    """Areas of pairs in pixels². ``odd`` (P,) are the pairs of a ring that crosses itself; the others are as paired."""

    odd: NDArray[np.bool_]
    shared: NDArray[np.float64]
    union: NDArray[np.float64]


def whole(joined: Joined, pairing: Pairing) -> tuple[Joined, Pairing]:
    """The same with gt coordinates cut to whole numbers, as ``int()`` cuts them; usually they are."""
    import numpy as np

    cut = np.trunc(joined.gt.xy)
    if (cut == joined.gt.xy).all():
        return joined, pairing
    from dataclasses import replace

    from ocr_eval.kernels.rings import classify
    from ocr_eval.pairing import Pairing as Made

    gt = replace(joined.gt, xy=cut, shape=classify(cut, joined.gt.ring))
    again = replace(joined, gt=gt)
    return again, Made(again, policy=pairing.policy, kernels=pairing.kernels)


def repaired(joined: Joined, pairs: Pairs) -> Repaired:
    """``polygon_fast.py``: shared areas and unions of what GEOS ``buffer(0)`` makes of both rings."""
    from ocr_eval.tables.instances import SELF_INTERSECTING

    gt, pred = joined.gt, joined.pred
    crossing = gt.shape == SELF_INTERSECTING, pred.shape == SELF_INTERSECTING
    odd = crossing[0][pairs.gt] | crossing[1][pairs.pred]
    shared = pairs.inter.copy()
    union = pairs.area_gt[pairs.gt] + pairs.area_pred[pairs.pred] - shared
    index = odd.nonzero()[0].tolist()
    rings = [
        {i: _repair(table, i) for i in set(column[odd].tolist())}
        for table, column in ((gt, pairs.gt), (pred, pairs.pred))
    ]
    for k in index:
        a, b = rings[1][int(pairs.pred[k])], rings[0][int(pairs.gt[k])]
        shared[k], union[k] = a.intersection(b).area, a.union(b).area
    return Repaired(odd, shared, union)


def _repair(table: Instances, instance: int) -> Any:
    import shapely

    ring = table.points(instance)
    return shapely.Polygon(ring).buffer(0) if len(ring) > 2 else shapely.Polygon()


def held(joined: Joined, pairing: Pairing, pairs: Pairs, areas: Repaired, share: float) -> NDArray[np.bool_]:
    """(N pred,) shared / (area of the prediction + 1) > ``share`` (strict) for one don't care gt."""
    import numpy as np

    to_dont_care = ~joined.gt.care[pairs.gt]
    found = pairing.covers_pred(pairs, share, among=to_dont_care & ~areas.odd, plus=ADDED)
    found |= to_dont_care & areas.odd & (areas.shared / (pairs.area_pred[pairs.pred] + ADDED) > share)
    ignored = np.zeros(len(joined.pred), np.bool_)
    ignored[pairs.pred[found]] = True
    return ignored


def report(
    joined: Joined,
    pairing: Pairing,
    shares: Shares,
    groups: Groups,
    weights: Weights,
    needed: tuple[float, float],
    held: float,
    *,
    added: bool,
) -> Callable[[int], Matches]:
    """The verdicts of groups of rings. ``shares`` are of all pairs, in their order; those of nothing are left out."""
    import numpy as np

    from ocr_eval.protocols.area_report import AreaReport

    joined, pairing = whole(joined, pairing)
    pairs = pairing.rings
    areas = repaired(joined, pairs)
    keep = areas.shared > np.maximum(4 * pairs.guard, SEEN)
    keep |= (shares.recall > 0) & (shares.precision > 0)
    under = pairs.area_pred[pairs.pred] + (ADDED if added else 0.0)
    holds = np.divide(areas.shared, under, out=np.zeros(len(pairs)), where=under > 0)
    iou = np.divide(areas.shared, areas.union, out=np.zeros(len(pairs)), where=areas.union > 0)
    invalid = ~joined.pred.valid if pairing.policy == "false-positive" else None
    made = AreaReport(
        joined,
        shares.where(keep),
        iou[keep],
        groups,
        weights,
        needed,
        held,
        holds=holds[keep],
        invalid=invalid,
    )
    return made.told
