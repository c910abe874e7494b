"""Sorted keys of the samples of every shard -> the names that stand in two shards, without holding the names.

A key is a 64-bit digest of a name as readers compare names, so equal names have equal keys; different names with one
key are told apart by reading their shards once more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ocr_eval.engine.ordered_lines import temporary, writing

AT_ONCE = 4_000_000  # keys that are compared at a time
_BYTES = 8


class Distinct:
    """Keeps eight bytes a sample, in a temporary file once they are many."""

    def __init__(self) -> None:
        self._file = temporary()
        self._sizes: dict[int, tuple[int, int]] = {}  # shard -> where its keys begin, and how many they are
        self._count = 0

    def add(self, shard: int, keys: NDArray[np.uint64]) -> None:
        """The sorted keys of one shard. Raises InputError (E_USAGE) when there is no room for temporary files."""
        self._sizes[shard] = (self._count, len(keys))
        with writing():
            self._file.seek(_BYTES * self._count)
            self._file.write(keys.astype("<u8").tobytes())
        self._count += len(keys)

    def repeated(self, at_once: int = AT_ONCE) -> dict[int, NDArray[np.uint64]]:
        """shard -> those of its keys that another shard has too."""
        passes = max(1, -(-self._count // at_once))
        edges = [(k << 64) // passes for k in range(passes + 1)]
        found: dict[int, list[NDArray[np.uint64]]] = {}
        for low, high in pairwise(edges):
            own = {shard: self._between(shard, low, high) for shard in self._sizes}
            keys = np.sort(np.concatenate([*own.values()])) if own else np.zeros(0, np.uint64)
            twice = np.unique(keys[1:][keys[1:] == keys[:-1]])
            for shard, some in own.items() if len(twice) else ():
                mine = some[np.isin(some, twice)]
                if len(mine):
                    found.setdefault(shard, []).append(mine)
        return {shard: np.concatenate(parts) for shard, parts in found.items()}

    def close(self) -> None:
        """Lets the temporary file go."""
        self._file.close()

    def _between(self, shard: int, low: int, high: int) -> NDArray[np.uint64]:
        begin, size = self._sizes[shard]
        self._file.seek(_BYTES * begin)
        keys = np.frombuffer(self._file.read(_BYTES * size), "<u8").astype(np.uint64)
        first = np.searchsorted(keys, np.uint64(low))
        last = size if high >> 64 else np.searchsorted(keys, np.uint64(high))
        return keys[int(first) : int(last)]


def named_twice(
    repeated: dict[int, NDArray[np.uint64]],
    names: Callable[[int], Iterable[str]],
    folded: Callable[[str], str],
    keys: Callable[[list[str]], NDArray[np.uint64]],
) -> list[tuple[str, int, str, int]]:
    """(name, its shard, the earlier name of the same sample, its shard); ``names`` reads the samples of a shard."""
    seen: dict[str, tuple[str, int]] = {}
    found = []
    for shard in sorted(repeated):
        wanted = set(repeated[shard].tolist())
        for name in names(shard):
            if int(keys([name])[0]) in wanted:
                earlier = seen.setdefault(folded(name), (name, shard))
                if earlier[1] != shard:
                    found.append((name, shard, *earlier))
    return found
