"""``ocr-eval validate``: one submission -> every problem with file, line, column and cure, without scoring."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ocr_eval.cli.options import FORMATS_HELP, POLICY_HELP, Example, Settings, common, option
from ocr_eval.errors import CODES, InputError, Notice, Problem, escape, quote, usage_error

if TYPE_CHECKING:
    from ocr_eval.formats.check import Examination
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
@option("--limit", multiple=True, metavar="NAME=VALUE", help="Raise a safety limit; repeatable.")
@common
@click.pass_obj
def command(
    settings: Settings, /, prediction: str, gt: str | None, manifest: str | None, **flags: Any
) -> int:
    """Lists all problems of a submission: syntax, encoding, geometry, limits; with --gt also names.

    Exit 0 when it is fine, 3 when it is invalid, 4 when a safety limit refused it, 5 when --gt itself is broken.
    """
    import contextlib

    from ocr_eval.cli.inputs import named_predictions, parse_limits, parse_protocols, reading
    from ocr_eval.cli.output import OutputFile, emit

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
        known = known_samples(settings, gt, manifest, flags["gt_format"], truth)
        stdin = standard_input(path, flags)
        arguments = reading(rules, "prediction") | shared | {"samples": known, "stdin": stdin}
        samples = known if known is None or isinstance(known, tuple) else known.sample_ids
        found = with_missing(examined(path, flags["pred_format"], arguments, known=bool(rules)), samples)
        arguments["samples"] = samples
        official = refusals(path, rules[0], found, arguments) if rules else []
        text = report(prediction, found, official, flags["format"], settings)
        # An invalid submission is told on stderr only, unless a report for machines was asked for.
        if flags["format"] == "text" and found.problems:
            raise InputError(found.problems, total=found.total, scope=summary_scope(found))
        if target:
            target.commit(text)
        else:
            emit(text)
    return InputError(found.problems).exit_code if found.problems else 0


def examined(path: str, name: str | None, arguments: dict[str, Any], *, known: bool) -> Examination:
    """Every problem. Without a protocol (``known``) rings are looked for first, then a list of texts."""
    from ocr_eval.formats import FORMATS
    from ocr_eval.formats.check import AUTO, examine

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


def refusals(
    path: str, rule: EvaluationProtocol, found: Examination, arguments: dict[str, Any]
) -> list[Problem]:
    """What the protocol's official script would refuse, for the layouts that script reads."""
    from ocr_eval.formats.official import official_refusals

    form = found.instances.format if found.instances is not None else "icdar-quad"
    if rule.ID not in ("rrc-iou", "rrc-e2e") or form not in ("icdar-quad", "icdar-ltrb"):
        return []
    return official_refusals(
        path,
        rule.ID,
        format=form,
        confidence=arguments["confidence"],
        samples=arguments["samples"],
        limits=arguments["limits"],
        stdin=arguments["stdin"],
    )


def described(found: Examination) -> str:
    """What a valid submission holds: layout, samples, instances, texts, confidences."""
    table = found.instances
    if table is None:
        return f"{found.total} errors"
    parts = [f"{len(table)} instances in {len(table.sample_ids)} samples", f"layout {table.format}"]
    parts += ["with texts"] if table.codepoints is not None else []
    parts += ["with confidences"] if table.confidence is not None else []
    return "valid: " + ", ".join(parts)


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


def summary_scope(found: Examination) -> str:
    """``, 1 warning in 2 of 500 entries``."""
    warnings = sum(notice.count for notice in found.notices)
    words = f", {warnings} warning{'s' if warnings != 1 else ''}" if warnings else ""
    faulty = len({problem.entry for problem in found.problems})
    return f"{words} in {faulty} of {found.entries} entries" if found.entries else words


def report(name: str, found: Examination, official: Sequence[Problem], kind: str, settings: Settings) -> str:
    """The report in one of its forms."""
    if kind == "json":
        body = {
            "schema": "ocr-eval/validate/1",
            "prediction": name,
            "valid": not found.problems,
            "errors": found.total,
            "entries": found.entries,
            "problems": [_as_json(problem) for problem in found.problems],
            "warnings": [{"code": n.code, "message": str(n), "count": n.count} for n in found.notices],
            "official": [_as_json(problem) for problem in official],
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
