"""The footer of a Parquet file -> rows, values and unpacked bytes as it declares them, before anything is unpacked.

Read here because pyarrow ends the process on some broken footers when it is asked for a column's sizes (an exception
of C++ that nobody catches); its reading of the columns themselves fails in peace. Only Thrift's compact protocol is
needed, and of it what leads to four numbers. Source: apache/parquet-format, README and src/main/thrift/parquet.thrift.
"""

from __future__ import annotations

from typing import NamedTuple

MAGIC = b"PAR1"
DEPTH = 32  # structs and lists within each other
_TRUE, _FALSE, _BYTE, _I16, _I32, _I64, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = range(1, 13)
_FIXED = {_BYTE: 1, _DOUBLE: 8, 13: 16}  # bytes
# Field numbers on the way: FileMetaData.num_rows; .row_groups -> .columns -> .meta_data -> num_values, total size.
_ROWS, _GROUPS, _COLUMNS, _DATA, _VALUES, _SIZE = 3, 4, 1, 3, 5, 6
_PATH = (_GROUPS, _COLUMNS, _DATA)


class Declared(NamedTuple):
    """Sums over all columns of all row groups."""

    rows: int
    values: int
    size: int  # bytes once unpacked


class _Footer:
    """A cursor over the footer's bytes. Raises ValueError where they end or make no sense."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0
        self.rows = self.values = self.size = 0

    def byte(self) -> int:
        """The next one."""
        self.at += 1
        if self.at > len(self.data):
            raise ValueError("the footer ends early")
        return self.data[self.at - 1]

    def number(self) -> int:
        """A varint of at most 64 bits."""
        value = shift = 0
        while shift < 70:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7
        raise ValueError("a number of the footer is too long")

    def signed(self) -> int:
        """A number in zigzag."""
        value = self.number()
        return (value >> 1) ^ -(value & 1)

    def struct(self, path: tuple[int, ...], depth: int) -> None:
        """Walks a struct; ``path`` are the field numbers that lead to it, (-1,) off the way."""
        field = 0
        while (head := self.byte()) != 0:
            field = field + (head >> 4) if head >> 4 else self.signed()
            kind = head & 15
            if kind in (_I32, _I64) and path == () and field == _ROWS:
                self.rows = self.signed()
            elif kind in (_I32, _I64) and path == _PATH and field == _VALUES:
                self.values += self._positive()
            elif kind in (_I32, _I64) and path == _PATH and field == _SIZE:
                self.size += self._positive()
            elif kind not in (_TRUE, _FALSE):  # whose value stands in the head
                self.value(kind, (*path, field) if (*path, field) == _PATH[: len(path) + 1] else (-1,), depth)

    def _positive(self) -> int:
        value = self.signed()
        if value < 0:
            raise ValueError("a size in the footer is negative")
        return value

    def value(self, kind: int, path: tuple[int, ...], depth: int) -> None:
        """Walks a value of a kind, or steps over it."""
        if depth > DEPTH:
            raise ValueError("the footer is nested too deeply")
        if kind in (_I16, _I32, _I64):
            self.number()
        elif kind in (_TRUE, _FALSE):  # an element of a list
            self.byte()
        elif kind in _FIXED:
            self._skip(_FIXED[kind])
        elif kind == _BINARY:
            self._skip(self.number())
        elif kind in (_LIST, _SET):
            head = self.byte()
            for _ in range(head >> 4 if head >> 4 < 15 else self.number()):
                self.value(head & 15, path, depth + 1)
        elif kind == _MAP:
            count = self.number()
            kinds = self.byte() if count else 0
            for _ in range(count):
                self.value(kinds >> 4, (-1,), depth + 1)
                self.value(kinds & 15, (-1,), depth + 1)
        elif kind == _STRUCT:
            self.struct(path, depth + 1)
        else:
            raise ValueError(f"the footer has a value of kind {kind}")

    def _skip(self, count: int) -> None:
        self.at += count
        if self.at > len(self.data):
            raise ValueError("the footer ends early")


def declared(data: bytes) -> Declared:
    """What the footer says. Raises ValueError for one that cannot be read."""
    if len(data) < 12 or not data.endswith(MAGIC):
        raise ValueError("the footer is missing")
    length = int.from_bytes(data[-8:-4], "little")
    if length > len(data) - 12:
        raise ValueError("the footer is longer than the file")
    footer = _Footer(data[-8 - length : -8])
    footer.struct((), 0)
    return Declared(footer.rows, footer.values, footer.size)
