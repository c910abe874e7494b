"""Pages: PAGE XML, ALTO, hOCR and Tesseract's TSV become one text per sample."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ocr_eval.errors import InputError
from ocr_eval.formats import read
from ocr_eval.formats.check import examine
from ocr_eval.limits import Limits
from ocr_eval.text.normal_forms import normal_form
from tests.unit.formats_support import unpacked, zipped


def text_of(tmp_path: Path, content: str, name: str = "p1.xml", **arguments: Any) -> str:
    table = read(unpacked(tmp_path / "pages", {name: content}), geometry=False, **arguments)
    assert (table.sample_ids, table.geometry) == (("p1",), False)
    (text,) = table.texts
    return text


def equiv(text: str, attributes: str = "") -> str:
    return f"<TextEquiv {attributes}><PlainText>no</PlainText><Unicode>{text}</Unicode></TextEquiv>"


def region(name: str, text: str = "", inside: str = "") -> str:
    return f'<TextRegion id="{name}"><Coords points="0,0 1,1"/>{inside}{equiv(text) if text else ""}</TextRegion>'


def page(body: str, order: str = "") -> str:
    return (
        (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<pc:PcGts xmlns:pc="http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15">'
            "<pc:Metadata><pc:Comments>no</pc:Comments></pc:Metadata>"
            f"<pc:Page>{order}{body}</pc:Page></pc:PcGts>"
        )
        .replace("<pc:", "<")
        .replace("</pc:", "</")
        .replace(" xmlns:pc", " xmlns")
    )


REGIONS = region("a", "A") + region("b", "B\nb") + region("c") + region("d", "D")


def test_regions_stand_in_document_order_without_a_reading_order(tmp_path: Path) -> None:
    assert text_of(tmp_path, page(REGIONS)) == "A\nB\nb\nD"


@pytest.mark.parametrize(
    ("order", "text"),
    [
        (
            '<OrderedGroup id="o"><RegionRefIndexed index="10" regionRef="a"/>'
            '<RegionRefIndexed index="2" regionRef="d"/><RegionRefIndexed index="3" regionRef="image"/></OrderedGroup>',
            "D\nA",
        ),
        (
            '<UnorderedGroup><RegionRef regionRef="d"/><RegionRef regionRef="c"/>'
            '<OrderedGroup><RegionRefIndexed index="1" regionRef="a"/><RegionRefIndexed index="0" regionRef="b"/>'
            "</OrderedGroup></UnorderedGroup>",
            "D\nB\nb\nA",
        ),
        (
            '<OrderedGroup><OrderedGroupIndexed index="1" regionRef="table"><RegionRefIndexed index="0" regionRef="a"/>'
            '</OrderedGroupIndexed><UnorderedGroupIndexed index="0"><RegionRef regionRef="d"/></UnorderedGroupIndexed>'
            "</OrderedGroup>",
            "D\nA",
        ),
        ("", ""),
    ],
)
def test_the_reading_order_names_all_there_is(tmp_path: Path, order: str, text: str) -> None:
    content = page(REGIONS, f"<ReadingOrder>{order}</ReadingOrder>")
    found = read(unpacked(tmp_path / "pages", {"p1.xml": content}), geometry=False)
    assert found.texts == (text,)
    left = 4 - sum(order.count(f'"{name}"') for name in "abcd")
    assert sum(n.count for n in found.notices) == left


def test_of_several_texts_the_lowest_index_counts_then_the_highest_confidence_then_the_first(
    tmp_path: Path,
) -> None:
    def one(*texts: str) -> str:
        return page(f'<TextRegion id="r">{"".join(texts)}</TextRegion>')

    first, second, third = equiv("1", 'index="2" conf="0.9"'), equiv("2", 'index="0"'), equiv("3", 'conf="1"')
    assert text_of(tmp_path, one(first, second, third)) == "2"
    assert text_of(tmp_path, one(third, equiv("4", 'conf="0.5"'), equiv("5"))) == "3"
    assert text_of(tmp_path, one(equiv("6"), equiv("7"))) == "6"
    assert text_of(tmp_path, one(equiv("6"), equiv("7", 'index="5"'))) == "7"


def test_levels_join_lines_and_words(tmp_path: Path) -> None:
    def line(text: str, *words: str) -> str:
        glyph = f"<Glyph>{equiv('no')}</Glyph>"
        return (
            f"<TextLine>{''.join(f'<Word>{glyph}{equiv(w)}</Word>' for w in words)}{equiv(text)}</TextLine>"
        )

    content = page(
        region("a", "whole", line("one two", "two", "one") + line("") + line("three"))
        + region("b", "", line("x"))
    )
    assert text_of(tmp_path, content) == "whole"
    assert text_of(tmp_path, content, level="line") == "one two\n\nthree\nx"
    assert text_of(tmp_path, content, level="word") == "two one"
    with pytest.raises(InputError, match="region, line, word"):
        text_of(tmp_path, content, level="page")


def test_a_page_with_texts_of_lines_only_says_so(tmp_path: Path) -> None:
    content = page(region("a", "", f"<TextLine>{equiv('x')}</TextLine>"))
    found = read(unpacked(tmp_path / "pages", {"p1.xml": content}), geometry=False)
    assert found.texts == ("",)
    assert "level=line" in found.notices[0].message


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        ("<PcGts/>", "E_FORMAT", "no Page element"),
        ("<PcGts><Page>", "E_FORMAT", "not XML"),
        (
            page('<TextRegion id="r">' + equiv("a", 'index="x"') + equiv("b") + "</TextRegion>"),
            "E_FORMAT",
            "'x'",
        ),
        (
            page(
                REGIONS,
                '<ReadingOrder><OrderedGroup><RegionRefIndexed index="1.5"/></OrderedGroup></ReadingOrder>',
            ),
            "E_FORMAT",
            "index '1.5' of RegionRefIndexed is no whole number",
        ),
        ("<!DOCTYPE PcGts><PcGts/>", "E_XML_DTD", "declares a DTD"),
    ],
)
def test_page_xml_that_is_refused(tmp_path: Path, content: str, code: str, words: str) -> None:
    found = examine(zipped(tmp_path / "a.zip", {"p1.xml": content}), format="page-xml", geometry=False)
    (problem,) = found.problems
    assert (problem.code, problem.entry) == (code, "p1.xml")
    assert words in problem.reason


def alto(*lines: str) -> str:
    body = "".join(f"<TextLine>{line}</TextLine>" for line in lines)
    return f'<alto xmlns="http://www.loc.gov/standards/alto/ns-v4#"><Layout><Page><PrintSpace>{body}</PrintSpace></Page></Layout></alto>'


def test_alto_joins_strings_and_leaves_hyphens_and_alternatives_out(tmp_path: Path) -> None:
    content = alto(
        '<String CONTENT="an"/><SP/><String CONTENT="aver" SUBS_TYPE="HypPart1" SUBS_CONTENT="average"/>'
        '<HYP CONTENT="-"/>',
        '<String CONTENT="age" SUBS_TYPE="HypPart2" SUBS_CONTENT="average"><ALTERNATIVE>no</ALTERNATIVE></String>'
        '<String CONTENT="&lt;x&gt;"><Glyph CONTENT="y"><Variant CONTENT="z"/></Glyph></String>',
        "",
    )
    assert text_of(tmp_path, content) == "an aver\nage <x>\n"
    assert text_of(tmp_path, content, format="alto(hyphens=join)", level="word") == "an average\n<x>\n"


@pytest.mark.parametrize("content", ["<alto/>", alto("<String/>")])
def test_alto_that_is_refused(tmp_path: Path, content: str) -> None:
    (problem,) = examine(unpacked(tmp_path / "a", {"p1.xml": content}), geometry=False).problems
    assert problem.code == "E_FORMAT"


HOCR = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/x.dtd">
<html><head><title>no</title><style>.a > b { }</style></head><body>
<!-- <span class='ocrx_word'>no</span> -->
<div class='ocr_page' title='image "a>b;c.png"; bbox 0 0 9 9'>
 <span class="ocr_line x" title='bbox 0 0 1 1'>
  <span class='ocrx_word' title="x"><strong>A &amp;\n  <em>B</em></strong></span>
  <span class='ocrx_word'> </span><SPAN CLASS=ocrx_word>1 &lt; 2</SPAN>
 </span>
 <span class='ocr_header'>whole
   line<br/></span><span class='ocr_caption'></span>
 <span class='ocr_word'>alone</span> outside
</div></body></html>
"""


