"""An input -> one near it: bytes, lines, numbers, marks and values of documents exchanged, cut, doubled or crossed.

All draws come from one ``Random``, so equal seeds give equal inputs. Knows the grammar of what it changes only as far
as it finds something to hold on to: numbers in text, lines, tags, values of JSON, words of four bytes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

MOST = 1 << 16  # bytes of an input
NUMBERS = (
    b"0 1 -1 2 7 8 9 10 -0 00 007 +1 1_0 0x1A 1e3 9.1e-05 1e999 -1e999 0.5 .5 5. 1.0 nan NaN inf -Infinity 255 256 "
    b"4096 4097 10000 10001 65535 65536 1000000 1000001 -1000000 -1000001 2147483647 2147483648 4294967295 "
    b"9007199254740993 1000000000000000000 99999999999999999999 123456789012345678901234567890123"
).split(b" ")
WORDS = [
    b"",
    b" ",
    b"\t",
    b"\n",
    b"\r",
    b"\r\n",
    b"\0",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xfe\xff",
    b"\x80",
    b"\xc0\xaf",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    "\u2028".encode(),
    "\u202e".encode(),
    "é".encode(),
    "e\u0301".encode(),
    "１２".encode(),
    "😀".encode(),
    b",",
    b";",
    b"|",
    b"##::",
    b"####",
    b"###",
    b'"',
    b'\\"',
    b"\\",
    b"\\u0000",
    b"\\ud800",
    b"{",
    b"}",
    b"[",
    b"]",
    b"[[",
    b'{"a":1,"a":2}',
    b"null",
    b"true",
    b"NaN",
    b"Infinity",
    b"<!DOCTYPE html>",
    b"<!ENTITY a 'b'>",
    b"&a;",
    b"&#0;",
    b"&#xD800;",
    b"<![CDATA[x]]>",
    b"<!--",
    b"-->",
    b"<?xml version='1.0' encoding='utf-16'?>",
    b"</",
    b"/>",
    b"xmlns='a'",
    b"../",
    b"=",
    b"(",
    b")",
    b"%FF",
    b"%",
]
JSON_VALUES: list[Any] = [
    None,
    True,
    False,
    0,
    -1,
    1,
    2.5,
    -0.0,
    1e300,
    10**19,
    10**40,
    1_000_001,
    "",
    "10",
    "a",
    "é",
    "\ud800",
    "\0",
    "a" * 5000,
    "../x",
    [],
    {},
    [[]],
    [0, 0],
    [0, 0, 9, 0, 9, 5, 0, 5],
    [[0, 0], [9, 0], [9, 5]],
    [[0, 0], [9, 5], [9, 0], [0, 5]],
    float("nan"),
    float("inf"),
]
_NUMBER = re.compile(rb"-?[0-9]+(?:\.[0-9]+)?")
_MARK = re.compile(rb"[,;|:\t \"<>(){}\[\]=]")


def mutate(data: bytes, others: Sequence[bytes], words: Sequence[bytes], draw: Random) -> bytes:
    """``data`` after one to five changes; ``others`` are what it may be crossed with, ``words`` the target's own."""
    for _ in range(draw.choice((1, 1, 1, 2, 3, 5))):
        change = draw.choice(_CHANGES)
        data = change(data, others, words, draw)[:MOST]
    return data


def _span(data: bytes, draw: Random) -> tuple[int, int]:
    begin = draw.randrange(len(data) + 1)
    return begin, min(len(data), begin + draw.choice((1, 1, 2, 4, 8, 32, 200)))


def _flip(data: bytes, _: Sequence[bytes], __: Sequence[bytes], draw: Random) -> bytes:
    if not data:
        return bytes([draw.randrange(256)])
    place = draw.randrange(len(data))
    value = data[place] ^ (1 << draw.randrange(8)) if draw.random() < 0.5 else draw.randrange(256)
    return data[:place] + bytes([value]) + data[place + 1 :]


def _cut(data: bytes, _: Sequence[bytes], __: Sequence[bytes], draw: Random) -> bytes:
    begin, end = _span(data, draw)
    return data[:begin] if draw.random() < 0.2 else data[:begin] + data[end:]


def _double(data: bytes, _: Sequence[bytes], __: Sequence[bytes], draw: Random) -> bytes:
    begin, end = _span(data, draw)
    times = draw.choice((1, 1, 2, 8, 100))
    return data[:end] + data[begin:end] * times + data[end:]


def _insert(data: bytes, _: Sequence[bytes], words: Sequence[bytes], draw: Random) -> bytes:
    begin, end = _span(data, draw)
    word = draw.choice(words) if words and draw.random() < 0.5 else draw.choice(WORDS)
    return data[:begin] + word + data[begin if draw.random() < 0.6 else end :]


def _cross(data: bytes, others: Sequence[bytes], _: Sequence[bytes], draw: Random) -> bytes:
    other = draw.choice(others) if others else data
    if draw.random() < 0.5:
        lines, more = data.split(b"\n"), other.split(b"\n")
        place = draw.randrange(len(lines) + 1)
        begin = draw.randrange(len(more))
        return b"\n".join(lines[:place] + more[begin : begin + draw.choice((1, 2, 8))] + lines[place:])
    begin, end = _span(other, draw)
    place, after = _span(data, draw)
    return data[:place] + other[begin:end] + data[after:]


