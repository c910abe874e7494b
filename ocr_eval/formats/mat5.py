"""Bytes of a MATLAB 5 file -> its variables: numbers, texts and cells, nothing else; every size is checked before use.

Written after MathWorks, "MAT-File Format" (level 5): a header of 128 bytes, then elements of a type, a size and data,
aligned to 8 bytes; small ones hold up to 4 bytes in the place of the size. Objects and functions are never looked into.
"""

from __future__ import annotations

import math
import struct
import zlib
from typing import NamedTuple

import numpy as np

from ocr_eval.errors import quote
from ocr_eval.limits import Limits

HEADER = 128
MAGIC = (b"MATLAB 5.0 MAT-file", b"MATLAB 7.3 MAT-file", b"\x89HDF\r\n\x1a\n")
_MATRIX, _COMPRESSED = 14, 15
_NUMBERS = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8"}
_LETTERS = dict(zip(_NUMBERS.values(), "bBhHiIfdqQ", strict=True))
_FEW = 64
_CELL, _CHAR, _NUMERIC = 1, 4, range(6, 16)
_COMPLEX = 0x0800
_HEADS = {order: struct.Struct(f"{order}6I2i2I") for order in "<>"}  # flags, dimensions, name
_TAGS = {order: struct.Struct(f"{order}2I") for order in "<>"}


class MatFault(Exception):
    """What is wrong with a file."""

    def __init__(self, code: str, reason: str, hint: str = "") -> None:
        super().__init__(reason)
        self.code, self.reason, self.hint = code, reason, hint


class Matrix(NamedTuple):
    """One variable or cell. Values stand column by column, as in the file."""

    shape: tuple[int, ...]
    kind: str  # "numbers", "text", "cells", or "something else"
    numbers: tuple[float, ...] = ()
    text: str = ""
    cells: tuple[Matrix, ...] = ()


def variables(data: bytes, limits: Limits) -> dict[str, Matrix]:
    """The variables of a file by name. Raises MatFault (E_FORMAT, E_LIMIT)."""
    if data.startswith(MAGIC[1:]):
        hint = "save it again in MATLAB with save(…, '-v7')"
        raise MatFault("E_FORMAT", "MATLAB 7.3 file (HDF5), expected MATLAB 5", hint)
    order = {b"IM": "<", b"MI": ">"}.get(data[126:HEADER])
    if not data.startswith(MAGIC[0]) or order is None:
        raise MatFault("E_FORMAT", "no header of a MATLAB 5 file in the first 128 bytes")
    found: dict[str, Matrix] = {}
    room = limits.entry_bytes
    place = HEADER
    while place < len(data):
        kind, begin, end, _ = _element(data, place, order, packed=True)
        content = data
        if kind == _COMPRESSED:
            content = _inflated(data[begin:end], room)
            room -= len(content)
            kind, begin, stop, _ = _element(content, 0, order)
        else:
            stop = end
        if kind != _MATRIX:
            raise MatFault("E_FORMAT", f"element of type {kind} at byte {place}, expected a variable")
        name, matrix = _matrix(content, begin, stop, order, limits.depth)
        if name in found:
            raise MatFault("E_FORMAT", f"variable {quote(name)} stands twice")
        found[name] = matrix
        place = end
    return found


def _inflated(packed: bytes, room: int) -> bytes:
    """The content of a compressed element, at most ``room`` bytes."""
    inflater = zlib.decompressobj()
    try:
        content = inflater.decompress(packed, room + 1)
    except zlib.error:
        raise MatFault("E_FORMAT", "a compressed variable is damaged", "get the file again") from None
    if len(content) > room:
        hint = "--limit entry-bytes=N raises the limit when the file is honest"
        raise MatFault("E_LIMIT", "variables larger than the limit of an entry", hint)
    if not inflater.eof:
        raise MatFault("E_FORMAT", "a compressed variable is cut off", "get the file again")
    return content


