"""A pilot (scores with the spread of single images) -> how many images give an interval of a wanted width.

    n = ceil((z sd / h)^2)      for a half-width h, z the normal quantile of the interval's level
    n = ceil((z' sd_d / d)^2)   to see a paired difference d, z' with the quantile of the power added

``sd`` is the standard deviation of what single images contribute (influence, ddof 1); where documents are resampled,
of documents, brought to the scale of images. Of a population of N, ceil(n / (1 + (n - 1) / N)) are enough.
W. G. Cochran, Sampling Techniques, 3rd ed. (1977), chapters 4 and 6.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any, NamedTuple

import numpy as np

from ocr_eval.protocols.formulas import Formula
from ocr_eval.stats.intervals import LEVEL, normal_quantile, tails
from ocr_eval.stats.power import POWER, score_order, standard_error
from ocr_eval.stats.ratios import Stack

HALF_WIDTHS = (0.01, 0.02, 0.03, 0.05)
NO_VARIATION = "no variation in the pilot"
ONE_UNIT = "a pilot of one image has no spread"
UNDEFINED = "no value in the pilot"
PAIRED, BOUND = "paired", "independent"  # what the spread of a difference was taken from


class PilotScore(NamedTuple):
    """One score of a pilot. ``sd`` is None exactly where ``reason`` says why.

    ``sd_difference``: of the paired difference of two systems of the pilot; None where there are no two.
    """

    metric: str
    value: float | None
    sd: float | None
    reason: str | None = None
    prediction: str | None = None
    protocol: str | None = None
    sd_difference: float | None = None


@dataclass(frozen=True)
class Pilot:
    """What a plan is made from. ``units`` (documents, or images) is what was resampled."""

    images: int
    units: int
    scores: tuple[PilotScore, ...]
    seconds_per_image: float | None = None  # of all annotators together

    def to_json(self) -> dict[str, Any]:
        """The ``pilot`` of agreement.json."""
        scores = [{"metric": s.metric, "value": s.value, "sd": s.sd, "reason": s.reason} for s in self.scores]
        head: dict[str, Any] = {"images": self.images, "units": self.units}
        return head | {"seconds_per_image": self.seconds_per_image, "scores": scores}

    @classmethod
    def from_json(cls, body: Any) -> Pilot:
        """Back from ``to_json``. Raises ValueError for anything else."""
        try:
            scores = tuple(
                PilotScore(
                    _text(row["metric"]), _real(row["value"]), _spread(row["sd"]), _maybe(row["reason"])
                )
                for row in body["scores"]
            )
            pilot = cls(
                _count(body["images"]), _count(body["units"]), scores, _spread(body["seconds_per_image"])
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"no pilot: {type(error).__name__}") from None
        if any((score.sd is None) == (score.reason is None) for score in pilot.scores):
            raise ValueError("no pilot: a score has either an sd or a reason")
        return pilot


class Wanted(NamedTuple):
    """``images`` for a half-width (or a difference); None where the score has no spread to plan from."""

    width: float
    images: int | None
    hours: float | None


class Row(NamedTuple):
    """The plan of one score. ``basis`` says where the spread of a difference came from."""

    score: PilotScore
    widths: tuple[Wanted, ...]
    detect: Wanted | None
    basis: str | None


def mean_pilot(
    stack: Stack, formulas: Mapping[str, Formula], *, seconds_per_image: float | None = None
) -> Pilot:
    """A pilot of the mean over the systems of a stack (pairs of annotators), those with a value."""
    scores = []
    for name, formula in formulas.items():
        point = stack.point(formula)
        valued = np.flatnonzero(~np.isnan(point))
        if not len(valued):
            scores.append(PilotScore(name, None, None, UNDEFINED))
            continue
        value = math.fsum(point[valued].tolist()) / len(valued)
        sd, reason = _deviation(stack, stack.unit_influence(formula)[:, valued].mean(axis=1))
        scores.append(PilotScore(name, value, sd, reason))
    return Pilot(len(stack.samples), stack.units, tuple(scores), seconds_per_image)


def systems_pilot(stack: Stack, formulas: Mapping[str, Formula], protocol: str) -> Pilot:
    """A pilot of every system of a stack (submissions); differences are those of neighbours in score order."""
    scores = []
    for name, formula in formulas.items():
        rows = stack.unit_influence(formula)
        order = score_order(stack, formula)
        apart = [standard_error(rows[:, a] - rows[:, b], 1) for a, b in pairwise(order)]
        scale = _scale(stack)
        between = median(apart) * scale if apart and stack.units > 1 else None
        point = stack.point(formula)
        for k, system in enumerate(stack.names):
            if k not in order:
                scores.append(PilotScore(name, None, None, UNDEFINED, system, protocol))
                continue
            sd, reason = _deviation(stack, rows[:, k])
            scores.append(PilotScore(name, float(point[k]), sd, reason, system, protocol, between))
    return Pilot(len(stack.samples), stack.units, tuple(scores))


def plan(
    pilot: Pilot,
    half_width: float,
    *,
    detect: float | None = None,
    power: float = POWER,
    population: int | None = None,
) -> list[Row]:
    """Images for the half-widths of ``HALF_WIDTHS`` and the wanted one, for every score.

    A difference without two systems in the pilot is planned for independent ones, sd times the root of 2: more images
    than a paired comparison needs. Raises ValueError for widths and differences of 0 and a power outside (0, 1).
    """
    widths = sorted({*HALF_WIDTHS, half_width})
    if not (min(widths) > 0 and 0 < power < 1 and (detect is None or detect > 0)):
        raise ValueError("expected widths and differences above 0 and a power between 0 and 1")
    z = normal_quantile(tails(LEVEL)[1])
    rows = []
    for score in pilot.scores:

        def wanted(width: float, sd: float | None, quantile: float) -> Wanted:
            if not sd:
                return Wanted(width, None, None)
            images = finite(math.ceil((quantile * sd / width) ** 2), population)
            seconds = pilot.seconds_per_image
            return Wanted(width, images, None if seconds is None else images * seconds / 3600)

        difference, basis = None, None
        if detect is not None:
            basis = BOUND if score.sd_difference is None else PAIRED
            sd = score.sd_difference if basis == PAIRED else score.sd and math.sqrt(2) * score.sd
            difference = wanted(detect, sd, z + normal_quantile(power))
        rows.append(Row(score, tuple(wanted(width, score.sd, z) for width in widths), difference, basis))
    return rows


def finite(images: int, population: int | None) -> int:
    """ceil(n / (1 + (n - 1) / N)), in integers; n without a population."""
    if population is None or not images:
        return images
    return -(-images * population // (population + images - 1))


def choose(pilot: Pilot, metric: str | None) -> Pilot:
    """The pilot with one metric's scores only, or as it is. Raises KeyError with the known names."""
    if metric is None:
        return pilot
    kept = tuple(score for score in pilot.scores if score.metric == metric)
    if not kept:
        raise KeyError(*dict.fromkeys(score.metric for score in pilot.scores))
    return Pilot(pilot.images, pilot.units, kept, pilot.seconds_per_image)


def together(pilots: Sequence[Pilot]) -> Pilot:
    """Several protocols' pilots of the same images as one. Raises ValueError when they differ in images."""
    if len({(pilot.images, pilot.units) for pilot in pilots}) != 1:
        raise ValueError("the tables differ in their images")
    first = pilots[0]
    return Pilot(first.images, first.units, tuple(score for pilot in pilots for score in pilot.scores))


def _deviation(stack: Stack, influence: Any) -> tuple[float | None, str | None]:
    if stack.units < 2:
        return None, ONE_UNIT
    sd = standard_error(influence, 1) * _scale(stack)
    return (sd, None) if sd else (None, NO_VARIATION)


def _scale(stack: Stack) -> float:
    """From the standard error of a total of units to the spread of one image: 1 / sqrt(images)."""
    return 1 / math.sqrt(len(stack.samples)) if stack.samples else 0.0


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _maybe(value: Any) -> str | None:
    return None if value is None else _text(value)


def _real(value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise TypeError
    return float(value)


def _spread(value: Any) -> float | None:
    found = _real(value)
    if found is not None and not 0 < found < 1e9:
        raise TypeError
    return found


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**53:
        raise TypeError
    return value
