"""Cut pairs and pseudo characters -> TedEval's matches and what their characters earn. Not a protocol.

The steps are those of ``evaluate_method`` in clovaai/TedEval @f24e003 ``script.py``; ``tedeval`` tells the rule. Angles
and distances of centres are computed with the script's operations, in their order, as floats.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from ocr_eval.protocols.cut_predictions import CutPredictions
from ocr_eval.protocols.cut_regions import Cut, cut_of
from ocr_eval.protocols.line_angles import distinct_lines
from ocr_eval.protocols.pseudo_characters import Centres, Hits, hits, quad_centres, quads
from ocr_eval.protocols.quad_measures import centroids, lengths, mean_diagonals
from ocr_eval.protocols.ring_regions import above
from ocr_eval.tables.derived import derived

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from ocr_eval.pairing import Pairing
    from ocr_eval.tables.joined import Joined
    from ocr_eval.tables.pairs import Pairs

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

VERTICAL = 1.5  # boxes of a larger height over width are read from above
OTHER = "give four corners, or use a protocol for polygons"


class Match(NamedTuple):
    """What stands after matching; P candidate pairs."""

    pairs: Pairs
    ignored: Flags  # (N pred,) excused by don't care gts
    one: Flags  # (P,) one-to-one matches
    split: Flags  # (P,) pairs of gts with several predictions
    merge: Flags  # (P,) pairs of predictions with several gts
    hits: Hits  # of matched pairs; ``row`` is the position in ``pairs``
    centres: Centres
    area: Floats  # (N pred,) of what is left of predictions
    unclear: Flags  # (P,) pairs of several that were refused: they lie on several lines

    @property
    def matched(self) -> Flags:
        """(P,) in any match."""
        return self.one | self.split | self.merge


def match(
    joined: Joined, pairing: Pairing, *, area_recall: float, area_precision: float, center: float
) -> Match:
    """Runs the rule on all samples. Raises InputError (E_GT, E_POLYGON, E_LIMIT)."""
    import numpy as np

    gt, pred = joined.gt, joined.pred
    corners = quads(gt, "gt", OTHER), quads(pred, "prediction", OTHER)
    cut = cut_of(joined, pairing)
    pairs, care = cut.pairs, gt.care[cut.pairs.gt]
    g, p = pairs.gt, pairs.pred
    ignored = _ignored(cut, care, area_recall, area_precision)
    left = CutPredictions(cut)
    kept = care & ~ignored[p]
    covers_gt = pairing.covers_gt(pairs, area_recall, strict=False, among=care)
    covers_pred = left.covers(area_precision, care)

    inter = (pairs.inter, pairs.guard)
    merge = kept & covers_gt
    several = _group(merge, p, inter, (left.area, left.guard), area_precision, cut, left.exact_area)
    refused = merge & several[p]
    merge = _one_line(merge & several[p], p, g, corners[0])
    strong = covers_gt & covers_pred
    alone = np.bincount(g[strong], minlength=len(gt))[g] == 1
    alone &= np.bincount(p[strong], minlength=len(pred))[p] == 1
    one = _near(kept & strong & alone, left, corners, center)
    split = kept & covers_pred
    whole = (pairs.area_gt, np.zeros(len(gt)))
    several = _group(split, g, inter, whole, area_recall, cut, lambda i: cut.exact_area(i))
    refused |= split & several[g]
    split = _one_line(split & several[g], g, p, corners[1])

    matched = np.flatnonzero(one | split | merge)
    centres = derived(
        gt,
        "centres of tedeval",
        lambda: quad_centres(corners[0], _vertical(corners[0]), np.where(gt.care, _lengths(joined), 0)),
    )
    found = hits(centres, g[matched], p[matched], pairs.pred_xy, pairs.pred_ring)
    row = matched[found.row]
    removed = left.removed(centres.xy[found.centre], p[row])
    kept_hits = Hits(row[~removed], found.centre[~removed])
    return Match(pairs, ignored, one, split, merge, kept_hits, centres, left.area, refused & ~(split | merge))


def earned(joined: Joined, found: Match) -> tuple[Floats, Floats]:
    """((G,) recall of every gt, (N pred,) precision of every prediction), 0 without a match."""
    import numpy as np

    gts, preds = len(joined.gt), len(joined.pred)
    length = np.diff(found.centres.start)
    owner = np.repeat(np.arange(gts), length)
    once = np.bincount(found.hits.centre, minlength=len(owner)) == 1
    g, p = found.pairs.gt[found.matched], found.pairs.pred[found.matched]
    total = np.bincount(p, length[g], minlength=preds)
    inside = np.bincount(found.pairs.pred[found.hits.row], minlength=preds)
    recall = np.bincount(owner[once], minlength=gts) / np.maximum(length, 1)
    return recall, inside / np.maximum(total, 1)


def _ignored(cut: Cut, care: Flags, area_recall: float, area_precision: float) -> Flags:
    """(N pred,) don't care gts hold it: one alone, or several that are themselves covered by it."""
    import numpy as np

    pairs, size = cut.pairs, len(cut.joined.pred)
    g, p, among = cut.pairs.gt, cut.pairs.pred, ~care
    inter = (cut.inter, cut.guard)

    def one(k: int) -> tuple[Fraction, Fraction]:
        return cut.exact_inter(k), cut.pairing.exact_areas(pairs, k)[2]

    whole = pairs.area_pred[p], np.zeros(len(pairs))
    held = above(inter, whole, area_precision, one, strict=True, among=among)
    ignored = np.zeros(size, np.bool_)
    ignored[p[held]] = True
    among = among & ~ignored[p] & (cut.inter > cut.guard)
    area = (cut.areas[0][g], cut.areas[1][g])
    covered = above(
        inter,
        area,
        area_recall,
        lambda k: (cut.exact_inter(k), cut.exact_area(int(g[k]))),
        strict=True,
        among=among,
    )

    def together(i: int) -> tuple[Fraction, Fraction]:
        mine = np.flatnonzero(covered & (p == i)).tolist()
        return sum((cut.exact_inter(k) for k in mine), Fraction(0)), cut.pairing.exact_areas(pairs, mine[0])[
            2
        ]

    sums = tuple(np.bincount(p[covered], column[covered], size).astype(np.float64) for column in inter)
    some = np.bincount(p[covered], minlength=size) > 0
    area = pairs.area_pred, np.zeros(size)
    return ignored | above((sums[0], sums[1]), area, area_precision, together, among=some)


