"""``ocr-eval board add``: a submission and its card -> scored, checked against the board, stored in one step."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ocr_eval.cli.board import (
    POLICY_FLAG,
    date_flag,
    date_of,
    output_flags,
    report,
    tell_notices,
    warnings_json,
)
from ocr_eval.cli.options import FORMATS_HELP, Example, Settings, common, option
from ocr_eval.errors import Notice, merge_notices, quote, usage_error

if TYPE_CHECKING:
    from ocr_eval.board.adding import Entry
    from ocr_eval.board.cards import SubmissionCard
    from ocr_eval.board.store import Store
    from ocr_eval.cli.board_scoring import Scoring
    from ocr_eval.protocols import EvaluationProtocol
    from ocr_eval.tables.instances import Instances


@click.command(
    cls=Example,
    example="ocr-eval board add my-board sample:ocrad --id ocrad --name Ocrad --date 2026-11-21 --overlays",
    short_help="score a submission and store its counts",
)
@click.argument("directory", metavar="DIR")
@click.argument("prediction", metavar="PRED")
@click.option("--card", metavar="FILE", help="Card of the submission (TOML or JSON).")
@click.option("--id", "method", metavar="ID", help="Without a card: method id.")
@click.option("--name", metavar="TEXT", help="Without a card: name.")
@click.option("--dataset", metavar="ID", help="Data set (default: the board's only one).")
@click.option("--gt", metavar="GT", help="Ground truth (default: the one the store keeps).")
@option(
    "-p", "--protocol", multiple=True, metavar="ID", help="Protocol; repeatable (default: all of the boards)."
)
@option(
    "--keep-predictions", is_flag=True, help="Keep the canonical predictions, for rescoring and overlays."
)
@option("--keep-archive", is_flag=True, help="Keep the zip itself too, as predictions.zip; never published.")
@option("--overlays", is_flag=True, help="Keep predictions and the reasons of every match and miss.")
@click.option("--lexicon", metavar="FILE", help="Word list for protocols that use one.")
@option("--gt-format", metavar="F", help=FORMATS_HELP)
@option("--pred-format", metavar="F", help=FORMATS_HELP)
@POLICY_FLAG
@option("--limit", multiple=True, metavar="NAME=VALUE", help="Raise a safety limit; repeatable.")
@date_flag
@output_flags
@common
@click.pass_obj
def command(settings: Settings, /, directory: str, prediction: str, **flags: Any) -> int:
    """Scores a submission under the board's protocols and stores card, digests and counts.

    Refused: predictions that the board already holds, another ground truth or protocol than the board's, a team
    beyond the board's limits. Nothing is stored then. --date is the date of a card made with --id and --name.
    """
    from ocr_eval.board import adding
    from ocr_eval.board.store import Store
    from ocr_eval.board.writing import changing
    from ocr_eval.cli.inputs import named_predictions

    Store.open(directory)
    card = read_card(flags, date_of)
    ((_, path),) = named_predictions([prediction])
    with changing(Path(directory)) as store:
        dataset = the_dataset(store, flags["dataset"])
        rules = board_protocols(store, dataset, flags["protocol"])
        for rule in rules:
            adding.check_protocol(store, dataset, _card_of(rule))
        adding.check_limits(store, card)
        scoring = make_scoring(settings, store, dataset, rules, flags)
        pred = _read(settings, path, scoring, rules, flags)
        entry = _entry(store, card, pred, path, scoring, rules, flags)
        found = merge_notices((*pred.notices, *adding.notices(store, entry)))
        slug = adding.add(store, entry)
    results = [_result(scored.record) for scored in entry.results]
    body = {
        "schema": "ocr-eval/board-add/1",
        "submission": slug,
        "dataset": f"{dataset}@{store.dataset(dataset).gt8}",
        "results": results,
        "warnings": warnings_json(_all(found, entry)),
    }
    report(body, _text(slug, results), flags["format"], flags["target"])
    tell_notices(slug, _all(found, entry), settings)
    return 0


def _card_of(rule: EvaluationProtocol) -> Any:
    from ocr_eval.board.records import card_of

    return card_of(rule)


def read_card(flags: dict[str, Any], date: Any) -> SubmissionCard:
    """The card of ``--card``, or a minimal one of ``--id`` and ``--name``. Raises InputError."""
    from ocr_eval.board.card_parser import parse_submission
    from ocr_eval.board.cards import SubmissionCard, check_method_id

    if flags["card"]:
        if flags["method"] or flags["name"]:
            raise usage_error("--card and --id or --name say the same", "give either the card or both texts")
        try:
            data = Path(flags["card"]).read_bytes()
        except OSError as error:
            raise usage_error(
                f"card {quote(flags['card'])} cannot be read: {error.strerror}", "check the path"
            ) from None
        return parse_submission(data, flags["card"])
    if not (flags["method"] and flags["name"]):
        raise usage_error("who made this submission", "give --card card.toml, or --id ID and --name NAME")
    check_method_id(flags["method"])
    return SubmissionCard(flags["method"], flags["name"], date(flags["day"]))


def the_dataset(store: Store, name: str | None) -> str:
    """The data set asked for (with or without @digits), or the only one. Raises InputError (E_USAGE, E_DATASET)."""
    known = store.dataset_ids()
    if name is None:
        if len(known) != 1:
            raise usage_error(
                "the board has several data sets", f"give one of them: --dataset {', '.join(known)}"
            )
        return known[0]
    plain, _, gt8 = name.partition("@")
    if plain not in known or (gt8 and store.dataset(plain).gt8 != gt8):
        listed = ", ".join(f"{each}@{store.dataset(each).gt8}" for each in known) or "none"
        raise usage_error(f"the board has no data set {quote(name)}", f"it has {listed}", "E_DATASET")
    return plain


def board_protocols(store: Store, dataset: str, asked: tuple[str, ...]) -> list[EvaluationProtocol]:
    """The protocols asked for, else all of the boards on this data set. Raises InputError (E_PROTOCOL, E_USAGE)."""
    from ocr_eval.cli.inputs import parse_protocols

    shown = [name for board in store.config.boards if board.dataset_id == dataset for name in board.protocols]
    rules = parse_protocols(asked or tuple(dict.fromkeys(shown)))
    if not rules:
        raise usage_error(f"no board uses data set {quote(dataset)}", "add a [[board]] to board.toml")
    return rules


def make_scoring(
    settings: Settings, store: Store, dataset: str, rules: list[EvaluationProtocol], flags: dict[str, Any]
) -> Scoring:
    """The board's gt (or the one given, if it is the same). Raises InputError (E_DATASET, E_GT, E_USAGE)."""
    from ocr_eval.board.adding import check_board
    from ocr_eval.board.starting import gt_digest
    from ocr_eval.cli.board_scoring import Scoring, stored_gt
    from ocr_eval.cli.inputs import parse_limits, read_lexicon, read_side, reading, resolve_gt

    limits = parse_limits(flags.get("limit", ()))
    if flags.get("gt"):
        path, _ = resolve_gt(flags["gt"], settings)
        gt = read_side(
            path,
            format=flags.get("gt_format"),
            limits=limits,
            invalid_polygons=flags["invalid_polygons"],
            max_errors=settings.max_errors,
            **reading(rules, "gt"),
        )
        check_board(store, dataset, gt_digest(gt), rules)
    else:
        gt = stored_gt(store, dataset)
    if flags["invalid_polygons"] != "official" and not (gt.valid | ~gt.care).all():
        reason = "the board's ground truth holds invalid rings, which only the official treatment admits"
        raise usage_error(reason, "add --invalid-polygons official")
    lexicon = read_lexicon(flags.get("lexicon"), rules)
    return Scoring(dataset, gt, store.samples(dataset), lexicon, flags["invalid_polygons"], limits)


