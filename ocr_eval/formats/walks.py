"""Items of a list, or lines of files, one by one -> what a reader makes of them; a fault ends one, not the walk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ocr_eval.errors import Findings
from ocr_eval.formats.json_safe import JsonFault
from ocr_eval.formats.lines import lines_of
from ocr_eval.formats.numbers import LineFault
from ocr_eval.formats.reader import Columns, Entry, Options
from ocr_eval.formats.schema import enough_room


def each_item(
    items: Sequence[Any],
    path: str,
    entry: Entry,
    findings: Findings,
    read: Callable[[Any, str, int], object],
    line: int | None = None,
) -> None:
    """Calls ``read`` with (item, pointer, position from 1). ``line``: where the list stands, if known."""
    for k, item in enumerate(items):
        try:
            read(item, f"{path}/{k}", k + 1)
        except JsonFault as fault:
            findings.error(fault.code, fault.reason, fault.hint, entry=entry.name, line=line)


def each_line(
    columns: Columns,
    entries: Sequence[Entry],
    options: Options,
    findings: Findings,
    read: Callable[[str, int], object],
) -> Columns:
    """Calls ``read`` with (line, its number) for the lines of every entry, which is one sample of the columns."""
    for entry in entries:
        lines, places = lines_of(entry, findings, options.limits)
        if not enough_room(len(lines), len(columns.care), entry, options, findings):
            break
        for line, place in zip(lines, places, strict=True):
            try:
                read(line, place)
            except LineFault as fault:
                findings.error(
                    fault.code, fault.reason, fault.hint, entry=entry.name, line=place, col=fault.col
                )
        columns.close(entry.sample, entry.name)
    return columns


def has_confidences(name: str, options: Options, findings: Findings) -> bool:
    """Whether confidences are asked for, which the layout does not have: that is recorded."""
    if options.confidence:
        hint = "name another layout, or a protocol that reads no confidences"
        findings.error("E_FORMAT", f"layout {name} has no confidences", hint)
    return options.confidence
