"""Bytes of an XML document -> a small tree of the elements a format knows, after a safety pass; no DTD, ever.

Section 2.3 of the reference on reliability: size, encoding, DOCTYPE, then the parser with a limit of depth and of
elements. Names are local names: namespaces change from version to version of the formats. Nothing outside the document
is opened, an XInclude is an element like any other.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import NoReturn

from ocr_eval.errors import Findings, quote
from ocr_eval.formats.lines import BOM, UTF16
from ocr_eval.formats.reader import Entry
from ocr_eval.limits import Limits

_SPACE = re.compile(rb"[ \t\r\n]*+")
_ENCODING = re.compile(rb"""encoding[ \t\r\n]*+=[ \t\r\n]*+["']([A-Za-z][A-Za-z0-9._-]{0,40})["']""")
_ROOT = re.compile(rb"<(?:[A-Za-z_][A-Za-z0-9_.-]{0,60}:)?([A-Za-z_][A-Za-z0-9_.-]{0,60})(?=[ \t\r\n/>])")
_PLAIN = {b"utf-8", b"utf8", b"us-ascii", b"ascii"}
_HONEST = "--limit {}=N raises the limit when the file is honest"


class XmlFault(Exception):
    """What is wrong with a document."""

    def __init__(self, code: str, reason: str, hint: str = "", line: int | None = None) -> None:
        super().__init__(reason)
        self.code, self.reason, self.hint, self.line = code, reason, hint, line


@dataclass(eq=False)
class Element:
    """A kept element. ``text`` is its own character data, that of elements that are not kept included."""

    name: str
    line: int
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element] = field(default_factory=list)
    text: str = ""

    def all(self, name: str) -> list[Element]:
        """The children of a name."""
        return [child for child in self.children if child.name == name]

    def below(self, name: str) -> list[Element]:
        """All descendants of a name, in document order."""
        found, waiting = [], self.children[::-1]
        while waiting:
            element = waiting.pop()
            if element.name == name:
                found.append(element)
            waiting += element.children[::-1]
        return found


def load(
    entry: Entry, findings: Findings, limits: Limits, keep: Collection[str], skip: Collection[str] = ()
) -> Element | None:
    """The root, or None after recording what is wrong. See ``parse``."""
    try:
        return parse(entry.data, limits, keep, skip)
    except XmlFault as fault:
        findings.error(fault.code, fault.reason, fault.hint, entry=entry.name, line=fault.line)
        return None


