"""COCO-Text and TextOCR JSON -> instances: ``anns``, ``imgs`` and ``imgToAnns``, or a list of results.

``legibility`` ``illegible``, and in TextOCR the text ``.``, is don't care; an annotation without ``utf8_string`` has
the number ``transcribed`` 0. The instances of an image stand as ``imgToAnns`` has them, images by ascending id. Scores
of results need not lie in [0, 1] here; then they are no confidences and stay out. Source: andreasveit/coco-text
@38f8490.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ocr_eval.errors import Findings, quote
from ocr_eval.formats import coco_rows
from ocr_eval.formats.coco_results import columns_of, images_of, read_results
from ocr_eval.formats.gathered import Gathered
from ocr_eval.formats.glimpse import Glimpse
from ocr_eval.formats.json_safe import FAILED, JsonFault, kind, load, token
from ocr_eval.formats.reader import Columns, Entry, Options, Owner
from ocr_eval.formats.schema import field, identity

LISTS = ("imgToAnns", "img2Anns")
FORM = 'expected {"anns": {…}, "imgs": {…}} or [{"image_id", "utf8_string", "bbox"}]'


class CocoText:
    """Format ``coco-text``: one document with all images."""

    def looks(self, glimpse: Glimpse) -> bool:
        head = glimpse.head
        if head.startswith(b"["):
            return all(key in head for key in (b'"image_id"', b'"utf8_string"'))
        return head.startswith(b"{") and (b'"anns"' in head or b'"imgs"' in head or b'"imgToAnns"' in head)

    def read(self, entries: Sequence[Entry], options: Options, findings: Findings) -> Columns:
        """Every annotation or result."""
        columns = columns_of("coco-text")
        (entry,) = entries
        document = load(entry, findings, options.limits)
        if document is FAILED:
            return columns
        try:
            if isinstance(document, list):
                columns.pointer = "/{index}"
                rows = _scored(document, options, findings)
                read_results(rows, entry, options, findings, columns)
            else:
                columns.pointer = "at position {index} of /anns"
                self._document(document, entry, options, findings, columns)
        except JsonFault as fault:
            findings.error(fault.code, fault.reason, fault.hint or FORM, entry=entry.name)
        return columns

    def _document(
        self, document: Any, entry: Entry, options: Options, findings: Findings, columns: Columns
    ) -> None:
        images, annotations = (field(document, key, dict, "") for key in ("imgs", "anns"))
        images = [_with_id(image, key) for key, image in images.items()]
        if not coco_rows.masks_fit(list(annotations.values()), "/anns", entry, findings):
            return
        gathered = Gathered(entry, options, findings)
        samples = images_of(images, "/imgs", entry, options, findings, gathered, columns)
        position = {key: k for k, key in enumerate(annotations)}
        for key in _order(document, annotations, samples, entry, findings):
            pointer = f"/anns/{token(key)}"
            row = annotations[key]
            try:
                image = identity(row, "image_id", pointer)
                if image not in samples:
                    reason = f"{pointer} refers to image_id {quote(image)}, which is absent"
                    raise JsonFault("E_FORMAT", reason)
                owner = samples[image]
                if owner is not None:
                    sample, who = owner
                    found = coco_rows.found(row, position[key], pointer, options, findings)
                    gathered.add(sample, found, who)
            except JsonFault as fault:
                findings.error(fault.code, fault.reason, fault.hint, entry=entry.name)
        columns.has_confidence = options.confidence
        gathered.fill(columns)
        coco_rows.tidy(columns, options.role)


def _with_id(image: Any, key: str) -> Any:
    """An image with its key as its id, where it has none of its own."""
    return {"id": key} | image if isinstance(image, dict) else image


def _order(
    document: dict[str, Any],
    annotations: dict[str, Any],
    samples: dict[str, Owner | None],
    entry: Entry,
    findings: Findings,
) -> list[str]:
    """Keys of the annotations, image by image in the order of the document's lists where it has any.

    Every annotation must be an object, and stand in the list of its image and no other.
    """
    usable = []
    for key, row in annotations.items():
        if isinstance(row, dict):
            usable.append(key)
        else:
            reason = f"/anns/{token(key)} must be an object, got {kind(row)}"
            findings.error("E_FORMAT", reason, entry=entry.name)
    name = next((name for name in LISTS if name in document), None)
    if name is None:
        return usable
    lists = field(document, name, dict, "")
    left = dict.fromkeys(usable)
    order = []
    for image, keys in lists.items():
        pointer = f"/{name}/{token(image)}"
        try:
            if image not in samples:
                raise JsonFault("E_FORMAT", f"{pointer} belongs to no image of /imgs")
            if not isinstance(keys, list):
                raise JsonFault("E_FORMAT", f"{pointer} must be a list, got {kind(keys)}")
            for k, written in enumerate(keys):
                key = str(written) if isinstance(written, int | str) else ""
                if key not in left:
                    what = "stands in another list already" if key in annotations else "is no annotation"
                    raise JsonFault("E_FORMAT", f"{pointer}/{k} {quote(str(written))} {what}")
                del left[key]
                order.append(key)
        except JsonFault as fault:
            findings.error(fault.code, fault.reason, fault.hint, entry=entry.name)
    if left and not findings.total:
        reason = f"{len(left)} annotations stand in no list of /{name}, first {quote(next(iter(left)))}"
        findings.error("E_FORMAT", reason, "the official evaluation would not see them", entry=entry.name)
    return order


def _scored(rows: list[Any], options: Options, findings: Findings) -> list[Any]:
    """The results; where some score is beyond 1, none is a confidence, and all are checked and left out."""
    scores = [row["score"] for row in rows if isinstance(row, dict) and "score" in row]
    plain = all(isinstance(v, int | float) and not isinstance(v, bool) and math.isfinite(v) for v in scores)
    if options.confidence or not plain or all(0 <= v <= 1 for v in scores):
        return rows
    findings.warn("W_LAYOUT", "scores beyond 0 to 1 are no confidences, left out", count=len(scores))
    return [{k: v for k, v in row.items() if k != "score"} if isinstance(row, dict) else row for row in rows]


COCO_TEXT = CocoText()
