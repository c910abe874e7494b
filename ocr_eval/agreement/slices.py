"""Instances by what they are -> agreement per slice: script, length, height, orientation, bend, rarest character.

A slice holds instances of both annotators, each by its own text and ring. Its agreement is the share of them whose
partner says the same; over all instances that is end-to-end F1, and F1 where there are no transcriptions.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ocr_eval.agreement.causes import AGREED, agreed_column
from ocr_eval.agreement.figures import TOO_FEW, Figure, Figures
from ocr_eval.agreement.frames import extents, hull_table, rectangles
from ocr_eval.agreement.pair import Pair
from ocr_eval.kernels import rings
from ocr_eval.protocols.formulas import Formula, rate
from ocr_eval.stats.permutation import benjamini_hochberg
from ocr_eval.stats.power import standard_error
from ocr_eval.stats.ratios import Stack
from ocr_eval.tables.instances import Instances
from ocr_eval.text.scripts import script

LENGTHS = ((1, "1"), (3, "2-3"), (6, "4-6"), (10, "7-10"), (math.inf, "11 and more"))
HEIGHTS = (
    (8, "below 8 px"),
    (16, "8-16 px"),
    (32, "16-32 px"),
    (64, "32-64 px"),
    (math.inf, "64 px and more"),
)
RARITY = ((1, "once"), (9, "2-9 times"), (99, "10-99 times"), (math.inf, "100 times and more"))
LEVEL_WITHIN = 15.0  # degrees
STRAIGHT = 0.9  # of its hull's area
FEWEST_IMAGES = 20
AGREEMENT: dict[str, Formula] = {"agreement": rate("agreed", "instances")}
REST = rate("other_agreed", "other_instances")


class Slice(NamedTuple):
    """``p``: is the agreement other than on all other instances, adjusted over all slices (Benjamini, Hochberg)."""

    dimension: str
    name: str
    images: int
    figure: Figure
    p: float | None

    def to_json(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "dimension": self.dimension,
            "slice": self.name,
            "images": self.images,
            "agreement": self.figure.to_json(),
            "p_adjusted": self.p,
        }


@dataclass(frozen=True, eq=False)
class _Members:
    """Instances of both sides of all pairs."""

    image: NDArray[np.int64]
    agreed: NDArray[np.bool_]
    values: dict[str, NDArray[Any]]  # dimension -> name of the slice of each


def slices(pairs: Sequence[Pair], *, seed: int, groups: Sequence[str | None] | None) -> list[Slice]:
    """Every slice, worst agreement first; then by dimension and name. Below 20 images a slice has no interval."""
    members = _members(pairs)
    images = pairs[0].units.a.sample_ids
    listed = [
        (dimension, name, values == name)
        for dimension, values in members.values.items()
        for name in sorted(set(values.tolist()))
    ]
    if not listed:
        return []
    counted = [_counts(members, chosen, len(images)) for _, _, chosen in listed]
    columns = {key: np.stack([row[key] for row in counted], axis=1) for key in ("agreed", "instances")}
    names = [f"{dimension}: {name}" for dimension, name, _ in listed]
    columns |= {f"other_{key}": _rest(members, key, values) for key, values in columns.items()}
    stack = Stack.from_columns(names, images, columns, groups=groups)
    figures, ps = Figures(stack, AGREEMENT, seed, {}), _against_the_rest(stack)
    found = []
    for k, (dimension, name, _) in enumerate(listed):
        held = int((columns["instances"][:, k] > 0).sum())
        figure = figures.figure(k, "agreement")._replace(sd=None, design_effect=None)
        if held < FEWEST_IMAGES:
            figure = figure._replace(interval=None, no_interval=TOO_FEW)
            ps[k] = None
        found.append(Slice(dimension, name, held, figure, ps[k]))
    known = [k for k, row in enumerate(found) if row.p is not None]
    adjusted = benjamini_hochberg([p for row in found if (p := row.p) is not None])
    for k, p in zip(known, adjusted, strict=True):
        found[k] = found[k]._replace(p=p)
    return sorted(found, key=lambda row: (row.figure.value or 0.0, row.dimension, row.name))


def _members(pairs: Sequence[Pair]) -> _Members:
    texts = agreed_column(pairs) == AGREED
    frequency = _frequency(pairs) if texts else {}
    images, agreed = [], []
    values: dict[str, list[NDArray[Any]]] = {}
    facts: dict[str, dict[str, NDArray[Any]]] = {}
    for pair in pairs:
        first, second = pair.units.paired
        if texts:
            same = np.array([a == b for a, b in pair.texts], np.bool_)
            first, second = first[same], second[same]
        for annotator, partners in ((pair.a, first), (pair.b, second)):
            table = annotator.table
            if annotator.id not in facts:
                facts[annotator.id] = describe(table, frequency if texts else None)
            flags = np.zeros(len(table), np.bool_)
            flags[partners] = True
            images.append(table.sample_of[table.care])
            agreed.append(flags[table.care])
            for name, column in facts[annotator.id].items():
                values.setdefault(name, []).append(column[table.care])
    joined = {name: np.concatenate(columns) for name, columns in values.items()}
    return _Members(np.concatenate(images), np.concatenate(agreed), joined)


def describe(table: Instances, frequency: dict[str, int] | None) -> dict[str, NDArray[Any]]:
    """Dimension -> (N,) the name of each instance's slice. ``frequency`` of characters: None without texts."""
    every = np.arange(len(table))
    along = rectangles(table.xy, table.ring)
    low, high = extents(table, every, np.stack([along[:, 1], -along[:, 0]], axis=1))
    height = np.where(np.isfinite(high - low), high - low, 0.0)
    result: dict[str, NDArray[Any]] = {
        "height": _binned(height, HEIGHTS, below=True),
        "orientation": _orientation(along),
        "bend": _bend(table),
    }
    if frequency is not None:
        texts = table.texts
        rarest = np.array(
            [min((frequency.get(c, 0) for c in text if not c.isspace()), default=0) for text in texts]
        )
        result["length"] = _binned(np.array([len(text) for text in texts], np.float64), LENGTHS)
        result["script"] = np.array([_script(text) for text in texts], object)
        result["rarest character"] = _binned(rarest.astype(np.float64), RARITY)
    return result


