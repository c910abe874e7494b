"""``ocr-eval datasets``: the cards of data sets, listed or shown; the digest of a ground truth; what is prepared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from ocr_eval.cli.board import output_flags, report, tell_notices
from ocr_eval.cli.groups import TableGroup
from ocr_eval.cli.options import FORMATS_HELP, Example, Settings, common, option
from ocr_eval.errors import InputError, Problem, escape

if TYPE_CHECKING:
    from ocr_eval.cli.dataset_cards import Card
    from ocr_eval.limits import Limits
    from ocr_eval.tables.instances import Instances

COMMANDS: dict[str, tuple[str, str]] = {
    "list": ("ocr_eval.cli.datasets:listing", "the data sets that an id may name"),
    "show": ("ocr_eval.cli.datasets:show", "a data set's card: what it holds, its licence, how to obtain it"),
    "digest": ("ocr_eval.cli.datasets:digest", "the digest of a ground truth, as signatures show it"),
    "prepare": ("ocr_eval.cli.datasets_prepare", "check files you obtained, so that an id names them"),
}


@click.command(
    cls=TableGroup,
    table=COMMANDS,
    epilog="\b\nExample:\n  ocr-eval datasets show sample\n",
    short_help="data set cards: list, show, digest, prepare",
    invoke_without_command=True,
)
@output_flags
@common
@click.pass_context
def command(ctx: click.Context, /, **flags: Any) -> int:
    """Lists the data sets that GT may name by their id: of --datasets DIR, of $OCR_EVAL_DATASETS, and the shipped ones.

    Nothing is ever downloaded.
    """
    return 0 if ctx.invoked_subcommand else _list(ctx.find_root().obj, flags)


@click.command(cls=Example, example="ocr-eval datasets list", short_help=COMMANDS["list"][1])
@output_flags
@common
@click.pass_obj
def listing(settings: Settings, /, **flags: Any) -> int:
    """Lists the data sets that GT may name by their id, and whether their ground truth is there."""
    return _list(settings, flags)


@click.command(cls=Example, example="ocr-eval datasets show sample", short_help=COMMANDS["show"][1])
@click.argument("name", metavar="ID")
@output_flags
@common
@click.pass_obj
def show(settings: Settings, /, name: str, **flags: Any) -> int:
    """Shows everything that the card of a data set says."""
    from ocr_eval.assets import dataset_path
    from ocr_eval.cli.dataset_cards import read_card, told

    card = read_card(dataset_path(name, settings.datasets))
    body = {"schema": "ocr-eval/datasets/1", "datasets": [told(card)]}
    report(body, _shown(card), flags["format"], flags["target"])
    return 0


@click.command(cls=Example, example="ocr-eval datasets digest sample", short_help=COMMANDS["digest"][1])
@click.argument("gt", metavar="GT")
@option("--gt-format", metavar="F", help=FORMATS_HELP)
@option("--limit", multiple=True, metavar="NAME=VALUE", help="Raise a safety limit; repeatable.")
@output_flags
@common
@click.pass_obj
def digest(settings: Settings, /, gt: str, **flags: Any) -> int:
    """Prints the digest of a ground truth: of its content, whatever the archive, its order and its line ends are.

    Of a data set with a card, the card must say the same.
    """
    from ocr_eval.cli.inputs import parse_limits, resolve_gt

    path, name = resolve_gt(gt, settings)
    table = read_gt(path, flags["gt_format"], parse_limits(flags["limit"]), settings)
    body = digested(table)
    if name != "local":
        from ocr_eval.assets import dataset_path
        from ocr_eval.cli.dataset_cards import read_card

        check_digest(read_card(dataset_path(name, settings.datasets)), body["digest"], gt, "E_DATASET")
    head = f"ds:{name}@{body['digest'][:8]}\n{body['digest']}\n"
    text = f"{head}{body['samples']} samples, {body['instances']} instances, {body['format']}\n"
    tell_notices(gt, table.notices, settings)
    report({"schema": "ocr-eval/datasets-digest/1", "gt": gt} | body, text, flags["format"], flags["target"])
    return 0


def read_gt(path: str, layout: str | None, limits: Limits, settings: Settings) -> Instances:
    """A ground truth as ``score --invalid-polygons official`` reads it, with rings or a list of texts."""
    from ocr_eval.cli.inspect import read_labels

    return read_labels(path, layout, limits, settings, verbatim=False)


def digested(table: Instances) -> dict[str, Any]:
    """The digest of a table and how much it holds."""
    from ocr_eval.tables.digest import digest as digest_of

    size = {"samples": len(table.sample_ids), "instances": len(table), "care": int(table.care.sum())}
    return {"digest": digest_of(table), "format": table.format} | size


def check_digest(card: Card, found: str, source: str, code: str) -> None:
    """Raises InputError (``code``) when a ground truth is not the one of the card."""
    if found == card.values["gt_digest"]:
        return
    reason = f"digest {found}, the card of {card.id} says {card.values['gt_digest']}"
    hint = "it is another version of the ground truth, or read in another layout: see --gt-format"
    raise InputError([Problem(code, reason, hint, source)])


def _list(settings: Settings, flags: dict[str, Any]) -> int:
    from ocr_eval.assets import dataset_ids, dataset_path
    from ocr_eval.cli.dataset_cards import read_card, told

    cards = [read_card(dataset_path(name, settings.datasets)) for name in dataset_ids(settings.datasets)]
    body = {"schema": "ocr-eval/datasets/1", "datasets": [told(card) for card in cards]}
    report(body, _listed(cards), flags["format"], flags["target"])
    return 0


def _listed(cards: Sequence[Card]) -> str:
    lines = []
    for card in cards:
        state = "ready" if card.gt.exists() else f"`ocr-eval datasets prepare {card.id} DIR` makes it ready"
        lines.append(f"{card.id}: {escape(card.values.get('title') or card.id)}; {state}\n")
    return "".join(lines) + "\n`ocr-eval datasets show ID` shows a card.\n"


def _shown(card: Card) -> str:
    """One line per key; tables below, indented."""
    values = {"folder": str(card.folder), "ground truth": "ready" if card.gt.exists() else "not prepared"}
    lines = [f"{key}: {_plain(value)}\n" for key, value in (values | card.values).items() if _is_plain(value)]
    for key, value in card.values.items():
        if isinstance(value, dict):
            lines += [f"{key}:\n", *(f"    {escape(name)}: {_plain(each)}\n" for name, each in value.items())]
    if card.sources:
        lines.append("files to obtain:\n")
        lines += [
            f"    {escape(each.name)}: {each.size} bytes, SHA-256 {each.sha256}\n" for each in card.sources
        ]
    return "".join(lines)


def _is_plain(value: Any) -> bool:
    return not isinstance(value, dict) and not (
        isinstance(value, list) and value and isinstance(value[0], dict)
    )


def _plain(value: Any) -> str:
    return escape(", ".join(map(str, value)) if isinstance(value, list) else str(value))
