"""A scored prediction -> the counts that reveal gaming, in every record, and the warnings they amount to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ocr_eval.errors import Notice, escape, merge_notices
from ocr_eval.tables.notices import IGNORED

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ocr_eval.record import Record
    from ocr_eval.tables.counts import Counts
    from ocr_eval.tables.instances import Instances
    from ocr_eval.tables.joined import Joined

# Columns that count predictions a don't care region excuses; some protocols say so in a warning alone.
_COLUMNS = ("dc_det", "neutral")
_IN_A_WARNING = ("cleval", "cleval-det")


def reveal(
    records: Sequence[Record], gt: Instances, pred: Instances, *, areas: Mapping[str, float] | None = None
) -> list[Record]:
    """The records with ``revealing``, and W_DUPLICATE and W_LARGE where there are such predictions.

    ``areas``: of images in square pixels, by sample; where one is not known, what the ground truth spans stands for it.
    """
    return with_revealing(records, *count(gt, pred, areas or {}))


def with_revealing(
    records: Sequence[Record], shown: Mapping[str, int | None], notices: Sequence[Notice]
) -> list[Record]:
    """The records with these counts, and with what each protocol ignored, and with the warnings."""
    made = []
    for record in records:
        own = {"predictions": shown["predictions"], "ignored": _ignored(record)} | dict(shown)
        made.append(replace(record, revealing=own, notices=merge_notices((*record.notices, *notices))))
    return made


def count(
    gt: Instances, pred: Instances, areas: Mapping[str, float]
) -> tuple[dict[str, int | None], list[Notice]]:
    """(predictions, invalid, duplicates, large, missing, None what cannot be told; the warnings they amount to).

    Lists of texts have no rings, so none of them is invalid, repeated or large.
    """
    from ocr_eval.engine.twins import repeated
    from ocr_eval.tables.joined import join

    joined = join(gt, pred)
    table, notices = joined.pred, []
    shown: dict[str, int | None] = {
        "predictions": len(table),
        "invalid": int((~table.valid).sum()),
        "duplicates": 0,
        "large": 0,
        "missing": len(joined.missing),
    }
    if table.geometry and len(table):
        large, known = _large(joined, areas)
        found = {"large": large, "duplicates": repeated(table)}
        half = "the image" if known else "what the ground truth spans"
        words = {
            "duplicates": ("W_DUPLICATE", "predictions over one another (IoU > .9)"),
            "large": ("W_LARGE", f"predictions larger than half {half}"),
        }
        for name, flags in found.items():
            shown[name] = None if flags is None else int(flags.sum())
            if flags is not None and flags.any():
                places = tuple(escape(table.place(i)) for i in flags.nonzero()[0][:3].tolist())
                notices.append(Notice(*words[name], int(flags.sum()), places))
    return shown, notices


def _large(joined: Joined, areas: Mapping[str, float]) -> tuple[NDArray[np.bool_], bool]:
    """(N pred,) flags: more than half of the image; and whether all sizes are known.

    Of an image of unknown size the box from its corner to the farthest vertex of its gts is known to be there. A
    prediction larger than half of that is large when it also reaches over the middles of two gts: one that fills its
    only word is not.
    """
    import numpy as np

    from ocr_eval.kernels import vector
    from ocr_eval.tables.derived import derived

    def side(table: Instances) -> vector.Side:
        made: vector.Side = vector.side(table.start, table.xy, table.ring, table.shape)
        return made

    gt, pred = derived(joined.gt, "boxes", lambda: side(joined.gt)), side(joined.pred)
    image = np.array([areas.get(sample, np.nan) for sample in joined.sample_ids])
    sample, known = joined.pred.sample_of, ~np.isnan(image)
    flags: NDArray[np.bool_] = pred.area > np.where(known, image, np.inf)[sample] / 2
    if not known.all() and len(joined.gt):
        span = np.zeros((2, len(image)))
        for axis in (0, 1):
            np.maximum.at(span[axis], joined.gt.sample_of, gt.box[2 + axis])
        wide = np.flatnonzero(~known[sample] & (pred.area > span.prod(0)[sample] / 2))
        with np.errstate(invalid="ignore"):  # a gt without a ring has its middle nowhere
            x, y = (gt.box[:2] + gt.box[2:]) / 2
        for i in wide.tolist():
            own = slice(int(gt.start[sample[i]]), int(gt.start[sample[i] + 1]))
            low_x, low_y, high_x, high_y = pred.box[:, i]
            inside = (x[own] > low_x) & (x[own] < high_x) & (y[own] > low_y) & (y[own] < high_y)
            flags[i] = int(inside.sum()) > 1
    return flags & joined.pred.valid, bool(known.all())


def _ignored(record: Record) -> int | None:
    """Predictions that don't care regions excuse; None where a protocol does not count them."""
    counts: Counts = record.counts
    totals = counts.total().counts
    for name in _COLUMNS:
        if name in totals:
            return totals[name]
    if record.protocol.partition("(")[0] in _IN_A_WARNING:
        return sum(n.count for n in counts.notices if (n.code, n.message) == ("W_IGNORED", IGNORED))
    return None
