"""Bytes of archives, lists of names and single documents -> what the layers below the readers answer.

The first word says which: ``zip`` (the bytes as they are; with ``repair`` checksums and sizes are made right first, so
that changed content is reached), ``names`` (each line an entry's name, ``@120777 name`` with a Unix mode), ``json``,
``xml`` or ``mat`` (the safe parsers alone, against the lenient ones of the standard library).
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Sequence
from random import Random
from struct import pack, pack_into, unpack_from
from typing import Any
from xml.etree import ElementTree

from ocr_eval.errors import CODES
from ocr_eval.formats import json_safe, mat5, xml_safe
from ocr_eval.limits import Limits
from tests.fuzz import readers
from tests.fuzz.watch import Broken

KINDS = ("zip", "names", "json", "xml", "mat")
FLAGS = ("gt", "samples", "few", "repair", "tight", "text", "flat")
LIMITS = {False: Limits(), True: readers.TIGHT}
_BODY = b"0,0,9,0,9,5,0,5,a\n"


def draw_words(kind: str, draw: Random) -> list[str]:
    """A kind and a few flags."""
    return [kind, *(flag for flag in FLAGS if draw.random() < 0.3)]


def run(data: bytes) -> None:
    """Raises Broken where an answer is none that may be given."""
    words, body = readers.split(data)
    kind, said = (words[0] if words else "zip"), set(words[1:])
    if kind in _PARSERS:
        _PARSERS[kind](body, LIMITS["tight" in said])
        return
    if kind == "names":
        body = named(body)
    elif "repair" in said:
        body = repaired(body)
    flags = [word for word in words[1:] if word in ("gt", "samples", "few", "tight", "text")]
    for name in ("icdar-quad", "auto") if "flat" not in said else ("text",):
        readers.run(readers.joined([name, "raw", *flags], body))


def seeds() -> list[bytes]:
    """Archives of both methods, with folders, comments, descriptors and zip64 records; and names of every kind."""
    plain = _made([("res_img_1.txt", _BODY), ("res_img_2.txt", b"")], zipfile.ZIP_STORED)
    packed = _made(
        [("sub/res_img_1.txt", _BODY * 9), ("sub/a.txt", b""), ("__MACOSX/._x", b"")], zipfile.ZIP_DEFLATED
    )
    wide = _made([("é.txt", _BODY)], zipfile.ZIP_STORED, force=True)
    names = (
        b"res_img_1.txt\nimg_01.txt\na.txt",
        b"sub/\nsub/img_1.txt\n__MACOSX/._img_1.txt\n.DS_Store",
        b"@120777 link.txt\n@010644 fifo\n@040755 img_1.txt\n@040755 d/",
        "é.txt\ne\u0301.txt\nÉ.txt\nimg_1.png\nb.zip\n../x\n/abs\nC:x\na\\b\na//b".encode(),
    )
    return [b"zip\n" + made for made in (plain, packed, wide, _made([], zipfile.ZIP_STORED))] + [
        b"names\n" + made for made in names
    ]


def _made(entries: Sequence[tuple[str, bytes]], method: int, *, force: bool = False) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in entries:
            info = zipfile.ZipInfo(name)
            info.compress_type = method
            with archive.open(info, "w", force_zip64=force) as stream:
                stream.write(data)
    return buffer.getvalue()


def named(body: bytes) -> bytes:
    """A zip whose entries have these names, byte by byte: also names that no tool would write."""
    archive, directory, count = b"", b"", 0
    for line in body.split(b"\n")[:200]:
        mode = 0
        if line[:1] == b"@" and line[1:7].isdigit() and line[7:8] == b" ":
            mode, line = int(line[1:7].translate(None, b"89") or b"0", 8) & 0xFFFF, line[8:]
        line = line[:0xFFFF]
        content = b"" if line.endswith(b"/") else _BODY
        facts = pack(
            "<HHHHHLLLHH", 20, 0x800, 0, 0, 33, zlib.crc32(content), len(content), len(content), len(line), 0
        )
        directory += (
            b"PK\1\2" + pack("<H", 0x314) + facts + pack("<HHHLL", 0, 0, 0, mode << 16, len(archive)) + line
        )
        archive += b"PK\3\4" + facts + line + content
        count += 1
    end = b"PK\5\6" + pack("<HHHHLLH", 0, 0, count, count, len(directory), len(archive), 0)
    return archive + directory + end


def repaired(data: bytes) -> bytes:
    """The bytes with checksum and size of every entry as its content has them, where the directory can be followed."""
    made = bytearray(data)
    place = data.find(b"PK\1\2")
    while 0 <= place <= len(data) - 46:
        packed, offset = unpack_from("<L", data, place + 20)[0], unpack_from("<L", data, place + 42)[0]
        if offset + 30 <= len(data) and data[offset : offset + 4] == b"PK\3\4":
            name, extra = unpack_from("<HH", data, offset + 26)
            content = data[offset + 30 + name + extra :][:packed]
            if data[offset + 8] == 8:
                try:
                    content = zlib.decompressobj(-15).decompress(content, 1 << 20)
                except zlib.error:
                    content = b""
            for begin in (place + 16, offset + 14):
                pack_into("<L", made, begin, zlib.crc32(content))
            for begin in (place + 24, offset + 22):
                pack_into("<L", made, begin, len(content))
        place = data.find(b"PK\1\2", place + 46)
    return bytes(made)


def _known(code: str, reason: str) -> None:
    if code not in CODES or CODES[code].exit not in (3, 4) or not reason.isprintable():
        raise Broken(f"{code} {reason!r}")


def _json(data: bytes, limits: Limits) -> None:
    """What is accepted is what Python's parser makes of it, but for numbers of more than 18 digits."""
    try:
        found = json_safe.parse(data, limits)
    except json_safe.JsonFault as fault:
        _known(fault.code, fault.reason)
        return
    if json_safe.depth(data) <= limits.depth:
        theirs = json.loads(data.decode("utf-8-sig"), parse_int=_short)
        if repr(theirs) != repr(found):
            raise Broken("another value than Python reads")


