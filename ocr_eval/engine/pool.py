"""Requests -> answers of several worker processes that were prepared once; none of them outlives this one.

Workers are fresh interpreters (no fork of this one) in sessions of their own, so that Ctrl-C reaches this process
alone, which then ends them. They are asked one thing at a time: when one dies, it is known over what.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, NamedTuple

from ocr_eval.errors import usage_error
from ocr_eval.formats.isolated import kill_session
from ocr_eval.formats.messages import PREFIX, frame, lengths

# The modules are looked for where this process found them, and never in the working directory for its own sake.
START = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from ocr_eval.engine.worker import main; main(sys.argv[2])"
)
PATIENCE = 1.0  # seconds to end by oneself after a signal
_POLL = 0.5  # seconds; some systems let Ctrl-C wait until a wait is over


class Reply(NamedTuple):
    """What became of request ``number``: an answer, or None and how the worker ended (negative: by that signal)."""

    number: int
    header: dict[str, Any] | None
    body: bytes = b""
    status: int = 0


def cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1


class Pool:
    """Up to ``jobs`` workers; ``prepare`` (``module:function``) makes their answering function of the ``setup`` frame.

    With ``alone_first`` the others start when the first answer is there: then what it compiled is in the cache.
    """

    def __init__(self, prepare: str, setup: bytes, jobs: int, *, alone_first: bool = False) -> None:
        if not sys.executable:
            raise usage_error("no Python is known that could run workers", "use --jobs 1")
        self._prepare, self._setup, self._jobs = prepare, setup, jobs
        self._replies: queue.SimpleQueue[Reply | BaseException] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._alive: list[subprocess.Popen[bytes]] = []
        self._threads: list[threading.Thread] = []
        self._is_closing = False
        self._may_start = threading.Event()
        if not alone_first:
            self._may_start.set()

    def __enter__(self) -> Pool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def replies(self, requests: Sequence[Mapping[str, Any]]) -> Iterator[Reply]:
        """One reply per request, as they come. Raises RuntimeError when a worker ends before it could be asked."""
        waiting = iter(enumerate(requests))
        for number in range(min(self._jobs, len(requests))):
            thread = threading.Thread(target=self._serve, args=(waiting, number == 0), daemon=True)
            self._threads.append(thread)
            thread.start()
        for _ in requests:
            reply = self._next()
            if isinstance(reply, BaseException):
                raise reply
            yield reply

    def close(self) -> None:
        """Ends every worker, one that is at work as well, and waits for all of them."""
        with self._lock:
            self._is_closing = True
            alive = list(self._alive)
        self._may_start.set()
        for process in alive:
            with contextlib.suppress(OSError):
                process.terminate()
        deadline = time.monotonic() + PATIENCE
        for process in alive:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, deadline - time.monotonic()))
            _kill(process)
        for thread in self._threads:
            thread.join(PATIENCE)

    def _next(self) -> Reply | BaseException:
        while True:
            with contextlib.suppress(queue.Empty):
                return self._replies.get(timeout=_POLL)

    def _serve(self, waiting: Iterator[tuple[int, Mapping[str, Any]]], is_first: bool) -> None:
        """One worker after the other asks for what waits; they follow each other only when they die."""
        process: subprocess.Popen[bytes] | None = None
        if not is_first:
            self._may_start.wait()
        try:
            while not self._is_closing:
                with self._lock:
                    index, request = next(waiting, (None, None))
                if index is None or request is None:
                    break
                if process is None:
                    process = self._started()
                    if process is None:
                        break
                said = _ask(process, frame(request))
                if said is None:
                    self._replies.put(Reply(index, None, status=self._ended(process)))
                    process = None
                else:
                    self._replies.put(Reply(index, json.loads(said[0]), said[1]))
                self._may_start.set()
        except Exception as error:
            self._replies.put(error)
        if process is not None:
            self._ended(process)

    def _started(self) -> subprocess.Popen[bytes] | None:
        """A prepared worker; None when the pool is closing."""
        with self._lock:
            if self._is_closing:
                return None
            python = [sys.executable, "-P", "-X", f"utf8={sys.flags.utf8_mode}"]
            process = subprocess.Popen(
                [*python, "-c", START, json.dumps(sys.path), self._prepare],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
                start_new_session=True,
            )
            self._alive.append(process)
        ready = _ask(process, self._setup)
        if ready is None and not self._is_closing:
            raise RuntimeError(f"a worker ended with status {self._ended(process)} before it was ready")
        return process

    def _ended(self, process: subprocess.Popen[bytes]) -> int:
        """Lets a worker end that has nothing to do, or is dead; its status."""
        for stream in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                if stream is not None:
                    stream.close()
        try:
            status = process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            _kill(process)
            status = process.wait()
        with self._lock:
            if process in self._alive:
                self._alive.remove(process)
        return status


def _ask(process: subprocess.Popen[bytes], message: bytes) -> tuple[bytes, bytes] | None:
    """(header, body) of the answer; None when the worker is dead."""
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(message)
        process.stdin.flush()
        prefix = process.stdout.read(PREFIX)
        if len(prefix) < PREFIX:
            return None
        size = lengths(prefix)
        header, body = process.stdout.read(size[0]), process.stdout.read(size[1])
    except (OSError, ValueError):  # ValueError: the pipe was closed
        return None
    return (header, body) if (len(header), len(body)) == size else None


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kills a worker and what it started in its session."""
    if process.poll() is not None:
        return
    kill_session(process)
