"""CVAT 1.1 XML -> instances: boxes and polygons of images, or of the frames of a video; nothing is interpolated.

``<annotations><meta>…</meta><image id name width height [subset task_id]><box xtl ytl xbr ybr [rotation]>`` and
``<polygon points="1,2;3,4;6,5">``, each with ``<attribute name="…">text</attribute>``. Boxes turn about their centre.
Other shapes are counted. A video's ``<track><box frame outside>``: every listed frame is the sample ``frame_000012``,
``outside="1"`` means that nothing is there. The annotator is the assignee of the image's task or job, else its owner.

Choices: ``text_attribute`` names the transcriptions, else the only attribute of type text does, else ``text`` or
``transcription``; ``annotator`` picks one of several; ``subset`` the images of one subset. An image name that recurs
in other subsets gets its subset in front. ``###`` is don't care in a gt.
Source: openvinotoolkit/datumaro @3d533b9, tests/assets/cvat_dataset.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from ocr_eval.errors import Findings, quote
from ocr_eval.formats.cvat_meta import Meta, meta_of
from ocr_eval.formats.gathered import Found, Gathered
from ocr_eval.formats.glimpse import Glimpse
from ocr_eval.formats.json_safe import JsonFault
from ocr_eval.formats.names import folded, key_of
from ocr_eval.formats.reader import DONT_CARE, Columns, Entry, Options
from ocr_eval.formats.schema import Names
from ocr_eval.formats.turned import turned_box
from ocr_eval.formats.walks import has_confidences
from ocr_eval.formats.xml_safe import Element, XmlFault, load, root_name
from ocr_eval.formats.xml_values import attribute, number, own_text, ring

REGIONS = ("box", "polygon")
OTHERS = ("polyline", "points", "cuboid", "ellipse", "mask", "skeleton", "tag")
META = (
    "meta",
    "task",
    "project",
    "job",
    "id",
    "owner",
    "assignee",
    "username",
    "label",
    "name",
    "input_type",
)
KEEP = {"annotations", *META, "attribute", "image", "track", *REGIONS, *OTHERS}
SKIP = {"segments", "subsets", "values", "default_value", "bugtracker"}


class Owned(NamedTuple):
    """An image and whose it is."""

    image: Element
    name: str  # of the image, its subset in front where that is needed
    annotator: str | None


class Cvat:
    """Format ``cvat``: one document with all images."""

    def looks(self, glimpse: Glimpse) -> bool:
        head = glimpse.head
        return root_name(head) == "annotations" and b"<segs" not in head

    def read(self, entries: Sequence[Entry], options: Options, findings: Findings) -> Columns:
        """Every box and polygon, images in their order, frames of a video in that of their first mention."""
        columns = Columns("cvat", has_confidence=False)
        (entry,) = entries
        if has_confidences("cvat", options, findings):
            return columns
        root = load(entry, findings, options.limits, KEEP, SKIP)
        if root is None:
            return columns
        if root.name != "annotations":
            reason = f"root element {quote(root.name)}, expected annotations"
            findings.error("E_FORMAT", reason, entry=entry.name, line=root.line)
            return columns
        meta = meta_of(root, options, entry, findings)
        names, gathered = Names(entry, options, findings), Gathered(entry, options, findings)
        for image, name, who in _owned(root, meta, options):
            try:
                sample = names.sample(
                    name, f"name of image {quote(image.attributes.get('id', ''))}", who or ""
                )
            except JsonFault as fault:
                findings.error(fault.code, fault.reason, fault.hint, entry=entry.name, line=image.line)
                continue
            if sample is None:
                continue
            gathered.open(sample, who)
            for shape in image.children:
                found = _found(shape, shape, meta, entry, options, findings)
                if found is not None:
                    gathered.add(sample, found, who)
        _tracks(root, meta, names, gathered, entry, options, findings)
        names.tell_unknown()
        gathered.fill(columns)
        return columns


def _owned(root: Element, meta: Meta, options: Options) -> list[Owned]:
    """The images asked for. A name that one annotator has in several subsets gets its subset in front, everywhere."""
    wanted = options.choices.get("subset")
    images = [
        (image, image.attributes.get("name", ""), meta.annotator(image.attributes.get("task_id")))
        for image in root.all("image")
        if wanted is None or image.attributes.get("subset") == wanted
    ]
    key = str if options.full_names else key_of
    often = Counter((folded(key(name)), who) for _, name, who in images)
    repeated = {name for (name, _), count in often.items() if count > 1}
    owned = []
    for image, name, who in images:
        subset = image.attributes.get("subset", "")
        if subset and folded(key(name)) in repeated:
            name = f"{subset}_{key(name)}"
        owned.append(Owned(image, name, who))
    return owned


def _tracks(
    root: Element,
    meta: Meta,
    names: Names,
    gathered: Gathered,
    entry: Entry,
    options: Options,
    findings: Findings,
) -> None:
    """The listed frames of a video's tracks."""
    who = meta.annotator(None)
    for track in root.all("track"):
        for shape in track.children:
            if shape.name not in (*REGIONS, *OTHERS):
                continue
            try:
                frame = attribute(shape, "frame")
                if not (frame.isascii() and frame.isdigit() and len(frame) < 10):
                    reason = f"frame of {shape.name} is {quote(frame)}, expected a whole number"
                    raise XmlFault("E_FORMAT", reason, "", shape.line)
                sample = names.again(f"frame_{int(frame):06d}", f"frame of {shape.name}", who or "")
            except (XmlFault, JsonFault) as fault:
                line = fault.line or shape.line
                findings.error(fault.code, fault.reason, fault.hint, entry=entry.name, line=line)
                continue
            if sample is None:
                continue
            gathered.open(sample, who)
            if shape.attributes.get("outside") == "1":
                continue
            found = _found(shape, track, meta, entry, options, findings)
            if found is not None:
                gathered.add(sample, found, who)


