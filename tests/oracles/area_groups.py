"""Slow, obvious twin of the grouping steps for curved text: full tables of shares, loops in the scripts' order."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from tests.oracles import geometry

Ring = Sequence[tuple[float, float]]
Table = list[list[Any]]  # gts x predictions


class Tables(NamedTuple):
    """Area recall and precision of every pair, and how some of a row or column add up."""

    recall: Table
    precision: Table
    added: Callable[[Sequence[Any]], float]


def shared(gt: Ring, pred: Ring) -> Fraction:
    """The area two rings share; nothing where their bounding boxes do not overlap."""
    for k in (0, 1):
        if min(p[k] for p in gt) >= max(p[k] for p in pred) or min(p[k] for p in pred) >= max(
            p[k] for p in gt
        ):
            return Fraction(0)
    return _shared(tuple(gt), tuple(pred))


@functools.lru_cache(4096)
def _shared(gt: tuple[tuple[float, float], ...], pred: tuple[tuple[float, float], ...]) -> Fraction:
    return geometry.shared(gt, pred)


def groups(
    tables: Tables, limits: tuple[Any, Any], *, exclusive: bool
) -> tuple[list[tuple[int, int]], list[tuple[int, list[int]]], list[tuple[int, list[int]]]]:
    """(pairs, splits, merges); ``limits`` of single shares are compared as they are, sums as floats."""
    recall, precision, added = tables
    tr, tp = limits
    gts, preds = range(len(recall)), range(len(recall[0]) if recall else 0)
    taken_gt: set[int] = set()
    taken_pred: set[int] = set()
    pairs, splits, merges = [], [], []
    for i in gts:
        covers = [j for j in preds if recall[i][j] > tr]
        fills = [j for j in preds if precision[i][j] > tp]
        good = len(covers) == 1 and len(fills) == 1
        if good and exclusive:
            good = sum(recall[k][covers[0]] > tr for k in gts) == 1
            good = good and sum(precision[k][fills[0]] > tp for k in gts) == 1
        if good:
            pairs.append((i, covers[0]))
            taken_gt.add(i)
            taken_pred.add(covers[0])
    for i in gts:
        if i in taken_gt or sum(recall[i][j] > 0 for j in preds) < 2:
            continue
        some = [j for j in preds if precision[i][j] >= tp and j not in taken_pred]
        if len(some) == 1:
            good = recall[i][some[0]] >= tr
        else:
            good = bool(some) and added([recall[i][j] for j in some]) >= float(tr)
        if good:
            splits.append((i, some))
            taken_gt.add(i)
            taken_pred.update(some)
    for j in preds:
        if j in taken_pred or sum(precision[i][j] > 0 for i in gts) < 2:
            continue
        some = [i for i in gts if recall[i][j] >= tp and i not in taken_gt]
        if len(some) == 1:
            good = precision[some[0]][j] >= tp and recall[some[0]][j] >= tr
        else:
            good = bool(some) and added([precision[i][j] for i in some]) >= float(tp)
        if good:
            merges.append((j, some))
            taken_pred.add(j)
            taken_gt.update(some)
    return pairs, splits, merges


def earned(
    pairs: list[tuple[int, int]],
    splits: list[tuple[int, list[int]]],
    merges: list[tuple[int, list[int]]],
    penalty: float,
) -> tuple[dict[str, int], dict[str, float]]:
    """Entries by kind, and what gts and predictions earned, added in the order of the scripts."""
    counts = {"n_oo": len(pairs), "n_om": 0, "n_mo": 0}
    recall = precision = float(len(pairs))
    for found, kind in ((splits, "n_om"), (merges, "n_mo")):
        for _, some in found:
            if len(some) == 1:
                counts["n_oo"] += 1
                recall, precision = recall + 1.0, precision + 1.0
                continue
            counts[kind] += 1
            one, many = penalty, len(some) * penalty
            recall, precision = (
                (recall + one, precision + many) if kind == "n_om" else (recall + many, precision + one)
            )
    return counts, {"recall": recall, "precision": precision}


def added_as_numpy(values: Sequence[float]) -> float:
    """The sum of up to 128 doubles as ``numpy.sum`` adds them: one after the other below 8, else in 8 lanes."""
    lanes = list(values[:8]) if len(values) >= 8 else []
    if not lanes:
        total = 0.0
        for value in values:
            total += value
        return total
    full = len(values) // 8 * 8
    for k in range(8, full):
        lanes[k % 8] += values[k]
    total = ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]))
    for value in values[full:]:
        total += value
    return total
