"""Records of ``score`` -> Markdown and LaTeX: one table per protocol, predictions as rows, the signature below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ocr_eval.report.escape import latex, markdown
from ocr_eval.report.score import display_names, grouped, metric_names, number, rank_set

if TYPE_CHECKING:
    from ocr_eval.record import Record
    from ocr_eval.report.uncertainty import Uncertainty


def to_markdown(records: Sequence[Record], *, long: bool = False, ci: Uncertainty | None = None) -> str:
    """GitHub Markdown tables; percent with two decimals, bold where the rank set is {1}."""
    blocks = []
    names = display_names(records)
    for spelled, group in grouped(records).items():
        metrics = metric_names(group)
        samples = group[0].counts.size
        lines = [f"**{markdown(spelled)}** · {samples} samples", ""]
        header = [*(markdown(name) for name in metrics), *_rank_header(group, ci)]
        lines.append("| prediction | " + " | ".join(header) + " |")
        lines.append("|---|" + "---:|" * len(header))
        for record in group:
            cells = " | ".join(_cells(record, metrics, ci, "**{}**"))
            lines.append(f"| {markdown(names[record.prediction])} | {cells} |")
        lines.append("")
        lines += [f"`{record.signature if long else record.short_signature}`  " for record in group]
        lines += [f"`{ci.ci}`  "] if ci is not None else []
        blocks.append("\n".join(lines) + "\n")
    return "\n".join(blocks)


def to_latex(records: Sequence[Record], *, long: bool = False, ci: Uncertainty | None = None) -> str:
    """Plain ``tabular`` environments that need no package; bold where the rank set is {1}."""
    blocks = []
    names = display_names(records)
    for spelled, group in grouped(records).items():
        metrics = metric_names(group)
        samples = group[0].counts.size
        header = [*(latex(name) for name in metrics), *_rank_header(group, ci)]
        lines = [
            rf"% {latex(spelled)}, {samples} samples",
            rf"\begin{{tabular}}{{l{'r' * len(header)}}}",
            r"\hline",
        ]
        lines.append(" & ".join(["prediction", *header]) + r" \\")
        lines.append(r"\hline")
        for record in group:
            cells = [cell.replace("–", "--") for cell in _cells(record, metrics, ci, r"\textbf{{{}}}")]
            lines.append(" & ".join([latex(names[record.prediction]), *cells]) + r" \\")
        lines += [r"\hline", r"\end{tabular}"]
        lines += [f"% {record.signature if long else record.short_signature}" for record in group]
        lines += [f"% {ci.ci}"] if ci is not None else []
        blocks.append("\n".join(lines) + "\n")
    return "\n".join(blocks)


def _rank_header(group: Sequence[Record], ci: Uncertainty | None) -> list[str]:
    return ["rank"] if ci is not None and sum(ci.rank(record) is not None for record in group) > 1 else []


def _cells(record: Record, metrics: Sequence[str], ci: Uncertainty | None, bold: str) -> list[str]:
    """The numbers of one row with intervals and rank set; ``bold`` wraps the numbers of a certain first place."""
    if ci is None:
        return [number(record.metrics.get(name)) for name in metrics]
    cells = []
    for name in metrics:
        text = number(record.metrics.get(name))
        text = bold.format(text) if ci.is_best(record) and name == ci.headlines.get(record.protocol) else text
        ends = ci.of(record).get(name)
        cells.append(text if ends is None else f"{text} [{number(ends[0])}, {number(ends[1])}]")
    return (
        [*cells, rank_set(ci.rank(record))] if sum(p == record.protocol for _, p in ci.ranks) > 1 else cells
    )
