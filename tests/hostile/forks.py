"""Command lines -> what each did as a process of its own: status, streams, memory, processor time, where it wrote.

A process costs half a second to start, most of it imports; so one is started, imports what every command needs, and
forks itself for each command line. What it spent on imports counts for every one of them.

    python -m tests.hostile.forks    reads jobs from stdin, one JSON object a line, and answers alike
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

SECONDS = 60  # until a command is ended; no limit of the contract
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
CHANGES = ("os.mkdir", "os.rename", "os.link", "os.symlink", "os.truncate", "os.remove", "os.rmdir")


class Done(NamedTuple):
    """One finished command. Processor seconds hold the start of Python and its imports, as do the megabytes."""

    status: int
    out: bytes
    err: bytes
    seconds: float
    megabytes: float
    written: tuple[str, ...]  # every path opened for writing, made or moved
    reached: tuple[str, ...]  # network, files that hostile input names, unpickled objects
    left: bool  # whether a process of the command's group is still there

    @property
    def lines(self) -> list[str]:
        return self.err.decode("utf-8").splitlines()


class Forks:
    """The process that forks; ``run`` is for one command at a time.

    ``first``: command lines that it runs itself before, for what they import. ``modules``: it also imports every
    module of the package but those that bring Numba, whose presence decides which engine counts.
    """

    def __init__(self, scratch: Path, first: list[list[str]], modules: bool = False) -> None:
        self.scratch = scratch
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.hostile.forks"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | {"COLUMNS": "80", "OPENBLAS_NUM_THREADS": "1"},
            cwd=Path(__file__).resolve().parents[2],
        )
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps([first, modules]).encode() + b"\n")

    def run(
        self, words: list[str], *, cwd: Path, temp: Path, environment: Mapping[str, str] | None = None
    ) -> Done:
        """``ocr-eval WORDS`` in ``cwd``, its temporary files below ``temp``.

        ``environment``: other variables than this process had when the forking one began; not for what Python itself
        reads as it starts.
        """
        assert self.process.stdin is not None and self.process.stdout is not None
        job = {
            "words": words,
            "cwd": str(cwd),
            "temp": str(temp),
            "scratch": str(self.scratch),
            "environment": None if environment is None else dict(environment),
        }
        self.process.stdin.write(json.dumps(job).encode() + b"\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        out, err, log = ((self.scratch / name).read_bytes() for name in ("out", "err", "log"))
        told = json.loads(log or "{}")
        written, reached = (tuple(told.get(key, ())) for key in ("written", "reached"))
        return Done(out=out, err=err, written=written, reached=reached, **answer)

    def close(self) -> None:
        """Ends the process."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(SECONDS)
        self.process.stdout.close()


def main() -> None:
    """Jobs from stdin until it ends; the first line holds command lines that are run here, for what they import."""
    import gc

    from ocr_eval.cli.app import run

    first, modules = json.loads(sys.stdin.buffer.readline())
    with contextlib.redirect_stdout(io.StringIO()):
        for words in first:
            run(words)
    if modules:
        import_modules()
    gc.collect()
    gc.freeze()
    before = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    for line in sys.stdin.buffer:
        job = json.loads(line)
        child = os.fork()
        if not child:
            perform(job)
        status, seconds, kilobytes = watch(child)
        left = alive(child)
        answer = {
            "status": status,
            "seconds": before + seconds,
            "megabytes": kilobytes / 1024,
            "left": left,
        }
        sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n")
        sys.stdout.buffer.flush()


def import_modules() -> None:
    """Everything of the package that brings no Numba."""
    import importlib
    import pkgutil

    import ocr_eval

    for name in (module.name for module in pkgutil.walk_packages(ocr_eval.__path__, "ocr_eval.")):
        if not name.startswith(("ocr_eval.kernels.", "ocr_eval.__main__")):
            importlib.import_module(name)
    for name in ("jinja2", "rapidfuzz.distance"):  # what many commands import when they need it
        importlib.import_module(name)
    assert "numba" not in sys.modules


def watch(child: int) -> tuple[int, float, float]:
    """(exit status, processor seconds, peak kilobytes) of a child and of those it waited for."""
    end = time.monotonic() + SECONDS
    while True:
        pid, status, used = os.wait4(child, os.WNOHANG)
        if pid:
            return os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, used.ru_maxrss
        if time.monotonic() > end:
            os.killpg(child, 9)
            end += SECONDS
        time.sleep(0.002)


def alive(group: int) -> bool:
    """Whether the group of a command still has a process; it is ended then."""
    try:
        os.killpg(group, 9)
    except ProcessLookupError:
        return False
    return True


def perform(job: dict[str, Any]) -> None:
    """The command, in the child; never returns."""
    import tempfile

    os.setsid()
    os.chdir(job["cwd"])
    if job["environment"] is not None:
        os.environ.clear()
        os.environ.update(job["environment"])
    os.environ["TMPDIR"] = job["temp"]
    tempfile.tempdir = None
    scratch = Path(job["scratch"])
    handles = [
        os.open(scratch / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC) for name in ("out", "err", "log")
    ]
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(handles[0], 1)
    os.dup2(handles[1], 2)
    told: dict[str, list[str]] = {"written": [], "reached": []}
    sys.addaudithook(lambda event, arguments: hear(told, event, arguments))
    from ocr_eval.cli.app import run

    status = 70
    try:
        status = run(job["words"])
    finally:
        heard = json.dumps(told).encode("utf-8", "backslashreplace")
        sys.stdout.flush()
        sys.stderr.flush()
        os.write(handles[2], heard)
        os._exit(status)


def hear(told: dict[str, list[str]], event: str, arguments: tuple[Any, ...]) -> None:
    """Notes what a command writes or reaches for."""
    if event == "open":
        path, _, flags = arguments
        if isinstance(path, str | bytes | os.PathLike):
            name = os.fsdecode(path)
            if isinstance(flags, int) and flags & WRITING:
                told["written"].append(os.path.abspath(name))
            elif name.startswith(("/etc/passwd", "/etc/shadow")):
                told["reached"].append(name)
    elif event in CHANGES:
        told["written"] += [os.path.abspath(os.fsdecode(a)) for a in arguments if isinstance(a, str | bytes)]
    elif event in ("socket.connect", "socket.sendto", "socket.bind") and isinstance(arguments[1], tuple):
        told["reached"].append(f"{event} {arguments[1]}")
    elif event in ("socket.getaddrinfo", "pickle.find_class", "os.system"):
        told["reached"].append(event)


if __name__ == "__main__":
    main()
