"""Parts of agreement.json -> drawings with their data as a table: curves, distances, offsets, drift, rings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ocr_eval.report.curves import STROKES, Curve, curve_plot, ring_plot, twin_histogram
from ocr_eval.report.i18n import text
from ocr_eval.report.numbers import bounds, percent, ratio

if TYPE_CHECKING:
    from markupsafe import Markup

    from ocr_eval.agreement.image_views import PairView

MARGIN = 12.0
TENTHS = tuple((k / 5, f"{20 * k}" + (" %" if k == 5 else "")) for k in range(6))


class Drawing(NamedTuple):
    """What the macro ``figure`` prints: drawings, and the same data as a table."""

    caption: str
    drawings: tuple[Markup, ...]
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


class Overlay(NamedTuple):
    """A pair's rings on one image: viewBox, size of numbers, and per unit its points and where its number stands."""

    box: str
    size: str
    units: tuple[tuple[str, str, str, str], ...]  # path of a, path of b, x, y


def name_of(pair: Mapping[str, Any]) -> str:
    """A pair as the reader knows it."""
    return f"{pair['a']} – {pair['b']}"


def f1_curve(pairs: Sequence[Mapping[str, Any]], lang: str) -> Drawing | None:
    """F1 by IoU threshold, a line per pair with its intervals; at most six pairs are drawn, all are in the table."""
    known = [pair for pair in pairs if any(point["value"] is not None for point in pair["sweep"]["f1"])]
    if not known:
        return None
    curves = [
        Curve(
            name_of(pair),
            [(p["iou"], p["value"]) for p in pair["sweep"]["f1"] if p["value"] is not None],
            [(p["iou"], *p["interval"]) for p in pair["sweep"]["f1"] if p["interval"]]
            if len(known) <= 3
            else (),
        )
        for pair in known[:STROKES]
    ]
    caption = text(lang, "agree.curve")
    drawing = curve_plot(
        curves,
        name="curve",
        title=caption,
        about=text(lang, "agree.curve.about"),
        x_ticks=[(k / 20, f"{k / 20:.2f}") for k in range(10, 20)],
        y_ticks=TENTHS,
        x_label=text(lang, "agree.curve.x"),
        legend=len(known) > 1,
    )
    headers = (text(lang, "agree.threshold"), *map(name_of, known))
    rows = [
        (f"{point['iou']:.2f}", *(_with_interval(pair["sweep"]["f1"][k]) for pair in known))
        for k, point in enumerate(known[0]["sweep"]["f1"])
    ]
    means = (text(lang, "agree.curve.mean"), *(percent(pair["sweep"]["mean"]["value"]) for pair in known))
    note = text(lang, "agree.curve.some", count=STROKES) if len(known) > STROKES else ""
    return Drawing(caption, (drawing,), headers, (*rows, means), note)


def distances(pair: Mapping[str, Any], lang: str, k: int) -> Drawing | None:
    """Observed against expected distances of texts: shares in twenty parts, and both distributions with KS."""
    found = pair["text"]
    if found is None or not sum(found["observed_histogram"]) or not sum(found["expected_histogram"]):
        return None
    shares = [
        [count / sum(counts) for count in counts]
        for counts in (found["observed_histogram"], found["expected_histogram"])
    ]
    labels = (text(lang, "agree.observed"), text(lang, "agree.expected"))
    size = len(shares[0])
    caption = text(lang, "agree.distances", pair=name_of(pair))
    about, x_label = text(lang, "agree.distances.about"), text(lang, "agree.distances.x")
    bars = twin_histogram(
        shares[0],
        shares[1],
        labels=labels,
        name=f"distances-{k}",
        title=caption,
        about=about,
        x_label=x_label,
    )
    sums = [[sum(side[: n + 1]) for n in range(size)] for side in shares]
    curves = [
        Curve(label, [(0.0, 0.0), *(((n + 1) / size, min(1.0, value)) for n, value in enumerate(total))])
        for label, total in zip(labels, sums, strict=True)
    ]
    ends = None
    if found["ks_at"] is not None:  # the two curves lead each other nowhere: nothing to mark
        n = min(int(found["ks_at"] * size), size - 1)
        ends = ((n + 1) / size, sums[1][n], sums[0][n])
    lines = curve_plot(
        curves,
        name=f"cumulated-{k}",
        title=text(lang, "agree.cumulated", pair=name_of(pair)),
        about=about,
        x_ticks=[(n / 5, f"{n / 5:g}") for n in range(6)],
        y_ticks=TENTHS,
        x_label=x_label,
        mark=ends,
    )
    rows = [
        (f"{n / size:.2f}–{(n + 1) / size:.2f}", *(percent(side[n]) for side in shares)) for n in range(size)
    ]
    return Drawing(caption, (bars, lines), (text(lang, "agree.distances.x"), *labels), tuple(rows))


