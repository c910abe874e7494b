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

from ocr_eval.errors import Findings, quote
from ocr_eval.formats.glimpse import Glimpse
from ocr_eval.formats.hocr_scan import Fault, Found, scanned
from ocr_eval.formats.json_safe import JsonFault
from ocr_eval.formats.lines import text_of
from ocr_eval.formats.page_text import add_page, columns_of, level_of
from ocr_eval.formats.page_words import Items, box_ring, coordinates_of, part_of_one, read_words
from ocr_eval.formats.reader import Columns, Entry, Options
from ocr_eval.formats.told import Word

_PROPERTY = re.compile(r"""(?:[^;"']++|"[^"]*+"|'[^']*+'|["'])++""")


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
    reader = scanned(text)
    return [found.text for found in reader.lines], reader.blank


def _items(entry: Entry, level: str, *, options: Options, findings: Findings) -> Items | None:
    """The words or the lines that have a text."""
    text = _text(entry, options, findings)
    if text is None:
        return None
    try:
        reader = scanned(text)
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


def _instance(found: Found, *, options: Options) -> Word:
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


HOCR = Hocr()
