"""A built site on disk -> its faults: broken links, pages not nested as written, texts that may not be there."""

from __future__ import annotations

import base64
import binascii
import gzip
import hashlib
import json
import re
import urllib.parse
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
SUFFIXES = frozenset(
    (".html", ".js", ".css", ".svg", ".atom", ".xml", ".json", ".csv", ".txt", ".tex", ".md")
)
_BASE64 = re.compile(rb"[A-Za-z0-9+/]{40,}={0,2}")


@dataclass
class Source(HTMLParser):
    """A page's markup: its elements with their depth, ids, links, texts; ``faults`` of nesting."""

    text: str
    elements: list[tuple[int, str, dict[str, str]]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(self.text)
        self.close()
        self.faults += [f"<{tag}> is never closed" for tag in self.open]
        ids = self.ids
        self.faults += [
            f"id {name!r} twice" for name in sorted({name for name in ids if ids.count(name) > 1})
        ]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Counts it in."""
        names = [name for name, _ in attrs]
        self.faults += [
            f"<{tag}> has {name} twice" for name in sorted({n for n in names if names.count(n) > 1})
        ]
        self.elements.append((len(self.open), tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """``<polygon/>`` in a drawing is closed by itself."""
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        """It must close the innermost element."""
        line, column = self.getpos()
        if not self.open or self.open[-1] != tag:
            inner = self.open[-1] if self.open else "nothing"
            self.faults.append(f"{line}:{column}: </{tag}> while <{inner}> is open")
        else:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        """Keeps the words."""
        self.words.append(data)

    @cached_property
    def ids(self) -> list[str]:
        """All ids, in order."""
        return [attributes["id"] for _, _, attributes in self.elements if "id" in attributes]

    @property
    def outline(self) -> list[str]:
        """Depth and tag of every element, to be held against the browser's tree."""
        return [f"{depth} {tag}" for depth, tag, _ in self.elements]

    @property
    def plain(self) -> str:
        """All texts, blanks collapsed."""
        return " ".join(" ".join(self.words).split())

    def targets(self) -> Iterator[str]:
        """Every address the page names."""
        for _, tag, attributes in self.elements:
            for name in ("href", "src", "xlink:href", "action", "poster", "srcset", "data"):
                if name in attributes and not (
                    tag == "a" and attributes.get("rel", "").startswith("nofollow")
                ):
                    yield attributes[name]


def pages(site: Path) -> list[Path]:
    """The HTML files, sorted."""
    return sorted(site.rglob("*.html"))


def parse(page: Path) -> Source:
    """The markup of one page; not parsed again while the file stays as it is."""
    state = page.stat()
    return _parse(page, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=2000)
def _parse(page: Path, _time: int, _size: int) -> Source:
    return Source(page.read_text(encoding="utf-8"))


def markup_faults(site: Path) -> list[str]:
    """Wrong nesting, unclosed elements, repeated ids and attributes, on every page."""
    return [f"{page.relative_to(site)}: {fault}" for page in pages(site) for fault in parse(page).faults]


def broken_links(site: Path) -> list[str]:
    """Relative addresses without a file or without the id they point at; the hash of a state (``#a=b``) is no id."""
    known = {page: parse(page) for page in pages(site)}
    by_place = {page.resolve(): source for page, source in known.items()}
    here = site.resolve()
    broken: list[str] = []
    for page, source in known.items():
        for target in dict.fromkeys(source.targets()):
            parts = urlsplit(target)
            if parts.scheme in ("http", "https", "data") or (not parts.path and "=" in parts.fragment):
                continue
            place = f"{page.relative_to(site)} -> {target}"
            if parts.scheme or parts.netloc or parts.path.startswith("/"):
                broken.append(f"{place}: not relative")
                continue
            file = (page.parent / unquote(parts.path)).resolve() if parts.path else page.resolve()
            if not file.is_relative_to(here) or not file.is_file():
                broken.append(f"{place}: no such file")
            elif parts.fragment and "=" not in parts.fragment and file.suffix == ".html":
                other = by_place.get(file)
                if other is not None and unquote(parts.fragment) not in other.ids:
                    broken.append(f"{place}: no such id")
    return broken


def tree(site: Path) -> dict[str, str]:
    """Relative path -> SHA-256, for comparing two builds."""
    return {
        path.relative_to(site).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(site.rglob("*"))
        if path.is_file()
    }


def leaks(site: Path, canaries: Iterable[str]) -> list[str]:
    """Files in which a canary stands in any spelling, or under a name that holds one. Slow and obvious on purpose."""
    spelled = {form: canary for canary in canaries for form in _spellings(canary)}
    pattern = re.compile(
        b"|".join(re.escape(form) for form in sorted(spelled, key=len, reverse=True)) or b"(?!)"
    )
    found: list[str] = []
    for path in sorted(site.rglob("*")):
        name = path.relative_to(site).as_posix()
        layers = [name.encode(), *(_layers(path.read_bytes()) if path.is_file() else [])]
        for layer in layers:
            for form in dict.fromkeys(pattern.findall(layer)):
                found.append(f"{name}: {spelled[form]!r} as {form!r}")
    return found


def _spellings(canary: str) -> set[bytes]:
    utf8 = canary.encode("utf-8", "surrogatepass")
    json_text = json.dumps(canary)[1:-1]
    texts = {
        json_text,
        json.dumps(canary, ensure_ascii=False)[1:-1],
        escape(canary),
        quote(utf8),
        quote(utf8, ""),
    }
    texts |= {urllib.parse.quote_plus(utf8), "".join(f"\\u{ord(c):04x}" for c in canary if ord(c) < 0x10000)}
    encoded = {text.encode("utf-8", "surrogatepass") for text in texts}
    return {utf8, canary.encode("utf-16-le", "surrogatepass"), *encoded}


def _layers(data: bytes) -> Iterator[bytes]:
    """The bytes, and what is packed in them: every base64 run, decoded and decompressed, and that again."""
    yield data
    for run in _BASE64.findall(data):
        try:
            inner = base64.b64decode(run + b"=" * (-len(run) % 4))
        except binascii.Error:
            continue
        yield inner
        try:
            yield from _layers(gzip.decompress(inner))
        except (OSError, EOFError, zlib.error):
            continue
