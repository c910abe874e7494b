"""Parquet -> instances: a row each, with the columns of our JSON, ``image``, ``box``, ``text``, ``score``, ``care``.

``box`` is a list of numbers: four (x1, y1, x2, y2) or an even number from six on; ``ring`` in its place any even
number. Rows whose ``level`` is ``image`` describe an image and are no instances, with the columns ``alias``, ``size``,
``paragraphs`` and ``lines`` of ``json_structure``; ``angle``, ``line`` and the numbers of COCO documents have columns
of their own names. Without ``box`` and ``ring`` it is a list of texts. Sizes are read from the file's metadata before
anything is unpacked; coordinates go from the file's arrays to the table's in one copy.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocr_eval.errors import Findings
from ocr_eval.formats.glimpse import Glimpse
from ocr_eval.formats.json_safe import JsonFault
from ocr_eval.formats.json_structure import IMAGE_KEYS, MORE_KEYS, Structure, image_of, more_of
from ocr_eval.formats.parquet_arrays import checked_names, flags_of, floats, opened, rings_of, texts_of
from ocr_eval.formats.reader import Columns, Entry, Options
from ocr_eval.formats.schema import Names, enough_room, flat_ring
from ocr_eval.tables.arrays import gather, offsets
from ocr_eval.tables.spelling import NUMBERS

MAGIC = b"PAR1"
BASIC = {"image", "box", "ring", "text", "score", "care", "level"}
KNOWN = BASIC | IMAGE_KEYS | (MORE_KEYS - {"numbers"}) | set(NUMBERS)


class Parquet:
    """Format ``parquet``: one document with all images."""

    def looks(self, glimpse: Glimpse) -> bool:
        return glimpse.head.startswith(MAGIC)

    def read(self, entries: Sequence[Entry], options: Options, findings: Findings) -> Columns:
        """Every row, samples in the order of their first one."""
        columns = Columns("parquet", geometry=options.geometry)
        (entry,) = entries
        try:
            table = opened(entry.data, options.limits, KNOWN)
            others = table.pop("", None)
            if others:
                findings.warn("W_LAYOUT", "columns that are not read", place=entry.name, count=others)
            _fill(table, entry, options, findings, columns)
        except JsonFault as fault:
            findings.error(fault.code, fault.reason, fault.hint, entry=entry.name, line=fault.line)
            columns = Columns("parquet", geometry=options.geometry)
        return columns


def _fill(
    table: dict[str, Any], entry: Entry, options: Options, findings: Findings, columns: Columns
) -> None:
    images = checked_names(table)
    described = _described(table)
    rows = np.flatnonzero(~described)
    ringed = "box" in table or "ring" in table
    if columns.geometry and not ringed:
        raise JsonFault("E_FORMAT", "no column box", "a list of texts is scored with -p recognition")
    names, structure = Names(entry, options, findings), Structure()
    # Where no row says more than the usual, samples may be named all at once, and nothing needs a structure.
    bare = len(rows) == len(described) and not {"angle", "line", *NUMBERS} & table.keys()
    plain = names.plain(images[0]) if bare and _is_in_order(*images) else None
    if plain is None:
        owner = _samples(images, described, names, structure, table, options)
    else:
        owner = images[1]
    # The rows of one sample may be apart; where they are not, nothing is moved.
    kept = rows[owner[rows] >= 0]
    order = kept if (np.diff(owner[kept]) >= 0).all() else kept[np.argsort(owner[kept], kind="stable")]
    samples = [sample for sample, _ in structure.more] if plain is None else plain
    sizes = np.bincount(owner[order], minlength=len(samples)).tolist()
    most = max(sizes, default=0)
    if most > options.limits.instances and not all(
        enough_room(size, 0, entry, options, findings) for size in sizes
    ):
        return
    if not enough_room(0, len(order), entry, options, findings):
        return
    if not columns.geometry and (most > 1 or 0 in sizes):
        raise JsonFault("E_FORMAT", "a sample has other than one text", "score it as one with rings")
    _rings(table, order, options, columns)
    columns.samples, columns.entries, columns.sizes = samples, [entry.name] * len(samples), sizes
    texts, care = texts_of(table, order, options), flags_of(table, order)
    if options.role != "gt":
        care = np.ones(len(order), np.bool_)
    columns.has_confidence = options.role != "gt" and ("score" in table or options.confidence)
    score = np.ones(len(order))
    if columns.has_confidence:
        score = floats(table, "score", order, "E_CONFIDENCE")
        if len(score) and not ((score >= 0) & (score <= 1)).all():
            wrong = int(order[~((score >= 0) & (score <= 1))][0])
            raise JsonFault("E_CONFIDENCE", f"score of row {wrong + 1} is outside 0 to 1", "", wrong + 1)
    columns.add_arrays(texts, care, order + 1, score + 0.0)
    columns.pack()
    _more(table, order, sizes, structure)
    names.tell_unknown()
    if plain is None:
        structure.fill(columns)


def _is_in_order(different: list[str], code: NDArray[np.int64]) -> bool:
    """True when every name's rows stand together, and the names in the order of their codes."""
    step = np.diff(code, prepend=-1, append=len(different))
    return bool(len(code) and step[0] == 1 and step[-1] == 1 and (step >= 0).all() and (step <= 1).all())


