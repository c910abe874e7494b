"""Bytes of a zip -> the records of its directory, or the reason why the directory cannot be believed.

Rule A1 of the reference on reliability, section 2.1. Parsed here and not by ``zipfile``, which cuts names at NUL
and accepts a prefix and wrong counts. Zip64 records are read.
"""

from __future__ import annotations

from struct import Struct
from typing import NamedTuple

from ocr_eval.errors import quote

LOCAL = b"PK\x03\x04"
_RECORD = b"PK\x01\x02"
END = b"PK\x05\x06"
_END_64 = b"PK\x06\x06"
_LOCATOR_64 = b"PK\x06\x07"
_record = Struct("<4sHHHHHHLLLHHHHHLL").unpack_from
_end = Struct("<4sHHHHLLH").unpack_from
_end_64 = Struct("<4sQHHLLQQQQ").unpack_from
_locator_64 = Struct("<4sLQL").unpack_from
_lengths = Struct("<HHH").unpack_from
_pair = Struct("<HH").unpack_from
_RECORD_SIZE, _END_SIZE, _END_64_SIZE, _LOCATOR_SIZE = 46, 22, 56, 20


class Member(NamedTuple):
    """One entry of the directory. ``name`` holds undecodable bytes as lone surrogates, so that checks can see them."""

    name: str
    raw_name: bytes
    flags: int
    method: int
    checksum: int
    packed: int  # bytes in the archive
    size: int  # declared bytes after inflating
    offset: int  # of the local header
    mode: int  # Unix mode, 0 when absent


class BrokenError(Exception):
    """The directory contradicts itself; the message is the reason."""


class Directory(NamedTuple):
    """Where the records stand, and how many there are: the end record's word, and what was found."""

    start: int
    end: int
    declared: int
    found: int


def directory(data: bytes) -> Directory:
    """Finds the directory. Raises BrokenError."""
    tail = max(0, len(data) - _END_SIZE - 0xFFFF)
    ends = []
    place = data.rfind(END, tail)
    while place >= 0:
        if place + _END_SIZE <= len(data) and place + _END_SIZE + _end(data, place)[7] == len(data):
            ends.append(place)
        place = data.rfind(END, tail, place + 3) if place > tail else -1
    if not ends:
        raise BrokenError("no end record: the archive is cut off or is no zip")
    if len(ends) > 1:
        raise BrokenError("two end records: programs would disagree about the content")
    end = ends[0]
    _, disk, first_disk, here, count, size, start, _ = _end(data, end)
    if end >= _LOCATOR_SIZE and data[end - _LOCATOR_SIZE : end - _LOCATOR_SIZE + 4] == _LOCATOR_64:
        start, count, end = _directory_64(data, end, (disk, first_disk, here, count, size, start))
    elif disk or first_disk:
        raise BrokenError("archive is split over several disks")
    elif here != count:
        raise BrokenError(f"end record counts {here} and {count} entries")
    elif start + size != end:
        raise BrokenError("directory does not end where the end record begins")
    if count and data[:4] != LOCAL:
        raise BrokenError("bytes stand before the first entry")
    if not count and end != 0:
        raise BrokenError("bytes stand before the end record of an empty archive")
    return Directory(start, end, count, _count_records(data, start, end))


def _directory_64(data: bytes, end: int, short: tuple[int, ...]) -> tuple[int, int, int]:
    locator = end - _LOCATOR_SIZE
    _, locator_disk, place, disks = _locator_64(data, locator)
    if place + _END_64_SIZE > locator or data[place : place + 4] != _END_64:
        raise BrokenError("zip64 locator points to no zip64 end record")
    _, length, _, _, disk, first_disk, here, count, size, start = _end_64(data, place)
    if place + 12 + length != locator:
        raise BrokenError("zip64 end record does not end at its locator")
    if locator_disk or disk or first_disk or disks > 1:
        raise BrokenError("archive is split over several disks")
    full = (disk, first_disk, here, count, size, start)
    masks = (0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF)
    if here != count or any(a not in (b, mask) for a, b, mask in zip(short, full, masks, strict=True)):
        raise BrokenError("end record and zip64 end record disagree")
    if start + size != place:
        raise BrokenError("directory does not end where the end record begins")
    return start, count, place


def _count_records(data: bytes, place: int, end: int) -> int:
    """Walks the directory without keeping anything: a lying count must not cost memory."""
    count = 0
    while place < end:
        if place + _RECORD_SIZE > end or data[place : place + 4] != _RECORD:
            raise BrokenError(f"directory record {count + 1} is damaged")
        place += _RECORD_SIZE + sum(_lengths(data, place + 28))
        count += 1
    if place != end:
        raise BrokenError("last directory record is cut off")
    return count


def records(data: bytes, place: int, end: int) -> list[Member]:
    """The entries in directory order. Raises BrokenError."""
    entries = []
    while place < end:
        (
            _,
            _,
            _,
            flags,
            method,
            _,
            _,
            checksum,
            packed,
            size,
            name_size,
            extra_size,
            comment_size,
            disk,
            _,
            outside,
            offset,
        ) = _record(data, place)
        raw = data[place + _RECORD_SIZE : place + _RECORD_SIZE + name_size]
        name = raw.decode("utf-8", "surrogateescape")
        if 0xFFFFFFFF in (packed, size, offset):
            extra = data[place + _RECORD_SIZE + name_size : place + _RECORD_SIZE + name_size + extra_size]
            size, packed, offset = _wide(extra, (size, packed, offset), name)
        if disk not in (0, 0xFFFF):
            raise BrokenError("archive is split over several disks")
        entries.append(Member(name, raw, flags, method, checksum, packed, size, offset, outside >> 16))
        place += _RECORD_SIZE + name_size + extra_size + comment_size
    return entries


def _wide(extra: bytes, short: tuple[int, int, int], name: str) -> list[int]:
    """The 64-bit values of the zip64 extra field in place of those that are 0xFFFFFFFF, in the order of the format."""
    wanted = sum(value == 0xFFFFFFFF for value in short)
    place = 0
    while place + 4 <= len(extra):
        kind, length = _pair(extra, place)
        body = extra[place + 4 : place + 4 + length]
        if kind == 1 and len(body) >= 8 * wanted:
            values = iter([int.from_bytes(body[8 * k : 8 * k + 8], "little") for k in range(wanted)])
            return [next(values) if value == 0xFFFFFFFF else value for value in short]
        place += 4 + length
    raise BrokenError(f"entry {quote(name)} has no zip64 sizes")
