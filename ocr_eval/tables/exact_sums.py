"""Real numbers -> sums that lose nothing: the parts of a column add up to what ``math.fsum`` gives of the whole.

A double is a whole number times a power of two. Counted in the smallest one (2 to the -1074) all of them are integers,
which add exactly in any order.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SMALLEST = 1074  # the smallest double above 0 is 2 to the -SMALLEST
_MANTISSA, _HALF = 53, 26


def exact_sum(values: NDArray[np.float64]) -> int:
    """The sum of finite doubles, in units of 2 to the -1074."""
    fraction, exponent = np.frexp(values)
    whole = np.ldexp(fraction, _MANTISSA).astype(np.int64)
    # Two halves of a mantissa: sums of either stay below 2 to the 63 for 2 to the 36 values.
    high, low = whole >> _HALF, whole & ((1 << _HALF) - 1)
    total = 0
    for power in np.unique(exponent).tolist():
        own = exponent == power
        part = (int(high[own].sum()) << _HALF) + int(low[own].sum())
        shift = power - _MANTISSA + SMALLEST
        total += part << shift if shift >= 0 else part >> -shift  # nothing but zeros are shifted out
    return total


def rounded(total: int) -> float:
    """The double nearest to an exact sum, of two equally near ones the even one, as ``math.fsum`` rounds."""
    return total / (1 << SMALLEST)


def whole_sums(rows: NDArray[np.int64]) -> tuple[int, ...]:
    """The sum of every column, whatever its size."""
    # Halves of 32 bits: sums of either stay below 2 to the 63 for 2 to the 31 rows.
    high, low = (rows >> 32).sum(axis=0), (rows & 0xFFFFFFFF).sum(axis=0)
    return tuple((a << 32) + b for a, b in zip(high.tolist(), low.tolist(), strict=True))
