"""Frames on standard input -> what an answering function says, on standard output; ends with the process that asks.

``ocr_eval.engine.pool`` starts it. The first frame prepares the function, every other one is a request.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import queue
import signal
import threading
import time
from collections.abc import Callable
from typing import Any

from ocr_eval.formats.messages import PREFIX, frame, lengths

Answering = Callable[[dict[str, Any]], tuple[dict[str, Any], bytes]]
PATIENCE = 1.0  # seconds for the main thread to end what it does


def main(prepare: str) -> None:
    """Serves until standard input ends; ``prepare`` is ``module:function``."""
    out = os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 1)  # whatever a library prints is no part of an answer
    source = os.fdopen(os.dup(0), "rb")
    os.dup2(null, 0)

    frames: queue.SimpleQueue[tuple[dict[str, Any], bytes]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(source, frames), daemon=True).start()

    def stop(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt  # so that processes of our own are ended as well

    with contextlib.suppress(KeyboardInterrupt, BrokenPipeError):
        signal.signal(signal.SIGTERM, stop)
        module, _, name = prepare.partition(":")
        answer: Answering = getattr(importlib.import_module(module), name)(*frames.get())
        _write(out, frame({"kind": "ready"}))
        while True:
            request, _body = frames.get()
            _write(out, frame(*answer(request)))
    os._exit(0)


def _listen(source: Any, frames: queue.SimpleQueue[tuple[dict[str, Any], bytes]]) -> None:
    """Puts down what is asked, and ends this process when there is nobody left to ask."""
    with contextlib.suppress(OSError, ValueError):
        while len(prefix := source.read(PREFIX)) == PREFIX:
            header, body = lengths(prefix)
            frames.put((json.loads(source.read(header)), source.read(body)))
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(PATIENCE)
    os._exit(1)


def _write(out: int, message: bytes) -> None:
    view = memoryview(message)
    while view:
        view = view[os.write(out, view) :]
