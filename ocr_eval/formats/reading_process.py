"""A request on standard input -> limits on this process, one file read, an answer on standard output.

``ocr_eval.formats.isolated`` starts it. Nothing that scores is imported here.
"""

from __future__ import annotations

import contextlib
import os
import sys
from typing import Any

OPEN_FILES = 64


def main() -> None:
    """Reads one request, answers it and ends the process."""
    out = os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 1)  # whatever a library prints is no part of the answer
    os.dup2(null, 2)
    data = sys.stdin.buffer.read()
    os.dup2(null, 0)
    said = answered(data)
    view = memoryview(said)
    with contextlib.suppress(BrokenPipeError):
        while view:
            view = view[os.write(out, view) :]
    os._exit(0)


def answered(data: bytes) -> bytes:
    """The answer to one request, under the limits that it names."""
    import json

    from ocr_eval.formats.messages import PREFIX, Answer, answer, arguments_of, lengths

    size, _ = lengths(data[:PREFIX])
    header = json.loads(data[PREFIX : PREFIX + size])
    arguments = arguments_of(header, data[PREFIX + size :])
    del data
    unlimited = limit(arguments["limits"].seconds, arguments["limits"].memory)
    try:
        return answer(_done(header["call"], header["source"], arguments)._replace(unlimited=unlimited))
    except MemoryError:
        pass  # what was read is released before the answer is written
    return answer(Answer("memory", unlimited=unlimited))


def _done(call: str, source: str, arguments: dict[str, Any]) -> Any:
    """The answer of one of the functions that read."""
    from ocr_eval.errors import InputError, Problem
    from ocr_eval.formats.messages import Answer

    try:
        return CALLS[call](source, arguments)
    except InputError as error:
        return Answer("error", error.problems, error.total, error.scope)
    except MemoryError:
        raise
    except Exception as error:  # a bug: told by the asking process as it tells its own
        reason = f"unexpected {type(error).__name__}: {str(error)[:200]}".replace("\n", " ")
        return Answer("bug", (Problem("E_INTERNAL", reason),), 1)


def _read(source: str, arguments: dict[str, Any]) -> Any:
    from ocr_eval.formats import read
    from ocr_eval.formats.messages import Answer

    table = read(source, **arguments)
    return Answer("table", notices=table.notices, instances=table)


def _examine(source: str, arguments: dict[str, Any]) -> Any:
    from ocr_eval.formats.check import examine
    from ocr_eval.formats.messages import Answer

    problems, total, notices, entries, table = examine(source, **arguments)
    return Answer("examination", tuple(problems), total, "", notices, entries, table)


def _refusals(source: str, arguments: dict[str, Any]) -> Any:
    from ocr_eval.formats.messages import Answer
    from ocr_eval.formats.official import official_refusals

    found = official_refusals(source, arguments.pop("protocol"), **arguments)
    return Answer("problems", tuple(found), len(found))


def _canonical(source: str, arguments: dict[str, Any]) -> Any:
    """The canonical lines that came as standard input."""
    from ocr_eval.formats.messages import Answer
    from ocr_eval.tables.jsonl import read_lines

    table = read_lines(arguments["stdin"], source, limits=arguments["limits"])
    return Answer("table", notices=table.notices, instances=table)


CALLS = {"read": _read, "examine": _examine, "refusals": _refusals, "canonical": _canonical}


def limit(seconds: int, memory: int) -> tuple[str, ...]:
    """Limits this process; names of what the platform cannot limit. An alarm ends it even if nobody waits for it."""
    import signal

    if hasattr(signal, "alarm"):
        signal.alarm(seconds + 5)
    try:
        import resource
    except ImportError:
        return ("memory", "processor time", "files")
    wanted = (
        ("RLIMIT_CORE", 0, 0, "core"),
        ("RLIMIT_FSIZE", 0, 0, "files"),
        ("RLIMIT_NOFILE", OPEN_FILES, OPEN_FILES, "files"),
        ("RLIMIT_CPU", seconds, seconds + 1, "processor time"),
        ("RLIMIT_AS", memory, memory, "memory"),
    )
    missing: dict[str, None] = {}
    for name, soft, hard, what in wanted:
        try:
            kind = getattr(resource, name)
            ceiling = resource.getrlimit(kind)[1]
            lowest = (
                (soft, hard)
                if ceiling == resource.RLIM_INFINITY
                else (min(soft, ceiling), min(hard, ceiling))
            )
            resource.setrlimit(kind, lowest)
        except (AttributeError, ValueError, OSError):
            missing[what] = None
    return tuple(missing)