def _frequency(pairs: Sequence[Pair]) -> dict[str, int]:
    """Character -> how often the annotators wrote it, on average (so that it does not grow with their number)."""
    tables = {one.id: one.table for pair in pairs for one in (pair.a, pair.b)}
    total: Counter[str] = Counter()
    for table in tables.values():
        for text, care in zip(table.texts, table.care.tolist(), strict=True):
            if care:
                total.update(text)
    return {character: -(-times // len(tables)) for character, times in total.items()}


def _counts(members: _Members, chosen: NDArray[np.bool_], size: int) -> dict[str, NDArray[np.int64]]:
    return {
        "instances": np.bincount(members.image[chosen], minlength=size),
        "agreed": np.bincount(members.image[chosen & members.agreed], minlength=size),
    }


def _rest(members: _Members, key: str, values: NDArray[np.int64]) -> NDArray[np.int64]:
    """(images, slices) the same count of all instances outside each slice."""
    every = _counts(members, np.ones(len(members.image), np.bool_), len(values))[key]
    rest: NDArray[np.int64] = every[:, None] - values
    return rest


def _against_the_rest(stack: Stack) -> list[float | None]:
    """Two-sided p of (slice - rest) by the influence of single images; None where a side is empty or nothing varies."""
    sides = [stack.point(formula) for formula in (AGREEMENT["agreement"], REST)]
    influence = stack.unit_influence(AGREEMENT["agreement"]) - stack.unit_influence(REST)
    result: list[float | None] = []
    for k in range(len(stack.names)):
        difference = float(sides[0][k] - sides[1][k])
        error = 0.0 if math.isnan(difference) else standard_error(influence[:, k], len(stack.samples))
        result.append(2 * NormalDist().cdf(-abs(difference) / error) if error else None)
    return result


def _binned(values: NDArray[np.float64], bins: Any, *, below: bool = False) -> NDArray[Any]:
    """The name of the first bin whose end is not exceeded (with ``below``: not reached)."""
    ends = np.array([end for end, _ in bins])
    names = np.array([name for _, name in bins], object)
    place = np.searchsorted(ends, values, side="right" if below else "left")
    chosen: NDArray[Any] = names[np.minimum(place, len(names) - 1)]
    return chosen


def _orientation(along: NDArray[np.float64]) -> NDArray[Any]:
    angle = np.degrees(np.arctan2(np.abs(along[:, 1]), np.abs(along[:, 0])))
    names = np.full(len(along), "slanted", object)
    names[angle <= LEVEL_WITHIN] = "level"
    names[angle >= 90 - LEVEL_WITHIN] = "upright"
    return names


def _bend(table: Instances) -> NDArray[Any]:
    """Bent: the ring fills less than nine tenths of its hull."""
    area = np.abs(rings.signed_areas(table.xy, table.ring))
    hull = np.abs(rings.signed_areas(*hull_table(table.xy, table.ring)))
    names = np.full(len(table), "straight", object)
    names[(hull > 0) & (area < STRAIGHT * hull)] = "bent"
    return names


def _script(text: str) -> str:
    """Scripts of the letters, joined by +; ``symbols`` without any letter or digit."""
    found = sorted({script(character) for character in text} - {""})
    letters = [name for name in found if name != "digits"]
    return "+".join(letters) or ("digits" if found else "symbols")
