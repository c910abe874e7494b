"""Results of a bench -> the text and the JSON of ``ocr-eval bench``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ocr_eval.bench import machine
from ocr_eval.bench.run import Result

SCHEMA = "ocr-eval/bench/1"
TITLES = {
    "naive": "against loops that anybody would write first",
    "official": "against twins that do what official scripts do (not those scripts; shapely for Polygon3)",
    "numpy": "kernels against our own path without them",
}


def to_json(results: Sequence[Result], version: str, *, quick: bool) -> str:
    """The ``ocr-eval/bench/1`` document. Ratios and seconds differ from run to run."""
    body: dict[str, Any] = {
        "schema": SCHEMA,
        "version": version,
        "quick": quick,
        "processor": machine.processor(),
        "cores": machine.cores(),
        "versions": machine.versions(),
        "results": [_row(result) for result in results],
    }
    return json.dumps(body, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def _row(result: Result) -> dict[str, Any]:
    seconds = result.seconds or (None, None)
    return {
        "work": result.work.name,
        "engine": result.work.engine,
        "against": result.work.against,
        "rival": result.work.rival,
        "inside": result.work.inside,
        "rounds": result.rounds,
        "ratio": _short(result.median),
        "lowest": _short(result.lowest),
        "highest": _short(result.highest),
        "seconds": _short(seconds[0]),
        "rival_seconds": _short(seconds[1]),
        "equal": result.equal is not False,
        "difference": float(result.equal)
        if not isinstance(result.equal, bool)
        else 0.0
        if result.equal
        else None,
        "reason": result.reason,
        "load": round(result.load, 2),
    }


def to_text(results: Sequence[Result], version: str) -> str:
    """One table per kind of rival, then the machine and how the numbers came about."""
    lines: list[str] = []
    for against, title in TITLES.items():
        own = [result for result in results if result.work.against == against]
        if own:
            lines += [title, *_table(own), ""]
    loads = [result.load for result in results] or [0.0]
    told = ", ".join(f"{name} {number}" for name, number in machine.versions().items())
    measured = [result for result in results if result.median is not None]
    lines += [
        f"{machine.processor()}, {machine.cores()} cores, load {min(loads):.2f} to {max(loads):.2f}",
        f"ocr-eval {version}, {told}",
        f"ratio: time of the rival / our time, processor time, median of {_rounds(measured)} alternating rounds;",
        "answers were compared before. On other data ratios are others.",
    ]
    return "\n".join(lines) + "\n"


def _rounds(measured: Sequence[Result]) -> int:
    return min((result.rounds for result in measured), default=0)


def _table(results: Sequence[Result]) -> list[str]:
    rows = [["work", "engine", "rival", "ratio", "lowest", "highest", "ours ms"]]
    for result in results:
        if result.median is None or result.seconds is None:
            shown = ["differs", "", "", ""]
        else:
            numbers = (result.median, result.lowest, result.highest, 1000 * result.seconds[0])
            shown = [f"{_short(number):g}" for number in numbers]
        rows.append([result.work.name, result.work.engine, result.work.rival, *shown])
    size = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    return [
        "  "
        + "  ".join(
            cell.ljust(n) if k < 3 else cell.rjust(n)
            for k, (cell, n) in enumerate(zip(row, size, strict=True))
        ).rstrip()
        for row in rows
    ] + [
        f"  {result.work.name}, {result.work.engine}: {result.reason}" for result in results if result.reason
    ]


def _short(value: float | None) -> float | None:
    """Three digits: the spread of rounds leaves no more."""
    return None if value is None else float(f"{value:.3g}")
