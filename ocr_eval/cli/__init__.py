"""``ocr-eval``: parses arguments, calls the package, prints. ``main`` is the entry point."""

from __future__ import annotations

import contextlib
import os
import sys


def main() -> None:
    """Runs one command and ends the process with the contract's status.

    The process ends without taking the interpreter down piece by piece, which would cost as much as scoring a
    submission: everything that matters is written and flushed by then.
    """
    # Scoring multiplies no matrices; without this, importing numpy starts a thread per core.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        from ocr_eval.cli.app import run

        status = run(sys.argv[1:])
    except KeyboardInterrupt:  # while Python is still importing
        status = 130
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, OSError, ValueError):
            stream.flush()
    os._exit(status)
