"""The agreement report in the browser: silent from a disk, passes axe, prints, fits a phone; no text runs."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests import agreements
from tests.board import site as instruments
from tests.board.hostile_texts import OWN, harmless
from tests.browser import dom
from tests.browser.axe import axe

pytestmark = pytest.mark.browser
# What ``escape.foreign`` makes of a long text; which texts are shown depends on how they differ.
FOLDED = {"td > details.long [class]", "details > summary. []", "summary > bdi. []", "details > bdi. []"}
KINDS: dict[str, Callable[[], Any]] = {
    "two": agreements.two,
    "several": agreements.several,
    "few": agreements.few,
    "nothing": agreements.nothing,
    "hostile": lambda: agreements.of_texts(OWN),
    "harmless": lambda: agreements.of_texts(harmless(OWN)),
}


@pytest.fixture(scope="module")
def folder_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    root = tmp_path_factory.mktemp("agreements")
    return cache(lambda kind: agreements.write(KINDS[kind](), root / kind))


def some(folder: Path, most: int = 3) -> list[Path]:
    """The report in both languages, and the pages of the images with most disagreement."""
    pages = [folder / lang / "report.html" for lang in ("", "ko")]
    return pages + [
        path for lang in ("", "ko") for path in sorted((folder / lang / "images").iterdir())[:most]
    ]


# Colours do not depend on the language, words do not depend on the colours; the largest report is judged once.
@pytest.mark.parametrize(
    ("kind", "lang", "scheme"),
    [
        *((kind, *way) for kind in ("two", "few", "nothing") for way in (("", "light"), ("ko", "dark"))),
        ("several", "ko", "dark"),
    ],
)
def test_pages_load_in_silence_and_violate_no_wcag(open_page, folder_of, kind, lang, scheme):
    folder = folder_of(kind)
    page, found = None, []
    for path in (folder / lang / "report.html", min((folder / lang / "images").iterdir())):
        page = page or open_page(path, root=folder, color_scheme=scheme)
        page.goto(path.as_uri())
        assert page.locator("h1").count() == 1
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        found += [f"{path.name}: {line}" for line in axe(page)]
    assert found == []


def test_without_scripts_the_page_is_the_same(open_page, folder_of):
    folder = folder_of("two")
    page = open_page(folder / "report.html", javascript=False)
    for path in some(folder, 1):
        page.goto(path.as_uri())
        assert dom.outline(page) == instruments.parse(path).outline, path


def test_no_hostile_text_becomes_more_than_text(open_page, folder_of):
    """Every page as the browser parses it, then those of ``some`` loaded."""
    known = set(FOLDED)
    for kind in ("harmless", "two"):
        twin = folder_of(kind)
        page = open_page(twin / "report.html", root=twin)
        known = known.union(*(shapes for _, _, shapes in dom.parsed(page, instruments.pages(twin))))
        for path in some(twin, 1):
            page.goto(path.as_uri())
            known |= dom.shapes(page)
    folder = folder_of("hostile")
    page = open_page(folder / "report.html", root=folder)
    for path, dangers, shapes in dom.parsed(page, instruments.pages(folder)):
        assert dangers == [], path
        assert shapes <= known, path
    for path in some(folder):
        page.goto(path.as_uri())
        assert dom.dangers(page) == [], path
        assert page.url == path.as_uri()
        assert dom.shapes(page) <= known, path


@pytest.mark.parametrize("kind", ["two", "several", "hostile"])
def test_a_phone_shows_no_page_wider_than_itself(open_page, folder_of, kind):
    folder = folder_of(kind)
    page = open_page(folder / "report.html", root=folder, viewport=(360, 700))
    for path in some(folder, 2):
        page.goto(path.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path


def test_a_case_in_the_table_opens_its_examples(open_page, folder_of):
    folder = folder_of("two")
    page = open_page(folder / "report.html", root=folder)
    link = page.locator("table.cases a").last
    target = link.get_attribute("href")
    link.focus()
    page.keyboard.press("Enter")
    dom.until(page, "() => location.hash")
    assert page.url.endswith(target) and page.locator(target).is_visible()


def test_a_number_in_the_table_leads_to_the_drawing(open_page, folder_of):
    folder = folder_of("two")
    page = open_page(folder / "images" / "0001.html", root=folder)
    row = page.locator("table.units tr.differs a").first
    row.focus()
    page.keyboard.press("Enter")
    dom.until(page, "() => location.hash")
    assert page.evaluate("document.querySelector('.overlay :target').querySelectorAll('path').length") >= 1
    assert page.locator(".overlay .differs text").count() == page.locator("table.units tr.differs").count()


def test_print_shows_every_row(open_page, folder_of):
    folder = folder_of("several")
    page = open_page(folder / "report.html", root=folder)
    page.emulate_media(media="print")
    assert page.locator(".menu").is_hidden()
    wide = "[...document.querySelectorAll('.scroll')].every(box => getComputedStyle(box).overflowX === 'visible')"
    assert page.evaluate(wide)
    assert page.pdf()[:5] == b"%PDF-"
