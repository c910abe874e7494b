"""Requests and answers between the process that wants a file and the one that reads it <-> frames of bytes.

A frame is MAGIC, two lengths (little-endian, 64 bit), a header of JSON and a body of raw bytes. The asking side
believes nothing of an answer: lengths, types, codes and the characters of every message are looked at.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ocr_eval.errors import CODES, InputError, Notice, Problem, escape
from ocr_eval.limits import Limits
from ocr_eval.tables.instances import Instances
from ocr_eval.tables.wire import from_wire, to_wire

MAGIC = b"ocr-eval:1\n"
PREFIX = len(MAGIC) + 16
HEADER_LIMIT = 256 << 20  # bytes; the names of a million samples fit
MESSAGE_LIMIT = 100_000  # characters of one reason, hint or message
KINDS = ("table", "examination", "problems", "error", "bug", "memory")


class Answer(NamedTuple):
    """What the reading process says; which fields count depends on ``kind``, one of ``KINDS``."""

    kind: str
    problems: tuple[Problem, ...] = ()
    total: int = 0
    scope: str = ""
    notices: tuple[Notice, ...] = ()
    entries: int = 0
    instances: Instances | None = None
    unlimited: tuple[str, ...] = ()  # resources that could not be limited

    @property
    def error(self) -> InputError:
        """The error to raise, of the kind ``error``."""
        return InputError(self.problems, total=self.total, scope=self.scope)


def frame(header: Mapping[str, Any], body: bytes = b"") -> bytes:
    """One message."""
    text = json.dumps(header, separators=(",", ":"), default=list).encode("ascii")
    return b"".join((MAGIC, struct.pack("<QQ", len(text), len(body)), text, body))


def lengths(prefix: bytes | bytearray) -> tuple[int, int]:
    """(header, body) of the frame that begins so. Raises ValueError when none does."""
    if bytes(prefix[: len(MAGIC)]) != MAGIC:
        raise ValueError("this is no message")
    header, body = struct.unpack("<QQ", prefix[len(MAGIC) : PREFIX])
    if header > HEADER_LIMIT:
        raise ValueError(f"a header of {header} bytes")
    return header, body


def request(call: str, source: str, arguments: Mapping[str, Any]) -> bytes:
    """``formats.read`` or one of its relatives, and its arguments, as a frame. The gt travels as names only."""
    plain = dict(arguments)
    stdin = plain.pop("stdin", None)
    samples, limits = plain.pop("samples", None), plain.pop("limits", None) or Limits()
    if isinstance(samples, Instances):
        samples = {"ids": samples.sample_ids, "aliases": samples.aliases}
    elif samples is not None:
        samples = {"ids": tuple(samples), "aliases": None}
    header = {"call": call, "source": source, "arguments": plain, "samples": samples}
    header |= {"limits": limits._asdict(), "has_stdin": stdin is not None}
    return frame(header, stdin or b"")


def arguments_of(header: dict[str, Any], body: bytes) -> dict[str, Any]:
    """The arguments again, in the reading process."""
    found: dict[str, Any] = dict(header["arguments"])
    samples = header["samples"]
    if samples is not None:
        ids, aliases = tuple(samples["ids"]), samples["aliases"]
        found["samples"] = ids if aliases is None else _names_only(ids, tuple(aliases))
    return found | {"limits": Limits(**header["limits"]), "stdin": body if header["has_stdin"] else None}


def _names_only(ids: tuple[str, ...], aliases: tuple[str, ...]) -> Instances:
    """A table with these samples and nothing in them."""
    from dataclasses import replace

    from ocr_eval.tables.builder import InstancesBuilder

    builder = InstancesBuilder(sample_ids=list(ids), entries=list(ids), start=[0] * max(1, len(ids)))
    return replace(builder.build(), aliases=aliases)


def answer(said: Answer) -> bytes:
    """An answer as a frame."""
    table, arrays = to_wire(said.instances) if said.instances is not None else (None, [])
    header = said._asdict() | {"instances": table, "notices": [list(vars(n).values()) for n in said.notices]}
    return frame(header, b"".join(arrays))


def answer_of(header: bytes, body: bytes | memoryview, source: str) -> Answer:
    """The answer about ``source``. Raises ValueError for anything that no honest process says."""
    try:
        said = json.loads(header)
    except RecursionError:
        raise ValueError("a header nested too deeply") from None
    if not isinstance(said, dict) or said.get("kind") not in KINDS:
        raise ValueError("an answer of no known kind")
    notices = tuple(map(_notice, _items(said, "notices")))
    problems = tuple(map(_problem, _items(said, "problems")))
    table = said.get("instances")
    instances = None if table is None else from_wire(table, body, source=source, notices=notices)
    total, entries = _number(said.get("total")), _number(said.get("entries"))
    if total < len(problems) or (instances is None and body) or (said["kind"] == "error" and not problems):
        raise ValueError("counts that do not fit")
    if said["kind"] != "problems" and not all(CODES[problem.code].exit for problem in problems):
        raise ValueError("an error that is none")
    unlimited = tuple(map(_words, _items(said, "unlimited")))
    return Answer(
        said["kind"], problems, total, _words(said.get("scope")), notices, entries, instances, unlimited
    )


def _items(said: Mapping[str, Any], key: str) -> Sequence[Any]:
    found = said.get(key)
    if not isinstance(found, list):
        raise ValueError(f"{key} is no list")
    return found


def _notice(values: object) -> Notice:
    if not isinstance(values, list) or len(values) != 4 or not isinstance(values[3], list):
        raise ValueError("a notice that is none")
    code, message, count, examples = values
    if not (isinstance(code, str) and code in CODES and CODES[code].exit == 0):
        raise ValueError("a notice with another code")
    return Notice(code, _words(message), _number(count), tuple(map(_words, examples)))


def _problem(values: object) -> Problem:
    if not isinstance(values, list) or len(values) != len(Problem._fields):
        raise ValueError("a problem that is none")
    code, reason, hint, source, entry, line, col, is_folder = values
    if not (isinstance(code, str) and code in CODES and isinstance(is_folder, bool)):
        raise ValueError("a problem with another code")
    if not (isinstance(source, str) and isinstance(entry, str)):  # escaped where they are printed
        raise ValueError("a problem without a place")
    at = [None if value is None else _number(value) for value in (line, col)]
    return Problem(code, _words(reason), _words(hint), source, entry, at[0], at[1], is_folder)


def _number(value: object) -> int:
    if type(value) is not int or not 0 <= value < 2**62:
        raise ValueError("a number that is none")
    return value


def _words(value: object) -> str:
    """Text for people, without the characters that our own messages never hold."""
    if not isinstance(value, str) or len(value) > MESSAGE_LIMIT:
        raise ValueError("a message that is no text")
    return value if value.isprintable() else "".join(c if c == "\\" else escape(c) for c in value)
