"""One COCO document whose images name their annotator -> a table per annotator.

``images`` holds a row per image and annotator (``file_name``, ``annotator``), ``annotations`` refer to such a row. A
ring is the polygon of ``segmentation`` where there is exactly one, else ``bbox``; a transcription is ``text``,
``transcription`` or ``utf8_string``, also inside ``attributes``. ``iscrowd`` and ``ignore`` mean don't care.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ocr_eval.errors import Findings, quote, usage_error
from ocr_eval.formats.json_safe import JsonFault, kind, number, parse
from ocr_eval.limits import Limits
from ocr_eval.tables.builder import InstancesBuilder
from ocr_eval.tables.instances import Instances

FORMAT = "coco"
TEXTS = ("text", "transcription", "utf8_string")
FORM = 'expected {"images": [{"id", "file_name", "annotator"}], "annotations": [{"image_id", "bbox"}]}'


def read_several(path: str, limits: Limits | None = None, *, max_errors: int = 100) -> dict[str, Instances]:
    """annotator -> instances, annotators and images as they stand in the file.

    Raises InputError: E_USAGE for a path that cannot be read, E_GT with the pointer of every fault.
    """
    limits = limits or Limits()
    try:
        with Path(path).open("rb") as file:
            data = file.read(limits.file_bytes + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "not a path"
        reason = f"{quote(path)} cannot be read: {why.lower()}"
        raise usage_error(
            reason, "give NAME=PATH NAME=PATH, or one COCO file of several annotators"
        ) from None
    findings = Findings(path, "gt", max_errors)
    if len(data) > limits.file_bytes:
        findings.error("E_LIMIT", f"file of more than {limits.file_bytes} bytes")
        findings.check()
    try:
        document = parse(data, limits)
        images, annotations = (_rows(document, name) for name in ("images", "annotations"))
    except JsonFault as fault:
        findings.error(fault.code, fault.reason, fault.hint, line=fault.line, col=fault.col)
        findings.check()
        raise
    place, pages = _pages(images, findings)
    _fill(annotations, place, pages, findings, limits)
    findings.check()
    return {who: _table(path, own) for who, own in pages.items()}


def _rows(document: Any, name: str) -> list[Any]:
    rows = document.get(name) if isinstance(document, dict) else None
    if not isinstance(rows, list):
        raise JsonFault("E_FORMAT", f"/{name} is no list", FORM)
    return rows


Page = list[tuple[list[float], str | None, bool, int]]


def _pages(images: list[Any], findings: Findings) -> tuple[dict[Any, Page], dict[str, dict[str, Page]]]:
    """(id of an image row -> its page, annotator -> image -> page)."""
    place: dict[Any, Page] = {}
    pages: dict[str, dict[str, Page]] = {}
    for k, row in enumerate(images):
        own = row if isinstance(row, dict) else {}
        who, name, identity = own.get("annotator"), own.get("file_name"), own.get("id")
        usable = isinstance(identity, (int, str)) and not isinstance(identity, bool)
        if not (isinstance(who, str) and who and isinstance(name, str) and name and usable):
            findings.error("E_FORMAT", f"/images/{k} needs id, file_name and annotator", FORM)
            continue
        image = name  # in full: a.png and a.jpg are two images, and so are those of two folders
        if identity in place or image in pages.get(who, {}):
            what = f"id {identity!r}" if identity in place else f"{quote(name)} of {quote(who)}"
            findings.error("E_ENTRY_DUPLICATE", f"/images/{k}: {what} stands here twice")
            continue
        place[identity] = pages.setdefault(who, {}).setdefault(image, [])
    return place, pages


def _fill(
    annotations: list[Any],
    place: Mapping[Any, Page],
    pages: Mapping[str, dict[str, Page]],
    findings: Findings,
    limits: Limits,
) -> None:
    if len(annotations) > limits.total_instances:
        reason = f"{len(annotations)} instances, at most {limits.total_instances}"
        findings.error("E_LIMIT", reason, "--limit total-instances=N raises the limit")
        return
    for k, row in enumerate(annotations):
        try:
            own = row if isinstance(row, dict) else {}
            identity = own.get("image_id")
            if not isinstance(identity, (int, str)) or identity not in place:
                raise JsonFault("E_FORMAT", f"/annotations/{k}/image_id {quote(str(identity))} is no image")
            care = not (own.get("iscrowd") or own.get("ignore"))
            page = place[identity]
            page.append((_ring(own, f"/annotations/{k}", limits), _text(own, k, limits), care, k + 1))
            if len(page) > limits.instances:
                raise JsonFault("E_LIMIT", f"more than {limits.instances} instances in one image")
        except JsonFault as fault:
            findings.error(fault.code, fault.reason, fault.hint)
    if not pages:
        findings.error("E_NO_SAMPLES", "no image in the document", FORM)


def _ring(row: Mapping[str, Any], pointer: str, limits: Limits) -> list[float]:
    """Flat ring of one annotation. Raises JsonFault."""
    found = row.get("segmentation")
    if isinstance(found, list) and len(found) == 1 and isinstance(found[0], list):
        flat, where = found[0], f"{pointer}/segmentation/0"
        if len(flat) < 6 or len(flat) % 2 or len(flat) > 2 * limits.vertices:
            raise JsonFault("E_FORMAT", f"{where} has {len(flat)} numbers, expected pairs, three or more")
        return [number(value, f"{where}/{i}", limits) for i, value in enumerate(flat)]
    box = row.get("bbox")
    if not isinstance(box, list) or len(box) != 4:
        raise JsonFault("E_FORMAT", f"{pointer}/bbox must be [x, y, width, height], got {kind(box)}")
    x, y, width, height = (number(value, f"{pointer}/bbox/{i}", limits) for i, value in enumerate(box))
    return [x, y, x + width, y, x + width, y + height, x, y + height]


def _text(row: Mapping[str, Any], k: int, limits: Limits) -> str | None:
    inner = row.get("attributes")
    for source in (row, inner if isinstance(inner, dict) else {}):
        for name in TEXTS:
            value = source.get(name)
            if isinstance(value, str):
                if len(value) > limits.characters:
                    reason = f"/annotations/{k}: transcription of {len(value)} characters, at most {limits.characters}"
                    raise JsonFault("E_LIMIT", reason)
                return value
    return None


def _table(path: str, pages: Mapping[str, Page]) -> Instances:
    """One annotator. Transcriptions are there when any instance has one; the others are then empty, with a note."""
    from ocr_eval.errors import Notice

    texts = [text for page in pages.values() for _, text, _, _ in page]
    absent = texts.count(None)
    builder = InstancesBuilder(source=path, format=FORMAT, has_text=absent < len(texts))
    for image, page in pages.items():
        builder.begin(image)
        for ring, text, care, line in page:
            builder.add(ring, text or "", care, line=line)
    message = "instances without a transcription among those with one, read as empty"
    return builder.build((Notice("W_LAYOUT", message, absent),) if 0 < absent < len(texts) else ())
