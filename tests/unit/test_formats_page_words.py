"""Pages where rings are wanted: words, lines and regions of PAGE XML, ALTO, hOCR and Tesseract's TSV."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ocr_eval.errors import InputError
from ocr_eval.formats import read
from ocr_eval.formats.check import examine
from ocr_eval.limits import Limits
from ocr_eval.tables.instances import Instances
from tests.unit.formats_support import unpacked, zipped

BOX = [[10, 20], [50, 20], [50, 30], [10, 30]]
NAMES = {"page-xml": "xml", "alto": "xml", "hocr": "hocr", "tesseract-tsv": "tsv"}


def coords(points: str) -> str:
    return f'<Coords points="{points}"/>'


def equiv(text: str, more: str = "") -> str:
    return f"<TextEquiv {more}><Unicode>{text}</Unicode></TextEquiv>"


def page_xml(lines: str) -> str:
    region = f'<TextRegion id="r">{coords("0,0 99,0 99,99")}{lines}{equiv("Hi all")}</TextRegion>'
    return f"<PcGts><Page>{region}</Page></PcGts>"


PAGE_WORDS = "".join(
    f"<Word>{coords(points)}{equiv(text, f'conf={chr(34)}{conf}{chr(34)}')}</Word>"
    for points, text, conf in (
        ("10,20 50,20 50,30 10,30", "Hi", "0.5"),
        ("60,20 90,20 90,30.5 60,30.5", "all", "0.75"),
    )
)
PAGE = page_xml(f"<TextLine>{coords('10,20 90,20 90,30')}{PAGE_WORDS}{equiv('Hi all')}</TextLine>")
ALTO = (
    "<alto>{}<Layout><Page><PrintSpace><TextBlock>"
    '<TextLine HPOS="10" VPOS="20" WIDTH="80" HEIGHT="10.5">'
    '<String CONTENT="Hi" HPOS="10" VPOS="20.0" WIDTH="40" HEIGHT="10" WC=".5"/><SP/>'
    '<String CONTENT="all" HPOS="60" VPOS="20" WIDTH="30" HEIGHT="10.5" WC="0.75"/><HYP CONTENT="-"/>'
    "</TextLine></TextBlock></PrintSpace></Page></Layout></alto>"
)
HOCR = (
    "<!DOCTYPE html>\n<html><body><div class='ocr_page' title='image \"a;b c.png\"; bbox 0 0 99 99'>\n"
    "<span class='ocr_line' title=\"bbox 10 20 90 31; baseline 0 0\">\n"
    "<span class='ocrx_word' title='bbox 10 20 50 30; x_wconf 50'>Hi</span>\n"
    "<span class='ocrx_word' title='poly 60 20 90 20 90 30.5 60 30.5; bbox 0 0 1 1; x_wconf 75'><em>all</em></span>\n"
    "<span class='ocrx_word' title='bbox 0 0 9 9; x_wconf 95'> </span></span></div></body></html>"
)
HEADER = "level page_num block_num par_num line_num word_num left top width height conf text".replace(
    " ", "\t"
)
TSV = "\n".join(
    [
        HEADER,
        "1\t1\t0\t0\t0\t0\t0\t0\t99\t99\t-1\t",
        "4\t1\t1\t1\t1\t0\t10\t20\t80\t10\t-1\t",
        "5\t1\t1\t1\t1\t1\t10\t20\t40\t10\t50\tHi",
        "5\t1\t1\t1\t1\t2\t60\t20\t30\t10\t75.0\tall",
        "4\t1\t1\t1\t2\t0\t0\t0\t9\t9\t-1\t",
        "5\t1\t1\t1\t2\t1\t0\t0\t9\t9\t95\t  ",
    ]
)
DOCUMENTS = {"page-xml": PAGE, "alto": ALTO.format(""), "hocr": HOCR, "tesseract-tsv": TSV}


def found(tmp_path: Path, name: str, content: str, layout: str | None = None, **more: Any) -> Instances:
    source = unpacked(tmp_path / "pages", {f"p1.{NAMES[name]}": content})
    return read(source, format=layout or f"{name}(level=word)", **more)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_words_have_boxes_texts_and_confidences(tmp_path: Path, name: str) -> None:
    table = found(tmp_path, name, DOCUMENTS[name], samples=("p1", "p2"))
    assert (table.format, table.sample_ids, table.texts) == (name, ("p1",), ("Hi", "all"))
    assert table.points(0).tolist() == BOX
    assert table.points(1)[0].tolist() == [60, 20]
    assert table.points(1)[2].tolist() == [90, 30 if name == "tesseract-tsv" else 30.5]
    assert table.confidence is not None
    assert table.confidence.tolist() == [0.5, 0.75]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_lines_have_the_text_of_their_words(tmp_path: Path, name: str) -> None:
    table = found(tmp_path, name, DOCUMENTS[name], f"{name}(level=line)")
    assert (table.texts, table.confidence) == (("Hi all",), None)
    assert table.points(0)[:2].tolist() == [[10, 20], [90, 20]]
    (problem,) = examine(tmp_path / "pages", format=f"{name}(level=line)", confidence=True).problems
    assert (problem.code, problem.reason) == ("E_CONFIDENCE", "the line has no confidence")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_pages_are_recognised_with_rings_and_without(tmp_path: Path, name: str) -> None:
    ending = NAMES[name]
    source = zipped(tmp_path / "a.zip", {f"p{k}.{ending}": DOCUMENTS[name] for k in (1, 2)})
    with_rings, without = read(source), read(source, geometry=False)
    assert (with_rings.format, with_rings.geometry, without.format, without.geometry) == (
        name,
        True,
        name,
        False,
    )
    assert without.texts == ("Hi all", "Hi all")
    assert len(with_rings) == (2 if name == "page-xml" else 4)


def test_regions_of_a_page(tmp_path: Path) -> None:
    table = found(tmp_path, "page-xml", PAGE, "page-xml(level=region)")
    assert (table.texts, table.xy.tolist()) == (("Hi all",), [[0, 0], [99, 0], [99, 99]])
    old = "<Coords>" + "".join(f'<Point x="{x}" y="{y}"/>' for x, y in BOX) + "</Coords>"
    table = found(tmp_path, "page-xml", page_xml(f"<TextLine>{old}</TextLine>"), "page-xml")
    assert (table.xy.tolist(), table.codepoints) == (BOX, None)


def test_a_page_without_the_level_is_told(tmp_path: Path) -> None:
    content = page_xml(f"<TextLine>{coords('0,0 9,0 9,9')}{equiv('a')}</TextLine>")
    table = found(tmp_path, "page-xml", content)
    assert (len(table), [n.message for n in table.notices]) == (
        0,
        ["pages without a word that have a line: page-xml(level=line) reads it"],
    )


def test_units_of_alto_need_a_resolution(tmp_path: Path) -> None:
    inches = ALTO.format("<Description><MeasurementUnit>inch1200</MeasurementUnit></Description>")
    (problem,) = examine(unpacked(tmp_path / "a", {"p1.xml": inches})).problems
    assert (problem.code, problem.reason) == ("E_FORMAT", "lengths are measured in inch1200, not in pixels")
    table = found(tmp_path, "alto", inches, "alto(resolution=600)")
    assert table.points(0).tolist() == [[x / 2, y / 2] for x, y in BOX]
    tenths = inches.replace("inch1200", "mm10")
    assert found(tmp_path, "alto", tenths, "alto(resolution=508)").points(0).tolist() == [
        [2 * x, 2 * y] for x, y in BOX
    ]
    assert (
        found(tmp_path, "alto", inches.replace("inch1200", "pixel"), "alto(resolution=9)").points(0).tolist()
        == BOX
    )


def test_polygons_of_alto_are_rings_and_lose_the_point_that_closes_them(tmp_path: Path) -> None:
    for points in ("0,0 9,0 9,9 0,0", "0 0 9 0 9 9"):
        shape = f'WC="0.75"><Shape><Polygon POINTS="{points}"/></Shape></String>'
        content = ALTO.format("").replace('WC="0.75"/>', shape)
        assert found(tmp_path, "alto", content).points(1).tolist() == [[0, 0], [9, 0], [9, 9]]


@pytest.mark.parametrize(
    ("name", "old", "new", "code", "reason"),
    [
        ("page-xml", "10,20 50,20 50,30 10,30", "10,20 50", "E_FORMAT", "points of Coords are no pairs x,y"),
        (
            "page-xml",
            "10,20 50,20 50,30 10,30",
            "10,20 50,a 1,1",
            "E_COORD",
            "Coords holds 'a', which is no number",
        ),
        ("page-xml", "10,20 50,20 50,30 10,30", "0,0 50,30 50,0 0,30", "E_POLYGON", "self-intersecting ring"),
        ("page-xml", coords("10,20 50,20 50,30 10,30"), "", "E_FORMAT", "Word without Coords"),
        (
            "page-xml",
            'conf="0.5"',
            'conf="50"',
            "E_CONFIDENCE",
            "conf is '50', expected a number from 0 to 1",
        ),
        (
            "alto",
            'WIDTH="40"',
            'WIDTH="-40"',
            "E_COORD",
            "the box of String is no box of left, top, right and bottom",
        ),
        ("alto", 'HPOS="60"', "", "E_COORD", "the box of String holds '', which is no number"),
        ("alto", 'HPOS="60"', 'HPOS="6e9"', "E_COORD", "the box of String holds '6e9', which is no number"),
        (
            "alto",
            'HPOS="60"',
            'HPOS="1000001"',
            "E_COORD",
            "the box of String is outside -1000000 to 1000000",
        ),
        ("alto", 'CONTENT="all"', "", "E_FORMAT", "String without CONTENT"),
        ("alto", "<PrintSpace>", "</Page><Page><PrintSpace>", "E_FORMAT", "several pages in one file"),
        ("hocr", "bbox 10 20 50 30;", "", "E_FORMAT", "no bbox in the title ' x_wconf 50'"),
        (
            "hocr",
            "bbox 10 20 50 30",
            "bbox 10 20 50",
            "E_COORD",
            "bbox is no box of left, top, right and bottom",
        ),
        (
            "hocr",
            "x_wconf 50",
            "x_wconf 101",
            "E_CONFIDENCE",
            "x_wconf is '101', expected a number from 0 to 100",
        ),
        ("hocr", "poly 60 20 ", "poly 60 ", "E_FORMAT", "poly of 7 numbers, expected pairs"),
        ("hocr", "<span class='ocr_line'", "<p class='ocr_page'><b", "E_FORMAT", "several pages in one file"),
        (
            "tesseract-tsv",
            "\t75.0\t",
            "\t-1\t",
            "E_CONFIDENCE",
            "conf is '-1', expected a number from 0 to 100",
        ),
        (
            "tesseract-tsv",
            "\t40\t10",
            "\t-40\t10",
            "E_COORD",
            "the box is no box of left, top, right and bottom",
        ),
        ("tesseract-tsv", "5\t1\t1\t1\t1\t2", "5\t2\t1\t1\t1\t2", "E_FORMAT", "several pages in one file"),
        (
            "tesseract-tsv",
            "5\t1\t1\t1\t1\t2",
            "5 1",
            "E_FORMAT",
            "'5 1\\x0960",
        ),
    ],
)
def test_a_page_that_is_refused(
    tmp_path: Path, name: str, old: str, new: str, code: str, reason: str
) -> None:
    assert old in DOCUMENTS[name]
    source = unpacked(tmp_path / "a", {f"p1.{NAMES[name]}": DOCUMENTS[name].replace(old, new)})
    (problem,) = examine(source, format=f"{name}(level=word)").problems
    assert (problem.code, problem.reason[: len(reason)]) == (code, reason)


def test_lines_of_faults_are_told(tmp_path: Path) -> None:
    source = unpacked(tmp_path / "a", {"p1.hocr": HOCR.replace("x_wconf 75", "x_wconf 175")})
    assert [(p.entry, p.line) for p in examine(source).problems] == [("p1.hocr", 5)]
    source = unpacked(tmp_path / "b", {"p1.tsv": TSV.replace("75.0", "x")})
    assert [(p.entry, p.line) for p in examine(source).problems] == [("p1.tsv", 5)]
    assert found(tmp_path, "hocr", HOCR).line.tolist() == [4, 5]


def test_limits_and_levels(tmp_path: Path) -> None:
    for name, content in DOCUMENTS.items():
        source = unpacked(tmp_path / name, {f"p1.{NAMES[name]}": content})
        (problem,) = examine(source, format=f"{name}(level=word)", limits=Limits(instances=1)).problems
        assert (problem.code, problem.reason) == ("E_LIMIT", "2 instances in one sample, at most 1")
        with pytest.raises(InputError, match="levels are"):
            read(source, format=name, level="paragraph")
