"""Pairs -> areas of don't care gts without the care gts upon them: the cutting that TedEval and CLEval begin with.

Not a protocol: the block that ``tedeval`` and the CLEval family share (``gtPols[DontCare] -= gtPols[gtNum]`` in
clovaai/TedEval @f24e003 ``script.py``; ``prepare_gt`` in clovaai/CLEval @513623c). Nothing is really cut: areas of what
is left are differences of areas that rings share, so that every one of them can also be had as a fraction.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from ocr_eval.protocols.ring_regions import Rings

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from ocr_eval.pairing import Pairing
    from ocr_eval.tables.instances import Instances
    from ocr_eval.tables.joined import Joined

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]


class Meeting(NamedTuple):
    """M pairs of gts of one sample whose boxes meet, sorted by ``a``, then ``b``."""

    a: Ints  # (M,) index in the gt table
    b: Ints
    inter: Floats  # (M,) shared area
    guard: Floats

    def where(self, keep: Flags) -> Meeting:
        """Some of them."""
        return Meeting(self.a[keep], self.b[keep], self.inter[keep], self.guard[keep])


class Cut:
    """Shared areas of all pairs, and areas of the don't care gts, when every care gt has been cut out of those.

    ``inter`` and ``guard`` (P,) stand for ``pairs.inter`` and ``pairs.guard``; ``upon`` are (don't care gt, care gt).
    Raises InputError (E_LIMIT).
    """

    def __init__(self, joined: Joined, pairing: Pairing) -> None:
        import numpy as np

        gt = joined.gt
        self.joined, self.pairing, self.pairs = joined, pairing, pairing.rings
        self.rings = Rings(joined, pairing.kernels)
        self.inter, self.guard = self.pairs.inter.copy(), self.pairs.guard.copy()
        self.key = self.pairs.gt * max(1, len(joined.pred)) + self.pairs.pred  # rising
        self.met = np.flatnonzero(~gt.care[self.pairs.gt] & (self.pairs.inter > self.pairs.guard))
        held = np.zeros(len(gt), np.bool_)
        held[self.pairs.gt[self.met]] = True
        self.upon = meeting(gt, held, gt.care, pairing.kernels)
        self.sure = self.upon.where(self.upon.inter > self.upon.guard)
        self.chain = np.full(len(gt), -1)  # of care gts that lie with others upon a don't care gt and overlap
        if len(self.sure.a):
            self._cut()

    def _cut(self) -> None:
        import numpy as np

        gt, pairs, sure = self.joined.gt, self.pairs, self.sure
        used = np.zeros(len(gt), np.bool_)
        used[sure.b[np.bincount(sure.a)[sure.a] > 1]] = True
        self.chain = chains(gt, used, self.pairing.kernels)
        first = self._first_alike()[pairs.pred[self.met]]  # equal predictions of a sample lose equal areas
        once = self.met[first == pairs.pred[self.met]]
        row, at = ragged(sure.a, pairs.gt[once])
        row = once[row]
        both = self.find(sure.b[at], pairs.pred[row])
        keep = (both >= 0) & (pairs.inter[both] > pairs.guard[both])
        row, at, both = row[keep], at[keep], both[keep]
        known, slack = self._nested(row, at, both)
        fixed = [pairs.pred[row] + len(gt), pairs.gt[row]]
        head, area, guard = self.union(fixed, sure.b[at], row, known, slack)
        np.subtract.at(self.inter, row[head], area)
        np.add.at(self.guard, row[head], guard)
        source = self.find(pairs.gt[self.met], first)
        self.inter[self.met], self.guard[self.met] = self.inter[source], self.guard[source]

    def _first_alike(self) -> Ints:
        """(N pred,) the first prediction of the sample that has the same ring."""
        import numpy as np

        from ocr_eval.pairing import first_equal

        pred = self.joined.pred
        key = first_equal(pred.xy, pred.ring) * max(1, len(self.joined.sample_ids)) + pred.sample_of
        first, place = np.unique(key, return_index=True, return_inverse=True)[1:]
        return np.asarray(first[place], np.int64)

    @cached_property
    def areas(self) -> tuple[Floats, Floats]:
        """(G,) areas of the gts and bounds on their errors; cut where a prediction shares area with a don't care gt."""
        import numpy as np

        from ocr_eval.tables.instances import SELF_INTERSECTING

        gt, upon = self.joined.gt, self.upon
        area, error = self.pairs.area_gt.copy(), np.zeros(len(gt))
        sure = upon.inter > upon.guard
        np.add.at(error, upon.a[~sure], (upon.inter + upon.guard)[~sure])
        for d in np.unique(upon.a[gt.shape[upon.a] == SELF_INTERSECTING]).tolist():
            area[d] = float(self.exact_area(d))
        own = self.sure.where(gt.shape[self.sure.a] != SELF_INTERSECTING)
        first, lost, guard = self.union([own.a], own.b, own.a, own.inter, own.guard)
        np.subtract.at(area, own.a[first], lost)
        np.add.at(error, own.a[first], guard)
        return area, error

    def _nested(self, row: Ints, at: Ints, both: Ints) -> tuple[Floats, Floats]:
        """(T,) the area that prediction, don't care gt and care gt share, where one of the two lies in another one.

        NaN where not; and a bound on its error.
        """
        import numpy as np

        from ocr_eval.tables.instances import SELF_TOUCHING

        pairs, gt, pred, sure = self.pairs, self.joined.gt, self.joined.pred, self.sure
        c, p = sure.b[at], pairs.pred[row]
        slack = sure.guard[at] + pairs.guard[both] + pairs.guard[row]
        whole = np.where(gt.shape[c] <= SELF_TOUCHING, pairs.area_gt[c], np.inf)
        pred_whole = np.where(pred.shape[p] <= SELF_TOUCHING, pairs.area_pred[p], np.inf)
        known = np.where(pred_whole - pairs.inter[both] <= slack, pairs.inter[row], np.nan)
        known = np.where(whole - sure.inter[at] <= slack, pairs.inter[both], known)
        return np.where(whole - pairs.inter[both] <= slack, sure.inter[at], known), 2 * slack

    def union(
        self, fixed: Sequence[Ints], care: Ints, key: Ints, known: Floats, guard: Floats
    ) -> tuple[Ints, Floats, Floats]:
        """Areas that all ``fixed`` rings share with at least one care gt, for rows of equal ``key``, chain by chain.

        Row t is fixed[…][t] with care[t], its own area ``known`` or NaN. Returns a row of each union, area, guard.
        """
        import numpy as np

        from ocr_eval.tables.instances import offsets

        order = np.lexsort((care, self.chain[care], key))
        change = (np.diff(key[order], prepend=-1) != 0) | (np.diff(self.chain[care][order], prepend=-1) != 0)
        head = np.flatnonzero(change)
        count = np.diff(np.append(head, len(order)))
        first = order[head]
        area, error = known[first], guard[first].copy()
        some = np.flatnonzero((count > 1) | np.isnan(area))
        if len(some):
            size = count[some]
            start = offsets(size + len(fixed))
            member, group = np.empty(start[-1], np.int64), np.full(start[-1], len(fixed))
            cares = np.ones(start[-1], np.bool_)
            for g, index in enumerate(fixed):
                place = start[:-1] + g
                member[place], group[place], cares[place] = index[first[some]], g, False
            within = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
            member[cares] = care[order[np.repeat(head[some], size) + within]]
            made = self.rings.overlay(member, group, start)
            area[some], error[some] = made.area, made.guard
        return first, area, error

    def find(self, gt: Ints, pred: Ints) -> Ints:
        """(T,) positions of pairs in the table, -1 where it does not hold them."""
        import numpy as np

        key = gt * max(1, len(self.joined.pred)) + pred
        at = np.searchsorted(self.key, key)
        at[at == len(self.key)] = 0
        return np.where((self.key[at] if len(self.key) else -1) == key, at, -1)

    def exact_inter(self, k: int) -> Fraction:
        """``inter`` of pair k as a fraction."""
        shared = self.pairing.exact_areas(self.pairs, k)[0]
        g, p = int(self.pairs.gt[k]), int(self.pairs.pred[k])
        cares = self.cares(g)
        if not cares or not shared:
            return shared
        return shared - self.rings.exact([[("pred", p)], [("gt", g)], [("gt", c) for c in cares]])

    def exact_area(self, g: int) -> Fraction:
        """``area`` of gt g: |shoelace|, or even-odd once something was cut out of it."""
        from ocr_eval.kernels import exact

        points, cares = self.joined.gt.points(g), self.cares(g)
        lost = self.rings.exact([[("gt", g)], [("gt", c) for c in cares]]) if cares else Fraction(0)
        return Fraction(exact.even_odd_area(points)) - lost if lost else abs(exact.signed_area(points))

    def cares(self, g: int) -> list[int]:
        """The care gts whose boxes meet that of don't care gt g."""
        import numpy as np

        begin, end = np.searchsorted(self.upon.a, [g, g + 1])
        found: list[int] = self.upon.b[begin:end].tolist()
        return found


def cut_of(joined: Joined, pairing: Pairing) -> Cut:
    """The ``Cut`` of a pairing, made once for all protocols that begin with it."""
    made: Cut | None = pairing.shared.get("cut")
    if made is None or made.joined is not joined:
        made = pairing.shared["cut"] = Cut(joined, pairing)
    return made


def meeting(gt: Instances, one: Flags, two: Flags, kernels: str) -> Meeting:
    """Pairs of a gt of ``one`` and a gt of ``two`` (G,)."""
    import numpy as np

    from ocr_eval.pairing import Pairing
    from ocr_eval.tables.joined import Joined

    sides = gt.where(one), gt.where(two)
    pairs = Pairing(Joined(*sides, (), ()), policy="official", kernels=kernels).rings
    return Meeting(np.flatnonzero(one)[pairs.gt], np.flatnonzero(two)[pairs.pred], pairs.inter, pairs.guard)


def chains(gt: Instances, used: Flags, kernels: str) -> Ints:
    """(G,) a number for all gts of ``used`` that overlap each other, directly or by others; -1 for the rest."""
    import numpy as np

    from ocr_eval.pairing import Pairing
    from ocr_eval.tables.joined import Joined

    if not used.any():
        return np.full(len(gt), -1)
    some = gt.where(used)
    pairing = Pairing(Joined(some, some, (), ()), policy="official", kernels=kernels)
    pairs = pairing.rings
    overlap = (pairs.inter > pairs.guard) | (pairs.gt == pairs.pred)
    label = np.full(len(gt), -1)
    label[used] = pairing.components(pairs, overlap)[0]
    return label


def ragged(values: Ints, wanted: Ints) -> tuple[Ints, Ints]:
    """For rising ``values``: (place in ``wanted``, place in ``values``) of all equal pairs, in the order of wanted."""
    import numpy as np

    begin, end = np.searchsorted(values, wanted), np.searchsorted(values, wanted, "right")
    count = end - begin
    row = np.repeat(np.arange(len(wanted)), count)
    return row, np.arange(len(row)) + np.repeat(begin - (np.cumsum(count) - count), count)
