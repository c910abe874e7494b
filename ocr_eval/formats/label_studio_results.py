"""The results of one Label Studio annotation -> regions with rings in pixels and the texts of their ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ocr_eval.errors import Findings, quote
from ocr_eval.formats.json_safe import JsonFault, kind, number
from ocr_eval.formats.reader import Entry, Options
from ocr_eval.formats.schema import field, pair_ring
from ocr_eval.formats.schema import text as text_of
from ocr_eval.formats.turned import turned_box

BOXES, POLYGONS = ("rectangle", "rectanglelabels"), ("polygon", "polygonlabels")
_SIZE = "give the size of all images: label-studio(width=W,height=H), or a CSV of image,width,height: (sizes=FILE)"
_LARGEST = 1 << 24  # pixels on a side


class Region(NamedTuple):
    """A ring with the text that belongs to it."""

    pointer: str
    line: int  # 1-based position among the results
    ring: Sequence[float]
    text: str | None
    score: Any  # as written


def regions_of(
    items: Sequence[Any],
    path: str,
    size: Mapping[str, int],
    entry: Entry,
    options: Options,
    findings: Findings,
) -> list[Region]:
    """Every region in its order. Faults are recorded; results that are no region or no region's text are counted.

    ``size``: width and height of the image, perhaps, for results that do not tell them.
    """
    texts = _texts(items, path, entry, options, findings)
    drawn: dict[str, Sequence[float]] = {}
    regions = []
    for k, item in enumerate(items):
        pointer = f"{path}/{k}"
        try:
            if not isinstance(item, dict):
                raise JsonFault("E_FORMAT", f"{pointer} must be an object, got {kind(item)}")
            what = item.get("type")
            if what not in BOXES and what not in POLYGONS:
                if what not in ("textarea", "labels"):
                    findings.warn("W_LAYOUT", "results that are no box, polygon or text", place=pointer)
                continue
            ring = _ring(item, pointer, size, options)
            own = _id(item, pointer)
            if own is not None and own in drawn:
                if drawn[own] == ring:  # drawn once, and labelled by two tags
                    continue
                reason = f"{pointer} is a second region with the id {quote(own)}"
                raise JsonFault("E_FORMAT", reason, "give every region an id of its own")
        except JsonFault as fault:
            findings.error(fault.code, fault.reason, fault.hint, entry=entry.name)
            continue
        if own is not None:
            drawn[own] = ring
        regions.append(Region(pointer, k + 1, ring, texts.get(own or ""), item.get("score")))
    alone = len(texts.keys() - drawn.keys())
    if alone:
        findings.warn("W_LAYOUT", "texts without a region left out", place=path, count=alone)
    return regions


def _id(item: Mapping[str, Any], pointer: str) -> str | None:
    own = item.get("id")
    if own is not None and not isinstance(own, str):
        raise JsonFault("E_FORMAT", f"{pointer}/id must be a string, got {kind(own)}")
    return own or None


def _texts(
    items: Sequence[Any], path: str, entry: Entry, options: Options, findings: Findings
) -> dict[str, str]:
    """id -> text. Texts without an id belong to the whole image and are counted."""
    wanted = options.choices.get("text")
    texts: dict[str, str] = {}
    for k, item in enumerate(items):
        if not isinstance(item, dict) or item.get("type") != "textarea":
            continue
        pointer = f"{path}/{k}"
        if wanted is not None and item.get("from_name") != wanted:
            findings.warn("W_LAYOUT", "texts of another name left out", place=pointer)
            continue
        try:
            text = _text(field(item, "value", dict, pointer), pointer, options, findings)
            own = _id(item, pointer)
            if own is None:
                findings.warn("W_LAYOUT", "texts without a region left out", place=pointer)
            elif own in texts:
                hint = "name the transcriptions by their from_name: label-studio(text=NAME)"
                raise JsonFault("E_FORMAT", f"{pointer} is a second text with the id {quote(own)}", hint)
            else:
                texts[own] = text
        except JsonFault as fault:
            findings.error(fault.code, fault.reason, fault.hint, entry=entry.name)
    return texts


def _text(value: Mapping[str, Any], pointer: str, options: Options, findings: Findings) -> str:
    """``text``: a list of strings, or a string."""
    text = value.get("text")
    parts: list[str] = []
    for k, part in enumerate(text if isinstance(text, list) else [text]):
        if not isinstance(part, str):
            where = f"{pointer}/value/text" + (f"/{k}" if isinstance(text, list) else "")
            got = kind(part) if "text" in value else "nothing"
            raise JsonFault("E_FORMAT", f"{where} must be a string, got {got}")
        parts.append(part)
    if len(parts) > 1:
        findings.warn("W_LAYOUT", "texts of several parts, joined by line feeds", place=pointer)
    return text_of("\n".join(parts), f"{pointer}/value/text", options)


def _ring(item: dict[str, Any], pointer: str, size: Mapping[str, int], options: Options) -> list[float]:
    """The ring in pixels, from percent of the image's size."""
    value = field(item, "value", dict, pointer)
    if item.get("image_rotation") not in (None, 0):
        hint = "turn the image back in the labelling tool before exporting"
        raise JsonFault("E_FORMAT", f"{pointer}/image_rotation is not 0, which is not read", hint)
    width, height = (_side(item, name, pointer, size) for name in ("width", "height"))
    where = f"{pointer}/value"
    if item["type"] in POLYGONS:
        percent = pair_ring(value.get("points"), f"{where}/points", options)
        scales = (width, height)
        ring = [one * scales[k % 2] / 100 for k, one in enumerate(percent)]
    else:
        sides = {name: _number(value, name, where, options) for name in ("x", "y", "width", "height")}
        if sides["width"] < 0 or sides["height"] < 0:
            raise JsonFault("E_COORD", f"{where} has a negative width or height", "draw the box again")
        turn = _number(value, "rotation", where, options) if "rotation" in value else 0.0
        left, right = sides["x"] * width / 100, sides["width"] * width / 100
        top, down = sides["y"] * height / 100, sides["height"] * height / 100
        ring = turned_box(left, top, right, down, turn)
    most = options.limits.coordinate
    if not all(-most <= one <= most for one in ring):
        raise JsonFault("E_COORD", f"{where} lies outside -{most} to {most} pixels", "write percent")
    return ring


def _number(value: Mapping[str, Any], key: str, pointer: str, options: Options) -> float:
    if key not in value:
        raise JsonFault("E_FORMAT", f"{pointer}/{key} must be a number, got nothing")
    return number(value[key], f"{pointer}/{key}", options.limits)


def _side(item: Mapping[str, Any], name: str, pointer: str, size: Mapping[str, int]) -> float:
    """Width or height of the image in pixels: from the result, else as it is known."""
    key = f"original_{name}"
    side = item.get(key)
    if side is None and name in size:
        return float(size[name])
    if isinstance(side, bool) or not isinstance(side, int | float):
        got = kind(side) if key in item else "nothing"
        raise JsonFault("E_FORMAT", f"{pointer}/{key} must be a number of pixels, got {got}", _SIZE)
    if not 0 < side <= _LARGEST:
        raise JsonFault("E_COORD", f"{pointer}/{key} is outside 1 to {_LARGEST}", "write pixels")
    return float(side)
