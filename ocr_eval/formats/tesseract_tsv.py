"""Tesseract's TSV -> the text of each page: words (level 5) of a line joined by a space, lines by LF.

Twelve columns split at TAB, no quoting at all: a text may be a quote. Words of white space only are left out and
counted. All levels give this text.
"""

from __future__ import annotations

from collections.abc import Sequence

from ocr_eval.errors import Findings, quote
from ocr_eval.formats.glimpse import Glimpse
from ocr_eval.formats.lines import lines_of
from ocr_eval.formats.numbers import LineFault, is_integer
from ocr_eval.formats.page_text import add_page, columns_of, level_of
from ocr_eval.formats.reader import Columns, Entry, Options

HEADER = "level page_num block_num par_num line_num word_num left top width height conf text".split()


class TesseractTsv:
    """Format ``tesseract-tsv``: one file per sample."""

    def looks(self, glimpse: Glimpse) -> bool:
        return glimpse.head.startswith("\t".join(HEADER[:6]).encode())

    def read(self, entries: Sequence[Entry], options: Options, findings: Findings) -> Columns:
        """One text per file."""
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
                    key, text = _word(row)
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


def _word(row: str) -> tuple[tuple[str, ...], str]:
    """(page, block, paragraph, line) of a word and its text; nothing of the header and of other levels."""
    fields = row.split("\t")
    if fields == HEADER:
        return (), ""
    if len(fields) == len(HEADER) - 1:
        fields.append("")  # some tools strip the TAB before an empty text
    if len(fields) != len(HEADER) or not all(map(is_integer, fields[:10])):
        reason = f"{quote(row)} is no row of {len(HEADER)} columns: {' '.join(HEADER)}"
        raise LineFault("E_FORMAT", reason, "write the file again with tesseract … tsv")
    return (tuple(fields[1:5]), fields[11]) if fields[0] == "5" else ((), "")


TESSERACT_TSV = TesseractTsv()
