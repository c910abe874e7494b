"""Bytes of an LMDB file (``data.mdb``) -> its keys, and where their values stand; nothing is written or locked.

Two pages of metadata, of which the later transaction counts, and a B+ tree: a branch page points to pages, a leaf page
holds keys and values, a value too large for it stands on overflow pages. All numbers are little-endian, page numbers
have 64 bits. Every page is visited once at most and every position checked: a broken file is a ``DamagedError``.
Source: LMDB/lmdb, libraries/liblmdb/mdb.c of release 0.9 (MDB_page, MDB_node, MDB_meta, MDB_db).
"""

from __future__ import annotations

from collections.abc import Iterator
from struct import Struct, error, unpack_from
from typing import NamedTuple

MAGIC = b"\xde\xc0\xef\xbe"  # 0xBEEFC0DE, after the header of the first page
_HEADER = 16  # bytes
_SIZES = tuple(1 << k for k in range(8, 17))  # of a page
_NO_PAGE = 2**64 - 1  # root of an empty tree
_BRANCH, _LEAF, _OVERFLOW = 1, 2, 4  # flags of a page
_BIG, _OTHER = 1, 6  # flags of a value: on pages of its own; a tree, or several values of one key
_SORTED = 4  # flag of a tree: a key may have several values
_meta = Struct(
    "<4sL16xL44x4xH34xQ8xQ"
)  # magic, version, bytes of a page, flags, root, number of the transaction
_page = Struct("<Q2xHHH")  # its own number, flags, end of the table of nodes, begin of the nodes
_node = Struct("<HHHH")  # low and high half of the value's size or of a page, flags, size of the key


class DamagedError(Exception):
    """What is wrong with the file."""


class Value(NamedTuple):
    """Where a value stands: ``data[start:start + size]``, inside the file."""

    start: int
    size: int


def is_lmdb(head: bytes) -> bool:
    """True when these first bytes are those of an LMDB."""
    return head[_HEADER : _HEADER + len(MAGIC)] == MAGIC


def values(data: bytes) -> dict[bytes, Value]:
    """Every key of the main tree. Cost linear in the size of the file. Raises DamagedError."""
    found: dict[bytes, Value] = {}
    try:
        for key, value in _walk(data):
            if key in found:
                raise DamagedError("a key stands twice")
            found[key] = value
    except error:  # of struct: a page is cut off
        raise DamagedError("the file ends inside a page") from None
    return found


def _root(data: bytes) -> tuple[int, int]:
    """(bytes of a page, number of the root page), by the later of the two pages of metadata."""
    size = _meta.unpack_from(data, _HEADER)[2]
    if size not in _SIZES:
        raise DamagedError(f"pages of {size} bytes")
    both = [_meta.unpack_from(data, begin + _HEADER) for begin in (0, size)]
    magic, version, again, flags, root, _ = max(both, key=lambda meta: int(meta[-1]))
    if magic != MAGIC or version != 1 or again != size:
        raise DamagedError("metadata that is not of version 1 with 64 bits")
    if flags & _SORTED:
        raise DamagedError("keys with several values")
    return size, root


def _walk(data: bytes) -> Iterator[tuple[bytes, Value]]:
    """Keys and values of every leaf, in no particular order."""
    size, root = _root(data)
    waiting = [] if root == _NO_PAGE else [root]
    seen: set[int] = set()
    while waiting:
        number = waiting.pop()
        if number in seen:
            raise DamagedError(f"page {number} is reached twice")
        seen.add(number)
        begin = number * size
        own, flags, lower, upper = _page.unpack_from(data, begin) if begin < len(data) else (-1, 0, 0, 0)
        if own != number or flags not in (_BRANCH, _LEAF) or not _HEADER <= lower <= upper <= size:
            raise DamagedError(f"page {number} is no page of the tree")
        for at in unpack_from(f"<{(lower - _HEADER) // 2}H", data, begin + _HEADER):
            low, high, marks, length = _node.unpack_from(data, begin + at)
            if flags == _BRANCH:
                waiting.append(low | high << 16 | marks << 32)
                continue
            start = begin + at + _node.size
            if not upper <= at or at + _node.size + length > size or marks & _OTHER:
                raise DamagedError(f"page {number} has a broken node")
            where = start + length
            value = _value(data, where, low | high << 16, size, begin + size, big=bool(marks & _BIG))
            yield data[start:where], value


def _value(data: bytes, where: int, length: int, size: int, end: int, *, big: bool) -> Value:
    """A value of ``length`` bytes that stands at ``where`` on the page up to ``end``, or on the pages named there."""
    if big:
        (number,) = unpack_from("<Q", data, where)
        begin = number * size
        own, flags = _page.unpack_from(data, begin)[:2] if begin < len(data) else (-1, 0)
        if own != number or flags != _OVERFLOW:
            raise DamagedError(f"page {number} is no overflow page")
        where, end = begin + _HEADER, len(data)
    if where + length > end:
        raise DamagedError("a value goes beyond the end of its page")
    return Value(where, length)
