"""What a reader does with a table: sorting, filtering, tabs; the address holds the view and gives it back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.browser import dom
from tests.browser.sites import Site

pytestmark = pytest.mark.browser
VIEW = """() => {
  const table = document.querySelector('section.tab:not([hidden]) table.results');
  const rows = [...table.tBodies[0].rows].filter(row => !row.hidden);
  return {
    table: table.id,
    rows: rows.map(row => row.dataset.key),
    sorted: [...table.querySelectorAll('th[aria-sort]')].filter(th => th.ariaSort !== 'none')
      .map(th => [th.dataset.key, th.ariaSort]),
    filter: document.getElementById('filter')?.value,
    shown: document.getElementById('shown')?.textContent,
  };
}"""


def view(page: Any) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate(VIEW)
    return found


def address(page: Any) -> str:
    return str(page.evaluate("location.hash.slice(1)"))


def click(page: Any, key: str) -> None:
    page.locator(f"section.tab:not([hidden]) th[data-key='{key}'] button").click()


def values(site: Site, metric: str) -> dict[str, float]:
    """Submission -> its value, from the exported JSON."""
    data = json.loads(next((site.folder / "data").glob("*-board.json")).read_text(encoding="utf-8"))
    return {row["submission"]: row["values"][metric][0] for row in data["rows"]}


@pytest.fixture
def board(open_page, site_of):
    site = site_of("of 27")
    return open_page(site.page("board"), root=site.folder)


def test_at_first_rows_stand_by_rank(board, site_of):
    ranking = values(site_of("of 27"), "hmean")
    shown = view(board)
    assert shown["rows"] == sorted(ranking, key=lambda key: (-ranking[key], key)) and len(ranking) == 27
    assert shown["sorted"] == [["rank", "ascending"]] and "27" in shown["shown"]


@pytest.mark.parametrize("by", ["click", "keyboard"])
def test_a_header_sorts_down_then_up(board, site_of, by):
    metric = values(site_of("of 27"), "precision")
    for hash_, direction, sign in (("-precision", "descending", -1), ("precision", "ascending", 1)):
        if by == "click":
            click(board, "precision")
        else:
            board.locator("section.tab:not([hidden]) th[data-key='precision'] button").focus()
            board.keyboard.press("Enter" if sign < 0 else "Space")
        shown = view(board)
        # Equal values keep the order of ranks; the page's numbers for other columns are exact to a millionth.
        found = [round(metric[key], 6) for key in shown["rows"]]
        assert found == sorted(found, key=lambda x: sign * x) and len(set(found)) > 10
        assert shown["sorted"] == [["precision", direction]]
        assert address(board) == f"sort={hash_}"


def test_names_sort_by_code_point_and_dates_by_day(board):
    click(board, "method")
    names = board.locator("table.results tbody th a").all_inner_texts()
    assert names == sorted(names) and names[:3] == ["System 1", "System 10", "System 11"]
    click(board, "date")
    dates = board.locator("table.results tbody tr td:last-child").all_inner_texts()
    assert dates in (sorted(dates), sorted(dates, reverse=True)) and len(set(dates)) == 27


def test_a_filter_shows_the_rows_that_hold_the_text_and_counts_them(board):
    board.locator("#filter").fill("system 2")
    shown = view(board)
    assert len(shown["rows"]) == 9 and "9" in shown["shown"] and "27" in shown["shown"]  # 2, 20 … 27
    assert address(board) == "q=system+2"
    board.locator("#filter").fill("")
    assert len(view(board)["rows"]) == 27 and address(board) == ""


def test_a_filter_that_nothing_passes_says_so(board):
    board.locator("#filter").fill("no such system")
    assert view(board)["rows"] == [] and view(board)["shown"].startswith("0")


@pytest.mark.parametrize(
    "start", ["", "sort=-recall&q=system+1", "q=%EC%95%88&mine=1&sort=recall", "sort=none&prot=none&q="]
)
def test_a_view_survives_reload_and_a_fresh_context(open_page, site_of, start):
    site = site_of("of 27")
    path = site.page("board")
    page = open_page(path, hash=start, root=site.folder)
    for change in ("nothing", "sort", "filter"):
        if change == "sort":
            click(page, "precision")
        if change == "filter":
            page.locator("#filter").fill("Team 2")
        before, where = view(page), address(page)
        page.reload()
        assert view(page) == before
        fresh = open_page(path, hash=where, root=site.folder)
        assert view(fresh) == before
        assert address(fresh) == where
    assert ("mine=1" in where) is ("mine=1" in start)


def test_unknown_values_are_ignored_and_unknown_keys_kept(board):
    usual = view(board)
    board.evaluate("location.hash = 'sort=-nonsense&prot=nonsense&theirs=a%26b'")
    assert view(board)["rows"] == usual["rows"]
    click(board, "recall")
    assert "theirs=a%26b" in address(board) and "sort=-recall" in address(board)


def test_back_and_forward_give_the_views_back(board):
    first = view(board)
    board.evaluate("location.hash = 'sort=-recall'")
    dom.until(board, "() => document.querySelector('th[data-key=recall]').ariaSort === 'descending'")
    second = view(board)
    board.go_back()
    dom.until(board, "() => document.querySelector('th[data-key=rank]').ariaSort === 'ascending'")
    assert view(board) == first != second
    board.go_forward()
    dom.until(board, "() => document.querySelector('th[data-key=recall]').ariaSort === 'descending'")
    assert view(board) == second


def test_the_other_language_shows_the_same_view(open_page, site_of):
    site = site_of("large")
    page = open_page(site.page("board"), hash="prot=none&sort=-recall&q=system", root=site.folder)
    before = view(page)
    page.locator("a.language").click()
    page.wait_for_url("**/ko/**")
    after = view(page)
    assert page.locator("html").get_attribute("lang") == "ko"
    assert (after["rows"], after["sorted"]) == (before["rows"], before["sorted"])
    assert "sort=-recall" in address(page)
    page.locator("a.language").click()
    page.wait_for_url(site.page("board").as_uri() + "*")
    assert view(page) == before


def test_each_protocol_has_a_tab_and_an_address(open_page, site_of):
    site = site_of("large")
    path = site.page("board")
    page = open_page(path, root=site.folder)
    tabs = page.locator("a[data-tab]")
    assert tabs.count() == 3
    seen = set()
    for k in range(3):
        tabs.nth(k).click()
        slug = tabs.nth(k).get_attribute("data-tab")
        assert address(page) == f"prot={slug}"
        assert page.locator("section.tab:visible").count() == 1
        assert view(page)["table"] == f"results-{slug}"
        assert tabs.nth(k).get_attribute("aria-current") == "true"
        fresh = open_page(path, hash=f"prot={slug}&sort=-hmean", root=site.folder)
        assert view(fresh)["table"] == f"results-{slug}"
        assert view(fresh)["sorted"] == [["hmean", "descending"]]
        seen.add(slug)
    assert len(seen) == 3


def test_a_jump_within_the_page_keeps_the_view(open_page, site_of):
    site = site_of("of 27")
    page = open_page(site.page("board"), hash="sort=-recall", root=site.folder)
    page.locator(".contents a[href='#cite']").click()
    assert address(page) == "sort=-recall"
    assert page.evaluate("document.activeElement.id") == "cite"


def test_the_theme_is_switched_and_remembered(open_page, site_of):
    site = site_of("of 27")
    page = open_page(site.page("board"), root=site.folder)
    backgrounds = []
    for _ in range(3):
        page.locator("#theme").click()
        theme = page.locator("html").get_attribute("data-theme")
        backgrounds.append((theme, page.evaluate("getComputedStyle(document.body).backgroundColor")))
        page.reload()
        assert page.locator("html").get_attribute("data-theme") == theme
    assert {theme for theme, _ in backgrounds} == {"light", "dark", "system"}
    assert dict(backgrounds)["light"] != dict(backgrounds)["dark"]
