"""Matches of two annotators -> do they call the same text don't care, and what the difference does to scores.

Only matches are compared: a don't care that the other annotator did not draw says nothing about its legibility.
Flags are not symmetric in their effect: turning care into don't care takes away a miss and can hide a false detection.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocr_eval.agreement.coefficients import NO_VARIATION, kappa
from ocr_eval.agreement.figures import TOO_FEW, Figure, Figures, ends_of, undefined
from ocr_eval.agreement.units import EXTRA, MATCH, MISSING, Units
from ocr_eval.pairing import Pairing
from ocr_eval.protocols import protocol
from ocr_eval.protocols.formulas import Formula, rate
from ocr_eval.stats.intervals import interval
from ocr_eval.stats.ratios import Stack
from ocr_eval.tables.instances import Instances
from ocr_eval.tables.joined import Joined

Flags = NDArray[np.bool_]
_ALL = "care_care + care_dont + dont_care + dont_dont"
SHARES: dict[str, Formula] = {
    name: rate(name, _ALL) for name in ("care_care", "care_dont", "dont_care", "dont_dont")
}
SPECIFIC: dict[str, Formula] = {
    "both_care": rate("2*care_care", "2*care_care + care_dont + dont_care"),
    "both_dont_care": rate("2*dont_dont", "2*dont_dont + care_dont + dont_care"),
}
EVALUATOR = "rrc-iou"  # a don't care gt excuses predictions inside it: the rule whose effect is measured


def table(units: Units) -> list[list[int]]:
    """Matches as [[care / care, care / don't care], [don't care / care, don't care / don't care]], a / b."""
    _, first, second = units.matches
    a, b = ~units.a.care[first], ~units.b.care[second]
    return [[int(((a == row) & (b == column)).sum()) for column in (False, True)] for row in (False, True)]


def transferred(units: Units, source: str) -> tuple[Flags, Flags]:
    """(care of a, care of b) once both sides of every match have the flag of ``source``, "a" or "b"."""
    _, first, second = units.matches
    care_a, care_b = units.a.care.copy(), units.b.care.copy()
    if source == "a":
        care_b[second] = care_a[first]
    else:
        care_a[first] = care_b[second]
    return care_a, care_b


def under(units: Units, care: tuple[Flags, Flags]) -> Units:
    """The same units with other flags."""
    return replace(units, a=replace(units.a, care=care[0]), b=replace(units.b, care=care[1]))


def changed(units: Units) -> NDArray[np.int64]:
    """Units of kind match whose two instances have different flags."""
    found, first, second = units.matches
    result: NDArray[np.int64] = found[units.a.care[first] != units.b.care[second]]
    return result


def effect(units: Units, *, of: str = "b") -> dict[str, float | None]:
    """hmean of one annotator as a submission against the other's rings: with their own flags, with those of the first.

    ``of`` submits its care instances. The difference, in points, is what the other don't care rule is worth.
    """
    gt, pred = (units.a, units.b) if of == "b" else (units.b, units.a)
    care = transferred(units, of)[0 if of == "b" else 1]
    own = scored(gt, pred, units.threshold)
    other = scored(replace(gt, care=care), pred, units.threshold)
    points = None if own is None or other is None else 100 * (other - own)
    return {"own_flags": own, "transferred_flags": other, "points": points}


def scored(gt: Instances, pred: Instances, threshold: float) -> float | None:
    """hmean of the care instances of ``pred`` under the evaluator."""
    rule = protocol(f"{EVALUATOR}(iou={threshold!r})")
    joined = Joined(gt, pred.where(pred.care), (), ())
    return rule.derive(rule.count(joined, Pairing(joined, policy="official")).total())["hmean"]


def columns(units: Units) -> dict[str, NDArray[np.int64]]:
    """(S,) matches per image, by the flags of a and b: ``care_care``, ``care_dont``, ``dont_care``, ``dont_dont``."""
    found, first, second = units.matches
    image, size = units.sample[found], len(units.a.sample_ids)
    flags = {"care": True, "dont": False}
    return {
        f"{row}_{column}": np.bincount(
            image[(units.a.care[first] == flags[row]) & (units.b.care[second] == flags[column])],
            minlength=size,
        )
        for row in flags
        for column in flags
    }


def to_json(units: Units, *, seed: int, groups: Sequence[str | None] | None = None) -> dict[str, Any]:
    """The table, kappa and specific agreement, don't cares without a match, and the effect on scores both ways."""
    dont_care_a, dont_care_b = units.dont_care
    either = dont_care_a | dont_care_b
    only_a, only_b, match = (units.kind == kind for kind in (MISSING, EXTRA, MATCH))
    cells = columns(units)
    stack = Stack.from_columns(
        [""], units.a.sample_ids, {name: values[:, None] for name, values in cells.items()}, groups=groups
    )
    figures = Figures(
        stack, SHARES | SPECIFIC, seed, {"both_care": NO_VARIATION, "both_dont_care": NO_VARIATION}
    )
    return {
        "matches": int(match.sum()),
        "table": table(units),
        "kappa": _kappa(table(units), figures).to_json(),
        "specific": {
            name: figures.figure(0, name)._replace(sd=None, design_effect=None).to_json() for name in SPECIFIC
        },
        "unmatched": {
            "only_a": int((dont_care_a & only_a).sum()),
            "only_b": int((dont_care_b & only_b).sum()),
            "in_other_units": int((either & ~match & ~only_a & ~only_b).sum()),
        },
        "effect": {"b_against_a": effect(units, of="b"), "a_against_b": effect(units, of="a")},
    }


def _kappa(cells: list[list[int]], figures: Figures) -> Figure:
    """Cohen's kappa with the interval of its resampled table."""
    found, n = kappa(cells), sum(map(sum, cells))
    if found.value is None:
        return undefined(found.reason or NO_VARIATION, n)
    both, first, second, neither = (figures.drawn[name][:, 0] for name in SHARES)
    if not len(both):
        return Figure(found.value, n, no_interval=TOO_FEW)
    seen, row, column = both + neither, both + first, both + second
    chance = row * column + (1 - row) * (1 - column)
    drawn = np.where(chance < 1, (seen - chance) / np.where(chance < 1, 1 - chance, 1.0), np.nan)
    stack = figures.stack
    ends, why = ends_of(interval(drawn, found.value, units=stack.units, metric="kappa", unit=stack.unit))
    return Figure(found.value, n, ends, None, why)
