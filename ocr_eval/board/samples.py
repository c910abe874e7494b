"""samples.tsv of a data set in the store <-> ``SampleTable``; and where its pictures are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ocr_eval.board.tables import escape_id, spell, unescape_id
from ocr_eval.errors import InputError, Problem, quote

if TYPE_CHECKING:
    from ocr_eval.board.cards import DatasetCard
    from ocr_eval.board.stored import SampleTable

HEAD = ("sample", "alias", "width", "height")
IMAGE_KINDS = (".jpg", ".jpeg", ".png", ".webp", ".gif")


def read_samples(data: bytes, card: DatasetCard, source: str) -> SampleTable:
    """The table in canonical order. Raises InputError (E_CONFIG) with the line of every fault."""
    from ocr_eval.board.stored import SampleTable

    columns, rows = read_table(data, source)
    wanted = [*card.slices, *([card.groups] if card.groups != "none" else [])]
    missing = [name for name in (*HEAD, *wanted) if name not in columns]
    if missing:
        reason = f"column {quote(missing[0])} is missing"
        hint = "samples.tsv has sample, alias, width, height and every column that card.toml names"
        raise InputError([Problem("E_CONFIG", reason, hint, source, line=1)])
    order = sorted(range(len(rows)), key=lambda r: rows[r][columns.index("sample")].encode())
    cells = {name: tuple(rows[r][k] for r in order) for k, name in enumerate(columns)}
    if len(set(cells["sample"])) != len(rows) or len(set(cells["alias"])) != len(rows):
        hint = "every sample and every alias stands there once"
        raise InputError([Problem("E_CONFIG", "a sample or alias stands there twice", hint, source)])
    return SampleTable(
        ids=cells["sample"],
        aliases=cells["alias"],
        width=tuple(_size(cell, source) for cell in cells["width"]),
        height=tuple(_size(cell, source) for cell in cells["height"]),
        groups=cells[card.groups] if card.groups != "none" else None,
        slices={name: cells[name] for name in card.slices},
    )


def read_table(data: bytes, source: str) -> tuple[tuple[str, ...], list[list[str]]]:
    """(columns, rows of unescaped cells) of a TSV with a header. Raises InputError (E_CONFIG)."""
    try:
        lines = data.decode("utf-8-sig").replace("\r\n", "\n").split("\n")
    except UnicodeDecodeError:
        raise InputError([Problem("E_CONFIG", "not UTF-8", "save the file as UTF-8", source)]) from None
    while lines and not lines[-1]:
        lines.pop()
    columns = tuple(lines[0].split("\t")) if lines else ()
    problems = []
    if "sample" not in columns or len(set(columns)) != len(columns) or "" in columns:
        problems.append(
            Problem("E_CONFIG", "expected a header with sample, each column once", "", source, line=1)
        )
    rows = [line.split("\t") for line in lines[1:]]
    for number, row in enumerate(rows, 2):
        if len(row) != len(columns):
            reason = f"{len(row)} cells, expected {len(columns)}"
            problems.append(Problem("E_CONFIG", reason, "separate cells by TAB", source, line=number))
    if problems:
        raise InputError(problems)
    return columns, [[unescape_id(cell) for cell in row] for row in rows]


def write_samples(table: SampleTable, group_column: str = "group") -> bytes:
    """Canonical samples.tsv: sample, alias, width, height, group if there is one, then the slices in their order."""
    head = [*HEAD, *([group_column] if table.groups is not None else []), *table.slices]
    lines = ["\t".join(map(escape_id, head))]
    for k, sample in enumerate(table.ids):
        cells = [sample, table.aliases[k], *(_spell(size[k]) for size in (table.width, table.height))]
        cells += [table.groups[k]] if table.groups is not None else []
        cells += [tags[k] for tags in table.slices.values()]
        lines.append("\t".join(map(escape_id, cells)))
    return ("\n".join(lines) + "\n").encode()


def _size(cell: str, source: str) -> float | None:
    """Pixels; an empty cell means unknown."""
    if not cell:
        return None
    try:
        value = float(cell)
    except ValueError:
        value = math.nan
    if not 0 < value <= 1_000_000:
        reason = f"{quote(cell)} is no size in pixels"
        raise InputError([Problem("E_CONFIG", reason, "write a number above 0, or nothing", source)])
    return value


def _spell(size: float | None) -> str:
    return "" if size is None else spell(size)


def find_images(folder: Path, card: DatasetCard) -> dict[str, Path]:
    """Sample -> picture: from ``images/`` beside the card, else from the prepared data set with the same gt."""
    if card.images != "copy":
        return {}
    places = [folder / "images"]
    prepared = _prepared(card)
    if prepared is not None:
        places.append(prepared / "images")
    for place in places:
        if place.is_dir():
            return _by_stem(sorted(p for p in place.iterdir() if p.suffix.lower() in IMAGE_KINDS))
    return {}


def _by_stem(files: Sequence[Path]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for file in files:
        found.setdefault(file.stem, file)
    return found


def _prepared(card: DatasetCard) -> Path | None:
    """The folder of a prepared data set with this id, if its ground truth is this one."""
    import tomllib

    from ocr_eval.assets import dataset_path

    try:
        folder = dataset_path(card.id)
        found = tomllib.loads((folder / "card.toml").read_text(encoding="utf-8"))
    except (InputError, OSError, ValueError):
        return None
    return folder if found.get("gt_digest") == card.gt_digest else None
