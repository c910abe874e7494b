"""Content of an input -> the id of its format: by its looks, narrowed by what the caller needs; never a guess."""

from __future__ import annotations

import importlib
import re
from collections.abc import Sequence

from ocr_eval.errors import Findings, quote, usage_error
from ocr_eval.formats import FORMATS
from ocr_eval.formats.glimpse import Glimpse
from ocr_eval.formats.reader import Entry, Format, Options
from ocr_eval.formats.signs import may_look
from ocr_eval.formats.xml_safe import has_doctype, prolog_end

_PICKLE = re.compile(rb"\x80[\x02-\x05]|c[a-z_.]{1,80}\n[A-Za-z_.]{1,80}\n[(})N\]]")
MIN_NUMBERS = 4  # at the front of a line that can be a ring, whole or cut short
ANYTHING = "text"  # any content is some text, so this layout yields to every other


def format_of(name: str) -> Format:
    """The format behind an id of the table."""
    module, _, attribute = FORMATS[name].location.partition(":")
    found: Format = getattr(importlib.import_module(module), attribute)
    return found


def candidates(
    entries: Sequence[Entry], options: Options, documents: tuple[bool, ...], *, loosely: bool = False
) -> list[str]:
    """Ids of the formats that the content looks like; ``documents`` says which kinds the container allows.

    ``loosely`` takes broken numbers for numbers.
    """
    glimpse = Glimpse(entries, options)
    return _fitting(glimpse.loosened() if loosely else glimpse, documents)


def _fitting(glimpse: Glimpse, documents: tuple[bool, ...], geometry: bool | None = None) -> list[str]:
    geometry = glimpse.options.geometry if geometry is None else geometry
    rows = [
        name
        for name, row in FORMATS.items()
        if (row.geometry == geometry or (row.rings if geometry else row.texts)) and row.document in documents
    ]
    found = [name for name in rows if may_look(name, glimpse) and format_of(name).looks(glimpse)]
    if len(found) > 1 and ANYTHING in found:
        found.remove(ANYTHING)
    return found


def recognise(
    entries: Sequence[Entry], options: Options, findings: Findings, documents: tuple[bool, ...]
) -> str | None:
    """The only candidate; None after recording E_FORMAT when there is none.

    Raises InputError (E_USAGE) when several fit. An input without any content fits all, so the first of its kind is
    taken.
    """
    glimpse = Glimpse(entries, options)
    if glimpse.first is None:
        return next(
            n for n, row in FORMATS.items() if row.geometry == options.geometry and row.document in documents
        )
    found = _fitting(glimpse, documents)
    crossed = []  # what it would be in the other task; not asked where it is something in this one
    if not set(found) - {ANYTHING}:
        crossed = [name for name in _fitting(glimpse, documents, not options.geometry) if name != ANYTHING]
    if not found and not crossed and glimpse.head.startswith(b"<") and has_doctype(glimpse.head):
        line = glimpse.head.count(b"\n", 0, prolog_end(glimpse.head)) + 1
        findings.error("E_XML_DTD", "document declares a DTD", entry=glimpse.first.name, line=line)
        return None
    other = "" if crossed or set(found) - {ANYTHING} else _known_but_unread(glimpse)
    if other:
        found = []
    if not found and not other:
        found = _fitting(glimpse.loosened(), documents)
    if found == [ANYTHING] and (crossed or _mostly_numbers(glimpse)):
        found = []  # any content is some text: rings read as pages would be scored without a word
    if len(found) == 1:
        return found[0]
    flag = "--gt-format" if options.role == "gt" else "--pred-format"
    if found:
        raise usage_error(
            f"content fits several layouts: {', '.join(found)}",
            f"name one with {flag}",
            source=findings.source,
        )
    if other:
        reason = f"content looks like {other}, which is not read"
    elif crossed:
        reason = f"content looks like {' or '.join(crossed)}: " + (
            "a list of texts without rings, which -p recognition scores"
            if options.geometry
            else "rings, which recognition does not read"
        )
    elif glimpse.lines:
        reason = f"no known layout, first line {quote(glimpse.lines[0])}{_numbers_told(glimpse)}"
    else:
        reason = f"no known layout, first bytes {quote(glimpse.head[:16].decode('latin-1'))}"
    hint = f"`ocr-eval convert --layouts` lists what is read; {flag} names one"
    findings.error("E_FORMAT", reason, hint, entry=glimpse.first.name, line=1)
    return None


def _mostly_numbers(glimpse: Glimpse) -> bool:
    """True when nearly every line begins like a ring, so that this is hardly a text although no layout fits."""
    run, _ = glimpse.runs(",")
    return bool(len(run)) and bool((run >= MIN_NUMBERS).mean() >= 0.9)


def _numbers_told(glimpse: Glimpse) -> str:
    """What the whole numbers at the front of the first line, separated by commas, fall short of."""
    run, _ = glimpse.runs(",")
    if not len(run) or run[0] < MIN_NUMBERS:
        return ""
    return f" begins with {run[0]} whole numbers (a box has 4, a quad 8, a longer ring two for each vertex)"


def _known_but_unread(glimpse: Glimpse) -> str:
    head = glimpse.head
    starts = {
        b"<": "XML or HTML",
        b"\x93NUMPY": "a numpy array",
        b"[(": "a list as Python prints it, not JSON",
        b"{'": "a dictionary as Python prints it, not JSON",
    }
    if _PICKLE.match(head):
        return "a pickle"
    return next((name for start, name in starts.items() if head.startswith(start)), "")
