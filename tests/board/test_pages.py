"""Pages of a leaderboard: what they say, that they are whole without scripts, and that nothing foreign is markup."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache

import pytest

from ocr_eval.board import pages
from ocr_eval.board.model import BoardView, RowView, SiteView, TabView, Value
from ocr_eval.report.page import POLICY
from tests.board import views
from tests.board.hostile_texts import OWN
from tests.board.site import Source

HIDDEN = re.compile("[\\x00-\\x09\\x0b-\\x1f\\x7f-\\x9f\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u2069\\ufeff]")
EVERYTHING = "evil\u202e<img src=x onerror=OWNED=1>\x00\x1b\u200b\ufeff\ud800\"'`&<!--{{7*7}}"


def every_page(site: SiteView, lang: str) -> Iterator[tuple[str, str]]:
    """(kind, page) of every kind; of submissions the first and the last two."""
    yield "index", pages.render_index(site, lang)
    yield "about", pages.render_about(site, lang)
    for board in site.boards:
        yield "board", pages.render_board(site, board, lang)
    for submission in (*site.submissions[:1], *site.submissions[-2:]):
        yield "submission", pages.render_submission(site, submission, lang)
    for protocol in site.protocols:
        yield "protocol", pages.render_protocol(site, protocol, lang)
    for dataset in site.datasets:
        yield "dataset", pages.render_dataset(site, dataset, lang)


def board_page(site: SiteView, lang: str = "en") -> str:
    return pages.render_board(site, site.boards[0], lang)


def with_first_tab(site: SiteView, change: Callable[[TabView], TabView]) -> SiteView:
    board = site.boards[0]
    return replace(site, boards=(replace(board, tabs=(change(board.tabs[0]), *board.tabs[1:])),))


def with_rows(site: SiteView, change: Callable[[int, RowView], RowView]) -> SiteView:
    return with_first_tab(
        site, lambda tab: replace(tab, rows=tuple(change(k, row) for k, row in enumerate(tab.rows)))
    )


def words_of(page: str) -> str:
    return Source(page).plain


def shape(page: str) -> list[str]:
    """Elements, their attributes' names and the values that are ours: what foreign text must not change."""
    return [
        f"{depth} {tag} {sorted(attributes)} {attributes.get('class', '')}"
        for depth, tag, attributes in Source(page).elements
        if attributes.get("class") not in ("hidden-character", "long")
        and tag not in ("wbr", "br", "details", "summary")
    ]


@pytest.fixture(scope="module")
def site() -> SiteView:
    return views.site()


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_every_page_is_well_formed_and_has_its_frame(site: SiteView, lang: str) -> None:
    for kind, page in every_page(site, lang):
        source = Source(page)
        assert source.faults == [], kind
        tags = [tag for _, tag, _ in source.elements]
        assert tags.count("h1") == tags.count("main") == page.count("<title>") == 1, kind
        assert page.startswith(f'<!DOCTYPE html>\n<html lang="{lang}">\n<head>\n<meta charset="utf-8">\n'), (
            kind
        )
        head = page[: page.index("<title>")]
        names = re.findall(r"<meta (?:name|http-equiv)=\"([\w-]+)\"", head)
        assert names == ["Content-Security-Policy", "viewport", "color-scheme", "referrer"], kind
        assert f'content="{POLICY}"' in head
        assert '<a class="skip" href="#main">' in page
        assert page.endswith("</html>\n") and not re.search(r"[ \t]\n|\r", page), kind
        assert not re.search(r"<style|style=|\son\w+=|<script(?! src=)", page), kind
        assert 'hreflang="ko"' in page and 'hreflang="en"' in page, kind
        for _, tag, attributes in source.elements:
            if "scroll" in attributes.get("class", "").split():
                assert attributes["tabindex"] == "0" and attributes["role"] == "region"
                assert attributes["aria-label"]
            if tag == "th":
                assert attributes["scope"] in ("col", "row", "colgroup", "rowgroup"), kind


def test_pages_are_the_same_bytes_each_time(site: SiteView) -> None:
    again = views.site()
    assert [page for _, page in every_page(site, "ko")] == [page for _, page in every_page(again, "ko")]


