"""An audit's rows -> the CSV files that people sort, filter and fill in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ocr_eval.audit.decisions import signature_of, template
from ocr_eval.audit.result import Audit, Suspect
from ocr_eval.audit.selection import Chosen
from ocr_eval.record import format_signature
from ocr_eval.report.escape import csv_cell

SUSPECTS = (
    "rank",
    "image",
    "instance",
    "kind",
    "label",
    "suggestion",
    "score",
    "posterior_raw",
    "probability",
    "vote",
    "best_single",
    "pico",
)


def suspects_csv(rows: Sequence[Suspect], checkers: int) -> str:
    """One line per suspect; checkers are C1, C2, … in canonical order, so that names change nothing.

    ``instance`` is the position in the sample from 0, empty for an overlooked text. ``ring`` is the label's, or where
    a label is missing.
    """
    own = [f"C{k}_{what}" for k in range(1, checkers + 1) for what in ("text", "confidence")]
    lines = [",".join([*SUSPECTS, *own, "ring"])]
    for row in rows:
        cells = [
            str(row.rank),
            csv_cell(row.sample),
            "" if row.instance is None else str(row.instance),
            row.kind,
            csv_cell(row.label or ""),
            csv_cell(row.suggestion or ""),
            *map(
                _number, (row.score, row.posterior_raw, row.probability, row.vote, row.best_single, row.pico)
            ),
        ]
        for text, confidence in zip(row.texts, row.confidences, strict=True):
            cells += [csv_cell(text or ""), _number(confidence)]
        cells.append(csv_cell(",".join(map(_coordinate, row.ring))))
        lines.append(",".join(cells))
    return "\n".join(lines) + "\n"


def decisions_csv(audit: Audit, rows: Iterable[Suspect], sample: int = 0) -> str:
    """The template: with ``sample`` first that many items drawn at random, for the estimate; then the suspects."""
    lines: list[tuple[str, str, str | None, str]] = []
    taken: set[str] = set()
    for drawn in audit.draw(sample) if sample else ():
        row = audit.text_suspect(drawn.item, 0)
        instance = int(audit.items.index[drawn.item])
        signature = signature_of(audit.gt, instance, sampled=drawn.fields())
        lines.append((row.item, row.label or "", row.suggestion, signature))
        taken.add(row.item)
    for row in rows:
        if row.item not in taken:
            lines.append((row.item, row.label or "", row.suggestion, _signature(audit, row)))
            taken.add(row.item)
    return template(lines)


def chosen_csv(rows: Sequence[Chosen]) -> str:
    """The images of ``--select``."""
    lines = ["rank,image,value,items,slice"]
    for rank, row in enumerate(rows, 1):
        lines.append(
            f"{rank},{csv_cell(row.sample)},{_number(row.value)},{row.items},{csv_cell(row.slice or '')}"
        )
    return "\n".join(lines) + "\n"


def _signature(audit: Audit, row: Suspect) -> str:
    if row.instance is None:
        return format_signature({"kind": row.kind})
    return signature_of(audit.gt, audit.first_of[row.sample] + row.instance, row.kind)


def _number(value: float | None) -> str:
    """Six decimals, without zeros at the end; empty for none. The last bits of logarithms are the machine's."""
    if value is None:
        return ""
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _coordinate(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)