def test_hocr_words_and_lines(tmp_path: Path) -> None:
    found = read(unpacked(tmp_path / "pages", {"p1.hocr": HOCR}), geometry=False)
    assert (found.format, found.texts) == ("hocr", ("A & B 1 < 2\nwhole line\nalone",))
    assert [(n.code, n.count) for n in found.notices] == [("W_LAYOUT", 1)]


def test_hocr_that_is_not_well_formed_is_read(tmp_path: Path) -> None:
    content = (
        "<div class='ocr_page'><p><span class='ocr_line'><span class='ocrx_word'>a</b> < b<i>c"
        "</span></p></span><span class='ocr_line'><span class='ocrx_word'>d"
    )
    assert text_of(tmp_path, content, "p1.html") == "a < bc\nd"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("<!DOCTYPE html [<!ENTITY x 'y'>]><div class='ocr_page'></div>", "E_XML_DTD"),
        ("<div class='other'>ocr_page</div>", "E_FORMAT"),
        ("<div class='ocr_page'>\0</div>", "E_ENCODING"),
    ],
)
def test_hocr_that_is_refused(tmp_path: Path, content: str, code: str) -> None:
    (problem,) = examine(
        unpacked(tmp_path / "a", {"p1.hocr": content}), geometry=False, format="hocr"
    ).problems
    assert problem.code == code


