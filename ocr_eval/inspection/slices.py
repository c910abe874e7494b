"""Care instances -> slices (height, length, script, …) with their shares, and the samples that hold what is rare.

A slice with few samples is where the next labels help most: nothing said about it is reliable.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ocr_eval.inspection.characters import set_name
from ocr_eval.inspection.facts import Facts
from ocr_eval.stats.intervals import LEVEL, normal_quantile

Flags = NDArray[np.bool_]
Index = NDArray[np.int64]
FEW = 20  # samples below which there is no interval (reference)
SCRIPTS = 12  # scripts, or combinations, that have a slice of their own
HEIGHTS = (8, 12, 16, 24, 32, 48, 64, 96)  # pixels
LENGTHS = (1, 2, 4, 7, 11, 21)
TIMES = (1, 2, 6, 21, 101)
TURNS = (
    ("horizontal", 0, 10),
    ("slanted", 10, 30),
    ("steep", 30, 60),
    ("nearly vertical", 60, 80),
    ("vertical", 80, 91),
)
BENDS = (("straight", 0.0, 0.02), ("slightly bent", 0.02, 0.1), ("bent", 0.1, 1.1))


class Slice(NamedTuple):
    """Care instances with one property. ``error``: of the share, samples drawn anew; None where fewer than FEW samples
    have it."""

    attribute: str
    label: str
    instances: int
    of: int
    samples: int
    share: float
    error: float | None

    @property
    def interval(self) -> tuple[float, float] | None:
        if self.error is None:
            return None
        reach = normal_quantile((1 + LEVEL) / 2) * self.error
        return max(0.0, self.share - reach), min(1.0, self.share + reach)


def slices(facts: Facts, scripts: Sequence[str] = ()) -> list[Slice]:
    """All slices, by attribute, in their natural order. ``scripts`` names the scripts that must have a slice."""
    sample = facts.instances.sample_of[facts.care]
    total = np.bincount(sample, minlength=len(facts.instances.sample_ids))
    found = []
    for attribute, label, flags in _classes(facts, scripts):
        own = np.bincount(sample[flags[facts.care]], minlength=len(total))
        found.append(_slice(attribute, label, own, total))
    return found


def _slice(attribute: str, label: str, own: Index, total: Index) -> Slice:
    """The share as a ratio of sums over samples, its error by linearisation."""
    instances, of = int(own.sum()), int(total.sum())
    share = instances / of if of else 0.0
    used, samples = int((total > 0).sum()), int((own > 0).sum())
    error = None
    if samples >= FEW:
        left = own - share * total
        error = float(np.sqrt(np.sum(left**2) * used / (used - 1)) / of)
    return Slice(attribute, label, instances, of, samples, share, error)


def _classes(facts: Facts, scripts: Sequence[str]) -> Iterator[tuple[str, str, Flags]]:
    shapes = facts.shapes
    if facts.instances.geometry:
        for label, own in _steps(shapes.height, (0, *HEIGHTS), whole=False):
            yield "height", label, shapes.measured & own
        turn = np.abs(shapes.angle)
        for label, low, high in TURNS:
            yield "angle", label, shapes.directed & (turn >= low) & (turn < high)
        yield "angle", "no direction", shapes.measured & ~shapes.directed
        for label, low_bend, high_bend in BENDS:
            yield "bend", label, shapes.measured & (shapes.bend >= low_bend) & (shapes.bend < high_bend)
    if facts.has_text:
        for label, own in _steps(facts.length, LENGTHS, whole=True):
            yield "length", label, own
        yield from _by_script(facts, scripts)
        for label, own in _steps(facts.rarest, TIMES, whole=True):
            yield "rarest character occurs", label, own
        times = np.bincount(facts.ids[facts.care], minlength=len(facts.distinct))[facts.ids]
        for label, own in _steps(times, TIMES, whole=True):
            yield "text occurs", label, own & (facts.length > 0)


def _steps(values: NDArray[np.number], edges: Sequence[int], *, whole: bool) -> Iterator[tuple[str, Flags]]:
    """Classes between neighbouring edges, the last one open."""
    for k, low in enumerate(edges):
        if k + 1 == len(edges):
            yield f"{low} and more", values >= low
            continue
        high = edges[k + 1]
        label = (
            str(low)
            if whole and high == low + 1
            else f"{low} to {high - 1}"
            if whole
            else f"{low} to < {high}"
        )
        yield label, (values >= low) & (values < high)


def frequent_scripts(facts: Facts) -> list[tuple[str, int]]:
    """(``Hangul+Latin``, instances) of the care texts, most frequent first."""
    sets, count = np.unique(facts.scripts[facts.care], return_counts=True)
    named: dict[str, int] = {}
    for bits, n in zip(sets.tolist(), count.tolist(), strict=True):
        name = set_name(bits, facts.letters)
        named[name] = named.get(name, 0) + n
    return sorted(named.items(), key=lambda item: (-item[1], item[0]))


def _by_script(facts: Facts, scripts: Sequence[str]) -> Iterator[tuple[str, str, Flags]]:
    wanted = scripts or [name for name, _ in frequent_scripts(facts)[:SCRIPTS]]
    sets, back = np.unique(facts.scripts, return_inverse=True)
    names = np.array([set_name(bits, facts.letters) for bits in sets.tolist()], object)
    rest = np.ones(len(facts.scripts), np.bool_)
    for name in wanted:
        own = (names == name).astype(np.bool_)[back.reshape(-1)]
        rest &= ~own
        yield "script", name, own
    if (rest & facts.care).any():
        yield "script", "all others", rest


def rarity(facts: Facts, known: NDArray[np.int64] | None = None) -> NDArray[np.float64]:
    """(S,) how rare a sample's content is: the sum of 1 / (1 + occurrences elsewhere) over its different characters.

    ``known`` (K,) occurrences elsewhere; without it the other samples of the same data set.
    """
    size = len(facts.letters.points)
    samples = len(facts.instances.sample_ids)
    score = np.zeros(samples)
    if not size:
        return score
    own_care = np.repeat(facts.care, facts.length)
    start = facts.texts.offset[facts.instances.start]
    row = 0
    while row < samples:
        stop = max(row + 1, int(np.searchsorted(start, start[row] + (1 << 20), "right")) - 1)
        part = slice(start[row], start[stop])
        sample = np.repeat(np.arange(row, stop), np.diff(start[row : stop + 1]))
        place = facts.letters.of(facts.texts.points[part]).astype(np.int64)
        keys, times = np.unique((sample * size + place)[own_care[part]], return_counts=True)
        character = keys % size
        elsewhere = facts.count[character] - times if known is None else known[character]
        score += np.bincount(keys // size, 1 / (1 + elsewhere), minlength=samples)
        row = stop
    return score
