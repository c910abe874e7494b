"""A sample's page: rings and rows, keys, layers, PopEval's removals, reasons in words of two languages."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from ocr_eval.board.store import Store
from tests.browser import dom
from tests.browser.sites import Site

pytestmark = pytest.mark.browser


def rich_page(site: Site, lang: str = "en") -> Path:
    """The page with most in it."""
    return max(site.pages("sample", lang), key=lambda path: (path.stat().st_size, path.name))


def box(page: Any) -> list[float]:
    return [float(part) for part in page.locator("#overlay").get_attribute("viewBox").split()]


def sample_of(site: Site, path: Path) -> Any:
    """The view behind a page."""
    building = site.building
    (key,) = building.outline.samples
    name = next(sample for sample, page in building.pages(key).items() if page == path.stem)
    return building.sample(key, name)


@pytest.mark.parametrize("name", ["own", "drawn", "end-to-end"])
def test_every_instance_has_a_ring_and_a_row(open_page, site_of, name):
    site = site_of(name)
    for path in site.pages("sample")[:: max(1, len(site.pages("sample")) // 6)]:
        view = sample_of(site, path)
        page = open_page(path, root=site.folder)
        gt, pred = len(view.gt), len(view.layers[0].pred)
        assert page.locator("#overlay polygon.gt").count() == gt
        assert page.locator("#overlay polygon.pred").count() == pred
        assert page.locator("tr[data-side=gt]").count() == gt
        assert page.locator("tr[data-side=pred]").count() == pred
        for k, one in enumerate(view.gt):
            points = page.locator(f"#overlay .gt[data-index='{k}']").get_attribute("points")
            assert [float(part) for part in re.split(r"[ ,]+", points)] == pytest.approx(one.ring, abs=0.006)


def test_keys_move_between_samples_and_instances_and_zoom(open_page, site_of):
    site = site_of("drawn")
    pages = site.pages("sample")
    start = next(path for path in pages if sample_of(site, path).previous and sample_of(site, path).next)
    view = sample_of(site, start)
    page = open_page(start, root=site.folder)
    whole = box(page)
    page.keyboard.press("+")
    closer = box(page)
    assert closer[2] < whole[2] and closer[3] < whole[3]
    page.keyboard.press("-")
    page.keyboard.press("-")
    assert box(page)[2] > whole[2]
    page.keyboard.press("0")
    assert box(page) == whole
    page.locator("[data-zoom='+']").click()
    assert box(page) == closer
    page.keyboard.press("j")
    first = page.locator("tr.on").get_attribute("data-index")
    page.keyboard.press("j")
    assert page.locator("tr.on").get_attribute("data-index") != first
    page.keyboard.press("k")
    assert page.locator("tr.on").get_attribute("data-index") == first
    page.keyboard.press("n")
    page.wait_for_url(f"**/{view.next[0]}.html*")
    page.keyboard.press("p")
    page.wait_for_url(f"**/{start.name}*")


def test_rows_mark_rings_and_rings_mark_rows(open_page, site_of):
    site = site_of("drawn")
    page = open_page(rich_page(site), root=site.folder)
    page.locator("tr[data-side=gt][data-index='1'] td").first.hover()
    assert page.locator("polygon.over").get_attribute("data-index") == "1"
    page.locator("#overlay .gt[data-index='2']").dispatch_event("mouseover")
    assert page.locator("tr.over").get_attribute("data-index") == "2"
    page.locator("tr[data-side=pred][data-index='0'] a").focus()
    assert page.locator("polygon.over").evaluate("one => [one.dataset.side, one.dataset.index]") == [
        "pred",
        "0",
    ]
    page.locator("#overlay .gt[data-index='2']").dispatch_event("click")
    assert page.evaluate("location.hash") == "#i=g2"
    again = open_page(rich_page(site), hash="i=g2", root=site.folder)
    assert again.locator("tr.on").evaluate("one => [one.dataset.side, one.dataset.index]") == ["gt", "2"]


def test_wheel_and_drag_move_the_view(open_page, site_of):
    site = site_of("drawn")
    page = open_page(rich_page(site), root=site.folder)
    page.locator("#overlay").scroll_into_view_if_needed()
    page.locator("#overlay").hover()
    whole = box(page)
    page.mouse.wheel(0, -200)
    dom.until(page, "w => document.getElementById('overlay').viewBox.baseVal.width < w", whole[2])
    closer = box(page)
    page.mouse.down()
    page.mouse.move(300, 500, steps=3)
    page.mouse.up()
    assert box(page)[:2] != closer[:2] and box(page)[2:] == closer[2:]


def test_each_layer_can_be_hidden(open_page, site_of):
    site = site_of("drawn")
    page = open_page(rich_page(site), root=site.folder)
    names = [page.locator("input[data-layer]").nth(k).get_attribute("data-layer") for k in range(5)]
    assert names == ["gt", "pred", "dont-care", "ignored", "lines"]
    seen = """selector => [...document.querySelectorAll('#overlay ' + selector)].filter(one =>
      [one, one.parentNode].every(each => getComputedStyle(each).display !== 'none')).length"""
    for layer, selector in (("gt", ".gt:not(.ignored)"), ("pred", ".pred:not(.ignored)"), ("lines", "line")):
        assert page.evaluate(seen, selector) > 0, layer
        page.locator(f"input[data-layer={layer}]").uncheck()
        assert page.evaluate(seen, selector) == 0, layer
        page.locator(f"input[data-layer={layer}]").check()
        assert page.evaluate(seen, selector) > 0, layer


def test_another_submission_is_drawn_and_named_in_the_address(open_page, site_of):
    site = site_of("drawn")
    path = rich_page(site)
    view = sample_of(site, path)
    layers = {layer.key: layer for layer in view.layers if layer.tab == view.layers[0].tab}
    other = list(layers.values())[1]
    page = open_page(path, root=site.folder)
    page.locator("#s").select_option(other.key)
    dom.until(page, "n => document.querySelectorAll('#overlay polygon.pred').length === n", len(other.pred))
    page.locator("#b").select_option(view.layers[0].key)
    dom.until(page, "() => document.querySelectorAll('.pane').length === 2")
    where = page.evaluate("location.hash.slice(1)")
    assert f"s={other.key}" in where and f"b={view.layers[0].key}" in where
    again = open_page(path, hash=where, root=site.folder)
    dom.until(again, "() => document.querySelectorAll('.pane').length === 2")
    titles = "() => [...document.querySelectorAll('.pane h2')].map(one => one.textContent)"
    assert again.evaluate(titles) == page.evaluate(titles)


@pytest.mark.parametrize("name", ["drawn", "end-to-end"])
def test_popeval_s_removals_stand_in_their_order(open_page, site_of, name):
    site = site_of(name)
    building = site.building
    board = building.site.boards[0]
    tab = next(tab for tab in board.tabs if tab.protocol.startswith("popeval"))
    key = tab.rows[0].key
    told = Store.open(site.store).why(key, board.dataset, tab.protocol)
    sample = max(told, key=lambda name: (len(told[name]["removals"]), name))
    steps = told[sample]["removals"]
    path = site.folder / "i" / board.dataset / f"{building.pages(board.dataset)[sample]}.html"
    page = open_page(path, hash=f"s={key}&prot={tab.slug}", root=site.folder)
    dom.until(page, "() => !document.querySelector('.removals').hidden")
    lines = page.locator(".steps li").all_inner_texts()
    assert len(lines) == len(steps) > 1
    for line, step in zip(lines, steps, strict=True):
        squeezed = "".join(line.split())
        assert "".join(step["chars"].split()) in squeezed, (line, step)
        assert f"gt {step['gt']} " in line and f"prediction {step['pred']} " in line
    for side in ("gt", "pred"):  # struck through, with the number of the step
        marks = {int(text) for text in page.locator(f"tbody.{side} del sub").all_inner_texts()}
        assert {step["order"] for step in steps} == marks or marks == set(range(1, len(steps) + 1))


@pytest.mark.parametrize(("lang", "letters"), [("en", r"[a-z]{3}"), ("ko", r"[가-힣]{2}")])
def test_reasons_are_sentences_of_the_page_s_language(open_page, site_of, lang, letters):
    site = site_of("drawn")
    page = open_page(rich_page(site, lang), root=site.folder)
    static = page.locator("#panes tr[data-index] td:last-child").all_inner_texts()
    first = page.evaluate("document.querySelector('.pane h2').textContent")
    page.locator("#s").select_option(index=1)
    dom.until(page, "name => document.querySelector('.pane h2').textContent !== name", first)
    drawn = page.locator("#panes tr[data-index] td:last-child").all_inner_texts()
    for texts in (static, drawn):
        assert texts and any(texts)
        for text in filter(None, texts):
            assert re.search(letters, text), text
            assert "{" not in text and "reason." not in text, text
    if lang == "ko":
        assert not any(re.search(r"unmatched|needs|taken", text) for text in (*static, *drawn))
