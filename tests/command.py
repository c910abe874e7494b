"""The command line as its user meets it: a process of its own, and what it said."""

from __future__ import annotations

import atexit
import contextlib
import gc
import io
import json
import os
import signal
import subprocess
import sys
import tempfile
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

from tests.hostile.forks import Forks


class Ran(NamedTuple):
    """Exit status and both streams as text."""

    status: int
    out: str
    err: str


def run(*words: str | Path, cwd: Path | None = None, **environment: str) -> Ran:
    """``ocr-eval WORDS`` in its own process, forked from one that has imported the package already.

    With variables of its own it is a process from the start: Python reads some before it reads anything else.
    """
    if environment or not hasattr(os, "fork"):
        return run_alone(*words, cwd=cwd, **environment)
    places = {"cwd": cwd or Path.cwd(), "temp": Path(tempfile.gettempdir())}
    done = _forks().run([*map(str, words)], **places, environment=os.environ | {"COLUMNS": "80"})
    return Ran(done.status, done.out.decode("utf-8"), done.err.decode("utf-8"))


@cache
def _forks() -> Forks:
    scratch = tempfile.TemporaryDirectory(prefix="ocr-eval-streams-")
    forks = Forks(Path(scratch.name), [], modules=True)
    atexit.register(scratch.cleanup)
    atexit.register(forks.close)  # runs first
    return forks


def run_alone(*words: str | Path, cwd: Path | None = None, **environment: str) -> Ran:
    """``ocr-eval WORDS`` in a process of its own from the start of Python on."""
    done = subprocess.run(
        [sys.executable, "-m", "ocr_eval", *map(str, words)],
        env=os.environ | {"COLUMNS": "80"} | environment,
        capture_output=True,
        timeout=120,
        check=False,
        cwd=cwd,
    )
    return Ran(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))


def run_here(*words: str | Path, cwd: Path) -> Ran:
    """``ocr-eval WORDS`` in this process: for tests of what a command does, not of how a process starts and ends."""
    from ocr_eval.cli.app import run as run_app

    streams = [io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2)]
    before = gc.get_threshold(), signal.getsignal(signal.SIGTERM)
    try:
        with (
            contextlib.chdir(cwd),
            contextlib.redirect_stdout(streams[0]),
            contextlib.redirect_stderr(streams[1]),
        ):
            status = run_app([str(word) for word in words])
    finally:
        gc.set_threshold(*before[0])
        signal.signal(signal.SIGTERM, before[1])
    out, err = (stream.buffer.getvalue().decode("utf-8") for stream in streams)  # type: ignore[attr-defined]
    return Ran(status, out, err)


def schema(name: str) -> dict[str, Any]:
    """The JSON schema of a command's result."""
    text = resources.files("ocr_eval.report").joinpath(f"schemas/{name}-1.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def validate(body: Any, name: str) -> None:
    """Raises when a result breaks its schema."""
    import jsonschema

    jsonschema.validate(json.loads(json.dumps(body)), schema(name))
