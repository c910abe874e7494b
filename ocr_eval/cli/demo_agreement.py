"""The demo's agreement report: the sample's ground truth and the stored outputs of engines as annotators.

Nobody labelled the sample a second time. An annotator is any source of instances for the same images, so engines stand
in; what the report calls a ceiling is then how well an engine does, not how well people agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ocr_eval.errors import escape

if TYPE_CHECKING:
    from ocr_eval.cli.options import Settings

TRUTH = "gt"  # what the ground truth is called among the annotators


def agree_demo(
    folder: Path, settings: Settings, engines: Sequence[str], protocols: Sequence[str]
) -> tuple[str, str]:
    """Writes ``folder/agreement``; returns what it prints, and the command that does the same."""
    from ocr_eval.cli.agree import compared, save, told

    annotators = (f"{TRUTH}=sample", *(f"{engine}=sample:{engine}" for engine in engines))
    target = folder / "agreement"
    flags: dict[str, Any] = {
        "out": str(target),
        "protocol": tuple(protocols),
        "iou": 0.5,
        "image_ids": None,
        "rules": None,
        "rule": (),
        "meta": None,
        "gt_format": None,
        "dont_care": (),
        "words_of": None,
        "names": True,
        "seed": None,
        "limit": (),
    }
    found, _ = compared(settings, annotators, flags)
    save(found, target)
    chosen = " ".join(f"-p {name}" for name in protocols)
    command = f"ocr-eval agree {' '.join(annotators)} {chosen} --names --out {escape(str(target))}"
    return told(found), command
