"""Records -> the same records, those next to zero with their explanation; good submissions pay one comparison."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ocr_eval.errors import Notice, merge_notices

if TYPE_CHECKING:
    from ocr_eval.protocols import EvaluationProtocol
    from ocr_eval.record import Record
    from ocr_eval.tables.instances import Instances

NEAR = 0.1  # below this a score is suspicious
HEADLINES = ("wem", "acc", "accuracy", "word_acc", "accuracy_exact", "raw", "hmean", "ap")


def is_suspicious(record: Record) -> bool:
    """True for a score next to nothing: the first of ``HEADLINES`` that the protocol has, or a CER near 1 or above."""
    name = next((name for name in HEADLINES if name in record.metrics), None)
    if name is not None:
        value = record.metrics[name]
        return value is not None and value < NEAR
    rate = record.metrics.get("cer")
    return rate is not None and rate > 1 - NEAR


def explained(
    records: Sequence[Record], rules: Sequence[EvaluationProtocol], gt: Instances, pred: Instances
) -> list[Record]:
    """The records, suspicious ones with a W_NO_MATCH warning where a change of reading would explain them."""
    found: dict[bool, Notice | None] = {}
    result = []
    for record, rule in zip(records, rules, strict=True):
        if is_suspicious(record):
            text = rule.reads.pred_text
            if text not in found:
                from ocr_eval.engine.why_zero import explanation

                found[text] = explanation(gt, pred, text=text)
            notice = found[text]
            if notice is not None:
                record = replace(record, notices=merge_notices((*record.notices, notice)))
        result.append(record)
    return result