def _found(
    shape: Element, owner: Element, meta: Meta, entry: Entry, options: Options, findings: Findings
) -> Found | None:
    """One instance; ``owner`` has the attributes that the shape does not have. None, recorded, where there is none."""
    if shape.name not in REGIONS:
        if shape.name in OTHERS:
            message = "shapes that are no box or polygon left out"
            findings.warn("W_LAYOUT", message, place=f"{shape.name} in line {shape.line}")
        return None
    try:
        flat = _box(shape, options) if shape.name == "box" else _polygon(shape, options)
        text = meta.text(shape, owner)
        if text is not None:
            own_text(text, shape, options)
        elif options.text:
            hint = (
                "name the attribute: cvat(text_attribute=NAME), or choose a protocol without transcriptions"
            )
            raise XmlFault("E_FORMAT", f"{shape.name} has no transcription", hint, shape.line)
    except XmlFault as fault:
        findings.error(fault.code, fault.reason, fault.hint, entry=entry.name, line=fault.line)
        return None
    return Found(flat, text, options.role != "gt" or text != DONT_CARE, 1.0, shape.line)


def _box(box: Element, options: Options) -> list[float]:
    left, top, right, bottom = (number(box, name, options) for name in ("xtl", "ytl", "xbr", "ybr"))
    if right < left or bottom < top:
        raise XmlFault(
            "E_COORD", "box has xbr < xtl or ybr < ytl", "write the top left corner first", box.line
        )
    turn = number(box, "rotation", options) if "rotation" in box.attributes else 0.0
    if not turn:
        return [left, top, right, top, right, bottom, left, bottom]
    return turned_box(left, top, right - left, bottom - top, turn, (0.5, 0.5))


def _polygon(polygon: Element, options: Options) -> list[float]:
    pairs = [point.split(",") for point in attribute(polygon, "points").split(";")]
    if any(len(pair) != 2 for pair in pairs):
        raise XmlFault("E_FORMAT", "points of polygon are not x,y;x,y;…", "", polygon.line)
    return ring([value for pair in pairs for value in pair], "points", polygon, options)


CVAT = Cvat()
