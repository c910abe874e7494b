"""``ocr-eval board init``: a ground truth and protocols -> a new store, or a further board in an existing one."""

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
from ocr_eval.errors import escape, quote, usage_error

if TYPE_CHECKING:
    import datetime

    from ocr_eval.board.cards import DatasetCard
    from ocr_eval.board.starting import Start
    from ocr_eval.tables.instances import Instances


@click.command(
    cls=Example,
    example="ocr-eval board init my-board --title Demo --dataset sample -p rrc-iou -p cascade --visibility public",
    short_help="make a board for a data set",
)
@click.argument("directory", metavar="DIR")
@click.option(
    "--title", metavar="TEXT", help="Title of the site and of the board (default: the data set's id)."
)
@click.option(
    "--dataset", required=True, metavar="ID", help="Id of the data set; a prepared one brings its gt."
)
@click.option("--gt", metavar="GT", help="Ground truth: a zip, a folder or a file.")
@option("-p", "--protocol", multiple=True, metavar="ID", help="Protocol; repeatable, the first one ranks.")
@click.option(
    "--visibility", type=click.Choice(["public", "hidden"]), help="Of the ground truth (default: hidden)."
)
@click.option("--board", metavar="ID", help="Id of the board (default: the data set's id).")
@click.option("--board-title", metavar="TEXT", help="Title of the board, where it is not the site's.")
@click.option("--headline", metavar="METRIC", help="Metric that ranks (default: hmean).")
@click.option("--slices", "table", metavar="FILE", help="TSV: sample, then sizes, groups and slice tags.")
@click.option("--groups", metavar="COLUMN", help="Column of --slices that holds the resampling unit.")
@click.option(
    "--images",
    "pictures",
    type=click.Choice(["none", "link", "copy"]),
    help="What sites may show (default: none).",
)
@click.option(
    "--lang",
    "languages",
    multiple=True,
    type=click.Choice(["en", "ko"]),
    help="Languages of the site; repeatable.",
)
@option("--gt-format", metavar="F", help=FORMATS_HELP)
@POLICY_FLAG
@date_flag
@output_flags
@common
@click.pass_obj
def command(settings: Settings, /, directory: str, **flags: Any) -> int:
    """Makes a folder with a board: data set, protocols, history; or adds a board to such a folder.

    The ground truth's canonical form is kept in the store; with --visibility hidden (the default) nothing of it
    reaches a public page, and a secret is written beside the store, never into it.
    """
    from ocr_eval.board.starting import check_ids
    from ocr_eval.board.store import Store
    from ocr_eval.cli.inputs import parse_protocols

    if not flags["protocol"]:
        raise usage_error("no protocol given", "add -p ID; `ocr-eval protocols` lists them")
    check_ids(flags["dataset"], flags["board"] or flags["dataset"])
    rules = parse_protocols(flags["protocol"])
    folder = Path(directory)
    exists = (folder / "board.toml").is_file()
    if not exists and folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise usage_error(f"{quote(directory)} is there and is no board", "choose a new folder")
    gt = _gt(settings, rules, flags)
    store = Store.open(folder) if exists else None
    start = _start(settings, gt, rules, flags, store)
    made = (_extend if exists else _create)(folder, start, date_of(flags["day"]))
    body = {
        "schema": "ocr-eval/board-init/1",
        "board": start.board,
        "dataset": f"{start.card.id}@{start.card.gt8}",
        "protocols": [repr(rule) for rule in rules],
        "visibility": start.card.visibility,
        "samples": len(gt.sample_ids),
        "written": made,
        "warnings": warnings_json(gt.notices),
    }
    text = f"{escape(directory)}: board {start.board} on {body['dataset']} ({start.card.visibility}), "
    text += f"{len(gt.sample_ids)} samples, {', '.join(map(repr, rules))}\n"
    text += "".join(f"  {escape(name)}\n" for name in made)
    if start.card.hidden and not exists:
        text += (
            "The .secret file keys what public pages print: keep it out of the store, and do not lose it.\n"
        )
    report(body, text, flags["format"], flags["target"])
    tell_notices(start.card.id, gt.notices, settings)
    return 0


def _gt(settings: Settings, rules: Any, flags: dict[str, Any]) -> Instances:
    from ocr_eval.cli.inputs import parse_limits, read_side, reading, resolve_gt

    path, _ = resolve_gt(flags["gt"] or flags["dataset"], settings)
    return read_side(
        path,
        format=flags["gt_format"],
        limits=parse_limits(()),
        invalid_polygons=flags["invalid_polygons"],
        max_errors=settings.max_errors,
        **reading(rules, "gt"),
    )


