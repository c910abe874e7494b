"""The page of a study in a browser: silent, accessible, narrow, whole without scripts, and harmless."""

from __future__ import annotations

from pathlib import Path

import pytest

from ocr_eval.protocols import protocol
from ocr_eval.study.evidence import evidence
from ocr_eval.study.popeval import answers
from ocr_eval.study.ratings import Rating
from ocr_eval.study.report import report_files
from tests.board import site as instruments
from tests.board.hostile_texts import OWN, harmless
from tests.browser import dom
from tests.browser.axe import axe
from tests.reports import written
from tests.tables import Word, table

pytestmark = pytest.mark.browser


@pytest.fixture
def page_of(tmp_path: Path):
    """``page_of(texts)`` -> the report of a study with these texts as words, names of samples and of predictions."""

    def made(texts, name="study"):
        ids = [f"img_{k} {text[:40]}" for k, text in enumerate(texts)]
        gts = {s: [Word((0, 0, 40, 8), text[:80])] for s, text in zip(ids, texts, strict=True)}
        back = {s: [Word((0, 0, 40, 8), text[:80][::-1])] for s, text in zip(ids, texts, strict=True)}
        # Few words but right ones: popeval and cascade put the two predictions in different orders.
        few = {s: [Word((0, 0, 40, 8), text[:80])] for s, text in zip(ids[:3], texts[:3], strict=True)}
        named = {f"{texts[0][:60]} 1": table(back), f"{texts[1][:60]} 2": table(few)}
        gt = table(gts, role="gt")
        found = evidence(gt, named, [protocol("rrc-iou")], characters=gt)
        ratings = [Rating(p, s, float(k % 5)) for p in named for k, s in enumerate(ids)]
        return written(report_files(answers(found, seed=1, ratings=ratings)), tmp_path / name)

    return made


@pytest.mark.parametrize("relative", ["report.html", "ko/report.html"])
def test_the_page_loads_in_silence_and_does_not_violate_wcag(open_page, page_of, relative):
    path = page_of(OWN)
    page = dom.settled(open_page(path.parent / relative, root=path.parent))
    assert page.locator("h1").count() == 1 and page.locator("svg.plot").count() >= 3
    assert instruments.markup_faults(path.parent) == [] and instruments.broken_links(path.parent) == []
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    assert axe(page) == []


def test_no_text_becomes_more_than_text(open_page, page_of):
    harmless_page = page_of(harmless(OWN), "harmless")
    known = dom.shapes(open_page(harmless_page, root=harmless_page.parent))
    path = page_of(OWN)
    page = open_page(path, root=path.parent)
    assert dom.dangers(page) == []
    assert {shape for shape in dom.shapes(page) - known if "hidden-character" not in shape} == set()


def test_a_phone_shows_no_page_wider_than_itself(open_page, page_of):
    path = page_of(OWN)
    page = open_page(path, root=path.parent, viewport=(360, 700))
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_without_scripts_everything_is_there(open_page, page_of):
    path = page_of(OWN)
    page = open_page(path, root=path.parent, javascript=False)
    assert dom.outline(page) == instruments.parse(path).outline
