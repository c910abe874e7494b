"""Packed texts of two sides -> what ``Comparison`` counts of every pair, by kernels where code points are plain."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ocr_eval.tables.packed import PackedTexts
from ocr_eval.text.comparison import Comparison

# Pairs from which kernels pay. Processor time of a count from strings over one with kernels, words of which 60 % are
# equal, caches warm; "fresh" loads Numba and the kernels, "used" has counted with them before:
#   pairs      100   300   1 000   3 000   10 000   30 000   100 000
#   fresh                          .08      .15      .5       2
#   used       5.3   11     19      26       31                49
PAIRS = 50_000
PAIRS_USED = 300
BLOCK = 4096  # pairs whose columns stay in the processor's cache while a table is filled


def pays(size: int) -> bool:
    """Whether kernels are worth it for so many pairs."""
    return size >= (PAIRS_USED if "ocr_eval.kernels.text_rows" in sys.modules else PAIRS)


def blocks(
    gt: PackedTexts, pred: PackedTexts, form: str, unit: str, words: str
) -> Iterator[tuple[slice, NDArray[np.int64]]]:
    """(which pairs, a ``Row`` of each as (b, fields)), block by block in order. No text is absent."""
    from ocr_eval.kernels.text_rows import text_rows
    from ocr_eval.text.plain import kinds

    compare = Comparison.of(form, unit, words)
    table = kinds(form, unit, words).covering(gt.codepoints, pred.codepoints)
    size = len(gt.offset) - 1
    for first in range(0, size, BLOCK):
        span = slice(first, min(first + BLOCK, size))
        bounds = slice(span.start, span.stop + 1)
        sides = (gt.codepoints, gt.offset[bounds], pred.codepoints, pred.offset[bounds])
        rows, told = text_rows(*sides, table)
        for k in np.flatnonzero(~told).tolist():
            rows[k] = compare.row(gt[first + k], pred[first + k])
        yield span, rows
