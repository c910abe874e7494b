"""The agreement report as text: every block, every language, hostile texts, undefined numbers, same bytes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from ocr_eval.agreement import report
from ocr_eval.agreement.image_views import ImageRow, ImageViews, confusion_examples
from ocr_eval.agreement.report import page_paths, report_files
from ocr_eval.agreement.report_figures import overlay
from ocr_eval.agreement.report_tables import class_rows, flat_ceilings, headline_ceiling, heat
from ocr_eval.agreement.report_words import case_words, class_words, pieces, reason
from ocr_eval.cli.agree_report import write_report
from ocr_eval.report import curves
from ocr_eval.report.i18n import catalogue
from tests import agreements
from tests.board import site as instruments
from tests.board.hostile_texts import LONE_SURROGATES, OWN

KINDS: dict[str, Callable[[], Any]] = {
    "two": agreements.two,
    "several": agreements.several,
    "few": agreements.few,
    "nothing": agreements.nothing,
    "alike": agreements.alike,
    "hostile": lambda: agreements.of_texts((*OWN, *LONE_SURROGATES)),
}
BLOCKS = "headline ceiling structure cases text geometry dontcare annotators slices images method".split()


@cache
def result(kind: str) -> Any:
    return KINDS[kind]()


@pytest.fixture(scope="session")
def folder_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    root = tmp_path_factory.mktemp("agreements")

    @cache
    def made(kind: str) -> Path:
        return agreements.write(result(kind), root / kind)

    return made


def words(page: Path) -> str:
    return " ".join(instruments.parse(page).plain.split())


@pytest.mark.parametrize("kind", KINDS)
def test_pages_are_well_formed_and_every_link_leads_somewhere(folder_of: Any, kind: str) -> None:
    folder = folder_of(kind)
    assert instruments.markup_faults(folder) == []
    assert instruments.broken_links(folder) == []
    assert (folder / "report.html").is_file() and (folder / "ko" / "report.html").is_file()


@pytest.mark.parametrize("kind", KINDS)
def test_no_page_asks_for_anything_outside_its_folder(folder_of: Any, kind: str) -> None:
    for page in instruments.pages(folder_of(kind)):
        source = page.read_text(encoding="utf-8")
        assert "default-src 'none'" in source
        assert not re.search(r"""(?:src|href)=["'](?:https?:|//|javascript:|data:)""", source), page
        for _, tag, attributes in instruments.parse(page).elements:
            assert tag not in ("style", "iframe", "object", "base", "form"), page
            assert tag != "script" or attributes["src"].endswith("static/theme.js"), page
            assert not [name for name in attributes if name.startswith("on") or name == "style"], page
        assert source.endswith("</html>\n") and "\r" not in source


@pytest.mark.parametrize("lang", ["", "ko/"])
@pytest.mark.parametrize("kind", KINDS)
def test_all_blocks_stand_in_order_and_say_why_they_are_there(folder_of: Any, kind: str, lang: str) -> None:
    source = instruments.parse(folder_of(kind) / f"{lang}report.html")
    headings = [attributes["id"] for _, tag, attributes in source.elements if tag == "h2"]
    assert headings == BLOCKS
    text = (folder_of(kind) / f"{lang}report.html").read_text(encoding="utf-8")
    assert len(re.findall(r"</h2>\s*<p>", text)) == len(BLOCKS)


@pytest.mark.parametrize("kind", KINDS)
def test_no_number_is_missing_without_a_reason(folder_of: Any, kind: str) -> None:
    for page in instruments.pages(folder_of(kind)):
        text = words(page)
        assert not re.search(r"\bnan\b|\bNaN\b(?!,)|Infinity|\bNone\b", text) or kind == "hostile", page
        assert not re.search(r"n/a(?! \()", text), page
        assert "no reason was recorded" not in text and "기록된 까닭 없음" not in text, page


def test_reasons_are_korean_on_korean_pages(folder_of: Any) -> None:
    for kind in ("two", "several", "few", "nothing"):
        found = re.findall(r"n/a \(([^)]*)\)", words(folder_of(kind) / "ko" / "report.html"))
        assert found and [why for why in found if not re.search("[가-힣]|0/0", why)] == []


def test_hidden_numbers_are_those_of_the_result(folder_of: Any) -> None:
    body = result("two").to_json()
    text = words(folder_of("two") / "report.html")
    for name in ("f1", "end_to_end_f1", "one_minus_ned", "f1_macro"):
        value, (lo, hi) = body["agreement"][name]["value"], body["agreement"][name]["interval"]
        assert f"{100 * value:.2f} [{100 * lo:.2f}, {100 * hi:.2f}]" in text
    ceiling = body["ceiling"][0]["mean"]["hmean"]
    assert f"Under rrc-iou, annotators agree at hmean {100 * ceiling['value']:.2f} [" in text
    for case in body["cases"]:
        assert f"{case['leverage']['value']:.2f}".replace("-", "−") in text


