"""Bytes of a Parquet file -> its columns as arrays, sizes checked first; a ``JsonFault`` names the column and row."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocr_eval.errors import quote, usage_error
from ocr_eval.formats.json_safe import JsonFault
from ocr_eval.formats.parquet_footer import declared
from ocr_eval.formats.reader import Options
from ocr_eval.limits import Limits
from ocr_eval.tables.arrays import gather, offsets
from ocr_eval.tables.packed import PackedTexts

_HONEST = "--limit {}=N raises the limit when the file is honest"


def pyarrow() -> Any:
    """pyarrow with its Parquet module. Raises InputError (E_USAGE) that names the extra where it is not installed."""
    try:
        import pyarrow.parquet
    except ImportError:
        hint = "install the extra: pip install 'ocr_eval[parquet]'"
        raise usage_error("layout parquet needs pyarrow, which is not installed", hint) from None
    import pyarrow as arrow

    return arrow


def opened(data: bytes, limits: Limits, known: set[str]) -> dict[str, Any]:
    """Known columns by name, each one array over all row groups; under "" how many other columns there are.

    Raises JsonFault for what is no Parquet file, is too large once unpacked, or has no column ``image``.
    """
    arrow = pyarrow()
    try:
        file = arrow.parquet.ParquetFile(arrow.BufferReader(data), pre_buffer=False)
        _check_size(data, limits)
        names = file.schema_arrow.names
        if len(set(names)) < len(names):
            raise JsonFault("E_FORMAT", "two columns have one name")
        if "image" not in names:
            reason = f"no column image among {', '.join(map(quote, names[:8]))}"
            raise JsonFault("E_FORMAT", reason, "columns are image, box, text, score, care")
        wanted = [name for name in names if name in known]
        read = file.read(columns=wanted, use_threads=False)
        read.validate(full=True)
        table = {name: read.column(name).combine_chunks() for name in wanted}
        if any(isinstance(column, arrow.ChunkedArray) for column in table.values()):
            table = {name: arrow.concat_arrays(read.column(name).chunks) for name in wanted}
    except JsonFault:
        raise
    except (arrow.ArrowException, OSError, ValueError, TypeError, KeyError) as error:
        said = quote(str(error).split("\n")[0])
        code = "E_ENCODING" if "UTF8" in str(error) else "E_FORMAT"
        raise JsonFault(code, f"not a readable Parquet file: {said}", "write it again") from None
    return table | {"": len(names) - len(wanted)}


def _check_size(data: bytes, limits: Limits) -> None:
    """Rows, values and unpacked bytes as the file declares them: nothing has been unpacked yet."""
    rows, values, size = declared(data)
    most = limits.total_instances + limits.entries
    if rows > most:
        raise JsonFault("E_LIMIT", f"{rows} rows, at most {most}", _HONEST.format("total-instances"))
    if size > limits.file_bytes or 8 * values > limits.file_bytes:
        reason = f"{max(size, 8 * values)} bytes once unpacked, at most {limits.file_bytes}"
        raise JsonFault("E_LIMIT", reason, _HONEST.format("file-bytes"))


def checked_names(table: dict[str, Any]) -> tuple[list[str], NDArray[np.int64]]:
    """(different names of images, index into them of every row). Raises JsonFault for one that is no text."""
    arrow = pyarrow()
    column = table["image"]
    if arrow.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if not _is_text(column.type):
        raise JsonFault("E_FORMAT", f"column image must hold texts, got {column.type}")
    _no_nulls(column, "image", np.arange(len(column)))
    coded = column.dictionary_encode()
    names = coded.dictionary.to_pylist()
    if "" in names:
        raise JsonFault("E_FORMAT", "column image holds an empty name")
    if "\0" in "".join(names):
        raise JsonFault("E_ENCODING", "column image holds NUL")
    return names, coded.indices.to_numpy(zero_copy_only=False).astype(np.int64)


def _is_text(kind: Any) -> bool:
    types = pyarrow().types
    return bool(types.is_string(kind) or types.is_large_string(kind))


def _no_nulls(column: Any, name: str, order: NDArray[np.int64], code: str = "E_FORMAT") -> None:
    """Raises JsonFault naming the first of these rows that holds nothing."""
    if column.null_count:
        empty = column.is_null().to_numpy(zero_copy_only=False)[order]
        if empty.any():
            row = int(order[empty][0]) + 1
            raise JsonFault(code, f"{name} of row {row} is null", "", row)


def texts_of(table: dict[str, Any], order: NDArray[np.int64], options: Options) -> PackedTexts:
    """The transcriptions of these rows; None where there is none."""
    if "text" not in table:
        if options.text or not options.geometry:
            raise JsonFault("E_FORMAT", "no column text", "add it, or choose a protocol that reads none")
        size = len(order)
        return PackedTexts(np.zeros(0, np.uint32), np.zeros(size + 1, np.int64), np.ones(size, np.bool_))
    arrow, column = pyarrow(), table["text"]
    if arrow.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if not _is_text(column.type):
        if column.null_count < len(column):
            raise JsonFault("E_FORMAT", f"column text must hold texts, got {column.type}")
        column = arrow.nulls(len(column), arrow.string())
    if options.text or not options.geometry:
        _no_nulls(column, "text", order)
    absent = column.is_null().to_numpy(zero_copy_only=False)[order]
    points, bounds = _code_points(column.fill_null("") if column.null_count else column)
    if len(order) != len(column) or (np.diff(order) != 1).any():
        points, bounds = gather(points, bounds, order), offsets(np.diff(bounds)[order])
    most = options.limits.characters
    wrong = np.diff(bounds) > most
    wrong[np.searchsorted(bounds, np.flatnonzero(points == 0), "right") - 1] = True
    if wrong.any():
        k = int(np.argmax(wrong))
        row, size = int(order[k]) + 1, int(bounds[k + 1] - bounds[k])
        if size > most:
            reason = f"text of row {row} has {size} characters, at most {most}"
            raise JsonFault("E_LIMIT", reason, _HONEST.format("characters"), row)
        raise JsonFault("E_ENCODING", f"text of row {row} holds NUL", "", row)
    return PackedTexts(points, bounds, absent)


def _code_points(column: Any) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """(code points of all rows, offsets of every row into them) of strings whose UTF-8 has been validated."""
    _, starts, data = column.buffers()
    if not len(column) or data is None:
        return np.zeros(0, np.uint32), np.zeros(len(column) + 1, np.int64)
    width = np.int64 if pyarrow().types.is_large_string(column.type) else np.int32
    bounds = np.frombuffer(starts, width)[column.offset : column.offset + len(column) + 1].astype(np.int64)
    raw = np.frombuffer(data, np.uint8)[bounds[0] : bounds[-1]]  # of a slice, the buffers are the whole's
    bounds -= bounds[0]
    if (raw < 0x80).all():
        return raw.astype(np.uint32), bounds
    points = np.frombuffer(raw.tobytes().decode("utf-8").encode("utf-32-le"), "<u4")
    # As many code points stand before a byte as bytes that do not continue one.
    before = np.zeros(len(raw) + 1, np.int64)
    np.cumsum((raw & 0xC0) != 0x80, out=before[1:])
    return points.astype(np.uint32, copy=False), before[bounds]


def flags_of(table: dict[str, Any], order: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Column ``care`` of these rows; all True without one."""
    if "care" not in table:
        return np.ones(len(order), np.bool_)
    column = table["care"]
    if not pyarrow().types.is_boolean(column.type):
        raise JsonFault("E_FORMAT", f"column care must hold true or false, got {column.type}")
    _no_nulls(column, "care", order)
    flags: NDArray[np.bool_] = np.array(column.fill_null(True).to_numpy(zero_copy_only=False), np.bool_)
    return flags[order]


