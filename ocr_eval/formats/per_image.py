"""One JSON document per image -> one sample each: what formats that differ only in their items share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ocr_eval.errors import Findings
from ocr_eval.formats.glimpse import Glimpse
from ocr_eval.formats.json_safe import FAILED, JsonFault, load
from ocr_eval.formats.reader import Columns, Entry, Options
from ocr_eval.formats.schema import enough_room
from ocr_eval.formats.walks import has_confidences

Item = tuple[str, Any]  # JSON pointer, value
Instance = tuple[Sequence[float], str | None, bool]  # ring, transcription, care in a gt


@dataclass(frozen=True)
class PerImage:
    """``items`` lists what a document holds, or raises JsonFault; ``instance`` reads one, None for one that is none."""

    id: str
    looks: Callable[[Glimpse], bool]
    items: Callable[[Any, Entry, Options, Findings], Iterable[Item]]
    instance: Callable[[Any, str, Options], Instance | None]

    def read(self, entries: Sequence[Entry], options: Options, findings: Findings) -> Columns:
        """Every item of every entry; its line is its position in the document, all items counted from 1."""
        columns = Columns(self.id, has_confidence=False)
        if has_confidences(self.id, options, findings):
            return columns
        for entry in entries:
            document = load(entry, findings, options.limits)
            items: list[Item] = []
            try:
                items = [] if document is FAILED else list(self.items(document, entry, options, findings))
            except JsonFault as fault:
                findings.error(fault.code, fault.reason, fault.hint, entry=entry.name)
            if not enough_room(len(items), len(columns.care), entry, options, findings):
                break
            columns.pointers[entry.name] = [pointer for pointer, _ in items]
            for k, (pointer, item) in enumerate(items):
                try:
                    found = self.instance(item, pointer, options)
                except JsonFault as fault:
                    findings.error(fault.code, fault.reason, fault.hint, entry=entry.name)
                    continue
                if found is not None:
                    ring, text, care = found
                    columns.add(ring, text, care or options.role != "gt", 1.0, k + 1)
            columns.close(entry.sample, entry.name)
        return columns
