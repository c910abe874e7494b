"""``ocr-eval audit apply``: a gt and decisions -> a new gt, what was changed by whom, scores before and after."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ocr_eval.cli.audit import repeated
from ocr_eval.cli.options import FORMATS_HELP, POLICIES, POLICY_HELP, Example, Settings, common, option
from ocr_eval.errors import InputError, escape, quote, usage_error

if TYPE_CHECKING:
    from ocr_eval.audit.correction import Plan
    from ocr_eval.limits import Limits
    from ocr_eval.tables.instances import Instances


class ApplyCommand(Example):
    """Takes several paths after one ``--checkers``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, repeated(args, "--checkers"))


@click.command(
    cls=ApplyCommand,
    example="ocr-eval audit apply --gt sample --decisions my-audit/decisions.csv --out new-gt",
    short_help="write the reviewed corrections as a new ground truth",
)
@click.option("--gt", required=True, metavar="GT", help="The ground truth that was audited.")
@click.option(
    "--decisions", required=True, metavar="CSV", help="decisions.csv with the column decision filled in."
)
@click.option(
    "--out", required=True, metavar="NEWGT", help="Folder, zip or file, as the ground truth is; new."
)
@click.option(
    "--checkers", multiple=True, metavar="PRED…", help="Also score these before and after; needs -p."
)
@option(
    "-p",
    "--protocol",
    multiple=True,
    metavar="ID[(key=value,…)]",
    help="Protocol for --checkers; repeatable.",
)
@option("--gt-format", metavar="F", help=FORMATS_HELP)
@option("--pred-format", metavar="F", help=FORMATS_HELP)
@option("--invalid-polygons", type=click.Choice(POLICIES), default="refuse", help=POLICY_HELP)
@option("--limit", multiple=True, metavar="NAME=VALUE", help="Raise a safety limit; repeatable.")
@option("--format", type=click.Choice(["text", "json"]), default="text", help="Form of the report.")
@common
@click.pass_obj
def command(settings: Settings, /, **flags: Any) -> int:
    """Writes a new ground truth with the texts that people decided, and NEWGT.provenance.json beside it.

    accept takes the suggestion, edit the column text, reject and unsure change nothing. A decision that no longer fits
    is named, not applied. Rings are not redrawn.
    """
    from ocr_eval.audit.correction import check_result, plan, rewritten, source_files
    from ocr_eval.audit.decisions import read_decisions
    from ocr_eval.cli.audit_inputs import read_gt
    from ocr_eval.cli.inputs import parse_limits, resolve_gt
    from ocr_eval.cli.new_files import free_target, staged
    from ocr_eval.cli.output import OutputFile, emit

    limits = parse_limits(flags["limit"])
    given = click.get_current_context().get_parameter_source("protocol")
    typed = (
        given is not None and given.name == "COMMANDLINE"
    )  # a configuration may name protocols for all commands
    if (flags["checkers"] and not flags["protocol"]) or (typed and not flags["checkers"]):
        raise usage_error("--checkers and -p come together", "scores before and after need both")
    path, dataset = resolve_gt(flags["gt"], settings)
    if path == "-":
        raise usage_error("standard input cannot be corrected", "give a file")
    target, beside = free_target(flags["out"])
    gt = read_gt(path, flags["gt_format"], limits, settings)
    decisions = read_decisions(flags["decisions"], gt)
    planned = plan(gt, decisions)
    files, whole, is_folder = source_files(path, limits)
    new_files = rewritten(files, gt, planned.changes, whole=whole)
    files_of = staged(new_files, target, whole=whole, is_folder=is_folder)
    with OutputFile(beside) as provenance, files_of as made:
        new = read_back(made, gt, flags["gt_format"], limits, settings)
        check_result(gt, new, planned.changes)
        scores = scored(path, made, dataset, settings, flags) if flags["checkers"] else []
        body = report(gt, new, planned, flags, scores)
        text = json.dumps(body, ensure_ascii=False, allow_nan=False, indent=1) + "\n"
        provenance.fill(text)
        made.rename(target)
        provenance.replace()
    emit(text if flags["format"] == "json" else to_text(body, flags["out"], str(beside)))
    tell_refused(planned, flags["decisions"], settings)
    return 0


