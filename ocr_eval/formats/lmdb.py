"""LMDB of a recognition set -> one transcription per sample; images are never looked at.

Keys ``num-samples``, ``label-000000001`` and so on, counted from 1. When every label is an object of ``filename`` and
``text``, the samples are named by these files and their numbers are other names; else sample 1 is ``1``, and
``image-000000001`` is another name of it. The input is ``data.mdb`` or the folder that holds it.
Source: open-mmlab/mmocr @966296f, tests/data/rec_toy_dataset.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ocr_eval.errors import Findings, quote
from ocr_eval.formats.glimpse import Glimpse
from ocr_eval.formats.json_safe import JsonFault, parse
from ocr_eval.formats.mdb import DamagedError, Value, is_lmdb, values
from ocr_eval.formats.reader import Columns, Entry, Options
from ocr_eval.formats.schema import Names
from ocr_eval.formats.schema import text as text_of

COUNT, LABEL, IMAGE = "num-samples", "label-%09d", "image-%09d"
_BYTES = 4  # of a character, at most
_NAMED = 1024  # bytes of a file's name and the rest of an object, at most


class Lmdb:
    """Format ``lmdb``: a recognition list."""

    def looks(self, glimpse: Glimpse) -> bool:
        return is_lmdb(glimpse.head)

    def read(self, entries: Sequence[Entry], options: Options, findings: Findings) -> Columns:
        """One text per label, in the order of their numbers."""
        columns = Columns("lmdb", geometry=False)
        (entry,) = entries
        if options.confidence:
            findings.error("E_FORMAT", "layout lmdb has no confidences", entry=entry.name)
            return columns
        try:
            found = values(entry.data)
            count = _count(entry.data, found, options)
        except DamagedError as damage:
            hint = "make the file again, or copy it once no process writes to it"
            findings.error("E_FORMAT", f"no LMDB: {damage}", hint, entry=entry.name)
            return columns
        except JsonFault as fault:
            findings.error(fault.code, fault.reason, fault.hint, entry=entry.name)
            return columns
        labels: list[tuple[int, str]] = []
        for k in range(1, count + 1):
            try:
                labels.append((k, _label(entry.data, found, LABEL % k, options)))
            except JsonFault as fault:
                findings.error(fault.code, fault.reason, fault.hint, entry=entry.name, line=k)
        more = sum(key.startswith(b"label-") for key in found) - len(labels)
        if more > 0 and not findings.total:
            findings.warn("W_LAYOUT", f"labels beyond {COUNT} left out", place=entry.name, count=more)
        self._samples(labels, entry, options, findings, columns)
        return columns

    def _samples(
        self,
        labels: Sequence[tuple[int, str]],
        entry: Entry,
        options: Options,
        findings: Findings,
        columns: Columns,
    ) -> None:
        objects = [_object(label, options) for _, label in labels]
        named = bool(objects) and all(one is not None for one in objects)
        names = Names(entry, options, findings)
        for (k, label), one in zip(labels, objects, strict=True):
            text, name, other = (
                (one["text"], one["filename"], str(k)) if named and one else (label, str(k), IMAGE % k)
            )
            try:
                text_of(text, LABEL % k, options)
                sample = names.sample(name, LABEL % k)
            except JsonFault as fault:
                findings.error(fault.code, fault.reason, fault.hint, entry=entry.name, line=k)
                continue
            if sample is not None:
                columns.add((), text, True, 1.0, k)
                columns.close(sample, entry.name)
                columns.aliases.append(other)
        names.tell_unknown()


def _count(data: bytes, found: dict[bytes, Value], options: Options) -> int:
    """The value of ``num-samples``."""
    where = found.get(COUNT.encode())
    written = b"" if where is None else data[where.start : where.start + min(where.size, 20)]
    if not written.isdigit() or len(written) > 9:
        got = "nothing" if where is None else quote(written.decode("utf-8", "replace"))
        raise JsonFault("E_FORMAT", f"key {COUNT} must be a whole number, got {got}")
    limit = options.limits.total_instances
    if int(written) > limit:
        hint = "--limit total-instances=N raises the limit when the file is honest"
        raise JsonFault("E_LIMIT", f"{int(written)} instances in all, at most {limit}", hint)
    return int(written)


def _label(data: bytes, found: dict[bytes, Value], key: str, options: Options) -> str:
    where = found.get(key.encode())
    if where is None:
        raise JsonFault("E_FORMAT", f"key {key} is missing", f"write a label for every number up to {COUNT}")
    if where.size > _BYTES * options.limits.characters + _NAMED:
        hint = "--limit characters=N raises the limit when the file is honest"
        raise JsonFault("E_LIMIT", f"{key} has {where.size} bytes", hint)
    try:
        label = data[where.start : where.start + where.size].decode()
    except UnicodeDecodeError:
        raise JsonFault("E_ENCODING", f"{key} is not UTF-8") from None
    if "\0" in label:
        raise JsonFault("E_ENCODING", f"{key} holds NUL")
    return label


def _object(label: str, options: Options) -> dict[str, Any] | None:
    """A label that is JSON with ``filename`` and ``text``; None for any other."""
    if not label.startswith("{"):
        return None
    try:
        found = parse(label.encode(), options.limits)
    except JsonFault:
        return None
    good = isinstance(found, dict) and all(isinstance(found.get(key), str) for key in ("filename", "text"))
    return found if good else None


LMDB = Lmdb()
