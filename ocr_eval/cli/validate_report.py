"""What ``validate`` found -> its report as text, as ``ocr-eval/validate/1``, or as workflow annotations."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ocr_eval.cli.options import Settings
from ocr_eval.errors import CODES, Notice, Problem, escape

if TYPE_CHECKING:
    from ocr_eval.formats.check import Examination


def described(found: Examination) -> str:
    """What a valid submission holds: layout, samples, instances, texts, confidences."""
    table = found.instances
    if table is None:
        return f"{found.total} errors"
    parts = [f"{len(table)} instances in {len(table.sample_ids)} samples", f"layout {table.format}"]
    parts += ["with texts"] if table.codepoints is not None else []
    parts += ["with confidences"] if table.confidence is not None else []
    return "valid: " + ", ".join(parts)


def summary_scope(found: Examination) -> str:
    """``, 1 warning in 2 of 500 entries``."""
    warnings = sum(notice.count for notice in found.notices)
    words = f", {warnings} warning{'s' if warnings != 1 else ''}" if warnings else ""
    faulty = len({problem.entry for problem in found.problems})
    return f"{words} in {faulty} of {found.entries} entries" if found.entries else words


def report(
    name: str,
    found: Examination,
    official: Sequence[Problem],
    kind: str,
    settings: Settings,
    layout: str | None = None,
) -> str:
    """The report in one of its forms; ``layout`` is the one that the user named."""
    if kind == "json":
        from ocr_eval.report.score import repairs_of

        body = {
            "schema": "ocr-eval/validate/1",
            "prediction": name,
            "valid": not found.problems,
            "errors": found.total,
            "entries": found.entries,
            "layout": _recognised(found, layout),
            "problems": [_as_json(problem) for problem in found.problems],
            "warnings": [{"code": n.code, "message": str(n), "count": n.count} for n in found.notices],
            "official": [_as_json(problem) for problem in official],
            "repairs": repairs_of(found.notices),
        }
        return json.dumps(body, ensure_ascii=False, indent=1) + "\n"
    if kind == "github":
        lines = [_annotation("error", problem) for problem in found.problems]
        lines += [_annotation("notice", problem) for problem in official]
        return "".join(f"{line}\n" for line in lines)
    lines = [f"{escape(name)}: {described(found)}"]
    lines += [
        f"  warning[{n.code}]: {n.count} × {n}" for n in found.notices if settings.verbose or _matters(n)
    ]
    shown = official[: settings.max_errors]
    lines += [f"  {problem.place}: {problem.reason}" for problem in shown]
    if len(official) > len(shown):
        lines.append(f"  … and {len(official) - len(shown)} more")
    return "\n".join(lines) + "\n"


def tell_layout(name: str, found: Examination, named: str | None) -> None:
    """Says on stderr what a valid submission was read as, and why."""
    from ocr_eval.cli.output import tell

    if layout := _recognised(found, named):
        tell(f"{escape(name)}: layout {layout['id']}, {escape(layout['because'])}")


def _recognised(found: Examination, named: str | None) -> dict[str, str] | None:
    """The layout of a valid submission and how it was known."""
    from ocr_eval.formats import because

    table = found.instances
    return None if table is None else {"id": table.format, "because": because(table.format, named)}


def _matters(notice: Notice) -> bool:
    return notice.code not in ("W_LAYOUT", "W_ORIENTATION")


def _as_json(problem: Problem) -> dict[str, Any]:
    return {
        "code": problem.code,
        "place": problem.place,
        "entry": problem.entry or None,
        "line": problem.line,
        "col": problem.col,
        "reason": problem.reason,
        "hint": problem.hint or (CODES[problem.code].cure if problem.code in CODES else ""),
    }


def _annotation(level: str, problem: Problem) -> str:
    """One GitHub workflow command; its own marks in foreign text are percent-encoded."""

    def encode(text: str) -> str:
        return escape(text).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")

    where = [f"file={encode(problem.source + ('!' + problem.entry if problem.entry else ''))}"]
    where += [f"line={problem.line}"] if problem.line else []
    where += [f"col={problem.col}"] if problem.col else []
    message = f"{problem.code} {escape(problem.reason)}".replace("%", "%25").replace("\n", "%0A")
    return f"::{level} {','.join(where)}::{message}"
