"""``Agreement`` or ``Rounds`` -> a few lines for a terminal: headline, structure, first cases, ceiling, warnings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ocr_eval.agreement.result import Agreement
from ocr_eval.agreement.rounds import Rounds
from ocr_eval.agreement.units import KINDS
from ocr_eval.errors import escape

HEADLINES = {
    "f1": "F1",
    "end_to_end_f1": "end-to-end F1",
    "end_to_end_f1_folded": "… case folded",
    "wem": "equal texts of pairs",
    "one_minus_ned": "1-NED of pairs",
}
CASES = 8
NAMED = ("hmean", "wem", "precision")  # the metric of a ceiling that is shown


def to_text(found: Agreement) -> str:
    """What was found, in percent; intervals in brackets."""
    images, unshared = len(found.annotations.images), len(found.annotations.unshared)
    people = ", ".join(escape(found.label(one.id)) for one in found.annotations.annotators)
    lines = [f"{len(found.annotations)} annotators ({people}) · {images} images" + _more(unshared)]
    lines += _table(
        [
            (label, _figure(found.metric(name).to_json()))
            for name, label in HEADLINES.items()
            if _has(found, name)
        ]
    )
    lines += ["", f"Units, IoU > {found.threshold:g}"]
    rows: list[tuple[str, ...]] = [("", *KINDS)]
    for pair in found.pairs:
        counts = pair.structure.counts()
        label = f"{found.label(pair.a.id)} – {found.label(pair.b.id)}"
        rows.append((escape(label), *(str(counts[kind]["units"]) for kind in KINDS)))
    lines += _table(rows)
    if found.cases:
        lines += ["", "Guideline cases: points of agreement that one rule would bring back"]
        lines += _table(
            [
                (
                    f"{escape(found.case_name(case))}",
                    "n/a" if case.leverage is None else f"{case.leverage:+.2f}",
                    f"{case.units} units in {case.images} images",
                )
                for case in found.cases[:CASES]
            ]
        )
    lines += _ceilings(found)
    lines += [f"warning[{n.code}]: {n.count} × {escape(n.message)}" for n in found.notices]
    return "\n".join(lines) + "\n"


def rounds_to_text(found: Rounds) -> str:
    """Scores and cases before and after."""
    lines = [f"Two rounds on {len(found.before.annotations.images)} images"]
    scores = found.scores()
    lines += _table(
        [
            ("", "before", "after", "difference"),
            *(
                (
                    label,
                    *(_figure(scores[name][part].to_json()) for part in ("before", "after", "difference")),
                )
                for name, label in HEADLINES.items()
                if name in scores
            ),
        ]
    )
    lines += ["", "Guideline cases: leverage in points"]
    said = {True: "resolved", False: "", None: "no interval"}
    lines += _table(
        [
            ("", "before", "after", ""),
            *(
                (escape(row["case"]), _points(row["before"]), _points(row["after"]), said[row["resolved"]])
                for row in found.cases()[:CASES]
            ),
        ]
    )
    return "\n".join(lines) + "\n"


def _ceilings(found: Agreement) -> list[str]:
    rows = []
    for one in found.ceilings:
        name = next((name for name in NAMED if name in one.mean), None)
        if name is None:
            reason = next((d.reason for d in one.directions if d.reason), "no value")
            rows.append((one.protocol, f"n/a ({reason})"))
        else:
            rows.append((one.protocol, f"{_figure(one.mean[name].to_json())} {name}"))
    return ["", "Ceiling: an annotator scored as a submission", *_table(rows)] if rows else []


def _has(found: Agreement, name: str) -> bool:
    return name in found.figures.formulas


def _more(unshared: int) -> str:
    return f" ({unshared} more are not annotated by all)" if unshared else ""


def _figure(row: Mapping[str, Any]) -> str:
    if row["value"] is None:
        return f"n/a ({row['reason']})"
    shown = f"{100 * row['value']:.2f}"
    if row["interval"] is not None:
        low, high = row["interval"]
        shown += f" [{100 * low:.2f}, {100 * high:.2f}]"
    return shown


def _points(row: Mapping[str, Any]) -> str:
    return "n/a" if row["value"] is None else f"{row['value']:+.2f}"


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Columns side by side, two blanks apart."""
    if not rows:
        return []
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    return [
        "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
