"""A ranking -> items to review at random, and the decisions about them -> the share of wrong labels with an interval.

Decisions on the top of the list alone never estimate that share: what is drawn says so itself, in its signature.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ocr_eval.audit.decisions import Decision
from ocr_eval.stats import random32
from ocr_eval.stats.intervals import FEWEST_UNITS, type7, wilson

Floats = NDArray[np.float64]
Index = NDArray[np.int64]

STRATA = (("top", 0.05), ("next", 0.20), ("rest", 1.0))  # name, share of the ranking where it ends
REPLICATES = 10_000


@dataclass(frozen=True)
class Drawn:
    """One item of a review sample: the ``draw``-th of its stratum, which has ``size`` of the ``number`` items."""

    item: int
    stratum: str
    size: int
    number: int
    draw: int

    def fields(self) -> dict[str, str]:
        """What its decision's signature says about it."""
        told = {"stratum": self.stratum, "size": self.size, "of": self.number, "draw": self.draw}
        return {key: str(value) for key, value in told.items()}


@dataclass(frozen=True)
class Stratum:
    """``reviewed`` of ``size`` items were decided, ``bad`` of those labels were wrong; ``unsure`` count as neither."""

    name: str
    size: int
    reviewed: int
    bad: int
    unsure: int


@dataclass(frozen=True)
class Estimate:
    """``rate`` None: ``reason`` says why; an interval takes ``FEWEST_UNITS`` reviewed items."""

    rate: float | None
    lo: float | None
    hi: float | None
    strata: tuple[Stratum, ...]
    reason: str = ""

    @property
    def reviewed(self) -> int:
        return sum(stratum.reviewed for stratum in self.strata)


def draw_sample(order: Index, size: int, seed: int) -> list[Drawn]:
    """At most ``size`` items, a third from each stratum of ``order`` (most suspect first), in the order drawn.

    A larger ``size`` only adds items.
    """
    number = len(order)
    ends = [0, *(min(number, max(1, round(number * share))) for _, share in STRATA)]
    ends[-1] = number
    keys = random32.values(random32.stream(seed, random32.REVIEW), 0, 1, number)[0]
    drawn: list[list[Drawn]] = []
    for (name, _), first, last in zip(STRATA, ends, ends[1:], strict=False):
        stratum = order[first : max(first, last)]
        shuffled = stratum[np.lexsort((stratum, keys[stratum]))].tolist()
        drawn.append([Drawn(item, name, len(stratum), number, k) for k, item in enumerate(shuffled)])
    taken = [0] * len(drawn)
    while sum(taken) < min(size, number):  # one from each in turn, so that small strata leave room to others
        for k, own in enumerate(drawn):
            if taken[k] < len(own) and sum(taken) < size:
                taken[k] += 1
    return [each for own, most in zip(drawn, taken, strict=True) for each in own[:most]]


def estimate(decisions: Sequence[Decision], *, seed: int) -> Estimate | None:
    """The reviewed share of wrong labels; None when no decision is of a drawn item.

    sum over strata of (N_h / N) (bad_h / n_h), by stratified bootstrap; Wilson with one stratum; where no replicate
    differs, the Wilson limits of the strata weighted alike, which are wider.
    """
    told = [_told(decision) for decision in decisions if decision.kind == "text"]
    numbers = {each[1] for each in told if each is not None}
    if not numbers:
        return None
    strata, total = _strata(decisions), max(numbers)
    if len(numbers) > 1 or sum(s.size for s in strata) > total:
        return Estimate(None, None, None, strata, "decisions come from several draws, keep those of one")
    unseen = [name for name, _ in STRATA if not any(s.name == name and s.reviewed for s in strata)]
    if sum(stratum.size for stratum in strata if stratum.reviewed) < total:
        reason = f"no decision about drawn items of stratum {', '.join(unseen)}"
        return Estimate(None, None, None, strata, reason)
    weights = np.array([stratum.size / total for stratum in strata])
    rates = np.array([stratum.bad / stratum.reviewed for stratum in strata])
    rate = float((weights * rates).sum())
    reviewed = sum(stratum.reviewed for stratum in strata)
    if reviewed < FEWEST_UNITS:
        reason = f"no interval from {reviewed} reviewed items, it takes {FEWEST_UNITS}"
        return Estimate(rate, None, None, strata, reason)
    if len(strata) == 1:
        lo, hi = wilson(strata[0].bad, strata[0].reviewed)
        return Estimate(rate, lo, hi, strata)
    replicates = _replicates(strata, weights, seed)
    lo, hi = type7(replicates, np.array([0.025, 0.975])).tolist()
    if lo == hi:
        limits = np.array([wilson(stratum.bad, stratum.reviewed) for stratum in strata])
        lo, hi = (weights @ limits).tolist()
        return Estimate(rate, lo, hi, strata, "all replicates are equal: Wilson limits of the strata")
    return Estimate(rate, lo, hi, strata)


def _told(decision: Decision) -> tuple[str, int, int, int] | None:
    """(stratum, number of all items, of its own, draw) that the signature tells; None for one not drawn."""
    told = decision.signature
    name = told.get("stratum", "")
    numbers = [told.get(key, "") for key in ("size", "of", "draw")]
    if name not in dict(STRATA) or not all(text.isascii() and text.isdigit() for text in numbers):
        return None
    size, number, draw = map(int, numbers)
    return name, number, size, draw


def _strata(decisions: Sequence[Decision]) -> tuple[Stratum, ...]:
    """Per stratum the decisions about the first draws without a gap: any other part of them may have been chosen."""
    rows: dict[str, dict[int, Decision]] = {}
    sizes: dict[str, int] = {}
    for decision in decisions:
        told = _told(decision) if decision.kind == "text" else None
        if told is not None:
            rows.setdefault(told[0], {})[told[3]] = decision
            sizes[told[0]] = max(told[2], sizes.get(told[0], 0))
    found = []
    for name, _ in STRATA:
        own = rows.get(name, {})
        verdicts: list[bool | None] = []
        while len(verdicts) in own:
            verdicts.append(own[len(verdicts)].verdict)
        decided = [verdict for verdict in verdicts if verdict is not None]
        if own:
            unsure = len(verdicts) - len(decided)
            found.append(Stratum(name, sizes[name], len(decided), sum(decided), unsure))
    return tuple(found)


def _replicates(strata: Sequence[Stratum], weights: Floats, seed: int) -> Floats:
    """(B,) rates of resampled reviews, each stratum by itself."""
    sizes = [stratum.reviewed for stratum in strata]
    own = np.repeat(np.arange(len(strata)), sizes)
    bad = np.concatenate([np.arange(s.reviewed) < s.bad for s in strata]).astype(np.int64)
    drawn = random32.weights(random32.stream(seed, random32.BOOTSTRAP), 0, REPLICATES, len(own), own)
    result = np.zeros(REPLICATES)
    for k, weight in enumerate(weights.tolist()):
        counts = drawn[:, own == k] @ bad[own == k]
        result += weight * (counts / sizes[k])
    return result
