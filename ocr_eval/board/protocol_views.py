"""A protocol string -> what its page says: the SPEC cut into sections, parameters, columns, metrics."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from ocr_eval.board.model import MetricView, ProtocolView, page_name

if TYPE_CHECKING:
    from ocr_eval.protocols import EvaluationProtocol


def metric_views(rule: EvaluationProtocol, names: tuple[str, ...] | None = None) -> tuple[MetricView, ...]:
    """The protocol's metrics as columns of a table; ``names``: only these."""
    formulas = rule.formulas
    return tuple(
        MetricView(name, higher, formulas[name].to_json() if name in formulas else None)
        for name, higher in rule.METRICS.items()
        if names is None or name in names
    )


def protocol_view(text: str) -> ProtocolView:
    """Raises InputError (E_PROTOCOL, E_CONFIG) when no protocol has this string."""
    from ocr_eval.board.gaming import gaming_view
    from ocr_eval.protocols import protocol
    from ocr_eval.protocols.parameters import declared, spell_value
    from ocr_eval.record import protocol_digest

    rule = protocol(text)
    return ProtocolView(
        slug=page_name(text),
        protocol=repr(rule),
        id=rule.ID,
        digest=protocol_digest(rule)[:8],
        task=rule.TASK,
        source=rule.SOURCE,
        spec=sections(
            re.sub(r"[;,(] *long because.*", "", sys.modules[type(rule).__module__].__doc__ or "", count=1)
        ),
        parameters=tuple(
            (
                name,
                spell_value(getattr(rule, name)),
                spell_value(default),
                f"{accepted.help} ({accepted.accepts})",
            )
            for name, (accepted, default) in declared(rule).items()
        ),
        columns=(*rule.COLUMNS, *(f"sum:{name}" for name in rule.SUMS)),
        metrics=metric_views(rule),
        gaming=gaming_view(rule),
    )


def sections(text: str) -> tuple[tuple[str, str], ...]:
    """A SPEC -> (heading, text) in order; the opening lines have no heading. Indentation below a heading is kept.

    A heading is a line that begins at the margin and is followed by an indented one.
    """
    lines = text.strip().splitlines()
    found: list[tuple[str, list[str]]] = [("", [])]
    for number, line in enumerate(lines):
        follows = lines[number + 1] if number + 1 < len(lines) else ""
        if number and line and not line.startswith(" ") and follows.startswith(" "):
            found.append((line.strip(), []))
        else:
            found[-1][1].append(line.removeprefix("    ").rstrip())
    return tuple((heading, "\n".join(body).strip("\n")) for heading, body in found)
