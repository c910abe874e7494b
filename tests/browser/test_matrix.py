"""Samples x submissions: a table of 37 rows, a list of 500; both hold what the CSV holds, both work with keys."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from tests.browser import dom
from tests.browser.sites import Site

pytestmark = pytest.mark.browser
ROWS = {"own": "#matrix tbody tr", "large": "#matrix .row"}
CELLS = """selector => [...document.querySelectorAll(selector)].filter(row => !row.hidden)
  .sort((a, b) => parseFloat(a.style.top || 0) - parseFloat(b.style.top || 0))
  .map(row => [...row.children].map(cell => cell.textContent.trim()))"""


def exported(site: Site) -> tuple[list[str], dict[str, list[str]]]:
    """(submissions, sample -> cells) of the first board's CSV."""
    board = site.page("board").parent.name
    text = (site.folder / "data" / f"{board}-samples.csv").read_text(encoding="utf-8")
    head, *rows = csv.reader(io.StringIO(text))
    return head[1:], {row[0]: row[1:] for row in rows}


def shown(page: Any, name: str) -> list[list[str]]:
    found: list[list[str]] = dom.settled(page).evaluate(CELLS, ROWS[name])
    return found


def percent(cell: str) -> float | None:
    return None if cell == "" else round(100 * float(cell), 2)


def number(text: str) -> float | None:
    return None if text in ("n/a", "–", "") else float(text.replace("−", "-"))


@pytest.mark.parametrize("name", ["own", "large"])
def test_cells_are_those_of_the_csv(open_page, site_of, name):
    site = site_of(name)
    keys, cells = exported(site)
    page = open_page(site.page("matrix"), root=site.folder)
    heads = dom.settled(page).evaluate(
        "() => [...document.querySelectorAll('#matrix [data-key]')].map(one => one.dataset.key)"
    )
    assert heads[0] == "sample" and sorted(heads[4:]) == sorted(keys)
    seen: dict[str, list[str]] = {}
    for _ in range(100):
        seen |= {row[0]: row[4:] for row in shown(page, name)}
        if len(seen) == len(cells):
            break
        # The first frame may be under way, the one after the next has the rows of the new place.
        page.evaluate(
            """() => new Promise(done => {
              const matrix = document.getElementById('matrix'), frame = requestAnimationFrame;
              matrix.scrollTop += matrix.clientHeight - 90;
              frame(() => frame(() => frame(done))); })"""
        )
    assert set(seen) == set(cells)
    for sample, texts in seen.items():
        for key, text in zip(heads[4:], texts, strict=True):
            expected = percent(cells[sample][keys.index(key)])
            assert (number(text) is None) == (expected is None), (sample, key)
            assert expected is None or number(text) == pytest.approx(expected, abs=0.011), (sample, key)


@pytest.mark.parametrize("name", ["own", "large"])
def test_every_column_sorts_with_undefined_last(open_page, site_of, name):
    site = site_of(name)
    page = open_page(site.page("matrix"), root=site.folder)
    heads = dom.settled(page).locator("#matrix [data-key]")
    for k in range(1, heads.count()):
        key = heads.nth(k).get_attribute("data-key")
        for sort, worst in ((f"-{key}", -1e9), (key, 1e9)):
            heads.nth(k).locator("button").click()
            assert f"sort={sort}" in page.evaluate("location.hash")
            values = [number(row[k]) for row in shown(page, name)]
            filled = [worst if value is None else value for value in values]
            assert filled == sorted(filled, reverse=sort.startswith("-")), sort


@pytest.mark.parametrize("name", ["own", "large"])
def test_a_filtered_and_sorted_view_survives_a_fresh_context(open_page, site_of, name):
    site = site_of(name)
    page = open_page(site.page("matrix"), root=site.folder)
    dom.settled(page).locator("#slice").select_option(index=1)
    page.locator("#filter").fill("1")
    page.locator("#matrix [data-key=spread] button").click()
    before, count = shown(page, name), page.locator("#shown").inner_text()
    assert before and all("1" in row[0] for row in before)
    again = open_page(site.page("matrix"), hash=page.evaluate("location.hash.slice(1)"), root=site.folder)
    dom.until(again, "text => document.getElementById('shown').textContent === text", count)
    assert shown(again, name) == before


def test_the_list_is_walked_with_keys_and_keeps_few_elements(open_page, site_of):
    site = site_of("large")
    page = open_page(site.page("matrix"), root=site.folder)
    first = shown(page, "large")[0][0]
    page.locator("#matrix").focus()
    for key in ("PageDown", "ArrowDown", "End"):
        top = page.evaluate("document.getElementById('matrix').scrollTop")
        page.keyboard.press(key)
        dom.until(page, "top => document.getElementById('matrix').scrollTop > top", top)
    _, cells = exported(site)
    rows = "[...document.querySelectorAll('#matrix .row')].filter(row => !row.hidden)"
    dom.until(page, f"name => {rows}.some(row => row.firstChild.textContent === name)", list(cells)[-1])
    page.keyboard.press("Home")
    dom.until(page, "() => document.getElementById('matrix').scrollTop === 0")
    page.wait_for_timeout(50)
    assert shown(page, "large")[0][0] == first
    assert page.evaluate("document.querySelectorAll('#matrix .row').length") < 60


def test_another_protocol_fills_the_same_list(open_page, site_of):
    site = site_of("large")
    page = open_page(site.page("matrix"), root=site.folder)
    before = shown(page, "large")
    page.locator("#prot").select_option(index=2)
    page.wait_for_timeout(300)
    after = shown(page, "large")
    assert [row[0] for row in after] == [row[0] for row in before] and after != before


def test_a_sample_leads_to_its_page(open_page, site_of):
    site = site_of("own")
    page = open_page(site.page("matrix"), root=site.folder)
    sample = shown(page, "own")[3][0]
    page.locator("#matrix tbody a", has_text=sample).first.click()
    page.wait_for_url("**/i/**")
    assert page.locator("h1").inner_text() == sample
