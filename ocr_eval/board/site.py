"""A store and options -> the site on disk: every file with its key, the writer that brings them up to date, the scan.

Enumerating reads cards and records only; a view, and with it statistics, is computed when the first file that needs it
is rendered. ``jobs`` is accepted and changes nothing: rendering is a small part of a build, and bytes must not depend
on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from ocr_eval.board.build import Building
from ocr_eval.board.keys import code_digest, key_of
from ocr_eval.board.model import BoardView, Output, TabView
from ocr_eval.board.options import Options
from ocr_eval.board.pages import page_path
from ocr_eval.board.scope import BoardOutline
from ocr_eval.board.site_check import check_site, leak_problem
from ocr_eval.board.store import Store
from ocr_eval.board.writer import BuildReport, Progress, write
from ocr_eval.errors import InputError, Problem, quote, usage_error

__all__ = ["BuildReport", "build", "check_site", "outputs"]

EXPORTS = ("json", "csv", "tex", "md", "bib", "cff")


def build(store: Store, out: Path, options: Options, progress: Progress | None = None) -> BuildReport:
    """Brings the site in ``out`` up to date for one audience.

    Raises InputError: E_LEAK (exit 1) when hidden text is found on a page, then nothing is replaced; E_USAGE for a
    folder that is not ours or looks published; E_CONFIG, E_SIGNATURE, E_DATASET, E_DRIFT for faults of the store.
    """
    from ocr_eval.board.canaries import scanner
    from ocr_eval.board.keys import package_version

    building = Building(store, options)
    options = building.options
    planned = list(outputs(building))
    _check_twins(planned)
    scan = scanner(store, options)
    problems: list[Problem] = []

    def gate(path: str, data: bytes) -> None:
        problems.extend(leak_problem(leak.origin, leak.how, path) for leak in scan.scan(path, data))

    def verdict() -> None:
        if problems:
            raise InputError(problems[:100], total=len(problems))

    audience = options.audience
    if options.participant:
        audience += f":{options.participant}"
    return write(
        out,
        planned,
        audience=audience,
        version=package_version(),
        date=options.date,
        gate=gate if len(scan) else None,
        verdict=verdict,
        yes=options.yes,
        progress=progress,
    )


def outputs(building: Building) -> Iterator[Output]:
    """Every file of the site."""
    yield from _static()
    for board in building.outline.boards:
        yield from _data(building, board)
        yield from _shards(building, board)
        yield from _badges(building, board)
        yield from _figures(building, board)
    yield from _machines(building)
    for lang in building.options.languages:
        yield from _pages(building, lang)
    yield from _overlays(building)
    yield from _images(building)


def _static() -> Iterator[Output]:
    """Styles and scripts without comments and indentation."""
    from ocr_eval.report.page import STATIC
    from ocr_eval.report.slim import slim

    for file in sorted(STATIC.iterdir()):
        if file.suffix in (".css", ".js"):
            data = slim(file.name, file.read_text(encoding="utf-8")).encode("utf-8")
            yield Output(f"static/{file.name}", key_of("static", data), lambda data=data: data)  # type: ignore[misc]


def _pages(building: Building, lang: str) -> Iterator[Output]:
    from ocr_eval.board import pages, pages_data

    languages = building.options.languages
    outline = building.outline

    def page(kind: str, key: str, digest: str, render: Callable[[], str]) -> Output:
        path = page_path(kind, key, lang, languages)
        return Output(path, key_of(kind, path, lang, digest), lambda: render().encode("utf-8"))

    yield page("index", "", building.site_key, lambda: pages.render_index(building.site, lang))
    yield page("about", "", building.site_key, lambda: pages.render_about(building.site, lang))
    yield page("compare", "", building.site_key, lambda: pages_data.render_compare(building.site, lang))
    for board in outline.boards:
        key = building.board_key(board.id)
        yield page("board", board.id, key, partial(_board_page, building, board.id, lang))
        yield page("images", board.id, key, partial(_images_page, building, board.id, lang))
    for name in outline.submissions:
        digest = building.submission_key(name)
        yield page("submission", name, digest, partial(_submission_page, building, name, lang))
    for slug in outline.protocols:
        digest = key_of(building.site_key, slug)
        yield page("protocol", slug, digest, partial(_protocol_page, building, slug, lang))
    for name in outline.datasets:
        yield page("dataset", name, building.dataset_key(name), partial(_dataset_page, building, name, lang))
        for sample in outline.samples[name]:
            place = f"{name}/{building.pages(name)[sample]}"
            digest = building.sample_key(name, sample)
            yield page("sample", place, digest, partial(_sample_page, building, name, sample, lang))


def _board_page(building: Building, board: str, lang: str) -> str:
    from ocr_eval.board import pages

    return pages.render_board(building.site, _board(building, board), lang)


def _images_page(building: Building, board: str, lang: str) -> str:
    from ocr_eval.board import pages_data

    view = _board(building, board)
    data = building.tab_data(board, view.tabs[0].slug) if view.tabs else None
    return pages_data.render_images(building.site, view, data, lang)


def _submission_page(building: Building, key: str, lang: str) -> str:
    from ocr_eval.board import pages

    return pages.render_submission(building.site, building.submission(key), lang)


def _protocol_page(building: Building, slug: str, lang: str) -> str:
    from ocr_eval.board import pages

    view = next(view for view in building.site.protocols if view.slug == slug)
    return pages.render_protocol(building.site, view, lang)


def _dataset_page(building: Building, key: str, lang: str) -> str:
    from ocr_eval.board import pages

    return pages.render_dataset(building.site, building.dataset(key), lang)


def _sample_page(building: Building, dataset: str, sample: str, lang: str) -> str:
    from ocr_eval.board import pages_data

    return pages_data.render_sample(building.site, building.sample(dataset, sample), lang)


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


def _machines(building: Building) -> Iterator[Output]:
    """Feed, sitemap, headers."""
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
        pages = [output.path for lang in options.languages for output in _pages(building, lang)]
        yield Output(
            "sitemap.xml",
            key_of("sitemap", url, options.date, *pages),
            lambda: feeds.sitemap(pages, url, options.date).encode("utf-8"),
        )


def _overlays(building: Building) -> Iterator[Output]:
    """What the drawings of sample pages load: all layers of a sample, and their sentences in every language."""
    from ocr_eval.board.shards import sample_folder, text_path, text_shard

    zipped = building.options.shards == "gzip"
    samples = building.outline.samples
    if any(samples.values()):
        for lang in building.options.languages:
            key = key_of("text", code_digest(), lang, zipped)
            yield Output(text_path(lang), key, partial(text_shard, lang, zipped=zipped))
    for name, own in samples.items():
        for sample in own:
            path = f"d/i/{sample_folder(name)}/{building.pages(name)[sample]}.js"
            key = key_of("layers", path, building.sample_key(name, sample))
            yield Output(path, key, partial(_layers, building, name, sample))


def _layers(building: Building, dataset: str, sample: str) -> bytes:
    from ocr_eval.board.pages_data import layers_shard

    return layers_shard(building.sample(dataset, sample), zipped=building.options.shards == "gzip")


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


def _check_twins(planned: list[Output]) -> None:
    """Two boards may have names that make one file (``a-samples`` beside ``a``)."""
    seen = set()
    for output in planned:
        if output.path.casefold() in seen:
            raise usage_error(
                f"two files of the site would be called {quote(output.path)}",
                "give one of the boards another id",
                "E_CONFIG",
                "board.toml",
            )
        seen.add(output.path.casefold())