def offsets(annotators: Sequence[Mapping[str, Any]], lang: str) -> Drawing | None:
    """Mean edge offsets of every annotator against all others, as an interval plot around 0."""
    from ocr_eval.report.plots import Bar, interval_plot

    bars = []
    for row in annotators[:8]:
        for edge in ("left", "right", "top", "bottom"):
            figure = row["bias"][edge]
            if figure["value"] is not None:
                lo, hi = figure["interval"] or (None, None)
                label = f"{row['annotator']} · {text(lang, f'agree.edge.{edge}')}"
                bars.append(Bar(label, figure["value"], lo, hi))
    if not bars:
        return None
    caption = text(lang, "agree.offsets")
    about = text(lang, "agree.offsets.about")
    drawing = interval_plot(
        bars, name="offsets", title=caption, about=about, ceiling=(0.0, text(lang, "agree.offsets.zero"))
    )
    return Drawing(caption, (drawing,), (), (), about)


def drifts(annotators: Sequence[Mapping[str, Any]], lang: str) -> Drawing | None:
    """Rolling mean of the disagreement in the order of work; only with a work log."""
    worked = [row for row in annotators if len(row.get("drift", {}).get("rolling", ())) > 1]
    if not worked:
        return None
    curves = [
        Curve(row["annotator"], [(float(n), value) for n, value in enumerate(row["drift"]["rolling"], 1)])
        for row in worked[:STROKES]
    ]
    last = max(len(row["drift"]["rolling"]) for row in worked)
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000, 10**9) if last / s <= 10)
    caption = text(lang, "agree.drift")
    drawing = curve_plot(
        curves,
        name="drift",
        title=caption,
        about=text(lang, "agree.drift.about"),
        x_ticks=[(float(n), str(n)) for n in sorted({1, *range(step, last, step), last})],
        y_ticks=TENTHS,
        x_label=text(lang, "agree.drift.x"),
    )
    headers = (text(lang, "agree.annotator"), text(lang, "agree.images"), "Spearman", "CUSUM")
    rows = [
        (row["annotator"], str(own["images"]), ratio(own["spearman"]), ratio(own["cusum"]))
        for row in worked
        for own in (row["drift"],)
    ]
    return Drawing(caption, (drawing,), headers, tuple(rows))


def rings(example: Mapping[str, Any], name: str, title: str, *, lang: str) -> Markup:
    """Rings of an example: a solid, b dashed."""
    about = text(lang, "agree.rings.about", a=example["a"], b=example["b"])
    return ring_plot(example["rings_a"], example["rings_b"], name=name, title=title, about=about)


def overlay(pair: PairView) -> Overlay:
    """Where everything stands in the drawing of an image; the frame is that of all rings."""
    points = [p for unit in pair.units for ring in (*unit.rings_a, *unit.rings_b) for p in ring]
    xs, ys = ([p[k] for p in points] or [0.0, 100.0] for k in (0, 1))
    x, y = min(xs) - MARGIN, min(ys) - MARGIN
    width, height = max(xs) + MARGIN - x, max(ys) + MARGIN - y
    size = max(width / 100, height / 66)  # some 12 px, wherever the drawing is as wide or as high as a window
    units = []
    for unit in pair.units:
        first = min((p for ring in (*unit.rings_a, *unit.rings_b) for p in ring), key=lambda p: (p[1], p[0]))
        places = (number(first[0]), number(max(first[1] - size / 4, y + size)))
        units.append((_path(unit.rings_a), _path(unit.rings_b), *places))
    box = " ".join(map(number, (x, y, width, height)))
    return Overlay(box, number(size), tuple(units))


def number(value: float) -> str:
    """A coordinate: at most two decimals."""
    written = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if written in ("-0", "") else written


def _path(listed: Sequence[Sequence[Sequence[float]]]) -> str:
    return "".join("M" + "L".join(f"{number(x)} {number(y)}" for x, y in ring) + "z" for ring in listed)


def _with_interval(figure: Mapping[str, Any]) -> str:
    ends = bounds(*figure["interval"]) if figure["interval"] else ""
    return f"{percent(figure['value'])} {ends}".strip()
