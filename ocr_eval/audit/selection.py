"""Suspects -> which images to label again next: where corrections would move the checkers' scores most."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ocr_eval.audit.candidates import Candidates, Floats
from ocr_eval.audit.items import Items
from ocr_eval.audit.ranking import Ranking

CAP = 0.9  # of posterior_raw, which is too sure of itself
SHARE = 0.2  # of the selection at most from one slice


@dataclass(frozen=True)
class Chosen:
    """An image, the expected change of the checkers' mean share of equal words (in items), and its labels in doubt."""

    sample: str
    value: float
    items: int
    slice: str | None


def item_values(ranking: Ranking) -> Floats:
    """(n,) posterior_raw, at most ``CAP``, times how much the mean share of agreeing checkers would change.

    A correction moves every checker that read the suggestion, and every one that read the label.
    """
    candidates = ranking.candidates
    strings = {item: text for item, text in enumerate(ranking.suggestions) if text is not None}
    asked = np.maximum(candidates.answers.present.sum(axis=0), 1)
    change = _agreeing(candidates, strings) - candidates.agrees.sum(axis=0)
    return np.asarray(np.minimum(ranking.posterior_raw, CAP) * np.abs(change) / asked)


def select(
    items: Items, ranking: Ranking, most: int, slices: Mapping[str, str | None] | None = None
) -> list[Chosen]:
    """At most ``most`` images, largest value first; at most a fifth of them from one slice, where slices are known."""
    values = item_values(ranking)
    sample = items.gt.sample_of[items.index]
    number = len(items.gt.sample_ids)
    worth = np.bincount(sample, np.round(values, 9), minlength=number)
    doubted = np.bincount(sample[values > 0], minlength=number)
    room = max(1, int(SHARE * most))
    taken: dict[str, int] = {}
    chosen: list[Chosen] = []
    for s in np.lexsort((np.arange(number), -worth)).tolist():
        if len(chosen) == most or worth[s] <= 0:
            break
        name = items.gt.sample_ids[s]
        own = (slices or {}).get(name)
        if own is not None:
            if taken.get(own, 0) == room:
                continue
            taken[own] = taken.get(own, 0) + 1
        chosen.append(Chosen(name, float(worth[s]), int(doubted[s]), own))
    return chosen


def _agreeing(candidates: Candidates, strings: Mapping[int, str]) -> Floats:
    """(n,) how many checkers read the given string of each item."""
    result = np.zeros(len(candidates.label))
    heads = candidates.spread(candidates.answers.present.astype(np.float64))
    for c, (item, text) in enumerate(zip(candidates.item.tolist(), candidates.strings, strict=True)):
        if strings.get(item) == text:
            result[item] = heads[c]
    return result
