"""Views -> the pages of a leaderboard as text: index, board, submission, protocol, dataset, about.

Every function takes the site, the view of its page and a language; ``page_path`` says where the page lives. Nothing is
computed here but what a page shows twice: order, cuts, drawings.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ocr_eval.board.model import (
    BoardView,
    DatasetView,
    ProtocolView,
    RowView,
    SiteView,
    SubmissionView,
    TabView,
    Value,
    page_name,
)
from ocr_eval.report.numbers import percent
from ocr_eval.report.page import folder_of, render

TEMPLATES = Path(__file__).parent / "templates"
INDEX_ROWS = 10
CHANGES = 20  # of the index page
EXPORTS = dict(json="JSON", csv="CSV", tex="LaTeX", md="Markdown", bib="BibTeX", cff="CFF")  # noqa: C408
_PATHS = {
    "index": "index.html",
    "about": "about.html",
    "compare": "c.html",
    "board": "b/{}/index.html",
    "images": "b/{}/images.html",
    "submission": "s/{}.html",
    "protocol": "p/{}.html",
    "dataset": "datasets/{}.html",
    "sample": "i/{}.html",  # key: "<dataset key>/<page>"
}


def page_path(kind: str, key: str = "", lang: str = "en", languages: Sequence[str] = ("en", "ko")) -> str:
    """Path of a page below the site's folder. The first of the site's languages lives at the root.

    Keys are public and made by us; one that is no plain name becomes slug and digest. An older board version is kept
    under the key ``board@v2``.
    """
    names = key.split("/", 1) if kind == "sample" else [key]
    parts = [name if re.fullmatch(r"[a-z0-9][a-z0-9._@-]*", name) else page_name(name) for name in names]
    return folder_of(lang, languages) + _PATHS[kind].format("/".join(parts))


def show(
    template: str, site: SiteView, lang: str, path: str, scripts: Sequence[str] = (), **views: Any
) -> str:
    """A template of this folder with what all pages of a site need; ``path`` without language folder."""
    return render(
        template,
        lang,
        path,
        languages=site.languages,
        folders=(TEMPLATES,),
        scripts=scripts,
        site=site,
        path_of=_path_of,
        bar=_bar,
        mdd=_mdd,
        step=_step,
        value_of=_value_of,
        **views,
    )


def render_index(site: SiteView, lang: str) -> str:
    """All boards with their first rows, the last changes, data sets and protocols."""
    from ocr_eval.board.charts import shared_scale

    boards = [
        (board, board.tabs[0], ranked(board.tabs[0])[:INDEX_ROWS], shared_scale(board.tabs[0], INDEX_ROWS))
        for board in site.boards
        if board.tabs and "@" not in board.id  # an older version is linked from the newer
    ]
    changes = sorted(site.changes, key=lambda event: (event.date, event.seq), reverse=True)[:CHANGES]
    return show(
        "index.html",
        site,
        lang,
        _path_of("index"),
        boards=boards,
        changes=changes,
        datasets={dataset.key: dataset for dataset in site.datasets},
    )


def render_board(site: SiteView, board: BoardView, lang: str) -> str:
    """The table of every protocol, then intervals, ranks, ties, pairs; then protocols compared, slices, health."""
    from ocr_eval.board.board_charts import board_figures
    from ocr_eval.board.cite import bibtex
    from ocr_eval.board.results import TIES, results

    return show(
        "board.html",
        site,
        lang,
        _path_of("board", board.id),
        scripts=("table.js",),
        board=board,
        dataset=next((d for d in site.datasets if d.key == board.dataset), None),
        tabs=[results(board, tab, lang) for tab in board.tabs],
        figures=board_figures(board, lang),
        changes=sorted(board.changes, key=lambda event: event.seq, reverse=True),
        names_of_exports=EXPORTS,
        tie_limit=TIES,
        citation=bibtex(site, board),
    )


def render_submission(site: SiteView, view: SubmissionView, lang: str) -> str:
    """The card, every result with its signature, warnings, best and worst samples, history, badge."""
    return show(
        "submission.html",
        site,
        lang,
        _path_of("submission", view.key),
        view=view,
        boards={board.id: board for board in site.boards},
        changes=sorted(view.changes, key=lambda event: event.seq, reverse=True),
    )


def render_protocol(site: SiteView, view: ProtocolView, lang: str) -> str:
    """The protocol's SPEC, parameters, columns and formulas."""
    from ocr_eval.board.definitions import blocks, formula

    return show(
        "protocol.html",
        site,
        lang,
        _path_of("protocol", view.slug),
        view=view,
        spec=[(heading, blocks(text)) for heading, text in view.spec],
        formulas=[(metric, formula(metric)) for metric in view.metrics],
        boards=[(board, tab) for board in site.boards for tab in board.tabs if tab.protocol == view.protocol],
    )


def render_dataset(site: SiteView, view: DatasetView, lang: str) -> str:
    """The data set's card, digest, and the boards on it."""
    boards = [board for board in site.boards if board.dataset == view.key]
    return show("dataset.html", site, lang, _path_of("dataset", view.key), view=view, boards=boards)


def render_about(site: SiteView, lang: str) -> str:
    """Statistics in plain words, glossary, browsers, versions."""
    return show("about.html", site, lang, _path_of("about"))


def ranked(tab: TabView) -> list[RowView]:
    """The ranked rows in their order."""
    return [row for row in tab.rows if row.state == "ranked"]


def _bar(value: Value, scale: tuple[float, float]) -> Any:
    """The small drawing of an interval in a table of the index page."""
    from ocr_eval.report.plots import interval_bar

    return interval_bar(value.value or 0.0, value.lo, value.hi, *scale)


def _value_of(row: RowView | None, metric: str) -> float | None:
    value = None if row is None else row.values.get(metric)
    return None if value is None else value.value


def _mdd(tab: TabView) -> str:
    """Points with one decimal, or with the first that says something."""
    value = tab.mdd or 0.0
    return percent(value, 1 if value >= 0.001 else 2 if value >= 0.0001 else 4)


def _step(tab: TabView) -> str:
    """The rounding step in points: 0.1."""
    return f"{(tab.step or 0.0) * 100:.4f}".rstrip("0").rstrip(".")


def _path_of(kind: str, key: str = "") -> str:
    return page_path(kind, key, "", ("",))
