"""Values -> small inline SVG drawings: class names instead of styles, two decimals, a title and a description.

Each builder takes ``name`` (unique on its page: ids come from it), ``title`` and ``about`` (what a reader who cannot
see the drawing is told), and labels as plain foreign text. The same data stand in a table beside every drawing. Marks
of one kind share one path, so that a drawing of sixty rows costs some seventy elements.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from ocr_eval.report.escape import plain, tag
from ocr_eval.report.plot_parts import (
    CUT,
    Scale,
    coordinate,
    cut,
    draw,
    draw_frame,
    place_ticks,
    write_names,
    write_texts,
)

if TYPE_CHECKING:
    from markupsafe import Markup

ROW = 22  # height of one row
LABEL = 190  # width of the row names
AREA = 340  # width of the data
RANKS = 260  # width of rank sets
GAP = 14
LANE = 9  # distance of tie brackets
LANES = 12


class Bar(NamedTuple):
    """One row of an interval plot: fractions. ``strong``: its rank set is exactly {1}."""

    label: str
    value: float
    lo: float | None = None
    hi: float | None = None
    strong: bool = False


class Span(NamedTuple):
    """One row of a rank-set plot."""

    label: str
    lo: int
    hi: int
    position: int
    strong: bool = False


class Strip(NamedTuple):
    """One row of a strip plot: the values of many, the first of them is drawn apart."""

    label: str
    values: Sequence[float]
    first: float | None = None


def interval_plot(
    bars: Sequence[Bar],
    *,
    name: str,
    title: str,
    about: str,
    ceiling: tuple[float, str] | None = None,
    groups: Sequence[Sequence[int]] = (),
) -> Markup:
    """Dots with intervals, best first; the ceiling as a dashed line; a bracket per group of rows that are tied."""
    values = [v for b in bars for v in (b.value, b.lo, b.hi) if v is not None] + (
        [ceiling[0]] if ceiling else []
    )
    ticks, (lo, hi) = place_ticks(values)
    lanes = _lanes(groups)
    bottom = ROW * len(bars) + 8
    x = Scale(lo, hi, LABEL + GAP, LABEL + GAP + AREA)
    y = [8 + ROW * k + ROW / 2 for k in range(len(bars))]
    ranges = "".join(
        f"M{coordinate(x(b.lo))} {coordinate(y[k])}H{coordinate(x(b.hi))}"
        for k, b in enumerate(bars)
        if b.lo is not None and b.hi is not None
    )
    dots = "".join(f"M{coordinate(x(b.value))} {coordinate(y[k])}h.01" for k, b in enumerate(bars))
    parts = [*draw_frame(ticks, x, bottom, "%"), write_names([(b.label, b.strong) for b in bars], y, LABEL)]
    if ceiling:
        parts += [
            tag("path", {"class": "ceiling", "d": f"M{coordinate(x(ceiling[0]))} 2V{coordinate(bottom)}"}),
            write_texts([(x(ceiling[0]), bottom + 30.0, cut(ceiling[1]))]),
        ]
    parts += [tag("path", {"class": "range", "d": ranges}), tag("path", {"class": "dot", "d": dots})]
    brackets = "".join(
        f"M{coordinate(left)} {coordinate(y[g[0]])}V{coordinate(y[g[-1]])}"
        + "".join(f"M{coordinate(left)} {coordinate(y[k])}h-4" for k in g)
        for lane, g in lanes
        for left in [LABEL + GAP + AREA + 14 + LANE * lane]
    )
    if brackets:
        parts.append(tag("path", {"class": "bracket", "d": brackets}))
    width = LABEL + GAP + AREA + 18 + (LANE * (1 + max(lane for lane, _ in lanes)) if lanes else 0)
    return draw(name, title, about, width, bottom + (38 if ceiling else 22), parts)


def rank_plot(spans: Sequence[Span], *, name: str, title: str, about: str, labels: bool = True) -> Markup:
    """The confidence set of every rank as a bar, the row's own position as a dot.

    Without ``labels`` it stands to the right of an interval plot of the same rows, line by line.
    """
    last = max((s.hi for s in spans), default=1)
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10**9) if last / s <= 11)
    ticks = sorted({1, *range(step, last + 1, step)})
    bottom = ROW * len(spans) + 8
    left = LABEL + GAP if labels else GAP
    x = Scale(0.5, last + 0.5, left, left + RANKS)
    y = [8 + ROW * k + ROW / 2 for k in range(len(spans))]
    half = min(0.35, 3 * last / RANKS)
    sets = "".join(
        f"M{coordinate(x(s.lo - half))} {coordinate(y[k])}H{coordinate(x(s.hi + half))}"
        for k, s in enumerate(spans)
    )
    dots = "".join(f"M{coordinate(x(s.position))} {coordinate(y[k])}h.01" for k, s in enumerate(spans))
    parts = [
        *draw_frame([(float(t), str(t)) for t in ticks], x, bottom, ""),
        *([write_names([(s.label, s.strong) for s in spans], y, LABEL)] if labels else []),
        tag("path", {"class": "set", "d": sets}),
        tag("path", {"class": "dot", "d": dots}),
    ]
    return draw(name, title, about, left + RANKS + GAP, bottom + 22, parts)


def slope_plot(
    left: Sequence[str],
    right: Sequence[str],
    lines: Sequence[tuple[int, int, bool]],
    *,
    name: str,
    title: str,
    about: str,
    heads: tuple[str, str],
) -> Markup:
    """Positions under two protocols joined by lines: (position left, position right, drawn apart), counted from 0."""
    y = [34 + 18 * k for k in range(max(len(left), len(right)))]
    a, b = LABEL + GAP, LABEL + GAP + 150
    drawn = dict.fromkeys(("still", "up", "down"), "")
    for i, j, apart in lines:
        kind = "still" if not apart or i == j else "up" if j < i else "down"
        drawn[kind] += f"M{a} {y[i]}L{b} {y[j]}"
    parts = [tag("path", {"class": kind, "d": path}) for kind, path in drawn.items() if path]
    apart_left = {i for i, j, apart in lines if apart and i != j}
    apart_right = {j for i, j, apart in lines if apart and i != j}
    parts += [
        write_names([(label, k in apart_left) for k, label in enumerate(left)], y, a - 8),
        write_names([(label, k in apart_right) for k, label in enumerate(right)], y, b + 8, "labels right"),
    ]
    for head, place, anchor in ((heads[0], a, "end"), (heads[1], b, "start")):
        parts.append(
            tag(
                "text",
                {"class": "head", "x": place, "y": 14, "text-anchor": anchor},
                cut(plain(head), CUT + 6),
            )
        )
    return draw(name, title, about, 2 * (LABEL + GAP) + 150, (y[-1] if y else 34) + 12, parts)


def strip_plot(strips: Sequence[Strip], *, name: str, title: str, about: str) -> Markup:
    """One line per group with a tick for every value and a dot for the first."""
    ticks, (lo, hi) = place_ticks([v for s in strips for v in s.values])
    bottom = ROW * len(strips) + 8
    x = Scale(lo, hi, LABEL + GAP, LABEL + GAP + AREA)
    y = [8 + ROW * k + ROW / 2 for k in range(len(strips))]
    marks = "".join(  # ticks closer than a pixel are one tick
        f"M{place} {coordinate(y[k] - 5)}v10"
        for k, s in enumerate(strips)
        for place in sorted({round(x(v)) for v in s.values})
    )
    dots = "".join(
        f"M{coordinate(x(s.first))} {coordinate(y[k])}h.01"
        for k, s in enumerate(strips)
        if s.first is not None
    )
    parts = [
        *draw_frame(ticks, x, bottom, "%"),
        write_names([(s.label, False) for s in strips], y, LABEL),
        tag("path", {"class": "tally", "d": marks}),
        tag("path", {"class": "dot", "d": dots}),
    ]
    return draw(name, title, about, LABEL + GAP + AREA + 14, bottom + 22, parts)


def histogram(counts: Sequence[int], edges: Sequence[str], *, name: str, title: str, about: str) -> Markup:
    """Bars with their counts above and class edges below; one more edge than bars."""
    high, width, step = 120, 44, max([*counts, 1])
    bars, texts = "", []
    for k, count in enumerate(counts):
        top = 20 + high * (1 - count / step)
        bars += f"M{20 + width * k} {20 + high}V{coordinate(top)}h{width - 4}V{20 + high}z" if count else ""
        texts.append((18.0 + width * k + width // 2, top - 5, str(count)))
    texts += [(18.0 + width * k, high + 36.0, edge) for k, edge in enumerate(edges)]
    base = tag("path", {"class": "axis", "d": f"M18 {20 + high}h{width * len(counts)}"})
    return draw(
        name,
        title,
        about,
        36 + width * len(counts),
        high + 44,
        [tag("path", {"class": "bars", "d": bars}), base, write_texts(texts)],
    )


def interval_bar(value: float, lo: float | None, hi: float | None, low: float, high: float) -> Markup:
    """A row's interval on a scale it shares with the other rows of its table; the numbers stand beside it."""
    x = Scale(low, high, 4.0, 116.0)
    span = f"M{coordinate(x(lo))} 6H{coordinate(x(hi))}" if lo is not None and hi is not None else ""
    return tag(
        "svg",
        {"class": "bar", "viewBox": "0 0 120 12", "width": 120, "height": 12, "aria-hidden": "true"},
        *([tag("path", {"class": "range", "d": span})] if span else []),
        tag("path", {"class": "dot", "d": f"M{coordinate(x(value))} 6h.01"}),
    )


def _lanes(groups: Sequence[Sequence[int]]) -> list[tuple[int, Sequence[int]]]:
    """Brackets side by side: each group gets the first lane that is free at its top; at most LANES lanes."""
    ends: list[int] = []
    placed: list[tuple[int, Sequence[int]]] = []
    for group in sorted((sorted(g) for g in groups if len(g) > 1), key=lambda g: (g[0], g)):
        lane = next((k for k, end in enumerate(ends) if end < group[0]), len(ends))
        if lane >= LANES:
            continue
        ends[lane : lane + 1] = [group[-1]]
        placed.append((lane, group))
    return placed
