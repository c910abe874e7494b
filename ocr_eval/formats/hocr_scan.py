"""hOCR -> its lines and words with their titles, in the order of the document; lenient, as browsers are.

Nothing is fetched, no entity is declared: a DOCTYPE without internal subset is skipped, any other refused.
"""

from __future__ import annotations

import re
from html import unescape
from typing import NamedTuple

LINES = {"ocr_line", "ocr_header", "ocr_caption", "ocr_textfloat"}
WORDS = {"ocrx_word", "ocr_word"}
EMPTY = {"br", "hr", "img", "meta", "link", "input"}
_TAG = re.compile(r"""<(/?)([A-Za-z][A-Za-z0-9:._-]*+)((?:[^"'<>]++|"[^"]*+"|'[^']*+')*+)>""")
_CODE_END = re.compile("</(?:script|style)", re.IGNORECASE)
_TITLE = re.compile(r"""(?:^|\s)title\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]++))""", re.IGNORECASE)
_CLASS = re.compile(r"""(?:^|\s)class\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]++))""", re.IGNORECASE)


class Fault(Exception):
    """What is wrong, and where in the text."""

    def __init__(self, code: str, reason: str, place: int) -> None:
        super().__init__(reason)
        self.code, self.reason, self.place = code, reason, place


def scanned(text: str) -> Reader:
    """The words and lines of a document. Raises Fault."""
    reader = Reader()
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


class Found(NamedTuple):
    """A word or a line, and where its element begins in the document."""

    place: int
    title: str
    text: str


class Reader:
    """Open elements, and the line and the word that are being collected."""

    def __init__(self) -> None:
        self.lines: list[Found] = []
        self.words: list[Found] = []
        self.blank = self.pages = 0
        self._open: list[tuple[str, str]] = []
        self._count: dict[str, int] = {}
        self._line: list[str] | None = None
        self._word: list[str] | None = None
        self._whole: list[str] = []
        self._words = False
        self._titles = {"line": (0, ""), "word": (0, "")}

    def open(self, name: str, kind: str, title: str, place: int) -> None:
        """An element begins; ``kind`` is line, word or nothing."""
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
        """Characters between tags."""
        if self._word is not None:
            self._word.append(text)
        elif self._line is not None:
            self._whole.append(text)

    def close(self, name: str) -> None:
        """An element ends, and all that are open inside it; one that never began is passed over."""
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
        """The document ends."""
        self._end_line()

    def _end_word(self) -> None:
        if self._word is None:
            return
        text = " ".join(unescape("".join(self._word)).split())
        self._word = None
        self.blank += not text
        if not text:
            return
        word = Found(*self._titles["word"], text)
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
            self.lines.append(Found(*self._titles["line"], text))