def test_few_images_have_no_interval_and_a_warning(folder_of: Any) -> None:
    text = words(folder_of("few") / "report.html")
    assert "Only 3 images" in text and "mostly chance" in text
    assert not re.search(r"\d \[[−+\d]", text)
    assert "Without interval: too few images, an interval takes 20." in text


def test_annotators_who_agree_in_all_have_no_case(folder_of: Any) -> None:
    text = words(folder_of("alike") / "report.html")
    assert "There is no case" in text and "F1 of instances, IoU > 0.5 100.00" in text


def test_a_work_log_adds_pace_and_drift(folder_of: Any) -> None:
    assert "Seconds per instance" in words(folder_of("several") / "report.html")
    assert "Seconds per instance" not in words(folder_of("two") / "report.html")


def test_names_are_not_told_unless_asked_for(folder_of: Any) -> None:
    for page in instruments.pages(folder_of("several")):
        assert not re.search(r"\b(?:ann|bob|eve|dan)\b", words(page)), page
    assert "not annotated by all" in words(folder_of("several") / "report.html")


def test_a_hostile_text_is_shown_as_text(folder_of: Any) -> None:
    allowed = set()
    for kind in ("two", "several", "few"):
        for page in instruments.pages(folder_of(kind)):
            allowed |= {(tag, *sorted(attributes)) for _, tag, attributes in instruments.parse(page).elements}
    allowed |= {("details", "class"), ("span", "class"), ("wbr",), ("i", "class"), ("div", "class")}
    for page in instruments.pages(folder_of("hostile")):
        shapes = {(tag, *sorted(attributes)) for _, tag, attributes in instruments.parse(page).elements}
        assert shapes <= allowed, page
        assert "\u202e" not in page.read_text(encoding="utf-8"), page


def test_the_same_result_gives_the_same_bytes() -> None:
    def digest() -> list[tuple[str, str]]:
        found = agreements.two()
        return [(path, hashlib.sha256(text.encode()).hexdigest()) for path, text in report_files(found)]

    assert digest() == digest()


def test_one_language_lives_at_the_root() -> None:
    paths = [path for path, _ in report_files(result("few"), languages=("ko",))]
    assert "report.html" in paths and not [path for path in paths if path.startswith("ko/")]


def test_images_come_by_disagreement_then_id() -> None:
    rows = ImageViews(result("two")).rows
    known = [row.disagreement for row in rows if row.disagreement is not None]
    assert known == sorted(known, reverse=True) and rows[-1] == ImageRow("img_23", None, 0, 0)
    for one, other in pairwise(rows):
        assert one.disagreement != other.disagreement or one.image < other.image


def test_units_of_a_page_are_the_units_of_the_image() -> None:
    views = ImageViews(result("several"))
    for row in views.rows:
        view = views.view(row.image)
        assert sum(len(pair.units) for pair in view.pairs) == row.units
        assert sum(pair.differing for pair in view.pairs) == row.differing
        assert {unit.row.image for pair in view.pairs for unit in pair.units} <= {row.image}
        for pair in view.pairs:
            for unit in pair.units:
                same = unit.row.structure == "match" and unit.row.text_a == unit.row.text_b
                assert unit.agreed <= same


def test_pages_stop_before_they_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [ImageRow(str(k), 0.5, 10, 1) for k in range(30)]
    assert len(page_paths(rows)) == 30
    monkeypatch.setattr(report, "MOST_UNITS", 45)
    assert list(page_paths(rows).values()) == [f"images/000{k}.html" for k in range(1, 5)]
    monkeypatch.setattr(report, "MOST_UNITS", 5)
    assert len(page_paths(rows)) == 1  # one page there is always
    monkeypatch.setattr(report, "MOST_PAGES", 0)
    assert page_paths(rows) == {}


def test_differences_of_texts_are_marked_and_put_together_again() -> None:
    assert pieces("a b", "a c") == ([("", "a "), ("del", "b")], [("", "a "), ("ins", "c")])
    assert pieces("ab", "a b") == ([("", "a"), ("", "b")], [("", "a"), ("ins", "␣"), ("", "b")])
    assert pieces("x" * 201, "y") is None


def test_words_of_classes_cases_and_reasons() -> None:
    assert class_words("en", "case+space") == "letter case + white space"
    assert class_words("ko", "my rule") == "my rule"
    assert case_words("en", "structure", "split, granularity only") == "split, granularity only"
    assert case_words("en", "dont-care", "flags of {who}") == "don't care flags of {who} taken over by all"
    assert reason("en", "too few images, an interval takes 20") == "too few images, an interval takes 20"
    assert reason("ko", "no instances") == "글자 영역 없음"
    assert reason("ko", "something new") == "something new"


