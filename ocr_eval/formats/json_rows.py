"""A document with one JSON value per line -> the values and their lines; a broken line is recorded and left out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ocr_eval.errors import Findings
from ocr_eval.formats.json_safe import JsonFault, parse
from ocr_eval.formats.lines import lines_of
from ocr_eval.formats.reader import Entry, Options


def rows_by_line(entry: Entry, options: Options, findings: Findings) -> Iterator[tuple[Any, int]]:
    """(value, line counted from 1) of every line that is not blank."""
    limits = options.limits._replace(line_bytes=options.limits.sample_line_bytes)
    lines, places = lines_of(entry, findings, limits, limits.total_instances)
    for line, place in zip(lines, places, strict=True):
        try:
            yield parse(line.encode(), limits), place
        except JsonFault as fault:
            findings.error(fault.code, fault.reason, fault.hint, entry=entry.name, line=place, col=fault.col)
