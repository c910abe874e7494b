"""Contacts between texts -> the most characters that any order of removals could take: PopEval's certified bound.

Not a protocol: what ``popeval`` shows beside its greedy result. A character of a gt can only go against the same
character of a prediction in contact with it, so for every character alone this is a largest flow between the two sides;
characters do not compete. No order, and no other choice among the contacts, removes more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from ocr_eval.protocols.character_removal import Contacts

KERNEL_EDGES = 200_000  # common characters of contacts from which Numba is worth loading
_WIDTH = 1 << 21  # more than any code point


def most_removed(
    contacts: Contacts, gt_texts: Sequence[str], pred_texts: Sequence[str], *, kernel: bool | None
) -> NDArray[np.int64]:
    """(G,) characters of every gt in an optimum; sums over samples are unique, the share of a gt is not.

    ``kernel``: whether to use the compiled engine, None for whatever suits the size. Texts as for
    ``character_removal.remove``.
    """
    import numpy as np

    gt_key, supply, gt_run = _runs(gt_texts)
    pred_key, demand, _ = _runs(pred_texts)
    # Every contact meets every kind of character of its gt, and keeps those that its prediction has too.
    kinds = np.diff(gt_run)[contacts.gt]
    contact = np.repeat(np.arange(len(contacts.gt)), kinds)
    ends = np.cumsum(kinds)
    left = np.arange(len(contact)) + np.repeat(gt_run[contacts.gt] - (ends - kinds), kinds)
    wanted = contacts.pred[contact] * _WIDTH + gt_key[left] % _WIDTH
    right = np.searchsorted(pred_key, wanted)
    right[right == len(pred_key)] = 0
    common = np.flatnonzero(pred_key[right] == wanted) if len(pred_key) else right[:0]
    left, right = left[common], right[common]
    order = np.lexsort((right, left))
    start = np.searchsorted(left[order], np.arange(len(supply) + 1))
    if kernel is None:
        kernel = len(common) > KERNEL_EDGES
    if kernel:
        from ocr_eval.kernels import flow_loops as engine
    else:
        from ocr_eval.kernels import flow as engine  # type: ignore[no-redef]
    flown = engine.most(start, right[order], supply, demand)
    return np.bincount(gt_key // _WIDTH, flown, minlength=len(gt_texts)).astype(np.int64)


def _runs(texts: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """(keys (R,), how many (R,), offsets (N + 1,)): a key is text * 2^21 + code point, rising, each once."""
    import numpy as np

    from ocr_eval.tables.instances import offsets

    points = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), "<u4").astype(np.int64)
    owner = np.repeat(np.arange(len(texts)), np.fromiter(map(len, texts), np.int64, len(texts)))
    key, count = np.unique(owner * _WIDTH + points, return_counts=True)
    return key, count.astype(np.int64), offsets(np.bincount(key // _WIDTH, minlength=len(texts)))
