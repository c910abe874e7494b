"""Entries with one instance per line -> batches of lines, and pieces of a batch's scan: texts, confidences, rings.

A batch is bounded, so that the arrays of one scan stay small whatever the size of the input.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ocr_eval.errors import Findings
from ocr_eval.formats.heads import Heads
from ocr_eval.formats.lines import lines_of
from ocr_eval.formats.numbers import LineFault, confidence
from ocr_eval.formats.reader import Entry, Options
from ocr_eval.formats.scan import Scan
from ocr_eval.limits import Limits

CHARACTERS = 1 << 20  # bytes after which a batch is closed
_LF = 10
_MARKS = (b"\xef", b"\xff", b"\xfe")  # first byte of a byte order mark, perhaps
_ENDS = (b"", b"\n", b"\r")
Flags = NDArray[np.bool_]
Index = NDArray[np.int64]


@dataclass(eq=False)
class Batch:
    """Some entries and their lines with LF between them, blank and broken ones left out."""

    entries: list[Entry] = field(default_factory=list)
    text: str = ""
    places: list[int] = field(default_factory=list)  # line number of each line, from 1
    sizes: list[int] = field(default_factory=list)  # lines of each entry

    def owner(self) -> Index:
        """(lines,) position of each line's entry."""
        return np.repeat(np.arange(len(self.entries)), self.sizes)


def groups(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    """The entries in order, some at a time."""
    group: list[Entry] = []
    size = 0
    for entry in entries:
        group.append(entry)
        size += len(entry.data)
        if size >= CHARACTERS:
            yield group
            group, size = [], 0
    if group:
        yield group


def lines_of_all(group: list[Entry], options: Options, findings: Findings) -> Batch:
    """The lines of some entries; faults of bytes and lines are recorded."""
    return _plain(group, options.limits) or _checked(group, options, findings)


def _plain(group: list[Entry], limits: Limits) -> Batch | None:
    """All entries at once, when nothing about their bytes and lines has to be told; else None."""
    parts, sizes = [], []
    for entry in group:
        data = entry.data
        if not data:
            sizes.append(0)
            continue
        data = data.removesuffix(b"\n").removesuffix(b"\r") if data[-1] == _LF else data
        if len(data) > limits.line_bytes or data[:1] in _MARKS or data[-1:] in _ENDS:
            return None
        parts.append(data)
        sizes.append(data.count(b"\n") + 1)
    joined = b"\n".join(parts)
    if b"\0" in joined or max(sizes, default=0) > limits.instances:
        return None
    try:
        text = joined.decode()
    except UnicodeDecodeError:
        return None
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    if "\r" in text or "\n\n" in text or "\n " in text or "\n\t" in text or text[:1] in ("\n", " ", "\t"):
        return None  # a lone CR, or perhaps a blank line
    first = np.cumsum(sizes) - sizes
    places = np.arange(sum(sizes)) - np.repeat(first, sizes) + 1
    return Batch(group, text, places.tolist(), sizes)


def _checked(group: list[Entry], options: Options, findings: Findings) -> Batch:
    """One entry after the other, with notes and faults."""
    batch = Batch(group)
    lines: list[str] = []
    for entry in group:
        own, places = lines_of(entry, findings, options.limits)
        lines += own
        batch.places += places
        batch.sizes.append(len(own))
    batch.text = "\n".join(lines)
    return batch


def rest_of(scanned: Scan, at: Index, taken: Flags, skip: int) -> list[str | None]:
    """The rest of every taken line from field ``at`` on, less ``skip`` characters; None where there is none."""
    texts: list[str | None] = [None] * len(taken)
    lines = np.flatnonzero(taken & (at < scanned.first[1:]))
    begin, end, text = (scanned.begin[at[lines]] + skip).tolist(), scanned.end[lines].tolist(), scanned.text
    rest = [text[a:b] for a, b in zip(begin, end, strict=True)]
    if len(rest) == len(texts):
        return [*rest]
    for k, words in zip(lines.tolist(), rest, strict=True):
        texts[k] = words
    return texts


def confidences_of(
    scanned: Scan, at: Index, taken: Flags, limits: Limits
) -> tuple[NDArray[np.float64], Flags]:
    """The field number ``at`` of every taken line as a confidence, and the lines where it is one."""
    values = np.ones(len(taken))
    good = taken.copy()
    lines = np.flatnonzero(taken)
    index = at[lines]
    following = scanned.begin[np.minimum(index + 1, len(scanned.begin) - 1)] - 1
    end = np.where(index + 1 == scanned.first[lines + 1], scanned.end[lines], following)
    for k, a, b in zip(lines.tolist(), scanned.begin[index].tolist(), end.tolist(), strict=True):
        try:
            values[k] = confidence(scanned.text[a:b], limits)
        except LineFault:
            good[k] = False
    return values, good


def rings_of(scanned: Scan | Heads, lines: Index, count: Index) -> NDArray[np.float64]:
    """The first ``count`` fields of these lines, one after the other."""
    index = np.arange(int(count.sum())) + np.repeat(scanned.first[lines] - (np.cumsum(count) - count), count)
    numbers: NDArray[np.float64] = scanned.value[index]
    return numbers


def merge(
    flat: NDArray[np.float64], size: Index, lines: Index, more: list[Sequence[float]], their_lines: list[int]
) -> tuple[NDArray[np.float64], Index, Index]:
    """Puts rings that were read one by one between the others, in line order; sizes count numbers."""
    flat = np.concatenate([flat, np.array([value for ring in more for value in ring], np.float64)])
    size = np.concatenate([size, np.array([len(ring) for ring in more], np.int64)])
    lines = np.concatenate([lines, np.array(their_lines, np.int64)])
    order = np.argsort(lines, kind="stable")
    begin, size = (np.cumsum(size) - size)[order], size[order]
    index = np.arange(int(size.sum())) + np.repeat(begin - (np.cumsum(size) - size), size)
    return flat[index], size, lines[order]
