"""Boxes and confidences -> what becomes of every prediction under COCO's 40 settings, as bits; and the curves of them.

Not a protocol: the block of ``coco-ap``. Setting 10 a + t is range of area a with IoU threshold t. Predictions are
taken by falling confidence; all settings are decided at once, one bit each: only which gts are free differs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ocr_eval.pairing import Pairing
    from ocr_eval.tables.counts import Scored
    from ocr_eval.tables.instances import Instances
    from ocr_eval.tables.joined import Joined

# As pycocotools has them: steps of .45 / 9 in doubles, so the ninth is a hair below .9.
THRESHOLDS = (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.8999999999999999, 0.95)
AREAS = {"all": (0.0, 1e10), "small": (0.0, 1024.0), "medium": (1024.0, 9216.0), "large": (9216.0, 1e10)}
MOST = 100  # predictions of a sample that are looked at
STEPS = len(THRESHOLDS)
EACH = (1 << STEPS) - 1  # the settings of one range
EVERY = (1 << STEPS * len(AREAS)) - 1


class RankedMatch(NamedTuple):
    """(N gt,) and (N pred,) arrays; bits as in ``EVERY``."""

    crowd: NDArray[np.bool_]  # gts that only excuse
    inside: NDArray[np.bool_]  # (ranges, N gt) neither crowd nor of another size: to be found
    looked_at: NDArray[np.bool_]  # predictions among the most confident of their sample
    right: NDArray[np.int64]  # settings under which a prediction is correct
    neutral: NDArray[np.int64]  # settings under which it counts neither way
    partner: NDArray[np.int64]  # gt that it took at the lowest threshold over all areas, -1 = none
    overlap: NDArray[np.float64]  # with that gt


def boxes(side: Instances) -> NDArray[np.float64]:
    """(4, N) left, top, width, height: COCO's own numbers, else the bounding box of the ring."""
    import numpy as np

    names = ("left", "top", "width", "height")
    if all(name in side.numbers for name in names):
        return np.array([side.numbers[name] for name in names]).reshape(4, -1)
    found = np.zeros((4, len(side)))
    full = np.flatnonzero(np.diff(side.ring))
    if len(full):
        low = np.minimum.reduceat(side.xy, side.ring[full])
        found[:2, full] = low.T
        found[2:, full] = (np.maximum.reduceat(side.xy, side.ring[full]) - low).T
    return found


def ranked_match(joined: Joined, pairing: Pairing) -> RankedMatch:
    """Matches all samples. An invalid ring that is kept as a false positive is in no pair."""
    import numpy as np

    gt, pred = joined.gt, joined.pred
    gt_box, pred_box = boxes(gt), boxes(pred)
    crowd = gt.numbers["crowd"] > 0 if "crowd" in gt.numbers else ~gt.care
    gt_area = gt.numbers["area"] if "area" in gt.numbers else gt_box[2] * gt_box[3]
    inside = np.array([(gt_area >= low) & (gt_area <= high) & ~crowd for low, high in AREAS.values()])
    pred_area = pred_box[2] * pred_box[3]
    away = sum(
        (
            ((pred_area < low) | (pred_area > high)) * (EACH << STEPS * a)
            for a, (low, high) in enumerate(AREAS.values())
        ),
        np.zeros(len(pred), np.int64),
    )
    order, looked_at = _ranked(pred)

    usable = looked_at & (pred.valid | (pairing.policy == "official"))
    corners = [np.concatenate([box[:2], box[:2] + box[2:]]) for box in (gt_box, pred_box)]
    corners[1][:2, ~usable], corners[1][2:, ~usable] = np.inf, -np.inf
    pairs = pairing.boxes(own=(corners[0], corners[1]))
    g, p = pairs.gt, pairs.pred
    overlap = _overlaps(gt_box[:, g], pred_box[:, p], crowd[g])
    near = np.flatnonzero(overlap >= THRESHOLDS[0])
    g, p, overlap = g[near], p[near], overlap[near]
    level = np.searchsorted(THRESHOLDS, overlap, side="right")
    enough = ((1 << level) - 1) * sum(1 << STEPS * a for a in range(len(AREAS)))
    ignored = EVERY - inside.T @ np.array([EACH << STEPS * a for a in range(len(AREAS))], np.int64)

    right, neutral = np.zeros(len(pred), np.int64), np.zeros(len(pred), np.int64)
    partner, share = np.full(len(pred), -1, np.int64), np.zeros(len(pred))
    alone = (np.bincount(g, minlength=1)[g] == 1) & (np.bincount(p, minlength=1)[p] == 1)
    a, b = g[alone], p[alone]
    right[b], neutral[b] = enough[alone] & ~ignored[a], enough[alone] & ignored[a]
    partner[b], share[b] = a, overlap[alone]
    rest = np.flatnonzero(~alone)
    if len(rest):
        rank = np.empty(len(pred), np.int64)
        rank[order] = np.arange(len(pred))
        # By prediction as it is ranked; its gts by falling overlap, the last of equals first.
        rest = rest[np.lexsort((-g[rest], -overlap[rest], rank[p[rest]]))]
        _contests(
            g[rest], p[rest], enough[rest], overlap[rest], ignored, crowd, right, neutral, partner, share
        )
    unmatched = EVERY & ~(right | neutral)
    neutral |= unmatched & away
    return RankedMatch(crowd, inside, looked_at, right, neutral, partner, share)


