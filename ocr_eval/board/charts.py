"""Views -> drawings with captions, notes and the same data as a table; long lists are cut, and the note says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ocr_eval.board.model import BoardView, CorrelationView, HealthView, RowView, SliceView, TabView, Value
from ocr_eval.report import plots
from ocr_eval.report.i18n import text
from ocr_eval.report.numbers import bounds, integer, percent, rank, ratio

if TYPE_CHECKING:
    from markupsafe import Markup

ROWS = 60  # of a drawing
TABLE_ROWS = 30  # more than these are not repeated below the drawing: they stand in the results table
SLOPES = 40  # rows of a drawing of two protocols
SLICE_ROWS = 12  # systems in the table under a drawing of slices
APART = 6  # movers drawn apart


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing (or two over the same rows) and its data: headers, then rows whose first cell is a foreign name."""

    drawings: tuple[Markup, ...]
    caption: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class BoardFigures:
    """Drawings of a board that belong to no single protocol."""

    correlations: tuple[tuple[CorrelationView, Figure | None], ...]
    slices: tuple[Figure, ...]
    difficulty: Figure | None


def board_figures(board: BoardView, lang: str) -> BoardFigures:
    """Protocols compared, slices and difficulty."""
    columns = dict.fromkeys(view.column for view in board.slices)
    return BoardFigures(
        tuple((view, slope_figure(board, view, k, lang)) for k, view in enumerate(board.correlations)),
        tuple(
            slice_figure(board.tabs[0], [v for v in board.slices if v.column == column], k, lang)
            for k, column in enumerate(columns)
        ),
        difficulty_figure(board.health, lang) if board.health else None,
    )


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
    drawn = [(row, value) for row, value in _scored(tab)][:ROWS]
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


def slope_figure(board: BoardView, view: CorrelationView, number: int, lang: str) -> Figure | None:
    """Positions under both protocols; who moves most is drawn apart."""
    tabs = {tab.protocol: tab for tab in board.tabs}
    if view.a not in tabs or view.b not in tabs:
        return None
    left, right = ([row for row, _ in _scored(tabs[text_])] for text_ in (view.a, view.b))
    common = {row.key for row in left} & {row.key for row in right}
    rows_a, rows_b = ([row for row in side if row.key in common][:SLOPES] for side in (left, right))
    at_b = {row.key: k for k, row in enumerate(rows_b)}
    movers = {key for key, a, b in view.movers[:APART] if a != b}
    lines = [(k, at_b[row.key], row.key in movers) for k, row in enumerate(rows_a) if row.key in at_b]
    caption = text(lang, "figure.slope", a=view.a, b=view.b)
    drawing = plots.slope_plot(
        [row.name for row in rows_a],
        [row.name for row in rows_b],
        lines,
        name=f"moves-{number + 1}",
        title=caption,
        about=text(lang, "figure.slope.about", rows=len(rows_a)),
        heads=(view.a, view.b),
    )
    names = {row.key: row.name for row in (*left, *right)}
    note = text(lang, "figure.slope.note")
    if len(common) > len(rows_a):
        note += " " + text(lang, "figure.cut", shown=len(rows_a), total=integer(len(common)))
    return Figure(
        (drawing,),
        caption,
        (text(lang, "column.method"), view.a, view.b, text(lang, "column.move")),
        tuple(
            (names.get(key, key), str(a), str(b), ratio(a - b, 0) if a != b else "0")
            for key, a, b in view.movers
        ),
        note,
    )


def slice_figure(tab: TabView, views: Sequence[SliceView], number: int, lang: str) -> Figure:
    """One line per tag, a tick per system, a dot for the system that leads the board."""
    rows = [row for row, _ in _scored(tab)]
    strips = []
    for view in views:
        found = {key: value.value for key, value in view.values.items() if value.value is not None}
        first = found.get(rows[0].key) if rows else None
        label = text(lang, "figure.slice.label", tag=view.tag, samples=integer(view.samples))
        strips.append(plots.Strip(label, [found[key] for key in sorted(found)], first))
    caption = text(lang, "figure.slices", column=views[0].column, metric=tab.headline)
    shown = rows[:SLICE_ROWS]
    return Figure(
        (
            plots.strip_plot(
                strips,
                name=f"slice-{number + 1}",
                title=caption,
                about=text(lang, "figure.slices.about", tags=len(views)),
            ),
        ),
        caption,
        (text(lang, "column.method"), *(view.tag for view in views)),
        tuple((row.name, *(_cell(view, row, tab.decimals) for view in views)) for row in shown),
        text(lang, "figure.slices.note", name=rows[0].name[:60]) if rows else "",
    )


def difficulty_figure(health: HealthView, lang: str) -> Figure | None:
    """How many samples are easy, how many are hard."""
    if not any(health.histogram):
        return None
    edges = [percent(k / len(health.histogram), 0) for k in range(len(health.histogram) + 1)]
    caption = text(lang, "figure.difficulty")
    drawing = plots.histogram(
        health.histogram,
        edges,
        name="difficulty",
        title=caption,
        about=text(lang, "figure.difficulty.about", systems=health.systems),
    )
    return Figure(
        (drawing,),
        caption,
        (text(lang, "column.class"), text(lang, "column.samples")),
        tuple((f"{edges[k]}–{edges[k + 1]} %", integer(count)) for k, count in enumerate(health.histogram)),
        text(lang, "figure.difficulty.note"),
    )


def _scored(tab: TabView) -> list[tuple[RowView, Value]]:
    """Ranked rows that have a headline value, in order."""
    return [
        (row, value)
        for row in tab.rows
        if row.state == "ranked"
        for value in [row.values.get(tab.headline)]
        if value is not None and value.value is not None
    ]


def _cell(view: SliceView, row: RowView, decimals: int) -> str:
    value = view.values.get(row.key)
    if value is None:
        return "–"
    interval = bounds(value.lo, value.hi, decimals)
    return percent(value.value, decimals) + (f" {interval}" if interval else "")
