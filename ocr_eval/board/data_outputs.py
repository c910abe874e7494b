"""A building -> every file of the site that is no page: scripts, exports, shards, badges, figures, feed, pictures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from ocr_eval.board.build import Building
from ocr_eval.board.keys import key_of
from ocr_eval.board.model import BoardView, Output, TabView
from ocr_eval.board.scope import BoardOutline

EXPORTS = ("json", "csv", "tex", "md", "bib", "cff")


def outputs(building: Building) -> Iterator[Output]:
    """What needs no page."""
    yield from _static()
    for board in building.outline.boards:
        yield from _data(building, board)
        yield from _shards(building, board)
        yield from _badges(building, board)
        yield from _figures(building, board)
    yield from _images(building)


def _static() -> Iterator[Output]:
    """Styles and scripts without comments and indentation."""
    from ocr_eval.report.page import STATIC
    from ocr_eval.report.slim import slim

    for file in sorted(STATIC.iterdir()):
        if file.suffix in (".css", ".js"):
            data = slim(file.name, file.read_text(encoding="utf-8")).encode("utf-8")
            yield Output(f"static/{file.name}", key_of("static", data), lambda data=data: data)  # type: ignore[misc]


def _data(building: Building, board: BoardOutline) -> Iterator[Output]:
    """Exports of the board's own protocol under the board's name, of further protocols with theirs."""
    for number, tab in enumerate(board.tabs):
        stem = f"data/{board.id}" + (f"@{tab.slug}" if number else "")
        for kind in EXPORTS if number == 0 else ("json", "csv"):
            digest = building.board_key(board.id) if number == 0 else building.tab_key(board.id, tab.slug)
            path = f"{stem}.{kind}"
            yield Output(path, key_of(path, digest), partial(_export, building, board.id, tab.slug, kind))
        if tab.data:
            path = f"{stem}-samples.csv"
            digest = building.tab_key(board.id, tab.slug)
            yield Output(
                path, key_of(path, digest), partial(_export, building, board.id, tab.slug, "samples")
            )


def _export(building: Building, board_id: str, slug: str, kind: str) -> bytes:
    from ocr_eval.board import cite, exports

    board, tab = _board(building, board_id), _tab(building, board_id, slug)
    if kind == "samples":
        data = building.tab_data(board_id, slug)
        assert data is not None
        text = exports.to_samples_csv(tab, data)
    elif kind in ("bib", "cff"):
        text = (cite.bibtex if kind == "bib" else cite.cff)(building.site, board)
    elif kind in ("tex", "md"):
        text = (exports.to_latex if kind == "tex" else exports.to_markdown)(board)
    else:
        text = exports.to_json(board, tab) if kind == "json" else exports.to_csv(tab)
    return text.encode("utf-8")


def _shards(building: Building, board: BoardOutline) -> Iterator[Output]:
    """Metadata of every table; the shared columns and one file per row where per-sample data are published."""
    for tab in board.tabs:
        digest = building.tab_key(board.id, tab.slug)
        key = building.tabs[board.id][tab.slug].data_key
        folder = f"d/{key}"
        yield Output(
            f"{folder}/meta.js", key_of("meta", digest), partial(_meta, building, board.id, tab.slug)
        )
        if not tab.data:
            continue
        truth = _truth(building, board.id, tab.slug)
        yield Output(f"{folder}/g.js", key_of("g", digest), partial(_shared, building, board.id, tab.slug))
        for number, row in enumerate(tab.rows):
            own = building.row_key(board.id, tab.slug, row)
            yield Output(
                f"{folder}/s{number:03d}.js",
                key_of("row", number, own, truth),
                partial(_row, building, board.id, tab.slug, row),
            )


def _truth(building: Building, board: str, slug: str) -> str:
    """Totals of the columns that describe the ground truth. While all submissions agree in them they stand in ``g.js``;
    one that does not moves them into every row's shard, so that every row depends on this.
    """
    found = set()
    for entry in building.tabs[board][slug].scored:
        assert entry.result is not None
        counts = entry.result.record["counts"]
        found.add(tuple((name, counts[name]) for name in sorted(counts) if name.endswith("_gt")))
    return repr(sorted(found))


def _meta(building: Building, board: str, slug: str) -> bytes:
    from ocr_eval.board.shards import meta_shard

    tab = _tab(building, board, slug)
    data = building.tab_data(board, slug)
    return meta_shard(_board(building, board), tab, data, zipped=building.options.shards == "gzip")


def _shared(building: Building, board: str, slug: str) -> bytes:
    from ocr_eval.board.shards import shared_shard

    data = building.tab_data(board, slug)
    assert data is not None
    return shared_shard(data, zipped=building.options.shards == "gzip")


def _row(building: Building, board: str, slug: str, key: str) -> bytes:
    from ocr_eval.board.shards import row_shard

    data = building.tab_data(board, slug)
    assert data is not None
    row = next(row for row in _tab(building, board, slug).rows if row.key == key)
    return row_shard(data, row, zipped=building.options.shards == "gzip")


def _badges(building: Building, board: BoardOutline) -> Iterator[Output]:
    """For every row of the board's own protocol."""
    if not board.tabs:
        return
    slug = board.tabs[0].slug
    digest = building.tab_key(board.id, slug)
    for entry in building.tabs[board.id][slug].entries:
        for kind in ("svg", "json"):
            path = f"badge/{board.id}-{entry.key}.{kind}"
            yield Output(
                path, key_of(path, digest), partial(_badge, building, board.id, slug, entry.key, kind)
            )