def read_back(path: Path, gt: Instances, name: str | None, limits: Limits, settings: Settings) -> Instances:
    """The staged files as any command would read them, in the layout that the gt had."""
    from ocr_eval.cli.audit_inputs import read_gt

    try:
        return read_gt(str(path), name or gt.format, limits, settings)
    except InputError as error:
        first = error.problems[0]
        reason = f"the corrected files could not be read: {first.reason}"
        raise usage_error(reason, "look at the decided texts: line ends do not fit") from None


def scored(
    before: str, after: Path, dataset: str, settings: Settings, flags: dict[str, Any]
) -> list[dict[str, Any]]:
    """Every checker under every protocol against both ground truths."""
    from ocr_eval.cli.inputs import named_predictions, parse_limits, parse_protocols
    from ocr_eval.cli.scoring import Scorer

    rules = parse_protocols(flags["protocol"])
    own = {**flags, "confidence_above": None, "lexicon": None}
    named = named_predictions(flags["checkers"])
    sides = []
    for path, name in ((before, dataset), (str(after), "local")):
        scorer = Scorer(rules, path, name, settings, own, limits=parse_limits(flags["limit"]), lexicon=None)
        sides.append([record for label, pred in named for record in scorer.score(pred, label)])
    return [
        {
            "prediction": old.prediction,
            "protocol": old.protocol,
            "before": old.metrics,
            "after": new.metrics,
            "signature_before": old.signature,
            "signature_after": new.signature,
        }
        for old, new in zip(*sides, strict=True)
    ]


def report(
    gt: Instances, new: Instances, planned: Plan, flags: dict[str, Any], scores: list[dict[str, Any]]
) -> dict[str, Any]:
    """``ocr-eval/audit-apply/1``: what became of every decision, in the order of the file."""
    from ocr_eval.record import package_version
    from ocr_eval.tables.digest import digest

    decided = Path(flags["decisions"]).read_bytes()
    return {
        "schema": "ocr-eval/audit-apply/1",
        "version": package_version(),
        "gt_before": digest(gt),
        "gt_after": digest(new),
        "decisions_sha256": hashlib.sha256(decided).hexdigest(),
        "changed": [
            {
                "item": change.decision.item_id,
                "line": change.decision.line,
                "decision": change.decision.word,
                "before": change.before,
                "after": change.after,
                "reviewer": change.decision.reviewer,
                "timestamp": change.decision.timestamp,
            }
            for change in planned.changes
        ],
        "not_applied": [{"item": r.item_id, "line": r.line, "reason": r.reason} for r in planned.refused],
        "confirmed": planned.kept,
        "unsure": planned.unsure,
        "scores": scores,
    }


def to_text(body: dict[str, Any], out: str, beside: str) -> str:
    """What the command prints."""
    from ocr_eval.report.numbers import percent

    lines = [
        f"{len(body['changed'])} labels changed, {body['confirmed']} confirmed, {body['unsure']} unsure, "
        f"{len(body['not_applied'])} decisions not applied",
        f"ground truth {body['gt_before'][:8]} -> {body['gt_after'][:8]}",
    ]
    for row in body["scores"]:
        lines += ["", f"{escape(row['prediction'])} · {row['protocol']}"]
        for name, old in row["before"].items():
            new = row["after"][name]
            lines.append(f"  {name:<24} {percent(old):>7} -> {percent(new):>7}")
    return "\n".join([*lines, "", out, beside]) + "\n"


def tell_refused(planned: Plan, source: str, settings: Settings) -> None:
    """Decisions that were not applied, on stderr, one a line."""
    from ocr_eval.cli.output import tell
    from ocr_eval.errors import Problem

    for refused in () if settings.quiet else planned.refused:
        reason = f"decision about {quote(refused.item_id)} not applied: {refused.reason}"
        tell(str(Problem("W_IGNORED", reason, "decide it anew", source, line=refused.line)))
