"""Pairs of annotators -> the cases a guideline could settle: texts, granularity, don't care flags, tightness.

What a case changes in the counts of every image is computed here; ``cases`` measures and ranks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocr_eval.agreement import dont_care
from ocr_eval.agreement.cases import (
    Occurrence,
    Resolved,
    Score,
    StructureUnit,
    TextPair,
    structure_cases,
    text_cases,
)
from ocr_eval.agreement.frames import Floats, extents, rectangles
from ocr_eval.agreement.pair import Pair
from ocr_eval.agreement.scores import columns
from ocr_eval.agreement.structure import CUT
from ocr_eval.agreement.units import KINDS, MERGE, REGROUP, SPLIT, Units, units
from ocr_eval.tables.instances import Instances

AGREED = "equal"  # the column of what agrees: pairs with equal texts, and without transcriptions
AGREED_WITHOUT_TEXT = "m"


def score(pairs: Sequence[Pair], groups: Sequence[str | None] | None) -> Score:
    """End-to-end agreement per image and pair; agreement on instances where there are no transcriptions."""
    name = agreed_column(pairs)
    return Score(
        pairs[0].units.a.sample_ids,
        tuple(pair.name for pair in pairs),
        np.stack([pair.columns[name] for pair in pairs], axis=1),
        np.stack([pair.columns["n_a"] + pair.columns["n_b"] for pair in pairs], axis=1),
        None if groups is None else tuple(groups),
    )


def agreed_column(pairs: Sequence[Pair]) -> str:
    """The count that the leverage of cases is about."""
    return AGREED if all(pair.has_texts for pair in pairs) else AGREED_WITHOUT_TEXT


def first_rows(pairs: Sequence[Pair]) -> list[int]:
    """The number of each pair's first unit when the units of all pairs are counted through."""
    return [0, *accumulate(len(pair.units) for pair in pairs)][:-1]


def cases_of(pairs: Sequence[Pair], groups: Sequence[str | None] | None) -> tuple[Score, list[Resolved]]:
    """The score and every case that has a unit; units are counted through all pairs."""
    now = score(pairs, groups)
    found = []
    if agreed_column(pairs) == AGREED:
        found += text_cases(now, _texts(pairs), pairs[0].user_rules)
    found += structure_cases(now, _structures(pairs))
    found += _flags(pairs, now)
    found += _tightness(pairs, now)
    return now, [case for case in found if case.occurrences]


def _texts(pairs: Sequence[Pair]) -> list[TextPair]:
    """The one-to-one pairs, and the loose matches that no score sees."""
    result = []
    for p, (pair, first) in enumerate(zip(pairs, first_rows(pairs), strict=True)):
        own, image = pair.units, pair.units.sample
        for (a, b), i in zip(pair.texts, own.paired[0].tolist(), strict=True):
            unit = int(pair.unit_of_a[i])
            result.append(TextPair(p, int(image[unit]), first + unit, a, b))
        found, one, other = (index.tolist() for index in own.matches)
        for unit, i, j in zip(found, one, other, strict=True):
            if own.loose[unit] and own.a.care[i] and own.b.care[j]:
                texts = own.a.texts[i], own.b.texts[j]
                result.append(TextPair(p, int(image[unit]), first + unit, *texts, counts=False))
    return result


def _structures(pairs: Sequence[Pair]) -> list[StructureUnit]:
    """Split, merge and regroup units of care instances only."""
    result = []
    for p, (pair, first) in enumerate(zip(pairs, first_rows(pairs), strict=True)):
        own = pair.units
        agreed = np.bincount(pair.unit_of_a[_agreeing(pair)], minlength=len(own))
        mixed = np.isin(own.kind, (SPLIT, MERGE, REGROUP)) & ~np.logical_or(*own.dont_care)
        for unit in np.flatnonzero(mixed).tolist():
            result.append(
                StructureUnit(
                    p,
                    int(own.sample[unit]),
                    first + unit,
                    KINDS[int(own.kind[unit])],
                    int(own.of_a.size[unit]),
                    int(own.of_b.size[unit]),
                    int(agreed[unit]),
                    pair.structure.sub_kind[unit] == CUT or not pair.has_texts,
                )
            )
    return result


