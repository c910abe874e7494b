"""``ocr-eval board rescore``: stored predictions -> new results beside the old ones, and a line in the history."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ocr_eval.cli.board import POLICY_FLAG, date_flag, date_of, output_flags, report
from ocr_eval.cli.options import LINES_HELP, Example, Settings, common, option
from ocr_eval.errors import InputError, Notice, escape, usage_error

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ocr_eval.board.records import Scored
    from ocr_eval.board.store import Store
    from ocr_eval.board.stored import Submission
    from ocr_eval.cli.board_scoring import Scoring
    from ocr_eval.protocols import EvaluationProtocol
    from ocr_eval.tables.instances import Instances


@click.command(
    cls=Example,
    example="ocr-eval board rescore my-board -p rrc-iou",
    short_help="score stored predictions again, beside the old results",
)
@click.argument("directory", metavar="DIR")
@option(
    "-p", "--protocol", multiple=True, metavar="ID", help="Protocol; repeatable (default: all of the boards)."
)
@click.option("--submission", "slugs", multiple=True, metavar="SLUG", help="Only this one; repeatable.")
@click.option("--dataset", metavar="ID", help="Only this data set.")
@click.option("--reason", default="", metavar="TEXT", help="Why, for the history.")
@option("--overlays", is_flag=True, help="Keep predictions and the reasons of every match and miss.")
@click.option("--lexicon", metavar="FILE", help="Word list for protocols that use one.")
@option("--gt-lines", metavar="GT", help=LINES_HELP + " The store keeps it.")
@POLICY_FLAG
@date_flag
@output_flags
@common
@click.pass_obj
def command(settings: Settings, /, directory: str, **flags: Any) -> int:
    """Scores stored predictions where a result is missing: after a new protocol, protocol version or ground truth.

    A result that is there under the current signatures is not touched; --overlays adds the reasons to it. A submission
    without stored predictions stays as it is and is named.
    """
    done, lost = rescore(settings, Path(directory), flags, date_of(flags["day"]).isoformat())
    body = {"schema": "ocr-eval/board-rescore/1", "rescored": done, "not_rescored": lost}
    lines = [f"{item['submission']} · {item['protocol']} · {item['key']}" for item in done]
    lines += [f"{item['submission']} · not re-scored: {escape(item['reason'])}" for item in lost]
    text = "\n".join(lines or ["nothing to do: every result is there"]) + "\n"
    report(body, text, flags["format"], flags["target"])
    return 0


def rescore(
    settings: Settings, folder: Path, flags: dict[str, Any], day: str
) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Makes the missing results; (what was made, what could not be and why)."""
    from ocr_eval.board.writing import changing
    from ocr_eval.cli.board_inputs import board_protocols, make_scoring, the_dataset
    from ocr_eval.cli.board_scoring import is_kept, keep_lines, missing

    done: list[dict[str, str]] = []
    lost: list[dict[str, str]] = []
    with changing(folder) as store:
        chosen = [store.submission(slug) for slug in flags["slugs"]] or list(store.submissions())
        names = [the_dataset(store, flags["dataset"])] if flags["dataset"] else list(store.dataset_ids())
        for name in names:
            rules = _rules(store, name, flags["protocol"], len(names) > 1, board_protocols)
            own = [each for each in chosen if f"canonical/{name}" in each.digests]
            if not (rules and own):
                continue
            scoring = make_scoring(settings, store, name, rules, flags)
            _put_cards(store, rules)
            keep_lines(store, scoring)
            for each in own:
                wanted = missing(store, each.slug, name, rules, overlays=flags["overlays"])
                if not wanted and is_kept(store, each.slug, name):  # finished before; nothing is read
                    continue
                pred = predictions(store, each, scoring, rules)
                if pred is None:
                    lost.append({"submission": each.slug, "reason": "no stored predictions"})
                else:
                    done += _rescore(store, each, pred, scoring, wanted, flags, day, lost)
    return done, lost


def _rules(
    store: Store, dataset: str, asked: tuple[str, ...], several: bool, choose: Any
) -> list[EvaluationProtocol]:
    """The protocols to score; with several data sets only those that a board on this one shows."""
    shown = {name for board in store.config.boards if board.dataset_id == dataset for name in board.protocols}
    if not shown:
        return []
    rules: list[EvaluationProtocol] = choose(store, dataset, asked)
    wrong = [repr(rule) for rule in rules if repr(rule) not in shown]
    if wrong and not several:
        hint = f"it has {', '.join(sorted(shown))}; add the protocol to `also` in board.toml first"
        raise usage_error(
            f"no board on {dataset} has protocol {wrong[0]}", hint.replace("; ", ", "), "E_SIGNATURE"
        )
    return [rule for rule in rules if repr(rule) in shown]


def _put_cards(store: Store, rules: Sequence[EvaluationProtocol]) -> None:
    """Cards of protocols and versions that the store does not have yet."""
    from ocr_eval.board.starting import protocol_files
    from ocr_eval.board.writing import put_files

    new = {k: v for k, v in protocol_files(rules).items() if not (store.path / k).exists()}
    put_files(store.path, new)


