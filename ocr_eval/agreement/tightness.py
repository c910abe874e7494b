"""Matches of two annotators -> who draws tighter and by how much: areas, edge offsets, conventions of rings.

Offsets are counted in the frame of the joint rectangle, per text height; above 0: b lies further out. Exchanging the
annotators changes the signs only.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocr_eval.agreement.figures import Figures
from ocr_eval.agreement.frames import Floats, Frames, extents, frames
from ocr_eval.agreement.units import Units
from ocr_eval.kernels.rings import signed_areas
from ocr_eval.protocols.formulas import Rate, rate
from ocr_eval.stats.ratios import Stack
from ocr_eval.tables.instances import Instances

EDGES = ("left", "right", "top", "bottom")
BIASES: dict[str, Rate] = {
    "log_area_ratio": rate("sum:log_area_ratio", "matches"),
    **{edge: rate(f"sum:{edge}", "matches") for edge in EDGES},
}
CONVENTIONS = ("vertices", "start", "orientation")


@dataclass(frozen=True, eq=False)
class Tightness:
    """One row per match of both; arrays are (M,)."""

    units: Units

    @cached_property
    def frames(self) -> Frames:
        """Direction of the text of every match."""
        _, first, second = self.units.matches
        return frames(self.units.a, self.units.b, first, second)

    @cached_property
    def height(self) -> Floats:
        """Mean extent of both rings across the text, pixels."""
        return self._measured[0]

    @cached_property
    def offsets(self) -> Floats:
        """(M, 4) left, right, top, bottom: how far b lies outside a, per height."""
        return self._measured[1]

    @cached_property
    def _measured(self) -> tuple[Floats, Floats]:
        _, first, second = self.units.matches
        along, across = self.frames.along, self.frames.across
        a, b, i, j = self.units.a, self.units.b, first, second
        (left_a, right_a), (left_b, right_b) = extents(a, i, along), extents(b, j, along)
        (bottom_a, top_a), (bottom_b, top_b) = extents(a, i, across), extents(b, j, across)
        height = ((top_a - bottom_a) + (top_b - bottom_b)) / 2
        out = np.stack([left_a - left_b, right_b - right_a, top_b - top_a, bottom_a - bottom_b], axis=1)
        return height, out / height[:, None]

    @cached_property
    def log_area_ratio(self) -> Floats:
        """log(area b / area a); both are above 0, as a match shares an area."""
        _, first, second = self.units.matches
        result: Floats = np.log(self.units.pairs.area_pred[second] / self.units.pairs.area_gt[first])
        return result

    @cached_property
    def conventions(self) -> dict[str, NDArray[np.bool_]]:
        """Convention -> (M,) whether the two rings differ in it."""
        _, first, second = self.units.matches
        a, b = self.units.a, self.units.b
        size_a, size_b = np.diff(a.ring)[first], np.diff(b.ring)[second]
        turn = [np.sign(signed_areas(table.xy, table.ring)) for table in (a, b)]
        same = size_a == size_b
        differs = turn[0][first] != turn[1][second]
        start = same.copy()
        for count in np.unique(size_a[same]).tolist():
            own = np.flatnonzero(same & (size_a == count))
            start[own] = _shifted(a, b, first[own], second[own], count, differs[own])
        return {"vertices": ~same, "start": start, "orientation": differs}

    def columns(self) -> dict[str, NDArray[Any]]:
        """(S,) per image: matches, and sums of the log area ratio and the offsets."""
        found, _, _ = self.units.matches
        image, size = self.units.sample[found], len(self.units.a.sample_ids)
        result: dict[str, NDArray[Any]] = {"matches": np.bincount(image, minlength=size)}
        result["sum:log_area_ratio"] = np.bincount(image, self.log_area_ratio, minlength=size)
        for k, edge in enumerate(EDGES):
            result[f"sum:{edge}"] = np.bincount(image, self.offsets[:, k], minlength=size)
        return result

    def biases(self, *, seed: int, groups: Sequence[str | None] | None = None) -> Figures:
        """Mean log area ratio and mean offsets, b against a, with intervals."""
        columns = {name: values[:, None] for name, values in self.columns().items()}
        stack = Stack.from_columns([""], self.units.a.sample_ids, columns, groups=groups)
        return Figures(stack, BIASES, seed, dict.fromkeys(BIASES, "no matches"))

    def to_json(self, *, seed: int, groups: Sequence[str | None] | None = None) -> dict[str, Any]:
        """Bias with interval, noise (standard deviation over matches), median, and conventions."""
        figures = self.biases(seed=seed, groups=groups)
        size = len(self.log_area_ratio)
        values = {"log_area_ratio": self.log_area_ratio} | {
            e: self.offsets[:, k] for k, e in enumerate(EDGES)
        }
        rows: dict[str, Any] = {"matches": size}
        for name, own in values.items():
            listed = own.tolist()
            rows[name] = {
                "bias": figures.figure(0, name).to_json(),
                "noise": statistics.stdev(listed) if size > 1 else None,
                "median": statistics.median(listed) if size else None,
            }
        rows["conventions"] = {
            name: {"differing": int(flags.sum()), "share": float(flags.mean()) if size else None}
            for name, flags in self.conventions.items()
        }
        return rows


def _shifted(
    a: Instances,
    b: Instances,
    first: NDArray[np.int64],
    second: NDArray[np.int64],
    count: int,
    turned: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """(m,) whether b's ring of ``count`` vertices starts at another corner: its best rotation is not 0.

    Best is the least squared distance to a's ring. Rings that run the other way are turned first, from their own start.
    """
    corner = np.arange(count)
    one, other = a.xy[a.ring[first][:, None] + corner], b.xy[b.ring[second][:, None] + corner]
    other = np.where(turned[:, None, None], other[:, -corner % count], other)
    cost = np.full(len(one), np.inf)
    for k in range(1, count):
        cost = np.minimum(cost, ((one - np.roll(other, -k, 1)) ** 2).sum((1, 2)))
    now = ((one - other) ** 2).sum((1, 2))
    answer: NDArray[np.bool_] = now > cost * (1 + 1e-12)
    return answer
