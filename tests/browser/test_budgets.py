"""Bytes and elements of pages, exactly; times as ratios to what an empty page needs in the same run."""

from __future__ import annotations

import statistics
from pathlib import Path
from typing import Any

import pytest

from tests.board import site as instruments
from tests.browser import dom

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ELEMENTS = "document.querySelectorAll('*').length"
# Milliseconds until the next frame after a click on a header, the work of the handlers included.
SORT = """key => new Promise(resolve => {
  const button = document.querySelector(`[data-key="${key}"] button`), start = performance.now();
  button.click();
  document.body.offsetHeight;
  requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - start)));
})"""
# A free core opens the empty page and runs this loop in some 60 ms.
COUNT = "let x = 1; for (let k = 0; k < 2e7; k++) x = Math.imul(x ^ x >>> 15, 0x2c1b3c6d);"
FREE = 60.0
# Cores of test machines are shared: a budget is broken at twice its size, so that a neighbour's work breaks nothing.
HEADROOM = 2.0
SCRIPT = """key => {
  const start = performance.now();
  document.querySelector(`[data-key="${key}"] button`).click();
  return performance.now() - start;
}"""
READY = "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"


@pytest.fixture
def slow(open_page, tmp_path: Path) -> float:
    """What a millisecond of the budgets may take here: how much slower than a free core an empty page is."""
    (tmp_path / "count.js").write_text(COUNT, encoding="utf-8")
    path = tmp_path / "empty.html"
    path.write_text(
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>e</title>'
        '<script src="count.js" defer></script></head><body><p>x</p></body></html>',
        encoding="utf-8",
    )
    page = open_page(path)
    return HEADROOM * max(1.0, ready(page, statistics.median) / FREE)


def ready(page: Any, pick: Any = min) -> float:
    """Milliseconds from asking for the page to its scripts having run; of three loads."""
    times = []
    for _ in range(3):
        page.reload()
        times.append(page.evaluate(READY))
    return float(pick(times))


def test_pages_of_a_hundred_submissions(open_page, site_of, slow):
    site = site_of("reference")
    for kind in ("index", "board"):
        path = site.page(kind)
        assert path.stat().st_size <= 150_000, kind
        page = open_page(path, root=site.folder)
        assert page.evaluate(ELEMENTS) <= 4_000, kind
        assert ready(page) <= 500 * slow, kind
    times = [page.evaluate(SORT, key) for key in ("recall", "precision", "method", "date", "hmean")]
    assert min(times) <= 100 * slow, (times, slow)


def test_scripts_and_styles_of_every_page(site_of):
    site = site_of("own")
    for path in site.kinds.values():
        files = [target for target in instruments.parse(path).targets() if "static/" in target]
        assert sum((path.parent / target).stat().st_size for target in files) <= 30_000, path


def test_a_matrix_of_2000_samples_and_100_submissions(open_page, site_of, slow):
    site = site_of("reference")
    page = dom.settled(open_page(site.page("matrix"), root=site.folder))
    assert page.evaluate(ELEMENTS) <= 5_000
    files = [*(site.folder / "d").rglob("*.js"), site.page("matrix")]
    assert sum(path.stat().st_size for path in files) <= 1_500_000
    page.evaluate(SORT, "difficulty")
    times = [page.evaluate(SORT, key) for key in ("spread", "sample", "discrimination", "difficulty")]
    assert min(times) <= 100 * slow, (times, slow)


def test_a_thousand_submissions_are_sorted_in_a_tenth_of_a_second_and_laid_out(open_page, site_of, slow):
    site = site_of("of 1000")
    page = open_page(site.page("board"), root=site.folder)
    spent = [page.evaluate(SCRIPT, key) for key in ("recall", "precision", "recall", "precision", "recall")]
    assert min(spent) <= 100 * slow, (spent, slow)
    # The browser itself needs longer for the layout of 1,000 rows than the script for their order.
    times = [page.evaluate(SORT, key) for key in ("recall", "precision", "recall")]
    assert min(times) <= 500 * slow, (times, slow)


def test_a_live_comparison_of_2000_samples(open_page, site_of, slow):
    site = site_of("reference")
    page = dom.settled(open_page(site.page("compare"), root=site.folder))
    # The bootstrap alone, on the page's own data: 10 000 replicates.
    spent = page.evaluate(
        """async () => {
          const tab = await OE.tab(document.getElementById('board').value), {meta} = tab, S = OE.stats;
          const rows = meta.rows.slice(0, 2), tables = await Promise.all(rows.map(tab.table));
          const formula = meta.metrics.find(one => one.name === meta.headline).formula, n = meta.samples.length;
          const [a, b] = tables.map(table => S.metric(formula, table, n)), times = [];
          const data = S.pair(a, b, [...meta.samples.keys()], meta.groups);
          for (let k = 0; k < 3; k++) {
            const start = performance.now();
            for (const part of S.bootstrap(data, meta.seed, meta.B)) if (part < 0) break;
            times.push(performance.now() - start);
          }
          return Math.min(...times);
        }"""
    )
    assert spent <= 500 * slow, (spent, slow)


def test_a_sample_s_page(open_page, site_of, slow):
    site = site_of("drawn")
    path = max(site.pages("sample"), key=lambda path: path.stat().st_size)
    page = open_page(path, root=site.folder)
    rings = page.locator("#overlay polygon").count()
    assert path.stat().st_size <= 30_000 + 250 * max(rings, 1)
    assert ready(page) <= 300 * slow


def test_the_whole_site_of_the_reference_case(site_of):
    site = site_of("reference")
    files = [path for path in site.folder.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= 5_000_000
