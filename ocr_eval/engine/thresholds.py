"""Predictions with confidences and a threshold -> those above it, and the notice that says how many were left out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ocr_eval.errors import Notice, usage_error

if TYPE_CHECKING:
    from ocr_eval.tables.instances import Instances


def above(pred: Instances, threshold: float | None) -> Instances:
    """The predictions with a confidence above ``threshold`` (strict); counted in a notice, never silently."""
    if threshold is None:
        return pred
    if not 0 <= threshold <= 1:
        raise usage_error(f"--confidence-above {threshold:g} is no confidence", "give a number from 0 to 1")
    if pred.confidence is None:
        reason = "--confidence-above needs confidences, and none were read from this submission"
        hint = "if its lines carry them, say so in the protocol: -p 'rrc-iou(confidence=true)'"
        raise usage_error(reason, hint, source=pred.source)
    keep = pred.confidence > threshold
    left = int((~keep).sum())
    kept = pred.where(keep)
    if not left:
        return kept
    message = f"predictions with confidence {threshold:g} or less left out (--confidence-above)"
    return replace(kept, notices=(*kept.notices, Notice("W_IGNORED", message, left)))
