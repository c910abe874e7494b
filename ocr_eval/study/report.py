"""Answers of a study (``study.json``) -> report.html in every language: the questions as headings, pictures first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from markupsafe import Markup

TEMPLATES = Path(__file__).parent / "templates"
PAIRS = 20  # pairs of protocols in the open part of the list
Figure = Mapping[str, Any]


def report_files(body: Mapping[str, Any]) -> dict[str, str]:
    """Path -> content of the report's files."""
    from ocr_eval.report.document import document

    return document("study.html", TEMPLATES, partial(_views, body))


def _views(body: Mapping[str, Any], lang: str) -> dict[str, Any]:
    ranks = sorted(
        body["ranks"], key=lambda row: (row["tau_b"] is None, row["tau_b"] or 0.0, row["a"], row["b"])
    )
    return {
        "body": body,
        "plots": {name: plot for name in ("order", "split", "merge") if (plot := _shares(body, name, lang))},
        "slope": _slope(body, ranks, lang),
        "ranks": (ranks[:PAIRS], ranks[PAIRS:]),
        "correlations": _correlations(body["ratings"]),
        "bar": _bar,
    }


def _shares(body: Mapping[str, Any], what: str, lang: str) -> Markup | None:
    """A share of every prediction with its interval, largest first."""
    from ocr_eval.report.i18n import text
    from ocr_eval.report.plots import Bar, interval_plot

    rows, key = {
        "order": (body["order"], "permuted_share"),
        "split": (body["structure"], "split_rate"),
        "merge": (body["structure"], "merge_rate"),
    }[what]
    known = [row for row in rows if row[key]["value"] is not None]
    if not known:
        return None
    known.sort(key=lambda row: (-row[key]["value"], row["prediction"]))
    bars = [
        Bar(row["prediction"], row[key]["value"], *(row[key]["interval"] or (None, None))) for row in known
    ]
    title = text(lang, f"study.plot.{what}")
    return interval_plot(bars, name=f"study-{what}", title=title, about=text(lang, "study.plot.about"))


def _slope(body: Mapping[str, Any], ranks: Sequence[Mapping[str, Any]], lang: str) -> Markup | None:
    """The two protocols that agree least, with every prediction's place under both."""
    from ocr_eval.report.i18n import text
    from ocr_eval.report.plots import slope_plot

    if not ranks or ranks[0]["tau_b"] is None or ranks[0]["tau_b"] == 1:
        return None
    scores = {
        row["protocol"]: {cell["prediction"]: cell["value"] for cell in row["values"]}
        for row in body["protocols"]
    }
    one, other = ranks[0]["a"], ranks[0]["b"]
    sides = [
        sorted(body["predictions"], key=lambda name: (-scores[protocol][name], name))
        for protocol in (one, other)
    ]
    lines = [
        (sides[0].index(name), sides[1].index(name), sides[0].index(name) != sides[1].index(name))
        for name in body["predictions"]
    ]
    title = text(lang, "study.plot.ranks")
    about = text(lang, "study.plot.ranks.about")
    return slope_plot(
        sides[0], sides[1], lines, name="study-ranks", title=title, about=about, heads=(one, other)
    )


def _correlations(found: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Strongest Pearson first, undefined last."""
    if found is None:
        return []

    def strength(row: Mapping[str, Any]) -> tuple[bool, float, str, str]:
        value = row["pearson"]["value"]
        return (value is None, -abs(value or 0.0), row["protocol"], row["metric"])

    return sorted(found["correlations"], key=strength)


def _bar(figure: Figure) -> Markup | str:
    """A coefficient between -1 and 1 on a common scale."""
    from ocr_eval.report.plots import interval_bar

    if figure["value"] is None:
        return ""
    lo, hi = figure["interval"] or (None, None)
    return interval_bar(figure["value"], lo, hi, -1.0, 1.0)
