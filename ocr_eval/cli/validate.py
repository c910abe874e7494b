"""``ocr-eval validate``: one submission -> every problem with file, line, column and cure, without scoring."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ocr_eval.cli.options import (
    FIX_HELP,
    FORMATS_HELP,
    ISOLATE_HELP,
    POLICY_HELP,
    STRICT_HELP,
    Example,
    Settings,
    common,
    option,
)
from ocr_eval.errors import InputError, Notice, Problem, quote, usage_error

if TYPE_CHECKING:
    from ocr_eval.formats.check import Examination
    from ocr_eval.formats.isolated import Isolation
    from ocr_eval.protocols import EvaluationProtocol
    from ocr_eval.tables.instances import Instances


@click.command(
    cls=Example,
    example="ocr-eval validate sample:tesseract-psm11 --gt sample -p rrc-iou",
    short_help="check a submission without scoring: every problem with its place",
)
@click.argument("prediction", metavar="PRED")
@click.option("--gt", metavar="GT", help="Ground truth: also checks that every entry belongs to a sample.")
@click.option("--manifest", metavar="FILE", help="A list of sample ids, one a line, instead of --gt.")
@option(
    "-p",
    "--protocol",
    multiple=True,
    metavar="ID",
    help="Also say what that protocol's official script would refuse.",
)
@option("--pred-format", metavar="F", help=FORMATS_HELP)
@option("--gt-format", metavar="F", help=FORMATS_HELP)
@option(
    "--format",
    type=click.Choice(["text", "json", "github"]),
    default="text",
    help="Form of the report; github prints workflow annotations.",
)
@click.option("-o", "target", metavar="FILE", help="Write the report there instead of stdout, atomically.")
@option(
    "--invalid-polygons",
    type=click.Choice(["refuse", "false-positive", "official"]),
    default="refuse",
    help=POLICY_HELP,
)
@option("--fix", metavar="KINDS", help=FIX_HELP)
@option("--strict-official", is_flag=True, help=STRICT_HELP)
@option("--limit", multiple=True, metavar="NAME=VALUE", help="Raise a safety limit; repeatable.")
@option("--isolate", is_flag=True, help=ISOLATE_HELP)
@common
@click.pass_obj
def command(
    settings: Settings, /, prediction: str, gt: str | None, manifest: str | None, **flags: Any
) -> int:
    """Lists all problems of a submission: syntax, encoding, geometry, limits; with --gt also names.

    Exit 0 when it is fine, 3 when it is invalid, 4 when a safety limit refused it, 5 when --gt itself is broken.
    """
    import contextlib

    from ocr_eval.cli.checks import tell_explanations
    from ocr_eval.cli.inputs import named_predictions, parse_limits, parse_protocols, reading
    from ocr_eval.cli.output import OutputFile, emit
    from ocr_eval.cli.scoring import isolation
    from ocr_eval.cli.strictness import wanted_repairs
    from ocr_eval.cli.validate_report import report, summary_scope, tell_layout

    if gt and manifest:
        raise usage_error("--gt and --manifest are two ways to name the samples", "give one of them")
    rules = parse_protocols(flags["protocol"])
    if len(rules) > 1:
        raise usage_error("validate looks at one protocol at a time", "give -p once")
    ((_, path),) = named_predictions([prediction])
    with contextlib.ExitStack() as stack:
        target = stack.enter_context(OutputFile(flags["target"])) if flags["target"] else None
        shared = {
            "limits": parse_limits(flags["limit"]),
            "invalid_polygons": flags["invalid_polygons"],
            "max_errors": settings.max_errors,
        }
        truth = shared | reading(rules, "gt") if rules else shared
        strict = flags["strict_official"]
        fix = wanted_repairs(flags)
        if strict:
            strict_gt(settings, gt, rules, flags["gt_format"], shared)
        known = known_samples(settings, gt, manifest, flags["gt_format"], truth)
        stdin = standard_input(path, flags)
        arguments = reading(rules, "prediction") | shared | {"samples": known, "stdin": stdin, "fix": fix}
        samples = known if known is None or isinstance(known, tuple) else known.sample_ids
        apart = isolation() if flags["isolate"] else None
        found = examined(path, flags["pred_format"], arguments, known=bool(rules), isolation=apart)
        found = with_explanation(with_missing(found, samples), known, rules)
        arguments["samples"] = samples
        asked = arguments | {"format": flags["pred_format"], "strict": strict}
        official = refusals(path, rules, found, asked, isolation=apart)
        if strict:
            found, official = refused(found, official), []
        if not settings.quiet:
            tell_explanations(prediction, found.notices)
        text = report(prediction, found, official, flags["format"], settings, flags["pred_format"])
        if settings.verbose:
            tell_layout(prediction, found, flags["pred_format"])
        # An invalid submission is told on stderr only, unless a report for machines was asked for.
        if flags["format"] == "text" and found.problems:
            raise InputError(found.problems, total=found.total, scope=summary_scope(found))
        if target:
            target.commit(text)
        else:
            emit(text)
    return InputError(found.problems).exit_code if found.problems else 0


def examined(
    path: str,
    name: str | None,
    arguments: dict[str, Any],
    *,
    known: bool,
    isolation: Isolation | None = None,
) -> Examination:
    """Every problem. Without a protocol (``known``) rings are looked for first, then a list of texts."""
    from ocr_eval.formats import FORMATS
    from ocr_eval.formats.check import AUTO
    from ocr_eval.formats.check import examine as examine_here

    examine = examine_here if isolation is None else isolation.examine
    base = (name or AUTO).partition("(")[0]
    if known or base != AUTO:
        geometry = arguments["geometry"] if known or base not in FORMATS else FORMATS[base].geometry
        return examine(path, format=name, **(arguments | {"geometry": geometry}))
    found = examine(path, **arguments)
    if [problem.code for problem in found.problems] == ["E_FORMAT"]:
        texts = examine(path, **(arguments | {"geometry": False}))
        return found if texts.problems else texts
    return found


def with_missing(found: Examination, samples: tuple[str, ...] | None) -> Examination:
    """The examination with a notice about samples of the ground truth that have no prediction."""
    if samples is None or found.instances is None:
        return found
    missing = sorted(set(samples) - set(found.instances.sample_ids))
    if not missing:
        return found
    notice = Notice("W_MISSING_SAMPLES", "samples without prediction", len(missing), tuple(missing[:3]))
    return found._replace(notices=(*found.notices, notice))


def with_explanation(
    found: Examination, known: Instances | tuple[str, ...] | None, rules: Sequence[EvaluationProtocol]
) -> Examination:
    """The examination with W_NO_MATCH when hardly anything would match the ground truth and a change explains it."""
    if found.instances is None or known is None or isinstance(known, tuple):
        return found
    from ocr_eval.engine.why_zero import explanation

    text = any(rule.reads.pred_text for rule in rules) or not rules
    notice = explanation(known, found.instances, text=text)
    return found if notice is None else found._replace(notices=(*found.notices, notice))


def refusals(
    path: str,
    rules: Sequence[EvaluationProtocol],
    found: Examination,
    arguments: dict[str, Any],
    *,
    isolation: Isolation | None = None,
) -> list[Problem]:
    """What the protocol's official script would refuse, for the layouts that script reads."""
    from ocr_eval.formats.official import official_refusals

    if not rules:
        return []
    read = found.instances.format if found.instances is not None else None
    asked = {key: arguments[key] for key in ("confidence", "samples", "limits", "stdin", "strict")}
    look = official_refusals if isolation is None else isolation.refusals
    return look(path, rules[0].ID, format=arguments["format"] or read, **asked)


