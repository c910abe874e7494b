"""HierText JSON -> words as instances, with their lines and paragraphs beside them.

``{"annotations": [{"image_id", "image_width", "image_height", "paragraphs": [{"vertices", "legible", "lines":
[{"vertices", "legible", "words": [{"vertices", "text", "legible"}]}]}]}]}``, whatever the file is called; a line with
an object for every image is read too. Not legible is don't care, level by level; a flag that is absent means legible.
Predictions need only the vertices of words. The line of an instance is the word's position in its image, words in
nested order.
Source: google-research-datasets/hiertext @70b6620, README.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ocr_eval.errors import Findings
from ocr_eval.formats.glimpse import Glimpse
from ocr_eval.formats.json_safe import FAILED, JsonFault, kind, load
from ocr_eval.formats.reader import Columns, Entry, Options
from ocr_eval.formats.schema import Names, enough_room, field, identity, pair_ring
from ocr_eval.formats.schema import text as text_of
from ocr_eval.tables.levels import LevelsBuilder

_LARGEST = 1 << 24  # pixels on a side: masks of lines are drawn on images of this size


class HierText:
    """Format ``hiertext``: one document with all images."""

    def looks(self, glimpse: Glimpse) -> bool:
        head = glimpse.head
        return head.startswith(b"{") and b'"paragraphs"' in head and b'"image_id"' in head

    def read(self, entries: Sequence[Entry], options: Options, findings: Findings) -> Columns:
        """Every word of every image, images in their order."""
        levels = LevelsBuilder()
        columns = Columns("hiertext", pointer="word {index} of /annotations/{sample}", levels=levels)
        (entry,) = entries
        if options.confidence:
            findings.error("E_FORMAT", "layout hiertext has no confidences", entry=entry.name)
            return columns
        names = Names(entry, options, findings)
        for s, image in enumerate(_images(entry, options, findings)):
            pointer = f"/annotations/{s}"
            try:
                sample = names.sample(identity(_object(image, pointer), "image_id", pointer), pointer)
                width, height = (_side(image, f"image_{name}", pointer) for name in ("width", "height"))
            except JsonFault as fault:
                findings.error(fault.code, fault.reason, fault.hint, entry=entry.name)
                continue
            if sample is None:
                continue
            levels.begin(width, height)
            try:
                self._image(image, pointer, entry, options, findings, columns, levels)
            except JsonFault as fault:
                findings.error(fault.code, fault.reason, fault.hint, entry=entry.name)
            columns.close(sample, entry.name)
            columns.positions.append(s)
        names.tell_unknown()
        return columns

    def _image(
        self,
        image: dict[str, Any],
        pointer: str,
        entry: Entry,
        options: Options,
        findings: Findings,
        columns: Columns,
        levels: LevelsBuilder,
    ) -> None:
        before = len(columns.care)
        lines = words = 0
        for p, paragraph in enumerate(_list(image, "paragraphs", pointer)):
            at = f"{pointer}/paragraphs/{p}"
            care, ring = _legible(paragraph, at, options), _own_ring(paragraph, at, options)
            above = levels.paragraph(care, ring)
            for k, line in enumerate(_list(paragraph, "lines", at)):
                here = f"{at}/lines/{k}"
                care, ring = _legible(line, here, options), _own_ring(line, here, options)
                own = levels.line(above, care, ring)
                lines += 1
                items = _list(line, "words", here)
                words += len(items)
                if not all(
                    enough_room(count, before, entry, options, findings) for count in (words, lines, p + 1)
                ):
                    return
                for w, word in enumerate(items):
                    try:
                        self._word(word, f"{here}/words/{w}", before, options, columns)
                        levels.word(own)
                    except JsonFault as fault:
                        findings.error(fault.code, fault.reason, fault.hint, entry=entry.name)

    def _word(self, word: Any, pointer: str, before: int, options: Options, columns: Columns) -> None:
        care = _legible(word, pointer, options)
        ring = pair_ring(field(word, "vertices", list, pointer), f"{pointer}/vertices", options)
        text = None
        if options.text or word.get("text") is not None:
            text = text_of(field(word, "text", str, pointer), f"{pointer}/text", options)
        columns.add(ring, text, care, 1.0, len(columns.care) - before + 1)


def _images(entry: Entry, options: Options, findings: Findings) -> Iterator[Any]:
    """The images of one document, or one of every line."""
    rows = [row for row in entry.data.split(b"\n") if row.strip()]
    if len(rows) > 1 and all(row.strip().startswith(b"{") and b'"image_id"' in row for row in rows):
        for row in rows:
            image = load(entry._replace(data=row), findings, options.limits)
            if image is not FAILED:
                yield image
        return
    document = load(entry, findings, options.limits)
    if document is FAILED:
        return
    try:
        images = document if _is_image(document) else field(document, "annotations", list, "")
    except JsonFault as fault:
        hint = 'expected {"annotations": [{"image_id", "paragraphs": […]}]}'
        findings.error(fault.code, fault.reason, fault.hint or hint, entry=entry.name)
        return
    yield from [images] if isinstance(images, dict) else images


def _is_image(document: Any) -> bool:
    return isinstance(document, dict) and "image_id" in document and "annotations" not in document


def _object(item: Any, pointer: str) -> dict[str, Any]:
    if not isinstance(item, dict):
        raise JsonFault("E_FORMAT", f"{pointer} must be an object, got {kind(item)}")
    return item


def _list(item: dict[str, Any], key: str, pointer: str) -> list[Any]:
    items: list[Any] = field(item, key, list, pointer)
    return items


def _side(image: dict[str, Any], key: str, pointer: str) -> int:
    """Width or height of the image; 0 where it is not given."""
    value = image.get(key, 0)
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value // 1:
        raise JsonFault("E_FORMAT", f"{pointer}/{key} must be a whole number of pixels, got {kind(value)}")
    if not 0 <= value <= _LARGEST:
        raise JsonFault("E_COORD", f"{pointer}/{key} is outside 0 to {_LARGEST}", "write pixels")
    return int(value)


def _legible(item: Any, pointer: str, options: Options) -> bool:
    """Whether a region is care: predictions always are."""
    legible = _object(item, pointer).get("legible", True)
    if not isinstance(legible, bool):
        raise JsonFault("E_FORMAT", f"{pointer}/legible must be true or false, got {kind(legible)}")
    return legible or options.role != "gt"


def _own_ring(item: dict[str, Any], pointer: str, options: Options) -> list[float]:
    """The ring of a line or paragraph; empty where the file gives none."""
    vertices = item.get("vertices")
    return [] if vertices in (None, []) else pair_ring(vertices, f"{pointer}/vertices", options)


HIERTEXT = HierText()
