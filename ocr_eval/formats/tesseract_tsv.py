"""Tesseract's TSV -> the text of each page: words (level 5) of a line joined by a space, lines by LF.

Twelve columns split at TAB, no quoting at all: a text may be a quote. Words of white space only are left out and
counted. All levels give this text. Where rings are wanted, ``tesseract-tsv(level=word)`` or ``line`` takes every word,
or every line with the text of its words, with its box.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from ocr_eval.errors import Findings, quote
from ocr_eval.formats.glimpse import Glimpse
from ocr_eval.formats.json_safe import JsonFault
from ocr_eval.formats.lines import lines_of
from ocr_eval.formats.numbers import LineFault, is_integer
from ocr_eval.formats.page_text import add_page, columns_of, level_of
from ocr_eval.formats.page_words import Items, box_ring, coordinates_of, part_of_one, read_words
from ocr_eval.formats.reader import Columns, Entry, Options
from ocr_eval.formats.told import Word

LINE, WORDS = "4", "5"  # levels
HEADER = "level page_num block_num par_num line_num word_num left top width height conf text".split()


class TesseractTsv:
    """Format ``tesseract-tsv``: one file per sample."""

    def looks(self, glimpse: Glimpse) -> bool:
        return glimpse.head.startswith("\t".join(HEADER[:6]).encode())

    def read(self, entries: Sequence[Entry], options: Options, findings: Findings) -> Columns:
        """One text per file; words or lines where rings are wanted."""
        if options.geometry:
            items_of = partial(_items, options=options, findings=findings)
            return read_words("tesseract-tsv", ("word", "line"), entries, options, findings, items_of)
        level_of(options, "tesseract-tsv")
        columns = columns_of("tesseract-tsv", options, findings)
        if columns is None:
            return Columns("tesseract-tsv", geometry=False)
        for entry in entries:
            rows, places = lines_of(entry, findings, options.limits, options.limits.total_instances)
            before, blank = findings.total, 0
            lines: dict[tuple[str, ...], list[str]] = {}
            for row, place in zip(rows, places, strict=True):
                try:
                    key, text = _word(_fields(row))
                except LineFault as fault:
                    findings.error(fault.code, fault.reason, fault.hint, entry=entry.name, line=place)
                    continue
                if key and text.strip():
                    lines.setdefault(key, []).append(text)
                else:
                    blank += bool(key)
            if blank:
                message = "words of white space only are no part of the text"
                findings.warn("W_LAYOUT", message, place=entry.name, count=blank)
            if findings.total == before:
                text = "\n".join(" ".join(words) for words in lines.values())
                add_page(columns, entry, text, options, findings)
        return columns


def _fields(row: str) -> list[str]:
    """The columns of a row, of which all but the last two are whole numbers; nothing for the header."""
    fields = row.split("\t")
    if fields == HEADER:
        return []
    if len(fields) == len(HEADER) - 1:
        fields.append("")  # some tools strip the TAB before an empty text
    if len(fields) != len(HEADER) or not all(map(is_integer, fields[:10])):
        reason = f"{quote(row)} is no row of {len(HEADER)} columns: {' '.join(HEADER)}"
        raise LineFault("E_FORMAT", reason, "write the file again with tesseract … tsv")
    return fields


def _word(fields: list[str]) -> tuple[tuple[str, ...], str]:
    """(page, block, paragraph, line) of a word and its text; nothing of the header and of other levels."""
    return (tuple(fields[1:5]), fields[11]) if fields and fields[0] == WORDS else ((), "")


def _items(entry: Entry, level: str, *, options: Options, findings: Findings) -> Items:
    """The words that have a text, or the lines of such words."""
    rows, places = lines_of(entry, findings, options.limits, options.limits.total_instances)
    lines: dict[tuple[str, ...], list[str]] = {}
    items: list[tuple[int, list[str]]] = []
    blank = 0
    for row, place in zip(rows, places, strict=True):
        try:
            fields = _fields(row)
        except LineFault as fault:
            findings.error(fault.code, fault.reason, fault.hint, entry=entry.name, line=place)
            continue
        if not fields:
            continue
        key, text = _word(fields)
        blank += bool(key) and not text.strip()
        if text.strip() and key:
            lines.setdefault(key, []).append(text)
        if fields[0] == LINE if level == "line" else key and text.strip():
            items.append((place, fields))
    if blank:
        findings.warn("W_LAYOUT", "words of white space only left out", place=entry.name, count=blank)
    if len({fields[1] for _, fields in items}) > 1:
        raise JsonFault("E_FORMAT", "several pages in one file", "write a file for every image")
    if level == "line":
        items = [
            (place, [*f[:11], " ".join(lines[tuple(f[1:5])])]) for place, f in items if tuple(f[1:5]) in lines
        ]
    return Items(items, partial(_instance, options=options))


def _instance(fields: list[str], *, options: Options) -> Word:
    x, y, width, height = coordinates_of(fields[6:10], "the box", options)
    confidence = part_of_one(fields[10], "conf", 100) if fields[0] == WORDS else None
    return Word(box_ring([x, y, x + width, y + height], "the box"), fields[11], confidence)


TESSERACT_TSV = TesseractTsv()
