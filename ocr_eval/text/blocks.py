"""A character -> the Unicode block it stands in (Unicode 16.0), for tables of errors."""

from __future__ import annotations

import bisect
from functools import cache, lru_cache

NO_BLOCK = "No Block"


@lru_cache(1 << 16)
def block(character: str) -> str:
    """``"각"`` -> ``"Hangul Syllables"``."""
    starts, names = _table()
    return names[bisect.bisect_right(starts, ord(character)) - 1] or NO_BLOCK


@cache
def _table() -> tuple[list[int], list[str]]:
    """First code points and names, in order."""
    from ocr_eval.text._blocks import BLOCKS

    rows = [row.partition(" ") for row in BLOCKS.split(";")]
    return [int(first, 16) for first, _, _ in rows], [name for _, _, name in rows]
