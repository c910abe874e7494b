"""Cut don't care gts -> what they leave of predictions: areas, centroids, points. Not a protocol: a part of TedEval.

``detPols[detNum] -= gtPols[gtNum]`` in clovaai/TedEval @f24e003 ``script.py``. Every care gt has been cut out of the
don't care gts before, so what it shares with a prediction stays whole.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from ocr_eval.protocols.cut_regions import chains, ragged
from ocr_eval.protocols.pseudo_characters import within
from ocr_eval.protocols.ring_regions import above

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ocr_eval.protocols.cut_regions import Cut
    from ocr_eval.protocols.ring_regions import Region, Ring

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]


class CutPredictions:
    """``area`` and ``guard`` (N pred,): of predictions that share area with a care gt, without the don't care gts.

    Other predictions keep their area: they cannot match. ``cut`` (N pred,) says where something was cut off.
    """

    def __init__(self, cut: Cut) -> None:
        import numpy as np

        from ocr_eval.kernels import exact
        from ocr_eval.pairing import first_equal
        from ocr_eval.tables.instances import SELF_INTERSECTING

        pairs, pred, care = cut.pairs, cut.joined.pred, cut.joined.gt.care
        self.source, self.pairs, self.pred = cut, pairs, pred
        self.content = first_equal(pred.xy, pred.ring)  # (N pred,) the first of equal rings
        self._exact: dict[tuple[int, ...], Fraction] = {}
        self.area, self.guard = pairs.area_pred.copy(), np.zeros(len(pred))
        wanted = np.zeros(len(pred), np.bool_)
        wanted[pairs.pred[care[pairs.gt] & (pairs.inter > pairs.guard)]] = True
        solid = ~care[pairs.gt] & (cut.areas[0][pairs.gt] > 0) & wanted[pairs.pred]
        self.near = self._by_pred(np.flatnonzero(solid & (cut.inter + cut.guard > 0)))  # may share something
        self.sure = self._by_pred(np.flatnonzero(solid & (cut.inter > cut.guard)))
        self.cut = np.zeros(len(pred), np.bool_)
        self.cut[pairs.pred[self.sure]] = True
        for i in np.flatnonzero(self.cut & (pred.shape == SELF_INTERSECTING)).tolist():
            self.area[i] = float(exact.even_odd_area(pred.points(i)))
        self._cut()

    def _by_pred(self, k: Ints) -> Ints:
        import numpy as np

        return k[np.argsort(self.pairs.pred[k], kind="stable")]

    def _cut(self) -> None:
        import numpy as np

        pairs, source = self.pairs, self.source
        if not len(self.sure):
            return
        p = pairs.pred[self.sure]
        used = np.zeros(len(source.joined.gt), np.bool_)
        used[pairs.gt[self.sure[np.bincount(p)[p] > 1]]] = True
        chain_of = chains(source.joined.gt, used, source.pairing.kernels)
        groups: dict[tuple[int, int], list[int]] = {}
        for k, i, chain in zip(
            self.sure.tolist(), p.tolist(), chain_of[pairs.gt[self.sure]].tolist(), strict=True
        ):
            groups.setdefault((i, chain), []).append(k)
        regions: list[Region] = []
        whose, which, sign = [], [], []
        made_of: dict[tuple[int, ...], list[tuple[int, int]]] = {}  # equal predictions lose equal regions
        for (i, _), some in groups.items():
            if len(some) == 1:
                self.area[i] -= source.inter[some[0]]
                self.guard[i] += source.guard[some[0]]
                continue
            dont_care = [int(pairs.gt[k]) for k in some]
            key = (int(self.content[i]), *dont_care)
            if key not in made_of:
                made_of[key] = []
                for region, weight in self._regions(i, dont_care):
                    made_of[key].append((len(regions), weight))
                    regions.append(region)
            for place, weight in made_of[key]:
                whose.append(i)
                which.append(place)
                sign.append(weight)
        if not regions:
            return
        made = source.rings.of(regions)
        np.subtract.at(self.area, whose, made.area[which] * np.array(sign))
        np.add.at(self.guard, whose, made.guard[which])

    def _regions(self, i: int, dont_care: list[int]) -> list[tuple[Region, int]]:
        """What don't care gts that overlap cut off prediction i: the area of regions, added and subtracted."""
        held: list[Ring] = [("gt", d) for d in dont_care]
        cares = sorted({c for d in dont_care for c in self.source.cares(d)})
        found: list[tuple[Region, int]] = [([[("pred", i)], held], 1)]
        if cares:
            found.append(([[("pred", i)], held, [("gt", c) for c in cares]], -1))
        return found

    def covers(self, threshold: float, among: Flags) -> Flags:
        """(P,) shared area / area of what is left of the prediction >= threshold."""
        pairs, pairing = self.pairs, self.source.pairing
        own = among & ~self.cut[pairs.pred]
        answer = pairing.covers_pred(pairs, threshold, strict=False, among=own)

        def exactly(k: int) -> tuple[Fraction, Fraction]:
            return pairing.exact_areas(pairs, k)[0], self.exact_area(int(pairs.pred[k]))

        whole = self.area[pairs.pred], self.guard[pairs.pred]
        rest = among & self.cut[pairs.pred]
        return answer | above((pairs.inter, pairs.guard), whole, threshold, exactly, among=rest)

    def exact_area(self, i: int) -> Fraction:
        """The area of what is left of prediction i as a fraction."""
        import numpy as np

        from ocr_eval.kernels import exact

        begin, end = np.searchsorted(self.pairs.pred[self.near], [i, i + 1])
        dont_care = self.pairs.gt[self.near[begin:end]].tolist()
        key = (int(self.content[i]), *dont_care)
        if key not in self._exact:
            lost = Fraction(0)
            if dont_care:
                for region, weight in self._regions(i, dont_care):
                    lost += weight * self.source.rings.exact(region)
            points = self.pred.points(i)
            whole = Fraction(exact.even_odd_area(points)) if lost else abs(exact.signed_area(points))
            self._exact[key] = whole - lost
        return self._exact[key]

    def centroids(self, pred: Ints, whole: Floats) -> Floats:
        """(N, 2) centroids of what is left of predictions; ``whole`` (N, 2) those of the uncut rings."""
        import numpy as np

        at = np.flatnonzero(self.cut[pred])
        if not len(at):
            return whole
        regions: list[Region] = []
        row, sign = [], []
        for n, i in zip(at.tolist(), pred[at].tolist(), strict=True):
            begin, end = np.searchsorted(self.pairs.pred[self.sure], [i, i + 1])
            parts = [([[("pred", i)]], 1)]
            parts += [(r, -w) for r, w in self._regions(i, self.pairs.gt[self.sure[begin:end]].tolist())]
            for region, weight in parts:
                regions.append(region)
                row.append(n)
                sign.append(weight)
        made = self.source.rings.of(regions)
        moment, area = np.zeros((len(pred), 2)), np.zeros(len(pred))
        np.add.at(moment, row, made.moment * np.array(sign)[:, None])
        np.add.at(area, row, made.area * np.array(sign))
        found = whole.copy()
        some = at[area[at] > 0]
        found[some] = moment[some] / area[some, None]
        return found

    def removed(self, points: Floats, pred: Ints) -> Flags:
        """(N,) True where a point of prediction ``pred`` lies in a part that was cut off."""
        import numpy as np

        gt = self.source.joined.gt
        answer = np.zeros(len(points), np.bool_)
        if not len(self.sure):
            return answer
        row, at = ragged(self.pairs.pred[self.sure], pred)
        dont_care = self.pairs.gt[self.sure[at]]
        held = within(points[row], dont_care, gt.xy, gt.ring)
        row, dont_care = row[held], dont_care[held]
        upon = self.source.upon
        one, other = ragged(upon.a, dont_care)
        saved = np.zeros(len(row), np.bool_)
        saved[one[within(points[row[one]], upon.b[other], gt.xy, gt.ring)]] = True
        answer[row[~saved]] = True
        return answer
