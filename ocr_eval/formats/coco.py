"""COCO JSON -> instances: a document with ``images`` and ``annotations``, or a list of results.

Samples are named by ``file_name`` less folder and extension, or by the image's id where there is none, and stand by
ascending id, which is the order of the official evaluation. The ids stay as other names of the samples: results carry
only them. ``iscrowd`` or ``ignore`` 1 is don't care. A list of results may have transcriptions, as COCO-Text's does.
"""

from __future__ import annotations

from collections.abc import Sequence

from ocr_eval.errors import Findings, quote
from ocr_eval.formats import coco_rows
from ocr_eval.formats.coco_results import columns_of, images_of, read_results
from ocr_eval.formats.gathered import Gathered
from ocr_eval.formats.glimpse import Glimpse
from ocr_eval.formats.json_safe import FAILED, JsonFault, kind, load
from ocr_eval.formats.reader import Columns, Entry, Options
from ocr_eval.formats.schema import field, identity

FORM = 'expected {"images": […], "annotations": […]} or [{"image_id", "bbox", "score"}]'


class Coco:
    """Format ``coco``: one document with all images."""

    def looks(self, glimpse: Glimpse) -> bool:
        head = glimpse.head
        if head.startswith(b"["):
            result = b'"image_id"' in head and (b'"bbox"' in head or b'"segmentation"' in head)
            return result and b'"utf8_string"' not in head
        if not head.startswith(b"{") or b'"paragraphs"' in head or b'"data_list"' in head:
            return False
        return b'"images"' in head or (b'"annotations"' in head and b'"image_id"' in head)

    def read(self, entries: Sequence[Entry], options: Options, findings: Findings) -> Columns:
        """Every annotation or result, samples by ascending id of their image."""
        columns = columns_of("coco")
        (entry,) = entries
        document = load(entry, findings, options.limits)
        if document is FAILED:
            return columns
        if isinstance(document, list):
            columns.pointer = "/{index}"
            read_results(document, entry, options, findings, columns)
            return columns
        columns.pointer = "/annotations/{index}"
        try:
            images, rows = (field(document, key, list, "") for key in ("images", "annotations"))
        except JsonFault as fault:
            findings.error(fault.code, fault.reason, fault.hint or FORM, entry=entry.name)
            return columns
        if not coco_rows.masks_fit(rows, "/annotations", entry, findings):
            return columns
        gathered = Gathered(entry, options, findings)
        samples = images_of(images, "/images", entry, options, findings, gathered, columns)
        options = coco_rows.with_scores(rows, options)
        seen: dict[str, int] = {}
        for k, row in enumerate(rows):
            pointer = f"/annotations/{k}"
            try:
                image = identity(row, "image_id", pointer) if isinstance(row, dict) else ""
                if not image:
                    raise JsonFault("E_FORMAT", f"{pointer} must be an object, got {kind(row)}")
                own = identity(row, "id", pointer) if "id" in row else ""
                if own and seen.setdefault(own, k) != k:
                    reason = f"{pointer} has the id {quote(own)} of /annotations/{seen[own]}"
                    raise JsonFault("E_FORMAT", reason, "give every annotation an id of its own")
                if image not in samples:
                    raise JsonFault(
                        "E_FORMAT", f"{pointer} refers to image_id {quote(image)}, which is absent"
                    )
                owner = samples[image]
                if owner is not None:
                    sample, who = owner
                    gathered.add(sample, coco_rows.found(row, k, pointer, options, findings), who)
            except JsonFault as fault:
                findings.error(fault.code, fault.reason, fault.hint, entry=entry.name)
        columns.has_confidence = options.confidence
        gathered.fill(columns)
        coco_rows.tidy(columns, options.role)
        return columns


COCO = Coco()