def strict_gt(
    settings: Settings,
    gt: str | None,
    rules: Sequence[EvaluationProtocol],
    form: str | None,
    shared: dict[str, Any],
) -> None:
    """Raises InputError when the official script refuses the ground truth, or its rules are not known."""
    from ocr_eval.cli.inputs import resolve_gt
    from ocr_eval.cli.strictness import check_known, check_official

    check_known(rules)
    if gt is not None:
        path, _ = resolve_gt(gt, settings)
        limits, most = shared["limits"], shared["max_errors"]
        check_official(path, rules, role="gt", format=form, limits=limits, max_errors=most)


def refused(found: Examination, official: list[Problem]) -> Examination:
    """The examination with what the official script refuses as errors, each place once."""
    told = {(problem.entry, problem.line) for problem in official}
    own = [problem for problem in found.problems if (problem.entry, problem.line) not in told]
    total = found.total - len(found.problems) + len(own) + len(official)
    return found._replace(problems=[*official, *own], total=total)


def standard_input(path: str, flags: dict[str, Any]) -> bytes | None:
    """The bytes of stdin, when the submission is ``-``."""
    import sys

    if path != "-":
        return None
    if flags["pred_format"] is None:
        raise usage_error("the layout of standard input must be named", "add --pred-format F")
    return b"" if sys.stdin is None else sys.stdin.buffer.read()


def known_samples(
    settings: Settings, gt: str | None, manifest: str | None, gt_format: str | None, shared: dict[str, Any]
) -> Instances | tuple[str, ...] | None:
    """The ground truth, or the ids of a list; None when neither is given."""
    if manifest:
        try:
            text = Path(manifest).read_bytes().decode("utf-8-sig")
        except (OSError, ValueError):
            raise usage_error(
                f"manifest {quote(manifest)} cannot be read", "give a UTF-8 file, one id a line"
            ) from None
        return tuple(dict.fromkeys(line.strip() for line in text.split("\n") if line.strip()))
    if gt is None:
        return None
    from ocr_eval.cli.inputs import read_side, resolve_gt

    path, _ = resolve_gt(gt, settings)
    return read_side(path, format=gt_format, **({"role": "gt"} | shared))
