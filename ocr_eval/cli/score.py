"""``ocr-eval score``: gt and predictions -> official numbers, counts per sample, checks for CI."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ocr_eval.cli.engines import HERE, engine_flags
from ocr_eval.cli.options import FIX_HELP, STRICT_HELP, Example, Settings, common, option, reading_flags
from ocr_eval.errors import EXIT_PRECEDENCE, InputError, quote, usage_error

if TYPE_CHECKING:
    from ocr_eval.cli.engines import ShardScorer
    from ocr_eval.cli.scoring import Scorer
    from ocr_eval.record import Record
    from ocr_eval.report.uncertainty import Uncertainty

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
@option("--ci", is_flag=True, help="Add 95 % intervals, and rank sets when there are several predictions.")
@option(
    "--seed",
    type=click.IntRange(0, 2**32 - 1),
    metavar="N",
    help="Seed of the intervals; by default it follows from the ground truth.",
)
@reading_flags
@option("--fix", metavar="KINDS", help=FIX_HELP)
@option("--strict-official", is_flag=True, help=STRICT_HELP)
@option(
    "--fail-under", multiple=True, metavar="METRIC=VALUE", help="Exit 1 when a result is below; repeatable."
)
@option(
    "--fail-on-warning",
    multiple=True,
    metavar="[CODE]",
    help="Exit 1 when a warning (of that code) occurred.",
)
@option(
    "--kernels",
    type=click.Choice(["auto", "numpy", "numba"]),
    default="auto",
    help="Which of the two engines pairs instances; same counts, chosen by size.",
)
@option(
    "--jobs",
    type=click.IntRange(0, 1024),
    default=1,
    metavar="N",
    help="Score N predictions at a time, in processes of their own; 0: one per core. Same results.",
)
@engine_flags
@option("--keep-going", is_flag=True, help="Score the valid predictions when others are invalid.")
@common
@click.pass_obj
def command(settings: Settings, /, gt: str, predictions: tuple[str, ...], **flags: Any) -> int:
    """Scores predictions against a ground truth.

    GT and PRED are a zip, a folder or a single file; GT may be the id of a prepared data set. PRED may be labelled:
    NAME=PATH. A sample without prediction counts as empty. Shards of a data set too large for one file, Parquet or
    JSONL, are given as a folder, a quoted pattern ('gt/*.parquet') or a URL, alike on both sides.
    """
    from ocr_eval.cli.checks import (
        check_codes,
        check_metrics,
        failed_checks,
        parse_checks,
        tell_explanations,
        tell_warnings,
    )
    from ocr_eval.cli.engines import any_sharded, check_engine, scorer_of
    from ocr_eval.cli.inputs import (
        dataset_groups,
        named_predictions,
        parse_limits,
        parse_protocols,
        read_lexicon,
        resolve_gt,
    )
    from ocr_eval.cli.output import OutputFile, check_outputs, emit, tell_problems, wants_colour, write_all

    if not flags["protocol"]:
        raise usage_error("no protocol given", "add -p ID; `ocr-eval protocols` lists them")
    rules = parse_protocols(flags["protocol"])
    checks = parse_checks(flags["fail_under"], rules)
    limits = parse_limits(flags["limit"])
    lexicon = read_lexicon(flags["lexicon"], rules)
    gt_path, dataset = resolve_gt(gt, settings)
    named = named_predictions(predictions)
    kind = per_sample_kind(flags["per_sample"])
    check_codes(flags["fail_on_warning"])
    inputs = [gt_path, *(path for _, path in named)]
    inputs += [flags[name] for name in ("lexicon", "gt_lines") if flags[name]]
    check_outputs([flags["target"], flags["per_sample"]], inputs)
    if inputs.count("-") > 1:
        raise usage_error("standard input can be read only once", "give the other input as a file")
    if flags["seed"] is not None and not flags["ci"]:
        raise usage_error("--seed is given, but nothing is drawn", "add --ci")
    sharded = any_sharded(gt_path, named)
    check_engine(flags, sharded=sharded)

    with contextlib.ExitStack() as stack:
        target = stack.enter_context(OutputFile(flags["target"])) if flags["target"] else None
        rows = stack.enter_context(OutputFile(flags["per_sample"])) if flags["per_sample"] else None
        scorer = scorer_of(
            rules, gt_path, dataset, settings, flags, limits=limits, lexicon=lexicon, sharded=sharded
        )
        records, failures = score_all(scorer, named, settings, flags)
        if failures and (not flags["keep_going"] or not records):
            raise join_errors(failures)
        check_metrics(records, checks)
        ci = None
        if flags["ci"]:
            from ocr_eval.report.uncertainty import measure

            groups = dataset_groups(dataset, settings)
            records, ci = measure(records, rules, seed=flags["seed"], groups=groups)
        text = render(records, flags["format"], long=settings.verbose, ci=ci)
        outputs = [(rows, render_rows(records, kind))] if rows else []
        write_all([*outputs, *([(target, text)] if target else [])])
        if not target:
            emit(text)
        if flags["format"] != "text" and not settings.quiet:
            tell_warnings(records, settings)
        elif not settings.quiet:
            for record in records:
                tell_explanations(record.prediction, record.notices)
    for failure in failures:
        tell_problems(failure, max_errors=settings.max_errors, colour=wants_colour(settings.color))
    statuses = [failure.exit_code for failure in failures]
    statuses += [1] if failed_checks(records, checks, flags["fail_on_warning"]) else []
    return next((code for code in EXIT_PRECEDENCE if code in statuses), 0)


def score_all(
    scorer: Scorer | ShardScorer,
    named: Sequence[tuple[str, str]],
    settings: Settings,
    flags: Mapping[str, Any] = HERE,
) -> tuple[list[Record], list[InputError]]:
    """Every prediction in argument order; all invalid ones are collected, not only the first."""
    from ocr_eval.cli.engines import outcomes_of
    from ocr_eval.cli.output import tell

    records: list[Record] = []
    failures: list[InputError] = []

    def say(text: str) -> None:
        if not settings.quiet:
            tell(text)

    with bar(len(named) * scorer.steps, settings) as done:
        for outcome in outcomes_of(scorer, named, flags, done=done, tell=say):
            if isinstance(outcome, InputError):
                failures.append(outcome)
            else:
                records += outcome
    return records, failures


@contextlib.contextmanager
def bar(
    total: int, settings: Settings, doing: str = "scoring", unit: str = "result"
) -> Iterator[Callable[[int], object]]:
    """A function that is told how many more results there are; a bar when several come and stderr is a terminal."""
    import sys

    wanted = settings.progress is not False and not settings.quiet and total > 1
    if not (wanted and sys.stderr is not None and sys.stderr.isatty()):
        yield lambda _more: None
        return
    from tqdm import tqdm

    with tqdm(total=total, desc=doing, unit=unit, delay=0.5, leave=False, file=sys.stderr) as shown:
        yield shown.update


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


def render(records: Sequence[Record], kind: str, *, long: bool, ci: Uncertainty | None = None) -> str:
    """The results in one of ``FORMATS``."""
    if kind in ("md", "latex"):
        from ocr_eval.report.markup import to_latex, to_markdown

        return (to_markdown if kind == "md" else to_latex)(records, long=long, ci=ci)
    from ocr_eval.report.score import to_csv, to_json, to_jsonl, to_text

    writer = {"text": to_text, "json": to_json, "jsonl": to_jsonl, "csv": to_csv}[kind]
    return writer(records, long=long, ci=ci)


def render_rows(records: Sequence[Record], kind: str) -> str:
    from ocr_eval.report.per_sample import render as render_per_sample

    return render_per_sample(records, kind)
