"""One-to-one pairs of two annotators -> counts per image, and the scores they give: symmetric F1, texts, by threshold.

    F1 = 2 m / (n_a + n_b), which is positive specific agreement (Hripcsak and Rothschild 2005)

``f1`` counts pairs above the IoU threshold, ``end_to_end_f1`` those of them with equal texts. Micro scores add up over
images; ``…_macro`` are means over the images that hold an instance. 0/0 has no value.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocr_eval.agreement.figures import NO_INSTANCES, Figures
from ocr_eval.agreement.units import SWEEP, Units, transcribed
from ocr_eval.protocols.formulas import Rate, rate
from ocr_eval.stats.ratios import Stack
from ocr_eval.text.distance import distances

_NOT_ALPHANUMERIC = re.compile(r"[^0-9a-z]+")
NO_PAIRS = "no paired instances"

SCORES: dict[str, Rate] = {
    "f1": rate("2*m", "n_a + n_b"),
    "end_to_end_f1": rate("2*equal", "n_a + n_b"),
    "end_to_end_f1_folded": rate("2*equal_folded", "n_a + n_b"),
    "end_to_end_f1_alphanumeric": rate("2*equal_alphanumeric", "n_a + n_b"),
    "found_of_a": rate("m", "n_a"),
    "found_of_b": rate("m", "n_b"),
    "wem": rate("equal", "m"),
    "one_minus_ned": rate("sum:similarity", "m"),
    "f1_macro": rate("sum:f1", "images"),
    "end_to_end_f1_macro": rate("sum:end_to_end_f1", "images"),
}
TEXT_SCORES = (
    "end_to_end_f1",
    "end_to_end_f1_folded",
    "end_to_end_f1_alphanumeric",
    "wem",
    "one_minus_ned",
    "end_to_end_f1_macro",
)
REASONS = {"wem": NO_PAIRS, "one_minus_ned": NO_PAIRS}


def sweep_name(threshold: float) -> str:
    """The column and formula of one IoU threshold: ``m_55`` for .55."""
    return f"m_{round(threshold * 1000):03d}".rstrip("0").ljust(4, "0")


SWEPT: dict[float, Rate] = {t: rate(f"2*{sweep_name(t)}", "n_a + n_b") for t in SWEEP}


def columns(units: Units) -> dict[str, NDArray[Any]]:
    """(S,) arrays: care instances, pairs, equal texts under three foldings, sums of 1-NED and of F1 per image.

    Without transcriptions on a side the columns about texts are absent.
    """
    size = len(units.a.sample_ids)

    def per_image(index: NDArray[np.int64], weights: NDArray[Any] | None = None) -> NDArray[Any]:
        return np.bincount(units.a.sample_of[index], weights, minlength=size)

    first, _ = units.paired
    n_a, n_b = (np.bincount(table.sample_of[table.care], minlength=size) for table in (units.a, units.b))
    result: dict[str, NDArray[Any]] = {"n_a": n_a, "n_b": n_b, "m": per_image(first)}
    result["images"] = ((n_a + n_b) > 0).astype(np.int64)
    result["sum:f1"] = _each(result["m"], n_a + n_b)
    if transcribed(units.a) and transcribed(units.b):
        one, other = ([table.texts[i] for i in index.tolist()] for table, index in _both(units))
        for name, equal in _equalities(one, other).items():
            result[name] = per_image(first[equal])
        result["sum:similarity"] = per_image(first, similarity(one, other))
        result["sum:end_to_end_f1"] = _each(result["equal"], n_a + n_b)
    return result


def sweep(units: Units) -> dict[str, NDArray[np.int64]]:
    """(S,) pairs at every threshold of ``SWEEP``; one-to-one anew at each."""
    size = len(units.a.sample_ids)
    found = {}
    for threshold in SWEEP:
        partner = units.partner if threshold == units.threshold else units.partners(threshold)
        found[sweep_name(threshold)] = np.bincount(units.a.sample_of[partner >= 0], minlength=size)
    return found


def similarity(first: Sequence[str], second: Sequence[str]) -> NDArray[np.float64]:
    """(n,) 1 - edits / length of the longer text, in code points; 1 for two empty texts."""
    edits = np.array(distances(first, second), np.float64)
    longest = np.array([max(len(a), len(b), 1) for a, b in zip(first, second, strict=True)], np.float64)
    result: NDArray[np.float64] = 1 - edits / longest
    return result


def scored(
    tables: Sequence[dict[str, NDArray[Any]]],
    names: Sequence[str],
    images: Sequence[str],
    *,
    seed: int,
    groups: Sequence[str | None] | None = None,
) -> Figures:
    """``columns`` of every pair of annotators -> the figures of ``SCORES`` that they hold (and of ``SWEPT``)."""
    shared = [name for name in tables[0] if all(name in table for table in tables)]
    stacked = {name: np.stack([table[name] for table in tables], axis=1) for name in shared}
    stack = Stack.from_columns(names, images, stacked, groups=groups)
    formulas = (
        dict(SCORES) if "equal" in shared else {k: f for k, f in SCORES.items() if k not in TEXT_SCORES}
    )
    formulas |= {sweep_name(t): formula for t, formula in SWEPT.items() if sweep_name(t) in shared}
    reasons = {name: REASONS.get(name, NO_INSTANCES) for name in formulas}
    words = {
        name: "n_a" for name, formula in formulas.items() if dict(formula.under).keys() == {"n_a", "n_b"}
    }
    return Figures(stack, formulas, seed, reasons, words)


def _both(units: Units) -> tuple[tuple[Any, NDArray[np.int64]], tuple[Any, NDArray[np.int64]]]:
    first, second = units.paired
    return (units.a, first), (units.b, second)


def _equalities(first: Sequence[str], second: Sequence[str]) -> dict[str, NDArray[np.bool_]]:
    """Column -> (n,) whether texts are equal: as they are, case folded, lower case letters a-z and digits only."""
    forms = {
        "equal": (first, second),
        "equal_folded": ([a.casefold() for a in first], [b.casefold() for b in second]),
        "equal_alphanumeric": (list(map(_alphanumeric, first)), list(map(_alphanumeric, second))),
    }
    return {
        name: np.array([a == b for a, b in zip(*sides, strict=True)], np.bool_)
        for name, sides in forms.items()
    }


def _alphanumeric(text: str) -> str:
    return _NOT_ALPHANUMERIC.sub("", text.lower())


def _each(pairs: NDArray[Any], instances: NDArray[Any]) -> NDArray[np.float64]:
    """(S,) 2 pairs / instances of every image, 0 where there are none (those images are not counted)."""
    result: NDArray[np.float64] = np.divide(
        2.0 * pairs, instances, out=np.zeros(len(pairs)), where=instances > 0
    )
    return result
