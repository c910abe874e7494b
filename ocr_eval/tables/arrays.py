"""Flat arrays with offsets: lengths -> offsets, rows by index, read-only views, and the check that offsets are some."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


def freeze(array: NDArray[Any]) -> NDArray[Any]:
    """A C-contiguous read-only view; kernels are compiled for read-only inputs only."""
    view = np.ascontiguousarray(array).view()
    view.flags.writeable = False
    return view


def offsets(lengths: Sequence[int] | NDArray[np.int64]) -> NDArray[np.int64]:
    """Lengths (n,) -> offsets (n + 1,): int64, starts with 0, ends with the sum."""
    result = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(np.asarray(lengths, np.int64), out=result[1:])
    return result


def gather(values: NDArray[Any], bounds: NDArray[np.int64], index: NDArray[np.int64]) -> NDArray[Any]:
    """Rows ``values[bounds[i]:bounds[i + 1]]`` for every i of index, concatenated."""
    lengths = bounds[index + 1] - bounds[index]
    new = offsets(lengths)
    positions = np.arange(new[-1]) + np.repeat(bounds[index] - new[:-1], lengths)
    rows: NDArray[Any] = values.take(positions, axis=0)  # a third of the time of values[positions]
    return rows


def check_offsets(name: str, array: NDArray[np.int64], end: int) -> None:
    """Raises ValueError unless the array starts with 0, rises, and ends with ``end``."""
    if array[0] != 0 or array[-1] != end or (np.diff(array) < 0).any():
        raise ValueError(f"{name} must start with 0, rise, and end with {end}")