def _number(data: bytes, _: Sequence[bytes], __: Sequence[bytes], draw: Random) -> bytes:
    found = list(_NUMBER.finditer(data))
    if not found:
        return data + draw.choice(NUMBERS)
    one = draw.choice(found)
    if draw.random() < 0.4:
        value = draw.choice(found)[0]
    elif draw.random() < 0.5:
        value = str(draw.randrange(-3, 40)).encode()
    else:
        value = draw.choice(NUMBERS)
    return data[: one.start()] + value + data[one.end() :]


def _mark(data: bytes, _: Sequence[bytes], __: Sequence[bytes], draw: Random) -> bytes:
    found = list(_MARK.finditer(data))
    if not found:
        return data
    one = draw.choice(found)
    value = draw.choice((b"", b",", b";", b" ", b"\t", b":", b'"', b"]", b"}", b"<", one[0] * 2))
    return data[: one.start()] + value + data[one.end() :]


def _lines(data: bytes, _: Sequence[bytes], __: Sequence[bytes], draw: Random) -> bytes:
    lines = data.split(b"\n")
    place, other = draw.randrange(len(lines)), draw.randrange(len(lines))
    kind = draw.randrange(4)
    if kind == 0:
        lines[place], lines[other] = lines[other], lines[place]
    elif kind == 1:
        del lines[place]
    elif kind == 2:
        lines[place:place] = [lines[other]] * draw.choice((1, 2, 12))
    elif other != place:
        lines[place] += lines[other]
        del lines[other]
    return b"\n".join(lines)


def _word(data: bytes, _: Sequence[bytes], __: Sequence[bytes], draw: Random) -> bytes:
    """A binary number of two, four or eight bytes, as formats of records hold them."""
    size = draw.choice((2, 4, 4, 8))
    if len(data) < size:
        return data
    place = draw.randrange(len(data) - size + 1)
    if draw.random() < 0.7:
        place -= place % size
    order = draw.choice(("little", "little", "big"))
    value = int.from_bytes(data[place : place + size], order)  # type: ignore[arg-type]
    value = draw.choice(
        (value + 1, value - 1, value * 2, 0, 1, 8, 1 << 31, (1 << 8 * size) - 1, draw.randrange(256))
    )
    return (
        data[:place]
        + (value % (1 << 8 * size)).to_bytes(size, order)  # type: ignore[arg-type]
        + data[place + size :]
    )


def _value(data: bytes, others: Sequence[bytes], words: Sequence[bytes], draw: Random) -> bytes:
    """A value of a JSON document, or of one of its lines, exchanged, doubled, moved or gone."""
    try:
        document = json.loads(data)
        before, after = b"", b""
    except (ValueError, RecursionError):
        begin = draw.randrange(max(1, data.count(b"\n") + 1))
        lines = data.split(b"\n")
        try:
            document = json.loads(lines[begin][max(0, lines[begin].find(b"\t") + 1) :])
        except (ValueError, RecursionError):
            return _number(data, others, words, draw)
        head = lines[begin][: max(0, lines[begin].find(b"\t") + 1)]
        before = b"".join(line + b"\n" for line in lines[:begin]) + head
        after = b"".join(b"\n" + line for line in lines[begin + 1 :])
    places = list(_places(document))
    if not places:
        return before + json.dumps(draw.choice(JSON_VALUES)).encode() + after
    holder, key = draw.choice(places)
    kind = draw.randrange(6)
    if kind == 0:
        del holder[key]
    elif kind == 1:
        other, place = draw.choice(places)
        value = other[place]
        # A copy by its spelling: a value put into itself would have no end.
        holder[key] = json.loads(json.dumps(value))
    elif kind == 2 and isinstance(holder, list):
        holder[key:key] = [json.loads(json.dumps(holder[key]))] * draw.choice((1, 2, 20))
    elif kind == 3 and isinstance(holder, dict):
        other, place = draw.choice(places)
        holder[str(place) if draw.random() < 0.7 else ""] = json.loads(json.dumps(holder[key]))
    elif kind == 4:
        holder[key] = [holder[key]] if draw.random() < 0.5 else {str(key): holder[key]}
    else:
        holder[key] = draw.choice(JSON_VALUES)
    return (
        before
        + json.dumps(document, ensure_ascii=draw.random() < 0.5).encode("utf-8", "surrogatepass")
        + after
    )


def _places(document: Any) -> list[tuple[Any, Any]]:
    """(container, key) of every value below the root."""
    found: list[tuple[Any, Any]] = []
    waiting = [document]
    while waiting:
        value = waiting.pop()
        keys = (
            list(value)
            if isinstance(value, dict)
            else list(range(len(value)))
            if isinstance(value, list)
            else []
        )
        found += [(value, key) for key in keys]
        waiting += [value[key] for key in keys]
    return found


_CHANGES: tuple[Callable[[bytes, Sequence[bytes], Sequence[bytes], Random], bytes], ...] = (
    _flip,
    _cut,
    _double,
    _insert,
    _insert,
    _cross,
    _number,
    _number,
    _mark,
    _lines,
    _word,
    _value,
    _value,
    _value,
)
