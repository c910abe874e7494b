"""Directories of archives at the edge of what is believed, written here field by field."""

from __future__ import annotations

from struct import pack

import pytest

from ocr_eval.formats.zip_directory import BrokenError, directory, records

MASK, WIDE = 0xFFFF, 0xFFFFFFFF


def record(
    name: bytes = b"a",
    *,
    sizes: tuple[int, int] = (0, 0),
    extra: bytes = b"",
    disk: int = 0,
    offset: int = 0,
) -> bytes:
    """An entry of the directory; ``sizes`` are packed, unpacked."""
    facts = pack("<HHHHHLLLHH", 20, 0, 0, 0, 0, 0, *sizes, len(name), len(extra))
    return b"PK\1\2" + pack("<H", 20) + facts + pack("<HHHLL", 0, disk, 0, 0, offset) + name + extra


def end(
    here: int, count: int, size: int, start: int, disks: tuple[int, int] = (0, 0), comment: bytes = b""
) -> bytes:
    """The end record."""
    return b"PK\5\6" + pack("<HHHHLLH", *disks, here, count, size, start, len(comment)) + comment


def wide_end(
    here: int,
    count: int,
    size: int,
    start: int,
    place: int,
    *,
    disks: tuple[int, int] = (0, 0),
    own: int = 0,
    all_: int = 1,
) -> bytes:
    """The zip64 end record and its locator."""
    made = b"PK\6\6" + pack("<QHHLLQQQQ", 44, 45, 45, *disks, here, count, size, start)
    return made + b"PK\6\7" + pack("<LQL", own, place, all_)


LOCAL = b"PK\3\4" + b"\0" * 26 + b"a"
ONE = LOCAL + record()
SIZE = len(record())
WIDE_ONE = wide_end(1, 1, SIZE, len(LOCAL), len(ONE))
MASKED = end(MASK, MASK, WIDE, WIDE, disks=(MASK, MASK))


def found(data: bytes) -> tuple[int, ...] | str:
    try:
        return tuple(directory(data))
    except BrokenError as broken:
        return str(broken)


@pytest.mark.parametrize(
    ("data", "answer"),
    [
        (end(0, 0, 0, 0), (0, 0, 0, 0)),
        (end(0, 0, 0, 0, comment=b"x" * MASK), (0, 0, 0, 0)),
        (ONE + end(1, 1, SIZE, len(LOCAL)), (len(LOCAL), len(ONE), 1, 1)),
        (ONE + end(1, 1, SIZE, len(LOCAL), comment=b"x" * MASK), (len(LOCAL), len(ONE), 1, 1)),
        (b"xyz" + end(0, 0, 0, 3), "bytes stand before the end record of an empty archive"),
        (b"x" + ONE + end(1, 1, SIZE, len(LOCAL) + 1), "bytes stand before the first entry"),
        (ONE + end(1, 1, SIZE, len(LOCAL), disks=(1, 0)), "archive is split over several disks"),
        (ONE + end(1, 1, SIZE, len(LOCAL), disks=(0, 1)), "archive is split over several disks"),
        (ONE + end(1, 2, SIZE, len(LOCAL)), "end record counts 1 and 2 entries"),
        (ONE + end(1, 1, SIZE, len(LOCAL) + 1), "directory does not end where the end record begins"),
        (LOCAL + record(b"") + end(1, 1, 46, len(LOCAL)), (len(LOCAL), len(LOCAL) + 46, 1, 1)),
        (LOCAL + record(b"")[:45] + end(1, 1, 45, len(LOCAL)), "directory record 1 is damaged"),
        (LOCAL + record(b"ab")[:-1] + end(1, 1, 47, len(LOCAL)), "last directory record is cut off"),
    ],
)
def test_the_end_record(data: bytes, answer: tuple[int, ...] | str) -> None:
    assert found(data) == answer


NOWHERE = "zip64 locator points to no zip64 end record"
SPLIT = "archive is split over several disks"
APART = "end record and zip64 end record disagree"
BEFORE = "directory does not end where the end record begins"
SHORT_64 = b"PK\6\6" + b"\0" * 51


