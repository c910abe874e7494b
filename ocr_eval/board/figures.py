"""A table of a board -> interval plot and rank plot for papers, as SVG and PDF; the same bytes on every run.

Only for ``board build --paper-figures``: pages draw their own plots. Positions do not depend on the fonts of a machine;
a PDF embeds DejaVu Sans, which matplotlib ships, and shows a box for letters that it does not have (the SVG does not).
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from ocr_eval.board.model import BoardView, Output, RowView, TabView
from ocr_eval.report.escape import plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_ROWS = 300  # a taller figure fits no page
NAME = 40  # characters of a name
COLOUR, CEILING = "#0072B2", "#D55E00"
SETTINGS: dict[str, Any] = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 8,
    "svg.hashsalt": "ocr_eval",
    "svg.fonttype": "none",
    "pdf.fonttype": 42,  # what journals ask for
    "pdf.compression": 0,  # deflate's bytes differ between zlib builds
    "axes.unicode_minus": True,
    "text.usetex": False,
    "text.parse_math": False,  # a name with two dollar signs is a name
    "path.simplify": False,
}
KINDS = ("intervals", "ranks")
FORMATS = ("svg", "pdf")


def names(board_id: str, tab_slug: str) -> Iterator[tuple[str, str, str]]:
    """Path, kind and format of every figure of one table."""
    for kind in KINDS:
        for form in FORMATS:
            yield f"figures/{board_id}-{tab_slug}-{kind}.{form}", kind, form


def outputs(
    key: str, board: Callable[[], tuple[BoardView, TabView]], board_id: str, tab_slug: str
) -> list[Output]:
    """The figures of one table; the view is asked for only when one of them is drawn."""
    return [
        Output(path, key, partial(_render, board, kind, form))
        for path, kind, form in names(board_id, tab_slug)
    ]


def _render(board: Callable[[], tuple[BoardView, TabView]], kind: str, form: str) -> bytes:
    view, tab = board()
    return draw(view, tab, kind, form)


def draw(board: BoardView, tab: TabView, kind: str, form: str) -> bytes:
    """One figure. ``kind``: intervals or ranks; ``form``: svg or pdf."""
    import warnings

    import matplotlib
    from matplotlib.backends.backend_pdf import FigureCanvasPdf
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    rows = [row for row in tab.rows if row.state == "ranked"][:MOST_ROWS]
    height = 0.2 * max(len(rows), 3) + 0.9
    buffer = io.BytesIO()
    settings: Any = {**dict(matplotlib.rcParamsDefault), **SETTINGS}
    # Letters that DejaVu Sans does not have are boxes, said above; a build is not the place to warn about them.
    with warnings.catch_warnings(), matplotlib.rc_context(settings):
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        warnings.filterwarnings("ignore", message="Matplotlib currently does not support")
        figure = Figure(figsize=(6.0, height))
        axes = figure.add_axes((0.36, 0.5 / height, 0.6, 1 - 0.9 / height))
        (_intervals if kind == "intervals" else _ranks)(axes, tab, rows)
        _frame(axes, board, tab, rows)
        canvas = FigureCanvasSVG(figure) if form == "svg" else FigureCanvasPdf(figure)
        nothing = dict.fromkeys(
            ("Date", "Creator") if form == "svg" else ("CreationDate", "Creator", "Producer")
        )
        canvas.print_figure(buffer, format=form, dpi=72, metadata=nothing)
    return buffer.getvalue()


def _intervals(axes: Axes, tab: TabView, rows: list[RowView]) -> None:
    for place, row in enumerate(rows):
        value = row.values.get(tab.headline)
        if value is None or value.value is None:
            continue
        if value.lo is not None and value.hi is not None:
            axes.plot([100 * value.lo, 100 * value.hi], [place, place], color=COLOUR, linewidth=1.2)
        axes.plot([100 * value.value], [place], "o", color=COLOUR, markersize=3.5)
    for row in tab.rows:
        level = row.values.get(tab.headline)
        if row.state == "ceiling" and level is not None and level.value is not None:
            axes.axvline(100 * level.value, color=CEILING, linewidth=1, linestyle="--")
    axes.set_xlabel(f"{tab.headline} (%), 95 % intervals")


def _ranks(axes: Axes, tab: TabView, rows: list[RowView]) -> None:
    for place, row in enumerate(rows):
        if row.rank is not None:
            axes.plot(
                [row.rank[0], row.rank[1]], [place, place], color=COLOUR, linewidth=3, solid_capstyle="butt"
            )
            axes.plot([row.rank[0], row.rank[1]], [place, place], "|", color=COLOUR, markersize=6)
    axes.set_xlim(0.5, max(len(rows), 1) + 0.5)
    axes.set_xlabel(f"rank by {tab.headline}, simultaneous 95 % confidence sets")


def _frame(axes: Axes, board: BoardView, tab: TabView, rows: list[RowView]) -> None:
    """Names on the left, best on top, title with what was measured on how many samples."""
    axes.set_ylim(max(len(rows), 1) - 0.4, -0.6)
    axes.set_yticks(range(len(rows)), [_short(row.name) for row in rows])
    axes.set_title(f"{_short(board.title)}, {tab.protocol}, {tab.samples} samples", fontsize=8)
    axes.grid(axis="x", color="#cccccc", linewidth=0.5)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _short(text: str) -> str:
    text = plain(text)
    return text if len(text) <= NAME else text[: NAME - 1] + "…"
