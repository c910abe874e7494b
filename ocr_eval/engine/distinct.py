"""Sorted keys of the samples of every shard -> the names that stand in two shards, without holding the names.

A key is a 64-bit digest of a name as readers compare names, so equal names have equal keys; different names with one
key are told apart by reading their shards once more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ocr_eval.engine.ordered_lines import temporary, writing
from ocr_eval.formats.names import folded

AT_ONCE = 4_000_000  # keys that are compared at a time
_BYTES = 8
_ROWS = 1 << 14
_STEP = 0x9E3779B97F4A7C15  # odd, so that no power of it is 0


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


def sample_keys(ids: Sequence[str]) -> NDArray[np.uint64]:
    """(S,) sorted keys: names that ``folded`` makes equal have equal keys, in every shard and on every machine."""
    keys = np.zeros(len(ids), np.uint64)
    joined = "\n".join(ids)
    if joined.isascii() and joined.count("\n") == len(ids) - 1:
        plain = joined.lower().split("\n")
    else:
        plain = [sample.lower() if sample.isascii() else folded(sample) for sample in ids]
    sizes = np.array([len(name) if name.isascii() else -1 for name in plain], np.int64)
    for size in np.unique(sizes).tolist():
        own = np.flatnonzero(sizes == size)
        if size >= 0:
            for begin in range(0, len(own), _ROWS):  # so that a million names need no more room than a few
                some = own[begin : begin + _ROWS]
                names = "".join([plain[k] for k in some.tolist()]).encode("ascii")
                keys[some] = _mixed(np.frombuffer(names, np.uint8).reshape(len(some), size))
        else:
            for k in own.tolist():
                names = plain[k].encode("utf-8", "surrogatepass")
                keys[k] = _mixed(np.frombuffer(names, np.uint8).reshape(1, -1))[0]
    keys.sort()
    return keys


def _mixed(names: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """(N,) a key of each row of bytes. Leading zeros of a number at the end add nothing, so 01 and 1 are one name.

    Two polynomials: over the number from its end, and over what stands before it from its beginning.
    """
    count, size = names.shape
    digit = (names >= ord("0")) & (names <= ord("9"))
    number = np.logical_and.accumulate(digit[:, ::-1], axis=1)[:, ::-1]
    power = np.cumprod(np.full(size, _STEP, np.uint64))
    value = np.where(number, names - np.uint8(ord("0")), 0).astype(np.uint64)
    stem = np.where(number, 0, names.astype(np.uint64) + 1)
    has_number = number.any(1) if size else np.zeros(count, np.bool_)
    high = (stem @ power + has_number.astype(np.uint64)).astype(np.uint64)
    low = (value @ power[::-1]).astype(np.uint64)
    return _avalanche(_avalanche(high) + low)


def _avalanche(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Every bit of the input reaches every bit of the output (the finalizer of splitmix64)."""
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))


def named_twice(
    repeated: dict[int, NDArray[np.uint64]], names: Callable[[int], Iterable[str]]
) -> list[tuple[str, int, str, int]]:
    """(name, its shard, the earlier name of the same sample, its shard); ``names`` reads the samples of a shard."""
    seen: dict[str, tuple[str, int]] = {}
    found = []
    for shard in sorted(repeated):
        wanted = set(repeated[shard].tolist())
        for name in names(shard):
            if int(sample_keys([name])[0]) in wanted:
                earlier = seen.setdefault(folded(name), (name, shard))
                if earlier[1] != shard:
                    found.append((name, shard, *earlier))
    return found
