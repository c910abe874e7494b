"""A ground truth and protocols -> the files of a new board, or of a further data set or board in an existing store."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ocr_eval.board.cards import (
    BoardConfig,
    DatasetCard,
    dataset_to_toml,
    method_id_problem,
    protocol_to_toml,
)
from ocr_eval.board.records import card_name, card_of
from ocr_eval.board.samples import HEAD, read_table, write_samples
from ocr_eval.board.slices import standard_slices
from ocr_eval.board.store import Store
from ocr_eval.board.stored import Event, SampleTable
from ocr_eval.board.toml import write_toml
from ocr_eval.errors import InputError, Problem, close_matches, quote, usage_error
from ocr_eval.protocols.formulas import headline

if TYPE_CHECKING:
    from ocr_eval.protocols import EvaluationProtocol
    from ocr_eval.tables.instances import Instances


@dataclass(frozen=True, eq=False)
class Start:
    """What ``board init`` was asked for. ``tags`` are the bytes of a TSV with slices, sizes, groups, and its name."""

    title: str
    gt: Instances
    card: DatasetCard  # slices are filled in from the tags
    protocols: Sequence[EvaluationProtocol]
    board: str  # id
    board_title: str
    headline: str | None = None
    languages: tuple[str, ...] = ("en",)
    tags: tuple[bytes, str] | None = None


def board_toml(start: Start, secret_file: str | None) -> str:
    """board.toml of a new store."""
    head = {"schema": 1, "title": start.title, "languages": list(start.languages), "audience": "public"}
    if secret_file is not None:
        head["secret_file"] = secret_file
    return write_toml(head) + "\n" + board_table(start) + '\n[policy]\nper_team = "best"\n'


def board_table(start: Start) -> str:
    """One ``[[board]]``, to begin board.toml's list or to be appended to it."""
    own, *also = map(repr, start.protocols)
    config = BoardConfig(
        start.board, start.board_title, start.card.id, start.card.gt8, own, headline_of(start)
    )
    values = {
        "id": config.id,
        "title": config.title,
        "dataset": f"{config.dataset_id}@{config.gt8}",
        "protocol": config.protocol,
        "headline": config.headline,
        **({"also": also} if also else {}),
        "version": config.version,
    }
    return write_toml({"board": [values]})


def headline_of(start: Start) -> str:
    """The metric that ranks: as asked, else hmean, else the protocol's first with a direction and an interval."""
    rule = start.protocols[0]
    if start.headline is not None:
        if start.headline not in rule.METRICS:
            near = close_matches(start.headline, rule.METRICS, n=1, cutoff=0.4)
            hint = f"did you mean {near[0]}?" if near else f"it has {', '.join(rule.METRICS)}"
            raise usage_error(f"{rule.ID} has no metric {quote(start.headline)}", hint)
        return start.headline
    found = headline(rule)
    if found is None:
        reason = f"{rule!r} has no metric that ranks: none is a ratio of sums, so none has an interval"
        raise usage_error(reason, "put another protocol first", "E_CONFIG")
    return found


def dataset_files(start: Start, secret: bytes | None) -> dict[str, bytes]:
    """card.toml, samples.tsv and instances.jsonl of the data set, by path below the store."""
    from ocr_eval.tables.jsonl import lines

    table, slices, groups = sample_table(start, secret)
    card = replace(start.card, slices=slices, groups=groups)
    folder = f"datasets/{card.id}"
    return {
        f"{folder}/instances.jsonl": "".join(lines(start.gt)).encode("utf-8", "surrogatepass"),
        f"{folder}/samples.tsv": write_samples(table, card.groups),
        f"{folder}/card.toml": dataset_to_toml(card).encode(),
    }


def protocol_files(protocols: Sequence[EvaluationProtocol]) -> dict[str, bytes]:
    """Cards of the protocols, by path below the store."""
    cards = [card_of(rule) for rule in protocols]
    return {f"protocols/{card_name(card)}": protocol_to_toml(card).encode() for card in cards}


