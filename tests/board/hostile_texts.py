"""Texts that break pages which do not escape: a list of our own, and every text of the hostile corpus.

A script that runs would set ``window.OWNED``, open a dialog, or ask for a host that does not exist.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ocr_eval.report.escape import address, plain

OWN = (
    "<script>OWNED=1</script>",
    "</script><script>OWNED=1</script>",
    "</title></head><script>OWNED=1</script>",
    "</style><script>OWNED=1</script>",
    "</textarea><img src=x onerror=OWNED=1>",
    "--><script>OWNED=1</script><!--",
    "]]><script>OWNED=1</script><![CDATA[",
    "<img src=x onerror=OWNED=1>",
    "<svg/onload=OWNED=1>",
    "<svg><foreignObject><iframe srcdoc='<script>parent.OWNED=1</script>'>",
    "<math><mtext><table><mglyph><style><img src=x onerror=OWNED=1>",
    "<iframe src=javascript:parent.OWNED=1>",
    "<meta http-equiv=refresh content='0;url=https://hostile.invalid/'>",
    "<base href=https://hostile.invalid/>",
    "<link rel=stylesheet href=https://hostile.invalid/x.css>",
    "<form action=https://hostile.invalid/><button autofocus onfocus=OWNED=1>",
    '" onmouseover="OWNED=1" autofocus onfocus="OWNED=1',
    "' onmouseover='OWNED=1' autofocus onfocus='OWNED=1",
    "` onmouseover=`OWNED=1",
    'x" style="background:url(https://hostile.invalid/x)',
    "javascript:OWNED=1",
    "JaVaScRiPt:OWNED=1",
    "data:text/html,<script>OWNED=1</script>",
    "https://hostile.invalid/%22onclick=OWNED=1",
    "//hostile.invalid/x",
    '"});OWNED=1;OE.put("x","',
    "');OWNED=1;//",
    "\\u003cscript\\u003eOWNED=1\\u003c/script\\u003e",
    "&lt;script&gt;OWNED=1&lt;/script&gt;",
    "&#60;script&#62;OWNED=1",
    "{{ 7 * 7 }}{% raw %}{{ config }}${OWNED=1}#{7*7}<%= 7*7 %>",
    "{name} {0} %s %(name)s",
    "__proto__",
    "constructor",
    "hasOwnProperty",
    "toString",
    "../../../index",
    "..\\..\\index",
    "CON",
    "index",
    "a/b?c#d&e=f",
    "%2e%2e%2f%00",
    "=HYPERLINK(\"https://hostile.invalid\",\"x\")",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "+1-1",
    "-1",
    "| a | b |\n|---|---|",
    "[x](javascript:OWNED=1) ![x](https://hostile.invalid/x.png)",
    "\\input{x}\\write18{x} $x$ 50% #1 a_b^c ~ & {}",
    "evil\u202egnp.exe",
    "\u2066\u2067\u2068abc\u2069",
    "a\u200bb\u200cc\u200dd\ufeffe\u2060f",
    "bell\x07 esc\x1b[31mred\x1b]0;title\x07 del\x7f nul-next\x01 c1\x85\x9b",
    "tab\there",
    "two\nlines\rand\r\nmore\u2028line\u2029paragraph",
    "z\u0351\u0362\u0315\u0489\u0334a\u0300\u0301\u0302\u0303\u0304lgo" + "\u0310" * 60,
    "\u0627\u0644\u0639\u0631\u0628\u064a\u0629 \u05e2\u05d1\u05e8\u05d9\u05ea 123",
    "e\u0301 / \u00e9",
    "\u0430\u0440\u0440l\u0435 (looks like apple)",
    "\U000e0041\U000e0042 tags \ufff9a\ufffab\ufffb",
    "\ufdfd\U0001f468\u200d\U0001f469\u200d\U0001f467 \U00020000",
    "\ufffe\uffff noncharacters",
    " ",
    "   leading and trailing   ",
    "x",
    "w" * 300,
    "long words " * 60,
    "\u110b\u1161\u11ab\u1102\u1167\u11bc \uc548\ub155\ud558\uc138\uc694",
    "NaN",
    "null",
    "-Infinity",
    "0",
)  # fmt: skip
# Allowed in memory only: no file in UTF-8 can hold it.
LONE_SURROGATES = ("a\ud800b", "\udfff")

_COORDINATES = re.compile(r"(?:[^,]*,){8}(.*)", re.DOTALL)
_DULL = re.compile(r"res_(?:x|img_)\d+\.(?:txt|zip)")
_MOST_BYTES, _MOST_LINES, _LONGEST = 1 << 16, 100, 5000


def corpus(hostile: Path) -> tuple[str, ...]:
    """Every text of the hostile corpus, once each, by code points.

    What counts as a text: the transcription of a line with eight coordinates, any other line in UTF-8, every string in
    a JSON file, every cell of a CSV file, the names of archive entries. Of each file the first 64 kB and 100 lines;
    texts are cut at 5 000 characters.
    """
    found: set[str] = set()
    for folder in sorted(hostile.glob("[0-9]*")):
        for path in sorted(folder.iterdir()):
            if path.name not in ("case.json", "README") and path.is_file():
                for name, data in _contents(path):
                    found.update(_texts(name, data))
    return tuple(sorted(text[:_LONGEST] for text in found if text and not _DULL.fullmatch(text)))


def all_texts(hostile: Path | None) -> tuple[str, ...]:
    """Our own list, then what the corpus adds to it (None: it is not there)."""
    more = corpus(hostile) if hostile is not None and hostile.is_dir() else ()
    return (*OWN, *(text for text in more if text not in set(OWN)))


def harmless(texts: Sequence[str]) -> tuple[str, ...]:
    """A twin of every text that asks a page for the same: hidden characters, line feeds, length, an address."""
    twins = []
    for k, text in enumerate(texts):
        twin = f"https://example.org/{k}" if address(text) else f"harmless {k}"
        twin += "\u200b" * (plain(text.replace("\n", "")) != text.replace("\n", ""))
        twin += "\nline" * ("\n" in text.strip("\n"))
        twins.append(twin + " w" * ((len(text) - len(twin) + 1) // 2 if len(text) > 300 else 0))
    return tuple(twins)


def _contents(path: Path) -> Iterator[tuple[str, bytes]]:
    """The file itself, or the readable beginnings of an archive's entries; bombs stay unexploded."""
    if path.suffix != ".zip":
        yield path.name, path.read_bytes()[:_MOST_BYTES]
        return
    try:
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist()[:50]:
                yield "", entry.filename.encode("utf-8", "surrogatepass")
                try:
                    with archive.open(entry) as stream:
                        yield entry.filename, stream.read(_MOST_BYTES)
                except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, OSError, EOFError):
                    continue  # its name is enough
    except (zipfile.BadZipFile, OSError):
        return


def _texts(name: str, data: bytes) -> Iterator[str]:
    if data.startswith(b"PK"):
        return
    if name.endswith(".json"):
        with contextlib.suppress(ValueError, RecursionError):
            yield from _strings(json.loads(data))
    if name.endswith(".csv"):
        for row in csv.reader(io.StringIO(data.decode("utf-8", "replace"), newline="")):
            yield from row
    for line in data.split(b"\n")[:_MOST_LINES]:
        with contextlib.suppress(UnicodeDecodeError):
            text = line.decode("utf-8")
            found = _COORDINATES.match(text)
            yield found[1] if found else text


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