def predictions(
    store: Store, submission: Submission, scoring: Scoring, rules: Sequence[EvaluationProtocol]
) -> Instances | None:
    """What the submission was made of: canonical predictions, else the raw archive; None when neither was kept.

    Raises InputError (E_DRIFT) when they are not those of predictions.sha256.
    """
    from ocr_eval.cli.board_scoring import ARCHIVE, digests

    lines = store.prediction_lines(submission.slug, scoring.dataset)
    archive = store.path / "submissions" / submission.slug / ARCHIVE
    if archive.is_file():
        from ocr_eval.cli.inputs import read_side, reading

        place = archive
        pred = read_side(
            str(archive),
            isolation=scoring.isolation,
            format=None,
            samples=scoring.gt.sample_ids,
            limits=scoring.limits,
            invalid_polygons=scoring.invalid_polygons,
            **reading(rules, "prediction"),
        )
    elif lines is not None:
        place, pred = lines.path, scoring.isolation.canonical(lines.data, str(lines.path))
        _check_rings(pred, scoring)
    else:
        return None
    name = f"canonical/{scoring.dataset}"
    if digests(pred, scoring.dataset)[name] != submission.digests.get(name):
        reason = "these are not the predictions that predictions.sha256 names"
        raise usage_error(reason, "restore the file", "E_DRIFT", str(place))
    return pred


def _check_rings(pred: Instances, scoring: Scoring) -> None:
    if scoring.invalid_polygons == "refuse" and not pred.valid.all():
        reason = f"{int((~pred.valid).sum())} stored predictions have invalid rings"
        hint = "add --invalid-polygons with what was chosen when the submission was added"
        raise usage_error(reason, hint, "E_POLYGON", pred.source)


def _rescore(
    store: Store,
    submission: Submission,
    pred: Instances,
    scoring: Scoring,
    rules: Sequence[EvaluationProtocol],
    flags: dict[str, Any],
    day: str,
    lost: list[dict[str, str]],
) -> list[dict[str, str]]:
    """Writes what is missing; one entry of the report per new result. ``lost`` takes what these predictions cannot be
    scored under, for want of texts or confidences."""
    from ocr_eval.board.records import card_of, result_files
    from ocr_eval.board.stored import Event
    from ocr_eval.board.writing import append, put_files

    gt8 = store.dataset(scoring.dataset).gt8
    folder = store.path / "submissions" / submission.slug
    made = []
    for rule in rules:
        try:
            made += scoring.score(pred, [rule], overlays=flags["overlays"])
        except InputError as error:
            lost.append({"submission": submission.slug, "reason": error.problems[0].reason})
    if not made:
        return []
    events, written, done = [], [], []
    told = {(event.submission, event.dataset, event.new) for event in store.history()}
    dataset = f"{scoring.dataset}@{gt8}"
    for scored in made:
        card = card_of(scored.protocol)
        files = result_files(_told(scored, store, submission, scoring.dataset), submission.slug)
        if (folder / f"results/{dataset}/{card.key}.json").is_file():
            files = {name: data for name, data in files.items() if name.endswith(".why.jsonl")}
        else:
            old = _older(store, submission, scoring.dataset, card.protocol)
            values = (submission.slug, dataset, card.protocol, old, card.key, flags["reason"])
            if (submission.slug, dataset, card.key) not in told:  # told by a run that did not come further
                events.append(Event(0, "rescore", day, *values))
            done.append({"submission": submission.slug, "protocol": card.protocol, "key": card.key})
        # The record names the rows, so it comes last: a crash leaves rows without a record, which the next run makes.
        written.append(dict(sorted(files.items(), key=lambda item: item[0].endswith(".json"))))
    append(store, events)
    for files in written:
        put_files(folder, files)
    if flags["overlays"]:
        _keep(folder, scoring.dataset, pred)
    return done


def _keep(folder: Path, dataset: str, pred: Instances) -> None:
    from ocr_eval.board.writing import put_files
    from ocr_eval.tables.jsonl import lines

    name = f"instances/{dataset}.jsonl"
    if not (folder / name).is_file():
        put_files(folder, {name: "".join(lines(pred)).encode("utf-8", "surrogatepass")})


def _older(store: Store, submission: Submission, dataset: str, protocol: str) -> str:
    """The newest earlier result under this protocol string, as ``key`` or ``key of dataset@digits``; "" without one."""
    keys = {card.key for card in store.protocol_cards() if card.protocol == protocol}
    found = [
        result.path.with_suffix("").name
        for result in store.results(submission.slug)
        if result.path.parent.name.partition("@")[0] == dataset and result.path.with_suffix("").name in keys
    ]
    return max(found, default="")


def _told(scored: Scored, store: Store, submission: Submission, dataset: str) -> Scored:
    """With the warnings about the file itself that only its first reading could give, from an older record."""
    from dataclasses import replace

    from ocr_eval.errors import merge_notices

    kinds = ("W_LAYOUT", "W_ORIENTATION", "W_OUTSIDE", "W_AMBIGUOUS", "W_POLYGON")
    have = {notice.code for notice in scored.record.notices}
    for result in store.results(submission.slug):
        if result.path.parent.name.partition("@")[0] == dataset:
            told = [
                Notice(w["code"], w["message"], w["count"])
                for w in result.record.get("warnings", ())
                if w["code"] in kinds and w["code"] not in have
            ]
            record = replace(scored.record, notices=merge_notices((*scored.record.notices, *told)))
            return replace(scored, record=record)
    return scored
