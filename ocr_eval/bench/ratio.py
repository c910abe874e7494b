"""Two clocked calls -> how often one fits into the other, with the spread, after their answers were compared.

A side is a function ``repeat -> (seconds, answer)``: it does its work that often and says how long that took, by the
clock that suits it. Rounds alternate, so that other load on the machine slows both: seconds mean little on a shared
machine, their ratio does. One ratio has no spread and says nothing; the median of several does.
"""

from __future__ import annotations

import gc
import math
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
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
    gc.collect()
    times = []
    for _ in range(rounds + drop):
        times.append((ours(repeat_ours)[0] / repeat_ours, peer(repeat_peer)[0] / repeat_peer))
    if compiled() != before:
        raise AssertionError(f"a kernel was compiled during the measurement: {compiled() - before}")
    kept = times[drop:]
    return Ratio(
        tuple(b / a for a, b in kept),
        tuple(a for a, _ in kept),
        tuple(b for _, b in kept),
        agreement,
        load(),
    )


def load() -> float:
    """Average number of running processes in the last minute; 0 where the system does not say."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0


def _repeats(seconds: float) -> int:
    return min(10_000, max(1, math.ceil(SHORTEST / max(seconds, 1e-7))))


def in_process(call: Callable[[], Any]) -> Side:
    """Processor time of this process, all threads; the collector of cycles is off, as in ``timeit``."""

    def side(repeat: int) -> tuple[float, Any]:
        answer = None
        gc.disable()
        try:
            begin = time.process_time()
            for _ in range(repeat):
                answer = call()
            return time.process_time() - begin, answer
        finally:
            gc.enable()

    return side


def compiled() -> set[str]:
    """Every kernel signature that Numba has compiled so far in this process, as ``module.kernel(types)``."""
    found = set()
    for name, module in list(sys.modules.items()):
        if name.startswith("ocr_eval.kernels."):
            for attribute, value in vars(module).items():
                for types in getattr(value, "signatures", None) or ():
                    found.add(f"{name}.{attribute}{types}")
    return found
