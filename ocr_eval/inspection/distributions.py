"""Facts -> the distributions of a data set, and the categories that have names instead of values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ocr_eval.inspection.facts import Facts
from ocr_eval.inspection.histograms import Distribution, distribution
from ocr_eval.inspection.slices import frequent_scripts

CATEGORIES = 24  # rows of a category that are listed; the others are added up


class Values(NamedTuple):
    """The values of one quantity, and how they are drawn."""

    name: str
    unit: str
    of: str
    series: str
    values: NDArray[Any]


def values(facts: Facts) -> Iterator[Values]:
    """Every quantity, one at a time; what a data set cannot have (texts, rings) is left out.

    Instances are the care ones unless the name says otherwise; rings without an area have no height.
    """
    size = np.diff(facts.instances.start)
    yield Values("instances_per_sample", "instances", "samples", "whole", size)
    care = np.bincount(facts.instances.sample_of[facts.care], minlength=len(size))
    used = size > 0
    yield Values("dont_care_share", "share", "samples", "share", 1 - care[used] / size[used])
    if facts.instances.geometry:
        shapes = facts.shapes
        own = facts.care & shapes.measured
        yield Values("height", "pixels", "instances", "positive", shapes.height[own])
        away = ~facts.care & shapes.measured
        yield Values("height_of_dont_cares", "pixels", "instances", "positive", shapes.height[away])
        yield Values("aspect", "ratio", "instances", "positive", shapes.aspect[own])
        yield Values("angle", "degrees", "instances", "degrees", shapes.angle[own & shapes.directed])
        yield Values("bend", "share", "instances", "share", shapes.bend[own])
        yield Values("vertices", "vertices", "instances", "whole", shapes.vertices[facts.care])
    if facts.has_text:
        yield Values("length", "characters", "instances", "whole", facts.length[facts.care])
        yield Values(
            "characters_without_blanks", "characters", "instances", "whole", facts.filled[facts.care]
        )
        yield Values("words", "words", "instances", "whole", facts.words[facts.care])


def distributions(facts: Facts) -> list[Distribution]:
    """The distribution of every quantity."""
    return [distribution(v.name, v.values, unit=v.unit, of=v.of, series=v.series) for v in values(facts)]


def categories(facts: Facts) -> dict[str, list[tuple[str, int]]]:
    """Name of a category -> (label, care instances), most frequent first."""
    found: dict[str, list[tuple[str, int]]] = {}
    if facts.instances.geometry:
        number, count = np.unique(facts.shapes.vertices[facts.care], return_counts=True)
        rows = [(str(k), n) for k, n in zip(number.tolist(), count.tolist(), strict=True)]
        found["vertices"] = sorted(rows, key=lambda row: (-row[1], int(row[0])))
        signed = np.where(facts.shapes.measured, facts.shapes.signed, 0.0)[facts.care]
        ways = [("clockwise", signed > 0), ("counter-clockwise", signed < 0), ("none", signed == 0)]
        found["orientation"] = [(name, int(flags.sum())) for name, flags in ways]
    if facts.has_text:
        found["scripts"] = frequent_scripts(facts)
    return found


def listed(rows: list[tuple[str, int]]) -> dict[str, Any]:
    """The first rows of a category as JSON, and what the others add up to."""
    rest = rows[CATEGORIES:]
    return {
        "n": sum(count for _, count in rows),
        "rows": [{"label": label, "count": count} for label, count in rows[:CATEGORIES]],
        "others": {"labels": len(rest), "count": sum(count for _, count in rest)},
    }
