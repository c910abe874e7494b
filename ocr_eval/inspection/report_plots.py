"""Distributions, character spectrum and shifts of ``inspect.json`` -> drawings with a sentence and a table each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from markupsafe import Markup

WHOLE = ("instances", "vertices", "characters", "words")  # units that are counted


def bar(count: float, most: float) -> Markup:
    """A bar as long as its share of the longest; the number stands beside it."""
    from ocr_eval.report.escape import tag
    from ocr_eval.report.plot_parts import coordinate

    width = coordinate(120 * count / most if most else 0.0)
    box = {
        "class": "tally-bar",
        "viewBox": "0 0 120 10",
        "preserveAspectRatio": "none",
        "aria-hidden": "true",
    }
    return tag("svg", box, tag("path", {"d": f"M0 1h{width}v8h-{width}z"}))


class Scaled(NamedTuple):
    """How values of a unit are written: shares in percent, whole numbers by themselves."""

    factor: float
    unit: str
    whole: bool

    def edges(self, edges: Sequence[float]) -> list[float]:
        return [float(f"{edge * self.factor:.6g}") for edge in edges]

    def __call__(self, value: float | None) -> str:
        return number(None if value is None else float(f"{value * self.factor:.6g}"))

    def classes(self, edges: Sequence[float]) -> list[str]:
        """What each class holds, in words: ``4``, ``10–11``, ``1.2 – < 1.5``; the last one holds its upper edge too."""
        found = []
        for k, (low, high) in enumerate(pairwise(edges)):
            last = k == len(edges) - 2
            if not self.whole:
                found.append(f"{self(low)} – {'' if last else '< '}{self(high)}")
            elif high == low + 1 and not last:
                found.append(self(low))
            else:
                found.append(f"{self(low)}–{self(high if last else high - 1)}")
        return found


def scaled(unit: str, lang: str) -> Scaled:
    """The scale of a unit of ``inspect.json``."""
    from ocr_eval.report.i18n import named

    told = "" if unit in ("ratio", "") else named(lang, "inspect.unit", unit)
    return Scaled(100.0 if unit == "share" else 1.0, told.strip(), unit in WHOLE)


def plot(row: Mapping[str, Any], lang: str) -> dict[str, Any]:
    """One distribution as a figure: drawing, sentence, table."""
    from ocr_eval.report.i18n import named, text
    from ocr_eval.report.numbers import integer
    from ocr_eval.report.small_plots import small_histogram

    scale, edges = scaled(row["unit"], lang), row["edges"]
    middle = {each["p"]: each["value"] for each in row["quantiles"]}
    title = named(lang, "inspect.quantity", row["name"])
    about = text(
        lang,
        "inspect.plot",
        n=integer(row["n"]),
        of=named(lang, "inspect.of", row["of"]),
        median=scale(middle[0.5]),
        low=scale(middle[0.05]),
        high=f"{scale(middle[0.95])} {scale.unit}".strip(),
    )
    ends = {"low": scale(row["lowest"]), "high": scale(row["highest"]), "mean": scale(row["mean"])}
    drawing = small_histogram(
        row["counts"],
        scale.edges(edges),
        name=f"plot-{row['name']}",
        title=title,
        about=about,
        median=middle[0.5] * scale.factor,
        whole=scale.whole,
    )
    return {
        "caption": title,
        "drawings": [drawing],
        "note": f"{about} {text(lang, 'inspect.ends', **ends)}",
        "headers": [scale.unit or title, text(lang, "inspect.column.count")],
        "rows": [[own, integer(n)] for own, n in zip(scale.classes(edges), row["counts"], strict=True)],
    }


def tail(characters: Mapping[str, Any] | None, lang: str) -> dict[str, Any] | None:
    """How many characters occur once, twice, …: the long tail of the character set."""
    from ocr_eval.report.i18n import text
    from ocr_eval.report.numbers import integer
    from ocr_eval.report.small_plots import bars_plot

    if not characters or not characters["distinct"]:
        return None
    rows = list(characters["spectrum"])
    while rows and not rows[-1]["characters"]:
        rows.pop()
    labels = [_times(row["from"], row["to"]) for row in rows]
    title = text(lang, "inspect.tail")
    about = text(
        lang,
        "inspect.tail.about",
        distinct=integer(characters["distinct"]),
        singletons=integer(characters["singletons"]),
    )
    return {
        "caption": title,
        "drawings": [
            bars_plot([row["characters"] for row in rows], labels, name="tail", title=title, about=about)
        ],
        "note": text(lang, "inspect.tail.note"),
        "headers": [text(lang, f"inspect.column.{k}") for k in ("times", "characters", "occurrences")],
        "rows": [
            [label, integer(row["characters"]), integer(row["occurrences"])]
            for label, row in zip(labels, rows, strict=True)
        ],
    }


def _times(low: int, high: int | None) -> str:
    from ocr_eval.report.small_plots import short

    return f"≥ {short(low)}" if high is None else str(low) if low == high else f"{short(low)}–{short(high)}"


def shift(row: Mapping[str, Any], units: Mapping[str, str], lang: str) -> dict[str, Any]:
    """One quantity in two data sets as a figure. ``units``: of each quantity."""
    from ocr_eval.report.i18n import named, text
    from ocr_eval.report.numbers import integer, ratio
    from ocr_eval.report.small_plots import small_histogram

    title = named(lang, "inspect.quantity", row["name"])
    scale, edges = scaled(units.get(row["name"], ""), lang), row["edges"]
    values = {"psi": ratio(row["psi"], 3), "ks": ratio(row["ks"], 3)}
    about = text(lang, "inspect.shift", first=integer(row["n"][0]), second=integer(row["n"][1]), **values)
    drawings = []
    first, second = row["counts"]
    if edges:
        drawings.append(
            small_histogram(
                first,
                scale.edges(edges),
                name=f"shift-{row['name']}",
                title=title,
                about=about,
                other=second,
                whole=scale.whole,
            )
        )
    return {
        "caption": title,
        "drawings": drawings,
        "note": about,
        "headers": [title, text(lang, "inspect.first"), text(lang, "inspect.second")],
        "rows": [
            [own, integer(one), integer(two)]
            for own, one, two in zip(scale.classes(edges), first, second, strict=True)
        ],
    }


def number(value: float | None) -> str:
    """A measured value: at most four significant digits, no exponent below ten million."""
    from ocr_eval.report.numbers import ABSENT, MINUS, integer

    if value is None:
        return ABSENT
    if abs(value) >= 10_000 or value == int(value):
        return integer(round(value))
    return f"{value:.4g}".replace("-", MINUS)