def test_every_reason_of_the_code_has_words() -> None:
    from ocr_eval.agreement import annotators, ceiling, coefficients, dont_care, figures, order, scores

    listed = [
        annotators.ALONE, ceiling.NO_RANKING, ceiling.NO_VALUE, coefficients.NO_VARIATION,
        coefficients.NOT_RATED_TWICE, dont_care.NO_VARIATION, figures.NO_INSTANCES, figures.TOO_FEW, order.NO_ORDER,
        scores.NO_PAIRS,
    ]  # fmt: skip
    assert [why for why in listed if not re.search("[가-힣]|0/0", reason("ko", why))] == []


def test_classes_are_ranked_with_equal_on_top() -> None:
    listed = [
        {"text": {"classes": {"equal": 2, "case": 5}}},
        {"text": None},
        {"text": {"classes": {"indel": 5}}},
    ]
    assert class_rows(listed) == [
        ("equal", [2, None, 0], 2),
        ("case", [5, None, 0], 5),
        ("indel", [0, None, 5], 5),
    ]


def test_a_protocol_that_cannot_score_says_why() -> None:
    one = {"protocol": "x", "images": 2, "mean": {}, "directions": [{"metrics": {}, "reason": "no"}]}
    assert [(row["metric"], row["reason"]) for row in flat_ceilings([one])] == [(None, "no")]
    assert headline_ceiling([one]) == []


def test_a_heat_map_needs_three_and_is_symmetric() -> None:
    assert heat(result("two").to_json()) is None
    cells = heat(result("several").to_json())
    assert cells is not None and len(cells) == 4
    for k, (_, row) in enumerate(cells):
        assert row[k] == (None, None)
        assert [cells[n][1][k] for n in range(4)] == row
    assert {shade for _, row in cells for _, shade in row} >= {None, 0, 5}


def test_examples_of_confusions_hold_the_characters() -> None:
    found = result("several")
    for pair, examples in zip(found.pairs, confusion_examples(found), strict=True):
        assert examples.keys() == {(a, b) for a, b, _ in pair.confusions}
        for (old, new), texts in examples.items():
            assert 0 < len(texts) <= 3
            assert all(old in a and new in b for a, b in texts)


def test_a_drawing_of_nothing_has_a_frame() -> None:
    view = ImageViews(result("nothing")).view("a")
    assert overlay(view.pairs[0]).units == () and overlay(view.pairs[0]).box == "-12 -12 124 124"
    empty = curves.ring_plot([], [], name="x", title="t", about="a")
    assert "<path" not in empty
    point = curves.ring_plot([[[3.0, 4.0]] * 3], [], name="x", title="t", about="a")
    assert "nan" not in point and "inf" not in point


def test_foreign_labels_of_curves_are_escaped() -> None:
    drawing = curves.curve_plot(
        [curves.Curve("<b>\u202e", [(0.0, 0.0), (1.0, 1.0)], stairs=True)],
        name="x", title="<i>", about="&", x_ticks=[(0.0, "0"), (1.0, "1")], y_ticks=[(0.0, "0"), (1.0, "1")],
        x_label="<u>",
    )  # fmt: skip
    assert (
        "&lt;b&gt;[U+202E]" in drawing
        and "<b>" not in drawing
        and "<i>" not in drawing
        and "<u>" not in drawing
    )


def test_pages_of_an_earlier_run_go_and_nothing_else(tmp_path: Path) -> None:
    for name in (
        "images/0001.html",
        "images/0007.html",
        "images/mine.html",
        "ko/images/0009.html",
        "notes.txt",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("old")
    assert write_report(tmp_path, [("report.html", "r"), ("images/0001.html", "new")]) == 2
    left = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file())
    assert left == ["images/0001.html", "images/mine.html", "notes.txt", "report.html"]
    assert (tmp_path / "images/0001.html").read_text() == "new"


def test_every_text_of_the_report_is_used() -> None:
    sources = "".join(
        path.read_text(encoding="utf-8")
        for path in sorted(Path(report.__file__).parent.rglob("*"))
        if path.suffix in (".py", ".html")
    )
    rooms = (
        "class",
        "kind",
        "sub",
        "why",
        "score",
        "slice",
        "dimension",
        "case",
        "edge",
        "convention",
        "method",
    )
    keys = [key.removeprefix("agree.") for key in catalogue("en") if key.startswith("agree.")]
    unused = [
        key for key in keys if key.split(".")[0] not in rooms and key.removesuffix(".one") not in sources
    ]
    assert unused == []
