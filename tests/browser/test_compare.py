"""Two submissions compared in the browser: values, intervals and tests are those of ocr_eval.stats, bit for bit."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from ocr_eval import compare
from ocr_eval import protocol as rules
from ocr_eval.board.store import Store
from ocr_eval.stats.ratios import Stack
from ocr_eval.tables.counts import Counts
from tests.browser import dom
from tests.browser.sites import Site

pytestmark = pytest.mark.browser
FACTS = """() => Object.fromEntries(['score-a', 'score-b', 'difference', 'interval', 'pvalue'].map(
  id => [id, document.getElementById(id).dataset.exact]))"""


def facts(page: Any) -> dict[str, list[float]]:
    """The numbers as scripts computed them; [] where there is none."""
    found = dom.settled(page).evaluate(FACTS)
    return {
        key: [float(part) for part in value.split(",")] if value not in ("", "null", "undefined") else []
        for key, value in found.items()
    }


def shown(page: Any, key: str) -> str:
    return str(page.locator(f"#{key}").inner_text())


def exported(site: Site, pattern: str = "*-board.json") -> dict[str, Any]:
    found: dict[str, Any] = json.loads(next((site.folder / "data").glob(pattern)).read_text(encoding="utf-8"))
    return found


def tables(site: Site, protocol: str, keys: list[str], chosen: set[str] | None = None) -> dict[str, Counts]:
    """Stored count tables of submissions, on some samples."""
    store = Store.open(site.store)
    board = store.config.boards[0]
    found = {}
    for key in keys:
        result = store.result(key, board.dataset_id, board.gt8, protocol)
        assert result is not None
        counts = result.counts
        place = [k for k, sample in enumerate(counts.sample_ids) if chosen is None or sample in chosen]
        ids = tuple(counts.sample_ids[k] for k in place)
        sums = None if counts.sums is None else counts.sums[place]
        found[key] = Counts(ids, counts.columns, counts.rows[place], counts.sum_columns, sums)
    return found


def python_says(
    site: Site, protocol: str, a: str, b: str, seed: int, chosen: set[str] | None = None
) -> dict[str, list[float]]:
    rows = tables(site, protocol, [a, b], chosen)
    found = compare(rows, protocol=protocol, seed=seed)
    (pair,) = found.pairs
    assert pair.p is not None
    if chosen is None:
        x, y = (system.value for system in found.systems)
    else:  # not the protocol's own value, which may divide in another order: what intervals and tests are made of
        x, y = Stack.of(rows).point(rules(protocol).formulas["hmean"]).tolist()
    assert x is not None and y is not None
    return {
        "score-a": [x], "score-b": [y], "difference": [x - y],
        "interval": list(pair.interval or ()), "pvalue": [pair.p],
    }  # fmt: skip


@pytest.mark.parametrize("protocol", ["rrc-iou", "cascade", "popeval"])
@pytest.mark.parametrize("tag", ["", "script:ko", "size:small"])
def test_numbers_are_pythons_on_every_subset(open_page, site_of, protocol, tag):
    site = site_of("large")
    board = site.building.site.boards[0]
    tab = next(tab for tab in board.tabs if tab.protocol == protocol)
    keys = [row.key for row in tab.rows]
    column, _, value = tag.partition(":")
    data = site.building.tab_data(board.id, tab.slug)
    assert data is not None
    chosen = {s for s, t in zip(data.samples, data.tags[column], strict=True) if t == value} if tag else None
    for a, b in ((keys[2], keys[4]), (keys[1], keys[0])):
        page = open_page(
            site.page("compare"), hash=f"board={board.id}&prot={tab.slug}&a={a}&b={b}&slice={tag}"
        )
        assert facts(page) == python_says(site, protocol, a, b, tab.seed, chosen)
        size = len(data.samples) if chosen is None else len(chosen)
        assert str(size) in shown(page, "status")


def test_seven_detectors_of_ic15_as_exported(open_page, site_of):
    site = site_of("ic15")
    data = exported(site)
    assert data["seed"] == 20261121
    for pair in data["pairs"][::5]:
        page = open_page(site.page("compare"), hash=f"board={data['board']}&a={pair['a']}&b={pair['b']}")
        found = facts(page)
        assert found["difference"] == [pair["difference"]] and found["pvalue"] == [pair["p"]]
        assert found["interval"] == [pair["lo"], pair["hi"]]


def test_an_end_to_end_system_and_its_copies_as_exported(open_page, site_of):
    site = site_of("end-to-end")
    for tab, pattern in zip(
        site.building.site.boards[0].tabs, ("ic15-e2e-board.json", "ic15-e2e-board@*.json"), strict=True
    ):
        data = exported(site, pattern)
        pair = data["pairs"][7]
        page = open_page(
            site.page("compare"),
            hash=f"board={data['board']}&prot={tab.slug}&a={pair['a']}&b={pair['b']}",
        )
        found = facts(page)
        assert found["difference"] == [pair["difference"]] and found["pvalue"] == [pair["p"]]
        assert found["interval"] == [pair["lo"], pair["hi"]]


def test_equal_systems_differ_in_nothing(open_page, site_of):
    site = site_of("large")
    keys = [row["submission"] for row in exported(site)["rows"]]
    twins = [key for key in keys if "system-0001" in key or "system-0002" in key]
    page = open_page(site.page("compare"), hash=f"a={twins[0]}&b={twins[1]}")
    found = facts(page)
    assert found["difference"] == [0] and found["pvalue"] == [1]
    assert shown(page, "difference") == "0.00" and shown(page, "wins").replace(" ", "") == "0/0/500"


def test_exchanged_systems_give_the_opposite(open_page, site_of):
    site = site_of("large")
    keys = [row["submission"] for row in exported(site)["rows"]]
    page = open_page(site.page("compare"), hash=f"a={keys[0]}&b={keys[5]}")
    before, wins = facts(page), shown(page, "wins").split(" / ")
    page.locator("#swap").click()
    dom.until(page, "a => document.getElementById('a').value === a", keys[5])
    after = facts(page)
    assert after["difference"] == [-before["difference"][0]] and after["pvalue"] == before["pvalue"]
    # Which of its two branches a quantile takes is not symmetric: a unit in the last place or two may differ.
    assert after["interval"] == pytest.approx([-x for x in before["interval"][::-1]], rel=1e-14)
    assert shown(page, "wins").split(" / ") == [wins[1], wins[0], wins[2]]
    assert f"a={keys[5]}&b={keys[0]}" in page.evaluate("location.hash")


def test_a_cell_of_the_matrix_leads_to_its_comparison(open_page, site_of):
    site = site_of("of 27")
    page = open_page(site.page("board"), root=site.folder)
    cell = page.locator("table.matrix td a").nth(40)
    p, target = cell.inner_text(), cell.get_attribute("href")
    cell.click()
    page.wait_for_url("**/c.html#*")
    a, b = re.findall(r"[?&#][ab]=([^&]+)", "#" + target.split("#")[1])
    assert (page.locator("#a").input_value(), page.locator("#b").input_value()) == (a, b)
    facts(page)
    pair = next(pair for pair in exported(site)["pairs"] if {pair["a"], pair["b"]} == {a, b})
    assert facts(page)["pvalue"] == [pair["p"]]
    assert p  # the cell shows the p that Holm's rule adjusted


def test_samples_that_separate_lead_to_their_pages(open_page, site_of):
    site = site_of("own")
    page = open_page(site.page("compare"), root=site.folder)
    facts(page)
    link = page.locator("#a-better tbody a").first
    sample = link.inner_text()
    link.click()
    page.wait_for_url("**/i/**")
    assert page.locator("h1").inner_text() == sample
    assert "s=" in page.url and "b=" in page.url
    dom.until(page, "() => document.querySelectorAll('.pane').length === 2")


def test_slices_of_the_page_carry_adjusted_p(open_page, site_of):
    site = site_of("large")
    page = open_page(site.page("compare"))
    facts(page)
    rows = page.locator("#slices tbody tr")
    assert rows.count() == 4  # size: large, small; script: en, ko
    sizes = [int(rows.nth(k).locator("td").first.inner_text()) for k in range(4)]
    assert sizes[0] + sizes[1] == sizes[2] + sizes[3] == 500


def test_korean_page_compares_in_korean(open_page, site_of):
    site = site_of("own")
    page = open_page(site.page("compare", "ko"), root=site.folder)
    assert facts(page)["difference"]
    assert re.search(r"[가-힣]", shown(page, "status"))
