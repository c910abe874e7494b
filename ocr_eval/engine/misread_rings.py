"""Boxes of gt and predictions -> how many would match if the coordinates had been read in another way.

Every guess is a change of the predictions' bounding boxes that is tried on the data; none is believed. Boxes match when
their IoU is above one half. All pairs of a sample lie flat behind each other, so that a guess costs a few array passes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ocr_eval.tables.instances import Instances

Boxes = NDArray[np.float64]  # (N, 4) xmin, ymin, xmax, ymax
Index = NDArray[np.int64]
PAIRS = 400_000  # looked at in all
HOLDERS = 3  # instances at least that must hold several others
CROWDED = 400_000  # pairs of one sample beyond which it is left out


class Crossing(NamedTuple):
    """All pairs of a gt and a prediction of the samples looked at."""

    gt: Index  # (K,) instance
    pred: Index  # (K,)
    sample: Index  # (K,) position in the list of samples
    gts: int  # instances of these samples
    preds: int


class Guess(NamedTuple):
    """A tested change: matches after it, the words that name it, the cure."""

    matches: int
    words: str
    cure: str
    share: float = (
        0.0  # of a guess about units: the share of gts it accounts for, plus the share of predictions
    )


def bounding_boxes(table: Instances) -> Boxes:
    """(N, 4) of every ring; zeros for a ring without points."""
    boxes = np.zeros((len(table), 4))
    full = np.diff(table.ring) > 0
    first = table.ring[:-1][full]
    if len(first):
        boxes[full] = np.hstack([np.minimum.reduceat(table.xy, first), np.maximum.reduceat(table.xy, first)])
    return boxes


def cross(gt: Instances, pred: Instances, partners: Sequence[tuple[int, int]]) -> Crossing:
    """The pairs of these (gt sample, prediction sample), spread evenly when they are too many."""
    chosen = np.array(partners, np.int64).reshape(-1, 2)
    own, other = np.diff(gt.start)[chosen[:, 0]], np.diff(pred.start)[chosen[:, 1]]
    chosen = chosen[(own * other > 0) & (own * other <= CROWDED)]
    size = np.diff(gt.start)[chosen[:, 0]] * np.diff(pred.start)[chosen[:, 1]]
    if size.sum() > PAIRS:
        chosen = chosen[:: -(-int(size.sum()) // PAIRS)]
    own, other = np.diff(gt.start)[chosen[:, 0]], np.diff(pred.start)[chosen[:, 1]]
    size = own * other
    sample = np.repeat(np.arange(len(chosen)), size)
    place = np.arange(len(sample)) - (np.cumsum(size) - size)[sample]
    return Crossing(
        gt.start[chosen[:, 0]][sample] + place // other[sample],
        pred.start[chosen[:, 1]][sample] + place % other[sample],
        sample,
        int(own.sum()),
        int(other.sum()),
    )


def matching(gt: Boxes, pred: Boxes, pairs: Crossing) -> Index:
    """The pairs (positions in ``pairs``) whose boxes have IoU > .5."""
    a, b = gt[pairs.gt], pred[pairs.pred]
    inter = _overlap(a, b)
    return np.flatnonzero((inter > 0) & (inter > 0.5 * (_area(a) + _area(b) - inter)))


def matches(gt: Boxes, pred: Boxes, pairs: Crossing) -> int:
    """How many gts and predictions find a partner: the smaller of both numbers."""
    hits = matching(gt, pred, pairs)
    return min(len(np.unique(pairs.gt[hits])), len(np.unique(pairs.pred[hits])))


def _overlap(a: Boxes, b: Boxes) -> NDArray[np.float64]:
    wide = np.minimum(a[:, 2], b[:, 2]) - np.maximum(a[:, 0], b[:, 0])
    high = np.minimum(a[:, 3], b[:, 3]) - np.maximum(a[:, 1], b[:, 1])
    shared: NDArray[np.float64] = np.maximum(wide, 0) * np.maximum(high, 0)
    return shared


def _area(boxes: Boxes) -> NDArray[np.float64]:
    areas: NDArray[np.float64] = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    return areas


def swapped(boxes: Boxes) -> Boxes:
    """x in the place of y."""
    return boxes[:, [1, 0, 3, 2]]


def other_layouts(gt: Boxes, pred: Instances, boxes: Boxes, pairs: Crossing) -> list[Guess]:
    """x and y swapped, corners and sizes mistaken for each other, all x before all y, quads read as rectangles."""
    order = "write x before y"
    if pred.format in ("icdar-quad", "icdar-ltrb", "polygon"):
        order = f"use --pred-format '{pred.format}(order=yx)', or write x before y"
    tried = [("x and y swapped", order, swapped(boxes))]
    if _rectangles(pred, boxes):
        left, top, right, bottom = boxes.T
        size = "write xmin, ymin, xmax, ymax"
        if pred.format in ("coco", "coco-text"):
            size = "write x, y, width, height, as the format has it"
        corner = np.stack([left, top, right - left, bottom - top], 1)
        sums = np.stack([left, top, left + right, top + bottom], 1)
        half = np.stack([right - left, bottom - top], 1) / 2
        middle = np.stack([left - right / 2, top - bottom / 2, left + right / 2, top + bottom / 2], 1)
        tried += [
            ("x, y, width, height, read as corners", size, sums),
            ("corners, read as x, y, width, height", size, corner),
            ("centre, width, height, read as corners", size, middle),
            ("centre, width, height, read as x, y, width, height", size, boxes - np.tile(half, 2)),
        ]
    columns = _columns_first(pred)
    if columns is not None:
        tried.append(("all x before all y", "write x1, y1, x2, y2, …", columns))
    quads = _quads_as_rectangles(pred)
    if quads is not None:
        tried.append(("lines of four corners, read as rectangles", "use --pred-format icdar-quad", quads))
    return [Guess(matches(gt, changed, pairs), words, cure) for words, cure, changed in tried]


def _rectangles(pred: Instances, boxes: Boxes) -> bool:
    """True when nearly every ring is an upright rectangle."""
    if not (np.diff(pred.ring) == 4).all():
        return False
    return bool(_on_edges(pred.xy.reshape(-1, 4, 2), boxes).mean() > 0.99)


def _on_edges(corners: NDArray[np.float64], boxes: Boxes) -> NDArray[np.bool_]:
    """(N,) True where all four corners of a ring are corners of its box."""
    x, y = corners[:, :, 0], corners[:, :, 1]
    on_x = (x == boxes[:, [0]]) | (x == boxes[:, [2]])
    on_y = (y == boxes[:, [1]]) | (y == boxes[:, [3]])
    upright: NDArray[np.bool_] = (on_x & on_y).all(1)
    return upright


def _columns_first(pred: Instances) -> Boxes | None:
    """Boxes of rings whose numbers are x1 … xn y1 … yn; None when the rings are upright rectangles of four numbers."""
    sizes = np.diff(pred.ring)
    if not len(sizes) or (sizes < 3).any() or pred.format in ("icdar-ltrb", "td500", "coco"):
        return None
    flat, first = pred.xy.ravel(), 2 * pred.ring[:-1]
    cuts = np.stack([first, first + sizes], 1).ravel()
    low, high = np.minimum.reduceat(flat, cuts), np.maximum.reduceat(flat, cuts)
    return np.stack([low[0::2], low[1::2], high[0::2], high[1::2]], 1)


def _quads_as_rectangles(pred: Instances) -> Boxes | None:
    """Boxes of quads of which two corners were taken for a rectangle and two for the text; None for other texts."""
    if pred.format != "icdar-ltrb" or not pred.texts or (np.diff(pred.ring) != 4).any():
        return None
    rows = []
    for k, text in enumerate(pred.texts):
        fields = [field.strip().removeprefix("-") for field in text.split(",", 4)[:4]]
        if len(fields) < 4 or not all(
            field.isascii() and field.isdigit() and len(field) < 10 for field in fields
        ):
            return None
        ends = np.array([int(field) for field in text.split(",", 4)[:4]], np.float64).reshape(2, 2)
        corners = np.vstack([pred.points(k)[[0, 2]], ends])
        rows.append([*corners.min(0), *corners.max(0)])
    return np.array(rows)


def holding(gt: Boxes, pred: Boxes, pairs: Crossing, samples: int) -> Guess | None:
    """Predictions that hold several gts, or gts that hold several predictions: another unit than the gt's."""
    a, b = gt[pairs.gt], pred[pairs.pred]
    inter = _overlap(a, b)
    for inside, outside, area, number, words in (
        (pairs.gt, pairs.pred, _area(a), pairs.gts, ("predictions", "ground truth boxes")),
        (pairs.pred, pairs.gt, _area(b), pairs.preds, ("ground truth boxes", "predictions")),
    ):
        within = (inter >= 0.8 * area) & (area > 0)
        holders, held = np.unique(outside[within], return_counts=True)
        several = holders[held > 1]
        kept = np.isin(outside[within], several)
        parts = inside[within][kept]
        distinct = len(np.unique(parts))
        if len(several) >= HOLDERS and 2 * distinct >= number and 2 * len(parts) <= 3 * distinct:
            total = (pairs.preds, pairs.gts)[words[0] != "predictions"]
            share = distinct / number + len(several) / total
            return Guess(
                distinct,
                f"{len(several)} of {total} {words[0]} hold two or more {words[1]} each, "
                f"{len(parts) / len(several):.1f} on average ({distinct} of {number} {words[1]})",
                _unit_cure(words[0], len(several) <= samples and len(parts) > 4 * len(several)),
                share,
            )
    return None


def _unit_cure(holder: str, whole: bool) -> str:
    if holder != "predictions":
        return "predictions are finer than the ground truth (characters or words against lines): join them"
    what = "are coarser than the ground truth (lines against words, words against characters)"
    if whole:
        what = "look like whole images or blocks"
    return f"predictions {what}: score against a ground truth of the same unit"
