"""Counts and shares -> small inline SVG drawings that stand many to a page; the rules are those of ``plots``."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from ocr_eval.report.escape import plain, tag
from ocr_eval.report.plot_parts import Scale, coordinate, cut, draw, write_names, write_texts

if TYPE_CHECKING:
    from markupsafe import Markup

WIDE, HIGH = 300.0, 84.0  # of the bars
SIDE = 190.0  # of a square plot
EDGES = 6  # written below a histogram at most


class Dot(NamedTuple):
    """One class of a reliability plot; all fractions."""

    x: float
    y: float
    lo: float | None = None
    hi: float | None = None


def small_histogram(
    counts: Sequence[int],
    edges: Sequence[float],
    *,
    name: str,
    title: str,
    about: str,
    median: float | None = None,
    other: Sequence[int] | None = None,
    whole: bool = False,
) -> Markup:
    """Bars of equal width, whatever their classes (``edges``: one more than ``counts``), a line at the median.

    With ``other``, counts of a second data set in the same classes, bars are shares and the second one is an outline.
    ``whole``: values are whole numbers, so a class is named by its lowest in its middle instead of by its edges.
    """
    first = _shares(counts) if other is not None else [float(count) for count in counts]
    second = _shares(other) if other is not None else []
    top = max([*first, *second], default=0.0) or 1.0
    width = WIDE / max(len(counts), 1)
    base = 14 + HIGH
    bars = "".join(
        f"M{coordinate(8 + width * k)} {coordinate(base)}V{coordinate(base - max(HIGH * share / top, 1.0))}"
        f"h{coordinate(max(width - (1 if width > 4 else 0), 0.5))}V{coordinate(base)}z"
        for k, share in enumerate(first)
        if share
    )
    parts = [tag("path", {"class": "bars", "d": bars})] if bars else []
    if second:
        steps = "".join(f"V{coordinate(base - HIGH * share / top)}h{coordinate(width)}" for share in second)
        parts.append(
            tag("path", {"class": "outline", "d": f"M8 {coordinate(base)}{steps}V{coordinate(base)}"})
        )
    parts.append(tag("path", {"class": "axis", "d": f"M8 {coordinate(base)}h{coordinate(WIDE)}"}))
    place = None if median is None else _place(median, edges, width, whole)
    if place is not None:
        parts.append(tag("path", {"class": "median", "d": f"M{coordinate(place)} 10V{coordinate(base)}"}))
    names = edges[:-1] if whole else edges
    step = max(1, -(-len(names) // EDGES))
    written = [
        k for k in range(0, len(names), step) if whole or k == len(names) - 1 or len(names) - 1 - k >= step
    ]
    written += [len(names) - 1] if not whole and names and len(names) - 1 not in written else []
    shift = 0.5 if whole else 0.0
    parts.append(write_texts([(8 + width * (k + shift), base + 15, short(names[k])) for k in written]))
    return draw(name, title, about, WIDE + 28, base + 20, parts)


def bars_plot(counts: Sequence[int], labels: Sequence[str], *, name: str, title: str, about: str) -> Markup:
    """Bars with their counts above and what they count below."""
    width, base = 62.0, 20 + HIGH
    top = max([*counts, 1])
    bars, texts = "", []
    for k, (count, label) in enumerate(zip(counts, labels, strict=True)):
        high = HIGH * count / top
        left = coordinate(10 + width * k)
        bars += (
            f"M{left} {coordinate(base)}v{coordinate(-high)}h{coordinate(width - 6)}V{coordinate(base)}z"
            if count
            else ""
        )
        middle = 10 + width * k + (width - 6) / 2
        texts += [(middle, base - high - 5, f"{count:,}"), (middle, base + 15, label)]
    axis = tag("path", {"class": "axis", "d": f"M8 {coordinate(base)}h{coordinate(width * len(counts))}"})
    parts = [*([tag("path", {"class": "bars", "d": bars})] if bars else []), axis, write_texts(texts)]
    return draw(name, title, about, 18 + width * len(counts), base + 22, parts)


def reliability_plot(dots: Sequence[Dot], *, label: str, name: str, title: str, about: str) -> Markup:
    """Shares against what was said beforehand, with intervals; on the dashed diagonal both are alike."""
    x = Scale(0.0, 1.0, 34.0, 34 + SIDE)
    y = Scale(0.0, 1.0, 24 + SIDE, 24.0)
    ticks = (0.0, 0.25, 0.5, 0.75, 1.0)
    grid = "".join(f"M34 {coordinate(y(v))}h{coordinate(SIDE)}" for v in ticks)
    lines = "".join(
        f"M{coordinate(x(d.x))} {coordinate(y(d.lo))}V{coordinate(y(d.hi))}"
        for d in dots
        if d.lo is not None and d.hi is not None
    )
    marks = "".join(f"M{coordinate(x(d.x))} {coordinate(y(d.y))}h.01" for d in dots)
    path = "L".join(f"{coordinate(x(d.x))} {coordinate(y(d.y))}" for d in dots)
    parts = [
        tag("path", {"class": "grid", "d": grid}),
        tag("path", {"class": "diagonal", "d": f"M34 {coordinate(24 + SIDE)}L{coordinate(34 + SIDE)} 24"}),
        *([tag("path", {"class": "course", "d": f"M{path}"})] if len(dots) > 1 else []),
        *([tag("path", {"class": "range", "d": lines})] if lines else []),
        *([tag("path", {"class": "dot", "d": marks})] if marks else []),
        write_names([(f"{v * 100:g}", False) for v in ticks], [y(v) for v in ticks], 29.0, "labels ticks"),
        write_texts([(x(v), 24 + SIDE + 15, f"{v * 100:g}") for v in ticks]),
        tag("text", {"class": "head", "x": 34, "y": 13}, cut(plain(label), 30)),
    ]
    return draw(name, title, about, SIDE + 52, SIDE + 44, parts)


def short(value: float) -> str:
    """A number for an axis: ``0.25``, ``800``, ``12k``, ``1.5M``."""
    for unit, size in (("M", 1e6), ("k", 1e4)):
        if abs(value) >= size:
            return f"{value / (1e6 if unit == 'M' else 1e3):g}{unit}"
    return f"{value:g}".replace("-", "\u2212")


def _shares(counts: Sequence[int]) -> list[float]:
    total = sum(counts)
    return [count / total if total else 0.0 for count in counts]


def _place(value: float, edges: Sequence[float], width: float, whole: bool) -> float | None:
    """Where a value stands among bars of equal width; None outside the edges. Whole: in the middle of its own share."""
    for k, (low, high) in enumerate(pairwise(edges)):
        if low <= value < high or (value == high and k == len(edges) - 2):
            return 8 + width * (k + (value + (0.5 if whole else 0.0) - low) / ((high - low) or 1.0))
    return None
