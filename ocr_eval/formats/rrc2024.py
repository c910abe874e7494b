"""RRC 2024 JSON -> instances: ``{"image": [{"points": [[x, y], …], "text": …, "ignore": …}]}``.

A gt with ``ignore`` true is don't care and keeps its text. Predictions have no ``ignore``; detections may have no text.
Source: weinman/rrc-evaluation @26c5110, README.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from ocr_eval.errors import Findings
from ocr_eval.formats.glimpse import Glimpse
from ocr_eval.formats.json_safe import FAILED, JsonFault, kind, load, token
from ocr_eval.formats.reader import Columns, Entry, Options
from ocr_eval.formats.schema import Names, enough_room, field, flag, pair_ring
from ocr_eval.formats.schema import score as confidence_of
from ocr_eval.formats.schema import text as text_of

_START = re.compile(rb'\{\s*"(?:[^"\\]|\\.){1,200}"\s*:\s*\[\s*(?:\]|\{)')


class Rrc2024:
    """Format ``rrc-2024``: one document with all images."""

    def looks(self, glimpse: Glimpse) -> bool:
        head = glimpse.head
        first = _START.match(head)
        others = (
            "image_id",
            "transcription",
            "lines",
            "chars",
            "bbox",
            "shapes",
            "illegibility",
            "confidence",
        )
        foreign = any(f'"{key}"'.encode() in head for key in others)
        return first is not None and b'"points"' in head and not foreign

    def read(self, entries: Sequence[Entry], options: Options, findings: Findings) -> Columns:
        """Every instance of every image, images in their order."""
        columns = Columns("rrc-2024", pointer="/{sample}/{index}", has_confidence=options.confidence)
        (entry,) = entries
        document = load(entry, findings, options.limits)
        if document is FAILED:
            return columns
        if not isinstance(document, dict):
            reason = f"the document must be an object, got {kind(document)}"
            findings.error("E_FORMAT", reason, entry=entry.name)
            return columns
        names = Names(entry, options, findings)
        for image, items in document.items():
            pointer = f"/{token(image)}"
            try:
                if not isinstance(items, list):
                    raise JsonFault("E_FORMAT", f"{pointer} must be a list, got {kind(items)}")
                sample = names.sample(image, pointer)
            except JsonFault as fault:
                findings.error(fault.code, fault.reason, fault.hint, entry=entry.name)
                continue
            if sample is None or not enough_room(len(items), len(columns.care), entry, options, findings):
                continue
            for k, item in enumerate(items):
                try:
                    self._instance(item, f"{pointer}/{k}", k + 1, options, columns)
                except JsonFault as fault:
                    findings.error(fault.code, fault.reason, fault.hint, entry=entry.name)
            columns.close(sample, entry.name)
            columns.positions.append(token(image))
        names.tell_unknown()
        return columns

    def _instance(self, item: Any, pointer: str, line: int, options: Options, columns: Columns) -> None:
        ring = pair_ring(field(item, "points", list, pointer), f"{pointer}/points", options)
        text = None
        if options.text or "text" in item:
            text = text_of(field(item, "text", str, pointer), f"{pointer}/text", options)
        care = not (flag(item, "ignore", pointer) and options.role == "gt")
        confidence = confidence_of(item.get("score"), f"{pointer}/score") if options.confidence else 1.0
        columns.add(ring, text, care, confidence, line)


RRC2024 = Rrc2024()
