"""A board -> the drawings that belong to no single protocol: protocols compared, slices, difficulty of the samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ocr_eval.board.charts import Figure, scored
from ocr_eval.board.model import BoardView, CorrelationView, HealthView, RowView, SliceView, TabView
from ocr_eval.report import plots
from ocr_eval.report.i18n import text
from ocr_eval.report.numbers import bounds, integer, percent, ratio
from ocr_eval.report.plot_parts import CUT, cut

SLOPES = 40  # rows of a drawing of two protocols
SLICES = 40  # lines of the drawing of slices
SLICE_SYSTEMS = 6  # systems in the table below it
APART = 6  # movers drawn apart


@dataclass(frozen=True, slots=True)
class BoardFigures:
    """Drawings of a board that belong to no single protocol."""

    correlations: tuple[tuple[CorrelationView, Figure | None], ...]
    slices: Figure | None
    difficulty: Figure | None


def board_figures(board: BoardView, lang: str) -> BoardFigures:
    """Protocols compared, slices and difficulty."""
    return BoardFigures(
        tuple((view, slope_figure(board, view, k, lang)) for k, view in enumerate(board.correlations)),
        slice_figure(board.tabs[0], board.slices, lang) if board.slices and board.tabs else None,
        difficulty_figure(board.health, lang) if board.health else None,
    )


def slope_figure(board: BoardView, view: CorrelationView, number: int, lang: str) -> Figure | None:
    """Positions under both protocols; who moves most is drawn apart."""
    tabs = {tab.protocol: tab for tab in board.tabs}
    if view.a not in tabs or view.b not in tabs:
        return None
    left, right = ([row for row, _ in scored(tabs[text_])] for text_ in (view.a, view.b))
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


def slice_figure(tab: TabView, views: Sequence[SliceView], lang: str) -> Figure:
    """One line per tag, a tick per submission, a dot for the one that leads the board."""
    rows = [row for row, _ in scored(tab)]
    strips = []
    for view in views[:SLICES]:
        found = {key: value.value for key, value in view.values.items() if value.value is not None}
        first = found.get(rows[0].key) if rows else None
        strips.append(plots.Strip(_slice_name(view), [found[key] for key in sorted(found)], first))
    caption = text(lang, "figure.slices", metric=tab.headline)
    drawing = plots.strip_plot(
        strips,
        name="slices",
        title=caption,
        about=text(lang, "figure.slices.about", tags=len(strips)),
    )
    note = text(lang, "figure.slices.note", name=rows[0].name[:60]) if rows else ""
    if len(views) > SLICES:
        note += " " + text(lang, "figure.cut", shown=SLICES, total=integer(len(views)))
    return Figure(
        (drawing,),
        caption,
        (
            text(lang, "column.slice"),
            text(lang, "column.samples"),
            *(row.name for row in rows[:SLICE_SYSTEMS]),
        ),
        tuple(
            (
                f"{view.column}: {view.tag}",
                integer(view.samples),
                *(_cell(view, row, tab.decimals) for row in rows[:SLICE_SYSTEMS]),
            )
            for view in views
        ),
        note,
    )


def _slice_name(view: SliceView) -> str:
    """``script: ko (120)``, short enough for the drawing."""
    count = f" ({view.samples})"
    return cut(f"{view.column}: {view.tag}", CUT - len(count)) + count


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


def _cell(view: SliceView, row: RowView, decimals: int) -> str:
    value = view.values.get(row.key)
    if value is None:
        return "–"
    interval = bounds(value.lo, value.hi, decimals)
    return percent(value.value, decimals) + (f" {interval}" if interval else "")
