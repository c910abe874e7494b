"""A protocol's SPEC and formulas -> pieces a page can set: paragraphs, lists, code, fractions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ocr_eval.board.model import MetricView
from ocr_eval.report.escape import tag, together

if TYPE_CHECKING:
    from markupsafe import Markup

Pieces = tuple[tuple[bool, str], ...]  # (is code, text)


def blocks(text: str) -> list[tuple[str, list[Pieces]]]:
    """Paragraphs of a SPEC: ("p", [text]), ("ol" or "ul", items) or ("pre", [text]), in order.

    A line that starts with "1." or "-" starts an item; deeper lines continue it. A line that starts at the margin after
    an item starts a paragraph. Tables and layouts with wide gaps are kept as they are.
    """
    found: list[tuple[str, list[str]]] = []
    for line in text.split("\n"):
        item = re.match(r" {0,3}(\d+\.|[-*]) +(.*)", line)
        indent = len(line) - len(line.lstrip(" "))
        if not line.strip():
            found.append(("", []))
        elif item:
            kind = "ol" if item.group(1)[0].isdigit() else "ul"
            if not found or found[-1][0] != kind:
                found.append((kind, []))
            found[-1][1].append(item.group(2))
        elif (found and found[-1][0] in ("ol", "ul") and indent) or (found and found[-1][0] == "p"):
            found[-1][1][-1] += " " + line.strip()
        else:
            found.append(("p", [line.strip()]))
    return [(kind, [pieces(part) for part in parts]) for kind, parts in found if kind]


def pieces(text: str) -> Pieces:
    """A sentence cut at its ``code``."""
    return tuple((k % 2 == 1, part) for k, part in enumerate(re.split(r"``(.+?)``", text)) if part)


def formula(metric: MetricView) -> Markup | None:
    """``hmean = 2 tp / (n_gt + n_det)`` as MathML; None for a metric that is no function of sums."""
    found = metric.formula
    if found is None:
        return None
    if found["kind"] == "rate":
        return _math(metric.name, _rate(found))
    harmonic = tag("mfrac", {}, _row("2", "P", "R"), _row("P", "+", "R"))
    precision, recall = _math("P", _rate(found["precision"])), _math("R", _rate(found["recall"]))
    return together([_math(metric.name, harmonic), precision, recall], " ")


def empty_value(metric: MetricView) -> float | None:
    """What 0/0 gives over all samples; None when it is undefined (or the metric has no formula)."""
    found: Mapping[str, Any] = metric.formula or {}
    value = found.get("empty") if found.get("kind") == "rate" else None
    return None if value is None else float(value)


def _math(name: str, body: Markup) -> Markup:
    return tag("math", {}, tag("mi", {"mathvariant": "normal"}, name), tag("mo", {}, "="), body)


def _rate(rate: Mapping[str, Any]) -> Markup:
    return tag("mfrac", {}, _sum(rate["over"]), _sum(rate["under"]))


def _sum(terms: Sequence[Sequence[Any]]) -> Markup:
    words: list[str] = []
    for k, (name, weight) in enumerate(terms):
        if k or weight < 0:
            words.append("−" if weight < 0 else "+")
        if abs(weight) != 1:
            words += [str(abs(weight)), "·"]
        words.append(str(name))
    return _row(*words)


def _row(*words: str) -> Markup:
    def mark(word: str) -> Markup:
        if word in "+−·":
            return tag("mo", {}, word)
        return tag("mn", {}, word) if word.isdigit() else tag("mi", {"mathvariant": "normal"}, word)

    return tag("mrow", {}, *(mark(word) for word in words))
