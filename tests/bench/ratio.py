"""Clocked calls of benches beyond ``ocr_eval.bench.ratio``: wall time, other processes, whole commands.

``in_process`` takes the processor time of this process, ``on_the_wall`` its wall time, ``Command`` the wall time of a
new process, ``Separate`` and ``Child`` (polygon3.py) the processor time that another one reports.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ocr_eval.bench.ratio import ROUNDS, Equal, Ratio, Side, in_process, ratio

__all__ = [
    "ROUNDS",
    "Command",
    "Equal",
    "Ratio",
    "Separate",
    "Side",
    "in_process",
    "on_the_wall",
    "ratio",
]


def on_the_wall(call: Callable[[], Any]) -> Side:
    """Wall time, for work on several threads: only where nothing else runs."""

    def side(repeat: int) -> tuple[float, Any]:
        answer = None
        begin = time.perf_counter()
        for _ in range(repeat):
            answer = call()
        return time.perf_counter() - begin, answer

    return side


@dataclass(frozen=True)
class Separate:
    """A call in a process of its own: the processor time it reports, without start and imports.

    ``source`` defines ``call`` from ``sys.argv[2:]``; its answer has to fit into JSON.
    """

    source: str
    arguments: Sequence[str] = ()
    python: str = sys.executable
    environment: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, repeat: int) -> tuple[float, Any]:
        command = [self.python, "-c", self.source + _TIMED, str(repeat), *self.arguments]
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=os.environ | dict(self.environment),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (
            f"a process of its own ended with {done.returncode}: {done.stderr[-500:]}"
        )
        seconds, answer = json.loads(done.stdout)
        return seconds, answer


ROOT = Path(__file__).resolve().parents[2]
_TIMED = """
import json, sys, time
call()
begin = time.process_time()
for _ in range(int(sys.argv[1])):
    answer = call()
sys.stdout.write(json.dumps([time.process_time() - begin, answer]))
"""


@dataclass(frozen=True)
class Command:
    """A whole process as a side: wall time from start to end; the answer is what it wrote to stdout.

    ``before`` runs outside the clock, before every process (to empty a cache, say).
    """

    arguments: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    before: Callable[[], None] = lambda: None
    answer: Callable[[str], Any] = str

    def __call__(self, repeat: int) -> tuple[float, Any]:
        seconds, output = 0.0, ""
        # An installed package has its bytecode; a checkout gets it in the round that does not count.
        environment = {**os.environ, **self.environment}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        for _ in range(repeat):
            self.before()
            begin = time.perf_counter()
            done = subprocess.run(
                self.arguments, capture_output=True, text=True, env=environment, check=False
            )
            seconds += time.perf_counter() - begin
            assert done.returncode == 0, (
                f"{self.arguments[:3]} ended with {done.returncode}: {done.stderr[-500:]}"
            )
            output = done.stdout
        return seconds, self.answer(output)
