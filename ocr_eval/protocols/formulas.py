"""A metric as a function of column sums, as data: what replicates, slices and the browser evaluate like ``derive``.

A formula reads *terms*: a count column (``tp``), a real-valued sum (``sum:similarity``), or ``samples`` (the number of
samples, unless a column has that name). Evaluated on exact sums, with one division per ratio, it gives the same bits in
numpy and in JavaScript.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ocr_eval.protocols import EvaluationProtocol
    from ocr_eval.tables.counts import Totals

Terms = tuple[tuple[str, int], ...]  # (term, integer weight)
_TERM = re.compile(r"([+-]?)(?:(\d+)\*)?((?:sum:)?[a-z][a-z0-9_]*)")


@dataclass(frozen=True, slots=True)
class Rate:
    """``over / under``. ``empty`` is the value of 0/0 over all samples, ``alone`` on one sample (None: undefined).

    x/0 with x other than 0 is undefined. With ``floor`` an ``over`` below 0 counts as 0 (penalties that outweigh).
    """

    over: Terms
    under: Terms
    empty: float | None = None
    alone: float | None = None
    floor: bool = False

    def to_json(self) -> dict[str, Any]:
        """What the browser evaluates."""
        terms = {"over": [list(t) for t in self.over], "under": [list(t) for t in self.under]}
        floor = {"floor": True} if self.floor else {}
        return {"kind": "rate", **terms, "empty": self.empty, "alone": self.alone, **floor}


@dataclass(frozen=True, slots=True)
class Harmonic:
    """``(2.0 * P * R) / (P + R)`` in this order; 0 when P + R is 0, undefined when either is.

    Only where the two numerators differ; with a common numerator the one-division form ``rate("2*tp", "n_gt + n_det")``
    is exact.
    """

    precision: Rate
    recall: Rate

    def to_json(self) -> dict[str, Any]:
        """What the browser evaluates."""
        return {"kind": "harmonic", "precision": self.precision.to_json(), "recall": self.recall.to_json()}


Formula = Rate | Harmonic


def rate(
    over: str, under: str, empty: float | None = None, alone: float | None = None, *, floor: bool = False
) -> Rate:
    """``rate("2*tp", "n_gt + n_det - match")``. Raises ValueError for anything but sums of weighted terms."""
    return Rate(terms(over), terms(under), empty, alone, floor)


def terms(text: str) -> Terms:
    """``"n_gt + n_det - match"`` -> (("n_gt", 1), ("n_det", 1), ("match", -1))."""
    compact = text.replace(" ", "")
    found = list(_TERM.finditer(compact))
    if not found or "".join(m.group() for m in found) != compact or any(not m.group(1) for m in found[1:]):
        raise ValueError(f"not a sum of terms: {text!r}")
    return tuple((m.group(3), int(m.group(2) or 1) * (-1 if m.group(1) == "-" else 1)) for m in found)


def names(formula: Formula) -> tuple[str, ...]:
    """The terms a formula reads, each once, in order."""
    rates = (formula,) if isinstance(formula, Rate) else (formula.precision, formula.recall)
    return tuple(dict.fromkeys(name for r in rates for name, _ in (*r.over, *r.under)))


def evaluate(formula: Formula, totals: Totals) -> float | None:
    """The metric of column sums; None where it is undefined."""
    if isinstance(formula, Harmonic):
        p, r = evaluate(formula.precision, totals), evaluate(formula.recall, totals)
        return None if p is None or r is None else 2.0 * p * r / (p + r) if p + r else 0.0
    over, under = (
        sum(weight * _term(totals, name) for name, weight in side) for side in (formula.over, formula.under)
    )
    over = max(over, 0) if formula.floor else over
    return over / under if under else None if over else formula.empty


def _term(totals: Totals, name: str) -> float:
    if name.startswith("sum:"):
        return totals.sums[name[4:]]
    return totals.counts[name] if name in totals.counts or name != "samples" else totals.samples


def headline(rule: EvaluationProtocol) -> str | None:
    """The metric that ranks: what the protocol calls ``HEADLINE``, hmean, else its first with a better direction.

    None where no metric is a function of sums (AP).
    """
    ranked = [name for name in rule.formulas if rule.METRICS[name] is not None]
    wanted = getattr(rule, "HEADLINE", "hmean")
    return wanted if wanted in ranked else ranked[0] if ranked else None
