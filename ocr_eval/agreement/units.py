"""Two annotators on one image axis -> units (what overlaps belongs together) and one-to-one pairs of care instances.

A unit is a connected component of "more than half of the smaller ring is shared". Both answers know no names and no
order: exchanging the annotators exchanges the sides and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ocr_eval.kernels.rings import ZERO_AREA
from ocr_eval.pairing import Pairing
from ocr_eval.tables.canonical import Key, keys
from ocr_eval.tables.instances import Instances, offsets
from ocr_eval.tables.joined import Joined
from ocr_eval.tables.pairs import Pairs

SHARE = 0.5  # of the smaller ring, strictly more
KINDS = ("match", "split", "merge", "missing", "extra", "regroup")
MATCH, SPLIT, MERGE, MISSING, EXTRA, REGROUP = range(6)
MANY = 50  # members from which a unit is remarkable: one ring over a page joins everything
SWEEP = (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95)

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Side:
    """The members of every unit on one side: ``values[start[u]:start[u + 1]]``, instance indices in canonical order."""

    start: Ints  # (U + 1,)
    values: Ints  # (N,)

    @property
    def size(self) -> Ints:
        """(U,) members."""
        return np.diff(self.start)

    def of(self, unit: int) -> list[int]:
        members: list[int] = self.values[self.start[unit] : self.start[unit + 1]].tolist()
        return members

    def any(self, flags: Flags) -> Flags:
        """(U,) whether a member is flagged; ``flags`` (N,) by instance."""
        total = np.concatenate([[0], np.cumsum(flags[self.values])])
        answer: Flags = total[self.start[1:]] > total[self.start[:-1]]
        return answer


@dataclass(frozen=True, eq=False)
class Units:
    """All units of two annotators, by image, then from top to bottom."""

    a: Instances
    b: Instances
    pairing: Pairing
    pairs: Pairs
    threshold: float
    sample: Ints  # (U,) image of the unit
    kind: NDArray[np.uint8]  # (U,) index into KINDS; a is the reference side
    of_a: Side
    of_b: Side

    def __len__(self) -> int:
        return len(self.kind)

    @cached_property
    def iou(self) -> NDArray[np.float64]:
        """(P,) IoU of every candidate pair."""
        return self.pairing.iou(self.pairs)

    @cached_property
    def care(self) -> Flags:
        """(P,) both instances are care."""
        answer: Flags = self.a.care[self.pairs.gt] & self.b.care[self.pairs.pred]
        return answer

    @cached_property
    def equal(self) -> Flags:
        """(P,) both have the same transcription, code point by code point; False where a side has none."""
        if not (transcribed(self.a) and transcribed(self.b)):
            return np.zeros(len(self.pairs), np.bool_)
        one, other = _numbered(self.a.texts, self.b.texts)
        answer: Flags = one[self.pairs.gt] == other[self.pairs.pred]
        return answer

    def partners(self, threshold: float | None = None) -> Ints:
        """(N a,) the care instance of b that each care instance of a is paired with above an IoU, -1 = none.

        Most pairs, then the largest sum of IoU, then most equal transcriptions, then the order of rings.
        """
        limit = self.threshold if threshold is None else threshold
        eligible = self.pairing.overlaps(self.pairs, limit, among=self.care)
        return self.pairing.one_to_one(self.pairs, eligible, equal=self.equal)

    @cached_property
    def partner(self) -> Ints:
        """``partners`` at the chosen threshold."""
        return self.partners()

    @cached_property
    def paired(self) -> tuple[Ints, Ints]:
        """(instances of a, instances of b) of all one-to-one pairs at the chosen threshold."""
        first = np.flatnonzero(self.partner >= 0)
        return first, self.partner[first]

    @cached_property
    def matches(self) -> tuple[Ints, Ints, Ints]:
        """(units, instances of a, instances of b) of kind match."""
        found = np.flatnonzero(self.kind == MATCH)
        return found, self.of_a.values[self.of_a.start[found]], self.of_b.values[self.of_b.start[found]]

    @cached_property
    def match_pair(self) -> Ints:
        """(matches,) the candidate pair of each match."""
        _, first, second = self.matches
        width = max(len(self.b), 1)
        every = self.pairs.gt * width + self.pairs.pred
        order = np.argsort(every, kind="stable")
        return order[np.searchsorted(every, first * width + second, sorter=order)]

    @cached_property
    def loose(self) -> Flags:
        """(U,) matches whose IoU is not above the threshold."""
        answer = np.zeros(len(self), np.bool_)
        above = self.pairing.overlaps(self.pairs, self.threshold)
        answer[self.matches[0]] = ~above[self.match_pair]
        return answer

    @cached_property
    def without_area(self) -> Flags:
        """(U,) units of a single ring that has no area and so cannot match."""
        flat = self.of_a.any(self.a.shape >= ZERO_AREA) | self.of_b.any(self.b.shape >= ZERO_AREA)
        answer: Flags = flat & (self.of_a.size + self.of_b.size == 1)
        return answer

    @cached_property
    def dont_care(self) -> tuple[Flags, Flags]:
        """(U,) twice: a member of a, a member of b is don't care."""
        return self.of_a.any(~self.a.care), self.of_b.any(~self.b.care)