def test_the_board_says_what_on_what_when(site: SiteView) -> None:
    words = words_of(board_page(site))
    for part in (
        "27 ranked submissions on ICDAR 2015, incidental scene text, test set (500 samples), ordered by hmean",
        "Frozen 2026-11-21.",
        "Differences below 2.4 points cannot be resolved by this data set.",
        "about images of this kind, not about training luck",
        "10,000 resamples",
        "ci:perc,B:10000,seed:9f2c1a7e,rng:lb32/1,unit:sample",
        "Could be the best: TextPMS",
        "the ceiling, 90.50, an annotator scored as a submission",
        "tau-b 0.80 [0.71, 0.87]",
        "with ground truth 496",
        "solved by all 33",
        "Suspected ground truth",
        "@misc{ic15-det-v2,",
        "version 1",
    ):
        assert part in words, part


def test_a_row_shows_its_interval_its_rank_set_and_what_reveals_gaming(site: SiteView) -> None:
    page = board_page(site)
    row = re.search(r'<tr data-key="2026-02-02-method-0002-9e3779b1".*?</tr>', page, re.DOTALL)
    assert row
    assert 'data-v-hmean="0.8547722772277228"' in row.group()
    assert '<td class="rank">1–5</td>' in row.group()
    assert '85.48 <span class="interval">[83.42, 87.41]</span>' in row.group()
    assert re.findall(r'<td class="c">([\d,]+)</td>', row.group()) == ["2,059", "32", "0", "7", "1", "0"]
    assert "rescored" in row.group() and "2 by this team" in row.group() and "1 warning" in row.group()


def test_only_a_rank_set_of_one_is_bold(site: SiteView) -> None:
    page = board_page(with_rows(site, lambda k, row: replace(row, could_be_best=k < 3)))
    tab = page[page.index('<table class="results"') : page.index("</table>")]
    assert tab.count('class="best sole"') == 1 and tab.count('class="best"') == 2


def test_rows_that_are_not_ranked_stand_below_with_their_reason(site: SiteView) -> None:
    page = board_page(site)
    table = page[page.index('<table class="results"') : page.index("</table>")]
    ranked, below = table.split('<tbody class="below">')
    assert "SwiftText" not in ranked and "Old reader" not in ranked
    assert re.findall(r'<tr data-key="[^"]+" class="([\w-]+)"', below) == [
        "ceiling",
        "baseline",
        "not-rescored",
        "withdrawn",
    ]
    assert "<s><a" in below and "trained on test images" in below and "predictions were not kept" in below


def test_other_protocols_stand_beside_with_their_own_ranks(site: SiteView) -> None:
    first, second = site.boards[0].tabs
    page = board_page(site)
    assert f'id="results-{first.slug}"' in page and f'id="results-{second.slug}"' in page
    assert f'href="#prot={second.slug}"' in page and f'id="prot={second.slug}"' in page
    textpms = page[page.index(f'<tr data-key="{first.rows[0].key}"') :]
    assert '<td>78.28</td><td class="rank">1</td>' in textpms[: textpms.index("</tr>")]


def test_a_pair_links_to_its_comparison_and_is_told_apart_not_by_colour_alone(site: SiteView) -> None:
    page = board_page(site)
    a, b = site.boards[0].tabs[0].rows[:2]
    assert f'href="../../c.html#board=ic15-det&amp;a={a.key}&amp;b={b.key}">0.00083</a>' in page
    matrix = page[page.index('<table class="matrix"') :]
    cells = [len(re.findall("<td", row)) for row in matrix[: matrix.index("</table>")].split("<tr>")[2:]]
    assert cells == list(range(len(cells)))  # the lower triangle, each pair once
    assert "underlined and shaded" in words_of(page)


def test_links_between_pages_fit_where_pages_live(site: SiteView) -> None:
    made = {"feed.atom"}
    for lang, folder in (("en", ""), ("ko", "ko/")):
        made |= {pages.page_path(kind, lang=lang) for kind in ("index", "about", "compare")}
        made |= {pages.page_path(kind, "ic15-det", lang) for kind in ("board", "images")}
        made |= {pages.page_path("submission", s.key, lang) for s in site.submissions}
        made |= {pages.page_path("protocol", p.slug, lang) for p in site.protocols}
        made |= {pages.page_path("dataset", d.key, lang) for d in site.datasets}
        made |= {folder + "b/ic15-det@v1/index.html"}
    for lang in ("en", "ko"):
        place = pages.page_path("board", "ic15-det", lang)
        targets = {resolved(place, target) for target in Source(board_page(site, lang)).targets()}
        ours = {path for path in targets if not re.match(r"static/|data/|(?:ko/)?i/ic15", path)}
        assert ours <= made, ours - made
        assert {pages.page_path("submission", s.key, lang) for s in site.submissions} <= ours


