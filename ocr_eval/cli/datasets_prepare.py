"""``ocr-eval datasets prepare``: files that a user obtained, checked against a card -> a ground truth with an id."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ocr_eval.cli.board import output_flags, report
from ocr_eval.cli.options import Example, Settings, common, option
from ocr_eval.errors import InputError, Problem, escape, quote, usage_error

if TYPE_CHECKING:
    from ocr_eval.cli.dataset_cards import Card, Source

BESIDE = ("samples.tsv", "README.md", "LICENSE")  # what goes with a card into another folder of data sets
CHUNK = 1 << 20


@click.command(
    cls=Example,
    example="ocr-eval datasets prepare ic15 downloads --datasets prepared",
    short_help="check files you obtained, so that an id names them",
)
@click.argument("name", metavar="ID")
@click.argument("directory", metavar="DIR")
@option("--limit", multiple=True, metavar="NAME=VALUE", help="Raise a safety limit; repeatable.")
@output_flags
@common
@click.pass_obj
def command(settings: Settings, /, name: str, directory: str, **flags: Any) -> int:
    """Checks the files in DIR against the card of a data set, and puts its ground truth where ID is looked for.

    Size, SHA-256 and the digest of what is read must be the card's, otherwise nothing is written (exit 5). Nothing is
    downloaded: `ocr-eval datasets show ID` says where the files are to be had. The prepared data set stands in the
    folder of --datasets or $OCR_EVAL_DATASETS; give the same to `score` and GT may be ID.
    """
    from ocr_eval.assets import dataset_path
    from ocr_eval.cli.dataset_cards import read_card
    from ocr_eval.cli.inputs import parse_limits

    limits = parse_limits(flags["limit"])
    card = read_card(dataset_path(name, settings.datasets))
    if not card.sources:
        reason = f"the card of {card.id} names no files to obtain"
        ready = (
            f"it is ready: `ocr-eval score {card.id} PRED`" if card.gt.exists() else "add [[source]] to it"
        )
        raise usage_error(reason, ready)
    home = _home(settings)
    if not Path(directory).is_dir():
        raise usage_error(f"{quote(directory)} is no folder", "give the folder that holds the files")
    contents = _checked(card, Path(directory))
    body = _read(card, str(Path(directory, card.sources[0].name)), limits, settings)
    target = home / card.id
    written = _write(card, target, contents)
    files = [each._asdict() for each in card.sources]
    report(
        {"schema": "ocr-eval/datasets-prepare/1", "id": card.id, "folder": str(target), "written": written}
        | body
        | {"files": [{"name": f["name"], "bytes": f["size"], "sha256": f["sha256"]} for f in files]},
        f"{card.id}: {body['samples']} samples, {body['instances']} instances, ds:{card.id}@{body['digest'][:8]}\n"
        f"{'written to' if written else 'was ready in'} {escape(str(target))}\n",
        flags["format"],
        flags["target"],
    )
    return 0


def _home(settings: Settings) -> Path:
    """The user's folder of data sets. Raises InputError (E_USAGE) when none is named."""
    from ocr_eval.assets import VARIABLE

    named = settings.datasets or os.environ.get(VARIABLE)
    if not named:
        reason = "no folder of data sets is named, and the shipped one is not written to"
        raise usage_error(reason, f"add --datasets DIR, or set ${VARIABLE}")
    return Path(named)


def _checked(card: Card, folder: Path) -> bytes:
    """The bytes of the ground truth. Raises InputError (E_GT) naming every file that is not the card's."""
    problems, gt = [], b""
    for k, source in enumerate(card.sources):
        fault, content = _compared(source, folder / source.name, keep=k == 0)
        gt = content if k == 0 else gt
        if fault:
            hint = "obtain it again: `ocr-eval datasets show` says where, nothing is downloaded"
            problems.append(Problem("E_GT", fault, hint, str(folder / source.name)))
    if problems:
        raise InputError(problems)
    return gt


def _compared(source: Source, path: Path, *, keep: bool) -> tuple[str, bytes]:
    """(what is wrong or "", the bytes if they are kept); never more than the card's size is read."""
    try:
        if not path.is_file():
            return ("is no file" if path.exists() else "is missing"), b""
        size = path.stat().st_size
        if size != source.size:
            return f"{size} bytes, the card says {source.size}", b""
        checksum, pieces, left = hashlib.sha256(), [], source.size
        with path.open("rb") as file:
            while left and (piece := file.read(min(CHUNK, left))):
                left -= len(piece)
                checksum.update(piece)
                pieces += [piece] if keep else []
    except OSError as error:
        return f"cannot be read: {(error.strerror or 'unknown').lower()}", b""
    if checksum.hexdigest() != source.sha256:
        return f"SHA-256 {checksum.hexdigest()}, the card says {source.sha256}", b""
    return "", b"".join(pieces)


def _read(card: Card, path: str, limits: Any, settings: Settings) -> dict[str, Any]:
    """Digest and size of the ground truth. Raises InputError (E_GT) when it is not the one of the card."""
    from ocr_eval.cli.datasets import check_digest, digested, read_gt

    layout = card.values.get("files", {}).get("gt_format")
    body = digested(read_gt(path, str(layout) if layout else None, limits, settings))
    check_digest(card, body["digest"], path, "E_GT")
    return body


def _write(card: Card, target: Path, gt: bytes) -> bool:
    """Puts card and ground truth in place; False when they are there already. Nothing else is overwritten."""
    from ocr_eval.cli.new_files import put, staged

    try:
        if (target / "gt").is_file() and (target / "gt").read_bytes() == gt:
            return False
        files = {"card.toml": (card.folder / "card.toml").read_bytes()}
        files |= {
            name: (card.folder / name).read_bytes() for name in BESIDE if (card.folder / name).is_file()
        }
    except OSError as error:
        reason = f"{quote(str(target))} cannot be read: {error.strerror}"
        raise usage_error(reason, "check its permissions") from None
    if target.is_dir() and (target / "card.toml").is_file():
        with staged({"gt": gt}, target / "gt", whole=True, is_folder=False) as new:
            put(new, target / "gt", force=False)
    else:
        with staged(files | {"gt": gt}, target, whole=False, is_folder=True) as new:
            put(new, target, force=False)
    return True
