"""Every hostile text in every field of a board: no page runs it, links it, or has an element more because of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.board import site as instruments
from tests.browser import dom
from tests.browser.sites import KINDS

pytestmark = pytest.mark.browser
BOARDS = ("names", "samples")


def visited(page, paths: list[Path]):
    """Each page in turn; where a text would like to go, the address tells."""
    for path in paths:
        if page.url != path.as_uri():
            page.goto(path.as_uri())
        dom.settled(page)
        assert page.url == path.as_uri()
        yield path


def loaded(paths: list[Path], richest: int) -> list[Path]:
    """The pages to load: the largest, the first, and some through all."""
    largest = sorted(paths, key=lambda path: path.stat().st_size)[-richest:]
    return [path for k, path in enumerate(paths) if path in largest or k % 40 == 0 or k % 70 == 9]


@pytest.mark.parametrize(
    ("board", "kind"), [(b, k) for b in BOARDS for k in KINDS if (b, k) != ("names", "sample")]
)
def test_no_text_becomes_more_than_text(open_page, site_of, board, kind):
    """All pages of the kind as the browser parses them, then some of them with their scripts at work."""
    known: set[str] = set()
    for twin in (site_of(f"harmless {board}"), site_of("drawn")):
        paths = twin.pages(kind)
        page = open_page(paths[0], root=twin.folder)
        known = known.union(*(shapes for _, _, shapes in dom.parsed(page, paths)))
        known = known.union(*(dom.shapes(page) for _ in visited(page, loaded(paths, 3))))
    site = site_of(f"hostile {board}")
    paths = site.pages(kind)
    page = open_page(paths[0], root=site.folder)
    for path, dangers, shapes in dom.parsed(page, paths):
        assert dangers == [], path
        assert shapes <= known, path
    for path in visited(page, loaded(paths, 3)):
        assert dom.dangers(page) == [], path
        assert dom.shapes(page) <= known, path


@pytest.mark.parametrize("board", BOARDS)
def test_scripts_show_texts_as_texts(open_page, site_of, board):
    site = site_of(f"hostile {board}")
    compare = dom.settled(open_page(site.page("compare"), root=site.folder))
    for select in ("#a", "#b", "#slice"):
        options = compare.locator(f"{select} option")
        for k in range(1, min(options.count(), 12)):
            compare.locator(select).select_option(index=k)
            dom.settled(compare)
    assert dom.dangers(compare) == []
    matrix = dom.settled(open_page(site.page("matrix"), root=site.folder))
    for k in range(1, min(6, matrix.locator("#slice option").count())):
        matrix.locator("#slice").select_option(index=k)
    matrix.locator("#filter").fill("<script>")
    assert dom.dangers(matrix) == []
    board_page = open_page(site.page("board"), root=site.folder)
    if board_page.locator("#filter").count():
        board_page.locator("#filter").fill("<img src=x onerror=OWNED=1>")
        assert board_page.locator("table.results tbody tr:visible").count() >= 1
    assert dom.dangers(board_page) == []


@pytest.mark.parametrize(
    "hash_",
    [
        "q=<img src=x onerror=OWNED=1>&sort=__proto__",
        "a=constructor&b=__proto__&slice=<script>:x&least=1e9&count=toString",
        "board=../../x&prot=javascript:OWNED=1&s=hasOwnProperty&i=g999999",
        "sort=-constructor&only=__proto__&i=%00&q=%",
    ],
)
def test_a_hostile_address_changes_nothing_but_the_view(open_page, site_of, hash_):
    site = site_of("drawn")
    page = open_page(site.page("about"), root=site.folder)
    for path in site.kinds.values():
        page.goto(f"{path.as_uri()}#{hash_}")
        dom.settled(page)
        assert dom.dangers(page) == [], path


def test_a_drawing_shows_texts_as_texts(open_page, site_of):
    site = site_of("hostile samples")
    page = open_page(site.page("sample"), root=site.folder)
    for path in site.pages("sample")[::40]:
        page.goto(path.as_uri())
        for k in range(page.locator("#s option").count()):
            page.locator("#s").select_option(index=k)
            page.locator("#b").select_option(index=k)
        page.wait_for_timeout(150)
        page.keyboard.press("j")
        assert dom.dangers(page) == []


@pytest.mark.parametrize("board", BOARDS)
def test_files_are_well_formed_and_lead_nowhere_else(site_of, board):
    site = site_of(f"hostile {board}")
    assert instruments.markup_faults(site.folder) == []
    assert instruments.broken_links(site.folder) == []
    for path in instruments.pages(site.folder):
        for _, tag, attributes in instruments.parse(path).elements:
            target = attributes.get("href", "")
            if ":" in target.split("/")[0]:
                assert target.startswith(("https://", "http://")) and tag == "a", target
                assert attributes["rel"] == "nofollow noopener noreferrer"
