"""Pairs of rings in chunks -> shared areas by one thread or several, each chunk writing its own slice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.bench.ratio import Side, on_the_wall


@dataclass(frozen=True)
class Chunked:
    """Calls of a kernel, and the array (pairs,) they write into."""

    calls: Sequence[Callable[[], Any]]
    areas: np.ndarray

    def side(self, threads: int) -> Side:
        """Wall time: that is what threads are for. A pool is made and ended inside."""

        def call() -> np.ndarray:
            self.areas[:] = -1
            if threads == 1:
                for chunk in self.calls:
                    chunk()
            else:
                with ThreadPoolExecutor(threads) as pool:
                    for done in [pool.submit(chunk) for chunk in self.calls]:
                        done.result()
            return self.areas.copy()

        return on_the_wall(call)
