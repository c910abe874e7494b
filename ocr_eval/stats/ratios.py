"""Count tables of several systems -> one matrix of exact integers, and every metric as a function of its column sums.

A metric is data (``protocols.formulas``): sums of columns, one division. Column sums are integers below 2^53, hence
exact in float64 in whatever order they were added; columns too large for that are cut into limbs and put together as
Python integers. Real-valued sums enter as fixed point, ``round_half_even(x * 2^30)``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocr_eval.protocols.formulas import Formula, Terms, names
from ocr_eval.stats.columns import EXACT, FIXED_BITS, Column, place
from ocr_eval.stats.evaluation import Floats, combine, influence, real, sides
from ocr_eval.stats.tables import number_groups, side_by_side
from ocr_eval.tables.counts import Counts


@dataclass(frozen=True, eq=False)
class Stack:
    """The rows of S systems on the same n samples, in canonical order (UTF-8 bytes of the sample id).

    ``matrix`` (n, K) holds integers; a column that is equal in all systems stands there once. ``groups`` (n,) numbers
    the group of each sample, None when every sample stands for itself. Units (what is resampled) are groups or samples.
    """

    names: tuple[str, ...]
    samples: tuple[str, ...]
    groups: NDArray[np.int64] | None
    matrix: Floats
    columns: dict[str, Column]

    @classmethod
    def of(
        cls,
        tables: Mapping[str, Counts],
        *,
        groups: Sequence[str | None] | Mapping[str, str | None] | None = None,
    ) -> Stack:
        """From one count table per system.

        ``groups`` names the group of each sample: by id, or in the order of the first table. A sample without group is
        its own. Raises ValueError when samples or columns differ, or when there are groups but no table.
        """
        ids, columns = side_by_side(tables)
        if groups is not None and not isinstance(groups, Mapping):
            groups = dict(zip(next(iter(tables.values())).sample_ids, groups, strict=True))
        named = None if groups is None else [groups.get(sample) for sample in ids]
        return cls.from_columns(tuple(tables), ids, columns, groups=named)

    @classmethod
    def from_columns(
        cls,
        names: Sequence[str],
        samples: Sequence[str],
        columns: Mapping[str, NDArray[Any]],
        *,
        groups: Sequence[str | None] | None = None,
    ) -> Stack:
        """From arrays (n, S), or (n,) for a column that all systems share, in the order of samples given."""
        number = None if groups is None else number_groups(samples, groups)
        drawn = len(samples)
        if number is not None and drawn:
            drawn = int((number.max() + 1) * np.bincount(number).max())  # the largest group, drawn every time
        columns = {"samples": np.ones(len(samples), np.int64)} | dict(columns)
        matrix, placed = place(columns, len(samples), len(names), drawn)
        return cls(tuple(names), tuple(samples), number, matrix, placed)

    @property
    def units(self) -> int:
        """How many things are resampled."""
        return len(self.unit_matrix)

    @property
    def unit(self) -> str:
        """What is resampled, as messages and signatures call it."""
        return "sample" if self.groups is None else "group"

    @cached_property
    def unit_matrix(self) -> Floats:
        """(units, K) rows added up per group: sums of groups, so that resampling need not know of samples."""
        if self.groups is None:
            return self.matrix
        result = np.zeros((int(self.groups.max()) + 1 if len(self.groups) else 0, self.matrix.shape[1]))
        np.add.at(result, self.groups, self.matrix)
        return result

    @cached_property
    def totals(self) -> Floats:
        """(K, 1) column sums."""
        return np.asarray(self.unit_matrix.sum(axis=0)[:, None])

    def add_up(self, weights: NDArray[Any], *, units: NDArray[np.int64] | None = None) -> Floats:
        """(K, m) column sums of units taken ``weights`` (m, units) times. Exact, so BLAS may add in any order.

        Weights are not negative and add up to at most the number of units. ``units``: those the weights are about.
        """
        rows = self.unit_matrix if units is None else self.unit_matrix[units]
        largest = max((column.bound for column in self.columns.values()), default=0)
        if largest < 2**24:  # float32 is as exact there, and twice as fast
            short = rows.T.astype(np.float32) @ weights.astype(np.float32).T
            return short.astype(np.float64)
        return np.asarray(rows.T @ weights.astype(np.float64).T)

    def point(self, formula: Formula) -> Floats:
        """(S,) the metric over all samples, one correctly rounded division; nan where it has no value."""
        return self.evaluate(formula, self.totals)[:, 0]

    def each(self, formula: Formula) -> Floats:
        """(n, S) the metric of every sample alone; nan where it has no value."""
        return self.evaluate(formula, self.matrix.T, alone=True).T

    def left_out(self, formula: Formula, *, units: bool = False) -> Floats:
        """(n, S) the metric on all other samples; with ``units`` on all other units."""
        return self.evaluate(formula, self.totals - (self.unit_matrix if units else self.matrix).T).T

    def influence(self, formula: Formula) -> Floats:
        """(n, S) linearised contribution of every sample: the metric moves by e/n when its row counts once more.

        Zero where the metric does not move (all denominators 0), nan where it has no value.
        """
        rows = [real(self.linear(terms, self.matrix.T)) for terms in sides(formula)]
        whole = [real(self.linear(terms, self.totals)) for terms in sides(formula)]
        result = influence(formula, rows, whole, len(self.samples))
        return np.broadcast_to(result, (len(self.names), len(self.samples))).T

    def unit_influence(self, formula: Formula) -> Floats:
        """(units, S) influence added up per unit."""
        rows = self.influence(formula)
        if self.groups is None:
            return rows
        result = np.zeros((self.units, rows.shape[1]))
        np.add.at(result, self.groups, rows)
        return result

    def covariance(self, formula: Formula) -> Floats:
        """(S, S) covariance of the systems' metrics by influence, ddof 1 over units."""
        rows, units = self.unit_influence(formula), self.units
        rows = rows - rows.mean(axis=0)
        return np.asarray(rows.T @ rows * (units / max(units - 1, 1) / max(len(self.samples), 1) ** 2))

    def evaluate(self, formula: Formula, totals: Floats, *, alone: bool = False) -> Floats:
        """(S, m) the metric on m sets of column sums (K, m); ``alone`` takes the value of 0/0 on one sample."""
        parts = [self.linear(terms, totals) for terms in sides(formula)]
        result = combine(formula, parts, alone=alone)
        return np.broadcast_to(result, (len(self.names), totals.shape[1]))

    def linear(self, terms: Terms, totals: Floats) -> NDArray[Any]:
        """(S, m) a weighted sum of columns, or (1, m) when all systems share it.

        Where float64 is too short: Python integers in units of 2^-30.
        """
        scaled = any(name.startswith("sum:") for name, _ in terms)
        bound = sum(
            abs(weight) * self.column(name).bound
            << (FIXED_BITS if scaled and not name.startswith("sum:") else 0)
            for name, weight in terms
        )
        result: Any = 0
        for name, weight in terms:
            column, fixed = self.column(name), name.startswith("sum:")
            if bound < EXACT:
                value: Any = totals[column.slices[0]]
                value = value * 2.0**-FIXED_BITS if fixed else value
            else:
                value = column.integers(totals) * (1 if fixed else 1 << FIXED_BITS)
            result = result + (value if weight == 1 else weight * value)
        return np.asarray(result)

    def column(self, name: str) -> Column:
        """Where a column stands; without systems every column is empty. Raises ValueError for an unknown one."""
        if name in self.columns:
            return self.columns[name]
        if self.names:
            raise ValueError(f"the count tables have no column {name}: they come from another protocol")
        return Column((slice(0, 0),), 0, 0)

    def pick(self, formulas: Iterable[Formula]) -> Stack:
        """The same systems with only the columns these formulas read."""
        wanted = dict.fromkeys(name for formula in formulas for name in names(formula))
        return self._rearrange({name: self.column(name) for name in wanted}, None)

    def take(self, systems: Sequence[int]) -> Stack:
        """Some of the systems, by index."""
        chosen = self._rearrange(self.columns, np.array(systems, np.int64))
        return replace(chosen, names=tuple(self.names[k] for k in systems))

    def _rearrange(self, columns: Mapping[str, Column], systems: NDArray[np.int64] | None) -> Stack:
        keep: list[NDArray[np.int64]] = []
        placed, at = {}, 0
        for name, column in columns.items():
            slices = []
            for part in column.slices:
                width = part.stop - part.start
                own = np.arange(width) if systems is None or width == 1 else systems
                keep.append(part.start + own)
                slices.append(slice(at, at + len(own)))
                at += len(own)
            placed[name] = column._replace(slices=tuple(slices))
        chosen = np.concatenate(keep) if keep else np.zeros(0, np.int64)
        return replace(self, matrix=np.ascontiguousarray(self.matrix[:, chosen]), columns=placed)

    def select(self, mask: NDArray[np.bool_]) -> Stack:
        """The samples where ``mask`` (n,) holds; groups that lose all samples are gone."""
        kept = np.flatnonzero(mask)
        groups = None if self.groups is None else np.unique(self.groups[kept], return_inverse=True)[1]
        samples = tuple(self.samples[k] for k in kept.tolist())
        return replace(self, samples=samples, groups=groups, matrix=self.matrix[kept])
