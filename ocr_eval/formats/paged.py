"""Documents of pages -> one sample per page: what the formats of OCR engines share.

A page is named after its file unless the document names the image; ``doc.json`` with several pages holds the samples
``doc_1``, ``doc_2``, … A confidence is read where every instance has one. Where no rings are wanted, a page is one
text: those of its lines, or of what else the engine has, joined by LF.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from ocr_eval.errors import Findings, quote, usage_error
from ocr_eval.formats.glimpse import Glimpse
from ocr_eval.formats.json_safe import FAILED, JsonFault, kind, load
from ocr_eval.formats.names import key_of
from ocr_eval.formats.page_text import add_page, columns_of
from ocr_eval.formats.reader import Columns, Entry, Options
from ocr_eval.formats.schema import Names, enough_room, pair_ring
from ocr_eval.formats.sizes import Sizes
from ocr_eval.formats.told import Told
from ocr_eval.formats.told import Word as Word

NEAR = 1.0  # pages beyond the edge that a relative coordinate may lie: further out it is a pixel


class Page(NamedTuple):
    """One sample of a document: its items are read one by one, so that a fault of one hides no other."""

    pointer: str
    items: Sequence[tuple[str, Any]]  # (pointer, value)
    read: Callable[[Any, str], Word]
    number: int | None = None  # among several pages of one name
    name: str = ""  # of the image, where the document tells it
    ending: str = ""  # what the engine puts behind the image's name to call the file


class Call(NamedTuple):
    """How the pages of a document are wanted."""

    options: Options
    level: str
    tell: Callable[[str, int], None]  # notes something that is left out, and how often
    name: str = ""  # of the file
    sizes: Sizes | None = None  # of images, where the caller gives them


@dataclass(frozen=True)
class Engine:
    """A format of one JSON per image or document. ``pages`` finds the samples of a document, or raises JsonFault."""

    id: str
    looks: Callable[[Glimpse], bool]
    pages: Callable[[Any, Call], list[Page]]
    levels: tuple[str, ...] = ("word",)  # the default first
    text_level: str = "line"  # whose texts make up that of a page
    zero_omitted: bool = False  # a confidence of 0 is left out, as proto3 does

    def read(self, entries: Sequence[Entry], options: Options, findings: Findings) -> Columns:
        """Every instance of every page, or its text, pages in the order of files and documents."""
        if not options.geometry:
            columns = columns_of(self.id, options, findings)
            return (
                self._read(self.text_level, columns, entries, options, findings)
                if columns
                else Columns(self.id)
            )
        level = options.choices.get("level") or options.level or self.levels[0]
        if level not in self.levels:
            known = f"levels are {', '.join(self.levels)}"
            raise usage_error(f"{self.id} has no level {quote(level)}", known)
        columns = Columns(self.id, pointer=f"{level} {{index}} of {{sample}}")
        return self._read(level, columns, entries, options, findings)

    def _read(
        self, level: str, columns: Columns, entries: Sequence[Entry], options: Options, findings: Findings
    ) -> Columns:
        names = Names(entries[0], options, findings)
        written = options.choices.get("sizes")
        sizes = None if written is None else Sizes(written, options.limits)
        told = Told(columns, options, zero_omitted=self.zero_omitted)
        for entry in entries:
            document = load(entry, findings, options.limits)
            if document is FAILED:
                continue
            names.entry = entry

            def tell(message: str, count: int, place: str = entry.name) -> None:
                findings.warn("W_LAYOUT", message, place=place, count=count)

            try:
                pages = self.pages(document, Call(options, level, tell, entry.sample, sizes))
            except JsonFault as fault:
                findings.error(fault.code, fault.reason, fault.hint, entry=entry.name)
                continue
            for page in pages:
                self._page(page, entry, options, findings, names, columns, told)
        names.tell_unknown()
        return told.finish(entries, findings)

    def _page(
        self,
        page: Page,
        entry: Entry,
        options: Options,
        findings: Findings,
        names: Names,
        columns: Columns,
        told: Told,
    ) -> None:
        place = page.pointer or "the document"
        try:
            sample = names.sample(_name(page, entry), f"page {page.number}" if page.number else place)
        except JsonFault as fault:
            findings.error(fault.code, fault.reason, fault.hint, entry=entry.name)
            return
        if sample is None:
            return
        if not columns.geometry:
            self._text(page, entry._replace(sample=sample), options, findings, columns)
            return
        if not enough_room(len(page.items), len(columns.care), entry, options, findings):
            return
        for k, (pointer, item) in enumerate(page.items):
            try:
                told.add(page.read(item, pointer), pointer, k + 1)
            except JsonFault as fault:
                findings.error(fault.code, fault.reason, fault.hint, entry=entry.name)
        columns.close(sample, entry.name)
        columns.positions.append(place)

    def _text(self, page: Page, entry: Entry, options: Options, findings: Findings, columns: Columns) -> None:
        """The one text of a page."""
        texts = []
        for pointer, item in page.items:
            try:
                word = page.read(item, pointer)
                if word.text is None:
                    raise JsonFault("E_FORMAT", f"{pointer} has no text")
                texts.append(word.text)
            except JsonFault as fault:
                findings.error(fault.code, fault.reason, fault.hint, entry=entry.name)
        add_page(columns, entry, "\n".join(texts), options, findings)


def _name(page: Page, entry: Entry) -> str:
    name = key_of(page.name) if page.name else key_of(entry.sample).removesuffix(page.ending)
    name = name[:-4] if name.lower().endswith(".pdf") else name
    return name if page.number is None or not name else f"{name}_{page.number}"


def numbered(count: int, number: Any, pointer: str) -> int | None:
    """The number of a page among ``count``; None for the only one."""
    if isinstance(number, bool) or not isinstance(number, int) or not 0 < number <= 1_000_000:
        raise JsonFault("E_FORMAT", f"{pointer} must be the number of a page, from 1 on, got {kind(number)}")
    return number if count > 1 else None


def items_of(values: Sequence[Any], pointer: str) -> list[tuple[str, Any]]:
    """The values of a list with their pointers."""
    return [(f"{pointer}/{k}", value) for k, value in enumerate(values)]


def relative_ring(points: Any, pointer: str, width: float, height: float, options: Options) -> list[float]:
    """[[x1, y1], …] in parts of the page, three points or more -> flat, in pixels."""
    ring = pair_ring(points, pointer, options)
    if not all(-NEAR <= value <= 1 + NEAR for value in ring):
        raise JsonFault("E_COORD", f"{pointer} is no part of the page, expected numbers from 0 to 1")
    return [value * (height if k % 2 else width) for k, value in enumerate(ring)]


def side(value: Any, pointer: str, options: Options) -> float:
    """Width or height of a page, above 0."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise JsonFault("E_FORMAT", f"{pointer} must be a number, got {kind(value)}")
    if not 0 < value <= options.limits.coordinate:
        raise JsonFault("E_COORD", f"{pointer} is no size of a page, expected a number above 0")
    return float(value)


def per_cent(value: Any, pointer: str) -> float:
    """A confidence from 0 to 100, as a part of 1."""
    good = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 100
    if not good:
        raise JsonFault("E_CONFIDENCE", f"{pointer} is {quote(str(value))}, expected a number from 0 to 100")
    return float(value) / 100