def _start(settings: Settings, gt: Instances, rules: Any, flags: dict[str, Any], store: Any) -> Start:
    """What to write, from flags and, for a prepared data set with this ground truth, its card."""
    from ocr_eval.board.starting import Start, gt_digest

    name = flags["dataset"]
    card, tags = _prepared_card(settings, name, gt_digest(gt))
    asked = {"visibility": flags["visibility"], "images": flags["pictures"], "groups": flags["groups"]}
    changes = {key: value for key, value in asked.items() if value is not None}
    from dataclasses import replace

    card = replace(card, **changes)
    if flags["table"]:
        try:
            tags = Path(flags["table"]).read_bytes(), flags["table"]
        except OSError as error:
            raise usage_error(
                f"{quote(flags['table'])} cannot be read: {error.strerror}", "check the path"
            ) from None
        card = replace(card, slices=())
    board = flags["board"] or _free_id(name, rules[0].ID, store)
    languages = tuple(dict.fromkeys(flags["languages"])) or ("en",)
    title = flags["title"] or card.title or name
    own = flags["board_title"] or title
    return Start(title, gt, card, rules, board, own, flags["headline"], languages, tags)


def _free_id(name: str, protocol: str, store: Any) -> str:
    taken = {board.id for board in store.config.boards} if store else set()
    return name if name not in taken else f"{name}-{protocol}"


def _prepared_card(
    settings: Settings, name: str, digest: str
) -> tuple[DatasetCard, tuple[bytes, str] | None]:
    """The card of a prepared data set that has this very ground truth, else a bare one; and its table of samples."""
    import tomllib

    from ocr_eval.assets import dataset_ids, dataset_path
    from ocr_eval.board.cards import DatasetCard

    bare = DatasetCard(id=name, gt_digest=digest)
    if name not in dataset_ids(settings.datasets):
        return bare, None
    folder = dataset_path(name, settings.datasets)
    try:
        found = tomllib.loads((folder / "card.toml").read_text(encoding="utf-8"))
        if found.get("gt_digest") != digest:
            return bare, None
        keys = ("version", "split", "title", "licence", "homepage", "citation", "images", "groups", "frozen")
        fields: dict[str, Any] = {key: found[key] for key in keys if key in found}
        fields |= {key: tuple(found[key]) for key in ("task", "languages", "slices") if key in found}
        table = folder / "samples.tsv"
        tags = (table.read_bytes(), str(table)) if table.is_file() else None
        return DatasetCard(id=name, gt_digest=digest, **fields), tags
    except (OSError, ValueError, TypeError) as error:
        reason = f"the card of the prepared data set {quote(name)} cannot be read: {type(error).__name__}"
        raise usage_error(reason, "prepare the data set again", "E_CONFIG") from None


def _create(folder: Path, start: Start, day: datetime.date) -> list[str]:
    """A new store; paths of what was written, in order. Nothing is written when anything is wrong."""
    from dataclasses import replace

    from ocr_eval.board.starting import board_toml, dataset_files, event_of, protocol_files
    from ocr_eval.board.writing import ATTRIBUTES, new_secret, put_folder, put_secret, secret_place, to_line

    name, place = secret_place(folder) if start.card.hidden else (None, None)
    secret = new_secret(place) if place else None
    files = {".gitattributes": ATTRIBUTES.encode()}
    files |= dataset_files(start, secret) | protocol_files(start.protocols)
    files["history.jsonl"] = to_line(replace(event_of(start, day.isoformat()), seq=1)).encode()
    files["board.toml"] = board_toml(start, name).encode()
    if place is not None and secret is not None:
        put_secret(place, secret)
    put_folder(folder, files)
    return [*([name] if name else []), *files]


def _extend(folder: Path, start: Start, day: datetime.date) -> list[str]:
    """A further board, with its data set and protocols if they are new; paths of what was written."""
    from ocr_eval.board.starting import board_table, dataset_files, event_of, fits, protocol_files
    from ocr_eval.board.writing import append, changing, put_files

    with changing(folder) as store:
        if any(board.id == start.board for board in store.config.boards):
            raise usage_error(
                f"the store has a board {quote(start.board)} already", "give another one with --board ID"
            )
        known = fits(store, start)
        files = {} if known else dataset_files(start, store.config.secret)
        if start.card.hidden and not known and store.config.secret is None:
            hint = 'add secret_file = "../board.secret" to board.toml and write 64 random hex digits there'
            raise usage_error("a hidden data set needs a secret, the store has none", hint, "E_CONFIG")
        for name, data in protocol_files(start.protocols).items():
            if not (folder / name).exists():
                files[name] = data
        before = (folder / "board.toml").read_text(encoding="utf-8")
        files["board.toml"] = (before.rstrip("\n") + "\n\n" + board_table(start)).encode()
        put_files(folder, files)
        append(store, [] if known else [event_of(start, day.isoformat())])
    return list(files)
