"""Compare, matrix and overlay of built sites: what scripts show is what Python wrote, and every view has an address."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest

from ocr_eval.board import site
from ocr_eval.board.options import Options
from ocr_eval.board.store import Store
from tests.board import boards, writing
from tests.browser.axe import axe

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Sites of a small board, a large one, a hidden one, and one with overlays and hostile texts."""
    made = {
        "small": boards.synthetic(5, 60, ("rrc-iou", "cascade")),
        "large": boards.synthetic(4, 301),
        "hidden": boards.hidden(),
        "overlays": boards.hostile(submissions=4),
    }
    found = {}
    for name, board in made.items():
        folder = tmp_path_factory.mktemp(name)
        store = writing.store(board, folder / "store")
        site.build(Store.open(store), folder / "site", Options(languages=("en", "ko")))
        found[name] = folder / "site"
    return found


def until(page: Any, expression: str, seconds: float = 30) -> Any:
    """Polls, because the policy forbids what Playwright would evaluate in the page."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := page.evaluate(expression):
            return found
        time.sleep(0.02)
    raise AssertionError(
        f"{expression} never became true; status: {page.evaluate('document.body.innerText')[:600]}"
    )


DONE = "document.querySelector('#status').textContent.startsWith('Computed')"
SHOWN = ["difference", "interval", "pvalue", "wins", "slices", "a-better", "b-better"]
TEXT = "selector => document.querySelector(selector).textContent"
EXACT = "id => document.getElementById(id).dataset.exact"


def exact(page: Any, name: str) -> list[float]:
    return [float(part) for part in page.evaluate(EXACT, name).split(",")]


def test_a_live_comparison_is_the_stored_one_to_the_last_bit(open_page, built):
    root = built["small"]
    stored = json.loads(next((root / "data").glob("*-board.json")).read_text(encoding="utf-8"))
    for pair in (stored["pairs"][0], stored["pairs"][-1]):
        page = open_page(root / "c.html", hash=f"a={pair['a']}&b={pair['b']}")
        until(page, DONE)
        assert exact(page, "difference") == [pair["difference"]]
        assert exact(page, "interval") == [pair["lo"], pair["hi"]]
        assert exact(page, "pvalue") == [pair["p"]]
        row = f".stored tr[data-a='{pair['a']}'][data-b='{pair['b']}'] td:last-child"
        assert page.evaluate(TEXT, "#wins") == page.evaluate(TEXT, row)


def test_swapping_turns_everything_round_and_the_view_is_in_the_address(open_page, built):
    page = open_page(built["small"] / "c.html")
    until(page, DONE)
    before = exact(page, "difference") + exact(page, "interval")
    page.click("#swap")
    until(page, f"document.querySelector('#difference').dataset.exact == '{-before[0]!r}'")
    until(page, DONE)
    # Which of its two branches a quantile takes is not symmetric: a unit in the last place or two may differ.
    turned = exact(page, "difference") + exact(page, "interval")
    assert turned == pytest.approx([-before[0], -before[2], -before[1]], rel=1e-14)
    page.select_option("#slice", label="ko")
    until(page, DONE)
    assert "of 60 samples" in page.evaluate("document.querySelector('#status').textContent")
    again = open_page(built["small"] / "c.html", hash=page.evaluate("location.hash.slice(1)"))
    until(again, DONE)
    same = f"{SHOWN}.map(id => document.getElementById(id).textContent)"
    assert again.evaluate(same) == page.evaluate(same)
    assert axe(again) == []


def test_only_samples_with_many_words_are_compared(open_page, built):
    page = open_page(built["small"] / "c.html", hash="least=5&unknown=kept&slice=nonsense")
    until(page, DONE)
    few = int(page.evaluate("document.querySelector('#status').textContent.match(/\\d+/)[0]"))
    assert 0 < few < 60
    page.fill("#least", "0")
    until(page, f"{DONE} && document.querySelector('#status').textContent.includes('60 of 60')")
    assert "unknown=kept" in page.evaluate("location.hash")


def test_hidden_data_show_the_stored_comparison(open_page, built):
    page = open_page(built["hidden"] / "c.html")
    until(
        page, "document.querySelector('#status').textContent.startsWith('Per-sample data are not published')"
    )
    assert page.evaluate("document.querySelector('#difference').textContent") != "n/a"
    assert page.evaluate("[...document.querySelectorAll('.live')].every(node => node.hidden)")
    assert not list((built["hidden"] / "d").glob("*/s*.js"))


def test_a_missing_shard_is_named_with_a_cure(open_page, built, tmp_path):
    import shutil

    root = tmp_path / "copy"
    shutil.copytree(built["small"], root)
    for file in (root / "d").glob("*/s001.js"):
        file.unlink()
    page = open_page(root / "c.html")
    until(page, "document.querySelector('#status').textContent.includes('s001.js is missing or damaged')")
    assert any("failed request" in said for said in open_page.taken())


# Texts of some columns of the rows in sight.
CELLS = """([selector, columns]) => [...document.querySelectorAll(selector)].filter(row => !row.hidden)
  .map(row => columns.map(k => row.children[k].textContent))"""


@pytest.mark.parametrize(("name", "rows"), [("small", "#matrix tbody tr"), ("large", "#matrix .row")])
def test_samples_are_sorted_and_filtered_as_table_and_as_list(open_page, built, name, rows):
    root = built[name]
    board = next((root / "b").iterdir()).name
    page = open_page(root / "b" / board / "images.html", root=root, hash="sort=-sample")
    total = 60 if name == "small" else 301
    until(page, f"document.querySelector('#shown').textContent === '{total} of {total} samples'")
    names = sorted((f"img_{k + 1}" for k in range(total)), reverse=True)
    assert [cells[0] for cells in page.evaluate(CELLS, [rows, [0]])][:5] == names[:5]
    page.click("[data-key=spread] button")
    assert page.evaluate("location.hash") == "#sort=-spread"
    values = [float(cells[0]) for cells in page.evaluate(CELLS, [rows, [2]])]
    assert values == sorted(values, reverse=True)
    page.select_option("#only", "split")
    until(page, f"!document.querySelector('#shown').textContent.startsWith('{total} ')")
    found = page.evaluate(CELLS, [rows, [4, 5]])
    assert found
    assert all(a == "100.00" and float(b) < 100 for a, b in found)
    page.select_option("#only", "")
    page.fill("#filter", "img_11")
    assert all("img_11" in cells[0] for cells in page.evaluate(CELLS, [rows, [0]]))
    assert axe(page) == []


def test_the_list_is_reached_with_the_keyboard(open_page, built):
    root = built["large"]
    page = open_page(root / "b" / next((root / "b").iterdir()).name / "images.html", root=root)
    until(page, "document.querySelectorAll('.row').length")
    page.focus("#matrix")
    page.keyboard.press("End")
    last = sorted(f"img_{k + 1}" for k in range(301))[-1]
    seen = "[...document.querySelectorAll('.row')].filter(row => !row.hidden).map(row => row.firstChild.textContent)"
    until(page, f"{seen}.includes('{last}')")
    assert page.evaluate("document.querySelectorAll('*').length") < 1000


def sample_page(root: Path) -> Path:
    return max((root / "i").glob("*/*.html"), key=lambda path: (path.stat().st_size, path.name))


def test_a_script_draws_a_layer_as_the_page_does(open_page, built):
    root = built["overlays"]
    page = open_page(sample_page(root), root=root)
    names = ["tbody.gt", "tbody.pred", ".gts", ".preds", ".lines", ".steps", "h2", ".value"]
    parts = f"{names}.map(one => document.querySelector('.pane ' + one).outerHTML)"
    before = page.evaluate(parts)
    keys = page.evaluate("[...document.querySelectorAll('#s option')].map(option => option.value)")
    assert len(keys) > 1
    page.select_option("#s", keys[1])
    page.wait_for_timeout(500)
    assert page.evaluate(parts) != before
    page.select_option("#s", keys[0])
    page.wait_for_timeout(300)
    plain = [[re.sub(r"\s*\n\s*", "", text) for text in texts] for texts in (page.evaluate(parts), before)]
    assert plain[0] == plain[1]
    assert page.evaluate("window.OWNED") is None


def test_two_layers_stand_side_by_side_and_zoom_together(open_page, built):
    root = built["overlays"]
    page = open_page(sample_page(root), root=root)
    keys = page.evaluate("[...document.querySelectorAll('#s option')].map(option => option.value)")
    page.select_option("#b", keys[1])
    until(page, "document.querySelectorAll('.pane').length === 2")
    boxes = "[...document.querySelectorAll('.pane svg')].map(one => one.getAttribute('viewBox'))"
    whole = page.evaluate(boxes)
    page.keyboard.press("+")
    closer = page.evaluate(boxes)
    assert closer[0] == closer[1] != whole[0]
    page.keyboard.press("0")
    assert page.evaluate(boxes) == whole
    page.uncheck("#keys")
    page.keyboard.press("+")
    assert page.evaluate(boxes) == whole
    page.click("button[data-zoom='-']")
    assert page.evaluate(boxes) != whole
    assert axe(page) == []


def test_an_instance_is_marked_in_drawing_and_table(open_page, built):
    root = built["overlays"]
    page = open_page(sample_page(root), root=root, hash="i=g0")
    on = "[...document.querySelectorAll('.on')].map(one => one.localName + one.dataset.side + one.dataset.index).sort()"
    assert page.evaluate(on) == ["polygongt0", "trgt0"]
    page.click("tr[data-side=pred][data-index='0'] a")
    assert page.evaluate(on) == ["polygonpred0", "trpred0"]
    assert page.evaluate("location.hash") == "#i=p0"
    page.keyboard.press("k")
    assert page.evaluate(on)[0].startswith("polygongt")
    page.hover("tr[data-side=gt][data-index='0'] td")
    assert page.evaluate("document.querySelector('polygon.over').dataset.index") == "0"
    page.uncheck("input[data-layer=gt]")
    assert not page.is_visible(".gts polygon:not(.ignored)")


def test_without_javascript_tables_and_drawings_are_there(open_page, built):
    root = built["overlays"]
    page = open_page(sample_page(root), root=root, javascript=False)
    assert page.locator("polygon").count() > 1
    assert page.locator("tr[data-index]").count() == page.locator("polygon").count()
    compare = open_page(built["small"] / "c.html", javascript=False)
    assert compare.locator(".stored tbody tr").count() == 10
    images = open_page(
        next((built["small"] / "b").glob("*/images.html")), root=built["small"], javascript=False
    )
    assert images.locator("#matrix tbody tr").count() == 60
