"""One protocol on a board (TabView) -> what its section shows: columns, rows, pairwise matrix, ties, drawing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ocr_eval.board.charts import Figure, scores_figure
from ocr_eval.board.model import BoardView, MetricView, PairView, RowView, TabView
from ocr_eval.report.escape import brief, together
from ocr_eval.report.numbers import rank

if TYPE_CHECKING:
    from markupsafe import Markup

LEVEL = 0.05
# Rows of the pairwise matrix; the page must stay light. With more than MATRIX_ROWS ranked, MATRIX_ROWS_LONG.
MATRIX_ROWS = 30
MATRIX_ROWS_FIRST = 20  # of the board's own protocol where there are several
MATRIX_ROWS_MORE = 10  # of the others
MATRIX_ROWS_LONG = 12
TIES = 12  # groups in words; the rest stands in a fold
LISTED = 8  # names of a group in words


@dataclass(frozen=True, slots=True)
class Cell:
    """A pair in the matrix: the row's system minus the column's."""

    a: str
    b: str
    p: float  # by Holm where all pairs were tested together
    separated: bool


@dataclass(frozen=True, slots=True)
class Tie:
    """A group in which no pair is told apart: places on the board, names (HTML), and how many are not named."""

    place: str
    names: Markup
    more: int


@dataclass(frozen=True, slots=True)
class Results:
    """A tab as its section shows it."""

    tab: TabView
    ranked: tuple[RowView, ...]
    below: tuple[RowView, ...]  # ceiling, baselines, withdrawn, not re-scored, undefined: never ranked
    metrics: tuple[MetricView, ...]  # the headline first, then what at least one row has
    companions: tuple[str, ...]
    beside: tuple[tuple[TabView, Mapping[str, RowView]], ...]  # other protocols of the board, rows by key
    counts: tuple[str, ...]  # what reveals gaming; empty where it is not public
    matrix: tuple[tuple[RowView, tuple[Cell | None, ...]], ...]  # lower triangle: row k has k cells
    matrix_limit: int | None  # rows shown, None: all
    ties: tuple[Tie, ...]
    best: Markup | None  # names of those that could be best, when more than one could
    notices: tuple[str, ...]  # why some values have no interval
    separated: int  # pairs told apart
    scores: Figure | None

    @property
    def columns(self) -> int:
        """Columns of the table, for cells that span it."""
        own = 4 + len(self.metrics) + len(self.companions) + len(self.counts)
        return own + 2 * len(self.beside)


def results(board: BoardView, tab: TabView, lang: str) -> Results:
    """Everything of one section that is not written in the view as it stands."""
    ranked = tuple(row for row in tab.rows if row.state == "ranked")
    order = {"ceiling": 0, "baseline": 1, "undefined": 2, "not-rescored": 3, "withdrawn": 4}
    below = tuple(sorted((r for r in tab.rows if r.state != "ranked"), key=lambda r: order.get(r.state, 9)))
    have = {name for row in tab.rows for name in row.values}
    shown = sorted(
        (m for m in tab.metrics if m.name in have or m.name == tab.headline),
        key=lambda m: m.name != tab.headline,
    )
    limit = _matrix_limit(board, tab, len(ranked))
    return Results(
        tab=tab,
        ranked=ranked,
        below=below,
        metrics=tuple(shown),
        companions=tuple(tab.companions),
        beside=tuple(
            (other, {row.key: row for row in other.rows}) for other in board.tabs if other.slug != tab.slug
        ),
        counts=tuple(dict.fromkeys(name for row in tab.rows for name in row.counts)),
        matrix=_matrix(tab, ranked[:limit]),
        matrix_limit=limit if limit < len(ranked) else None,
        ties=_ties(tab, ranked),
        best=_names([row for row in ranked if row.could_be_best]) if ranked else None,
        notices=tuple(sorted({v.notice for row in tab.rows for v in row.values.values() if v.notice})),
        separated=sum(_p(pair) < LEVEL for pair in tab.pairs),
        scores=scores_figure(tab, lang),
    )


def _ties(tab: TabView, ranked: tuple[RowView, ...]) -> tuple[Tie, ...]:
    place = {row.key: k for k, row in enumerate(ranked)}
    groups = [sorted(place[key] for key in group if key in place) for group in tab.tie_groups]
    return tuple(
        Tie(
            _ranges([k + 1 for k in group]),
            _names([ranked[k] for k in group[:LISTED]]),
            max(0, len(group) - LISTED),
        )
        for group in groups
        if len(group) > 1
    )


def _names(rows: Sequence[RowView]) -> Markup:
    return together([brief(row.name, 40) for row in rows], "; ")


def _ranges(numbers: Sequence[int]) -> str:
    """``[2, 3, 4, 7]`` -> ``2–4, 7``."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(rank((a, b)) for a, b in runs)


def _matrix_limit(board: BoardView, tab: TabView, rows: int) -> int:
    """How many rows the matrix shows."""
    if rows > MATRIX_ROWS:
        own = MATRIX_ROWS_LONG
    else:
        own = MATRIX_ROWS if len(board.tabs) == 1 else MATRIX_ROWS_FIRST
    return min(rows, own if tab.slug == board.tabs[0].slug else MATRIX_ROWS_MORE)


def _matrix(tab: TabView, rows: tuple[RowView, ...]) -> tuple[tuple[RowView, tuple[Cell | None, ...]], ...]:
    if not tab.pairs or len(rows) < 2:
        return ()
    found = {(pair.a, pair.b): pair for pair in tab.pairs}

    def cell(row: RowView, column: RowView) -> Cell | None:
        pair = found.get((column.key, row.key)) or found.get((row.key, column.key))
        return None if pair is None else Cell(column.key, row.key, _p(pair), _p(pair) < LEVEL)

    return tuple((row, tuple(cell(row, column) for column in rows[:k])) for k, row in enumerate(rows))


def _p(pair: PairView) -> float:
    return pair.p if pair.p_holm is None else pair.p_holm
