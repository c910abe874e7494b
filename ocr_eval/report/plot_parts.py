"""What all drawings share: scales with round numbers, row names, frames, and the svg element itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from math import ceil, floor, log10
from typing import TYPE_CHECKING, NamedTuple

from ocr_eval.report.escape import plain, tag

if TYPE_CHECKING:
    from markupsafe import Markup

CUT = 29  # widths of a row name; a CJK character is two wide
# Hangul, CJK, kana, full forms, emoji: drawn about twice as wide as Latin letters.
_WIDE = re.compile(
    "[\u1100-\u115f\u2e80-\ua4cf\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\U0001f300-\U0001faff\U00020000-\U0003fffd]"
)


def cut(text: str, width: int = CUT) -> str:
    """As much of a text as fits, with an ellipsis where it was cut."""
    widths = [2 if _WIDE.match(character) else 1 for character in text[: width + 1]]
    if len(text) <= width and sum(widths) <= width:
        return text
    kept = next(k for k in range(len(widths), -1, -1) if sum(widths[:k]) < width)
    return text[:kept] + "…"


class Scale(NamedTuple):
    """A value -> its place."""

    low: float
    high: float
    left: float
    right: float

    def __call__(self, value: float) -> float:
        spread = (self.high - self.low) or 1.0
        return self.left + (self.right - self.left) * (value - self.low) / spread


def place_ticks(values: Sequence[float]) -> tuple[list[tuple[float, str]], tuple[float, float]]:
    """Round numbers (with what is written at them, in percent) over all values, and the ends of the scale."""
    low, high = min(values, default=0.0), max(values, default=1.0)
    spread = max(high - low, 1e-4)
    power = Decimal(1).scaleb(floor(log10(spread / 5)))
    step = next(power * k for k in (1, 2, 5, 10) if spread / float(power * k) <= 6)
    first, last = floor(Decimal(low) / step), ceil(Decimal(high) / step)
    places = [step * k for k in range(first, max(last, first + 1) + 1)]
    ticks = [(float(place), f"{(place * 100).normalize():f}") for place in places]
    return ticks, (ticks[0][0], ticks[-1][0])


def draw_frame(ticks: Sequence[tuple[float, str]], x: Scale, bottom: float, unit: str) -> list[Markup]:
    lines = "".join(f"M{coordinate(x(place))} 4V{coordinate(bottom)}" for place, _ in ticks)
    texts = [
        (x(place), bottom + 14.0, written + (unit if k == len(ticks) - 1 else ""))
        for k, (place, written) in enumerate(ticks)
    ]
    return [tag("path", {"class": "grid", "d": lines}), write_texts(texts)]


def write_texts(texts: Sequence[tuple[float, float, str]]) -> Markup:
    """Small texts centred at (x, y)."""
    return tag(
        "g",
        {"class": "ticks"},
        *(tag("text", {"x": coordinate(x), "y": coordinate(y)}, plain(t)) for x, y, t in texts),
    )


def write_names(
    rows: Sequence[tuple[str, bool]], y: Sequence[float], x: float, kind: str = "labels"
) -> Markup:
    """Row names with their baselines; the drawing's style sheet aligns them."""
    return tag(
        "g",
        {"class": kind},
        *(
            tag(
                "text",
                {"class": "strong" if strong else None, "x": coordinate(x), "y": coordinate(y[k] + 4)},
                cut(plain(label)),
            )
            for k, (label, strong) in enumerate(rows)
        ),
    )


def draw(name: str, title: str, about: str, width: float, height: float, parts: Sequence[Markup]) -> Markup:
    return tag(
        "svg",
        {
            "class": "plot",
            "role": "img",
            "aria-labelledby": f"{name}-title {name}-about",
            "viewBox": f"0 0 {coordinate(width)} {coordinate(height)}",
            "width": coordinate(width),
            "height": coordinate(height),
        },
        tag("title", {"id": f"{name}-title"}, title),
        tag("desc", {"id": f"{name}-about"}, about),
        *parts,
    )


def coordinate(value: float) -> str:
    """A coordinate: an integer, or two decimals."""
    text = f"{value:.2f}"
    return text[:-3].replace("-0", "0") if text.endswith(".00") else text
