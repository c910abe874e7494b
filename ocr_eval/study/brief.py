"""Answers of a study -> a few lines for a terminal, and the tables as CSV files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ocr_eval.errors import escape
from ocr_eval.report.escape import csv_cell

MOVERS = 3


def to_text(body: Mapping[str, Any]) -> str:
    """What was found, in percent; intervals in brackets."""
    names = body["predictions"]
    lines = [
        f"PopEval study · {body['samples']} samples · {len(names)} prediction{'s' if len(names) != 1 else ''}"
    ]
    lines += ["", "1. Right characters in another order, among matched words (IoU > .5)"]
    lines += _table(
        [("", "permuted", "share", "characters out of order", "PopEval − 1-NED of matched")]
        + [
            (
                row["prediction"],
                f"{row['permuted']} of {row['matched']}",
                percent(row["permuted_share"]),
                percent(row["out_of_order_share"]),
                points(row["anagram_gap"]),
            )
            for row in body["order"]
        ]
    )
    lines += ["", "2. Split and merged words"]
    lines += _table(
        [("", "splits", "of predictions", "merged words", "of words")]
        + [
            (
                row["prediction"],
                str(row["split"]),
                percent(row["split_rate"]),
                str(row["merge"]),
                percent(row["merge_rate"]),
            )
            for row in body["structure"]
        ]
    )
    lines += ["", "3. Words or characters in the ground truth"]
    if body["granularity"] is None:
        lines += ["   not asked: add --gt-characters GT, the same images with an instance per character"]
    else:
        lines += _table(
            [("", "words", "characters", "difference")]
            + [
                (
                    row["prediction"],
                    percent(row["words"]),
                    percent(row["characters"]),
                    points(row["difference"]["value"], row["difference"]["interval"]),
                )
                for row in body["granularity"]
            ]
        )
    lines += ["", "4. Ratings of people"]
    lines += _ratings(body["ratings"])
    lines += ["", "PopEval's greedy order against the best of all orders (characters)"]
    lines += _table(
        [("", "removed", "at most", "gap")]
        + [
            (row["prediction"], str(row["removed"]), str(row["optimum"]), str(row["gap"]))
            for row in body["bound"]
        ]
    )
    lines += ["", "Protocols"]
    lines += _table(
        [("", *names)]
        + [
            (f"{row['protocol']} {row['metric']}", *(percent(value) for value in row["values"]))
            for row in body["protocols"]
        ]
    )
    lines += _moves(body["ranks"])
    lines += [f"not counted: {escape(row['protocol'])}: {escape(row['reason'])}" for row in body["left_out"]]
    return "\n".join(lines) + "\n"


def csv_files(body: Mapping[str, Any]) -> dict[str, str]:
    """File name -> CSV: one row per prediction and protocol, per pair of protocols, per metric and rating."""
    scores = [
        (
            row["protocol"],
            row["metric"],
            value["prediction"],
            value["value"],
            *(value["interval"] or ("", "")),
        )
        for row in body["protocols"]
        for value in row["values"]
    ]
    ranks = [
        (row["a"], row["b"], row["tau_b"], *(row["interval"] or ("", "")), row["weighted_tau"])
        for row in body["ranks"]
    ]
    files = {
        "protocols.csv": _csv(("protocol", "metric", "prediction", "value", "lo", "hi"), scores),
        "ranks.csv": _csv(("a", "b", "tau_b", "lo", "hi", "weighted_tau"), ranks),
    }
    if body["ratings"] is not None:
        rows = [
            (
                row["protocol"],
                row["metric"],
                row["items"],
                row["pearson"]["value"],
                *(row["pearson"]["interval"] or ("", "")),
                row["spearman"]["value"],
                *(row["spearman"]["interval"] or ("", "")),
            )
            for row in body["ratings"]["correlations"]
        ]
        head = ("protocol", "metric", "items", "pearson", "pearson_lo", "pearson_hi")
        files["ratings.csv"] = _csv((*head, "spearman", "spearman_lo", "spearman_hi"), rows)
    return files


def percent(figure: Mapping[str, Any]) -> str:
    """``89.94 [88.79, 91.02]``; n/a without a value."""
    if figure["value"] is None:
        return "n/a"
    ends = figure["interval"]
    tail = f" [{100 * ends[0]:.2f}, {100 * ends[1]:.2f}]" if ends else ""
    return f"{100 * figure['value']:.2f}{tail}"


def points(value: float | None, ends: Sequence[float] | None = None) -> str:
    """A difference in points, signed."""
    if value is None:
        return "n/a"
    tail = f" [{100 * ends[0]:+.2f}, {100 * ends[1]:+.2f}]" if ends else ""
    return f"{100 * value:+.2f}{tail}"


def _ratings(found: Mapping[str, Any] | None) -> list[str]:
    if found is None:
        return ["   not asked: add --ratings CSV with the columns sample,rating[,prediction]"]
    ranked = sorted(
        found["correlations"],
        key=lambda row: (-abs(row["pearson"]["value"] or 0), row["protocol"], row["metric"]),
    )
    rows = [("", "Pearson", "Spearman", "items")]
    for row in ranked:
        cells = (_coefficient(row["pearson"]), _coefficient(row["spearman"]), str(row["items"]))
        rows.append((f"{row['protocol']} {row['metric']}", *cells))
    return _table(rows)


def _coefficient(figure: Mapping[str, Any]) -> str:
    if figure["value"] is None:
        return "n/a"
    ends = figure["interval"]
    return f"{figure['value']:.3f}" + (f" [{ends[0]:.3f}, {ends[1]:.3f}]" if ends else "")


def _moves(ranks: Sequence[Mapping[str, Any]]) -> list[str]:
    if not ranks:
        return []
    least = sorted(ranks, key=lambda row: (2.0 if row["tau_b"] is None else row["tau_b"], row["a"], row["b"]))
    rows = [("", "tau-b", "who moves")]
    for row in least[:10]:
        moved = ", ".join(f"{name} {before}→{after}" for name, before, after in row["movers"][:MOVERS])
        tau = _coefficient({"value": row["tau_b"], "interval": row["interval"]})
        rows.append((f"{row['a']} – {row['b']}", tau, moved or "nobody"))
    return ["", "Ranks between protocols, least agreement first", *_table(rows)]


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    cells = [[escape(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return [
        ("   " + "   ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))).rstrip()
        for row in cells
    ]


def _csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [",".join(header)]
    for row in rows:
        lines.append(",".join(csv_cell(cell) if isinstance(cell, str) else _spelled(cell) for cell in row))
    return "\n".join(lines) + "\n"


def _spelled(value: object) -> str:
    return "" if value is None else repr(value)
