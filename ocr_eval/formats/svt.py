"""Street View Text XML -> instances: ``<image><imageName>…<taggedRectangle x y width height><tag>TEXT</tag>``.

The lexicon of an image (``lex``) is not read: it is a word list for ``--lexicon``. Nothing is don't care.
Source: open-mmlab/mmocr @966296f, dataset_zoo/svt.
"""

from __future__ import annotations

from collections.abc import Sequence

from ocr_eval.errors import Findings, quote
from ocr_eval.formats.glimpse import Glimpse
from ocr_eval.formats.json_safe import JsonFault
from ocr_eval.formats.reader import Columns, Entry, Options
from ocr_eval.formats.schema import Names, corners, enough_room
from ocr_eval.formats.walks import has_confidences
from ocr_eval.formats.xml_safe import Element, XmlFault, load, root_name
from ocr_eval.formats.xml_values import number, own_text

KEEP = {"tagset", "image", "imageName", "taggedRectangle", "tag", "lex"}


class Svt:
    """Format ``svt``: one document with all images, or with a single one."""

    def looks(self, glimpse: Glimpse) -> bool:
        return root_name(glimpse.head) in ("tagset", "image") and b"<imageName" in glimpse.head

    def read(self, entries: Sequence[Entry], options: Options, findings: Findings) -> Columns:
        """Every tagged rectangle; the line is that of its element."""
        columns = Columns("svt", has_confidence=False)
        (entry,) = entries
        if has_confidences("svt", options, findings):
            return columns
        root = load(entry, findings, options.limits, KEEP)
        if root is None:
            return columns
        images = [root] if root.name == "image" else root.all("image")
        if root.name not in ("tagset", "image"):
            reason = f"root element {quote(root.name)}, expected tagset"
            findings.error("E_FORMAT", reason, entry=entry.name, line=root.line)
        names = Names(entry, options, findings)
        for image in images:
            name = "".join(one.text.strip() for one in image.all("imageName"))
            try:
                sample = names.sample(name, "imageName")
            except JsonFault as fault:
                findings.error(fault.code, fault.reason, fault.hint, entry=entry.name, line=image.line)
                continue
            boxes = image.all("taggedRectangle")
            if sample is None or not enough_room(len(boxes), len(columns.care), entry, options, findings):
                continue
            if image.all("lex"):
                findings.warn("W_LAYOUT", "lexicons of images are not read", place=name)
            for box in boxes:
                try:
                    _add(box, options, columns)
                except XmlFault as fault:
                    findings.error(fault.code, fault.reason, fault.hint, entry=entry.name, line=fault.line)
            columns.close(sample, entry.name)
        names.tell_unknown()
        return columns


def _add(box: Element, options: Options, columns: Columns) -> None:
    x, y, width, height = (number(box, name, options) for name in ("x", "y", "width", "height"))
    if width < 0 or height < 0:
        raise XmlFault("E_COORD", "taggedRectangle has a negative width or height", "", box.line)
    tags = box.all("tag")
    if not tags and options.text:
        raise XmlFault("E_FORMAT", "taggedRectangle has no tag", "add its transcription", box.line)
    text = own_text(tags[0].text, tags[0], options) if tags else None
    columns.add(corners(x, y, width, height), text, True, 1.0, box.line)


SVT = Svt()
