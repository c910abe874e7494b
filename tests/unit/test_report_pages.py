"""Numbers, foreign text, links, catalogues and the frame that all pages share."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from ocr_eval.report import escape, numbers
from ocr_eval.report.i18n import LANGUAGES, catalogue, text
from ocr_eval.report.page import POLICY, Place, environment, tidy

CATALOGUES = Path(escape.__file__).parent / "i18n"


@pytest.mark.parametrize(
    ("value", "decimals", "printed"),
    [
        (None, 2, "n/a"),
        (0.8227019160805239, 2, "82.27"),
        (1 / 800, 2, "0.12"),  # .125 %: exactly between, to even; the float itself lies above
        (3 / 800, 2, "0.38"),  # .375 %
        (1.0, 2, "100.00"),
        (0.0, 2, "0.00"),
        (-0.00001, 2, "0.00"),  # no minus sign on nothing
        (-0.05, 2, "−5.00"),
        (1.25, 2, "125.00"),  # CER can exceed 1
        (0.8227, 1, "82.3"),
        (0.825, 0, "82"),
        (1e300, 2, "1" + "0" * 302 + ".00"),
    ],
)
def test_percent_is_rounded_half_to_even(value: float | None, decimals: int, printed: str) -> None:
    assert numbers.percent(value, decimals) == printed


@pytest.mark.parametrize(
    ("p", "printed"),
    [
        (None, "n/a"),
        (1.0, "1"),
        (0.4712, "0.47"),
        (0.0999, "0.1"),
        (0.0021, "0.0021"),
        (0.000244140625, "0.00024"),
        (1e-4, "0.0001"),
        (2**-16, "< 0.0001"),
    ],
)
def test_p_values_have_two_digits_and_a_floor(p: float | None, printed: str) -> None:
    assert numbers.p_value(p) == printed


def test_ranks_bounds_and_differences() -> None:
    assert [numbers.rank(r) for r in [(1, 1), (2, 6), None]] == ["1", "2–6", ""]
    assert numbers.bounds(0.8023, 0.8419) == "[80.23, 84.19]"
    assert numbers.bounds(None, None) == ""
    assert [numbers.points(d) for d in (0.0061, -0.0061, 0.0, 0.000001)] == ["+0.61", "−0.61", "0.00", "0.00"]
    assert [numbers.ratio(t) for t in (0.8006407690254358, -0.5, None)] == ["0.80", "−0.50", "n/a"]
    assert numbers.integer(10000) == "10,000"


@pytest.mark.parametrize(
    "point",
    [
        *(0x00, 0x09, 0x0A, 0x1B, 0x7F, 0x85, 0x9F, 0xAD, 0x061C, 0x200B, 0x200F, 0x202A, 0x202E, 0x2060),
        *(0x2069, 0xFEFF, 0xFFF9, 0xFFFB, 0xFFFE, 0xD800, 0xDFFF, 0xE0041, 0x1FFFF, 0x10FFFE, 0x3164, 0x2028),
    ],
)
def test_hidden_characters_are_shown_with_their_code(point: int) -> None:
    text_ = f"a{chr(point)}b"
    mark = f"U+{point:04X}"
    assert escape.foreign(text_) == f'<bdi>a<span class="hidden-character">{mark}</span>b</bdi>'
    assert escape.plain(text_) == f"a[{mark}]b"
    escape.foreign(text_).encode("utf-8")


@pytest.mark.parametrize("text_", ["검출기", "قارئ", "e\u0301", "😀", "AÅ", "日本", "ａ"])
def test_visible_text_is_not_touched_nor_normalised(text_: str) -> None:
    assert escape.foreign(text_) == f"<bdi>{text_}</bdi>"
    assert escape.plain(text_) == text_


def test_markup_in_foreign_text_is_text() -> None:
    assert escape.foreign("<b>&\"'") == "<bdi>&lt;b&gt;&amp;&quot;&#x27;</bdi>"


def test_long_text_folds_and_in_links_is_cut() -> None:
    long = "x" * 301
    assert escape.foreign("x" * 300) == f"<bdi>{'x' * 300}</bdi>"
    folded = escape.foreign(long)
    assert folded.startswith('<details class="long"><summary>') and long in folded
    assert escape.brief(long) == f"<bdi>{'x' * 300}…</bdi>"


def test_notes_keep_their_lines() -> None:
    assert (
        escape.lines("a\nb\x07\n")
        == '<bdi>a</bdi><br><bdi>b<span class="hidden-character">U+0007</span></bdi>'
    )


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://example.org/a?b=c&d#e", "https://example.org/a?b=c&d#e"),
        ("HTTP://example.org", "HTTP://example.org"),
        ("10.1093/restud/rdad006", "https://doi.org/10.1093/restud/rdad006"),
        ("10.1000/a<b>", "https://doi.org/10.1000/a%3Cb%3E"),
        ("javascript:alert(1)", None),
        ("JaVaScRiPt:alert(1)", None),
        ("data:text/html,x", None),
        ("//example.org", None),
        ("https:example.org", None),
        ("https://", None),
        ("https://good.example@bad.example/", None),
        ("https://example.org:port/", None),
        ('https://example.org/"onclick=x', None),
        ("https://example.org/\u202ex", None),
        ("https://example.org/a b", None),
        ("https://[::1", None),
    ],
)
def test_only_harmless_addresses_become_links(url: str, target: str | None) -> None:
    assert escape.address(url) == target
    shown = escape.anchor(url)
    assert ('rel="nofollow noopener noreferrer"' in shown) == (target is not None)


def test_a_text_of_the_catalogue_escapes_what_is_filled_in() -> None:
    filled = escape.compose("{a} & {b}", {"a": "<i>", "b": escape.foreign("<b>")})
    assert filled == "&lt;i&gt; &amp; <bdi>&lt;b&gt;</bdi>"
    assert escape.compose("{a}", {"a": "{b}", "b": "x"}) == "{b}"
    with pytest.raises(KeyError):
        escape.compose("{missing}", {})


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_catalogue_is_flat_sorted_one_key_a_line_without_html(lang: str) -> None:
    source = (CATALOGUES / f"{lang}.json").read_text(encoding="utf-8")
    texts = json.loads(source)
    lines = [f"{json.dumps(key)}: {json.dumps(texts[key], ensure_ascii=False)}" for key in sorted(texts)]
    assert source == "{\n" + ",\n".join(lines) + "\n}\n"
    assert not [key for key, words in texts.items() if re.search(r"</?[a-z]|&[a-z]+;|\s\Z|\A\s", words)]
    assert all(texts.values())


def test_catalogues_have_the_same_keys_and_placeholders() -> None:
    english, korean = catalogue("en"), catalogue("ko")
    assert set(english) == set(korean)

    def places(words: str) -> set[str]:
        return set(re.findall(r"\{([a-z_]+)\}", words))

    assert [key for key in english if places(english[key]) != places(korean[key])] == []
    assert not [key for key in english if re.search(r"\{(?![A-Za-z_]+\})|(?<!\w)\}", english[key])]


def test_korean_texts_are_korean() -> None:
    names = re.compile(r"\{\w+\}|Holm|PopEval|PICO|hmean|1-NED|CER|IoU|DOI|n/a")
    same = {key for key, words in catalogue("ko").items() if words == catalogue("en")[key]}
    assert {key for key in same if re.search(r"[A-Za-z]{2}", names.sub("", catalogue("en")[key]))} == set()


def test_one_is_singular() -> None:
    assert text("en", "row.warnings", count=1) == "1 warning"
    assert text("en", "row.warnings", count=2) == "2 warnings"
    with pytest.raises(KeyError):
        text("en", "no.such.key")


def test_links_are_relative_and_stay_in_their_language() -> None:
    english = Place("b/x/index.html", "en", ("en", "ko"))
    korean = Place("b/x/index.html", "ko", ("en", "ko"))
    assert english.link("s/a.html") == korean.link("s/a.html") == "../../s/a.html"
    assert english.asset("static/site.css") == "../../static/site.css"
    assert korean.asset("static/site.css") == "../../../static/site.css"
    assert english.translation("ko") == "../../ko/b/x/index.html"
    assert korean.translation("en") == "../../../b/x/index.html"
    assert Place("index.html", "en", ("en",)).link("c.html#a=1") == "c.html#a=1"
    assert Place("index.html", "en", ("en",)).link('s/a"b.html') == "s/a%22b.html"
    assert Place("index.html", "ko", ("ko",)).asset("static/site.css") == "static/site.css"


def test_indentation_goes_but_not_inside_pre() -> None:
    assert tidy("<p>\n   a \n\n  b</p>\n<pre>x\n  y </pre>\n") == "<p>\na\nb</p>\n<pre>x\n  y </pre>\n"


def test_a_forgotten_filter_or_name_does_no_harm() -> None:
    made = environment()
    assert made.from_string("{{ x }}").render(x="<i>\u202e") == "&lt;i&gt;[U+202E]"
    with pytest.raises(Exception, match="missing"):
        made.from_string("{{ missing }}").render()


def test_only_the_escaping_module_declares_html() -> None:
    package = Path(escape.__file__).parents[1]
    sinners = [
        path.name
        for path in sorted(package.rglob("*.py"))
        if path.name != "escape.py" and re.search(r"\bMarkup\(", path.read_text(encoding="utf-8"))
    ]
    templates = [
        path.name
        for path in sorted(package.rglob("*.html"))
        if re.search(r"\|\s*safe\b|autoescape|\bstyle=|\bon[a-z]+=", path.read_text(encoding="utf-8"))
    ]
    assert sinners == templates == []


def test_the_policy_is_the_contract() -> None:
    assert POLICY.split("; ") == [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
        "object-src 'none'",
    ]