def _read(
    settings: Settings, path: str, scoring: Scoring, rules: list[EvaluationProtocol], flags: dict[str, Any]
) -> Instances:
    from ocr_eval.cli.inputs import read_side, reading

    return read_side(
        path,
        format=flags["pred_format"],
        samples=scoring.gt.sample_ids,
        limits=scoring.limits,
        invalid_polygons=flags["invalid_polygons"],
        max_errors=settings.max_errors,
        **reading(rules, "prediction"),
    )


def _entry(
    store: Store,
    card: SubmissionCard,
    pred: Instances,
    path: str,
    scoring: Scoring,
    rules: list[EvaluationProtocol],
    flags: dict[str, Any],
) -> Entry:
    """Everything that will be stored. Raises InputError (E_DUPLICATE is asked first, before any scoring)."""
    import hashlib

    from ocr_eval.board.adding import Entry, check_duplicate
    from ocr_eval.cli.board_scoring import digests
    from ocr_eval.tables.jsonl import lines

    made = digests(pred, scoring.dataset)
    archive = Path(path).read_bytes() if Path(path).is_file() else None
    if archive is not None:
        made["archive"] = hashlib.sha256(archive).hexdigest()
    check_duplicate(store, made)
    kept = {}
    if flags["keep_archive"]:
        if archive is None or not archive.startswith(b"PK"):
            raise usage_error("--keep-archive keeps zip archives only", "leave it out, or send a zip")
        kept["predictions.zip"] = archive
    if flags["keep_predictions"] or flags["overlays"]:
        kept[f"instances/{scoring.dataset}.jsonl"] = "".join(lines(pred)).encode("utf-8", "surrogatepass")
    return Entry(card, scoring.dataset, made, scoring.score(pred, rules, overlays=flags["overlays"]), kept)


def _all(found: tuple[Notice, ...], entry: Entry) -> list[Notice]:
    """What was noticed about the submission and under any protocol, each once."""
    seen = {(n.code, n.message): n for scored in entry.results for n in scored.record.notices}
    seen |= {(n.code, n.message): n for n in found}
    return [seen[key] for key in sorted(seen)]


def _result(record: Any) -> dict[str, Any]:
    return {
        "protocol": record.protocol,
        "signature": record.signature,
        "samples": len(record.counts.sample_ids),
        "metrics": record.metrics,
    }


def _text(slug: str, results: list[dict[str, Any]]) -> str:
    """The slug, then one line per protocol."""
    lines = [slug]
    for result in results:
        shown = [
            f"{k} {100 * v:.2f}" if v is not None else f"{k} undefined" for k, v in result["metrics"].items()
        ]
        lines.append(f"  {result['protocol']} · {result['samples']} samples · {', '.join(shown)}")
    return "\n".join(lines) + "\n"
