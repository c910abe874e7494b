"""Count tables of several systems -> their columns on one sample axis, in canonical order; groups as numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocr_eval.tables.counts import Counts


def byte_order(text: str) -> bytes:
    """The key of canonical order: the UTF-8 bytes."""
    return text.encode("utf-8", "surrogatepass")


def side_by_side(tables: Mapping[str, Counts]) -> tuple[tuple[str, ...], dict[str, NDArray[Any]]]:
    """Sample ids in canonical order, and each column (n, S). Raises ValueError when samples or columns differ."""
    systems = list(tables.items())
    if not systems:
        return (), {}
    first_name, first = systems[0]
    ids = tuple(sorted(first.sample_ids, key=byte_order))
    for name, table in systems[1:]:
        _same_table(first_name, first, name, table)
    rows = [_rows_of(table, ids) for _, table in systems]
    columns: dict[str, NDArray[Any]] = {}
    for name in (*first.columns, *(f"sum:{name}" for name in first.sum_columns)):
        parts = [_column(table, name)[own] for (_, table), own in zip(systems, rows, strict=True)]
        columns[name] = np.stack(parts, axis=1)
    return ids, columns


def _same_table(first_name: str, first: Counts, name: str, table: Counts) -> None:
    if (first.columns, first.sum_columns) != (table.columns, table.sum_columns):
        raise ValueError(
            f"{name} and {first_name} have different columns: they come from different protocols"
        )
    lacking = sorted(set(first.sample_ids) ^ set(table.sample_ids), key=byte_order)
    if lacking:
        raise ValueError(
            f"{name} and {first_name} do not have the same samples: {', '.join(lacking[:3])}"
            f"{f' and {len(lacking) - 3} more are' if len(lacking) > 3 else ' stands'} in one of them only"
        )


def _rows_of(table: Counts, ids: tuple[str, ...]) -> NDArray[np.int64]:
    """Where each of the samples stands in a table. Raises ValueError when one stands there twice."""
    at = {sample: k for k, sample in enumerate(table.sample_ids)}
    if len(at) != len(table.sample_ids):
        raise ValueError("a sample stands twice in a count table")
    return np.fromiter((at[sample] for sample in ids), np.int64, len(ids))


def _column(table: Counts, name: str) -> NDArray[Any]:
    assert table.sums is not None
    return table.sums[:, table.sum_columns.index(name[4:])] if name.startswith("sum:") else table[name]


def number_groups(samples: Sequence[str], groups: Sequence[str | None]) -> NDArray[np.int64]:
    """Groups numbered by the bytes of their id; a sample without group counts by its own id."""
    own = [
        (byte_order(group), False) if group else (byte_order(sample), True)
        for sample, group in zip(samples, groups, strict=True)
    ]
    number = {key: k for k, key in enumerate(sorted(set(own)))}
    return np.array([number[key] for key in own], np.int64)
