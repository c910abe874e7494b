"""CSV (RFC 4180) with a header ``image,text[,score]`` -> one transcription per sample, without rings.

Every cell is text: ``NA``, ``null``, ``1e5`` and ``007`` are words. Line ends inside quotes belong to the text.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO

from ocr_eval.errors import Findings, quote
from ocr_eval.formats.glimpse import Glimpse
from ocr_eval.formats.json_safe import JsonFault
from ocr_eval.formats.lines import text_of
from ocr_eval.formats.numbers import LineFault, confidence
from ocr_eval.formats.reader import Columns, Entry, Options
from ocr_eval.formats.schema import Names

NEEDED, KNOWN = ("image", "text"), ("image", "text", "score")


class CsvWords:
    """Format ``csv``: a recognition list."""

    def looks(self, glimpse: Glimpse) -> bool:
        cells = glimpse.lines[0].split(",") if glimpse.lines else []
        return set(NEEDED) <= {cell.strip(' "') for cell in cells}

    def read(self, entries: Sequence[Entry], options: Options, findings: Findings) -> Columns:
        """One instance per record; its line is where the record begins."""
        import csv

        columns = Columns("csv", geometry=False)
        (entry,) = entries
        text = text_of(entry, findings, options.limits)
        if text is None:
            return columns
        names = Names(entry, options, findings)
        records = csv.reader(StringIO(text, newline=""), strict=True)
        header: list[str] = []
        line = 1
        while True:
            line = records.line_num + 1
            try:
                record = next(records, None)
                if record is None:
                    break
                if not record:
                    findings.warn("W_LAYOUT", "blank lines skipped", place=entry.name)
                elif not header:
                    header = _header(record, entry, findings)
                    columns.has_confidence = options.confidence or "score" in header
                else:
                    self._record(record, header, line, names, options, columns, entry)
            except csv.Error as error:
                code, reason = _explained(str(error))
                findings.error(code, reason, entry=entry.name, line=line)
                break
            except (LineFault, JsonFault) as fault:
                findings.error(fault.code, fault.reason, fault.hint, entry=entry.name, line=line)
                if not header:
                    return columns
        names.tell_unknown()
        return columns

    def _record(
        self,
        record: list[str],
        header: list[str],
        line: int,
        names: Names,
        options: Options,
        columns: Columns,
        entry: Entry,
    ) -> None:
        if len(record) != len(header):
            raise LineFault("E_FORMAT", f"{len(record)} cells, the header has {len(header)}")
        cells = dict(zip(header, record, strict=True))
        limits = options.limits
        if len(cells["text"]) > limits.characters:
            reason = f"transcription of {len(cells['text'])} characters, at most {limits.characters}"
            raise LineFault(
                "E_LIMIT", reason, "--limit characters=N raises the limit when the file is honest"
            )
        if len(columns.care) >= limits.total_instances:
            reason = f"more than {limits.total_instances} instances"
            hint = "--limit total-instances=N raises the limit when the file is honest"
            raise LineFault("E_LIMIT", reason, hint)
        score = confidence(cells.get("score", ""), limits) if columns.has_confidence else 1.0
        sample = names.sample(cells["image"], "image")
        if sample is not None:
            columns.add((), cells["text"], True, score, line)
            columns.close(sample, entry.name)


def _header(record: list[str], entry: Entry, findings: Findings) -> list[str]:
    header = [cell.strip(" ") for cell in record]
    missing = [name for name in NEEDED if name not in header]
    if missing or len(set(header)) < len(header):
        what = f"no column {missing[0]}" if missing else "two columns of one name"
        shown = quote(",".join(header))
        raise LineFault("E_FORMAT", f"{what} in the header {shown}, expected image,text[,score]")
    others = len(set(header) - set(KNOWN))
    if others:
        findings.warn("W_LAYOUT", "columns that are not read", place=entry.name, count=others)
    return header


def _explained(error: str) -> tuple[str, str]:
    """(code, reason) of what the csv module says."""
    if "field larger" in error:
        return "E_LIMIT", "cell of more than 131072 characters"
    if "unexpected end" in error:
        return "E_FORMAT", "quote that opens in this record never closes"
    return "E_FORMAT", "text after a closing quote, expected a comma or the end of the line"


CSV = CsvWords()
