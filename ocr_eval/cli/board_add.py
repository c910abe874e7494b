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
from ocr_eval.cli.options import FORMATS_HELP, LINES_HELP, Example, Settings, common, option
from ocr_eval.errors import Notice, merge_notices, usage_error

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
@option("--gt-lines", metavar="GT", help=LINES_HELP + " The store keeps it.")
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
    beyond the board's limits. Nothing is stored then. --date is the date of a card that has none.
    """
    from ocr_eval.board import adding
    from ocr_eval.board.store import Store
    from ocr_eval.board.writing import changing, ensure_secret
    from ocr_eval.cli.board_inputs import board_protocols, make_scoring, read_card, the_dataset
    from ocr_eval.cli.board_scoring import keep_lines
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
        adding.check_supersedes(store, card, flags["card"] or "")
        scoring = make_scoring(settings, store, dataset, rules, flags)
        pred = _read(settings, path, scoring, rules, flags)
        entry = _entry(store, card, pred, path, scoring, rules, flags)
        found = merge_notices(
            (*pred.notices, *adding.notices(store, entry), *_why_zero(entry, rules, scoring, pred))
        )
        if card.anonymous or card.embargo_until:
            ensure_secret(store)
        keep_lines(store, scoring)
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


def _read(
    settings: Settings, path: str, scoring: Scoring, rules: list[EvaluationProtocol], flags: dict[str, Any]
) -> Instances:
    from ocr_eval.cli.inputs import read_side, reading

    return read_side(
        path,
        format=flags["pred_format"],
        isolation=scoring.isolation,
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


def _why_zero(
    entry: Entry, rules: list[EvaluationProtocol], scoring: Scoring, pred: Instances
) -> list[Notice]:
    """W_NO_MATCH for whoever adds the submission. Never stored: a page must not say what a hidden gt would match."""
    from ocr_eval.engine.suspicion import explained

    records = explained([scored.record for scored in entry.results], rules, scoring.gt, pred)
    return [notice for record in records for notice in record.notices if notice.code == "W_NO_MATCH"][:1]


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