def resolved(place: str, target: str) -> str:
    from posixpath import dirname, join, normpath

    path = target.split("#")[0]
    return normpath(join(dirname(place), path)) if path else place


def test_every_drawing_has_a_name_and_its_data_as_a_table(site: SiteView) -> None:
    page = board_page(site)
    assert page.count('<svg class="plot"') >= 7
    for drawing in re.findall(r'<svg class="plot".*?</svg>', page, re.DOTALL):
        assert "<title id=" in drawing and "<desc id=" in drawing and "style" not in drawing
    for figure in re.findall(r"<figure>.*?</figure>", page, re.DOTALL):
        assert "<table>" in figure or 'href="#results-' in figure


def test_the_index_shows_ten_rows_of_each_board(site: SiteView) -> None:
    page = pages.render_index(site, "en")
    assert page.count('<td class="rank">') == 10 and "First 10 of 27 submissions by hmean" in words_of(page)
    assert page.count('<svg class="bar"') == 10
    assert "2026-11-11 added DB++" in words_of(page)


def test_a_submission_page_has_card_results_warnings_samples_badge_and_twins(site: SiteView) -> None:
    page = pages.render_submission(site, site.submissions[1], "en")
    words = words_of(page)
    for part in (
        "Training data SynthText, MLT 2017",
        "hmean 85.48 [83.42, 87.41]",
        "Rank 1–5 of 27",
        "W_DUPLICATE 14 times: 14 predictions repeat another one",
        "Lowest scores",
        "PixelLink 97.10 %",
        "javascript:alert(1)",
    ):
        assert part in words, part
    assert 'href="https://doi.org/10.1000/xyz123" rel="nofollow noopener noreferrer"' in page
    assert "javascript:" not in " ".join(re.findall(r'href="([^"]*)"', page))
    assert f"badge/ic15-det-{site.submissions[1].key}.svg" in page
    withdrawn = next(s for s in site.submissions if s.withdrawn)
    assert "Withdrawn. trained on test images" in words_of(pages.render_submission(site, withdrawn, "en"))


def test_a_protocol_page_has_its_rule_parameters_and_formulas(site: SiteView) -> None:
    page = pages.render_protocol(site, site.protocols[1], "ko")
    words = words_of(page)
    assert "What it measures" in words and "Deviations from the official script" in words
    assert "<ol><li>A gt is don't care" in page.replace("&#39;", "'").replace("&#x27;", "'").replace("\n", "")
    assert "<code><strong><bdi>0.7</bdi></strong></code>" in page  # differs from the default
    assert '<div class="spec" lang="en">' in page
    assert "2 · tp n_gt + n_det" in words


def test_values_that_are_not_defined_are_said_to_be_so() -> None:
    site = views.site(3, undefined=True)
    page = board_page(site)
    assert page.count("n/a") >= 9 and "nan" not in page.lower().replace("finance", "")
    assert "data-v-hmean" not in page and "0/0" in page
    for _, other in every_page(site, "ko"):
        assert Source(other).faults == []


def test_a_value_without_an_interval_says_why(site: SiteView) -> None:
    few = with_rows(site, lambda _, row: replace(row, values={"hmean": Value(0.5, notice="W_FEW_SAMPLES")}))
    assert "* Too few samples for an interval" in words_of(board_page(few))


@pytest.mark.parametrize("rows", [0, 1, 2, 27, 1000])
def test_boards_of_every_size_have_their_pages(rows: int) -> None:
    site = views.site(rows, ("rrc-iou",), extras=rows > 2)
    page = board_page(site)
    assert Source(page).faults == []
    assert len(re.findall(r'<td class="rank">\d', page)) == rows
    index = pages.render_index(site, "en")
    assert Source(index).faults == [] and len(index.encode()) < 150_000
    if rows == 0:
        assert "No submission yet." in words_of(page)
    if rows == 1000:
        assert "Drawn for the first 60 of 1,000 rows." in words_of(page)
        assert "Shown for the first 12 rows" in words_of(page)


def test_a_board_of_100_rows_and_12_columns_stays_light() -> None:
    page = board_page(views.site(100, ("rrc-iou",), extra_metrics=7))
    assert len(page.encode()) < 150_000
    assert len(Source(page).elements) <= 4000


def test_a_board_without_any_protocol_or_page_data(site: SiteView) -> None:
    bare = BoardView("bare", "Bare", 1, "", "unknown", (), False)
    page = pages.render_board(replace(site, boards=(bare,)), bare, "ko")
    assert Source(page).faults == []
    assert "images.html" not in page and "-samples.csv" not in page
    assert Source(pages.render_index(replace(site, boards=(), submissions=()), "en")).faults == []


