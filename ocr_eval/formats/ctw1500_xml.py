"""CTW1500's training set (one XML per image) -> instances: ``<box><label>TEXT</label><segs>x1,y1,…</segs></box>``.

Label and points are found by name, in any order; the box's own attributes and ``pts`` are not read. ``###`` is don't
care in a gt. Source: Yuliang-Liu/Curve-Text-Detector, data; open-mmlab/mmocr @07575ed, ctw1500_parser.py.
"""

from __future__ import annotations

from collections.abc import Sequence

from ocr_eval.errors import Findings
from ocr_eval.formats.glimpse import Glimpse
from ocr_eval.formats.reader import DONT_CARE, Columns, Entry, Options
from ocr_eval.formats.schema import enough_room
from ocr_eval.formats.walks import has_confidences
from ocr_eval.formats.xml_safe import Element, XmlFault, load
from ocr_eval.formats.xml_values import own_text, ring

KEEP = {"image", "box", "label", "segs"}
SKIP = {"pts"}


class Ctw1500Xml:
    """Format ``ctw1500-xml``: one file per sample."""

    def looks(self, glimpse: Glimpse) -> bool:
        return glimpse.head.startswith(b"<") and b"<segs" in glimpse.head and b"<box" in glimpse.head

    def read(self, entries: Sequence[Entry], options: Options, findings: Findings) -> Columns:
        """Every box; the line is that of its element."""
        columns = Columns("ctw1500-xml", has_confidence=False)
        if has_confidences("ctw1500-xml", options, findings):
            return columns
        for entry in entries:
            root = load(entry, findings, options.limits, KEEP, SKIP)
            if root is None:
                continue
            boxes = root.below("box")
            if not boxes and root.name != "image" and not root.all("image"):
                findings.error("E_FORMAT", "no image element with boxes", entry=entry.name, line=root.line)
                continue
            if not enough_room(len(boxes), len(columns.care), entry, options, findings):
                break
            for box in boxes:
                try:
                    _add(box, options, columns)
                except XmlFault as fault:
                    findings.error(fault.code, fault.reason, fault.hint, entry=entry.name, line=fault.line)
            columns.close(entry.sample, entry.name)
        return columns


def _add(box: Element, options: Options, columns: Columns) -> None:
    segments = box.all("segs")
    if len(segments) != 1:
        raise XmlFault("E_FORMAT", f"box has {len(segments)} segs, expected one", "", box.line)
    points = ring(segments[0].text.split(","), "text", segments[0], options)
    labels = box.all("label")
    if not labels and options.text:
        raise XmlFault("E_FORMAT", "box has no label", "add its transcription", box.line)
    text = own_text(labels[0].text, labels[0], options) if labels else None
    columns.add(points, text, options.role != "gt" or text != DONT_CARE, 1.0, box.line)


CTW1500_XML = Ctw1500Xml()
