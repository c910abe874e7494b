"""WCAG A and AA on every kind of page, in both colour schemes and languages; everything with the keyboard alone."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser import dom
from tests.browser.axe import axe
from tests.browser.sites import KINDS

pytestmark = pytest.mark.browser


# Colours do not depend on the language, words do not depend on the colours.
@pytest.mark.parametrize(("lang", "scheme"), [("en", "light"), ("ko", "dark")])
@pytest.mark.parametrize("name", ["own", "large", "drawn"])
def test_no_page_violates_wcag(open_page, site_of, name, lang, scheme):
    site = site_of(name)
    kinds = KINDS if name == "own" else ("board", "matrix", "compare") if name == "large" else ("sample",)
    page, found = None, []
    for kind in kinds:
        path = site.pages(kind, lang)[0]
        page = page or open_page(path, root=site.folder, color_scheme=scheme)
        if page.url != path.as_uri():
            page.goto(path.as_uri())
        dom.settled(page)
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        found += [f"{kind}: {line}" for line in axe(page)]
    assert found == []


@pytest.mark.parametrize("name", ["ic15", "end-to-end", "named", "undefined", "of 0", "hostile names"])
def test_no_board_page_violates_wcag(open_page, site_of, name):
    site = site_of(name)
    page = open_page(site.page("board"), root=site.folder)
    assert axe(page) == []


def test_a_phone_shows_no_page_wider_than_itself(open_page, site_of):
    site = site_of("own")
    page = None
    for kind in KINDS:
        path = site.page(kind)
        page = page or open_page(path, root=site.folder, viewport=(360, 700))
        if page.url != path.as_uri():
            page.goto(path.as_uri())
        dom.settled(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, kind


FOCUS = "(one => [one.localName, one.id, one.closest('th')?.dataset.key || ''])(document.activeElement)"


def focused(page: Any) -> list[str]:
    """Tag, id and column of what has the focus."""
    found: list[str] = page.evaluate(FOCUS)
    return found


def test_a_board_is_read_and_left_with_the_keyboard_alone(open_page, site_of):
    site = site_of("of 27")
    page = open_page(site.page("board"), root=site.folder)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert focused(page)[1] == "main"
    for _ in range(60):  # to the filter
        page.keyboard.press("Tab")
        if focused(page)[1] == "filter":
            break
    page.keyboard.type("system 1")
    assert "q=system+1" in page.evaluate("location.hash")
    for _ in range(60):  # to a header
        page.keyboard.press("Tab")
        if focused(page)[2] == "precision":
            break
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline not in ("none", "hidden")
    page.keyboard.press("Enter")
    assert page.locator("th[data-key=precision]").get_attribute("aria-sort") == "descending"
    for _ in range(60):  # to a submission
        page.keyboard.press("Tab")
        if page.evaluate("!!document.activeElement.closest('tbody th')"):
            break
    name = page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Enter")
    page.wait_for_url("**/s/*.html")
    assert page.locator("h1").inner_text() == name


def test_a_sample_is_walked_zoomed_and_left_with_the_keyboard_alone(open_page, site_of):
    site = site_of("drawn")
    page = open_page(site.pages("sample")[3], root=site.folder)
    for key in ("j", "j", "+", "+", "0"):
        page.keyboard.press(key)
    assert page.locator("tr.on").count() == 1
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('input[data-layer=pred]')"):
            break
    page.keyboard.press("Space")
    assert not page.locator("input[data-layer=pred]").is_checked()
    here = page.url.split("#")[0]
    page.keyboard.press("n")
    page.wait_for_url(lambda url: url.split("#")[0] != here)
    assert page.locator("h1").count() == 1


def test_no_target_is_smaller_than_24_pixels(open_page, site_of):
    site = site_of("drawn")
    for kind in ("board", "compare", "matrix", "sample"):
        page = dom.settled(open_page(site.page(kind), root=site.folder))
        small = page.evaluate(
            """() => [...document.querySelectorAll('button, select, input')].filter(one => {
                 const box = (one.closest('label') || one).getBoundingClientRect();
                 return box.width && (box.width < 24 || box.height < 23.5);
               }).map(one => one.outerHTML.slice(0, 90))"""
        )
        assert small == [], kind
