"""Values -> inline SVG curves, pairs of histograms and rings laid over each other; the rules are those of ``plots``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from ocr_eval.report.escape import plain, tag
from ocr_eval.report.plot_parts import Scale, coordinate, cut, draw, write_names, write_texts

if TYPE_CHECKING:
    from markupsafe import Markup

Ring = Sequence[Sequence[float]]
LEFT, TOP, WIDTH, HEIGHT = 40.0, 10.0, 460.0, 210.0
STROKES = 6  # kinds of strokes a drawing tells apart; classes k0 … k5


class Curve(NamedTuple):
    """One line. ``points`` are (x, y); ``band`` holds (x, lo, hi) where there are intervals."""

    label: str
    points: Sequence[tuple[float, float]]
    band: Sequence[tuple[float, float, float]] = ()
    stairs: bool = False


def curve_plot(
    curves: Sequence[Curve],
    *,
    name: str,
    title: str,
    about: str,
    x_ticks: Sequence[tuple[float, str]],
    y_ticks: Sequence[tuple[float, str]],
    x_label: str,
    legend: bool = True,
    mark: tuple[float, float, float] | None = None,
) -> Markup:
    """Lines over a grid, at most ``STROKES`` kinds of them; ``mark`` is a vertical distance (x, y from, y to)."""
    x = Scale(x_ticks[0][0], x_ticks[-1][0], LEFT, LEFT + WIDTH)
    y = Scale(y_ticks[0][0], y_ticks[-1][0], TOP + HEIGHT, TOP)
    bottom = TOP + HEIGHT
    parts = _grid(x, y, x_ticks, y_ticks, x_label)
    for k, curve in enumerate(curves):
        if len(curve.band) > 1:
            there = "L".join(f"{coordinate(x(at))} {coordinate(y(hi))}" for at, _, hi in curve.band)
            back = "L".join(f"{coordinate(x(at))} {coordinate(y(lo))}" for at, lo, _ in reversed(curve.band))
            parts.append(tag("path", {"class": f"band k{k % STROKES}", "d": f"M{there}L{back}z"}))
    for k, curve in enumerate(curves):
        if curve.points:
            path = _stairs(curve.points, x, y) if curve.stairs else _line(curve.points, x, y)
            parts.append(tag("path", {"class": f"line k{k % STROKES}", "d": path}))
    if mark is not None:
        at, low, high = mark
        d = f"M{coordinate(x(at))} {coordinate(y(low))}V{coordinate(y(high))}"
        parts.append(tag("path", {"class": "gap", "d": d}))
    extra = 0.0
    if legend:
        parts += _legend([curve.label for curve in curves[:STROKES]], bottom + 52, "line")
        extra = 18.0 * min(len(curves), STROKES)
    return draw(name, title, about, LEFT + WIDTH + 16, bottom + 40 + extra + (8 if legend else 0), parts)


def twin_histogram(
    first: Sequence[float],
    second: Sequence[float],
    *,
    labels: tuple[str, str],
    name: str,
    title: str,
    about: str,
    x_label: str,
) -> Markup:
    """Shares of two distributions over equal parts of 0 … 1, side by side in each part; square root scale."""
    size = max(len(first), 1)
    peak = max([*first, *second, 1e-9])
    y_ticks = [
        (share**0.5, f"{100 * share:g}")
        for share in (0, 0.01, 0.05, 0.1, 0.25, 0.5, 1)
        if share <= peak * 1.3
    ]
    x = Scale(0.0, 1.0, LEFT, LEFT + WIDTH)
    y = Scale(0.0, max(peak**0.5, y_ticks[-1][0]), TOP + HEIGHT, TOP)
    y_ticks[-1] = (y_ticks[-1][0], y_ticks[-1][1] + " %")
    parts = _grid(x, y, [(k / 5, f"{k / 5:g}") for k in range(6)], y_ticks, x_label)
    half = WIDTH / size / 2 - 1
    for k, shares in enumerate((first, second)):
        bars = "".join(
            f"M{coordinate(x(n / size) + 1 + k * half)} {coordinate(y(0))}V{coordinate(y(share**0.5))}"
            f"h{coordinate(half)}V{coordinate(y(0))}z"
            for n, share in enumerate(shares)
            if share > 0
        )
        if bars:
            parts.append(tag("path", {"class": f"bin k{k}", "d": bars}))
    parts += _legend(labels, TOP + HEIGHT + 52, "bin")
    return draw(name, title, about, LEFT + WIDTH + 16, TOP + HEIGHT + 48 + 36, parts)


def ring_plot(
    first: Sequence[Ring],
    second: Sequence[Ring],
    *,
    name: str,
    title: str,
    about: str,
    width: float = 220.0,
    height: float = 110.0,
) -> Markup:
    """Rings of two annotators in one frame, scaled to fit: the first solid, the second dashed."""
    margin = 6.0
    points = [point for ring in (*first, *second) for point in ring]
    xs, ys = ([float(point[k]) for point in points] or [0.0, 1.0] for k in (0, 1))
    wide, high = max(xs) - min(xs), max(ys) - min(ys)
    scale = min((width - 2 * margin) / (wide or 1e-9), (height - 2 * margin) / (high or 1e-9), 1e3)
    height = max(24.0, high * scale + 2 * margin)
    left, top = (width - wide * scale) / 2, (height - high * scale) / 2

    def place(point: Sequence[float]) -> str:
        across, down = (float(point[0]) - min(xs)) * scale, (float(point[1]) - min(ys)) * scale
        return f"{coordinate(left + across)} {coordinate(top + down)}"

    def path(rings: Sequence[Ring]) -> str:
        return "".join("M" + "L".join(map(place, ring)) + "z" for ring in rings if len(ring))

    sides = (("ring a", path(first)), ("ring b", path(second)))
    parts = [tag("path", {"class": kind, "d": d}) for kind, d in sides if d]
    return draw(name, title, about, width, height, parts)


def _grid(
    x: Scale,
    y: Scale,
    x_ticks: Sequence[tuple[float, str]],
    y_ticks: Sequence[tuple[float, str]],
    x_label: str,
) -> list[Markup]:
    lines = "".join(f"M{coordinate(LEFT)} {coordinate(y(v))}h{coordinate(WIDTH)}" for v, _ in y_ticks)
    bottom = TOP + HEIGHT
    texts = [(x(v), bottom + 15.0, written) for v, written in x_ticks]
    return [
        tag("path", {"class": "grid", "d": lines}),
        write_names(
            [(written, False) for _, written in y_ticks], [y(v) for v, _ in y_ticks], LEFT - 6, "labels small"
        ),
        write_texts([*texts, (LEFT + WIDTH / 2, bottom + 31.0, x_label)]),
    ]


def _line(points: Sequence[tuple[float, float]], x: Scale, y: Scale) -> str:
    return "M" + "L".join(f"{coordinate(x(a))} {coordinate(y(b))}" for a, b in points)


def _stairs(points: Sequence[tuple[float, float]], x: Scale, y: Scale) -> str:
    """Stays level up to the next x, then rises."""
    first, *rest = points
    steps = "".join(f"H{coordinate(x(a))}V{coordinate(y(b))}" for a, b in rest)
    return f"M{coordinate(x(first[0]))} {coordinate(y(first[1]))}{steps}"


def _legend(labels: Sequence[str], top: float, kind: str) -> list[Markup]:
    keys = []
    for k, label in enumerate(labels):
        at = top + 18 * k
        d = f"M{LEFT:g} {at:g}h26" if kind == "line" else f"M{LEFT:g} {at - 5:g}h26v10h-26z"
        keys.append(tag("path", {"class": f"{kind} k{k}", "d": d}))
        keys.append(tag("text", {"x": LEFT + 34, "y": at + 4}, cut(plain(label), 60)))
    return keys
