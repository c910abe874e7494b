"""Warnings that several rooms give in the same words."""

from __future__ import annotations

from ocr_eval.errors import Notice

IGNORED = "predictions ignored because a don't care region holds them"


def ignored(count: int) -> tuple[Notice, ...]:
    """W_IGNORED, unless there are none."""
    return (Notice("W_IGNORED", IGNORED, count),) if count else ()