def _badge(building: Building, board_id: str, slug: str, key: str, kind: str) -> bytes:
    from ocr_eval.board import feeds

    board, tab = _board(building, board_id), _tab(building, board_id, slug)
    row = next(row for row in tab.rows if row.key == key)
    return (feeds.badge_svg if kind == "svg" else feeds.badge_json)(board, tab, row).encode("utf-8")


def _figures(building: Building, board: BoardOutline) -> Iterator[Output]:
    if not building.options.paper_figures:
        return
    import matplotlib

    from ocr_eval.board import figures

    for tab in board.tabs:
        digest = key_of("figure", matplotlib.__version__, building.board_key(board.id), tab.slug)
        yield from figures.outputs(digest, partial(_both, building, board.id, tab.slug), board.id, tab.slug)


def _both(building: Building, board: str, slug: str) -> tuple[BoardView, TabView]:
    return _board(building, board), _tab(building, board, slug)


def machines(building: Building, pages: Sequence[str]) -> Iterator[Output]:
    """Feed, headers, and sitemap of the pages."""
    from ocr_eval.board import feeds
    from ocr_eval.report.page import POLICY

    url, options = building.config.url, building.options
    yield Output(
        "feed.atom", key_of("feed", building.site_key), lambda: feeds.feed(building.site, url).encode("utf-8")
    )
    if options.audience == "public":
        # For hosts that read it. Where it lies, nothing that is not public may be built (writer.HOSTED).
        policy = feeds.headers(POLICY).encode()
        yield Output("_headers", key_of("headers", policy), lambda: policy)
    if url:
        yield Output(
            "sitemap.xml",
            key_of("sitemap", url, options.date, *pages),
            lambda: feeds.sitemap(pages, url, options.date).encode("utf-8"),
        )


def _images(building: Building) -> Iterator[Output]:
    """Pictures of samples that have a page, where the user wants copies and the data set's card allows them."""
    from ocr_eval.board.keys import file_digest
    from ocr_eval.board.sample_views import image_of

    if building.options.images != "copy":
        return
    for name, samples in building.outline.samples.items():
        card = building.datasets[name]
        for sample in samples:
            path = image_of(building.store, card, sample, building.pages(name)[sample], "copy")
            file = building.store.image(name, sample)
            if path is not None and file is not None:
                yield Output(path, key_of("image", file_digest(file)), file.read_bytes)


def _board(building: Building, board: str) -> BoardView:
    return building.board(board)


def _tab(building: Building, board: str, slug: str) -> TabView:
    return building.tabs[board][slug].view
