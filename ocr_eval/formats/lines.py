"""Bytes of a text entry -> its lines: BOM, UTF-8, line ends, blank lines, limits; every bad line is recorded.

Rules T1 to T6 of the reference on reliability, section 2.2. Lines end at LF only: U+2028, U+0085, VT and FF are
characters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ocr_eval.errors import Findings
from ocr_eval.formats.numbers import BLANK
from ocr_eval.formats.reader import Entry
from ocr_eval.limits import Limits

BOM = b"\xef\xbb\xbf"
_SOLID = re.compile(rb"[^ \t\r\n]|\r(?!\n)")  # what a blank line does not hold
UTF16 = {b"\xff\xfe": "FF FE", b"\xfe\xff": "FE FF"}


def lines_of(
    entry: Entry, findings: Findings, limits: Limits, instances: int | None = None
) -> tuple[list[str], Sequence[int]]:
    """The lines that are not blank, and their numbers from 1. A line with a fault is recorded and left out.

    More lines than ``instances`` (default: the limit per sample) is E_LIMIT, and none is returned.
    """
    data = _without_mark(entry, findings)
    if data is None:
        return [], ()
    most = limits.instances if instances is None else instances
    text = _clean_text(data, limits, most)
    numbers: Sequence[int]
    if text is None:
        lines, numbers, blank = _careful(entry, data, findings, limits, most)
    else:
        lines, numbers, blank = _split(text)
    if blank:
        findings.warn("W_LAYOUT", "blank lines skipped", place=entry.name, count=blank)
    if len(lines) > most:
        reason = f"more than {most} instances in one sample"
        findings.error("E_LIMIT", reason, _more("instances"), entry=entry.name, line=numbers[most])
        return [], ()
    return lines, numbers


def text_of(entry: Entry, findings: Findings, limits: Limits) -> str | None:
    """The whole text with LF line ends, blank lines kept; None after recording what is wrong with it."""
    data = _without_mark(entry, findings)
    if data is None:
        return None
    most = data.count(b"\n") + 1
    text = _clean_text(data, limits, most)
    if text is None:
        _careful(entry, data, findings, limits, most)
    return text


def _without_mark(entry: Entry, findings: Findings) -> bytes | None:
    """T1: the bytes without a UTF-8 byte order mark; None, recorded, where the mark is one of UTF-16."""
    mark = UTF16.get(entry.data[:2])
    if mark:
        hint = "save the file as UTF-8 (iconv -f utf-16 -t utf-8)"
        findings.error(
            "E_ENCODING", f"text is UTF-16 (BOM {mark}), expected UTF-8", hint, entry=entry.name, line=1
        )
        return None
    if entry.data[:3] != BOM:
        return entry.data
    findings.warn("W_LAYOUT", "byte order mark dropped", place=entry.name)
    return entry.data[3:]


def _split(text: str) -> tuple[list[str], Sequence[int], int]:
    """(lines that are not blank, their numbers, how many are blank)."""
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    if all(map(str.strip, lines)):
        return lines, range(1, len(lines) + 1), 0
    kept = [k for k, line in enumerate(lines) if line.strip(BLANK)]
    return [lines[k] for k in kept], [k + 1 for k in kept], len(lines) - len(kept)


def _clean_text(data: bytes, limits: Limits, most: int) -> str | None:
    """The decoded text with LF line ends when nothing is wrong with it; None sends it to the careful path."""
    if b"\0" in data:
        return None
    if len(data) > limits.line_bytes and (
        data.count(b"\n") > 2 * most or max(map(len, data.split(b"\n"))) > limits.line_bytes
    ):
        return None
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    if "\r" in text:
        text = text.replace("\r\n", "\n")
        if "\r" in text:
            return None
    return text


def _careful(
    entry: Entry, data: bytes, findings: Findings, limits: Limits, most: int
) -> tuple[list[str], list[int], int]:
    """One line at a time, so that every fault gets its place; blank lines are skipped as one, a flood costs nothing."""
    lines: list[str] = []
    numbers: list[int] = []
    blank, begin, number = 0, 0, 1
    shift = len(entry.data) - len(data)
    while begin < len(data) and len(lines) <= most:
        solid = _SOLID.search(data, begin)
        stop = solid.start() if solid else len(data)
        start = data.rfind(b"\n", begin, stop) + 1 or begin
        _check_blank(data, begin, start if solid else stop, number, entry, findings, limits)
        skipped = data.count(b"\n", begin, start)
        if solid is None:
            blank += skipped + (start < stop)
            break
        blank, number = blank + skipped, number + skipped
        end = data.find(b"\n", stop)
        raw = data[start:] if end < 0 else data[start:end].removesuffix(b"\r")
        line = _decoded(raw, start + shift, number, entry, findings, limits)
        if line is not None:
            lines.append(line)
            numbers.append(number)
        begin, number = (len(data) if end < 0 else end + 1), number + 1
    return lines, numbers, blank


def _check_blank(
    data: bytes, begin: int, stop: int, number: int, entry: Entry, findings: Findings, limits: Limits
) -> None:
    """T2 for blank lines: records the first that is too long. Jumps from window to window."""
    place = begin
    while stop - place > limits.line_bytes:
        end = data.rfind(b"\n", place, place + limits.line_bytes + 1)
        if end < 0:
            where = number + data.count(b"\n", begin, place)
            reason = f"line of more than {limits.line_bytes} bytes"
            findings.error("E_LIMIT", reason, _more("line-bytes"), entry=entry.name, line=where)
            return
        place = end + 1


def _decoded(
    raw: bytes, offset: int, number: int, entry: Entry, findings: Findings, limits: Limits
) -> str | None:
    name = entry.name
    zero = raw.find(b"\0")
    if zero >= 0:
        findings.error("E_ENCODING", f"NUL byte at offset {offset + zero}", entry=name, line=number)
        return None
    if len(raw) > limits.line_bytes:
        reason = f"line of {len(raw)} bytes, at most {limits.line_bytes}"
        findings.error("E_LIMIT", reason, _more("line-bytes"), entry=name, line=number)
        return None
    try:
        line = raw.decode()
    except UnicodeDecodeError as error:
        reason = f"byte 0x{raw[error.start]:02x} at offset {offset + error.start} is not UTF-8"
        findings.error("E_ENCODING", reason, entry=name, line=number)
        return None
    if "\r" in line:
        reason = "CR that is not followed by LF, expected lines that end with LF or CR LF"
        findings.error(
            "E_FORMAT",
            reason,
            "save the file with Unix line ends",
            entry=name,
            line=number,
            col=line.index("\r") + 1,
        )
        return None
    return line


def _more(limit: str) -> str:
    return f"--limit {limit}=N raises the limit when the file is honest"
