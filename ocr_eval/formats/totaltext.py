"""Total-Text's own text files -> instances: ``x: [[…]], y: [[…]], ornt: [u'c'], transcriptions: [u'WORD']``.

Neither JSON nor Python, and never evaluated. A record begins at ``x:`` and may go over several lines. Several parts of
a transcription belong together with commas between them; none at all is ``#``. Orientation or text ``#`` is don't care.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ocr_eval.errors import Findings, quote
from ocr_eval.formats.glimpse import Glimpse
from ocr_eval.formats.lines import text_of
from ocr_eval.formats.numbers import LineFault, coordinates
from ocr_eval.formats.reader import Columns, Entry, Options
from ocr_eval.formats.schema import enough_room

FORM = "x: [[…]], y: [[…]], ornt: [u'c'], transcriptions: [u'WORD']"
NAMES = ("x", "y", "ornt", "transcriptions")
_TOKEN = re.compile(
    r"""[ \t\n]*+(?:(?P<name>[a-z]{1,16}):|(?P<mark>[][,])|(?P<number>-?[0-9][^][, \t\n]*+)"""
    r"""|u?(?P<text>'(?:[^'\\\n]|\\.)*+'|"(?:[^"\\\n]|\\.)*+"))"""
)
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))")
_LETTERS = {"n": "\n", "t": "\t", "r": "\r"}


class Misread(LineFault):
    """What is wrong with a record, and the line of the file."""

    def __init__(self, code: str, reason: str, hint: str, line: int) -> None:
        super().__init__(code, reason, hint)
        self.line = line


class Token(NamedTuple):
    """A piece of a file and the line it stands in."""

    kind: str
    text: str
    line: int


class TotalText:
    """Format ``totaltext``: one file per sample."""

    def looks(self, glimpse: Glimpse) -> bool:
        return re.match(rb"x: {0,4}\[ {0,4}\[", glimpse.head) is not None

    def read(self, entries: Sequence[Entry], options: Options, findings: Findings) -> Columns:
        """Every record of every entry."""
        columns = Columns("totaltext")
        if options.confidence:
            findings.error("E_FORMAT", "layout totaltext has no confidences", "name another layout")
            return columns
        for entry in entries:
            text = text_of(entry, findings, options.limits)
            records = []
            try:
                for record in _records(text or ""):
                    records.append(record)
            except Misread as fault:  # nothing after it can be told apart
                findings.error(fault.code, fault.reason, fault.hint, entry=entry.name, line=fault.line)
            if not enough_room(len(records), len(columns.care), entry, options, findings):
                records = []
            for line, values in records:
                try:
                    _add(line, values, options, columns)
                except Misread as fault:
                    findings.error(fault.code, fault.reason, fault.hint, entry=entry.name, line=line)
            columns.close(entry.sample, entry.name)
        return columns


def _records(text: str) -> Iterator[tuple[int, dict[str, list[str]]]]:
    """(line, values by name). Raises Misread."""
    tokens = list(_tokens(text))
    at = 0
    while at < len(tokens):
        line = tokens[at].line
        values: dict[str, list[str]] = {}
        for k, name in enumerate(NAMES):
            if k:
                at = _expect(tokens, at, ",", line)
            at = _expect(tokens, at, name + ":", line)
            depth = 2 if k < 2 else 1
            for _ in range(depth):
                at = _expect(tokens, at, "[", line)
            values[name] = []
            while at < len(tokens) and tokens[at].kind in ("number", "text"):
                values[name].append(tokens[at].text)
                at += 1
                if at < len(tokens) and tokens[at].text == "," and tokens[at].kind == "mark":
                    at += 1
            for _ in range(depth):
                at = _expect(tokens, at, "]", line)
        yield line, values


def _tokens(text: str) -> Iterator[Token]:
    place, line = 0, 1
    end = len(text.rstrip(" \t\n"))
    while place < end:
        match = _TOKEN.match(text, place)
        if match is None:
            blank = len(text[place:]) - len(text[place:].lstrip(" \t\n"))
            line += text.count("\n", place, place + blank)
            shown = quote(text[place + blank : place + blank + 20].partition("\n")[0])
            raise Misread("E_FORMAT", f"{shown} belongs to no record, expected {FORM}", "", line)
        kind = str(match.lastgroup)
        line += text.count("\n", place, match.start(kind))
        found = match[kind]
        yield Token(kind, found + ":" if kind == "name" else found, line)
        place = match.end()


def _expect(tokens: list[Token], at: int, wanted: str, line: int) -> int:
    token = tokens[at] if at < len(tokens) else Token("mark", "the end of the file", line)
    if token.text != wanted or token.kind == "text":
        reason = f"{quote(token.text)} where '{wanted}' belongs, expected {FORM}"
        raise Misread("E_FORMAT", reason, "", token.line)
    return at + 1


def _add(line: int, values: dict[str, list[str]], options: Options, columns: Columns) -> None:
    limits = options.limits
    if len(values["x"]) > limits.vertices:
        reason = f"ring of {len(values['x'])} vertices, at most {limits.vertices}"
        raise Misread("E_LIMIT", reason, "--limit vertices=N raises the limit when the file is honest", line)
    try:
        x, y = (coordinates(values[name], limits) for name in ("x", "y"))
    except LineFault as fault:
        raise Misread(fault.code, fault.reason, fault.hint, line) from None
    if len(x) != len(y) or not x:
        raise Misread("E_FORMAT", f"{len(x)} x and {len(y)} y, expected equally many", "", line)
    try:
        text = ",".join(map(_plain, values["transcriptions"])) if values["transcriptions"] else "#"
        orientations = [*map(_plain, values["ornt"])]
    except ValueError as error:
        raise Misread("E_ENCODING", str(error), "write the character itself", line) from None
    if len(text) > limits.characters:
        reason = f"transcription of {len(text)} characters, at most {limits.characters}"
        hint = "--limit characters=N raises the limit when the file is honest"
        raise Misread("E_LIMIT", reason, hint, line)
    ignored = text == "#" or "#" in orientations
    ring = [value for point in zip(x, y, strict=True) for value in point]
    columns.add(ring, text, not (ignored and options.role == "gt"), 1.0, line)


def _plain(quoted: str) -> str:
    """A quoted text without its quotes and escapes. Raises ValueError for an escape of what is no character."""
    return _ESCAPE.sub(_character, quoted[1:-1]) if quoted[:1] in ("'", '"') else quoted


def _character(match: re.Match[str]) -> str:
    digits = match[1] or match[2] or match[3]
    if digits is None:
        return _LETTERS.get(match[4], match[4])
    point = int(digits, 16)
    if not 0 < point <= 0x10FFFF or 0xD800 <= point < 0xE000:
        raise ValueError(f"escape {quote(match[0])} is no character")
    return chr(point)


TOTALTEXT = TotalText()