def _agreeing(pair: Pair) -> NDArray[np.int64]:
    """Instances of a whose partner has the same text (or has any, where there are no transcriptions)."""
    first, second = pair.units.paired
    if not pair.has_texts:
        return first
    a, b = pair.units.a.texts, pair.units.b.texts
    same = [a[i] == b[j] for i, j in zip(first.tolist(), second.tolist(), strict=True)]
    return first[np.array(same, np.bool_)]


def _flags(pairs: Sequence[Pair], now: Score) -> list[Resolved]:
    """Per annotator: everybody takes over their don't care flags, on matches."""
    result = []
    for who in sorted({one.id for pair in pairs for one in (pair.a, pair.b)}, key=lambda name: int(name[1:])):
        agreed, size, occurrences = now.agreed.copy(), now.size.copy(), []
        for p, (pair, first) in enumerate(zip(pairs, first_rows(pairs), strict=True)):
            units_changed = dont_care.changed(pair.units)
            if who not in (pair.a.id, pair.b.id) or not len(units_changed):
                continue
            care = dont_care.transferred(pair.units, "a" if who == pair.a.id else "b")
            _put(agreed, size, p, columns(dont_care.under(pair.units, care)), pairs)
            occurrences += _occurrences(p, pair.units, units_changed.tolist(), first)
        result.append(Resolved("dont-care", f"flags of {who}", agreed, size, tuple(occurrences)))
    return result


def _tightness(pairs: Sequence[Pair], now: Score) -> list[Resolved]:
    """Edges of b shifted by the mean offsets of the pair, everything paired anew."""
    agreed, size, occurrences = now.agreed.copy(), now.size.copy(), []
    for p, (pair, first) in enumerate(zip(pairs, first_rows(pairs), strict=True)):
        if not len(pair.tightness.offsets):
            continue
        moved = shifted(pair.units, pair.tightness.offsets.mean(axis=0))
        _put(agreed, size, p, columns(moved), pairs)
        loose = np.flatnonzero(pair.units.loose & ~np.logical_or(*pair.units.dont_care))
        occurrences += _occurrences(p, pair.units, loose.tolist(), first)
    return [Resolved("tightness", "mean edge offsets", agreed, size, tuple(occurrences))]


def shifted(own: Units, offsets: Floats) -> Units:
    """The units once every ring of b is drawn in by these mean offsets (left, right, top, bottom, per height)."""
    return units(own.a, drawn_in(own.b, offsets), threshold=own.threshold)


def drawn_in(table: Instances, offsets: Floats) -> Instances:
    """Rings stretched along and across their own text so that every edge moves in by its offset times the height."""
    every = np.arange(len(table))
    along = rectangles(table.xy, table.ring)
    across = np.stack([along[:, 1], -along[:, 0]], axis=1)
    left, right = extents(table, every, along)
    bottom, top = extents(table, every, across)
    height = top - bottom
    owner = np.repeat(every, np.diff(table.ring))
    xy = np.zeros_like(table.xy)
    for direction, low, high, low_in, high_in in (
        (along, left, right, offsets[0], offsets[1]),
        (across, bottom, top, offsets[3], offsets[2]),
    ):
        width = high - low
        factor = np.maximum(width - (low_in + high_in) * height, 0.0) / np.where(width > 0, width, 1.0)
        value = (table.xy * direction[owner]).sum(1)
        new = (low + low_in * height)[owner] + (value - low[owner]) * factor[owner]
        xy += new[:, None] * direction[owner]
    from ocr_eval.kernels.rings import classify

    xy = np.round(xy, 6)  # so that coordinates are short decimals, which the exact paths read
    return replace(table, xy=xy, shape=classify(xy, table.ring))


def _put(
    agreed: NDArray[np.int64],
    size: NDArray[np.int64],
    p: int,
    found: dict[str, NDArray[Any]],
    pairs: Sequence[Pair],
) -> None:
    agreed[:, p] = found[agreed_column(pairs)]
    size[:, p] = found["n_a"] + found["n_b"]


def _occurrences(p: int, own: Units, chosen: Sequence[int], first: int) -> list[Occurrence]:
    return [Occurrence(p, int(own.sample[unit]), first + unit) for unit in chosen]
