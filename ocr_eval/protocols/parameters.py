"""A protocol's parameters: declaring, checking, spelling and parsing them ("rrc-iou(iou=0.7)" <-> RrcIou(iou=0.7))."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from ocr_eval.errors import InputError, close_matches, quote, usage_error

_WORD = re.compile(r"[A-Za-z0-9._+-]+\Z")
_NO_ZERO = re.compile(r"-?\.[0-9]{1,20}")
_TOKEN = re.compile(r'\s*(?:"((?:[^"\\]|\\["\\])*)"|([^"\s,=()]+)|([,=()]))\s*')


class Parameter(NamedTuple):
    """What a parameter accepts: a closed set of words, a range of numbers, or free words (a list of steps)."""

    help: str
    choices: tuple[str, ...] = ()
    low: float | None = None  # exclusive when open_low
    high: float | None = None
    open_low: bool = True
    free: bool = False

    @property
    def accepts(self) -> str:
        if self.choices:
            return " | ".join(self.choices)
        if self.low is not None:
            return f"{self.low:g} {'<' if self.open_low else '<='} value <= {self.high:g}"
        return "text" if self.free else "true | false"


def parameter(
    default: Any,
    text: str,
    *,
    choices: tuple[str, ...] = (),
    low: float | None = None,
    high: float | None = None,
    open_low: bool = True,
) -> Any:
    """A dataclass field of a protocol. The default is the official value."""
    free = isinstance(default, str) and not choices
    accepted = Parameter(text, choices, low, high, open_low, free)
    return dataclasses.field(default=default, metadata={"parameter": accepted})


def fraction(default: float, text: str) -> Any:
    """A threshold in (0, 1]."""
    return parameter(default, text, low=0.0, high=1.0)


def declared(protocol: Any) -> dict[str, tuple[Parameter, Any]]:
    """name -> (what it accepts, default), in declared order; for a protocol or its class."""
    return {f.name: (f.metadata["parameter"], f.default) for f in dataclasses.fields(protocol)}


def values(protocol: Any) -> dict[str, Any]:
    """name -> value of every parameter, defaults included, in declared order."""
    return {f.name: getattr(protocol, f.name) for f in dataclasses.fields(protocol)}


def check(protocol: Any) -> None:
    """For ``__post_init__``: raises InputError (E_CONFIG) when a value has the wrong type or range."""
    for name, (accepted, default) in declared(protocol).items():
        value = getattr(protocol, name)
        good = True
        if isinstance(default, bool):
            good = isinstance(value, bool)
        elif isinstance(default, int | float):
            good = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
            if good and isinstance(default, float):
                object.__setattr__(protocol, name, float(value))
            elif good:
                good = isinstance(value, int)
            if good and accepted.low is not None and accepted.high is not None:
                above = value > accepted.low if accepted.open_low else value >= accepted.low
                good = above and value <= accepted.high
        else:
            good = isinstance(value, str) and (not accepted.choices or value in accepted.choices)
        if not good:
            near = close_matches(str(value), accepted.choices, n=1, cutoff=0.5)
            hint = f"expected {accepted.accepts}" + (f", did you mean {near[0]!r}?" if near else "")
            if isinstance(value, str) and _NO_ZERO.fullmatch(value):
                hint += f", written {value.replace('.', '0.', 1)}"
            raise usage_error(
                f"{protocol.ID}: {name}={quote(str(value))[1:-1]} is not allowed", hint, "E_CONFIG"
            )


def spell_value(value: Any) -> str:
    """One value as it stands in a protocol string."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    word = str(value)
    return word if _WORD.match(word) else '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'


def spell(protocol: Any) -> str:
    """The short signature: id and the non-default parameters in declared order. Parses back to an equal protocol."""
    name: str = protocol.ID
    changed = [
        f"{key}={spell_value(getattr(protocol, key))}"
        for key, (_, default) in declared(protocol).items()
        if getattr(protocol, key) != default
    ]
    return name + (f"({','.join(changed)})" if changed else "")


def split(text: str) -> tuple[str, dict[str, str]]:
    """``"id(key=value, key="a b")"`` -> id and raw values. Raises InputError (E_CONFIG) on bad syntax."""

    def bad(reason: str) -> InputError:
        return usage_error(
            f"protocol string {quote(text)}: {reason}", "write ID or ID(key=value,…)", "E_CONFIG"
        )

    tokens: list[tuple[str, str]] = []
    position = 0
    while position < len(text):
        found = _TOKEN.match(text, position)
        if not found or found.end() == position:
            raise bad(f"unexpected {quote(text[position])}")
        quoted, word, mark = found.groups()
        if mark:
            tokens.append(("mark", mark))
        elif word is not None:
            tokens.append(("word", word))
        else:
            tokens.append(("quoted", re.sub(r"\\(.)", r"\1", quoted)))
        position = found.end()
    if not tokens or tokens[0][0] != "word":
        raise bad("it must begin with an id")
    name, rest = tokens[0][1], tokens[1:]
    if not rest:
        return name, {}
    if rest[0] != ("mark", "(") or rest[-1] != ("mark", ")"):
        raise bad("parameters stand in one pair of parentheses")
    rest = rest[1:-1]
    found_values: dict[str, str] = {}
    while rest:
        if len(rest) < 3 or rest[0][0] != "word" or rest[1] != ("mark", "=") or rest[2][0] == "mark":
            raise bad("parameters are key=value, separated by commas")
        key = rest[0][1]
        if key in found_values:
            raise bad(f"{quote(key)} stands there twice")
        found_values[key] = rest[2][1]
        rest = rest[3:]
        if rest:
            if rest[0] != ("mark", ",") or len(rest) == 1:
                raise bad("parameters are key=value, separated by commas")
            rest = rest[1:]
    return name, found_values


def build(cls: Any, raw: Mapping[str, str]) -> Any:
    """Typed construction from raw strings. Raises InputError (E_CONFIG) for unknown keys and bad values."""
    known = declared(cls)
    arguments: dict[str, Any] = {}
    for key, word in raw.items():
        if key not in known:
            near = close_matches(key, known, n=3, cutoff=0.4)
            hint = f"did you mean {', '.join(near)}?" if near else f"it has {', '.join(known) or 'none'}"
            raise usage_error(f"{cls.ID} has no parameter {quote(key)}", hint, "E_CONFIG")
        default = known[key][1]
        if isinstance(default, bool):
            arguments[key] = {"true": True, "false": False}.get(word, word)
        elif isinstance(default, int | float):
            arguments[key] = _number(word, integer=isinstance(default, int))
        else:
            arguments[key] = word
    return cls(**arguments)


def _number(word: str, *, integer: bool) -> Any:
    """A plain ASCII number; anything else is handed on as the word, which ``check`` refuses."""
    if not re.fullmatch(r"-?[0-9]{1,9}" if integer else r"-?[0-9]{1,9}(\.[0-9]{1,20})?", word):
        return word
    return int(word) if integer else float(word)
