"""Entries of a known format -> its columns -> the table, once every ring has been looked at.

Rules T1 to T11 of the reference on reliability, section 2.2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ocr_eval.errors import Findings
from ocr_eval.formats import FORMATS, sniff
from ocr_eval.formats.judge import judge
from ocr_eval.formats.mistaken import other_layout
from ocr_eval.formats.numbers import is_decimal
from ocr_eval.formats.reader import Columns, Entry, Options
from ocr_eval.tables.instances import Instances


def columns_of(name: str, entries: list[Entry], options: Options, findings: Findings) -> Columns | None:
    """T1 to T10: what the format read of the entries, or None where nothing of it is of use."""
    before, document = findings.total, FORMATS[name].document
    columns = sniff.format_of(name).read(entries, options, findings)
    if findings.total > before and not document and other_layout(name, entries, options, findings):
        return None
    if document and findings.total == before and not columns.samples:
        findings.error("E_NO_SAMPLES", "no sample in the document", entry=entries[0].name)
    return None if findings.total and not len(columns.care) else columns


def finished(
    columns: Columns, entries: list[Entry], options: Options, findings: Findings, policy: str | None
) -> Instances | None:
    """T11 and the table. The rings of good lines are looked at although others are bad, so that no fault hides another.

    Without a ``policy`` no ring is invalid.
    """
    instances = columns.builder(findings.source, options.text, findings).build()
    judge(instances, columns, findings, policy)
    if options.role == "prediction" and not options.confidence and _all_confidences(columns.texts):
        message = "every transcription is a number from 0 to 1, perhaps a confidence"
        findings.warn("W_AMBIGUOUS", message, count=len(columns.texts))
    if findings.total:
        order = {entry.name: k for k, entry in enumerate(entries)}
        findings.problems.sort(key=lambda p: (order.get(p.entry, -1), p.line or 0, p.col or 0))
        return None
    return replace(instances, notices=findings.notices)


def _all_confidences(texts: Sequence[str | None]) -> bool:
    decimals = bool(texts) and all(text and is_decimal(text) and 0 <= float(text) <= 1 for text in texts)
    return decimals and any(text and "." in text for text in texts)
