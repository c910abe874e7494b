"""The numbers of an audit (``ocr-eval/audit/1``) -> what the command prints, with what each number is not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ocr_eval.errors import escape
from ocr_eval.report.numbers import bounds, percent

_SHOWN = 10


def to_text(body: dict[str, Any], files: Sequence[str], folder: str) -> str:
    """Counts, checkers, the first suspects, estimates, files."""
    gt = body["gt"]
    lines = [
        f"audit · {gt['samples']} samples · {gt['care']} labels · {gt['items']} read by a checker · "
        f"{body['contradicted']} contradicted",
        "",
        *_checkers(body["checkers"]),
        "",
        *_suspects(body),
        *_rings(body),
        *_estimates(body),
        "",
        *(f"{folder.rstrip('/')}/{name}" for name in files),
    ]
    return "\n".join(lines) + "\n"


def _checkers(rows: Sequence[dict[str, Any]]) -> list[str]:
    lines = ["checkers (Cn names their columns):"]
    width = max(len(escape(row["name"])) for row in rows)
    for row in rows:
        share = percent(row["agrees"] / row["read"]) if row["read"] else "n/a"
        confidence = "with confidences" if row["confidence"] else "no confidence"
        lines.append(
            f"  {row['id']:<3} {escape(row['name']):<{width}}  read {row['read']}, {share} as labelled, {confidence}"
        )
    for row in rows:
        told = row["contradicted"]
        if told["n"] >= _SHOWN and 2 * told["agrees"] > told["n"]:
            lines.append(
                f"  {row['id']} repeats {told['agrees']} of {told['n']} labels that most others contradict: "
                "was it trained on these labels, or do the others share an error?"
            )
    return lines


def _suspects(body: dict[str, Any]) -> list[str]:
    rows = [row for row in body["suspects"] if row["kind"] == "text"][:_SHOWN]
    if not rows:
        return ["no label is contradicted"]
    lines = ["most suspect texts (nothing is corrected without a decision):"]
    for row in rows:
        suggestion = "no suggestion" if row["suggestion"] is None else f"perhaps {_cut(row['suggestion'])}"
        lines.append(f"  {row['rank']:>3}  {escape(row['item'])}  {_cut(row['label'])}  {suggestion}")
    return lines


def _rings(body: dict[str, Any]) -> list[str]:
    counts = {kind: n for kind, n in body["rings"].items() if n}
    if not counts:
        return []
    lines = ["", "rings: " + ", ".join(f"{n} {kind}" for kind, n in counts.items())]
    if len(body["checkers"]) < 3 and "overlooked" in counts:
        lines.append(
            "  few checkers: of the overlooked texts that one real detector named, 29 in 100 were real; "
            "three or more checkers are needed for a useful list"
        )
    return lines


def _estimates(body: dict[str, Any]) -> list[str]:
    model, reviewed = body["model_estimate"], body["reviewed_estimate"]
    lines = [
        "",
        f"wrong labels, model estimate: {percent(model['rate'])} % (not reviewed)"
        if model["rate"] is not None
        else "wrong labels, model estimate: n/a (no label was read by a checker)",
    ]
    if reviewed is None:
        lines.append("wrong labels, reviewed estimate: n/a (no drawn item is decided; use --estimate)")
    elif reviewed["rate"] is None:
        lines.append(f"wrong labels, reviewed estimate: n/a ({reviewed['reason']})")
    else:
        interval = bounds(*reviewed["interval"]) if reviewed["interval"] else f"({reviewed['reason']})"
        lines.append(
            f"wrong labels, reviewed estimate: {percent(reviewed['rate'])} % {interval}, n = {reviewed['reviewed']}"
        )
    if body["calibration"] is None:
        lines.append(
            "no probabilities: they take 100 decisions, 20 of each verdict; posterior_raw is no probability"
        )
    decided = body["decisions"]
    if decided:
        words = ", ".join(f"{decided[word]} {word}" for word in ("accept", "reject", "edit", "unsure"))
        lines.append(f"decisions: {words}; {len(decided['misfits'])} do not fit; {decided['open']} open")
    return lines


def _cut(text: str) -> str:
    shown = escape(text)
    return "'" + (shown if len(shown) <= 40 else shown[:40] + "…") + "'"
