"""Entries with one instance per line -> columns: the walk of all line layouts, plain lines in bulk, others singly.

A layout says how many fields at the front of a line are coordinates (``pick``, on arrays), and reads a single line
with every message (``slow``). Lines that ``pick`` does not take go through ``slow``; both give the same instances.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ocr_eval.errors import Findings
from ocr_eval.formats import heads as bulk
from ocr_eval.formats.batch import (
    Batch,
    Flags,
    Index,
    confidences_of,
    groups,
    lines_of_all,
    merge,
    rest_of,
    rings_of,
)
from ocr_eval.formats.glimpse import Glimpse
from ocr_eval.formats.heads import Heads
from ocr_eval.formats.numbers import LineFault, is_integer
from ocr_eval.formats.reader import DONT_CARE, Columns, Entry, Options
from ocr_eval.formats.scan import Scan, scan

Picked = tuple[Flags, Index]  # (L,) taken by the fast path, (L,) fields that are coordinates
Line = tuple[Sequence[float], float, str | None]  # numbers, confidence, transcription as written


def no_style(_: Scan | Heads, __: Options) -> None:
    """For layouts whose lines can be read one by one."""


def ambiguous(text: str) -> str:
    """The remark about a transcription that begins with what may be one more number (``5,HELLO``)."""
    head, comma, _ = text.partition(",")
    return "transcription begins with an integer and a comma" if comma and is_integer(head) else ""


class _Call(NamedTuple):
    style: Any  # what the first lines told about all of them
    options: Options
    findings: Findings
    columns: Columns


@dataclass(frozen=True)
class LineLayout:
    """One layout of lines."""

    id: str
    looks: Callable[[Glimpse], bool]
    pick: Callable[[Any, Options, Any], Picked]  # of a Scan, and of Heads where there is a ``lead``
    slow: Callable[[str, Options, Any], Line]
    style: Callable[[Any, Options], Any] = no_style  # what the first batch tells about all lines
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
    lead: int | None = None  # how many numbers a line begins with (0: any), where kernels may read them

    def read(self, entries: Sequence[Entry], options: Options, findings: Findings) -> Columns:
        """Every instance of the entries, in order."""
        columns = Columns(self.id, has_confidence=options.confidence)
        if options.confidence and not self.confidences:
            hint = "name another layout, or a protocol that reads no confidences"
            findings.error("E_FORMAT", f"layout {self.id} has no confidences", hint)
            return columns
        most, total = options.limits.total_instances, 0
        style: list[Any] = []
        for group in groups(entries):
            heads = None if self.lead is None else bulk.heads_of(group, self.lead, options, findings)
            batch = lines_of_all(group, options, findings) if heads is None else Batch(group)
            total += len(batch.places) if heads is None else len(heads.place)
            if total > most:
                hint = "--limit total-instances=N raises the limit when the file is honest"
                findings.error("E_LIMIT", f"more than {most} instances", hint)
                return Columns(self.id)
            columns.samples += [entry.sample for entry in group]
            columns.entries += [entry.name for entry in group]
            if heads is not None:
                style = style or [self.style(heads, options)]
                self._heads(batch, heads, _Call(style[0], options, findings, columns))
                continue
            if not batch.places:
                columns.sizes += batch.sizes
                continue
            scanned, skip = (
                self.scan(batch.text) if self.scan else (scan(batch.text, self.separator), self.skip)
            )
            style = style or [self.style(scanned, options)]
            self._batch(batch, scanned, skip, _Call(style[0], options, findings, columns))
        columns.pack()
        return columns

    def _heads(self, batch: Batch, heads: Heads, call: _Call) -> None:
        """As ``_batch``, without a Python object per line where all lines are plain."""
        style, options, _, columns = call
        taken, count = self._pick(heads, options, style)
        confidence, fields = np.ones(len(taken)), count + options.confidence
        has_text = fields < heads.fields
        begin = np.full(len(taken), -1)
        if options.confidence:
            confidence, taken, ends = bulk.confidences_of(heads, count, taken, options.limits)
            begin = np.where(taken & has_text, ends + 1, -1)
        else:
            lines = np.flatnonzero(taken & has_text)
            begin[lines] = heads.after(lines, count[lines])
        packed = None
        if taken.all():
            packed = bulk.packed_texts(heads, begin, self.unquote is not None, options.limits.characters)
        if packed is None:
            batch.places, batch.sizes = heads.place.tolist(), heads.sizes.tolist()
            self._collect(batch, heads, (taken, count), confidence, bulk.texts_of(heads, begin), call)
            return
        for k in np.flatnonzero(heads.fields > fields + 1).tolist() if self.remark is not None else ():
            entry = batch.entries[int(np.searchsorted(np.cumsum(heads.sizes), k, "right"))]
            self._remark(heads.text(int(begin[k]), k), entry.name, int(heads.place[k]), call)
        kept = np.arange(len(taken))
        flat, size = self._rings(heads, kept, count)
        columns.xy.append(_turned(flat, options))
        columns.vertices.append(size // 2)
        columns.sizes += heads.sizes.tolist()
        packed_texts, care = packed
        if options.role != "gt":
            care = np.ones(len(care), np.bool_)
        columns.add_arrays(packed_texts, care, heads.place, confidence if options.confidence else None)

    def _batch(self, batch: Batch, scanned: Scan, skip: int, call: _Call) -> None:
        options = call.options
        taken, count = self._pick(scanned, options, call.style)
        rest = scanned.first[:-1] + count
        confidence = np.ones(len(taken))
        if options.confidence:
            confidence, taken = confidences_of(scanned, rest, taken, options.limits)
            rest = rest + 1
        self._collect(batch, scanned, (taken, count), confidence, rest_of(scanned, rest, taken, skip), call)

    def _collect(
        self,
        batch: Batch,
        scanned: Scan | Heads,
        picked: Picked,
        confidence: NDArray[np.float64],
        texts: list[str | None],
        call: _Call,
    ) -> None:
        """Reads the lines that were not taken, and puts all of them into the columns."""
        (taken, count), (style, options, findings, columns) = picked, call
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
        flat, size = self._rings(scanned, kept, count[kept])
        if singles:
            flat, size, kept = merge(flat, size, kept, rings, singles)
        columns.unpack()
        columns.xy.append(_turned(flat, options))
        columns.vertices.append(size // 2)
        columns.sizes += np.bincount(owner[kept], minlength=len(batch.entries)).tolist()
        if options.confidence:
            columns.confidence += confidence[kept].tolist()
        lines = batch.places
        if len(kept) < len(texts):
            texts, lines = [texts[k] for k in kept.tolist()], [lines[k] for k in kept.tolist()]
        columns.lines += lines
        names = [batch.entries[k].name for k in owner[kept].tolist()]
        self._texts(texts, names, lines, call)

    def _rings(self, scanned: Scan | Heads, kept: Index, count: Index) -> tuple[NDArray[np.float64], Index]:
        """The rings of these lines, one after the other, and how many numbers each has."""
        whole = len(kept) == len(scanned.fields) and len(scanned.value) == int(count.sum())
        flat, size = scanned.value if whole else rings_of(scanned, kept, count), count
        if self.expand is not None and len(kept):
            rings_made = self.expand(flat.reshape(len(kept), -1))
            flat, size = rings_made.ravel(), np.full(len(kept), rings_made.shape[1])
        return flat, size

    def _pick(self, scanned: Scan | Heads, options: Options, style: Any) -> Picked:
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

    def _texts(self, written: list[str | None], names: list[str], lines: list[int], call: _Call) -> None:
        """T10: length, then unquoting; remarks about suspect transcriptions; the don't care mark of the gt."""
        _, options, findings, columns = call
        longest = options.limits.characters
        for k in [k for k, text in enumerate(written) if text and len(text) > longest]:
            reason = f"transcription of {len(written[k] or '')} characters, at most {longest}"
            hint = "--limit characters=N raises the limit when the file is honest"
            findings.error("E_LIMIT", reason, hint, entry=names[k], line=lines[k])
        if self.remark is not None:
            for k in [k for k, text in enumerate(written) if text and "," in text]:
                text = written[k] or ""
                self._remark(text, names[k], lines[k], call)
        texts = written
        if self.unquote is not None:
            texts = [self.unquote(text) if text and '"' in text else text for text in written]
        columns.texts += written if options.verbatim else texts
        columns.care += [text != DONT_CARE for text in texts] if options.role == "gt" else [True] * len(texts)

    def _remark(self, text: str, name: str, line: int, call: _Call) -> None:
        """The remark about a transcription with a comma in it, if there is one."""
        if self.remark is not None and (remark := self.remark(text)):
            place = f"{name}:{line}" if name else f"line {line}"
            shown = "" if call.options.role == "gt" else f" '{text[:40]}'"
            call.findings.warn("W_AMBIGUOUS", remark, place=place + shown)


def _turned(flat: NDArray[np.float64], options: Options) -> NDArray[np.float64]:
    """Pairs of x and y; of y and x where the caller says that the input has those."""
    return flat.reshape(-1, 2)[:, ::-1].ravel() if options.choices.get("order") == "yx" else flat
