"""The page of an inspection in a browser: silent, accessible, narrow, printable, and whole without scripts."""

from __future__ import annotations

from pathlib import Path

import pytest

from ocr_eval.inspection.report import render
from tests.board import site as instruments
from tests.board.hostile_texts import OWN, harmless
from tests.browser import dom
from tests.browser.axe import axe
from tests.reports import inspection, written

pytestmark = pytest.mark.browser


@pytest.fixture
def page_of(tmp_path: Path):
    """``page_of(texts)`` -> the report of an inspection that holds them."""
    return lambda texts, name="inspection": written(
        render(inspection([text[:200] for text in texts])), tmp_path / name
    )


@pytest.mark.parametrize("over", ["file", "http"])
def test_the_page_loads_in_silence(open_page, serve, page_of, over):
    path = page_of(OWN)
    for relative, lang in (("report.html", "en"), ("ko/report.html", "ko")):
        where = serve(path.parent) + relative if over == "http" else path.parent / relative
        page = dom.settled(open_page(where, root=path.parent))
        assert page.locator("html").get_attribute("lang") == lang and page.locator("h1").count() == 1
        assert page.locator("#theme").is_visible()
    assert instruments.markup_faults(path.parent) == [] and instruments.broken_links(path.parent) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("relative", ["report.html", "ko/report.html"])
def test_the_page_does_not_violate_wcag(open_page, page_of, relative, scheme):
    folder = page_of(OWN[::3]).parent
    page = open_page(folder / relative, root=folder, color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    assert axe(page) == []


def test_no_text_becomes_more_than_text(open_page, page_of):
    harmless_page = page_of(harmless(OWN), "harmless")
    known = dom.shapes(open_page(harmless_page, root=harmless_page.parent))
    path = page_of(OWN)
    page = open_page(path, root=path.parent)
    assert dom.dangers(page) == []
    assert {shape for shape in dom.shapes(page) - known if "hidden-character" not in shape} == set()


def test_a_phone_shows_no_page_wider_than_itself(open_page, page_of):
    path = page_of(OWN)
    page = open_page(path, root=path.parent, viewport=(360, 700))
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_without_scripts_everything_is_there(open_page, page_of):
    path = page_of(OWN)
    page = open_page(path, root=path.parent, javascript=False)
    assert not page.locator("#theme").is_visible()
    assert dom.outline(page) == instruments.parse(path).outline
    assert page.locator("svg.plot").count() > 2 * 11 and page.locator("section.kind").count() > 20


def test_paper_shows_everything(open_page, page_of):
    path = page_of(OWN)
    page = open_page(path, root=path.parent)
    page.emulate_media(media="print")
    assert not page.locator(".menu").is_visible() and not page.locator(".contents").is_visible()
    assert page.locator("#next").is_visible()
