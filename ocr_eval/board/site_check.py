"""A site on disk -> its faults: files that no build wrote, digests, links, foreign resources, duplicate ids, leaks."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from ocr_eval.board.folder import LOCK
from ocr_eval.board.manifest import JOURNAL, MANIFEST, Manifest, content_digest, shard
from ocr_eval.board.writer import HOSTED, is_allowed
from ocr_eval.errors import Problem, quote, usage_error

if TYPE_CHECKING:
    from ocr_eval.board.leaks import Scanner
    from ocr_eval.board.store import Store

_LOADING = {"src", "srcset", "poster", "data", "action", "formaction", "background", "xlink:href"}
_FOREIGN_CSS = re.compile(r"@import|url\(\s*['\"]?(?!#|data:)", re.IGNORECASE)
_REBUILD = "build the site again"


def check_site(store: Store, site: Path) -> list[Problem]:
    """All faults of a built site, by path. Raises InputError (E_USAGE) when the folder holds no site."""
    from ocr_eval.board.canaries import scanner
    from ocr_eval.board.options import Options

    manifest = Manifest.read(site / MANIFEST)
    if manifest is None:
        raise usage_error(
            f"{quote(str(site))} holds no site (no {MANIFEST})", "name the folder that `board build` wrote"
        )
    audience, _, key = manifest.audience.partition(":")
    options = Options(audience, key or None, date=manifest.date)
    return check_tree(site, manifest, scanner(store, options))


def check_tree(site: Path, manifest: Manifest, scanner: Scanner) -> list[Problem]:
    """The same without a store: ``scanner`` knows what is hidden."""
    files = dict(_files(site))
    problems = [
        _fault(site, path, "listed in the manifest and not there")
        for path in manifest.files
        if path not in files
    ]
    for path in sorted(files):
        if path in (MANIFEST, JOURNAL, LOCK):
            continue
        data = files[path].read_bytes()
        entry = manifest.files.get(path)
        if entry is None:
            if path.split("/")[0] in HOSTED:
                continue
            problems.append(_fault(site, path, "not written by a build"))
        elif content_digest(data) != entry.sha256:
            problems.append(_fault(site, path, "changed since it was written"))
        if not is_allowed(path):
            problems.append(_fault(site, path, "a kind of file that no site holds", "E_LEAK"))
        problems += [_fault(site, path, reason) for reason in _content_faults(path, data)]
        try:
            leaks = scanner.scan(path, data)
        except ValueError as error:
            problems.append(_fault(site, path, str(error), "E_LEAK"))
            leaks = []
        problems += [leak_problem(leak.origin, leak.how, str(site / path)) for leak in leaks]
    problems += [_fault(site, path, reason) for path, reason in _links(files)]
    problems += [leak_problem(leak.origin, leak.how, str(site / MANIFEST)) for leak in
                 scanner.scan(MANIFEST, files[MANIFEST].read_bytes())]  # fmt: skip
    return sorted(problems, key=lambda problem: (problem.source, problem.code, problem.reason))


def leak_problem(origin: str, how: str, source: str) -> Problem:
    """What is said about a leak: where the text is from and how it is packed, never the text itself, also in a name."""
    if how == "name":
        folder, _, name = source.rpartition("/")
        source = f"{folder}/…{name[name.rfind('.') :]}" if "." in name else folder
    return Problem(
        "E_LEAK",
        f"holds {origin} ({how})",
        "do not publish this site, find out which view lets it through",
        source,
    )


class Page(HTMLParser):
    """Ids, links and forbidden constructs of one page. ``links``: (tag, attribute, URL)."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.ids: set[str] = set()
        self.links: list[tuple[str, str, str]] = []
        self.faults: list[str] = []
        self._is_raw = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """One element."""
        names = [name for name, _ in attrs]
        values = {name: value or "" for name, value in attrs}
        if len(values) < len(names):
            self.faults.append(f"<{tag}> has an attribute twice")
        self.faults += [f"<{tag}> has {name}=" for name in names if name.startswith("on") or name == "style"]
        if "id" in values:
            if values["id"] in self.ids:
                self.faults.append(f"id {quote(values['id'])} twice")
            self.ids.add(values["id"])
        if tag in ("iframe", "object", "embed", "base", "form", "foreignobject", "style"):
            self.faults.append(f"<{tag}>")
        if tag == "script" and "src" not in values:
            self.faults.append("<script> without src")
        self.links += [
            (tag, name, value) for name, value in values.items() if name == "href" or name in _LOADING
        ]


def _content_faults(path: str, data: bytes) -> Iterator[str]:
    """What a file of its kind must not hold."""
    text = data.decode("utf-8", "replace")
    if path.endswith(".html"):
        if "\ufffd" in text and data.decode("utf-8", "ignore").encode() != data:
            yield "not UTF-8"
        if 'http-equiv="Content-Security-Policy"' not in text[:1000]:
            yield "no Content-Security-Policy"
    elif path.endswith(".css") and _FOREIGN_CSS.search(text):
        yield "loads a resource"
    elif path.startswith("d/"):
        try:
            found = shard(data)
        except ValueError as error:
            yield str(error)
            return
        if found is None:
            yield "no data shard"
        elif not _is_key_of(found[0], path):
            yield f"shard of another file: {quote(found[0])}"


def _is_key_of(key: str, path: str) -> bool:
    """``d/<data>/meta.js`` holds ``<data>.meta``; ``d/<folder>/<name>.js`` holds ``<folder>.<name>``."""
    return key == path.removeprefix("d/").removesuffix(".js").replace("/", ".")


def _links(files: Mapping[str, Path]) -> Iterator[tuple[str, str]]:
    """Path and reason of every link that leads nowhere or loads from elsewhere."""
    pages = {
        path: Page(file.read_text(encoding="utf-8", errors="replace"))
        for path, file in files.items()
        if path.endswith(".html")
    }
    for path, page in pages.items():
        yield from ((path, fault) for fault in page.faults)
        for tag, name, url in page.links:
            reason = _wrong(path, tag, name, url, files, pages)
            if reason:
                yield path, reason


def _wrong(
    path: str, tag: str, name: str, url: str, files: Mapping[str, Path], pages: Mapping[str, Page]
) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return f"<{tag} {name}> is no address: {quote(url)}"
    if parts.scheme or parts.netloc:
        if tag == "a" and name == "href" and parts.scheme in ("http", "https"):
            return ""
        if tag == "img" and parts.scheme == "data":
            return ""
        return f"<{tag} {name}> leaves the site: {quote(url)}"
    target = normpath(join(dirname(path), unquote(parts.path))) if parts.path else path
    if target not in files or parts.path.endswith("/"):
        return f"<{tag} {name}> leads nowhere: {quote(url)}"
    # A fragment with "=" is the state of a page, read by its script.
    if parts.fragment and "=" not in parts.fragment and target in pages:
        place = unquote(parts.fragment)
        if place not in pages[target].ids and place != "top":
            return f"<{tag} {name}> leads to no place on its page: {quote(url)}"
    return ""


def _files(site: Path) -> Iterator[tuple[str, Path]]:
    for folder, inner, names in os.walk(site):
        inner[:] = sorted(name for name in inner if name != ".git")
        for name in sorted(names):
            file = Path(folder) / name
            yield file.relative_to(site).as_posix(), file


def _fault(site: Path, path: str, reason: str, code: str = "E_DRIFT") -> Problem:
    return Problem(code, reason, _REBUILD, str(site / path))
