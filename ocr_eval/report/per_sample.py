"""Records -> the count rows of every sample: CSV, TSV or JSON lines. Summing the rows gives the totals."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ocr_eval.report.escape import csv_cell

if TYPE_CHECKING:
    from ocr_eval.record import Record

KINDS = (".csv", ".tsv", ".jsonl")


def render(records: Sequence[Record], kind: str) -> str:
    """All rows in argument order, samples by UTF-8 bytes of their id. ``kind`` is one of ``KINDS``."""
    if kind == ".jsonl":
        return "".join(_json_lines(records))
    separator = "," if kind == ".csv" else "\t"
    return "".join(separator.join(row) + "\n" for row in _rows(records, tabs=kind == ".tsv"))


def _order(record: Record) -> list[int]:
    ids = record.counts.sample_ids
    return sorted(range(len(ids)), key=lambda s: ids[s].encode("utf-8", "surrogatepass"))


def _rows(records: Sequence[Record], *, tabs: bool) -> Iterator[list[str]]:
    columns = list(dict.fromkeys(name for record in records for name in record.counts.columns))
    sums = list(dict.fromkeys(name for record in records for name in record.counts.sum_columns))
    yield ["prediction", "protocol", "sample", *columns, *(f"sum:{name}" for name in sums)]

    def cell(text: str) -> str:
        return text.replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r") if tabs else csv_cell(text)

    for record in records:
        counts = record.counts
        rows, reals = counts.rows.tolist(), counts.sums.tolist() if counts.sums is not None else []
        own = {name: k for k, name in enumerate(counts.columns)}
        own_sums = {name: k for k, name in enumerate(counts.sum_columns)}
        for s in _order(record):
            yield [
                cell(record.prediction),
                cell(record.protocol),
                cell(counts.sample_ids[s]),
                *(str(rows[s][own[name]]) if name in own else "" for name in columns),
                *(repr(reals[s][own_sums[name]]) if name in own_sums else "" for name in sums),
            ]


def _json_lines(records: Sequence[Record]) -> Iterator[str]:
    for record in records:
        counts = record.counts
        rows, reals = counts.rows.tolist(), counts.sums.tolist() if counts.sums is not None else []
        for s in _order(record):
            line = {
                "prediction": record.prediction,
                "protocol": record.protocol,
                "sample": counts.sample_ids[s],
                "counts": dict(zip(counts.columns, rows[s], strict=True)),
                "sums": dict(zip(counts.sum_columns, reals[s], strict=True)),
            }
            yield json.dumps(line, ensure_ascii=False, allow_nan=False) + "\n"
