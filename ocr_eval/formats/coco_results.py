"""Lists of images and of results in the manner of COCO -> samples by ascending id, and their columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ocr_eval.errors import Findings, quote
from ocr_eval.formats import coco_rows
from ocr_eval.formats.gathered import Found, Gathered
from ocr_eval.formats.json_safe import JsonFault, kind
from ocr_eval.formats.reader import Columns, Entry, Options, Owner
from ocr_eval.formats.schema import Names, annotator, identity
from ocr_eval.tables.spelling import NUMBERS


def columns_of(name: str) -> Columns:
    """Empty columns with all numbers that ``coco_rows.found`` gives."""
    return Columns(name, numbers={name: [] for name in NUMBERS})


def images_of(
    images: Sequence[Any],
    path: str,
    entry: Entry,
    options: Options,
    findings: Findings,
    gathered: Gathered,
    columns: Columns,
) -> dict[str, Owner | None]:
    """id -> sample and annotator, None for an image that the gt does not have. Samples are opened by ascending id."""
    names = Names(entry, options, findings)
    found: dict[str, Owner | None] = {}
    taken: set[Owner] = set()
    several = any(isinstance(image, dict) and "annotator" in image for image in images)
    for k, image in enumerate(images):
        pointer = f"{path}/{k}"
        try:
            if not isinstance(image, dict):
                raise JsonFault("E_FORMAT", f"{pointer} must be an object, got {kind(image)}")
            own = identity(image, "id", pointer)
            if own in found:
                raise JsonFault("E_FORMAT", f"{pointer} has the id {quote(own)} of an earlier image")
            name = image.get("file_name")
            if name is not None and not isinstance(name, str):
                raise JsonFault("E_FORMAT", f"{pointer}/file_name must be a string, got {kind(name)}")
            found[own] = None
            who = annotator(image, pointer) if several else None
            where = f"{pointer}/file_name"
            sample = names.numbered(own) if name is None else names.sample(name, where, who or "")
            if sample is not None:
                if (sample, who) in taken:
                    raise JsonFault("E_ENTRY_DUPLICATE", f"{pointer} is the sample {quote(sample)} again")
                taken.add((sample, who))
                found[own] = (sample, who)
        except JsonFault as fault:
            findings.error(fault.code, fault.reason, fault.hint, entry=entry.name)
    names.tell_unknown()
    for own in sorted(found, key=coco_rows.image_order):
        owner = found[own]
        if owner is not None:
            gathered.open(*owner)
            columns.aliases.append(own)
    return found


def read_results(
    rows: Sequence[Any], entry: Entry, options: Options, findings: Findings, columns: Columns
) -> None:
    """``[{"image_id", "bbox", "score", …}]``."""
    if not coco_rows.masks_fit(rows, "", entry, findings):
        return
    names, gathered = Names(entry, options, findings), Gathered(entry, options, findings)
    options = coco_rows.with_scores(rows, options)
    columns.has_confidence = options.confidence
    order: set[tuple[str, str]] = set()
    found: list[tuple[str, Found]] = []
    for k, row in enumerate(rows):
        try:
            if not isinstance(row, dict):
                raise JsonFault("E_FORMAT", f"/{k} must be an object, got {kind(row)}")
            image = identity(row, "image_id", f"/{k}")
            one = coco_rows.found(row, k, f"/{k}", options, findings)
        except JsonFault as fault:
            findings.error(fault.code, fault.reason, fault.hint, entry=entry.name)
            continue
        sample = names.numbered(image)
        if sample is not None:
            order.add((image, sample))
            found.append((sample, one))
    names.tell_unknown()
    for _, sample in sorted(order, key=lambda pair: coco_rows.image_order(pair[0])):
        gathered.open(sample)
    for sample, one in found:
        gathered.add(sample, one)
    gathered.fill(columns)
    coco_rows.tidy(columns, options.role)
