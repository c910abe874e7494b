"""Several annotators on one image axis -> joint units: who drew which instance of the same thing, at most one each.

Pairs of instances with IoU > t are tried from the largest IoU down. Two groups join when the result has at most one
instance per annotator and every two of its instances have IoU > t (complete link). Equal IoUs are tried in the order
of their rings, so neither names nor the order of annotators, files and lines decide.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from ocr_eval.pairing import EQUAL, Pairing
from ocr_eval.tables.canonical import Key, keys
from ocr_eval.tables.instances import Instances
from ocr_eval.tables.joined import Joined

Ints = NDArray[np.int64]
Overlaps = tuple[
    Ints, Ints, NDArray[np.float64]
]  # instances of a, instances of b, IoU; all above the threshold


@dataclass(frozen=True, eq=False)
class Joint:
    """U units, by image, then from top to bottom."""

    sample: Ints  # (U,) image of the unit
    member: Ints  # (U, R) the instance of each annotator, -1 = has none

    def __len__(self) -> int:
        return len(self.sample)

    @property
    def size(self) -> Ints:
        """(U,) how many annotators have the unit."""
        found: Ints = (self.member >= 0).sum(axis=1)
        return found


def joint_units(
    tables: Sequence[Instances],
    threshold: float = 0.5,
    *,
    care_only: bool = True,
    known: Mapping[tuple[int, int], Overlaps] | None = None,
) -> Joint:
    """The joint units of R >= 2 annotators, an instance without company included as a unit of its own.

    ``care_only`` leaves don't-care instances out. ``known``: ``overlaps`` of pairs (i, j), i < j, of annotators that
    are at hand already. Raises ValueError when the tables do not stand on one image axis.
    """
    if any(table.sample_ids != tables[0].sample_ids for table in tables[1:]):
        raise ValueError("the annotators stand on different image axes")
    first = np.cumsum([0, *(len(table) for table in tables)])
    parts: list[tuple[Ints, Ints, NDArray[np.float64]]] = []
    for i, j in combinations(range(len(tables)), 2):
        a, b, iou = (known or {}).get((i, j)) or overlaps(tables[i], tables[j], threshold)
        kept = tables[i].care[a] & tables[j].care[b] if care_only else np.ones(len(a), np.bool_)
        parts.append((a[kept] + first[i], b[kept] + first[j], iou[kept]))
    left, right, iou = (np.concatenate([part[k] for part in parts]) for k in range(3))
    owner = np.repeat(np.arange(len(tables)), [len(table) for table in tables])
    order = _from_the_best(tables, first, left.astype(np.int64), right.astype(np.int64), iou)
    groups = _join(left[order].tolist(), right[order].tolist(), owner.tolist())
    wanted = np.concatenate([table.care if care_only else np.ones(len(table), np.bool_) for table in tables])
    return _units(tables, first, groups, np.flatnonzero(wanted).tolist())


def overlaps(a: Instances, b: Instances, threshold: float) -> Overlaps:
    """All pairs of instances of two annotators with IoU > ``threshold``, don't-care instances included."""
    pairing = Pairing(Joined(a, b, (), ()), policy="official")
    pairs = pairing.rings
    above = np.flatnonzero(pairing.overlaps(pairs, threshold))
    return pairs.gt[above], pairs.pred[above], pairing.iou(pairs)[above]


def _from_the_best(
    tables: Sequence[Instances], first: Ints, left: Ints, right: Ints, iou: NDArray[np.float64]
) -> Ints:
    """Pairs by falling IoU; IoUs closer than rounding by the keys of both instances, smaller key first."""
    order = np.argsort(-iou, kind="stable")
    falls = np.diff(iou[order])
    start = np.flatnonzero(np.concatenate([[True], falls < -EQUAL]))
    for begin, end in zip(start.tolist(), [*start[1:].tolist(), len(order)], strict=True):
        if end - begin > 1:
            own = order[begin:end]
            key = {k: sorted(_keys(tables, first, [int(left[k]), int(right[k])])) for k in own.tolist()}
            order[begin:end] = sorted(sorted(own.tolist()), key=key.__getitem__)
    return order


def _keys(tables: Sequence[Instances], first: Ints, instances: Sequence[int]) -> list[Key]:
    found = []
    for instance in instances:
        owner = int(np.searchsorted(first, instance, side="right")) - 1
        while first[owner + 1] == first[owner]:  # annotators without instances
            owner -= 1
        found += keys(tables[owner], [instance - int(first[owner])])
    return found


def _join(left: Sequence[int], right: Sequence[int], owner: Sequence[int]) -> dict[int, list[int]]:
    """instance -> the members of its group, for every instance that has company."""
    close = set(zip(left, right, strict=True))
    group: dict[int, list[int]] = {}
    for a, b in zip(left, right, strict=True):
        mine, other = group.get(a, [a]), group.get(b, [b])
        if mine is other or {owner[k] for k in mine} & {owner[k] for k in other}:
            continue
        if all((min(i, j), max(i, j)) in close for i in mine for j in other):
            whole = sorted(mine + other)
            for k in whole:
                group[k] = whole
    return group


def _units(
    tables: Sequence[Instances], first: Ints, groups: Mapping[int, list[int]], wanted: Sequence[int]
) -> Joint:
    members = [groups.get(k, [k]) for k in wanted if groups.get(k, [k])[0] == k]
    box = np.concatenate([_boxes(table) for table in tables])
    image = np.concatenate([table.sample_of for table in tables])
    sample = np.array([image[group[0]] for group in members], np.int64)
    corners = np.array([[*box[group, :2].min(axis=0), *box[group, 2:].max(axis=0)] for group in members])
    order = np.lexsort((*corners.reshape(-1, 4).T[::-1], sample))
    same = (np.diff(corners.reshape(-1, 4)[order], axis=0) == 0).all(axis=1) & (np.diff(sample[order]) == 0)
    start = np.flatnonzero(np.concatenate([[True], ~same])) if len(order) else np.zeros(0, np.int64)
    for begin, end in zip(start.tolist(), [*start[1:].tolist(), len(order)], strict=False):
        if end - begin > 1:
            own = order[begin:end].tolist()
            content = {unit: (sorted(_keys(tables, first, members[unit])), members[unit]) for unit in own}
            order[begin:end] = sorted(own, key=content.__getitem__)
    member = np.full((len(members), len(tables)), -1, np.int64)
    for row, unit in enumerate(order.tolist()):
        for instance in members[unit]:
            owner = int(np.searchsorted(first, instance, side="right")) - 1
            member[row, owner] = instance - first[owner]
    return Joint(sample[order], member)


def _boxes(table: Instances) -> NDArray[np.float64]:
    """(N, 4) top, left, bottom, right of every ring; zeros without vertices."""
    result = np.zeros((len(table), 4))
    filled = np.flatnonzero(np.diff(table.ring) > 0)
    if len(filled):
        yx = table.xy[:, ::-1]
        result[filled, :2] = np.minimum.reduceat(yx, table.ring[filled])
        result[filled, 2:] = np.maximum.reduceat(yx, table.ring[filled])
    return result