def _ranked(pred: Instances) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """(order of predictions by sample, falling confidence, line; which are among the first ``MOST``)."""
    import numpy as np

    confidence = np.zeros(len(pred)) if pred.confidence is None else pred.confidence
    order = np.lexsort((-confidence, pred.sample_of))
    place = np.arange(len(pred)) - pred.start[pred.sample_of]
    looked_at = np.zeros(len(pred), np.bool_)
    looked_at[order[place < MOST]] = True
    return order, looked_at


def _overlaps(
    gt: NDArray[np.float64], pred: NDArray[np.float64], crowd: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """(P,) IoU of boxes (4, P), with a crowd gt the share of the prediction; operations in the order of COCO's C."""
    import numpy as np

    wide, high = (
        np.minimum(pred[k + 2] + pred[k], gt[k + 2] + gt[k]) - np.maximum(pred[k], gt[k]) for k in (0, 1)
    )
    inter = wide * high
    own = pred[2] * pred[3]
    whole = np.where(crowd, own, own + gt[2] * gt[3] - inter)
    found: NDArray[np.float64] = np.divide(
        inter, whole, out=np.zeros(len(inter)), where=(wide > 0) & (high > 0) & (whole > 0)
    )
    return found


def _contests(
    g: NDArray[np.int64],
    p: NDArray[np.int64],
    enough: NDArray[np.int64],
    overlap: NDArray[np.float64],
    ignored: NDArray[np.int64],
    crowd: NDArray[np.bool_],
    right: NDArray[np.int64],
    neutral: NDArray[np.int64],
    partner: NDArray[np.int64],
    share: NDArray[np.float64],
) -> None:
    """Fills the last four arrays for predictions that have, or whose gt has, a choice; pairs in order of trial."""
    import numpy as np

    out = dict(zip(g.tolist(), ignored[g].tolist(), strict=True))
    only_excuses = dict(zip(g.tolist(), crowd[g].tolist(), strict=True))
    taken = dict.fromkeys(out, 0)
    columns = g.tolist(), p.tolist(), enough.tolist(), overlap.tolist()
    rows = list(zip(*columns, strict=True))
    ends = [*(np.flatnonzero(np.diff(p)) + 1).tolist(), len(rows)]
    first = 0
    for last in ends:
        own, first = rows[first:last], last
        mine, done = own[0][1], 0
        # A gt that is to be found goes before one that is ignored, whatever the overlaps.
        for of_ignored in (False, True):
            gained = 0
            for gt, _, reached, part in own:
                free = reached & ~done & (out[gt] if of_ignored else ~out[gt])
                if not only_excuses[gt]:
                    free &= ~taken[gt]
                    taken[gt] |= free
                done |= free
                gained |= free
                if free & 1:
                    partner[mine], share[mine] = gt, part
            (neutral if of_ignored else right)[mine] = gained


class Curves(NamedTuple):
    """The thresholds of one range over all samples."""

    precision: NDArray[np.float64]  # (10, 101) at recall 0, .01, ... 1
    recall: NDArray[np.float64]  # (10,) of all predictions


def curves(scored: Scored, area: str, most: int = MOST) -> Curves | None:
    """The ten thresholds of one range, at most ``most`` predictions a sample; None where no gt is to be found.

    Equal confidences stand in sample order, then line order. Arithmetic as pycocotools does it.
    """
    import numpy as np

    due = int(scored.due[area].sum())
    if not due:
        return None
    order = np.lexsort((scored.line, scored.sample, -scored.confidence))
    if most < MOST:
        by_sample = order[np.argsort(scored.sample[order], kind="stable")]
        sample = scored.sample[by_sample]
        place = np.empty(len(order), np.int64)
        place[by_sample] = np.arange(len(order)) - np.searchsorted(sample, sample)
        order = order[place[order] < most]
    bits = STEPS * list(AREAS).index(area) + np.arange(STEPS)[:, None]
    right, neutral = (scored.extra[name][order].astype(np.int64) >> bits & 1 for name in ("right", "neutral"))
    # Neither counts where neutral; right and neutral exclude each other.
    tp, counted = np.cumsum(right, axis=1), np.cumsum(1 - neutral, axis=1)
    recall = tp / due
    precision = np.zeros((STEPS, len(order) + 1))
    precision[:, :-1] = tp / (counted + np.spacing(1))
    # At every point the best precision from there on; 0 beyond the last recall.
    best = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
    grid = np.arange(101) * 0.01
    points = np.array(
        [own[np.searchsorted(reached, grid)] for own, reached in zip(best, recall, strict=True)]
    )
    return Curves(points, recall[:, -1] if len(order) else np.zeros(STEPS))
