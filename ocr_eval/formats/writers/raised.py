"""Words with their lines and paragraphs -> the lines, or the paragraphs, as the instances of a new table."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ocr_eval.errors import quote, usage_error
from ocr_eval.formats.writers.fitting import Loss

if TYPE_CHECKING:
    from ocr_eval.tables.instances import Instances

LEVELS = ("word", "line", "paragraph")


def raised(table: Instances, level: str | None) -> tuple[Instances, tuple[Loss, ...]]:
    """The table at a level. A line's text is that of its words with spaces between, a paragraph's of its lines with LF.

    Raises InputError (E_USAGE) where the table has no lines, or one of them has no ring of its own.
    """
    import numpy as np

    from ocr_eval.kernels.rings import classify
    from ocr_eval.tables.builder import coded

    if level in (None, "word") or (table.levels is None and level == "line" and table.format == "rects"):
        return table, ()
    levels = table.levels
    if levels is None:
        reason = f"layout {table.format} has no {level}s above its instances"
        raise usage_error(reason, "leave --level out, or read a layout that has them", source=table.source)
    regions = levels.lines if level == "line" else levels.paragraphs
    bare = np.flatnonzero(np.diff(regions.ring) == 0)
    if len(bare):
        sample = int(np.searchsorted(regions.start, bare[0], "right")) - 1
        reason = f"a {level} of sample {quote(table.sample_ids[sample])} has no ring of its own"
        raise usage_error(reason, "leave --level out: the words have rings", source=table.source)
    position = np.arange(len(regions)) - np.repeat(regions.start[:-1], np.diff(regions.start)) + 1
    codepoints = text_offset = None
    if table.codepoints is not None:
        codepoints, text_offset = coded(_texts(table, level == "line"))
    new = replace(
        table,
        start=regions.start,
        xy=regions.xy,
        ring=regions.ring,
        care=regions.care,
        shape=classify(regions.xy, regions.ring),
        line=position,
        codepoints=codepoints,
        text_offset=text_offset,
        confidence=None,
        angle=None,
        numbers={},
        levels=None,
    )
    words = Loss("words", len(table), f"as {level}s, with their texts joined")
    return new, (words,) if len(table) else ()


def _texts(table: Instances, of_lines: bool) -> list[str]:
    levels = table.levels
    assert levels is not None
    words: list[list[str]] = [[] for _ in range(len(levels.lines))]
    for line, text in zip(levels.line_of.tolist(), table.texts, strict=True):
        words[line].append(text)
    lines = [" ".join(own) for own in words]
    if of_lines:
        return lines
    parts: list[list[str]] = [[] for _ in range(len(levels.paragraphs))]
    for paragraph, line in zip(levels.paragraph_of.tolist(), lines, strict=True):
        parts[paragraph].append(line)
    return ["\n".join(own) for own in parts]
