"""VGG Image Annotator's export (CSV or JSON) -> instances: rects and polygons; other shapes are counted.

JSON: ``{"_via_img_metadata": {key: {"filename", "regions": [{"shape_attributes": {"name", "all_points_x",
"all_points_y"}, "region_attributes"}]}}}``, or what stands under that key alone. CSV: a row per region, whose cells
``region_shape_attributes`` and ``region_attributes`` hold JSON. The transcription is the region attribute that
``via(text_attribute=NAME)`` names, else ``text``, else ``transcription``, else the only one that regions have. ``###``
is don't care in a gt. Source: the documentation of VIA 2.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ocr_eval.errors import Findings
from ocr_eval.formats.gathered import Found, Gathered
from ocr_eval.formats.glimpse import Glimpse
from ocr_eval.formats.json_safe import FAILED, JsonFault, kind, load, parse, token
from ocr_eval.formats.lines import text_of as whole_text
from ocr_eval.formats.reader import DONT_CARE, Columns, Entry, Options
from ocr_eval.formats.schema import Names, box, corners, field, key_name, pair_ring
from ocr_eval.formats.schema import text as text_of
from ocr_eval.formats.walks import has_confidences

CELLS = ("filename", "region_shape_attributes", "region_attributes")
TEXTS = ("text", "transcription")
Row = tuple[str, int, Any, Any]  # pointer or "", line or position, name of the image, region or None


class Via:
    """Format ``via``: one document with all images."""

    def looks(self, glimpse: Glimpse) -> bool:
        head = glimpse.head
        header = glimpse.lines[0] if glimpse.lines else ""
        return (head.startswith(b"{") and b'"shape_attributes"' in head) or all(c in header for c in CELLS)

    def read(self, entries: Sequence[Entry], options: Options, findings: Findings) -> Columns:
        """Every rect and polygon, images in the order of their first mention."""
        columns = Columns("via", has_confidence=False)
        (entry,) = entries
        if has_confidences("via", options, findings):
            return columns
        is_json = entry.data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{"
        columns.pointer = "region {index}" if is_json else ""
        rows = list((_from_json if is_json else _from_csv)(entry, options, findings))
        names, gathered = Names(entry, options, findings), Gathered(entry, options, findings)
        key = options.choices.get("text_attribute") or _text_key(rows)
        for pointer, line, image, region in rows:
            try:
                sample = names.again(
                    key_name({"filename": image}, "filename", pointer), f"{pointer}/filename"
                )
                found = None if region is None else _found(region, pointer, line, key, options, findings)
            except JsonFault as fault:
                place = None if is_json else line
                findings.error(fault.code, fault.reason, fault.hint, entry=entry.name, line=place)
                continue
            if sample is not None:
                gathered.open(sample)
                if found is not None:
                    gathered.add(sample, found)
        names.tell_unknown()
        gathered.fill(columns)
        return columns


def _from_json(entry: Entry, options: Options, findings: Findings) -> Iterator[Row]:
    """A row per region; one without a region for an image that has none."""
    document = load(entry, findings, options.limits)
    if document is FAILED:
        return
    inside = isinstance(document, dict) and "_via_img_metadata" in document
    path = "/_via_img_metadata" if inside else ""
    images = document["_via_img_metadata"] if inside else document
    if not isinstance(images, dict):
        findings.error("E_FORMAT", f"{path} must be an object, got {kind(images)}", entry=entry.name)
        return
    count = 0
    for key, image in images.items():
        pointer = f"{path}/{token(key)}"
        try:
            name = field(image, "filename", str, pointer)
            regions = image.get("regions", [])
            if isinstance(regions, dict):  # VIA 1 numbers them
                regions = list(regions.values())
            elif not isinstance(regions, list):
                raise JsonFault("E_FORMAT", f"{pointer}/regions must be a list, got {kind(regions)}")
        except JsonFault as fault:
            findings.error(fault.code, fault.reason, fault.hint, entry=entry.name)
            continue
        if not regions:
            yield pointer, count + 1, name, None
        for k, region in enumerate(regions):
            count += 1
            yield f"{pointer}/regions/{k}", count, name, region


def _from_csv(entry: Entry, options: Options, findings: Findings) -> Iterator[Row]:
    """A row per record. Cells of attributes are JSON; an image without regions has ``{}`` in them."""
    import csv
    from io import StringIO

    text = whole_text(entry, findings, options.limits)
    if text is None:
        return
    records = csv.reader(StringIO(text, newline=""), strict=True)
    header: list[str] = []
    line = 1
    try:
        for record in records:
            begin, line = line, records.line_num + 1
            if not header:
                header = [cell.lstrip("#").strip() for cell in record]
                if not set(CELLS) <= set(header):
                    missing = next(cell for cell in CELLS if cell not in header)
                    findings.error("E_FORMAT", f"no column {missing}", entry=entry.name, line=begin)
                    return
            elif record:
                yield from _record(record, header, begin, entry, options, findings)
    except csv.Error as error:
        findings.error("E_FORMAT", f"not CSV: {error}", "write RFC 4180", entry=entry.name, line=line)


def _record(
    record: list[str], header: list[str], line: int, entry: Entry, options: Options, findings: Findings
) -> Iterator[Row]:
    try:
        if len(record) != len(header):
            raise JsonFault("E_FORMAT", f"{len(record)} cells, the header has {len(header)}")
        cells = dict(zip(header, record, strict=True))
        shape, more = (parse((cells[key] or "{}").encode(), options.limits) for key in CELLS[1:])
    except JsonFault as fault:
        findings.error(fault.code, fault.reason, fault.hint, entry=entry.name, line=line)
        return
    region = {"shape_attributes": shape, "region_attributes": more}
    yield "", line, cells["filename"], region if shape != {} else None


def _text_key(rows: Sequence[Row]) -> str | None:
    """The attribute that holds the transcriptions; None where there is no telling."""
    used: dict[str, None] = {}
    for *_, region in rows:
        more = region.get("region_attributes") if isinstance(region, dict) else None
        used |= dict.fromkeys(more if isinstance(more, dict) else {})
    usual = next((key for key in TEXTS if key in used), None)
    return usual or (next(iter(used)) if len(used) == 1 else None)


def _found(
    region: Any, pointer: str, line: int, key: str | None, options: Options, findings: Findings
) -> Found | None:
    shape = field(region, "shape_attributes", dict, pointer)
    where = f"{pointer}/shape_attributes"
    name = field(shape, "name", str, where)
    if name == "rect":
        values = [shape.get(side) for side in ("x", "y", "width", "height")]
        ring = corners(*box(values, where, options))
    elif name == "polygon":
        xs, ys = (field(shape, f"all_points_{axis}", list, where) for axis in "xy")
        if len(xs) != len(ys):
            raise JsonFault("E_FORMAT", f"{where} has {len(xs)} x and {len(ys)} y")
        ring = pair_ring([[x, y] for x, y in zip(xs, ys, strict=True)], f"{where}/points", options)
        if len(ring) > 6 and ring[:2] == ring[-2:]:  # VIA 1 closed its polygons
            del ring[-2:]
    else:
        place = pointer or f"line {line}"
        findings.warn("W_LAYOUT", "shapes that are no rect or polygon left out", place=place)
        return None
    more = region.get("region_attributes")
    value = more.get(key) if isinstance(more, dict) and key is not None else None
    if value is None and options.text:
        hint = "name the attribute: via(text_attribute=NAME), or choose a protocol without transcriptions"
        raise JsonFault("E_FORMAT", f"{pointer or 'the region'} has no transcription", hint)
    if value is not None and not isinstance(value, str):
        at = f"{pointer}/region_attributes/{token(str(key))}"
        raise JsonFault("E_FORMAT", f"{at} must be a string, got {kind(value)}")
    text = None if value is None else text_of(value, f"{pointer}/region_attributes", options)
    return Found(ring, text, options.role != "gt" or text != DONT_CARE, 1.0, line)


VIA = Via()
