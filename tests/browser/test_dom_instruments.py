"""The instruments that compare trees and look for leaks see planted faults."""

from __future__ import annotations

import base64
import gzip
from pathlib import Path

import pytest

from tests.board import site
from tests.browser import dom

HEAD = '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>t</title></head><body>'


def write(folder: Path, name: str, body: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{HEAD}{body}</body></html>", encoding="utf-8")
    return path


MARKUP = [
    ("<p>a</p><svg><polygon points='1,2'/></svg><br>", None),
    ("<p><b>a</p></b>", "</p> while <b> is open"),
    ("<div>", "</body> while <div> is open"),
    ("<p id='a'></p><p id='a'></p>", "id 'a' twice"),
    ("<p class='a' class='b'></p>", "<p> has class twice"),
]


@pytest.mark.parametrize(("body", "fault"), MARKUP)
def test_faults_of_markup(tmp_path, body, fault):
    write(tmp_path, "index.html", body)
    faults = site.markup_faults(tmp_path)
    assert not faults if fault is None else any(fault in line for line in faults), faults


LINKS = [
    ("index.html", None),
    ("#top", None),
    ("#sort=-hmean", None),
    ("b/x/index.html#top", None),
    ("b/x/index.html#sort=a&q=b", None),
    ("https://example.org/", None),
    ("none.html", "no such file"),
    ("b/x", "no such file"),
    ("#none", "no such id"),
    ("b/x/index.html#none", "no such id"),
    ("../index.html", "no such file"),
    ("/index.html", "not relative"),
    ("javascript:1", "not relative"),
]


@pytest.mark.parametrize(("target", "fault"), LINKS)
def test_faults_of_links(tmp_path, target, fault):
    write(tmp_path / "site", "b/x/index.html", '<h1 id="top">x</h1>')
    write(tmp_path, "index.html", "")
    write(tmp_path / "site", "index.html", f'<h1 id="top">x</h1><a href="{target}">x</a>')
    broken = site.broken_links(tmp_path / "site")
    assert broken == ([] if fault is None else [f"index.html -> {target}: {fault}"])


CANARY = 'sé"cret<1>'
HIDING = {
    "raw": CANARY.encode(),
    "utf-16": CANARY.encode("utf-16-le"),
    "json": b'{"a": "s\\u00e9\\"cret<1>"}',
    "html": "sé&quot;cret&lt;1&gt;".encode(),
    "url": b"?q=s%C3%A9%22cret%3C1%3E",
    "base64": b'OE.put("k","' + base64.b64encode(b"-" * 40 + CANARY.encode()) + b'");',
    "gzip": b'OE.put("k","' + base64.b64encode(gzip.compress(b"-" * 40 + CANARY.encode())) + b'");',
}


@pytest.mark.parametrize("hiding", HIDING)
def test_a_leak_is_found_however_it_is_spelled(tmp_path, hiding):
    (tmp_path / "a.js").write_bytes(b"harmless " * 30)
    assert site.leaks(tmp_path, [CANARY, "other"]) == []
    (tmp_path / "b.js").write_bytes(b"harmless " + HIDING[hiding])
    assert [line.split(":")[0] for line in site.leaks(tmp_path, [CANARY, "other"])] == ["b.js"]


def test_a_leak_in_a_file_name_is_found(tmp_path):
    (tmp_path / "a-canary.html").write_text("x")
    assert len(site.leaks(tmp_path, ["canary"])) == 1


NOT_AS_WRITTEN = [
    "<p><div>a</div></p>",
    "<table><tr><td>a</td></tr></table>",
    "<a href='x'><a href='y'>b</a></a>",
]


@pytest.mark.browser
@pytest.mark.parametrize("body", ["<p>a</p><svg viewBox='0 0 1 1'><path/></svg>", *NOT_AS_WRITTEN])
def test_the_browser_tree_is_the_written_one_or_not(open_page, tmp_path, body):
    path = write(tmp_path, "index.html", body)
    assert (dom.outline(open_page(path)) == site.parse(path).outline) is (body not in NOT_AS_WRITTEN)


DANGERS = [
    ('<p onclick="x">a</p>', "p has onclick"),
    ('<a href="javascript:1">a</a>', "a href=javascript:1"),
    ('<a href=" java\tscript:1">a</a>', "a href="),
    ('<iframe title="x"></iframe>', "a iframe"),
    ("<script>OWNED = 1</script>", "a hostile text ran"),
    ("<svg><foreignObject></foreignObject></svg>", "a foreignObject"),
    ('<p style="color: red">a</p>', "p has a style"),
    (
        '<a href="https://example.org/a:b">a</a><a href="c.html#a=b:c">c</a><img alt="" src="data:image/gif,">',
        None,
    ),
]


@pytest.mark.browser
@pytest.mark.parametrize(("body", "danger"), DANGERS)
def test_dangers_in_the_tree(open_page, tmp_path, body, danger):
    path = write(tmp_path, "index.html", body)
    page = open_page(path)
    loaded = dom.dangers(page)
    open_page.taken()
    ((_, unloaded, _),) = dom.parsed(page, [path])
    for found in (loaded, unloaded):
        assert not found if danger is None else any(line.startswith(danger) for line in found), found


@pytest.mark.browser
def test_an_injected_element_or_attribute_is_a_new_shape(open_page, tmp_path):
    def shapes(body: str) -> set[str]:
        path = write(tmp_path, "index.html", body)
        page = open_page(path)
        ((_, _, unloaded),) = dom.parsed(page, [path])
        assert unloaded == dom.shapes(page)
        return unloaded

    harmless = shapes('<p class="a b">x</p><p><b>y</b></p>')
    assert shapes('<p class="b a">other</p><p><b>text</b><b></b></p>') == harmless
    for body in ("<p><i>y</i></p>", '<p class="a" title="x">x</p>', '<p class="c">x</p>', "<b>x</b>"):
        assert not shapes(body) <= harmless
