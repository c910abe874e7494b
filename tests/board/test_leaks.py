"""The scan: a canary is found in every spelling and packing, what is public anyway is not, and nothing is echoed."""

from __future__ import annotations

import base64
import gzip
import html
import json
import struct
import urllib.parse
import zlib
from collections.abc import Callable

import pytest

from ocr_eval.board.leaks import Canary, Leak, Scanner
from ocr_eval.board.spellings import number_words, unescape
from ocr_eval.report.escape import csv_cell, latex, markdown, visible

TEXTS = [
    "Quatschwort",
    "kleine & GROSSE <Worte>",
    "한국어 비밀문자열",
    "C:\\path\\'quoted' \"twice\"",
    "emoji \U0001f600 in the middle",
    "left\u202eright-to-left-part",
    "img_0431x",
    "a%20b%2Fc&amp;d",
    "50 % _under_ {brace} #hash ~tilde^",
    "x" * 10 + "a long transcription " * 30,
]
PADDING = '<p>Lorem ipsum dolor</p> 0.123 {"a": [1, 2]}\n' * 20


def entities(form: str) -> Callable[[str], str]:
    return lambda text: "".join(f"&#{format(ord(c), form)};" for c in text)


SPELLINGS: dict[str, Callable[[str], bytes]] = {
    "utf-8": lambda t: t.encode("utf-8"),
    "utf-16-le": lambda t: t.encode("utf-16-le"),
    "utf-16-be": lambda t: t.encode("utf-16-be"),
    "json": lambda t: json.dumps(t).encode(),
    "json, no ascii": lambda t: json.dumps(t, ensure_ascii=False).encode(),
    "\\u of everything": lambda t: "".join(
        f"\\u{u:04X}" for u in struct.unpack(f"<{len(t.encode('utf-16-le')) // 2}H", t.encode("utf-16-le"))
    ).encode(),
    "\\u{} of everything": lambda t: "".join(f"\\u{{{ord(c):x}}}" for c in t).encode(),
    "html": lambda t: html.escape(t).encode(),
    "html decimal": lambda t: entities("d")(t).encode(),
    "html hex": lambda t: entities("#x")(t).replace("&#0", "&#").encode(),
    "html in html": lambda t: html.escape(html.escape(t)).encode(),
    "json in html": lambda t: html.escape(json.dumps(t)).encode(),
    "url": lambda t: urllib.parse.quote(t).encode(),
    "url of everything": lambda t: "".join(f"%{b:02x}" for b in t.encode()).encode(),
    "json in url": lambda t: urllib.parse.quote(json.dumps(t)).encode(),
    "latex": lambda t: latex(t).encode(),
    "markdown": lambda t: markdown(t).encode(),
    "page": lambda t: html.escape(visible(t)).encode(),
    "csv": lambda t: ("x," + csv_cell(t) + ",1\n").encode(),
    "upper case": lambda t: t.upper().encode(),
    "lower case": lambda t: t.lower().encode(),
    "base64": lambda t: base64.b64encode((PADDING + t + PADDING).encode()),
    "base64 for urls": lambda t: base64.urlsafe_b64encode((PADDING + t).encode()),
    "base64 after letters": lambda t: b"x" + base64.b64encode((PADDING + t).encode()),
    "base64 in lines": lambda t: base64.encodebytes((PADDING + t + PADDING).encode()),
    "gzip in base64": lambda t: base64.b64encode(gzip.compress((PADDING + t + PADDING).encode())),
    "zlib in base64": lambda t: base64.b64encode(zlib.compress((PADDING + t + PADDING).encode())),
    "base64 in gzip in base64": lambda t: base64.b64encode(
        gzip.compress(PADDING.encode() + base64.b64encode((PADDING + t).encode()))
    ),
    "json in gzip in base64 in json": lambda t: json.dumps(
        {"a": base64.b64encode(gzip.compress(json.dumps({"k": [PADDING, t]}).encode())).decode()}
    ).encode(),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_text_is_found_in_every_spelling(spelling: str) -> None:
    for text in TEXTS:
        scanner = Scanner([Canary("a transcription", text)])
        spelled = SPELLINGS[spelling](text)  # once: gzip holds the time
        data = PADDING.encode() + b'"' + spelled + b'"' + PADDING.encode()
        found = scanner.scan("b/x.html", data)
        assert [leak.origin for leak in found[:1]] == ["a transcription"], text
        assert scanner.scan("b/x.html", data.replace(spelled, b"")) == [], text


RING = (377.0, 117.0, 463.5, 117.0, 465.0, 130.25, 378.0, 130.0)
NUMBERS = [
    "377,117,463.5,117,465,130.25,378,130",
    "377.0, 117.0, 463.50, 117.0, 465.00, 130.25",
    'points="377,117 463.5,117 465,130.25 378,130"',
    "M377 117L463.5 117L465 130.25L378 130Z",
    '{"x":377,"y":117},{"x":463.5,"y":117},{"x":465,"y":130.25}',
    "[[465,130.25],[378,130],[377,117],[463.5,117]]",
    "377.0&#44;117.0&#44;463.5&#44;117.0&#44;465&#44;130.2",
]


@pytest.mark.parametrize("text", NUMBERS)
def test_rings_are_found_between_any_separators(text: str) -> None:
    scanner = Scanner([Canary("a ring", ring=RING)])
    for data in (text.encode(), base64.b64encode(gzip.compress((PADDING + text).encode()))):
        assert [leak.origin for leak in scanner.scan("x.svg", PADDING.encode() + data + b"\n")] == ["a ring"]
    assert scanner.scan("x.svg", PADDING.encode() + text.replace("117", "118").encode()) == []


@pytest.mark.parametrize("form", "dfih")
def test_rings_are_found_in_packed_arrays(form: str) -> None:
    ring = RING if form in "df" else tuple(map(float, map(int, RING)))
    packed = struct.pack(f"<40{form}", *([0] * 16), *(ring if form in "df" else map(int, ring)), *([0] * 16))
    data = b'OE.put("x.s000","' + base64.b64encode(gzip.compress(packed)) + b'");\n'
    leaks = Scanner([Canary("a ring", ring=ring)]).scan("d/x/s000.js", data)
    assert leaks == [Leak("d/x/s000.js", "a ring", "gzip in base64")]


def test_names_of_files_are_read_too() -> None:
    scanner = Scanner([Canary("a sample id", "Zebra Crossing 12"), Canary("another", "img_77x")])
    assert scanner.scan("i/x/zebra-crossing-12-0a1b2c3d.html", b"") == [
        Leak("i/x/zebra-crossing-12-0a1b2c3d.html", "a sample id", "name")
    ]
    assert [leak.origin for leak in scanner.scan("i/img_77x.html", b"")] == ["another"]


def test_short_canaries_count_only_where_they_stand_alone() -> None:
    scanner = Scanner([Canary("a name", "Mayer"), Canary("한", "서울")])
    assert scanner.scan("a.html", "Mayerhof xMayer Mayer_1 강서울".encode()) == []
    assert [leak.origin for leak in scanner.scan("a.html", b"<bdi>Mayer</bdi>")] == ["a name"]
    assert [leak.origin for leak in scanner.scan("a.html", "<bdi>서울</bdi>".encode())] == ["한"]
    assert scanner.scan("a.html", b"/" * 30 + b"/Mayer/" + b"a" * 30) == []  # a run of base64


def test_what_is_public_anyway_is_no_canary() -> None:
    canaries = [Canary("text", "restaurant"), Canary("text", "Quatschwort"), Canary("ring", ring=RING)]
    scanner = Scanner(canaries, ["Restaurant, restaurants and cafés", "377,117,463.5,117,465,130.25,378,130"])
    assert scanner.scan("a.html", b"a restaurant at 377 117 463.5 117 465 130.25") == []
    assert [leak.origin for leak in scanner.scan("a.html", b"Quatschwort")] == ["text"]
    assert [leak.origin for leak in Scanner(canaries).scan("a.html", b"a restaurant")] == ["text"]


def test_a_canary_is_named_by_its_origin_only() -> None:
    leaks = Scanner([Canary("a transcription of data set 'x'", "Quatschwort")]).scan("a.html", b"Quatschwort")
    assert "Quatschwort" not in repr(leaks)


def test_a_bomb_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from ocr_eval.board import leaks

    monkeypatch.setattr(leaks, "LARGEST", 100_000)
    bomb = base64.b64encode(gzip.compress(bytes(10_000_000)))
    with pytest.raises(ValueError, match="unpacks to more than"):
        Scanner([Canary("text", "Quatschwort")]).scan("a.js", bomb)


def test_cut_off_and_glued_archives_are_read_as_far_as_they_go() -> None:
    scanner = Scanner([Canary("text", "Quatschwort")])
    whole = gzip.compress(b"Quatschwort " + bytes(range(256)) * 50)
    assert scanner.scan("a.js", base64.b64encode(whole[:-20]))
    assert scanner.scan("a.js", base64.b64encode(gzip.compress(b"first" * 9) + whole))
    assert scanner.scan("a.js", base64.b64encode(b"\x1f\x8b" + bytes(40) + b"Quatschwort" + bytes(40)))


def test_padding_that_is_everywhere_costs_nothing() -> None:
    """Rings with zeros and ids with a common start do not make every zero a candidate."""
    canaries = [Canary("ring", ring=(0.0, 0.0, 0.0, 900.0 + k, 700.0, 17.0 + k)) for k in range(50)]
    canaries += [Canary("id", f"--------{k:08d}") for k in range(50)]
    scanner = Scanner(canaries)
    assert scanner.scan("a.js", bytes(100_000) + b"-" * 100_000) == []


@pytest.mark.parametrize(
    ("data", "plain"),
    [
        (b"&amp;amp;lt;", b"<"),
        (rb"\ud83d\ude00", "\U0001f600".encode()),
        (rb"\ud83dx", b"\xed\xa0\xbdx"),
        (b"100%25%20done", b"100% done"),
        (b"a\\_b \\textbar", b"a_b \textbar"),
        (b'"say ""x"""', b'"say "x"'),
        (b"\xff\xfe", b"\xff\xfe"),
    ],
)
def test_escapes_are_undone(data: bytes, plain: bytes) -> None:
    assert unescape(data) == plain


def test_numbers_are_compared_by_value() -> None:
    assert number_words(b"x=10.500,y=-3.0;100 0.0") == b" 10.5 -3 100 0 "
