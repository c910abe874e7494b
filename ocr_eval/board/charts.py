"""One protocol's rows -> a drawing with caption, note and its data as a table; what is cut is said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ocr_eval.board.model import RowView, TabView, Value
from ocr_eval.report import plots
from ocr_eval.report.i18n import text
from ocr_eval.report.numbers import bounds, integer, percent, rank

if TYPE_CHECKING:
    from markupsafe import Markup

ROWS = 60  # of a drawing
TABLE_ROWS = 30  # more than these are not repeated below the drawing: they stand in the results table


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing (or two over the same rows) and its data: headers, then rows whose first cell is a foreign name."""

    drawings: tuple[Markup, ...]
    caption: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


def shared_scale(tab: TabView, rows: int) -> tuple[float, float]:
    """Ends of the scale that small bars of the first rows share."""
    ends = [
        end
        for row in [row for row in tab.rows if row.state == "ranked"][:rows]
        for value in [row.values.get(tab.headline)]
        if value is not None
        for end in (value.value, value.lo, value.hi)
        if end is not None
    ]
    return (min(ends, default=0.0), max(ends, default=1.0))


def scores_figure(tab: TabView, lang: str) -> Figure | None:
    """Scores with intervals, ceiling and tie brackets, and beside them the rank sets of the same rows."""
    drawn = [(row, value) for row, value in scored(tab)][:ROWS]
    total = sum(row.state == "ranked" for row in tab.rows)
    if not drawn:
        return None
    place = {row.key: k for k, (row, _) in enumerate(drawn)}
    groups = [[place[key] for key in group if key in place] for group in tab.tie_groups]
    better = next((m.higher_is_better for m in tab.metrics if m.name == tab.headline), True)
    ceilings = [
        value.value
        for row in tab.rows
        if row.state == "ceiling"
        for value in [row.values.get(tab.headline)]
        if value is not None and value.value is not None
    ]
    ceiling = (max(ceilings) if better else min(ceilings)) if ceilings else None
    caption = text(lang, "figure.scores", metric=tab.headline)
    scores = plots.interval_plot(
        [
            plots.Bar(row.name, value.value or 0.0, value.lo, value.hi, row.rank == (1, 1))
            for row, value in drawn
        ],
        name=f"scores-{tab.slug}",
        title=caption,
        about=text(lang, "figure.scores.about", rows=len(drawn)),
        ceiling=None if ceiling is None else (ceiling, text(lang, "state.ceiling")),
        groups=groups,
    )
    spans = [
        plots.Span(row.name, row.rank[0], row.rank[1], k + 1, row.rank == (1, 1))
        for k, (row, _) in enumerate(drawn)
        if row.rank
    ]
    ranks = plots.rank_plot(
        spans,
        name=f"ranks-{tab.slug}",
        title=text(lang, "figure.ranks"),
        about=text(lang, "figure.ranks.about", rows=len(spans)),
        labels=False,
    )
    notes = [text(lang, "figure.scores.note")]
    if any(len(group) > 1 for group in groups):
        notes.append(text(lang, "figure.brackets"))
    if ceiling is not None:
        notes.append(text(lang, "figure.ceiling", value=percent(ceiling, tab.decimals)))
    if total > len(drawn):
        notes.append(text(lang, "figure.cut", shown=len(drawn), total=integer(total)))
    return Figure(
        (scores, ranks) if spans else (scores,),
        caption,
        (
            text(lang, "column.method"),
            tab.headline,
            text(lang, "column.interval"),
            text(lang, "column.rank"),
        ),
        ()
        if total > TABLE_ROWS
        else tuple(
            (
                row.name,
                percent(value.value, tab.decimals),
                bounds(value.lo, value.hi, tab.decimals),
                rank(row.rank),
            )
            for row, value in drawn
        ),
        " ".join(notes),
    )


def scored(tab: TabView) -> list[tuple[RowView, Value]]:
    """Ranked rows that have a headline value, in order."""
    return [
        (row, value)
        for row in tab.rows
        if row.state == "ranked"
        for value in [row.values.get(tab.headline)]
        if value is not None and value.value is not None
    ]
