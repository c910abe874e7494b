"""Tables on the wire: every field comes back, and bytes that no table gives are refused before anything uses them."""

from __future__ import annotations

import dataclasses
import json
import random
import struct
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from ocr_eval.errors import Notice, Problem
from ocr_eval.formats.messages import MAGIC, PREFIX, Answer, answer, answer_of, arguments_of, lengths, request
from ocr_eval.limits import Limits
from ocr_eval.tables.builder import InstancesBuilder
from ocr_eval.tables.instances import Instances
from ocr_eval.tables.levels import Levels, LevelsBuilder, Regions
from ocr_eval.tables.spelling import NUMBERS
from ocr_eval.tables.wire import from_wire, to_wire


def whole() -> Instances:
    """Two samples and an empty one, with everything that a table can have."""
    levels = LevelsBuilder()
    builder = InstancesBuilder(format="coco", is_folder=True, has_confidence=True, has_angle=True)
    builder.numbers = {name: [] for name in NUMBERS}
    builder.levels = levels
    for k, name in enumerate(("a", "b\ud800", "c")):
        builder.begin(name, f"{name}.json")
        builder.aliases.append(f"alias {k}")
        levels.begin(640, 480)
        line = levels.line(levels.paragraph(True, (0, 0, 9, 0, 9, 9)), k == 1, (0, 0, 5, 0, 5, 5))
        for i in range((2, 1, 0)[k]):
            builder.add(
                (0, 0, 10.1 + i, 0, 10, 10, 0, 10), f"é😀{i}\ud800", i == 0, 0.25 * (i + 1), i + 1, 0.1 * i
            )
            levels.word(line)
            for name in NUMBERS:
                builder.numbers[name].append(float(i))
    return builder.build()


def plain() -> Instances:
    """A list of texts: no rings, no texts, nothing optional."""
    builder = InstancesBuilder(geometry=False, has_text=False)
    builder.begin("a")
    builder.add((), line=3)
    return builder.build()


def assert_equal(a: Any, b: Any) -> None:
    """Field by field, to the type of an array."""
    assert type(a) is type(b)
    if isinstance(a, Instances | Levels | Regions):
        for field in dataclasses.fields(a):
            assert_equal(getattr(a, field.name), getattr(b, field.name))
    elif isinstance(a, np.ndarray):
        assert a.dtype == b.dtype
        assert np.array_equal(a, b)
        assert not b.flags.writeable
    elif isinstance(a, dict):
        assert list(a) == list(b)
        for key in a:
            assert_equal(a[key], b[key])
    else:
        assert a == b


def packed(table: Instances) -> tuple[dict[str, Any], bytes]:
    header, arrays = to_wire(table)
    return json.loads(json.dumps(header)), b"".join(arrays)


@pytest.mark.parametrize("make", [whole, plain, InstancesBuilder().build])
def test_every_field_comes_back(make: Callable[[], Instances]) -> None:
    table = make()
    assert_equal(table, from_wire(*packed(table)))


def test_source_and_notices_are_the_receivers() -> None:
    notices = (Notice("W_LAYOUT", "x"),)
    table = from_wire(*packed(plain()), source="sub.zip", notices=notices)
    assert (table.source, table.notices) == ("sub.zip", notices)


WRONG: dict[str, tuple[str, bytes]] = {  # array, what stands at its beginning instead
    "an offset outside": ("start", struct.pack("<4q", 0, 2**40, 3, 3)),
    "offsets that wrap around": ("start", struct.pack("<4q", 0, 2**63 - 1, -(2**63), 3)),
    "falling offsets": ("ring", struct.pack("<4q", 0, 8, 4, 12)),
    "a coordinate that is none": ("xy", struct.pack("<d", float("nan"))),
    "an infinite coordinate": ("xy", struct.pack("<d", float("inf"))),
    "a confidence above one": ("confidence", struct.pack("<d", 1.5)),
    "an angle that is none": ("angle", struct.pack("<d", float("nan"))),
    "a number that is none": ("numbers.area", struct.pack("<d", float("inf"))),
    "a code point beyond Unicode": ("codepoints", struct.pack("<I", 0x110000)),
    "a class that is none": ("shape", b"\x09"),
    "a flag that is none": ("care", b"\x02"),
    "a line of another sample": ("line_of", struct.pack("<q", 2)),
    "a line far outside": ("line_of", struct.pack("<q", -(2**62))),
    "a negative size": ("size", struct.pack("<q", -1)),
    "a paragraph's ring outside": ("paragraphs.ring", struct.pack("<q", 7)),
}


@pytest.mark.parametrize("case", WRONG)
def test_values_that_no_table_has_are_refused(case: str) -> None:
    name, bytes_ = WRONG[case]
    header, arrays = to_wire(whole())
    k = list(header["counts"]).index(name)
    arrays[k] = bytes_ + arrays[k][len(bytes_) :]
    with pytest.raises(ValueError):
        from_wire(json.loads(json.dumps(header)), b"".join(arrays))


@pytest.mark.parametrize(
    "change",
    [
        {"counts": []},
        {"counts": {"start": -1}},
        {"counts": {"start": True}},
        {"counts": {"start": 2**70}},
        {"counts": {"evil": 0}},
        {"sample_ids": ["a", "a", "c"]},
        {"sample_ids": "abc"},
        {"sample_ids": ["a"]},
        {"sample_ids": [1, 2, 3]},
        {"entries": []},
        {"aliases": ["x"]},
        {"geometry": 1},
        {"geometry": False},
        {"format": None},
        {"is_folder": "no"},
    ],
    ids=lambda change: json.dumps(change)[:40],
)
def test_headers_that_no_table_has_are_refused(change: dict[str, Any]) -> None:
    header, body = packed(whole())
    with pytest.raises(ValueError):
        from_wire(header | change, body)


