"""A plan -> the text and the JSON of ``ocr-eval plan``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ocr_eval.agreement.plan import BOUND, Pilot, Row, Wanted
from ocr_eval.report.escape import terminal
from ocr_eval.report.numbers import percent

SCHEMA = "ocr-eval/plan/1"
NO_DIFFERENCE = "the systems of the pilot do not differ"


def to_json(
    pilot: Pilot, rows: Sequence[Row], *, power: float, population: int | None, few: bool = False
) -> str:
    """The ``ocr-eval/plan/1`` document. ``few``: the pilot is too small and was forced."""
    body = {
        "schema": SCHEMA,
        "samples": pilot.images,
        "units": pilot.units,
        "few": few,
        "population": population,
        "power": power,
        "scores": [
            {
                "prediction": row.score.prediction,
                "protocol": row.score.protocol,
                "metric": row.score.metric,
                "value": row.score.value,
                "sd": row.score.sd,
                "reason": row.score.reason,
                "widths": [{"halfwidth": w.width, "samples": w.images, "hours": w.hours} for w in row.widths],
                "detect": _detect(row),
            }
            for row in rows
        ],
    }
    return json.dumps(body, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def _detect(row: Row) -> dict[str, Any] | None:
    if row.detect is None:
        return None
    reason = None if row.detect.images is not None else row.score.reason or NO_DIFFERENCE
    return {
        "difference": row.detect.width,
        "samples": row.detect.images,
        "hours": row.detect.hours,
        "basis": row.basis,
        "reason": reason,
    }


def to_text(
    pilot: Pilot, rows: Sequence[Row], *, power: float, population: int | None, few: bool = False
) -> str:
    """One line per score; half-widths and differences are points of a hundred."""
    lines = [
        f"plan · pilot of {pilot.images} samples"
        + (f" in {pilot.units} groups" * (pilot.units != pilot.images))
    ]
    widths = rows[0].widths if rows else ()
    head = ["", "value", "sd", *(f"±{_points(wanted.width)}" for wanted in widths)]
    seen = next((row.detect for row in rows if row.detect is not None), None)
    if seen is not None:
        head.append(f"see {_points(seen.width)}")
    table = [head]
    for row in rows:
        cells = [_name(row), percent(row.score.value), percent(row.score.sd), *map(_images, row.widths)]
        if row.detect is not None:
            cells.append(_images(row.detect) + ("*" if row.basis == BOUND and row.detect.images else ""))
        table.append(cells)
    size = [max(len(row[k]) for row in table) for k in range(len(head))]
    for cells in table:
        lines.append(
            "  ".join(
                c.ljust(n) if k == 0 else c.rjust(n) for k, (c, n) in enumerate(zip(cells, size, strict=True))
            ).rstrip()
        )
    lines.append("samples for a 95 % interval of this half-width, in points")
    if seen is not None:
        lines.append(f"see: samples to find a paired difference of that size with power {power:g}")
        if any(row.basis == BOUND for row in rows):
            lines.append(
                "* for independent systems; paired ones need fewer, a pilot with two systems says how many"
            )
    if population is not None:
        lines.append(f"out of a population of {population} samples")
    hours = [_hours(row) for row in rows if row.widths and row.widths[0].hours is not None]
    if hours:
        lines += ["hours of all annotators together", *hours]
    for reason in dict.fromkeys(row.score.reason for row in rows if row.score.reason):
        names = ", ".join(_name(row) for row in rows if row.score.reason == reason)
        lines.append(f"n/a for {names}: {reason}")
    if few:
        lines.append(f"forced: the spread of {pilot.units} samples says little")
    return "\n".join(lines) + "\n"


def _name(row: Row) -> str:
    parts = (row.score.protocol, row.score.prediction, row.score.metric)
    return " · ".join(terminal(part) for part in parts if part is not None)


def _points(width: float) -> str:
    return f"{100 * width:.4g}"


def _images(wanted: Wanted) -> str:
    return "n/a" if wanted.images is None else str(wanted.images)


def _hours(row: Row) -> str:
    shown = ", ".join(f"±{_points(w.width)} {w.hours:.1f} h" for w in row.widths if w.hours is not None)
    return f"  {_name(row)}: {shown}"
