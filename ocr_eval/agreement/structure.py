"""Units -> how the annotators cut text into instances: counts per kind, and whether only the cut differs.

Split, merge and regroup units are read in order along their longer side, on both sides. Where the texts are equal
without white space only the granularity differs; otherwise the text does too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ocr_eval.agreement.frames import Floats, centroid, rectangles
from ocr_eval.agreement.units import KINDS, MANY, MATCH, Side, Units
from ocr_eval.tables.instances import Instances, offsets

LOOSE, NO_AREA = "loose", "zero area"
CUT, CUT_AND_TEXT = "granularity only", "granularity + text"
NOT_READ = "granularity"  # a side has no transcriptions
SUB_KINDS = (LOOSE, NO_AREA, CUT, CUT_AND_TEXT, NOT_READ)
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, eq=False)
class Structure:
    """What ``units`` are, in words. Members are instance indices in reading order."""

    units: Units

    @cached_property
    def several(self) -> NDArray[np.int64]:
        """Units with more than one member on a side that has members on both."""
        size_a, size_b = self.units.of_a.size, self.units.of_b.size
        return np.flatnonzero((size_a > 0) & (size_b > 0) & (size_a + size_b > 2))

    @cached_property
    def _read(self) -> dict[int, tuple[list[int], list[int]]]:
        """Unit -> members in reading order, for the units of ``several``."""
        chosen = self.several
        along = rectangles(*_vertices(self.units, chosen))
        return {
            u: (
                _in_order(self.units.a, self.units.of_a.of(u), along[k]),
                _in_order(self.units.b, self.units.of_b.of(u), along[k]),
            )
            for k, u in enumerate(chosen.tolist())
        }

    def members(self, unit: int) -> tuple[list[int], list[int]]:
        """The instances of both sides, in reading order."""
        return self._read.get(unit) or (self.units.of_a.of(unit), self.units.of_b.of(unit))

    def texts(self, unit: int) -> tuple[str | None, str | None]:
        """Both sides as text: parts in reading order, one blank between them; None without member or texts."""
        own, other = self.members(unit)
        return _joined(self.units.a, own), _joined(self.units.b, other)

    @cached_property
    def sub_kind(self) -> list[str]:
        """(U,) "" or one of SUB_KINDS."""
        result = [""] * len(self.units)
        for flags, name in ((self.units.loose, LOOSE), (self.units.without_area, NO_AREA)):
            for u in np.flatnonzero(flags).tolist():
                result[u] = name
        for u in self.several.tolist():
            first, second = self.texts(u)
            if first is None or second is None:
                result[u] = NOT_READ
            else:
                same = _SPACE.sub("", first) == _SPACE.sub("", second)
                result[u] = CUT if same else CUT_AND_TEXT
        return result

    def counts(self) -> dict[str, dict[str, int]]:
        """Kind -> units in all, units with a don't care on either side, and units of every sub-kind that occurs."""
        dont_care = np.logical_or(*self.units.dont_care)
        names = np.array(self.sub_kind)
        result = {}
        for k, kind in enumerate(KINDS):
            own = self.units.kind == k
            row = {"units": int(own.sum()), "dont_care": int((own & dont_care).sum())}
            found = sorted({*names[own].tolist()} - {""}, key=SUB_KINDS.index)
            result[kind] = row | {name: int((own & (names == name)).sum()) for name in found}
        return result

    def per_image(self) -> dict[str, NDArray[np.int64]]:
        """Kind -> (S,) units, to be resampled."""
        size = len(self.units.a.sample_ids)
        return {
            kind: np.bincount(self.units.sample[self.units.kind == k], minlength=size)
            for k, kind in enumerate(KINDS)
        }

    @property
    def largest(self) -> int:
        """Members of the largest unit; above ``MANY`` a single ring may lie over a whole page."""
        return int((self.units.of_a.size + self.units.of_b.size).max(initial=0))

    @property
    def oversized(self) -> int:
        """Units of more than ``MANY`` members."""
        return int((self.units.of_a.size + self.units.of_b.size > MANY).sum())

    @property
    def is_match(self) -> NDArray[np.bool_]:
        """(U,) kind match."""
        answer: NDArray[np.bool_] = self.units.kind == MATCH
        return answer


def _joined(table: Instances, members: list[int]) -> str | None:
    if not members or not table.texts:
        return None
    return " ".join(table.texts[i] for i in members)


def _in_order(table: Instances, members: list[int], along: Floats) -> list[int]:
    """By the projection of centroids; equal ones stay in canonical order."""
    if len(members) < 2:
        return members
    place = [round(float(centroid(table.points(i)) @ along), 6) for i in members]
    return [members[k] for k in sorted(range(len(members)), key=place.__getitem__)]


def _vertices(units: Units, chosen: NDArray[np.int64]) -> tuple[Floats, NDArray[np.int64]]:
    """All vertices of every chosen unit as one table of point sets."""
    parts: list[Floats] = []
    sizes = []
    for u in chosen.tolist():
        own = [table.points(i) for table, side in _sides(units) for i in side.of(u)]
        sizes.append(sum(len(points) for points in own))
        parts += own
    return (np.concatenate(parts) if parts else np.zeros((0, 2))), offsets(sizes)


def _sides(units: Units) -> tuple[tuple[Instances, Side], tuple[Instances, Side]]:
    return (units.a, units.of_a), (units.b, units.of_b)
