"""The page of an audit in a browser: silent, accessible, narrow, printable, and whole without scripts."""

from __future__ import annotations

from pathlib import Path

import pytest

from ocr_eval.audit.report import render
from tests.board import site as instruments
from tests.board.hostile_texts import OWN, harmless
from tests.browser import dom
from tests.browser.axe import axe
from tests.reports import hostile_audit, written

pytestmark = pytest.mark.browser


@pytest.fixture
def page_of(tmp_path: Path):
    """``page_of(texts)`` -> the report of an audit that holds them."""
    return lambda texts, name="audit": written(render(hostile_audit(texts)), tmp_path / name)


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
    # With a gap in a strip, and a text that is too long for one.
    texts = ("Thank", "hank", *("filler",) * 6, "w" * 400, *harmless(OWN))
    harmless_page = page_of(texts, "harmless")
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
    assert page.locator("table.suspects tbody tr").count() == page.locator("dl.reads").count() > 5


def test_strips_stand_under_one_another(open_page, tmp_path):
    from tests.reports import audit, suspect

    rows = [suspect(label="Thank", suggestion="hank", texts=["hank", "Thanks", "Thxank"])]
    path = written(render(audit(rows)), tmp_path / "a")
    page = open_page(path, root=path.parent)
    boxes = page.evaluate(
        "[...document.querySelectorAll('bdi.strip')].map(e => e.getBoundingClientRect().width)"
    )
    assert len(boxes) == 4 and max(boxes) - min(boxes) < 1