@pytest.mark.parametrize("name", ["x", "n" * 300, "م" * 300, "글" * 301, "\u202e" * 300, " ", "a\nb"])
def test_names_of_any_length_and_direction(name: str) -> None:
    site = views.site(3, ("rrc-iou",), names=[name])
    for kind, page in every_page(site, "en"):
        assert Source(page).faults == [], kind
        page.encode("utf-8")
    assert name[:300].replace("\n", "") in board_page(site) or not name.isprintable() or name == "a\nb"


@pytest.mark.parametrize("text", [EVERYTHING, *OWN], ids=lambda text: ascii(text)[:30])
def test_foreign_text_anywhere_changes_no_element(text: str) -> None:
    for (kind, page), expected in zip(pages_with(text), harmless_shapes(), strict=True):
        page.encode("utf-8")
        assert Source(page).faults == [], kind
        assert without_links(shape(page)) == expected, kind
        assert not HIDDEN.search(page), kind


@cache
def harmless_shapes() -> list[list[str]]:
    return [without_links(shape(page)) for _, page in pages_with("plain words")]


def pages_with(text: str) -> list[tuple[str, str]]:
    """The pages that print foreign text."""
    site = views.site(4, ("rrc-iou",), foreign=text)
    return [
        ("index", pages.render_index(site, "en")),
        ("board", board_page(site)),
        ("submission", pages.render_submission(site, site.submissions[1], "en")),
        ("withdrawn", pages.render_submission(site, site.submissions[-2], "en")),
        ("dataset", pages.render_dataset(site, site.datasets[0], "en")),
    ]


def without_links(lines: list[str]) -> list[str]:
    """Foreign URLs may be links or text."""
    kept = [line for line in lines if not re.match(r"\d+ (?:a \['href', 'rel'\]|bdi)", line)]
    return [re.sub(r"^\d+ ", "", line) for line in kept]


@pytest.mark.parametrize("audience", ["participant", "internal"])
def test_a_page_that_is_not_public_says_so(audience: str) -> None:
    for kind, page in every_page(views.site(3, audience=audience), "en"):
        assert page.count("Do not publish.") == 2, kind
    assert "Do not publish." not in board_page(views.site(3))


def test_hidden_data_are_rounded_and_it_is_said(site: SiteView) -> None:
    hidden = with_first_tab(
        site,
        lambda tab: replace(
            tab,
            step=0.001,
            decimals=1,
            rows=tuple(replace(row, counts={}, warnings=(), shard=None) for row in tab.rows),
        ),
    )
    page = board_page(hidden)
    first = page[page.index('id="results-') : page.index("</table>")]
    assert "rounded to 0.1 points" in words_of(page)
    assert '85.5 <span class="interval">[83.4, 87.4]</span>' in first
    assert 'class="c"' not in first and "Show the counts" not in page[: page.index('id="results-')]


def test_companions_and_a_caution_stand_beside_a_protocol(site: SiteView) -> None:
    def change(tab: TabView) -> TabView:
        gap = {row.key: -0.02 for row in tab.rows[:2]}
        return replace(tab, caution="caution.popeval", companions={"exact": {}, "anagram_gap": gap})

    words = words_of(board_page(with_first_tab(site, change)))
    assert "PopEval does not ask whether words are read whole" in words
    assert "anagram gap" in words and "−2.00" in words


def test_one_language_needs_no_folder() -> None:
    site = views.site(2, ("rrc-iou",), languages=("ko",))
    assert pages.page_path("board", "x", "ko", site.languages) == "b/x/index.html"
    page = board_page(site, "ko")
    assert 'class="language"' not in page and "hreflang" not in page


def test_paths_hold_no_raw_text() -> None:
    assert pages.page_path("index") == "index.html"
    assert pages.page_path("submission", "2026-11-21-x-3c0d19aa", "ko") == "ko/s/2026-11-21-x-3c0d19aa.html"
    assert pages.page_path("sample", "ic15/img-1-00ff00ff") == "i/ic15/img-1-00ff00ff.html"
    assert pages.page_path("board", "b@v2") == "b/b@v2/index.html"
    assert re.fullmatch(r"b/[0-9a-z-]+/index\.html", pages.page_path("board", "../<b>"))
    assert re.fullmatch(r"i/ic15/[0-9a-z-]+\.html", pages.page_path("sample", "ic15/../../x"))