def sample_table(start: Start, secret: bytes | None) -> tuple[SampleTable, tuple[str, ...], str]:
    """(table, slice columns, group column): standard slices from the gt, then the columns of the user's own table."""
    gt = start.gt
    order = sorted(range(len(gt.sample_ids)), key=lambda s: gt.sample_ids[s].encode("utf-8", "surrogatepass"))
    ids = tuple(gt.sample_ids[s] for s in order)
    slices = {name: tuple(tags[s] for s in order) for name, tags in standard_slices(gt).items()}
    given = _given(start, ids)
    own = [name for name in given if name not in (*HEAD, start.card.groups)]
    named = [name for name in own if name in start.card.slices] if start.card.slices else own
    slices |= {name: tuple(_tag(cell) for cell in given[name]) for name in named}
    groups = start.card.groups if start.card.groups in given else "none"
    if groups == "none" and start.card.groups != "none":
        raise usage_error(
            f"no table has the group column {quote(start.card.groups)}", "add it to --slices FILE"
        )
    aliases = given.get("alias", ids)
    if start.card.hidden:  # by position, so that an alias says nothing about the id
        keys = {k: hmac.digest(secret or b"", f"alias {k}".encode(), "sha256") for k in range(len(ids))}
        places = {k: n for n, k in enumerate(sorted(keys, key=lambda k: keys[k]), 1)}
        aliases = tuple(f"{places[k]:0{len(str(len(ids)))}d}" for k in range(len(ids)))
    sizes = [tuple(_size(cell) for cell in given.get(name, [""] * len(ids))) for name in ("width", "height")]
    own_groups = given[groups] if groups != "none" else None
    return SampleTable(ids, tuple(aliases), sizes[0], sizes[1], own_groups, slices), tuple(slices), groups


def _given(start: Start, ids: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """The user's columns in canonical order. Raises InputError naming missing and unknown samples."""
    if start.tags is None:
        return {}
    data, source = start.tags
    columns, rows = read_table(data, source)
    by_id = {row[columns.index("sample")]: row for row in rows}
    missing, unknown = set(ids) - set(by_id), set(by_id) - set(ids)
    if missing or unknown or len(by_id) != len(rows):
        reason = f"{len(missing)} samples are missing, {len(unknown)} are not in the ground truth"
        some = ", ".join(quote(name) for name in sorted(missing | unknown)[:3])
        hint = (
            f"one line for every sample of the ground truth, look at {some}" if some else "every sample once"
        )
        raise InputError([Problem("E_CONFIG", reason, hint, source)])
    return {
        name: tuple(by_id[sample][k] for sample in ids) for k, name in enumerate(columns) if name != "sample"
    }


def _tag(cell: str) -> str:
    """Flags as words; anything else as it is."""
    return {"1": "yes", "0": "no"}.get(cell, cell)


def _size(cell: str) -> float | None:
    try:
        return float(cell) if cell else None
    except ValueError:
        raise usage_error(
            f"{quote(cell)} is no size in pixels", "write a number, or nothing", "E_CONFIG"
        ) from None


def check_ids(dataset: str, board: str) -> None:
    """Raises InputError (E_USAGE) unless both may become parts of file names."""
    for what, name in (("--dataset", dataset), ("--board", board)):
        if method_id_problem(name):
            hint = "use a-z, 0-9, dot, dash and underscore, up to 64 characters"
            raise usage_error(f"{what} {quote(name)} is no id", hint)


def fits(store: Store, start: Start) -> bool:
    """Whether the store holds this data set already. Raises InputError (E_DATASET) when it holds another gt for it."""
    if start.card.id not in store.dataset_ids():
        return False
    known = store.dataset(start.card.id)
    if known.gt_digest != start.card.gt_digest:
        reason = (
            f"{quote(start.card.id)} of this board is @{known.gt8}, this ground truth is @{start.card.gt8}"
        )
        hint = "a corrected ground truth is a new data set: give it a new id, for example with its version"
        raise usage_error(reason, hint, "E_DATASET")
    return True


def event_of(start: Start, date: str) -> Event:
    """The history's line about a new data set."""
    return Event(0, "dataset", date, dataset=f"{start.card.id}@{start.card.gt8}", new=start.card.gt8)


def gt_digest(gt: Instances) -> str:
    """64 hex digits of the canonical gt."""
    from ocr_eval.tables.digest import digest

    return digest(gt)
