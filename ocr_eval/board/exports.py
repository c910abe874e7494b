"""Views of a board -> data files: JSON (``ocr-eval/board/1``), CSV, LaTeX, Markdown, and per-sample CSV."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ocr_eval.board.model import BoardView, MetricView, RowView, TabData, TabView
from ocr_eval.report.escape import csv_cell, latex, markdown, plain
from ocr_eval.report.numbers import bounds, percent, rank

if TYPE_CHECKING:
    from ocr_eval.protocols.formulas import Formula

SCHEMA = "ocr-eval/board/1"
FLAGS = ("could_be_best", "at_noise_limit")


def to_json(board: BoardView, tab: TabView) -> str:
    """One table as data. Numbers as the audience may see them, None where undefined; keys in a fixed order."""
    body = {
        "schema": SCHEMA,
        "board": board.id,
        "version": board.version,
        "signature": tab.signature,
        "headline": tab.headline,
        "samples": tab.samples,
        "mdd": _real(tab.mdd),
        "seed": tab.seed,
        "rows": [_row(row) for row in tab.rows],
        "pairs": [
            {
                "a": pair.a,
                "b": pair.b,
                "difference": _real(pair.difference),
                "lo": _real(pair.lo),
                "hi": _real(pair.hi),
                "p": _real(pair.p),
                "p_holm": _real(pair.p_holm),
            }
            for pair in tab.pairs
        ],
    }
    return _dump(body) + "\n"


def _row(row: RowView) -> dict[str, Any]:
    result: dict[str, Any] = {"submission": row.key, "name": row.name}
    if row.date:
        result["date"] = row.date
    result["values"] = {name: [_real(v.value), _real(v.lo), _real(v.hi)] for name, v in row.values.items()}
    if row.rank is not None:
        result["rank"] = list(row.rank)
    result["verification"] = row.verification
    flags = {name: True for name in FLAGS if getattr(row, name)}
    if row.state != "ranked":
        flags[row.state.replace("-", "_")] = True
    result["flags"] = flags
    return result | ({"counts": dict(row.counts)} if row.counts else {})


def to_csv(tab: TabView) -> str:
    """One row per submission, full precision, an empty cell where there is no number; RFC 4180 with LF."""
    metrics = [metric.name for metric in _metrics(tab)]
    counts = list(dict.fromkeys(name for row in tab.rows for name in row.counts))
    head = ["submission", "name", "state", "rank_lo", "rank_hi"]
    head += [column for name in metrics for column in (name, f"{name}_lo", f"{name}_hi")]
    head += [*counts, "verification", "date", "authors", "affiliation", "team_submissions"]
    lines = [head]
    for row in tab.rows:
        lo, hi = row.rank or (None, None)
        line = [text_cell(row.key), text_cell(row.name), row.state, number_cell(lo), number_cell(hi)]
        for name in metrics:
            value = row.values.get(name)
            line += ["", "", ""] if value is None else [*map(number_cell, (value.value, value.lo, value.hi))]
        line += [number_cell(row.counts.get(name)) for name in counts]
        line += [row.verification, row.date]
        line += [
            text_cell("; ".join(row.authors)),
            text_cell(row.affiliation),
            number_cell(row.team_submissions),
        ]
        lines.append(line)
    return "".join(",".join(line) + "\n" for line in lines)


def to_samples_csv(tab: TabView, data: TabData) -> str:
    """Samples down, submissions across, the headline metric in each cell; empty where it is undefined on that sample.

    Six decimals tell apart all fractions of up to 700 words; full floats would double the size of a large site.

    A metric that is no function of sums (average precision) has no value on a sample: only the header is written then.
    """
    keys = [row.key for row in tab.rows if row.key in data.tables]
    lines = [",".join(["sample", *map(text_cell, keys)])]
    formula = next((metric.formula for metric in tab.metrics if metric.name == tab.headline), None)
    if formula is not None:
        columns = [[_short(value) for value in alone(formula, data, key)] for key in keys]
        for sample, *cells in zip(data.samples, *columns, strict=True):
            lines.append(",".join([text_cell(sample), *cells]))
    return "\n".join(lines) + "\n"


def alone(formula: Any, data: TabData, key: str) -> list[float | None]:
    """The metric on every sample of one submission, None where it is undefined."""
    import numpy as np

    from ocr_eval.stats.evaluation import combine, sides

    table = np.asarray(data.tables[key], np.float64)
    place = {name: k for k, name in enumerate(data.columns)}
    ones = np.ones(len(data.samples))
    read = from_json(formula)
    parts = [
        sum(
            (weight * (table[:, place[name]] if name in place else ones) for name, weight in side), 0.0 * ones
        )
        for side in sides(read)
    ]
    values = combine(read, parts, alone=True)
    return [None if np.isnan(value) else value for value in values.tolist()]


def from_json(formula: Any) -> Formula:
    """The formula that ``Formula.to_json`` wrote."""
    from ocr_eval.protocols.formulas import Harmonic, Rate

    if formula["kind"] == "harmonic":
        parts = [from_json(formula[side]) for side in ("precision", "recall")]
        assert all(isinstance(part, Rate) for part in parts)
        return Harmonic(*parts)  # type: ignore[arg-type]
    over, under = (tuple((str(name), int(weight)) for name, weight in formula[s]) for s in ("over", "under"))
    return Rate(over, under, formula["empty"], formula["alone"], bool(formula.get("floor")))


def to_latex(board: BoardView) -> str:
    """A ``tabular`` per protocol that needs no package; percent, interval beside the headline metric."""
    blocks = []
    for tab in board.tabs:
        metrics = _metrics(tab)
        lines = [
            f"% {latex(board.title)}, {latex(tab.protocol)}, {tab.samples} samples, 95 % intervals",
            rf"\begin{{tabular}}{{rl{'r' * len(metrics)}}}",
            r"\hline",
            " & ".join(["rank", "submission", *(latex(metric.name) for metric in metrics)]) + r" \\",
            r"\hline",
        ]
        for row in tab.rows:
            cells = [rank(row.rank).replace("–", "--"), latex(row.name), *_cells(tab, row, metrics)]
            lines.append(" & ".join(cells).replace("−", "$-$") + r" \\")
        lines += [r"\hline", r"\end{tabular}", f"% {tab.signature}", f"% {tab.interval_signature}"]
        blocks.append("\n".join(lines) + "\n")
    return "\n".join(blocks)


def to_markdown(board: BoardView) -> str:
    """A GitHub table per protocol; percent, interval beside the headline metric, signature below."""
    blocks = []
    for tab in board.tabs:
        metrics = _metrics(tab)
        lines = [f"**{markdown(board.title)}** · {markdown(tab.protocol)} · {tab.samples} samples", ""]
        lines.append("| rank | submission | " + " | ".join(markdown(m.name) for m in metrics) + " |")
        lines.append("|---|---|" + "---:|" * len(metrics))
        for row in tab.rows:
            name = markdown(row.name)
            cells = [rank(row.rank), f"~~{name}~~" if row.state == "withdrawn" else name]
            lines.append("| " + " | ".join([*cells, *_cells(tab, row, metrics)]) + " |")
        lines += ["", f"`{tab.signature}`  ", f"`{tab.interval_signature}`"]
        blocks.append("\n".join(lines) + "\n")
    return "\n".join(blocks)


def _cells(tab: TabView, row: RowView, metrics: Iterable[MetricView]) -> list[str]:
    cells = []
    for metric in metrics:
        value = row.values.get(metric.name)
        cell = percent(None if value is None else value.value, tab.decimals)
        if metric.name == tab.headline and value is not None and value.lo is not None:
            cell += f" {bounds(value.lo, value.hi, tab.decimals)}"
        cells.append(cell)
    return cells


def _metrics(tab: TabView) -> list[MetricView]:
    """The columns that hold at least one value, the headline metric first."""
    have = {name for row in tab.rows for name in row.values} | {tab.headline}
    shown = [metric for metric in tab.metrics if metric.name in have]
    return sorted(shown, key=lambda metric: metric.name != tab.headline)


def text_cell(text: str) -> str:
    """Foreign text as a CSV cell: hidden characters as marks, no formula, quoted where needed."""
    return csv_cell(plain(text))


def number_cell(value: float | None) -> str:
    """A number as we wrote it: whole, or the shortest decimal that reads back to the same float."""
    return "" if value is None else repr(int(value)) if isinstance(value, int) else repr(float(value))


def _short(value: float | None) -> str:
    if value is None:
        return ""
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _real(value: float | None) -> float | None:
    return None if value is None else float(value)


def _dump(body: dict[str, Any]) -> str:
    """One line per row and pair, so that exports can be compared line by line."""
    parts = []
    for key, value in body.items():
        if isinstance(value, list) and value:
            text = "[\n" + ",\n".join(_compact(item) for item in value) + "\n]"
        else:
            text = _compact(value)
        parts.append(f"{_compact(key)}:{text}")
    return "{" + ",\n".join(parts) + "}"


def _compact(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    if text.isascii():
        return text
    # A lone surrogate has no UTF-8 form.
    return re.sub("[\ud800-\udfff]", lambda found: f"\\u{ord(found.group()):04x}", text)
