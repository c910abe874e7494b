"""Pages -> columns: one text per sample, or its regions with their rings in reading order where these are wanted.

Either way the page's text is the parts joined by LF.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ocr_eval.errors import Findings, quote, usage_error
from ocr_eval.formats.numbers import is_decimal
from ocr_eval.formats.reader import Columns, Entry, Options
from ocr_eval.formats.schema import enough_room

LEVELS = ("region", "line", "word")


class Part(NamedTuple):
    """A region of a page."""

    text: str
    ring: Sequence[float]  # flat; empty where the file gives none


def plain_ring(values: Sequence[str], options: Options) -> list[float]:
    """The numbers of a ring; nothing where one is none, is out of range, or where they are too many.

    Rings of pages only serve the reading order: a page is not refused for one.
    """
    most = options.limits.coordinate
    if len(values) > 2 * options.limits.vertices or not all(map(is_decimal, values)):
        return []
    numbers = [float(value) for value in values]
    return numbers if all(-most <= value <= most for value in numbers) else []


def level_of(options: Options, name: str) -> str:
    """``region`` unless another level is asked for. Raises InputError (E_USAGE) for one that no page has."""
    level = options.level or LEVELS[0]
    if level not in LEVELS:
        raise usage_error(f"{name} has no level {quote(level)}", f"levels are {', '.join(LEVELS)}")
    return level


def columns_of(name: str, options: Options, findings: Findings) -> Columns | None:
    """Empty columns without rings; None, recorded, where confidences are asked for."""
    if options.confidence:
        findings.error("E_FORMAT", f"layout {name} has no confidences", "name another layout")
        return None
    return Columns(name, geometry=False)


def add_page(columns: Columns, entry: Entry, text: str, options: Options, findings: Findings) -> None:
    """The text of one sample, within the limit."""
    if not _fits(len(text), entry, options, findings):
        return
    columns.add((), text, True, 1.0, 1)
    columns.close(entry.sample, entry.name)


def _fits(size: int, entry: Entry, options: Options, findings: Findings) -> bool:
    """False after recording that a page's text is too long."""
    limit = options.limits.page_characters
    if size > limit:
        hint = "--limit page-characters=N raises the limit when the file is honest"
        findings.error("E_LIMIT", f"text of {size} characters, at most {limit}", hint, entry=entry.name)
    return size <= limit


def add_pages(
    columns: Columns,
    pages: Sequence[tuple[Entry, Sequence[Part]]],
    options: Options,
    findings: Findings,
) -> None:
    """All pages of an input. Regions only if every one has a ring, and every page of a gt some region."""
    missing = sum(len(part.ring) < 6 for _, parts in pages for part in parts)
    full = options.role != "gt" or all(parts for _, parts in pages)
    if missing or not (options.regions and full and any(parts for _, parts in pages)):
        if missing and options.regions:
            message = "regions without a usable ring: all pages are read as texts, without reading order"
            findings.warn("W_LAYOUT", message, count=missing)
        for entry, parts in pages:
            add_page(columns, entry, "\n".join(part.text for part in parts), options, findings)
        return
    columns.geometry = True
    for entry, parts in pages:
        size = sum(len(part.text) + 1 for part in parts) - 1
        if not _fits(size, entry, options, findings):
            continue
        if not enough_room(len(parts), len(columns.care), entry, options, findings):
            return
        for k, part in enumerate(parts):
            columns.add(part.ring, part.text, True, 1.0, k + 1)
        columns.close(entry.sample, entry.name)