def _short(digits: str) -> int | float:
    return int(digits) if len(digits.lstrip("-")) <= 18 else float("-inf" if digits[0] == "-" else "inf")


class _Everything(frozenset[str]):
    """A set that holds every name."""

    def __contains__(self, _: object) -> bool:
        return True


def _xml(data: bytes, limits: Limits) -> None:
    """What is accepted is well-formed for the standard library too, with as many elements and the same characters."""
    try:
        root = xml_safe.parse(data, limits, _Everything())
    except xml_safe.XmlFault as fault:
        _known(fault.code, fault.reason)
        return
    theirs = ElementTree.fromstring(data)
    elements, waiting = [], [root]
    while waiting:
        elements.append(waiting.pop())
        waiting += elements[-1].children
    ours = (len(elements), sorted("".join(element.text for element in elements)))
    if ours != (sum(1 for _ in theirs.iter()), sorted("".join(theirs.itertext()))):
        raise Broken("other elements or characters than the standard library reads")
    if xml_safe.root_name(data) != root.name and root.name.isascii() and len(root.name) <= 60:
        raise Broken(f"root {xml_safe.root_name(data)!r} before parsing, {root.name!r} after")


def _mat(data: bytes, limits: Limits) -> None:
    """As many values as the shape says."""
    try:
        found = mat5.variables(data, limits)
    except mat5.MatFault as fault:
        _known(fault.code, fault.reason)
        return
    waiting: list[Any] = list(found.values())
    while waiting:
        matrix = waiting.pop()
        size = 1
        for length in matrix.shape:
            size *= length
        held = {"numbers": len(matrix.numbers), "cells": len(matrix.cells)}.get(matrix.kind, size)
        if held != size:
            raise Broken(f"{held} values of shape {matrix.shape}")
        waiting += matrix.cells


_PARSERS = {"json": _json, "xml": _xml, "mat": _mat}
