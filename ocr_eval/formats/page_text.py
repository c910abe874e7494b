"""Texts of pages -> columns without rings: one instance per sample, and the levels at which a page may be read."""

from __future__ import annotations

from ocr_eval.errors import Findings, quote, usage_error
from ocr_eval.formats.reader import Columns, Entry, Options

LEVELS = ("region", "line", "word")


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
    limit = options.limits.page_characters
    if len(text) > limit:
        hint = "--limit page-characters=N raises the limit when the file is honest"
        reason = f"text of {len(text)} characters, at most {limit}"
        findings.error("E_LIMIT", reason, hint, entry=entry.name)
        return
    columns.add((), text, True, 1.0, 1)
    columns.close(entry.sample, entry.name)