@pytest.mark.parametrize(
    ("data", "answer"),
    [
        (ONE + WIDE_ONE + MASKED, (len(LOCAL), len(ONE), 1, 1)),
        (ONE + WIDE_ONE + end(1, 1, SIZE, len(LOCAL)), (len(LOCAL), len(ONE), 1, 1)),
        (ONE + WIDE_ONE + end(1, 1, WIDE, len(LOCAL), disks=(MASK, 0)), (len(LOCAL), len(ONE), 1, 1)),
        (ONE + WIDE_ONE + end(1, 1, SIZE, WIDE, disks=(0, MASK)), (len(LOCAL), len(ONE), 1, 1)),
        (WIDE_ONE[56:] + end(0, 0, 0, 0), NOWHERE),
        (ONE + SHORT_64 + b"PK\6\7" + pack("<LQL", 0, len(ONE), 1) + MASKED, NOWHERE),
        (ONE + b"PK\6\0" + WIDE_ONE[4:] + MASKED, NOWHERE),
        (ONE + wide_end(1, 1, SIZE, len(LOCAL), len(ONE), own=1) + MASKED, SPLIT),
        (ONE + wide_end(1, 1, SIZE, len(LOCAL), len(ONE), disks=(1, 0)) + MASKED, SPLIT),
        (ONE + wide_end(1, 1, SIZE, len(LOCAL), len(ONE), disks=(0, 1)) + MASKED, SPLIT),
        (ONE + wide_end(1, 1, SIZE, len(LOCAL), len(ONE), all_=2) + MASKED, SPLIT),
        (ONE + wide_end(1, 2, SIZE, len(LOCAL), len(ONE)) + MASKED, APART),
        (ONE + WIDE_ONE + end(2, 2, SIZE, len(LOCAL)), APART),
        (ONE + WIDE_ONE + end(1, 1, SIZE + 1, len(LOCAL)), APART),
        (ONE + WIDE_ONE + end(1, 1, SIZE, len(LOCAL) - 1), APART),
        (ONE + wide_end(1, 1, SIZE, len(LOCAL) - 1, len(ONE)) + MASKED, BEFORE),
    ],
)
def test_the_end_record_of_zip64(data: bytes, answer: tuple[int, ...] | str) -> None:
    assert found(data) == answer


def test_a_zip64_end_record_ends_at_its_locator() -> None:
    data = ONE + WIDE_ONE[:56] + b"x" + WIDE_ONE[56:] + MASKED
    assert found(data) == "zip64 end record does not end at its locator"


TIMES = pack("<HH", 0x5455, 5) + b"\1" * 5  # another extra field


@pytest.mark.parametrize(
    ("sizes", "offset", "extra", "answer"),
    [
        ((7, 9), 5, b"", (7, 9, 5)),
        ((WIDE, 9), 5, pack("<HHQ", 1, 8, 1 << 40), (1 << 40, 9, 5)),
        ((7, WIDE), 5, pack("<HHQ", 1, 8, 1 << 40), (7, 1 << 40, 5)),
        ((7, 9), WIDE, pack("<HHQ", 1, 8, 1 << 40), (7, 9, 1 << 40)),
        ((WIDE, WIDE), WIDE, TIMES + pack("<HHQQQ", 1, 24, 11, 12, 13), (12, 11, 13)),
        ((WIDE, WIDE), 5, TIMES + pack("<HHQQ", 1, 16, 11, 12), (12, 11, 5)),
        ((WIDE, WIDE), 5, pack("<HHQ", 1, 8, 11), None),
        ((WIDE, 9), 5, pack("<HHQ", 2, 8, 11), None),
        ((WIDE, 9), 5, pack("<HH", 1, 0), None),
        ((WIDE, 9), 5, pack("<HH", 1, 7) + b"\1" * 7 + TIMES, None),
        ((WIDE, 9), 5, TIMES, None),
        ((WIDE, 9), 5, b"", None),
    ],
)
def test_sizes_beyond_32_bits_stand_in_the_extra_field(
    sizes: tuple[int, int], offset: int, extra: bytes, answer: tuple[int, int, int] | None
) -> None:
    data = record(sizes=sizes, offset=offset, extra=extra)
    if answer is None:
        with pytest.raises(BrokenError, match="has no zip64 sizes"):
            records(data, 0, len(data))
        return
    (member,) = records(data, 0, len(data))
    assert (member.packed, member.size, member.offset) == answer


@pytest.mark.parametrize(("disk", "good"), [(0, True), (MASK, True), (1, False), (MASK - 1, False)])
def test_an_entry_is_on_this_disk(disk: int, good: bool) -> None:
    data = record(disk=disk)
    if good:
        assert len(records(data, 0, len(data))) == 1
    else:
        with pytest.raises(BrokenError, match="several disks"):
            records(data, 0, len(data))
