"""The folders of the hostile corpus -> cases, the command lines they ask for, and where their answer must point to."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from ocr_eval.errors import Findings
from ocr_eval.formats import sources
from ocr_eval.limits import Limits

HOSTILE = Path(__file__).resolve().parents[2].parent / "shared" / "hostile"
BASE = HOSTILE / "_base"
# How a case calls its layout -> the reader's id; what is not here is called alike.
FORMATS = {"quad-text": "icdar-quad", "quad-confidence-text": "icdar-quad", "polygon-text": "polygon"}
# Official parameter -> ours.
PARAMETERS = {"IOU_CONSTRAINT": "iou", "AREA_PRECISION_CONSTRAINT": "area_precision"}
_PLACE = re.compile(r"(?<![\w./])((?:res|gt)_img_\d+\.txt|(?:page|alto|cvat)\.xml|rec\.csv):(\d+)")

Case = dict[str, Any]


def folders() -> list[str]:
    """Every folder of the corpus that is a case; none without the reference folder."""
    if not HOSTILE.is_dir():
        return []
    return sorted(path.name for path in HOSTILE.iterdir() if path.is_dir() and not path.name.startswith("_"))


def load() -> list[Case]:
    """The cases, in order."""
    return [json.loads((HOSTILE / name / "case.json").read_text(encoding="utf-8")) for name in folders()]


def gt_of(case: Case) -> Path:
    return HOSTILE / case["id"] / case["gt"]


def score(
    case: Case, *more: str, pred: Path | None = None, gt: Path | None = None, protocol: str = ""
) -> list[str]:
    """``score`` as the corpus asks for it."""
    spelled = protocol or case["protocol"]
    if "confidence" in case["format"]:
        spelled += "(confidence=true)"
    files = [str(gt or gt_of(case)), str(pred or HOSTILE / case["id"] / case["files"][0])]
    options = [*case.get("options", []), *more]
    return ["score", *files, "-p", spelled, "--pred-format", FORMATS[case["format"]], *options]


def contents(archive: Path) -> list[tuple[str, bytes]]:
    """What is in a zip, through our own reader only."""
    findings = Findings(str(archive))
    found = sources.open_source(str(archive), None, findings, Limits(), None)
    assert found is not None
    loaded = [(file.name, file.load(findings)) for file in found.files]
    return [(name, data) for name, data in loaded if data is not None]


def places(case: Case) -> list[tuple[str, int]]:
    """(entry, line) wherever ``expect`` names a line."""
    return [(entry, int(line)) for entry, line in _PLACE.findall(case["expect"])]


def lines_of(case: Case) -> list[str]:
    """The lines of a case whose every line is a case of its own."""
    text = (HOSTILE / case["id"] / case["files"][0]).read_text(encoding="utf-8")
    return [line for line in text.split("\n") if line]
