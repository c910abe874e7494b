"""A count table whose rows were added up and let go: what ``derive`` reads, at a size that samples do not change."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NoReturn

import numpy as np

from ocr_eval.errors import merge_notices
from ocr_eval.tables.counts import Counts, Totals
from ocr_eval.tables.exact_sums import exact_sum, rounded, whole_sums


@dataclass(frozen=True, eq=False)
class Summed(Counts):
    """Totals of ``size`` samples, without ``rows`` and ``sample_ids``: whoever needs rows keeps them while counting."""

    samples: int = 0
    integers: tuple[int, ...] = ()  # one per column
    exact: tuple[int, ...] = field(default=(), repr=False)  # one per sum column, as ``exact_sum`` gives them

    @classmethod
    def of_rows(cls, counts: Counts) -> Summed:
        """The totals of a table. Raises ValueError for one with scored predictions, whose order counts."""
        if counts.scored is not None:
            raise ValueError("scored predictions do not add up")
        assert counts.sums is not None
        integers = whole_sums(counts.rows)
        exact = tuple(exact_sum(counts.sums[:, k]) for k in range(len(counts.sum_columns)))
        return cls.made(counts, len(counts.sample_ids), integers, exact)

    @classmethod
    def made(
        cls,
        like: Counts,
        samples: int,
        integers: tuple[int, ...],
        exact: tuple[int, ...],
        notices: Any = None,
    ) -> Summed:
        """Totals with the columns of another table."""
        return cls(
            (),
            like.columns,
            np.zeros((0, len(like.columns)), np.int64),
            like.sum_columns,
            np.zeros((0, len(like.sum_columns))),
            notices=like.notices if notices is None else notices,
            samples=samples,
            integers=integers,
            exact=exact,
        )

    def plus(self, other: Summed) -> Summed:
        """Both together. Raises ValueError when columns differ."""
        if (self.columns, self.sum_columns) != (other.columns, other.sum_columns):
            raise ValueError("count tables of different columns")
        return self.made(
            self,
            self.samples + other.samples,
            tuple(a + b for a, b in zip(self.integers, other.integers, strict=True)),
            tuple(a + b for a, b in zip(self.exact, other.exact, strict=True)),
            merge_notices((*self.notices, *other.notices)),
        )

    @property
    def size(self) -> int:
        """Number of samples that were added."""
        return self.samples

    def total(self) -> Totals:
        """The same as that of the rows, to the last bit."""
        return Totals(
            self.samples,
            dict(zip(self.columns, self.integers, strict=True)),
            dict(zip(self.sum_columns, map(rounded, self.exact), strict=True)),
        )

    def _rowless(self, *_: object) -> NoReturn:
        raise ValueError("the rows were not kept")

    __getitem__ = take = to_json = _rowless  # type: ignore[assignment]
