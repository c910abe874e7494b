"""Workers for tests: what they are asked says how they end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


def answering(
    header: dict[str, Any], body: bytes
) -> Callable[[dict[str, Any]], tuple[dict[str, Any], bytes]]:
    """Answers with what it was prepared and asked with, unless it is asked to die, or to work for ever."""

    def answer(request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        if "signal" in request:
            os.kill(os.getpid(), request["signal"])
        if "status" in request:
            os._exit(request["status"])
        if "pids" in request:
            work_for_ever(Path(request["pids"]))
        return {"asked": request, "prepared": header, "pid": os.getpid()}, body

    return answer


def unprepared(_header: dict[str, Any], _body: bytes) -> Any:
    """A worker that ends before it is ready."""
    sys.stdout.write("nobody reads this")
    os._exit(5)


def working(_header: dict[str, Any], _body: bytes) -> Any:
    """Scores nothing, for ever."""
    return lambda _request: work_for_ever(Path(os.environ["PIDS"]))


def work_for_ever(pids: Path) -> None:
    """Notes its process and one that it started, which it ends when it is stopped."""
    with subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True
    ) as own:
        try:
            note = pids / f"{os.getpid()}-{own.pid}"
            note.touch()
            while True:
                time.sleep(600)
        finally:
            own.send_signal(signal.SIGKILL)


def dying(header: dict[str, Any], body: bytes) -> Any:
    """Scores as workers do, but is killed over a prediction called ``b``."""
    from ocr_eval.cli.scoring_messages import answering as scoring

    answer = scoring(header, body)

    def scored(request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        if request["name"] == "b":
            os.kill(os.getpid(), signal.SIGKILL)
        return answer(request)

    return scored
