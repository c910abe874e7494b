"""Values of instances or samples -> a distribution: quantiles, and a histogram with edges that no data move.

Edges come from fixed series, so that two data sets can be drawn over one another.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
_RENARD = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0)


def ladder(*, whole: bool) -> Floats:
    """0, then about ten steps per decade up to 10^8; for whole numbers 1, 2, 3, … each have a bin at first."""
    first = (
        (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0) if whole else tuple(v / 10 for v in _RENARD) + _RENARD
    )
    return np.array([0.0, *first, *(v * 10.0**k for k in range(1, 8) for v in _RENARD), 1e8])


SERIES: dict[str, Floats] = {
    "whole": ladder(whole=True),
    "positive": ladder(whole=False),
    "degrees": np.arange(-90.0, 91.0, 10.0),
    "share": np.arange(21.0) / 20,
}


@dataclass(frozen=True, slots=True)
class Distribution:
    """A quantity and how its values spread. Empty (``n`` = 0): everything but the name is None or empty."""

    name: str
    unit: str
    of: str  # "instances", "samples": what a value belongs to
    n: int
    lowest: float | None
    highest: float | None
    mean: float | None
    quantiles: tuple[float, ...]  # at QUANTILES, nearest rank
    edges: tuple[float, ...]  # one more than counts; a bin holds its lower edge, the last bin both
    counts: tuple[int, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "unit": self.unit,
            "of": self.of,
            "n": self.n,
            "lowest": self.lowest,
            "highest": self.highest,
            "mean": self.mean,
            "quantiles": [{"p": p, "value": v} for p, v in zip(QUANTILES, self.quantiles, strict=False)],
            "edges": list(self.edges),
            "counts": list(self.counts),
        }


def distribution(name: str, values: NDArray[Any], *, unit: str, of: str, series: str) -> Distribution:
    """The distribution of finite values (n,) that lie on the series ("whole", "positive", "degrees", "share")."""
    found = np.sort(values.astype(np.float64))
    if not len(found):
        return Distribution(name, unit, of, 0, None, None, None, (), (), ())
    edges = SERIES[series]
    low = max(int(np.searchsorted(edges, found[0], "right")) - 1, 0)
    high = min(max(int(np.searchsorted(edges, found[-1], "right")), low + 1), len(edges) - 1)
    used = edges[low : high + 1]
    # The values are sorted: counts are differences of positions. The last bin holds its upper edge too.
    place = np.searchsorted(found, used[:-1], "left")
    counts = np.diff(np.append(place, len(found)))
    rank = [found[min(int(np.ceil(p * len(found))) - 1, len(found) - 1)] for p in QUANTILES]
    return Distribution(
        name,
        unit,
        of,
        len(found),
        _short(found[0]),
        _short(found[-1]),
        _short(float(np.mean(found))),
        tuple(_short(v) for v in rank),
        tuple(_short(v) for v in used),
        tuple(int(c) for c in counts),
    )


def rebin(values: NDArray[Any], edges: Floats) -> tuple[int, ...]:
    """Counts of the values in these edges; the last bin holds its upper edge too, nothing else lies outside."""
    found = np.sort(values.astype(np.float64))
    place = np.searchsorted(found, edges[:-1], "left")
    place[:1] = 0
    return tuple(int(c) for c in np.diff(np.append(place, len(found))))


def _short(value: float) -> float:
    """Six significant digits: the last bits of a mean depend on how it was added up."""
    rounded = float(f"{value:.6g}")
    return rounded + 0.0
