"""One prediction on its ground truth -> how often characters are right and only their order is wrong.

PopEval compares multisets of characters, so it cannot see order. The pairs looked at are those of ``cascade``
(IoU > .5, best first), texts as written: *equal*, *permuted* (the same characters in another order), or different. What
order costs is counted in characters: shared ones (multiset intersection) less those that stand in a common order
(longest common subsequence).
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ocr_eval.protocols.end_to_end.cascade import Cascade
from ocr_eval.tables.counts import Counts

if TYPE_CHECKING:
    from ocr_eval.pairing import Pairing
    from ocr_eval.tables.joined import Joined

COLUMNS = ("matched", "equal", "permuted", "shared", "in_order")


class Example(NamedTuple):
    """A permuted pair."""

    sample: str
    gt: str
    prediction: str


class Order(NamedTuple):
    """``counts`` has the columns ``COLUMNS``, a row per sample; ``examples`` in the order of the gt."""

    counts: Counts
    examples: tuple[Example, ...]


def order(joined: Joined, pairing: Pairing) -> Order:
    """Counts per sample of the joined axis."""
    from rapidfuzz.distance import LCSseq

    gt, pred = joined.gt, joined.pred
    partner = Cascade(case="sensitive").match(joined, pairing).partner
    columns = {name: np.zeros(len(joined.sample_ids), np.int64) for name in COLUMNS}
    examples = []
    for g in np.flatnonzero(partner >= 0).tolist():
        a, b, sample = gt.texts[g], pred.texts[partner[g]], int(gt.sample_of[g])
        shared = (Counter(a) & Counter(b)).total()
        in_order = LCSseq.similarity(a, b)
        permuted = a != b and shared == len(a) == len(b)
        for name, value in zip(COLUMNS, (1, a == b, permuted, shared, in_order), strict=True):
            columns[name][sample] += value
        if permuted:
            examples.append(Example(joined.sample_ids[sample], a, b))
    return Order(Counts.of(joined.sample_ids, columns), tuple(examples))
