"""Boards of no, one, many submissions; short, long and right-to-left names; metrics without a value."""

from __future__ import annotations

import re

import pytest

from tests.browser import dom
from tests.browser.sites import NAMES

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("count", [0, 1, 2, 27, pytest.param(1000, marks=pytest.mark.slow)])
def test_a_board_of_any_size_opens_sorts_and_compares(open_page, site_of, count):
    site = site_of(f"of {count}")
    page = open_page(site.page("board"), root=site.folder)
    rows = page.locator("table.results tbody tr")
    assert rows.count() == count
    if count:
        page.locator("table.results th[data-key=recall] button").click()
        values = page.evaluate(
            "[...document.querySelectorAll('table.results tbody tr')].map(row => +row.getAttribute('data-v-recall'))"
        )
        assert values == sorted(values, reverse=True) and len(values) == count
    for kind in ("index", "compare", "matrix"):
        other = open_page(site.page(kind), root=site.folder)
        if count or kind == "index":
            dom.settled(other)
        assert other.locator("h1").count() == 1
    if count == 0:
        assert page.locator(".empty").count() >= 1
    if count > 1:
        compare = dom.settled(open_page(site.page("compare"), root=site.folder))
        assert compare.locator("#pvalue").inner_text() not in ("", "n/a")


def test_names_of_one_and_of_300_letters_and_right_to_left(open_page, site_of):
    site = site_of("named")
    page = open_page(site.page("board"), root=site.folder)
    links = page.locator("table.results tbody th a")
    assert sorted(links.nth(k).inner_text() for k in range(4)) == sorted(NAMES)
    assert page.evaluate("document.documentElement.scrollWidth") <= 1200
    # A right-to-left name turns nothing but itself round.
    for k in range(4):
        assert links.nth(k).evaluate("one => one.firstElementChild.localName") == "bdi"
    assert page.evaluate("getComputedStyle(document.querySelector('table.results')).direction") == "ltr"
    for path in site.pages("submission"):
        page.goto(path.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= 1200, path
    dom.settled(open_page(site.page("compare"), root=site.folder))


def test_a_metric_without_a_value_is_a_word_and_stands_last(open_page, site_of):
    site = site_of("undefined")
    for kind, path in site.kinds.items():
        page = open_page(path, root=site.folder)
        text = page.locator("body").inner_text()
        assert not re.search(r"\b(NaN|None|Infinity)\b", text) or kind == "protocol", kind
    page = open_page(site.page("board"), root=site.folder)
    assert page.locator("table.results tbody tr[data-key]").count() == 3
