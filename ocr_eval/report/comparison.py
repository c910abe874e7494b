"""A ``Comparison`` -> text and JSON: systems with intervals and rank sets, pairs with p, samples that separate."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ocr_eval.report.escape import terminal
from ocr_eval.report.score import number, rank_set

if TYPE_CHECKING:
    from ocr_eval.stats.comparison import Comparison, Pair

SCHEMA = "ocr-eval/compare/1"
# (a, b) -> the samples that speak most for a and for b, and how much the difference would lose without each
Separating = Mapping[tuple[str, str], tuple[Sequence[tuple[str, float]], Sequence[tuple[str, float]]]]
INVALID = "p_sacrebleu is not a valid p-value (10.6 % at nominal 5 %): it is here to reproduce papers only"


def to_json(
    found: Comparison,
    *,
    separating: Separating | None = None,
    sacrebleu: Mapping[tuple[str, str], float] | None = None,
    mismatch: Sequence[str] = (),
) -> str:
    """The ``ocr-eval/compare/1`` document; the optional parts only where they were asked for."""
    body: dict[str, Any] = {
        "schema": SCHEMA,
        "protocol": found.protocol,
        "metric": found.metric,
        "seed": found.seed,
        "samples": found.samples,
        "systems": [
            {"prediction": s.name, "value": s.value, "interval": _list(s.interval), "rank": _list(s.rank)}
            for s in found.systems
        ],
        "pairs": [_pair(pair, separating, sacrebleu) for pair in found.pairs],
        "mdd": found.mdd,
    }
    if mismatch:
        body["mismatch"] = list(mismatch)
    return json.dumps(body, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def _pair(
    pair: Pair, separating: Separating | None, sacrebleu: Mapping[tuple[str, str], float] | None
) -> Any:
    body: dict[str, Any] = {
        "a": pair.a,
        "b": pair.b,
        "difference": pair.difference,
        "interval": _list(pair.interval),
        "p": pair.p,
        "p_holm": pair.p_holm,
        "wins": pair.wins,
        "losses": pair.losses,
        "ties": pair.ties,
        "differing": pair.differing,
    }
    if sacrebleu is not None:
        body["p_sacrebleu"] = {"value": sacrebleu.get((pair.a, pair.b)), "note": INVALID}
    if separating is not None:
        for side, samples in zip(("for_a", "for_b"), separating[pair.a, pair.b], strict=True):
            body[side] = [{"sample": sample, "contribution": value} for sample, value in samples]
    return body


def _list(ends: tuple[Any, Any] | None) -> list[Any] | None:
    return None if ends is None else list(ends)


def to_text(
    found: Comparison,
    *,
    separating: Separating,
    sacrebleu: Mapping[tuple[str, str], float] | None = None,
    mismatch: Sequence[str] = (),
) -> str:
    """Systems in order of their score, then every pair, then the samples behind it."""
    mark = " *" if mismatch else ""
    lines = [f"{terminal(found.protocol)} · {found.metric} · {found.samples} samples"]
    sign = 1 if not found.higher_is_better else -1
    systems = sorted(found.systems, key=lambda s: (s.value is None, sign * (s.value or 0.0), s.name))
    rows = [
        [terminal(s.name), _interval(s.value, s.interval) + mark, rank_set(s.rank) if s.rank else "n/a"]
        for s in systems
    ]
    lines += _columns([["", found.metric, "rank"], *rows])
    if found.mdd is not None:
        points = f"{100 * found.mdd:.1f}"
        lines.append(f"differences below {points} points cannot be resolved by this data set")
    lines.append("rank: simultaneous 95 % sets; about samples of this kind, not about training luck")
    if len(found.systems) > 2:
        groups = "; ".join(" = ".join(map(terminal, group)) for group in found.tie_groups if len(group) > 1)
        more = "" if found.tie_groups_complete else "; …"
        lines.append(f"not separable: {groups + more if groups else 'no two of them'}")
    several = len(found.pairs) > 1
    head = ["a – b", "difference", "p", *(["p (Holm)"] if several else []), "wins/losses/ties", "differing"]
    head += ["p_sacrebleu"] if sacrebleu is not None else []
    rows = []
    for pair in found.pairs:
        row = [_names(pair), _interval(pair.difference, pair.interval) + mark, _p(pair.p) + mark]
        row += [_p(pair.p_holm) + mark] if several else []
        row += [f"{pair.wins}/{pair.losses}/{pair.ties}", str(pair.differing)]
        row += [_p(sacrebleu.get((pair.a, pair.b)))] if sacrebleu is not None else []
        rows.append(row)
    lines += ["", *_columns([head, *rows])]
    if sacrebleu is not None:
        lines.append(INVALID)
    for pair in found.pairs:
        for_a, for_b = separating[pair.a, pair.b]
        if for_a or for_b:
            lines += [
                "",
                f"what separates {_names(pair)}: points that the difference would lose without the sample",
            ]
            lines += [_samples(pair.a, for_a), _samples(pair.b, for_b)]
    if found.notices:
        lines += ["", "warnings", *(f"  warning[{n.code}]: {n.count} × {n}" for n in found.notices)]
    if mismatch:
        lines += ["", "* results that do not belong together:", *(f"  {reason}" for reason in mismatch)]
    return "\n".join([*lines, "", "signature", f"  {found.ci}"]) + "\n"


def _names(pair: Pair) -> str:
    return f"{terminal(pair.a)} – {terminal(pair.b)}"


def _interval(value: float | None, ends: tuple[float, float] | None) -> str:
    return number(value) if ends is None else f"{number(value)} [{number(ends[0])}, {number(ends[1])}]"


def _p(p: float | None) -> str:
    return "n/a" if p is None else f"{p:.4f}"


def _samples(name: str, samples: Sequence[tuple[str, float]]) -> str:
    listed = ", ".join(f"{terminal(sample)} {100 * value:.3f}" for sample, value in samples)
    return f"  for {terminal(name)}: {listed or 'none'}"


def _columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows set in columns, left-aligned."""
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    return ["  ".join(f"{cell:<{w}}" for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows]
