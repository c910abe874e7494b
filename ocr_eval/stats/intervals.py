"""Replicates of a metric -> its 95 % interval, or none with the reason; never one without width and never NaN."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ocr_eval.errors import Notice

Floats = NDArray[np.float64]

LEVEL = 0.95
FEWEST_UNITS = 20
KINDS = {"percentile": "perc", "basic": "basic", "bca": "bca"}  # kind -> its name in a signature


class Interval(NamedTuple):
    """Both ends, or neither; ``notice`` says why there is none, or what is unusual about it."""

    lo: float | None
    hi: float | None
    notice: Notice | None = None


class Proportion(NamedTuple):
    """A metric that is k of n."""

    k: float
    n: float


def type7(values: Floats, p: float | Floats) -> Floats:
    """Quantiles (numpy's default, type 7) along the last axis: (..., B) -> (...) or (..., len(p)).

    Two branches, so that JavaScript gives the same last bit.
    """
    wanted = np.atleast_1d(np.asarray(p, np.float64))
    last = values.shape[-1] - 1
    position = wanted * last
    below = np.minimum(np.floor(position).astype(np.int64), last)
    above = np.minimum(below + 1, last)
    share = position - below
    wanted_places = sorted({*below.tolist(), *above.tolist()})
    ordered = _tails(values, wanted_places) if values.ndim == 1 else None
    if ordered is None:
        ordered = np.partition(values, wanted_places, axis=-1)
    a, b = ordered[..., below], ordered[..., above]
    result: Floats = np.where(share < 0.5, a + (b - a) * share, b - (b - a) * (1 - share))
    return result if np.ndim(p) else result[..., 0]


def interval(
    replicates: Floats,
    estimate: float | None,
    kind: str = "percentile",
    *,
    units: int,
    metric: str = "metric",
    unit: str = "sample",
    proportion: Proportion | None = None,
    left_out: Floats | None = None,
    level: float = LEVEL,
) -> Interval:
    """The interval of one metric from its replicates (B,).

    ``estimate`` None or nan: the metric has no value. ``proportion`` gives the Wilson interval when all replicates are
    equal. ``left_out`` (units,): the metric without each unit, for "bca". ``unit``: "sample" or "group", for messages.
    """
    if kind not in KINDS:
        raise ValueError(f"kind is {kind!r}, expected one of {', '.join(KINDS)}")
    if estimate is None or math.isnan(estimate):
        return _none("W_UNDEFINED", f"{metric} has no value, so it has no interval")
    if units < FEWEST_UNITS:
        return _none("W_FEW_SAMPLES", f"no interval from {units} {unit}s, it takes {FEWEST_UNITS}")
    least, largest = float(replicates.min()), float(replicates.max())
    if math.isnan(least):
        share = f"{int(np.isnan(replicates).sum())} of {len(replicates)}"
        return _none("W_UNDEFINED", f"{metric} has no interval: it has no value in {share} replicates")
    low, high = tails(level)
    if least == largest:
        return _degenerate(metric, proportion, level)
    if kind == "bca":
        ends = None if left_out is None else bca_levels(replicates, estimate, left_out, level)
        if ends is None:
            return _none(
                "W_DEGENERATE_INTERVAL", f"{metric} has no BCa interval: its correction has no value"
            )
        low, high = ends
    lo, hi = type7(replicates, np.array([low, high])).tolist()
    if kind == "basic":
        lo, hi = 2 * estimate - hi, 2 * estimate - lo
    return Interval(lo, hi) if lo < hi else _degenerate(metric, proportion, level)


def wilson(k: float, n: float, level: float = LEVEL) -> tuple[float, float]:
    """The Wilson score interval of k out of n > 0 (Wilson 1927)."""
    z = normal_quantile(tails(level)[1])
    p, scale = k / n, 1 + z * z / n
    centre = (p + z * z / (2 * n)) / scale
    half = z / scale * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    # At both ends centre and half-width cancel to 0 or 1 exactly, up to rounding.
    return (0.0 if k == 0 else centre - half), (1.0 if k == n else centre + half)


def bca_levels(
    replicates: Floats, estimate: float, left_out: Floats, level: float = LEVEL
) -> tuple[float, float] | None:
    """Levels of the bias-corrected, accelerated interval (Efron 1987); None where the correction has no value."""
    from statistics import NormalDist

    normal = NormalDist()
    share = (int((replicates < estimate).sum()) + int((replicates <= estimate).sum())) / (2 * len(replicates))
    if not 0 < share < 1 or np.isnan(left_out).any():
        return None
    bias = normal.inv_cdf(share)
    moved = left_out.mean() - left_out
    spread = float((moved**2).sum())
    if spread == 0:
        return None
    acceleration = float((moved**3).sum()) / (6 * spread**1.5)
    found = []
    for z in map(normal.inv_cdf, tails(level)):
        shrink = 1 - acceleration * (bias + z)
        if shrink <= 0:
            return None
        found.append(normal.cdf(bias + (bias + z) / shrink))
    return found[0], found[1]


def at_label_noise(value: float, ceiling: Interval, *, higher_is_better: bool = True) -> bool:
    """Whether a system is inside or above the interval of an annotator scored as a submission."""
    if ceiling.lo is None or ceiling.hi is None:
        return False
    return value >= ceiling.lo if higher_is_better else value <= ceiling.hi


def tails(level: float) -> tuple[float, float]:
    """.95 -> (.025, .975), as decimal numbers: (1 - .95) / 2 is another float64 than .025, and moves last bits."""
    low = round((1 - level) / 2, 12)
    return low, round(1 - low, 12)


def normal_quantile(p: float) -> float:
    """The inverse of the standard normal distribution function."""
    from statistics import NormalDist

    return NormalDist().inv_cdf(p)


def _tails(values: Floats, places: list[int]) -> Floats | None:
    """``np.partition`` of a long row where only places in its outer twentieths are asked for, in half the time.

    Bounds from every 16th value leave about a tenth of the row to order. None where that does not hold all places.
    """
    size = len(values)
    edge = size // 20
    if size < 4096 or not all(k < edge or k >= size - edge for k in places):
        return None
    some = values[::16]
    outer = len(some) // 20
    some = np.partition(some, (outer, len(some) - 1 - outer))
    low = values[values <= some[outer]]
    high = values[values >= some[-1 - outer]]
    first = size - len(high)
    lower, upper = [k for k in places if k < edge], [k - first for k in places if k >= edge]
    if len(low) > first or (lower and lower[-1] >= len(low)) or (upper and upper[0] < 0):
        return None
    result = np.empty(size)
    if lower:
        result[: len(low)] = np.partition(low, lower)
    if upper:
        result[first:] = np.partition(high, upper)
    return result


def _none(code: str, message: str) -> Interval:
    return Interval(None, None, Notice(code, message))


def _degenerate(metric: str, proportion: Proportion | None, level: float) -> Interval:
    code = "W_DEGENERATE_INTERVAL"
    if proportion is None or not 0 <= proportion.k <= proportion.n or proportion.n == 0:
        return _none(code, f"{metric} has no interval: all replicates are equal, which is no certainty")
    lo, hi = wilson(proportion.k, proportion.n, level)
    message = (
        f"{metric}: all replicates are equal, Wilson interval of {proportion.k:g} in {proportion.n:g} instead"
    )
    return Interval(lo, hi, Notice(code, message))
