"""A checker's CSV with a ``fold`` column -> its predictions by fold, as if it had come as one file per fold.

Columns: ``image``, ``fold``, ``text``; ``ring`` (x1,y1,x2,y2,…) where the gt has rings; ``confidence`` (0 … 1) if the
checker has any. ``fold`` names the model that made the row: the one that was *not* trained on the images of that fold.
A row without ring and text says that nothing was found on the image.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ocr_eval.errors import Findings, quote
from ocr_eval.formats.names import key_of
from ocr_eval.limits import Limits
from ocr_eval.report.csv_file import Row, read_csv
from ocr_eval.tables.builder import InstancesBuilder
from ocr_eval.tables.instances import Instances

NEEDED = ("image", "fold", "text")
_HEAD = 4096


@dataclass
class _Part:
    """The rows of one fold: image -> (ring, text, confidence, line) of its instances."""

    samples: dict[str, list[tuple[list[float], str, float, int]]] = field(default_factory=dict)


def has_fold_column(path: str | Path) -> bool:
    """Whether this is a CSV file whose first line names image and fold."""
    try:
        if Path(path).suffix.lower() != ".csv" or not Path(path).is_file():
            return False
        with open(path, "rb") as file:
            head = file.read(_HEAD).decode("utf-8-sig", "replace")
    except (OSError, ValueError):
        return False
    names = {cell.strip().strip('"') for cell in (head.splitlines() or [""])[0].split(",")}
    return {"image", "fold"} <= names


def read_fold_column(
    path: str | Path, gt: Instances, limits: Limits | None = None, *, max_errors: int = 100
) -> list[tuple[str, Instances]]:
    """(fold, predictions) in the order of fold names.

    Raises InputError: E_USAGE for a broken table; with the line of every fault E_ENTRY_UNKNOWN for an image that the gt
    does not have, E_FORMAT, E_COORD, E_CONFIDENCE, E_LIMIT.
    """
    limits = limits or Limits()
    rows = read_csv(path, (*NEEDED, "ring") if gt.geometry else NEEDED, limits)
    findings = Findings(str(path), "prediction", max_errors)
    known = {sample: sample for sample in gt.sample_ids}
    parts: dict[str, _Part] = {}
    has_confidence = bool(rows) and "confidence" in rows[0]
    if len(rows) > limits.total_instances:
        findings.error("E_LIMIT", f"{len(rows)} rows, at most {limits.total_instances}")
        findings.check()
    for row in rows:
        image, fold = key_of(row["image"]), row["fold"].strip()
        if image not in known:
            reason = f"{quote(row['image'])} is not a sample of the ground truth"
            findings.error("E_ENTRY_UNKNOWN", reason, "name images as the ground truth does", line=row.line)
            continue
        if not fold:
            findings.error("E_FORMAT", "the fold is empty", "name the fold of the row's model", line=row.line)
            continue
        own = parts.setdefault(fold, _Part()).samples.setdefault(image, [])
        ring = _ring(row, findings, limits) if gt.geometry else []
        confidence = _confidence(row, findings) if has_confidence else 1.0
        text = row.text("text")
        if ring is None or confidence is None or (gt.geometry and not ring and not text):
            continue
        if gt.geometry and not ring:
            findings.error("E_FORMAT", "a text without ring", "give x1,y1,x2,y2,…", line=row.line)
        elif not gt.geometry and own:
            reason = f"image {quote(image)} has two rows in fold {quote(fold)}"
            findings.error("E_ENTRY_DUPLICATE", reason, "keep one of them", line=row.line)
        elif len(text) > limits.characters:
            reason = f"text of {len(text)} characters, at most {limits.characters}"
            findings.error("E_LIMIT", reason, line=row.line)
        else:
            own.append((ring, text, confidence, row.line))
    findings.check()
    return [
        (fold, _table(str(path), part.samples, has_confidence, gt.geometry))
        for fold, part in sorted(parts.items())
    ]


def _ring(row: Row, findings: Findings, limits: Limits) -> list[float] | None:
    """The ring, empty for an empty cell; None after a fault."""
    cell = row.text("ring").strip()
    if not cell:
        return []
    words = cell.replace(",", " ").split()
    if len(words) < 6 or len(words) % 2 or len(words) > 2 * limits.vertices:
        reason = f"ring of {len(words)} numbers, expected pairs, three or more"
        findings.error("E_FORMAT", reason, "give x1,y1,x2,y2,…", line=row.line)
        return None
    values = [_number(word) for word in words]
    if any(value is None or abs(value) > limits.coordinate for value in values):
        reason = f"a coordinate of {quote(cell)} is no number up to {limits.coordinate}"
        findings.error("E_COORD", reason, line=row.line)
        return None
    return [value for value in values if value is not None]


def _confidence(row: Row, findings: Findings) -> float | None:
    value = _number(row["confidence"].strip())
    if value is None or not 0 <= value <= 1:
        reason = f"confidence {quote(row['confidence'])} is no number from 0 to 1"
        findings.error("E_CONFIDENCE", reason, line=row.line)
        return None
    return value


def _number(word: str) -> float | None:
    if not word.isascii() or "_" in word:
        return None
    try:
        value = float(word)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _table(
    source: str,
    samples: Mapping[str, list[tuple[list[float], str, float, int]]],
    has_confidence: bool,
    geometry: bool,
) -> Instances:
    builder = InstancesBuilder(
        source=source, format="polygon", geometry=geometry, has_confidence=has_confidence
    )
    for image, rows in sorted(samples.items()):
        builder.begin(image)
        for ring, text, confidence, line in rows:
            builder.add(ring, text, True, confidence, line)
    return builder.build()
