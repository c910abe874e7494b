"""Records of ``score`` -> Markdown and LaTeX: one table per protocol, predictions as rows, the signature below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ocr_eval.report.escape import latex, markdown
from ocr_eval.report.score import display_names, grouped, metric_names, number

if TYPE_CHECKING:
    from ocr_eval.record import Record


def to_markdown(records: Sequence[Record], *, long: bool = False) -> str:
    """GitHub Markdown tables; percent with two decimals."""
    blocks = []
    names = display_names(records)
    for spelled, group in grouped(records).items():
        metrics = metric_names(group)
        samples = len(group[0].counts.sample_ids)
        lines = [f"**{markdown(spelled)}** · {samples} samples", ""]
        lines.append("| prediction | " + " | ".join(markdown(name) for name in metrics) + " |")
        lines.append("|---|" + "---:|" * len(metrics))
        for record in group:
            cells = " | ".join(number(record.metrics.get(name)) for name in metrics)
            lines.append(f"| {markdown(names[record.prediction])} | {cells} |")
        lines.append("")
        lines += [f"`{record.signature if long else record.short_signature}`  " for record in group]
        blocks.append("\n".join(lines) + "\n")
    return "\n".join(blocks)


def to_latex(records: Sequence[Record], *, long: bool = False) -> str:
    """Plain ``tabular`` environments that need no package; percent with two decimals."""
    blocks = []
    names = display_names(records)
    for spelled, group in grouped(records).items():
        metrics = metric_names(group)
        samples = len(group[0].counts.sample_ids)
        lines = [
            rf"% {latex(spelled)}, {samples} samples",
            rf"\begin{{tabular}}{{l{'r' * len(metrics)}}}",
            r"\hline",
        ]
        lines.append(" & ".join(["prediction", *(latex(name) for name in metrics)]) + r" \\")
        lines.append(r"\hline")
        for record in group:
            cells = [number(record.metrics.get(name)) for name in metrics]
            lines.append(" & ".join([latex(names[record.prediction]), *cells]) + r" \\")
        lines += [r"\hline", r"\end{tabular}"]
        lines += [f"% {record.signature if long else record.short_signature}" for record in group]
        blocks.append("\n".join(lines) + "\n")
    return "\n".join(blocks)
