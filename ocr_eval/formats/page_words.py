"""Words, lines or regions of pages -> columns with rings, for callers that want rings; one sample per file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from ocr_eval.errors import Findings, quote, usage_error
from ocr_eval.formats.json_safe import JsonFault
from ocr_eval.formats.numbers import LineFault, is_decimal
from ocr_eval.formats.reader import Columns, Entry, Options
from ocr_eval.formats.schema import enough_room
from ocr_eval.formats.told import Told, Word
from ocr_eval.formats.xml_safe import XmlFault


class Items(NamedTuple):
    """What a page holds at the level that is wanted; they are read one by one, so that no fault hides another."""

    items: Sequence[tuple[int, Any]]  # (line in the file, value)
    read: Callable[[Any], Word]
    others: str = ""  # a level that the page has where it has none of these


def read_words(
    name: str,
    levels: tuple[str, ...],
    entries: Sequence[Entry],
    options: Options,
    findings: Findings,
    items_of: Callable[[Entry, str], Items | None],
) -> Columns:
    """The instances of all pages. ``items_of`` gets (entry, level); it raises a fault, or gives None once recorded."""
    level = options.choices.get("level") or options.level or levels[0]
    if level not in levels:
        raise usage_error(f"{name} has no level {quote(level)}", f"levels are {', '.join(levels)}")
    columns = Columns(name)
    told = Told(columns, options)
    for entry in entries:
        try:
            page = items_of(entry, level)
        except (XmlFault, JsonFault) as fault:
            findings.error(fault.code, fault.reason, fault.hint, entry=entry.name, line=fault.line)
            continue
        if page is None or not enough_room(len(page.items), len(columns.care), entry, options, findings):
            continue
        if page.others and not page.items:
            message = (
                f"pages without a {level} that have a {page.others}: {name}(level={page.others}) reads it"
            )
            findings.warn("W_LAYOUT", message, place=entry.name)
        for line, item in page.items:
            try:
                told.add(page.read(item), f"the {level}", line)
            except (XmlFault, JsonFault, LineFault) as fault:
                findings.error(fault.code, fault.reason, fault.hint, entry=entry.name, line=line)
        columns.close(entry.sample, entry.name)
    return told.finish(entries, findings)


def coordinates_of(values: Sequence[str], what: str, options: Options, scale: float = 1.0) -> list[float]:
    """Decimal numbers, in units of ``scale`` pixels. Raises JsonFault."""
    if len(values) > 2 * options.limits.vertices:
        reason = f"{what} has {len(values) // 2} vertices, at most {options.limits.vertices}"
        raise JsonFault("E_LIMIT", reason, "--limit vertices=N raises the limit when the file is honest")
    most, found = options.limits.coordinate, []
    for value in values:
        number = _spelled(value)
        if not is_decimal(number):
            raise JsonFault("E_COORD", f"{what} holds {quote(value)}, which is no number")
        if not -most <= float(number) * scale <= most:
            raise JsonFault("E_COORD", f"{what} is outside -{most} to {most}", "write pixels")
        found.append(float(number) * scale)
    return found


def _spelled(value: str) -> str:
    """``.5`` and ``1.``, which XML allows, as 0.5 and 1.0."""
    number = value.strip()
    return f"{'0' * (number[:1] == '.')}{number}{'0' * (number[-1:] == '.')}"


def box_ring(values: Sequence[float], what: str) -> list[float]:
    """left, top, right, bottom -> the ring of the box, clockwise on the screen."""
    if len(values) != 4 or values[2] < values[0] or values[3] < values[1]:
        raise JsonFault("E_COORD", f"{what} is no box of left, top, right and bottom")
    left, top, right, bottom = values
    return [left, top, right, top, right, bottom, left, bottom]


def part_of_one(value: str | None, what: str, whole: float = 1.0) -> float | None:
    """A confidence between 0 and ``whole``, as a part of it; None where there is none."""
    if value is None:
        return None
    number = _spelled(value)
    if not is_decimal(number) or not 0 <= float(number) <= whole:
        reason = f"{what} is {quote(value)}, expected a number from 0 to {whole:g}"
        raise JsonFault("E_CONFIDENCE", reason)
    return float(number) / whole + 0.0
