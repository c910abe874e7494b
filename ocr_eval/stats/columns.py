"""Integer and real-valued count columns -> float64 columns whose sums are exact, with the bound that proves it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

EXACT = 2**53
FIXED_BITS = 30  # real-valued sums count in units of 2^-30


class Column(NamedTuple):
    """Where a column stands in the matrix: one slice, or limbs of ``limb_bits`` bits, least significant first.

    ``bound`` is at least the absolute value of every sum of as many units as there are, drawn in any way.
    """

    slices: tuple[slice, ...]
    limb_bits: int
    bound: int

    def integers(self, totals: NDArray[np.float64]) -> NDArray[Any]:
        """(S or 1, m) column sums as Python integers, from totals (K, m)."""
        result: Any = 0
        for k, part in enumerate(self.slices):
            result = result + totals[part].astype(np.int64).astype(object) * (1 << k * self.limb_bits)
        return np.asarray(result, object)


def place(
    columns: Mapping[str, NDArray[Any]], samples: int, systems: int, drawn: int
) -> tuple[NDArray[np.float64], dict[str, Column]]:
    """Arrays (n,) or (n, S) -> matrix (n, K) and where each column stands. At most ``drawn`` rows are ever added up.

    A column equal in all systems is stored once; ``sum:`` columns as fixed point. Raises ValueError for a real-valued
    sum that is not finite or of an absolute value above 2^32.
    """
    parts: list[NDArray[np.float64]] = []
    placed: dict[str, Column] = {}
    at = 0
    for name, values in columns.items():
        table = values[:, None] if values.ndim == 1 else values
        if table.ndim != 2 or table.shape[0] != samples or table.shape[1] not in (1, systems):
            raise ValueError(
                f"column {name} has shape {values.shape}, not ({samples},) or ({samples}, {systems})"
            )
        if table.shape[1] > 1 and (table == table[:, :1]).all():
            table = table[:, :1]
        if name.startswith("sum:"):
            table = _fixed(name, table)
        largest = max(abs(int(table.max())), abs(int(table.min()))) if table.size else 0
        bound = largest * drawn
        limbs, bits = [table], 0
        if bound >= EXACT:
            bits = 52 - max(drawn, 1).bit_length()
            limbs = []
            while len(limbs) * bits < 62:
                limbs.append(table & ((1 << bits) - 1))
                table = table >> bits
            limbs.append(table)
        width = table.shape[1]
        parts += [limb.astype(np.float64) for limb in limbs]
        placed[name] = Column(
            tuple(slice(at + k * width, at + (k + 1) * width) for k in range(len(limbs))), bits, bound
        )
        at += width * len(limbs)
    return np.hstack(parts) if parts else np.zeros((samples, 0)), placed


def _fixed(name: str, table: NDArray[Any]) -> NDArray[np.int64]:
    if not (np.abs(table) <= 2.0**32).all():  # also false for nan
        raise ValueError(f"{name} holds a value that is not finite, or too large to add up exactly")
    return np.rint(table * 2.0**FIXED_BITS).astype(np.int64)
