"""``Counts``: what a protocol returns, one row of integers per sample; rows of disjoint samples concatenate."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocr_eval.errors import Notice, merge_notices
from ocr_eval.tables.exact_sums import whole_sums
from ocr_eval.tables.instances import freeze


@dataclass(frozen=True, eq=False)
class Scored:
    """The care predictions with their confidences, for average precision; (D,) arrays, in sample then line order.

    ``extra`` holds what else a protocol needs of each of them, by name, for curves over thresholds of confidence;
    ``due`` how many gts each sample holds, by name, where a curve has another number of them than the columns say.
    """

    confidence: NDArray[np.float64]
    sample: NDArray[np.int64]  # index into Counts.sample_ids
    line: NDArray[np.int64]  # position of the prediction within its sample, from 0
    correct: NDArray[np.bool_]
    extra: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    due: Mapping[str, NDArray[np.int64]] = field(default_factory=dict)  # (S,) each

    def __post_init__(self) -> None:
        for name in ("confidence", "sample", "line", "correct"):
            object.__setattr__(self, name, freeze(getattr(self, name)))
        for name in ("extra", "due"):
            columns = {key: freeze(column) for key, column in getattr(self, name).items()}
            object.__setattr__(self, name, columns)


@dataclass(frozen=True, slots=True, eq=False)
class Totals:
    """Column sums of a count table: what ``derive`` reads."""

    samples: int
    counts: dict[str, int]
    sums: dict[str, float]  # math.fsum in sample order
    scored: Scored | None = None
    sample_ids: tuple[str, ...] = ()  # what Scored.sample points at

    def __getitem__(self, column: str) -> int:
        return self.counts[column]


@dataclass(frozen=True, eq=False)
class Counts:
    """S samples x columns int64, and, for protocols that add reals, S x sums float64."""

    sample_ids: tuple[str, ...]
    columns: tuple[str, ...]
    rows: NDArray[np.int64]  # (S, len(columns))
    sum_columns: tuple[str, ...] = ()
    sums: NDArray[np.float64] | None = None  # (S, len(sum_columns))
    scored: Scored | None = None
    notices: tuple[Notice, ...] = ()

    def __post_init__(self) -> None:
        sums = np.zeros((len(self.sample_ids), 0)) if self.sums is None else self.sums
        object.__setattr__(self, "sums", freeze(np.asarray(sums, np.float64)))
        object.__setattr__(self, "rows", freeze(np.asarray(self.rows, np.int64)))
        if self.rows.shape != (len(self.sample_ids), len(self.columns)):
            raise ValueError(f"rows have shape {self.rows.shape}")
        if sums.shape != (len(self.sample_ids), len(self.sum_columns)):
            raise ValueError(f"sums have shape {sums.shape}")

    @classmethod
    def of(
        cls,
        sample_ids: tuple[str, ...],
        columns: dict[str, NDArray[Any]],
        sums: dict[str, NDArray[Any]] | None = None,
        scored: Scored | None = None,
        notices: tuple[Notice, ...] = (),
    ) -> Counts:
        """From one (S,) array per column, in declared order."""
        sums = sums or {}
        size = len(sample_ids)
        return cls(
            sample_ids,
            tuple(columns),
            np.column_stack([*columns.values()]).astype(np.int64)
            if columns
            else np.zeros((size, 0), np.int64),
            tuple(sums),
            np.column_stack([*sums.values()]).astype(np.float64) if sums else None,
            scored,
            notices,
        )

    def __getitem__(self, column: str) -> NDArray[np.int64]:
        """(S,) one integer column."""
        return self.rows[:, self.columns.index(column)]

    @property
    def size(self) -> int:
        """Number of samples."""
        return len(self.sample_ids)

    def total(self) -> Totals:
        """Column sums: integers exactly, reals with ``math.fsum``."""
        assert self.sums is not None
        return Totals(
            len(self.sample_ids),
            dict(zip(self.columns, whole_sums(self.rows), strict=True)),
            {name: math.fsum(self.sums[:, k].tolist()) for k, name in enumerate(self.sum_columns)},
            self.scored,
            self.sample_ids,
        )

    def take(self, samples: Collection[str]) -> Counts:
        """The rows of some samples, in the order they have here. Unknown ids are not looked for."""
        wanted = set(samples)
        kept = [k for k, sample in enumerate(self.sample_ids) if sample in wanted]
        scored = self.scored
        if scored is not None:
            place = np.full(len(self.sample_ids), -1, np.int64)
            place[kept] = np.arange(len(kept))
            mine = place[scored.sample] >= 0
            scored = Scored(
                scored.confidence[mine],
                place[scored.sample[mine]],
                scored.line[mine],
                scored.correct[mine],
                {name: column[mine] for name, column in scored.extra.items()},
                {name: column[kept] for name, column in scored.due.items()},
            )
        assert self.sums is not None
        ids = tuple(self.sample_ids[k] for k in kept)
        return Counts(
            ids, self.columns, self.rows[kept], self.sum_columns, self.sums[kept], scored, self.notices
        )

    @classmethod
    def concat(cls, parts: Iterable[Counts]) -> Counts:
        """Rows of disjoint samples, one after the other. Raises ValueError when columns differ or samples repeat."""
        tables = list(parts)
        if not tables:
            raise ValueError("nothing to concatenate")
        first = tables[0]
        for table in tables[1:]:
            if (table.columns, table.sum_columns) != (first.columns, first.sum_columns):
                raise ValueError("count tables of different columns")
        ids = tuple(sample for table in tables for sample in table.sample_ids)
        if len(set(ids)) != len(ids):
            raise ValueError("a sample is counted twice")
        scored = None
        if all(table.scored is not None for table in tables):
            lists = [table.scored for table in tables if table.scored is not None]
            shift = np.cumsum([0, *(len(table.sample_ids) for table in tables)])
            scored = Scored(
                np.concatenate([s.confidence for s in lists]),
                np.concatenate([s.sample + shift[k] for k, s in enumerate(lists)]),
                np.concatenate([s.line for s in lists]),
                np.concatenate([s.correct for s in lists]),
                {name: np.concatenate([s.extra[name] for s in lists]) for name in lists[0].extra},
                {name: np.concatenate([s.due[name] for s in lists]) for name in lists[0].due},
            )
        return cls(
            ids,
            first.columns,
            np.concatenate([table.rows for table in tables]),
            first.sum_columns,
            np.concatenate([table.sums for table in tables if table.sums is not None]),
            scored,
            merge_notices(notice for table in tables for notice in table.notices),
        )

    def to_json(self) -> dict[str, Any]:
        """A JSON-ready dictionary; ``from_json`` gives an equal table."""
        assert self.sums is not None
        result: dict[str, Any] = {
            "samples": list(self.sample_ids),
            "columns": list(self.columns),
            "rows": self.rows.tolist(),
            "sum_columns": list(self.sum_columns),
            "sums": self.sums.tolist(),
            "notices": [[n.code, n.message, n.count, list(n.examples)] for n in self.notices],
        }
        if self.scored is not None:
            s = self.scored
            result["scored"] = [s.confidence.tolist(), s.sample.tolist(), s.line.tolist(), s.correct.tolist()]
            more = [s.extra, s.due] if s.due else [s.extra] if s.extra else []
            result["scored"] += [{name: column.tolist() for name, column in each.items()} for each in more]
        return result

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Counts:
        """The table that ``to_json`` wrote. Raises ValueError for names that are none and counts that are not whole."""
        rows, names = np.array(data["rows"]), [*data["samples"], *data["columns"], *data["sum_columns"]]
        if (rows.size and rows.dtype.kind != "i") or not all(isinstance(name, str) for name in names):
            raise ValueError("not the names and whole numbers of a table of counts")
        scored = None
        if "scored" in data:
            confidence, sample, line, correct, *more = data["scored"]
            extra, due = [*more, {}, {}][:2]
            scored = Scored(
                np.array(confidence, np.float64),
                np.array(sample, np.int64),
                np.array(line, np.int64),
                np.array(correct, np.bool_),
                {name: np.array(column, np.float64) for name, column in extra.items()},
                {name: np.array(column, np.int64) for name, column in due.items()},
            )
        size = len(data["samples"])
        return cls(
            tuple(data["samples"]),
            tuple(data["columns"]),
            rows.astype(np.int64).reshape(size, len(data["columns"])),
            tuple(data["sum_columns"]),
            np.array(data["sums"], np.float64).reshape(size, len(data["sum_columns"])),
            scored,
            tuple(
                Notice(code, message, count, tuple(examples))
                for code, message, count, examples in data["notices"]
            ),
        )

    def save(self, path: str | Path) -> None:
        """Writes the table as JSON (UTF-8)."""
        Path(path).write_text(json.dumps(self.to_json(), ensure_ascii=False) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: str | Path) -> Counts:
        """Reads what ``save`` wrote."""
        return cls.from_json(json.loads(Path(path).read_text(encoding="utf-8")))


def ratio(numerator: float, denominator: float, empty: float | None = None) -> float | None:
    """numerator / denominator; ``empty`` when the denominator is 0 (the protocol's SPEC says which)."""
    return numerator / denominator if denominator else empty


def harmonic(precision: float | None, recall: float | None) -> float | None:
    """2PR / (P + R), 0 when P + R is 0, None when either is undefined."""
    if precision is None or recall is None:
        return None
    total = precision + recall
    return 2 * precision * recall / total if total else 0.0
