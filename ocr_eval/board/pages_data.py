"""Views -> the pages whose scripts read data shards: compare, samples x submissions, one sample with its overlay."""

from __future__ import annotations

from typing import Any, NamedTuple

from ocr_eval.board.layers import gt_of, layer_rows, number, points, words
from ocr_eval.board.model import BoardView, SampleView, SiteView, TabData, TabView
from ocr_eval.board.pages import page_path, show
from ocr_eval.board.shards import LISTED, data_key, json_shard, sample_folder, sample_items, text_path

PLAIN_ROWS = 300  # samples whose matrix is a table of the page; more are a list that scripts fill
PLAIN_CELLS = 12_000
STORED_ROWS = 30  # boards up to this size have all their comparisons on the page
MARGIN = 8.0  # around the rings where the image's size is unknown


class Cell(NamedTuple):
    """A submission's metric on one sample; ``shade`` 0 … 4 for its background, None without a value."""

    value: float | None
    shade: int | None


def render_compare(site: SiteView, lang: str) -> str:
    """Two submissions of one board; without scripts the comparisons that were stored."""
    choices = [(board, tab, data_key(board, tab)) for board in site.boards for tab in board.tabs]
    stored = [
        (board, tab, {row.key: row for row in tab.rows})
        for board in site.boards
        for tab in board.tabs[:1]
        if tab.pairs and sum(row.state == "ranked" for row in tab.rows) <= STORED_ROWS
    ]
    scripts = ("load.js", "stats.js", "compare.js")
    path = page_path("compare", lang="", languages=("",))
    return show("compare.html", site, lang, path, scripts, choices=choices, stored=stored)


def render_images(site: SiteView, board: BoardView, data: TabData | None, lang: str) -> str:
    """Every sample under every submission; ``data`` of the board's first tab, for the table of small sets."""
    tab = board.tabs[0] if board.tabs else None
    rows = [row for row in tab.rows if row.state in LISTED and row.shard is not None] if tab else []
    small = (
        data is not None and len(data.samples) <= PLAIN_ROWS and len(data.samples) * len(rows) <= PLAIN_CELLS
    )
    table = _matrix(tab, data, [row.key for row in rows]) if small and tab and data else []
    return show(
        "images.html",
        site,
        lang,
        page_path("images", board.id, "", ("",)),
        ("table.js", "load.js", "stats.js", "matrix.js"),
        board=board,
        tab=tab,
        rows=rows,
        table=table,
        choices=[(one, data_key(board, one)) for one in board.tabs],
        folder=sample_folder(board.dataset),
        samples=len(data.samples) if data is not None else tab.samples if tab else 0,
    )


def render_sample(site: SiteView, view: SampleView, lang: str) -> str:
    """One sample: rings, every instance with its reason, the scores of all submissions on it."""
    from ocr_eval.report.i18n import catalogue

    texts = catalogue(lang)
    first = view.layers[0] if view.layers else None
    shown: dict[str, Any] = (
        layer_rows(view, first) if first else {"gt": [], "pred": [], "lines": [], "steps": []}
    )
    if first is None:
        shown["gt"] = [[one.text or "", one.kind, one.status, [], []] for one in view.gt]
    folder = sample_folder(view.dataset)
    return show(
        "sample.html",
        site,
        lang,
        page_path("sample", f"{view.dataset}/{view.page}", "", ("",)),
        ("load.js", "overlay.js"),
        view=view,
        folder=folder,
        box=_box(view),
        first=first,
        shown=shown,
        gt_rings=[points(one.ring) for one in gt_of(view, first)],
        sentence=lambda reasons: words(reasons, texts),
        submissions=list(dict.fromkeys((layer.key, layer.name) for layer in view.layers)),
        protocols=list(dict.fromkeys((layer.tab, layer.protocol) for layer in view.layers)),
        shard=layers_path(view),
        shard_key=_layers_key(view),
        texts=text_path(lang),
        boards={board.id: board for board in site.boards},
    )


def layers_path(view: SampleView) -> str:
    """The shard beside a sample's page."""
    return f"d/i/{sample_folder(view.dataset)}/{view.page}.js"


def layers_shard(view: SampleView, *, zipped: bool = True) -> bytes:
    """All layers of a sample's page."""
    content = {"layers": [layer_rows(view, layer) for layer in view.layers]}
    return json_shard(_layers_key(view), content, zipped=zipped)


def _layers_key(view: SampleView) -> str:
    return f"i.{sample_folder(view.dataset)}.{view.page}"


def _box(view: SampleView) -> str:
    """The drawing's viewBox: the image, or all rings where its size is unknown."""
    if view.width and view.height:
        return f"0 0 {number(view.width)} {number(view.height)}"
    rings = [
        one.ring for one in (*view.gt, *(one for layer in view.layers for one in layer.pred)) if one.ring
    ]
    xs, ys = ([value for ring in rings for value in ring[k::2]] or [0.0, 100.0] for k in (0, 1))
    x, y = min(xs) - MARGIN, min(ys) - MARGIN
    return " ".join(map(number, (x, y, max(xs) + MARGIN - x, max(ys) + MARGIN - y)))


def _matrix(
    tab: TabView, data: TabData, keys: list[str]
) -> list[tuple[int, str, str | None, list[Any], list[Cell]]]:
    """(index, sample, page, [mean, spread, discrimination], a cell per submission)."""
    from ocr_eval.board.exports import alone

    formula = next((metric.formula for metric in tab.metrics if metric.name == tab.headline), None)
    if formula is None:
        return []
    columns = [alone(formula, data, key) for key in keys]
    item = sample_items(tab, data)
    return [
        (
            i,
            sample,
            data.pages[i],
            [item[name][i] for name in ("difficulty", "spread", "discrimination")],
            [Cell(column[i], _shade(column[i])) for column in columns],
        )
        for i, sample in enumerate(data.samples)
    ]


def _shade(value: float | None) -> int | None:
    return None if value is None or value < 0 else int(4 * min(1.0, value) + 0.5)
