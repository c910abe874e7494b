"""Entries with one instance per line -> columns: the walk of all line layouts, plain lines in bulk, others singly.

A layout says how many fields at the front of a line are coordinates (``pick``, on arrays), and reads a single line
with every message (``slow``). Lines that ``pick`` does not take go through ``slow``; both give the same instances.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocr_eval.errors import Findings
from ocr_eval.formats.batch import Batch, Flags, Index, batches, confidences_of, merge, rest_of, rings_of
from ocr_eval.formats.glimpse import Glimpse
from ocr_eval.formats.numbers import LineFault, is_integer
from ocr_eval.formats.reader import DONT_CARE, Columns, Entry, Options
from ocr_eval.formats.scan import Scan, scan

Picked = tuple[Flags, Index]  # (L,) taken by the fast path, (L,) fields that are coordinates
Line = tuple[Sequence[float], float, str | None]  # numbers, confidence, transcription as written


def no_style(_: Scan, __: Options) -> None:
    """For layouts whose lines can be read one by one."""


def ambiguous(text: str) -> str:
    """The remark about a transcription that begins with what may be one more number (``5,HELLO``)."""
    head, comma, _ = text.partition(",")
    return "transcription begins with an integer and a comma" if comma and is_integer(head) else ""


@dataclass(frozen=True)
class LineLayout:
    """One layout of lines."""

    id: str
    looks: Callable[[Glimpse], bool]
    pick: Callable[[Scan, Options, Any], Picked]
    slow: Callable[[str, Options, Any], Line]
    style: Callable[[Scan, Options], Any] = no_style  # what the first batch tells about all lines
    separator: str = ","
    expand: Callable[[NDArray[np.float64]], NDArray[np.float64]] | None = (
        None  # (n, fields) lines of one length -> (n, 2 · vertices) rings
    )
    unquote: Callable[[str], str] | None = None  # transcription with a double quote in it -> transcription
    skip: int = 0  # characters in front of every transcription that are no text
    remark: Callable[[str], str] | None = None  # transcription with a comma in it -> why it is suspect, or ""
    scan: Callable[[str], tuple[Scan, int]] | None = (
        None  # lines -> fields and skip, where both depend on the lines
    )
    confidences: bool = True  # the layout can carry confidences

    def read(self, entries: Sequence[Entry], options: Options, findings: Findings) -> Columns:
        """Every instance of the entries, in order."""
        columns = Columns(self.id, has_confidence=options.confidence)
        if options.confidence and not self.confidences:
            hint = "name another layout, or a protocol that reads no confidences"
            findings.error("E_FORMAT", f"layout {self.id} has no confidences", hint)
            return columns
        most, total = options.limits.total_instances, 0
        style: list[Any] = []
        for batch in batches(entries, options, findings):
            total += len(batch.places)
            if total > most:
                hint = "--limit total-instances=N raises the limit when the file is honest"
                findings.error("E_LIMIT", f"more than {most} instances", hint)
                return Columns(self.id)
            columns.samples += [entry.sample for entry in batch.entries]
            columns.entries += [entry.name for entry in batch.entries]
            if not batch.places:
                columns.sizes += batch.sizes
                continue
            scanned, skip = (
                self.scan(batch.text) if self.scan else (scan(batch.text, self.separator), self.skip)
            )
            if not style:
                style.append(self.style(scanned, options))
            self._batch(batch, scanned, skip, style[0], options, findings, columns)
        return columns

    def _batch(
        self,
        batch: Batch,
        scanned: Scan,
        skip: int,
        style: Any,
        options: Options,
        findings: Findings,
        columns: Columns,
    ) -> None:
        taken, count = self._pick(scanned, options, style)
        rest = scanned.first[:-1] + count
        confidence = np.ones(len(taken))
        if options.confidence:
            confidence, taken = confidences_of(scanned, rest, taken, options.limits)
            rest = rest + 1
        texts = rest_of(scanned, rest, taken, skip)
        owner = batch.owner()
        rings: list[Sequence[float]] = []
        singles: list[int] = []
        for k in np.flatnonzero(~taken).tolist():
            try:
                ring, confidence[k], texts[k] = self.slow(scanned.line(k), options, style)
            except LineFault as fault:
                entry, line = batch.entries[owner[k]].name, batch.places[k]
                findings.error(fault.code, fault.reason, fault.hint, entry=entry, line=line, col=fault.col)
                continue
            rings.append(ring)
            singles.append(k)
        kept = np.flatnonzero(taken)
        flat, size = rings_of(scanned, kept, count[kept]), count[kept]
        if self.expand is not None and len(kept):
            rings_made = self.expand(flat.reshape(len(kept), -1))
            flat, size = rings_made.ravel(), np.full(len(kept), rings_made.shape[1])
        if singles:
            flat, size, kept = merge(flat, size, kept, rings, singles)
        if options.choices.get("order") == "yx":
            flat = flat.reshape(-1, 2)[:, ::-1].ravel()
        columns.xy.append(flat)
        columns.vertices.append(size // 2)
        columns.sizes += np.bincount(owner[kept], minlength=len(batch.entries)).tolist()
        if options.confidence:
            columns.confidence += confidence[kept].tolist()
        lines = batch.places
        if len(kept) < len(texts):
            texts, lines = [texts[k] for k in kept.tolist()], [lines[k] for k in kept.tolist()]
        columns.lines += lines
        names = [batch.entries[k].name for k in owner[kept].tolist()]
        self._texts(texts, names, lines, options, findings, columns)

    def _pick(self, scanned: Scan, options: Options, style: Any) -> Picked:
        """The layout's pick, less the lines that break a limit or lack a field."""
        taken, count = self.pick(scanned, options, style)
        limits = options.limits
        if limits.number_length < 9:
            return np.zeros_like(taken), count
        wide = np.flatnonzero(np.abs(scanned.value) > limits.coordinate)
        line = np.searchsorted(scanned.first, wide, "right") - 1
        taken[line[wide - scanned.first[line] < count[line]]] = False
        needed = count + options.confidence + options.text
        taken &= (count <= 2 * limits.vertices) & (count <= scanned.run) & (needed <= scanned.fields)
        return taken, count

    def _texts(
        self,
        written: list[str | None],
        names: list[str],
        lines: list[int],
        options: Options,
        findings: Findings,
        columns: Columns,
    ) -> None:
        """T10: length, then unquoting; remarks about suspect transcriptions; the don't care mark of the gt."""
        longest = options.limits.characters
        for k in [k for k, text in enumerate(written) if text and len(text) > longest]:
            reason = f"transcription of {len(written[k] or '')} characters, at most {longest}"
            hint = "--limit characters=N raises the limit when the file is honest"
            findings.error("E_LIMIT", reason, hint, entry=names[k], line=lines[k])
        if self.remark is not None:
            for k in [k for k, text in enumerate(written) if text and "," in text]:
                text = written[k] or ""
                if remark := self.remark(text):
                    place = f"{names[k]}:{lines[k]}" if names[k] else f"line {lines[k]}"
                    shown = "" if options.role == "gt" else f" '{text[:40]}'"
                    findings.warn("W_AMBIGUOUS", remark, place=place + shown)
        texts = written
        if self.unquote is not None:
            texts = [self.unquote(text) if text and '"' in text else text for text in written]
        columns.texts += written if options.verbatim else texts
        columns.care += [text != DONT_CARE for text in texts] if options.role == "gt" else [True] * len(texts)
