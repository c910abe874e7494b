"""Rings -> pixels that both of a pair fill, counted as ``polygon_wrapper.py`` of Total-Text does.

Not a protocol: the areas of ``totaltext-pascal`` with ``geometry=mask`` (cs-chan/Total-Text-Dataset @9e8ff0a).
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from ocr_eval.pairing import Pairing
    from ocr_eval.tables.instances import Instances
    from ocr_eval.tables.joined import Joined

    Index = NDArray[np.int64]

_BLOCK = 1 << 20  # rows of edges drawn at once
MOST = 1 << 23  # of one sample: a thousand edges of 8 000 pixels each


class PixelAreas(NamedTuple):
    """P pairs, gt-major, whose bounding boxes share more than one pixel²: shared pixels, and those of either ring."""

    gt: Index
    pred: Index
    shared: Index
    area_gt: Index
    area_pred: Index


def pixel_areas(joined: Joined, pairing: Pairing) -> PixelAreas:
    """Coordinates are cut to whole numbers. Predictions kept as false positives have no pairs.

    Raises InputError (E_LIMIT) for a sample whose rings are too tall to be drawn.
    """
    import numpy as np

    gt, pred = joined.gt, joined.pred
    boxes = pairing.boxes(reach=1.0)
    g, p = boxes.gt, boxes.pred
    wide, tall = (
        np.minimum(*(np.trunc(box[2 + axis])[i] for box, i in ((boxes.gt_box, g), (boxes.pred_box, p))))
        - np.maximum(*(np.trunc(box[axis])[i] for box, i in ((boxes.gt_box, g), (boxes.pred_box, p))))
        for axis in (0, 1)
    )
    keep = np.maximum(wide, 0) * np.maximum(tall, 0) > 1
    if pairing.policy != "official":
        keep &= pred.valid[p]
    g, p = g[keep], p[keep]
    made = PixelAreas(g, p, *(np.zeros(len(g), np.int64) for _ in range(3)))
    for first, last in _blocks(joined, g, p):
        k = slice(first, last)
        _draw(gt, pred, PixelAreas(*(column[k] for column in made)))
    return made


def _blocks(joined: Joined, g: Index, p: Index) -> Iterator[tuple[int, int]]:
    """Pairs of some whole samples at a time."""
    import numpy as np

    work = np.zeros(len(joined.sample_ids), np.int64)
    for table, used in ((joined.gt, g), (joined.pred, p)):
        work += np.bincount(
            table.sample_of[np.unique(used)], _rows(table, np.unique(used)), len(work)
        ).astype(np.int64)
    if len(work) and work.max() > MOST:
        from ocr_eval.errors import InputError, Problem

        sample = int(work.argmax())
        reason = f"rings whose edges pass {work[sample]} rows of pixels in this sample, at most {MOST}"
        hint = "use geometry=polygon, whose cost does not depend on the size of rings"
        raise InputError([Problem("E_LIMIT", reason, hint, joined.pred.source, joined.pred.entries[sample])])
    block = np.cumsum(work)[joined.gt.sample_of[g]] // _BLOCK
    heads = [*np.flatnonzero(np.diff(block, prepend=-1)).tolist(), len(g)]
    yield from pairwise(heads)


def _whole(table: Instances, used: Index) -> tuple[Index, Index, Index]:
    """x, y and offsets of some rings."""
    import numpy as np

    size = np.diff(table.ring)[used]
    ring = np.concatenate([[0], np.cumsum(size)])
    index = np.arange(ring[-1]) + np.repeat(table.ring[used] - ring[:-1], size)
    xy = np.trunc(table.xy[index]).astype(np.int64)
    return np.ascontiguousarray(xy[:, 0]), np.ascontiguousarray(xy[:, 1]), ring


def _rows(table: Instances, used: Index) -> Index:
    from ocr_eval.kernels.masks import crossings

    _, y, ring = _whole(table, used)
    rows: Index = crossings(y, ring)
    return rows


def _draw(gt: Instances, pred: Instances, areas: PixelAreas) -> None:
    """Fills in the areas of these pairs."""
    import numpy as np

    from ocr_eval.kernels import masks

    sides, places = [], []
    for table, column in ((gt, areas.gt), (pred, areas.pred)):
        used, place = np.unique(column, return_inverse=True)
        sides.append(_whole(table, used))
        places.append(place)
    columns = min(x.min() for x, _, _ in sides), max(x.max() for x, _, _ in sides)
    runs = [masks.fill(*side, columns) for side in sides]
    areas.area_gt[:], areas.area_pred[:] = (
        masks.sizes(run)[place] for run, place in zip(runs, places, strict=True)
    )
    areas.shared[:] = masks.shared(*runs, *places)
