"""Lines or paragraphs of two tables -> pixel masks, what they share, and mutual best matches, in single precision.

Not a protocol: the block under ``hiertext`` for levels above words (google-research-datasets/hiertext @70b6620:
``eval.py``, ``evaluator/np_mask_ops.py``). A region is the union of the filled rings of its words, in the image.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ocr_eval.tables.instances import Instances
    from ocr_eval.tables.joined import Joined

    Flags = NDArray[np.bool_]
    Positions = NDArray[np.int64]

EPSILON = 1e-5  # added to an area before dividing by it
LEAST = 1e-7  # a union is at least this


class Regions(NamedTuple):
    """R regions of one side. Rings 0 … N - 1 are the words', the R after them the regions' own ones."""

    start: Positions  # (S + 1,) offsets of samples into regions
    care: Flags  # (R,)
    xy: Positions  # (V, 2) whole pixels
    ring: Positions  # (N + R + 1,) offsets into xy
    drawn: Positions  # rings that make up the masks, region after region
    offset: Positions  # (R + 1,) offsets into drawn
    box: NDArray[
        np.float64
    ]  # (4, R) low x, low y, high x, high y of all their words' corners; empty: inf, -inf
    word: Positions  # (N,) words, region after region
    words: Positions  # (R + 1,) offsets into word


class RegionMatch(NamedTuple):
    """``kept`` (R pred,) not dropped; ``partner`` (R gt,) -1 = none; ``iou`` (R gt,) single precision, of the pair."""

    gt: Regions
    pred: Regions
    kept: Flags
    partner: Positions
    iou: NDArray[np.float32]


def region_match(
    joined: Joined, level: str, *, iou: float, area_precision: float, skip: Flags
) -> RegionMatch:
    """Drops predicted regions of which ``area_precision`` or more lies in a don't care one; then pairs those that are
    each other's best, the first of equals, with IoU >= ``iou``.

    ``skip`` (N pred,) are predicted words that draw nothing. Raises InputError: a corner off the grid of pixels (E_GT,
    E_COORD), a region without words and ring of its own (E_GT), a predicted one without words (E_FORMAT), too many
    pixels (E_LIMIT).
    """
    import numpy as np

    gt = _regions(joined.gt, level, np.zeros(len(joined.gt), np.bool_), "gt")
    pred = _regions(joined.pred, level, skip, "prediction")
    levels = joined.gt.levels
    assert levels is not None
    for r in np.flatnonzero(_own_needed(gt, level)).tolist():
        # The mask is the region's own, and the whole image joins the box.
        width, height = levels.size[np.searchsorted(gt.start, r, "right") - 1].tolist()
        gt.box[:2, r], gt.box[2:, r] = (
            np.minimum(gt.box[:2, r], 0),
            np.maximum(gt.box[2:, r], [width, height]),
        )
    made = RegionMatch(
        gt,
        pred,
        np.ones(len(pred.care), np.bool_),
        np.full(len(gt.care), -1),
        np.zeros(len(gt.care), np.float32),
    )
    for s, (width, height) in enumerate(levels.size.tolist()):
        if gt.start[s] < gt.start[s + 1] and pred.start[s] < pred.start[s + 1]:
            _sample(joined, made, s, width, height, iou, area_precision)
    return made


def _own_needed(regions: Regions, level: str) -> Flags:
    empty: Flags = regions.words[1:] == regions.words[:-1]
    return empty | ~regions.care if level == "paragraph" else empty


def _regions(side: Instances, level: str, skip: Flags, role: str) -> Regions:
    import numpy as np

    from ocr_eval.tables.instances import offsets

    size = len(side)
    if side.levels is None:
        region, start, care = np.arange(size), side.start, side.care
        own_xy, own_ring = np.zeros((0, 2)), np.zeros(size + 1, np.int64)
    else:
        lines = side.levels.line_of
        table = side.levels.lines if level == "line" else side.levels.paragraphs
        region = lines if level == "line" else side.levels.paragraph_of[lines]
        start, care, own_xy, own_ring = table.start, table.care, table.xy, table.ring
    word = np.argsort(region, kind="stable")
    words = offsets(np.bincount(region, minlength=len(care)))
    xy, ring = np.concatenate([side.xy, own_xy]), np.concatenate([side.ring, side.ring[-1] + own_ring[1:]])
    drawing = word[~skip[word]]
    made = Regions(
        start, care, xy.astype(np.int64), ring, drawing, words, np.zeros((4, len(care))), word, words
    )
    own = _own_needed(made, level) if role == "gt" else np.zeros(len(care), np.bool_)
    count = np.where(own, 1, np.bincount(region[~skip], minlength=len(care)))
    offset = offsets(count)
    drawn = np.zeros(int(offset[-1]), np.int64)
    drawn[offset[:-1][own]] = size + np.flatnonzero(own)
    usual = ~own[region[drawing]]
    drawn[np.repeat(~own, count)] = drawing[usual]
    made = made._replace(drawn=drawn, offset=offset, box=_boxes(side, region, skip, len(care)))
    _check(side, made, xy, role)
    return made


def _boxes(side: Instances, region: Positions, skip: Flags, size: int) -> NDArray[np.float64]:
    """(4, R) boxes of all corners of the words that count."""
    import numpy as np

    of_vertex = np.repeat(np.where(skip, -1, region), np.diff(side.ring))
    counted = of_vertex >= 0
    box = np.empty((4, size))
    box[:2], box[2:] = np.inf, -np.inf
    for axis in (0, 1):
        np.minimum.at(box[axis], of_vertex[counted], side.xy[counted, axis])
        np.maximum.at(box[axis + 2], of_vertex[counted], side.xy[counted, axis])
    return box


def _check(side: Instances, regions: Regions, xy: NDArray[np.float64], role: str) -> None:
    import numpy as np

    from ocr_eval.errors import Findings

    findings = Findings(side.source, role, is_folder=side.is_folder)
    words = np.diff(regions.words)
    no_mask = (words == 0) if role != "gt" else np.diff(regions.ring)[len(side) :] == 0
    if role == "gt":
        used = np.zeros(len(regions.care), np.bool_)
        used[regions.drawn[regions.drawn >= len(side)] - len(side)] = True
        no_mask &= used
    for r in np.flatnonzero(no_mask).tolist():
        entry = side.entries[int(np.searchsorted(regions.start, r, "right")) - 1]
        if role == "gt":
            reason = f"region {r - int(regions.start[side.entries.index(entry)])} has neither words nor a legible ring"
            findings.error("E_GT", reason, "give its vertices", entry=entry)
        else:
            findings.error("E_FORMAT", "a line or paragraph has no words", "leave it out", entry=entry)
    broken = np.flatnonzero((np.rint(xy) != xy).any(1))
    for r in np.unique(np.searchsorted(regions.ring, broken, "right") - 1).tolist():
        word = r < len(side)
        sample = (
            int(side.sample_of[r])
            if word
            else int(np.searchsorted(regions.start, r - len(side), "right")) - 1
        )
        findings.error(
            "E_GT" if role == "gt" else "E_COORD",
            "masks of lines and paragraphs need whole pixels, found decimals",
            "round the vertices, or score level=word",
            entry=side.entries[sample],
            line=int(side.line[r]) if word else None,
        )
    findings.check(len(side.sample_ids))


def _sample(
    joined: Joined, made: RegionMatch, s: int, width: int, height: int, iou: float, area_precision: float
) -> None:
    """Fills ``kept``, ``partner`` and ``iou`` of one sample. Reals are float32, as there."""
    import numpy as np

    from ocr_eval.protocols.region_masks import Limit, common_pixels, draw

    gts, preds = np.arange(*made.gt.start[s : s + 2]), np.arange(*made.pred.start[s : s + 2])
    a, b = made.gt.box[:, gts], made.pred.box[:, preds]
    wide = np.minimum(a[2][:, None], b[2]) - np.maximum(a[0][:, None], b[0])
    tall = np.minimum(a[3][:, None], b[3]) - np.maximum(a[1][:, None], b[1])
    g, p = np.nonzero((wide > 0) & (tall > 0))
    limit = Limit(joined, s)
    ours = draw(made.gt, gts, np.unique(g), width, height, limit)
    theirs = draw(made.pred, preds, np.unique(p), width, height, limit)
    inter = np.zeros((len(gts), len(preds)), np.float32)
    for i, j in zip(g.tolist(), p.tolist(), strict=True):
        inter[i, j] = common_pixels(ours[i], theirs[j])
    area_gt, area_pred = (
        np.array([0 if mask is None else int(mask[2].sum()) for mask in masks], np.float32)
        for masks in (ours, theirs)
    )
    care = made.gt.care[gts]
    if not care.all():
        share = inter[~care] / (area_pred + EPSILON)
        made.kept[preds] = share.max(0) < area_precision
    kept = np.flatnonzero(made.kept[preds])
    if not care.any() or not len(kept):
        return
    cared = np.flatnonzero(care)
    shared = inter[np.ix_(cared, kept)]
    union = area_gt[cared][:, None] + area_pred[kept] - shared
    ratio = shared / np.maximum(union, np.float32(LEAST))
    best, back = ratio.argmax(1), ratio.argmax(0)
    for i, j in enumerate(best.tolist()):
        if float(ratio[i, j]) >= iou and back[j] == i:
            made.partner[gts[cared[i]]] = preds[kept[j]]
            made.iou[gts[cared[i]]] = ratio[i, j]
