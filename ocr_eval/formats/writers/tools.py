"""``Instances`` -> the files of annotation tools: labelme, one JSON per image, and CVAT 1.1, one XML.

In labelme the transcription is the label of a polygon. CVAT has it as the attribute ``text`` of the label ``text``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

from ocr_eval.formats.writers.coco import document
from ocr_eval.formats.writers.documents import pairs
from ocr_eval.formats.writers.exchange import any_text, plain
from ocr_eval.formats.writers.lines import angle as decimal
from ocr_eval.formats.writers.naming import file_names, image_names

if TYPE_CHECKING:
    from ocr_eval.tables.instances import Instances

_META = (
    "<meta><task><labels><label><name>text</name><attributes><attribute><name>text</name>"
    "<input_type>text</input_type></attribute></attributes></label></labels></task></meta>"
)


class LabelmeWriter:
    """``labelme``."""

    def spell(self, text: str) -> str | None:
        """Every text but NUL and halves of surrogate pairs."""
        return None if "\0" in text else any_text(text)

    def write(self, table: Instances, role: str) -> dict[str, bytes]:
        """A file per sample, an empty one too."""
        files = {}
        images = image_names(table.sample_ids, ".jpg")
        for s, name in enumerate(file_names(table.sample_ids, role, ".json")):
            shapes: list[dict[str, Any]] = [
                {
                    "label": table.texts[i],
                    "points": pairs(plain(table.points(i).ravel().tolist())),
                    "group_id": None,
                    "description": "",
                    "shape_type": "polygon",
                    "flags": {},
                }
                for i in table.span(s)
            ]
            body = {"version": "5.5.0", "flags": {}, "shapes": shapes, "imagePath": images[s]}
            files[name] = document(body | {"imageData": None})
        return files


class CvatWriter:
    """``cvat``."""

    def spell(self, text: str) -> str | None:
        """The text with XML's escapes; None for characters that XML has none for."""
        bad = any(
            (c < " " and c not in "\t\n") or "\ud800" <= c <= "\udfff" or c in "\ufffe\uffff" for c in text
        )
        return None if bad else escape(text)

    def write(self, table: Instances, role: str) -> dict[str, bytes]:
        """One document."""
        lines = ['<?xml version="1.0" encoding="utf-8"?>', "<annotations>", "<version>1.1</version>", _META]
        for s, name in enumerate(image_names(table.sample_ids)):
            lines.append(f'<image id="{s}" name={quoteattr(name)}>')
            lines += [self._polygon(table, i) for i in table.span(s)]
            lines.append("</image>")
        return {"annotations.xml": "\n".join([*lines, "</annotations>", ""]).encode()}

    def _polygon(self, table: Instances, i: int) -> str:
        points = ";".join(f"{_short(x)},{_short(y)}" for x, y in table.points(i).tolist())
        text = "" if not table.texts else f'<attribute name="text">{self.spell(table.texts[i])}</attribute>'
        return f'<polygon label="text" occluded="0" points="{points}" z_order="0">{text}</polygon>'


def _short(value: float) -> str:
    return str(int(value)) if value == int(value) else decimal(value)


LABELME, CVAT = LabelmeWriter(), CvatWriter()
