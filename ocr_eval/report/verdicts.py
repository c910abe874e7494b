"""``Verdicts`` of a whole set -> text and ``ocr-eval/explain-all/1``: reasons, dearest samples, confusions."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ocr_eval.errors import quote
from ocr_eval.report.escape import terminal
from ocr_eval.report.score import number

if TYPE_CHECKING:
    from ocr_eval.protocols import EvaluationProtocol
    from ocr_eval.stats.verdicts import Confusion, Cost, Texts, Verdicts
    from ocr_eval.tables.counts import Counts

SCHEMA = "ocr-eval/explain-all/1"
TITLES = {"gt": "ground truth", "pred": "predictions"}


def to_json(
    found: Verdicts, counts: Counts, rule: EvaluationProtocol, *, top: int, command: Callable[[str], str]
) -> str:
    """The document; ``command(sample)`` is the command line that explains one sample."""
    from ocr_eval.protocols.formulas import headline

    costs = found.costs(counts, rule)
    body = {
        "schema": SCHEMA,
        "protocol": repr(rule),
        "samples": len(counts.sample_ids),
        "metrics": dict(rule.derive(counts.total())),
        "headline": headline(rule),
        "reasons": [
            {
                **{
                    name: getattr(row, name)
                    for name in ("side", "status", "keys", "text", "count", "samples")
                },
                "example": {"sample": row.example[0], "index": row.example[1]},
            }
            for row in found.reasons()
        ],
        "with_errors": len(costs),
        "costs": [row._asdict() | {"command": command(row.sample)} for row in costs[:top]],
        "texts": _texts(found.texts, top) if found.texts is not None else None,
    }
    return json.dumps(body, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def _texts(texts: Texts, top: int) -> dict[str, Any]:
    def rows(confusions: list[Confusion]) -> list[dict[str, Any]]:
        return [dict(zip(("gt", "pred", "count", "samples"), row, strict=True)) for row in confusions]

    kinds = {"scripts": texts.characters.scripts, "blocks": texts.characters.blocks}
    return {
        "pairs": texts.pairs,
        "differing": texts.differing,
        "case_only": texts.case_only,
        "shared": texts.shared,
        "as_written": texts.as_written,
        "unit": texts.unit,
        "characters": rows(texts.confused(texts.characters, top)),
        "words": rows(texts.confused(texts.words, top)),
        **{
            name: [{"name": key, **kind._asdict(), "accuracy": kind.accuracy} for key, kind in table.items()]
            for name, table in kinds.items()
        },
    }


def to_text(
    found: Verdicts, counts: Counts, rule: EvaluationProtocol, *, top: int, command: Callable[[str], str]
) -> str:
    """What a person reads: the scores, the reasons of each side, the dearest samples, what was read as what."""
    from ocr_eval.protocols.formulas import headline

    metric = headline(rule)
    lines = [f"{terminal(repr(rule))} · {len(counts.sample_ids)} samples"]
    lines += ["  " + "  ".join(f"{k} {number(v)}" for k, v in rule.derive(counts.total()).items())]
    reasons = found.reasons()
    for side, title in TITLES.items():
        own = [row for row in reasons if row.side == side]
        lines += ["", f"{title}: {sum(row.count for row in own)}"]
        width = max([len(row.status) for row in own], default=0)
        lines += [
            f"  {row.count:>7}  {row.status:<{width}}  {terminal(row.text)}  "
            f"(in {_times(row.samples, 'sample')}, first {terminal(row.example[0])} number {row.example[1]})"
            for row in own[:top]
        ]
        lines += _rest(len(own) - top, "reason")
    costs = found.costs(counts, rule)
    told = f"what {metric} loses by them" if metric else "by their errors"
    lines += ["", f"samples with errors: {len(costs)}; {told}"]
    for cost in costs[:top]:
        lines += [f"  {_cost(cost, metric)}", f"      {terminal(command(cost.sample))}"]
    lines += _rest(len(costs) - top, "sample")
    if found.texts is not None:
        lines += _confusions(found.texts, top)
    return "\n".join(lines) + "\n"


def _cost(cost: Cost, metric: str | None) -> str:
    gone = "" if cost.cost is None else f"{100 * cost.cost:+.3f}  "
    own = f"{metric} {number(cost.value)}, " if metric else ""
    errors = f"{cost.missed} missed, {cost.false} false, {cost.misread} misread"
    return f"{gone}{terminal(cost.sample)}  {own}{errors}"


def _confusions(texts: Texts, top: int) -> list[str]:
    lines = ["", f"texts: {texts.differing} of {_times(texts.pairs, 'pair')} differ"]
    if texts.case_only:
        lines[-1] += f", {texts.case_only} of them in case alone"
    if texts.shared:
        lines += [f"  left out: {_times(texts.shared, 'pair')} of instances with several partners"]
    if texts.as_written:
        lines += [
            "  texts as the files have them, differences of case left out: the protocol tells no others"
        ]
    for title, table in (("characters", texts.characters), ("words", texts.words)):
        rows = texts.confused(table, top)
        if rows:
            lines += ["", f"{title} confused most"]
            lines += [f"  {times:>7}  {_pair(old, new)}  {_where(where)}" for old, new, times, where in rows]
    for title, kinds in (("script", texts.characters.scripts), ("block", texts.characters.blocks)):
        if kinds:
            lines += ["", f"characters per {title}"]
            lines += _kinds(kinds, top)
    return lines


def _kinds(kinds: Mapping[str, Any], top: int) -> list[str]:
    width = max(map(len, [*kinds][:top]))
    rows = [
        f"  {name:<{width}}  {number(kind.accuracy):>6}  {kind.hits} of "
        f"{kind.hits + kind.substitutions + kind.deletions} read, {kind.insertions} inserted"
        for name, kind in [*kinds.items()][:top]
    ]
    return rows + _rest(len(kinds) - top, "more of them", "more of them")


def _pair(old: str, new: str) -> str:
    if not old:
        return f"{quote(new)} inserted"
    return f"{quote(old)} read as {quote(new)}" if new else f"{quote(old)} not read"


def _where(samples: tuple[str, ...]) -> str:
    return f"({', '.join(map(terminal, samples))})" if any(samples) else ""


def _times(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _rest(count: int, what: str, plural: str = "") -> list[str]:
    return [f"  … and {count} {what if count == 1 else plural or what + 's'} more"] if count > 0 else []
