"""The instruments of the browser tests see what they are there to see."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser import chromium
from tests.browser.axe import axe

pytestmark = pytest.mark.browser

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'none'; base-uri 'none'; form-action 'none'; object-src 'none'"
)


def write_page(folder: Path, body: str = "<h1>Board</h1>", script: str = "", policy: str = POLICY) -> Path:
    (folder / "page.js").write_text(script, encoding="utf-8")
    page = folder / "index.html"
    page.write_text(
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}"><title>Board</title>'
        f'<script src="page.js" defer></script></head><body><main>{body}</main></body></html>',
        encoding="utf-8",
    )
    return page


@pytest.mark.parametrize("over", ["file", "http"])
def test_a_harmless_page_is_silent(open_page, serve, tmp_path, over):
    page = write_page(tmp_path, script="document.title = 'ran'")
    where = page if over == "file" else serve(tmp_path) + "index.html"
    assert open_page(where).title() == "ran"
    assert open_page.taken() == []


def test_without_javascript_nothing_runs(open_page, tmp_path):
    assert (
        open_page(write_page(tmp_path, script="document.title = 'ran'"), javascript=False).title() == "Board"
    )


PLANTS = [
    ("", "console.log('hello')", "console: log hello"),
    ("", "throw new Error('oh')", "page error: oh"),
    ("", "alert('boo')", "a dialog: alert boo"),
    ("", "setTimeout(() => { throw new Error('late') })", "page error: late"),
    ("", "open('about:blank')", "a new window"),
    ('<img src="none.png" alt="">', "", "failed request"),
    ('<p style="color: red">x</p>', "", "console: error Applying inline style violates"),
    ("<script>window.ran = 1</script>", "", "console: error Executing inline script violates"),
    ('<img src="http://example.org/x.png" alt="">', "", "violates"),
    ('<iframe title="x" src="https://example.org/"></iframe>', "", "violates"),
]


@pytest.mark.parametrize(("body", "script", "complaint"), PLANTS, ids=[plant[2] for plant in PLANTS])
def test_a_planted_fault_is_heard(open_page, tmp_path, body, script, complaint):
    page = open_page(write_page(tmp_path, f"<h1>Board</h1>{body}", script))
    page.wait_for_timeout(100)
    complaints = open_page.taken()
    assert any(complaint in said for said in complaints), complaints


@pytest.mark.parametrize("over", ["file", "http"])
def test_a_request_beyond_the_site_is_heard(open_page, serve, tmp_path, over):
    site = tmp_path / "site"
    site.mkdir()
    (tmp_path / "beyond.png").write_bytes(b"")
    foreign = "../beyond.png" if over == "file" else "http://127.0.0.2:9/x.png"
    page = write_page(site, f'<img src="{foreign}" alt="">', policy="default-src *")
    open_page(page if over == "file" else serve(site) + "index.html")
    assert any(said.startswith("a request leaves the origin") for said in open_page.taken())


def test_the_policy_stays_on_while_axe_looks(open_page, tmp_path):
    page = open_page(write_page(tmp_path))
    assert axe(page) == []
    assert page.evaluate("axe.version") >= "4.12"
    page.evaluate("document.body.setAttribute('style', 'color: red')")
    assert any("inline style" in said for said in open_page.taken())


AXE_PLANTS = [
    ('<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">', "image-alt"),
    ("<input>", "label"),
    ('<p><font color="#999999">pale</font></p>', "color-contrast"),
    ('<div role="list"><div role="button" tabindex="0">x</div></div>', "aria-required-children"),
    ("<button></button>", "button-name"),
    ('<ul><li id="a">x</li></ul><table><tr><td headers="none">1</td></tr></table>', "td-headers-attr"),
]


@pytest.mark.parametrize(("body", "rule"), AXE_PLANTS, ids=[rule for _, rule in AXE_PLANTS])
def test_axe_finds_a_planted_violation(open_page, tmp_path, body, rule):
    found = axe(open_page(write_page(tmp_path, f"<h1>Board</h1>{body}")))
    open_page.taken()
    assert [line.split(" ")[0] for line in found] == [rule]


def test_axe_judges_the_looks_of_what_is_drawn_otherwise_and_leaves_the_page_whole(open_page, tmp_path):
    rows = [f"<li><b>{k}</b></li>" for k in range(20)]
    rows[11] = '<li><b><font color="#999999">11</font></b></li>'
    rows[12] = "<li><b><button></button></b></li>"
    page = open_page(write_page(tmp_path, f"<h1>Board</h1><ul>{''.join(rows)}</ul>"))
    before = page.content()
    found = axe(page)
    assert [line.split(" ")[0] for line in found] == ["button-name", "color-contrast"]
    assert page.content() == before


def test_both_colour_schemes_and_the_language_reach_the_page(open_page, tmp_path):
    page = write_page(tmp_path)
    for scheme in ("light", "dark"):
        opened = open_page(page, color_scheme=scheme, lang="ko-KR", viewport=(400, 300))
        assert opened.evaluate(f"matchMedia('(prefers-color-scheme: {scheme})').matches")
        assert opened.evaluate("[navigator.language, innerWidth]") == ["ko-KR", 400]


@pytest.mark.parametrize(("name", "value"), [("CI", "true"), ("OCR_EVAL_REQUIRE_BROWSER", "1")])
def test_a_missing_browser_is_a_reason_to_skip_but_a_failure_in_ci(monkeypatch, name, value):
    monkeypatch.setattr(chromium, "NAMES", ("no-such-browser",))
    for variable in ("CI", "OCR_EVAL_REQUIRE_BROWSER"):
        monkeypatch.delenv(variable, raising=False)
    with pytest.raises(pytest.skip.Exception, match=r"no no-such-browser on PATH"), chromium.launched():
        pass
    monkeypatch.setenv(name, value)
    with pytest.raises(pytest.fail.Exception, match=r"this run requires a browser"), chromium.launched():
        pass
