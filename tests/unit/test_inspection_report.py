"""An inspection's page: what it shows of every part, that it stays small, what hostile texts become."""

from __future__ import annotations

import re
from html import unescape

import pytest

from ocr_eval.inspection.report import EXAMPLES, label, render
from ocr_eval.inspection.report_plots import number, scaled
from tests.board.hostile_texts import LONE_SURROGATES, OWN
from tests.reports import inspection, overview, validate


def words(page: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


def test_every_part_has_its_place():
    body = inspection(["img_7"])
    validate(body, "inspect")
    page = render(body)["report.html"]
    for part in (
        "suspicious",
        "duplicates",
        "comparison",
        "distributions",
        "characters",
        "slices",
        "next",
        "method",
    ):
        assert page.count(f'id="{part}"') == page.count(f'href="#{part}"') == 1
    said = words(page)
    assert "200 at most 12 per sample" in said and "40 5 of them once" in said
    assert "150 samples: median 1.5, 90 % between 1.05 and 1.95 instances." in said
    assert "PSI 0.300, KS 0.200; n = 150 and 160." in said
    assert "33.33 % n = 99" in said  # texts of the second that the first has too
    assert "26.67 [20.00, 30.00]" in said  # the slice 8 to < 12
    assert "nearly vertical (60–80°) 3 2 * 2.00" in said  # too few samples for an interval
    assert "Looked for and not found: control characters." in said


def test_a_kind_that_occurs_shows_examples_and_how_many_there_are():
    page = render(inspection(most=True))["report.html"]
    own = page.split('id="kind-nested"')[1].split("</section>")[0]
    assert own.count("<li>") == EXAMPLES and f"{EXAMPLES} of 25" in own
    assert own.count('class="ring a"') == own.count('class="ring b"') == EXAMPLES
    assert 'class="ring' not in page.split('id="kind-empty"')[1].split("</section>")[0]


@pytest.mark.parametrize(
    ("unit", "edges", "english"),
    [
        ("words", [1, 2, 3, 10, 12], ["1", "2", "3–9", "10–12"]),
        ("pixels", [1, 1.2, 1.5], ["1 – < 1.2", "1.2 – 1.5"]),
        ("share", [0, 0.05, 0.1], ["0 – < 5", "5 – 10"]),
        ("words", [4, 5], ["4–5"]),
    ],
)
def test_classes_say_what_they_hold(unit, edges, english):
    assert scaled(unit, "en").classes(edges) == english


def test_labels_of_slices_are_short_and_in_the_readers_language():
    told = ["8 to < 12", "2 to 3", "96 and more", "4", "nearly vertical", "Hangul+Latin"]
    assert [label(t, "en") for t in told] == [
        "8 – < 12", "2 – 3", "≥ 96", "4", "nearly vertical (60–80°)", "Hangul+Latin",
    ]  # fmt: skip
    assert [label(t, "ko") for t in told][4:] == ["거의 수직 (60–80°)", "Hangul+Latin"]


def test_numbers_have_four_digits():
    assert [number(v) for v in (None, 3.0, 0.0495123, -4.26812, 12345.6)] == [
        "n/a",
        "3",
        "0.04951",
        "−4.268",
        "12,346",
    ]


def test_a_data_set_without_anything_has_a_page():
    body = inspection()
    body |= {
        "gt": overview("empty", samples=0, instances=0, care=0, dont_care=0, dont_care_share=None, texts=None),
        "distributions": [row | {"n": 0, "lowest": None, "highest": None, "mean": None, "quantiles": [], "edges": [],
                                 "counts": []} for row in body["distributions"]],
        "categories": {"vertices": {"n": 0, "rows": [], "others": {"labels": 0, "count": 0}}},
        "characters": None,
        "frequent_texts": None,
        "suspicious": [row | {"count": 0, "share": None, "of": 0, "examples": []} for row in body["suspicious"]],
        "crowded_samples": {"count": 0, "listed": []},
        "duplicates": {"equal": {"groups": 0, "samples": 0, "listed": []},
                       "near": {"pairs": 0, "samples": 0, "listed": []}},
        "slices": [], "rare_samples": [], "pictures": None, "comparison": None,
    }  # fmt: skip
    validate(body, "inspect")
    page = words(render(body)["report.html"])
    assert "Nothing looks suspicious." in page and "No two samples have equal labels" in page


@pytest.mark.parametrize("text", ["\u202e" * 200, "&" * 200, "\U00020000" * 200])
def test_no_data_set_makes_a_page_of_two_megabytes(text):
    body = inspection([text], most=True)
    validate(body, "inspect")
    files = render(body)
    assert max(len(page.encode("utf-8")) for page in files.values()) < 2_000_000


def test_hostile_texts_are_texts():
    texts = [text[:200] for text in (*OWN, *LONE_SURROGATES)]
    body = inspection(texts, most=True)
    for name, page in render(body).items():
        if not name.endswith(".html"):
            continue
        assert "OWNED=1</script>" not in page and not re.search(
            r"<(?:img|iframe|meta http-equiv=refresh|base)\b", page
        )
        assert len(re.findall(r"<script\b", page)) == 2
        assert not re.search("[\x00-\x09\x0b-\x1f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", page)
        links = re.findall(r'\b(?:href|src)="([^"]*)"', page)
        assert not [link for link in links if re.match(r"[a-z]+:|/", link)]


def test_the_same_result_gives_the_same_bytes():
    body = inspection(OWN)
    assert render(body) == render(body)