def test_hocr_of_open_quotes_and_comments_is_linear() -> None:
    from ocr_eval.formats.hocr import lines_of

    for part in ('<a "', "<!--", "<", "<span class='ocrx_word'>", "&", "<script>", "<style></style>"):
        lines_of("<p class='ocr_page'>" + part * (400_000 // len(part)))


HEADER = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n"


def test_tesseract_tsv_words_of_a_line(tmp_path: Path) -> None:
    def row(level: int, line: int, text: str) -> str:
        return f"{level}\t1\t1\t1\t{line}\t1\t0\t0\t9\t9\t{96.5 if level == 5 else -1}\t{text}\n"

    content = HEADER + row(4, 1, "") + row(5, 1, '"') + row(5, 1, "  ") + row(5, 1, "b c") + row(5, 2, "d")
    found = read(unpacked(tmp_path / "pages", {"p1.tsv": content}), geometry=False)
    assert (found.format, found.texts) == ("tesseract-tsv", ('" b c\nd',))
    assert [n.count for n in found.notices] == [1]
    bad = content + "5\t1\t1\n" + "5\tx\t1\t1\t2\t1\t0\t0\t9\t9\t96\te\n"
    problems = examine(unpacked(tmp_path / "bad", {"p1.tsv": bad}), geometry=False).problems
    assert [(p.code, p.line) for p in problems] == [("E_FORMAT", 7), ("E_FORMAT", 8)]


@pytest.mark.parametrize("content", [page(REGIONS), alto('<String CONTENT="abcdefg"/>'), HOCR])
def test_a_page_has_a_limit_of_characters(tmp_path: Path, content: str) -> None:
    source = unpacked(tmp_path / "a", {"p1.xml": content})
    found = examine(source, geometry=False, limits=Limits()._replace(page_characters=6))
    assert [p.code for p in found.problems] == ["E_LIMIT"]
    scored = examine(source, geometry=False, confidence=True)
    assert [p.code for p in scored.problems] == ["E_FORMAT"]


def square(x: int) -> str:
    return f'<Coords points="{x},0 {x + 9},0 {x + 9}.5,9 {x},9"/>'


def regions_of(tmp_path: Path, content: str, **arguments: Any) -> Any:
    source = unpacked(tmp_path / "regions", {"p1.xml": content})
    return read(source, geometry=False, regions=True, **arguments)


def test_regions_of_a_page_stand_in_reading_order_with_their_rings(tmp_path: Path) -> None:
    old = '<Coords><Point x="1" y="2"/><Point x="3" y="2"/><Point x="3" y="4"/></Coords>'
    body = (
        f'<TextRegion id="a">{square(0)}{equiv("A")}</TextRegion><TextRegion id="b">{old}{equiv("B")}</TextRegion>'
        f'<TextRegion id="c">{equiv("")}</TextRegion>'
    )
    order = (
        '<ReadingOrder><UnorderedGroup><RegionRef regionRef="b"/><RegionRef regionRef="a"/></UnorderedGroup>'
    )
    table = regions_of(tmp_path, page(body, order + "</ReadingOrder>"))
    assert (table.geometry, table.texts, table.line.tolist()) == (True, ("B", "A"), [1, 2])
    assert table.points(0).tolist() == [[1, 2], [3, 2], [3, 4]]
    assert table.points(1).tolist() == [[0, 0], [9, 0], [9.5, 9], [0, 9]]


def test_pages_without_all_rings_are_texts(tmp_path: Path) -> None:
    ringed = f'<TextRegion id="a">{square(0)}{equiv("A")}</TextRegion>'
    table = regions_of(tmp_path, page(ringed + REGIONS))
    assert (table.geometry, table.texts) == (False, ("A\nA\nB\nb\nD",))
    assert not regions_of(tmp_path, page(""), role="gt").geometry


@pytest.mark.parametrize(
    "points", ["", "0,0 9,0", "0,0 9,0 9", "0,0 9,0 9,x", "0,0 9,0 9,1e9", "0,0 9,0 9,9999999"]
)
def test_a_page_is_not_refused_for_a_ring(tmp_path: Path, points: str) -> None:
    body = f'<TextRegion id="a"><Coords points="{points}"/>{equiv("A")}</TextRegion>'
    table = regions_of(tmp_path, page(body))
    assert (table.geometry, table.texts) == (False, ("A",))
    assert ["without reading order" in notice.message for notice in table.notices] == [True]


def test_regions_of_alto_are_blocks_with_lines(tmp_path: Path) -> None:
    def block(x: str, *lines: str) -> str:
        inside = "".join(f'<TextLine><String CONTENT="{line}"/></TextLine>' for line in lines)
        return f'<TextBlock HPOS="{x}" VPOS="1" WIDTH="8" HEIGHT="4.5">{inside}</TextBlock>'

    body = block("0", "a", "b") + block("9") + block("20.5", "c")
    content = f"<alto><Layout><Page><PrintSpace>{body}</PrintSpace></Page></Layout></alto>"
    table = regions_of(tmp_path, content)
    assert (table.geometry, table.texts) == (True, ("a\nb", "c"))
    assert table.points(1).tolist() == [[20.5, 1], [28.5, 1], [28.5, 5.5], [20.5, 5.5]]
    unit = "<Description><MeasurementUnit>mm10</MeasurementUnit></Description><Layout>"
    assert regions_of(tmp_path, content.replace("<Layout>", unit)).texts == ("a\nb\nc",)
    bare = content.replace(' HPOS="0"', "")
    assert regions_of(tmp_path, bare).texts == ("a\nb\nc",)
    assert regions_of(tmp_path, content.replace('"20.5"', '"x"')).texts == ("a\nb\nc",)


def test_regions_of_the_reference_join_to_its_texts(shared: Path) -> None:
    for path in sorted((shared / "data" / "pages").glob("*.xml")):
        table, whole = (read(path, geometry=False, regions=regions) for regions in (True, False))
        assert "\n".join(table.texts) == whole.texts[0]
        endless = path.name.startswith("actevedef_") and ".pred" in path.name  # rings of 5 778 points
        assert table.geometry == (not endless), path.name


def test_one_page_given_as_a_file_is_the_only_sample(tmp_path: Path) -> None:
    folder = unpacked(
        tmp_path / "a", {"x.gt.xml": page(REGIONS), "x.pred.xml": alto('<String CONTENT="A"/>')}
    )
    gt = read(folder / "x.gt.xml", role="gt", geometry=False)
    found = read(folder / "x.pred.xml", format="auto", geometry=False, samples=gt)
    assert (gt.sample_ids, found.sample_ids, found.texts) == (("x.gt",), ("x.gt",), ("A",))
    assert [n.code for n in found.notices] == ["W_LAYOUT"]
    (problem,) = examine(folder / "x.pred.xml", geometry=False, samples=("x.gt", "y")).problems
    assert problem.code == "E_ENTRY_UNKNOWN"


# the reference's pages


def test_the_pages_of_the_reference_are_the_texts_beside_them(shared: Path) -> None:
    sbb = normal_form("nfc+sbb")
    files = sorted((shared / "data" / "pages").glob("*.xml"))
    assert len(files) == 12
    for path in files:
        (text,) = read(path, geometry=False).texts
        assert sbb(text) == path.with_suffix(".txt").read_text(encoding="utf-8"), path.name


@pytest.mark.parametrize(
    ("path", "length", "start"),
    [
        ("page_xml/mixed-regions.page.xml", 1774, "phariſei"),
        ("page_xml/table-order/table-no-reading-order.xml", 17, "5\n6\n7\n8\n9\n1\n2\n3\n4"),
        ("page_xml/table-order/table-order-0001.xml", 17, "1\n2\n3\n4\n5\n6\n7\n8\n9"),
        ("page_xml/table-order/table-region.xml", 17, "1\n2"),
        ("page_xml/table-order/table-unordered.xml", 17, "1\n2"),
        ("page_xml/levels-are-different.page.xml", 30, "Inconsistent dummy region text"),
        ("alto/test.alto1.xml", 23476, "J a"),
        ("alto/test.alto2.xml", 1682, "142"),
        ("alto/v4_Glyph_Sample01_General.xml", 10, "Marne Home"),
        ("alto/v4_Glyph_Sample04_Chinese.xml", 7, "義 禮 說 選"),
    ],
)
def test_the_sample_pages(shared: Path, path: str, length: int, start: str) -> None:
    (text,) = read(shared / "formats" / path, geometry=False).texts
    text = normal_form("nfc+sbb")(text)
    assert (len(text), text.startswith(start)) == (length, True)


def test_lines_of_a_page_whose_levels_disagree(shared: Path) -> None:
    path = shared / "formats" / "page_xml" / "levels-are-different.page.xml"
    (text,) = read(path, geometry=False, level="line").texts
    assert len(normal_form("nfc+sbb")(text)) == 91


def test_three_outputs_of_one_engine_hold_one_text(shared: Path) -> None:
    folder = shared / "formats" / "tesseract"
    texts = {read(folder / name, geometry=False).texts for name in ("out.hocr", "out.tsv", "out.xml")}
    assert len(texts) == 1


@pytest.mark.parametrize("geometry", [False, True])
@pytest.mark.parametrize("first", ["page", "alto"])
def test_a_folder_that_mixes_two_layouts_names_the_other_one_s_files(
    tmp_path: Path, first: str, geometry: bool
) -> None:
    contents = {"page": page(region("a", "A")), "alto": alto()}
    second = "alto" if first == "page" else "page"
    folder = unpacked(tmp_path / "pages", {"p1.xml": contents[first], "p2.xml": contents[second]})
    with pytest.raises(InputError) as refused:
        read(folder, geometry=geometry)
    found = [p for p in refused.value.problems if p.entry == "p2.xml"]
    roots = {"page": "'PcGts', expected alto (ALTO XML)", "alto": "'alto', expected PcGts (PAGE XML)"}
    assert [(p.code, p.reason) for p in found] == [("E_FORMAT", f"the root element is {roots[second]}")]
    assert "an input of their own" in found[0].hint
