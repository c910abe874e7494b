"""Every kind of page of every board opens from a file and from a server without a word, as it was written."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.board import site as instruments
from tests.browser import dom
from tests.browser.sites import KINDS

BOARDS = ("own", "ic15", "end-to-end", "large", "named")


@pytest.mark.browser
@pytest.mark.parametrize(
    ("name", "over"), [*((name, "file") for name in BOARDS), ("own", "http"), ("large", "http")]
)
def test_every_kind_of_page_loads_in_silence(open_page, serve, site_of, name, over):
    site = site_of(name)
    address = serve(site.folder) if over == "http" else ""
    page = None
    for lang in site.options.languages:
        paths = [path for kind in KINDS for path in site.pages(kind, lang)[:1]]
        assert len(paths) >= 8
        for path in paths:
            where = address + path.relative_to(site.folder).as_posix() if address else path
            if page is None:
                page = open_page(where, root=site.folder)
            else:
                page.goto(where if address else path.as_uri())
            dom.settled(page)
            assert page.locator("h1").count() == 1 and page.locator("html").get_attribute("lang") == lang
            assert page.evaluate("document.documentElement.classList.contains('js')")


@pytest.mark.browser
@pytest.mark.parametrize("name", ["own", "large"])
def test_the_browser_sees_the_elements_that_were_written(open_page, site_of, name):
    site = site_of(name)
    page = open_page(site.page("index"), javascript=False)
    for lang in site.options.languages:
        for kind in KINDS:
            for path in site.pages(kind, lang)[:1]:
                page.goto(path.as_uri())
                assert dom.outline(page) == instruments.parse(path).outline, path


@pytest.mark.parametrize("name", ["own", "ic15", "large", "named", "undefined", "of 0", "of 1"])
def test_markup_is_well_formed_and_every_link_leads_somewhere(site_of, name):
    site = site_of(name)
    assert instruments.markup_faults(site.folder) == []
    assert instruments.broken_links(site.folder) == []


def test_the_policy_stands_first_in_the_head_of_every_page(site_of):
    for path in instruments.pages(site_of("own").folder):
        head = [
            (tag, attributes) for depth, tag, attributes in instruments.parse(path).elements if depth == 2
        ]
        metas = [attributes for tag, attributes in head if tag == "meta"]
        assert metas[0] == {"charset": "utf-8"}
        assert metas[1]["http-equiv"] == "Content-Security-Policy"
        assert metas[1]["content"].startswith("default-src 'none'; script-src 'self'; style-src 'self';")
        assert [meta.get("name") for meta in metas[2:5]] == ["viewport", "color-scheme", "referrer"]
        assert all(attributes.get("src") for tag, attributes in head if tag == "script")


def test_links_between_languages_lead_to_the_same_page_and_back(site_of):
    site = site_of("own")
    english = [path.relative_to(site.folder) for kind in KINDS for path in site.pages(kind, "en")[:2]]
    for relative in english:
        for folder, other in ((Path(), Path("ko")), (Path("ko"), Path())):
            here = site.folder / folder / relative
            links = [
                attributes["href"]
                for _, tag, attributes in instruments.parse(here).elements
                if tag == "a" and attributes.get("class") == "language"
            ]
            assert len(links) == 1
            assert (here.parent / links[0]).resolve() == (site.folder / other / relative).resolve()
