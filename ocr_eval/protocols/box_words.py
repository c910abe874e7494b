"""Bounding boxes and texts -> who takes whom, best IoU or first equal text, and how far texts differ.

Not a protocol: the matching of ``cocotext`` (andreasveit/coco-text @38f8490 ``coco_evaluation.py``). Boxes, IoU and
comparisons are the script's, in doubles.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from ocr_eval.protocols.match_report import steady
from ocr_eval.protocols.reasons import clause, verdict
from ocr_eval.text.distance import distances

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import numpy as np
    from numpy.typing import NDArray

    from ocr_eval.pairing import Pairing
    from ocr_eval.tables.instances import Instances
    from ocr_eval.tables.joined import Joined
    from ocr_eval.tables.matches import Matches, Verdict

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

SHORT = 3  # decoded gts of fewer characters are not scored
_OTHER = re.compile(r"[^a-zA-Z0-9!?@_\-+*:&/ .]")


class Words(NamedTuple):
    """``partner`` and ``detected`` (G,): the prediction that each gt took with texts in view, without; -1 = none."""

    partner: Ints
    detected: Ints
    distance: (
        Ints  # (G,) of the decoded texts of a pair; -1 where there is no pair, or the prediction has no text
    )
    long: Flags  # (G,) decoded gt has three characters or more
    spoken: Flags  # (G,) has a text
    gt_texts: tuple[str, ...]  # decoded
    pred_texts: tuple[str, ...]
    gt: Ints  # (P,) pairs of boxes that meet, gt-major
    pred: Ints
    iou: Floats


def decode(text: str) -> str:
    """What is left of a text to be compared."""
    return _OTHER.sub("", text.replace("\n", " ")).lower()


def match(joined: Joined, pairing: Pairing, iou: float) -> Words:
    """Both scans of every sample."""
    import numpy as np

    gt, pred = joined.gt, joined.pred
    sides = _boxes(gt), _boxes(pred)
    own = _bounds(sides[0]), _bounds(sides[1])
    if pairing.policy == "false-positive":
        own[1][:2, ~pred.valid], own[1][2:, ~pred.valid] = np.inf, -np.inf
    pairs = pairing.boxes(own=own)
    value = _iou(sides[0][:, pairs.gt], sides[1][:, pairs.pred])
    gt_texts, pred_texts = tuple(map(decode, gt.texts)), tuple(map(decode, pred.texts))
    spoken, told = _has_text(gt, gt.care), _has_text(pred, np.ones(len(pred), np.bool_))
    candidates = np.flatnonzero(value >= iou)
    lists = [column[candidates].tolist() for column in (pairs.gt, pairs.pred, value)]
    equal = [
        spoken_too and gt_texts[g] == pred_texts[p]
        for g, p, spoken_too in zip(lists[0], lists[1], told[pairs.pred[candidates]].tolist(), strict=True)
    ]
    partner = _take(lists, equal, spoken, len(pred))
    detected = _take(lists, [False] * len(equal), np.ones(len(gt), np.bool_), len(pred))
    distance = np.full(len(gt), -1)
    g = np.flatnonzero(partner >= 0)
    g = g[told[partner[g]]]
    texts = [gt_texts[i] for i in g.tolist()], [pred_texts[i] for i in partner[g].tolist()]
    distance[g] = distances(*texts)
    long = np.array([len(text) >= SHORT for text in gt_texts], np.bool_)
    found = (pairs.gt, pairs.pred, value)
    return Words(partner, detected, distance, long, spoken, gt_texts, pred_texts, *found)


def _take(lists: list[list[float]], equal: list[bool], asked: Flags, preds: int) -> Ints:
    """(G,) for each gt ``asked`` for the free candidate of largest IoU, or the first with ``equal`` text on the way."""
    import numpy as np

    partner, taken = [-1] * len(asked), [False] * preds
    wanted = asked.tolist()
    best, last, done = 0.0, -1, False
    for g, p, value, same in zip(*lists, equal, strict=True):
        if g != last:
            if last >= 0 and partner[last] >= 0:
                taken[partner[last]] = True
            best, last, done = 0.0, int(g), False
        if wanted[last] and not done and not taken[int(p)] and value > best:
            best, partner[last], done = value, int(p), same
    return np.array(partner, np.int64)


def _has_text(side: Instances, otherwise: Flags) -> Flags:
    """(N,) what a COCO document says of each annotation; elsewhere ``otherwise``."""
    import numpy as np

    if "transcribed" in side.numbers:
        return np.asarray(side.numbers["transcribed"] > 0)
    return np.ones(len(side), np.bool_) if side.numbers else otherwise


def _boxes(side: Instances) -> Floats:
    """(4, N) left, top, width, height."""
    import numpy as np

    if "left" in side.numbers:
        return np.array([side.numbers[name] for name in ("left", "top", "width", "height")])
    full = np.flatnonzero(np.diff(side.ring))
    box = np.zeros((4, len(side)))
    if len(full):
        low = np.minimum.reduceat(side.xy, side.ring[full])
        high = np.maximum.reduceat(side.xy, side.ring[full])
        box[:2, full], box[2:, full] = low.T, (high - low).T
    return box


def _bounds(box: Floats) -> Floats:
    """(4, N) low x, low y, high x, high y."""
    import numpy as np

    return np.concatenate([box[:2], box[:2] + box[2:]])


def _iou(gt: Floats, pred: Floats) -> Floats:
    import numpy as np

    low = np.maximum(gt[:2], pred[:2])
    high = np.minimum(gt[:2] + gt[2:], pred[:2] + pred[2:])
    size = high - low
    inter = np.where((low < high).all(0), size[0] * size[1], 0.0)
    union = gt[2] * gt[3] + pred[2] * pred[3] - inter
    value: Floats = np.divide(inter, union, out=np.zeros(len(inter)), where=union > 0)
    return value


def reporter(joined: Joined, pairing: Pairing, found: Words, needed: float) -> Callable[[int], Matches]:
    """``explain`` of any sample."""
    import numpy as np

    from ocr_eval.tables.matches import Matches, Pair

    gt, pred = joined.gt, joined.pred
    partner, ious = found.partner.tolist(), steady(found.iou)
    gts, preds = found.gt.tolist(), found.pred.tolist()
    owner = {p: g for g, p in enumerate(partner) if p >= 0}
    start = np.searchsorted(found.gt, gt.start).tolist()
    usable = pred.valid if pairing.policy == "false-positive" else pred.valid | True

    def told(sample: int) -> Matches:
        own = range(start[sample], start[sample + 1])
        first, first_pred = gt.span(sample).start, pred.span(sample).start
        iou = {(gts[k], preds[k]): ious[k] for k in own}
        best_pred = _best((gts[k], preds[k], ious[k]) for k in own)
        best_gt = _best((preds[k], gts[k], ious[k]) for k in own if found.spoken[gts[k]])
        verdicts: list[Verdict] = []
        pairs = []
        for g in gt.span(sample):
            index, p = g - first, partner[g]
            if not found.spoken[g]:
                verdicts.append(verdict("gt", index, "don't care", (), clause("no_text")))
                continue
            if p < 0:
                why = [clause("no_prediction_overlaps")]
                if g in best_pred:
                    value, near = best_pred[g]
                    why = [clause("nearest_prediction", iou=value, partner=near - first_pred)]
                    why.append(
                        clause("taken_by_gt") if value >= needed else clause("iou_at_least", threshold=needed)
                    )
                verdicts.append(verdict("gt", index, "miss", (), *why))
                continue
            value, at = iou[g, p], p - first_pred
            why = [clause("best_or_equal", iou=value, threshold=needed, partner=at)]
            status, text = _text_told(found, g, p)
            verdicts.append(verdict("gt", index, status, (at,), *why, text, numbers={"iou": value}))
            pairs.append(Pair(index, at, value))
        for p in pred.span(sample):
            index = p - first_pred
            if p in owner:
                g = owner[p]
                value = iou[g, p]
                why = [clause("match_ranked_gt", iou=value, threshold=needed, partner=g - first)]
                status, text = _text_told(found, g, p)
                verdicts.append(
                    verdict("pred", index, status, (g - first,), *why, text, numbers={"iou": value})
                )
            elif not usable[p]:
                verdicts.append(verdict("pred", index, "invalid", (), clause("invalid_ring")))
            else:
                why = [clause("no_gt_overlaps")]
                if p in best_gt:
                    value, near = best_gt[p]
                    why = [clause("nearest_gt", iou=value, partner=near - first)]
                    last = "taken_by_prediction" if value >= needed else ""
                    why.append(clause(last) if last else clause("iou_at_least", threshold=needed))
                verdicts.append(verdict("pred", index, "false positive", (), *why))
        return Matches(joined.sample_ids[sample], tuple(verdicts), pairs=tuple(pairs))

    return told


def _text_told(found: Words, g: int, p: int) -> tuple[str, tuple[str, dict[str, str | int | float]]]:
    distance, size = int(found.distance[g]), len(found.gt_texts[g])
    if not found.long[g]:
        return "ignored", clause("short_text", count=SHORT)
    if distance == 0:
        return "match", clause("texts_equal")
    length = max(size, len(found.pred_texts[p]))
    return "wrong text", clause("texts_differ", distance=max(distance, 0) or size, length=length)


def _best(rows: Iterable[tuple[int, int, float]]) -> dict[int, tuple[float, int]]:
    """The other instance of largest IoU above 0, the first of equals."""
    best: dict[int, tuple[float, int]] = {}
    for one, other, value in rows:
        if value > best.get(one, (0.0, 0))[0]:
            best[one] = (value, other)
    return best
