"""A building -> every page of the site, and the shards that only sample pages load."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from ocr_eval.board.build import Building
from ocr_eval.board.keys import code_digest, key_of
from ocr_eval.board.model import Output, SampleView
from ocr_eval.board.pages import page_path


def outputs(building: Building) -> Iterator[Output]:
    """Pages language by language; sample pages last, all languages and the shard of one sample together."""
    for lang in building.options.languages:
        yield from _pages(building, lang)
    yield from _samples(building)


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


def _board_page(building: Building, board: str, lang: str) -> str:
    from ocr_eval.board import pages

    return pages.render_board(building.site, building.board(board), lang)


def _images_page(building: Building, board: str, lang: str) -> str:
    from ocr_eval.board import pages_data

    view = building.board(board)
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


def _samples(building: Building) -> Iterator[Output]:
    """Of every sample its page in all languages, and the shard with all layers, which its drawing loads."""
    from ocr_eval.board.shards import sample_folder, text_path, text_shard

    options, samples = building.options, building.outline.samples
    zipped = options.shards == "gzip"
    if any(samples.values()):
        for lang in options.languages:
            key = key_of("text", code_digest(), lang, zipped)
            yield Output(text_path(lang), key, partial(text_shard, lang, zipped=zipped))
    shelf = _OneSample(building)
    for name, own in samples.items():
        for sample in own:
            page, digest = building.pages(name)[sample], building.sample_key(name, sample)
            for lang in options.languages:
                path = page_path("sample", f"{name}/{page}", lang, options.languages)
                yield Output(
                    path, key_of("sample", path, lang, digest), partial(shelf.page, name, sample, lang)
                )
            path = f"d/i/{sample_folder(name)}/{page}.js"
            yield Output(path, key_of("layers", path, digest), partial(shelf.layers, name, sample))


class _OneSample:
    """The view of one sample at a time: its files are made one after the other."""

    def __init__(self, building: Building) -> None:
        self.building = building
        self.key = ("", "")
        self.view: SampleView | None = None

    def page(self, dataset: str, sample: str, lang: str) -> bytes:
        from ocr_eval.board.pages_data import render_sample

        return render_sample(self.building.site, self._view(dataset, sample), lang).encode("utf-8")

    def layers(self, dataset: str, sample: str) -> bytes:
        from ocr_eval.board.pages_data import layers_shard

        return layers_shard(self._view(dataset, sample), zipped=self.building.options.shards == "gzip")

    def _view(self, dataset: str, sample: str) -> SampleView:
        if self.view is None or self.key != (dataset, sample):
            self.key, self.view = (dataset, sample), self.building.sample(dataset, sample)
        return self.view
