"""A dataset's digest -> the seed of its intervals, and the line that says how an interval was made."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from ocr_eval.stats.bootstrap import REPLICATES
from ocr_eval.stats.intervals import KINDS
from ocr_eval.stats.random32 import RNG
from ocr_eval.stats.tables import byte_order


def default_seed(gt_digest: str) -> int:
    """The seed of a dataset: the first 8 hex digits of its digest. No submission moves it."""
    return int(gt_digest[:8], 16)


def samples_seed(samples: Sequence[str]) -> int:
    """A seed where no digest of the gt is at hand: from the sample ids in canonical order. No submission moves it."""
    return default_seed(hashlib.sha256(byte_order("\n".join(samples))).hexdigest())


def interval_signature(
    seed: int, *, kind: str = "percentile", B: int = REPLICATES, unit: str = "sample"
) -> str:
    """``ci:perc,B:10000,seed:01352901,rng:lb32/1,unit:sample``: equal strings, intervals comparable to the bit."""
    return f"ci:{KINDS[kind]},B:{B},seed:{seed:08x},rng:{RNG},unit:{unit}"
