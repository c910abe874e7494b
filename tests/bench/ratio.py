"""Two clocked calls -> how often one fits into the other, with the spread, after their answers were compared.

A side is a function ``repeat -> (seconds, answer)``: it does its work that often and says how long that took, by the
clock that suits it. ``in_process`` takes the processor time of this process, ``on_the_wall`` its wall time, ``Command``
the wall time of a new process, ``Separate`` and ``Child`` (polygon3.py) the processor time that another one reports. Rounds alternate, so that other load on the
machine slows both.
"""

from __future__ import annotations

import gc
import json
import math
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Side = Callable[[int], tuple[float, Any]]
Equal = Callable[
    [Any, Any], bool | float
]  # True or the largest difference; raises AssertionError when not equal

ROUNDS = 9
SHORTEST = 0.02  # seconds one timed stretch should at least take; shorter work is repeated


@dataclass(frozen=True)
class Ratio:
    """Time of the peer over ours, one per round; above 1 we are faster. Seconds are for one repetition."""

    ratios: tuple[float, ...]
    ours: tuple[float, ...]
    peer: tuple[float, ...]
    equal: bool | float
    load: float  # average number of running processes while it was measured

    @property
    def median(self) -> float:
        return statistics.median(self.ratios)


def ratio(ours: Side, peer: Side, rounds: int = ROUNDS, *, equal: Equal, drop: int = 0) -> Ratio:
    """Compares the answers, warms both sides, then times ours and the peer in turn; ``drop`` first rounds don't count.

    Raises AssertionError when the answers differ, or when a kernel was compiled while the clock ran.
    """
    first_ours, answer = ours(1)
    first_peer, expected = peer(1)
    agreement = equal(answer, expected)
    warm_ours, warm_peer = ours(1)[0], peer(1)[0]
    repeat_ours = _repeats(min(first_ours, warm_ours))
    repeat_peer = _repeats(min(first_peer, warm_peer))
    before = compiled()
    times = []
    for _ in range(rounds + drop):
        times.append((ours(repeat_ours)[0] / repeat_ours, peer(repeat_peer)[0] / repeat_peer))
    assert compiled() == before, f"a kernel was compiled during the measurement: {compiled() - before}"
    kept = times[drop:]
    return Ratio(
        tuple(b / a for a, b in kept),
        tuple(a for a, _ in kept),
        tuple(b for _, b in kept),
        agreement,
        os.getloadavg()[0],
    )


def _repeats(seconds: float) -> int:
    return min(10_000, max(1, math.ceil(SHORTEST / max(seconds, 1e-7))))


def in_process(call: Callable[[], Any]) -> Side:
    """Processor time of this process, all threads; the collector of cycles is off, as in ``timeit``."""

    def side(repeat: int) -> tuple[float, Any]:
        answer = None
        gc.collect()
        gc.disable()
        try:
            begin = time.process_time()
            for _ in range(repeat):
                answer = call()
            return time.process_time() - begin, answer
        finally:
            gc.enable()

    return side


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


def compiled() -> set[str]:
    """Every kernel signature that Numba has compiled so far in this process, as ``module.kernel(types)``."""
    found = set()
    for name, module in list(sys.modules.items()):
        if name.startswith("ocr_eval.kernels."):
            for attribute, value in vars(module).items():
                for types in getattr(value, "signatures", None) or ():
                    found.add(f"{name}.{attribute}{types}")
    return found
