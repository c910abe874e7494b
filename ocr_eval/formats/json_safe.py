"""Bytes of a JSON document -> Python values, after a safety pass; strict where Python's parser is lenient.

Section 2.3 of the reference on reliability: encoding, depth, then the parser, which finds double keys, NaN and
Infinity, then lone surrogates. Integers of any length are read as infinity when they have more than 18 digits, so
that the schema refuses them with a place and CPython's limit on digits never shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from ocr_eval.errors import Findings, quote
from ocr_eval.formats.lines import BOM, UTF16
from ocr_eval.formats.reader import Entry
from ocr_eval.limits import Limits

_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)  # possessive: linear, also when unclosed
_CONSTANT = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|-?Infinity|NaN', re.DOTALL)
_LONG_NUMBER = re.compile(rb"[0-9]{19}")
_SUSPECT = re.compile(rb"\\u(?:[dD][89a-fA-F]|0000)")  # escapes of what no text may hold
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


FAILED = object()  # what load gives in place of a document


class JsonFault(Exception):
    """What is wrong with a document."""

    def __init__(
        self, code: str, reason: str, hint: str = "", line: int | None = None, col: int | None = None
    ) -> None:
        super().__init__(reason)
        self.code, self.reason, self.hint, self.line, self.col = code, reason, hint, line, col


class _Double(dict[str, Any]):
    """An object in which a key stands twice."""

    key = ""


def load(entry: Entry, findings: Findings, limits: Limits) -> Any:
    """The document, or FAILED after recording what is wrong with it."""
    try:
        return parse(entry.data, limits)
    except JsonFault as fault:
        findings.error(fault.code, fault.reason, fault.hint, entry=entry.name, line=fault.line, col=fault.col)
        return FAILED


def parse(data: bytes, limits: Limits) -> Any:
    """The value of a JSON document. Raises JsonFault."""
    import json

    text = _checked_text(data, limits)
    doubles: list[_Double] = []
    integer = _integer if _LONG_NUMBER.search(data) else None
    try:
        document = json.loads(
            text,
            object_pairs_hook=lambda pairs: _object(pairs, doubles),
            parse_constant=lambda name: _constant(name, text),
            parse_int=integer,
        )
    except json.JSONDecodeError as error:
        reason = f"not JSON: {error.msg[:1].lower()}{error.msg[1:]}"
        raise JsonFault("E_FORMAT", reason, "write strict JSON", error.lineno, error.colno) from None
    except RecursionError:
        raise JsonFault("E_LIMIT", f"nesting deeper than {limits.depth}") from None
    if doubles:
        pointer, found = next((p, v) for p, v in _walk(document) if isinstance(v, _Double))
        raise JsonFault(
            "E_JSON_DUPKEY", f"key {quote(found.key)} occurs twice in {pointer or 'the document'}"
        )
    if _SUSPECT.search(data):
        _only_characters(document)
    return document


def _only_characters(document: Any) -> None:
    """Raises JsonFault for a text with NUL or half of a surrogate pair, which the bytes of a document cannot hold."""
    for pointer, value in _walk(document):
        for text in [value] if isinstance(value, str) else value if isinstance(value, dict) else ():
            if "\0" in text:
                raise JsonFault(
                    "E_ENCODING", f"{pointer or 'a key'} holds NUL", "write texts without \\u0000"
                )
            if any("\ud800" <= c <= "\udfff" for c in text):
                reason = f"{pointer or 'a key'} holds half of a surrogate pair"
                raise JsonFault("E_ENCODING", reason, "write the character itself")


def _checked_text(data: bytes, limits: Limits) -> str:
    mark = UTF16.get(data[:2])
    if mark:
        raise JsonFault("E_ENCODING", f"text is UTF-16 (BOM {mark}), expected UTF-8", line=1)
    begin = len(BOM) if data[:3] == BOM else 0
    data = data[begin:]
    zero = data.find(b"\0")
    if zero >= 0:
        raise JsonFault(
            "E_ENCODING", f"NUL byte at offset {zero + begin}", line=data.count(b"\n", 0, zero) + 1
        )
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        reason = f"byte 0x{data[error.start]:02x} at offset {error.start + begin} is not UTF-8"
        raise JsonFault("E_ENCODING", reason, line=data.count(b"\n", 0, error.start) + 1) from None
    if depth(data) > limits.depth:
        hint = "--limit depth=N raises the limit when the file is honest"
        raise JsonFault("E_LIMIT", f"nesting deeper than {limits.depth}", hint)
    return text


def depth(data: bytes) -> int:
    """How deep brackets nest outside strings; linear, nothing is parsed."""
    if data.count(b"[") + data.count(b"{") < 2:
        return data.count(b"[") + data.count(b"{")
    brackets = np.frombuffer(_STRING.sub(b"", data).translate(None, _NOT_BRACKETS), np.uint8)
    opening = (brackets == ord("[")) | (brackets == ord("{"))
    return int(np.cumsum(np.where(opening, 1, -1)).max(initial=0))


def _object(pairs: list[tuple[str, Any]], doubles: list[_Double]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) == len(pairs):
        return made
    double = _Double(made)
    keys = [key for key, _ in pairs]
    double.key = next(key for k, key in enumerate(keys) if key in keys[:k])
    doubles.append(double)
    return double


def _constant(name: str, text: str) -> float:
    """Refuses NaN and Infinity; the parser tells no place, so the first one outside strings is looked for."""
    begin = next(found.start() for found in _CONSTANT.finditer(text) if found[0][0] != '"')
    reason = f"{name} is no JSON number, expected a finite number"
    before = text.rfind("\n", 0, begin)
    raise JsonFault("E_COORD", reason, line=text.count("\n", 0, begin) + 1, col=begin - before)


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits.lstrip("-")) <= 18 else float("-inf" if digits[0] == "-" else "inf")


def _walk(document: Any) -> Iterator[tuple[str, Any]]:
    """(pointer, value) of every value, in document order."""
    stack: list[tuple[str, Any]] = [("", document)]
    while stack:
        pointer, value = stack.pop()
        yield pointer, value
        if isinstance(value, dict):
            stack += [(f"{pointer}/{token(key)}", item) for key, item in reversed(value.items())]
        elif isinstance(value, list):
            stack += [(f"{pointer}/{k}", value[k]) for k in range(len(value) - 1, -1, -1)]


def token(key: str) -> str:
    """A key as a part of a JSON pointer, safe to show."""
    return quote(key.replace("~", "~0").replace("/", "~1"))[1:-1]


def number(value: Any, pointer: str, limits: Limits) -> float:
    """A coordinate of a document: finite, within the range, no boolean."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise JsonFault("E_FORMAT", f"{pointer} must be a number, got {kind(value)}")
    if not -limits.coordinate <= value <= limits.coordinate:
        raise JsonFault(
            "E_COORD", f"{pointer} is outside -{limits.coordinate} to {limits.coordinate}", "write pixels"
        )
    return float(value)


def kind(value: Any) -> str:
    """The JSON name of a value's type."""
    names = {
        bool: "a boolean",
        int: "a number",
        float: "a number",
        str: "a string",
        list: "a list",
        type(None): "null",
    }
    return names.get(type(value), "an object")
