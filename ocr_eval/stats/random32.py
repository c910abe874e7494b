"""A seed -> random 32-bit numbers, resampling weights and fair bits, the same in numpy and JavaScript (``lb32/1``).

Every value depends on (seed, replicate, draw) alone, so neither chunks, threads nor the number of replicates move it.
The mixing function is the "lowbias32" finaliser (Chris Wellons, hash-prospector). All arithmetic is modulo 2^32.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

RNG = "lb32/1"
# Streams; a new use takes a new number.
BOOTSTRAP, SWAPS, RUNS, RESCORED, DEMO, AGREE, AUDIT, REVIEW, INSPECT, DISTANCES = range(10)

Words = NDArray[np.uint32]
_GOLDEN = 0x9E3779B9
_STEP = 0x85EBCA6B
_WORD = 0xFFFFFFFF
_CACHED = 2**16  # numbers worked on at a time


def mix(x: Words) -> Words:
    """The finaliser, on an array of any shape."""
    result = np.array(x, np.uint32, ndmin=1)
    _mix(result, np.empty_like(result))
    return result.reshape(np.shape(x))


def stream(seed: int, number: int) -> int:
    """The seed of a stream; stream 0 is the seed itself. Raises ValueError outside 0 … 2^32 - 1."""
    if not 0 <= seed <= _WORD:
        raise ValueError(f"a seed lies between 0 and {_WORD}, not {seed}")
    return seed if number == 0 else int(mix(_words(seed ^ (number * _GOLDEN & _WORD)))[0])


def keys(seed: int, first: int, last: int) -> Words:
    """(last - first,) the keys of replicates first … last - 1."""
    return mix(_words(seed) ^ mix(np.arange(first, last, dtype=np.uint32) + np.uint32(_GOLDEN)))


def values(seed: int, first: int, last: int, draws: int | Words) -> Words:
    """(last - first, draws) numbers u of these replicates; ``draws`` is how many from 0, or their indices (D,)."""
    index = np.arange(draws, dtype=np.uint32) if isinstance(draws, int) else draws
    key = keys(seed, first, last)[:, None]
    result = (index * np.uint32(_STEP))[None, :] + key
    scratch = np.empty_like(result)
    _mix(result, scratch)
    result ^= key
    _mix(result, scratch)
    return result


def indices(
    seed: int, first: int, last: int, draws: int, below: int | NDArray[np.int64]
) -> NDArray[np.int64]:
    """(last - first, draws) indices in 0 … below - 1; ``below`` may differ per draw (draws,)."""
    result = values(seed, first, last, draws).astype(np.int64)
    result *= below
    result >>= 32
    return result


def weights(
    seed: int, first: int, last: int, units: int, strata: NDArray[np.int64] | None = None
) -> NDArray[np.int32]:
    """(last - first, units) how often each unit was drawn; rows sum to ``units``.

    ``strata`` (units,): the draw at position i stays within the stratum of unit i.
    """
    result = np.empty((last - first, units), np.int32)
    rows = max(1, _CACHED // max(units, 1))
    for begin in range(first, last, rows):
        end = min(begin + rows, last)
        if strata is None:
            drawn = indices(seed, begin, end, units, units)
        else:
            order = np.argsort(strata, kind="stable")
            _, own, size = np.unique(strata, return_inverse=True, return_counts=True)
            start = np.cumsum(size) - size
            drawn = order[start[own] + indices(seed, begin, end, units, size[own].astype(np.int64))]
        drawn += (np.arange(end - begin) * units)[:, None]
        counted = np.bincount(drawn.ravel(), minlength=(end - begin) * units)
        result[begin - first : end - first] = counted.reshape(end - begin, units)
    return result


def bits(seed: int, first: int, last: int, draws: int) -> NDArray[np.uint8]:
    """(last - first, draws) fair bits, for instance of ``stream(seed, SWAPS)``."""
    return (values(seed, first, last, draws) >> np.uint32(31)).astype(np.uint8)


def _mix(x: Words, scratch: Words) -> None:
    """In place: numpy would otherwise allocate eight arrays."""
    for shift, factor in ((16, 0x7FEB352D), (15, 0x846CA68B), (16, None)):
        np.right_shift(x, np.uint32(shift), out=scratch)
        np.bitwise_xor(x, scratch, out=x)
        if factor is not None:
            np.multiply(x, np.uint32(factor), out=x)


def _words(value: Any) -> Words:
    """(1,) an array, because scalars warn when they wrap."""
    return np.array([value], np.uint32)
