"""A protocol and two tables -> nothing, or the error that says which of its inputs is missing and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ocr_eval.errors import Findings, InputError, usage_error

if TYPE_CHECKING:
    from ocr_eval.protocols import EvaluationProtocol
    from ocr_eval.tables.instances import Instances
    from ocr_eval.tables.joined import WordList


def check_needs(
    rule: EvaluationProtocol,
    gt: Instances,
    pred: Instances,
    lexicon: WordList | None,
    gt_lines: Instances | None = None,
) -> None:
    """Raises InputError when a table lacks what the protocol reads."""
    reads = rule.reads
    if reads.geometry and not (gt.geometry and pred.geometry):
        side = "the ground truth" if not gt.geometry else "the prediction"
        raise usage_error(
            f"{rule.ID} needs rings, {side} is a list of texts", "use -p recognition for such lists"
        )
    if reads.gt_text and gt.codepoints is None:
        raise InputError(_absent(gt, "gt", f"{rule.ID} reads transcriptions, this ground truth has none"))
    if reads.pred_text and pred.codepoints is None:
        raise InputError(
            _absent(pred, "prediction", f"{rule.ID} reads transcriptions, this submission has none")
        )
    if reads.pred_confidence and pred.confidence is None:
        raise InputError(_absent(pred, "prediction", f"{rule!r} reads confidences, this submission has none"))
    for table, role in ((gt, "gt"), (pred, "prediction")):
        if reads.angle and table.angle is None:
            side = "ground truth" if role == "gt" else "submission"
            raise InputError(_absent(table, role, f"{rule.ID} reads angles, this {side} has none"))
    if reads.lexicon and lexicon is None:
        raise usage_error(f"{rule!r} needs a word list", "give it with --lexicon FILE", "E_CONFIG")
    if reads.image_size and (gt.levels is None or not (gt.levels.size > 0).all()):
        reason = f"{rule!r} draws masks, this ground truth does not tell the size of its images"
        raise usage_error(reason, "give it as HierText JSON, or score level=word")
    if reads.gt_lines and (gt_lines is None or not gt_lines.geometry):
        reason = f"{rule.ID} needs a second ground truth with the rings of text lines"
        raise usage_error(reason, "give it with --gt-lines GT")
    if reads.gt_text_not_empty:
        _check_no_empty_text(rule, gt)


def _absent(table: Instances, role: str, reason: str) -> list[Any]:
    findings = Findings(table.source, role)
    findings.error(
        "E_FORMAT", reason, "add the field to every line, or choose a protocol that does not read it"
    )
    return findings.problems


def _check_no_empty_text(rule: EvaluationProtocol, gt: Instances) -> None:
    import numpy as np

    assert gt.text_offset is not None
    findings = Findings(gt.source, "gt", is_folder=gt.is_folder)
    for g in np.flatnonzero(gt.care & (np.diff(gt.text_offset) == 0)).tolist():
        findings.error(
            "E_GT",
            f"empty transcription of a care instance, {rule.ID} compares words",
            "mark it ### (don't care) or write its text",
            entry=gt.entries[int(gt.sample_of[g])],
            line=int(gt.line[g]),
        )
    findings.check(len(gt.sample_ids))
