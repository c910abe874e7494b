"""TOML files of the store <-> checked values: every fault of a file with its line, one canonical way of writing."""

from __future__ import annotations

import datetime
import re
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ocr_eval.errors import InputError, Problem, close_matches, quote

_BARE = re.compile(r"[A-Za-z0-9_-]+\Z")
_MAX_BYTES = 1 << 20
_MAX_TEXT = 10_000  # code points of one value


class Key(NamedTuple):
    """What a key accepts. ``kind``: text, texts, bool, int, number, date, url, table, or a name of ``checks``."""

    kind: str
    required: bool = False
    choices: tuple[str, ...] = ()


def read_toml(data: bytes, source: str, code: str) -> tuple[dict[str, Any], str]:
    """(values, text) of a TOML file. Raises InputError (``code``) with the line when it is none."""
    text = decode(data, source, code)
    try:
        return tomllib.loads(text), text
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        line = int(found[1]) if found else None
        reason = re.sub(r" \(at .*\)\Z", "", str(error)).rstrip(".")
        hint = "write TOML: one key = value a line, texts in double quotes"
        raise InputError([Problem(code, f"not TOML: {reason}", hint, source, line=line)]) from None
    except (ValueError, RecursionError):
        hint = "write TOML: one key = value a line, texts in double quotes"
        raise InputError([Problem(code, "not TOML that can be read", hint, source)]) from None


def decode(data: bytes, source: str, code: str) -> str:
    """Strict UTF-8 of at most one MiB without NUL. Raises InputError (``code``)."""
    if len(data) > _MAX_BYTES:
        raise InputError([Problem(code, f"{len(data)} bytes, at most {_MAX_BYTES}", "shorten it", source)])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        reason = f"byte 0x{data[error.start]:02x} at offset {error.start} is not UTF-8"
        raise InputError([Problem(code, reason, "save the file as UTF-8", source)]) from None
    if "\0" in text:
        raise InputError([Problem(code, "the file holds a NUL byte", "save it as plain text", source)])
    return text


def check_keys(
    values: Mapping[str, Any],
    keys: Mapping[str, Key],
    *,
    source: str,
    code: str,
    text: str = "",
    at: str = "",
) -> list[Problem]:
    """Every fault of a table: unknown keys with the nearest known one, missing keys, wrong types, bad choices."""
    problems = []
    for name, value in values.items():
        line = line_of(name, text)
        if name not in keys:
            near = close_matches(name, keys, n=1, cutoff=0.3)
            hint = f"did you mean {near[0]}?" if near else f"known keys: {', '.join(keys)}"
            problems.append(Problem(code, f"{at}unknown key {quote(name)}", hint, source, line=line))
            continue
        fault = _fault(value, keys[name])
        if fault:
            problems.append(Problem(code, f"{at}{name}: {fault[0]}", fault[1], source, line=line))
    for name, key in keys.items():
        if key.required and name not in values:
            problems.append(Problem(code, f"{at}key {name} is missing", f"add {name} = …", source))
    return problems


def _fault(value: Any, key: Key) -> tuple[str, str] | None:
    """(what is wrong, what to write) or None."""
    kind = key.kind
    if kind in ("text", "url"):
        if not isinstance(value, str):
            return f"{_spell(value)} is no text", "write it in double quotes"
        if len(value) > _MAX_TEXT:
            return f"{len(value)} characters, at most {_MAX_TEXT}", "shorten it"
        if key.choices and value not in key.choices:
            near = close_matches(value, key.choices, n=1, cutoff=0.4)
            known = f"expected {' | '.join(key.choices)}"
            return f"{quote(value)} is not allowed", f"did you mean {near[0]}?" if near else known
    elif kind == "texts":
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            return f"{_spell(value)} is no list of texts", 'write ["first", "second"]'
        if sum(map(len, value)) > _MAX_TEXT:
            return f"more than {_MAX_TEXT} characters", "shorten it"
        if key.choices and any(v not in key.choices for v in value):
            return f"{_spell(value)} is not allowed", f"expected some of {' | '.join(key.choices)}"
    elif kind == "bool":
        if not isinstance(value, bool):
            return f"{_spell(value)} is neither true nor false", "write true or false without quotes"
    elif kind == "int":
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1 << 53:
            return f"{_spell(value)} is no whole number from 0", "write plain digits"
    elif kind == "date":
        if isinstance(value, datetime.datetime) or not isinstance(value, datetime.date):
            return f"{_spell(value)} is no date", "write a date without quotes, for example 2026-11-21"
    elif kind == "scalar":
        if not isinstance(value, str | int | float | bool):
            return f"{_spell(value)} is neither text nor number", "write a text in double quotes"
        if isinstance(value, float) and value - value != 0:
            return f"{_spell(value)} is no number", "write a plain number or a text"
    elif kind == "table":
        if not isinstance(value, dict):
            return f"{_spell(value)} is no table", "write it as [table]"
    elif kind == "tables" and not (isinstance(value, list) and all(isinstance(v, dict) for v in value)):
        return f"{_spell(value)} is no list of tables", "write it as [[table]]"
    return None


def _spell(value: Any) -> str:
    return quote(value if isinstance(value, str) else str(value))


def line_of(name: str, text: str) -> int | None:
    """The first line on which a key or table of this name is written; None when it is not found."""
    for number, line in enumerate(text.splitlines(), 1):
        if line.split("=")[0].strip().strip("[]\"' ") == name:
            return number
    return None


def write_toml(values: Mapping[str, Any]) -> str:
    """Canonical TOML of texts, whole numbers, floats, booleans, dates, lists of these, tables and lists of tables.

    Keys in the order given, plain values before tables; LF. Raises ValueError for any other type.
    """
    lines = [f"{_key(k)} = {_value(v)}" for k, v in values.items() if not _is_table(v)]
    for key, value in values.items():
        if isinstance(value, Mapping):
            lines += ["", f"[{_key(key)}]", *(f"{_key(k)} = {_value(v)}" for k, v in value.items())]
        elif _is_table(value):
            for table in value:
                lines += ["", f"[[{_key(key)}]]", *(f"{_key(k)} = {_value(v)}" for k, v in table.items())]
    return "\n".join(lines).lstrip("\n") + "\n"


def _is_table(value: Any) -> bool:
    if isinstance(value, Mapping):
        return True
    return isinstance(value, Sequence) and bool(value) and isinstance(value[0], Mapping)


def _key(name: str) -> str:
    return name if _BARE.match(name) else _text(name)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        if value - value != 0:
            raise ValueError(f"{value!r} has no place in the store")
        return repr(value)
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return value.isoformat()
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    raise ValueError(f"{type(value).__name__} cannot be written as TOML")


def _text(text: str) -> str:
    """A basic string; control characters as ``\\uXXXX``. A lone surrogate is refused by encoding, as it must be."""
    short = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
    spelled = (
        short.get(c) or (f"\\u{ord(c):04X}" if ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 else c) for c in text
    )
    return '"' + "".join(spelled) + '"'