def test_missing_and_further_bytes_are_refused() -> None:
    header, body = packed(whole())
    for wrong in (body[:-1], body + b"x", b"", body[8:]):
        with pytest.raises(ValueError):
            from_wire(header, wrong)
    for name in header["counts"]:
        counts = {key: count for key, count in header["counts"].items() if key != name}
        with pytest.raises(ValueError):
            from_wire(header | {"counts": counts}, body)


def test_bytes_changed_at_random_give_a_sound_table_or_a_refusal() -> None:
    header, body = packed(whole())
    draw = random.Random(7)
    for _ in range(400):
        data = bytearray(body)
        for _ in range(draw.randint(1, 4)):
            data[draw.randrange(len(data))] = draw.choice((0, 1, 0x7F, 0x80, 0xFF, draw.randrange(256)))
        try:
            table = from_wire(header, bytes(data))
        except ValueError:
            continue
        assert len(table.texts) == len(table) == 3
        assert all(len(table.points(k)) >= 0 for k in range(len(table)))
        assert np.isfinite(table.xy).all()


def said(**fields: Any) -> bytes:
    """The header of an answer, with fields exchanged."""
    data = answer(Answer("table", instances=plain()))
    header = json.loads(data[PREFIX : PREFIX + lengths(data[:PREFIX])[0]])
    return json.dumps(header | fields).encode()


def body() -> bytes:
    return packed(plain())[1]


def test_an_answer_comes_back_whole() -> None:
    table = whole()
    notices = (Notice("W_LAYOUT", "blank lines", 3, ("a:1", "b\\x1b")),)
    problems = (Problem("E_COORD", "'x' is none", "hint", "s", "e\ud800", 3, 1, True),)
    there = Answer("examination", problems, 7, " in 2", notices, 9, table, ("memory",))
    data = answer(there)
    header, size = lengths(data[:PREFIX])
    back = answer_of(data[PREFIX : PREFIX + header], data[PREFIX + header :], "sub.zip")
    assert len(data) == PREFIX + header + size
    assert back._replace(instances=None) == there._replace(instances=None)
    assert back.instances is not None
    assert (back.instances.source, back.instances.notices) == ("sub.zip", notices)


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "other"},
        {"problems": [["E_NOWHERE", "", "", "", "", None, None, False]]},
        {"problems": [["W_LAYOUT", "", "", "", "", None, None, False]], "total": 1},
        {"problems": [["E_COORD", 1, "", "", "", None, None, False]], "total": 1},
        {"problems": [["E_COORD", "", "", "", "", -1, None, False]], "total": 1},
        {"problems": [["E_COORD"]], "total": 1},
        {"problems": {}},
        {"kind": "error"},
        {"notices": [["E_COORD", "", 1, []]]},
        {"notices": [["W_LAYOUT", "x" * 200_000, 1, []]]},
        {"notices": [["W_LAYOUT", "", 1.5, []]]},
        {"total": -1},
        {"scope": None},
        {"instances": 3},
        {"instances": None},
        {"unlimited": [1]},
    ],
    ids=lambda change: json.dumps(change)[:50],
)
def test_answers_that_nobody_gives_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        answer_of(said(**change), body(), "")


@pytest.mark.parametrize("header", [b"", b"[]", b"3", b"\xff", b"[" * 200_000, b"1" * 5000, b'{"kind":7'])
def test_headers_that_are_no_answer_are_refused(header: bytes) -> None:
    with pytest.raises(ValueError):
        answer_of(header, b"", "")


def test_messages_cannot_steer_a_terminal() -> None:
    problem = ["E_COORD", "a\x1b[31m\u202eb\\x", "c\nd", "", "", None, None, False]
    back = answer_of(said(kind="error", problems=[problem], total=1), body(), "")
    assert (back.problems[0].reason, back.problems[0].hint) == ("a\\x1b[31m\\u202eb\\x", "c\\x0ad")


def test_prefixes_that_are_none() -> None:
    for prefix in (b"x" * PREFIX, MAGIC + b"\xff" * 16):
        with pytest.raises(ValueError):
            lengths(prefix)


def test_a_request_comes_back_whole() -> None:
    limits = Limits()._replace(seconds=3)
    arguments = {"text": True, "level": None, "limits": limits, "samples": whole(), "stdin": b"\x00x"}
    data = request("read", "sub\udcff.zip", arguments)
    size, _ = lengths(data[:PREFIX])
    header = json.loads(data[PREFIX : PREFIX + size])
    back = arguments_of(header, data[PREFIX + size :])
    assert (header["call"], header["source"]) == ("read", "sub\udcff.zip")
    samples = back.pop("samples")
    assert (samples.sample_ids, samples.aliases) == (whole().sample_ids, whole().aliases)
    assert back == {"text": True, "level": None, "limits": limits, "stdin": b"\x00x"}
    data = request("read", "s", {"samples": ["b", "a"]})
    size, _ = lengths(data[:PREFIX])
    assert arguments_of(json.loads(data[PREFIX : PREFIX + size]), b"")["samples"] == ("b", "a")
