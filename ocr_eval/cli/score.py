"""``ocr-eval score``: gt and predictions -> official numbers, counts per sample, checks for CI."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ocr_eval.cli.options import (
    CONFIDENCE_HELP,
    FORMATS_HELP,
    POLICY_HELP,
    Example,
    Settings,
    common,
    option,
)
from ocr_eval.errors import EXIT_PRECEDENCE, InputError, quote, usage_error

if TYPE_CHECKING:
    from ocr_eval.record import Record

FORMATS = ("text", "json", "jsonl", "csv", "md", "latex")


@click.command(
    cls=Example,
    example="ocr-eval score sample sample:tesseract-psm11 -p rrc-iou -p popeval",
    short_help="score one or more predictions under one or more protocols",
)
@click.argument("gt")
@click.argument("predictions", nargs=-1, required=True, metavar="PRED...")
@option("-p", "--protocol", multiple=True, metavar="ID[(key=value,…)]", help="Protocol; repeatable.")
@option("--format", type=click.Choice(FORMATS), default="text", help="Form of the results.")
@click.option("-o", "target", metavar="FILE", help="Write the results there instead of stdout, atomically.")
@option("--per-sample", metavar="FILE", help="Also write the counts of every sample (.csv, .tsv or .jsonl).")
@option("--gt-format", metavar="F", help=FORMATS_HELP)
@option("--pred-format", metavar="F", help=FORMATS_HELP)
@option(
    "--lexicon", metavar="FILE", help="Word list for protocols with a lexicon step; UTF-8, one word a line."
)
@option(
    "--fail-under", multiple=True, metavar="METRIC=VALUE", help="Exit 1 when a result is below; repeatable."
)
@option(
    "--fail-on-warning",
    multiple=True,
    metavar="[CODE]",
    help="Exit 1 when a warning (of that code) occurred.",
)
@option("--confidence-above", type=float, metavar="X", help=CONFIDENCE_HELP)
@option(
    "--invalid-polygons",
    type=click.Choice(["refuse", "false-positive", "official"]),
    default="refuse",
    help=POLICY_HELP,
)
@option("--limit", multiple=True, metavar="NAME=VALUE", help="Raise a safety limit; repeatable.")
@option(
    "--kernels",
    type=click.Choice(["auto", "numpy", "numba"]),
    default="auto",
    help="Which of the two engines pairs instances; same counts, chosen by size.",
)
@option("--keep-going", is_flag=True, help="Score the valid predictions when others are invalid.")
@common
@click.pass_obj
def command(settings: Settings, /, gt: str, predictions: tuple[str, ...], **flags: Any) -> int:
    """Scores predictions against a ground truth.

    GT and PRED are a zip, a folder or a single file; GT may be the id of a prepared data set. PRED may be labelled:
    NAME=PATH. A sample without prediction counts as empty.
    """
    from ocr_eval.cli.checks import check_codes, check_metrics, failed_checks, parse_checks, tell_warnings
    from ocr_eval.cli.inputs import (
        named_predictions,
        parse_limits,
        parse_protocols,
        read_lexicon,
        reading,
        resolve_gt,
    )
    from ocr_eval.cli.output import OutputFile, check_outputs, emit, tell_problems, wants_colour, write_all

    if not flags["protocol"]:
        raise usage_error("no protocol given", "add -p ID; `ocr-eval protocols` lists them")
    rules = parse_protocols(flags["protocol"])
    checks = parse_checks(flags["fail_under"], rules)
    limits = parse_limits(flags["limit"])
    lexicon = read_lexicon(flags["lexicon"])
    gt_path, dataset = resolve_gt(gt, settings)
    named = named_predictions(predictions)
    kind = per_sample_kind(flags["per_sample"])
    check_codes(flags["fail_on_warning"])
    inputs = [gt_path, *(path for _, path in named), *([flags["lexicon"]] if flags["lexicon"] else [])]
    check_outputs([flags["target"], flags["per_sample"]], inputs)
    if inputs.count("-") > 1:
        raise usage_error("standard input can be read only once", "give the other input as a file")
    if lexicon is not None and not any(rule.reads.lexicon for rule in rules):
        raise usage_error(
            "--lexicon is given, but no protocol uses it", "add for example -p 'rrc-e2e(lexicon=keep)'"
        )

    with contextlib.ExitStack() as stack:
        target = stack.enter_context(OutputFile(flags["target"])) if flags["target"] else None
        rows = stack.enter_context(OutputFile(flags["per_sample"])) if flags["per_sample"] else None
        from ocr_eval.cli.inputs import above, read_side
        from ocr_eval.engine.local import Job

        common_arguments = {
            "limits": limits,
            "invalid_polygons": flags["invalid_polygons"],
            "max_errors": settings.max_errors,
        }
        truth = read_side(gt_path, format=flags["gt_format"], **reading(rules, "gt"), **common_arguments)
        provenance: dict[str, Any] = {"limits": limits.raised()} if limits.raised() else {}
        if flags["confidence_above"] is not None:
            provenance["confidence_above"] = flags["confidence_above"]
        job = Job(truth, rules, dataset, lexicon, flags["invalid_polygons"], flags["kernels"], provenance)

        def score(path: str, name: str) -> list[Record]:
            arguments = reading(rules, "prediction") | common_arguments
            pred = read_side(path, format=flags["pred_format"], samples=truth.sample_ids, **arguments)
            return job.run(above(pred, flags["confidence_above"]), name)

        records, failures = score_all(score, named, settings)
        if failures and (not flags["keep_going"] or not records):
            raise join_errors(failures)
        check_metrics(records, checks)
        text = render(records, flags["format"], long=settings.verbose)
        outputs = [(rows, render_rows(records, kind))] if rows else []
        write_all([*outputs, *([(target, text)] if target else [])])
        if not target:
            emit(text)
        if flags["format"] != "text" and not settings.quiet:
            tell_warnings(records, settings)
    for failure in failures:
        tell_problems(failure, max_errors=settings.max_errors, colour=wants_colour(settings.color))
    statuses = [failure.exit_code for failure in failures]
    statuses += [1] if failed_checks(records, checks, flags["fail_on_warning"]) else []
    return next((code for code in EXIT_PRECEDENCE if code in statuses), 0)


def score_all(
    score: Callable[[str, str], list[Record]],
    named: Sequence[tuple[str, str]],
    settings: Settings,
) -> tuple[list[Record], list[InputError]]:
    """Every prediction in argument order; all invalid ones are collected, not only the first."""
    records: list[Record] = []
    failures: list[InputError] = []
    for name, path in progress(named, settings):
        try:
            records += score(path, name)
        except InputError as error:
            failures.append(error)
    return records, failures


def progress(items: Sequence[tuple[str, str]], settings: Settings) -> Iterator[tuple[str, str]]:
    """The items, with a bar on stderr when there are several and stderr is a terminal."""
    import sys

    wanted = settings.progress is not False and not settings.quiet and len(items) > 1
    if not (wanted and sys.stderr is not None and sys.stderr.isatty()):
        yield from items
        return
    from tqdm import tqdm

    yield from tqdm(items, desc="scoring", unit="submission", delay=0.5, leave=False, file=sys.stderr)


def join_errors(failures: Sequence[InputError]) -> InputError:
    """Several invalid predictions as one error."""
    if len(failures) == 1:
        return failures[0]
    problems = [problem for failure in failures for problem in failure.problems]
    scope = f" in {len(failures)} predictions"
    return InputError(problems, total=sum(failure.total for failure in failures), scope=scope)


def per_sample_kind(path: str | None) -> str:
    """The kind of ``--per-sample`` by extension."""
    if path is None:
        return ".csv"
    from ocr_eval.report.per_sample import KINDS

    kind = Path(path).suffix.lower()
    if kind not in KINDS:
        raise usage_error(
            f"--per-sample {quote(path)}: unknown kind", f"end the name with {', '.join(KINDS)}"
        )
    return kind


def render(records: Sequence[Record], kind: str, *, long: bool) -> str:
    """The results in one of ``FORMATS``."""
    if kind in ("md", "latex"):
        from ocr_eval.report.markup import to_latex, to_markdown

        return (to_markdown if kind == "md" else to_latex)(records, long=long)
    from ocr_eval.report.score import to_csv, to_json, to_jsonl, to_text

    return {"text": to_text, "json": to_json, "jsonl": to_jsonl, "csv": to_csv}[kind](records, long=long)


def render_rows(records: Sequence[Record], kind: str) -> str:
    from ocr_eval.report.per_sample import render as render_per_sample

    return render_per_sample(records, kind)
