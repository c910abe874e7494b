"""Matches and texts -> the characters of predictions that gts use up: the text half of CLEval. Not a protocol.

``eval_e2e`` in clovaai/CLEval @513623c ``eval_functions.py``, ``lcs`` in ``utils.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ocr_eval.protocols.cleval_match import Match

_BLOCK = 256


class Reading(NamedTuple):
    """Characters by instance; what is left of the texts of predictions."""

    correct: NDArray[np.int64]  # (G,) length of the common subsequence
    consumed: NDArray[np.int64]  # (N pred,)
    left: tuple[str, ...]  # (N pred,)


def read(match: Match, texts: Sequence[str]) -> Reading:
    """Runs steps 2a to 2c; ``texts`` are those of all predictions, as compared."""
    import numpy as np

    left = list(texts)
    correct = [0] * len(match.texts)
    gts, preds = match.pairs.gt[match.matched], match.pairs.pred[match.matched]
    start = np.searchsorted(gts, np.arange(len(correct) + 1)).tolist()
    # Of gts with several predictions: who holds each centre, in file order.
    several = np.diff(start)[match.pairs.gt[match.hits.row]] > 1
    holder, centre = match.pairs.pred[match.hits.row[several]], match.hits.centre[several]
    by_centre = np.argsort(centre, kind="stable")
    held = np.searchsorted(centre[by_centre], np.arange(match.centres.start[-1] + 1)).tolist()
    holder = holder[by_centre]
    first_centre = match.centres.start.tolist()
    for g in np.unique(gts).tolist():
        text = match.texts[g]
        some = preds[start[g] : start[g + 1]]
        bounds = held[first_centre[g] : first_centre[g] + len(text) + 1]
        order = _order(some, holder, bounds) if len(some) > 1 else some.tolist()
        if len(order) == 1 and left[order[0]] == text:
            correct[g], left[order[0]] = len(text), ""
            continue
        common = subsequence(text, "".join(left[p] for p in order))
        correct[g] = len(common)
        for character in common:
            for p in order:
                if character in left[p]:
                    left[p] = left[p].replace(character, "", 1)
                    break
    consumed = [len(text) - len(rest) for text, rest in zip(texts, left, strict=True)]
    return Reading(np.array(correct, np.int64), np.array(consumed, np.int64), tuple(left))


def _order(preds: NDArray[np.int64], holder: NDArray[np.int64], bounds: list[int]) -> list[int]:
    """The predictions of one gt by the centres they hold; those of a centre are ``holder`` between two ``bounds``."""
    order: list[int] = []
    for begin, end in pairwise(bounds):
        if len(order) == len(preds) - 1:
            break
        # Of so many one is not taken yet.
        found = next(
            (p for p in holder[begin : min(end, begin + len(order) + 1)].tolist() if p not in order), None
        )
        if found is not None:
            order.append(found)
    return [*order, next(p for p in preds[: len(order) + 1].tolist() if p not in order)]


def subsequence(gt: str, pred: str) -> str:
    """The longest common subsequence that the script's table holds in its last cell.

    Rows of the table are kept as the bits where it does not grow to the right, one integer per character of the gt
    (Hyyrö, "Bit-parallel LCS-length computation revisited", 2004); the way back from the last cell needs no more. Cost
    |gt| operations on integers of |pred| bits.
    """
    end = 0
    while end < min(len(gt), len(pred)) and gt[-1 - end] == pred[-1 - end]:
        end += 1  # the way back from the last cell begins with these
    tail = gt[len(gt) - end :]
    gt, pred = gt[: len(gt) - end], pred[: len(pred) - end]
    if not gt or not pred:
        return tail
    places: dict[str, int] = {}
    for j, character in enumerate(pred):
        places[character] = places.get(character, 0) | 1 << j
    full = (1 << len(pred)) - 1
    kept, row = [], full  # every 256th row; those between are made again on the way back
    for i, character in enumerate(gt):
        if i % _BLOCK == 0:
            kept.append(row)
        row = _next(row, places.get(character, 0), full)
    found: list[str] = []
    j = len(pred) - 1
    for block in range(len(kept) - 1, -1, -1):
        some, rows = gt[block * _BLOCK : (block + 1) * _BLOCK], [kept[block]]
        for character in some:
            rows.append(_next(rows[-1], places.get(character, 0), full))
        i = len(some) - 1
        while i >= 0 and j >= 0:
            if some[i] == pred[j]:
                found.append(some[i])
                i, j = i - 1, j - 1
            elif (
                rows[i + 1] >> j & 1
            ):  # as long without this character of the prediction: the cell above is no longer
                j -= 1
            else:
                i -= 1
    return "".join(reversed(found)) + tail


def _next(row: int, here: int, full: int) -> int:
    held = row & here
    return ((row + held) | (row - held)) & full
