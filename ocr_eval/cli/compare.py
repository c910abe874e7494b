"""``ocr-eval compare``: several results on the same samples -> differences with intervals, p-values and rank sets."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from ocr_eval.cli.options import Example, Settings, common, option, reading_flags
from ocr_eval.errors import quote, usage_error

if TYPE_CHECKING:
    from ocr_eval.cli.counted import Counted
    from ocr_eval.protocols import EvaluationProtocol


@click.command(
    cls=Example,
    example="ocr-eval compare sample sample:tesseract-psm3 sample:tesseract-psm11 -p rrc-iou",
    short_help="paired differences, p-values, rank sets, the samples that separate",
)
@click.argument("inputs", nargs=-1, required=True, metavar="GT A B [C…] | ROWS…")
@option("-p", "--protocol", multiple=True, metavar="ID[(key=value,…)]", help="One protocol for all.")
@option("--metric", metavar="NAME", help="What is compared; hmean, or the protocol's first metric.")
@option(
    "--seed",
    type=click.IntRange(0, 2**32 - 1),
    metavar="N",
    help="Seed of intervals and tests; by default it follows from the ground truth.",
)
@option(
    "--top",
    type=click.IntRange(0, 100_000),
    metavar="N",
    help="How many separating samples to list in each direction (20); in JSON only when given.",
)
@click.option(
    "--compat",
    type=click.Choice(["sacrebleu"]),
    help="Also that tool's p; not valid, for reproducing papers.",
)
@click.option(
    "--allow-mismatch",
    is_flag=True,
    help="Compare on the common samples whatever differs; every number is marked.",
)
@option("--format", type=click.Choice(["text", "json"]), default="text", help="Form of the result.")
@click.option("-o", "target", metavar="FILE", help="Write the result there instead of stdout, atomically.")
@reading_flags
@common
@click.pass_obj
def command(settings: Settings, /, inputs: tuple[str, ...], **flags: Any) -> int:
    """Compares two or more systems sample by sample: is one really better?

    Give GT and predictions as for `score`; or files that `score --per-sample` wrote, or records. Tests are paired
    permutation tests (exact when few samples differ), adjusted by Holm; intervals are percentiles of 10,000 resamples;
    rank sets hold for all systems at once with 95 %.
    """
    from ocr_eval.cli.inputs import split_label
    from ocr_eval.cli.output import OutputFile, check_outputs, emit

    check_outputs([flags["target"]], [split_label(argument)[1] for argument in inputs])
    with contextlib.ExitStack() as stack:
        target = stack.enter_context(OutputFile(flags["target"])) if flags["target"] else None
        text = compared(settings, inputs, flags)
        if target:
            target.commit(text)
        else:
            emit(text)
    return 0


def compared(settings: Settings, inputs: tuple[str, ...], flags: dict[str, Any]) -> str:
    """Counts or reads every system, checks that they belong together, and renders the comparison."""
    from ocr_eval.cli.belonging import belonging, common_samples
    from ocr_eval.report.comparison import to_json, to_text
    from ocr_eval.stats.comparison import compare

    rule, tables, seed, groups = gathered(settings, inputs, flags)
    mismatch = belonging(tables, allow=flags["allow_mismatch"])
    if mismatch:
        tables = common_samples(tables)
    metric = flags["metric"] or default_metric(rule)
    seed = seed if flags["seed"] is None else flags["seed"]
    counts = {table.name: table.counts for table in tables}
    found = compare(counts, protocol=rule, metric=metric, seed=seed, groups=groups)
    top = 20 if flags["top"] is None else flags["top"]
    separating, sacrebleu = details(counts, rule, metric, found, top, flags["compat"])
    if flags["format"] == "json":
        listed = None if flags["top"] is None else separating
        if not settings.quiet:
            from ocr_eval.cli.output import tell

            for notice in found.notices:
                tell(f"warning[{notice.code}]: {notice.count} × {notice}")
        return to_json(found, separating=listed, sacrebleu=sacrebleu, mismatch=mismatch)
    return to_text(found, separating=separating, sacrebleu=sacrebleu, mismatch=mismatch)


def gathered(
    settings: Settings, inputs: tuple[str, ...], flags: dict[str, Any]
) -> tuple[EvaluationProtocol, list[Counted], int | None, dict[str, str] | None]:
    """(protocol, count tables, default seed, groups) from GT and predictions, or from what was counted before."""
    from ocr_eval.cli.belonging import recorded_seed
    from ocr_eval.cli.counted import is_counted
    from ocr_eval.cli.inputs import parse_protocols, split_label

    if len(flags["protocol"]) > 1:
        raise usage_error("compare looks at one protocol at a time", "give -p once")
    rule = parse_protocols(flags["protocol"])[0] if flags["protocol"] else None
    if all(is_counted(split_label(argument)[1]) for argument in inputs):
        rule, tables = counted_before(inputs, rule)
        return rule, tables, recorded_seed(tables), None
    if rule is None:
        raise usage_error("no protocol given", "add -p ID; `ocr-eval protocols` lists them")
    if len(inputs) < 3:
        hint = "ocr-eval compare GT A B -p rrc-iou, or files that score --per-sample wrote"
        raise usage_error("compare needs a ground truth and two predictions", hint)
    return rule, *_counted_now(settings, inputs, rule, flags)


def _counted_now(
    settings: Settings, inputs: tuple[str, ...], rule: EvaluationProtocol, flags: dict[str, Any]
) -> tuple[list[Counted], int, dict[str, str] | None]:
    from ocr_eval.cli.counted import Counted
    from ocr_eval.cli.inputs import (
        dataset_groups,
        named_predictions,
        parse_limits,
        read_lexicon,
        resolve_gt,
    )
    from ocr_eval.cli.score import join_errors, score_all
    from ocr_eval.cli.scoring import Scorer
    from ocr_eval.stats.signature import default_seed

    limits, lexicon = parse_limits(flags["limit"]), read_lexicon(flags["lexicon"], [rule])
    path, dataset = resolve_gt(inputs[0], settings)
    named = named_predictions(inputs[1:])
    scorer = Scorer([rule], path, dataset, settings, flags, limits=limits, lexicon=lexicon)
    records, failures = score_all(scorer, named, settings)
    if failures:
        raise join_errors(failures)
    tables = [Counted(r.prediction, r.protocol, r.counts, r.signature) for r in records]
    return tables, default_seed(scorer.job.gt_digest), dataset_groups(dataset, settings)


def counted_before(
    inputs: Sequence[str], rule: EvaluationProtocol | None
) -> tuple[EvaluationProtocol, list[Counted]]:
    """All tables of the files; without -p they must be of one protocol."""
    from ocr_eval.cli.counted import read_counted
    from ocr_eval.cli.inputs import split_label
    from ocr_eval.protocols import protocol as parse

    tables: list[Counted] = []
    for argument in inputs:
        label, path = split_label(argument)
        tables += read_counted(path, None if label == argument else label, rule)
    spelled = dict.fromkeys(table.protocol for table in tables)
    if rule is None and len(spelled) > 1:
        hint = f"choose one with -p: {', '.join(spelled)}"
        raise usage_error("the files hold several protocols", hint)
    names = [table.name for table in tables]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise usage_error(
            f"two predictions are called {quote(twice[0])}", "label them: A=first.csv B=second.csv"
        )
    if len(tables) < 2:
        raise usage_error("there is only one system to compare", "give a second file")
    return rule or parse(next(iter(spelled))), tables


def default_metric(rule: EvaluationProtocol) -> str:
    """hmean, or the first metric that has a better direction."""
    from ocr_eval.protocols.formulas import headline

    found = headline(rule)
    if found is None:
        raise usage_error(
            f"{rule!r} has no metric that can be compared", "choose another protocol", "E_CONFIG"
        )
    return found


def details(
    counts: dict[str, Any], rule: EvaluationProtocol, metric: str, found: Any, top: int, compat: str | None
) -> tuple[dict[tuple[str, str], Any], dict[tuple[str, str], float] | None]:
    """The separating samples of every pair, and with ``compat`` the other tool's p."""
    from ocr_eval.stats.items import separating
    from ocr_eval.stats.permutation import sacrebleu_p
    from ocr_eval.stats.ratios import Stack

    stack = Stack.of(counts)
    formula, higher = rule.formulas[metric], bool(rule.METRICS[metric])
    size = max(1, len(stack.samples))
    at = {name: k for k, name in enumerate(stack.names)}
    lists, other = {}, {}
    for pair in found.pairs:
        a, b = at[pair.a], at[pair.b]
        rows = separating(stack, formula, a, b, higher_is_better=higher)
        for_a = [(row.sample, row.value / size) for row in rows[:top] if row.value > 0]
        for_b = [(row.sample, -row.value / size) for row in rows[::-1][:top] if row.value < 0]
        lists[pair.a, pair.b] = (for_a, for_b)
        if compat and pair.p is not None:
            other[pair.a, pair.b] = sacrebleu_p(stack, formula, a, b)
    return lists, other if compat else None