def _group(
    candidates: Flags,
    key: Ints,
    inter: tuple[Floats, Floats],
    whole: tuple[Floats, Floats],
    threshold: float,
    cut: Cut,
    exact_area: Callable[[int], Fraction],
) -> Flags:
    """(N,) instances of one side with two candidates or more that share enough of its area, all together."""
    import numpy as np

    size = len(whole[0])
    sums = [np.bincount(key[candidates], column[candidates], size).astype(np.float64) for column in inter]
    several = np.bincount(key[candidates], minlength=size) >= 2

    def exactly(i: int) -> tuple[Fraction, Fraction]:
        mine = np.flatnonzero(candidates & (key == i)).tolist()
        return sum((cut.pairing.exact_areas(cut.pairs, k)[0] for k in mine), Fraction(0)), exact_area(i)

    return above((sums[0], sums[1]), whole, threshold, exactly, among=several)


def _near(candidates: Flags, left: CutPredictions, corners: tuple[Floats, Floats], center: float) -> Flags:
    """Those whose centroids are nearer than ``center`` times the mean of their mean diagonals."""
    import numpy as np

    from ocr_eval.tables.instances import SELF_TOUCHING

    answer = candidates.copy()
    k = np.flatnonzero(candidates)
    g, p = left.pairs.gt[k], left.pairs.pred[k]
    own, quad = centroids(corners[0][g]), corners[1][p]
    diagonals = mean_diagonals(corners[0][g]) + mean_diagonals(quad)
    # What is left of a proper ring has its centroid between the corners: most are near wherever it is.
    farthest = np.sqrt(((quad - own[:, None]) ** 2).sum(2).max(1, initial=0.0))
    odd = left.pred.shape[p] > SELF_TOUCHING
    asked = np.flatnonzero(odd | (farthest / diagonals * 2.0 >= center * (1 - 1e-9)))
    other = left.centroids(p[asked], centroids(quad[asked]))
    answer[k[asked]] = lengths(own[asked] - other) / diagonals[asked] * 2.0 < center
    return answer


def _one_line(candidates: Flags, key: Ints, other: Ints, corners: Floats) -> Flags:
    """Without the groups (equal ``key``) whose members on the ``other`` side lie on several lines."""
    import numpy as np

    answer = candidates.copy()
    k = np.flatnonzero(candidates)
    if not len(k):
        return answer
    seen, place = np.unique(other[k], return_inverse=True)
    quad = corners[seen]
    pivots, kind = _distinct(np.hstack([(quad[:, 0] + quad[:, 3]) / 2, centroids(quad)]))
    # Per group its distinct members and how often each stands there.
    member, count = np.unique(key[k] * len(pivots) + kind[place], return_counts=True)
    group, member = member // len(pivots), member % len(pivots)
    head = np.flatnonzero(np.diff(group, prepend=-1))
    refused = np.zeros(int(group[-1]) + 1, np.bool_)
    known: dict[bytes, bool] = {}
    for begin, end in pairwise([*head.tolist(), len(group)]):
        own, several = member[begin:end], count[begin:end] > 1
        content = own.tobytes() + several.tobytes()
        if content not in known:
            known[content] = distinct_lines(pivots[own], several)
        refused[group[begin]] = known[content]
    answer[k[refused[key[k]]]] = False
    return answer


def _distinct(rows: Floats) -> tuple[Floats, Ints]:
    """(the distinct rows, which of them each row (N, m) is)."""
    import numpy as np

    seen: dict[tuple[float, ...], int] = {}
    kind = np.array([seen.setdefault(tuple(row), len(seen)) for row in rows.tolist()], np.int64)
    return np.array(list(seen)), kind


def _vertical(quad: Floats) -> Flags:
    import numpy as np

    size = quad.max(1) - quad.min(1) if len(quad) else np.zeros((0, 2))
    tall: Flags = np.divide(size[:, 1], size[:, 0], out=np.zeros(len(size)), where=size[:, 0] != 0) > VERTICAL
    return tall


def _lengths(joined: Joined) -> Ints:
    import numpy as np

    assert joined.gt.text_offset is not None
    return np.diff(joined.gt.text_offset)
