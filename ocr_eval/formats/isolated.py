"""A file from a stranger -> what ``formats.read`` says of it, read by a limited process that may crash, spin or grow.

This process never parses the file. The other one is a fresh interpreter (no fork of this one), with limits of memory,
processor time, open files and written bytes, and a time after which it and all it started are killed. Its answer is
flat arrays behind a header (``tables/wire.py``), checked as a stranger's.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any, NoReturn

from ocr_eval.errors import InputError, Problem, usage_error
from ocr_eval.formats.messages import PREFIX, Answer, answer_of, lengths, request
from ocr_eval.limits import Limits

if TYPE_CHECKING:
    from ocr_eval.formats.check import Examination
    from ocr_eval.tables.instances import Instances

# The modules are looked for where this process found them, and never in the working directory for its own sake.
START = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from ocr_eval.formats.reading_process import main; main()"
)
CHUNK = 1 << 20
TIME_HINT = "--limit seconds=N allows more"
MEMORY_HINT = "--limit memory=N (bytes) allows more"
CRASH_HINT = "the file makes the reader fail, please report it"


class Isolation:
    """Reads every file in a process of its own. ``unlimited`` names what the platform could not limit, so far."""

    def __init__(self) -> None:
        self.unlimited: tuple[str, ...] = ()

    def read(self, source: str, **arguments: Any) -> Instances:
        """``formats.read`` with the same arguments, result and errors.

        Raises InputError also with E_LIMIT: the process took too long, needed too much memory, or died.
        """
        found = self._ask("read", "table", source, arguments).instances
        assert found is not None
        return found

    def canonical(self, data: bytes, source: str, *, limits: Limits | None = None) -> Instances:
        """``tables.jsonl.read_lines`` likewise."""
        found = self._ask("canonical", "table", source, {"stdin": data, "limits": limits}).instances
        assert found is not None
        return found

    def examine(self, source: str, **arguments: Any) -> Examination:
        """``formats.check.examine`` likewise."""
        from ocr_eval.formats.check import Examination

        said = self._ask("examine", "examination", source, arguments)
        return Examination(list(said.problems), said.total, said.notices, said.entries, said.instances)

    def refusals(self, source: str, protocol: str, **arguments: Any) -> list[Problem]:
        """``formats.official.official_refusals`` likewise."""
        return list(self._ask("refusals", "problems", source, arguments | {"protocol": protocol}).problems)

    def _ask(self, call: str, kind: str, source: str, arguments: dict[str, Any]) -> Answer:
        limits: Limits = arguments.get("limits") or Limits()
        header, body = _exchange(request(call, source, arguments), source, limits)
        try:
            said = answer_of(header, body, source)
            fits = said.kind == kind and (kind != "table" or said.instances is not None)
            if not fits and said.kind not in ("error", "bug", "memory"):
                raise ValueError("an answer to another question")
        except (ValueError, MemoryError) as error:
            _refuse(f"the process that reads this file gave no table: {error}", CRASH_HINT, source)
        self.unlimited = tuple(dict.fromkeys((*self.unlimited, *said.unlimited)))
        if said.kind == "memory":
            _refuse(f"reading needs more than {limits.memory} bytes of memory", MEMORY_HINT, source)
        if said.kind in ("error", "bug"):
            raise said.error
        return said


def _refuse(reason: str, hint: str, source: str) -> NoReturn:
    raise InputError([Problem("E_LIMIT", reason, hint, source)]) from None


def _exchange(message: bytes, source: str, limits: Limits) -> tuple[bytes, bytes]:
    """(header, body) of the answer. Raises InputError (E_LIMIT) when there is none within the limits."""
    if not sys.executable:
        raise usage_error("no Python is known that could read the file apart", "set sys.executable")
    deadline = time.monotonic() + limits.seconds
    command = [sys.executable, "-P", "-X", f"utf8={sys.flags.utf8_mode}", "-c", START, json.dumps(sys.path)]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
        start_new_session=True,  # so that all it starts can be ended with it
    ) as process:
        try:
            parts = _talk(process, message, limits.memory, deadline)
            if parts is None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(max(0.0, min(deadline - time.monotonic(), 5.0)))
        except ValueError as error:
            _refuse(f"the process that reads this file gave no table: {error}", CRASH_HINT, source)
        finally:
            status = process.poll()
            _end(process)
    if parts is None:
        _tell_end(status, limits, source)
    return parts


def _talk(
    process: subprocess.Popen[bytes], message: bytes, most: int, deadline: float
) -> tuple[bytes, bytes] | None:
    """Writes the request and reads one frame; None when it does not come. Raises ValueError for something else."""
    assert process.stdin is not None
    assert process.stdout is not None
    left = memoryview(message)
    found = bytearray()
    size: tuple[int, int] | None = None
    with selectors.DefaultSelector() as pipes:
        for stream, event in (
            (process.stdin, selectors.EVENT_WRITE),
            (process.stdout, selectors.EVENT_READ),
        ):
            os.set_blocking(stream.fileno(), False)
            pipes.register(stream, event)
        while (rest := deadline - time.monotonic()) > 0:
            ready = pipes.select(min(rest, 0.1))
            if not ready and process.poll() is not None:  # it died, what it started may hold the pipe
                return None
            for key, event in ready:
                if event & selectors.EVENT_WRITE:
                    try:
                        left = left[os.write(key.fd, left[:CHUNK]) :]
                    except BlockingIOError:
                        continue
                    except BrokenPipeError:
                        left = left[:0]
                    if not left:
                        pipes.unregister(process.stdin)
                        with contextlib.suppress(BrokenPipeError):
                            process.stdin.close()
                    continue
                chunk = os.read(key.fd, CHUNK)
                if not chunk:
                    return None
                found += chunk
                if size is None and len(found) >= PREFIX:
                    size = lengths(found[:PREFIX])
                    if size[1] > most:
                        raise ValueError(f"{size[1]} bytes, at most {most} are expected")
                if size is not None and len(found) >= (end := PREFIX + sum(size)):
                    return bytes(found[PREFIX : PREFIX + size[0]]), bytes(found[PREFIX + size[0] : end])
    return None


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kills the process and what it started; waits for it."""
    for stream in (process.stdin, process.stdout):
        with contextlib.suppress(OSError):
            if stream is not None:
                stream.close()
    kill_session(process)


def kill_session(process: subprocess.Popen[bytes]) -> None:
    """Kills a process that leads a session of its own, and what it started in it; waits for it."""
    with contextlib.suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()


def _tell_end(status: int | None, limits: Limits, source: str) -> NoReturn:
    """Why there is no answer: the time, or how the process ended."""
    ended = -status if status is not None and status < 0 else 0
    if status is None or ended in (signal.SIGXCPU, signal.SIGALRM):
        _refuse(f"reading took more than {limits.seconds} s", TIME_HINT, source)
    if ended == signal.SIGKILL:
        _refuse(
            "the process that reads this file was killed, perhaps for want of memory", MEMORY_HINT, source
        )
    if ended:
        name = signal.Signals(ended).name if ended in set(signal.Signals) else f"signal {ended}"
        _refuse(f"the process that reads this file was ended by {name}", CRASH_HINT, source)
    _refuse(f"the process that reads this file ended with status {status}", CRASH_HINT, source)
