"""Bytes of a zip -> its entries, checked before anything is inflated; nothing is ever extracted.

Rules A1 to A5 and A13 of the reference on reliability, section 2.1, in that order. ``zipfile`` is not enough: it
stops at a declared size, so that a lying size looks like a bad checksum, and it accepts most overlaps.
"""

from __future__ import annotations

import zlib
from struct import Struct

from ocr_eval.errors import Findings
from ocr_eval.formats.zip_directory import LOCAL, BrokenError, Member, directory, records
from ocr_eval.limits import Limits

_local = Struct("<4sHHHHHLLLHH").unpack_from  # …, flags, method, …, name length, extra length
_LOCAL_SIZE = 30
_METHODS = {
    1: "Shrink",
    6: "Implode",
    9: "Deflate64",
    12: "bzip2",
    14: "LZMA",
    93: "Zstandard",
    95: "XZ",
    98: "PPMd",
    99: "AES",
}


def members(data: bytes, findings: Findings, limits: Limits, samples: int | None) -> list[Member] | None:
    """The entries of a zip in directory order, or None after recording what is wrong with it (A1 to A5)."""
    try:
        found = directory(data)
        if found.declared != found.found:
            reason = f"end record says {found.declared} entries, directory has {found.found}"
            raise BrokenError(reason)
        allowed = limits.entries_for(samples)
        if found.found > allowed:
            hint = _raise_hint("entries", found.found)
            findings.error("E_ZIP_TOO_BIG", f"{found.found} entries, at most {allowed}", hint)
            return None
        entries = records(data, found.start, found.end)
    except BrokenError as broken:
        findings.error("E_ZIP_FORMAT", str(broken))
        return None
    for check in (_sizes, _layout, _headers, _kinds):
        before = findings.total
        check(data, entries, found.start, findings, limits)
        if findings.total > before:
            return None
    return entries


def inflate(data: bytes, entry: Member, findings: Findings) -> bytes | None:
    """The content of one entry (A13): never more than one byte above the declared size is produced."""
    name_size, extra_size = _local(data, entry.offset)[9:]
    start = entry.offset + _LOCAL_SIZE + name_size + extra_size
    packed = data[start : start + entry.packed]
    content = packed
    if entry.method == 8:
        stream = zlib.decompressobj(-15)
        try:
            content = stream.decompress(packed, entry.size + 1)
        except zlib.error:
            findings.error("E_ZIP_CRC", "compressed data is damaged", entry=entry.name)
            return None
        if len(content) == entry.size and not stream.eof:
            findings.error("E_ZIP_CRC", "compressed data has no end", entry=entry.name)
            return None
    if len(content) != entry.size:
        word = "more" if len(content) > entry.size else "less"
        reason = f"entry unpacks to {word} than the declared {entry.size} bytes"
        findings.error("E_ZIP_SIZE_MISMATCH", reason, entry=entry.name)
        return None
    checksum = zlib.crc32(content)
    if checksum != entry.checksum:
        reason = f"checksum {checksum:08x}, directory says {entry.checksum:08x}"
        findings.error("E_ZIP_CRC", reason, entry=entry.name)
        return None
    return content


def _sizes(_: bytes, entries: list[Member], __: int, findings: Findings, limits: Limits) -> None:
    for entry in entries:
        if entry.size > limits.entry_bytes:
            reason = f"entry unpacks to {entry.size} bytes, at most {limits.entry_bytes}"
            findings.error("E_ZIP_TOO_BIG", reason, _raise_hint("entry-bytes", entry.size), entry=entry.name)
    total = sum(entry.size for entry in entries)
    if total > limits.total_bytes:
        reason = f"archive unpacks to {total} bytes, at most {limits.total_bytes}"
        findings.error("E_ZIP_TOO_BIG", reason, _raise_hint("total-bytes", total))


def _layout(data: bytes, entries: list[Member], start: int, findings: Findings, _: Limits) -> None:
    """A3: sorted by offset, each entry ends before the next begins and before the directory."""
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.offset):
        if entry.offset < end:
            findings.error("E_ZIP_OVERLAP", "entry begins inside the entry before it", entry=entry.name)
            continue
        if entry.offset + _LOCAL_SIZE > start:
            findings.error("E_ZIP_OVERLAP", "entry reaches into the directory", entry=entry.name)
            continue
        if data[entry.offset : entry.offset + 4] != LOCAL:
            findings.error("E_ZIP_FORMAT", "directory points to a place without an entry", entry=entry.name)
            continue
        name_size, extra_size = _local(data, entry.offset)[9:]
        stop = entry.offset + _LOCAL_SIZE + name_size + extra_size + entry.packed
        if stop > start:
            findings.error("E_ZIP_OVERLAP", "entry reaches into the directory", entry=entry.name)
        else:
            end = stop


def _headers(data: bytes, entries: list[Member], _: int, findings: Findings, __: Limits) -> None:
    """A4: local header and directory agree on name, method and the encryption flag."""
    for entry in entries:
        _, _, flags, method, _, _, _, _, _, name_size, _ = _local(data, entry.offset)
        name = data[entry.offset + _LOCAL_SIZE : entry.offset + _LOCAL_SIZE + name_size]
        if name != entry.raw_name or method != entry.method or (flags ^ entry.flags) & 1:
            what = "name" if name != entry.raw_name else "method" if method != entry.method else "encryption"
            findings.error("E_ZIP_FORMAT", f"entry and directory disagree about the {what}", entry=entry.name)


def _kinds(_: bytes, entries: list[Member], __: int, findings: Findings, ___: Limits) -> None:
    """A5: neither encrypted nor packed in a way that is not read."""
    for entry in entries:
        if entry.flags & 1:
            findings.error("E_ZIP_ENCRYPTED", "entry is encrypted", entry=entry.name)
        elif entry.method not in (0, 8):
            method = (
                f"{entry.method} ({_METHODS[entry.method]})"
                if entry.method in _METHODS
                else str(entry.method)
            )
            findings.error(
                "E_ZIP_METHOD", f"compression method {method}, expected stored or deflate", entry=entry.name
            )


def _raise_hint(limit: str, value: int) -> str:
    return f"send only the result files; --limit {limit}={value} raises the limit when the file is honest"
