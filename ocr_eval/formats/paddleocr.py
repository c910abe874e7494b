"""PaddleOCR's ``Label.txt`` -> instances: ``path TAB [{"transcription", "points", "difficult"}, …]``, a line per image.

Split at the first TAB only. ``###`` and ``*`` are don't care, and so is ``difficult`` true of old exports. Source:
PFCCLab/PPOCRLabel @42362c8, README.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ocr_eval.errors import Findings
from ocr_eval.formats.glimpse import Glimpse
from ocr_eval.formats.json_safe import JsonFault, kind, parse
from ocr_eval.formats.lines import lines_of
from ocr_eval.formats.reader import DONT_CARE, Columns, Entry, Options
from ocr_eval.formats.schema import Names, enough_room, field, flag, pair_ring
from ocr_eval.formats.schema import score as confidence_of
from ocr_eval.formats.schema import text as text_of

FORM = 'path TAB [{"transcription": …, "points": [[x, y], …]}, …]'


class PaddleOcr:
    """Format ``paddleocr``: one document with all images."""

    def looks(self, glimpse: Glimpse) -> bool:
        return glimpse.head.count(b"\t", 0, 4096) > 0 and glimpse.share(_is_label) >= 0.5

    def read(self, entries: Sequence[Entry], options: Options, findings: Findings) -> Columns:
        """Every instance; the line is that of its image."""
        columns = Columns("paddleocr", has_confidence=options.confidence)
        (entry,) = entries
        limits = options.limits._replace(line_bytes=options.limits.sample_line_bytes)
        lines, places = lines_of(entry, findings, limits, limits.total_instances)
        names = Names(entry, options, findings)
        for line, place in zip(lines, places, strict=True):
            name, tab, written = line.partition("\t")
            try:
                if not tab:
                    raise JsonFault("E_FORMAT", f"no TAB after the path, expected {FORM}")
                items = parse(written.encode(), limits)
                if not isinstance(items, list):
                    raise JsonFault("E_FORMAT", f"after the TAB a list must stand, got {kind(items)}")
                sample = names.sample(name.strip(" "), "the path")
            except JsonFault as fault:
                findings.error(fault.code, fault.reason, fault.hint, entry=entry.name, line=place)
                continue
            if sample is None or not enough_room(len(items), len(columns.care), entry, options, findings):
                continue
            for k, item in enumerate(items):
                try:
                    _add(item, f"/{k}", place, options, columns)
                except JsonFault as fault:
                    findings.error(fault.code, fault.reason, fault.hint, entry=entry.name, line=place)
            columns.close(sample, entry.name)
        names.tell_unknown()
        return columns


def _is_label(line: str) -> bool:
    written = line.partition("\t")[2].lstrip(" ")
    return written.startswith(("[{", "[]")) or (written.startswith("[ {") and '"points"' in written)


def _add(item: Any, pointer: str, line: int, options: Options, columns: Columns) -> None:
    ring = pair_ring(field(item, "points", list, pointer), f"{pointer}/points", options)
    text = None
    if options.text or "transcription" in item:
        text = text_of(field(item, "transcription", str, pointer), f"{pointer}/transcription", options)
    ignored = text in (DONT_CARE, "*") or flag(item, "difficult", pointer)
    confidence = confidence_of(item.get("score"), f"{pointer}/score") if options.confidence else 1.0
    columns.add(ring, text, not (ignored and options.role == "gt"), confidence, line)


PADDLEOCR = PaddleOcr()
