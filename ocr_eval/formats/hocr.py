"""hOCR -> the text of each page: words of a line joined by a space, lines by LF; all levels give this text.

Lines are ``ocr_line`` and its kin, words ``ocrx_word`` or ``ocr_word``; a line without words is read as a whole. White
space is collapsed; words of white space only are left out and counted. A DOCTYPE without internal subset is skipped
and never fetched; the file need not be well-formed. Where rings are wanted, ``hocr(level=word)`` or ``line`` takes all
words or lines with their ``poly`` or ``bbox``, and ``x_wconf`` of 100.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from html import unescape
from typing import NamedTuple

from ocr_eval.errors import Findings, quote
from ocr_eval.formats.glimpse import Glimpse
from ocr_eval.formats.json_safe import JsonFault
from ocr_eval.formats.lines import text_of
from ocr_eval.formats.page_text import add_page, columns_of, level_of
from ocr_eval.formats.page_words import Items, box_ring, coordinates_of, part_of_one, read_words
from ocr_eval.formats.reader import Columns, Entry, Options
from ocr_eval.formats.told import Word

LINES = {"ocr_line", "ocr_header", "ocr_caption", "ocr_textfloat"}
WORDS = {"ocrx_word", "ocr_word"}
EMPTY = {"br", "hr", "img", "meta", "link", "input"}
_TAG = re.compile(r"""<(/?)([A-Za-z][A-Za-z0-9:._-]*+)((?:[^"'<>]++|"[^"]*+"|'[^']*+')*+)>""")
_CODE_END = re.compile("</(?:script|style)", re.IGNORECASE)
_TITLE = re.compile(r"""(?:^|\s)title\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]++))""", re.IGNORECASE)
_PROPERTY = re.compile(r"""(?:[^;"']++|"[^"]*+"|'[^']*+'|["'])++""")
_CLASS = re.compile(r"""(?:^|\s)class\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]++))""", re.IGNORECASE)


class Fault(Exception):
    """What is wrong, and where in the text."""

    def __init__(self, code: str, reason: str, place: int) -> None:
        super().__init__(reason)
        self.code, self.reason, self.place = code, reason, place


class Hocr:
    """Format ``hocr``: one file per sample."""

    def looks(self, glimpse: Glimpse) -> bool:
        return glimpse.head.startswith(b"<") and b"ocr_page" in glimpse.head

    def read(self, entries: Sequence[Entry], options: Options, findings: Findings) -> Columns:
        """One text per file; words or lines where rings are wanted."""
        if options.geometry:
            items_of = partial(_items, options=options, findings=findings)
            return read_words("hocr", ("word", "line"), entries, options, findings, items_of)
        level_of(options, "hocr")
        columns = columns_of("hocr", options, findings)
        if columns is None:
            return Columns("hocr", geometry=False)
        for entry in entries:
            text = _text(entry, options, findings)
            if text is None:
                continue
            try:
                lines, blank = lines_of(text)
            except Fault as fault:
                line = text.count("\n", 0, fault.place) + 1
                findings.error(fault.code, fault.reason, entry=entry.name, line=line)
                continue
            if blank:
                message = "words of white space only are no part of the text"
                findings.warn("W_LAYOUT", message, place=entry.name, count=blank)
            add_page(columns, entry, "\n".join(lines), options, findings)
        return columns


def _text(entry: Entry, options: Options, findings: Findings) -> str | None:
    """The document, or None after recording what is wrong with its bytes."""
    if len(entry.data) > options.limits.xml_bytes:
        reason = f"hOCR of {len(entry.data)} bytes, at most {options.limits.xml_bytes}"
        hint = "--limit xml-bytes=N raises the limit when the file is honest"
        findings.error("E_LIMIT", reason, hint, entry=entry.name)
        return None
    return text_of(entry, findings, options.limits)


def lines_of(text: str) -> tuple[list[str], int]:
    """(lines, words of white space only). Raises Fault."""
    reader = _scanned(text)
    return [found.text for found in reader.lines], reader.blank


def _items(entry: Entry, level: str, *, options: Options, findings: Findings) -> Items | None:
    """The words or the lines that have a text."""
    text = _text(entry, options, findings)
    if text is None:
        return None
    try:
        reader = _scanned(text)
    except Fault as fault:
        raise JsonFault(fault.code, fault.reason, line=text.count("\n", 0, fault.place) + 1) from None
    if reader.pages > 1:
        raise JsonFault("E_FORMAT", "several pages in one file", "write a file for every image")
    if reader.blank:
        message = "words of white space only left out"
        findings.warn("W_LAYOUT", message, place=entry.name, count=reader.blank)
    items, line, before = [], 1, 0
    for found in sorted(reader.words if level == "word" else reader.lines):
        line += text.count("\n", before, found.place)
        before = found.place
        items.append((line, found))
    others = "line" if reader.lines else ""
    return Items(items, partial(_instance, options=options), others)


def _instance(found: _Found, *, options: Options) -> Word:
    """A word or line by the properties of its title."""
    own = {part.split()[0]: part.split()[1:] for part in _PROPERTY.findall(found.title) if part.strip()}
    if "poly" in own:
        ring = coordinates_of(own["poly"], "poly", options)
        if len(ring) % 2 or not ring:
            raise JsonFault("E_FORMAT", f"poly of {len(ring)} numbers, expected pairs")
    elif "bbox" in own:
        ring = box_ring(coordinates_of(own["bbox"], "bbox", options), "bbox")
    else:
        raise JsonFault("E_FORMAT", f"no bbox in the title {quote(found.title)}")
    return Word(
        ring, found.text, part_of_one(" ".join(own["x_wconf"]), "x_wconf", 100) if "x_wconf" in own else None
    )


def _scanned(text: str) -> _Reader:
    """The words and lines of a document. Raises Fault."""
    reader = _Reader()
    place = 0
    while True:
        begin = text.find("<", place)
        reader.data(text[place:] if begin < 0 else text[place:begin])
        if begin < 0:
            break
        if text.startswith("<!--", begin):
            end = text.find("-->", begin + 4)
            place = len(text) if end < 0 else end + 3
        elif text.startswith(("<!", "<?"), begin):
            end = text.find(">", begin)
            if end < 0 or "[" in text[begin:end]:
                raise Fault("E_XML_DTD", "document declares a DTD with a subset of its own", begin)
            place = end + 1
        else:
            tag = _TAG.match(text, begin)
            if tag is None:
                reader.data("<")
                place = begin + 1
                continue
            place = tag.end()
            name = tag[2].lower()
            if tag[1]:
                reader.close(name)
                continue
            found = set(_value(_CLASS, tag[3]).split())
            reader.pages += "ocr_page" in found
            if name in ("script", "style"):
                closing = _CODE_END.search(text, place)
                place = closing.start() if closing else len(text)
            elif name not in EMPTY and not tag[3].endswith("/"):
                kind = "line" if found & LINES else "word" if found & WORDS else ""
                reader.open(name, kind, _value(_TITLE, tag[3]) if kind else "", begin)
    if not reader.pages:
        raise Fault("E_FORMAT", "no element of class ocr_page, expected hOCR", 0)
    reader.finish()
    return reader


def _value(attribute: re.Pattern[str], written: str) -> str:
    """The value of an attribute among those of a tag; an empty text where it is absent."""
    match = attribute.search(written)
    return unescape(next(filter(None, match.groups()), "")) if match else ""


class _Found(NamedTuple):
    """A word or a line, and where its element begins in the document."""

    place: int
    title: str
    text: str


class _Reader:
    """Open elements, and the line and the word that are being collected."""

    def __init__(self) -> None:
        self.lines: list[_Found] = []
        self.words: list[_Found] = []
        self.blank = self.pages = 0
        self._open: list[tuple[str, str]] = []
        self._count: dict[str, int] = {}
        self._line: list[str] | None = None
        self._word: list[str] | None = None
        self._whole: list[str] = []
        self._words = False
        self._titles = {"line": (0, ""), "word": (0, "")}

    def open(self, name: str, kind: str, title: str, place: int) -> None:
        self._open.append((name, kind))
        self._count[name] = self._count.get(name, 0) + 1
        if kind == "line":
            self._end_line()
            self._titles[kind] = place, title
            self._line, self._whole, self._words = [], [], False
        elif kind == "word":
            self._end_word()
            self._titles[kind] = place, title
            self._word, self._words = [], True

    def data(self, text: str) -> None:
        if self._word is not None:
            self._word.append(text)
        elif self._line is not None:
            self._whole.append(text)

    def close(self, name: str) -> None:
        if not self._count.get(name):
            return
        while True:
            other, kind = self._open.pop()
            self._count[other] -= 1
            if kind == "word":
                self._end_word()
            elif kind == "line":
                self._end_line()
            if other == name:
                return

    def finish(self) -> None:
        self._end_line()

    def _end_word(self) -> None:
        if self._word is None:
            return
        text = " ".join(unescape("".join(self._word)).split())
        self._word = None
        self.blank += not text
        if not text:
            return
        word = _Found(*self._titles["word"], text)
        self.words.append(word)
        if self._line is None:  # a word outside any line is a line of its own
            self.lines.append(word)
        else:
            self._line.append(text)

    def _end_line(self) -> None:
        self._end_word()
        if self._line is None:
            return
        text = " ".join(self._line) if self._words else " ".join(unescape("".join(self._whole)).split())
        self._line = None
        if text:
            self.lines.append(_Found(*self._titles["line"], text))


HOCR = Hocr()
