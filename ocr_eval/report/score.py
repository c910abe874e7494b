"""Records of ``score`` -> text, JSON, JSON lines and CSV."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from ocr_eval.report.escape import csv_cell, terminal

if TYPE_CHECKING:
    from ocr_eval.errors import Notice
    from ocr_eval.record import Record
    from ocr_eval.report.uncertainty import Uncertainty

SCHEMA = "ocr-eval/score/1"
QUIET_CODES = ("W_LAYOUT", "W_ORIENTATION", "W_DUPLICATE", "W_LARGE")  # shown by -v only, always in JSON


def number(value: float | None) -> str:
    """A fraction as percent with two decimals; n/a when undefined."""
    return "n/a" if value is None else f"{100 * value:.2f}"


def grouped(records: Sequence[Record]) -> dict[str, list[Record]]:
    """Records by protocol, in order of first appearance."""
    groups: dict[str, list[Record]] = {}
    for record in records:
        groups.setdefault(record.protocol, []).append(record)
    return groups


def metric_names(records: Iterable[Record]) -> list[str]:
    """All metric names, in order of first appearance."""
    return list(dict.fromkeys(name for record in records for name in record.metrics))


def result(record: Record, *, long: bool = False, ci: Uncertainty | None = None) -> dict[str, Any]:
    """One result of the JSON output; ``intervals`` only where they were asked for."""
    totals = record.counts.total()
    intervals = {} if ci is None else {"intervals": {m: list(ends) for m, ends in ci.of(record).items()}}
    repairs = {"repairs": repairs_of(record.notices)} if "fix" in record.provenance else {}
    return {
        "prediction": record.prediction,
        "protocol": record.protocol,
        "signature": record.signature if long else record.short_signature,
        "samples": totals.samples,
        "metrics": record.metrics,
        "counts": totals.counts,
        **intervals,
        **repairs,
        **({"revealing": record.revealing} if record.revealing else {}),
        "warnings": [{"code": n.code, "message": str(n), "count": n.count} for n in record.notices],
    }


def repairs_of(notices: Iterable[Notice]) -> list[dict[str, str]]:
    """Everything that ``--fix`` did: what was done, and place, text before and text after."""
    found = [notice for notice in notices if notice.code == "W_FIXED"]
    return [{"repair": notice.message, "change": one} for notice in found for one in notice.examples]


def to_json(records: Sequence[Record], *, long: bool = False, ci: Uncertainty | None = None) -> str:
    """The ``ocr-eval/score/1`` document."""
    body = {"schema": SCHEMA, "results": [result(record, long=long, ci=ci) for record in records]}
    return json.dumps(body, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def to_jsonl(records: Sequence[Record], *, long: bool = False, ci: Uncertainty | None = None) -> str:
    """One result a line, the schema first."""
    lines = [{"schema": SCHEMA} | result(record, long=long, ci=ci) for record in records]
    return "".join(json.dumps(line, ensure_ascii=False, allow_nan=False) + "\n" for line in lines)


def to_csv(records: Sequence[Record], *, long: bool = False, ci: Uncertainty | None = None) -> str:
    """Long form, one metric a line; RFC 4180 with LF; an empty cell is undefined or absent."""
    lines = ["prediction,protocol,signature,samples,metric,value,lo,hi"]
    for record in records:
        signature = record.signature if long else record.short_signature
        head = ",".join(csv_cell(text) for text in (record.prediction, record.protocol, signature))
        intervals = {} if ci is None else ci.of(record)
        for name, value in record.metrics.items():
            cell = "" if value is None else repr(value)
            ends = ",".join(map(repr, intervals[name])) if name in intervals else ","
            lines.append(f"{head},{record.counts.size},{name},{cell},{ends}")
    return "\n".join(lines) + "\n"


def to_text(records: Sequence[Record], *, long: bool = False, ci: Uncertainty | None = None) -> str:
    """One table per protocol, one line per prediction; then every warning once, then the signatures."""
    names = display_names(records)
    width = max([19, *map(len, names.values())])
    blocks = [_table(group, names, width, ci) for group in grouped(records).values()]
    if long:
        blocks += _revealing(records, names)
    warnings = _warnings(records, names, long)
    if warnings:
        blocks.append("\n".join(["warnings", *(f"  {line}" for line in warnings)]) + "\n")
    label = len(names) > 1
    lines = [
        f"  {names[r.prediction] + ': ' if label else ''}{r.signature if long else r.short_signature}"
        for r in records
    ]
    if ci is not None:
        lines.append(f"  {ci.ci}")
    return "\n".join([*blocks, "\n".join(["signatures" if len(lines) > 1 else "signature", *lines]) + "\n"])


def _revealing(records: Sequence[Record], names: dict[str, str]) -> list[str]:
    """What reveals gaming, one line per prediction; what protocols ignore is told with each."""
    lines = []
    for prediction, name in names.items():
        own = [record for record in records if record.prediction == prediction and record.revealing]
        shared = {key: value for record in own for key, value in record.revealing.items() if key != "ignored"}
        ignored = {record.protocol: record.revealing["ignored"] for record in own}
        told = [f"{'n/a' if value is None else value} {key}" for key, value in shared.items()]
        told += [f"{n} ignored by {terminal(rule)}" for rule, n in ignored.items() if n is not None]
        if told:
            lines.append(f"  {name}: {', '.join(told)}" if len(names) > 1 else f"  {', '.join(told)}")
    return ["\n".join(["counts", *lines]) + "\n"] if lines else []


def _table(group: Sequence[Record], names: dict[str, str], width: int, ci: Uncertainty | None = None) -> str:
    metrics = metric_names(group)
    spelled = group[0].protocol
    custom = " · custom" if "(" in spelled else ""
    lines = [f"{terminal(spelled)}{custom} · {group[0].counts.size} samples"]
    rows = [[_cell(record, name, ci) for name in metrics] for record in group]
    header = list(metrics)
    ranks = {} if ci is None else {r.prediction: rank for r in group if (rank := ci.rank(r)) is not None}
    if len(ranks) > 1:
        header.append("rank")
        rows = [[*cells, rank_set(ranks.get(r.prediction))] for cells, r in zip(rows, group, strict=True)]
    widths = [max(9, len(header[k]), *(len(cells[k]) for cells in rows)) for k in range(len(header))]
    lines.append(
        " " * (width + 2) + "  ".join(f"{name:<{w}}" for name, w in zip(header, widths, strict=True)).rstrip()
    )
    for record, cells in zip(group, rows, strict=True):
        row = "  ".join(f"{cell:<{w}}" for cell, w in zip(cells, widths, strict=True))
        lines.append(f"{names[record.prediction]:<{width}}  {row}".rstrip())
    if len(ranks) > 1 and ci is not None:
        lines.append(
            f"rank: simultaneous 95 % sets by {ci.headlines[spelled]}; about samples of this kind, not training luck"
        )
    return "\n".join(lines) + "\n"


def _cell(record: Record, metric: str, ci: Uncertainty | None) -> str:
    """``82.27 [80.23, 84.19]``, or the number alone where there is no interval."""
    text = number(record.metrics.get(metric))
    ends = None if ci is None else ci.of(record).get(metric)
    return text if ends is None else f"{text} [{number(ends[0])}, {number(ends[1])}]"


def rank_set(rank: tuple[int, int] | None) -> str:
    """``2–6``, or one number."""
    if rank is None:
        return "n/a"
    return str(rank[0]) if rank[0] == rank[1] else f"{rank[0]}–{rank[1]}"


def _warnings(records: Sequence[Record], names: dict[str, str], long: bool) -> list[str]:
    """Each warning of a prediction once, with the protocols it came from unless all have it."""
    found: dict[tuple[str, str], list[str]] = {}
    for record in records:
        for notice in record.notices:
            if long or notice.code not in QUIET_CODES:
                line = f"warning[{notice.code}]: {notice.count} × {notice}"
                found.setdefault((record.prediction, line), []).append(record.protocol)
    protocols = len(grouped(records))
    label = len(names) > 1
    return [
        (f"{names[prediction]}: " if label else "")
        + line
        + (f" [{', '.join(map(terminal, own))}]" if len(own) < protocols else "")
        for (prediction, line), own in found.items()
    ]


def display_names(records: Sequence[Record]) -> dict[str, str]:
    """prediction -> what a table shows: the last part of its path where that is unambiguous, escaped."""
    full = dict.fromkeys(record.prediction for record in records)
    short = {name: name.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1] or name for name in full}
    clash = {text for text in short.values() if list(short.values()).count(text) > 1}
    return {name: terminal(name if short[name] in clash else short[name]) for name in full}
