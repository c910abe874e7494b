"""Matched pairs -> what TIoU credits them with: IoU, less what was cut off the gt or taken in from other gts.

Not a protocol: the block that ``tiou``, ``tiou-curved`` and ``tiou-wordline`` build on
(Yuliang-Liu/TIoU-metric @1da1363). f(x) = 1 where x <= 0.01, else 1 - x. Decisions at 0.01 are exact; areas are steady
ones, so that sums have the same bits whatever engine and company.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ocr_eval.kernels.outliers import Places
    from ocr_eval.pairing import Pairing
    from ocr_eval.protocols.formulas import Formula
    from ocr_eval.tables.counts import Totals
    from ocr_eval.tables.matches import Verdict
    from ocr_eval.tables.pairs import Pairs

    Floats = NDArray[np.float64]
    Positions = NDArray[np.int64]

FREE = 0.01  # a share up to this costs nothing
NEAR = 1e-9  # a share closer to a threshold is decided in rationals
SLACK = 0.001  # pixels² that an outlying area may exceed the prediction's before the script gives no credit
WORK_LIMIT = 400_000_000  # sum of squares of the edges in one place
CROWD = 16  # gts in one prediction from which looking for equal ones pays


class Credits(NamedTuple):
    """(K,) reals of K pairs; all three are the IoU where nothing is cut off or taken in."""

    iou: Floats
    recall: Floats
    precision: Floats


def credit(pairing: Pairing, pairs: Pairs, index: Positions, *, slack: float = SLACK) -> Credits:
    """The credits of the pairs at ``index`` (positions in ``pairing.rings``), each with IoU above 0."""
    import numpy as np

    inter, area_gt, area_pred = pairing.steady_areas(pairs, index)
    union = area_gt + area_pred - inter
    asked = np.zeros(len(pairs), np.bool_)
    asked[index] = True
    whole = pairing.covers_gt(pairs, 1 - FREE, strict=False, among=asked)[index]
    kept = uncut(inter, area_gt, whole)
    own = (pairs.gt_xy, pairs.gt_ring, pairs.gt[index])
    alone = without_outliers(pairing, pairs.pred[index], own, pairs.gt[index], area_pred, slack)
    return Credits(inter / union, inter * kept / union, inter * alone / union)


def uncut(inter: Floats, area: Floats, whole: NDArray[np.bool_]) -> Floats:
    """(K,) f of the share of a gt that its prediction leaves out; ``whole`` where that is 0.01 or less.

    0 where a gt has no area or less than it shares (its ring crosses itself), as the script's assertions have it.
    """
    import numpy as np

    share = np.divide(area - inter, area, out=np.ones(len(area)), where=area > 0)
    share[share < 0] = 1.0
    return np.where(whole & (inter <= area), 1.0, 1.0 - share)


def without_outliers(
    pairing: Pairing,
    pred: Positions,
    own: tuple[Floats, Positions, Positions],
    skip: Positions,
    area: Floats,
    slack: float,
) -> Floats:
    """(K,) f of the share of a prediction that lies in other gts and not in its own one.

    ``own``: xy, ring and index (K,) of the own rings; ``skip`` (K,): the gt of ``pairing`` that is no other one, -1 =
    none; ``area`` (K,) of the predictions. 0 where a prediction has no area, or less than lies in other gts.
    """
    import numpy as np

    pairs = pairing.rings
    kept = np.where(area > 0, 1.0, 0.0)
    if not len(kept):
        return kept
    # No more lies outside than is shared with others: that alone settles most.
    shared = np.bincount(pairs.pred, pairs.inter, minlength=len(pairs.area_pred)).astype(np.float64)
    order = np.argsort(pairs.pred, kind="stable")
    start = np.searchsorted(pairs.pred[order], np.arange(len(pairs.area_pred) + 1))
    slot = np.full(len(pairs.area_pred), -1)
    slot[pred] = np.arange(len(pred))
    mine = np.flatnonzero((slot[pairs.pred] >= 0) & (pairs.gt == skip[slot[pairs.pred]]))
    shared[pairs.pred[mine]] = shared[pairs.pred[mine]] - pairs.inter[mine]
    rest = np.flatnonzero((area > 0) & (shared[pred] > 0.99 * FREE * area))
    if not len(rest):
        return kept
    places = _places(pairs, pred[rest], own, rest, skip[rest], order, start)
    _check(pairing, places, pred[rest])
    for r, outside in enumerate(pairing.outlier_areas(places).tolist()):
        kept[rest[r]] = _kept(outside, area[rest[r]].item(), slack, places, r)
    return kept


def _kept(outside: float, whole: float, slack: float, places: Places, r: int) -> float:
    """f of the share ``outside / whole``; 0 above 1, but for the slack."""
    from fractions import Fraction

    free, over = outside <= FREE * whole, outside > whole + slack
    if min(abs(outside - FREE * whole), abs(outside - whole - slack)) <= NEAR * max(whole, 1.0):
        exact, all_of_it = places.exact(r)
        free, over = exact <= Fraction(repr(FREE)) * all_of_it, exact > all_of_it + Fraction(repr(slack))
    return 0.0 if over else 1.0 if free else 1.0 - outside / whole


def _places(
    pairs: Pairs,
    pred: Positions,
    own: tuple[Floats, Positions, Positions],
    rest: Positions,
    skip: Positions,
    order: Positions,
    start: Positions,
) -> Places:
    """Per prediction its ring, its own one, and those of the gts that share some area with it, but the skipped one.

    Equal rings bound one area: the first stands for all.
    """
    import numpy as np

    from ocr_eval.kernels.outliers import Places
    from ocr_eval.pairing import first_equal

    count = start[pred + 1] - start[pred]
    which = np.repeat(np.arange(len(pred)), count)
    k = order[np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count) + start[pred][which]]
    # Where a shared area is 0 for certain the guard is, too.
    some = ((pairs.inter[k] > 0) | (pairs.guard[k] > 0)) & (pairs.gt[k] != skip[which])
    k, which = k[some], which[some]
    if np.bincount(which, minlength=1).max() > CROWD:
        content = first_equal(pairs.gt_xy, pairs.gt_ring)[pairs.gt[k]]
        distinct = np.sort(np.unique(which * len(pairs.area_gt) + content, return_index=True)[1])
        k, which = k[distinct], which[distinct]
    tables = (pairs.pred_xy, pairs.pred_ring), own[:2], (pairs.gt_xy, pairs.gt_ring)
    made: Places = Places.of(tables, pred, own[2][rest], pairs.gt[k], which)
    return made


def _check(pairing: Pairing, places: Places, pred: Positions) -> None:
    """Raises InputError (E_LIMIT) when one prediction lies in too many gts."""
    from ocr_eval.errors import InputError, Problem

    work, r = places.work()
    if work > WORK_LIMIT:
        side = pairing.joined.pred
        p = int(pred[r])
        reason = "a prediction lies in too many gts that overlap each other"
        entry, line = side.entries[int(side.sample_of[p])], int(side.line[p])
        raise InputError([Problem("E_LIMIT", reason, "remove repeated gts", side.source, entry, line)])


def scores(totals: Totals, sets: tuple[str, ...]) -> dict[str, float | None]:
    """precision, recall, hmean of the counts, and of every credit: sum / n_det, sum / n_gt, and their hmean.

    0 when a denominator is 0, None when no sample has a care gt.
    """
    from ocr_eval.protocols.rrc_match import word_scores
    from ocr_eval.tables.counts import harmonic, ratio

    n_gt, n_det = totals["n_gt"], totals["n_det"]
    made = word_scores(totals["tp"], n_gt, n_det)
    for name in sets:
        over_gt, over_det = (totals.sums[key] for key in _terms(name))
        recall, precision = ratio(over_gt, n_gt), ratio(over_det, n_det, empty=0.0)
        hmean = harmonic(precision, recall)
        if n_gt == 0:
            precision = recall = hmean = None
        made |= {f"{name}_precision": precision, f"{name}_recall": recall, f"{name}_hmean": hmean}
    return made


def formulas(sets: tuple[str, ...]) -> dict[str, Formula]:
    """``scores`` as data; on one sample an empty side counts as the script has it (both empty: 1)."""
    from ocr_eval.protocols.formulas import Harmonic, rate
    from ocr_eval.protocols.rrc_match import word_formulas

    made = word_formulas()
    for name in sets:
        over_gt, over_det = (f"sum:{key}" for key in _terms(name))
        made[f"{name}_precision"] = rate(over_det, "n_det", empty=0.0)
        made[f"{name}_recall"] = rate(over_gt, "n_gt", empty=0.0)
        both = rate(over_det, "n_det", empty=0.0, alone=1.0), rate(over_gt, "n_gt", empty=0.0, alone=1.0)
        made[f"{name}_hmean"] = Harmonic(*both)
    return made


def _terms(name: str) -> tuple[str, str]:
    """The sums a set divides by the number of gts, and by that of predictions."""
    return ("iou", "iou") if name == "iou" else (f"{name}_recall", f"{name}_precision")


def credited(verdict: Verdict, ratio: float, credit: float) -> Verdict:
    """A match with what it counts, and what that is less than its IoU for."""
    from ocr_eval.protocols.reasons import clause, extended

    if credit == ratio:
        return extended(verdict, clause("tiou_whole", credit=credit))
    key = "tiou_cut" if verdict.side == "gt" else "tiou_outlying"
    return extended(verdict, clause(key, credit=credit, share=round(1 - credit / ratio, 8)))