def _element(data: bytes, place: int, order: str, *, packed: bool = False) -> tuple[int, int, int, int]:
    """(type, first byte of the data, its end, place of the next element); ``packed``: none of it is aligned."""
    if place + 8 > len(data):
        raise MatFault("E_FORMAT", f"file ends inside the element at byte {place}", "get the file again")
    kind, size = _TAGS[order].unpack_from(data, place)
    if kind >> 16:
        kind, size, begin = kind & 0xFFFF, kind >> 16, place + 4
        if size > 4:
            raise MatFault("E_FORMAT", f"small element of {size} bytes at byte {place}, at most 4")
        return kind, begin, begin + size, place + 8
    begin = place + 8
    if begin + size > len(data):
        reason = f"element of {size} bytes at byte {place}, the file has {len(data) - begin}"
        raise MatFault("E_FORMAT", reason, "get the file again")
    return kind, begin, begin + size, begin + (size if packed else -(-size // 8) * 8)


def _matrix(data: bytes, begin: int, end: int, order: str, depth: int) -> tuple[str, Matrix]:
    """Name and content of the matrix whose parts stand between two places."""
    if begin == end:
        return "", Matrix((0, 0), "numbers")
    if not depth:
        raise MatFault("E_LIMIT", "cells nested deeper than the limit", "--limit depth=N raises the limit")
    plain = _plain_head(data, begin, end, order)
    if plain is not None:
        flags, shape, place = plain
        return "", _content(data, place, end, order, depth, flags, shape)
    kind, at, stop, place = _element(data, begin, order)
    if kind != 6 or stop - at < 8:
        raise MatFault("E_FORMAT", f"no array flags at byte {begin}")
    (flags,) = struct.unpack_from(order + "I", data, at)
    kind, at, stop, place = _part(data, place, end, order)
    if kind != 5 or not 8 <= stop - at <= 32 or (stop - at) % 4:
        raise MatFault("E_FORMAT", f"no dimensions at byte {at}")
    shape = struct.unpack_from(f"{order}{(stop - at) // 4}i", data, at)
    if min(shape) < 0:
        raise MatFault("E_FORMAT", f"negative dimension at byte {at}")
    kind, at, stop, place = _part(data, place, end, order)
    name = data[at:stop].decode("latin-1") if kind in (1, 2) else ""
    return name, _content(data, place, end, order, depth, flags, shape)


def _plain_head(data: bytes, begin: int, end: int, order: str) -> tuple[int, tuple[int, ...], int] | None:
    """(flags, shape, place of the content) of a nameless matrix with two dimensions, as nearly all cells are."""
    if begin + 40 > end:
        return None
    head = _HEADS[order].unpack_from(data, begin)
    if head[:2] != (6, 8) or head[4:6] != (5, 8) or head[8:] != (1, 0):
        return None
    shape = head[6:8]
    return (head[2], shape, begin + 40) if min(shape) >= 0 else None


def _content(
    data: bytes, place: int, end: int, order: str, depth: int, flags: int, shape: tuple[int, ...]
) -> Matrix:
    """The values of a matrix."""
    size, what = math.prod(shape), flags & 0xFF
    if what == _CELL:
        return Matrix(shape, "cells", cells=_cells(data, place, end, size, order, depth))
    if what == _CHAR:
        return Matrix(shape, "text", text=_text(data, place, end, order) if size else "")
    if what in _NUMERIC and not flags & _COMPLEX:
        return Matrix(shape, "numbers", numbers=_numbers(data, place, end, size, order))
    return Matrix(shape, "something else")


def _part(data: bytes, place: int, end: int, order: str) -> tuple[int, int, int, int]:
    """An element inside a matrix that ends at ``end``."""
    kind, at, stop, following = _element(data, place, order)
    if stop > end:
        raise MatFault(
            "E_FORMAT", f"element at byte {place} reaches beyond its variable", "get the file again"
        )
    return kind, at, stop, following


def _cells(data: bytes, place: int, end: int, size: int, order: str, depth: int) -> tuple[Matrix, ...]:
    if size > (end - place) // 8:
        raise MatFault("E_FORMAT", f"{size} cells at byte {place}, more than fit", "get the file again")
    cells = []
    for _ in range(size):
        kind, at, stop, following = _part(data, place, end, order)
        if kind != _MATRIX:
            raise MatFault("E_FORMAT", f"element of type {kind} at byte {place}, expected a cell")
        cells.append(_matrix(data, at, stop, order, depth - 1)[1])
        place = following
    return tuple(cells)


def _numbers(data: bytes, place: int, end: int, size: int, order: str) -> tuple[float, ...]:
    kind, at, stop, _ = _part(data, place, end, order)
    stored = _NUMBERS.get(kind)
    if stored is None or (stop - at) != size * np.dtype(stored).itemsize:
        raise MatFault("E_FORMAT", f"{stop - at} bytes of type {kind} at byte {place} are no {size} numbers")
    if size < _FEW:  # cheaper than an array
        return tuple(map(float, struct.unpack_from(f"{order}{size}{_LETTERS[stored]}", data, at)))
    values = np.frombuffer(data, order + stored, size, at)
    return tuple(values.astype(np.float64).tolist())


def _text(data: bytes, place: int, end: int, order: str) -> str:
    kind, at, stop, _ = _part(data, place, end, order)
    ending = "le" if order == "<" else "be"
    codec = {1: "ascii", 2: "ascii", 4: f"utf-16-{ending}", 16: "utf-8", 17: f"utf-16-{ending}"}
    codec[18] = f"utf-32-{ending}"
    if kind not in codec:
        raise MatFault("E_FORMAT", f"text of type {kind} at byte {place}")
    try:
        text = data[at:stop].decode(codec[kind])
    except UnicodeDecodeError as error:
        reason = f"byte 0x{data[at + error.start]:02x} of a text is not {codec[kind].upper()}"
        raise MatFault("E_ENCODING", reason) from None
    if "\0" in text:
        raise MatFault("E_ENCODING", f"NUL in the text at byte {place}")
    return text
