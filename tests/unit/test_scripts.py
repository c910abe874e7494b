"""Scripts of pages: nothing that turns text into code or markup, and sources that may lose their spaces."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from ocr_eval.report.page import STATIC
from ocr_eval.report.slim import slim_script, slim_style

SCRIPTS = sorted(STATIC.glob("*.js"))
FORBIDDEN = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\s*\.\s*write|createContextualFragment|DOMParser|srcdoc"
    r"|\beval\b|\bFunction\b|\bset(?:Timeout|Interval)\(\s*['\"`]|javascript:|\bimport\b|\bfetch\b|XMLHttpRequest|\bWorker\b"
)
STRINGS = re.compile(r"""'(?:\\.|[^'\\\n])*'|`[^`]*`|(?m://.*$)""")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_turns_no_text_into_code(script):
    source = script.read_text(encoding="utf-8")
    assert FORBIDDEN.findall(source) == []
    assert source.startswith("// ")
    assert "'use strict';\n" in source


@pytest.mark.parametrize(
    "breach",
    [
        "a.innerHTML = b",
        "document.write(x)",
        "eval('1')",
        "new Function('x')",
        "setTimeout('x()', 1)",
        "fetch('x')",
    ],
)
def test_a_planted_breach_is_found(breach):
    assert FORBIDDEN.search(breach)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_sources_keep_the_rules_that_slimming_needs(script):
    code = STRINGS.sub("''", script.read_text(encoding="utf-8"))
    assert '"' not in code
    assert "`" not in code
    assert re.findall(r"\+ \+|- -", code) == []
    for literal in re.findall(r"(?<=[(,=:])\s*(/(?:\\.|\[[^\]\n]*\]|[^/\\\n*])+/[a-z]*)(?=[.,;)])", code):
        assert not set("' `\"") & set(literal), literal


def test_slimming_keeps_strings_and_lines():
    source = "// about\n'use strict';\nconst a = 'x  //  y';  // Wilson's\n"
    source += "  const b = `${a}  :  ${ a }`;\n\n  return - a / b;\n"
    assert (
        slim_script(source) == "'use strict';\nconst a='x  //  y';\nconst b=`${a}  :  ${ a }`;\nreturn-a/b;\n"
    )
    style = '/* why */\na:not([href]) , b > i { color: red ; content: " >  " }\n.a .b :not(.c) { margin: 0 1px }\n'
    assert slim_style(style) == 'a:not([href]),b>i{color:red;content:" >  "}.a .b :not(.c){margin:0 1px}\n'


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_slimmed_script_is_still_one(script, tmp_path):
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node to read it with; the browser tests run it")
    made = tmp_path / script.name
    made.write_text(slim_script(script.read_text(encoding="utf-8")), encoding="utf-8")
    done = subprocess.run([node, "--check", str(made)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