def units(a: Instances, b: Instances, *, threshold: float = 0.5, kernels: str = "auto") -> Units:
    """The units of two annotators. Raises ValueError when they do not stand on one image axis, InputError (E_LIMIT).

    Rings that cross themselves share even-odd areas, rings without area share none.
    """
    if a.sample_ids != b.sample_ids:
        raise ValueError("the annotators stand on different image axes")
    pairing = Pairing(Joined(a, b, (), ()), policy="official", kernels=kernels)
    pairs = pairing.rings
    edge = pairing.covers_gt(pairs, SHARE) | pairing.covers_pred(pairs, SHARE)
    label_a, label_b, count = pairing.components(pairs, edge)
    place, sample = _order(a, b, label_a, label_b, count)
    sides = [_side(table, place[label], count) for table, label in ((a, label_a), (b, label_b))]
    sizes = [side.size for side in sides]
    return Units(a, b, pairing, pairs, threshold, sample, _kinds(*sizes), *sides)


def transcribed(table: Instances) -> bool:
    """Whether the instances have transcriptions; of no instances that cannot be denied."""
    return table.codepoints is not None or not len(table)


def _kinds(a: Ints, b: Ints) -> NDArray[np.uint8]:
    kind = np.full(len(a), REGROUP, np.uint8)
    kind[(a == 1) & (b == 1)] = MATCH
    kind[(a == 1) & (b > 1)] = SPLIT
    kind[(a > 1) & (b == 1)] = MERGE
    kind[b == 0] = MISSING
    kind[a == 0] = EXTRA
    return kind


def _order(a: Instances, b: Instances, label_a: Ints, label_b: Ints, count: int) -> tuple[Ints, Ints]:
    """(place of each component, image of the component at each place): by image, box from the top, then keys."""
    box = np.full((4, count), np.inf)
    sample = np.zeros(count, np.int64)
    for table, label in ((a, label_a), (b, label_b)):
        owner = label[np.repeat(np.arange(len(table)), np.diff(table.ring))]
        for row, values in enumerate((table.xy[:, 1], table.xy[:, 0], -table.xy[:, 1], -table.xy[:, 0])):
            np.minimum.at(box[row], owner, values)
        sample[label] = table.sample_of
    order = np.lexsort((*box[::-1], sample))
    same = (np.diff(box[:, order]) == 0).all(0) & (np.diff(sample[order]) == 0)
    for first, last in _runs(same):
        own = order[first:last]
        content = {unit: _content(a, b, label_a, label_b, unit) for unit in own.tolist()}
        order[first:last] = sorted(own.tolist(), key=content.__getitem__)
    place = np.empty(count, np.int64)
    place[order] = np.arange(count)
    return place, sample[order]


def _content(
    a: Instances, b: Instances, label_a: Ints, label_b: Ints, unit: int
) -> tuple[list[list[Key]], list[list[Key]]]:
    """Keys of a unit's members, the same for both directions as far as that is possible."""
    sides = [
        sorted(keys(table, np.flatnonzero(label == unit).tolist()))
        for table, label in ((a, label_a), (b, label_b))
    ]
    return sorted(sides), sides


def _runs(same: Flags) -> list[tuple[int, int]]:
    """Stretches of True in ``same`` (n - 1,) as (first, behind last) of the n things they compare."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], same, [False]]).astype(np.int8)))
    return [(first, last + 1) for first, last in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)]


def _side(table: Instances, unit: Ints, count: int) -> Side:
    """Members of every unit, in canonical order where there are several."""
    order = np.argsort(unit, kind="stable")
    start = offsets(np.bincount(unit, minlength=count))
    for u in np.flatnonzero(np.diff(start) > 1).tolist():
        own = order[start[u] : start[u + 1]].tolist()
        key = dict(zip(own, keys(table, own), strict=True))
        order[start[u] : start[u + 1]] = sorted(own, key=key.__getitem__)
    return Side(start, order)


def _numbered(*sides: tuple[str, ...]) -> list[Ints]:
    """Equal strings, equal numbers."""
    number: dict[str, int] = {}
    return [np.array([number.setdefault(text, len(number)) for text in side], np.int64) for side in sides]
