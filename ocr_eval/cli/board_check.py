"""``ocr-eval board check``: a store (and its site) -> every problem; exit 0, 1 (drift, leak) or 6 (signature)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ocr_eval.cli.board import POLICY_FLAG, output_flags, report
from ocr_eval.cli.options import FORMATS_HELP, Example, Settings, common, option
from ocr_eval.errors import InputError, Problem, escape, usage_error

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ocr_eval.board.store import Store
    from ocr_eval.board.stored import StoredResult, Submission


@click.command(
    cls=Example,
    example="ocr-eval board check my-board --rescore 1",
    short_help="recompute totals, digests and signatures; scan a site for leaks",
)
@click.argument("directory", metavar="DIR")
@click.option("--site", metavar="SITE", help="Check this site of the board too: digests, links, leaks.")
@click.option(
    "--rescore", type=click.IntRange(0, 1_000_000), default=0, metavar="N", help="Score N results again."
)
@click.option("--gt", metavar="GT", help="Ground truth for --rescore (default: the one the store keeps).")
@option("--gt-format", metavar="F", help=FORMATS_HELP)
@click.option("--lexicon", metavar="FILE", help="Word list for protocols that use one.")
@POLICY_FLAG
@output_flags
@common
@click.pass_obj
def command(settings: Settings, /, directory: str, **flags: Any) -> int:
    """Recomputes totals, metrics, digests and signatures of everything in the store and lists what does not fit.

    --rescore N takes N results with stored predictions (chosen by the data set's seed) and counts them again.
    Exit 1 when something drifted or leaks, 6 when signatures are mixed.
    """
    from ocr_eval.board.checks import check_store
    from ocr_eval.board.store import Store
    from ocr_eval.cli.output import tell_problems, wants_colour

    store = Store.open(directory)
    problems = check_store(store)
    count = 0
    if flags["rescore"] and not problems:
        for found in rescored(settings, store, flags):
            count += 1
            problems += found
    if flags["site"]:
        problems += _site(store, flags["site"])
    body = {
        "schema": "ocr-eval/board-check/1",
        "ok": not problems,
        "submissions": len(store.submissions()) if not problems else None,
        "rescored": count,
        "problems": [
            {"code": p.code, "place": p.place, "reason": p.reason, "line": p.line} for p in problems
        ],
    }
    if not problems:
        again = f", {count} scored again" if flags["rescore"] else ""
        text = f"{escape(directory)}: {len(store.submissions())} submissions hold together{again}\n"
    else:
        text = f"{escape(directory)}: {len(problems)} problem{'s' if len(problems) != 1 else ''}\n"
    error = InputError(problems)
    status = error.exit_code if problems else 0
    if status < 2:  # refusals leave stdout empty
        report(body, text, flags["format"], flags["target"])
    if not problems:
        return 0
    tell_problems(error, max_errors=settings.max_errors, colour=wants_colour(settings.color))
    return status


def _site(store: Store, site: str) -> list[Problem]:
    if not Path(site).is_dir():
        raise usage_error(f"--site {escape(site)}: no such folder", "give the folder that board build wrote")
    from ocr_eval.board.site import check_site

    found: list[Problem] = list(check_site(store, Path(site)))
    return found


def rescored(settings: Settings, store: Store, flags: dict[str, Any]) -> Iterator[list[Problem]]:
    """The problems of every chosen result, counted again from stored predictions."""
    from ocr_eval.cli.board_inputs import make_scoring
    from ocr_eval.protocols import protocol

    for dataset in store.dataset_ids():
        chosen = _chosen(store, dataset, flags["rescore"])
        for submission, result, name in chosen:
            rules = [protocol(name)]
            scoring = make_scoring(settings, store, dataset, rules, flags)
            yield _again(store, submission, result, scoring, rules)


def _chosen(store: Store, dataset: str, count: int) -> list[tuple[Submission, StoredResult, str]]:
    """``count`` current results with stored predictions, drawn without repetition by stream 3 of the gt's seed."""
    from ocr_eval.cli.board_scoring import ARCHIVE
    from ocr_eval.stats import random32

    card = store.dataset(dataset)
    known = []
    for submission in store.submissions():
        kept = store.prediction_lines(submission.slug, dataset) is not None
        if not (kept or (store.path / "submissions" / submission.slug / ARCHIVE).is_file()):
            continue
        for each in store.protocol_cards():
            current = store.protocol_card(each.protocol)
            result = store.result(submission.slug, dataset, card.gt8, each.key)
            if result is not None and current is not None and current.key == each.key:
                known.append((submission, result, each.protocol))
    if not known:
        return []
    seed = random32.stream(int(card.gt8, 16), random32.RESCORED)
    drawn = random32.values(seed, 0, 1, len(known))[0].tolist()
    order = sorted(range(len(known)), key=lambda k: (drawn[k], k))
    return [known[k] for k in sorted(order[:count])]


def _again(
    store: Store, submission: Submission, result: StoredResult, scoring: Any, rules: Any
) -> list[Problem]:
    from ocr_eval.board.record_checks import drift
    from ocr_eval.board.tables import write_counts
    from ocr_eval.cli.board_rescore import predictions

    try:
        pred = predictions(store, submission, scoring, rules)
    except InputError as error:
        return list(error.problems)
    if pred is None:
        return []
    (scored,) = scoring.score(pred, rules)
    new, old = scored.record, result.record
    problems = []
    for name, value in new.metrics.items():
        if old["metrics"].get(name) != value:
            problems.append(drift(f"{name}: {old['metrics'].get(name)} stored, {value} now", result.path))
    if write_counts(new.counts, old["signature"]) != result.path.read_bytes():
        lines = zip(
            write_counts(new.counts, old["signature"]).split(b"\n"),
            result.path.read_bytes().split(b"\n"),
            strict=False,
        )
        line = next((number for number, (a, b) in enumerate(lines, 1) if a != b), None)
        problems.append(drift("rows are counted otherwise now", result.path, line=line))
    return problems