def floats(table: dict[str, Any], name: str, order: NDArray[np.int64], code: str) -> NDArray[np.float64]:
    """A column of numbers of these rows. Raises JsonFault where it is none, or one is missing or not finite."""
    if name not in table:
        raise JsonFault("E_FORMAT", f"no column {name}")
    column = table[name]
    _check_number(column.type, name)
    _no_nulls(column, name, order, code)
    values = column.fill_null(0).to_numpy(zero_copy_only=False).astype(np.float64)[order]
    if not np.isfinite(values).all():
        row = int(order[~np.isfinite(values)][0]) + 1
        raise JsonFault(code, f"{name} of row {row} is no finite number", "", row)
    found: NDArray[np.float64] = values
    return found


def _check_number(kind: Any, name: str) -> None:
    types = pyarrow().types
    if not (types.is_integer(kind) or types.is_floating(kind)):
        raise JsonFault("E_FORMAT", f"column {name} must hold numbers, got {kind}")


def rings_of(
    table: dict[str, Any], name: str, order: NDArray[np.int64], limits: Limits
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """(all coordinates, offsets of every row into them). Without copies where the column holds doubles.

    Raises JsonFault for a row among ``order`` without a list, with nulls, or with coordinates that are none.
    """
    types, column = pyarrow().types, table[name]
    if types.is_fixed_size_list(column.type):
        import pyarrow as arrow

        column = column.cast(arrow.list_(column.type.value_type))
    if not (types.is_list(column.type) or types.is_large_list(column.type)):
        raise JsonFault("E_FORMAT", f"column {name} must hold lists of numbers, got {column.type}")
    _check_number(column.type.value_type, name)
    _no_nulls(column, name, order)
    bounds = column.offsets.to_numpy(zero_copy_only=False).astype(np.int64)
    inner = column.values
    if inner.null_count:
        holes = np.flatnonzero(inner.is_null().to_numpy(zero_copy_only=False))
        row = int(np.searchsorted(bounds, holes[0], "right"))
        raise JsonFault("E_FORMAT", f"{name} of row {row} holds null", "", row)
    values = inner.to_numpy(zero_copy_only=False).astype(np.float64, copy=False)
    size = np.diff(bounds)[order]
    least = 0 if name == "ring" else 4
    wrong = (size % 2 == 1) | (size < least)
    if wrong.any():
        row = int(order[wrong][0]) + 1
        reason = (
            f"{name} of row {row} has {int(size[wrong][0])} numbers, expected 4 or an even number from 6 on"
        )
        raise JsonFault("E_FORMAT", reason, "", row)
    if (size > 2 * limits.vertices).any():
        row = int(order[size > 2 * limits.vertices][0]) + 1
        reason = f"{name} of row {row} has more than {limits.vertices} vertices"
        raise JsonFault("E_LIMIT", reason, _HONEST.format("vertices"), row)
    far = ~(np.abs(values) <= limits.coordinate)
    if far.any():
        row = int(np.searchsorted(bounds, np.flatnonzero(far)[0], "right"))
        reason = f"{name} of row {row} is outside -{limits.coordinate} to {limits.coordinate}"
        raise JsonFault("E_COORD", reason, "write pixels", row)
    return values, bounds