def parse(data: bytes, limits: Limits, keep: Collection[str], skip: Collection[str] = ()) -> Element:
    """The root with the elements named in ``keep``, others replaced by their children; ``skip``: with all below them.

    Raises XmlFault.
    """
    from xml.parsers import expat

    data = _checked(data, limits)
    root = Element("", 1)
    stack: list[Element | None] = [root]  # None: an element that is not kept
    owners = [root]  # the nearest kept element above
    pieces: list[tuple[Element, str]] = []
    count = skipped = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal count, skipped
        count += 1
        if len(stack) > 2 * limits.depth:
            raise XmlFault(
                "E_LIMIT", f"nesting deeper than {2 * limits.depth}", _HONEST.format("depth"), line()
            )
        if count > 4 * limits.total_instances:
            reason = f"more than {4 * limits.total_instances} elements"
            raise XmlFault("E_LIMIT", reason, _HONEST.format("total-instances"), line())
        local = name.rpartition(" ")[2]
        skipped += bool(skipped) or local in skip
        if skipped or (local not in keep and len(stack) > 1):
            stack.append(None)
            return
        own = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        element = Element(local, line(), own)
        owners[-1].children.append(element)
        stack.append(element)
        owners.append(element)

    def end(_: str) -> None:
        nonlocal skipped
        skipped -= bool(skipped)
        if stack.pop() is not None:
            owners.pop()

    def characters(text: str) -> None:
        if not skipped:
            pieces.append((owners[-1], text))

    def refuse(*_: object) -> NoReturn:
        raise XmlFault("E_XML_DTD", "document declares a DTD or an entity", "", line())

    parser = expat.ParserCreate("UTF-8", namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = characters
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    parser.UnparsedEntityDeclHandler = parser.ExternalEntityRefHandler = refuse

    def line() -> int:
        number: int = parser.CurrentLineNumber
        return number

    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        reason = f"not XML: {expat.ErrorString(error.code)}"
        raise XmlFault("E_FORMAT", reason, "write well-formed XML", error.lineno) from None
    texts: dict[int, list[str]] = {}
    for element, piece in pieces:
        texts.setdefault(id(element), []).append(piece)
    waiting = [root]
    while waiting:
        element = waiting.pop()
        element.text = "".join(texts.get(id(element), ()))
        waiting += element.children
    return root.children[0]


def _checked(data: bytes, limits: Limits) -> bytes:
    """The document without its byte order mark: not too large, UTF-8, without a DOCTYPE."""
    if len(data) > limits.xml_bytes:
        reason = f"XML of {len(data)} bytes, at most {limits.xml_bytes}"
        raise XmlFault("E_LIMIT", reason, _HONEST.format("xml-bytes"))
    mark = UTF16.get(data[:2])
    if mark:
        raise XmlFault("E_ENCODING", f"text is UTF-16 (BOM {mark}), expected UTF-8", "save it as UTF-8", 1)
    begin = len(BOM) if data[:3] == BOM else 0
    data = data[begin:]
    zero = data.find(b"\0")
    if zero >= 0:
        reason = f"NUL byte at offset {zero + begin}"
        raise XmlFault("E_ENCODING", reason, line=data.count(b"\n", 0, zero) + 1)
    if has_doctype(data):
        line = data.count(b"\n", 0, prolog_end(data)) + 1
        raise XmlFault("E_XML_DTD", "document declares a DTD", line=line)
    declared = _ENCODING.search(data[: data.find(b"?>") + 1]) if data.startswith(b"<?xml") else None
    if declared and declared[1].lower() not in _PLAIN:
        shown = quote(declared[1].decode())
        hint = "save it as UTF-8, with that name in the first line"
        raise XmlFault("E_ENCODING", f"document declares the encoding {shown}, expected UTF-8", hint, 1)
    try:
        data.decode()
    except UnicodeDecodeError as error:
        reason = f"byte 0x{data[error.start]:02x} at offset {error.start + begin} is not UTF-8"
        raise XmlFault("E_ENCODING", reason, line=data.count(b"\n", 0, error.start) + 1) from None
    return data


def expect_root(root: Element, name: str, layout: str) -> None:
    """Raises XmlFault unless the document begins as its layout does; folders may hold another one's files."""
    if root.name != name:
        reason = f"the root element is {quote(root.name)}, expected {name} ({layout})"
        hint = "the files of an input share one layout, so give those of another one as an input of their own"
        raise XmlFault("E_FORMAT", reason, hint, root.line)


def prolog_end(data: bytes) -> int:
    """Offset of the first markup that is neither a comment nor a processing instruction: the root, or a DOCTYPE."""
    place = len(BOM) if data[:3] == BOM else 0
    while True:
        match = _SPACE.match(data, place)
        place = match.end() if match else place
        closing = (
            b"-->" if data.startswith(b"<!--", place) else b"?>" if data.startswith(b"<?", place) else b""
        )
        if not closing:
            return place
        end = data.find(closing, place + 2)
        if end < 0:
            return len(data)
        place = end + len(closing)


def has_doctype(data: bytes) -> bool:
    """True for a DOCTYPE before the root."""
    place = prolog_end(data)
    return data[place : place + 9].lower() == b"<!doctype"


def root_name(data: bytes) -> str:
    """Local name of the root element, or an empty string: also where a DOCTYPE stands before it."""
    found = _ROOT.match(data, prolog_end(data))
    return found[1].decode() if found else ""
