"""One sample's gt, predictions and verdicts -> an SVG drawing: rings, matches linked, reasons as tooltips."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ocr_eval.report.escape import visible, xml

if TYPE_CHECKING:
    from ocr_eval.tables.instances import Instances
    from ocr_eval.tables.matches import Matches

# status -> (stroke, dash, what the legend says); a dash pattern tells apart what colour may not.
GT_STYLE = {
    "match": ("#1b7837", "", "gt, matched"),
    "wrong text": ("#b35806", "", "gt, found but read wrongly"),
    "miss": ("#b2182b", "", "gt, missed"),
    "don't care": ("#878787", "2 2", "gt, don't care"),
    "other": ("#5e3c99", "", "gt, other"),
}
PRED_STYLE = {
    "match": ("#2166ac", "6 3", "prediction, matched"),
    "wrong text": ("#e08214", "6 3", "prediction, read wrongly"),
    "false positive": ("#d6604d", "6 3", "prediction, false positive"),
    "ignored": ("#999999", "1 3", "prediction, ignored (don't care)"),
    "invalid": ("#40004b", "1 2", "prediction, invalid ring"),
    "other": ("#9970ab", "6 3", "prediction, other"),
}
MARGIN = 8.0
LEGEND_ROW = 16


def draw(gt: Instances, pred: Instances, matches: Matches) -> str:
    """An SVG document of one sample; ``gt`` and ``pred`` are the joined tables. Foreign text is escaped."""
    sample = gt.sample_ids.index(matches.sample)
    points = [xy for side in (gt, pred) for i in side.span(sample) for xy in side.points(i).tolist()]
    x0, y0 = (min((p[k] for p in points), default=0.0) - MARGIN for k in (0, 1))
    x1, y1 = (max((p[k] for p in points), default=100.0) + MARGIN for k in (0, 1))
    used = [
        style
        for side, styles in (("gt", GT_STYLE), ("pred", PRED_STYLE))
        for style in dict.fromkeys(styles.get(v.status, styles["other"]) for v in matches.of(side))
    ]
    unit = max(x1 - x0, y1 - y0) / 800 or 1.0
    legend = (len(used) + 1) * LEGEND_ROW * unit
    width, height = x1 - x0, y1 - y0 + legend
    lines = [
        '<svg xmlns="http://www.w3.org/2000/svg" '
        f'viewBox="{_n(x0)} {_n(y0)} {_n(width)} {_n(height)}" '
        f'width="{_n(width / unit)}" height="{_n(height / unit)}" '
        f'font-family="sans-serif" font-size="{_n(12 * unit)}">',
        f"<title>{xml(visible(matches.sample))}</title>",
        f'<rect x="{_n(x0)}" y="{_n(y0)}" width="{_n(width)}" height="{_n(height)}" fill="#fff"/>',
    ]
    lines += _links(gt, pred, matches, sample, unit)
    lines += _rings(gt, matches, "gt", sample, unit)
    lines += _rings(pred, matches, "pred", sample, unit)
    lines += _legend(used, x0 + MARGIN * unit, y1 + LEGEND_ROW * unit, unit)
    return "\n".join([*lines, "</svg>"]) + "\n"


def _rings(table: Instances, matches: Matches, side: str, sample: int, unit: float) -> Iterable[str]:
    styles = GT_STYLE if side == "gt" else PRED_STYLE
    for verdict in matches.of(side):
        i = table.span(sample).start + verdict.index
        stroke, dash, _ = styles.get(verdict.status, styles["other"])
        ring = " ".join(f"{_n(x)},{_n(y)}" for x, y in table.points(i).tolist())
        text = f" {table.texts[i]!r}" if table.texts else ""
        tip = f"{side} {verdict.index}{text}: {verdict.status}. {verdict.reason}"
        dashes = f' stroke-dasharray="{" ".join(_n(float(d) * unit) for d in dash.split())}"' if dash else ""
        yield (
            f'<polygon points="{ring}" fill="{stroke}" fill-opacity="0.06" stroke="{stroke}" '
            f'stroke-width="{_n(1.5 * unit)}"{dashes}><title>{xml(visible(tip))}</title></polygon>'
        )
        if table.texts and table.texts[i]:
            x, y = table.points(i).tolist()[0]
            shift = -3 * unit if side == "gt" else 10 * unit
            label = table.texts[i] if len(table.texts[i]) <= 40 else table.texts[i][:40] + "…"
            yield (
                f'<text x="{_n(x)}" y="{_n(y + shift)}" fill="{stroke}" stroke="#fff" stroke-width="{_n(3 * unit)}" '
                f'paint-order="stroke">{xml(visible(label))}</text>'
            )


def _links(gt: Instances, pred: Instances, matches: Matches, sample: int, unit: float) -> Iterable[str]:
    for verdict in matches.of("gt"):
        for partner in verdict.partners:
            a = gt.points(gt.span(sample).start + verdict.index).mean(0).tolist()
            b = pred.points(pred.span(sample).start + partner).mean(0).tolist()
            yield (
                f'<line x1="{_n(a[0])}" y1="{_n(a[1])}" x2="{_n(b[0])}" y2="{_n(b[1])}" '
                f'stroke="#4d4d4d" stroke-width="{_n(unit)}"/>'
            )


def _legend(used: list[tuple[str, str, str]], x: float, y: float, unit: float) -> Iterable[str]:
    for k, (stroke, dash, words) in enumerate(used):
        row = y + k * LEGEND_ROW * unit
        dashes = f' stroke-dasharray="{" ".join(_n(float(d) * unit) for d in dash.split())}"' if dash else ""
        yield (
            f'<line x1="{_n(x)}" y1="{_n(row)}" x2="{_n(x + 28 * unit)}" y2="{_n(row)}" stroke="{stroke}" '
            f'stroke-width="{_n(2 * unit)}"{dashes}/>'
        )
        yield f'<text x="{_n(x + 34 * unit)}" y="{_n(row + 4 * unit)}" fill="#222">{xml(words)}</text>'


def _n(value: float) -> str:
    """A short decimal: at most two places, no trailing zeros."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
