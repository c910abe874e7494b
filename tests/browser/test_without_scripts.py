"""Pages without JavaScript and on paper hold every row, number and link."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from tests.browser.sites import Site

pytestmark = pytest.mark.browser


def exported(site: Site) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        next((site.folder / "data").glob("*-board.json")).read_text(encoding="utf-8")
    )
    return found


@pytest.mark.parametrize("name", ["of 27", "ic15", "large"])
def test_the_table_is_whole_and_in_the_order_of_ranks(open_page, site_of, name):
    site = site_of(name)
    rows = exported(site)["rows"]
    page = open_page(site.page("board"), root=site.folder, javascript=False)
    table = page.locator("table.results").first
    assert table.locator("th[aria-sort='ascending']").get_attribute("data-key") == "rank"
    found = table.locator("tbody tr")
    assert found.count() == len(rows)
    for k, row in enumerate(rows):
        line = found.nth(k)
        assert line.get_attribute("data-key") == row["submission"]
        cells = line.inner_text()
        value, lo, hi = row["values"]["hmean"]
        low, high = row["rank"]
        assert f"{100 * value:.2f}" in cells and f"[{100 * lo:.2f}, {100 * hi:.2f}]" in cells
        assert line.locator("td.rank").first.inner_text() == (f"{low}" if low == high else f"{low}–{high}")
        link = line.locator("th a").get_attribute("href")
        assert (site.page("board").parent / link).resolve().is_file()


def test_nothing_is_offered_that_needs_scripts(open_page, site_of):
    site = site_of("own")
    for kind, path in site.kinds.items():
        page = open_page(path, root=site.folder, javascript=False)
        assert page.locator(".script:visible").count() == 0, kind
        assert page.locator("#filter:visible, #theme:visible").count() == 0, kind


def test_all_protocols_are_open_without_tabs(open_page, site_of):
    page = open_page(site_of("large").page("board"), root=site_of("large").folder, javascript=False)
    assert page.locator("table.results:visible").count() == 3


def test_compare_and_matrix_and_sample_say_what_they_can(open_page, site_of):
    site = site_of("drawn")
    compare = open_page(site.page("compare"), javascript=False)
    assert compare.locator(".stored tbody tr").count() == 6  # every two of four
    matrix = open_page(site.page("matrix"), root=site.folder, javascript=False)
    assert matrix.locator("#matrix tbody tr").count() == 30
    sample = open_page(site.page("sample"), root=site.folder, javascript=False)
    assert sample.locator("#overlay polygon").count() == sample.locator("tr[data-index]").count() > 0
    list_ = open_page(site_of("large").page("matrix"), root=site_of("large").folder, javascript=False)
    assert list_.locator("a[href$='-samples.csv']").count() >= 1
    assert list_.locator(".noscript:visible").count() == 1


@pytest.mark.parametrize("javascript", [True, False])
def test_paper_holds_every_row(open_page, site_of, javascript):
    pypdf = pytest.importorskip("pypdf")
    site = site_of("of 27")
    page = open_page(site.page("board"), root=site.folder, javascript=javascript)
    paper = pypdf.PdfReader(io.BytesIO(page.pdf(format="A4")))
    text = "".join(sheet.extract_text() for sheet in paper.pages)
    squeezed = "".join(text.split())
    for row in exported(site)["rows"]:
        assert "".join(row["name"].split()) in squeezed
        assert f"{100 * row['values']['hmean'][0]:.2f}" in squeezed
        assert row["date"] in squeezed
    assert "filter" not in text.lower().split("\n")[0]


def test_paper_has_no_scrollers_and_no_controls(open_page, site_of):
    site = site_of("large")
    page = open_page(site.page("board"), root=site.folder)
    page.emulate_media(media="print")
    hidden = page.evaluate(
        """() => [...document.querySelectorAll('.scroll')].filter(
             one => getComputedStyle(one).overflowX !== 'visible').length"""
    )
    assert hidden == 0
    assert page.locator("button:visible").count() == page.locator("th button:visible").count()
    assert page.locator("table.results:visible").count() >= 1