def _described(table: dict[str, Any]) -> NDArray[np.bool_]:
    """The rows that describe an image."""
    size = len(table["image"])
    if "level" not in table:
        return np.zeros(size, np.bool_)
    return np.array([level == "image" for level in table["level"].to_pylist()], np.bool_)


def _samples(
    images: tuple[list[str], NDArray[np.int64]],
    described: NDArray[np.bool_],
    names: Names,
    structure: Structure,
    table: dict[str, Any],
    options: Options,
) -> NDArray[np.int64]:
    """(rows,) position of every row's sample, -1 for one that the gt does not have.

    The samples stand, in their order, as the keys of ``structure.more``.
    """
    different, code = images
    place = np.full(len(different), -1, np.int64)
    first = np.full(len(different), len(code), np.int64)
    np.minimum.at(first, code, np.arange(len(code)))
    for k in np.argsort(first, kind="stable").tolist():
        if first[k] < len(code):
            sample = names.sample(different[k], f"image of row {first[k] + 1}")
            if sample is not None:
                place[k] = len(structure.more)
                structure.more[sample, None] = []
    samples = [sample for sample, _ in structure.more]
    keys = sorted((IMAGE_KEYS - {"image", "level"}) & table.keys())
    for row in np.flatnonzero(described).tolist():
        said = {key: _plain(table[key][row].as_py()) for key in keys}
        if place[code[row]] < 0:
            continue
        sample = samples[int(place[code[row]])]
        if (sample, None) in structure.images:
            raise JsonFault("E_ENTRY_DUPLICATE", f"row {row + 1} describes an image again", "", row + 1)
        given = {key: value for key, value in said.items() if value is not None}
        structure.images[sample, None] = image_of(
            given, f"row {row + 1}", options, lambda i, w: _ring(i, w, options)
        )
    found: NDArray[np.int64] = place[code]
    return found


def _plain(value: Any) -> Any:
    """The same without the keys of structs that are null."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: item for key, item in value.items() if item is not None}
    return value


def _ring(item: dict[str, Any], pointer: str, options: Options) -> list[float]:
    """The ring of a line or paragraph, of any even number of coordinates."""
    values = item["ring"] if "ring" in item else item["box"]
    if isinstance(values, list) and len(values) in (0, 2, 4):
        values = values * 3  # short rings are checked as long ones are
        return flat_ring(values, pointer, options)[: len(values) // 3] if values else []
    if not isinstance(values, list):
        raise JsonFault("E_FORMAT", f"{pointer}/ring must be a list of numbers")
    return flat_ring(values, pointer, options)


def _rings(table: dict[str, Any], order: NDArray[np.int64], options: Options, columns: Columns) -> None:
    if not columns.geometry:
        columns.vertices.append(np.zeros(len(order), np.int64))
        return
    short = "ring" in table
    values, bounds = rings_of(table, "ring" if short else "box", order, options.limits)
    if len(order) != len(bounds) - 1 or (np.diff(order) != 1).any():
        values, bounds = gather(values, bounds, order), offsets(np.diff(bounds)[order])
    elif len(order):
        values, bounds = values[bounds[order[0]] : bounds[order[-1] + 1]], bounds - bounds[0]
    size = np.diff(bounds)
    if not short and (size == 4).any():
        values, size = _corners(values, bounds, order)
    columns.xy.append(values)
    columns.vertices.append(size // 2)


def _corners(
    values: NDArray[np.float64], bounds: NDArray[np.int64], order: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Boxes of four numbers as their corners, clockwise on the screen from the top left one."""
    size = np.diff(bounds)
    four = np.flatnonzero(size == 4)
    box = values[bounds[four][:, None] + np.arange(4)]
    turned = (box[:, 2:] < box[:, :2]).any(1)
    if turned.any():
        row = int(order[four[turned][0]]) + 1
        hint = "four numbers are x1, y1, x2, y2"
        raise JsonFault("E_COORD", f"box of row {row} has x2 < x1 or y2 < y1", hint, row)
    made = offsets(np.where(size == 4, 8, size))
    new = np.empty(made[-1])
    new[made[four][:, None] + np.arange(8)] = box[:, [0, 1, 2, 1, 2, 3, 0, 3]]
    others = np.flatnonzero(size != 4)
    lengths = size[others]
    within = np.arange(lengths.sum()) - np.repeat(offsets(lengths)[:-1], lengths)
    new[np.repeat(made[others], lengths) + within] = gather(values, bounds, others)
    return new, np.diff(made)


def _more(table: dict[str, Any], order: NDArray[np.int64], sizes: list[int], structure: Structure) -> None:
    """Angles, lines and numbers of the instances, where there are columns of them."""
    names = [name for name in ("angle", "line", *NUMBERS) if name in table]
    if not names:
        return
    values = {name: floats(table, name, order, "E_COORD").tolist() for name in names}
    at = 0
    for size, own in zip(sizes, structure.more.values(), strict=True):
        for k in range(at, at + size):
            row: dict[str, Any] = {name: values[name][k] for name in names if name in ("angle", "line")}
            if "line" in row and row["line"] == int(row["line"]):
                row["line"] = int(row["line"])
            row["numbers"] = {name: values[name][k] for name in names if name in NUMBERS}
            own.append(more_of(row, f"row {int(order[k]) + 1}"))
        at += size


PARQUET = Parquet()
